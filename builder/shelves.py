"""Where pages that were built wait until all are: on disk, so that memory does not grow with what was read.

New pages go into a journal beside the target, which a build that is stopped leaves behind; pages that are as they were
stay in the earlier build. A shelf reads both page by page, in the order of their names.
"""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any

from builder.errors import StoreError
from builder.identifiers import BASE, PAGE, PAGE_THINGS, document_iri
from builder.keeping import FIGURES, GRAPH, ISSUES, PAGES, Built, describe, text_path
from builder.ledger import Ledger
from builder.merging import cut_runs, find_lines, read_runs

EARLIER = -1  # in place of where a page is in the journal
_USED = (GRAPH, ISSUES, FIGURES, PAGES)


@dataclass(frozen=True)
class Shelved:
    """A page on a shelf."""

    name: str
    description: bytes  # the line of ``pages.jsonl`` about it
    told: Mapping[str, Any]  # what that line tells
    rows: Sequence[Sequence[str]]  # of the table of open issues
    figures: Sequence[bytes]  # lines of the table of figures
    read_text: Callable[[], str]
    tally: Mapping[str, int] = field(default_factory=dict)  # of a second engine
    statements: bytes = b""  # each with a tab behind it; an earlier build tells those of all pages at once
    kept: str = ""  # the file of an earlier build that holds the text

    def lines(self) -> list[bytes]:
        """Return the lines of the graph that are told with it."""
        return self.statements.replace(b"\t", b"\n").splitlines(keepends=True)


# ---------------------------------------------------------------- pages that were read


class Journal:
    """A file that keeps what was made of pages, each in a line; without a path, one that nobody finds again."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def recall(self) -> Iterator[tuple[str, int]]:
        """Yield where it keeps which page, by key; lines that were cut off or changed are left out."""
        place = 0
        try:
            with (self.path or Path(os.devnull)).open("rb") as file:
                for line in file:
                    if told := _checked(line):
                        yield json.loads(told.partition(b"\t")[0])["key"], place
                    place += len(line)
        except OSError:
            return

    def add(self, pages: Iterable[Built]) -> list[int]:
        """Keep what was made of some pages; return where it keeps each."""
        file, places = self._open(), []
        end = file.seek(0, 2)
        for page in pages:
            line = _pack(page)
            places.append(end + 1)
            end += file.write(b"\n" + line)
        file.flush()
        return places

    def read(self, name: str, place: int) -> Shelved:
        """Return a page that it keeps at a place."""
        file = self._open()
        file.seek(place)
        told = _checked(file.readline())
        if told is None:
            raise StoreError(f"{self.path}: changed while it was used; delete it and build again")
        description, rows, figures, tally, text, statements = told.split(b"\t", 5)
        return Shelved(
            name,
            description + b"\n",
            json.loads(description),
            json.loads(rows),
            [f"{row}\n".encode() for row in json.loads(figures)],
            lambda: str(json.loads(text)),
            json.loads(tally),
            statements,
        )

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Forget all."""
        self.close()
        if self.path:
            self.path.unlink(missing_ok=True)

    def _open(self) -> IO[bytes]:
        if self._file is None:
            if self.path:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+b") if self.path else TemporaryFile()  # noqa: SIM115  see close
        return self._file


def _pack(page: Built) -> bytes:
    """Return the line of a journal about a page: a checksum and, between tabs, all that was made of it."""
    head = (describe(page).rstrip("\n"), *map(json.dumps, (page.rows, page.figures, page.tally, page.text)))
    told = "\t".join((*head, "".join(page.lines).replace("\n", "\t"))).encode()
    return hashlib.sha256(told).hexdigest().encode() + b" " + told + b"\n"


def _checked(line: bytes) -> bytes | None:
    """Return what a line tells after its checksum, if this is right."""
    digest, _, told = line.removesuffix(b"\n").partition(b" ")
    return told if told and hashlib.sha256(told).hexdigest().encode() == digest else None


# ---------------------------------------------------------------- pages that are as they were


class Earlier:
    """A build that is there already; its files are kept open, so that it may be replaced meanwhile.

    Args:
        out: the folder of the build.
        digests: the checksums of its files but for the texts, by path.
        hash_file: returns the checksum of a file.

    """

    def __init__(self, out: Path, digests: Mapping[str, str], hash_file: Callable[[str], str]) -> None:
        self._out, self._digests, self._hash = out, digests, hash_file
        self._files: dict[str, IO[bytes]] = {}
        self._gone: list[Mapping[str, Any]] = []  # what is told of pages that are not taken over
        if all(self._is_whole(name) for name in _USED):
            self._files = {name: (out / name).open("rb") for name in _USED}

    def __bool__(self) -> bool:
        return bool(self._files)

    def records(self) -> Iterator[Mapping[str, Any]]:
        """Yield what is told of each page, in the order of their names."""
        return map(json.loads, self._rewound(PAGES)) if self else iter(())

    def holds_text(self, told: Mapping[str, Any]) -> bool:
        """Tell whether the text of a page is as it was."""
        try:
            return bool(self._hash(self._path(told["page"])) == told["text"])
        except OSError:
            return False

    def pages(self, names: Iterator[str]) -> Iterator[Shelved]:
        """Yield some of the pages, given and yielded in the order of their names; the others are gone."""
        self._gone = []
        wanted = next(names, None)
        if wanted is None:
            return
        issues, figures = self._issues(), islice(self._rewound(FIGURES), 1, None)
        for line in self._rewound(PAGES):
            told = json.loads(line)
            name, rows, stated = (
                told["page"],
                list(islice(issues, told["issues"])),
                list(islice(figures, told["figures"])),
            )
            if name == wanted:
                yield Shelved(name, line, told, rows, stated, partial(self._read_text, told), kept=self._path(name))
                wanted = next(names, None)
            else:
                self._gone.append({"page": name, "things": told["things"]})

    def runs(self) -> Iterator[bytes]:
        """Yield the statements that the pages yielded before alone told, sorted, many at once."""
        graph = self._files[GRAPH]
        for kind in PAGE_THINGS:
            begin = f"<{BASE}{kind}/".encode()
            runs = read_runs(graph, find_lines(graph, begin, (0, graph.seek(0, 2))))
            yield from cut_runs(runs, sorted(self._heads(kind)))

    def _heads(self, kind: str) -> Iterator[bytes]:
        """Yield how the statements begin that are told of things of a kind by pages that are gone."""
        for told in self._gone:
            if kind == PAGE:
                yield from (f"<{document_iri(told['page'])}{end}".encode() for end in "#>")
            else:
                yield from (f"<{BASE}{kind}/{name}>".encode() for name in told["things"].get(kind, "").split())

    def _is_whole(self, name: str) -> bool:
        try:
            return self._hash(f"{self._out}/{name}") == self._digests.get(name)
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files.values():
            file.close()

    def _issues(self) -> Iterator[list[str]]:
        """Yield the last rows of the table of issues; above them are those about pages that could not be read."""
        above = sum(1 for _ in self._table()) - sum(told["issues"] for told in self.records())
        return islice(self._table(), above, None)

    def _table(self) -> Iterator[list[str]]:
        return csv.reader((line.decode() for line in self._rewound(ISSUES)), delimiter="\t")

    def _read_text(self, told: Mapping[str, Any]) -> str:
        if not self.holds_text(told):
            raise StoreError(f"{self._out}: changed while it was used; nothing was changed; build again")
        return Path(self._path(told["page"])).read_bytes().decode()

    def _path(self, name: str) -> str:
        return f"{self._out}/{text_path(name)}"

    def _rewound(self, name: str) -> IO[bytes]:
        self._files[name].seek(0)
        return self._files[name]


# ---------------------------------------------------------------- all together


class Shelf:
    """Pages that were built, read one after another as often as needed.

    Args:
        journal: takes in the pages that are read now.
        earlier: the build that is there already.
        ledger: tells where each page is: where the journal keeps it, or EARLIER.

    """

    def __init__(self, journal: Journal, earlier: Earlier | None, ledger: Ledger) -> None:
        self._journal, self._earlier, self._ledger = journal, earlier, ledger

    def __len__(self) -> int:
        return self._ledger.count_settled()

    def __iter__(self) -> Iterator[Shelved]:
        earlier = self._earlier.pages(self._ledger.settled_at(EARLIER)) if self._earlier else iter(())
        for name, place in self._ledger.settled():
            yield next(earlier) if place == EARLIER else self._journal.read(name, place)
        for _ in earlier:  # so that it knows which of its pages are gone
            pass

    @property
    def where(self) -> str:
        """Where it keeps the pages."""
        return str(self._journal.path or gettempdir())

    @property
    def is_later(self) -> bool:
        """Tell whether pages are taken over from the earlier build."""
        return next(self._ledger.settled_at(EARLIER), None) is not None

    def put(self, pages: Sequence[Built]) -> None:
        """Take in pages that were built."""
        places = self._journal.add(pages)
        self._ledger.settle(zip((page.id for page in pages), places, strict=True))

    def earlier_runs(self) -> Iterator[bytes]:
        """Yield the statements, sorted, of the pages that are as they were in the earlier build, many at once.

        All pages were read from the shelf before.
        """
        return self._earlier.runs() if self._earlier and self.is_later else iter(())
