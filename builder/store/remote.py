"""A store behind an address: any service that speaks the SPARQL 1.1 protocol; for writing, the graph store protocol."""

import time
from collections import defaultdict
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from builder.errors import QueryError, StoreError

RESULTS = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
TRIPLES = "application/n-triples, text/turtle;q=0.8"
CHUNK = 1 << 16


class RemoteStore:
    """A SPARQL service; its default graph must be the union of its named graphs."""

    def __init__(self, address: str, *, graph_store: str = "", timeout: float = 30) -> None:
        self.address = check_address(address)
        self.graph_store = check_address(graph_store) if graph_store else ""
        self.timeout = timeout
        self._check_union()

    def query(self, text: str) -> Any:
        """Return the answer to a SPARQL query, read whole before anything of it is used."""
        form = urlencode({"query": text}).encode()
        headers = {"Accept": f"{RESULTS}, {TRIPLES}", "Content-Type": "application/x-www-form-urlencoded"}
        request = Request(self.address, form, headers, method="POST")  # noqa: S310  http(s) only, see check_address
        media, body = self._send(request)
        return self._parse(media, body)

    def graphs(self) -> tuple[str, ...]:
        """Return the addresses of the named graphs, sorted."""
        answer = self.query("SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?subject ?predicate ?object } }")
        return tuple(sorted(str(row["graph"].value) for row in answer))

    def load_nquads(self, path: Path) -> None:
        """Put the graphs of a file into the store, each in place of what the store held under its name."""
        for graph, triples in _graphs_of(path).items():
            self._write(graph, "PUT", triples)

    def drop(self, graph: str) -> None:
        """Forget one named graph; one that is not there is no mistake."""
        self._write(graph, "DELETE", None)

    def _write(self, graph: str, method: str, body: bytes | None) -> None:
        """Replace or delete one graph by the graph store protocol."""
        if not self.graph_store:
            raise StoreError(f"{self.address}: to write, give the address of the graph store protocol as graph_store")
        target = f"{self.graph_store}?{urlencode({'graph': graph})}"
        headers = {"Content-Type": "application/n-triples"} if body is not None else {}
        request = Request(target, body, headers, method=method)  # noqa: S310  http(s) only, see check_address
        self._send(request, absent_is_fine=method == "DELETE")

    def _send(self, request: Request, *, absent_is_fine: bool = False) -> tuple[str, bytes]:
        """Send a request and return media type and body, within the time allowed for all of it."""
        deadline = time.monotonic() + self.timeout
        try:
            with urlopen(request, timeout=self.timeout) as response:  # noqa: S310  http(s) only, see check_address
                return response.headers.get_content_type(), _read(response, deadline)
        except HTTPError as problem:
            if absent_is_fine and problem.code == 404:
                return "", b""
            raise self._refused(problem) from problem
        except (TimeoutError, URLError) as problem:
            if isinstance(problem, TimeoutError) or isinstance(problem.reason, TimeoutError):
                advice = f"no whole answer within {self.timeout:g} s; ask for less or allow more time"
                raise StoreError(f"{self.address}: {advice}") from problem
            raise StoreError(f"{self.address}: cannot be reached: {problem.reason}") from problem
        except (OSError, HTTPException, ValueError) as problem:
            raise StoreError(f"{self.address}: the connection broke off: {problem!r}") from problem

    def _refused(self, problem: HTTPError) -> StoreError | QueryError:
        """Turn an error status into our own error, with the first words of the service."""
        try:
            words = problem.read(2000).decode("utf-8", "replace").strip()
        except (OSError, HTTPException):
            words = ""
        said = words.splitlines()[0][:300] if words else str(problem.reason)
        kind = QueryError if problem.code == 400 else StoreError
        return kind(f"{self.address}: answers with status {problem.code}: {said}")

    def _parse(self, media: str, body: bytes) -> Any:
        """Read an answer in any of the formats that pyoxigraph knows."""
        import pyoxigraph

        results = pyoxigraph.QueryResultsFormat.from_media_type(media)
        statements = pyoxigraph.RdfFormat.from_media_type(media)
        try:
            if results:
                return pyoxigraph.parse_query_results(_whole(body, results), format=results)
            if statements:
                return [quad.triple for quad in pyoxigraph.parse(body, format=statements)]
        except (SyntaxError, ValueError) as problem:
            raise StoreError(f"{self.address}: the answer is not valid {media}: {problem}") from problem
        raise StoreError(f"{self.address}: answers with “{media}”, no format of SPARQL; is this a query service?")

    def _check_union(self) -> None:
        """Refuse a service that leaves its named graphs out of what it asks by default."""
        if bool(self._ask("ASK { ?s ?p ?o }")) or not self._ask("ASK { GRAPH ?g { ?s ?p ?o } }"):
            return
        raise StoreError(
            f"{self.address}: its default graph is empty while its named graphs are not; "
            "let the service use the union of its named graphs as the default graph"
        )

    def _ask(self, text: str) -> bool:
        """Return the truth value a query has."""
        import pyoxigraph

        answer = self.query(text)
        if not isinstance(answer, pyoxigraph.QueryBoolean):
            raise StoreError(f"{self.address}: answers an ASK query with something else than true or false")
        return bool(answer)


def check_address(address: str) -> str:
    """Return the address if it is one of the web."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise StoreError(f"{address}: not an address of the web; it begins with http:// or https://")
    return address


def _read(response: HTTPResponse, deadline: float) -> bytes:
    """Read a body piece by piece, so that a slow service cannot hold us longer than allowed."""
    pieces = []
    while piece := response.read1(CHUNK):
        pieces.append(piece)
        if time.monotonic() > deadline:
            raise TimeoutError
    if response.length:
        raise OSError(f"{response.length} bytes of the answer are missing")
    return b"".join(pieces)


def _graphs_of(path: Path) -> dict[str, bytes]:
    """Return the triples of each named graph of a file as N-Triples."""
    import pyoxigraph

    triples: dict[str, list[pyoxigraph.Triple]] = defaultdict(list)
    try:
        for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.N_QUADS):
            if isinstance(quad.graph_name, pyoxigraph.DefaultGraph):
                raise StoreError(f"{path}: the statement {quad.triple} stands in no named graph")
            triples[quad.graph_name.value].append(quad.triple)
    except SyntaxError as problem:
        raise StoreError(f"{path}, line {problem.lineno}: not valid N-Quads: {problem.msg}") from problem
    except OSError as problem:
        raise StoreError(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    form = pyoxigraph.RdfFormat.N_TRIPLES
    return {graph: pyoxigraph.serialize(each, format=form) or b"" for graph, each in sorted(triples.items())}


def _whole(body: bytes, form: Any) -> bytes:
    """Return an answer after reading it once to its end: its parser is lazy and would find a break too late."""
    import pyoxigraph

    answer = pyoxigraph.parse_query_results(body, format=form)
    if isinstance(answer, pyoxigraph.QuerySolutions):
        for _ in answer:
            pass
    return body
