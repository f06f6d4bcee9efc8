"""The saved questions as pages: a list, and for each its form, its answer as table and chart, and its query."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder import queries
from builder.errors import QueryError
from builder.explorer.choices import LEVELS
from builder.explorer.comparison import Option
from builder.queries import Parameter, Rows, SavedQuery
from builder.server.answers import ENDINGS, lay_out, write_download
from builder.server.charts import draw_answer
from builder.server.forms import WrongValues, every, list_fields, offered, read_values
from builder.server.refusals import Refused
from builder.server.view import VI, Served, View

if TYPE_CHECKING:
    from builder.server.pages import Site

PLACE = re.compile(r"questions/(?P<name>[a-z0-9-]+)(?:/(?P<parameter>\w+)-(?P<value>[A-Za-z0-9-]+))?")
MOST_VARIANTS = 24  # of one parameter, that a static site has answers for
TAGS: Mapping[str, tuple[str, str]] = {
    "indicator": ("Chỉ tiêu", "Indicators"),
    "comparison": ("So sánh", "Comparison"),
    "province": ("Theo tỉnh", "By province"),
    "level": ("Theo cấp", "By level"),
    "target": ("Mục tiêu", "Targets"),
    "staff": ("Cán bộ, công chức", "Staff"),
    "online": ("Dịch vụ công trực tuyến", "Online services"),
    "initiative": ("Sáng kiến", "Initiatives"),
    "one-stop": ("Một cửa", "One-stop shop"),
    "legal": ("Văn bản", "Legal documents"),
    "document": ("Trang nguồn", "Pages"),
    "unit": ("Đơn vị hành chính", "Administrative units"),
    "time": ("Theo thời gian", "Over time"),
    "evidence": ("Dẫn chứng", "Evidence"),
    "quality": ("Chất lượng dữ liệu", "Quality of the data"),
    "coverage": ("Mức độ bao phủ", "Coverage"),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A precomputed answer: one parameter with another value than its own."""

    place: str
    parameter: Parameter
    option: Option


def questions(site: "Site", view: View) -> tuple[str, dict[str, Any]]:
    """Return the saved questions by tag; a question stands under its first tag, the others are told beside it."""
    groups: dict[str, list[SavedQuery]] = {tag: [] for tag in TAGS}
    for query in queries.catalogue():
        groups.setdefault(query.tags[0], []).append(query)
    return "questions.html", {"groups": {tag: found for tag, found in groups.items() if found}, "tags": TAGS}


def question(
    site: "Site", view: View, name: str, parameter: str | None = None, value: str | None = None
) -> tuple[str, dict[str, Any]] | None:
    """Return a saved question with its answer; what is wrong with a value stands beside its field (status 400)."""
    try:
        query = queries.load(name)
    except QueryError:
        return None
    values, messages = read_values(query, {**({parameter: value} if parameter and value else {}), **view.params})
    context = {
        "query": query,
        "place": view.here if view.static else f"questions/{name}",
        "values": values,
        "messages": messages,
        "fields": list_fields(site.atlas, site.choices, query, values, messages, view),
        "variants": list(variants(site, query, view)) if view.static else (),
        "tags": TAGS,
        "status": 400 if messages else 200,
        "text": "",
        "answer": None,
        "refused": None,
    }
    if not messages:
        text = queries.bind(query, values)
        context["text"] = without_header(text)
        try:
            context |= _answer(site, view, query, values, text)
        except Refused as refused:
            context |= {"refused": refused, "status": refused.status}
    return "question.html", context


def _answer(site: "Site", view: View, query: SavedQuery, values: Mapping[str, str], text: str) -> dict[str, Any]:
    started = time.perf_counter()
    rows = site.answerer.answer(text)
    seconds = None if view.static else time.perf_counter() - started  # the files of a static site tell no time
    drawn = draw_answer(site.atlas, view, query, values, rows)
    return {"answer": lay_out(site.atlas, view, rows), "seconds": seconds, "drawn": drawn}


def without_header(text: str) -> str:
    """Return the text of a saved question without the lines that tell of it."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("#+")).strip() + "\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """A saved question, the values it was asked with, its text with them, and the answer."""

    query: SavedQuery
    values: Mapping[str, str]
    text: str
    rows: Rows


def ask(site: "Site", name: str, params: Mapping[str, str]) -> Asked:
    """Ask a saved question.

    Raises:
        QueryError: there is no such question.
        Refused: it does not take such a value (:class:`~builder.server.forms.WrongValues`), or there is no answer.

    """
    query = queries.load(name)
    values, messages = read_values(query, params)
    if messages:
        raise WrongValues(messages)
    text = queries.bind(query, values)
    told = {parameter.name: values.get(parameter.name, parameter.default) for parameter in query.parameters}
    return Asked(query, told, without_header(text), site.answerer.answer(text))


# ---------------------------------------------------------------- a static site


def variants(site: "Site", query: SavedQuery, view: View) -> Iterator[Variant]:
    """Yield what a static site answers of a question: each parameter varied alone, "any" and its likeliest values.

    Of the values of a parameter those that most things tell of are taken, at most ``MOST_VARIANTS``.
    """
    for parameter in query.parameters:
        found = [option for option in offered(site.atlas, site.choices, query, parameter, view) if _is_told(option)]
        likeliest = set(sorted(found, key=lambda option: -option.figures)[:MOST_VARIANTS])
        for option in (*every(parameter, view), *(option for option in found if option in likeliest)):
            if option.value != parameter.default:
                yield Variant(f"questions/{query.name}/{parameter.name}-{option.value}", parameter, option)


def _is_told(option: Option) -> bool:
    return option.figures > 0 or option.value in (*LEVELS, *queries.GEOGRAPHIES)


def list_places(site: "Site") -> Iterator[str]:
    """Yield every place of the question library that a static site has: the list, each question, each variant."""
    yield "questions"
    view = View("questions", VI, Served(), {}, static=True)
    for query in queries.catalogue():
        yield f"questions/{query.name}"
        yield from (variant.place for variant in variants(site, query, view))


def write_files(site: "Site", view: View) -> dict[str, bytes]:
    """Return the downloads of a place by their endings: of a question or a variant of one; the list has none."""
    found = PLACE.fullmatch(view.here)
    if found is None:
        return {}
    params = {found["parameter"]: found["value"]} if found["parameter"] else {}
    rows = ask(site, found["name"], params).rows
    return {ending: write_download(rows, ending, view) for ending in ENDINGS}
