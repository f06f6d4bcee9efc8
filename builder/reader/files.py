"""Files by path or by URL: the first are opened as they stand, the second through fsspec.

Nothing is fetched unless a URL is named: ``s3://…``, ``gs://…``, ``hdfs://…``, ``https://…``, ``memory://…`` as far as
there are drivers. A ``file://`` URL is a path.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from builder.errors import SourceError

Where = Path | str  # a str is a URL
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def locate(given: Path | str) -> Where:
    """Return where an input lies, as the user named it: a path, or a URL.

    >>> locate("s3://bucket/pages.jsonl"), locate("file:///data/pages").as_posix()
    ('s3://bucket/pages.jsonl', '/data/pages')
    """
    if isinstance(given, Path) or not _URL.match(given):
        return Path(given)
    parts = urlsplit(given)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else given


def file_name(where: Where) -> str:
    """Return the last part of a path or URL."""
    return where.name if isinstance(where, Path) else PurePosixPath(urlsplit(where).path).name


def public_name(where: Where) -> str:
    """Return how messages name a file: a URL without passwords, signatures and tokens.

    >>> public_name("https://me:secret@files.vn/pages.warc.gz?token=1")
    'https://files.vn/pages.warc.gz'
    """
    if isinstance(where, Path):
        return str(where)
    parts = urlsplit(where)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def open_file(where: Where) -> IO[bytes]:
    """Open a file for reading.

    Raises:
        OSError: it is a path that cannot be opened.
        SourceError: it is a URL that cannot be opened.

    """
    if isinstance(where, Path):
        return where.open("rb")
    with reaching(where):
        system, path = _connect(where)
        opened: IO[bytes] = system.open(path, "rb")
        return opened


def read_file(where: Where, most: int) -> bytes:
    """Return the bytes of a file; of a longer one no more than one byte over ``most``.

    Raises:
        OSError: it is a path that cannot be read.
        SourceError: it is a URL that cannot be read.

    """
    with reaching(where), open_file(where) as file:
        return file.read(most + 1)


def walk(folder: str) -> list[tuple[str, str]]:
    """Return the files under a URL that are not hidden, as (name relative to it, URL), by name; none if it is a file.

    Raises:
        SourceError: there is nothing, or it cannot be listed.

    """
    with reaching(folder):
        system, top = _connect(folder)
        if not system.exists(top):
            raise SourceError(f"{public_name(folder)}: no such file or folder; check the address")
        root = PurePosixPath(top)
        names = {path: PurePosixPath(path).relative_to(root).as_posix() for path in system.find(top) if path != top}
        shown = {path: name for path, name in names.items() if not any(p.startswith(".") for p in name.split("/"))}
        return sorted((name, system.unstrip_protocol(path)) for path, name in shown.items())


def _connect(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError as problem:
        raise missing("URLs", "remote") from problem
    system, path = url_to_fs(url)
    return system, str(path)


def missing(what: str, extra: str) -> SourceError:
    """Return the error for an input whose library is not installed."""
    return SourceError(f"{what} need further libraries; run python -m pip install 'cchc-graph[{extra}]'")


@contextmanager
def reaching(where: Where) -> Iterator[None]:
    """Turn what a driver raises about a URL into one kind of error; what is wrong with a path passes as it is."""
    try:
        yield
    except SourceError as problem:
        name = public_name(where)
        raise problem if str(problem).startswith(name) else SourceError(f"{name}: {problem}") from problem
    except ImportError as problem:
        what = f"the driver for {urlsplit(os.fspath(where)).scheme}:// is not installed ({problem})"
        raise SourceError(f"{public_name(where)}: {what}; install the package it names") from problem
    except Exception as problem:
        if isinstance(where, Path):
            raise
        reason = " ".join(str(problem).split()) or type(problem).__name__
        reason = reason.replace(where, public_name(where))
        raise SourceError(
            f"{public_name(where)}: cannot be read ({reason}); check the address and the rights"
        ) from problem
