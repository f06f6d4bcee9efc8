"""Folding makes spellings equal and keeps the way back to the page; sentences cover a text."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.text import LONGEST_SENTENCE, Folded, fold, fold_name, sentences

AWKWARD = (
    *(
        "hoà",
        "hòa",
        "Hòa",
        "hoa\u0300",
        "uỷ",
        "UỶ",
        "ủy",
        "kỹ",
        "quý",
        "quy\u0301",
        "thuý",
        "ỷ",
        "İ",
        "I\u0307",
        "ð",
        "Ð",
        "Σ",
    ),
    *(
        " ",
        "  ",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\t",
        "_",
        "__",
        "\u3000",
        "\u2009",
        "\r\n",
        "\r",
        "\n",
        "–",
        "“",
    ),
    *(
        "99,4%",
        "TP.",
        "\u0301",
        "\u0323",
        "H\u0331",
        "ΑΣ'Α",
        "a\u200b\u0301",
        "\u1100\u1161",
        "\ufb1d",
        "\u212b",
        "ß",
        "ẞ",
    ),
    *("𠮷", "e\u0323\u0302", "e\u0302\u0323", "ﬃ", "９９％", "\u2028", "\x00", "\ud800"),
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(AWKWARD), max_size=12).map("".join),
    st.lists(st.one_of(st.sampled_from(AWKWARD), st.characters(exclude_categories=())), max_size=10).map("".join),
)


def is_cut(text: str, position: int) -> bool:
    """Tell whether a position lies inside a word, where folding depends on what stands beside."""
    if position in (0, len(text)):
        return False
    before, behind = (unicodedata.category(c)[0] in "LMN" for c in text[position - 1 : position + 1])
    return (before and behind) or bool(unicodedata.combining(text[position]))


def broken_spans(text: str, folded: Folded) -> list[tuple[int, int]]:
    """Return the stretches of whole words that do not fold to what they came from."""
    edges = [i for i in range(len(folded.text) + 1) if not is_cut(folded.text, i)]
    return [(a, b) for a in edges for b in edges if a < b and fold(folded.span(a, b).of(text)).text != folded.text[a:b]]


@given(TEXTS)
@settings(deadline=None, max_examples=400)
def test_folded_spans_lead_back(text: str) -> None:
    assert broken_spans(text, fold(text)) == []


def test_wrong_offsets_are_seen() -> None:
    """The check above has teeth: offsets that forget combining marks, or are one off, fail it."""
    text = unicodedata.normalize("NFD", "hoà tiến")
    right = fold(text)
    assert right.origin is not None
    assert right.ends is not None
    forgetful = Folded(right.text, right.origin, type(right.ends)("l", [o + 1 for o in right.origin]))
    assert broken_spans(text, right) == []
    assert broken_spans(text, forgetful)
    assert broken_spans("x  tỷ lệ", Folded(fold("x  tỷ lệ").text))


@given(TEXTS)
@settings(deadline=None, max_examples=400)
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(TEXTS)
@settings(deadline=None, max_examples=200)
def test_positions_and_spans_stay_inside(text: str) -> None:
    folded = fold(text)
    for i in range(len(folded.text) + 1):
        start, end = folded.span(i, i)
        assert 0 <= start == end <= len(text)
    positions = [folded.position(i) for i in range(len(text) + 1)]
    assert positions == sorted(positions)
    assert positions[0] == 0
    assert positions[-1] == len(folded.text)


@pytest.mark.parametrize(
    "spelling",
    [
        "Tỷ lệ hoà giải",
        "TỶ LỆ HOÀ GIẢI",
        "tỉ lệ hòa giải",
        "Tỉ  lệ\u00a0hòa giải",
        "tỷ\tlệ\u3000hoà\u202fgiải",
        "tỷ lệ ho\u200bà gi\u00adải\ufeff",
        unicodedata.normalize("NFD", "Tỷ lệ hoà giải"),
        unicodedata.normalize("NFD", "TỈ LỆ HÒA GIẢI"),
        "Tỷ_lệ hoà giải",
    ],
)
def test_spellings_meet(spelling: str) -> None:
    assert fold_name(spelling) == fold_name("tỷ lệ hoà giải")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hòa", "hoa"),
        ("Thanh Trì", "Thạnh Trị"),
        ("quý", "quy"),
        ("đạt", "dat"),
        ("kỳ", "ký"),
        ("Mỹ", "Mỵ"),
        ("quà", "qùa"),
    ],
)
def test_words_that_differ_stay_apart(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_span_of_a_decomposed_word_holds_its_marks() -> None:
    text = unicodedata.normalize("NFD", "huyện Lấp Vò đạt 99%")
    folded = fold(text)
    at = folded.text.index("vò")
    assert unicodedata.normalize("NFC", folded.span(at, at + 2).of(text)) == "Vò"


def test_span_ends_with_its_word_however_wide_the_gap() -> None:
    text = "đạt  99% \u200b\u00a0 hồ sơ"
    folded = fold(text)
    at = folded.text.index("99%")
    assert folded.span(at, at + 3).of(text) == "99%"


# ---------------------------------------------------------------- sentences


def split(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text, 0, len(text))]


@given(
    st.lists(st.sampled_from([*AWKWARD, ". ", "! ", "Q.1", "a. ", "1.800 ", '." ', "…", "\n\n", "x" * 40]), max_size=30)
)
@settings(deadline=None, max_examples=400)
def test_sentences_cover_the_text_without_overlap(pieces: list[str]) -> None:
    text = fold("".join(pieces)).text
    found = list(sentences(text, 0, len(text)))
    edges = [0, *(edge for span in found for edge in span), len(text)]
    assert edges == sorted(edges)
    assert all(a < b for a, b in found)
    gaps = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert not "".join(gaps).strip()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("tp. nha trang đạt 98,75%. còn 1,25% trễ", 2),
        ("ubnd q.1 và q. bình thạnh đạt 98.75%", 1),
        ("ths. nguyễn a, ts. trần b báo cáo.", 1),
        ("có 1.800 hồ sơ. đạt 99,4 %.", 2),
        ("đạt chưa? đã đạt! tốt…", 3),
        ('ông nói: "đạt 99%." sau đó', 2),
        ("dòng một\ndòng hai", 2),
        ("", 0),
        (" \n ", 0),
    ],
)
def test_sentences_know_abbreviations_and_decimals(text: str, count: int) -> None:
    assert len(split(text)) == count


def test_what_is_far_too_long_is_read_in_pieces() -> None:
    """A table without full stops must not cost time that grows with its square."""
    text = "99% hồ sơ " * 2000
    pieces = split(text)
    assert all(len(piece) <= LONGEST_SENTENCE <= 5000 for piece in pieces)
    assert " ".join(pieces).split() == text.split()
    assert not any(re.search(r"\d$", piece) for piece in pieces)


def test_a_word_longer_than_any_sentence_is_cut() -> None:
    assert "".join(split("x" * 10_000)) == "x" * 10_000
