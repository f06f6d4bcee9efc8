"""The verdicts on a graph are those of pySHACL on the whole of it, however it is cut and whichever engine looks first.

Graphs are made from those of ``tests/shapes`` by changes at random: of every property, statements are left out, told
twice with something else, moved to another node or given another object. The seed is the number of the graph.
"""

import random
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from builder.facts import Violation
from builder.validator import nodes
from builder.validator.nodes import cut, judge_run, sort
from builder.validator.shapes import ask_constraints, judge_whole

HERE = Path(__file__).parent / "shapes"
CASES = sorted(HERE.glob("*/*.ttl"))
XSD = "http://www.w3.org/2001/XMLSchema#"
WORDS = [
    *(ox.Literal(text) for text in ("", "x", "5", "a/../b", "Chữ hoa")),
    *(ox.Literal(text, language=language) for text in ("", "chữ") for language in ("vi", "en", "en-gb")),
    *(
        ox.Literal(text, datatype=ox.NamedNode(XSD + kind))
        for kind, texts in {
            "decimal": ("-1", "0", "1.0", "101", "7.5", "x"),
            "integer": ("5", "-5"),
            "nonNegativeInteger": ("0", "07", "-7", "1000"),
            "double": ("1e3",),
            "boolean": ("true", "maybe"),
            "date": ("2019-01-01", "2019-02-30", "1800-01-01", "2200-01-01"),
            "dateTime": ("2019-01-01T00:00:00",),
            "gYear": ("2019",),
        }.items()
        for text in texts
    ),
]
SHORT, LONG = 30, 600


@cache
def read(path: Path) -> tuple[ox.Triple, ...]:
    return tuple(quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE))


def change(triples: list[ox.Triple], by: random.Random) -> None:
    """Change one statement; every property is as likely as any other, however often it is used."""
    predicate = by.choice(sorted({t.predicate.value for t in triples}))
    at = by.choice([i for i, t in enumerate(triples) if t.predicate.value == predicate])
    told, other = triples[at], by.choice(triples)
    changed = {
        "left out": [],
        "told twice": [told, ox.Triple(told.subject, told.predicate, other.object)],
        "of another thing": [ox.Triple(told.subject, told.predicate, other.object)],
        "of another word": [ox.Triple(told.subject, told.predicate, by.choice(WORDS))],
        "by another node": [ox.Triple(other.subject, told.predicate, told.object)],
        "as another property": [ox.Triple(told.subject, other.predicate, told.object)],
    }
    triples[at : at + 1] = changed[by.choice(sorted(changed))]


def make(number: int) -> list[ox.Quad]:
    """Return a graph, changed in up to four places, that stands in two named graphs."""
    by = random.Random(number)
    background = read(HERE / "background.ttl")
    open_to_change = [*read(by.choice(CASES)), *(background if number % 4 == 0 else ())]
    for _ in range(number % 5):
        if open_to_change:
            change(open_to_change, by)
    triples = dict.fromkeys([*open_to_change, *(() if number % 4 == 0 else background)])
    return [ox.Quad(*triple, ox.NamedNode(f"https://example.org/{by.choice('ab')}")) for triple in triples]


def told(violations: list[Violation]) -> list[tuple[str, ...]]:
    found = {
        (v.focus, v.shape, v.constraint, v.severity, v.path, number(v.value), *map(str, v.messages.items()))
        for v in violations
    }
    return sorted(found)


def number(text: str) -> str:
    """Numbers are compared as numbers: the store writes 07 as 7 and 1e3 as 1E+3."""
    return str(Decimal(text).normalize()) if re.fullmatch(r"-?\d+([.]\d+)?([eE][+-]?\d+)?", text) else text


def in_runs(quads: list[ox.Quad], size: int) -> Iterator[Violation]:
    store = ox.Store()
    store.bulk_extend(quads)
    for run in cut(sort(quads), store, size):
        yield from judge_run(run)
    yield from ask_constraints(store)


def compare(number: int) -> int:
    quads = make(number)
    expected = told(judge_whole(quads))
    assert told(list(in_runs(quads, size=1 + number % 40))) == expected, f"graph {number}"
    return len(expected)


@pytest.mark.filterwarnings("ignore")
def test_verdicts_are_those_of_pyshacl() -> None:
    """The short form: some graphs; most of them are broken, and some are right."""
    found = [compare(number) for number in range(SHORT)]
    assert 2 < found.count(0) < SHORT / 2


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", range(SHORT, LONG, 57))
def test_verdicts_are_those_of_pyshacl_on_many_graphs(part: int) -> None:
    for number in range(part, part + 57):
        compare(number)


@pytest.mark.filterwarnings("ignore")
def test_verdicts_do_not_depend_on_the_fast_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, pySHACL judges every node."""
    monkeypatch.setattr(nodes, "fast_engine", lambda: None)
    for number in range(LONG, LONG + 10):
        compare(number)
