"""Notices every connection that this process makes and every file that it opens, while the tests run.

Tests talk to servers of their own on this machine; nobody else is talked to. Files are opened in the project, in
folders for temporary files, and where Python and its libraries lie.
"""

import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path

LOOPBACK = ("127.", "::1", "localhost", "testserver")
SYSTEM = ("/dev/", "/proc/", "/sys/", "/usr/", "/lib", "/etc/", "/opt/", "/bin/", "/var/cache/fontconfig")


def allowed_folders(more: Iterable[Path] = ()) -> tuple[str, ...]:
    """Return the beginnings of the paths of all files that may be opened."""
    python = {*map(sysconfig.get_path, ("stdlib", "purelib", "platlib", "scripts")), sys.prefix, sys.base_prefix}
    temporary = {tempfile.gettempdir(), "/tmp", "/dev/shm", os.environ.get("PYTEST_DEBUG_TEMPROOT", "")}
    return tuple(sorted({*SYSTEM, *filter(None, python | temporary), *map(str, more)}))


class Watch:
    """What was noticed since it began: connections to others, and files outside the folders."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self.folders, self.seen = folders, list[str]()

    def notice(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take down an event, if it is one that should not be."""
        if event == "open":
            path = arguments[0]
            if isinstance(path, bytes):
                path = os.fsdecode(path)
            if isinstance(path, str) and path[:1] == "/" and not path.startswith(self.folders):
                self.seen.append(f"opens {path}")
        elif event == "socket.connect":
            address = arguments[1]
            if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
                self.seen.append(f"connects to {address[0]}")
        elif event == "socket.getaddrinfo" and arguments[0] and not _text(arguments[0]).startswith(LOOPBACK):
            self.seen.append(f"asks for the address of {_text(arguments[0])}")


def _text(host: object) -> str:
    return host.decode(errors="replace") if isinstance(host, bytes) else str(host)


def begin(more: Iterable[Path] = ()) -> Watch:
    """Watch from now on, for as long as this process lives: Python lets no one stop watching."""
    watch = Watch(allowed_folders(more))
    sys.addaudithook(watch.notice)
    return watch
