"""A page says the same as text, HTML, PDF and Word, in letters of today or of fonts from before Unicode."""

import csv
import io
import json
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import docx
import pytest
from conftest import ROOT, TIEN_YEN, Outcome
from docx.oxml import parse_xml
from printing import (
    NEW_SHEET,
    Part,
    draw_pdf,
    print_html,
    print_pdf,
    print_text,
    print_word,
    saved,
    with_half_a_character,
    with_pictures,
    zipped,
)
from reportlab.pdfgen.canvas import Canvas

from builder.errors import SourceError
from builder.evidence import prove
from builder.extractor import extract
from builder.facts import Document, Observation, Source
from builder.gazetteer import Gazetteer
from builder.lexicon import Lexicon
from builder.linker import link_document
from builder.reader import legacy, read
from builder.reader.sources import MEDIA, PDF, WORD

Build = Callable[..., Outcome]
TITLE, DATELINE, LEAD, SECOND, MODEL = TIEN_YEN.rstrip("\n").split("\n")
UNITS = [
    ["Đơn vị", "Hồ sơ tiếp nhận", "Đúng hạn", "Tỷ lệ đúng hạn (%)"],
    ["Cấp huyện", "1.250", "1.248", "99,84"],
    ["Cấp xã và các bộ phận khác trên địa bàn huyện", "870", "", ""],
    ["Tổng cộng", "2.120", "2.110", "99,53"],
]
PAGE: tuple[Part, ...] = (
    *(TITLE, DATELINE, f"{LEAD} {SECOND} {MODEL}"),
    "Kết quả tiếp nhận và giải quyết hồ sơ của huyện trong năm 2019 được nêu trong bảng dưới đây:",
    UNITS,
    "- Số hồ sơ tiếp nhận qua mạng là 3.210 hồ sơ;",
    "- Không có hồ sơ quá hạn.",
    "Sáu tháng đầu năm 2020, huyện Tiên Yên tiếp nhận 7.215 hồ sơ, trong đó 45,2% số hồ sơ được nộp qua mạng.",
)
PRINTED: Mapping[str, tuple[str, Callable[..., bytes]]] = {
    "text": ("a.txt", print_text),
    "HTML": ("a.html", print_html),
    "Word": ("a.docx", print_word),
    "PDF": ("a.pdf", print_pdf),
    "PDF, no lines": ("a.pdf", lambda parts: print_pdf(parts, ruled=False)),
    "PDF, set flush": ("a.pdf", lambda parts: print_pdf(parts, alignment=4, firstLineIndent=20)),
}
ARTICLE = ("title", "dateline", "lead", "body", "header", "row")
Fact = tuple[object, ...]


@pytest.fixture(scope="module")
def read_file(lexicon: Lexicon) -> Callable[[str, bytes], Document]:
    def run(name: str, content: bytes) -> Document:
        return read(Source(name, content, MEDIA[Path(name).suffix]), lexicon)

    return run


ReadFile = Callable[[str, bytes], Document]


@pytest.fixture(scope="module")
def figures(lexicon: Lexicon, gazetteer: Gazetteer) -> Callable[[Document], set[Fact]]:
    """What a page tells in figures, wherever on it."""

    def run(document: Document) -> set[Fact]:
        linked = link_document(document, extract(document, lexicon, gazetteer), gazetteer, lexicon)
        return {
            (f.indicator, f.value, f.measure, f.bound, f.area, f.period, f.level, f.agency, f.status)
            for f in linked.facts
            if isinstance(f, Observation)
        }

    return run


def lines_of(document: Document, *kinds: str) -> list[str]:
    told = (b.span.of(document.text).split("\n") for b in document.blocks if not kinds or b.kind in kinds)
    return [line for lines in told for line in lines]


# ---------------------------------------------------------------- the same page, whatever it is printed as


@pytest.mark.parametrize("form", PRINTED)
def test_a_page_says_the_same_in_every_format(form: str, read_file: ReadFile, figures: Callable) -> None:
    name, printed = PRINTED[form]
    document = read_file(name, printed(PAGE))
    plain = read_file("a.txt", print_text(PAGE))
    expected = figures(plain)
    assert len(expected) >= 12
    assert figures(document) == expected
    assert lines_of(document, *ARTICLE) == lines_of(plain, *ARTICLE)
    assert (document.title, document.published) == (TITLE, plain.published)


def test_evidence_stands_in_the_text_that_is_kept(tmp_path: Path, build: Build) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for name, printed in PRINTED.values():
        (pages / name).write_bytes(printed(PAGE))
    first, again = (build(pages, tmp_path / name) for name in ("first", "again"))
    assert first.files() == again.files()
    assert {f"texts/{name}.txt" for name in ("a.pdf", "a.docx", "a.html", "a.txt")} <= set(first.files())
    proof = prove(first.folder / "graph.nq", first.folder / "texts", pages)
    assert (proof.mismatches, proof.pages) == ([], 4)
    assert proof.quotations > 4 * 12


# ---------------------------------------------------------------- PDF


def pdf_lines(read_file: ReadFile, *parts: Part, kinds: Iterable[str] = (), **options: object) -> list[str]:
    return lines_of(read_file("a.pdf", print_pdf(parts, **options)), *kinds)


def test_columns_are_read_one_after_another(read_file: ReadFile) -> None:
    parts = (TITLE, *(f"{n}: {LEAD} {SECOND}" for n in ("Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám")))
    for columns in (2, 3):
        for alignment in (0, 4):
            told = pdf_lines(read_file, *parts, columns=columns, alignment=alignment)
            assert told == [*parts, "Trang 1"]


def test_a_table_inside_a_column_stays_there(read_file: ReadFile) -> None:
    short = [["Cấp", "Hồ sơ"], ["Cấp huyện", "1.250"], ["Cấp xã", "870"]]
    parts = (f"Một: {LEAD} {SECOND}", short, f"Hai: {LEAD} {SECOND}", *[f"Ba: {LEAD} {SECOND} {MODEL}"] * 9)
    told = pdf_lines(read_file, *parts, columns=2)
    assert told[:6] == [parts[0], "Cấp | Hồ sơ", "Cấp huyện | 1.250", "Cấp xã | 870", parts[2], parts[3]]


def test_a_paragraph_goes_on_over_the_end_of_a_sheet(read_file: ReadFile) -> None:
    long = " ".join(f"Câu thứ {n * n * 7} trong bài nói về huyện Tiên Yên: {SECOND}" for n in range(60))
    last = "Việc này được tiếp tục trong những năm sau."
    told = pdf_lines(read_file, TITLE, long, last, header="Báo cáo năm 2019", kinds=("title", "lead", "body"))
    assert told == [TITLE, long, last]


def test_running_headers_and_numbers_are_furniture(read_file: ReadFile, figures: Callable) -> None:
    parts = [part for n in range(3) for part in (f"Phần {n}", LEAD, NEW_SHEET)][:-1]
    header = "Huyện Tiên Yên: 88% hồ sơ giải quyết đúng hạn trong năm 2019, mức độ hài lòng của người dân đạt 77%"
    document = read_file("a.pdf", print_pdf([TITLE, *parts], header=header))
    assert lines_of(document, "furniture") == [header, "Trang 1", "Trang 2", "Trang 3"]
    assert header not in lines_of(document, "title", "lead", "body", "heading", "caption")
    assert not {88, 77} & {fact[1] for fact in figures(document)}
    prose = read_file("a.pdf", print_pdf([TITLE, f"{header}.", LEAD]))
    assert {88, 77} <= {fact[1] for fact in figures(prose)}, "where it stands is what keeps it out"


def test_hyphens_at_line_ends_stay_in_the_number(read_file: ReadFile) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Thực hiện đầy đủ các nội dung của Kế hoạch số 45/KH-")
        canvas.drawString(60, 686, "UBND ngày 12/02/2019 của UBND huyện Tiên Yên, giai đoạn 2016 -")
        canvas.drawString(60, 672, "2020, huyện đã hoàn thành.")

    told = lines_of(read_file("a.pdf", draw_pdf(draw)))
    assert told == [
        "Thực hiện đầy đủ các nội dung của Kế hoạch số 45/KH-UBND ngày 12/02/2019 của UBND huyện Tiên Yên, giai đoạn "
        "2016 - 2020, huyện đã hoàn thành."
    ]


def test_short_lines_are_paragraphs_of_their_own(read_file: ReadFile) -> None:
    parts = ("ỦY BAN NHÂN DÂN", "HUYỆN TIÊN YÊN", "Kết quả năm 2019", "Nơi nhận", "Văn phòng UBND huyện", SECOND)
    assert pdf_lines(read_file, *parts) == [*parts, "Trang 1"]


def test_merged_cells_are_told_in_every_row_and_column(read_file: ReadFile, lexicon: Lexicon) -> None:
    rows = [
        "Cấp | Hồ sơ | Hồ sơ",
        "Cấp | Tiếp nhận | Đúng hạn",
        "Cấp huyện | 1.250 | 1.248",
        "Ghi chú",
        "Cấp xã | 870 | -",
    ]
    markup = (
        "<table><tr><td rowspan=2>Cấp<td colspan=2>Hồ sơ<tr><td>Tiếp nhận<td>Đúng hạn<tr><td>Cấp huyện<td>1.250<td>"
        "1.248<tr><td colspan=3>Ghi chú<tr><td>Cấp xã<td>870<td></table>"
    )
    grid = [
        *(["Cấp", "Hồ sơ", ""], ["", "Tiếp nhận", "Đúng hạn"], ["Cấp huyện", "1.250", "1.248"], ["Ghi chú", "", ""]),
        ["Cấp xã", "870", ""],
    ]
    document = docx.Document()
    table = document.add_table(5, 3)
    for row, cells in zip(table.rows, grid, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(3, 0).merge(table.cell(3, 2))

    def draw(canvas: Canvas) -> None:
        for row in range(6):
            canvas.line(60 if row != 1 else 160, 700 - 20 * row, 360, 700 - 20 * row)
        for x, parts in ((60, [(0, 5)]), (160, [(0, 3), (4, 5)]), (260, [(1, 3), (4, 5)]), (360, [(0, 5)])):
            for first, last in parts:
                canvas.line(x, 700 - 20 * first, x, 700 - 20 * last)
        for row, cells in enumerate(grid):
            for column, text in enumerate(cells):
                canvas.drawString(65 + 100 * column, 686 - 20 * row, text)

    assert lines_of(read_file("a.html", markup.encode())) == rows
    assert lines_of(read_file("a.docx", saved(document))) == rows
    assert lines_of(read_file("a.pdf", draw_pdf(draw))) == rows


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_sheet_is_read_as_it_is_seen(rotation: int, read_file: ReadFile) -> None:
    def draw(canvas: Canvas) -> None:
        turn = {0: (0, 0, 0), 90: (842, 0, 90), 180: (595, 842, 180), 270: (0, 595, 270)}[rotation]
        canvas.translate(turn[0], turn[1])
        canvas.rotate(turn[2])
        canvas.drawString(60, 500, "Năm 2019, huyện tiếp nhận 15.840 hồ sơ.")
        canvas.drawString(60, 460, "Tỷ lệ đúng hạn đạt 99%.")

    told = lines_of(read_file("a.pdf", draw_pdf(draw, rotation=rotation)))
    assert told == ["Năm 2019, huyện tiếp nhận 15.840 hồ sơ.", "Tỷ lệ đúng hạn đạt 99%."]


def test_what_is_drawn_oddly_is_read_as_it_looks(read_file: ReadFile) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("stamp")
        canvas.setFont("Roboto", 11)
        canvas.drawString(60, 600, "Trong khung: 99,4%.")
        canvas.endForm()
        canvas.doForm("stamp")
        for shift in (0, 0.3):  # bold by drawing twice
            canvas.drawString(60 + shift, 700, "Chữ đậm 15.840 hồ sơ.")
        text = canvas.beginText(60, 650)
        for letter in "Rời 7 chữ.":
            text.textOut(letter)
        canvas.drawText(text)
        canvas.drawString(60, 2000, "Ngoài trang 55%.")
        canvas.saveState()
        canvas.rotate(90)
        canvas.drawString(300, -500, "Chữ dọc 2019")
        canvas.restoreState()

    document = read_file("a.pdf", draw_pdf(draw))
    assert lines_of(document) == ["Chữ đậm 15.840 hồ sơ.", "Rời 7 chữ.", "Trong khung: 99,4%.", "Chữ dọc 2019"]
    assert lines_of(document, "furniture")[-1:] == ["Chữ dọc 2019"]


def test_only_a_title_that_the_page_shows_is_believed(read_file: ReadFile) -> None:
    parts = ("Báo cáo kết quả năm 2019", TITLE, f"{LEAD} {SECOND}")
    for name, printed in (("a.pdf", print_pdf), ("a.docx", print_word)):
        assert read_file(name, printed(parts, title=parts[0])).title == parts[0]
        assert read_file(name, printed(parts, title="Microsoft Word - mau.doc")).title == TITLE
        assert read_file(name, printed(parts)).published is None, "the day a file was made is no day of publication"


def test_a_pdf_that_is_only_protected_is_read(read_file: ReadFile) -> None:
    assert lines_of(read_file("a.pdf", print_pdf(PAGE, password=""))) == pdf_lines(read_file, *PAGE)


def test_sheets_without_text_are_told(tmp_path: Path, build: Build) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.pdf").write_bytes(with_pictures(print_pdf([TITLE, LEAD, NEW_SHEET, SECOND])))
    outcome = build(pages, tmp_path / "out")
    assert outcome.summary.unreadable == ()
    with (outcome.folder / "issues.tsv").open(encoding="utf-8", newline="") as file:
        told = [row["message"] for row in csv.DictReader(file, delimiter="\t") if row["kind"] == "unreadable"]
    assert told == ["sheets 3 of the PDF show pictures without text; recognise their text (OCR) or save it again"]


def test_half_a_character_of_a_damaged_font_is_marked_and_the_page_is_read(tmp_path: Path, build: Build) -> None:
    """A surrogate that stands alone cannot be written; offsets are those of the text with the mark in its place."""
    pages = tmp_path / "pages"
    pages.mkdir()
    whole = "Năm 2020, huyện Tiên Yên tiếp nhận 12.345 hồ sơ, tỷ lệ đúng hạn đạt 98,7%. Xin cảm ơn!"
    (pages / "a.pdf").write_bytes(with_half_a_character(print_pdf([whole], title=whole), "!"))
    record = {"id": "b", "title": "\ud83d", "text": whole.replace("!", "\ud83d")}
    (pages / "b.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    outcome = build(pages, tmp_path / "out")
    assert outcome.summary.unreadable == ()
    for page in ("a.pdf", "b.jsonl/b"):
        text = (outcome.folder / "texts" / f"{page}.txt").read_text(encoding="utf-8")
        assert whole.replace("!", "\ufffd") in text
        assert any("12.345" in line for line in outcome.of_page(page))
    assert prove(outcome.folder / "graph.nq", outcome.folder / "texts").mismatches == []


# ---------------------------------------------------------------- Word


def word_lines(read_file: ReadFile, *markup: str) -> list[str]:
    """Return the lines of a document made of WordprocessingML."""
    spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    spaces += ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document = docx.Document()
    for piece in markup:
        wrapped = parse_xml(f"<w:body {spaces}>{piece}</w:body>")
        document.element.body[-1].addprevious(wrapped[0])
    return lines_of(read_file("a.docx", saved(document)))


def run_of(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f"<w:p>{run_of('đạt ')}<w:ins>{run_of('99%')}</w:ins><w:del><w:r><w:delText>8</w:delText></w:r></w:del></w:p>",
         ["đạt 99%"]),
        (f"<w:p>{run_of('đạt ')}<w:moveFrom>{run_of('8%')}</w:moveFrom><w:moveTo>{run_of('99%')}</w:moveTo></w:p>",
         ["đạt 99%"]),
        (f"<w:p>{run_of('đạt ')}<w:hyperlink>{run_of('99%')}</w:hyperlink></w:p>", ["đạt 99%"]),
        (f"<w:p>{run_of('đạt ')}<w:fldSimple w:instr='X'>{run_of('99%')}</w:fldSimple></w:p>", ["đạt 99%"]),
        (f"<w:sdt><w:sdtContent><w:p>{run_of('đạt 99%')}</w:p></w:sdtContent></w:sdt>", ["đạt 99%"]),
        (f"<w:p>{run_of('đạt ')}<w:sdt><w:sdtContent>{run_of('99%')}</w:sdtContent></w:sdt></w:p>", ["đạt 99%"]),
        ("<w:p><w:r><w:t>đạt</w:t><w:tab/><w:t>99%</w:t><w:br/><w:t>năm 2019</w:t></w:r></w:p>",
         ["đạt 99%", "năm 2019"]),
        (f"<w:p><w:r><w:pict><w:txbxContent><w:p>{run_of('trong khung')}</w:p></w:txbxContent></w:pict></w:r>"
         f"{run_of('ngoài khung')}</w:p>", ["ngoài khung", "trong khung"]),
        (f"<w:p><w:r><mc:AlternateContent><mc:Choice>{run_of('một')}</mc:Choice><mc:Fallback>{run_of('hai')}"
         "</mc:Fallback></mc:AlternateContent></w:r></w:p>", ["một"]),
    ],
)  # fmt: skip
def test_what_word_shows_is_read(markup: str, expected: list[str], read_file: ReadFile) -> None:
    assert word_lines(read_file, markup) == expected


def test_headers_and_footers_of_word_are_furniture(read_file: ReadFile, figures: Callable) -> None:
    document = read_file("a.docx", print_word(PAGE, header="Hồ sơ đúng hạn đạt 88%", footer="Huyện Tiên Yên"))
    assert sorted(lines_of(document, "furniture")) == ["Huyện Tiên Yên", "Hồ sơ đúng hạn đạt 88%"]
    assert 88 not in {fact[1] for fact in figures(document)}


# ---------------------------------------------------------------- letters of fonts from before Unicode

_TCVN3 = {chr(shown): chr(code) for code, shown in legacy._TCVN3.items()}


def in_tcvn3(text: str) -> str:
    """Write a text for a TCVN3 font, which has no capitals with marks."""
    return "".join(_TCVN3.get(c) or _TCVN3.get(c.lower(), c) for c in unicodedata.normalize("NFC", text))


def in_vni(text: str) -> str:
    """Write a text for a VNI font: a letter, then a sign for its marks."""
    signs = {marks: sign for sign, marks in legacy._VNI_MARKS.items()}
    letters = {shown: letter for letter, shown in legacy._VNI_LETTERS.items()}
    table = {}
    for base in "aeouyơưAEOUYƠƯ":
        for marks, sign in signs.items():
            shown = unicodedata.normalize("NFC", base + marks)
            table[shown] = letters.get(base, base) + (sign.upper() if base.isupper() else sign)
    return "".join((letters | table).get(c, c) for c in unicodedata.normalize("NFC", text))


OLD_LETTERS: Mapping[str, Callable[[str], str]] = {"TCVN3": in_tcvn3, "VNI": in_vni}


def in_old_letters(parts: Iterable[Part], write: Callable[[str], str]) -> list[Part]:
    return [write(p) if isinstance(p, str) else [[write(cell) for cell in row] for row in p] for p in parts]


@pytest.mark.parametrize("letters", OLD_LETTERS)
@pytest.mark.parametrize("form", ["text", "HTML", "Word", "PDF"])
def test_letters_from_before_unicode_are_converted(
    form: str, letters: str, read_file: ReadFile, figures: Callable
) -> None:
    name, printed = PRINTED[form]
    document = read_file(name, printed(in_old_letters(PAGE, OLD_LETTERS[letters])))
    assert [i.kind for i in document.issues] == ["converted-text"]
    assert letters in document.issues[0].message
    plain = read_file(name, printed(PAGE))
    assert plain.issues == ()
    if form != "PDF" or letters == "VNI":  # the printer drops the sign that TCVN3 uses for "ư": a soft hyphen
        assert document.text.lower() == plain.text.lower()
    assert figures(document) == figures(plain)


def test_old_letters_of_a_pdf_are_all_converted(read_file: ReadFile) -> None:
    lines = (TITLE, LEAD, SECOND, MODEL)

    def draw(canvas: Canvas) -> None:
        for row, line in enumerate(lines):
            canvas.setFontSize(7)
            canvas.drawString(60, 700 - 30 * row, in_tcvn3(line))

    told = lines_of(read_file("a.pdf", draw_pdf(draw)))
    assert [line.lower() for line in told] == [line.lower() for line in lines]


@pytest.mark.parametrize("letters", OLD_LETTERS)
@pytest.mark.parametrize(
    ("name", "wrap", "encoding"),
    [
        ("a.txt", "{}", "utf-8"),
        ("a.txt", "{}", "latin-1"),
        ("a.html", "<meta charset='iso-8859-1'><p>{}</p>", "latin-1"),
        ("a.html", "<meta charset='x-user-defined'><p>{}</p>", "latin-1"),
        ("a.html", "<p>{}</p>", "latin-1"),
        ("a.html", "<script>var much = 'of another language, all of it long';</script><p>{}</p>", "utf-8"),
    ],
)
def test_old_letters_are_known_in_any_encoding(
    letters: str, name: str, wrap: str, encoding: str, read_file: ReadFile
) -> None:
    text = f"{LEAD} {SECOND}"
    document = read_file(name, wrap.format(OLD_LETTERS[letters](text)).encode(encoding))
    assert document.text.lower() == text.lower()


def test_old_letters_written_as_entities_are_converted(read_file: ReadFile) -> None:
    text = f"{LEAD} {SECOND}"
    markup = "".join(c if ord(c) < 128 else f"&#{ord(c)};" for c in in_tcvn3(text)).replace("&#174;", "&reg;")
    assert "&reg;" in markup
    assert read_file("a.html", f"<p>{markup}</p>".encode()).text.lower() == text.lower()


def test_lines_in_unicode_stay_among_old_letters(read_file: ReadFile) -> None:
    unicode_line = "Trang thông tin điện tử huyện Tiên Yên: “nụ cười” à, á, â, ê, ô"
    page = f"{unicode_line}\nTrà – cà phê\n{in_tcvn3(LEAD)}\n{in_tcvn3(SECOND)}\n{in_tcvn3(MODEL)}\n"
    told = read_file("a.txt", page.encode()).text.split("\n")
    assert told[:3] == [unicode_line, "Trà – cà phê", LEAD]


@pytest.mark.parametrize(
    "text",
    [
        TIEN_YEN,
        unicodedata.normalize("NFD", TIEN_YEN),
        "Hoà, thuê, quê, yêu, khoá, hoãn, mà, là, có, bé, kê, tô, cô, gõ. " * 20,
        "Résumé: café naïf, où l'été déjà là, à côté du théâtre, forêt, maïs, être, goût. " * 20,
        "© ® ª º ¹ ² ³ ¼ ½ ¾ µ ¶ · ¸ " * 20,
        "El niño pequeño mañana: según la opinión pública, así, aquí, también, más. " * 20,
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert legacy.recognise(text) == ""


def test_a_converted_page_is_proved_by_its_bytes(tmp_path: Path, build: Build) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.txt").write_bytes(in_vni(TIEN_YEN).encode("latin-1", "replace"))
    outcome = build(pages, tmp_path / "out")
    graph, texts = outcome.folder / "graph.nq", outcome.folder / "texts"
    assert prove(graph, texts, pages).mismatches == []
    (pages / "a.txt").write_bytes(in_vni(TIEN_YEN).encode("latin-1", "replace") + b" ")
    assert len(prove(graph, texts, pages).mismatches) == 1


# ---------------------------------------------------------------- what cannot be read


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """Without the extra libraries other pages are read, and one line says what to install."""
    (tmp_path / "pages").mkdir()
    for name, content in (("a.pdf", print_pdf(PAGE)), ("b.docx", print_word(PAGE)), ("c.txt", print_text(PAGE))):
        (tmp_path / "pages" / name).write_bytes(content)
    program = (
        "import sys; sys.modules['pypdf'] = sys.modules['docx'] = None\n"
        "import builder; print(*builder.build([sys.argv[1]], sys.argv[2]).unreadable, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, tmp_path / "pages", tmp_path / "out"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    remedy = "need further libraries; run python -m pip install 'cchc-graph[docs]'"
    assert done.stdout.splitlines() == [f"a.pdf: PDF files {remedy}", f"b.docx: Word documents {remedy}"]
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_a_damaged_file_is_read_or_refused(name: str, read_file: ReadFile) -> None:
    """Whatever bytes are turned around: a page or one clear line, never anything else."""
    import random

    whole = print_pdf(PAGE) if name.endswith("pdf") else print_word(PAGE)
    told = []
    for seed in range(60):
        chance = random.Random(seed)
        spoiled = bytearray(whole)
        for _ in range(chance.choice([1, 5, 50])):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        if seed % 4 == 0:
            del spoiled[chance.randrange(len(spoiled)) :]
        try:
            read_file(name, bytes(spoiled))
        except SourceError as problem:
            told.append(str(problem))
    assert len(told) > 5
    assert [line for line in told if not line.startswith(f"{name}: ") or "\n" in line] == []


def test_reading_broken_documents_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(print_pdf(PAGE).replace(b"startxref", b"startxxxx"))
    (tmp_path / "b.pdf").write_bytes(print_pdf(PAGE)[:-900])
    (tmp_path / "c.docx").write_bytes(print_word(PAGE)[:-900])
    (tmp_path / "d.txt").write_bytes(print_text(PAGE))
    program = "import builder, sys; builder.build([sys.argv[1]], sys.argv[2])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, tmp_path, tmp_path / "out"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_word_document_asks_for_nothing_from_outside(read_file: ReadFile) -> None:
    """Entities and templates that lead elsewhere are left alone."""
    whole = print_word(PAGE)
    head, rest = zipfile.ZipFile(io.BytesIO(whole)).read("word/document.xml").split(b"?>", 1)
    entity = b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    spoiled = zipped({"word/document.xml": head + b"?>" + entity + rest.replace(TITLE.encode(), b"&x;", 1)}, whole)
    host = Path("/etc/hostname")
    try:
        text = read_file("a.docx", spoiled).text
    except SourceError:
        return
    assert not host.is_file() or host.read_text().strip() not in text


def test_media_of_documents_are_known() -> None:
    assert (MEDIA[".pdf"], MEDIA[".docx"]) == (PDF, WORD)
