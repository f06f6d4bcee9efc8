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
        ("Từ năm 2017 đến hết quý II/2019", "2017-01-01/2019-06-30"),
        ("Từ năm 2017 đến 9 tháng năm 2019", "2017-01-01/2019-09-30"),
        ("Năm 2018 và 9 tháng đầu năm 2019", "2018-01-01/2019-09-30"),
        ("Từ năm 2016 đến ngày 15/9/2018", "2016-01-01/2018-09-15"),
        ("Từ nay đến cuối năm", "2019-01-01/2019-12-31"),
        ("Trong cả năm", "2019-01-01/2019-12-31"),
        ("Năm trước", "2018-01-01/2018-12-31"),
        ("Năm ngoái (2017)", "2017-01-01/2017-12-31"),
        ("Năm nay", "2019-01-01/2019-12-31"),
        ("3 tháng cuối năm", "2019-10-01/2019-12-31"),
        ("3 tháng cuối năm ngoái", "2018-10-01/2018-12-31"),
        ("12 tháng cuối năm 2018", "2018-01-01/2018-12-31"),
        ("13 tháng cuối năm 2018", ""),
        ("0 tháng cuối năm 2018", ""),
        ("0 tháng đầu năm 2018", ""),
        ("13 tháng đầu năm 2018", ""),
        ("Tháng 10 năm ngoái", "2018-10-01/2018-10-31"),
        ("Tháng 10 năm nay", "2019-10-01/2019-10-31"),
        ("Nửa cuối năm ngoái", "2018-07-01/2018-12-31"),
        ("Ba quý đầu năm nay", "2019-01-01/2019-09-30"),
        ("Quý I và quý III/2018", "2018-01-01/2018-09-30"),
        ("Quý I, II năm 2018", "2018-01-01/2018-06-30"),
        ("Quý IV/2018", "2018-10-01/2018-12-31"),
        ("Quý 3 năm ngoái", "2018-07-01/2018-09-30"),
        ("Đến hết quý III", "/2019-09-30"),
        ("Đến hết quý III/2018", "/2018-09-30"),
        ("Đến hết tháng 6", "/2019-06-30"),
        ("Đến ngày 15/6", "/2019-06-15"),
        ("Tính đến hết năm 2018", "/2018-12-31"),
        ("Tính đến 2018", "/2018-12-31"),
        ("Đến nay", "/2019-11-28"),
        ("Từ ngày 1/7 đến nay", "2019-07-01/2019-11-28"),
        ("Từ tháng 7/2018 đến nay", "2018-07-01/2019-11-28"),
        ("Từ năm 2017 đến nay", "2017-01-01/2019-11-28"),
        ("Từ ngày 15/7/2018", "2018-07-15/"),
        ("Từ đầu năm đến nay (15/9/2019)", "2019-01-01/2019-09-15"),
        ("Những tháng đầu năm nay", "2019-01-01/2019-11-28"),
        ("Tháng 1, 2 và 3 năm 2019", "2019-01-01/2019-03-31"),
        ("Tháng 4 và tháng 5", "2019-04-01/2019-05-31"),
        ("Hai tháng 4 và 5", "2019-04-01/2019-05-31"),
        ("Hai năm 2016 và 2017", "2016-01-01/2017-12-31"),
        ("Từ tháng 3 đến ngày 15/6", "2019-03-01/2019-06-15"),
        ("Từ ngày 15/3 đến hết tháng 6", "2019-03-15/2019-06-30"),
        ("Từ ngày 15/12 đến hết tháng 6/2018", "2017-12-15/2018-06-30"),
        ("Từ 10/2017 đến 3/2018", "2017-10-01/2018-03-31"),
        ("Từ ngày 15 đến 20/6/2018", "2018-06-15/2018-06-20"),
        ("Từ 15 tháng 3 đến 20 tháng 6 năm 2018", "2018-03-15/2018-06-20"),
        ("Trong ngày 15/3/2018", "2018-03-15/2018-03-15"),
        ("Sau 3 tháng thực hiện", ""),
        ("Lũy kế từ đầu năm", "2019-01-01/2019-11-28"),
        ("Năm 1990", "1990-01-01/1990-12-31"),
        ("Năm 1989", ""),
        ("Năm 2035", "2035-01-01/2035-12-31"),
        ("Năm 2036", ""),
    ],
)
def test_a_period_is_read(extract_text: ExtractText, words: str, expected: str) -> None:
    assert period_of(extract_text, words) == days(expected)


@pytest.mark.parametrize(
    ("words", "published", "expected"),
    [
        ("11 tháng đầu năm", "2019-01-10", "2018-01-01/2018-11-30"),
        ("11 tháng đầu năm", "2019-03-10", "2018-01-01/2018-11-30"),
        ("11 tháng đầu năm", "2019-04-10", ""),
        ("9 tháng đầu năm", "2019-03-10", "2018-01-01/2018-09-30"),
        ("8 tháng đầu năm", "2019-03-10", ""),
        ("6 tháng đầu năm", "2019-05-10", "2019-01-01/2019-06-30"),
        ("6 tháng đầu năm", "2019-04-10", ""),
        ("Năm qua", "2019-11-01", "2019-01-01/2019-12-31"),
        ("Năm qua", "2019-10-31", "2018-01-01/2018-12-31"),
        ("8 tháng qua", "2019-03-10", "2018-07-01/2019-02-28"),
        ("8 tháng qua", "2019-09-10", "2019-01-01/2019-08-31"),
        ("8 tháng qua", "2019-10-10", "2019-01-01/2019-08-31"),
        ("8 tháng qua", "2019-11-10", "2019-03-01/2019-10-31"),
        ("3 tháng qua", "2019-03-10", "2019-01-01/2019-03-31"),
        ("3 tháng qua", "2019-02-10", "2018-11-01/2019-01-31"),
        ("12 tháng qua", "2019-01-10", "2018-01-01/2018-12-31"),
        ("3 tháng cuối năm", "2019-04-10", "2019-10-01/2019-12-31"),
        ("Tháng 12", "2019-11-28", "2019-12-01/2019-12-31"),
        ("Tháng 12", "2019-10-28", "2018-12-01/2018-12-31"),
        ("Tháng 11", "2019-11-28", "2019-11-01/2019-11-30"),
        ("Tháng 1", "2019-12-10", "2019-01-01/2019-01-31"),
        ("Sau 3 tháng thực hiện chính quyền địa phương 2 cấp", "2025-11-10", "2025-07-01/2025-09-30"),
        ("Sau sáu tháng vận hành chính quyền địa phương 2 cấp", "2026-03-10", "2025-07-01/2025-12-31"),
        ("Từ khi thực hiện chính quyền địa phương 2 cấp", "2025-11-10", "2025-07-01/2025-11-10"),
        ("Từ khi vận hành chính quyền địa phương 2 cấp đến ngày 15/9", "2025-11-10", "2025-07-01/2025-09-15"),
    ],
)
def test_what_a_period_means_depends_on_the_day_of_the_page(
    extract_text: ExtractText, words: str, published: str, expected: str
) -> None:
    assert period_of(extract_text, words, published) == days(expected)


@pytest.mark.parametrize(
    ("words", "published", "expected"),
    [
        ("Năm 2018 có nhiều đổi mới. 6 tháng đầu năm", "2019-06-29", "2018-01-01/2018-06-30"),
        ("Năm 2018 có nhiều đổi mới. 6 tháng đầu năm", "2019-06-30", "2019-01-01/2019-06-30"),
        ("Năm 2018 có nhiều đổi mới. 6 tháng đầu năm", "2019-09-13", "2019-01-01/2019-06-30"),
        ("Năm 2018 có nhiều đổi mới. 6 tháng đầu năm", "2019-09-14", "2018-01-01/2018-06-30"),
        ("Năm 2018 có nhiều đổi mới. Quý I", "2019-11-28", "2018-01-01/2018-03-31"),
        ("Năm 2017 có nhiều đổi mới. Quý I", "2019-11-28", "2019-01-01/2019-03-31"),
        ("Giai đoạn 2016-2018 đã kết thúc. Quý I", "2019-11-28", "2019-01-01/2019-03-31"),
        ("Năm 2018 có nhiều đổi mới. Trong cả năm", "2019-11-28", "2018-01-01/2018-12-31"),
        ("Năm 2018 có nhiều đổi mới. Năm trước", "2019-11-28", "2017-01-01/2017-12-31"),
        ("Năm 2019 có nhiều đổi mới. Năm trước", "2019-11-28", "2018-01-01/2018-12-31"),
        ("Năm 2018 có nhiều đổi mới. Tháng 10", "2019-11-28", "2018-10-01/2018-10-31"),
        ("Năm 2018 có nhiều đổi mới. Đến hết tháng 6", "2019-11-28", "/2018-06-30"),
        ("Năm 2018 có nhiều đổi mới. Đến hết tháng 6", "2019-08-10", "/2019-06-30"),
        ("Năm 2018 có nhiều đổi mới. Đến ngày 15/6", "2019-08-10", "/2018-06-15"),
        ("Năm 2018 có nhiều đổi mới. Quý I", "", "2018-01-01/2018-03-31"),
        ("Năm 2018 có nhiều đổi mới. Năm qua", "", "2018-01-01/2018-12-31"),
        ("Năm 2018 có nhiều đổi mới. Từ nay đến cuối năm", "", "2018-01-01/2018-12-31"),
        ("Năm 2018 có nhiều đổi mới. Tháng 10", "", "2018-10-01/2018-10-31"),
        ("Năm 2018 có nhiều đổi mới. Từ đầu năm", "", "2018-01-01/2018-12-31"),
        ("Từ ngày 1/11/2017 triển khai cơ chế mới. Sau ba tháng triển khai", "2019-11-28", "2017-11-01/2018-01-31"),
        ("Giai đoạn 2016-2018 đã kết thúc. Trong 3 năm qua", "2019-11-28", "2016-01-01/2018-12-31"),
        ("Giai đoạn 2016-2018 đã kết thúc. Trong 4 năm qua", "2019-11-28", ""),
        ("Giai đoạn 2021-2025 sẽ đến. Trong 5 năm qua", "2019-11-28", ""),
        ("Tháng 5/2018 có nhiều đổi mới. Lũy kế từ đầu năm", "2019-11-28", "2018-01-01/2018-05-31"),
        ("Tháng 4/2018, tháng 5/2018 có nhiều đổi mới. Lũy kế 3 tháng", "2019-11-28", "2018-03-01/2018-05-31"),
    ],
)
def test_what_a_period_leaves_out_is_that_of_the_one_told_before(
    extract_text: ExtractText, words: str, published: str, expected: str
) -> None:
    """Unless that lies too far back, or the page was written shortly behind the months in question."""
    assert period_of(extract_text, words, published) == days(expected)


@pytest.mark.parametrize(
    "words",
    [
        "6 tháng đầu năm",
        "3 tháng cuối năm",
        "Từ nay đến cuối năm",
        "Trong cả năm",
        "Quý I",
        "Quý I và quý II",
        "Nửa cuối năm",
        "Tháng 10",
        "Năm nay",
        "Năm qua",
        "Đến hết quý II",
        "Đến ngày 15/6",
        "Đến nay",
        "Từ đầu năm",
        "Từ đầu năm đến nay",
        "Từ tháng 7 đến nay",
        "Từ 15/3 đến 15/6",
        "Từ tháng 3 đến tháng 6",
        "Trong ngày 15/3",
        "Lũy kế từ đầu năm",
        "Từ đầu năm đến tháng 9",
    ],
)
def test_a_page_that_tells_no_year_gives_none(extract_text: ExtractText, words: str) -> None:
    assert period_of(extract_text, words, published="") is None


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


PAGES = {  # title, day and paragraphs, and the period of the last figure
    "the year of the headline, for the months that it reports on": (
        "Huyện Tiên Yên: kết quả 6 tháng đầu năm 2018",
        "2018-12-06",
        ("Năm 2017, huyện có nhiều đổi mới. Trong 6 tháng đầu năm, huyện tiếp nhận 7.312 hồ sơ.",),
        "2018-01-01/2018-06-30",
    ),
    "the quarter of the lead, within the months of the headline": (
        "Thành phố Nha Trang: kết quả 9 tháng năm 2021",
        "2021-10-27",
        (
            "Quý III năm 2021, thành phố Nha Trang (tỉnh Khánh Hòa) tiếp nhận 2.300 hồ sơ.",
            "Thành phố giải quyết 1.250 hồ sơ.",
        ),
        "2021-07-01/2021-09-30",
    ),
    "the quarter of the headline, though the lead sums up more": (
        "Thành phố Nha Trang: kết quả quý III/2021",
        "2021-10-27",
        (
            "9 tháng năm 2021, thành phố Nha Trang (tỉnh Khánh Hòa) tiếp nhận 12.300 hồ sơ.",
            "Thành phố giải quyết 1.250 hồ sơ.",
        ),
        "2021-07-01/2021-09-30",
    ),
    "the year of the index beside, on a page about a part of a year": (
        "Quảng Bình: kết quả 9 tháng năm 2024",
        "2024-12-06",
        (
            "9 tháng năm 2024, tỉnh Quảng Bình tiếp nhận 120.300 hồ sơ.",
            "UBND tỉnh công bố Chỉ số CCHC năm 2023. Huyện Quảng Ninh dẫn đầu với 90,05%.",
        ),
        "2023-01-01/2023-12-31",
    ),
    "the year of the line before, where every sentence stands in a line": (
        "Quận Hải Châu: cải cách 9 tháng đầu năm 2020",
        "2020-10-05",
        (
            "Năm 2019 là năm nhiều đổi mới.",
            "Quận có 13 phường.",
            "Cán bộ tận tụy.",
            "Người dân được hướng dẫn.",
            "Máy móc đầy đủ.",
            "Hồ sơ được giải quyết tại chỗ.",
            "Quận tiếp nhận 18.420 hồ sơ.",
        ),
        "2019-01-01/2019-12-31",
    ),
}


@pytest.mark.parametrize(("title", "day", "paragraphs", "expected"), PAGES.values(), ids=PAGES)
def test_what_governs_a_figure_that_tells_no_time(
    extract_text: ExtractText, title: str, day: str, paragraphs: tuple[str, ...], expected: str
) -> None:
    claims = extract_text("\n\n".join((title, *paragraphs)), published=day).claims
    *_, last = [c for c in claims if isinstance(c, FigureClaim)]
    assert last.period == days(expected)


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
