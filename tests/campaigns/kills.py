"""SIGKILL while a build is made, at random moments, at every change it makes to the disk, and under readers."""

import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from builder import pipeline
from builder.errors import StoreError
from builder.pipeline import open_build
from campaigns.children import in_a_child
from campaigns.kinds import Attempt, spread
from campaigns.subjects import build, contents, leftovers, write_many, write_pages

CHANGES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
READERS = 3


def judge(what: str, ended: int, out: Path, pages: Path, states: list[dict[str, bytes]]) -> Attempt:
    """Say how a build ended that was killed: there is an old or a new one, whole, and the next one finishes it."""
    whole = not out.exists() or (contents(out) in states and open_build(out).is_file())
    if ended not in (0, -signal.SIGKILL) or not whole:
        return Attempt(f"{what}: ended {ended}, {'whole' if whole else 'not whole'}", "broken")
    same = build(pages, out) == states[-1] and not leftovers(out)
    return Attempt(what, "harmless" if same else "silent")


def kill_anywhere(number: int, folder: Path) -> Iterator[Attempt]:
    """Kill builds at random moments, some of the first and some of a later one."""
    chance = random.Random(1)
    first, second = write_many(folder / "a", 40), write_many(folder / "b", 48)
    states = [build(pages, folder / f"whole-{pages.name}") for pages in (first, second)]
    begin = time.monotonic()
    build(second, folder / "timed")
    whole = time.monotonic() - begin
    for turn in range(number):
        out = folder / f"out-{turn}" / "out"
        if turn % 3:
            build(first, out)
        moment = chance.uniform(0, 1.1 * whole)
        ended = in_a_child(lambda out=out: pipeline.build([second], out), moment)  # type: ignore[misc]
        yield judge(f"killed after {moment:.3f} s", ended, out, second, states)


def kill_at_step(number: int, folder: Path) -> Iterator[Attempt]:
    """Kill builds at every change they make to the disk: the first, a later one, and one after another was killed."""
    first, second = write_pages(folder / "a"), write_pages(folder / "b")
    (second / "tien-yen.txt").write_bytes((first / "sub" / "dong-hoi.md").read_bytes())
    states = [build(pages, folder / f"whole-{pages.name}") for pages in (first, second)]
    for start in ("nothing", "a build", "a build that was killed"):
        place = folder / start
        steps = _count_steps(place / "counted" / "out", start, first, second)
        for step in spread(steps, max(1, number // 3)):
            out = place / str(step) / "out"
            _begin(out, start, first, second)
            ended = in_a_child(lambda out=out, step=step: _dying(out, second, step))  # type: ignore[misc]
            yield judge(f"killed at change {step} of {steps} after {start}", ended, out, second, states)


def _begin(out: Path, start: str, first: Path, second: Path) -> None:
    if start != "nothing":
        build(first, out)
    if start == "a build that was killed":
        in_a_child(lambda: _dying(out, second, 12))


def _dying(out: Path, pages: Path, step: int) -> None:
    _watch(out.parent, step)
    pipeline.build([pages], out)


def _watch(folder: Path, step: int) -> list[str]:
    """Notice every change below a folder that this process is about to make, and die at one of them."""
    seen: list[str] = []

    def notice(event: str, arguments: tuple[object, ...]) -> None:
        if event in CHANGES and isinstance(arguments[0], str | Path) and str(arguments[0]).startswith(str(folder)):
            seen.append(event)
            if len(seen) == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(notice)
    return seen


def _count_steps(out: Path, start: str, first: Path, second: Path) -> int:
    _begin(out, start, first, second)
    told = out.parent.parent / "steps"

    def run() -> None:
        seen = _watch(out.parent, 0)
        pipeline.build([second], out)
        told.write_text(str(len(seen)))

    in_a_child(run)
    return int(told.read_text())


def read_meanwhile(number: int, folder: Path) -> Iterator[Attempt]:
    """Read a build again and again while builds replace it, and some of these are killed."""
    pages = [write_pages(folder / name) for name in ("a", "b")]
    (pages[1] / "tien-yen.txt").unlink()
    out = folder / "out"
    states = [build(each, out)["graph.nq"] for each in pages]
    whole = {sha256(state).hexdigest() for state in states}
    told = [folder / f"reader-{n}" for n in range(READERS)]
    readers = [_fork(lambda place=place: _read(out, number // READERS, whole, place)) for place in told]  # type: ignore[misc]
    chance, turn = random.Random(3), 0
    while any(os.waitid(os.P_PID, r, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None for r in readers):
        turn += 1
        patience = chance.uniform(0, 0.3) if turn % 4 == 0 else 60
        in_a_child(lambda turn=turn: pipeline.build([pages[turn % 2]], out), patience)  # type: ignore[misc]
    for reader in readers:
        os.waitpid(reader, 0)
    problems = "".join(place.read_text() for place in sorted(folder.glob("reader-*.txt")))
    for verdict in (word for place in told for word in place.read_text().split()):
        yield Attempt(f"a reader, {turn} builds meanwhile {problems}", verdict)  # type: ignore[arg-type]


def _read(out: Path, times: int, whole: set[str], told: Path) -> None:
    found: Counter[str] = Counter()
    for _ in range(times):
        try:
            same = sha256(open_build(out).read_bytes()).hexdigest() in whole
            found["harmless" if same else "silent"] += 1
        except StoreError:
            found["detected"] += 1
        except Exception:  # noqa: BLE001  whatever it is, it should not be
            found["broken"] += 1
            told.with_suffix(".txt").write_text(traceback.format_exc())
    told.write_text(" ".join(found.elements()))


def _fork(action: object) -> int:
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            action()  # type: ignore[operator]
        os._exit(0)
    return child
