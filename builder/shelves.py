"""Where pages that were built wait until all are: on disk, so that memory does not grow with what was read.

New pages go into a journal beside the target, which a build that is stopped leaves behind; pages that are as they were
stay in the earlier build. A shelf reads both page by page, in the order of their names.
"""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any

from builder.errors import StoreError
from builder.identifiers import BASE, PAGE, PAGE_THINGS, document_iri
from builder.keeping import FIGURES, GRAPH, ISSUES, PAGES, Built, describe, text_path
from builder.merging import Stretch, find_lines, read_runs
from builder.vocabulary import PROV

EARLIER = -1  # in place of where a page is in the journal
_USED = (GRAPH, ISSUES, FIGURES, PAGES)
_DERIVED = f"> <{PROV.wasDerivedFrom}> <".encode()


@dataclass(frozen=True)
class Shelved:
    """A page on a shelf."""

    name: str
    description: str  # the line of ``pages.jsonl`` about it
    rows: Sequence[Sequence[str]]  # of the table of open issues
    figures: Sequence[bytes]  # lines of the table of figures
    read_text: Callable[[], str]
    tally: Mapping[str, int] = field(default_factory=dict)  # of a second engine
    statements: bytes = b""  # each with a tab behind it; an earlier build tells those of all pages at once
    kept: Path | None = None  # the file of an earlier build that holds the text

    @cached_property
    def told(self) -> dict[str, Any]:
        """What ``pages.jsonl`` tells of it."""
        return dict(json.loads(self.description))

    def lines(self) -> list[bytes]:
        """Return the lines of the graph that are told with it."""
        return self.statements.replace(b"\t", b"\n").splitlines(keepends=True)


# ---------------------------------------------------------------- pages that were read


class Journal:
    """A file that keeps what was made of pages, each in a line; without a path, one that nobody finds again."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def recall(self) -> dict[str, int]:
        """Return where it keeps which page, by key; lines that were cut off or changed are left out."""
        found: dict[str, int] = {}
        place = 0
        try:
            with (self.path or Path(os.devnull)).open("rb") as file:
                for line in file:
                    if told := _checked(line):
                        found[json.loads(told.partition(b"\t")[0])["key"]] = place
                    place += len(line)
        except OSError:
            return {}
        return found

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
            description.decode() + "\n",
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
        digests: the checksums of its files, by path.
        is_whole: tells whether a file has a checksum.

    """

    def __init__(self, out: Path, digests: Mapping[str, str], is_whole: Callable[[Path, str], bool]) -> None:
        self._out, self._digests, self._compare = out, digests, is_whole
        self._files: dict[str, IO[bytes]] = {}
        self._keys: set[str] = set()
        self._pages: dict[str, tuple[int, int]] = {}  # name -> numbers of its rows in the tables of issues and figures
        if all(self._is_whole(name) for name in _USED):
            self._files = {name: (out / name).open("rb") for name in _USED}
            for page in map(json.loads, self._rewound(PAGES)):
                self._keys.add(page["key"])
                self._pages[page["page"]] = page["issues"], page["figures"]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def holds(self, name: str, key: str) -> bool:
        """Tell whether all that was made of a page is here, and it is as it was."""
        return key in self._keys and self._is_whole(text_path(name))

    def pages(self, names: Collection[str]) -> Iterator[Shelved]:
        """Yield some of the pages, in the order of their names."""
        if not names:
            return
        issues, figures = self._issues(), islice(self._rewound(FIGURES), 1, None)
        for (name, (some, more)), line in zip(self._pages.items(), self._rewound(PAGES), strict=True):
            rows, told = list(islice(issues, some)), list(islice(figures, more))
            if name in names:
                text = self._out / text_path(name)
                yield Shelved(name, line.decode(), rows, told, partial(self._read_text, name), kept=text)

    def runs(self, names: Collection[str]) -> Iterator[bytes]:
        """Yield the statements that some of the pages alone told, sorted, many at once."""
        graph = self._files[GRAPH]
        gone = {document_iri(name).encode() for name in self._pages.keys() - names}
        for kind in PAGE_THINGS if names else ():
            begin, end = find_lines(graph, f"<{BASE}{kind}/".encode(), (0, graph.seek(0, 2)))
            for cut_begin, cut_end in [*sorted(self._stretches(gone, kind, (begin, end))), (end, end)]:
                yield from read_runs(graph, (begin, cut_begin))
                begin = cut_end

    def _stretches(self, pages: Set[bytes], kind: str, within: Stretch) -> Iterator[Stretch]:
        """Yield where it is told of things of a kind that belong to some pages."""
        graph = self._files[GRAPH]
        if kind == PAGE:
            heads = (b"<" + page + end for page in pages for end in (b">", b"#"))
        else:
            heads = (thing for run in (read_runs(graph, within) if pages else ()) for thing in _derived(run, pages))
        for head in heads:
            yield find_lines(graph, head, within)

    def digests(self, names: Iterable[str]) -> dict[str, str]:
        """Return the checksums of the texts of some of the pages, by path."""
        return {path: self._digests[path] for path in map(text_path, names)}

    def _is_whole(self, name: str) -> bool:
        return name in self._digests and self._compare(self._out / name, self._digests[name])

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files.values():
            file.close()

    def _issues(self) -> Iterator[list[str]]:
        """Yield the last rows of the table of issues; above them are those about pages that could not be read."""
        above = sum(1 for _ in self._table()) - sum(issues for issues, _ in self._pages.values())
        return islice(self._table(), above, None)

    def _table(self) -> Iterator[list[str]]:
        return csv.reader((line.decode() for line in self._rewound(ISSUES)), delimiter="\t")

    def _read_text(self, name: str) -> str:
        if not self._is_whole(text_path(name)):
            raise StoreError(f"{self._out}: changed while it was used; nothing was changed; build again")
        return (self._out / text_path(name)).read_bytes().decode()

    def _rewound(self, name: str) -> IO[bytes]:
        self._files[name].seek(0)
        return self._files[name]


def _derived(run: bytes, pages: Set[bytes]) -> Iterator[bytes]:
    """Yield the things that some statements tell to be derived from some pages."""
    place = -1
    while (place := run.find(_DERIVED, place + 1)) >= 0:
        begin = place + len(_DERIVED)
        if run[begin : run.index(b">", begin)] in pages:
            thing = run[run.rfind(b"\n", 0, place) + 1 : place + 1]
            if b" " not in thing:  # else it is a text that looks like a statement
                yield thing


# ---------------------------------------------------------------- all together


class Shelf:
    """Pages that were built, read one after another as often as needed.

    Args:
        journal: takes in the pages that are read now.
        earlier: the build that is there already.
        kept: pages that are not read, by name: where the journal keeps them, or EARLIER.

    """

    def __init__(self, journal: Journal, earlier: Earlier | None, kept: Mapping[str, int]) -> None:
        self._journal, self._earlier = journal, earlier
        self._places = list(kept.items())  # in order as soon as they are read

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Shelved]:
        earlier = self._earlier.pages(self.as_they_were()) if self._earlier else iter(())
        self._places.sort()
        for name, place in self._places:
            yield next(earlier) if place == EARLIER else self._journal.read(name, place)

    @property
    def where(self) -> str:
        """Where it keeps the pages."""
        return str(self._journal.path or gettempdir())

    def put(self, pages: Sequence[Built]) -> None:
        """Take in pages that were built."""
        places = self._journal.add(pages)
        self._places += zip((page.id for page in pages), places, strict=True)

    def earlier_runs(self) -> Iterator[bytes]:
        """Yield the statements, sorted, of all pages that are as they were in the earlier build, many at once."""
        return self._earlier.runs(self.as_they_were()) if self._earlier else iter(())

    def earlier_digests(self) -> dict[str, str]:
        """Return the checksums of the texts of all pages that are as they were, by path."""
        return self._earlier.digests(self.as_they_were()) if self._earlier else {}

    def as_they_were(self) -> set[str]:
        """Return the names of the pages that are as they were in the earlier build."""
        return {name for name, place in self._places if place == EARLIER}
