"""What a printed number can mean, read a second time: shares no code with what reads the pages, on purpose."""

import re
from decimal import Decimal
from unicodedata import normalize

NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)\s*(nghìn|ngàn|triệu|tỷ|tỉ)?\s*(%|phần trăm|đồng|vnđ|vnd|đ)?")
WHOLE = re.compile(r"\d+|[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)")
DECIMAL = re.compile(r"(?:\d[\d.]*,|\d[\d,]*\.)(\d+)")
SCALES = {None: 0, "nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}
WORDS = ("không|chưa", "nhất|đầu", "nhì|hai", "ba", "tư|bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")  # from 0


def read_number(printed: str) -> set[Decimal]:
    """Return what a printed number can mean; nothing where it is told in words that are not known here."""
    words = normalize("NFC", printed).casefold()
    if (parts := NUMBER.fullmatch(words)) is None:
        return {Decimal(number) for number, known in enumerate(WORDS) if {*words.split()[:1]} & {*known.split("|")}}
    digits, scale, unit = parts.groups()
    decimal = DECIMAL.fullmatch(digits)
    is_whole = WHOLE.fullmatch(digits) and not (decimal and unit in ("%", "phần trăm"))
    places = ({len(decimal[1])} if decimal else set()) | ({0} if is_whole else set())  # behind the decimal mark
    return {Decimal(f"{re.sub('[.,]', '', digits)}e{SCALES[scale] - after}") for after in places}


def may_mean(printed: str, value: str) -> bool:
    """Tell whether a printed number can mean a value; what is told in words that are not known here can mean any."""
    numbers = read_number(printed)
    return not numbers or (re.fullmatch(r"-?\d+(?:\.\d+)?", value) is not None and Decimal(value) in numbers)
