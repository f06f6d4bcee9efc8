"""The pages of a build: what each shows, that links lead somewhere, and that languages and formats are negotiated."""

import re
import shutil
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from urllib.parse import quote, urljoin, urlsplit

import pytest
import rdflib
from hostile_pages import ATTEMPTS
from lxml import html
from starlette.testclient import TestClient

from builder.explorer import comparison, neighbours, overview
from builder.explorer.atlas import choose
from builder.explorer.description import describe
from builder.server.addresses import MEDIA, RDF_ENDINGS, file_of, iri_of, place_of, split_ending
from builder.server.app import HEADERS, make_app
from builder.server.pages import PLACES, Site, open_site
from builder.sparql import ask
from builder.store import open_store

ROOT = Path(__file__).resolve().parents[1]
BASE = "https://w3id.org/cchc/id/"
FIGURE = "observation/a039919309209e32"  # 99,4 % of Đồng Hới


@pytest.fixture(scope="module")
def site(tmp_path_factory, examples) -> Site:
    """The example pages, with their figures also on the units of another day."""
    from builder.pipeline import COMPARISON, derive_comparison

    out = shutil.copytree(examples, tmp_path_factory.mktemp("shown") / "out")
    derive_comparison(out, date(2024, 6, 1))
    store = open_store("memory:")
    for file in ("graph.nq", COMPARISON):
        store.load_nquads(out / file)
    return open_site(out, store)


@pytest.fixture(scope="module")
def client(site) -> TestClient:
    return TestClient(make_app(site), follow_redirects=False)


def page_of(client, path, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return html.fromstring(answer.text)


def text_of(element) -> str:
    return " ".join(element.text_content().split())


# ---------------------------------------------------------------- every kind of page

KINDS = {
    "index": "/",
    "localities": "/localities",
    "indicators": "/indicators",
    "initiatives": "/initiatives",
    "documents": "/documents",
    "legal-documents": "/legal-documents",
    "search": "/search?q=lap+vo",
    "ontology": "/ontology",
    "data": "/data",
    "compare": "/compare/on-time-rate",
    "questions": "/questions",
    "question": "/questions/on-time-rate-by-unit",
    "graph": "/graph",
    "neighbourhood": "/graph/unit/450",
    "unit": "/doc/unit/450.html",
    "version": "/doc/unit/44/origin.html",
    "observation": f"/doc/{FIGURE}.html",
    "document": "/doc/document/dong-hoi-2023.txt.html",
    "indicator": "/doc/concept/indicator/on-time-rate.html",
    "initiative": "/doc/initiative/f1931b68a34055f6.html",
    "model": "/doc/model/3-khong-1-biet.html",
    "legal": "/doc/legal/517-kh-ubnd/2021.html",
    "resource": "/doc/concept/level/commune.html",
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_every_kind_of_page_is_shown_in_both_languages(client, path, language):
    separator = "&" if "?" in path else "?"
    page = page_of(client, f"{path}{separator}lang={language}")
    assert page.get("lang") == language
    assert len(page.findall(".//h1")) == 1
    other = page.find(".//link[@hreflang]")
    assert page_of(client, other.get("href")).get("lang") == {"vi": "en", "en": "vi"}[language]


def test_every_place_has_a_kind_here(client):
    """A new sort of page is tried above, too."""
    places = {re.sub(r"\?.*|\.html$", "", path.strip("/")) or "index" for path in KINDS.values()}
    missing = [pattern.pattern for pattern, _ in PLACES if not any(pattern.fullmatch(place) for place in places)]
    assert missing == []


def test_every_link_leads_somewhere(client):
    """From the first page on, every page that is linked answers; of each kind of page forty are followed."""
    todo, seen, followed = ["/"], {"/"}, Counter()
    while todo:
        path = todo.pop(0)
        answer = client.get(path)
        assert answer.status_code == 200, path
        for link in html.fromstring(answer.text).iterfind(".//*[@href]"):
            target = urlsplit(urljoin(f"http://testserver{path}", link.get("href")))
            inside = target._replace(scheme="", netloc="", fragment="").geturl()
            place, ending = split_ending(target.path.strip("/"))
            if target.netloc != "testserver" or inside in seen or "lang=en" in target.query or ending in RDF_ENDINGS:
                continue
            seen.add(inside)
            kind = next((pattern for pattern, _ in PLACES if pattern.fullmatch(place or "index")), None)
            followed[kind] += 1
            if kind and followed[kind] <= 40:
                todo.append(inside)
    assert len(followed) > 15


# ---------------------------------------------------------------- what pages show


def test_a_figure_begins_with_its_sentence(client):
    page = page_of(client, f"/doc/{FIGURE}.html")
    quotation = page.find(".//blockquote")
    assert text_of(quotation.find("mark")) == "99,4%"
    assert "3.740 hồ sơ sớm hạn và đúng hạn, tương ứng 99,4%" in text_of(quotation)
    headings = [element for element in page.find(".//main").iter() if element.tag in {"h1", "blockquote", "dl"}]
    assert [element.tag for element in headings] == ["h1", "blockquote", "dl"]
    assert "3.740 : 3.760 = 99,468%" in text_of(page.find(".//dl"))


def test_the_text_of_a_page_is_whole_and_its_evidence_marked(client, site):
    page = page_of(client, "/doc/document/dong-hoi-2023.txt.html")
    shown = page.find_class("text")[0]
    text = (site.out / "texts" / "dong-hoi-2023.txt.txt").read_text(encoding="utf-8")
    assert shown.text_content() == text
    marks = shown.findall(".//a")
    assert len(marks) > 8
    for mark in marks:
        begin, end = map(int, mark.get("id").removeprefix("char=").split(","))
        assert mark.text_content() == text[begin:end]


def test_evidence_links_to_its_place_in_the_page(client):
    page = page_of(client, f"/doc/{FIGURE}.html")
    links = (a.get("href") for a in page.iterfind(".//main//a"))
    path, _, part = next(href for href in links if "#char=" in href).partition("#")
    assert page_of(client, path).get_element_by_id(part).text_content() == "99,4%"


def test_a_unit_is_shown_as_it_was(client):
    """Code 44 was Quảng Bình and is Quảng Trị; who comes from a page of 2023 sees Quảng Bình."""
    assert text_of(page_of(client, "/doc/unit/44/origin.html").find(".//h1")) == "Tỉnh Quảng Bình"
    assert text_of(page_of(client, "/doc/unit/44.html").find(".//h1")) == "Tỉnh Quảng Trị"
    home = page_of(client, "/")
    link = next(a for a in home.iterfind(".//a") if text_of(a) == "Tỉnh Quảng Bình")
    assert link.get("href") == "/doc/unit/44/origin.html"


def test_a_unit_shows_versions_and_what_became_of_it(client):
    page = text_of(page_of(client, "/doc/unit/046.html"))
    assert "Huyện Trùng Khánh" in page
    assert "897/NQ-UBTVQH14" in page
    assert "29/02/2020" in page


def test_units_of_one_name_are_told_apart(client, site):
    """An issue about ten districts named Châu Thành names the province of each."""
    issue = "SELECT ?issue WHERE { ?issue a cchc:Issue ; cchc:candidate ?unit } LIMIT 1"
    found = next(ask(site.atlas.store, issue), None)
    assert found
    page = page_of(client, f"/{place_of(found['issue'])}.html")
    assert len({text_of(a) for a in page.iterfind(".//main//a") if text_of(a).startswith("Huyện Châu Thành, ")}) > 8


def test_publishers_have_their_names(client):
    assert "Báo Đồng Tháp" in text_of(page_of(client, "/doc/document/lap-vo-2018.txt.html"))


def test_search_needs_no_diacritics(client):
    found = page_of(client, "/search?q=lap+vo").find_class("name")
    assert text_of(found[0]) == "Huyện Lấp Vò"
    assert next(text_of(a) for a in page_of(client, "/search?q=DAK nong").find_class("name")) == "Tỉnh Đắk Nông"
    assert page_of(client, "/search?q=xyzzy").find_class("empty")


# ---------------------------------------------------------------- comparison


def rows_of(page):
    table = page.find(".//main//table")
    return [[text_of(cell) for cell in row.findall("./*")] for row in table.iterfind(".//tbody/tr")]


def test_a_comparison_holds_every_figure_the_highest_first(client, site):
    asked = """SELECT ?value WHERE { ?f a cchc:Observation ; cchc:indicator ind:on-time-rate ;
      cchc:status status:actual ; sdmx-measure:obsValue ?value }"""
    expected = sorted((Decimal(row["value"]) for row in ask(site.atlas.store, asked)), reverse=True)
    shown = [
        row[2].removeprefix("trên ").removeprefix("dưới ") for row in rows_of(page_of(client, "/compare/on-time-rate"))
    ]
    assert [Decimal(value.removesuffix(" %").replace(",", ".")) for value in shown] == expected


@pytest.mark.parametrize(
    ("asked", "units"),
    [
        ("year=2019", {"Huyện Tiên Yên"}),
        ("province=44/origin", {"Thành phố Đồng Hới"}),
        ("level=province", {"Tỉnh Đắk Nông", "Tỉnh Kon Tum"}),
        ("work=commune", {"Huyện Tiên Yên", "Thành phố Nha Trang"}),
        ("units=199&units=450", {"Huyện Tiên Yên", "Thành phố Đồng Hới"}),
        ("year=2021&province=56/origin&work=commune", {"Thành phố Nha Trang"}),
    ],
)
def test_a_comparison_keeps_to_what_was_chosen(client, asked, units):
    assert {row[0] for row in rows_of(page_of(client, f"/compare/on-time-rate?{asked}"))} == units


def test_a_year_in_the_address_is_a_choice(client):
    assert rows_of(page_of(client, "/compare/on-time-rate/2019")) == rows_of(
        page_of(client, "/compare/on-time-rate?year=2019")
    )


def test_the_spread_of_a_province_is_that_of_its_figures(site):
    found = comparison.compare(site.atlas, comparison.Choice("on-time-rate"), "vi")
    for spread in found.spreads:
        told = [f.value for f in found.figures if comparison.unit_key(f.province) == spread.key]
        assert (spread.figures, spread.lowest, spread.middle, spread.highest) == (
            len(told),
            min(told),
            median(told),
            max(told),
        )


def test_options_count_what_they_would_leave(site):
    """Each number beside an option is that of the figures shown when it is chosen."""
    found = comparison.compare(site.atlas, comparison.Choice("on-time-rate", year=2021), "vi")
    assert len(found.provinces) == 2
    for option in found.provinces:
        chosen = comparison.Choice("on-time-rate", year=2021, province=option.value)
        assert len(comparison.compare(site.atlas, chosen, "vi").figures) == option.figures


def test_figures_are_compared_on_the_units_of_another_day(client):
    page = page_of(client, "/compare/on-time-rate?geography=as-of")
    links = {a.get("href").split("/")[2] for a in page.find(".//main//table").iterfind(".//td/a[@class='value']")}
    assert links == {"comparable"}
    assert "theo ngày 01/06/2024" in text_of(page)


def test_a_choice_that_no_figure_fits_is_said(client):
    assert page_of(client, "/compare/on-time-rate/1999").find_class("empty")


# ---------------------------------------------------------------- the graph


def test_the_graph_shows_the_same_as_its_table(client):
    page = page_of(client, "/graph/unit/046/origin")
    drawing = " ".join(page.find(".//main//svg").itertext())
    drawn = re.sub(r"\s+", "", drawing)
    names = [text_of(row.find("th")) for row in page.find(".//main//table").iterfind(".//tbody/tr")]
    assert len(names) > 10
    assert [name for name in names if re.sub(r"\s+", "", name) not in drawn] == []


def test_neighbours_are_those_of_the_version_asked_for(site):
    found = neighbours.find_neighbours(site.atlas, f"{BASE}unit/046/origin", "vi")
    relations = {(each.relation, each.label) for each in found.near}
    assert ("became", "Huyện Trùng Khánh") in relations
    assert ("lies-in", "Tỉnh Cao Bằng") in relations
    assert {"Huyện Lấp Vò", "Huyện Châu Thành"} <= {each.label for each in found.far if each.relation == "also-run-by"}


@pytest.mark.parametrize("thing", ["unit/999", "issue/47e91e7eb49e586c", "nothing"])
def test_nothing_is_drawn_around_what_is_not_known(site, thing):
    assert neighbours.find_neighbours(site.atlas, BASE + thing, "vi") is None


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "iri",
    [
        f"{BASE}unit/94/2008-10-09",
        f"{BASE}document/a%20b/c.txt",
        f"{BASE}publisher/x%3Fy",
        "https://w3id.org/cchc/indicator/on-time-rate",
    ],
)
def test_every_thing_has_a_place_of_its_own(iri):
    place = place_of(iri)
    assert place.startswith("doc/")
    assert iri_of(place.removeprefix("doc/")) == iri


def test_what_is_not_ours_has_no_place():
    assert place_of("http://www.w3.org/2004/02/skos/core#Concept") == ""


@pytest.mark.parametrize(
    "name", ["..", ".", ".htaccess", "CON", "nul.txt", "a/b", "a\\b", "x" * 300, "Lấp Vò", "a\x00b", "a b"]
)
def test_names_of_files_are_safe(name):
    from urllib.parse import quote

    file = file_of(f"doc/document/{quote(name, safe='')}")
    assert re.fullmatch(r"doc/document/[A-Za-z0-9][A-Za-z0-9._~-]{0,90}\.html", file)
    assert file != file_of("doc/document/other")


# ---------------------------------------------------------------- linked data

ACCEPTED = [
    ("text/html", "html"),
    ("text/turtle", "ttl"),
    ("application/ld+json", "jsonld"),
    ("application/n-triples", "nt"),
    ("application/rdf+xml", "rdf"),
    ("*/*", "html"),
    ("", "html"),
    ("text/turtle;q=0.4, application/ld+json;q=0.9", "jsonld"),
    ("text/html;q=0.5, text/turtle;q=0.6", "ttl"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    ("image/png, application/rdf+xml;q=0.1", "rdf"),
]


@pytest.mark.parametrize(("accept", "ending"), ACCEPTED)
def test_a_thing_leads_to_the_document_in_the_format_asked_for(client, accept, ending):
    answer = client.get("/id/unit/450", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/doc/unit/450.{ending}")
    assert answer.headers["vary"] == "Accept"


def test_no_format_accepted_is_said(client):
    assert client.get("/id/unit/450", headers={"Accept": "image/png"}).status_code == 406


def test_a_concept_leads_to_its_document(client):
    answer = client.get("/indicator/on-time-rate", headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/doc/concept/indicator/on-time-rate.ttl")


@pytest.mark.parametrize("thing", ["unit/450", FIGURE, "document/dong-hoi-2023.txt", "concept/indicator/on-time-rate"])
def test_every_format_says_the_same(client, site, thing):
    parsers = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
    graphs = []
    for ending, parser in parsers.items():
        answer = client.get(f"/doc/{thing}.{ending}")
        assert answer.headers["content-type"].split(";")[0] == MEDIA[ending]
        assert answer.headers["access-control-allow-origin"] == "*"
        graphs.append(rdflib.Graph().parse(data=answer.content, format=parser))
    assert len(graphs[0]) == len(describe(site.atlas, iri_of(thing))) > 5
    assert all(set(graph) == set(graphs[0]) for graph in graphs)
    assert (rdflib.URIRef(iri_of(thing)), None, None) in graphs[0]


def test_the_ontology_is_negotiated_at_one_address(client):
    """Its terms are parts of one document, so there is no 303."""
    turtle = client.get("/ontology", headers={"Accept": "text/turtle"})
    assert turtle.headers["content-type"].startswith("text/turtle")
    graph = rdflib.Graph().parse(data=turtle.content, format="turtle")
    assert (rdflib.URIRef("https://w3id.org/cchc/ontology#bound"), None, None) in graph
    page = page_of(client, "/ontology", Accept="text/html")
    assert "mức giới hạn" in text_of(page.get_element_by_id("bound"))


# ---------------------------------------------------------------- languages, headers, bad addresses


@pytest.mark.parametrize(
    ("accepted", "query", "language"),
    [
        ("", "", "vi"),
        ("en", "", "en"),
        ("fr", "", "vi"),
        ("en-GB,en;q=0.9", "", "en"),
        ("en", "?lang=vi", "vi"),
        ("vi", "?lang=en", "en"),
        ("en", "?lang=xx", "en"),
    ],
)
def test_the_language_is_that_of_the_address_or_of_the_reader(client, accepted, query, language):
    page = page_of(client, f"/{query}", **{"Accept-Language": accepted})
    assert page.get("lang") == language


def test_links_keep_a_language_that_was_chosen(client):
    page = page_of(client, "/?lang=en", **{"Accept-Language": "vi"})
    links = [a.get("href") for a in page.iterfind(".//main//a")]
    assert links
    assert all(link.endswith("lang=en") for link in links)


@pytest.mark.parametrize("path", ["/", "/doc/unit/450.ttl", "/static/site.css", "/nothing", "/id/unit/450"])
def test_every_answer_has_the_headers_of_security(client, path):
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in headers["content-security-policy"]


BAD = [
    "/nothing",
    "/doc/unit/999.html",
    "/doc/unit/999.ttl",
    "/doc/%3E.html",
    "/doc/a%20b.html",
    "/doc/%00.ttl",
]
BAD += [
    "/doc/document/%3Cscript%3E.html",
    "/doc/" + "x" * 5000 + ".html",
    "/graph/unit/%22",
    "/compare/nothing",
    "/doc/unit/..%2f..%2f.html",
]
BAD += [
    "/doc/observation/0123456789abcdef.html",
    "/compare/on-time-rate?year=MMXX",
    "/ontology.zip",
    "/doc/%ff%fe.html",
    "/static/..%2fapp.py",
]


@pytest.mark.parametrize("path", BAD)
def test_a_bad_address_is_answered_with_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "address", ["/search?q={}", "/{}", "/doc/{}.html", "/compare/on-time-rate?year={}", "/?lang={}"]
)
def test_what_is_asked_for_is_escaped(client, address):
    """Also on the page that says that there is no such page: nothing of what was asked for becomes an element."""
    plain = names_in(client.get(address.format("nowhere")).content)
    for attempt in ATTEMPTS:
        answer = client.get(address.format(quote(attempt, safe="")))
        assert answer.status_code < 500
        assert answer.headers["content-type"].startswith("text/html")
        assert names_in(answer.content) <= plain | {("mark", ()), ("p", ("class",))}, attempt


def names_in(page):
    """Return the elements of a page with the attributes of each."""
    return {(str(element.tag), tuple(sorted(element.attrib))) for element in html.fromstring(page.decode()).iter()}


def test_entries_are_found_once(site):
    found = overview.search(site.entries, "châu thành")
    assert len({entry.iri for entry in found}) == len(found) > 1


def test_things_are_called_by_name_in_every_language(site):
    """A page by its title, which is Vietnamese, rather than by the name of its file."""
    page = f"{BASE}document/dong-hoi-2023.txt"
    assert choose(site.atlas.labels([page])[page], "en").startswith("Đồng Hới")
