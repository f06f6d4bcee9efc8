"""How well pages with one and the same text are found: ``python benchmarks/syndication.py PAGES …``.

Out of every page others are made whose truth is known, and each is looked for among all pages. Prints, for every way in
which they are made, how many are found to be the same text as their original, and what is found among the pages
themselves. With ``--copies N`` the time to group N and 10 N edited copies of one page is measured instead.
"""

import argparse
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from builder.syndication import Sketch, same_texts, sketch_text

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
PORTAL = "Trang chủ | Tin tức | Văn bản | Liên hệ\nCơ quan chủ quản: {}\nGiấy phép số {}/GP-TTĐT\n"


def as_posted_elsewhere(text: str, _other: str, choice: random.Random) -> str:
    """Put the head and foot of another portal around a page."""
    return PORTAL.format("Văn phòng", choice.randint(10, 99)) + text + f"\nLượt truy cập: {choice.randint(1000, 9999)}"


def as_shortened(text: str, _other: str, _choice: random.Random) -> str:
    """Leave the first six tenths of the lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(lines[: max(1, len(lines) * 6 // 10)])


def as_edited(text: str, _other: str, choice: random.Random) -> str:
    """Take one word in twelve out."""
    return " ".join(word for word in text.split(" ") if choice.random() > 1 / 12)


def as_quoted(text: str, other: str, _choice: random.Random) -> str:
    """Put the page into a longer one."""
    return f"{other}\n{text}\n{other[: len(other) // 2]}"


def as_corrected(text: str, _other: str, choice: random.Random) -> str:
    """Change one number in ten."""
    return NUMBER.sub(lambda m: _another(m[0], choice) if choice.random() < 0.1 else m[0], text)


def as_next_report(text: str, _other: str, choice: random.Random) -> str:
    """Change all numbers but years, as in the next report from one template."""
    return NUMBER.sub(lambda m: m[0] if re.fullmatch(r"20\d\d", m[0]) else _another(m[0], choice), text)


def _another(number: str, choice: random.Random) -> str:
    return re.sub(r"\d", lambda _: str(choice.randint(1, 9)), number)


Way = Callable[[str, str, random.Random], str]
SAME: tuple[Way, ...] = (as_posted_elsewhere, as_shortened, as_edited, as_quoted, as_corrected)
OTHER: tuple[Way, ...] = (as_next_report,)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--copies", type=int, default=0)
    asked = parser.parse_args()
    paths = sorted(path for folder in asked.pages for path in folder.rglob("*.txt"))
    texts = {str(path): path.read_text(encoding="utf-8", errors="replace") for path in paths}
    if asked.copies:
        _time(max(texts.values(), key=len), asked.copies)
        return
    originals = {page: sketch_text(text) for page, text in texts.items()}
    found = {page: same for page, same in same_texts(originals).items() if page != same}
    print(f"{len(texts)} pages; found among them:")
    for page, same in found.items():
        print(f"  {page} = {same}")
    print(f"{'made out of a page':24}{'should be':>11}{'same':>7}{'of':>6}{'and of another page':>21}")
    for way in (*SAME, *OTHER):
        results = list(_look_for(way, texts, originals))
        same = sum(own for own, _ in results)
        wrong = sum(another for _, another in results)
        name = way.__name__.removeprefix("as_").replace("_", " ")
        print(f"{name:24}{'same' if way in SAME else 'other':>11}{same:>7}{len(results):>6}{wrong:>21}")


def _look_for(way: Way, texts: dict[str, str], originals: dict[str, Sketch]) -> Iterator[tuple[bool, bool]]:
    """Yield for every page whether what was made of it is found to be the same text, and whether another is."""
    pages = list(texts)
    for number, page in enumerate(pages):
        made = way(texts[page], texts[pages[number - 1]], random.Random(number))
        stands_for = same_texts(originals | {"made": sketch_text(made)})
        group = {each for each, text in stands_for.items() if text == stands_for["made"]} - {"made"}
        expected = {page, pages[number - 1]} if way is as_quoted else {page}
        yield page in group, bool(group - expected)


def _time(text: str, copies: int) -> None:
    for number in (copies, 10 * copies):
        sketches = {f"{n:07}": sketch_text(as_edited(text, "", random.Random(n))) for n in range(number)}
        started = time.process_time()
        texts = set(same_texts(sketches).values())
        took = time.process_time() - started
        print(f"{number} copies: {len(texts)} texts, {took:.2f} s, {1000 * took / number:.3f} ms a copy")


if __name__ == "__main__":
    main()
