"""What a sentence states is read, and nothing else: our own sentences with the claims they make.

A row of ``sentences/*.tsv`` holds the unit and the date of a page, a sentence of it, and its claims, one a column:

    on-time-rate 98.6 bound:above period:2018-01/2018-06 level:commune status:target
    dossiers-received 14900 agency:Phòng Tư pháp place:Huyện Cái Bè in:Tỉnh Tiền Giang
    initiative Nụ cười công sở status:planned
    cites 61/2018/NĐ-CP
    names Thành phố Mỹ Tho

What is left out is "exact", "actual", no period and the unit of the page; level and agency are compared where the row
tells them. ``/2018-12-06`` is a period without a start, ``\\n`` in a sentence begins a new line, ``\\t`` is a tab. Any
other figure is a mistake, and so are further initiatives, numbers of documents or units in the rows that are about
them.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.extractor import extract
from builder.facts import Citation, Extraction, FigureClaim, Initiative, LinkedDocument, Observation, Source
from builder.gazetteer import Gazetteer, load_gazetteer
from builder.lexicon import Lexicon, load_lexicon
from builder.linker import link_document
from builder.reader import read

SENTENCES = Path(__file__).with_name("sentences")
FILES = (
    "bounds",
    "citations",
    "comparisons",
    "counts",
    "enumerations",
    "figures-percent",
    "index-points-and-ranks",
    "initiatives",
    "levels",
    "lists",
    "not-indicators",
    "periods",
    "short-paragraphs",
    "tables",
    "tables-of-no-figures",
    "targets-and-status",
    "units",
)
FEWEST_ROWS = 550
HEADER = "page\tdate\tsentence\tclaims"
ATTRIBUTE = re.compile(r" (?=(?:bound|period|level|agency|status|place|in):)")
NUMERAL = re.compile(r"(\d[\d.,  ]*)\s*(%|phần trăm|nghìn|ngàn|triệu|tỷ|tỉ)?.*")
SCALES = {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}


@dataclass(frozen=True, slots=True)
class Expected:
    """A claim as a row writes it."""

    kind: str  # id of an indicator, "initiative", "cites", "names"
    value: str
    told: dict[str, str]

    @classmethod
    def parse(cls, cell: str) -> "Expected":
        head, *attributes = ATTRIBUTE.split(cell)
        kind, _, value = head.partition(" ")
        return cls(kind, value, dict(a.split(":", 1) for a in attributes))


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence on a page of a unit, and what it states."""

    origin: str
    unit: str
    day: str
    sentence: str
    claims: tuple[Expected, ...]

    @property
    def page(self) -> str:
        return f"{self.unit} đẩy mạnh cải cách hành chính\n\n{self.day}\n\n{self.sentence}\n"

    def of_kind(self, *kinds: str) -> list[Expected]:
        return [c for c in self.claims if c.kind in kinds]


def load_rows(name: str) -> Iterator[Row]:
    lines = (SENTENCES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER, f"sentences/{name}.tsv: begin with the line {HEADER!r}"
    for number, line in enumerate(lines[1:], start=2):
        unit, day, sentence, *claims = line.split("\t")
        lines_of_page = sentence.replace("\\n", "\n").replace("\\t", "\t")
        yield Row(f"{name}.tsv:{number}", unit, day, lines_of_page, tuple(Expected.parse(c) for c in claims))


ROWS = {name: list(load_rows(name)) for name in FILES}
ALL = [row for rows in ROWS.values() for row in rows]


def rows(*names: str) -> pytest.MarkDecorator:
    chosen = [row for name in names for row in ROWS[name]]
    return pytest.mark.parametrize("row", chosen, ids=[row.origin for row in chosen])


class Reading:
    """Reads pages with the wordings and units of the ontology."""

    def __init__(self, lexicon: Lexicon, gazetteer: Gazetteer) -> None:
        self.lexicon, self.gazetteer = lexicon, gazetteer

    def claims(self, page: str) -> tuple[str, Extraction]:
        document = read(Source("page.txt", page.encode(), "text/plain"), self.lexicon)
        return document.text, extract(document, self.lexicon, self.gazetteer)

    def figures(self, page: str) -> list[tuple[FigureClaim, str]]:
        """Return the figures of a page with the characters that state each."""
        text, extraction = self.claims(page)
        return [(c, c.quantity.span.of(text)) for c in extraction.claims if isinstance(c, FigureClaim)]

    def facts(self, page: str) -> LinkedDocument:
        document = read(Source("page.txt", page.encode(), "text/plain"), self.lexicon)
        claims = extract(document, self.lexicon, self.gazetteer)
        return link_document(document, claims, self.gazetteer, self.lexicon)


READING = Reading(load_lexicon(), load_gazetteer())


def first_and_last(written: str) -> tuple[date | None, date | None]:
    """Return the days of a period as a row writes it: "2018", "2018-01/2018-06", "/2018-12-06"."""
    start, slash, end = written.partition("/")
    return _day(start, last=False), _day(end if slash else start, last=True)


def _day(written: str, *, last: bool) -> date | None:
    if not written:
        return None
    year, month, day = (*(int(part) for part in written.split("-")), 0, 0)[:3]
    month = month or (12 if last else 1)
    return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1))


def as_read(observation: Observation) -> dict[str, str]:
    """Return what was read, in the words of the rows."""
    unit = READING.gazetteer.versions[observation.area]
    period = observation.period
    return {
        "indicator": observation.indicator,
        "value": str(observation.value.normalize() + 0),
        "bound": observation.bound,
        "period": f"{period.start}/{period.end}" if period else "-",
        "status": observation.status,
        "level": observation.level or "-",
        "agency": observation.agency or "-",
        "place": unit.label,
        "in": ", ".join(above.label for above in READING.gazetteer.ancestors(unit)),
    }


def as_expected(claim: Expected, unit: str) -> dict[str, str]:
    start, end = first_and_last(claim.told["period"]) if "period" in claim.told else (None, None)
    standard = {"bound": "exact", "status": "actual", "place": unit}
    stated = {"indicator": claim.kind, "value": str(Decimal(claim.value).normalize() + 0)}
    return standard | claim.told | stated | {"period": f"{start}/{end}" if "period" in claim.told else "-"}


def in_same_words(read_figures: Sequence[dict[str, str]], wanted: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Reduce what was read to what the rows tell of figures of the same indicator and value."""
    told = {(w["indicator"], w["value"]): w.keys() for w in wanted}
    every = {"indicator", "value", "bound", "period", "status", "place"}
    return [{k: f[k] for k in f if k in told.get((f["indicator"], f["value"]), every)} for f in read_figures]


def by_text(items: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    return sorted(sorted(item.items()) for item in items)


def test_every_file_of_sentences_is_read() -> None:
    assert sorted(FILES) == sorted(path.stem for path in SENTENCES.glob("*.tsv"))
    assert len(ALL) >= FEWEST_ROWS
    assert all(ROWS.values())
    pages = [(row.unit, row.day, row.sentence) for row in ALL]
    assert len(set(pages)) == len(pages)


def test_rows_name_indicators_of_the_ontology() -> None:
    named = {c.kind for row in ALL for c in row.claims} - {"initiative", "cites", "names"}
    assert named <= {indicator.id for indicator in READING.lexicon.indicators.values()}


@rows(*(name for name in FILES if name not in ("initiatives", "citations")))
def test_sentence_states_its_figures(row: Row) -> None:
    wanted = [as_expected(c, row.unit) for c in row.claims if c.kind != "names"]
    found = [as_read(fact) for fact in READING.facts(row.page).facts if isinstance(fact, Observation)]
    assert by_text(in_same_words(found, wanted)) == by_text(wanted), row.sentence


@rows("initiatives")
def test_sentence_names_its_initiatives(row: Row) -> None:
    facts = READING.facts(row.page).facts
    begin = row.page.index(row.sentence)
    named = [f for f in facts if isinstance(f, Initiative) and f.evidence[0].span.start >= begin]
    wanted = [(c.value, c.told.get("status", "implemented")) for c in row.claims]
    assert sorted((f.label, f.status) for f in named) == sorted(wanted), row.sentence
    assert not any(isinstance(f, Observation) for f in facts)


@rows("citations")
def test_sentence_cites_its_documents(row: Row) -> None:
    cited = [f.number for f in READING.facts(row.page).facts if isinstance(f, Citation)]
    assert sorted(cited) == sorted(c.value for c in row.claims), row.sentence


@pytest.mark.parametrize("row", [r for r in ALL if r.of_kind("names")], ids=lambda row: str(row.origin))
def test_sentence_names_its_units(row: Row) -> None:
    """The units named, in the order of the sentence; "-" for none."""
    text, extraction = READING.claims(row.page)
    begin = text.index(row.sentence)
    mentions = [m for m in extraction.mentions if m.span.start >= begin and m.versions]
    labels = [{READING.gazetteer.versions[key].label for key in m.versions} for m in mentions]
    wanted = [c.value for c in row.of_kind("names") if c.value != "-"]
    assert len(labels) == len(wanted), labels
    assert all(want in found for want, found in zip(wanted, labels, strict=True)), labels


def test_a_company_that_a_page_begins_with_is_no_unit() -> None:
    assert READING.claims("VNPT Đồng Tháp hỗ trợ người dân\n\n06/12/2018\n\nCó 1.200 hồ sơ.\n")[1].mentions == ()


@rows("not-indicators")
def test_trap_states_no_figure_behind_one_either(row: Row) -> None:
    """Nothing of the sentence before is carried over to a number that is none of its kind."""
    before = "Tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,5%."
    page = row.page.replace(row.sentence, f"{before} {row.sentence}")
    assert [printed for _, printed in READING.figures(page)] == ["98,5%"]


WORDED = {"hai": 2, "ba": 3, "bốn": 4, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}


def value_of(printed: str) -> Decimal:
    """Read a numeral as newspapers print it, independently of the code under test."""
    match = NUMERAL.fullmatch(printed)
    assert match is not None, f"{printed!r} begins with no digit"
    digits = match[1].strip().replace(" ", "")
    whole, _, part = digits.partition(",")
    if not re.fullmatch(r"\d{1,3}(\.\d{3})*", whole) and whole.count(".") == 1:
        whole, part = whole.split(".")
    return Decimal(f"{whole.replace('.', '')}.{part or 0}").scaleb(SCALES.get(match[2] or "", 0))


@rows(*(name for name in FILES if name not in ("initiatives", "citations")))
def test_span_covers_the_characters_of_the_value(row: Row) -> None:
    text, extraction = READING.claims(row.page)
    for claim in (c for c in extraction.claims if isinstance(c, FigureClaim)):
        span = claim.quantity.span
        if claim.quantity.value == 0 and not text[span.start].isdigit():
            continue  # "không có hồ sơ trễ hạn"
        if (told := WORDED.get(span.of(text).lower())) is not None:
            assert told == claim.quantity.value
            continue
        assert value_of(span.of(text)) == claim.quantity.value
        assert span.of(text) == span.of(text).strip()
        assert not text[span.start - 1].isdigit()
        assert not text[span.end : span.end + 1].isdigit()


@pytest.mark.parametrize("row", ALL, ids=[row.origin for row in ALL])
def test_decomposed_letters_state_the_same(row: Row) -> None:
    """The same page with its letters decomposed: same figures, proved by the same characters."""
    decomposed = unicodedata.normalize("NFD", row.page)
    figures = READING.figures(decomposed)
    composed = READING.figures(unicodedata.normalize("NFC", row.page))
    assert [unicodedata.normalize("NFC", printed) for _, printed in figures] == [printed for _, printed in composed]
    assert [(c.indicator, c.quantity.value, c.period, c.level, c.status) for c, _ in figures] == [
        (c.indicator, c.quantity.value, c.period, c.level, c.status) for c, _ in composed
    ]


def test_reading_does_not_depend_on_other_pages() -> None:
    sample = ALL[::3]
    forwards = {row.origin: READING.claims(row.page) for row in sample}
    backwards = {row.origin: READING.claims(row.page) for row in reversed(sample)}
    assert forwards == backwards


RATES = (
    ("on-time-rate", "Tỷ lệ hồ sơ giải quyết đúng hạn đạt {}%."),
    ("on-time-rate", "Năm 2017, có {}% hồ sơ được giải quyết đúng hạn."),
    ("overdue-rate", "Số hồ sơ trễ hạn chiếm {} %."),
    ("citizen-satisfaction-rate", "Mức độ hài lòng của người dân đạt {}%, tăng so với năm trước."),
    ("online-dossier-rate", "Tỷ lệ hồ sơ nộp trực tuyến (đạt {}%) còn thấp."),
)
COUNTS = (
    ("dossiers-received", "Năm 2017, huyện tiếp nhận {} hồ sơ."),
    ("dossiers-resolved", "Bộ phận một cửa đã giải quyết {} hồ sơ của người dân."),
    ("dossiers-overdue", "Số hồ sơ quá hạn là {} hồ sơ."),
    ("citizen-receptions", "Huyện đã tiếp {} lượt công dân."),
    ("petitions-received", "Huyện tiếp nhận {} đơn khiếu nại, tố cáo."),
)
PAGE = "Huyện Lấp Vò đẩy mạnh cải cách hành chính\n\n06/12/2018\n\n{}\n"


def read_one(template: str, printed: str) -> tuple[str, Decimal, str]:
    ((claim, characters),) = READING.figures(PAGE.format(template.format(printed)))
    return claim.indicator, claim.quantity.value, characters


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(RATES), st.decimals("0.01", "100", places=2), st.sampled_from((",", ".")))
def test_any_rate_comes_out_as_printed(sentence: tuple[str, str], rate: Decimal, mark: str) -> None:
    indicator, template = sentence
    printed = str(rate).replace(".", mark)
    assert read_one(template, printed)[:2] == (indicator, rate)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(COUNTS), st.integers(1, 9_999_999))
def test_any_count_comes_out_as_printed(sentence: tuple[str, str], count: int) -> None:
    indicator, template = sentence
    printed = f"{count:,}".replace(",", ".")
    assert read_one(template, printed) == (indicator, Decimal(count), printed)


@settings(max_examples=40, deadline=None)
@given(st.decimals("1.01", "999.99", places=2), st.sampled_from(("nghìn", "ngàn", "triệu")))
def test_scale_words_multiply(number: Decimal, scale: str) -> None:
    printed = f"{str(number).replace('.', ',')} {scale}"
    wanted = ("dossiers-received", number.scaleb(SCALES[scale]), printed)
    assert read_one(COUNTS[0][1], printed) == wanted


def test_a_very_large_number_keeps_its_digits() -> None:
    digits = "123456789" * 5
    assert read_one(COUNTS[0][1], f"{digits} triệu")[1] == Decimal(int(digits) * 10**6)


def test_each_of_very_many_short_lines_is_read() -> None:
    lines = "\n".join(f"Huyện tiếp nhận {count} hồ sơ." for count in range(1000, 2500))
    figures = READING.figures(PAGE.format(lines))
    assert [claim.quantity.value for claim, _ in figures] == list(range(1000, 2500))


@pytest.mark.parametrize(
    ("sentence", "own"),
    [
        ("Kỳ trước chuyển sang 120, mới 692, đã giải quyết 790.", {"120": 1, "692": 1, "790": 1}),
        ("Huyện giải quyết 1.250 hồ sơ, đúng hạn 96,7%. Cấp xã 95,2%.", {"1.250": 1, "96,7%": 1, "95,2%": 0}),
    ],
)
def test_a_reading_by_the_words_at_the_number_is_told_from_one_by_words_before(
    sentence: str, own: dict[str, int]
) -> None:
    told = {printed: claim.signs.own for claim, printed in READING.figures(PAGE.format(sentence))}
    assert {printed: told.get(printed) for printed in own} == own


def test_figures_of_the_year_that_a_plan_is_made_for_are_targets() -> None:
    page = (
        "Kế hoạch cải cách hành chính năm 2026 của huyện Lấp Vò\n\n06/12/2025\n\n"
        "- Hồ sơ nộp trực tuyến: 85% (năm 2025: 71,2%).\n- Tỷ lệ hài lòng: 92%.\n"
    )
    read = {printed: (claim.status, claim.period) for claim, printed in READING.figures(page)}
    assert {printed: status for printed, (status, _) in read.items()} == {
        "85%": "target",
        "71,2%": "actual",
        "92%": "target",
    }
    results = page.replace("Kế hoạch", "Kết quả thực hiện kế hoạch").replace("06/12/2025", "06/12/2026")
    assert {claim.status for claim, _ in READING.figures(results)} == {"actual"}
