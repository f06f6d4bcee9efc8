"""Every promise of the shapes is seen kept and seen broken.

``tests/shapes/<shape>/valid.*.ttl`` conform; ``invalid.<reason>.ttl`` give exactly the results of the
``invalid.<reason>.report.tsv`` beside them. All of them refer to ``background.ttl``.
"""

import csv
import io
import os
import re
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, BNode, Graph, URIRef

from builder.artefacts import load_prefixes, load_shapes, shape_files
from builder.facts import Violation
from builder.validator import find_violations
from builder.validator.graphs import to_graph
from builder.validator.shapes import copy_shapes, judge_whole, read_report
from builder.validator.shapes import judge as shape_report

HERE = Path(__file__).parent / "shapes"
BACKGROUND = HERE / "background.ttl"
VALID = sorted(HERE.glob("*/valid.*.ttl"))
INVALID = sorted(HERE.glob("*/invalid.*.ttl"))
COLUMNS = ("focus", "shape", "component", "severity", "path", "value")
DATA, SHAPE = "https://w3id.org/cchc/id/", "https://w3id.org/cchc/shape/"
COMPONENTS = {
    SH[parameter]: component
    for parameter, component in {
        "class": "Class",
        "datatype": "Datatype",
        "hasValue": "HasValue",
        "lessThan": "LessThan",
        "lessThanOrEquals": "LessThanOrEquals",
        "maxCount": "MaxCount",
        "maxInclusive": "MaxInclusive",
        "minCount": "MinCount",
        "minInclusive": "MinInclusive",
        "minLength": "MinLength",
        "nodeKind": "NodeKind",
        "pattern": "Pattern",
        "qualifiedMaxCount": "QualifiedMaxCount",
        "qualifiedMinCount": "QualifiedMinCount",
        "sparql": "SPARQL",
        "uniqueLang": "UniqueLang",
    }.items()
}
NOT_CONSTRAINTS = {SH.path, SH.name, SH.severity, SH.message, SH.qualifiedValueShape, RDF.type}


def read(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=path, format=ox.RdfFormat.TURTLE))


@lru_cache(maxsize=1)
def background() -> tuple[ox.Quad, ...]:
    return tuple(read(BACKGROUND))


def judge(path: Path, *, reference: bool = False) -> list[Violation]:
    quads = [*background(), *read(path)]
    return judge_whole(quads) if reference else find_violations(quads)


def rows(violations: list[Violation]) -> list[tuple[str, ...]]:
    return sorted({tuple(short(cell) for cell in cells(v)) for v in violations})


def cells(v: Violation) -> tuple[str, ...]:
    return v.focus, v.shape, v.constraint.removesuffix("ConstraintComponent"), v.severity, v.path, v.value


def short(cell: str) -> str:
    if cell.startswith(SHAPE):
        return cell.removeprefix(SHAPE)
    if cell.startswith(DATA):
        return f"<{cell.removeprefix(DATA)}>"
    known = [(namespace, prefix) for prefix, namespace in load_prefixes().items() if cell.startswith(namespace)]
    namespace, prefix = max(known, key=lambda pair: len(pair[0]), default=("", ""))
    return f"{prefix}:{cell.removeprefix(namespace)}" if prefix else cell


def recorded(path: Path) -> list[tuple[str, ...]]:
    text = path.with_suffix(".report.tsv").read_text(encoding="utf-8")
    header, *lines = csv.reader(io.StringIO(text), delimiter="\t")
    assert tuple(header) == COLUMNS
    return sorted(tuple(line) for line in lines)


def record(path: Path, found: list[tuple[str, ...]]) -> None:
    with path.with_suffix(".report.tsv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *found])


def promises() -> set[tuple[str, str]]:
    """Every pair of a property shape and a constraint component that the shapes hold."""
    shapes = load_shapes()
    found = set()
    for promise in shapes.subjects(RDF.type, SH.PropertyShape):
        for parameter in set(shapes.predicates(promise)) - NOT_CONSTRAINTS:
            found.add((short(str(promise)), COMPONENTS[parameter]))
    return found


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_the_background_conforms():
    assert rows(judge(BACKGROUND)) == []


@pytest.mark.parametrize("path", VALID, ids=name)
def test_valid(path):
    assert rows(judge(path)) == []


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_invalid(path):
    """To record new results, set RECORD=1 and read the difference before keeping it."""
    found = rows(judge(path))
    if os.environ.get("RECORD"):
        record(path, found)
    assert found == recorded(path)


@pytest.mark.parametrize("path", [*VALID, *INVALID], ids=name)
def test_the_reference_agrees(path):
    """PySHACL on the whole graph, asking every SPARQL constraint itself, comes to the same verdicts."""
    assert rows(judge(path, reference=True)) == (recorded(path) if path in INVALID else [])


@pytest.mark.parametrize("path", [path for path in INVALID if path.stem == "invalid.twice"], ids=name)
def test_plain_shacl_agrees(path):
    """So does pySHACL with the shapes as they are written, which is slow."""
    data = to_graph([*background(), *read(path)])
    assert rows(list(read_report(shape_report(data, copy_shapes())))) == recorded(path)


def test_every_promise_is_seen_broken():
    seen = {(row[1], row[2]) for path in INVALID for row in recorded(path)}
    assert promises() - seen == set(), "add a graph under tests/shapes/ that breaks each of these"
    assert seen - promises() == set()


def test_core_shapes_look_no_further_than_a_run():
    """A run of nodes holds their statements and the types of what they refer to; a core shape needs no more."""
    shapes = load_shapes()
    for path in shapes.objects(None, SH.path):
        assert not list(shapes.predicate_objects(path)), f"{path} is no single property"
    beside = {
        parameter for shape in shapes.objects(None, SH.qualifiedValueShape) for parameter in shapes.predicates(shape)
    }
    assert beside <= {RDF.type, RDFS.label, SH["class"], SH.languageIn}
    assert not set(shapes.predicates()) & {SH.node, SH.target, SH.targetObjectsOf, SH.equals, SH.disjoint, SH["not"]}
    assert set(shapes.objects(None, SH.property)) <= set(shapes.subjects(RDF.type, SH.PropertyShape))


def test_every_shape_is_seen_kept():
    shapes = load_shapes()
    nodes = {short(str(shape)) for shape in shapes.subjects(SH.property)}
    folders = {re.sub(r"(?<=[a-z])(?=[A-Z])", "-", node).lower() for node in nodes}
    assert folders == {path.parent.name for path in VALID} == {path.parent.name for path in INVALID}


def test_no_case_is_left_out():
    found = set(HERE.rglob("*.ttl"))
    assert found == {BACKGROUND, *VALID, *INVALID}
    assert {path.with_suffix(".report.tsv") for path in INVALID} == set(HERE.rglob("*.tsv"))


def test_shapes_have_no_blank_nodes():
    assert not [term for triple in load_shapes() for term in triple if isinstance(term, BNode)]


@pytest.mark.parametrize("path", shape_files(), ids=lambda path: path.stem)
def test_every_file_introduces_itself(path):
    from rdflib import DCTERMS, OWL

    assert re.match(r"# .+[.]\n", path.read_text(encoding="utf-8"))
    graph, this = Graph().parse(path), URIRef(SHAPE + path.stem)
    assert (this, RDF.type, OWL.Ontology) in graph
    assert {title.language for title in graph.objects(this, DCTERMS.title)} == {"en", "vi"}
    assert str(graph.value(this, OWL.versionInfo)) == "0.1.0"
    assert graph.value(this, DCTERMS.license)


def test_every_promise_explains_itself():
    shapes = load_shapes()
    for promise in shapes.subjects(RDF.type, SH.PropertyShape):
        assert str(promise).startswith(SHAPE)
        assert list(shapes.subjects(SH.property, promise)), f"{promise} belongs to no node shape"
        for predicate in (SH.message, SH.name):
            assert sorted(text.language for text in shapes.objects(promise, predicate)) == ["en", "vi"], promise
        assert shapes.value(promise, SH.severity) in {SH.Violation, SH.Warning, SH.Info}, promise


def test_every_word_of_shacl_is_spelt_right():
    """PySHACL passes over words it does not know, so a misspelt constraint would hold for everything."""
    used = {
        term for triple in load_shapes() for term in triple if isinstance(term, URIRef) and term.startswith(str(SH))
    }
    assert len(used) > 20
    assert [term for term in used if term not in SH] == []
