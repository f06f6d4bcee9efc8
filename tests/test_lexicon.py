"""The ontology is the lexicon: what it calls a thing is found in pages, and a wording is added there, nowhere else."""

import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT, TIEN_YEN
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import artefacts
from builder.errors import OntologyError
from builder.extractor import extract
from builder.facts import Document, FigureClaim
from builder.gazetteer import Gazetteer
from builder.lexicon import Hit, Hits, Lexicon, between, load_lexicon, local_name
from builder.text import fold, fold_name

LABELS = ("prefLabel", "altLabel", "hiddenLabel")


def labels_of(scheme: str) -> dict[str, set[str]]:
    """Return the Vietnamese labels of the concepts of a scheme, folded, read apart from the code under test."""
    found: dict[str, set[str]] = {}
    for quad in artefacts.ontology_store():
        subject, predicate, value = (str(getattr(term, "value", "")) for term in list(quad)[:3])
        language = getattr(quad.object, "language", None) or "vi"
        if f"/cchc/{scheme}/" in subject and local_name(predicate) in LABELS and language == "vi":
            found.setdefault(local_name(subject), set()).add(fold_name(value))
    return found


@pytest.mark.parametrize("scheme", ["cue", "indicator"])
def test_every_label_is_found(scheme: str, lexicon: Lexicon) -> None:
    missed = [
        (concept, label)
        for concept, labels in labels_of(scheme).items()
        if concept in lexicon.cues or concept in lexicon.indicators
        for label in labels
        if not any(h.concept == concept and (h.start, h.end) == (0, len(label)) for h in lexicon.find(label))
    ]
    assert missed == []


def test_the_lexicon_is_worth_testing(lexicon: Lexicon) -> None:
    assert len(lexicon.indicators) >= 145
    assert len(lexicon.cues) >= 150
    assert set(lexicon.cues) <= set(labels_of("cue"))


@pytest.mark.parametrize("around", ["{}", "({})", "“{}”", "x {} y", "{}, {}", "1{}2", "-{}/"])
def test_wordings_are_whole_words(around: str, lexicon: Lexicon) -> None:
    text = fold(around.replace("{}", "đúng hạn")).text
    assert any(h.concept == "punctual" for h in lexicon.find(text))


@pytest.mark.parametrize("inside", ["xđúng hạn", "đúng hạnx", "đúng hạng", "bđúng hạnb"])
def test_wordings_inside_words_are_none(inside: str, lexicon: Lexicon) -> None:
    assert not any(h.concept == "punctual" for h in lexicon.find(fold(inside).text))


@given(
    st.lists(
        st.sampled_from(["đúng hạn", "trước hạn", "hồ sơ", "tỷ lệ", "hài lòng", " ", ", ", "9", "%", "x"]), max_size=25
    )
)
@settings(deadline=None, max_examples=150)
def test_hits_are_sorted_and_stand_where_they_say(lexicon: Lexicon, pieces: list[str]) -> None:
    text = fold("".join(pieces)).text
    hits = lexicon.find(text)
    assert hits == sorted(hits)
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end].strip() == text[hit.start : hit.end]
    for one, other in pairwise(hits):
        if one.dimension == other.dimension:
            inside = (
                one.start <= other.start and other.end <= one.end and (one.start, one.end) != (other.start, other.end)
            )
            assert not inside, "a wording inside a longer one of its kind is left out"


def test_between_is_what_lies_inside() -> None:
    hits = [Hit(0, 4, "a", "x"), Hit(2, 9, "a", "y"), Hit(5, 7, "a", "z"), Hit(9, 12, "a", "w")]
    told = Hits(hits)
    for _ in range(2):  # the second time from memory
        assert between(told, 2, 9) == (hits[1], hits[2])
        assert between(told, 3, 8) == (hits[2],)
        assert between(told, 20, 30) == ()


# ---------------------------------------------------------------- adding to it


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the ontology that a test may add to."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    return tmp_path


def add(root: Path, turtle: str) -> None:
    places = {"cchc": "ontology#", "cue": "cue/", "ind": "indicator/", "reading": "reading/"}
    places |= {"dimension": "cue-dimension/", "measure": "measure/", "area": "reform-area/"}
    prefixes = "".join(f"@prefix {name}: <https://w3id.org/cchc/{place}> .\n" for name, place in places.items())
    prefixes += "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    (root / "ontology" / "zz-added.ttl").write_text(prefixes + turtle, encoding="utf-8")


def said(document: Document, lexicon: Lexicon, gazetteer: Gazetteer) -> set[tuple[str, str]]:
    claims = extract(document, lexicon, gazetteer).claims
    return {(c.indicator, str(c.quantity.value)) for c in claims if isinstance(c, FigureClaim)}


def test_a_wording_is_a_line_of_turtle(
    root: Path, lexicon: Lexicon, gazetteer: Gazetteer, read_text: Callable[..., Document]
) -> None:
    page = read_text(TIEN_YEN.replace("đúng hạn đạt 99,97%", "khớp lịch đã hứa đạt 99,97%"))
    assert ("on-time-rate", "99.97") not in said(page, lexicon, gazetteer)
    add(root, 'cue:on-time skos:altLabel "khớp lịch đã hứa"@vi .')
    assert ("on-time-rate", "99.97") in said(page, load_lexicon(root), gazetteer)


NEW_INDICATOR = """
ind:watered-tree-rate a skos:Concept , cchc:Indicator ; skos:inScheme <https://w3id.org/cchc/indicator> ;
    skos:prefLabel "tỷ lệ cây xanh được tưới"@vi , "share of trees watered"@en ;
    cchc:measure measure:percent ; cchc:reformArea area:procedures ; cchc:reading reading:watered-tree-rate-1 .
reading:watered-tree-rate-1 a cchc:Reading ; cchc:needs cue:watered .
cue:watered a skos:Concept , cchc:Cue ; skos:inScheme dimension:topic ; skos:prefLabel "cây xanh được tưới"@vi .
"""


def test_an_indicator_is_some_lines_of_turtle(
    root: Path, lexicon: Lexicon, gazetteer: Gazetteer, read_text: Callable[..., Document]
) -> None:
    sentence = "Trong năm 2019, tỷ lệ cây xanh được tưới trên địa bàn huyện Tiên Yên đạt 87,5%.\n"
    page = read_text(sentence)
    assert not any(value == "87.5" for _, value in said(page, lexicon, gazetteer))
    add(root, NEW_INDICATOR)
    assert ("watered-tree-rate", "87.5") in said(page, load_lexicon(root), gazetteer)
    page, others = read_text(TIEN_YEN + sentence), said(read_text(TIEN_YEN), lexicon, gazetteer)
    assert said(page, load_lexicon(root), gazetteer) == others | {("watered-tree-rate", "87.5")}


def test_a_broken_ontology_is_named_with_its_line(root: Path) -> None:
    add(root, 'cue:on-time skos:altLabel "khớp lịch .')
    with pytest.raises(OntologyError, match=r"zz-added\.ttl, line 9: not valid Turtle"):
        load_lexicon(root)


def test_an_ontology_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match=r"ontology: no \*\.ttl found"):
        load_lexicon(tmp_path)


@pytest.mark.parametrize(
    ("page", "counted"),
    [
        ("trong đó 31 thủ tục h", "procedure"),
        ("đã nhận 40 hồ sơ, giải quyết 38 hồ", "dossier"),
        ("cả nước giảm 40.500 ngư", "person"),
        ("cả nước giảm 40.500 xyz", None),
        ("đã giảm 40.500 th", None),
    ],
)
def test_what_is_counted_where_a_page_breaks_off(page: str, counted: str | None, lexicon: Lexicon) -> None:
    last = [hit.concept for hit in lexicon.find(page) if hit.end == len(page) and hit.dimension == "object"]
    assert last == ([counted] if counted else [])
