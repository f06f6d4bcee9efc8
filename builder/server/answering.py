"""What goes on inside a worker: the engine answers a query, whole or not at all.

Nothing here is needed to start a worker but the standard library and the engine.
"""

import ctypes
import io
import json
import os
import queue
import re
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from builder.errors import StoreError
from builder.server.guard import BASE_IRI, Dataset, Query, locate
from builder.server.refusals import Position, UnknownGraph
from builder.store.embedded import EmbeddedStore

if TYPE_CHECKING:
    import pyoxigraph

RESULTS = (  # media types of the answers to SELECT and ASK, the preferred one first
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")  # CONSTRUCT, DESCRIBE

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000

EXPECTED = re.compile(
    r"""("(?:[^"\\]|\\.)+")|(\[(?:'(?:[^'\\]|\\.)*'|[^\]'])*\])|(\w[^,\[]*\w)"""
)  # a sign, some letters, or words


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take, and how many may run or wait at a time."""

    seconds: float = 10
    memory: int = 1 << 30  # bytes of address space, beside what the open store has
    rows: int = 10_000  # of a table, or triples of a graph
    bytes: int = 16 << 20  # of an answer
    workers: int = 2
    waiting: int = 16


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker says: that it is ready, an answer, or why there is none.

    ``kind`` is "ready", "broken", "answer", the name of a limit, "syntax", "graph", "failed" or "died".
    """

    kind: str
    reason: str = ""
    position: Position | None = None
    body: bytes = b""


def media_types(form: str) -> tuple[str, ...]:
    """Return the media types that a query of a form can be answered in, the preferred one first."""
    return RESULTS if form in {"SELECT", "ASK"} else GRAPHS


class _TooLarge(Exception):  # noqa: N818  no mistake, only the end of an answer
    """An answer is over a limit, which is its argument."""


def main() -> None:
    """Answer queries from standard input to standard output, until the input ends.

    The arguments of the program are the folder of the store and the limits as JSON.
    """
    folder, limits = Path(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keys that end the parent
    _leave_network()
    queries: queue.SimpleQueue[tuple[Query, str]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(queries,), daemon=True).start()
    try:
        store = EmbeddedStore.open(folder, read_only=True).inner
    except StoreError as problem:
        write_reply(out, Reply("broken", str(problem)))
        return
    _bound_memory(limits.memory)
    _be_silent()
    write_reply(out, Reply("ready"))
    while True:
        write_reply(out, reply_to(store, *queries.get(), limits))


def _receive(queries: "queue.SimpleQueue[tuple[Query, str]]") -> None:
    """Take in queries; when there will be no more, end this process, whatever the engine is at."""
    for line in sys.stdin.buffer:
        queries.put(read_query(line))
    os._exit(0)


def write_query(query: Query, media: str) -> bytes:
    """Return a query, and the media type to answer in, as a line."""
    return json.dumps([query.text, query.form, query.dataset and asdict(query.dataset), media]).encode() + b"\n"


def read_query(line: bytes) -> tuple[Query, str]:
    """Return what :func:`write_query` has written."""
    text, form, dataset, media = json.loads(line)
    graphs = dataset and Dataset(tuple(dataset["default"]), tuple(dataset["named"]))
    return Query(text, form, graphs), media


def write_reply(out: IO[bytes], reply: Reply) -> None:
    """Write a reply: a line that tells all but the body, then the body."""
    place = reply.position and asdict(reply.position)
    out.write(json.dumps([reply.kind, reply.reason, place, len(reply.body)]).encode() + b"\n" + reply.body)
    out.flush()


def read_reply(source: IO[bytes]) -> Reply:
    """Return what :func:`write_reply` has written.

    Raises:
        EOFError: it is not all there.

    """
    line = source.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    kind, reason, place, size = json.loads(line)
    body = source.read(size)
    if len(body) < size:
        raise EOFError
    return Reply(kind, reason, place and Position(**place), body)


def reply_to(store: "pyoxigraph.Store", query: Query, media: str, limits: Limits) -> Reply:
    """Return the whole answer to a query, or why there is none."""
    try:
        return Reply("answer", body=_evaluate(store, query, media, limits))
    except _TooLarge as limit:
        return Reply(str(limit))
    except SyntaxError as problem:
        position, reason = read_syntax_error(query.text, str(problem.msg))
        return Reply("syntax", reason, position)
    except MemoryError:
        return Reply("memory")
    except UnknownGraph as problem:
        return Reply("graph", problem.graph)
    except (OSError, RuntimeError, ValueError) as problem:
        return Reply("failed", str(problem).partition("\n")[0])


def read_syntax_error(text: str, message: str) -> tuple[Position | None, str]:
    """Return where the engine stopped reading a query, and its reason if it has one.

    It tells what it had hoped for. A keyword it compares letter by letter, so it stopped before as many letters; a
    sentence is a reason.

    >>> read_syntax_error("ASK { <a b> ?p ?o }", "error at 1:15: expected OPTIONAL")
    (Position(line=1, column=7), '')
    """
    found = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", message, re.DOTALL)
    if not found:
        return None, message.partition("\n")[0][:200]
    words = [word for _, _, word in EXPECTED.findall(found[3]) if word]
    signs = [sign or letters for sign, letters, _ in EXPECTED.findall(found[3]) if sign or letters]
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    offset = line_starts[min(int(found[1]), len(line_starts)) - 1] + int(found[2]) - 1
    if words and not signs and " " not in words[0]:
        offset -= len(words[0])
    return locate(text, max(0, offset)), "; ".join(word for word in words if " " in word)


def _evaluate(store: "pyoxigraph.Store", query: Query, media: str, limits: Limits) -> bytes:
    import pyoxigraph

    answer = store.query(query.text, base_iri=BASE_IRI, **_dataset(store, query))
    sink = _Sink(limits.bytes)
    if isinstance(answer, pyoxigraph.QueryTriples):
        rdf = pyoxigraph.RdfFormat.from_media_type(media)
        pyoxigraph.serialize(_at_most(limits.rows, answer), output=sink, format=rdf)
        return sink.getvalue()
    results = pyoxigraph.QueryResultsFormat.from_media_type(media)
    answer.serialize(output=sink, format=results)
    body = sink.getvalue()
    if isinstance(answer, pyoxigraph.QuerySolutions) and has_more_rows(body, media, limits.rows):
        raise _TooLarge("rows")
    return body


def _dataset(store: "pyoxigraph.Store", query: Query) -> dict[str, Any]:
    """Return the graphs a query is asked over as the engine takes them."""
    if query.dataset is None:
        return {"use_default_graph_as_union": True}
    return {
        "default_graph": [_graph(store, iri) for iri in query.dataset.default],
        "named_graphs": [_graph(store, iri) for iri in query.dataset.named],
    }


def _graph(store: "pyoxigraph.Store", iri: str) -> "pyoxigraph.NamedNode":
    import pyoxigraph

    try:
        graph = pyoxigraph.NamedNode(iri)
    except ValueError as problem:
        raise UnknownGraph(iri) from problem
    if not store.contains_named_graph(graph):
        raise UnknownGraph(iri)
    return graph


class _Sink(io.BytesIO):
    """Takes an answer in, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, part: Any) -> int:
        """Take in a part."""
        if self.tell() + len(part) > self._most:
            raise _TooLarge("bytes")
        return super().write(part)


def _at_most(rows: int, triples: Iterable[Any]) -> Iterator[Any]:
    """Yield triples, and give up on one too many."""
    walk = iter(triples)
    yield from islice(walk, rows)
    if next(walk, None) is not None:
        raise _TooLarge("rows")


def has_more_rows(body: bytes, media: str, rows: int) -> bool:
    """Tell whether a table has more than a number of rows.

    Every row has at least one sign of its format, so a body with few of them needs no counting.
    """
    import pyoxigraph

    sign = {"application/sparql-results+json": b"{", "application/sparql-results+xml": b"<result>"}.get(media, b"\n")
    if body.count(sign) <= rows:
        return False
    if media == "text/csv":
        return re.sub(rb'"[^"]*"', b"", body).count(b"\n") > rows + 1
    table: Any = pyoxigraph.parse_query_results(body, format=pyoxigraph.QueryResultsFormat.from_media_type(media))
    return sum(1 for _ in islice(table, rows + 1)) > rows


def _bound_memory(most: int) -> None:
    """Let this process take no more than some bytes of address space in addition to what it has."""
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        bound = pages * resource.getpagesize() + most
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _leave_network() -> None:
    """Move into a network without a way out, where the system lets us; the guard refuses SERVICE in any case."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if libc.unshare(CLONE_NEWNET):
            libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def _be_silent() -> None:
    """Keep the last words of a dying engine off the screen; how it died is told by its exit code."""
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 2)
