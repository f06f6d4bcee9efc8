"""The site as files: every page in both languages, the RDF of every thing, and an index to search, without a server."""

import json
from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

from builder.artefacts import local_name
from builder.errors import StoreError
from builder.explorer import comparison, neighbours
from builder.explorer.description import describe
from builder.explorer.figures import figures_of_indicator
from builder.explorer.terms import all_statements
from builder.pipeline import go_back, swap
from builder.release import release
from builder.server import library, pages
from builder.server.addresses import RDF_ENDINGS, file_of, iri_of, place_of
from builder.server.linked_data import serialize
from builder.server.view import LANGUAGES, VI, Filed, View, file_in
from builder.sparql import ask

STATIC = Path(__file__).parent / "static"
RELEASE = "release"
MARK = "site.json"  # tells a folder that an earlier site was written to
THINGS = """
SELECT DISTINCT ?thing WHERE {
  { ?thing a ?class . VALUES ?class {
    cchc:Observation cchc:ReviewFigure cchc:CandidateObservation cchc:ComparableFigure cchc:Incomparability
    cchc:SharedFact cchc:SharedText
    cchc:Initiative cchc:InitiativeModel cchc:SourceDocument cchc:Issue eli:LegalResource org:Organization
    org:ChangeEvent cchc:AdministrativeUnit cchc:AdministrativeUnitVersion } }
  FILTER(STRSTARTS(STR(?thing), "https://w3id.org/cchc/id/"))
} ORDER BY ?thing"""
USED = """
SELECT DISTINCT ?concept WHERE {
  GRAPH ?graph { ?thing ?property ?concept } FILTER(?graph != <https://w3id.org/cchc/id/graph/ontology>)
  ?concept skos:inScheme ?scheme .
} ORDER BY ?concept"""
TOP = (
    "index",
    "localities",
    "indicators",
    "initiatives",
    "documents",
    "legal-documents",
    "search",
    "compare",
    "graph",
    "ontology",
    "data",
)
Progress = Callable[[int, int], None]


def write_site(site: pages.Site, folder: Path, report: Progress = lambda *_: None) -> int:
    """Write the site of a build and return the number of its files.

    The files are written aside and put in place whole; an earlier site in the folder is replaced.

    Raises:
        StoreError: the folder holds something else, or cannot be written.

    """
    go_back(folder, MARK)
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise StoreError(f"{folder}: holds files but no earlier site; choose a new or empty folder")
    aside = folder.with_name(f".{folder.name}.writing")
    try:
        rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        release(site.out, aside / RELEASE)
        count = _write_all(replace(site, release=aside / RELEASE), aside, report)
        swap(aside, folder)
    except OSError as problem:
        raise StoreError(f"{folder}: cannot be written: {problem.strerror or problem}") from problem
    finally:
        rmtree(aside, ignore_errors=True)
    return count


def _write_all(site: pages.Site, folder: Path, report: Progress) -> int:
    questions = dict.fromkeys(library.list_places(site))
    places = dict.fromkeys((*TOP, *_comparisons(site), *questions, *_things(site)))
    for number, place in enumerate(places):
        report(number, len(places))
        for language in LANGUAGES:
            view = View(place, language, Filed(place, language, places), {}, static=True)
            _write(folder / file_in(place, language), pages.render(site, view).html.encode())
        if place in questions:
            _write_downloads(site, folder, place)
        if place.startswith("doc/"):
            _write_rdf(site, folder, place)
    for ending in RDF_ENDINGS:
        _write(folder / file_of("ontology", ending), serialize(all_statements(site.atlas), ending))
    for asset in sorted(STATIC.iterdir()):
        _write(folder / "static" / asset.name, asset.read_bytes())
    _write(folder / "static" / "entries.js", _entries(site, places).encode())
    _write(folder / MARK, b"{}\n")
    return sum(1 for path in folder.rglob("*") if path.is_file())


def _comparisons(site: pages.Site) -> Iterator[str]:
    """Yield the places that compare: each indicator that has figures, over all years and in each year."""
    for iri, *_ in comparison.count_indicators(site.atlas):
        name = local_name(iri)
        yield f"compare/{name}"
        years = {figure.year for figure in figures_of_indicator(site.atlas, iri)} - {None}
        yield from (f"compare/{name}/{year}" for year in sorted(years, key=str))


def _things(site: pages.Site) -> Iterator[str]:
    """Yield the places of everything that has a page: things that pages tell of, and the concepts they are told in."""
    for query, name in ((THINGS, "thing"), (USED, "concept")):
        for row in ask(site.atlas.store, query):
            place = place_of(row[name])
            yield place
            if neighbours.kind_of(row[name]):
                yield f"graph/{place.removeprefix('doc/')}"


def _write_rdf(site: pages.Site, folder: Path, place: str) -> None:
    triples = describe(site.atlas, iri_of(place.removeprefix("doc/")))
    for ending in RDF_ENDINGS:
        if triples:
            _write(folder / file_of(place, ending), serialize(triples, ending))


def _write_downloads(site: pages.Site, folder: Path, place: str) -> None:
    view = View(place, VI, Filed(place, VI, ()), {}, static=True)
    for ending, body in library.write_files(site, view).items():
        _write(folder / file_of(place, ending), body)


def _entries(site: pages.Site, places: Container[str]) -> str:
    """Return what can be searched for as a script, since a file may not fetch another."""
    found = ((place_of(each.iri), each) for each in site.entries)
    told = [[each.label, each.kind, file_of(place), each.folded] for place, each in found if place in places]
    return f"const ENTRIES = {json.dumps(told, ensure_ascii=False, separators=(',', ':'))};\n"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
