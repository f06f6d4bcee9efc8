"""A page that cannot be read costs one clear line and nothing else."""

import csv
import io
import re
import time
import unicodedata
from collections.abc import Callable, Mapping
from decimal import InvalidOperation
from functools import cache
from pathlib import Path

import pypdf
import pytest
from conftest import GOOD_PAGES, LAP_VO, TIEN_YEN, Outcome
from printing import draw_pdf, print_pdf, print_word, with_pictures, zipped
from pypdf.generic import DecodedStreamObject

from builder import pipeline
from builder.extractor import extract
from builder.facts import Document
from builder.pipeline import open_build

Build = Callable[..., Outcome]
CLEAR = re.compile(r"(?P<where>[^\n]+?): (?P<what>[^\n]+); (?P<remedy>[^\n]+)")

TEXT_PDF, WORD = print_pdf(TIEN_YEN.split("\n")), print_word(TIEN_YEN.split("\n"))
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


def deflated(operations: bytes) -> bytes:
    """Return a PDF of one sheet on which something is drawn, packed."""
    writer = pypdf.PdfWriter(io.BytesIO(TEXT_PDF), full=True)
    stream = DecodedStreamObject()
    stream.set_data(operations)
    writer.pages[0].replace_contents(stream.flate_encode())
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def many_sheets(count: int) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(count):
        writer.add_blank_page(9, 9)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


UNREADABLE: Mapping[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "empty": ("a.txt", b"", "holds no text"),
    "only spaces": ("a.txt", "\ufeff \n\u00a0\u200b\r\n".encode(), "holds no text"),
    "empty html": ("a.html", b"", "holds no text|not readable as HTML"),
    "html without text": ("a.html", b"<html><body><script>x</script></body></html>", "holds no text"),
    "binary": ("a.txt", bytes(range(256)) * 40, "binary data"),
    "a picture": ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200), "binary data"),
    "a picture called html": ("a.html", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200), "binary data"),
    "a zero far inside": ("a.txt", TIEN_YEN.encode() * 20 + b"\x00", "binary data"),
    "Latin-1": ("a.txt", "Résumé: réforme à 99 %".encode("latin-1"), r"not readable as UTF-8 \(byte 1\)"),
    "UTF-16 without mark": ("a.txt", TIEN_YEN.encode("utf-16-le"), "looks like UTF-16 without a byte order mark"),
    "UTF-16 the other way": ("a.txt", TIEN_YEN.encode("utf-16-be"), "looks like UTF-16 without a byte order mark"),
    "half of UTF-16": ("a.txt", TIEN_YEN.encode("utf-16")[:-1], "not readable as UTF-16"),
    "UTF-8 cut short": ("a.txt", TIEN_YEN.encode()[:200].rstrip()[:-1] + b"\xe1\xba", "not readable as UTF-8"),
    "20 MB in a line": ("a.txt", b"99% " * 5_000_000, "20.0 MB, more than the 16 MB of the largest page"),
    "20 MB of html": ("a.html", b"<p>" + b"99% " * 5_000_000, "20.0 MB, more than the 16 MB of the largest page"),
    "10 MB in a line": ("a.txt", b"99% " * 2_500_000, "10,000,000 characters, more than the 500,000 of"),
    "10 MB of html": ("a.html", b"<p>" + b"99% " * 2_500_000, "characters, more than the 500,000 of the longest page"),
    "deep html": ("a.html", b"<div>" * 10_000 + LAP_VO.encode(), "nested too deep"),
    "a line break in the name": ("a\nb.txt", TIEN_YEN.encode(), "the name holds a line break"),
    "a very long name": (f"{'x' * 250}.txt", TIEN_YEN.encode(), "the name is longer than 251 bytes"),
    "broken archive": ("a.jsonl.gz", b"\x1f\x8b\x08\x00 no more", "damaged, so none of its pages is read"),
    "empty archive": ("a.jsonl", b"\n", "holds no pages"),
    "broken record": ("a.jsonl", b'{"id": "x", "text": "abc}\n', "line 1 is no JSON record"),
    "record without text": ("a.jsonl", b'{"id": "x"}\n', "line 1 is no JSON record"),
    "empty record": ("a.jsonl", b'{"id": "x", "text": "  "}\n', "holds no text"),
    "scanned PDF": ("a.pdf", with_pictures(None), "a PDF of pictures, without a text layer"),
    "empty PDF": ("a.pdf", draw_pdf(lambda canvas: canvas.showPage()), "without a text layer"),
    "locked PDF": ("a.pdf", print_pdf(TIEN_YEN.split("\n"), password="x"), "the PDF is encrypted"),
    "text called PDF": ("a.pdf", TIEN_YEN.encode(), "no PDF, or a damaged one"),
    "no bytes called PDF": ("a.pdf", b"", "no PDF, or a damaged one"),
    "half a PDF": ("a.pdf", TEXT_PDF[: len(TEXT_PDF) // 4], "no PDF, or a damaged one|none of its sheets"),
    "PDF of 1,001 sheets": ("a.pdf", lambda: many_sheets(1001), "1,001 sheets, more than the 1,000"),
    "PDF that unpacks to 200 MB": ("a.pdf", lambda: deflated(b" " * 200_000_000), "none of its sheets can be read"),
    "PDF of a million lines": ("a.pdf", lambda: deflated(b"0 0 m 9 9 l S\n" * 400_000), "none of its sheets can"),
    "PDF of a book": ("a.pdf", lambda: deflated(b"BT /F1 9 Tf (" + b"x" * 600_000 + b") Tj ET"), "500,000 characters"),
    "Word before 2007": ("a.doc", OLD_WORD, "a Word document of the format before 2007"),
    "Word before 2007 called docx": ("a.docx", OLD_WORD, "a Word document of the format before 2007"),
    "locked Word": ("a.docx", OLD_WORD + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "text called Word": ("a.docx", TIEN_YEN.encode(), "no Word document, or a damaged one"),
    "web page called Word": ("a.doc", LAP_VO.encode(), "no Word document, or a damaged one"),
    "half a Word document": ("a.docx", WORD[: len(WORD) // 2], "no Word document, or a damaged one"),
    "a package of something else": ("a.docx", zipped({"a.txt": b"a"}), "no Word document, or a damaged one"),
    "Word with macros": ("a.docm", zipped({"word/vbaProject.bin": b"a"}, WORD), "a Word document with macros"),
    "macros under another name": ("a.docx", zipped({"word/vbaProject.bin": b"a"}, WORD), "with macros"),
    "Word that unpacks to 301 MB": ("a.docx", lambda: zipped({"word/x.xml": bytes(300_000_000)}, WORD), "to 301 MB"),
    "Word of 6,000 parts": ("a.docx", lambda: zipped({f"{n}": b"" for n in range(6000)}, WORD), "6,0.. parts, more"),
    "empty Word document": ("a.docx", print_word([]), "holds no text"),
    "record that leaves the folder": ("a.jsonl", b'{"id": "../../x", "text": "a"}\n', "no path below the folder"),
}  # fmt: skip


@cache
def unreadable(case: str) -> bytes:
    """What an unreadable page holds; what takes long is made where it is asked for."""
    data = UNREADABLE[case][1]
    return data() if callable(data) else data


def issues_of(outcome: Outcome) -> list[dict[str, str]]:
    text = (outcome.folder / "issues.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", strict=True))


def assert_others_are_as_ever(outcome: Outcome, good: Outcome) -> None:
    """What the good pages give is byte for byte what they give without the bad one."""
    for name in GOOD_PAGES:
        assert outcome.of_page(name) == good.of_page(name)
        kept = f"texts/{name}.txt"
        assert (outcome.folder / kept).read_bytes() == (good.folder / kept).read_bytes()
    others = [row for row in issues_of(outcome) if row["page"] in GOOD_PAGES and row["kind"] != "unreadable"]
    assert others == issues_of(good)
    open_build(outcome.folder)


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_unreadable_page_costs_one_clear_line(case: str, pages: Path, build: Build, good: Outcome) -> None:
    name, _, expected = UNREADABLE[case]
    (pages / name).write_bytes(unreadable(case))
    begin = time.process_time()
    outcome = build(pages, pages.parent / "out")
    assert time.process_time() - begin < 10
    (line,) = outcome.summary.unreadable
    told = CLEAR.fullmatch(line)
    assert told, f"not one line of what, where and what to do: {line!r}"
    assert told["where"].split("/")[0] == name.encode("unicode_escape").decode()
    assert re.search(expected, told["what"]), line
    (row,) = [row for row in issues_of(outcome) if row["kind"] == "unreadable"]
    assert row["message"] == line
    assert outcome.summary.pages == len(GOOD_PAGES)
    assert_others_are_as_ever(outcome, good)


def test_all_of_it_at_once(pages: Path, build: Build, good: Outcome) -> None:
    small = {case: name for case, (name, _, _) in UNREADABLE.items() if len(unreadable(case)) < 1_000_000}
    for number, (case, name) in enumerate(small.items()):
        folder = pages / f"bad{number}"
        folder.mkdir()
        (folder / name).write_bytes(unreadable(case))
    (pages / "sources.csv").write_bytes(b'file,url\n"')
    outcome = build(pages, pages.parent / "out")
    assert len(outcome.summary.unreadable) == len(small) + 1
    assert list(outcome.summary.unreadable) == sorted(outcome.summary.unreadable)
    assert all(CLEAR.fullmatch(line) for line in outcome.summary.unreadable)
    assert outcome.of_page("lap-vo.html") == good.of_page("lap-vo.html")


def test_a_broken_table_costs_one_clear_line(pages: Path, build: Build, good: Outcome) -> None:
    (pages / "sources.csv").write_bytes(b'file,url\n"tien-yen.txt,https://a.vn\n')
    outcome = build(pages, pages.parent / "out")
    (line,) = outcome.summary.unreadable
    assert CLEAR.fullmatch(line)
    assert line.startswith("sources.csv: cannot be read as UTF-8 CSV")
    for name in GOOD_PAGES[:-1]:
        assert outcome.of_page(name) == good.of_page(name)
    figures = [x for x in outcome.of_page("tien-yen.txt") if "obsValue" in x]
    assert figures == [x for x in good.of_page("tien-yen.txt") if "obsValue" in x]


def test_names_that_clash_cost_one_clear_line(pages: Path, build: Build, good: Outcome, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "tien-yen.txt").write_text("khác", encoding="utf-8")
    outcome = build([pages, other], pages.parent / "out")
    (line,) = outcome.summary.unreadable
    assert CLEAR.fullmatch(line)
    assert_others_are_as_ever(outcome, good)


def test_a_file_that_vanishes_costs_one_clear_line(pages: Path, build: Build, good: Outcome) -> None:
    (pages / "a.txt").symlink_to("nowhere")
    outcome = build(pages, pages.parent / "out")
    (line,) = outcome.summary.unreadable
    assert line.startswith("a.txt: cannot be read (No such file or directory); ")
    assert_others_are_as_ever(outcome, good)


@pytest.mark.parametrize(
    "problem",
    [InvalidOperation("a\nb"), KeyError("x"), ValueError("x"), RecursionError("x"), AttributeError("x"), TypeError()],
)
def test_a_page_that_defeats_the_reader_costs_one_clear_line(
    pages: Path, build: Build, good: Outcome, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    """A defect shows on the page it shows on, and is told; it does not take the other pages along."""

    def fail(document: Document, *others: object) -> object:
        if document.id == "a.txt":
            raise problem
        return extract(document, *others)  # type: ignore[arg-type]

    (pages / "a.txt").write_text(TIEN_YEN, encoding="utf-8")
    monkeypatch.setattr(pipeline, "extract", fail)
    outcome = build(pages, pages.parent / "out")
    (line,) = outcome.summary.unreadable
    assert CLEAR.fullmatch(line)
    assert line.startswith(f"a.txt: the page defeats the reader ({type(problem).__name__}(")
    assert_others_are_as_ever(outcome, good)


# ---------------------------------------------------------------- odd, but readable


ENGLISH = (
    "The district settled 99.4% of the files on time in 2019, according to the annual report of the province. " * 3
)
NO_MARKS = (
    "Nam 2019, huyen Tien Yen tiep nhan 15.840 ho so, giai quyet dung han dat 99,97% so ho so cua nguoi dan. " * 3
)
ODD: Mapping[str, tuple[str, bytes, set[str]]] = {
    "another language": ("a.txt", ENGLISH.encode(), {"other-language", "no-date", "no-locality"}),
    "no marks": ("a.txt", NO_MARKS.encode(), {"other-language"}),
    "no date": ("a.txt", TIEN_YEN.replace("Thứ năm, 28/11/2019 | 08:30\n", "").encode(), {"no-date"}),
    "no locality": ("a.txt", "Ngày 28/11/2019\nHồ sơ đúng hạn.".encode(), {"no-locality"}),
    "decomposed": ("a.txt", unicodedata.normalize("NFD", TIEN_YEN).encode(), set()),
    "no-break spaces": ("a.txt", TIEN_YEN.replace(" ", "\u00a0").encode(), set()),
    "zero-width": ("a.txt", TIEN_YEN.replace(" ", "\u200b ").encode(), set()),
    "byte order mark": ("a.txt", TIEN_YEN.encode("utf-8-sig"), set()),
    "UTF-16": ("a.txt", TIEN_YEN.encode("utf-16"), set()),
    "carriage returns": ("a.txt", TIEN_YEN.replace("\n", "\r\n").encode(), set()),
    "old carriage returns": ("a.txt", TIEN_YEN.replace("\n", "\r").encode(), set()),
    "control characters": ("a.txt", TIEN_YEN.replace("Huyện", "\x0b\x1bHuyện").encode(), set()),
    "a space in the name": ("a b  c.txt", TIEN_YEN.encode(), set()),
    "Vietnamese in the name": ("Huyện Tiên Yên — đúng hạn.txt", TIEN_YEN.encode(), set()),
    "decomposed name": (unicodedata.normalize("NFD", "Huyện.txt"), TIEN_YEN.encode(), set()),
    "percent in the name": ("99%20đạt%.txt", TIEN_YEN.encode(), set()),
    "quotes in the name": ("\"a\" 'b' “c”.txt", TIEN_YEN.encode(), set()),
    "signs in the name": ("a#b?c&d<e>f|g^h`i{j}k[l]\\m;n.txt", TIEN_YEN.encode(), set()),
    "dots in the name": ("...txt..txt", TIEN_YEN.encode(), set()),
    "a long name": (f"{'ế' * 80}.txt", TIEN_YEN.encode(), set()),
    "a PDF": ("a.pdf", TEXT_PDF, set()),
    "a PDF called in capitals": ("A.PDF", TEXT_PDF, set()),
    "a Word document": ("a.docx", WORD, set()),
    "a Word document called old": ("a.doc", WORD, set()),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_an_odd_page_is_read_and_what_is_odd_is_told(case: str, pages: Path, build: Build, good: Outcome) -> None:
    name, data, expected = ODD[case]
    if name.startswith("."):
        name = f"x{name}"
    (pages / name).write_bytes(data)
    outcome = build(pages, pages.parent / "out")
    assert outcome.summary.unreadable == ()
    assert outcome.summary.pages == len(GOOD_PAGES) + 1
    rows = [row for row in issues_of(outcome) if row["page"] == name]
    told = [row["kind"] for row in rows if row["kind"] in ("other-language", "no-date", "no-locality")]
    assert len(told) == len(set(told)), "said once"
    assert expected <= set(told)
    assert expected or not told, rows
    assert_others_are_as_ever(outcome, good)


SAME = (
    "decomposed",
    "no-break spaces",
    "zero-width",
    "byte order mark",
    "UTF-16",
    "carriage returns",
    "old carriage returns",
)


@pytest.mark.parametrize(
    "case", [*SAME, "control characters", "signs in the name", "percent in the name", "a PDF", "a Word document"]
)
def test_an_odd_page_says_what_the_even_one_says(case: str, pages: Path, build: Build, good: Outcome) -> None:
    name, data, _ = ODD[case]
    (pages / name).write_bytes(data)
    (pages / "sources.csv").unlink()
    outcome = build(pages, pages.parent / "out")
    shared = good.of_page("lap-vo.html")
    assert outcome.of_page("lap-vo.html") == shared

    def said(page: str) -> list[str]:
        lines = [x for x in outcome.lines if x.endswith(f"/graph/{page}> .\n")]
        return sorted(
            m[1] for x in lines if (m := re.search(r"(?:obsValue|ontology#indicator|periodEnd|refArea)> (.*?) <", x))
        )

    from builder.identifiers import graph_iri

    odd = graph_iri(name).rsplit("/id/graph/", 1)[1]
    assert said(odd) == said("tien-yen.txt")
    assert len(said(odd)) >= 12
