"""Where pages come from: folders, single files, files of many pages, and the table of addresses beside them."""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from builder.errors import SourceError
from builder.facts import Source
from builder.ledger import Ledger
from builder.reader.containers import ENDINGS, JSON, LONGEST_LINE, is_container, list_records, read_record
from builder.reader.decoding import LARGEST, LARGEST_DOCUMENT, check_size, whole_characters
from builder.reader.files import Where, file_name, locate, public_name, read_file, walk

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLD_WORD = "application/msword"
MACROS = "application/vnd.ms-word.document.macroEnabled.12"
MEDIA = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": PDF,
    ".docx": WORD,
    ".doc": OLD_WORD,
    ".docm": MACROS,  # the last two to say why they are not read
}
TABLE = "sources.csv"
_KINDS = f"{', '.join([e for e in MEDIA if e not in ('.doc', '.docm')] + list(ENDINGS[:-1]))} or {ENDINGS[-1]} files"
_TOLD = ("url", "title", "published", "publisher")
_LONGEST_NAME = 251  # bytes; with ".txt" behind it, what file systems hold
_NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page is to be found: a file, or a stretch of bytes that a file of many pages was unpacked to."""

    id: str
    path: Where  # of the file, as it was named
    media: str = "text/plain"
    line: int = 0  # which record of a file of many pages, from 1
    file: Path | None = None  # where its bytes are
    begin: int = 0
    length: int = 0
    record: bytes | None = None  # these bytes themselves, for workers that do not see the file
    told: Mapping[str, str] = field(default_factory=dict)  # address, title … from sources.csv

    def pack(self) -> str:
        """Return all but the bytes themselves as JSON."""
        file = str(self.file) if self.file else None
        path = [isinstance(self.path, Path), str(self.path)]
        told = dict(self.told)
        return json.dumps([self.id, path, self.media, self.line, file, self.begin, self.length, told])

    @classmethod
    def unpack(cls, packed: str) -> "Place":
        """Return what ``pack`` made text of."""
        name, (is_path, path), media, line, file, begin, length, told = json.loads(packed)
        where = Path(path) if is_path else path
        return cls(name, where, media, line, Path(file) if file else None, begin, length, told=told)

    def lies_in(self, folder: Path) -> bool:
        """Tell whether the page is one of a folder of this machine."""
        return isinstance(self.path, Path) and folder in self.path.resolve().parents


def list_sources(inputs: Iterable[Path | str]) -> tuple[list[Place], list[SourceError]]:
    """Return the pages under some files, folders and URLs, by identifier, and what is wrong with the list."""
    with closing(Ledger(pack=Place.pack, unpack=Place.unpack)) as ledger:
        problems = enter_sources(inputs, ledger)
        return list(ledger.places()), problems


def enter_sources(inputs: Iterable[Path | str], ledger: Ledger, but: Path | None = None) -> list[SourceError]:
    """Enter the pages under some files, folders and URLs in a ledger, by identifier; return what is wrong with them.

    A page's identifier is its path relative to the folder given. Of two pages with one identifier the first is kept.
    Pages in the folder ``but`` are left out.
    """
    problems: list[SourceError] = []
    for where in map(locate, inputs):
        for place in _list_input(where, problems):
            known = ledger.enter(place.id, place)
            if known is not place and (_whole_path(known), known.line) != (_whole_path(place), place.line):
                problems.append(_problem(place.id, "a page of this name is already in the input", "rename one"))
    _strike_unusable_names(ledger, problems)
    if but is not None:
        _strike_pages_in(but, ledger)
    return problems


def _strike_pages_in(folder: Path, ledger: Ledger) -> None:
    """Leave out the pages in a folder; whether a folder lies in it is found out once for all that it holds."""
    lies_in: dict[Path, bool] = {}
    for place in ledger.places():
        if isinstance(place.path, Path):
            if place.path.parent not in lies_in:
                lies_in.clear()  # the next pages mostly lie in the same folder
                lies_in[place.path.parent] = place.path.parent.resolve().is_relative_to(folder)
            if lies_in[place.path.parent] or (place.path.is_symlink() and place.lies_in(folder)):
                ledger.strike(place.id)


def _whole_path(place: Place) -> Where:
    return place.path.absolute() if isinstance(place.path, Path) else place.path


def _problem(where: str, what: str, remedy: str) -> SourceError:
    return SourceError(f"{shown(where)}: {what}; {remedy}")


def shown(name: str) -> str:
    """Return a name with everything that does not print spelled out, so that it stays on its line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


def _strike_unusable_names(ledger: Ledger, problems: list[SourceError]) -> None:
    """Leave out the pages whose texts could not be kept under their names."""
    wrong = ((name, _what_is_wrong_with(name, ledger)) for name in ledger.names())
    for name, what in [(name, what) for name, what in wrong if what]:
        problems.append(_problem(name, what, "rename it"))
        ledger.strike(name)


def _what_is_wrong_with(name: str, ledger: Ledger) -> str:
    if _NOT_IN_NAMES.search(name):
        return "the name holds a line break or what is no character"
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "the name is no path below the folder of pages"
    if any(len(part.encode()) > _LONGEST_NAME for part in parts):
        return f"the name is longer than {_LONGEST_NAME} bytes"
    above = ("/".join(parts[:n]) for n in range(1, len(parts)) if parts[n - 1].endswith(".txt"))
    if any(ledger.place(each.removesuffix(".txt")) for each in above):
        return "a part of the name is the name of another page"
    return ""


def _list_input(where: Where, problems: list[SourceError]) -> Iterator[Place]:
    name = file_name(where)
    if isinstance(where, Path) and where.is_dir():
        yield from _list_files(public_name(where), _walk(where, problems), problems)
    elif isinstance(where, Path) and not where.exists():
        problems.append(_problem(str(where), "no such file or folder", "check the path"))
    elif is_container(name):
        yield from _list_container(where, name, problems)
    elif (media := _media(name)) is not None:
        beside = where.parent / TABLE if isinstance(where, Path) else None
        told = _read_table(beside, TABLE, problems).get(name, {}) if beside and beside.is_file() else {}
        yield Place(name, where, media, told=told)
    elif isinstance(where, Path):
        problems.append(_problem(str(where), "not a kind of page that can be read", f"give {_KINDS}"))
    else:
        yield from _list_address(where, problems)


def _list_address(url: str, problems: list[SourceError]) -> Iterator[Place]:
    """List a folder named by a URL."""
    try:
        files = walk(url)
    except SourceError as problem:
        problems.append(problem)
        return
    tables_first = sorted(files, key=lambda file: (PurePosixPath(file[0]).parent, file_name(file[1]) != TABLE, file[0]))
    yield from _list_files(public_name(url), tables_first, problems)


def _media(name: str) -> str | None:
    return MEDIA.get(PurePosixPath(name).suffix.lower())


def _list_files(folder: str, files: Iterable[tuple[str, Where]], problems: list[SourceError]) -> Iterator[Place]:
    """List the pages among the files of a folder, given by name, each table of addresses before its neighbours."""
    found = 0
    told: dict[str, dict[str, str]] = {}
    for name, where in files:
        if file_name(where) == TABLE:
            table = _read_table(where, name, problems)
            told |= {name.removesuffix(TABLE) + file: columns for file, columns in table.items()}
        elif is_container(name):
            found += 1
            yield from _list_container(where, name, problems)
        elif (media := _media(name)) is not None:
            found += 1
            yield Place(name, where, media, told=told.get(name, {}))
    if not found:
        problems.append(_problem(folder, "the folder holds no pages", f"put {_KINDS} into it"))


def _walk(folder: Path, problems: list[SourceError]) -> Iterator[tuple[str, Path]]:
    """Yield the files of a folder that are not hidden, by name, the table of addresses before its neighbours."""

    def report(problem: OSError) -> None:
        where = Path(problem.filename).relative_to(folder).as_posix()
        problems.append(_problem(where, f"the folder cannot be read ({problem.strerror})", "check its rights"))

    for here, folders, files in os.walk(folder, onerror=report):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = "" if here == str(folder) else f"{Path(here).relative_to(folder).as_posix()}/"
        for name in sorted(files, key=lambda name: (name != TABLE, name)):
            path = Path(here, name)
            if not name.startswith(".") and (path.is_file() or path.is_symlink()):
                yield f"{inside}{name}", path


# ---------------------------------------------------------------- the table of addresses


def _read_table(where: Where, name: str, problems: list[SourceError]) -> dict[str, dict[str, str]]:
    """Return what ``sources.csv`` tells, by file; a broken table is reported and left aside."""
    try:
        text = read_file(where, LARGEST).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (OSError, SourceError, UnicodeDecodeError, csv.Error) as problem:
        reason = f"cannot be read as UTF-8 CSV ({problem}), so addresses are left out"
        problems.append(_problem(name, reason, "mend the table"))
        return {}
    if rows and not {"file", "url"} <= set(rows[0]):
        problems.append(_problem(name, "needs the columns file and url, so addresses are left out", "mend the table"))
        return {}
    return {row["file"]: {k: _clean(row[k]) for k in _TOLD if row.get(k)} for row in rows if row["file"]}


# ---------------------------------------------------------------- files of many pages


def _list_container(where: Where, name: str, problems: list[SourceError]) -> Iterator[Place]:
    """List the pages of a file by the names that it gives them, else by their number."""
    records, trouble = list_records(where)
    if trouble:
        problems.append(SourceError(f"{shown(name)}: {trouble}"))
    for record in records:
        identifier = f"{name}/{record.name}"
        yield Place(
            identifier, where, record.media, record.number, record.file, record.begin, record.length, told=record.told
        )


# ---------------------------------------------------------------- one page


def load_source(place: Place) -> Source:
    """Read the bytes of a page.

    Raises:
        SourceError: the file cannot be read, or its line is no record with ``text`` or ``html``.

    """
    if place.line:
        return _load_record(place)
    most = LARGEST if place.media.startswith("text/") else LARGEST_DOCUMENT
    try:
        if isinstance(place.path, Path):
            check_size(place.id, place.path.stat().st_size, most)
        data = read_file(place.path, most)
    except OSError as problem:
        what = f"cannot be read ({problem.strerror})"
        raise _problem(place.id, what, "check that it exists and its rights") from problem
    check_size(place.id, len(data), most)
    return Source(place.id, data, place.media, **place.told)


def carry(place: Place) -> Place:
    """Return a place that holds its record itself, for a worker on another machine.

    Raises:
        SourceError: the record cannot be read.

    """
    return replace(place, record=_bytes_of(place)) if place.line else place


def _bytes_of(place: Place) -> bytes:
    if place.record is not None or place.file is None:
        return place.record or b""
    try:
        with place.file.open("rb") as file:
            file.seek(place.begin)
            return file.read(place.length)
    except OSError as problem:
        raise _problem(place.id, f"cannot be read ({problem.strerror})", "build again") from problem


def _load_record(place: Place) -> Source:
    data = _bytes_of(place)
    if place.media != JSON:
        return Source(place.id, data, place.media, **_told(place.told))
    if len(data) > LONGEST_LINE:
        check_size(place.id, len(data))
    try:
        record = read_record(data)
        markup, text = record.get("html"), record.get("text")
        content = markup or text
        if not isinstance(content, str):
            raise ValueError("no text")
        told = _told({key: str(record[key]) for key in _TOLD if record.get(key)})
        return Source(place.id, whole_characters(content).encode(), "text/html" if markup else "text/plain", **told)
    except ValueError as problem:
        what = f"line {place.line} is no JSON record with “text” or “html”"
        raise _problem(place.id, what, "mend or remove the line") from problem


def _told(told: Mapping[str, str]) -> dict[str, str]:
    return {key: _clean(value) for key, value in told.items()}


def _clean(text: str) -> str:
    """Leave out of a title or address what is no character."""
    return _NOT_IN_NAMES.sub(" ", text).strip()
