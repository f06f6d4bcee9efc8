"""Every name of the graph is a valid IRI of ours, made from content alone."""

from datetime import date
from decimal import Decimal

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import identifiers as iri
from builder.facts import Evidence, Initiative, Observation, Period, Span

ANYTHING = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    st.sampled_from(
        [
            "<script>",
            "javascript:alert(1)",
            'a"b',
            "a b",
            "a%b",
            "a#b?c",
            "{x}",
            "a\\b",
            "a^b`|",
            "../..",
            "北",
            "Đ",
            "\x00",
        ]
    ),
)
EVIDENCE = (Evidence(Span(0, 1), Span(0, 1)),)


def observation(**parts: object) -> Observation:
    told: dict[str, object] = {
        "indicator": "on-time-rate",
        "value": Decimal("99.4"),
        "printed": "99,4%",
        "measure": "percent",
        "bound": "exact",
        "area": "199/origin",
        "period": Period(date(2019, 1, 1), date(2019, 12, 31)),
        "level": "commune",
        "agency": "",
        "status": "actual",
        "rule": "cue-frame",
        "confidence": Decimal("0.9"),
        "evidence": EVIDENCE,
    }
    return Observation(**(told | parts))  # type: ignore[arg-type]


def initiative(label: str) -> Initiative:
    return Initiative(label, ("model",), "199/origin", "", "implemented", EVIDENCE)


def names_of(text: str) -> list[str]:
    """Every name that is made from what a page says."""
    return [
        iri.document_iri(text),
        iri.graph_iri(text),
        iri.text_iri(text),
        iri.span_iri(text, Span(3, 9)),
        iri.body_iri("199", text),
        iri.publisher_iri(text),
        iri.legal_iri(text),
        iri.legal_iri(text, "2020-01-01", text),
        iri.legal_iri("12/QĐ-UBND", "2020-01-01", text),
        iri.model_iri(text),
        iri.observation_iri(text, observation(agency=text)),
        iri.initiative_iri(text, initiative(text)),
        iri.issue_iri(text, "no-date", None, text),
    ]


@given(ANYTHING)
@settings(deadline=None, max_examples=300)
def test_every_name_is_a_valid_iri_of_ours(text: str) -> None:
    for name in names_of(text):
        assert ox.NamedNode(name).value == name
        assert rdflib.URIRef(name).n3() == f"<{name}>"
        assert name.startswith(iri.BASE)
        assert "/graph/" in name or "/document/" in name or "/publisher/" in name or not name.endswith("/")


@given(ANYTHING, ANYTHING)
@settings(deadline=None, max_examples=300)
def test_different_pages_have_different_names(one: str, other: str) -> None:
    assert (iri.document_iri(one) == iri.document_iri(other)) == (one == other)
    assert (iri.graph_iri(one) == iri.graph_iri(other)) == (one == other)


def test_no_page_can_take_the_name_of_a_shared_graph() -> None:
    """A page whose name would give it the graph of the register or the ontology is not a page that can be listed."""
    endings = (".txt", ".md", ".html", ".htm")
    assert not iri.REGISTER_GRAPH.endswith(endings)
    assert not iri.ONTOLOGY_GRAPH.endswith(endings)
    assert "/" not in iri.REGISTER_GRAPH.removeprefix(iri.BASE + "graph/")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pages/tien-yen.txt", "pages/tien-yen.txt"),
        ("Huyện Tiên Yên.txt", "Huy%E1%BB%87n%20Ti%C3%AAn%20Y%C3%AAn.txt"),
        ("99%.txt", "99%25.txt"),
        ('“a” "b".txt', "%E2%80%9Ca%E2%80%9D%20%22b%22.txt"),
        ("a#b?c.txt", "a%23b%3Fc.txt"),
        ("it's (1).txt", "it's%20(1).txt"),
    ],
)
def test_a_page_is_named_by_its_path(path: str, expected: str) -> None:
    assert iri.document_iri(path) == f"https://w3id.org/cchc/id/document/{expected}"


@pytest.mark.parametrize(
    "parts",
    [
        {"indicator": "overdue-rate"},
        {"value": Decimal("99.5")},
        {"bound": "above"},
        {"area": "22/origin"},
        {"period": Period(None, date(2019, 12, 31))},
        {"period": None},
        {"level": None},
        {"agency": "Sở Nội vụ"},
        {"status": "target"},
    ],
)
def test_figures_that_differ_have_different_names(parts: dict[str, object]) -> None:
    assert iri.observation_iri("a.txt", observation(**parts)) != iri.observation_iri("a.txt", observation())


@pytest.mark.parametrize(
    "parts", [{"evidence": ()}, {"rule": "x"}, {"confidence": Decimal("0.1")}, {"printed": "99,40 %"}]
)
def test_what_is_known_about_a_figure_does_not_rename_it(parts: dict[str, object]) -> None:
    assert iri.observation_iri("a.txt", observation(**parts)) == iri.observation_iri("a.txt", observation())


def test_names_stay_as_they_are() -> None:
    """Published names are for good; a change here renames every figure of every graph."""
    assert iri.observation_iri("a.txt", observation()) == f"{iri.BASE}observation/0143f7e95e81b195"
    assert iri.initiative_iri("a.txt", initiative("Nụ cười công sở")) == f"{iri.BASE}initiative/e8b0ad921691214b"
    assert iri.issue_iri("a.txt", "no-date", None, "m") == f"{iri.BASE}issue/afd035d9b57468d0"
    assert iri.span_iri("a.txt", Span(3, 9)) == f"{iri.BASE}document/a.txt#char=3,9"
    assert iri.interval_iri(Period(date(2019, 1, 1), None)) == f"{iri.BASE}interval/2019-01-01_"
    assert iri.legal_iri("49-NQ/TW") == f"{iri.BASE}legal/49-nq-tw"
    assert iri.legal_iri("45/KH-UBND", "2019-02-12", "UBND huyện Tiên Yên").endswith(
        "45-kh-ubnd/2019/ubnd-huyen-tien-yen"
    )
    assert iri.change_iri("046", date(2020, 3, 1)) == f"{iri.BASE}change/046-2020-03-01"


@pytest.mark.parametrize(
    ("one", "other"), [("3 không 1 biết", "3 KHÔNG  1 BIẾT"), ("Nụ cười công sở", "nụ cười công sở")]
)
def test_one_model_of_several_places_meets_in_one_name(one: str, other: str) -> None:
    assert iri.model_iri(one) == iri.model_iri(other)


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1",
        "http://",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "a b",
        "",
        "https:///x",
        "//a.vn",
        "https://a.vn:99999999\x00[",
    ],
)
def test_what_is_no_address_is_none(url: str) -> None:
    assert iri.web_address(url) == "" or ox.NamedNode(iri.web_address(url))
    if not url.startswith("https://a.vn"):
        assert iri.web_address(url) == ""


@given(st.one_of(ANYTHING, ANYTHING.map(lambda t: f"https://a.vn/{t}"), ANYTHING.map(lambda t: f"http://{t}")))
@settings(deadline=None, max_examples=300)
def test_an_address_can_stand_in_the_graph(url: str) -> None:
    address = iri.web_address(url)
    if address:
        assert ox.NamedNode(address).value == address
        assert rdflib.URIRef(address).n3() == f"<{address}>"
        assert address.startswith(("http://", "https://"))
        assert iri.web_address(address) == address
