"""What goes on inside a worker: the engine answers a query, whole or not at all.

Nothing here is needed to start a worker but the standard library and the engine.
"""

import ctypes
import io
import multiprocessing
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.errors import StoreError
from builder.server.guard import BASE_IRI, Query, locate
from builder.server.refusals import Position, UnknownGraph

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

Task = tuple[Query, str]  # with the media type to answer in
Reply = tuple[str, Any]  # "ready", "answer", or why there is none


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take, and how many may run or wait at a time."""

    seconds: float = 10
    memory: int = 1 << 30  # bytes of address space, beside what the open store has
    rows: int = 10_000  # of a table, or triples of a graph
    bytes: int = 16 << 20  # of an answer
    workers: int = 2
    waiting: int = 16


def media_types(form: str) -> tuple[str, ...]:
    """Return the media types that a query of a form can be answered in, the preferred one first."""
    return RESULTS if form in {"SELECT", "ASK"} else GRAPHS


class _TooLarge(Exception):  # noqa: N818  no mistake, only the end of an answer
    """An answer is over a limit, which is its argument."""


def serve_queries(pipe: Connection, folder: Path, limits: Limits) -> None:
    """Answer queries from a pipe until its other end is closed."""
    from builder.store.embedded import EmbeddedStore

    _leave_network()
    _live_with_parent()
    try:
        store = EmbeddedStore.open(folder, read_only=True).inner
    except StoreError as problem:
        pipe.send(("broken", str(problem)))
        return
    _bound_memory(limits.memory)
    _be_silent()
    pipe.send(("ready", None))
    with suppress(EOFError, OSError):
        while True:
            pipe.send(reply_to(store, pipe.recv(), limits))


def reply_to(store: "pyoxigraph.Store", task: Task, limits: Limits) -> Reply:
    """Return the whole answer to a query, or why there is none."""
    query, media = task
    try:
        return "answer", _evaluate(store, query, media, limits)
    except _TooLarge as limit:
        return str(limit), None
    except SyntaxError as problem:
        return "syntax", read_syntax_error(query.text, str(problem.msg))
    except MemoryError:
        return "memory", None
    except UnknownGraph as problem:
        return "graph", problem.graph
    except (OSError, RuntimeError, ValueError) as problem:
        return "failed", str(problem).partition("\n")[0]


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


def _live_with_parent() -> None:
    """Let this process end with its parent, and not by the keys that end the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()


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
    libc = ctypes.CDLL(None)
    if sys.platform == "linux" and libc.unshare(CLONE_NEWNET):
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def _end_with(wait: Callable[[], None]) -> None:
    """Kill this process when a wait is over; the engine lets other threads run meanwhile."""
    wait()
    os.kill(os.getpid(), signal.SIGKILL)


def _be_silent() -> None:
    """Keep the last words of a dying engine off the screen; how it died is told by its exit code."""
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 2)
