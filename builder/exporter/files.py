"""Writing a file aside and putting it in place whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from builder.errors import StoreError


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """Give a path beside the target to write to; it takes the target's place if all went well, else it is removed.

    Raises:
        StoreError: the target cannot be written.

    """
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        yield part
        flush(part)
        part.replace(target)
    except OSError as problem:
        raise StoreError(f"{target}: cannot be written: {problem.strerror or problem}") from problem
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Keep other processes from writing to a target meanwhile; the lock of a process that was killed opens by itself.

    Raises:
        StoreError: another process writes to it, or nothing can be written beside it.

    """
    lock = target.with_name(f".{target.name}.lock")
    with _lock(lock, target):
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink(missing_ok=True)


def _lock(lock: Path, target: Path) -> IO[bytes]:
    """Return a file that is locked until it is closed."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("ab")
        is_ours = _is_locked(file) and os.path.samestat(os.fstat(file.fileno()), lock.stat())
    except FileNotFoundError:  # its owner has removed it at this moment
        is_ours = False
    except OSError as problem:
        raise StoreError(
            f"{target}: cannot be written: {problem.strerror or problem}; nothing was changed"
        ) from problem
    if not is_ours:
        raise StoreError(f"{target}: another build is being made here; wait for it or choose another folder")
    return file


def _is_locked(file: IO[bytes]) -> bool:
    """Lock a file, or return False if another process holds it; where there are no such locks, nobody is kept away."""
    with suppress(ImportError):
        import fcntl

        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
    return True


def flush(path: Path) -> None:
    """Make sure that what was written is on disk before it is put in place."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
