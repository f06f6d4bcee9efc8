"""The only door to the ontology, the shapes, the queries and the example pages.

They are looked for next to the package, as in a checkout, and else inside the installed package. Another place can be
given: as ``root`` to any function here, or for a whole run in the environment variable ``CCHC_ARTEFACTS``. Such a root
holds the folders ``ontology/``, ``shapes/``, ``queries/`` and ``examples/pages/``.
"""

import os
import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from builder.errors import ArtefactError, OntologyError, QueryError, ShapeError

if TYPE_CHECKING:
    import pyoxigraph
    import rdflib
    from rdflib.term import Node

ROOT_VARIABLE = "CCHC_ARTEFACTS"


# ---------------------------------------------------------------- where things are


def artefact_root() -> Path:
    """Return the folder that holds ontology/, shapes/ and queries/."""
    chosen = os.environ.get(ROOT_VARIABLE)
    if chosen:
        return Path(chosen)
    package = Path(__file__).resolve().parent
    checkout = package.parent
    return checkout if (checkout / "ontology" / "cchc.ttl").is_file() else package / "data"


def ontology_files(root: Path | None = None) -> tuple[Path, ...]:
    """Return the Turtle files of the ontology, by name; the examples are not among them."""
    return _files("ontology", "*.ttl", OntologyError, root)


def example_files(root: Path | None = None) -> tuple[Path, ...]:
    """Return the Turtle files that show one complete example of each class."""
    return _files("ontology/examples", "*.ttl", OntologyError, root)


def shape_files(root: Path | None = None) -> tuple[Path, ...]:
    """Return the Turtle files of the shapes, by name."""
    return _files("shapes", "*.ttl", ShapeError, root)


def query_files(root: Path | None = None) -> tuple[Path, ...]:
    """Return the saved questions, by name; the checks are not among them."""
    return _files("queries", "*.rq", QueryError, root)


def check_files(root: Path | None = None) -> tuple[Path, ...]:
    """Return the saved questions that must have no answer, by name."""
    return _files("queries/checks", "*.rq", QueryError, root)


def ontology_file(name: str, root: Path | None = None) -> Path:
    """Return one file of the ontology by its name."""
    return _existing(f"ontology/{name}", OntologyError, root)


def prompt_file(root: Path | None = None) -> Path:
    """Return what a language model is told to do."""
    return _existing("ontology/prompt.md", OntologyError, root)


def units_file(root: Path | None = None) -> Path:
    """Return the table of administrative units, one row per unit and period."""
    return _existing("ontology/units.tsv", OntologyError, root)


def coordinates_file(root: Path | None = None) -> Path:
    """Return the table of where units lie, one row per unit."""
    return _existing("ontology/coordinates.tsv", OntologyError, root)


def example_pages(root: Path | None = None) -> Path:
    """Return the folder of pages that the documentation runs on."""
    return _existing("examples/pages", ArtefactError, root)


def _files(folder: str, pattern: str, error: type[ArtefactError], root: Path | None) -> tuple[Path, ...]:
    """List a folder of artefacts by name; an empty or absent one cannot be used."""
    place = (root or artefact_root()) / folder
    found = tuple(sorted(place.glob(pattern)))
    if not found:
        raise error(f"{place}: no {pattern} found; reinstall cchc-graph or set {ROOT_VARIABLE} to a complete copy")
    return found


def _existing(name: str, error: type[ArtefactError], root: Path | None) -> Path:
    """Return a file or folder of the artefacts that must exist."""
    place = (root or artefact_root()) / name
    if not place.exists():
        raise error(f"{place}: not found; reinstall cchc-graph or set {ROOT_VARIABLE} to a complete copy")
    return place


# ---------------------------------------------------------------- what they hold


def load_ontology(root: Path | None = None) -> "rdflib.Graph":
    """Return all statements of the ontology as one graph, read once; do not change it, copy it."""
    return _load_ontology((root or artefact_root()).resolve())


def load_shapes(root: Path | None = None) -> "rdflib.Graph":
    """Return all shapes and the prefixes they use as one graph, read once; do not change it, copy it."""
    return _load_shapes((root or artefact_root()).resolve())


def ontology_store(root: Path | None = None) -> "pyoxigraph.Store":
    """Return all statements of the ontology as a store that answers fast, read once; do not change it."""
    return _load_store((root or artefact_root()).resolve())


def concept_labels(concept: str, root: Path | None = None) -> dict[str, str]:
    """Return what a concept is called by language: ``concept_labels("level/commune")["vi"]``."""
    return _labels(f"https://w3id.org/cchc/{concept}", "http://www.w3.org/2004/02/skos/core#prefLabel", root)


def term_labels(term: str, root: Path | None = None) -> dict[str, str]:
    """Return what a class or property of our own is called by language: ``term_labels("asOf")["en"]``."""
    return _labels(f"https://w3id.org/cchc/ontology#{term}", "http://www.w3.org/2000/01/rdf-schema#label", root)


def _labels(subject: str, word: str, root: Path | None) -> dict[str, str]:
    return dict(_find_labels(f"<{subject}> <{word}> ", (root or artefact_root()).resolve()))


def ontology_statements(root: Path | None = None) -> tuple[str, ...]:
    """Return all statements of the ontology as N-Triples without the final dot, sorted.

    A named graph and a dot make a line of N-Quads of each: ``f"{statement} <{graph}> ."``.
    """
    return _list_statements((root or artefact_root()).resolve())


def load_prefixes(root: Path | None = None) -> dict[str, str]:
    """Return every prefix of the project with its namespace, as ``prefixes.ttl`` declares them."""
    return dict(_read_prefixes((root or artefact_root()).resolve()))


def read_turtle(path: Path, error: type[ArtefactError] = OntologyError) -> "list[pyoxigraph.Triple]":
    """Read one Turtle file; a broken one is named with its line."""
    import pyoxigraph

    try:
        return [quad.triple for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE)]
    except (SyntaxError, ValueError) as problem:
        line = getattr(problem, "lineno", None)
        where = f"{path}, line {line}" if line else str(path)
        raise error(f"{where}: not valid Turtle: {getattr(problem, 'msg', problem)}") from problem
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror or problem}") from problem


def read_query(path: Path) -> str:
    """Return the text of a saved question, header included."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise QueryError(f"{path}: cannot be read as UTF-8: {problem}") from problem


def read_graph(files: Iterable[Path], error: type[ArtefactError] = OntologyError) -> "rdflib.Graph":
    """Read several Turtle files into one graph."""
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for path in files:
        for triple in read_turtle(path, error):
            graph.add(_to_rdflib(triple, path.stem))
    return graph


@lru_cache(maxsize=8)
def _load_ontology(root: Path) -> "rdflib.Graph":
    return _bound(read_graph(ontology_files(root)), root)


@lru_cache(maxsize=8)
def _load_shapes(root: Path) -> "rdflib.Graph":
    files = (root / "ontology" / "prefixes.ttl", *shape_files(root))
    return _bound(read_graph(files, ShapeError), root)


def _bound(graph: "rdflib.Graph", root: Path) -> "rdflib.Graph":
    """Teach a graph the prefixes of the project."""
    for prefix, namespace in load_prefixes(root).items():
        graph.bind(prefix, namespace, replace=True)
    return graph


def _to_rdflib(triple: "pyoxigraph.Triple", file: str) -> "tuple[Node, Node, Node]":
    """Turn a statement of the fast parser into one of rdflib; blank nodes of different files stay apart."""
    import pyoxigraph
    import rdflib

    def node(term: object) -> "Node":
        if isinstance(term, pyoxigraph.NamedNode):
            return rdflib.URIRef(term.value)
        if isinstance(term, pyoxigraph.BlankNode):
            return rdflib.BNode(f"{file}.{term.value}")
        assert isinstance(term, pyoxigraph.Literal)
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
        return rdflib.Literal(term.value, datatype=None if plain else rdflib.URIRef(term.datatype.value))

    return node(triple.subject), node(triple.predicate), node(triple.object)


@lru_cache(maxsize=8)
def _load_store(root: Path) -> "pyoxigraph.Store":
    import pyoxigraph

    store = pyoxigraph.Store()
    for path in ontology_files(root):
        store.extend(pyoxigraph.Quad(*triple) for triple in read_turtle(path))
    return store


@lru_cache(maxsize=8)
def _list_statements(root: Path) -> tuple[str, ...]:
    statements = {str(triple) for path in ontology_files(root) for triple in read_turtle(path)}
    unnamed = next((s for s in statements if s.startswith("_:") or " _:" in s.split('"', 1)[0]), None)
    if unnamed:
        raise OntologyError(f"{root / 'ontology'}: a node has no name: {unnamed}; give it an IRI")
    return tuple(sorted(statements))


@lru_cache(maxsize=4096)
def _find_labels(head: str, root: Path) -> tuple[tuple[str, str], ...]:
    """Return the texts that some statements of the ontology tell, each with its language; the statements are sorted."""
    import pyoxigraph

    statements = _list_statements(root)
    some = islice(statements, bisect_left(statements, head), None)
    lines = "".join(f"{each} .\n" for each in takewhile(lambda each: each.startswith(head), some))
    told = (quad.object for quad in pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES))
    return tuple((str(text.language), text.value) for text in told if isinstance(text, pyoxigraph.Literal))


@lru_cache(maxsize=8)
def _read_prefixes(root: Path) -> tuple[tuple[str, str], ...]:
    declared: dict[str, dict[str, str]] = {}
    for triple in read_turtle(root / "ontology" / "prefixes.ttl"):
        word = triple.predicate.value.removeprefix("http://www.w3.org/ns/shacl#")
        if word in {"prefix", "namespace"}:
            declared.setdefault(str(triple.subject), {})[word] = triple.object.value  # type: ignore[union-attr]
    return tuple(sorted((each["prefix"], each["namespace"]) for each in declared.values()))


def local_name(address: str) -> str:
    """Return what stands behind the last slash or hash of an address.

    >>> local_name("https://w3id.org/cchc/level/commune"), local_name("http://www.w3.org/ns/org#role")
    ('commune', 'role')
    """
    return re.split(r"[/#]", address)[-1]
