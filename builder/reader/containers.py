"""Files that hold many pages: JSON Lines, plain or packed, Parquet, WARC and WET.

A file is read once, from front to back, and what is remembered of a page is where its bytes lie: any page can be loaded
alone, and memory does not grow with the file. Files named by a URL are copied, packed ones unpacked, into a temporary
folder; ``TMPDIR`` says where.
"""

import atexit
import gzip
import io
import json
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from typing import IO, Any, NamedTuple, cast

from builder.errors import SourceError, StoreError
from builder.reader.decoding import LARGEST
from builder.reader.files import Where, file_name, missing, open_file, public_name, reaching

JSON = "application/json"
LONGEST_LINE = 2 * LARGEST  # JSON escapes take room
_LONGEST_JUMP = 1_000_000_000  # bytes of one record that are passed over; what is longer is a bomb
_LARGEST_GROUP = 1_000_000_000  # bytes of the rows that a Parquet file keeps together
_ROWS = 8  # that are unpacked at a time
_WIDEST_WINDOW = 27  # bits: 128 MB, what zstd itself takes for granted (RFC 8878, section 3.1.1.1.2)
_COLUMNS = ("id", "text", "html", "url", "title", "published", "publisher")
_PACKED = {".jsonl": "", ".jsonl.gz": "gzip", ".jsonl.zst": "zstd"}
_TABLES = (".parquet",)
_ARCHIVES = (".warc", ".warc.gz", ".wet", ".wet.gz")
ENDINGS = (*_PACKED, *_TABLES, *_ARCHIVES)
_HTML = ("text/html", "application/xhtml+xml")


class Record(NamedTuple):
    """A page of a container: its name in it, which of its records it is, and where its bytes lie."""

    name: str
    number: int  # from 1
    media: str  # JSON: what it holds is told by the record
    file: Path
    begin: int  # bytes
    length: int
    told: Mapping[str, str]


class _Cut(Exception):  # noqa: N818  no error of the program
    """The file ends in the middle; the records before the cut are whole."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records


def is_container(name: str) -> bool:
    """Tell whether a file of this name holds many pages."""
    return name.lower().endswith(ENDINGS)


def list_records(where: Where) -> tuple[list[Record], str]:
    """Return the pages of a container, and what is wrong with it and what to do, or "".

    Of a file that was cut off the pages before the cut are there; of one that is damaged none, for what could still be
    unpacked may be wrong as well.
    """
    records: list[Record] = []
    try:
        path = where if isinstance(where, Path) else _fetch(where)
        with path.open("rb") as file:
            records += _reader(file_name(where).lower())(path, file)
    except _Cut as cut:
        if not cut.records:
            return [], "damaged, so none of its pages is read (it is cut off); fetch the file again"
        return cut.records, f"the file is cut off; its first {len(cut.records)} pages are read; fetch the file again"
    except SourceError as problem:
        return [], str(problem).removeprefix(f"{public_name(where)}: ")
    except (OSError, EOFError, ValueError, ArithmeticError, LookupError, zlib.error) as problem:
        reason = " ".join(str(problem).split())
        return [], f"damaged, so none of its pages is read ({reason}); fetch the file again"
    return records, "" if records else "the file holds no pages; leave it out"


def _reader(name: str) -> Callable[[Path, IO[bytes]], list[Record]]:
    if name.endswith(_TABLES):
        return _read_table
    if name.endswith(_ARCHIVES):
        return _read_archive
    return partial(_read_lines, packing=next(_PACKED[e] for e in (*_PACKED,) if name.endswith(e)))


# ---------------------------------------------------------------- what is unpacked


@cache
def _room() -> str:
    """Return a folder that is removed when the program ends."""
    room = mkdtemp(prefix="cchc-pages-")
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    return room


@contextmanager
def _writing() -> Iterator[None]:
    """Say of a failure to write that it is not the pages that are damaged.

    Raises:
        StoreError: there is no room, or the disk fails.

    """
    try:
        yield
    except OSError as problem:
        raise StoreError(
            f"no pages can be unpacked ({problem}); free space, or set TMPDIR to another folder"
        ) from problem


class _Store:
    """A temporary file of unpacked records.

    Raises:
        StoreError: it cannot be written.

    """

    def __init__(self) -> None:
        with _writing():
            self._file = NamedTemporaryFile(dir=_room(), delete=False)  # noqa: SIM115  outlives this function
        self.path, self._end = Path(self._file.name), 0

    def __enter__(self) -> "_Store":
        return self

    def __exit__(self, *_: object) -> None:
        with _writing():
            self._file.close()

    def write(self, data: bytes) -> None:
        self.add(data)

    def add(self, data: bytes) -> int:
        """Keep some bytes and return where they begin."""
        begin = self._end
        with _writing():
            self._file.write(data)
        self._end += len(data)
        return begin


def _fetch(url: str) -> Path:
    """Copy a file named by a URL into the temporary folder.

    Raises:
        SourceError: it cannot be read.

    """
    with reaching(url), open_file(url) as file, _Store() as store:
        shutil.copyfileobj(file, store, 1 << 20)
    return store.path


# ---------------------------------------------------------------- JSON Lines


def _read_lines(path: Path, file: IO[bytes], packing: str) -> list[Record]:
    records: list[Record] = []
    with _Store() if packing else nullcontext() as store:
        for number, (begin, line) in enumerate(_lines(_unpack(file, packing)), 1):
            if line is None:
                raise _Cut(records)
            if line.strip():
                place, at = (path, begin) if store is None else (store.path, store.add(line))
                records.append(Record(_line_name(line, number), number, JSON, place, at, len(line), {}))
    return records


def _unpack(file: IO[bytes], packing: str) -> IO[bytes]:
    if packing == "gzip":
        return cast("IO[bytes]", gzip.open(file))
    return _open_zstd(file) if packing == "zstd" else file


def _open_zstd(file: IO[bytes]) -> IO[bytes]:
    try:
        from compression import zstd  # Python 3.14
    except ModuleNotFoundError:
        try:
            from backports import zstd
        except ModuleNotFoundError as problem:
            raise missing(".zst files", "zstd") from problem
    limit = {zstd.DecompressionParameter.window_log_max: _WIDEST_WINDOW}
    return cast("IO[bytes]", _Zstd(zstd.ZstdFile(file, options=limit), zstd.ZstdError))


class _Zstd(io.RawIOBase):
    """A packed file whose damage is a ValueError like that of others."""

    def __init__(self, file: IO[bytes], damage: type[Exception]) -> None:
        self._file, self._damage = file, damage

    def readline(self, size: int | None = -1, /) -> bytes:
        try:
            return self._file.readline(-1 if size is None else size)
        except self._damage as problem:
            raise ValueError(str(problem)) from problem


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield where a line begins and the line, or None where the file is cut off inside it.

    Of a line longer than any page only the beginning is kept.

    Raises:
        SourceError: a line goes on beyond all reason.

    """
    at = 0
    while True:
        try:
            line = rest = file.readline(LONGEST_LINE + 1)
            length = len(line)
            while rest and not rest.endswith(b"\n"):
                rest = file.readline(LONGEST_LINE)
                length += len(rest)
                if length > _LONGEST_JUMP:
                    raise SourceError("a record goes on for over a gigabyte, so the file is not read; leave it out")
        except EOFError:
            yield at, None
            return
        if not line:
            return
        yield at, line
        at += length


def _line_name(line: bytes, number: int) -> str:
    try:
        return _name_of(read_record(line), f"line-{number}")
    except ValueError:
        return f"line-{number}"


def _name_of(record: Mapping[str, object], otherwise: str) -> str:
    identifier = record.get("id")
    return str(identifier) if isinstance(identifier, str | int) and identifier != "" else otherwise


def read_record(line: bytes) -> dict[str, object]:
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


# ---------------------------------------------------------------- Parquet


def _read_table(path: Path, file: IO[bytes]) -> list[Record]:  # noqa: ARG001  all readers are called alike
    """Read the rows of a table, some at a time."""
    try:
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError as problem:
        raise missing("Parquet files", "parquet") from problem
    table = ParquetFile(file)
    columns = [name for name in _COLUMNS if name in table.schema_arrow.names]
    if not {"text", "html"} & set(columns):
        raise SourceError("the table has no column “text” or “html”; rename its columns")
    sizes = [table.metadata.row_group(n).total_byte_size for n in range(table.num_row_groups)]
    if max(sizes, default=0) > _LARGEST_GROUP:
        raise SourceError("its row groups are larger than a gigabyte; write it with smaller ones")
    records: list[Record] = []
    with _Store() as store:
        for batch in table.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False):
            for row in batch.to_pylist():
                number = len(records) + 1
                line = json.dumps(row, ensure_ascii=False, default=str).encode()[: LONGEST_LINE + 1]
                name = _name_of(row, f"row-{number}")
                records.append(Record(name, number, JSON, store.path, store.add(line), len(line), {}))
    return records


# ---------------------------------------------------------------- WARC and WET


def _read_archive(path: Path, file: IO[bytes]) -> list[Record]:  # noqa: ARG001  all readers are called alike
    """Read the pages of a web archive: responses that hold HTML, and texts made of them.

    The day of a record is that on which it was fetched, not that of the page; it is left aside (ISO 28500, WARC-Date).
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ModuleNotFoundError as problem:
        raise missing("WARC files", "warc") from problem
    records: list[Record] = []
    with _Store() as store:
        try:
            for number, record in enumerate(ArchiveIterator(file), 1):
                if not (media := _media_of(record)):
                    continue
                data = record.content_stream().read(LARGEST + 1)
                if len(data) <= LARGEST and not _is_whole(record.raw_stream):
                    raise _Cut(records)
                header = record.rec_headers.get_header
                name = (header("WARC-Record-ID") or f"record-{number}").strip("<> ").rpartition(":")[2]
                told = {"url": header("WARC-Target-URI").strip("<>")} if header("WARC-Target-URI") else {}
                records.append(Record(name, number, media, store.path, store.add(data), len(data), told))
        except (ArchiveLoadFailed, AttributeError, TypeError) as problem:  # the last two where a head lacks a line
            raise ValueError(str(problem)) from problem
    return records


def _media_of(record: Any) -> str:
    """Return "text/html" or "text/plain" for a record that holds a page, else ""."""
    if record.rec_type == "conversion":
        kind = (record.content_type or "text/plain").partition(";")[0].strip().lower()
        return "text/plain" if kind == "text/plain" else ""
    if record.rec_type != "response" or record.http_headers is None:
        return ""
    kind = (record.http_headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    return "text/html" if kind in _HTML and record.http_headers.get_statuscode() == "200" else ""


def _is_whole(stream: Any) -> bool:
    """Tell whether all of a record is there that its head announces."""
    while stream.read(1 << 16):
        pass
    return int(getattr(stream, "limit", 0)) == 0
