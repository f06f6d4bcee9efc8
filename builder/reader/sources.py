"""Where pages come from: folders, single files, JSON Lines, and the table of addresses beside them."""

import csv
import gzip
import io
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from builder.errors import SourceError
from builder.facts import Source
from builder.reader.decoding import LARGEST, LARGEST_DOCUMENT, check_size

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
_KINDS = f"{', '.join(ending for ending in MEDIA if ending not in ('.doc', '.docm'))} or .jsonl files"
_TOLD = ("url", "title", "published", "publisher")
_LONGEST_NAME = 251  # bytes; with ".txt" behind it, what file systems hold
_LONGEST_LINE = 2 * LARGEST  # JSON escapes take room
_NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page is to be found: a file, or a line of a JSON Lines file, which is kept as it stands."""

    id: str
    path: Path
    media: str = "text/plain"
    line: int = 0  # of a JSON Lines file, from 1
    record: bytes = b""  # that line
    told: Mapping[str, str] = field(default_factory=dict)  # address, title … from sources.csv


def list_sources(inputs: Iterable[Path]) -> tuple[list[Place], list[SourceError]]:
    """Return the pages under some files and folders, by identifier, and what is wrong with the list.

    A page's identifier is its path relative to the folder given. Of two pages with one identifier the first is kept.
    """
    places: dict[str, Place] = {}
    problems: list[SourceError] = []
    for path in inputs:
        for place in _list_input(path, problems):
            known = places.setdefault(place.id, place)
            if (known.path.absolute(), known.line) != (place.path.absolute(), place.line):
                problems.append(_problem(place.id, "a page of this name is already in the input", "rename one"))
    kept = _with_usable_names(places, problems)
    return [kept[name] for name in sorted(kept)], problems


def _problem(where: str, what: str, remedy: str) -> SourceError:
    return SourceError(f"{shown(where)}: {what}; {remedy}")


def shown(name: str) -> str:
    """Return a name with everything that does not print spelled out, so that it stays on its line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


def _with_usable_names(places: Mapping[str, Place], problems: list[SourceError]) -> dict[str, Place]:
    """Leave out the pages whose texts could not be kept under their names."""
    kept = {}
    for name, place in places.items():
        what = _what_is_wrong_with(name, places)
        if what:
            problems.append(_problem(name, what, "rename it"))
        else:
            kept[name] = place
    return kept


def _what_is_wrong_with(name: str, places: Mapping[str, Place]) -> str:
    parts = name.split("/")
    if _NOT_IN_NAMES.search(name):
        return "the name holds a line break or what is no character"
    if any(part in ("", ".", "..") for part in parts):
        return "the name is no path below the folder of pages"
    if any(len(part.encode()) > _LONGEST_NAME for part in parts):
        return f"the name is longer than {_LONGEST_NAME} bytes"
    if any(above.suffix == ".txt" and str(above.with_suffix("")) in places for above in PurePosixPath(name).parents):
        return "a part of the name is the name of another page"
    return ""


def _list_input(path: Path, problems: list[SourceError]) -> Iterator[Place]:
    if path.is_dir():
        yield from _list_folder(path, problems)
    elif not path.exists():
        problems.append(_problem(str(path), "no such file or folder", "check the path"))
    elif _is_lines(path.name):
        yield from _list_lines(path, path.name, problems)
    elif path.suffix.lower() in MEDIA:
        told = _read_table(path.parent / TABLE, TABLE, problems).get(path.name, {})
        yield Place(path.name, path, MEDIA[path.suffix.lower()], told=told)
    else:
        problems.append(_problem(str(path), "not a kind of page that can be read", f"give {_KINDS}"))


def _list_folder(folder: Path, problems: list[SourceError]) -> Iterator[Place]:
    found = 0
    told: dict[str, dict[str, str]] = {}
    for path in _walk(folder, problems):
        name = path.relative_to(folder).as_posix()
        if path.name == TABLE:
            table = _read_table(path, name, problems)
            told |= {name.removesuffix(TABLE) + file: columns for file, columns in table.items()}
        elif _is_lines(path.name):
            found += 1
            yield from _list_lines(path, name, problems)
        elif path.suffix.lower() in MEDIA:
            found += 1
            yield Place(name, path, MEDIA[path.suffix.lower()], told=told.get(name, {}))
    if not found:
        problems.append(_problem(str(folder), "the folder holds no pages", f"put {_KINDS} into it"))


def _walk(folder: Path, problems: list[SourceError]) -> Iterator[Path]:
    """Yield the files of a folder that are not hidden, by name, the table of addresses before its neighbours."""

    def report(problem: OSError) -> None:
        where = Path(problem.filename).relative_to(folder).as_posix()
        problems.append(_problem(where, f"the folder cannot be read ({problem.strerror})", "check its rights"))

    for here, folders, files in os.walk(folder, onerror=report):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files, key=lambda name: (name != TABLE, name)):
            path = Path(here, name)
            if not name.startswith(".") and (path.is_file() or path.is_symlink()):
                yield path


def _is_lines(name: str) -> bool:
    return name.lower().endswith((".jsonl", ".jsonl.gz"))


# ---------------------------------------------------------------- the table of addresses


def _read_table(path: Path, name: str, problems: list[SourceError]) -> dict[str, dict[str, str]]:
    """Return what ``sources.csv`` tells, by file; a broken table is reported and left aside."""
    if not path.is_file():
        return {}
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        reason = f"cannot be read as UTF-8 CSV ({problem}), so addresses are left out"
        problems.append(_problem(name, reason, "mend the table"))
        return {}
    if rows and not {"file", "url"} <= set(rows[0]):
        problems.append(_problem(name, "needs the columns file and url, so addresses are left out", "mend the table"))
        return {}
    return {row["file"]: {k: _clean(row[k]) for k in _TOLD if row.get(k)} for row in rows if row["file"]}


# ---------------------------------------------------------------- JSON Lines


def _list_lines(path: Path, name: str, problems: list[SourceError]) -> list[Place]:
    """List the pages of a JSON Lines file by the ``id`` of each line, else by line number; all of them or none."""
    try:
        with gzip.open(path, "rb") if name.lower().endswith(".gz") else path.open("rb") as file:
            lines = [(number, line) for number, line in enumerate(_read_lines(file), 1) if line.strip()]
    except (OSError, EOFError, zlib.error) as problem:
        problems.append(_problem(name, f"damaged, so none of its pages is read ({problem})", "fetch the file again"))
        return []
    if not lines:
        problems.append(_problem(name, "the file holds no pages", "leave it out"))
    return [Place(f"{name}/{_line_id(line, n)}", path, "application/json", n, line) for n, line in lines]


def _read_lines(file: io.BufferedIOBase) -> Iterator[bytes]:
    """Yield the lines of a file; of a line longer than any page only the beginning is kept."""
    while line := file.readline(_LONGEST_LINE + 1):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(_LONGEST_LINE)
        yield line


def _line_id(line: bytes, number: int) -> str:
    try:
        record = _record(line)
    except ValueError:
        return f"line-{number}"
    identifier = record.get("id")
    return str(identifier) if isinstance(identifier, str | int) and identifier != "" else f"line-{number}"


def _record(line: bytes) -> dict[str, object]:
    """Read a line as a JSON record.

    Raises:
        ValueError: it is none.

    """
    try:
        record = json.loads(line)
    except RecursionError as problem:
        raise ValueError("nested too deep") from problem
    if not isinstance(record, dict):
        raise ValueError("no record")
    return record


# ---------------------------------------------------------------- one page


def load_source(place: Place) -> Source:
    """Read the bytes of a page.

    Raises:
        SourceError: the file cannot be read, or its line is no record with ``text`` or ``html``.

    """
    if place.line:
        return _load_line(place)
    try:
        plain = place.media.startswith("text/")
        check_size(place.id, place.path.stat().st_size, LARGEST if plain else LARGEST_DOCUMENT)
        return Source(place.id, place.path.read_bytes(), place.media, **place.told)
    except OSError as problem:
        what = f"cannot be read ({problem.strerror})"
        raise _problem(place.id, what, "check that it exists and its rights") from problem


def _load_line(place: Place) -> Source:
    if len(place.record) > _LONGEST_LINE:
        check_size(place.id, len(place.record))
    try:
        record = _record(place.record)
        markup, text = record.get("html"), record.get("text")
        content = markup or text
        if not isinstance(content, str):
            raise ValueError("no text")
        told = {key: _clean(str(record[key])) for key in _TOLD if record.get(key)}
        return Source(place.id, content.encode(), "text/html" if markup else "text/plain", **told)
    except ValueError as problem:
        what = f"line {place.line} is no JSON record with “text” or “html”"
        raise _problem(place.id, what, "mend or remove the line") from problem


def _clean(text: str) -> str:
    """Leave out of a title or address what is no character."""
    return _NOT_IN_NAMES.sub(" ", text).strip()
