"""The pages of a build by name, in order, on disk: where each is found, and where what was made of it waits.

So memory does not grow with their number. A ledger is written by one process; others read it by its path.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from builder.errors import StoreError

AT_ONCE = 512  # rows
_TABLES = """
CREATE TABLE page (name BLOB PRIMARY KEY, place TEXT, at INTEGER) WITHOUT ROWID;
CREATE TABLE known (key BLOB PRIMARY KEY, at INTEGER) WITHOUT ROWID;
"""


Unpack = Callable[[str], Any]


class Ledger:
    """Pages by name; without a path, in a file that nobody else finds.

    ``pack`` turns where a page is found into text, ``unpack`` text into that: nothing read back can be a program.

    Raises:
        StoreError: from every method, where there is no room.

    """

    def __init__(
        self, path: Path | None = None, pack: Callable[[Any], str] = json.dumps, unpack: Unpack = json.loads
    ) -> None:
        self._path, self._pack, self._unpack = path, pack, unpack
        with self._told():
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
            self._base = sqlite3.connect(path or "")
            self._base.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")

    def __len__(self) -> int:
        """Return how many pages are entered."""
        return self._count("SELECT count(*) FROM page")

    # ------------------------------------------------------------ where pages are found

    def enter(self, name: str, place: object) -> Any:
        """Enter a page and where it is found; return where the page of that name is found, which came first."""
        with self._told():
            added = self._base.execute(
                "INSERT OR IGNORE INTO page VALUES (?, ?, NULL)", (_key(name), self._pack(place))
            )
        return place if added.rowcount else self.place(name)

    def place(self, name: str) -> Any:
        """Return where a page is found; None if it is not entered."""
        with self._told():
            return _place(self._base, name, self._unpack)

    def strike(self, name: str) -> None:
        """Take a page out again."""
        with self._told():
            self._base.execute("DELETE FROM page WHERE name = ?", (_key(name),))

    def names(self) -> Iterator[str]:
        """Yield the names of all pages, in order."""
        return (_name(row[0]) for row in self._rows("name", "1"))

    def places(self) -> Iterator[Any]:
        """Yield where the pages are found, in the order of their names."""
        return (self._unpack(row[1]) for row in self._rows("name, place", "1"))

    def reader(self) -> "PlaceReader":
        """Return what tells other processes where pages are found; nothing is entered while they ask."""
        if self._path is None:
            raise ValueError("a ledger without a path is found by nobody else")
        with self._told():
            self._base.commit()
        return PlaceReader(self._path, self._unpack)

    # ------------------------------------------------------------ where what was made of them waits

    def remember(self, keys: Iterable[tuple[str, int]]) -> None:
        """Take in where something was kept earlier, by key."""
        with self._told():
            self._base.executemany("INSERT OR REPLACE INTO known VALUES (?, ?)", ((_key(k), at) for k, at in keys))

    def recall(self, key: str) -> int | None:
        """Return where something was kept under a key."""
        with self._told():
            row = self._base.execute("SELECT at FROM known WHERE key = ?", (_key(key),)).fetchone()
        return row and int(row[0])

    def remembers(self) -> bool:
        """Tell whether anything was kept earlier."""
        return bool(self._count("SELECT EXISTS (SELECT * FROM known)"))

    def settle(self, pages: Iterable[tuple[str, int]]) -> None:
        """Take in where what was made of some pages waits."""
        with self._told():
            self._base.executemany("UPDATE page SET at = ? WHERE name = ?", ((at, _key(name)) for name, at in pages))

    def settled(self) -> Iterator[tuple[str, int]]:
        """Yield the pages of which something was made, in order, with where it waits."""
        return ((_name(name), at) for name, at in self._rows("name, at", "at IS NOT NULL"))

    def settled_at(self, at: int) -> Iterator[str]:
        """Yield the pages settled at one place, in order."""
        return (_name(row[0]) for row in self._rows("name", f"at = {at}"))

    def unsettled(self) -> Iterator[Any]:
        """Yield where the others are found, in order."""
        return (self._unpack(row[1]) for row in self._rows("name, place", "at IS NULL"))

    def count_settled(self) -> int:
        """Return of how many pages something was made."""
        return self._count("SELECT count(at) FROM page")

    def close(self) -> None:
        """Forget all."""
        self._base.close()
        if self._path:
            with suppress(OSError):
                self._path.unlink()

    # ------------------------------------------------------------

    def _rows(self, columns: str, which: str) -> Iterator[tuple[Any, ...]]:
        """Yield rows in order of names, some at once, so that they may be changed meanwhile."""
        last = b""
        ask = f"SELECT {columns} FROM page WHERE name > ? AND {which} ORDER BY name LIMIT {AT_ONCE}"  # noqa: S608
        while rows := self._fetch(ask, last):
            yield from rows
            last = rows[-1][0]

    def _count(self, ask: str) -> int:
        return int(self._fetch(ask)[0][0])

    def _fetch(self, ask: str, *values: bytes) -> list[tuple[Any, ...]]:
        with self._told():
            return self._base.execute(ask, values).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            what = getattr(problem, "strerror", None) or problem
            where = self._path or "the folder of temporary files"
            raise StoreError(f"{where}: cannot be written: {what}; nothing was changed") from problem


class PlaceReader:
    """Tells where pages are found, in whatever process."""

    def __init__(self, path: Path, unpack: Unpack) -> None:
        self._path, self._unpack = path, unpack
        self._base: sqlite3.Connection | None = None

    def __call__(self, name: str) -> Any:
        """Return where a page is found; None if it is not entered."""
        if self._base is None:
            self._base = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)
        return _place(self._base, name, self._unpack)

    def close(self) -> None:
        """Let go of the file."""
        if self._base:
            self._base.close()
            self._base = None


def _place(base: sqlite3.Connection, name: str, unpack: Unpack) -> Any:
    row = base.execute("SELECT place FROM page WHERE name = ?", (_key(name),)).fetchone()
    return row and unpack(row[0])


def _key(name: str) -> bytes:
    """Return a name as bytes in the order of its characters; names of files may hold what is none."""
    return name.encode("utf-8", "surrogatepass")


def _name(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")
