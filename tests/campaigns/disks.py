"""Disks that are full, break or lie while something is written: what was there stays, and the failure is told."""

import builtins
import errno
import io
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from builder import pipeline
from builder.cli import run
from campaigns.children import CRASHED, TOLD, in_a_child
from campaigns.kinds import Attempt, spread
from campaigns.subjects import build, contents, leftovers, write_pages

Fault = tuple[str, int]  # what fails: "write", "short write" or "fsync"; with which error
FULL: tuple[Fault, ...] = (("write", errno.ENOSPC), ("write", errno.EDQUOT))
BROKEN: tuple[Fault, ...] = (
    ("write", errno.EIO),
    ("fsync", errno.EIO),
    ("short write", 0),
    ("fsync", errno.ENOSPC),
    ("write", errno.EINTR),
)
FIGURES = "SELECT ?s WHERE { ?s a cchc:Observation }"


class Disk:
    """The disk as this process sees it; one of its writes or flushes fails, and with a full disk all later ones."""

    def __init__(self, fault: Fault = ("", 0), step: int = 0) -> None:
        self.fault, self.step = fault, step
        self.done = {"write": 0, "short write": 0, "fsync": 0}

    def mount(self) -> None:
        """Put it in the place of the disk, for good: only in a process that ends afterwards."""
        disk, opened, flush = self, io.open, os.fsync

        class File(io.FileIO):
            def write(self, data: Any) -> int:
                disk.charge("write")
                return super().write(memoryview(data)[: disk.shortened(len(data))])

        def open_file(
            file: Any,
            mode: str = "r",
            buffering: int = -1,
            encoding: str | None = None,
            errors: str | None = None,
            newline: str | None = None,
            closefd: bool = True,
            opener: Any = None,
        ) -> Any:
            if not {*mode} & {*"wax+"}:
                return opened(file, mode, buffering, encoding, errors, newline, closefd, opener)
            raw = File(file, mode.replace("b", "").replace("t", ""), closefd, opener)
            packed: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
            return packed if "b" in mode else io.TextIOWrapper(packed, encoding, errors, newline)

        def fsync(descriptor: int) -> None:
            disk.charge("fsync")
            flush(descriptor)

        def no_shortcut(*_: object) -> None:
            raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

        builtins.open = io.open = open_file  # type: ignore[assignment]
        os.fsync, os.sendfile = fsync, no_shortcut  # type: ignore[assignment]

    def charge(self, kind: str) -> None:
        self.done[kind] += 1
        told, error = self.fault
        full = error in (errno.ENOSPC, errno.EDQUOT) and self.done[kind] > self.step
        if told == kind and (self.done[kind] == self.step or full):
            raise OSError(error, os.strerror(error))

    def shortened(self, size: int) -> int:
        """Return how many of so many bytes are written: from the given step on never more than half of them."""
        short = self.fault[0] == "short write" and self.done["write"] >= self.step
        return max(1, size // 2) if short else size


def count_steps(action: Callable[[], object], folder: Path) -> dict[str, int]:
    """Return how often something writes and flushes."""
    told = folder / "counted"

    def counted() -> None:
        disk = Disk()
        disk.mount()
        action()
        told.write_text(" ".join(map(str, disk.done.values())))

    assert in_a_child(counted, said=told) == 0, told.read_text()
    return dict(zip(Disk().done, map(int, told.read_text().split()), strict=True))


def _on(fault: Fault, step: int, action: Callable[[], object]) -> Callable[[], object]:
    def run_there() -> None:
        Disk(fault, step).mount()
        action()

    return run_there


def _plan(faults: tuple[Fault, ...], number: int, steps: dict[str, int]) -> Iterator[tuple[Fault, int]]:
    for fault in faults:
        total = steps["fsync" if fault[0] == "fsync" else "write"]
        for step in spread(total, max(1, number // len(faults))):
            yield fault, step


# ---------------------------------------------------------------- builds


def _build_on(faults: tuple[Fault, ...], number: int, folder: Path) -> Iterator[Attempt]:
    first, second = write_pages(folder / "a"), write_pages(folder / "b")
    (second / "tien-yen.txt").unlink()
    old, new = build(first, folder / "old"), build(second, folder / "new")
    build(first, folder / "steps" / "out")
    steps = count_steps(lambda: pipeline.build([second], folder / "steps" / "out"), folder)
    for turn, (fault, step) in enumerate(_plan(faults, number, steps)):
        out, said = folder / f"turn-{turn}" / "out", folder / f"said-{turn}"
        build(first, out)
        ended = in_a_child(_on(fault, step, lambda out=out: pipeline.build([second], out)), said=said)  # type: ignore[misc]
        what = f"{fault[0]} {step} fails with {errno.errorcode.get(fault[1], 'nothing')}"
        yield _judge_build(what, ended, said, out, second, old, new)


def _judge_build(
    what: str, ended: int, said: Path, out: Path, pages: Path, old: dict[str, bytes], new: dict[str, bytes]
) -> Attempt:
    """Say how a build ended on a bad disk: with the old build, and told; or with the new one, whole."""
    words = said.read_text() if said.exists() else ""
    state = contents(out)
    if ended not in (0, TOLD) or state not in (old, new):
        return Attempt(f"{what}: ended {ended}: {words[-300:]}", "broken")
    if ended == 0 and state != new:
        return Attempt(f"{what}: said to be well, but the old build stands", "silent")
    if ended == TOLD and "\n" in words.strip():
        return Attempt(f"{what}: said in several lines: {words[-300:]}", "broken")
    if build(pages, out) != new or leftovers(out):
        return Attempt(f"{what}: the next build does not put it right", "silent")
    return Attempt(what, "detected" if ended else "harmless")


def fill_disk(number: int, folder: Path) -> Iterator[Attempt]:
    """Build on disks that are full from the k-th write on, and where files may not grow beyond some bytes."""
    yield from _build_on(FULL, number - number // 5, folder)
    yield from _limit_files(number // 5, folder / "limited")


def break_disk(number: int, folder: Path) -> Iterator[Attempt]:
    """Build on disks whose k-th write or flush fails, and on one that takes only part of each write."""
    yield from _build_on(BROKEN, number, folder)


def _limit_files(number: int, folder: Path) -> Iterator[Attempt]:
    """The same by the system itself: no file may grow beyond a limit."""
    first, second = write_pages(folder / "a"), write_pages(folder / "b")
    (second / "tien-yen.txt").unlink()
    old, new = build(first, folder / "old"), build(second, folder / "new")
    largest = len(new["graph.nq"])
    for turn, limit in enumerate(spread(largest - 1, number)):
        out, said = folder / f"turn-{turn}" / "out", folder / f"said-{turn}"
        build(first, out)

        def run_limited(out: Path = out, limit: int = limit) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                pipeline.build([second], out)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        ended = in_a_child(run_limited, said=said)
        yield _judge_build(f"files of at most {limit:,} bytes", ended, said, out, second, old, new)


# ---------------------------------------------------------------- what is made of a build


def export_on_full_disk(number: int, folder: Path) -> Iterator[Attempt]:
    """Write files of every kind on disks that fail at the k-th write: the old file stays, or a new one stands whole."""
    pages = write_pages(folder / "pages")
    for verb, targets in _verbs(folder).items():
        out = folder / verb / "out"
        build(pages, out)
        command = [word.replace("OUT", str(out)) for word in targets]
        steps = count_steps(lambda command=command: _call(command), folder)  # type: ignore[misc]
        old = contents(folder / verb)
        for fault, step in _plan((FULL[0], BROKEN[0], BROKEN[1]), max(3, number // len(_verbs(folder))), steps):
            said = folder / "said"
            ended = in_a_child(_on(fault, step, lambda command=command: _call(command)), said=said)  # type: ignore[misc]
            what = f"{verb}: {fault[0]} {step} fails with {errno.errorcode[fault[1]]}"
            yield _judge_export(what, ended, said, old, contents(folder / verb))


def _verbs(folder: Path) -> dict[str, list[str]]:
    """Return the commands that write files, each into a folder of its own; OUT stands for the build."""
    exports = {f"export-{e}": ["export", "OUT", "-o", str(folder / f"export-{e}" / f"file.{e}")] for e in FORMATS}
    return exports | {
        "comparable": ["comparable", "OUT"],
        "release": ["release", "OUT", "-o", str(folder / "release" / "made")],
        "site": ["site", "OUT", "-o", str(folder / "site" / "made")],
        "review": ["review", "OUT", "-o", str(folder / "review" / "made")],
        "validate": ["validate", "OUT"],
    }


FORMATS = ("nq", "trig", "ttl", "jsonld", "rdf", "nt", "csv", "parquet", "sqlite")


def _call(command: list[str]) -> None:
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        code = run(command)
    if code:
        os._exit(TOLD if code == TOLD else CRASHED)


def _judge_export(what: str, ended: int, said: Path, old: dict[str, bytes], now: dict[str, bytes]) -> Attempt:
    """The same build gives the same files, so whether they are the old or the new ones: they are the same and whole."""
    if ended not in (0, TOLD):
        return Attempt(f"{what}: ended {ended}: {said.read_text()[-300:] if said.exists() else ''}", "broken")
    changed = sorted(name for name in old.keys() | now.keys() if old.get(name) != now.get(name))
    if changed:
        return Attempt(f"{what}: {changed[:5]} differ", "silent")
    return Attempt(what, "detected" if ended else "harmless")
