"""The reader labels the blocks of a page, keeps every character, and finds its date."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import LAP_VO, ROOT, TIEN_YEN, Outcome
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.errors import SourceError
from builder.facts import Document, Extraction, FigureClaim, Source
from builder.lexicon import Lexicon
from builder.reader import read
from builder.reader.markup import extract_html

ReadText = Callable[..., Document]
ExtractText = Callable[..., Extraction]

FURNISHED = """Trang chủ
Giới thiệu
Thăm dò ý kiến
Bạn đánh giá thế nào về giao diện của cổng thông tin?
Rất tốt 72%
Lượt truy cập: 1.234.567
Đang trực tuyến: 38 người
Huyện Tiên Yên nâng chất lượng giải quyết thủ tục hành chính
Thứ năm, 28/11/2019 | 08:30
Năm 2019, Trung tâm Hành chính công huyện Tiên Yên (tỉnh Quảng Ninh) tiếp nhận 15.840 hồ sơ của người dân, tổ chức.
Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,97%; mức độ hài lòng của người dân đạt 98,5%.
Ảnh: Cán bộ hướng dẫn người dân làm thủ tục
Nguyễn Văn An
Tin liên quan
Huyện Ba Chẽ: 100% hồ sơ đúng hạn
Huyện Đầm Hà tiếp nhận 4.500 hồ sơ
Bản quyền thuộc UBND huyện Tiên Yên. Điện thoại: 0203 3876 115. Fax: 0203 3876 116. Email: tienyen@quangninh.gov.vn
Tổng số lượt truy cập: 9.876.543
"""
FURNITURE = (
    *("Lượt truy cập: 1.234.567", "Đang trực tuyến: 38 người", "Điện thoại: 0203 3876 115", "Fax: 0203 3876 116"),
    *("Huyện Ba Chẽ: 100% hồ sơ đúng hạn", "Huyện Đầm Hà tiếp nhận 4.500 hồ sơ", "Tổng số lượt truy cập: 9.876.543"),
)


def kind_of(document: Document, quotation: str) -> str:
    at = document.text.index(quotation)
    return next(b.kind for b in document.blocks if b.span.start <= at < b.span.end)


# ---------------------------------------------------------------- blocks


@pytest.mark.parametrize(
    ("quotation", "kind"),
    [
        ("Trang chủ", "furniture"),
        ("Lượt truy cập: 1.234.567", "furniture"),
        ("Huyện Tiên Yên nâng chất lượng", "title"),
        ("Thứ năm, 28/11/2019", "dateline"),
        ("Năm 2019, Trung tâm", "lead"),
        ("Tỷ lệ hồ sơ giải quyết", "body"),
        ("Ảnh: Cán bộ", "caption"),
        ("Nguyễn Văn An", "signature"),
        ("Tin liên quan", "furniture"),
        ("Huyện Ba Chẽ: 100%", "furniture"),
        ("Bản quyền thuộc", "furniture"),
    ],
)
def test_blocks_are_labelled(read_text: ReadText, quotation: str, kind: str) -> None:
    assert kind_of(read_text(FURNISHED), quotation) == kind


def read_spans(extraction: Extraction) -> list[tuple[int, int]]:
    return [claim.quantity.span for claim in extraction.claims if isinstance(claim, FigureClaim)]


OFFICIAL = """Trang chủ | Giới thiệu | Tin tức | Văn bản
Chào mừng kỷ niệm 60 năm ngày thành lập tỉnh Quảng Ninh (30/10/1963 - 30/10/2023)
Hệ thống văn bản » Báo cáo
ỦY BAN NHÂN DÂN TỈNH QUẢNG NINH | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM |
Số: 158/BC-UBND | Quảng Ninh, ngày 12 tháng 10 năm 2023 |
BÁO CÁO
Kết quả cải cách hành chính tỉnh Quảng Ninh
9 tháng đầu năm 2023
I. GIẢI QUYẾT HỒ SƠ
Các cơ quan trên địa bàn tỉnh đã tiếp nhận 512.430 hồ sơ của người dân và doanh nghiệp; 498.210 hồ sơ đã giải quyết.
Biên chế được giao là 2.180.
"""


@pytest.mark.parametrize(
    ("quotation", "kind"),
    [
        ("Trang chủ |", "furniture"),
        ("Chào mừng", "furniture"),
        ("Hệ thống văn bản", "furniture"),
        ("CỘNG HÒA", "furniture"),
        ("Số: 158", "dateline"),
        ("Kết quả cải cách", "title"),
        ("9 tháng", "title"),
        ("I. GIẢI QUYẾT", "heading"),
        ("Các cơ quan", "lead"),
    ],
)
def test_the_head_of_an_official_document_is_labelled(read_text: ReadText, quotation: str, kind: str) -> None:
    assert kind_of(read_text(OFFICIAL), quotation) == kind


def test_the_name_of_an_official_document_tells_its_period(extract_text: ExtractText, read_text: ReadText) -> None:
    claims = [c for c in extract_text(OFFICIAL).claims if isinstance(c, FigureClaim)]
    assert {c.period and (c.period.start, c.period.end) for c in claims} == {(date(2023, 1, 1), date(2023, 9, 30))}
    assert read_text(OFFICIAL).published == date(2023, 10, 12)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_furniture_never_yields_figures(extract_text: ExtractText, line_end: str) -> None:
    page = FURNISHED.replace("\n", line_end)
    spans = read_spans(extract_text(page))
    taken = [q for q in FURNITURE for a, b in spans if a < page.index(q) + len(q) and page.index(q) < b]
    assert taken == []
    assert "99,97%" in {page[a:b] for a, b in spans}, "the page's own figures are read"


@pytest.mark.parametrize("quotation", ["100% hồ sơ đúng hạn", "4.500 hồ sơ"])
def test_the_same_words_in_prose_would_be_figures(extract_text: ExtractText, quotation: str) -> None:
    """The test above has teeth: it is where the figures stand that keeps them out."""
    sentence = (
        "Năm 2019, huyện Ba Chẽ (tỉnh Quảng Ninh) tiếp nhận 4.500 hồ sơ, tỷ lệ hồ sơ đúng hạn đạt 100% hồ sơ đúng hạn."
    )
    page = TIEN_YEN + sentence + "\n"
    assert any(
        page.index(quotation) <= a < page.index(quotation) + len(quotation) for a, _ in read_spans(extract_text(page))
    )


@given(
    st.lists(
        st.sampled_from([*FURNISHED.split("\n"), "", " ", "\r", "- a", "\u200b", "Tin liên quan", "x" * 99]),
        max_size=25,
    )
)
@settings(deadline=None, max_examples=100)
def test_blocks_hold_every_visible_character(lexicon: Lexicon, lines: list[str]) -> None:
    text = "\n".join(["Huyện Tiên Yên", *lines])
    blocks = read(Source("a.txt", text.encode(), "text/plain"), lexicon).blocks
    edges = [0, *(edge for block in blocks for edge in block.span), len(text)]
    assert edges == sorted(edges)
    assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_broken_in_mid_sentence_goes_on(read_text: ReadText, end: str) -> None:
    page = TIEN_YEN.replace("\n", end)

    def blocks_of(gap: str) -> list[tuple[str, str]]:
        text = page.replace("hài lòng của", f"hài lòng {gap}của")
        return [(b.kind, b.span.of(text)) for b in read_text(text).blocks]

    whole, broken, parted = blocks_of(""), blocks_of(end), blocks_of(end * 2)
    assert [(kind, text.replace(end, "")) for kind, text in broken] == whole
    assert [kind for kind, text in broken if end in text] == ["body"]
    assert len(parted) == len(whole) + 1


def test_lines_of_a_list_without_marks_are_read(extract_text: ExtractText, read_text: ReadText) -> None:
    page = """Sở Nội vụ tỉnh Gia Lai
Kết quả xếp hạng CCHC năm 2014
Huyện Chư Prông đạt 85 điểm, xếp thứ 1
Huyện Chư Sê đạt 83,5 điểm, xếp thứ 2"""
    assert [b.kind for b in read_text(page).blocks] == ["title", "title", "body", "body"]
    assert len(extract_text(page).claims) == 4
    alone = page.rpartition("\n")[0]
    assert [b.kind for b in read_text(alone).blocks] == ["title"] * 3  # one line alone is no list


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("Tiên Yên cải cách hành chính", "title"),
        ("trong đó có 312 hồ sơ trực tuyến, tăng nhanh", "body"),
        ("UBND xã ban hành 07 văn bản chỉ đạo (trong đó", "heading"),
    ],
)
def test_a_page_that_begins_in_mid_sentence_has_no_headline(read_text: ReadText, first: str, kind: str) -> None:
    rest = "Bộ phận một cửa của huyện đã tiếp nhận và giải quyết nhiều hồ sơ của người dân trong năm."
    assert read_text(f"{first}\n{rest}\n\n{rest} Ngoài ra không có gì thêm.").blocks[0].kind == kind


def test_the_last_line_of_a_page_that_breaks_off_is_no_signature(read_text: ReadText) -> None:
    page = TIEN_YEN + "\ntrong đó có 100% ý kiến"
    assert read_text(page).blocks[-1].kind == "body"


# ---------------------------------------------------------------- offsets


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_offsets_are_those_of_the_decoded_text(read_text: ReadText, line_end: str, encoding: str) -> None:
    page = TIEN_YEN.replace("\n", line_end)
    document = read_text(page.encode(encoding))
    assert document.text == page
    assert [b.kind for b in document.blocks] == ["title", "dateline", "lead", "body", "body"]
    assert document.published == date(2019, 11, 28)
    assert document.title == "Huyện Tiên Yên nâng chất lượng giải quyết thủ tục hành chính"
    assert all(b.span.of(page) == b.span.of(page).strip("\r\n") for b in document.blocks)


def test_every_way_to_end_lines_gives_the_same_figures(extract_text: ExtractText) -> None:
    said = []
    for end in ("\n", "\r\n", "\r"):
        page = TIEN_YEN.replace("\n", end)
        said.append([page[a:b] for a, b in read_spans(extract_text(page))])
    assert said[0] == said[1] == said[2]
    assert {"15.840", "99,97%", "98,5%"} <= set(said[0])


def test_the_hash_is_that_of_the_bytes(read_text: ReadText) -> None:
    assert read_text("a").sha256 == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Thứ năm, 28/11/2019 | 08:30", date(2019, 11, 28)),
        ("28-11-2019 08:30", date(2019, 11, 28)),
        ("28.11.2019", date(2019, 11, 28)),
        ("Ngày 28 tháng 11 năm 2019", date(2019, 11, 28)),
        ("Cập nhật: 08:30 28/11/2019", date(2019, 11, 28)),
        ("Thứ năm, 31/02/2019", None),
        ("Thứ năm", None),
    ],
)
def test_the_dateline_tells_the_date(read_text: ReadText, line: str, expected: date | None) -> None:
    page = TIEN_YEN.replace("Thứ năm, 28/11/2019 | 08:30", line)
    assert read_text(page).published == expected


@pytest.mark.parametrize(
    ("given_date", "expected"),
    [
        ("2020-01-02", date(2020, 1, 2)),
        ("2020-01-02T10:00:00+07:00", date(2020, 1, 2)),
        ("hôm qua", date(2019, 11, 28)),
        ("2020-13-45", date(2019, 11, 28)),
        ("0001-01-01", date(2019, 11, 28)),
        ("9999-12-31", date(2019, 11, 28)),
        ("", date(2019, 11, 28)),
    ],
)
def test_a_date_given_beside_the_page_comes_first(read_text: ReadText, given_date: str, expected: date) -> None:
    assert read_text(TIEN_YEN, published=given_date).published == expected


def test_the_dates_of_related_pages_are_not_that_of_the_page(read_text: ReadText) -> None:
    """Portals list other news with their days below an article."""
    links = "Các tin khác\n» Lịch tiếp công dân (09/5/2021)\n» Thông báo nghỉ lễ (04/8/2020)\n"
    document = read_text(LAP_VO.rstrip() + "\n\nThu Trang\n" + links)
    assert document.published == read_text(LAP_VO).published
    assert read_text("Huyện Lấp Vò\n\nHuyện tiếp nhận 1.240 hồ sơ trong quý I năm 2022.\n" + links).published is None


def test_a_date_in_the_text_is_not_that_of_the_page(read_text: ReadText) -> None:
    page = TIEN_YEN.replace("Thứ năm, 28/11/2019 | 08:30\n", "")
    assert read_text(page).published is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://tienyen.gov.vn/tin?id=1", "https://tienyen.gov.vn/tin?id=1"),
        (" https://tienyen.gov.vn/tin tức [1] ", "https://tienyen.gov.vn/tin%20tức%20%5B1%5D"),
        ("https://tienyen.gov.vn/a%zz", "https://tienyen.gov.vn/a%25zz"),
        ("https://[::1", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("tienyen", ""),
    ],
)
def test_only_a_usable_address_is_kept(read_text: ReadText, url: str, expected: str) -> None:
    assert read_text(TIEN_YEN, url=url).url == expected


# ---------------------------------------------------------------- HTML


def html_text(markup: str) -> str:
    return extract_html(markup, "page.html")[0]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>một</p><p>hai</p>", "một\nhai"),
        ("<p>đạt\n   99,4%</p>", "đạt 99,4%"),
        ("<p>đạt <b>99</b>,<i>4</i>%</p>", "đạt 99,4%"),
        ("một<br>hai<br/>ba", "một\nhai\nba"),
        ("<pre>một\nhai</pre>", "một\nhai"),
        ("<ul><li>một<li>hai</ul>", "một\nhai"),
        ("<table><tr><td>một<td>99%<tr><td>hai<td>1%</table>", "một | 99%\nhai | 1%"),
        ("<p>một<script>hai</script><style>ba</style><!-- bốn --> năm</p>", "một năm"),
        ("<p>một<p>hai</div></span></p>ba", "một\nhai\nba"),
        ("<b><p>một</b>hai", "mộthai"),
        ("&lt;p&gt; 99&#37; &nbsp; &agrave;", "<p> 99% à"),
        ("<?xml version='1.0' encoding='utf-8'?><html><body>một</body></html>", "một"),
        ("<html><head><title>tên</title></head><body>một", "tên\nmột"),
        ("chỉ có chữ", "chỉ có chữ"),
        ("<select><option>một<option>hai</select>", "một\nhai"),
    ],
)
def test_html_gives_all_visible_text(markup: str, expected: str) -> None:
    assert [x for x in html_text(markup).split("\n") if x] == expected.split("\n")


TABLE = (
    "<table><tr><th>Cấp</th><th>Hồ sơ tiếp nhận</th></tr><tr><td>Cấp tỉnh</td><td><p>21.340</p></td></tr>"
    "<tr><td>Cấp xã</td><td>15.672</td></tr></table>"
)


def test_a_table_of_figures_becomes_a_line_a_row(extract_text: ExtractText) -> None:
    rows = ["Cấp | Hồ sơ tiếp nhận", "Cấp tỉnh | 21.340", "Cấp xã | 15.672"]
    assert html_text(f"<html><body><p>đầu</p>{TABLE}<p>cuối</p></body></html>").split("\n") == ["đầu", *rows, "cuối"]
    markup = LAP_VO.replace("</p>", f"</p>{TABLE}", 1)
    assert TABLE in markup
    claims = extract_text(markup, name="table.html", media="text/html").claims
    figures = {(c.indicator, int(c.quantity.value), c.level) for c in claims if isinstance(c, FigureClaim)}
    assert {("dossiers-received", 21340, "province"), ("dossiers-received", 15672, "commune")} <= figures


@pytest.mark.parametrize(
    "markup",
    [
        f"<table><tr><td>{TIEN_YEN}</td><td>1</td></tr><tr><td>2</td><td>3</td></tr></table>",
        f"<table><tr><td>1</td><td>{TABLE}</td></tr><tr><td>2</td><td>3</td></tr></table>",
        "<table><tr><td>một</td><td>hai</td></tr><tr><td>ba</td><td>bốn</td></tr></table>",
        "<table><tr><td>1</td></tr><tr><td>2</td></tr></table>",
    ],
)
def test_a_table_for_layout_stays_cell_by_cell(markup: str) -> None:
    lines = html_text(f"<html><body>{markup}</body></html>").split("\n")
    assert lines[0] != "1 | 2"
    assert not any(line.startswith(("1 | ", "2 | ", "một | ", TIEN_YEN[:20] + " | ")) for line in lines)


def test_an_html_page_is_read_with_its_article(good: Outcome, read_text: ReadText) -> None:
    document = read_text(LAP_VO, name="lap-vo.html", media="text/html")
    assert document.title == "Lấp Vò: người dân hài lòng hơn"
    assert document.published == date(2023, 10, 15)
    assert kind_of(document, "Trang chủ") == "furniture"
    assert kind_of(document, "Cơ quan chủ quản") == "furniture"
    assert "đạt 99,4%" in document.text, "a line break of the markup is a space"
    assert "color: red" not in document.text
    assert "votes" not in document.text
    values = {m[1] for line in good.of_page("lap-vo.html") if (m := re.search(r'obsValue> "([\d.]+)"', line))}
    assert {"99.4", "97.25"} <= values


@pytest.mark.parametrize("depth", [200, 2000])
def test_nested_html_is_read_to_the_bottom(read_text: ReadText, depth: int) -> None:
    markup = f"<html><body>{'<div>' * depth}{TIEN_YEN}{'</div>' * depth}<p>cuối trang</p></body></html>"
    text = read_text(markup, media="text/html").text
    assert "99,97%" in text
    assert "cuối trang" in text


@pytest.mark.parametrize("depth", [10_000, 200_000])
def test_html_nested_too_deep_is_refused_not_cut_short(read_text: ReadText, depth: int) -> None:
    markup = f"<html><body><p>đầu trang</p>{'<div>' * depth}{TIEN_YEN}{'</div>' * depth}</body></html>"
    with pytest.raises(SourceError, match="nested too deep") as caught:
        read_text(markup, media="text/html")
    assert not isinstance(caught.value.__cause__, RecursionError)


@pytest.mark.parametrize(
    "markup",
    [
        "<" * 50_000,
        "<a " * 50_000,
        "</div>" * 50_000,
        "<!--" * 9999,
        "<b><i>" * 999,
        "&" * 9999,
        "<p>a\x0b\x1b\ufffe</p>",
        "<",
    ],
)
def test_broken_html_is_read_or_refused(read_text: ReadText, markup: str) -> None:
    try:
        document = read_text(markup, media="text/html")
    except SourceError as problem:
        document = None
        told = str(problem)
    assert document.text.strip() if document else "\n" not in told


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", '<meta charset="utf-8">'),
        ("utf-8", ""),
        ("utf-8", '<meta charset="iso-8859-1">'),
        ("utf-8", '<meta charset="no-such-thing">'),
        ("windows-1258", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">'),
        ("utf-16", ""),
    ],
)
def test_the_declared_encoding_is_used_where_needed(read_text: ReadText, encoding: str, head: str) -> None:
    text = "Hồ sơ đạt 99%" if encoding != "windows-1258" else "Hô\u0300 sơ đa\u0323t 99%"
    data = f"<html><head>{head}</head><body><p>{text}</p></body></html>".encode(encoding)
    assert read_text(data, media="text/html").text == text


@pytest.mark.parametrize(
    "declared", ["no-such-thing", "idna", "punycode", "hex", "undefined", "utf-7", "unicode_escape", "utf-8"]
)
def test_an_undecodable_html_page_is_refused(read_text: ReadText, declared: str) -> None:
    data = f'<html><head><meta charset="{declared}"></head><body>h\\ud800+2AA-'.encode() + b"\xff\xfe\xe0</body>"
    with pytest.raises(SourceError, match="convert the file to UTF-8"):
        read_text(data, media="text/html")


def test_reading_a_page_says_nothing(tmp_path: Path) -> None:
    """What a library has to say about a broken page does not reach the user, who is told one clear line."""
    for number, markup in enumerate((LAP_VO, "<html><body>x</body></html>", "<p>", "<html></html>x", "<!-- -->", "")):
        (tmp_path / f"{number}.html").write_text(markup, encoding="utf-8")
    program = "import sys, pathlib; from builder import pipeline; pipeline.build(*eval(sys.argv[1], vars(pathlib)))"
    arguments = f"[Path({str(tmp_path)!r})], Path({str(tmp_path / 'out')!r})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_blocks_of_a_page_do_not_overlap(good: Outcome, read_text: ReadText) -> None:
    blocks = read_text(FURNISHED).blocks
    assert all(a.span.end <= b.span.start for a, b in pairwise(blocks))


# ---------------------------------------------------------------- tables

ROWS = [
    ["Đơn vị", "Hồ sơ tiếp nhận", "Tỷ lệ đúng hạn"],
    ["Huyện Bảo Lạc", "4.120", "98,6%"],
    ["Huyện Hà Quảng", "3.866", "98,9%"],
    ["Huyện Thạch An", "2.950", "97%"],
]
LAYOUTS = {
    "bars": "\n".join(" | ".join(row) for row in ROWS),
    "Markdown": "\n".join(f"| {' | '.join(row)} |" for row in [ROWS[0], ["---"] * 3, *ROWS[1:]]),
    "tabs": "\n".join("\t".join(row) for row in ROWS),
    "wide gaps": "\n".join("   ".join(row) for row in ROWS),
    "one gap before figures": "\n".join(["Đơn vị Tiếp nhận Quá hạn", *(" ".join(row) for row in ROWS[1:])]),
    "a cell a line": "\n".join(cell for row in ROWS for cell in row),
    "a cell a paragraph": "\n\n".join(cell for row in ROWS for cell in row),
    "cells broken in two": "\n\n".join(cell.replace(" ", "\n", 1) for row in ROWS for cell in row),
    "rows counted": "\n".join(cell for n, row in enumerate(ROWS) for cell in (str(n or "STT"), *row)),
    "columns counted": "\n".join(cell for row in [ROWS[0], ["(1)", "(2)", "(3) = (2)/(1)"], *ROWS[1:]] for cell in row),
    "columns counted, with bars": "\n".join(" | ".join(row) for row in [ROWS[0], ["A", "1", "2"], *ROWS[1:]]),
    "notes left empty": "\n".join([*ROWS[0], "Ghi chú", *(cell for row in ROWS[1:] for cell in row)]),
    "Windows lines": "\r\n".join(cell for row in ROWS for cell in row),
}


def table_of(document: Document) -> list[tuple[str, list[str]]]:
    rows = [b for b in document.blocks if b.kind in ("header", "row")]
    return [(b.kind, [" ".join(cell.of(document.text).split()) for cell in b.cells]) for b in rows if b.cells]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_has_the_same_rows_however_it_is_laid_out(read_text: ReadText, layout: str) -> None:
    page = f"{TIEN_YEN}Kết quả giải quyết hồ sơ của các huyện:\n\n{LAYOUTS[layout]}\n\nNguồn tin: Sở Nội vụ.\n"
    kinds, rows = zip(*table_of(read_text(page)), strict=True)
    assert kinds == ("header", "row", "row", "row")
    assert list(rows[1:]) == ROWS[1:]
    assert len(rows[0]) == len(ROWS[0])


SPANNED = {
    "two names of one size": (["Tiếp nhận", "Kết quả"], ["Kỳ trước", "Trong kỳ", "Đúng hạn", "Quá hạn"], [2, 2]),
    "totals begin": (["Tiếp nhận", "Giải quyết"], ["Tổng số", "Trong kỳ", "Tổng số", "Đúng hạn", "Quá hạn"], [2, 3]),
}


@pytest.mark.parametrize(("over", "below", "sizes"), SPANNED.values(), ids=SPANNED)
def test_names_of_columns_may_stand_over_several(
    read_text: ReadText, over: list[str], below: list[str], sizes: list[int]
) -> None:
    rows = [[name, *("210" for _ in below)] for name in ("Huyện Bảo Lạc", "Huyện Hà Quảng", "Huyện Thạch An")]
    lines = ["STT", "Đơn vị", *over, *below, *(cell for n, row in enumerate(rows, 1) for cell in (str(n), *row))]
    first, second, *others = table_of(read_text(f"{TIEN_YEN}Hồ sơ của các huyện\n" + "\n".join(lines) + "\n"))
    assert first == ("header", ["Đơn vị", *(name for name, size in zip(over, sizes, strict=True) for _ in range(size))])
    assert second == ("header", ["", *below])  # the cells of a block lie in it
    assert [row for _, row in others] == rows


NO_TABLES = {
    "a menu": "Trang chủ\nTin tức\nDịch vụ công\nThủ tục hành chính\nHỏi đáp\nLiên hệ",
    "a calendar": "CN\nT2\nT3\n1\n2\n3\n4\n5\n6",
    "a list with numbers": "1\nTiếp nhận hồ sơ\n2\nThẩm định hồ sơ\n3\nTrả kết quả",
    "prices": "Gạo thơm\n18.500\nThịt ba rọi\n135.000\nCá lóc\n62.000",
    "telephones": "Bộ phận một cửa\n02773845001\nTrung tâm hành chính công\n02773845002",
    "counters": "Thống kê truy cập\nHồ sơ trực tuyến\n27\nHồ sơ hôm nay\n1.306",
    "a lone row": "Hồ sơ tiếp nhận\n4.120\n98,6%",
    "dates": "Tiếp nhận hồ sơ\n12/03/2019\nTrả kết quả hồ sơ\n15/03/2019",
}


@pytest.mark.parametrize("lines", NO_TABLES.values(), ids=NO_TABLES)
def test_short_lines_are_no_table_unless_they_tell_of_something_measured(read_text: ReadText, lines: str) -> None:
    assert table_of(read_text(f"{TIEN_YEN}\n{lines}\n")) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "Đơn vị",
                "Huyện Bảo Lạc",
                "Hồ sơ tiếp nhận",
                "1",
                "2",
                "98%",
                "2020",
                "-",
                "x" * 99,
                "Cấp xã:",
                "a | 1",
                "A  1  2",
                "(62)",
                "",
                "Tin liên quan",
                "|--|--|",
            ]
        ),
        max_size=40,
    )
)
@example(["Đơn vị", "Hồ sơ tiếp nhận", "Đơn vị", "Đơn vị", "Đơn vị", "1", "Đơn vị", "Đơn vị", "1", "Đơn vị"])
@settings(deadline=None, max_examples=300)
def test_rows_lie_apart_and_hold_their_cells(lexicon: Lexicon, lines: list[str]) -> None:
    text = "\n".join(["Huyện Tiên Yên", *lines])
    blocks = read(Source("a.txt", text.encode(), "text/plain"), lexicon).blocks
    assert all(a.span.end <= b.span.start for a, b in pairwise(blocks))
    for block in blocks:
        assert all(block.span.start <= cell.start <= cell.end <= block.span.end for cell in block.cells)
        assert not block.cells or block.kind in ("header", "row")


HOSTILE = {
    "one word": lambda n: "hồ\n" * n,
    "in turns": lambda n: "hồ sơ\n1\n" * (n // 2),
    "at odds": lambda n: "".join("hồ sơ\n" + "1\n" * (i * i % 7) for i in range(n // 4)),
    "figures": lambda n: "1\n" * n,
    "bars": lambda n: "|" * n,
    "rows": lambda n: "a | 1\n" * (n // 2),
    "rows without bars": lambda n: "a 1 2 3\n" * (n // 4),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_length_of_a_page_of_short_lines(read_text: ReadText, make: Callable[[int], str]) -> None:
    def seconds(lines: int) -> float:
        page = make(lines)
        begin = time.process_time()
        read_text(page)
        return time.process_time() - begin

    seconds(1000)
    allowed = 40  # times: linear work takes 10, quadratic 100, and other work on the machine is felt
    assert seconds(80_000) < allowed * max(seconds(8_000), 0.05), "ten times the lines take about ten times as long"
