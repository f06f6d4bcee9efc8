"""Pages to look through every number: complete, harmless, readable, and linked both ways."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import html

from builder import pipeline
from builder.cli import run
from builder.reviewer import INDEX, STYLE, Number, Reviewed, _marked, _review, write_review
from builder.states import CLASSES, STATES
from builder.store import open_store

HOSTILE = {
    "id": 'evil"><script>1',
    "title": "</title><script>alert('title')</script><img src=x onerror=alert(1)>",
    "url": "javascript:alert(1)",
    "published": "2019-11-28",
    "text": 'Tiên Yên <b onmouseover="x()">đổi mới</b> &amp; &lt;\n\n'
    "Năm 2019, huyện Tiên Yên (tỉnh Quảng Ninh) tiếp nhận 1.234 hồ sơ</div></main><script>alert(2)</script>.\n"
    "Lắp đặt 12 camera <style>@import 'http://example.org/x.css';</style> giám sát.\n",
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, good_pages: Path) -> Path:
    """A build with numbers in every state, one of its pages hostile."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "evil.jsonl").write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    pages = (good_pages, folder / "evil.jsonl")
    whole = pipeline.build(pages, folder / "out", min_confidence=Decimal(0))
    least = next(
        Decimal(f"0.{least}")
        for least in range(80, 100)
        if 0 < pipeline.build(pages, folder / "out", min_confidence=Decimal(f"0.{least}")).review < whole.observations
    )
    summary = pipeline.build(pages, folder / "out", min_confidence=least)
    assert summary.observations
    assert summary.review
    assert summary.candidates
    return folder / "out"


@pytest.fixture(scope="module")
def written(out: Path) -> dict[str, str]:
    store = open_store("memory:")
    store.load_nquads(out / "graph.nq")
    return dict(write_review(store, out / "texts"))


def documents(written: dict[str, str]) -> list[html.HtmlElement]:
    return [html.document_fromstring(page) for name, page in written.items() if name != INDEX]


def test_there_is_a_page_for_every_document_and_an_index(out: Path, written: dict[str, str]) -> None:
    texts = list((out / "texts").rglob("*.txt"))
    assert len(written) == len(texts) + 1
    links = html.document_fromstring(written[INDEX]).xpath("//td/a/@href")
    assert sorted(links) == sorted(set(written) - {INDEX})
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", name) for name in written)


def test_the_text_is_all_there(out: Path, written: dict[str, str]) -> None:
    shown = sorted(d.xpath("//div[@class='text']")[0].text_content() for d in documents(written))
    assert shown == sorted(path.read_text(encoding="utf-8") for path in (out / "texts").rglob("*.txt"))


def test_numbers_and_rows_lead_to_each_other(written: dict[str, str]) -> None:
    for page in documents(written):
        names = page.xpath("//@id")
        assert len(names) == len(set(names))
        targets = [href for href in page.xpath("//a/@href") if href.startswith("#")]
        assert {href[1:] for href in targets} <= set(names)
        for number in page.xpath("//div[@class='text']//a"):
            row = page.get_element_by_id(number.get("href")[1:])
            assert row.tag == "tr"
            assert f"#{number.get('id')}" in row.xpath(".//a/@href")
        for row in page.xpath("//tbody/tr"):
            assert row.xpath(".//a/@href"), "a row leads back to its number"


def test_every_number_is_marked_with_its_state(out: Path, written: dict[str, str]) -> None:
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]
    rows = [r for d in documents(written) for r in d.xpath("//tbody/tr//span[contains(@class, 'number')]/@class")]
    wanted = {"accepted": manifest["observations"], "review": manifest["review"], "candidate": manifest["candidates"]}
    assert {state: rows.count(f"number {state}") for state in wanted} == wanted
    for page in documents(written):
        text = page.xpath("//div[@class='text']")[0]
        unmarked = "".join(text.xpath(".//text()[not(ancestor::a) and not(ancestor::span)]"))
        assert not re.search(r"\d", unmarked), "no digit is left out"
    ignored = [
        s for d in documents(written) for s in d.xpath("//div[@class='text']//span[@class='number ignored']/text()")
    ]
    assert "28/11/2019" in ignored


def test_the_index_counts(out: Path, written: dict[str, str]) -> None:
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]
    rows = html.document_fromstring(written[INDEX]).xpath("//tbody/tr")
    sums = [sum(int(row.xpath("td")[column].text_content()) for row in rows) for column in (2, 3, 4)]
    assert sums == [manifest["observations"], manifest["review"], manifest["candidates"]]


# ---------------------------------------------------------------- harmless


def test_nothing_is_fetched_and_nothing_runs(written: dict[str, str]) -> None:
    for page in written.values():
        tree = html.document_fromstring(page)
        assert tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [
            "default-src 'none'; style-src 'unsafe-inline'"
        ]
        assert tree.xpath("//script | //link | //img | //iframe | //object | //embed | //form | //base") == []
        assert tree.xpath("//@src | //@srcset | //@style | //@action") == []
        assert [a for a in tree.xpath("//@*") if a.attrname.startswith("on")] == []
        assert "@import" not in tree.xpath("string(//style)")
        assert "url(" not in tree.xpath("string(//style)")
        outside = [href for href in tree.xpath("//a/@href") if not href.startswith("#") and not href.endswith(".html")]
        assert all(href.startswith(("https://", "http://")) for href in outside)


def test_a_hostile_page_is_only_shown(written: dict[str, str]) -> None:
    (page,) = [p for p in written.values() if "alert" in p and p != written[INDEX]]
    tree = html.document_fromstring(page)
    assert HOSTILE["title"] in tree.xpath("string(//h1)")
    assert tree.xpath("string(//title)").startswith("</title><script>")
    assert len(tree.xpath("//main")) == len(tree.xpath("//div[@class='text']")) == 1
    assert "<script>alert(2)</script>" in tree.xpath("string(//div[@class='text'])")
    assert "javascript:" not in page
    assert len(tree.xpath("//style")) == 1
    assert HOSTILE["title"] in html.document_fromstring(written[INDEX]).text_content()


@pytest.mark.parametrize("odd", ["\x00", "\x1b[31m", "\ufffe"])
def test_what_cannot_be_shown_is_replaced(odd: str) -> None:
    told = {"page": "a.txt", "title": f"Tiêu đề {odd}", "address": "", "issued": ""}
    from builder.reviewer import _page

    page = _page(_review(told, f"Năm 2019{odd}.", []), {})
    assert odd[0] not in page
    assert page.count("\ufffd") >= 2


# ---------------------------------------------------------------- readable


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_to_read(scheme: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(blocks) == 2
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[scheme == "dark"]))
    pairs = [("ink", "page"), ("quiet", "page"), ("link", "page"), *((f"on-{state}", state) for state in STATES)]
    assert {name for pair in pairs for name in pair} | {"line"} == set(colours)
    for one, other in pairs:
        assert contrast(colours[one], colours[other]) >= 4.5, (one, other)
    assert contrast(colours["line"], colours["page"]) >= 3


def test_states_are_told_by_more_than_colour() -> None:
    assert len(re.findall(r"text-decoration-style: (?:dashed|dotted)", STYLE)) == 2
    assert "prefers-color-scheme: dark" in STYLE


def test_both_languages_are_marked_as_such(written: dict[str, str]) -> None:
    for page in written.values():
        tree = html.document_fromstring(page)
        assert tree.get("lang") == "vi"
        english = tree.xpath("//*[@lang='en']")
        assert len(english) > 10
        assert all(e.text_content().startswith("· ") for e in english)
        assert tree.xpath("//meta[@name='viewport']/@content") == ["width=device-width, initial-scale=1"]
        for names in STATES.values():
            assert names[0] in tree.xpath("string(//ul[@class='legend'])")
        assert not tree.xpath("//table[not(ancestor::div[@class='scroll' and @tabindex='0' and @aria-label])]")


# ---------------------------------------------------------------- odd places


def row(kind: str, name: str, begin: int, stop: int) -> dict[str, str]:
    names = "indicator phrase value printed measure unit start end level agency bound status confidence"
    empty = dict.fromkeys(names.split(), "")
    return empty | {"kind": f"x#{kind}", "statement": name, "page": "a", "begin": str(begin), "stop": str(stop)}


def test_numbers_inside_one_another_are_marked_once() -> None:
    told = {"page": "a", "title": "", "address": "", "issued": ""}
    rows = [row("Observation", "s1", 0, 7), row("Observation", "s2", 4, 7), row("ReviewFigure", "s3", 0, 7)]
    document = _review(told, "566/568 hồ sơ", rows)
    anchors = {span: i for i, number in reversed(list(enumerate(document.numbers))) for span in number.spans}
    marked, places = _marked(document, anchors)
    assert html.fromstring(f"<div>{marked}</div>").text_content() == "566/568 hồ sơ"
    assert marked.count("<a ") == 1
    assert set(places.values()) == {"n0"}
    assert isinstance(document, Reviewed)
    assert all(isinstance(number, Number) for number in document.numbers)


def test_states_are_those_of_the_graph() -> None:
    assert set(CLASSES.values()) | {"ignored"} == set(STATES)


# ---------------------------------------------------------------- the command


def test_the_same_build_gives_the_same_pages(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        assert run(["review", str(out), "-o", str(tmp_path / name), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"index": str(tmp_path / name / INDEX), "pages": 6}
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert len(one) == 7


def test_by_itself_it_writes_into_the_build(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review", str(out), "--lang", "en"]) == 0
    assert "6 pages" in capsys.readouterr().err
    assert (out / "review" / INDEX).is_file()
    assert pipeline.open_build(out) == out / "graph.nq", "the build is still whole"


def test_a_missing_text_is_named(out: Path, tmp_path: Path) -> None:
    from builder.errors import StoreError

    store = open_store("memory:")
    store.load_nquads(out / "graph.nq")
    with pytest.raises(StoreError, match="build again"):
        list(write_review(store, tmp_path))


def test_it_cannot_be_written_into_a_file(out: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(["review", str(out), "-o", str(tmp_path / "file")]) == 3
