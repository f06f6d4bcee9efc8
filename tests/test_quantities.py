"""Numbers are read as Vietnamese pages print them, and proved by the characters that print them."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from conftest import TIEN_YEN
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.extractor.quantities import parse_number
from builder.facts import Extraction, FigureClaim

ExtractText = Callable[..., Extraction]


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("1.800", "1800"),
        ("15.840", "15840"),
        ("1.234.567", "1234567"),
        ("1,234", "1234"),
        ("4578", "4578"),
        ("75,5", "75.5"),
        ("55.3", "55.3"),
        ("99,97", "99.97"),
        ("0,6077", "0.6077"),
        ("0.607", "0.607"),
        ("1.234,5", "1234.5"),
        ("05", "5"),
        ("100", "100"),
        ("0", "0"),
    ],
)
def test_a_number_is_read(printed: str, value: str) -> None:
    assert parse_number(printed) == Decimal(value)


@pytest.mark.parametrize(("printed", "value"), [("94,696", "94.696"), ("15,753", "15.753"), ("99,400", "99.4")])
def test_a_score_keeps_its_three_decimals(printed: str, value: str) -> None:
    assert parse_number(printed, counted=False) == Decimal(value)


@given(st.integers(0, 10**9))
@settings(deadline=None)
def test_grouped_by_dots_or_not_a_count_is_the_same(count: int) -> None:
    assert parse_number(f"{count:,}".replace(",", ".")) == parse_number(str(count)) == count


@given(st.decimals("0.01", "999.99", places=2))
@settings(deadline=None)
def test_comma_and_dot_decimals_are_the_same(value: Decimal) -> None:
    assert parse_number(str(value).replace(".", ",")) == parse_number(str(value)) == value


@given(st.from_regex(r"[0-9]{1,4}([.,][0-9]{1,4}){0,4}", fullmatch=True), st.booleans())
@settings(deadline=None)
def test_any_number_is_read_or_is_none(printed: str, counted: bool) -> None:
    value = parse_number(printed, counted)
    assert value.is_nan() or value >= 0


# ---------------------------------------------------------------- in pages


def figures(extract_text: ExtractText, sentence: str) -> dict[str, tuple[Decimal, str, str]]:
    """Return what a sentence of a page states: the printed characters with value, measure and bound."""
    text = TIEN_YEN.replace(
        "Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,97%; mức độ hài lòng của người dân đạt 98,5%.", sentence
    )
    assert text != TIEN_YEN
    claims: Sequence[object] = extract_text(text).claims
    found = [c.quantity for c in claims if isinstance(c, FigureClaim)]
    return {q.span.of(text): (q.value, q.measure, q.bound) for q in found}


RATE = "Tỷ lệ hồ sơ giải quyết đúng hạn đạt {}."


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("99,4%", "99.4"),
        ("99.94%", "99.94"),
        ("99,4 %", "99.4"),
        ("99,4\u00a0%", "99.4"),
        ("100%", "100"),
        ("0,5%", "0.5"),
    ],
)
def test_percentages_are_read_with_their_sign(extract_text: ExtractText, printed: str, value: str) -> None:
    found = figures(extract_text, RATE.format(printed))
    assert found[printed][:2] == (Decimal(value), "percent")


@pytest.mark.parametrize("printed", ["1.800", "4.321", "12.500", "1.234.567", "950"])
def test_counts_are_read(extract_text: ExtractText, printed: str) -> None:
    found = figures(
        extract_text, f"UBND huyện tiếp nhận {printed} hồ sơ của người dân, trả kết quả tại bộ phận một cửa."
    )
    assert found[printed] == (Decimal(printed.replace(".", "")), "count", "exact")


@pytest.mark.parametrize(
    ("words", "bound"),
    [
        ("trên", "above"),
        ("hơn", "above"),
        ("gần", "below"),
        ("khoảng", "about"),
        ("ít nhất", "at-least"),
        ("tối thiểu", "at-least"),
    ],
)
def test_bounds_are_kept(extract_text: ExtractText, words: str, bound: str) -> None:
    found = figures(extract_text, RATE.format(f"{words} 95%"))
    assert found["95%"] == (Decimal(95), "percent", bound)


@pytest.mark.parametrize(
    "words",
    [
        "Điện thoại liên hệ: 0203 3876 115.",
        "Quyết định số 1234/QĐ-UBND ngày 05/06/2018 đã được ban hành.",
        "Bộ phận một cửa làm việc từ 7 giờ 30 đến 17 giờ các ngày trong tuần.",
        "Huyện áp dụng hệ thống quản lý chất lượng ISO 9001:2015 tại các phòng.",
        "Dịch vụ công mức độ 3, mức độ 4 được cung cấp trên cổng.",
    ],
)
def test_numbers_that_measure_nothing_are_no_figures(extract_text: ExtractText, words: str) -> None:
    assert set(figures(extract_text, words)) <= {"15.840"}


@pytest.mark.parametrize(
    "words",
    [
        "Chỉ số PAR INDEX của huyện đạt 12.34.56 điểm.",
        "Huyện tiếp nhận 1.2.3 hồ sơ của người dân.",
        "Huyện chi 1.2.3 tỷ đồng cho cải cách.",
    ],
)
def test_signs_that_make_no_number_are_no_figure_and_no_obstacle(extract_text: ExtractText, words: str) -> None:
    found = figures(extract_text, f"{words} {RATE.format('99,4%')}")
    assert set(found) == {"15.840", "99,4%"}


def test_a_quantity_is_proved_by_its_characters(extract_text: ExtractText) -> None:
    for claim in extract_text(TIEN_YEN).claims:
        if isinstance(claim, FigureClaim):
            printed = claim.quantity.span.of(TIEN_YEN)
            assert printed in {"15.840", "99,97%", "98,5%"}
            assert printed in claim.sentence.of(TIEN_YEN)
            assert parse_number(printed.rstrip("%")) == claim.quantity.value
