"""The pages of the site: for each place a template and what it shows. The server and the static site use the same."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from builder import explainer, reviewer
from builder.artefacts import local_name
from builder.errors import QueryError, StoreError
from builder.explorer import comparison, description, figures, neighbours, overview, terms, things, units
from builder.explorer.atlas import Atlas, choose, open_atlas
from builder.explorer.choices import Choices, open_choices
from builder.explorer.rows import day
from builder.exporter import embeddable, write_schema_org
from builder.identifiers import BASE, web_address
from builder.quotations import cut
from builder.server import library
from builder.server.addresses import iri_of
from builder.server.asking import Answerer, InProcess
from builder.server.catalogue import BESIDE, catalogue_of
from builder.server.pictures import RELATIONS, pictures, walk
from builder.server.refusals import Refused
from builder.server.view import VI, Served, View
from builder.sparql import Answering
from builder.states import STATES
from builder.text import alphabetical
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    import jinja2

Context = dict[str, Any]
MOST_ROWS, MOST_UNITS = 300, 200  # that a comparison shows


@dataclass(frozen=True, slots=True)
class Site:
    """A build ready to be shown."""

    out: Path
    atlas: Atlas
    entries: Sequence[overview.Entry]
    choices: Choices
    answerer: Answerer  # of saved questions, and of queries that readers write
    release: Path | None = None  # the folder of a release, to be offered for download

    def asked_by(self, client: str) -> "Site":
        """Return the same site for one client, whose questions are charged to it."""
        return replace(self, answerer=self.answerer.charged_to(client))


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its status (RFC 9110)."""

    status: int
    html: str
    refused: Refused | None = None  # why a question on it has no answer


def open_site(out: Path, store: Answering, release: Path | None = None, *, answerer: Answerer | None = None) -> Site:
    """Return a build with what every page of it needs; without an answerer, queries run in this process."""
    atlas = open_atlas(store)
    entries = tuple(overview.list_entries(atlas))
    return Site(out, atlas, entries, open_choices(atlas), answerer or InProcess(store), release)


def warm(site: Site) -> None:
    """Load and count once what the first reader would otherwise wait for."""
    for place in ("index", "compare", "graph"):
        render(site, View(place, VI, Served(), {}))


def render(site: Site, view: View) -> Page:
    """Return the page of a place; one that does not exist is answered by a page that says so, with status 404."""
    for pattern, handler in PLACES:
        match = pattern.fullmatch(view.here)
        if match:
            try:
                shown = handler(site, view, *match.groups())
            except ValueError:  # what the address tells is no IRI, no year …
                shown = None
            if shown:
                return Page(shown[1].get("status", 200), fill(shown[0], site, view, shown[1]), shown[1].get("refused"))
    return show_error(site, view, 404)


def show_error(site: Site, view: View, status: int, message: str = "") -> Page:
    """Return a page that says what went wrong."""
    return Page(status, fill("error.html", site, view, {"status": status, "message": message}))


def fill(template: str, site: Site, view: View, context: Context) -> str:
    """Fill a template; everything that is put into it is escaped."""
    return (
        _environment().get_template(template).render(view=view, t=view.t, site=site, **_helpers(site, view), **context)
    )


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "local": local_name,
        "unit_key": comparison.unit_key,
        "decimal": Decimal,
        "as_day": day,
        "seconds": as_seconds,
        "short": short_name,
    }
    return environment


def _helpers(site: Site, view: View) -> Context:
    """Return what templates call: labels in the language of the page, and addresses."""

    def label(iri: str) -> str:
        return site.atlas.label(iri, view.language) if iri else ""

    return {
        "label": label,
        "choose": choose,
        "web_address": web_address,
        "states": STATES,
        "walk": lambda iri: walk(view, iri),
        **pictures(view, label),
    }


def _names(site: Site, view: View, things: Iterable[str]) -> dict[str, str]:
    """Return what things are called in the language of the page, by IRI; units with the province they lie in."""
    names = {iri: choose(labels, view.language) for iri, labels in site.atlas.labels(things).items()}
    units_named = [iri for iri in names if iri.startswith(f"{BASE}unit/")]
    for iri, (province, name) in figures.provinces_of(site.atlas, units_named).items():
        if iri != province:
            names[iri] = f"{names[iri]}, {name}"
    return names


def short_name(iri: str) -> str:
    """Return what to call a thing without a name: its IRI, for one of ours what stands behind the base."""
    return iri.removeprefix(BASE)


def as_seconds(seconds: float) -> Decimal:
    """Return a time as it is shown, to the millisecond, which is also the least."""
    return Decimal(f"{max(seconds, 0.001):.3f}")


# ---------------------------------------------------------------- overview


def home(site: Site, view: View) -> tuple[str, Context]:
    """Return the first page: what there is and where to begin."""
    indicators = comparison.count_indicators(site.atlas)
    return "home.html", {
        "counts": overview.count_things(site.atlas),
        "provinces": overview.provinces(site.atlas),
        "indicators": indicators[:8],
        "first": local_name(indicators[0][0]) if indicators else "",
    }


def localities(site: Site, view: View) -> tuple[str, Context]:
    """Return every unit of which pages tell, by province."""
    provinces = overview.provinces(site.atlas)
    elsewhere = [each for each in overview.localities(site.atlas) if not each.province]
    return "localities.html", {"provinces": provinces, "elsewhere": elsewhere}


def indicators(site: Site, view: View) -> tuple[str, Context]:
    """Return every indicator that has figures."""
    return "indicators.html", {"indicators": comparison.count_indicators(site.atlas)}


def initiatives(site: Site, view: View) -> tuple[str, Context]:
    """Return every initiative, by kind."""
    found = things.all_initiatives(site.atlas)
    return "initiatives.html", {"initiatives": found}


def documents(site: Site, view: View) -> tuple[str, Context]:
    """Return every page that was read, and every legal document cited."""
    return "documents.html", {"documents": things.all_documents(site.atlas)}


def legal_documents(site: Site, view: View) -> tuple[str, Context]:
    """Return every legal document that a page cites."""
    return "legal-documents.html", {"legal": things.all_legal(site.atlas)}


def search(site: Site, view: View) -> tuple[str, Context]:
    """Return what a text may mean."""
    text = view.params.get("q", "")[:200]
    return "search.html", {"text": text, "found": overview.search(site.entries, text)}


def ontology(site: Site, view: View) -> tuple[str, Context]:
    """Return the classes, properties and schemes of concepts of the graph."""
    found = terms.list_terms(site.atlas)
    mentioned = {iri for term in found for pair in term.relations for iri in pair}
    return "ontology.html", {
        "terms": found,
        "schemes": terms.list_schemes(site.atlas),
        "names": _names(site, view, mentioned),
    }


def data(site: Site, view: View) -> tuple[str, Context]:
    """Return what can be downloaded, and how programs ask."""
    catalogue = catalogue_of(site.out, site.release, site.atlas)
    told = Markup(embeddable(write_schema_org(catalogue)))  # noqa: S704  no "<" is left in it
    return "data.html", {"catalogue": catalogue, "schema_org": told, "beside": BESIDE if site.release else ()}


# ---------------------------------------------------------------- one thing


def unit(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return the page about a unit or one of its versions."""
    asked = iri_of(path)
    found = units.find_unit(site.atlas, asked)
    if found is None:
        return None
    shown = next((version for version in found.versions if version.iri == asked), found.latest)
    within = comparison.told_within(site.atlas, shown.iri) if local_name(shown.level) == "province" else ()
    return "unit.html", {
        "unit": found,
        "shown": shown,
        "groups": units.by_indicator(found.figures),
        "within": within,
        "asked": asked,
        "key": comparison.unit_key(shown.iri),
    }


def observation(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return the page about a number of a page, whatever its state: the evidence first."""
    asked = iri_of(path)
    try:
        found = explainer.explain(site.atlas.store, asked)
    except QueryError:
        return None
    return "observation.html", {"told": found, "document": description.document_of(site.atlas, asked)}


def document(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return the page about a page: its text with the evidence marked, and what was read from it."""
    asked = iri_of(path)
    told = things.find_document(site.atlas, asked)
    if told is None:
        return None
    try:
        reviewed = reviewer.review_page(site.atlas.store, site.out / "texts", asked)
    except StoreError:
        return None
    rows = {span: number for number in reversed(reviewed.numbers) for span in number.spans}
    named = things.spans_of_initiatives(site.atlas, asked)
    return "document.html", {
        "document": told,
        "about": things.units_about(site.atlas, asked),
        "pieces": cut(reviewed.text, {*rows, *named}),
        "numbers": rows,
        "named": named,
        "reviewed": reviewed,
        "initiatives": things.initiatives_of_document(site.atlas, asked),
        "legal": things.legal_cited_by(site.atlas, asked),
    }


def indicator(site: Site, view: View, name: str) -> tuple[str, Context] | None:
    """Return the page about an indicator: what it means and who reports it."""
    asked = NAMESPACES["ind"] + name
    if asked not in site.atlas.concepts:
        return None
    found = figures.figures_of_indicator(site.atlas, asked)

    def place(figure: figures.Figure) -> tuple[object, ...]:
        return alphabetical(figure.province_name), alphabetical(figure.name), figures.newest_first(figure)

    return "indicator.html", {
        "iri": asked,
        "name": name,
        "statements": description.statements_of(site.atlas, asked),
        "figures": sorted(
            found, key=lambda f: (alphabetical(f.province_name), alphabetical(f.name), figures.newest_first(f))
        ),
    }


def initiative(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return the page about an initiative of one unit."""
    found = things.find_initiative(site.atlas, iri_of(path))
    if found is None:
        return None
    alike = things.initiatives_of_kind(site.atlas, found.model) if found.model else []
    quoted = description.quotations_of(site.atlas, found.iri)
    return "initiative.html", {
        "initiative": found,
        "alike": [each for each in alike if each.iri != found.iri],
        "quotations": quoted,
    }


def model(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return the page about a model or a kind of initiative: who runs it."""
    asked = iri_of(path)
    found = things.initiatives_of_kind(site.atlas, asked)
    name = choose(site.atlas.labels([asked]).get(asked, {}), view.language)
    return ("model.html", {"iri": asked, "name": name, "initiatives": found}) if found else None


def legal(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return the page about a legal document: who cites it, and what rests on it."""
    asked = iri_of(path)
    found = things.find_legal(site.atlas, asked)
    if found is None:
        return None
    naming = [s for s in description.naming(site.atlas, asked) if "/id/change/" in s.iri]
    return "legal.html", {
        "legal": found,
        "documents": things.documents_citing(site.atlas, asked),
        "initiatives": things.initiatives_on_basis(site.atlas, asked),
        "naming": naming,
        "names": _names(site, view, (s.iri for s in naming)),
    }


def resource(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return the page about a thing of any other kind: its properties and what names it."""
    asked = iri_of(path)
    told = description.statements_of(site.atlas, asked)
    naming = description.naming(site.atlas, asked)
    if not told and not naming:
        return None
    mentioned = {s.iri for s in (*told, *naming) if s.iri} | {s.property for s in (*told, *naming)} | {asked}
    return "resource.html", {
        "iri": asked,
        "told": told,
        "naming": naming,
        "names": _names(site, view, mentioned),
    }


# ---------------------------------------------------------------- comparison


def compare(site: Site, view: View, name: str | None = None, year: str | None = None) -> tuple[str, Context] | None:
    """Return figures of one indicator side by side."""
    counted = comparison.count_indicators(site.atlas)
    name = view.params.get("indicator") or name or (local_name(counted[0][0]) if counted else "")
    if NAMESPACES["ind"] + name not in site.atlas.concepts:
        return None
    asked = view.params
    choice = comparison.Choice(
        indicator=name,
        year=int(asked.get("year") or year or 0) or None,
        level=asked.get("level", ""),
        work=asked.get("work", ""),
        province=asked.get("province", ""),
        units=tuple(asked.get("units", "").split()),
        status=asked.get("status", comparison.TOLD),
        carried=asked.get("geography") == "as-of",
    )
    found = comparison.compare(site.atlas, choice, view.language)
    return "compare.html", {
        "choice": choice,
        "found": found,
        "indicators": counted,
        "iri": NAMESPACES["ind"] + name,
        "most_rows": MOST_ROWS,
        "most_units": MOST_UNITS,
    }


# ---------------------------------------------------------------- the graph


def graph(site: Site, view: View) -> tuple[str, Context]:
    """Return which provinces share which models."""
    return "overview.html", {"shared": neighbours.shared_models(site.atlas)}


def neighbourhood(site: Site, view: View, path: str) -> tuple[str, Context] | None:
    """Return what a thing is linked with, as a picture and as a table."""
    found = neighbours.find_neighbours(site.atlas, iri_of(path), view.language)
    if found is None:
        return None
    via = {near.iri: near.label for near in found.near}
    return "graph.html", {"found": found, "relations": RELATIONS, "via": via}


Handler = Callable[..., tuple[str, Context] | None]
PLACES: Sequence[tuple[re.Pattern[str], Handler]] = [
    (re.compile(pattern), handler)
    for pattern, handler in (
        ("index", home),
        ("localities", localities),
        ("indicators", indicators),
        ("initiatives", initiatives),
        ("documents", documents),
        ("legal-documents", legal_documents),
        ("search", search),
        ("ontology", ontology),
        ("data", data),
        (r"compare(?:/([a-z0-9-]+)(?:/(\d{4}))?)?", compare),
        ("questions", library.questions),
        (library.PLACE.pattern, library.question),
        ("graph", graph),
        (r"graph/(.+)", neighbourhood),
        (r"doc/(unit/.+)", unit),
        (r"doc/((?:observation|review|candidate)/[0-9a-f]{16})", observation),
        (r"doc/(document/.+)", document),
        (r"doc/concept/indicator/([a-z0-9-]+)", indicator),
        (r"doc/(initiative/.+)", initiative),
        (r"doc/((?:model|concept/initiative-kind)/.+)", model),
        (r"doc/(legal/.+)", legal),
        (r"doc/(.+)", resource),
    )
]
