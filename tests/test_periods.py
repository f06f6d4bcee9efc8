"""The days a figure covers are those the page tells for it."""

from collections.abc import Callable
from datetime import date

import pytest
from conftest import TIEN_YEN
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.extractor.periods import same_report
from builder.facts import Extraction, FigureClaim, Period

ExtractText = Callable[..., Extraction]


def days(text: str) -> Period | None:
    """Read "2019-01-01/2019-12-31"; an end may be left out."""
    if not text:
        return None
    start, end = (date.fromisoformat(x) if x else None for x in text.split("/"))
    return Period(start, end)


def period_of(extract_text: ExtractText, words: str, published: str = "2019-11-28") -> Period | None:
    """Return the period of the one rate of a page that opens its only paragraph with some words."""
    text = f"""Huyện Tiên Yên nâng chất lượng giải quyết thủ tục hành chính
{words}, tỷ lệ hồ sơ giải quyết đúng hạn của huyện Tiên Yên (tỉnh Quảng Ninh) đạt 97,31% số hồ sơ đã tiếp nhận.
"""
    claims = extract_text(text, published=published).claims
    (period,) = {c.period for c in claims if isinstance(c, FigureClaim) and c.quantity.span.of(text) == "97,31%"}
    return period


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Năm 2018", "2018-01-01/2018-12-31"),
        ("Trong năm 2018", "2018-01-01/2018-12-31"),
        ("Quý I/2019", "2019-01-01/2019-03-31"),
        ("Quý III năm 2019", "2019-07-01/2019-09-30"),
        ("6 tháng đầu năm 2019", "2019-01-01/2019-06-30"),
        ("Sáu tháng đầu năm 2019", "2019-01-01/2019-06-30"),
        ("9 tháng năm 2019", "2019-01-01/2019-09-30"),
        ("9 tháng đầu năm", "2019-01-01/2019-09-30"),
        ("Tháng 10/2019", "2019-10-01/2019-10-31"),
        ("Tháng 2 năm 2020", "2020-02-01/2020-02-29"),
        ("Giai đoạn 2016-2018", "2016-01-01/2018-12-31"),
        ("Từ năm 2016 đến năm 2018", "2016-01-01/2018-12-31"),
        ("Từ ngày 15/12/2018 đến ngày 14/3/2019", "2018-12-15/2019-03-14"),
        ("Từ ngày 15/12/2016 đến ngày 14/3/2019", "2016-12-15/2019-03-14"),
        ("Từ ngày 01/01/2019 đến 30/9/2019", "2019-01-01/2019-09-30"),
        ("Từ 15/12 đến 14/3/2019", "2018-12-15/2019-03-14"),
        ("Từ ngày 15/12 đến ngày 14/3", "2018-12-15/2019-03-14"),
        ("Từ 1/3 đến 1/3/2018", "2018-03-01/2018-03-01"),
        ("Trong ngày 15/3", "2019-03-15/2019-03-15"),
        ("Từ tháng 3 đến tháng 6/2018", "2018-03-01/2018-06-30"),
        ("Từ tháng 10/2017 đến tháng 3/2018", "2017-10-01/2018-03-31"),
        ("Từ đầu năm 2018", "2018-01-01/2018-12-31"),
        ("Từ đầu năm", "2019-01-01/2019-11-28"),
        ("Từ đầu năm đến nay", "2019-01-01/2019-11-28"),
        ("Từ ngày 1/7/2018 đến nay", "2018-07-01/2019-11-28"),
        ("Tính từ đầu năm đến tháng 9/2018", "2018-01-01/2018-09-30"),
        ("Từ đầu năm đến ngày 15/9/2018", "2018-01-01/2018-09-15"),
        ("Lũy kế đến tháng 9/2018", "/2018-09-30"),
        ("1 tháng đầu năm 2018", "2018-01-01/2018-01-31"),
        ("12 tháng năm 2018", "2018-01-01/2018-12-31"),
        ("1 tháng cuối năm 2018", "2018-12-01/2018-12-31"),
        ("3 tháng cuối năm 2018", "2018-10-01/2018-12-31"),
        ("Nửa đầu năm 2018", "2018-01-01/2018-06-30"),
        ("Nửa cuối năm 2018", "2018-07-01/2018-12-31"),
        ("Hai quý đầu năm 2018", "2018-01-01/2018-06-30"),
        ("Năm ngoái", "2018-01-01/2018-12-31"),
    ],
)
def test_a_period_is_read(extract_text: ExtractText, words: str, expected: str) -> None:
    assert period_of(extract_text, words) == days(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("NĂM 2018", "2018-01-01/2018-12-31"),
        ("Na\u0306m\u00a02018", "2018-01-01/2018-12-31"),
        ("Quí I/2019", "2019-01-01/2019-03-31"),
    ],
)
def test_however_it_is_spelled(extract_text: ExtractText, words: str, expected: str) -> None:
    assert period_of(extract_text, words) == days(expected)


@pytest.mark.parametrize(
    "words",
    [
        "Từ ngày 31/02/2019 đến ngày 45/13/2019",
        "Quý IX/2019",
        "99 tháng đầu năm 2019",
        "Năm 9999",
        "Tháng 13/2019",
        "Năm 0000",
    ],
)
@pytest.mark.parametrize("published", ["2019-11-28", "", "0001-01-01", "9999-12-31", "2020-02-29"])
def test_days_that_are_none_do_no_harm(extract_text: ExtractText, words: str, published: str) -> None:
    period = period_of(extract_text, words, published)
    if period and period.start and period.end:
        assert period.start <= period.end


def test_a_period_governs_the_sentences_behind_it(extract_text: ExtractText) -> None:
    claims = extract_text(TIEN_YEN).claims
    periods = {c.quantity.span.of(TIEN_YEN): c.period for c in claims if isinstance(c, FigureClaim)}
    assert periods["15.840"] == periods["99,97%"] == days("2019-01-01/2019-12-31")


def test_from_the_beginning_of_a_year_to_its_end_where_the_page_has_no_day(extract_text: ExtractText) -> None:
    assert period_of(extract_text, "Từ đầu năm 2018", published="") == days("2018-01-01/2018-12-31")


@pytest.mark.parametrize(
    ("label", "explicit", "same"),
    [
        ("2019-01-01/2019-03-31", "2018-12-15/2019-03-14", True),
        ("2019-03-01/2019-03-31", "2019-02-21/2019-03-20", True),
        ("2019-01-01/2019-03-31", "2019-01-02/2019-04-01", True),
        ("2019-01-01/2019-03-31", "2019-01-03/2019-03-31", False),
        ("2019-01-01/2019-03-31", "2018-11-27/2019-02-24", True),
        ("2019-01-01/2019-03-31", "2018-11-26/2019-02-24", False),
        ("2019-01-01/2019-12-31", "2019-01-01/2019-09-30", False),
        ("/2019-03-31", "2018-12-15/2019-03-14", False),
        ("2019-01-01/2019-03-31", "/2019-03-14", False),
    ],
)
def test_a_report_begins_and_ends_up_to_35_days_before_what_it_is_called(label: str, explicit: str, same: bool) -> None:
    """Or a day behind it; an interval without a first day is none."""
    one, other = days(label), days(explicit)
    assert one is not None
    assert other is not None
    assert same_report(one, other) is same


def test_without_a_period_none_is_made_up(extract_text: ExtractText) -> None:
    assert period_of(extract_text, "Theo báo cáo", published="") is None


WORDS = [
    "năm ",
    "2019",
    "tháng ",
    "quý ",
    "I",
    "từ ",
    "đến ",
    "nay",
    "ngày ",
    "31/2",
    "/",
    "-",
    "6 ",
    "đầu ",
    "cuối ",
    "trước",
    "13",
    " ",
    ",",
]


@given(
    st.lists(st.sampled_from(WORDS), max_size=14),
    st.sampled_from(["", "2019-11-28", "2020-02-29", "1990-01-01", "2099-12-31"]),
)
@settings(deadline=None, max_examples=150)
def test_any_words_give_a_period_in_order_or_none(extract_text: ExtractText, words: list[str], published: str) -> None:
    for claim in extract_text(f"{''.join(words)} hồ sơ đúng hạn đạt 97,31%.", published=published).claims:
        if isinstance(claim, FigureClaim) and claim.period and claim.period.start and claim.period.end:
            assert claim.period.start <= claim.period.end
