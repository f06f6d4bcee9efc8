"""The core of SHACL, node by node: a sorted graph is cut into runs, and each is judged by itself.

What the core shapes say of a node depends on the statements about it, the types of what it refers to and the classes
above these; a run holds all of that, whatever graphs it stands in. So runs may be judged in any process, in bounded
memory, and the verdicts are those on the whole graph. Where the fast engine objects to a node, pySHACL judges that node
and its verdict counts; without the fast engine it judges all.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache
from heapq import merge
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from builder.errors import BuilderError, StoreError
from builder.facts import Violation
from builder.validator.shapes import judge, read_report, unfold_shapes

RUN = 250_000  # statements; each time pySHACL is asked costs as much as these do
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
AS_WRITTEN = re.compile(rb"<[^>]*> <[^>]*> ")
TYPE_WORD, SUBCLASS_WORD = (f" {word} ".encode() for word in (TYPE, SUBCLASS))
REFERRED = b"urn:referred:"
CLASS_BELOW = re.compile(rb"^<([^>]*)>(%b)" % SUBCLASS_WORD, re.MULTILINE)
APART = re.compile(rb"((?:%b|%b))<([^>]*)>" % (TYPE_WORD, SUBCLASS_WORD))
OBJECT = re.compile(rb"^\S+ \S+ <([^>]*)> ", re.MULTILINE)

Found = list[Violation]


class Run(NamedTuple):
    """Some nodes as N-Quads: all statements about them, and the types of what they refer to with the classes above."""

    own: bytes
    context: bytes


# ---------------------------------------------------------------- cutting


def read_sorted(files: Iterable[Path]) -> Iterator[bytes]:
    """Yield the statements of N-Quads files in one sorted stream; a file is sorted first unless it was built so.

    Raises:
        StoreError: a file cannot be read.

    """
    return merge(*(_lines(file) if _is_sorted(file) else iter(sort(parse(file))) for file in files))


def parse(file: Path) -> Iterator[ox.Quad]:
    """Read the statements of an N-Quads file.

    Raises:
        StoreError: the file cannot be read.

    """
    try:
        yield from ox.parse(path=file, format=ox.RdfFormat.N_QUADS)
    except (OSError, SyntaxError, ValueError) as problem:
        raise StoreError(f"{file}: cannot be read as N-Quads: {problem}; build it again") from problem


def sort(quads: Iterable[ox.Quad]) -> list[bytes]:
    """Return statements as sorted lines of N-Quads."""
    return sorted(f"{quad} .\n".encode() for quad in quads)


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as lines:
        yield from lines


def _is_sorted(file: Path) -> bool:
    return all(a <= b and b.endswith(b"\n") and AS_WRITTEN.match(b) for a, b in pairwise(_with_start(file)))


def _with_start(file: Path) -> Iterator[bytes]:
    yield b""
    yield from _lines(file)


def cut(lines: Iterable[bytes], store: ox.Store, size: int = RUN) -> Iterator[Run]:
    """Cut sorted statements, which the store holds too, into runs; a node is never cut in two."""
    above = _classes(store)
    own: list[bytes] = []
    for _, about in groupby(lines, _subject):
        own += about
        if len(own) >= size:
            yield _run(own, store, above)
            own = []
    if own:
        yield _run(own, store, above)


def _subject(line: bytes) -> bytes:
    return line.partition(b" ")[0]


def _run(own: list[bytes], store: ox.Store, above: bytes) -> Run:
    text = b"".join(own)
    others = set(OBJECT.findall(text)) - {_subject(line)[1:-1] for line in own}
    return Run(text, above + b"".join(_types(others, store)))


def _types(nodes: Iterable[bytes], store: ox.Store) -> Iterator[bytes]:
    for node in sorted(nodes):
        for quad in store.quads_for_pattern(ox.NamedNode(node.decode()), TYPE, None):
            yield f"{quad} .\n".encode()


def _classes(store: ox.Store) -> bytes:
    return b"".join(f"{quad} .\n".encode() for quad in store.quads_for_pattern(None, SUBCLASS, None))


# ---------------------------------------------------------------- judging


def judge_run(run: Run) -> Found:
    """Return what the core of SHACL says of the nodes of a run."""
    lines = run.own.splitlines(keepends=True)
    suspects = _suspects(run, {_subject(line) for line in lines})
    if not suspects:
        return []
    from builder.validator.graphs import to_graph

    about = [line for line in lines if _subject(line) in suspects]
    named = {b"<%b>" % node for node in OBJECT.findall(b"".join(about))}
    context = run.context.splitlines(keepends=True)
    beside = [line for line in [*lines, *context] if TYPE_WORD in line and _subject(line) in named]
    classes = [line for line in context if SUBCLASS_WORD in line]
    quads = ox.parse(b"".join([*about, *beside, *classes]), format=ox.RdfFormat.N_QUADS)
    report = read_report(judge(to_graph(quads), unfold_shapes()))
    return [violation for violation in report if _as_term(violation.focus) in suspects]


def _as_term(name: str) -> bytes:
    """Return how N-Quads write a node; a blank one has no colon in its name."""
    return (f"<{name}>" if ":" in name else f"_:{name}").encode()


def _suspects(run: Run, nodes: set[bytes]) -> set[bytes]:
    """Return the nodes of a run that may break a promise: those the fast engine objects to, or all."""
    engine = fast_engine()
    if engine is None:
        return nodes
    text = run.own + _set_apart(run.context) + engine.classes
    report = engine.shapes.validate_text(text.decode(), format="nquads")
    return nodes & {result.focus_node.encode() for result in report.results}


def _set_apart(context: bytes) -> bytes:
    """Return a context whose nodes are of other classes, so that they are no targets; see :class:`FastEngine`."""
    classes = b"".join(line for line in context.splitlines(keepends=True) if SUBCLASS_WORD in line)
    return classes + APART.sub(rb"\1<%b\2>" % REFERRED, CLASS_BELOW.sub(rb"<%b\1>\2" % REFERRED, context))


class FastEngine(NamedTuple):
    """The core shapes for the fast engine, which would judge also what nodes only refer to, as far as it is typed.

    So what is only referred to is of a class of its own, ``urn:referred:CLASS``, which ``sh:class`` asks for and which
    is above the class itself.
    """

    shapes: Any
    classes: bytes


@lru_cache(maxsize=1)
def fast_engine() -> FastEngine | None:
    """Return the fast engine, which is an extra; None without it."""
    try:
        from shacl import Shapes
    except ImportError:
        return None
    from rdflib import RDFS, SH, Graph, URIRef

    shapes, classes = Graph(bind_namespaces="none"), Graph(bind_namespaces="none")
    for subject, predicate, node in unfold_shapes():
        referred = URIRef(f"{REFERRED.decode()}{node}") if predicate == SH["class"] else node
        shapes.add((subject, predicate, referred))
        if referred != node:
            classes.add((node, RDFS.subClassOf, referred))
    return FastEngine(
        Shapes.from_text(shapes.serialize(format="nt"), format="nt"), classes.serialize(format="nt").encode()
    )


# ---------------------------------------------------------------- spreading


@contextmanager
def open_pool(jobs: int) -> Iterator[Executor | None]:
    """Give the processes that help this one, one less than the jobs; None where there are none.

    Raises:
        BuilderError: a process was ended from outside.

    """
    if jobs == 1:
        yield None
        return
    try:
        with ProcessPoolExecutor(jobs - 1) as pool:
            yield pool
    except BrokenExecutor as problem:
        raise BuilderError("a process of the validation was ended from outside; use fewer --jobs") from problem


def begin(tasks: Iterable[Callable[[], Found]], pool: Executor | None = None, ahead: int = 2) -> Iterator[Violation]:
    """Begin tasks in a pool, no more than some at a time, and return what they find, waited for when it is asked for.

    Without a pool, they are done here when it is asked for.
    """
    if pool is None:
        return (violation for task in tasks for violation in task())
    begun: list[Future[Found]] = []
    pending: set[Future[Found]] = set()
    for task in tasks:
        if len(pending) >= ahead:
            _, pending = wait(pending, return_when=FIRST_COMPLETED)
        pending.add(future := pool.submit(task))
        begun.append(future)
    return (violation for future in begun for violation in future.result())
