"""Where a graph is kept and asked: in memory, in a folder, or behind the address of a SPARQL service.

Every store answers over the union of its named graphs. A statement that several graphs share may then turn up once per
graph, so count with ``DISTINCT``.
"""

from pathlib import Path
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Store(Protocol):
    """What every store can do."""

    def load_nquads(self, path: Path) -> None:
        """Take in all statements of a file of N-Quads."""

    def query(self, text: str) -> Any:
        """Return the answer to a SPARQL query: pyoxigraph's solutions, truth value or triples."""

    def graphs(self) -> tuple[str, ...]:
        """Return the addresses of the named graphs, sorted."""

    def drop(self, graph: str) -> None:
        """Forget one named graph; one that is not there is no mistake."""


def open_store(
    place: str | Path, *, create: bool = False, read_only: bool = False, graph_store: str = "", timeout: float = 30
) -> Store:
    """Open the store at a place: ``"memory:"``, the path of a folder, or the address of a SPARQL query service.

    A folder must hold a store unless ``create`` is given. ``graph_store`` is the address of the SPARQL graph store
    protocol, needed only to load into or drop from a remote store; ``timeout`` in seconds is for remote stores.

    >>> open_store("memory:").graphs()
    ()
    """
    if str(place).startswith(("http://", "https://")):
        from builder.store.remote import RemoteStore

        return RemoteStore(str(place), graph_store=graph_store, timeout=timeout)
    from builder.store.embedded import EmbeddedStore

    if str(place) == "memory:":
        return EmbeddedStore.in_memory()
    return EmbeddedStore.create(Path(place)) if create else EmbeddedStore.open(Path(place), read_only=read_only)
