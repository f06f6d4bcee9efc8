"""What is written is valid N-Quads without blank nodes, says the same to two parsers, and keeps every character."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import identifiers as iri
from builder.facts import (
    Citation,
    Document,
    Evidence,
    Initiative,
    Issue,
    LinkedDocument,
    Observation,
    Period,
    Span,
)
from builder.gazetteer import Gazetteer
from builder.lexicon import Lexicon
from builder.writer import decimal, literal, shared_references, write_document, write_ontology, write_register

XSD = "http://www.w3.org/2001/XMLSchema#"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
NASTY = [
    '"',
    "\\",
    "\\u0041",
    "\n",
    "\r\n",
    "\t",
    "\x00",
    "\x0b",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufffe",
    "𠮷",
    '"@en',
    '" .',
    "a\\",
]


def linked(text: str, page: str = "a.txt", **told: str) -> LinkedDocument:
    """A page whose every part holds some text, with a fact of each kind."""
    document = Document(page, text, (), "00", published=date(2019, 11, 28), **told)  # type: ignore[arg-type]
    proof = (Evidence(Span(0, 1), Span(0, len(text))),)
    period = Period(date(2019, 1, 1), date(2019, 11, 28))
    figure = Observation(
        *("on-time-rate", Decimal("99.40"), text, "percent", "exact", "199/origin", period),
        *("commune", text, "actual", text, Decimal("0.9"), proof),
    )
    facts = (
        figure,
        Initiative(text, ("model",), "199/origin", text, "planned", proof),
        Citation(text, "KH", date(2019, 2, 12), text, proof),
    )
    return LinkedDocument(
        document, ("199/origin",), facts, (Issue("ambiguous-unit", text, page, Span(0, 1), ("199/origin",)),)
    )


def written(page: LinkedDocument, lexicon: Lexicon, gazetteer: Gazetteer) -> list[str]:
    return write_document(page, lexicon) + write_register(shared_references(page), gazetteer, lexicon)


def by_pyoxigraph(lines: Iterable[str]) -> set[tuple[str, ...]]:
    quads = ox.parse(input="".join(lines), format=ox.RdfFormat.N_QUADS)
    return {tuple(str(term) for term in quad) for quad in quads}


def by_rdflib(lines: Iterable[str]) -> set[tuple[str, ...]]:
    """Parse with the other library, and write the terms as the first one does."""
    dataset = rdflib.Dataset()
    dataset.parse(data="".join(lines), format="nquads")
    return {tuple(as_written(term) for term in quad) for quad in dataset.quads()}


def as_written(term: object) -> str:
    if isinstance(term, rdflib.Literal):
        datatype = ox.NamedNode(str(term.datatype)) if term.datatype else None
        return str(ox.Literal(str(term), datatype=datatype, language=term.language))
    assert isinstance(term, rdflib.URIRef), term
    return f"<{term}>"


@given(st.one_of(TEXT, st.sampled_from(NASTY)))
@settings(deadline=None, max_examples=60)
def test_two_parsers_read_the_same(lexicon: Lexicon, gazetteer: Gazetteer, text: str) -> None:
    page = linked(text, page="a.txt", title=text, url=f"https://a.vn/{text}", publisher=text)
    lines = written(page, lexicon, gazetteer)
    assert len(lines) == len(set(lines))
    found = by_pyoxigraph(lines)
    assert found == by_rdflib(lines)
    assert len(found) == len(lines)


@pytest.mark.parametrize("spoil", [lambda x: x.replace("99.4", "99.5"), lambda x: x.replace("Observation", "Figure")])
def test_parsers_that_read_different_things_are_seen(lexicon: Lexicon, gazetteer: Gazetteer, spoil: object) -> None:
    lines = written(linked("a"), lexicon, gazetteer)
    assert by_pyoxigraph(lines) != by_rdflib([spoil(line) for line in lines])  # type: ignore[operator]


@given(st.one_of(TEXT, st.sampled_from(NASTY)))
@settings(deadline=None, max_examples=200)
def test_a_string_is_kept_to_the_character(text: str) -> None:
    line = f"<https://a.vn/s> <https://a.vn/p> {literal(text)} <https://a.vn/g> .\n"
    assert "\n" not in line[:-1]
    (quad,) = ox.parse(input=line, format=ox.RdfFormat.N_QUADS)
    assert quad.object == ox.Literal(text)


def test_a_graph_has_no_nameless_node_and_no_default_graph(lexicon: Lexicon, gazetteer: Gazetteer) -> None:
    for quad in ox.parse(input="".join(written(linked("a"), lexicon, gazetteer)), format=ox.RdfFormat.N_QUADS):
        assert isinstance(quad.graph_name, ox.NamedNode)
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)


def test_lines_come_sorted(lexicon: Lexicon, gazetteer: Gazetteer) -> None:
    page = linked("số liệu")
    for lines in (write_document(page, lexicon), write_register(shared_references(page), gazetteer, lexicon)):
        assert lines == sorted(lines)
        assert lines == sorted(lines, key=str.encode)


def test_a_page_writes_into_its_own_graph_only(lexicon: Lexicon) -> None:
    assert {line.rsplit(" <", 1)[1] for line in write_document(linked("a", "sub/a b.txt"), lexicon)} == {
        "https://w3id.org/cchc/id/graph/sub/a%20b.txt> .\n"
    }


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("99.40", "99.4"),
        ("100", "100"),
        ("100.00", "100"),
        ("0", "0"),
        ("0.0", "0"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("1E+3", "1000"),
        ("1E-3", "0.001"),
        ("15840", "15840"),
        ("0.607", "0.607"),
        ("1234567890123456789012345678901234567890.5", "1234567890123456789012345678901234567890.5"),
    ],
)
def test_decimals_are_canonical(value: str, expected: str) -> None:
    assert decimal(Decimal(value)) == f'"{expected}"^^<{XSD}decimal>'


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40))
@settings(deadline=None)
def test_a_store_keeps_decimals_as_written(value: Decimal) -> None:
    text = decimal(value).split('"')[1]
    assert Decimal(text) == value
    small = abs(value) < 10**15 and -value.as_tuple().exponent <= 15  # type: ignore[operator]
    if small:
        store = ox.Store()
        node = ox.NamedNode("https://a.vn/x")
        store.add(ox.Quad(node, node, ox.Literal(text, datatype=ox.NamedNode(XSD + "decimal")), node))
        assert [quad.object.value for quad in store] == [text]


# ---------------------------------------------------------------- what pages share


def test_a_unit_comes_with_what_is_above_it_and_what_came_after(lexicon: Lexicon, gazetteer: Gazetteer) -> None:
    text = "".join(write_register({("unit", "026/origin")}, gazetteer, lexicon))
    for key in ("026/origin", "02/origin", "08/2025-07-01"):
        assert f"<{iri.version_iri(key)}> <http://www.w3.org/2000/01/rdf-schema#label>" in text, key
    assert f"<{iri.change_iri('02', date(2025, 7, 1))}>" in text


def test_the_register_does_not_depend_on_the_order_of_what_is_told(lexicon: Lexicon, gazetteer: Gazetteer) -> None:
    references = sorted(
        shared_references(linked("Sở Nội vụ")) | {("body", "199/origin", "SỞ NỘI VỤ"), ("model", "a"), ("model", "A")}
    )
    assert write_register(references, gazetteer, lexicon) == write_register(references[::-1] * 2, gazetteer, lexicon)


def test_everything_a_page_refers_to_is_described(lexicon: Lexicon, gazetteer: Gazetteer) -> None:
    """Each name of ours that a page's graph mentions is the subject of a statement, there or in the register."""
    page = linked("Sở Nội vụ", publisher="Báo A")
    quads = by_pyoxigraph(written(page, lexicon, gazetteer))
    described = {quad[0] for quad in quads}
    referred = {quad[2] for quad in quads if quad[2].startswith(f"<{iri.BASE}")}
    assert referred - described == set()


def test_the_ontology_goes_into_a_graph_of_its_own() -> None:
    assert list(write_ontology(["<a> <b> <c>"])) == [f"<a> <b> <c> <{iri.ONTOLOGY_GRAPH}> .\n"]
