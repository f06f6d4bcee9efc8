"""The SPARQL 1.1 Protocol: queries by GET and POST, and the description of the service; nothing is ever written.

Rules are from SPARQL 1.1 Protocol (section 2.1) and SPARQL 1.1 Service Description.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl

from builder.errors import StoreError
from builder.server.answering import GRAPHS, media_types
from builder.server.description import describe_service
from builder.server.guard import MAX_BYTES, Dataset, Query, look
from builder.server.media import best_media
from builder.server.refusals import Malformed, NotAllowed, Refused
from builder.server.throttle import Throttle
from builder.server.workers import Answer, Pool

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send

PATH = "/sparql"
FORM, DIRECT, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
METHODS = "GET, HEAD, POST, OPTIONS"
MAX_BODY = 8 * MAX_BYTES  # a query may triple in length when it is written into a form
MAX_PARAMETERS = 1_000
BODY_SECONDS = 10

SHORT_NAMES: Mapping[str, str] = {  # for format= and output=
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "turtle": "text/turtle",
    "nt": "application/n-triples",
    "ntriples": "application/n-triples",
    "rdf": "application/rdf+xml",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
}


class WrongMethod(Refused):
    """A method that the protocol does not have."""

    status = 405


class NotAcceptable(Refused):
    """The answer exists in none of the formats that the client takes."""

    status = 406


class TooSlow(Refused):
    """The body of a request did not arrive in time."""

    status = 408


class TooLarge(Refused):
    """The body of a request is too large."""

    status = 413


class WrongMediaType(Refused):
    """The body of a request has a media type that the protocol does not have."""

    status = 415


def sparql_routes(
    pool: Pool, throttle: Throttle | None = None, *, page: str = "/query", address: str = ""
) -> "list[Route]":
    """Return the routes of the endpoint.

    ``page`` is where a browser that asks for HTML is sent; ``address`` is what clients know the endpoint by, if it is
    not the address that they ask.
    """
    from starlette.routing import Route

    endpoint = Endpoint(pool, throttle or Throttle(0), page, address)
    return [Route(PATH, endpoint), Route(PATH + "/", endpoint)]


def endpoint_app(pool: Pool, throttle: Throttle | None = None) -> "Starlette":
    """Return a server of nothing but the endpoint."""
    from starlette.applications import Starlette

    return Starlette(routes=sparql_routes(pool, throttle))


class Endpoint:
    """The ASGI application behind the address of the endpoint."""

    allowed: ClassVar[dict[str, str]] = {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "Accept, Content-Type",
        "Access-Control-Max-Age": "86400",
        "Allow": METHODS,
    }

    def __init__(self, pool: Pool, throttle: Throttle, page: str, address: str) -> None:
        self._pool, self._throttle = pool, throttle
        self._page, self._address = page, address

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        from starlette.requests import Request

        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except Refused as refused:
            response = refuse(refused)
        except StoreError as problem:
            response = _plain(503, f"the store does not answer: {problem}", f"kho dữ liệu không trả lời: {problem}")
        response.headers.update(HEADERS)
        await response(scope, receive, send)

    async def _respond(self, request: "Request") -> "Response":
        from starlette.responses import Response

        if request.method == "OPTIONS":
            return Response(status_code=204, headers=self.allowed)
        if request.method not in {"GET", "HEAD", "POST"}:
            english = f"{request.method}: queries are asked by GET or POST"
            raise WrongMethod(english, f"{request.method}: hãy gửi truy vấn bằng GET hoặc POST")
        parameters = await read_parameters(request)
        if "update" in parameters:
            raise NotAllowed(
                "updates are refused: this service is read-only", "không nhận cập nhật: dịch vụ này chỉ cho đọc"
            )
        asked = _only_one(parameters, "query")
        if asked is None:
            return self._describe(request, parameters)
        answer = await self._answer(request, asked, parameters)
        return Response(answer.body, media_type=_with_charset(answer.media))

    async def _answer(self, request: "Request", text: str, parameters: Mapping[str, Sequence[str]]) -> Answer:
        """Let the query run in a worker; a thread waits for it."""
        from starlette.concurrency import run_in_threadpool

        query = _over(look(text), parameters)
        media = choose_format(request.headers.get("accept"), parameters, media_types(query.form))
        client = request.client.host if request.client else ""
        return await run_in_threadpool(self._run, query, media, client)

    def _run(self, query: Query, media: str, client: str) -> Answer:
        with self._throttle.turn(client, self._pool.limits.seconds) as spent:
            return self._pool.answer(query, media, spent)

    def _describe(self, request: "Request", parameters: Mapping[str, Sequence[str]]) -> "Response":
        """Answer a request without a query: the description of the service, or for a browser the page to ask on."""
        from starlette.responses import RedirectResponse, Response

        if request.method == "POST" or parameters.keys() - {"format", "output", "lang"}:
            raise Malformed("the parameter “query” is missing", "thiếu tham số “query”")
        media = choose_format(request.headers.get("accept"), parameters, (*GRAPHS, "text/html"))
        if media == "text/html":
            return RedirectResponse(self._page, status_code=303)
        address = self._address or str(request.url.replace(query="", fragment="")).removesuffix("/")
        try:
            description = describe_service(address, self._pool.limits, media)
        except ValueError as problem:
            raise Malformed(f"no address: {address}", f"không phải địa chỉ: {address}") from problem
        return Response(description, media_type=_with_charset(media))


# ---------------------------------------------------------------- what is asked


async def read_parameters(request: "Request") -> dict[str, list[str]]:
    """Return the parameters of a request from its address and its body; a query sent directly is one of them."""
    parameters = _decode_form(request.scope["query_string"])
    if request.method != "POST":
        return parameters
    media, charset = _content_type(request)
    if media == UPDATE:
        raise NotAllowed(
            "updates are refused: this service is read-only", "không nhận cập nhật: dịch vụ này chỉ cho đọc"
        )
    if media not in {FORM, DIRECT} or charset not in {"", "utf-8", "utf8"}:
        english = f"a query is sent as {DIRECT} or {FORM}, in UTF-8"
        raise WrongMediaType(english, f"hãy gửi truy vấn dạng {DIRECT} hoặc {FORM}, mã UTF-8")
    body = await _read_body(request)
    found = _decode_form(body) if media == FORM else {"query": [_decode(body)]}
    for name, values in found.items():
        parameters.setdefault(name, []).extend(values)
    return parameters


async def _read_body(request: "Request") -> bytes:
    """Return the whole body, within bounds of size and time."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY:
                    english = f"the request has more than {MAX_BODY} bytes"
                    raise TooLarge(english, f"yêu cầu dài hơn {MAX_BODY} byte")
    except TimeoutError as problem:
        raise TooSlow("the request did not arrive in time", "yêu cầu không đến kịp thời hạn") from problem
    return bytes(body)


def _content_type(request: "Request") -> tuple[str, str]:
    from werkzeug.http import parse_options_header

    media, options = parse_options_header(request.headers.get("content-type", ""))
    return media.lower(), options.get("charset", "").lower()


def _decode_form(encoded: bytes) -> dict[str, list[str]]:
    """Read parameters; bytes that are no UTF-8 are refused, not guessed."""
    try:
        pairs = parse_qsl(encoded.decode("latin-1"), True, encoding="latin-1", max_num_fields=MAX_PARAMETERS)
    except ValueError as problem:
        english = f"more than {MAX_PARAMETERS} parameters"
        raise Malformed(english, f"có hơn {MAX_PARAMETERS} tham số") from problem
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(_decode(name.encode("latin-1")), []).append(_decode(value.encode("latin-1")))
    return found


def _decode(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as problem:
        raise Malformed("the request is not UTF-8", "yêu cầu không ở mã UTF-8") from problem


def _only_one(parameters: Mapping[str, Sequence[str]], *names: str) -> str | None:
    """Return the value that is given under one of some names, and only once."""
    values = [value for name in names for value in parameters.get(name, ())]
    if len(values) > 1:
        told = " / ".join(f"“{name}”" for name in names)
        raise Malformed(f"the parameter {told} is given more than once", f"tham số {told} được đưa ra nhiều lần")
    return values[0] if values else None


def _over(query: Query, parameters: Mapping[str, Sequence[str]]) -> Query:
    """Let the graphs that a request names replace those that its query names (section 2.1.4)."""
    dataset = Dataset(
        tuple(parameters.get("default-graph-uri", ())),
        tuple(parameters.get("named-graph-uri", ())),
    )
    return replace(query, dataset=dataset) if dataset != Dataset() else query


# ---------------------------------------------------------------- what is answered


def choose_format(accept: str | None, parameters: Mapping[str, Sequence[str]], offers: Sequence[str]) -> str:
    """Return the media type to answer in: of ``format=`` or ``output=``, else the best for an Accept header.

    Raises:
        NotAcceptable: none of the offers will do.

    """
    named = _only_one(parameters, "format", "output")
    if named is not None:
        accept = SHORT_NAMES.get(named.lower(), named.replace(" ", "+"))  # an unescaped "+" arrives as a space
    chosen = best_media(accept, offers) if accept else offers[0]
    if chosen is None:
        english = f"no format for “{accept}”; there are {', '.join(offers)}"
        raise NotAcceptable(english, f"không có định dạng “{accept}”; có {', '.join(offers)}")
    return chosen


def refuse(refused: Refused) -> "Response":
    """Tell why there is no answer, in English and then in Vietnamese."""
    response = _plain(refused.status, refused.english, refused.vietnamese)
    if refused.retry_after:
        response.headers["Retry-After"] = str(refused.retry_after)
    if isinstance(refused, WrongMethod):
        response.headers["Allow"] = METHODS
    return response


def _plain(status: int, english: str, vietnamese: str) -> "Response":
    from starlette.responses import PlainTextResponse

    lines = (" ".join(text.split()) for text in (english, vietnamese))
    text = "".join(f"{line}\n" for line in lines)
    return PlainTextResponse(text.encode("utf-8", "replace"), status, headers={"Cache-Control": "no-store"})


def _with_charset(media: str) -> str:
    """Name the encoding where the registration of a format has a parameter for it."""
    return f"{media}; charset=utf-8" if media in {"text/csv", "text/tab-separated-values", "text/turtle"} else media
