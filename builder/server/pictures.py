"""Pictures for templates: figures as bars, trends and points, and what a thing is linked with."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, cast

from markupsafe import Markup

from builder import drawing
from builder.artefacts import local_name
from builder.coordinates import Coordinates, load_coordinates, locate
from builder.explorer.figures import Figure, newest_first
from builder.explorer.neighbours import Neighbourhood, Shared, kind_of
from builder.gazetteer import load_gazetteer
from builder.identifiers import BASE
from builder.server.addresses import place_of
from builder.server.charts import language_of
from builder.server.view import View

MOST_BARS, MOST_LINES = 60, 8
PROVINCE_CODE = 2  # digits
KINDS = {"model": "initiative", "legal": "law", "observation": "figure"}  # as drawn
RELATIONS: Mapping[str, tuple[str, str]] = {
    "lies-in": ("thuộc", "lies in"),
    "reports": ("có số liệu về", "reports"),
    "runs": ("thực hiện", "runs"),
    "told-by": ("nêu trong trang", "told by"),
    "contains": ("trong địa bàn", "contains"),
    "became": ("về sau là", "became"),
    "came-from": ("trước đây là", "came from"),
    "reported-by": ("có số liệu của", "reported by"),
    "part-of": ("là một phần của", "part of"),
    "has-part": ("gồm", "has the part"),
    "divides": ("tính từ", "divides"),
    "divided-in": ("dùng để tính", "used by"),
    "run-by": ("do", "run by"),
    "of-kind": ("thuộc loại", "is a"),
    "carried-out-by": ("cơ quan", "carried out by"),
    "rests-on": ("căn cứ", "rests on"),
    "cited-by": ("được viện dẫn trong", "cited by"),
    "basis-of": ("là căn cứ của", "basis of"),
    "about": ("viết về", "about"),
    "states": ("nêu số liệu về", "states"),
    "tells-of": ("nói đến", "tells of"),
    "cites": ("viện dẫn", "cites"),
    "published-by": ("nơi đăng", "published by"),
    "of-unit": ("của đơn vị", "of the unit"),
    "of-indicator": ("về chỉ tiêu", "of the indicator"),
    "also-run-by": ("cùng mô hình", "runs the same model"),
    "also-reported-by": ("cùng chỉ tiêu", "reports the same"),
}


def pictures(view: View, label: Callable[[str], str]) -> dict[str, Callable[..., Markup]]:
    """Return what templates call to draw: functions of what is drawn and a title; ``label`` names concepts."""

    def safe(draw: Callable[[View, Any, str], str]) -> Callable[[Any, str], Markup]:
        return lambda drawn, title: Markup(draw(view, drawn, title))  # noqa: S704  drawing escapes what it is given

    return {
        "bars": safe(_bars),
        "chart": safe(partial(_chart, label)),
        "trends": safe(_trends),
        "dots": safe(_dots),
        "network": safe(_network),
        "sharing": safe(_sharing),
    }


def _measure(figures: Sequence[Figure]) -> drawing.Measure:
    return cast("drawing.Measure", local_name(figures[0].measure) or "count")


def _bars(view: View, figures: Sequence[Figure], title: str) -> str:
    """Draw the highest figures; a table beside it has them all."""
    shown = figures[:MOST_BARS]
    rows = [
        drawing.Bar(
            label=figure.name,
            value=figure.value,
            printed=view.amount(figure.value, figure.measure),
            href=view.thing(figure.iri),
            note=_note(view, figure),
            bound=_bound(figure),
        )
        for figure in shown
    ]
    return drawing.bars(rows, title=title, measure=_measure(shown), language=language_of(view), name="bars")


def _note(view: View, figure: Figure) -> str:
    told = (view.period(figure.start, figure.end) if figure.end else "", figure.agency)
    return ", ".join(part for part in told if part)


def _bound(figure: Figure) -> drawing.Bound:
    return cast("drawing.Bound", local_name(figure.bound) or "exact")


def _trends(view: View, figures: Sequence[Figure], title: str) -> str:
    """Draw the units that have figures of several periods, each told without tier and agency, the most told first."""
    series: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        if figure.end and not figure.agency:
            series.setdefault((figure.unit, figure.level), []).append(figure)
    told = [group for group in series.values() if len({figure.end for figure in group}) > 1]
    told.sort(key=lambda group: (-len(group), group[0].name, group[0].level))
    if not told:
        return ""
    lines = [
        drawing.Series(group[0].name, tuple(_point(view, figure) for figure in group)) for group in told[:MOST_LINES]
    ]
    return drawing.trends(lines, title=title, measure=_measure(figures), language=language_of(view), name="trends")


def _point(view: View, figure: Figure) -> drawing.TrendPoint:
    assert figure.end is not None
    printed = view.amount(figure.value, figure.measure)
    return drawing.TrendPoint(figure.start, figure.end, figure.value, printed, view.thing(figure.iri), _bound(figure))


def _chart(label: Callable[[str], str], view: View, figures: Sequence[Figure], title: str) -> str:
    """Draw the figures of one unit over time, nothing where there are too few to see a course."""
    if len({figure.end for figure in figures if figure.end and not figure.agency}) < 3:
        return ""
    lines: dict[str, list[drawing.TrendPoint]] = {}
    for figure in figures:
        if figure.end and not figure.agency:
            lines.setdefault(figure.level, []).append(_point(view, figure))
    series = [
        drawing.Series(label(level) or view.t("tính chung", "all levels"), tuple(points))
        for level, points in sorted(lines.items())
    ]
    key = f"trend-{local_name(figures[0].indicator)}"
    return drawing.trends(series, title=title, measure=_measure(figures), language=language_of(view), name=key)


def _dots(view: View, figures: Sequence[Figure], title: str) -> str:
    """Draw one point per unit: its newest figure."""
    newest: dict[str, Figure] = {}
    for figure in sorted(figures, key=newest_first):
        newest.setdefault(figure.unit, figure)
    rows = [
        drawing.Dot(
            figure.name,
            place_of_version(figure.version.removeprefix(f"{BASE}unit/")),
            figure.value,
            view.amount(figure.value, figure.measure),
            view.thing(figure.iri),
        )
        for figure in newest.values()
    ]
    around = [place for code, place in load_coordinates().items() if len(code) == PROVINCE_CODE]
    return drawing.dots(
        rows, title=title, around=around, measure=_measure(figures), language=language_of(view), name="dots"
    )


@lru_cache(maxsize=20_000)
def place_of_version(key: str) -> Coordinates | None:
    """Return where a version of a unit lies or lay, by its key; None where that is not known."""
    gazetteer = load_gazetteer()
    version = gazetteer.versions.get(key)
    return locate(version, gazetteer, load_coordinates()) if version else None


def _network(view: View, found: Neighbourhood, title: str) -> str:
    """Draw what a thing is linked with; a box leads to what is linked with that."""

    def node(iri: str, label: str, kind: str, relation: str, times: int = 1) -> drawing.Node:
        note = f"× {times}" if times > 1 else ""
        return drawing.Node(iri, label, kind, view.t(*RELATIONS[relation]) if relation else "", walk(view, iri), note)

    nodes = {near.iri: node(near.iri, near.label, near.kind, near.relation, near.times) for near in found.near}
    for far in found.far:
        nodes.setdefault(far.iri, node(far.iri, far.label, far.kind, far.relation))
    edges = [drawing.Edge(found.iri, near.iri, view.t(*RELATIONS[near.relation])) for near in found.near]
    edges += [drawing.Edge(far.via, far.iri, view.t(*RELATIONS[far.relation])) for far in found.far]
    centre = drawing.Node(found.iri, found.label, KINDS.get(found.kind, found.kind), "", view.thing(found.iri))
    return drawing.neighbourhood(
        centre, list(nodes.values()), edges, title=title, language=language_of(view), name="network"
    )


def walk(view: View, iri: str) -> str:
    """Return where the graph around a thing is, or the page about it where there is none."""
    place = place_of(iri).removeprefix("doc/").partition("#")[0]
    drawn = kind_of(iri) and view.links.has(f"graph/{place}")
    return view.to(f"graph/{place}") if drawn else view.thing(iri)


def _sharing(view: View, shared: Sequence[Shared], title: str) -> str:
    """Draw the models that several provinces share."""
    provinces = Counter(model for model, _ in {(each.model, each.province) for each in shared})
    rows = [
        drawing.Adoption(each.province_label, each.label, each.units, walk(view, each.province), walk(view, each.model))
        for each in shared
        if provinces[each.model] > 1
    ]
    return drawing.overview(rows, title=title, language=language_of(view), name="sharing")
