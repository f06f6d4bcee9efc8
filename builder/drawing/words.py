"""What drawings say in Vietnamese and English, and how they write numbers."""

from datetime import date
from decimal import Decimal
from typing import Literal

Language = Literal["vi", "en"]
Measure = Literal["percent", "count", "vnd", "points", "rank"]
Bound = Literal["exact", "above", "below", "about", "at-least", "at-most"]

_TEXTS = {
    "nothing": ("Chưa có số liệu để vẽ.", "There are no figures to draw."),
    "no-neighbours": ("Chưa có gì liên kết với mục này.", "Nothing is linked to this yet."),
    "no-models": ("Chưa có mô hình chung nào giữa các tỉnh.", "Provinces share no model yet."),
    "bars": ("Biểu đồ thanh, {0} dòng.", "Bar chart, {0} rows."),
    "range": ("Từ {0} đến {1}.", "From {0} to {1}."),
    "open-up": ("còn cao hơn (trên, ít nhất)", "more than shown (above, at least)"),
    "open-down": ("còn thấp hơn (dưới, nhiều nhất)", "less than shown (below, at most)"),
    "about": ("gần đúng (gần, khoảng)", "approximate (almost, about)"),
    "trends": ("Biểu đồ đường, {0} chuỗi, {1} số liệu.", "Line chart, {0} series, {1} figures."),
    "from-value": ("Trục đứng bắt đầu từ {0}, không phải từ 0.", "The vertical axis starts at {0}, not at 0."),
    "span": ("Vạch ngang: khoảng thời gian của số liệu.", "Horizontal line: period of the figure."),
    "hollow": (
        "Dấu rỗng: không phải số chính xác (trên, dưới, gần).",
        "Hollow: not an exact figure (above, below, about).",
    ),
    "until": ("đến {0}", "until {0}"),
    "dots": ("Bản đồ điểm, {0} đơn vị.", "Dot map, {0} units."),
    "around": ("tâm các tỉnh", "centres of the provinces"),
    "not-on-map": ("Không có trên bản đồ (chưa biết vị trí):", "Not on the map (position unknown):"),
    "neighbourhood": ("{0}: {1} mục liên kết, {2} quan hệ.", "{0}: {1} linked things, {2} relations."),
    "more": ("còn {0} nữa", "{0} more"),
    "not-drawn": (
        "Không vẽ {0} quan hệ giữa hai phía; xem bảng.",
        "{0} relations across are not drawn: see the table.",
    ),
    "other": ("liên quan", "related"),
    "farther": ("qua bước thứ hai", "one step farther"),
    "overview": ("{0} tỉnh, thành phố và {1} mô hình.", "{0} provinces and {1} models."),
    "provinces": ("Tỉnh, thành phố", "Provinces"),
    "models": ("Mô hình chung", "Shared models"),
    "edge-width": ("số đơn vị thực hiện:", "units that run it:"),
    "unit": ("đơn vị hành chính", "administrative unit"),
    "indicator": ("chỉ tiêu", "indicator"),
    "initiative": ("sáng kiến, mô hình", "initiative, model"),
    "document": ("trang nguồn", "source page"),
    "law": ("văn bản", "legal document"),
    "figure": ("số liệu", "figure"),
    "thing": ("mục khác", "other"),
}  # fmt: skip


def say(key: str, language: Language, *told: object) -> str:
    """Return a text in a language, with what is told in its places."""
    return _TEXTS[key][language == "en"].format(*told)


def write_number(value: Decimal | float, language: Language) -> str:
    """Return a number as the language writes it, without needless zeros.

    >>> write_number(Decimal("15840.50"), "vi"), write_number(Decimal("15840.50"), "en")
    ('15.840,5', '15,840.5')
    """
    exact = Decimal(str(value))
    text = f"{exact:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write_day(day: date, language: Language) -> str:
    """Return a day as the language writes it.

    >>> write_day(date(2023, 9, 30), "vi"), write_day(date(2023, 9, 30), "en")
    ('30/09/2023', '30 Sep 2023')
    """
    if language == "vi":
        return f"{day.day:02}/{day.month:02}/{day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_SCALES = ((10**12, "nghìn tỷ", "tn"), (10**9, "tỷ", "bn"), (10**6, "triệu", "m"))


def write_value(value: Decimal | float, measure: Measure, language: Language) -> str:
    """Return a value with the sign of its measure; large ones in millions and billions.

    >>> write_value(99.4, "percent", "vi"), write_value(2_500_000_000, "vnd", "vi"), write_value(15000, "count", "vi")
    ('99,4%', '2,5 tỷ', '15.000')
    """
    exact = Decimal(str(value))
    if measure == "percent":
        return write_number(exact, language) + "%"
    for scale, vi, en in _SCALES:
        if abs(exact) >= scale:
            short = (exact / scale).quantize(Decimal("0.01"))
            return f"{write_number(short, language)} {vi if language == 'vi' else en}"
    return write_number(exact, language)
