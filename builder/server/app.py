"""The web application: routes, languages, formats and headers."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from builder.explorer.description import describe
from builder.explorer.terms import all_statements
from builder.exporter import write_void
from builder.server import pages
from builder.server.addresses import CONCEPT_PART, MEDIA, RDF_ENDINGS, iri_of, split_ending
from builder.server.catalogue import catalogue_of
from builder.server.linked_data import serialize
from builder.server.media import best_media
from builder.server.refusals import Refused
from builder.server.view import LANGUAGES, VI, Served, View

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_VARY = {"Vary": "Accept"}
_OPEN = {"Access-Control-Allow-Origin": "*"}
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def make_app(site: pages.Site, more: "list[BaseRoute] | None" = None) -> Starlette:
    """Return the application that shows a build; ``more`` are routes that come before the pages."""
    routes: list[BaseRoute] = [
        *(more or []),
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/id/{path:path}", _redirect_thing),
        Route("/doc/{path:path}", _show_thing),
        *([Mount("/release", StaticFiles(directory=site.release))] if site.release else []),
        Route("/.well-known/void", _show_void),
        Route("/ontology", _choose_ontology),
        Route("/ontology.{ending}", _show_ontology),
        Route("/{path:path}", _show_place),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(_Headers), Middleware(GZipMiddleware, minimum_size=500)])
    app.state.site = site
    return app


class _Headers:
    """Puts the headers of security on every answer."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                told = {name.lower() for name, _ in message["headers"]}
                more = [(n.lower().encode(), v.encode()) for n, v in HEADERS.items() if n.lower().encode() not in told]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


# ---------------------------------------------------------------- languages and formats


def view_of(request: Request, place: str) -> View:
    """Return how to show a place: in the language that the address asks for, else in that of the reader."""
    accepted = parse_accept_header(request.headers.get("accept-language"), LanguageAccept)
    default = accepted.best_match(LANGUAGES, VI) or VI
    asked = request.query_params.get("lang", "")
    params = {name: " ".join(request.query_params.getlist(name)) for name in request.query_params if name != "lang"}
    links = Served(request.scope.get("root_path", ""), default)
    return View(place, asked if asked in LANGUAGES else default, links, params)


def _format(request: Request) -> str:
    """Return the ending of the format that the reader likes best; "" where we have none of those accepted."""
    best = best_media(request.headers.get("accept", "*/*"), list(MEDIA.values()))
    return next((ending for ending, media in MEDIA.items() if media == best), "")


def _path_of(request: Request, before: str) -> str:
    """Return the path behind a prefix, percent-encoded as it was sent."""
    raw = request.scope["raw_path"].split(b"?", 1)[0].decode("ascii", "replace")
    return str(raw).removeprefix(request.scope.get("root_path", "")).removeprefix(before)


# ---------------------------------------------------------------- linked data


async def _redirect_thing(request: Request) -> Response:
    """Send from a thing to the document about it, in the format asked for (status 303)."""
    return _see_other(request, _path_of(request, "/id/"))


def _see_other(request: Request, path: str) -> Response:
    ending = _format(request)
    if not ending:
        return PlainTextResponse(f"none of the formats accepted; there are {', '.join(MEDIA.values())}\n", 406, _VARY)
    asked = {"lang": request.query_params["lang"]} if "lang" in request.query_params and ending == "html" else {}
    target = f"{request.scope.get('root_path', '')}/doc/{path}.{ending}" + (f"?{urlencode(asked)}" if asked else "")
    return RedirectResponse(target, 303, _VARY)


async def _show_thing(request: Request) -> Response:
    """Return the document about a thing, as a page or as RDF by the ending of its address."""
    path, ending = split_ending(_path_of(request, "/doc/"))
    site: pages.Site = request.app.state.site
    if not ending:
        return _see_other(request, path)
    if ending == "html":
        return await _page(request, f"doc/{path}")
    try:
        triples = await run_in_threadpool(describe, site.atlas, iri_of(path))
    except ValueError:
        triples = []
    if not triples:
        return PlainTextResponse("the graph knows no such thing\n", 404)
    thing, page = iri_of(path), str(request.url.replace(path=f"/doc/{path}.html", query=""))
    headers = {"Link": f'<{thing}>; rel="describes", <{page}>; rel="alternate"; type="text/html"', **_OPEN}
    body = await run_in_threadpool(serialize, triples, ending)
    return Response(body, media_type=MEDIA[ending], headers=headers)


async def _choose_ontology(request: Request) -> Response:
    """Return the ontology in the format asked for; its terms are parts of this one document."""
    ending = _format(request)
    if ending and ending != "html":
        return await _send_ontology(request, ending)
    response = await _page(request, "ontology")
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


async def _show_ontology(request: Request) -> Response:
    ending = request.path_params["ending"]
    return await _send_ontology(request, ending) if ending in RDF_ENDINGS else await _page(request, "nothing")


async def _send_ontology(request: Request, ending: str) -> Response:
    site: pages.Site = request.app.state.site
    body = await run_in_threadpool(lambda: serialize(all_statements(site.atlas), ending))
    return Response(body, media_type=MEDIA[ending], headers={**_VARY, **_OPEN})


async def _show_void(request: Request) -> Response:
    """Return the description of the data set where programs look for it (VoID, section 7.2)."""
    site: pages.Site = request.app.state.site
    text = await run_in_threadpool(lambda: write_void(catalogue_of(site.out, site.release, site.atlas)))
    return Response(text, media_type=MEDIA["ttl"], headers=_OPEN)


async def _show_place(request: Request) -> Response:
    """Return a page that is not about one thing; the IRI of a concept leads to the document about it."""
    path = _path_of(request, "/").rstrip("/")
    site: pages.Site = request.app.state.site
    if iri_of(CONCEPT_PART + path) in site.atlas.concepts:
        return _see_other(request, CONCEPT_PART + path)
    return await _page(request, path or "index")


async def _page(request: Request, place: str) -> Response:
    view = view_of(request, place)
    page = await run_in_threadpool(pages.render, site_for(request), view)
    return HTMLResponse(page.html, page.status, page_headers(view, page.refused))


def site_for(request: Request) -> pages.Site:
    """Return the site as its client may ask it."""
    site: pages.Site = request.app.state.site
    return site.asked_by(request.client.host if request.client else "")


def page_headers(view: View, refused: Refused | None) -> dict[str, str]:
    """Return the headers of a page; one that has no answer yet tells when to come back (RFC 9110, section 10.2.3)."""
    headers = {"Content-Language": view.language, "Vary": "Accept-Language"}
    return headers | ({"Retry-After": str(refused.retry_after)} if refused and refused.retry_after else {})
