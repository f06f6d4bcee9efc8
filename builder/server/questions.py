"""Routes of the question library besides its pages: downloads, the JSON API, and the page for queries of one's own.

The API answers at ``/api/questions`` and ``/api/questions/NAME``; ``/api/openapi.json`` describes it. What goes wrong
is told as problem details (RFC 9457).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from builder import queries
from builder.errors import QueryError
from builder.headings import HEADINGS
from builder.queries import SavedQuery
from builder.server import free, library, pages
from builder.server.answers import ENDINGS, number_of, write_download
from builder.server.app import page_headers, site_for, view_of
from builder.server.forms import WrongValues
from builder.server.media import best_media
from builder.server.openapi import API, FORMATS, JSON, PROBLEM, describe_api
from builder.server.protocol import NotAcceptable, read_parameters
from builder.server.refusals import Refused
from builder.server.view import LANGUAGES, View

OPEN = {"Access-Control-Allow-Origin": "*"}  # anybody may read the answers from a page of their own
LARGEST_EXACT = 2**53  # of whole numbers in JSON (RFC 8259, section 6)

Handler = Callable[[Request], Response]


def question_routes() -> list[BaseRoute]:
    """Return the routes; they look for the site in the state of the application."""
    endings = sorted(ENDINGS, key=len, reverse=True)  # "spreadsheet.csv" before "csv"
    return [
        *(Route(f"/questions/{{name:str}}.{ending}", _threaded(_download(ending))) for ending in endings),
        Route(f"{API}/openapi.json", _threaded(_openapi)),
        Route(f"{API}/questions", _threaded(_list_questions)),
        Route(f"{API}/questions/{{name:str}}", _threaded(_ask_question)),
        Route("/query", _query, methods=["GET", "POST"]),
    ]


def _threaded(handler: Handler) -> Any:
    """Let a handler wait for the store in a thread, and tell what went wrong as problem details."""

    @wraps(handler)
    async def run(request: Request) -> Response:
        try:
            return await run_in_threadpool(handler, request)
        except Refused as refused:
            return _problem(refused.status, refused.english, refused.vietnamese, refused)
        except QueryError as problem:
            name = request.path_params.get("name", "")
            return _problem(404, str(problem), f"không có câu hỏi “{name}”")

    return run


def _problem(status: int, english: str, vietnamese: str, refused: Refused | None = None) -> Response:
    told: dict[str, Any] = {"status": status, "title": english, "title_vi": vietnamese}
    if isinstance(refused, WrongValues):
        told["parameters"] = {name: {"vi": vi, "en": en} for name, (vi, en) in refused.messages.items()}
    headers = {**OPEN, **({"Retry-After": str(refused.retry_after)} if refused and refused.retry_after else {})}
    return Response(_json(told), status, headers, PROBLEM)


def _json(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _values(request: Request) -> dict[str, str]:
    """Return the parameters of a question that an address gives."""
    return dict(request.query_params)


# ---------------------------------------------------------------- downloads and API


def _download(ending: str) -> Handler:
    def download(request: Request) -> Response:
        name = request.path_params["name"]
        asked = library.ask(site_for(request), name, _values(request))
        body = write_download(asked.rows, ending, view_of(request, f"questions/{name}"))
        headers = {**OPEN, "Content-Disposition": f'attachment; filename="{name}.{ending}"'}
        return Response(body, 200, headers, ENDINGS[ending])

    download.__name__ = f"download_{ending}"
    return download


def _openapi(request: Request) -> Response:
    return Response(_json(describe_api(request.scope.get("root_path", ""))), 200, OPEN, JSON)


def _list_questions(request: Request) -> Response:
    root = request.scope.get("root_path", "")
    told = [_describe(query, root) for query in queries.catalogue()]
    return Response(_json({"questions": told}), 200, OPEN, JSON)


def _describe(query: SavedQuery, root: str) -> dict[str, Any]:
    return {
        "name": query.name,
        "url": f"{root}{API}/questions/{query.name}",
        "summary": dict(query.summary),
        "description": dict(query.description),
        "tags": list(query.tags),
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "label": dict(parameter.label),
                "default": parameter.default,
                "optional": parameter.optional,
            }
            for parameter in query.parameters
        ],
    }


def _ask_question(request: Request) -> Response:
    """Answer a question in the format asked for, by itself as JSON with one object for each row."""
    media = _choose_format(request)
    asked = library.ask(site_for(request), request.path_params["name"], _values(request))
    headers = {**OPEN, "Vary": "Accept"}
    if media != JSON:
        ending = {"text/csv": "csv"}.get(media, "json")
        return Response(write_download(asked.rows, ending, _view(request)), 200, headers, ENDINGS[ending])
    return Response(_json(_tell(asked)), 200, headers, JSON)


def _view(request: Request) -> View:
    return view_of(request, "questions")


def _choose_format(request: Request) -> str:
    named = request.query_params.get("format")
    if named is not None and named not in FORMATS:
        known = ", ".join(FORMATS)
        raise WrongValues(
            {"format": (f"không có định dạng “{named}”; có {known}", f"no format “{named}”; there are {known}")}
        )
    if named is not None:
        return FORMATS[named]
    offers = list(FORMATS.values())
    best = best_media(request.headers.get("accept") or "*/*", offers)
    if best is None:
        raise NotAcceptable(f"there are {', '.join(offers)}", f"có {', '.join(offers)}")
    return best


def _tell(asked: library.Asked) -> dict[str, Any]:
    columns = asked.rows.columns
    return {
        "question": asked.query.name,
        "parameters": dict(asked.values),
        "columns": [
            {"name": name, "label": dict(zip(("vi", "en"), HEADINGS.get(name, (name, name)), strict=True))}
            for name in columns
        ],
        "count": len(asked.rows.rows),
        "rows": [dict(zip(columns, map(_value, row), strict=True)) for row in asked.rows.rows],
        "query": asked.text,
    }


def _value(term: Any) -> str | int | float | bool | None:
    """Return a term as a value of JSON: numbers as numbers where JSON can tell them, addresses and days as text."""
    if term is None:
        return None
    number = number_of(term)
    if number is not None and number == number.to_integral_value() and abs(number) <= LARGEST_EXACT:
        return int(number)
    if number is not None and number == type(number)(repr(float(number))):
        return float(number)
    if getattr(getattr(term, "datatype", None), "value", "").endswith("#boolean"):
        return str(term.value) in ("true", "1")
    return str(term.value)


# ---------------------------------------------------------------- queries of one's own


async def _query(request: Request) -> Response:
    """Show the page for queries; a short query that was sent is asked at an address that can be kept."""
    view, site = view_of(request, "query"), site_for(request)
    try:
        sent: Mapping[str, list[str]] = await read_parameters(request)
    except Refused as refused:
        return PlainTextResponse(f"{refused.english}\n", refused.status)
    text = next(iter(sent.get("query", [])), "").replace("\r\n", "\n")
    if request.method == "POST":
        asked = next(iter(sent.get("lang", [])), view.language)
        view = replace(view, language=asked if asked in LANGUAGES else view.language)
        if text and len(text) <= free.SHORT:
            return RedirectResponse(view.to("query", query=text), 303)
    if text.strip():
        context = await run_in_threadpool(free.ask_freely, site.answerer, site.atlas, view, text)
    else:
        context = free.blank(site.answerer.limits)
    html = await run_in_threadpool(pages.fill, "query.html", site, view, context)
    problem = context["problem"]
    return HTMLResponse(html, context["status"], page_headers(view, problem.refused if problem else None))
