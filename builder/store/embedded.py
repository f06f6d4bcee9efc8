"""The store that comes with the package: pyoxigraph, in memory or in a folder, without a server."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.errors import QueryError, StoreError

if TYPE_CHECKING:
    import pyoxigraph

REBUILD = "build the graph again, or load its graph.nq into a new store"


class EmbeddedStore:
    """A pyoxigraph store that answers over the union of its graphs."""

    def __init__(self, inner: "pyoxigraph.Store", place: str) -> None:
        self.inner = inner
        self.place = place

    @classmethod
    def in_memory(cls) -> "EmbeddedStore":
        """Return an empty store that is gone when the program ends."""
        import pyoxigraph

        return cls(pyoxigraph.Store(), "memory:")

    @classmethod
    def create(cls, folder: Path) -> "EmbeddedStore":
        """Open the store in a folder for writing, and make one where there is none."""
        if folder.is_dir() and any(folder.iterdir()) and not (folder / "CURRENT").is_file():
            raise StoreError(f"{folder}: holds files but no store; choose a new or empty folder")
        return cls(_open(folder, read_only=False), str(folder))

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> "EmbeddedStore":
        """Open the store that a folder holds; a missing, emptied or damaged one cannot be opened."""
        if not (folder / "CURRENT").is_file():
            what = "holds no store" if folder.is_dir() else "no such folder"
            raise StoreError(f"{folder}: {what}; {REBUILD}")
        inner = _open(folder, read_only=read_only)
        if not inner:
            raise StoreError(f"{folder}: the store holds no statement; {REBUILD}")
        return cls(inner, str(folder))

    def load_nquads(self, path: Path) -> None:
        """Take in all statements of a file of N-Quads; all of them or, if the file is broken, none."""
        self._load(path)
        self._settle()

    def load_all(self, paths: Sequence[Path], progress: Callable[[int, int], None] = lambda *_: None) -> None:
        """Take in all statements of some files of N-Quads, and put them in order once."""
        for number, path in enumerate(paths, 1):
            self._load(path)
            progress(number, len(paths))
        self._settle()

    def _load(self, path: Path) -> None:
        import pyoxigraph

        try:
            self.inner.bulk_load(path=path, format=pyoxigraph.RdfFormat.N_QUADS)
        except SyntaxError as problem:
            raise StoreError(f"{path}, line {problem.lineno}: not valid N-Quads: {problem.msg}") from problem
        except (OSError, RuntimeError, ValueError) as problem:
            raise StoreError(f"{path}: cannot be loaded into {self.place}: {problem}") from problem

    def _settle(self) -> None:
        """Write down what was taken in, in the order in which it is asked."""
        if self.place != "memory:":
            self.inner.flush()
            self.inner.optimize()

    def query(self, text: str) -> Any:
        """Return the answer to a SPARQL query over the union of all graphs."""
        try:
            return self.inner.query(text, use_default_graph_as_union=True)
        except SyntaxError as problem:
            raise QueryError(f"the query cannot be read: {problem.msg}") from problem
        except (OSError, RuntimeError) as problem:
            raise StoreError(f"{self.place}: does not answer: {problem}") from problem

    def graphs(self) -> tuple[str, ...]:
        """Return the addresses of the named graphs, sorted."""
        return tuple(sorted(str(graph.value) for graph in self.inner.named_graphs()))

    def drop(self, graph: str) -> None:
        """Forget one named graph; one that is not there is no mistake."""
        import pyoxigraph

        try:
            self.inner.remove_graph(pyoxigraph.NamedNode(graph))
        except (OSError, RuntimeError, ValueError) as problem:
            raise StoreError(f"{self.place}: cannot drop the graph {graph}: {problem}") from problem


def _open(folder: Path, *, read_only: bool) -> "pyoxigraph.Store":
    """Open a folder, or say what is wrong with it."""
    import pyoxigraph

    try:
        return pyoxigraph.Store.read_only(str(folder)) if read_only else pyoxigraph.Store(str(folder))
    except (OSError, RuntimeError, ValueError) as problem:
        if "lock" in str(problem).lower():
            advice = "another program has it open for writing; close that one or open it read-only"
        else:
            advice = f"the store is damaged or unreadable; {REBUILD}"
        raise StoreError(f"{folder}: {advice} ({problem})") from problem
