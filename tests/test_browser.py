"""Every kind of page, looked at in a real browser: both languages, light and dark, desk and phone.

Nothing is asked of any other host; axe finds nothing; no message, error or policy is broken; no page is wider than the
screen; all can be reached by keyboard. Pictures of what was seen are kept (`CCHC_SCREENSHOTS`).
"""

import re
from pathlib import Path

import pytest
from browsing import KILO, LANGUAGES, MISSED, REACHABLE, VIEWS, visiting
from playwright.sync_api import Browser, expect

from builder.server.pages import PLACES, Handler

pytest_plugins = ("browsing",)
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
    "graph": "graph",
    "graph-unit": "graph/unit/573",
    "ontology": "ontology",
    "error": "no-such-page",
}
LIMITS = {"graph": 700 * KILO, "graph-unit": 700 * KILO}
STATUSES = {"error": 404}
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


def in_groups(*names: str, languages: tuple[str, ...] = LANGUAGES) -> list[object]:
    """Return every page in every language; those of one language are seen by one browser."""
    return [
        pytest.param(name, language, marks=pytest.mark.xdist_group(f"browser-{language}"))
        for language in languages
        for name in names
    ]


@browsed
@pytest.mark.parametrize(("name", "language"), in_groups(*PAGES))
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
            visit.problems = [each for each in visit.problems if "status of 404" not in each]
        weight = visit.bytes
        with (screenshots / "weights.tsv").open("a", encoding="utf-8") as table:
            table.write(f"{name}\t{language}\t{weight}\n")

        assert visit.problems == []
        assert status == expected
        assert visit.page.get_attribute("html", "lang") == language
        assert 0 < weight < LIMITS.get(name, 300 * KILO)


@browsed
@pytest.mark.parametrize(("name", "language"), in_groups(*PAGES, languages=("vi",)))
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
@pytest.mark.parametrize(("name", "language"), in_groups("home", "compare", "unit-district", "document"))
def test_letters_twice_as_large(name: str, language: str, browser: Browser, served: str, example_out: Path) -> None:
    """WCAG 1.4.4: with letters of twice the size nothing runs out of the screen, nor is cut off."""
    with visiting(browser, served, viewport={"width": 1280, "height": 844}) as visit:
        visit.open(path_of(name, example_out, language))
        visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
        visit.check()

        assert visit.problems == []


# ---------------------------------------------------------------- a question, three clicks

COMMUNES = """Lấp Vò: các xã thi đua trả hồ sơ đúng hẹn

Ngày 20/01/2019

Năm 2018, xã Bình Thành, huyện Lấp Vò, tỉnh Đồng Tháp giải quyết hồ sơ đúng hạn đạt 98,4%.

Năm 2018, tỷ lệ hồ sơ giải quyết đúng hạn của xã Tân Mỹ đạt 99,6%; của xã Mỹ An Hưng A đạt 97,9%.
"""
