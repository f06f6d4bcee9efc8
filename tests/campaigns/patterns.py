"""Regular expressions, tried with texts made to keep them busy.

Sentences are cut at 3,000 characters, so what goes with the square of a sentence goes in proportion to the page: no
pattern may be worse than that on a sentence; a page takes little time, or twice as long as half of it.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from builder.facts import Source
from builder.rereading import reread
from builder.text import LONGEST_SENTENCE
from campaigns.kinds import Attempt, spread
from campaigns.subjects import EXAMPLES, ROOT

COLLECT = """
import json, re, sys
from pathlib import Path
found, real = {}, re._compiler.compile
def compile(pattern, flags=0):
    made = real(pattern, flags)
    at = sys._getframe(1)
    for _ in range(6):
        if "/builder/" in at.f_code.co_filename:
            found[(pattern, int(flags))] = at.f_code.co_filename.rpartition("/builder/")[2]
            break
        at = at.f_back
        if at is None:
            break
    return made
re._compiler.compile = compile
import importlib, pkgutil, builder
for module in pkgutil.walk_packages(builder.__path__, "builder."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from builder.pipeline import build, derive_comparison
from builder.cli import run
build([Path(sys.argv[1])], Path(sys.argv[2]))
run(["validate", sys.argv[2]]); run(["ask", sys.argv[2]]); run(["units", "Tra Linh"])
Path(sys.argv[3]).write_text(json.dumps([(p, f, m) for (p, f), m in found.items() if isinstance(p, str)]))
"""
PIECES = (
    *("15.840 hồ sơ, ", "99% ", "Tiên Yên, "),
    *(
        "a",
        "9",
        " ",
        "99,",
        "9.",
        "năm ",
        "hồ sơ, ",
        "a-",
        "“",
        "(",
        "\\n",
        "%",
        "1/1/",
        "từ 9 đến ",
        "đ",
        "<a ",
        "&a",
        '"',
    ),
    *(
        "quý i ",
        "tháng 9 ",
        ", ",
        "A",
        "số 1/",
        "a b ",
        "| ",
        "ubnd ",
        "trên ",
        "\\",
        "không ",
        "a.",
        "://a",
        "Tiên Yên, ",
    ),
)
PAGES = (4_000, 8_000, 16_000)  # characters
PAGE_FLOOR = 3  # seconds; what is faster than that is not judged
STEEPEST = 2.5  # of the times of two pages of which one is twice the other
FLOOR = 0.02
SQUARE = (
    5.5  # of the times of two sentences of which one is twice the other: 4 if it goes with the square, 8 with the cube
)
SLOWEST = 1.5  # seconds for a sentence


def try_patterns(number: int, folder: Path) -> Iterator[Attempt]:
    """Search patterns in sentences as long as there are, and read pages, all made of what patterns look for."""
    patterns = collect(folder)
    for at in spread(len(patterns), number):
        pattern, flags, file = patterns[at - 1]
        yield judge(re.compile(pattern, flags), file)
    for at in spread(len(PIECES), max(1, number // 8)):
        yield judge_pages(PIECES[at - 1])


def judge_pages(piece: str) -> Attempt:
    """Read pages of 4,000, 8,000 and 16,000 characters: all read in seconds, or twice the page in twice the time."""
    for _ in range(3):  # a busy machine is not slow three times over
        times = [_read(piece, size) for size in PAGES]
        if times[-1] < PAGE_FLOOR or times[-1] / times[-2] <= STEEPEST:
            return Attempt(f"a page of {piece!r}", "harmless")
    return Attempt(f"a page of {piece!r}: {', '.join(f'{each:.2f}' for each in times)} s", "broken")


def _read(piece: str, size: int) -> float:
    page = Source("page.txt", ("Huyện Tiên Yên\n" + piece * (size // len(piece) + 1))[:size].encode(), "text/plain")
    begin = time.process_time()
    reread(page)
    return time.process_time() - begin


def collect(folder: Path) -> list[tuple[str, int, str]]:
    """Return the patterns that the product compiles while it is loaded, reads pages and answers, with their files."""
    import json

    told = folder / "patterns.json"
    command = [sys.executable, "-c", COLLECT, str(EXAMPLES), str(folder / "out"), str(told)]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, check=False
    )
    assert not done.returncode, done.stderr.decode()
    return sorted(tuple(each) for each in json.loads(told.read_text()))


def judge(pattern: re.Pattern[str], file: str) -> Attempt:
    """Search a pattern in sentences: never worse than with the square of their length, and that is short."""
    what = f"{file}: {pattern.pattern[:300]!r}"
    for piece in (*PIECES, *_of_its_own(pattern)):
        for end in ("", "!"):
            if _time(pattern, piece, LONGEST_SENTENCE, end) > FLOOR and _is_steep(pattern, piece, end):
                return Attempt(f"{what} on {piece!r}", "broken")
    return Attempt(what, "harmless")


def _is_steep(pattern: re.Pattern[str], piece: str, end: str) -> bool:
    """Tell whether it is steep three times over: a busy machine is not."""
    for _ in range(3):
        before, after = (_time(pattern, piece, size, end) for size in (LONGEST_SENTENCE // 2, LONGEST_SENTENCE))
        if after / before <= SQUARE and after < SLOWEST:
            return False
    return True


def _of_its_own(pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield words and signs that stand in a pattern: what leads far into it."""
    words = dict.fromkeys(re.findall(r"[^\W\d_]{2,}", pattern.pattern))
    yield from [f"{word} " for word in list(words)[:3]]
    yield from [f"{word} 9 " for word in list(words)[:2]]


def _time(pattern: re.Pattern[str], piece: str, size: int, end: str) -> float:
    text = (piece * (size // len(piece) + 1))[:size] + end
    begin = time.process_time()
    pattern.search(text)
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - begin
