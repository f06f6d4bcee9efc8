"""Writing a file aside and putting it in place whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from builder.errors import BuilderError


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """Give a path beside the target to write to; it takes the target's place if all went well, else it is removed.

    Raises:
        BuilderError: the target cannot be written.

    """
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        yield part
        _flush(part)
        part.replace(target)
    except OSError as problem:
        raise BuilderError(f"{target}: cannot be written: {problem.strerror or problem}") from problem
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Make sure that what was written is on disk before it is put in place."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
