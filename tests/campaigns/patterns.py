"""Regular expressions, tried with texts made to keep them busy.

Sentences are cut at 3,000 characters, so what goes with the square of a sentence goes in proportion to the page: no
pattern may be worse than that on a sentence; and a page takes no time to speak of, or twice as long as half of it.
"""

import ast
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from math import inf
from multiprocessing import get_context
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
Path(sys.argv[3]).write_text(json.dumps([(p, f, m) for (p, f), m in found.items() if isinstance(p, str)]
    + [(p.decode('latin-1'), 0, m) for (p, f), m in found.items() if isinstance(p, bytes)]))
"""
PIECES = (
    *("9/2019 ", "15.840 hồ sơ, ", "99% ", "99% năm 2019, ", "Năm 2019 đạt 99%.\n", "15.840 hồ sơ.\n", "# 99% hồ sơ\n"),
    *("| 99% | 5 |\n", "- 99%\n", "9 9 9\n", "a\n", "\n", "Tiên Yên: 99%; ", "(99%) ", "từ 98% lên 99%, "),
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
        "\u0301",
        "\u200b",
        "&nbsp;",
    ),
)
PAGES = (8_000, 16_000, 32_000, 64_000)  # characters
FAST = 0.5  # seconds for the longest of them; what takes less is not looked at closer
STEEPEST = 2.5  # of the times of two pages of which one is twice the other, on average over three doublings
TOGETHER = 2  # processes at a time
FLOOR = 0.02
SQUARE = (
    5.5  # of the times of two sentences of which one is twice the other: 4 if it goes with the square, 8 with the cube
)
SLOWEST = 1.5  # seconds for a sentence


def try_patterns(number: int, folder: Path) -> Iterator[Attempt]:
    """Search patterns in sentences as long as there are, and read pages, all made of what patterns look for."""
    patterns = collect(folder)
    chosen = [patterns[at - 1] for at in spread(len(patterns), number)]
    pieces = [*PIECES, *dict.fromkeys(" ".join(_words(pattern)) + " 99% " for pattern, _, _ in patterns)]
    pages = [pieces[at - 1] for at in spread(len(pieces), max(1, number // 8))]
    with get_context("fork").Pool(TOGETHER) as pool:
        yield from pool.imap(judge, chosen)
        yield from pool.imap(judge_pages, pages)


def judge_pages(piece: str) -> Attempt:
    """Read pages made of a piece: time goes in proportion to the page, not with its square."""
    told, doublings = f"a page of {piece!r}", len(PAGES) - 1
    best = [inf] * len(PAGES)
    for _ in range(3):  # a busy machine is not slow three times over
        best[-1] = min(best[-1], _read(piece, PAGES[-1]))
        if best[-1] < FAST:
            return Attempt(told, "harmless")
        best[:-1] = [min(seconds, _read(piece, size)) for seconds, size in zip(best, PAGES[:-1], strict=False)]
        if (best[-1] / best[0]) ** (1 / doublings) <= STEEPEST:
            return Attempt(told, "harmless")
    return Attempt(f"{told}: {', '.join(f'{each:.2f}' for each in best)} s", "broken")


def _read(piece: str, size: int) -> float:
    page = Source("page.txt", ("Huyện Tiên Yên\n" + piece * (size // len(piece) + 1))[:size].encode(), "text/plain")
    begin = time.process_time()
    reread(page)
    return time.process_time() - begin


def collect(folder: Path) -> list[tuple[str, int, str]]:
    """Return all patterns of the product with their files: those that it compiles while it is loaded, reads pages and
    answers, as a look at every call shows, and those that stand in the code of what was not carried out.
    """
    told = folder / "patterns.json"
    command = [sys.executable, "-c", COLLECT, str(EXAMPLES), str(folder / "out"), str(told)]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, check=False
    )
    assert not done.returncode, done.stderr.decode()
    compiled = {(pattern, flags): file for pattern, flags, file in json.loads(told.read_text())}
    known = {pattern for pattern, _ in compiled}
    written = {(p, 0): file for p, file in written_patterns(ROOT / "builder") if p not in known}
    return sorted((pattern, flags, file) for (pattern, flags), file in (compiled | written).items())


def written_patterns(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the patterns that stand as they are in calls of :mod:`re`, with their files."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Attribute(ast.Name("re"), attribute), [ast.Constant(given), *_]) if (
                    attribute != "escape"
                ):
                    text = given.decode("latin-1") if isinstance(given, bytes) else str(given)
                    yield text, path.relative_to(folder).as_posix()


def judge(given: tuple[str, int, str]) -> Attempt:
    """Search a pattern in sentences: never worse than with the square of their length, and that is short.

    Given are the pattern, its flags and its file.
    """
    pattern, file = re.compile(*given[:2]), given[2]
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
    words = _words(pattern.pattern)
    yield from [f"{word} " for word in words]
    yield from [f"{word} 9 " for word in words[:2]]


def _words(pattern: str) -> list[str]:
    """Return the first three words of a pattern."""
    return list(dict.fromkeys(re.findall(r"[^\W\d_]{2,}", pattern)))[:3]


def _time(pattern: re.Pattern[str], piece: str, size: int, end: str) -> float:
    text = (piece * (size // len(piece) + 1))[:size] + end
    begin = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - begin
