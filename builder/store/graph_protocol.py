"""Writing to a store behind an address by the SPARQL 1.1 Graph Store HTTP Protocol, one named graph at a time.

Graphs may be larger than memory: they are split into files of N-Triples and sent from there. What a server answers with
5xx, 429 or a broken connection is tried again, with longer and longer pauses.
"""

import base64
import hashlib
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    OpenerDirector,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

from builder.errors import StoreError
from builder.store.remote import CHUNK, check_address
from builder.vocabulary import NAMESPACES

N_TRIPLES = "application/n-triples"
PAUSES = (0.5, 1.0, 2.0)  # seconds before each further attempt
GREETING = f"{NAMESPACES['id']}graph/#nothing"  # a graph that never is
HELD = 200_000  # statements that are held in memory while a file is split
NAMED_GRAPHS = 'SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } FILTER(STRSTARTS(STR(?graph), "BASE")) }'
NUMBERS = frozenset({"decimal", "integer", "nonNegativeInteger", "positiveInteger", "int", "long"})
PLAIN_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
TRY_LATER = frozenset({429, 500, 502, 503, 504})


class RefusedError(StoreError):
    """The server does not let us in."""


class UnreachableError(StoreError):
    """The server cannot be reached, or the connection breaks off again and again."""


@dataclass(frozen=True, slots=True)
class Triples:
    """The statements of one graph in a file of N-Triples; they can be sent again from the beginning."""

    path: Path
    number: int

    def __iter__(self) -> Iterator[bytes]:
        """Yield the file piece by piece."""
        with self.path.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece


def split_graphs(files: Iterable[Path], folder: Path) -> dict[str, Triples]:
    """Write each named graph of some files of N-Quads to a file of its own and return them by name, sorted.

    Raises:
        StoreError: a file cannot be read, or a statement of it stands in no named graph.

    """
    import pyoxigraph

    names: dict[str, Path] = {}
    numbers: dict[str, int] = defaultdict(int)
    held: dict[str, list[str]] = defaultdict(list)

    def put_down() -> None:
        for graph, lines in held.items():
            path = names.setdefault(graph, folder / f"{len(names)}.nt")
            with path.open("a", encoding="utf-8", newline="") as file:
                file.writelines(lines)
        held.clear()

    for source in files:
        try:
            for count, quad in enumerate(pyoxigraph.parse(path=source, format=pyoxigraph.RdfFormat.N_QUADS), 1):
                if isinstance(quad.graph_name, pyoxigraph.DefaultGraph):
                    raise StoreError(f"{source}: the statement {quad.triple} stands in no named graph")
                graph = quad.graph_name.value
                held[graph].append(f"{quad.triple} .\n")
                numbers[graph] += 1
                if count % HELD == 0:
                    put_down()
        except SyntaxError as problem:
            raise StoreError(f"{source}, line {problem.lineno}: not valid N-Quads: {problem.msg}") from problem
        except OSError as problem:
            raise StoreError(f"{source}: cannot be read: {problem.strerror or problem}") from problem
    put_down()
    return {graph: Triples(names[graph], numbers[graph]) for graph in sorted(names)}


def guess_graph_store(endpoint: str) -> str:
    """Return where servers that are well known have their graph store, by the address of their query service.

    >>> guess_graph_store("http://localhost:7878/query"), guess_graph_store("https://example.org/data/sparql")
    ('http://localhost:7878/store', 'https://example.org/data/data')

    Raises:
        StoreError: the address is none of a server we know.

    """
    parts = urlsplit(check_address(endpoint))
    folder, _, last = parts.path.rstrip("/").rpartition("/")
    known = {("", "query"): "/store", ("", "sparql"): "/sparql-graph-crud-auth"}  # Oxigraph, Virtuoso
    path = known.get((folder, last), "")
    if not path and last in {"query", "sparql"}:  # Fuseki
        path = f"{folder}/data"
    if not path and folder.endswith("/repositories"):  # GraphDB, RDF4J
        path = f"{folder}/{last}/rdf-graphs/service"
    if not path:
        raise StoreError(f"{endpoint}: no address that tells where its graph store is; give it with --graph-store")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


@dataclass(frozen=True, slots=True)
class GraphStore:
    """A server that keeps named graphs: where it is asked, where it is written to, and who we are to it.

    ``timeout`` is in seconds, for each request. The password is sent only where the server asks for it.
    """

    endpoint: str
    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 60
    _opener: OpenerDirector = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_opener", _open_as(self.user, self.password, (self.endpoint, self.address)))

    def greet(self) -> None:
        """Make ourselves known where the server wants to know us, before anything large is sent.

        Raises:
            RefusedError: it does not let us in.

        """
        if self.user:
            try:
                self._send(Request(self._of(GREETING), method="DELETE"))  # noqa: S310  see check_address
            except RefusedError:
                raise
            except StoreError:
                return  # what else is wrong will be said of the graph that it concerns

    def names(self, base: str) -> tuple[str, ...]:
        """Return the named graphs of the server whose addresses begin with ``base``, sorted."""
        import pyoxigraph

        form = urlencode({"query": NAMED_GRAPHS.replace("BASE", base)}).encode()
        headers = {
            "Accept": "application/sparql-results+json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = self._send(Request(self.endpoint, form, headers, method="POST"))  # noqa: S310  see check_address
        try:
            answer: Any = pyoxigraph.parse_query_results(body or b"", format=pyoxigraph.QueryResultsFormat.JSON)
            return tuple(sorted(str(row["graph"].value) for row in answer))
        except (SyntaxError, ValueError, KeyError) as problem:
            raise StoreError(f"{self.endpoint}: its list of graphs cannot be read: {problem}") from problem

    def put(self, graph: str, triples: Triples) -> None:
        """Put statements in place of all that the server holds under the name of the graph."""
        headers = {"Content-Type": N_TRIPLES, "Content-Length": str(triples.path.stat().st_size)}
        self._send(Request(self._of(graph), triples, headers, method="PUT"))  # noqa: S310  see check_address

    def delete(self, graph: str) -> None:
        """Remove a graph; one that is not there is no mistake."""
        self._send(Request(self._of(graph), method="DELETE"))  # noqa: S310  see check_address

    def holds(self, graph: str, triples: Triples) -> bool:
        """Tell whether the server holds exactly these statements under the name of the graph."""
        body = self._send(Request(self._of(graph), headers={"Accept": N_TRIPLES}))  # noqa: S310  see check_address
        return body is not None and _fingerprint(body) == _fingerprint(triples.path)

    def _of(self, graph: str) -> str:
        return f"{self.address}?{urlencode({'graph': graph})}"

    def _send(self, request: Request) -> bytes | None:
        """Send a request, again if the server may come round; return the body, or None where there is no such graph."""
        for pause in (*PAUSES, None):
            try:
                with self._opener.open(request, timeout=self.timeout) as response:
                    return bytes(response.read())
            except HTTPError as problem:
                with problem:
                    if problem.code == 404 and request.get_method() != "PUT":
                        return None
                    failure: StoreError = self._refused(problem, request)
                    if problem.code not in TRY_LATER:
                        raise failure from problem
            except (OSError, HTTPException, ValueError) as problem:
                reason = problem.reason if isinstance(problem, URLError) else repr(problem)
                failure = UnreachableError(f"{request.full_url.split('?')[0]}: cannot be reached: {reason}")
            if pause is None:
                raise failure
            time.sleep(pause)
        raise AssertionError

    def _refused(self, problem: HTTPError, request: Request) -> StoreError:
        """Turn an error status into words, with the first of those that the server says."""
        where = request.full_url.split("?")[0]
        if problem.code in {401, 403}:
            who = f"the user “{self.user}” and the password" if self.user else "nobody without --user, --password-env"
            return RefusedError(f"{where}: does not let in {who} (status {problem.code})")
        try:
            words = problem.read(2000).decode("utf-8", "replace").strip()
        except (OSError, HTTPException):
            words = ""
        said = words.splitlines()[0][:300] if words else str(problem.reason)
        return StoreError(f"{where}: answers with status {problem.code}: {said}")


def _open_as(user: str, password: str, addresses: Iterable[str]) -> OpenerDirector:
    """Return what sends requests, logged in where the server asks for it."""
    if not user:
        return build_opener()
    passwords = HTTPPasswordMgrWithDefaultRealm()
    for address in addresses:
        passwords.add_password(None, address, user, password)
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    return build_opener(_Login(passwords, basic), HTTPBasicAuthHandler(passwords))


class _Login(HTTPDigestAuthHandler):
    """Remembers how a server asked for the password and tells it from then on without being asked.

    A server may break the connection off, instead of asking, when a large graph comes unannounced.
    """

    def __init__(self, passwords: HTTPPasswordMgrWithDefaultRealm, basic: str) -> None:
        super().__init__(passwords)
        self._basic = basic
        self._asked = ""

    def http_error_401(self, req: Request, fp: Any, code: int, msg: str, headers: Any) -> Any:
        self._asked = headers.get("WWW-Authenticate", "")
        return super().http_error_401(req, fp, code, msg, headers)

    def http_request(self, request: Request) -> Request:
        kind, _, challenge = self._asked.partition(" ")
        told = None
        if kind.lower() == "basic":
            told = f"Basic {self._basic}"
        elif kind.lower() == "digest":
            parts = parse_keqv_list([part for part in parse_http_list(challenge) if part])
            told = f"Digest {self.get_authorization(request, parts)}"
        if told:
            request.add_unredirected_header(self.auth_header, told)
        return request

    https_request = http_request


def _fingerprint(source: Path | bytes) -> tuple[int, int]:
    """Return the number of different statements of N-Triples and the sum of their digests, whatever their order.

    What cannot be read is like nothing that we hold.
    """
    import pyoxigraph

    told: Mapping[str, Any] = {"path": source} if isinstance(source, Path) else {"input": source}
    digests = set()
    try:
        for quad in pyoxigraph.parse(**told, format=pyoxigraph.RdfFormat.N_TRIPLES):
            statement = f"{quad.subject} {quad.predicate} {_plainly(quad.object)}"
            digests.add(hashlib.blake2b(statement.encode(), digest_size=16).digest())
    except SyntaxError:
        return -1, 0
    return len(digests), sum(int.from_bytes(digest) for digest in digests)


def _plainly(term: Any) -> str:
    """Write a term; of a number only its value, for stores spell numbers anew and keep no kinds of integers apart."""
    kind = str(getattr(getattr(term, "datatype", None), "value", "")).removeprefix(NAMESPACES["xsd"])
    if kind not in NUMBERS or not PLAIN_NUMBER.fullmatch(term.value):
        return str(term)
    value = Decimal(term.value)
    return f"{value.normalize() if value else 0:f}{'d' if kind == 'decimal' else ''}"
