"""The question library on the web: pages, downloads, JSON API, and the page for queries of one's own."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pyoxigraph
import pytest
from lxml import html
from nasty import NASTY
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from builder import queries
from builder.cli.publish import share_of
from builder.headings import HEADINGS
from builder.server import library, pages
from builder.server.app import make_app
from builder.server.asking import InProcess, Pooled
from builder.server.questions import question_routes
from builder.server.refusals import Busy, LimitHit
from builder.server.throttle import Throttle
from builder.server.view import Filed, Served, View
from builder.server.workers import Limits, Pool
from builder.sparql import PREFIXES
from builder.vocabulary import NAMESPACES

ROOT = Path(__file__).resolve().parents[1]
WORLD = ROOT / "tests" / "queries" / "world.trig"
NAMES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
HARMLESS = "xyz"


class World:
    """A small world with figures carried to another day, asked over the union of its graphs."""

    def __init__(self, *more: str) -> None:
        self.inner = pyoxigraph.Store()
        self.inner.bulk_extend(pyoxigraph.parse(path=WORLD, format=pyoxigraph.RdfFormat.TRIG))
        for update in more:
            self.inner.update(PREFIXES + update)

    def query(self, text: str) -> Any:
        return self.inner.query(text, use_default_graph_as_union=True)


@dataclass
class Reader:
    """Somebody who looks at the site; follows no redirects."""

    site: pages.Site
    address: str = "127.0.0.1"

    def get(self, address: str, **params: str) -> httpx.Response:
        return self.send("GET", address, params=params or None)

    def send(self, method: str, address: str, **options: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(make_app(self.site, question_routes()), client=(self.address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, address, **options)

        return asyncio.run(run())


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def reader(world: World) -> Reader:
    return Reader(pages.open_site(Path("nowhere"), world))


def rows_of(world: World, name: str, **values: str) -> queries.Rows:
    return queries.run(world, queries.bind(queries.load(name), values))


def page_of(response: httpx.Response) -> Any:
    return html.fromstring(response.content)


def skeleton(page: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Return the elements of a page with the names of their attributes."""
    return [(str(element.tag), tuple(element.attrib)) for element in page.iter() if isinstance(element.tag, str)]


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_a_page_with_its_whole_answer(name: str, language: str, reader: Reader, world: World) -> None:
    response = reader.get(f"/questions/{name}", lang=language)
    assert response.status_code == 200
    page, query = page_of(response), queries.load(name)
    assert page.get("lang") == language
    assert page.findtext(".//h1") == query.summary[language]
    assert query.description[language] in page.text_content()
    answer = rows_of(world, name)
    assert len(page.xpath("//table[contains(@class,'answer')]/tbody/tr")) == min(len(answer.rows), 500)
    assert page.xpath("//*[@role='status']/strong")[0].text == str(len(answer.rows))


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_of_an_answer_is_left_out(name: str, reader: Reader, world: World) -> None:
    """Every term stands in the row: as its text, or as a link to the page about it."""
    answer = rows_of(world, name)
    page = page_of(reader.get(f"/questions/{name}", lang="vi"))
    shown = page.xpath("//table[contains(@class,'answer')]/tbody/tr")
    view = View("index", "vi", Served(), {})
    for row, line in zip(answer.rows, shown, strict=True):
        links, text = {a.get("href") for a in line.iter("a")}, " ".join(line.text_content().split())
        for column, term in zip(answer.columns, row, strict=True):
            if isinstance(term, pyoxigraph.NamedNode):
                assert (view.thing(term.value) or term.value) in links, (column, term)
            elif isinstance(term, pyoxigraph.Literal) and term.language and not named_beside(answer.columns, column):
                assert " ".join(term.value.split()) in text, (column, term)


def named_beside(columns: tuple[str, ...], column: str) -> bool:
    """Tell whether a concept stands beside its label, which is then the one in the language of the page."""
    return column.removesuffix("Label") in columns and column.endswith("Label")


def test_the_list_leads_to_every_question_once_in_both_languages(reader: Reader) -> None:
    for language in ("vi", "en"):
        page = page_of(reader.get("/questions", lang=language))
        links = page.xpath("//main//a[@class='name']")
        assert sorted(urlsplit(a.get("href")).path.rsplit("/", 1)[1] for a in links) == NAMES
        assert {a.text for a in links} == {queries.load(name).summary[language] for name in NAMES}
        missing = [tag for query in queries.catalogue() for tag in query.tags if tag not in library.TAGS]
        assert missing == []


def test_numbers_days_and_headings_are_written_as_the_language_does(reader: Reader) -> None:
    found = {}
    for language in ("vi", "en"):
        page = page_of(reader.get("/questions/on-time-rate-by-unit", lang=language, year="any"))
        heads = [th.text for th in page.xpath("//table[contains(@class,'answer')]/thead//th")]
        first = page.xpath("//table[contains(@class,'answer')]/tbody/tr")[0]
        found[language] = dict(zip(heads, (cell.text_content().strip() for cell in first), strict=True))
    assert "Đơn vị" in found["vi"]
    assert "Unit" in found["en"]
    assert "," in found["vi"]["Giá trị"]
    assert found["vi"]["Giá trị"].replace(",", ".") == found["en"]["Value"]
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", found["vi"]["Đến ngày"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["en"]["Through"])


def test_a_value_leads_to_its_evidence(reader: Reader, world: World) -> None:
    answer = rows_of(world, "on-time-rate-by-unit", year="any")
    page = page_of(reader.get("/questions/on-time-rate-by-unit", year="any"))
    column = answer.columns.index("value")
    cells = [row[column] for row in page.xpath("//table[contains(@class,'answer')]/tbody/tr")]
    figures = [row[answer.columns.index("observation")].value for row in answer.rows]
    view = View("index", "vi", Served("", "vi"), {})
    assert [cell.find("a").get("href") for cell in cells] == [view.thing(figure) for figure in figures]


def test_a_chart_is_drawn_where_values_are_of_one_indicator_and_nowhere_else(reader: Reader) -> None:
    drawn = {name: "<svg" in reader.get(f"/questions/{name}").text for name in NAMES}
    assert drawn["on-time-rate-by-unit"]
    assert drawn["provinces-by-median"]
    assert drawn["indicator-trend"]
    assert drawn["indicators-reported"]
    assert not drawn["evidence-of-figure"]
    assert not drawn["successors"]
    trend = reader.get("/questions/indicator-trend").text
    assert "drawing-line" in trend or "drawing-point" in trend or "drawing-hollow" in trend
    assert "drawing-bar" in reader.get("/questions/on-time-rate-by-unit").text


def test_a_question_that_does_not_exist_is_not_found(reader: Reader) -> None:
    assert reader.get("/questions/on-tim-rate").status_code == 404
    assert reader.get("/questions/on-tim-rate.csv").status_code == 404
    assert reader.get("/api/questions/on-tim-rate").status_code == 404


# ---------------------------------------------------------------- forms


def field_of(page: Any, name: str) -> Any:
    return page.xpath(f"//form[contains(@class,'filters')]//*[@name='{name}']")[0]


def test_lists_offer_what_the_graph_tells_of_first() -> None:
    world = World('INSERT DATA { GRAPH <x:g> { ind:unheard-of skos:prefLabel "never told"@en } }')
    reader = Reader(pages.open_site(Path("nowhere"), world))
    page = page_of(reader.get("/questions/on-time-rate-by-unit", lang="vi", year="2018", level="district"))
    told, silent = field_of(page, "indicator").findall("optgroup")
    asked = "SELECT DISTINCT ?i { ?f a cchc:Observation ; cchc:indicator ?i }"
    reported = {row[0].value.rsplit("/", 1)[1] for row in world.query(PREFIXES + asked)}
    assert {option.get("value") for option in told} == reported
    assert [option.get("value") for option in silent] == ["unheard-of"]
    assert field_of(page, "indicator").get("data-pick")
    years = [option.get("value") for option in field_of(page, "year")]
    assert years[0] == "any"
    assert years[1:] == sorted(years[1:], reverse=True)
    assert {name: field_of(page, name).xpath("option[@selected]/@value") for name in ("year", "level")} == {
        "year": ["2018"],
        "level": ["district"],
    }


def test_a_value_that_a_list_does_not_offer_stays_chosen(reader: Reader) -> None:
    page = page_of(reader.get("/questions/on-time-rate-by-unit", year="1999"))
    assert field_of(page, "year").xpath("option[@selected]/@value") == ["1999"]


def test_units_are_offered_by_name_with_their_province(reader: Reader) -> None:
    page = page_of(reader.get("/questions/documents-of-unit", lang="vi"))
    labels = [option.text for option in field_of(page, "unit")]
    assert any(re.search(r", (Tỉnh|Thành phố) .* \(\d+\)$", label) for label in labels)


def test_years_of_changes_are_offered_to_a_question_about_changes(reader: Reader, world: World) -> None:
    page = page_of(reader.get("/questions/units-changed-in-merger"))
    offered = {option.get("value") for option in field_of(page, "year")} - {"any"}
    answer = rows_of(world, "units-changed-in-merger")
    assert {row[0].value[:4] for row in answer.rows} <= offered


def test_geographies_are_a_choice_only_where_figures_were_carried(reader: Reader) -> None:
    """And then the day is told."""
    options = list(field_of(page_of(reader.get("/questions/on-time-rate-by-unit", lang="vi")), "geography"))
    assert [option.get("value") for option in options] == ["as-reported", "as-of"]
    assert "01/06/2024" in options[1].text
    bare = Reader(pages.open_site(Path("nowhere"), World("DELETE WHERE { GRAPH ?g { ?f a cchc:ComparableFigure } }")))
    page = page_of(bare.get("/questions/on-time-rate-by-unit"))
    assert page.xpath("//form[contains(@class,'filters')]//*[@name='geography']") == []


def test_as_of_a_day_the_answer_is_of_that_geography(reader: Reader, world: World) -> None:
    carried = rows_of(world, "on-time-rate-by-unit", geography="as-of")
    page = page_of(reader.get("/questions/on-time-rate-by-unit", geography="as-of"))
    assert len(page.xpath("//table[contains(@class,'answer')]/tbody/tr")) == len(carried.rows)
    assert len(carried.rows) != len(rows_of(world, "on-time-rate-by-unit").rows)


BAD = {
    "year": ("on-time-rate-by-unit", "20x9"),
    "indicator": ("on-time-rate-by-unit", "no indicator"),
    "level": ("on-time-rate-by-unit", "a level"),
    "geography": ("on-time-rate-by-unit", "as-is"),
    "unit": ("unit-lineage", "đơn vị"),
    "day": ("unit-at-date", "2021-02-30"),
    "least": ("initiatives-in-common", "two"),
    "figure": ("evidence-of-figure", "no iri"),
    "yaer": ("on-time-rate-by-unit", "2019"),
}


@pytest.mark.parametrize("parameter", BAD)
def test_a_value_that_cannot_be_used_is_named_and_nothing_is_asked(parameter: str, reader: Reader) -> None:
    """On the page beside its field, in both languages; as data with the name of the parameter."""
    name, value = BAD[parameter]
    for language, word in (("vi", "hãy nhập|không có tham số"), ("en", "give|has no parameter")):
        response = reader.get(f"/questions/{name}", **{parameter: value, "lang": language})
        assert response.status_code == 400
        page = page_of(response)
        assert re.search(word, page.xpath("//*[@role='alert']")[0].text_content())
        assert page.xpath("//table[contains(@class,'answer')]") == []
        if parameter != "yaer":
            marked = field_of(page, parameter)
            assert marked.get("aria-invalid") == "true"
            message = page.get_element_by_id(marked.get("aria-describedby"))
            assert value in message.text_content()
    for address in (f"/questions/{name}.csv", f"/api/questions/{name}"):
        response = reader.get(address, **{parameter: value})
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"
        assert list(response.json()["parameters"]) == [parameter]


def test_an_empty_field_is_any_or_the_default(reader: Reader, world: World) -> None:
    everything = reader.get("/api/questions/evidence-of-figure", figure="", year="").json()
    assert everything["count"] == len(rows_of(world, "evidence-of-figure").rows)
    default = reader.get("/api/questions/initiatives-in-common", least="").json()
    assert default["parameters"]["least"] == queries.load("initiatives-in-common").parameter("least").default


@pytest.mark.parametrize("parameter", BAD)
def test_what_is_typed_never_becomes_part_of_the_query(parameter: str, reader: Reader) -> None:
    """None of these texts is a value of a parameter, and none is more than a value."""
    for value in NASTY:
        response = reader.get(f"/questions/{BAD[parameter][0]}", **{parameter: value})
        assert response.status_code == 400, value


# ---------------------------------------------------------------- downloads and permalinks


@pytest.mark.parametrize("name", NAMES)
def test_downloads_are_the_answer(name: str, reader: Reader, world: World) -> None:
    answer = rows_of(world, name)
    assert reader.get(f"/questions/{name}.csv").text == queries.as_csv(answer)
    assert reader.get(f"/questions/{name}.json").text == queries.as_json(answer)
    heads = [HEADINGS[column][0] for column in answer.columns]
    sheet = reader.get(f"/questions/{name}.spreadsheet.csv", lang="vi").content.decode("utf-8")
    told, *rows = csv.reader(io.StringIO(sheet.removeprefix("\ufeff"), newline=""))
    assert sheet.startswith("\ufeff")
    assert [head.lower() for head in told] == [head.lower() for head in heads]
    assert len(rows) == len(answer.rows)


def test_links_of_a_page_give_the_answer_that_it_shows(reader: Reader, world: World) -> None:
    """Downloads, API and permalink keep the values that were chosen."""
    values = {"year": "2018", "level": "district"}
    answer = rows_of(world, "on-time-rate-by-unit", **values)
    page = page_of(reader.get("/questions/on-time-rate-by-unit", lang="vi", **values))
    links = {a.text: a.get("href") for a in page.xpath("//main//p/a")}
    assert answer.rows
    assert reader.get(links["CSV"]).text == queries.as_csv(answer)
    assert reader.get(links["JSON"]).text == queries.as_json(answer)
    assert reader.get(links["API"]).json()["count"] == len(answer.rows)
    again = page_of(reader.get(links["Liên kết cố định"] + "&lang=vi"))
    shown = "//table[contains(@class,'answer')]"
    assert again.xpath(shown)[0].text_content() == page.xpath(shown)[0].text_content()


def test_the_query_shown_is_the_one_that_was_asked(reader: Reader, world: World) -> None:
    page = page_of(reader.get("/questions/on-time-rate-by-unit", year="2018"))
    text = page.xpath("//details//pre")[0].text
    assert queries.run(world, text).rows == rows_of(world, "on-time-rate-by-unit", year="2018").rows
    opened = urlsplit(page.xpath("//details//a/@href")[0])
    assert opened.path == "/query"
    assert dict(parse_qsl(opened.query))["query"] == text


def test_a_download_is_safe_in_a_spreadsheet() -> None:
    update = """DELETE { GRAPH ?g { ?d dcterms:title ?t } } INSERT { GRAPH ?g { ?d dcterms:title "=1+1" } }
      WHERE { GRAPH ?g { ?d a cchc:SourceDocument ; dcterms:title ?t } }"""
    reader = Reader(pages.open_site(Path("nowhere"), World(update)))
    sheet = reader.get("/questions/evidence-of-figure.spreadsheet.csv").text
    assert "'=1+1" in sheet
    assert ",=1+1" not in sheet


# ---------------------------------------------------------------- limits


@dataclass(frozen=True)
class Unwilling:
    """Answers nothing."""

    refused: Exception
    limits: Limits = field(default_factory=Limits)

    def charged_to(self, client: str) -> "Unwilling":
        return self

    def answer(self, text: str) -> queries.Rows:
        raise self.refused


def test_a_limit_is_told_and_nothing_is_cut_off_silently(reader: Reader) -> None:
    hit = LimitHit("rows", "the answer has more than 5 rows", "kết quả có hơn 5 dòng")
    limited = Reader(replace(reader.site, answerer=Unwilling(hit)))
    response = limited.get("/questions/successors", lang="en")
    assert response.status_code == 503
    assert "the answer has more than 5 rows" in page_of(response).xpath("//*[@role='alert']")[0].text_content()
    assert "kết quả có hơn 5 dòng" in limited.get("/questions/successors", lang="vi").text
    assert limited.get("/query", query="ASK {}").status_code == 503
    for address in ("/questions/successors.csv", "/api/questions/successors"):
        assert limited.get(address).status_code == 503
        assert limited.get(address).json()["title_vi"] == "kết quả có hơn 5 dòng"


def test_a_busy_server_says_when_to_come_again(reader: Reader) -> None:
    busy = Reader(replace(reader.site, answerer=Unwilling(Busy(7))))
    for address in WAYS_TO_ASK:
        assert busy.get(address).headers["retry-after"] == "7"


WAYS_TO_ASK = (
    "/questions/successors",
    "/questions/successors.csv",
    "/api/questions/successors",
    "/query?query=ASK%20%7B%20%3Fs%20%3Fp%201%20%7D",
)


def test_every_way_to_ask_is_charged_to_the_client(world: World, tmp_path: Path) -> None:
    """One budget for all: who has used it up by one way has used it up by all, but nobody else has."""
    throttle = Throttle(1000)
    with Pool(stored(world, tmp_path / "store"), Limits(workers=1)) as pool:
        site = pages.open_site(Path("nowhere"), world, answerer=Pooled(pool, throttle))
        first, second = Reader(site, "192.0.2.1"), Reader(site, "192.0.2.2")
        assert [first.get(address).status_code for address in WAYS_TO_ASK] == [200] * len(WAYS_TO_ASK)
        with throttle.turn("192.0.2.1", 0) as spent:
            spent(2000)
        for address in WAYS_TO_ASK:
            refused = first.get(address)
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) >= 1
        assert first.get("/questions").status_code == 200, "what asks the engine nothing is not charged"
        assert second.get(WAYS_TO_ASK[0]).status_code == 200


@pytest.mark.parametrize(
    ("host", "seconds"), [("127.0.0.1", 0), ("::1", 0), ("localhost", 0), ("0.0.0.0", 60), ("::", 60), ("kho.vn", 60)]
)
def test_who_can_be_asked_by_others_gives_each_its_share(host: str, seconds: float) -> None:
    assert share_of(host) == seconds


def stored(world: World, folder: Path) -> Path:
    """Write a world into a folder that workers open."""
    store = pyoxigraph.Store(str(folder))
    store.bulk_extend(iter(world.inner))
    store.flush()
    return folder


def test_workers_give_the_answers_of_the_engine(reader: Reader, world: World, tmp_path: Path) -> None:
    """Tables, truth values and triples come back from a worker as they are in this process."""
    asked = [queries.load(name).text for name in NAMES]
    asked += ["ASK { ?s ?p 1 }", PREFIXES + "CONSTRUCT { ?s rdfs:label ?o } WHERE { ?s rdfs:label ?o }"]
    with Pool(stored(world, tmp_path / "store"), Limits(workers=1)) as pool:
        pooled, own = Pooled(pool), InProcess(world)
        assert pooled.limits == pool.limits
        for text in asked:
            assert pooled.answer(text) == own.answer(text)
        hurried = Reader(replace(reader.site, answerer=pooled))
        assert hurried.get("/query", query="ASK { ?s ?p }").status_code == 400


# ---------------------------------------------------------------- API


def test_the_list_of_the_api_tells_every_question_and_parameter(reader: Reader) -> None:
    response = reader.get("/api/questions")
    assert response.headers["access-control-allow-origin"] == "*"
    told = {each["name"]: each for each in response.json()["questions"]}
    assert sorted(told) == NAMES
    for query in queries.catalogue():
        assert [p["name"] for p in told[query.name]["parameters"]] == [p.name for p in query.parameters]
        assert reader.get(told[query.name]["url"]).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_the_api_gives_the_rows_of_the_answer(name: str, reader: Reader, world: World) -> None:
    answer, told = rows_of(world, name), reader.get(f"/api/questions/{name}").json()
    assert [column["name"] for column in told["columns"]] == list(answer.columns)
    assert told["count"] == len(told["rows"]) == len(answer.rows)
    for row, given in zip(answer.rows, told["rows"], strict=True):
        for term, value in zip(row, given.values(), strict=True):
            assert value == as_value(term)


def as_value(term: Any) -> Any:
    """Return a term as JSON has it."""
    if term is None or isinstance(term, pyoxigraph.NamedNode):
        return term.value if term else None
    kind = term.datatype.value.rsplit("#", 1)[1]
    read = {"integer": int, "decimal": float, "boolean": "true".__eq__}
    return read.get(kind, str)(term.value)  # type: ignore[operator]


def test_the_api_answers_in_the_format_asked_for(reader: Reader, world: World) -> None:
    answer = rows_of(world, "successors")
    address = "/api/questions/successors"
    for accept, form in (("application/sparql-results+json", "sparql-json"), ("text/csv", "csv")):
        expected = queries.as_csv(answer) if form == "csv" else queries.as_json(answer)
        assert reader.send("GET", address, headers={"Accept": accept}).text == expected
        assert reader.get(address, format=form).text == expected
    assert reader.send("GET", address, headers={"Accept": "text/html"}).status_code == 406
    assert reader.send("GET", address, headers={"Accept": "text/html,*/*;q=0.1"}).json()["question"] == "successors"
    assert reader.get(address, format="xlsx").status_code == 400


def test_the_description_of_the_api_is_valid_and_always_the_same(reader: Reader) -> None:
    first, second = reader.get("/api/openapi.json"), reader.get("/api/openapi.json")
    assert first.content == second.content
    validate(first.json())
    broken = first.json()
    broken["paths"]["/api/questions/successors"]["get"]["parameters"][0].pop("in")
    with pytest.raises(OpenAPIValidationError):
        validate(broken)


def test_every_path_that_is_described_answers_as_described(reader: Reader) -> None:
    described = reader.get("/api/openapi.json").json()
    assert sorted(described["paths"]) == ["/api/questions", *(f"/api/questions/{name}" for name in NAMES)]
    for path, item in described["paths"].items():
        given = {p["name"]: p["schema"]["default"] for p in item["get"].get("parameters", ())}
        response = reader.get(path, **given)
        assert response.status_code == 200
        schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        wanted = described["components"]["schemas"][schema]["required"]
        assert set(wanted) == set(response.json())


# ---------------------------------------------------------------- queries of one's own


def test_the_page_is_there_before_anything_is_asked(reader: Reader) -> None:
    page = page_of(reader.get("/query", lang="vi"))
    example = page.get_element_by_id("query")
    assert page.xpath("//label[@for='query']")
    assert page.xpath("//table") == []
    assert reader.get("/query", query=example.text.lstrip("\n")).status_code == 200


def test_every_example_has_an_answer(reader: Reader) -> None:
    page = page_of(reader.get("/query", lang="vi"))
    links = page.xpath("//ul[@class='tiles']//a/@href")
    assert len(links) >= 4
    for link in links:
        assert reader.get(link).status_code == 200


def test_prefixes_of_the_project_need_not_be_declared_and_are_shown(reader: Reader, world: World) -> None:
    response = reader.get("/query", query="SELECT ?s ?o { ?s rdfs:label ?o } LIMIT 3")
    page = page_of(response)
    assert len(page.xpath("//table/tbody/tr")) == 3
    assert f"PREFIX rdfs: <{NAMESPACES['rdfs']}>" in page.xpath("//details//pre")[0].text_content()
    link = urlsplit(page.xpath("//a[text()='CSV']/@href")[0])
    assert link.path == "/sparql"
    assert dict(parse_qsl(link.query))["format"] == "csv"
    assert len(queries.run(world, dict(parse_qsl(link.query))["query"]).rows) == 3


def test_a_prefix_of_ones_own_is_kept(reader: Reader) -> None:
    response = reader.get("/query", query="PREFIX rdfs: <http://x/> SELECT * { ?s rdfs:label ?o }")
    page = page_of(response)
    assert page.xpath("//*[@role='status']/strong")[0].text == "0"
    assert page.xpath("//details//pre") == []


ERRORS = {
    "undeclared prefix, others added": ("SELECT * {\n  ?s rdfs:label ?o ;\n    nope:x skos:y\n}", 3, 5),
    "undeclared prefix after letters": ('SELECT * {\n  ?s rdfs:label "đúng hạn" ; nope:x 1 }', 2, 30),
    "open quotation mark": ('SELECT * { ?s rdfs:label "a }\n}', 1, 26),
    "service": ("ASK {\n\n SERVICE <http://127.0.0.1:1/> {} }", 3, 2),
    "read by the engine": ("SELECT ?s {\n  ?s rdfs:label\n}\n", 3, 1),
    "declared in the query": ("PREFIX a: <http://x/>\nSELECT * { a:b rdfs:label nope:c }", 2, 27),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_is_shown_at_its_place_in_the_text_of_the_reader(kind: str, reader: Reader) -> None:
    """Whatever prefixes were added before it; the mark stands under the place."""
    text, line, column = ERRORS[kind]
    for language, words in (("vi", f"Dòng {line}, cột {column}"), ("en", f"Line {line}, column {column}")):
        response = reader.get("/query", query=text, lang=language)
        assert response.status_code in (400, 403)
        page = page_of(response)
        link = page.xpath("//*[@role='alert']//a")[0]
        assert link.text == words
        assert (link.get("href"), link.get("data-line"), link.get("data-column")) == ("#query", str(line), str(column))
        excerpt, mark = page.xpath("//*[@role='alert']//pre")[0].text_content().split("\n")
        assert excerpt == text.split("\n")[line - 1]
        assert mark.index("^") == column - 1
        assert page.get_element_by_id("query").text.lstrip("\n") == text


def test_a_long_line_is_shown_around_the_error(reader: Reader) -> None:
    text = "SELECT * { ?s ?p ?o " + " " * 3000 + "nope:x }"
    page = page_of(reader.get("/query", query=text))
    excerpt, mark = page.xpath("//*[@role='alert']//pre")[0].text_content().split("\n")
    assert len(excerpt) <= 160
    assert excerpt[mark.index("^") :].startswith("nope:x")


def test_triples_are_shown_as_turtle_and_truth_in_words(reader: Reader) -> None:
    page = page_of(reader.get("/query", query="DESCRIBE ind:on-time-rate"))
    turtle = page.xpath("//pre[@aria-label='Turtle']")[0].text_content()
    assert list(pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE))
    assert page.xpath("//a[text()='JSON-LD']")
    assert (
        page_of(reader.get("/query", query="ASK {}", lang="en")).xpath("//*[@role='status']/strong")[0].text == "True"
    )
    no = reader.get("/query", query="ASK { FILTER(false) }", lang="vi")
    assert page_of(no).xpath("//*[@role='status']/strong")[0].text == "Sai"


def test_a_short_query_that_is_sent_gets_an_address_and_a_long_one_an_answer(reader: Reader) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    text = 'SELECT ?đơn_vị { BIND("đúng hạn" AS ?đơn_vị) }'
    sent = reader.send("POST", "/query", content=urlencode({"query": text, "lang": "en"}), headers=form)
    assert sent.status_code == 303
    followed = reader.get(sent.headers["location"])
    assert "đúng hạn" in page_of(followed).xpath("//table")[0].text_content()
    long = f"{text} # {'x' * 9000}"
    sent = reader.send("POST", "/query", content=urlencode({"query": long}), headers=form)
    assert sent.status_code == 200
    assert page_of(sent).xpath("//form[@action='/sparql']//button[@name='format']")
    assert page_of(sent).xpath("//a[text()='CSV']") == []


def test_more_rows_than_a_page_takes_are_announced(reader: Reader) -> None:
    numbers = " ".join(str(n) for n in range(701))
    page = page_of(reader.get("/query", query=f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}", lang="en"))
    assert len(page.xpath("//table/tbody/tr")) == 500
    assert "701 rows; the first 500 are shown" in page.xpath("//*[@role='status']")[0].text_content()


STRANGE = [
    '"1E999999999"^^xsd:double',
    '"1E5000"^^xsd:decimal',
    '"NaN"^^xsd:double',
    '"x"^^xsd:integer',
    '"2019-13-45"^^xsd:date',
    "<mailto:a@b>",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "<<( <a:b> <c:d> 1 )>>",
]


@pytest.mark.parametrize("term", STRANGE)
def test_a_strange_term_is_shown_as_it_is_and_leads_nowhere(term: str, reader: Reader) -> None:
    response = reader.get("/query", query=f"SELECT ?x {{ BIND({term} AS ?x) }}")
    assert response.status_code == 200
    cell = page_of(response).xpath("//table/tbody//th")[0]
    assert len(cell.text_content()) < 200
    assert cell.xpath(".//a") == []


def test_limits_are_named(reader: Reader) -> None:
    limited = Reader(replace(reader.site, answerer=Unwilling(Busy(1), Limits(seconds=7, rows=1234))))
    told = page_of(limited.get("/query", lang="en")).get_element_by_id("query-help").text_content()
    assert "7 s" in told
    assert "1,234 rows" in told


# ---------------------------------------------------------------- what others wrote


def test_markup_in_an_address_stays_text(reader: Reader) -> None:
    for parameter, (name, _) in BAD.items():
        pair = [page_of(reader.get(f"/questions/{name}", **{parameter: value})) for value in (MARKUP, HARMLESS + " ")]
        if parameter not in ("yaer",):
            assert MARKUP in pair[0].text_content()
        assert skeleton(pair[0]) == skeleton(page_of(reader.get(f"/questions/{name}", **{parameter: 'x y"z'})))
    named = [page_of(reader.get("/questions/successors", **{key: "1"})) for key in (MARKUP, HARMLESS)]
    assert skeleton(named[0]) == skeleton(named[1])


def test_markup_in_a_query_and_its_answer_stays_text(reader: Reader) -> None:
    for query in ("SELECT ?x {{ BIND({} AS ?x) }}", "CONSTRUCT {{ <a:b> <c:d> {} }} WHERE {{}}", "ASK {{ nope:x {} }}"):
        markup = '"\\"\'></textarea></pre><script>alert(1)</script>"'
        literals = (markup, f'"{"harmless":<{len(markup)}}"')  # as long, for long texts are set otherwise
        pair = [page_of(reader.get("/query", query=query.format(text))) for text in literals]
        assert skeleton(pair[0]) == skeleton(pair[1])
    name = "".join(f"\\u{ord(sign):04x}" for sign in "<b>")
    assert reader.get("/query", query=f"SELECT ?{name} {{}}").status_code == 400


def test_markup_in_labels_and_titles_stays_text(reader: Reader) -> None:
    def look(label: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        literal = json.dumps(label)
        labels = f"""DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} INSERT {{ GRAPH ?g {{ ?s ?p ?new }} }} WHERE {{
          VALUES ?p {{ rdfs:label skos:prefLabel dcterms:title cchc:printedValue }}
          GRAPH ?g {{ ?s ?p ?o }} BIND(IF(LANG(?o) = "", {literal}, STRLANG({literal}, LANG(?o))) AS ?new) }}"""
        hostile = Reader(pages.open_site(Path("nowhere"), World(labels)))
        return {name: skeleton(page_of(hostile.get(f"/questions/{name}", lang="vi"))) for name in NAMES}

    told, harmless = look(f"a {MARKUP}"), look("a harmless label of about the same length, so that lines break")
    for name in NAMES:
        tags = {tag for tag, _ in told[name]}
        assert "img" not in tags
        assert [e for e in told[name] if e[0] == "script"] == [e for e in harmless[name] if e[0] == "script"]
        assert not [a for _, attributes in told[name] for a in attributes if a.startswith("on")]


# ---------------------------------------------------------------- a static site


def static_page(site: pages.Site, place: str, language: str = "vi") -> Any:
    places = set(library.list_places(site))
    return html.fromstring(
        pages.render(site, View(place, language, Filed(place, language, places), {}, static=True)).html
    )


def test_a_static_site_has_the_list_every_question_and_its_variants(reader: Reader) -> None:
    places = list(library.list_places(reader.site))
    assert len(places) == len(set(places))
    assert places[0] == "questions"
    assert {f"questions/{name}" for name in NAMES} <= set(places)
    assert "questions/on-time-rate-by-unit/year-any" in places
    assert "questions/on-time-rate-by-unit/geography-as-of" in places
    most = max(sum(1 for p in places if p.startswith(f"questions/{n}/")) for n in NAMES)
    assert most <= 4 * (library.MOST_VARIANTS + 1)


def test_a_static_page_shows_the_answer_of_its_variant_and_needs_no_server(reader: Reader, world: World) -> None:
    page = static_page(reader.site, "questions/on-time-rate-by-unit/year-any")
    answer = rows_of(world, "on-time-rate-by-unit", year="any")
    assert len(page.xpath("//table[contains(@class,'answer')]/tbody/tr")) == len(answer.rows)
    assert page.xpath("//main//form") == []
    assert all("?" not in link for link in page.xpath("//main//a/@href"))
    view = View("questions/on-time-rate-by-unit/year-any", "vi", Served(), {}, static=True)
    assert library.write_files(reader.site, view)["csv"].decode() == queries.as_csv(answer)


def test_a_static_page_is_the_same_each_time(reader: Reader) -> None:
    """There is no time in it."""
    for name in NAMES:
        view = View(f"questions/{name}", "vi", Filed(f"questions/{name}", "vi", ()), {}, static=True)
        assert pages.render(reader.site, view) == pages.render(reader.site, view)


def test_every_variant_that_a_static_page_links_is_written(reader: Reader) -> None:
    places: Mapping[str, None] = dict.fromkeys(library.list_places(reader.site))
    for name in NAMES:
        linked = library.variants(reader.site, queries.load(name), View("questions", "en", Served(), {}, static=True))
        assert {variant.place for variant in linked} <= set(places)


# ---------------------------------------------------------------- scripts


def test_every_page_loads_the_script_of_pick_lists_and_none_has_a_script_inside(reader: Reader) -> None:
    for address in ("/questions", "/questions/successors", "/query"):
        page = page_of(reader.get(address))
        assert "/static/pick.js" in page.xpath("//script[@defer]/@src")
        assert [script.text for script in page.iter("script") if script.text] == []
        assert page.xpath("//@style | //@onclick | //style") == []
