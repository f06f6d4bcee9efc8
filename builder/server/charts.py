"""The chart that fits the answer to a saved question, if one does: bars by name, or lines over time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from markupsafe import Markup

from builder import drawing
from builder.artefacts import local_name
from builder.explorer.atlas import Atlas, values
from builder.explorer.comparison import INDICATORS
from builder.queries import ANY, Rows, SavedQuery
from builder.server.answers import is_year, number_of, translate
from builder.server.view import View
from builder.sparql import ask
from builder.vocabulary import CONCEPT_IDS, NAMESPACES

MOST_BARS, MOST_LINES = 40, 8
CHARTED: Mapping[str, str] = {  # the column of values -> the column of names
    "value": "unitLabel",
    "median": "provinceLabel",
    "spread": "provinceLabel",
    "difference": "unitLabel",
    "figures": "indicatorLabel",
    "localities": "modelLabel",
    "pages": "number",
}
COUNTED = frozenset({"figures", "localities", "pages"})  # no figures of an indicator
NOTES = ("provinceLabel", "workLevelLabel", "agencyLabel", "statusLabel")  # what tells rows of one name apart
MEASURE = "SELECT ?measure WHERE { ASKED cchc:measure ?measure }"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is drawn: a column of values by a column of names, and what the values are counted in."""

    value: str
    name: str
    measure: drawing.Measure
    title: str


def draw_answer(atlas: Atlas, view: View, query: SavedQuery, chosen: Mapping[str, str], rows: Rows) -> Markup | None:
    """Draw an answer; None where no chart fits, as with values of several indicators or of no number."""
    words = translate(atlas, view.language)
    found = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    plan = _plan(atlas, view, query, chosen, found)
    if plan is None:
        return None
    by_time = rows.columns and (is_year(rows.columns[0]) or rows.columns[0] == "periodEnd")
    drawn = _lines(atlas, view, found, plan, words) if by_time else _bars(atlas, view, found, plan, words)
    return Markup(drawn) if drawn else None  # noqa: S704  drawing escapes what it is given


def _plan(atlas: Atlas, view: View, query: SavedQuery, chosen: Mapping[str, str], rows: Sequence[Row]) -> _Plan | None:
    value = next((name for name in CHARTED if rows and name in rows[0] and CHARTED[name] in rows[0]), None)
    if value is None or not any(number_of(row[value]) is not None for row in rows):
        return None
    if value in COUNTED:
        return _Plan(value, CHARTED[value], "count", query.summary[view.language])
    told = {row["indicator"].value for row in rows if row.get("indicator") is not None} or _asked(query, chosen)
    if len(told) != 1:
        return None
    indicator = told.pop()
    return _Plan(value, CHARTED[value], _measure(atlas, indicator), atlas.label(indicator, view.language))


def _asked(query: SavedQuery, chosen: Mapping[str, str]) -> set[str]:
    """Return the indicators that a question was asked about."""
    named = [chosen.get(p.name, p.default) for p in query.parameters if p.type == "indicator"]
    return {name if ":" in name else INDICATORS + name for name in named if name != ANY}


def _measure(atlas: Atlas, indicator: str) -> drawing.Measure:
    try:
        row = next(ask(atlas.store, MEASURE.replace("ASKED", values([indicator]))), {"measure": ""})
    except ValueError:
        return "count"
    return cast("drawing.Measure", local_name(row["measure"]) or "count")


def _bars(atlas: Atlas, view: View, rows: Sequence[Row], plan: _Plan, words: Mapping[str, str]) -> str:
    bars: dict[tuple[str, str, Decimal], drawing.Bar] = {}
    notes = _telling(rows, [each for each in NOTES if each != plan.name])
    for row in rows:
        number, name = number_of(row[plan.value]), _text(row, plan.name)
        if number is not None and name:
            note = _join(row, notes, words)
            bar = drawing.Bar(
                name, number, _printed(view, number, plan), _href(view, row, plan), note, _bound(atlas, row)
            )
            bars.setdefault((name, note, number), bar)
    shown = list(bars.values())[:MOST_BARS]
    return drawing.bars(shown, title=plan.title, measure=plan.measure, language=language_of(view), name="answer")


def _lines(atlas: Atlas, view: View, rows: Sequence[Row], plan: _Plan, words: Mapping[str, str]) -> str:
    series: Mapping[str, list[drawing.TrendPoint]] = defaultdict(list)
    names = _telling(rows, [plan.name, *NOTES]) or [plan.name]
    for row in rows:
        number, (start, end) = number_of(row[plan.value]), _period(row)
        if number is not None and end is not None:
            name = _join(row, names, words)
            href = _href(view, row, plan)
            series[name].append(
                drawing.TrendPoint(start, end, number, _printed(view, number, plan), href, _bound(atlas, row))
            )
    most_told = sorted(series, key=lambda name: (-len(series[name]), name))[:MOST_LINES]
    drawn = [drawing.Series(name, tuple(series[name])) for name in most_told]
    return drawing.trends(drawn, title=plan.title, measure=plan.measure, language=language_of(view), name="answer")


def _telling(rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """Return the columns that tell rows apart."""
    return [column for column in columns if len({_text(row, column) for row in rows}) > 1]


def _join(row: Row, columns: Sequence[str], words: Mapping[str, str]) -> str:
    told = (_text(row, column) for column in columns)
    return ", ".join(words.get(text, text) for text in told if text)


def _period(row: Row) -> tuple[date | None, date | None]:
    """Return the first and last day that a row tells, or those of its year."""
    year = row.get("periodYear")
    days = _day(row.get("periodStart")), _day(row.get("periodEnd"))
    if days[1] is None and year is not None and year.value.isdecimal():
        return date(int(year.value), 1, 1), date(int(year.value), 12, 31)
    return days


def _day(term: Any) -> date | None:
    return date.fromisoformat(term.value[:10]) if term is not None else None


def _text(row: Row, column: str) -> str:
    term = row.get(column)
    return str(term.value) if term is not None else ""


def _printed(view: View, number: Decimal, plan: _Plan) -> str:
    return view.amount(number, plan.measure)


def _href(view: View, row: Row, plan: _Plan) -> str:
    """Return the page of the evidence, or of what the bar is named after."""
    for column in ("observation", plan.name.removesuffix("Label"), "legal"):
        term = row.get(column)
        if term is not None and column != plan.name:
            return view.thing(term.value)
    return ""


def _bound(atlas: Atlas, row: Row) -> drawing.Bound:
    label = _text(row, "boundLabel")
    bounds = (f"{NAMESPACES['bound']}{name}" for name in CONCEPT_IDS["bound"])
    found = next((iri for iri in bounds if label and atlas.concepts.get(iri, {}).get("vi") == label), "exact")
    return cast("drawing.Bound", local_name(found))


def language_of(view: View) -> drawing.Language:
    """Return the language of a page as drawings take it."""
    return cast("drawing.Language", view.language)
