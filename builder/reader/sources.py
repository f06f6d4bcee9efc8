"""Where pages come from: folders, single files, JSON Lines, and the table of addresses beside them."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builder.errors import SourceError
from builder.facts import Source

MEDIA = {".txt": "text/plain", ".md": "text/markdown", ".html": "text/html", ".htm": "text/html"}
TABLE = "sources.csv"
_TOLD = ("url", "title", "published", "publisher")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page is to be found: a file, or a line of a JSON Lines file; nothing is read yet."""

    id: str
    path: Path
    media: str = "text/plain"
    line: int = 0  # of a JSON Lines file, from 1
    told: Mapping[str, str] = field(default_factory=dict)  # address, title … from sources.csv


def list_sources(inputs: Iterable[Path]) -> tuple[list[Place], list[SourceError]]:
    """Return the pages under some files and folders, by identifier, and what is wrong with the list.

    A page's identifier is its path relative to the folder given. Of two pages with one identifier the first is kept.
    """
    places: dict[str, Place] = {}
    problems: list[SourceError] = []
    for path in inputs:
        try:
            found = list(_list_input(path, problems))
        except SourceError as problem:
            problems.append(problem)
            continue
        for place in found:
            if place.id in places and places[place.id].path != place.path:
                problems.append(SourceError(f"{place.path}: a page called {place.id} is already in the input; rename one"))
            places.setdefault(place.id, place)
    return [places[name] for name in sorted(places)], problems


def _list_input(path: Path, problems: list[SourceError]) -> Iterator[Place]:
    if path.is_dir():
        yield from _list_folder(path, problems)
    elif not path.exists():
        raise SourceError(f"{path}: no such file or folder; check the path")
    elif _is_lines(path):
        yield from _list_lines(path, path.name)
    elif path.suffix.lower() in MEDIA:
        told = _read_table(path.parent / TABLE, problems).get(path.name, {})
        yield Place(path.name, path, MEDIA[path.suffix.lower()], told=told)
    else:
        raise SourceError(f"{path}: not a kind of page that can be read; give {', '.join(MEDIA)} or .jsonl files")


def _list_folder(folder: Path, problems: list[SourceError]) -> Iterator[Place]:
    found = 0
    table = _read_table(folder / TABLE, problems)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.name == TABLE or any(part.startswith(".") for part in Path(name).parts) or not path.is_file():
            continue
        if _is_lines(path):
            found += 1
            yield from _list_lines(path, name)
        elif path.suffix.lower() in MEDIA:
            found += 1
            yield Place(name, path, MEDIA[path.suffix.lower()], told=table.get(name, {}))
    if not found:
        raise SourceError(f"{folder}: the folder holds no pages; put {', '.join(MEDIA)} or .jsonl files into it")


def _is_lines(path: Path) -> bool:
    return path.name.lower().endswith((".jsonl", ".jsonl.gz"))


def _read_table(path: Path, problems: list[SourceError]) -> dict[str, dict[str, str]]:
    """Return what ``sources.csv`` tells, by file; a broken table is reported and left aside."""
    if not path.is_file():
        return {}
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        problems.append(SourceError(f"{path}: cannot be read as UTF-8 CSV ({problem}); addresses are left out"))
        return {}
    if rows and not {"file", "url"} <= set(rows[0]):
        problems.append(SourceError(f"{path}: needs the columns file and url; addresses are left out"))
        return {}
    return {row["file"]: {k: row[k].strip() for k in _TOLD if isinstance(row.get(k), str)} for row in rows if row["file"]}


def _open_lines(path: Path) -> "io.BufferedIOBase | gzip.GzipFile":
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")  # type: ignore[return-value]


def _list_lines(path: Path, name: str) -> Iterator[Place]:
    """List the pages of a JSON Lines file by the ``id`` of each line, else by line number."""
    try:
        with _open_lines(path) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield Place(f"{name}/{_line_id(line, number)}", path, "application/json", number)
    except (OSError, EOFError) as problem:
        raise SourceError(f"{path}: cannot be read: {problem}; fetch the file again") from problem


def _line_id(line: bytes, number: int) -> str:
    try:
        record = json.loads(line)
    except ValueError:
        return f"line-{number}"
    identifier = record.get("id") if isinstance(record, dict) else None
    return str(identifier) if identifier not in (None, "") else f"line-{number}"


def load_source(place: Place) -> Source:
    """Read the bytes of a page.

    Raises:
        SourceError: the file cannot be read, or its line is no record with ``text`` or ``html``.

    """
    if place.line:
        return _load_line(place)
    try:
        return Source(place.id, place.path.read_bytes(), place.media, **place.told)
    except OSError as problem:
        raise SourceError(f"{place.id}: cannot be read ({problem.strerror}); check the file's rights") from problem


def _load_line(place: Place) -> Source:
    with _open_lines(place.path) as lines:
        raw = next(line for number, line in enumerate(lines, 1) if number == place.line)
    try:
        record = json.loads(raw)
        markup = record.get("html")
        text = markup or record["text"]
        told = {key: str(record[key]) for key in _TOLD if record.get(key)}
        media = "text/html" if markup else "text/plain"
        return Source(place.id, text.encode(), media, **told)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        message = f"{place.id}: line {place.line} is no JSON record with “text” or “html”; mend or remove the line"
        raise SourceError(message) from problem
