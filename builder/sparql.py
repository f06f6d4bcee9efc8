"""Asking a graph: what rooms that read a finished graph have in common."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from builder.errors import StoreError
from builder.vocabulary import NAMESPACES

PREFIXES = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in NAMESPACES.items())

LABELS = """
SELECT DISTINCT ?concept ?label WHERE { VALUES ?concept { CONCEPTS } ?concept skos:prefLabel ?label }"""


class Answering(Protocol):
    """Anything that answers SPARQL over the union of its graphs, such as a store."""

    def query(self, text: str) -> Any:
        """Return the answer as pyoxigraph gives it."""


class _Union:
    """A pyoxigraph store asked over the union of its graphs."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def query(self, text: str) -> Any:
        return self.inner.query(text, use_default_graph_as_union=True)


def load_graph(path: Path) -> Answering:
    """Take a file of N-Quads into memory.

    Raises:
        StoreError: the file cannot be read or is damaged.

    """
    import pyoxigraph

    inner = pyoxigraph.Store()
    try:
        inner.bulk_load(path=path, format=pyoxigraph.RdfFormat.N_QUADS)
    except SyntaxError as problem:
        raise StoreError(
            f"{path}, line {problem.lineno}: not valid N-Quads: {problem.msg}; build it again"
        ) from problem
    except OSError as problem:
        raise StoreError(f"{path}: cannot be read: {problem.strerror or problem}; build the graph first") from problem
    return _Union(inner)


def ask(store: Answering, query: str) -> Iterator[dict[str, str]]:
    """Yield each row as plain text, with "" for what is not told; the query may use every prefix of the project."""
    answer = store.query(PREFIXES + query)
    names = [variable.value for variable in answer.variables]
    for row in answer:
        yield {name: "" if row[name] is None else str(row[name].value) for name in names}


def name_concepts(store: Answering, concepts: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the labels of concepts in every language they have one."""
    found: dict[str, dict[str, str]] = {}
    values = " ".join(f"<{concept}>" for concept in sorted(concepts))
    for row in store.query(PREFIXES + LABELS.replace("CONCEPTS", values)):
        found.setdefault(row["concept"].value, {})[row["label"].language or ""] = row["label"].value
    return {concept: dict(sorted(found[concept].items())) for concept in sorted(found)}
