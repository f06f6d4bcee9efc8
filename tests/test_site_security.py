"""Whatever a page is called and holds, the site shows it as text: no element, attribute or address comes from it."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hostile_pages import ATTEMPTS, write_hostile_pages
from lxml import html
from starlette.testclient import TestClient

from builder.server.addresses import place_of
from builder.server.app import make_app
from builder.server.pages import open_site
from builder.store import open_store

OVERVIEWS = (
    "",
    "data",
    "localities",
    "indicators",
    "initiatives",
    "documents",
    "graph",
    "compare/on-time-rate",
    "search?q=a",
)
OURS = {("span", "id")}  # marks evidence inside other evidence
SAFE = ("http://", "https://", "/", "#", "doc/")
Names = set[tuple[str, str]]


def client_of(out: Path) -> TestClient:
    store = open_store("memory:")
    store.load_nquads(out / "graph.nq")
    return TestClient(make_app(open_site(out, store)))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, build) -> TestClient:
    folder = tmp_path_factory.mktemp("hostile")
    return client_of(build(write_hostile_pages(folder / "pages"), folder / "out").folder)


@pytest.fixture(scope="module")
def harmless(example_out) -> TestClient:
    return client_of(example_out)


def paths(client: TestClient) -> list[str]:
    """Every page about a thing that a page told of, and those that list them, in English as well."""
    entries = client.app.state.site.entries
    told = {entry.iri for entry in entries if entry.kind in ("document", "initiative", "model", "publisher")}
    things = [f"{place_of(iri)}.html" for iri in sorted(told)]
    drawn = [place for place in things if place.startswith(("doc/document/", "doc/initiative/", "doc/model/"))]
    graphs = [f"graph/{place.removeprefix('doc/').removesuffix('.html')}" for place in drawn[::7]]
    figures = [f"doc/{figure}.html" for figure in figures_of(client)]
    return [*OVERVIEWS, *things, *graphs, *figures, *(f"{path}?lang=en" for path in (*things[::5], "documents"))]


def figures_of(client: TestClient) -> list[str]:
    indicator = shown(client, "doc/concept/indicator/on-time-rate.html")
    links = {a.get("href") for a in indicator.iterfind(".//a") if "/observation/" in a.get("href", "")}
    return sorted(link.removeprefix("/doc/").removesuffix(".html") for link in links)


@cache
def shown(client: TestClient, path: str) -> html.HtmlElement:
    """Return a page as a browser takes it; it is looked at several times."""
    answer = client.get(f"/{path}")
    assert answer.status_code == 200, path
    return html.fromstring(answer.content.decode())


def elements(client: TestClient, path: str) -> Iterator[html.HtmlElement]:
    yield from shown(client, path).iter()


def names_of(client: TestClient) -> Names:
    """Return every element with every attribute it has on any page, and "" for the element alone."""
    return {
        (str(element.tag), name)
        for path in paths(client)
        for element in elements(client, path)
        for name in ("", *element.attrib)
    }


def test_there_are_sixty_attempts_on_each_road(hostile):
    entries = hostile.app.state.site.entries
    kinds = {kind: sum(entry.kind == kind for entry in entries) for kind in ("document", "initiative")}
    assert len(set(ATTEMPTS)) >= 60
    assert kinds["document"] > 80
    assert kinds["initiative"] > 30
    assert len(figures_of(hostile)) > 60


def test_no_element_or_attribute_comes_from_a_page(hostile, harmless):
    """Only what the pages of harmless documents consist of, too."""
    assert names_of(hostile) - names_of(harmless) - OURS == set()


def test_addresses_lead_to_the_site_or_to_the_web(hostile):
    for path in paths(hostile):
        for element in elements(hostile, path):
            for name in ("href", "src", "action", "{http://www.w3.org/1999/xlink}href"):
                assert element.get(name, "/").startswith(SAFE), f"{path}: {element.get(name)}"
            if element.tag == "script":
                assert not element.text or json.loads(element.text), path


def test_attempts_are_shown_as_text(hostile):
    """What is escaped is still there to be read."""
    text = "".join(shown(hostile, "documents").itertext())
    assert len([attempt for attempt in ATTEMPTS if attempt in text]) > 50
