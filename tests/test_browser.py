"""Every kind of page, looked at in a real browser: both languages, light and dark, desk and phone.

Nothing is asked of any other host; axe finds nothing; no message, error or policy is broken; no page is wider than the
screen; all can be reached by keyboard. Pictures of what was seen are kept (`CCHC_SCREENSHOTS`).
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from browsing import KILO, LANGUAGES, MISSED, REACHABLE, ROOT, VIEWS, serving, visiting
from hostile_pages import CANARY, write_hostile_pages
from playwright.sync_api import Browser, Locator, Page, expect

from builder import pipeline
from builder.cli import run
from builder.server.pages import PLACES, Handler

PAGES = {
    "home": "",
    "localities": "localities",
    "indicators": "indicators",
    "initiatives": "initiatives",
    "documents": "documents",
    "legal-documents": "legal-documents",
    "search": "search",
    "search-found": "search?q=lap+vo",
    "search-nothing": "search?q=qqq",
    "compare": "compare",
    "compare-indicator": "compare/on-time-rate",
    "compare-year": "compare/on-time-rate/2021",
    "compare-as-of": "compare?indicator=on-time-rate&geography=as-of",
    "compare-nothing": "compare?indicator=on-time-rate&year=1999",
    "unit-province": "doc/unit/87.html",
    "unit-district": "doc/unit/469.html",
    "unit-version": "doc/unit/67/origin.html",
    "observation": "doc/observation/{observation}.html",
    "candidate": "doc/candidate/{candidate}.html",
    "document": "doc/document/lap-vo-2018.txt.html",
    "indicator": "doc/concept/indicator/on-time-rate.html",
    "initiative": "doc/initiative/{initiative}.html",
    "model": "doc/model/mot-cua-mot-cua-lien-thong.html",
    "legal": "doc/legal/202-2025-qh15.html",
    "resource-change": "doc/change/708-2025-07-01.html",
    "resource-issue": "doc/issue/{issue}.html",
    "resource-concept": "doc/concept/level/commune.html",
    "question-nothing": "questions/on-time-rate-by-unit?year=1999",
    "graph": "graph",
    "graph-unit": "graph/unit/573",
    "ontology": "ontology",
    "questions": "questions",
    "question-bars": "questions/on-time-rate-by-unit?year=any",
    "question-trend": "questions/indicator-trend",
    "question-wrong": "questions/unit-at-date?day=2021-02-30",
    "query": "query",
    "query-answer": "query?query=SELECT+*+{+?s+cchc:indicator+?o+}+LIMIT+5",
    "query-graph": "query?query=DESCRIBE+ind:on-time-rate",
    "query-wrong": "query?query=SELECT+*+{+nope:x+?p+?o+}",
    "data": "data",
    "error": "no-such-page",
}
LIMITS = {"graph": 700 * KILO, "graph-unit": 700 * KILO}
STATUSES = {"error": 404, "question-wrong": 400, "query-wrong": 400}
browsed = pytest.mark.browser


def path_of(name: str, out: Path, language: str) -> str:
    """Return the address of a page; things without a name of their own are looked up in the graph."""
    graph = (out / "graph.nq").read_text(encoding="utf-8")

    def first(kind: re.Match[str]) -> str:
        return min(re.findall(rf"/id/{kind[1]}/([0-9a-f]{{16}})>", graph))

    path = re.sub(r"\{(\w+)\}", first, PAGES[name])
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def handler_of(path: str) -> Handler | None:
    place = path.partition("?")[0].removesuffix(".html") or "index"
    return next(
        (handler for pattern, handler in PLACES if pattern.fullmatch(re.sub(r"\{\w+\}", "0" * 16, place))), None
    )


def test_every_kind_of_page_is_looked_at() -> None:
    """A new kind of page needs a line in PAGES; needs no browser."""
    looked_at = {handler_of(path) for path in PAGES.values()}

    assert [handler.__name__ for _, handler in PLACES if handler not in looked_at] == []


WRONG = """<!doctype html><html lang="vi"><title>Sai</title><style>a:focus { outline: none }</style>
<h1 id="a">Sai</h1><p id="a" style="color: #999; width: 3000px">Chữ quá nhạt và quá rộng</p><a href="#b">liên kết</a>
<button tabindex="1">trước</button><img src="http://example.org/x.png">
<script>console.error("x"); alert(1); y()</script>
"""


@browsed
def test_what_is_wrong_with_a_page_is_noticed(browser: Browser) -> None:
    """The checks below fail where they should: each of these faults is told of."""
    with visiting(browser, "http://127.0.0.1:9") as visit:
        visit.page.set_content(WRONG)
        visit.check()
        for _ in range(visit.page.evaluate(REACHABLE)):
            visit.page.keyboard.press("Tab")
        told = "\n".join((*visit.problems, *visit.page.evaluate(MISSED)))

        for fault in (
            "axe color-contrast",
            "axe image-alt",
            "id twice: a",
            "no such place: #b",
            "px of content in",
            "request to elsewhere: http://example.org/x.png",
            "console: x",
            "script: y is not defined",
            "dialog: 1",
            "Tab 1 should reach",
        ):
            assert fault in told


def in_languages(*names: str, languages: Sequence[str] = LANGUAGES) -> list[tuple[str, str]]:
    return [(name, language) for name in names for language in languages]


@browsed
@pytest.mark.parametrize(("name", "language"), in_languages(*PAGES))
def test_page(name: str, language: str, browser: Browser, served: str, example_out: Path, screenshots: Path) -> None:
    with visiting(browser, served) as visit:
        status = visit.open(path_of(name, example_out, language))
        expected = STATUSES.get(name, 200)
        for scheme, width in VIEWS:
            visit.page.set_viewport_size({"width": width, "height": 844})
            visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            visit.check()
            visit.page.screenshot(path=screenshots / f"{name}-{language}-{scheme}-{width}.png", full_page=True)
        if expected != 200:
            visit.problems = [each for each in visit.problems if f"status of {expected}" not in each]
        weight = visit.bytes
        with (screenshots / "weights.tsv").open("a", encoding="utf-8") as table:
            table.write(f"{name}\t{language}\t{weight}\n")

        assert visit.problems == []
        assert status == expected
        assert visit.page.get_attribute("html", "lang") == language
        assert 0 < weight < LIMITS.get(name, 300 * KILO)


@browsed
@pytest.mark.parametrize(("name", "language"), in_languages(*PAGES, languages=("vi",)))
def test_keyboard(name: str, language: str, browser: Browser, served: str, example_out: Path) -> None:
    """Tab reaches all that can be used, in the order of the page, and shows where it is; the first skips the menu."""
    with visiting(browser, served, viewport={"width": 1280, "height": 844}) as visit:
        visit.open(path_of(name, example_out, language))
        for _ in range(visit.page.evaluate(REACHABLE)):
            visit.page.keyboard.press("Tab")
        assert visit.page.evaluate(MISSED) == []

        visit.page.locator("a.skip").focus()
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator("main")).to_be_focused()


@browsed
@pytest.mark.parametrize(("name", "language"), in_languages("home", "compare", "unit-district", "document"))
def test_letters_twice_as_large(name: str, language: str, browser: Browser, served: str, example_out: Path) -> None:
    """WCAG 1.4.4: with letters of twice the size nothing runs out of the screen, nor is cut off."""
    with visiting(browser, served, viewport={"width": 1280, "height": 844}) as visit:
        visit.open(path_of(name, example_out, language))
        visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
        visit.check()

        assert visit.problems == []


# ---------------------------------------------------------------- a question, three clicks

LAP_VO = """Lấp Vò: các xã thi đua trả hồ sơ đúng hẹn

Ngày 20/01/2019

Huyện Lấp Vò, tỉnh Đồng Tháp có 13 xã, thị trấn.

Năm 2018, tỷ lệ hồ sơ giải quyết đúng hạn của xã Tân Mỹ đạt 98,4%.

Năm 2018, tỷ lệ hồ sơ giải quyết đúng hạn của xã Bình Thành đạt 99,6%.

Năm 2017, tỷ lệ hồ sơ giải quyết đúng hạn của xã Bình Thành đạt 99,9%.
"""
BEST = "Năm 2018, tỷ lệ hồ sơ giải quyết đúng hạn của xã Bình Thành đạt 99,6%."


def click_through(page: Page, steps: Sequence[Callable[[], Locator]], folder: Path, name: str) -> None:
    """Follow one link after the other; keep a picture of every page on the way."""
    page.screenshot(path=folder / f"{name}-0.png")
    for number, step in enumerate(steps, 1):
        step().click()
        page.wait_for_load_state()
        page.screenshot(path=folder / f"{name}-{number}.png")


@browsed
def test_who_is_best_and_where_does_it_say_so(browser: Browser, screenshots: Path, tmp_path: Path) -> None:
    """Which commune of Đồng Tháp reports the highest on-time rate in 2018, and where: in three clicks."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "lap-vo.txt").write_text(LAP_VO, encoding="utf-8")
    pipeline.build([tmp_path / "pages"], tmp_path / "out")
    with serving(tmp_path / "out") as address, visiting(browser, address, locale="vi-VN") as visit:
        page = visit.page
        visit.open("")
        steps = (
            lambda: page.get_by_role("main").get_by_role("link", name="Tỉnh Đồng Tháp"),
            lambda: page.get_by_role("listitem").filter(has_text="đúng và trước hạn").get_by_role("link", name="2018"),
            lambda: page.get_by_role("row").filter(has_text="Xã Bình Thành").get_by_role("link", name="99,6 %"),
        )
        click_through(page, steps[:2], screenshots, "three-clicks")
        units = page.get_by_role("table").first.get_by_role("rowheader").all_inner_texts()
        click_through(page, steps[2:], screenshots, "three-clicks-figure")

        assert units == ["Xã Bình Thành", "Xã Tân Mỹ"]
        expect(page.locator("blockquote")).to_have_text(BEST)
        expect(page.locator("blockquote mark")).to_have_text("99,6%")
        assert visit.problems == []


@browsed
def test_figure_of_an_example_page_in_three_clicks(browser: Browser, served: str, screenshots: Path) -> None:
    """The on-time rate that the page of Lấp Vò of 2018 tells, which does not say of which time."""
    with visiting(browser, served, locale="vi-VN") as visit:
        page = visit.page
        visit.open("")
        steps = (
            lambda: page.get_by_role("main").get_by_role("link", name="Tỉnh Đồng Tháp"),
            lambda: page.get_by_role("link", name="tỷ lệ hồ sơ giải quyết đúng và trước hạn"),
            lambda: page.get_by_role("row").filter(has_text="Huyện Lấp Vò").get_by_role("link", name="98 %"),
        )
        click_through(page, steps, screenshots, "lap-vo")

        expect(page.locator("blockquote")).to_contain_text("tỷ lệ hồ sơ được trả đúng hẹn và trước hẹn của huyện")
        expect(page.locator("blockquote mark")).to_have_text("98%")
        assert visit.problems == []


# ---------------------------------------------------------------- lists to choose from


@browsed
def test_an_indicator_is_found_without_diacritics_and_chosen_by_keyboard(browser: Browser, served: str) -> None:
    with visiting(browser, served, locale="vi-VN") as visit:
        page = visit.page
        visit.open("compare/dossiers-received")
        field = page.get_by_role("combobox", name="Chỉ tiêu")
        field.focus()
        page.keyboard.type("ty le dung han")
        expect(page.get_by_role("option").first).to_have_text(re.compile("tỷ lệ hồ sơ giải quyết đúng và trước hạn"))
        visit.check()  # while the list is open
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(field).to_have_value(re.compile("tỷ lệ hồ sơ giải quyết đúng và trước hạn"))
        expect(page.get_by_role("listbox")).to_be_hidden()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="So sánh").press("Enter")

        expect(page.get_by_role("heading", level=1)).to_have_text("tỷ lệ hồ sơ giải quyết đúng và trước hạn")
        assert "indicator=on-time-rate" in page.url
        assert visit.problems == []


@browsed
def test_an_indicator_is_chosen_without_scripts(browser: Browser, served: str) -> None:
    with visiting(browser, served, java_script_enabled=False, locale="vi-VN") as visit:
        visit.open("compare/dossiers-received")
        visit.page.locator("select#indicator").select_option("on-time-rate")
        visit.page.get_by_role("button", name="So sánh").click()

        expect(visit.page.get_by_role("heading", level=1)).to_have_text("tỷ lệ hồ sơ giải quyết đúng và trước hạn")
        assert visit.problems == []


@browsed
def test_an_error_of_a_query_leads_to_its_place(browser: Browser, served: str) -> None:
    with visiting(browser, served) as visit:
        visit.open("query")
        visit.page.locator("textarea#query").fill("SELECT ?a\nWHERE { ?a ?b }")
        visit.page.keyboard.press("Control+Enter")
        visit.page.locator("a[data-line]").click()

        expect(visit.page.locator("textarea#query")).to_be_focused()
        assert visit.page.evaluate("document.activeElement.selectionStart") > len("SELECT ?a\n")


# ---------------------------------------------------------------- pages that attack


@browsed
def test_nothing_that_a_page_holds_is_carried_out(browser: Browser, tmp_path: Path) -> None:
    """Scripts in titles, texts, names of models, publishers and addresses stay text."""
    pipeline.build([write_hostile_pages(tmp_path / "pages")], tmp_path / "out")
    with serving(tmp_path / "out") as address, visiting(browser, address) as visit:
        page = visit.page
        visit.open("documents")
        shown = page.locator("main a.name").evaluate_all("links => links.map(link => link.pathname.slice(1))")
        for path in ("localities", "initiatives", "graph", "search?q=script", *shown[::2]):
            assert visit.open(path) == 200
            assert page.evaluate(f"window.{CANARY}") is None, path

        assert len(shown) > 80
        assert visit.problems == []


# ---------------------------------------------------------------- the site as files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An example page as a static site."""
    folder = tmp_path_factory.mktemp("files")
    pipeline.build([ROOT / "examples" / "pages" / "lap-vo-2018.txt"], folder / "out")
    assert run(["site", str(folder / "out"), "-o", str(folder / "site")]) == 0
    return folder / "site"


FILES = {
    "index": "index.html",
    "unit": "doc/unit/875.html",
    "document": "doc/document/lap-vo-2018.txt.html",
    "compare": "compare/on-time-rate.html",
    "graph": "graph/unit/875.html",
    "search": "search.html",
    "english": "en/index.html",
}


@browsed
@pytest.mark.parametrize("name", FILES)
def test_file_of_the_static_site(name: str, files: Path, browser: Browser, screenshots: Path) -> None:
    """Opened from the file system, as somebody does who was sent the folder."""
    with visiting(browser, files.as_uri()) as visit:
        visit.page.goto(f"{visit.home}/{FILES[name]}")
        for scheme, width in VIEWS:
            visit.page.set_viewport_size({"width": width, "height": 844})
            visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            visit.check()
            visit.page.screenshot(path=screenshots / f"static-{name}-{scheme}-{width}.png", full_page=True)

        assert visit.problems == []


@browsed
@pytest.mark.parametrize(
    ("place", "unit"), [("search.html", "doc/unit/875.html"), ("en/search.html", "en/doc/unit/875.html")]
)
def test_files_are_searched_without_diacritics(place: str, unit: str, files: Path, browser: Browser) -> None:
    """What is found first leads to the page in the same language."""
    with visiting(browser, files.as_uri()) as visit:
        visit.page.goto(f"{visit.home}/{place}")
        visit.page.locator("#q").fill("lap vo huyen")
        assert visit.page.locator("#found li").count() > 0
        visit.page.locator("#found a").first.click()
        visit.page.wait_for_url(f"{visit.home}/{unit}")
        visit.page.goto(f"{visit.home}/{place}")
        visit.page.locator("#q").fill("xyzzy")
        assert visit.page.locator("#found li").count() == 0
        assert visit.page.locator("#status").inner_text()

        assert visit.problems == []
