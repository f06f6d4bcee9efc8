"""Patterns are tried only where they may match; what they find stays what a plain search finds."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder import artefacts
from builder.lexicon import load_lexicon
from builder.sieve import Construction, Need, Opening, Scan, Sieve, find_need, find_opening
from builder.text import fold, sentences

LEXICON = load_lexicon()
SIEVES = (LEXICON.dating, LEXICON.masks)
PATTERNS = [construction.pattern for sieve in SIEVES for construction in sieve.constructions]
PAGES = sorted(artefacts.example_pages().glob("*.txt"))
SIGNS = [" ", " ", " ", ", ", "-", "/", ".", "(", ")", ":", "\n", "1", "6", "12", "20", "2021", "%"]


def words_in(patterns: Iterable[re.Pattern[str]]) -> list[str]:
    """Return what the patterns are made of, so that texts of these nearly match, and often do."""
    return sorted({word for p in patterns for word in re.findall(r"(?<!\\)[^\W\d_]+", p.pattern)})


TEXTS = st.lists(st.sampled_from(words_in(PATTERNS)) | st.sampled_from(SIGNS), max_size=40).map("".join)


def searched(sieve: Sieve, text: str, start: int, end: int) -> list[tuple[int, tuple[int, int]]]:
    return [(i, m.span()) for i, c in enumerate(sieve.constructions) for m in c.pattern.finditer(text, start, end)]


def sieved(sieve: Sieve, text: str, start: int, end: int) -> list[tuple[int, tuple[int, int]]]:
    sieve.scan.look_through(text)
    return [(i, m.span()) for i, m in sieve.find(text, start, end)]


@pytest.mark.parametrize(
    ("pattern", "words", "digit"),
    [
        (r"tháng \d+", {"tháng "}, True),
        (r"(?:quý|tháng) \d", {"quý", "tháng"}, True),
        (r"(?:quý|tháng)?\d", set(), True),
        (r"(?:năm )*cả năm", {"cả năm"}, False),
        (r"(?:tới|đến)+ nay", {" nay"}, False),
        (r"năm|\d+", set(), False),
        (r"(?!không)(?<=từ )có", {"có"}, False),
        (r"[/.-]", set(), False),
        (r"[\d.]", set(), False),
        (r"[^\d]", set(), False),
        (r"(?i:hằng năm) này", {" này"}, False),
        (r"(?i)năm", set(), False),
        (r"(?P<y>20\d\d)", {"20"}, True),
        (r"(hồ sơ|hồ)", {"hồ"}, False),
        (r"", set(), False),
    ],
)
def test_what_a_pattern_needs(pattern: str, words: set[str], digit: bool) -> None:
    assert find_need(re.compile(pattern)) == Need(frozenset(words), digit)


@pytest.mark.parametrize(
    ("pattern", "words", "digit", "inside"),
    [
        (r"tháng \d+", {"tháng "}, False, False),
        (r"(?<!\w)(?:quý|tháng) \d", {"quý ", "tháng "}, False, False),
        (r"(?:ngày )?\d+/\d+", {"ngày "}, True, True),
        (r"(?<![\d.,])\d+|(?<!\w)(?P<n>0\d)", set(), True, False),
        (r"(?<![.,])\d+", set(), True, True),
        (r"(?:tới )+(?:đến|hết)", {"tới "}, False, False),
        (r"[1-9]\d? năm|[369] tháng", set(), True, True),
        (r"(?:19|20)\d\d", {"19", "20"}, False, False),
        (r"ở (?:này|đó)", {"ở "}, False, False),
        (r"ở(?:này|đó)", {"ởnày", "ởđó"}, False, False),
        (r"[,;] ?mới", {", mới", ",mới", "; mới", ";mới"}, False, False),
        (r"[,;] *mới", {", ", ",mới", "; ", ";mới"}, False, False),
        (r"(?:tới ){0,2}đến", {"tới ", "đến"}, False, False),
    ],
)
def test_what_a_match_begins_with(pattern: str, words: set[str], digit: bool, inside: bool) -> None:
    assert find_opening(re.compile(pattern)) == Opening(frozenset(words), digit, inside)


@pytest.mark.parametrize(
    "pattern", [r"\S+@", r"q\.?\d", r"(?:năm )*", r"(?i)năm", r"(?i:năm) nay", r"[a-z]{2}", r"(?:năm|.)"]
)
def test_what_may_begin_with_anything(pattern: str) -> None:
    assert find_opening(re.compile(pattern)) is None


def test_a_pattern_is_tried_where_it_may_begin_only() -> None:
    """Or the openings would be of no use: most patterns of the ontology tell theirs."""
    assert sum(find_opening(pattern) is not None for pattern in PATTERNS) > 0.85 * len(PATTERNS)


def test_needs_are_told_of_most_patterns_of_the_ontology() -> None:
    """Or the sieve would be of no use."""
    needs = [find_need(pattern) for pattern in PATTERNS]
    assert sum(bool(need.words) for need in needs) > 0.75 * len(needs)
    assert sum(bool(need.words or need.digit) for need in needs) > 0.95 * len(needs)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_match_in_a_sentence_is_found(page: Path) -> None:
    text = fold(page.read_text(encoding="utf-8")).text
    for start, end in sentences(text, 0, len(text)):
        for sieve in SIEVES:
            assert sieved(sieve, text, start, end) == searched(sieve, text, start, end)


@given(TEXTS, st.integers(0, 30), st.integers(0, 200))
@settings(deadline=None)
def test_every_match_in_made_up_texts_is_found(text: str, start: int, end: int) -> None:
    for sieve in SIEVES:
        assert sieved(sieve, text, start, end) == searched(sieve, text, start, end)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.pattern[:40])
def test_what_matches_holds_what_is_needed(pattern: re.Pattern[str]) -> None:
    """Texts are made from the pattern itself."""

    @given(st.from_regex(pattern).filter(lambda text: len(text) < 400))
    @settings(deadline=None, max_examples=5, suppress_health_check=list(HealthCheck), database=None)
    def check(text: str) -> None:
        assert sieved(Sieve([pattern]), text, 0, len(text)) == searched(Sieve([pattern]), text, 0, len(text)) != []

    check()


@pytest.mark.parametrize("seen", [False, True])
@given(text=TEXTS, start=st.integers(-5, 30), end=st.integers(0, 200))
@settings(deadline=None, max_examples=50)
def test_a_construction_finds_what_its_pattern_finds(seen: bool, text: str, start: int, end: int) -> None:
    for scan in (LEXICON.scan, LEXICON.printed):
        scan.look_through(text if seen else "")
    for construction in LEXICON.grammar.values():
        pattern = construction.pattern
        one, other = construction.search(text, start, end), pattern.search(text, start, end)
        assert (one and one.span()) == (other and other.span())
        spans = [m.span() for m in construction.finditer(text, start, end)]
        assert spans == [m.span() for m in pattern.finditer(text, start, end)]
        assert construction.findall(text, start, end) == pattern.findall(text, start, end)
    assert Construction(re.compile("năm")).sub("x", text) == text.replace("năm", "x")


def test_another_text_is_searched_as_it_is() -> None:
    scan = Scan()
    construction = Construction(re.compile("năm nay"), scan)
    scan.look_through("năm qua")
    assert not construction.may_stand("năm qua")
    assert construction.search("đến năm nay") is not None


def test_positions_are_those_of_a_plain_search() -> None:
    found = Construction(re.compile("năm nay")).search("năm nay đạt", -4)
    assert found is not None
    assert found.span() == (0, 7)


def test_patterns_come_in_their_order() -> None:
    sieve = Sieve(re.compile(f"từ{number} ") for number in range(40))
    assert [index for index, _ in sieve.find("từ33 từ2 từ17 ", 0, 14)] == [2, 17, 33]
