"""A release is what other portals can import: dumps that a second parser reads alike, a catalogue that conforms."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from conftest import ROOT, SHARED, write_pages

from builder import pipeline, queries
from builder.errors import BuilderError, StoreError
from builder.exporter import About, embeddable
from builder.exporter.catalogue import RELEASES
from builder.pipeline import build
from builder.release import CHECKSUMS, PARTS, Released, release, write_questions
from builder.turtle import expand
from builder.vocabulary import NAMESPACES

SHAPES = SHARED / "conformance" / "dcat-ap-3.0.1"
needs_shapes = pytest.mark.skipif(not SHAPES.is_dir(), reason="the shapes of DCAT-AP are not here")
ABOUT = About(
    url="https://dulieu.example.vn/cchc",
    version="1.2",
    issued=date(2026, 1, 2),
    publisher="Sở Nội vụ tỉnh Mẫu",
    contact="lienhe@dulieu.example.vn",
    endpoint="https://dulieu.example.vn/sparql",
)
# A page whose sentences hold what breaks careless writers: quotes, escapes, markup, odd spaces, a sign beyond 16 bits.
NASTY = """Huyện Tiên Yên "cải cách" \\ thủ tục <b>&amp;</b> ]]> hành chính @prefix x: <y> .
Thứ năm, 28/11/2019 | 08:30
Năm 2019, huyện Tiên Yên (tỉnh Quảng Ninh) triển khai mô hình “Nụ cười \\n \\u0041 công sở 😊” \u2028 \ufeff \u00a0
và tỷ lệ hồ sơ giải quyết đúng hạn\tđạt 99,97% ''' \"\"\" {"@id": "x"}; người dân hài lòng 98,5%.
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of pages of our own, one of them nasty, with the figures carried to the units of a day."""
    folder = tmp_path_factory.mktemp("release")
    pages = write_pages(folder / "pages")
    (pages / "nasty.txt").write_text(NASTY, encoding="utf-8", newline="")
    build([pages], folder / "out")
    pipeline.derive_comparison(folder / "out", date(2024, 6, 1))
    return folder / "out"


@pytest.fixture(scope="module")
def made(out: Path) -> Released:
    return release(out, out.parent / "release", ABOUT)


@pytest.fixture(scope="module")
def folder(out: Path, made: Released) -> Path:
    return out.parent / "release"


@pytest.fixture(scope="module")
def catalogue(folder: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(folder / "catalog.ttl")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a release hold two files only, where the others do not matter."""
    monkeypatch.setattr("builder.release.PARTS", tuple(part for part in PARTS if part.name in FEW))


FEW = ("graph.nt.gz", "graph.ttl")


def name(term: str) -> rdflib.URIRef:
    return rdflib.URIRef(expand(term))


# ---------------------------------------------------------------- the dumps

READERS: Mapping[str, tuple[ox.RdfFormat, str]] = {
    "graph.nq": (ox.RdfFormat.N_QUADS, "nquads"),
    "graph.trig": (ox.RdfFormat.TRIG, "trig"),
    "graph.jsonld": (ox.RdfFormat.JSON_LD, "json-ld"),
    "graph.ttl": (ox.RdfFormat.TURTLE, "turtle"),
    "graph.nt.gz": (ox.RdfFormat.N_TRIPLES, "nt"),
    "graph.rdf": (ox.RdfFormat.RDF_XML, "xml"),
}
WITH_GRAPHS = ("graph.nq", "graph.trig", "graph.jsonld")


def body_of(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def read_with_pyoxigraph(path: Path) -> set[ox.Quad]:
    return set(ox.parse(body_of(path), format=READERS[path.name][0]))


def read_with_rdflib(path: Path) -> set[ox.Quad]:
    dataset = rdflib.Dataset()
    target = dataset if path.name in WITH_GRAPHS else dataset.default_graph
    target.parse(data=body_of(path), format=READERS[path.name][1])
    return set(ox.parse(dataset.serialize(format="nquads").encode(), format=ox.RdfFormat.N_QUADS))


def test_every_dump_is_there(folder: Path, made: Released) -> None:
    assert {path.name for path in folder.glob("graph.*")} == set(READERS)
    assert made.left_out == ()


@pytest.mark.parametrize("file", READERS)
@pytest.mark.parametrize("read", [read_with_pyoxigraph, read_with_rdflib])
def test_every_dump_is_read_alike_by_two_parsers(
    out: Path, folder: Path, file: str, read: Callable[[Path], set[ox.Quad]]
) -> None:
    """rdflib wrote the JSON-LD and pyoxigraph the others; each is read by both, nasty literals and all."""
    wanted = set(ox.parse(path=out / "graph.nq", format=ox.RdfFormat.N_QUADS))
    assert any("😊" in str(quad.object) for quad in wanted)
    expected = wanted if file in WITH_GRAPHS else {ox.Quad(*quad.triple) for quad in wanted}
    assert read(folder / file) == expected


def test_compact_json_ld_carries_the_context_that_lies_beside_it(folder: Path) -> None:
    context = json.loads((folder / "context.jsonld").read_text("utf-8"))["@context"]
    assert json.loads((folder / "graph.jsonld").read_text("utf-8"))["@context"] == context


@pytest.mark.parametrize("file", ["catalog.ttl", "void.ttl", "queries.ttl", "graph.nq", "comparable.nq"])
def test_nothing_is_nameless(folder: Path, file: str) -> None:
    form = ox.RdfFormat.N_QUADS if file.endswith("nq") else ox.RdfFormat.TURTLE
    terms = {term for quad in ox.parse(path=folder / file, format=form) for term in (quad.subject, quad.object)}
    assert terms
    assert not any(isinstance(term, ox.BlankNode) for term in terms)


# ---------------------------------------------------------------- checksums and bytes


def test_sha256sum_finds_every_file_unharmed(folder: Path) -> None:
    lines = (folder / CHECKSUMS).read_text("utf-8").splitlines()
    listed = dict(reversed(line.split("  ", 1)) for line in lines)
    assert set(listed) == {path.name for path in folder.iterdir()} - {CHECKSUMS}
    assert listed == {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in listed}
    if shutil.which("sha256sum"):
        assert subprocess.run(["sha256sum", "--check", "--quiet", CHECKSUMS], cwd=folder, check=False).returncode == 0


def test_same_build_and_options_give_the_same_bytes(out: Path, folder: Path, tmp_path: Path) -> None:
    """Also in another process, with other hashes and another day."""
    code = (
        "import sys, datetime, pathlib; sys.path.insert(0, 'tests'); from test_release import ABOUT;"
        "from builder.release import release; release(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), ABOUT)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "0", "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-c", code, str(out), str(tmp_path / "again")]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    assert files_of(tmp_path / "again") == files_of(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("few")
def test_without_options_no_day_of_today_is_told(out: Path, tmp_path: Path) -> None:
    made = release(out, tmp_path / "plain")
    told = rdflib.Graph().parse(tmp_path / "plain" / "catalog.ttl")
    assert made.catalogue.issued is None
    assert made.catalogue.modified == date(2023, 10, 15), "the day of the newest page"
    assert not set(told.subjects(name("dcterms:issued")))
    assert not set(told.subjects(rdflib.RDF.type, name("dcat:DataService"))), "no endpoint, no service"
    assert str(told.value(name("id:distribution/graph.ttl"), name("dcat:accessURL"))) == f"{RELEASES}graph.ttl"


# ---------------------------------------------------------------- what may be replaced


@pytest.mark.usefixtures("few")
def test_an_earlier_release_is_replaced_whole(out: Path, tmp_path: Path) -> None:
    release(out, tmp_path / "r", About(version="1"))
    release(out, tmp_path / "r", About(version="2"))
    assert 'dcat:version "2"' in (tmp_path / "r" / "catalog.ttl").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


@pytest.mark.usefixtures("few")
def test_what_is_no_earlier_release_is_left_alone(out: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    for target in (tmp_path / "mine", out, out / "graph.nq"):
        with pytest.raises(StoreError, match="no earlier release"):
            release(out, target)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "x"
    assert (out / "graph.nq").is_file()


@pytest.mark.usefixtures("few")
def test_a_file_that_someone_put_into_a_release_is_not_lost(out: Path, tmp_path: Path) -> None:
    release(out, tmp_path / "r")
    (tmp_path / "r" / "notes.txt").write_text("x")
    with pytest.raises(StoreError, match=r"notes\.txt: not part of the release"):
        release(out, tmp_path / "r")
    assert (tmp_path / "r" / "notes.txt").read_text() == "x"


@pytest.mark.parametrize("step", ["write_catalogue", "_write_checksums", "pipeline.swap"])
@pytest.mark.usefixtures("few")
def test_a_release_that_fails_leaves_the_earlier_one(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    release(out, tmp_path / "r", About(version="1"))
    before = files_of(tmp_path / "r")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"builder.release.{step}", fail)
    with pytest.raises(StoreError, match="No space left on device; nothing was changed"):
        release(out, tmp_path / "r", About(version="2"))
    assert files_of(tmp_path / "r") == before
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


@pytest.mark.usefixtures("few")
def test_an_interrupted_replacement_is_taken_back(out: Path, tmp_path: Path) -> None:
    release(out, tmp_path / "r", About(version="1"))
    (tmp_path / "r").rename(tmp_path / ".r.earlier")
    release(out, tmp_path / "r", About(version="2"))
    assert 'dcat:version "2"' in (tmp_path / "r" / "catalog.ttl").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_damaged_build_is_not_released(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out, tmp_path / "out")
    with (tmp_path / "out" / "graph.nq").open("a") as file:
        file.write("<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(StoreError, match="changed since it was built"):
        release(tmp_path / "out", tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_a_format_that_cannot_hold_the_graph_is_left_out_and_named(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BuilderError("XML cannot hold the statement")

    parts = tuple(part for part in PARTS if part.name in ("graph.ttl", "graph.rdf"))
    object.__setattr__(parts[1], "write", refuse)
    monkeypatch.setattr("builder.release.PARTS", parts)
    made = release(out, tmp_path / "r")
    assert made.left_out == ("graph.rdf: XML cannot hold the statement",)
    assert "graph.rdf" not in (tmp_path / "r" / "catalog.ttl").read_text("utf-8")


# ---------------------------------------------------------------- DCAT-AP


def judge(catalogue: rdflib.Graph, file: str) -> tuple[bool, set[tuple[str, str]]]:
    """Return whether a catalogue conforms to a file of shapes, and the properties and severities of what does not."""
    import pyshacl

    shapes = rdflib.Graph().parse(SHAPES / file)
    shapes.remove((None, rdflib.OWL.imports, None))
    conforms, report, _ = pyshacl.validate(catalogue, shacl_graph=shapes, inference=None)
    assert isinstance(report, rdflib.Graph)
    results = report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult)
    found = {(report.value(r, rdflib.SH.resultPath), report.value(r, rdflib.SH.resultSeverity)) for r in results}
    return conforms, {(re.split("[/#]", str(path))[-1], re.split("[/#]", str(grave))[-1]) for path, grave in found}


@needs_shapes
@pytest.mark.parametrize("file", ["shapes.ttl", "range.ttl", "deprecateduris.ttl"])
def test_the_catalogue_conforms_to_dcat_ap(catalogue: rdflib.Graph, file: str) -> None:
    assert judge(catalogue, file) == (True, set())


@needs_shapes
def test_what_dcat_ap_recommends_is_told_but_for_three_things(catalogue: rdflib.Graph) -> None:
    """We draw no boxes around provinces, and what kind of publisher someone is we do not guess."""
    wanting = {("bbox", "Warning"), ("centroid", "Warning"), ("type", "Warning")}
    assert judge(catalogue, "shapes_recommended.ttl") == (False, wanting)


@needs_shapes
def test_code_lists_are_those_of_the_eu_as_far_as_they_go(catalogue: rdflib.Graph) -> None:
    """Publisher, provinces and SQLite are no terms of the EU; the rule for checksums wants https, SPDX has http."""
    _, found = judge(catalogue, "mdr-vocabularies.shape.ttl")
    assert {path for path, _ in found} == {"publisher", "spatial", "format", "algorithm", "inScheme", "None"}


BROKEN = {
    "title of the catalogue": ("dcat:Catalog", "dcterms:title"),
    "title of the data set": ("dcat:Dataset", "dcterms:title"),
    "title of the service": ("dcat:DataService", "dcterms:title"),
    "publisher of the catalogue": ("dcat:Catalog", "dcterms:publisher"),
    "name of the publisher": ("foaf:Agent", "foaf:name"),
    "address of the files": ("dcat:Distribution", "dcat:accessURL"),
    "address of the endpoint": ("dcat:DataService", "dcat:endpointURL"),
    "value of the checksums": ("spdx:Checksum", "spdx:checksumValue"),
}


def without(catalogue: rdflib.Graph, kind: str, word: str) -> rdflib.Graph:
    """Return a copy of a catalogue in which all things of a kind have lost a property."""
    copy = rdflib.Graph() + catalogue
    for thing in list(copy.subjects(rdflib.RDF.type, name(kind))):
        copy.remove((thing, name(word), None))
    assert len(copy) < len(catalogue)
    return copy


@needs_shapes
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_catalogue_does_not_conform(catalogue: rdflib.Graph, broken: str) -> None:
    conforms, found = judge(without(catalogue, *BROKEN[broken]), "shapes.ttl")
    assert not conforms
    assert found == {(BROKEN[broken][1].split(":")[1], "Violation")}


# What the profile makes mandatory and we promise besides, in our own words: class, property, how many.
PROMISED: Mapping[str, str] = {
    "dcat:Catalog": "dcterms:identifier dcterms:title* dcterms:description* dcterms:publisher dcterms:license "
    "dcterms:language* dcat:dataset dcat:service foaf:homepage dcterms:issued dcterms:modified",
    "dcat:Dataset": "dcterms:identifier dcterms:title* dcterms:description* dcterms:publisher dcterms:license "
    "dcat:contactPoint dcat:keyword* dcat:theme dcat:distribution* dcterms:spatial* dcterms:temporal dcterms:language* "
    "dcterms:provenance dcterms:accrualPeriodicity dcterms:accessRights dcat:landingPage dcat:version void:triples",
    "dcat:Distribution": "dcterms:identifier dcterms:title* dcterms:description* dcat:accessURL dcat:downloadURL "
    "dcat:mediaType dcterms:format dcat:byteSize spdx:checksum dcterms:license",
    "dcat:DataService": "dcterms:identifier dcterms:title* dcat:endpointURL dcat:endpointDescription "
    "dcat:servesDataset dcterms:license dcterms:publisher dcat:contactPoint",
    "foaf:Agent": "dcterms:identifier foaf:name",
    "spdx:Checksum": "spdx:algorithm spdx:checksumValue",
    "dcterms:PeriodOfTime": "dcat:startDate dcat:endDate",
    "vcard:Kind": "vcard:fn vcard:hasEmail",
}


def lacking(catalogue: rdflib.Graph) -> list[str]:
    """What is promised of a catalogue and not told: one value of each property, with a star at least two."""
    found = []
    for kind, words in PROMISED.items():
        things = sorted(catalogue.subjects(rdflib.RDF.type, name(kind)))
        found += [kind] if not things else []
        for thing in things:
            for word in words.split():
                number = len(set(catalogue.objects(thing, name(word.rstrip("*")))))
                if (number < 2) if word.endswith("*") else (number != 1):
                    found.append(f"{thing}: {number} × {word}")
    return found


def test_all_that_is_promised_is_told(catalogue: rdflib.Graph) -> None:
    assert lacking(catalogue) == []


@pytest.mark.parametrize("broken", BROKEN)
def test_our_own_check_notices_a_broken_catalogue(catalogue: rdflib.Graph, broken: str) -> None:
    assert lacking(without(catalogue, *BROKEN[broken])) != []


KNOWN = (rdflib.DCTERMS, rdflib.FOAF, rdflib.VOID, rdflib.RDF, rdflib.RDFS, rdflib.SKOS, rdflib.OWL, rdflib.SH)


@pytest.mark.parametrize("file", ["catalog.ttl", "void.ttl", "queries.ttl"])
def test_every_word_is_one_of_its_vocabulary(folder: Path, file: str) -> None:
    graph = rdflib.Graph().parse(folder / file)
    used = {str(word) for word in {*graph.predicates(), *graph.objects(None, rdflib.RDF.type)}}
    assert {word for word in used if not word.startswith(tuple(NAMESPACES.values()))} == set()
    told = {word: space for word in used for space in KNOWN if word.startswith(str(space))}
    assert {word for word, space in told.items() if word.removeprefix(str(space)) not in space} == set()


def test_titles_descriptions_and_keywords_are_in_both_languages(catalogue: rdflib.Graph) -> None:
    for kind in ("dcat:Catalog", "dcat:Dataset", "dcat:DataService", "dcat:Distribution"):
        for thing in catalogue.subjects(rdflib.RDF.type, name(kind)):
            for word in ("dcterms:title", "dcterms:description"):
                assert sorted(text.language for text in catalogue.objects(thing, name(word))) == ["en", "vi"]
    keywords = [word.language for word in catalogue.objects(name("id:dataset/graph"), name("dcat:keyword"))]
    assert keywords.count("en") == keywords.count("vi") == 7


def test_the_licence_stands_everywhere(folder: Path, catalogue: rdflib.Graph) -> None:
    licence = rdflib.URIRef("https://creativecommons.org/licenses/by/4.0/")
    for kind in ("dcat:Catalog", "dcat:Dataset", "dcat:DataService", "dcat:Distribution"):
        things = set(catalogue.subjects(rdflib.RDF.type, name(kind)))
        assert things == set(catalogue.subjects(name("dcterms:license"), licence)) & things
    for file in ("void.ttl", "queries.ttl", "dataset.jsonld"):
        assert str(licence) in (folder / file).read_text("utf-8")


def test_sizes_checksums_and_addresses_are_those_of_the_files(folder: Path, catalogue: rdflib.Graph) -> None:
    found = set()
    for thing in catalogue.subjects(rdflib.RDF.type, name("dcat:Distribution")):
        address = str(catalogue.value(thing, name("dcat:downloadURL")))
        assert address.startswith("https://dulieu.example.vn/cchc/")
        file = folder / address.rsplit("/", 1)[1]
        found.add(file.name)
        assert int(str(catalogue.value(thing, name("dcat:byteSize")))) == file.stat().st_size
        checksum = catalogue.value(thing, name("spdx:checksum"))
        digest = catalogue.value(checksum, name("spdx:checksumValue"))
        assert (str(digest), str(digest.datatype)) == (  # type: ignore[union-attr]
            hashlib.sha256(file.read_bytes()).hexdigest(),
            str(rdflib.XSD.hexBinary),
        )
        packed = catalogue.value(thing, name("dcat:compressFormat")) is not None
        assert packed == (file.suffix == ".gz")
    assert found == {part.name for part in PARTS} | {"comparable.nq", "corroboration.nq"}


def test_what_the_data_speak_of_is_read_from_them(catalogue: rdflib.Graph) -> None:
    data_set = name("id:dataset/graph")
    labels = {
        str(label)
        for place in catalogue.objects(data_set, name("dcterms:spatial"))
        for label in catalogue.objects(place, rdflib.RDFS.label)
    }
    provinces = {"Tỉnh Cao Bằng", "Tỉnh Lào Cai", "Tỉnh Quảng Bình", "Tỉnh Quảng Ninh", "Tỉnh Đồng Tháp"}
    assert labels == {"Việt Nam", "Viet Nam", *provinces}
    period = catalogue.value(data_set, name("dcterms:temporal"))
    days = [str(catalogue.value(period, name(word))) for word in ("dcat:startDate", "dcat:endDate")]
    assert days == ["2019-01-01", "2023-09-30"]


@pytest.mark.usefixtures("few")
def test_addresses_in_the_catalogue_do_not_depend_on_the_host(
    out: Path, catalogue: rdflib.Graph, tmp_path: Path
) -> None:
    """A portal that harvests from another host finds the same catalogue, data set and files."""
    release(out, tmp_path / "r", About(url="http://127.0.0.1:8000/tai-ve/", endpoint="http://127.0.0.1:8000/sparql"))
    other = rdflib.Graph().parse(tmp_path / "r" / "catalog.ttl")
    for kind in ("dcat:Catalog", "dcat:Dataset", "dcat:DataService", "dcat:Distribution"):
        named = [set(graph.subjects(rdflib.RDF.type, name(kind))) for graph in (catalogue, other)]
        assert named[1]
        assert named[1] <= named[0]
        assert all(str(thing).startswith("https://w3id.org/cchc/id/") for thing in named[0])


# ---------------------------------------------------------------- VoID


def test_counts_of_void_are_those_of_queries(out: Path, folder: Path) -> None:
    store = ox.Store()
    store.bulk_load(path=out / "graph.nq", format=ox.RdfFormat.N_QUADS)
    void = rdflib.Graph().parse(folder / "void.ttl")
    data_set = name("id:dataset/graph")

    def count(pattern: str, what: str = "*") -> int:
        text = f"SELECT (COUNT({what}) AS ?n) WHERE {{ {pattern} }}"
        return int(next(iter(store.query(text, use_default_graph_as_union=True)))["n"].value)

    ours = 'FILTER(ISIRI(?s) && STRSTARTS(STR(?s), "https://w3id.org/cchc/"))'
    wanted = {
        "triples": count("SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o }"),
        "distinctSubjects": count("?s ?p ?o", "DISTINCT ?s"),
        "properties": count("?s ?p ?o", "DISTINCT ?p"),
        "classes": count("?s a ?o", "DISTINCT ?o"),
        "entities": count(f"?s ?p ?o . {ours}", "DISTINCT ?s"),
    }
    assert {word: int(str(void.value(data_set, name(f"void:{word}")))) for word in wanted} == wanted
    for kind, word, number, pattern in (
        ("class", "class", "entities", "?s a <{}>"),
        ("property", "property", "triples", "SELECT DISTINCT ?s ?o WHERE {{ ?s <{}> ?o }}"),
    ):
        parts = set(void.objects(data_set, name(f"void:{kind}Partition")))
        assert len(parts) == wanted["classes" if kind == "class" else "properties"]
        for part in parts:
            what = "DISTINCT ?s" if kind == "class" else "*"
            told = void.value(part, name(f"void:{number}"))
            assert int(str(told)) == count(pattern.format(void.value(part, name(f"void:{word}"))), what), part


def test_void_tells_dumps_endpoint_vocabularies_and_links(folder: Path) -> None:
    void = rdflib.Graph().parse(folder / "void.ttl")
    data_set = name("id:dataset/graph")
    dumps = {str(address).rsplit("/", 1)[1] for address in void.objects(data_set, name("void:dataDump"))}
    assert dumps == set(READERS)
    assert str(void.value(data_set, name("void:sparqlEndpoint"))) == ABOUT.endpoint
    assert {name("qb:"), name("cchc:"), name("prov:"), name("skos:")} <= set(
        void.objects(data_set, name("void:vocabulary"))
    )
    links = list(void.subjects(rdflib.RDF.type, name("void:Linkset")))
    assert links
    assert all(int(str(void.value(link, name("void:triples")))) > 0 for link in links)


# ---------------------------------------------------------------- saved questions as data


def test_saved_questions_run_as_they_stand_and_describe_themselves(out: Path, folder: Path) -> None:
    graph = rdflib.Graph().parse(folder / "queries.ttl")
    store = ox.Store()
    store.bulk_load(path=out / "graph.nq", format=ox.RdfFormat.N_QUADS)
    named = {
        str(graph.value(q, name("dcterms:identifier"))): q
        for q in graph.subjects(rdflib.RDF.type, name("sh:SPARQLSelectExecutable"))
    }
    saved = {query.name: query for query in queries.catalogue()}
    assert set(named) == set(saved)
    for key, query in saved.items():
        thing = named[key]
        assert str(thing) == f"https://w3id.org/cchc/query/{key}"
        text = str(graph.value(thing, name("sh:select")))
        ask = [list(map(str, store.query(each, use_default_graph_as_union=True))) for each in (text, query.text)]
        assert ask[0] == ask[1]
        assert {label.language: str(label) for label in graph.objects(thing, rdflib.RDFS.label)} == query.summary
        told = {
            str(graph.value(p, name("sh:path"))).rsplit("/", 1)[1] for p in graph.objects(thing, name("sh:parameter"))
        }
        assert told == {parameter.name for parameter in query.parameters}
        assert {str(tag) for tag in graph.objects(thing, name("schema:keywords"))} == set(query.tags)


def test_parameters_tell_type_and_default(folder: Path) -> None:
    graph = rdflib.Graph().parse(folder / "queries.ttl")
    parameter = rdflib.URIRef("https://w3id.org/cchc/query/spread-within-province#year")
    assert graph.value(parameter, name("sh:datatype")) == rdflib.XSD.integer
    assert graph.value(parameter, name("sh:defaultValue")) == rdflib.Literal(2019)
    assert {text.language for text in graph.objects(parameter, name("sh:name"))} == {"vi", "en"}
    indicator = rdflib.URIRef("https://w3id.org/cchc/query/spread-within-province#indicator")
    assert graph.value(indicator, name("sh:defaultValue")) == name("ind:on-time-rate")
    assert graph.value(indicator, name("sh:class")) == name("cchc:Indicator")


def test_prefixes_of_the_questions_are_declared_with_them(folder: Path) -> None:
    graph = rdflib.Graph().parse(folder / "queries.ttl")
    declared = {str(prefix) for prefix in graph.objects(None, name("sh:prefix"))}
    texts = [str(text) for text in graph.objects(None, name("sh:select"))]
    assert declared == {prefix for text in texts for prefix in re.findall(r"(?m)^PREFIX ([\w-]+):", text)}


def test_questions_name_the_endpoint_that_answers_them() -> None:
    assert "schema:target" not in write_questions()
    assert write_questions("https://x.vn/sparql").count("schema:target <https://x.vn/sparql>") == len(
        queries.catalogue()
    )


# ---------------------------------------------------------------- schema.org


def test_search_engines_find_the_data_set(folder: Path, made: Released) -> None:
    told = json.loads((folder / "dataset.jsonld").read_text("utf-8"))
    assert told["@type"] == "Dataset"
    assert 50 <= len(told["description"]) <= 5000, "what search engines take"
    assert told["temporalCoverage"] == "2019-01-01/2023-09-30"
    assert told["creator"]["name"] == ABOUT.publisher
    assert {each["sha256"] for each in told["distribution"]} == {file.sha256 for file in made.catalogue.files}


@pytest.mark.usefixtures("few")
def test_it_can_be_put_into_a_page(out: Path, tmp_path: Path) -> None:
    """No title can end the script element in which the JSON stands."""
    evil = "</script><script>alert(1)</script><!-- & -->"
    release(out, tmp_path / "r", About(title={"vi": evil, "en": evil}))
    text = (tmp_path / "r" / "dataset.jsonld").read_text("utf-8")
    assert not set("<>&") & set(text)
    assert json.loads(text)["name"] == evil
    assert json.loads(embeddable(json.dumps(evil))) == evil


# ---------------------------------------------------------------- the command


@pytest.mark.usefixtures("few")
def test_the_command_tells_what_was_made(out: Path, tmp_path: Path, call: Callable[..., tuple[int, str, str]]) -> None:
    code, said, aside = call("release", out, "-o", tmp_path / "r", "--issued", "2026-01-02", "--version", "1.2")
    assert (code, aside) == (0, "")
    assert f"{tmp_path}/r → https://w3id.org/cchc/release/" in said
    assert "sha256sum -c SHA256SUMS" in said
    code, said, _ = call("release", out, "-o", tmp_path / "r", "--title", "Dữ liệu của tỉnh", "--json")
    told: dict[str, Any] = json.loads(said)
    assert code == 0
    assert set(told["files"]) == {*FEW, "comparable.nq", "corroboration.nq"}
    titles = (
        rdflib.Graph().parse(tmp_path / "r" / "catalog.ttl").objects(name("id:dataset/graph"), name("dcterms:title"))
    )
    assert {text.language: str(text) for text in titles}["vi"] == "Dữ liệu của tỉnh"


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--url", "trang chủ", "no web address"),
        ("--url", "ftp://x.vn/", "no web address"),
        ("--endpoint", "javascript:alert(1)", "no web address"),
        ("--contact", "gọi cho tôi", "no contact"),
        ("--contact", "a@b@c", "no contact"),
        ("--issued", "hôm nay", "--issued"),
    ],
)
@pytest.mark.usefixtures("few")
def test_misuse_is_named(
    out: Path, tmp_path: Path, call: Callable[..., tuple[int, str, str]], option: str, value: str, complaint: str
) -> None:
    code, said, aside = call("release", out, "-o", tmp_path / "r", option, value)
    assert (code, said) == (2, "")
    assert complaint in aside
    assert not (tmp_path / "r").exists()


# ---------------------------------------------------------------- a harvester of CKAN

CKAN, DCAT = "ckan==2.12.0", "ckanext-dcat==2.4.4"
NEEDS = """
import re
from importlib.metadata import requires
wanted = [line for line in requires("ckan") if 'extra == "requirements"' in line]
print("\\n".join(line.split(";")[0] for line in wanted if not re.match("psycopg2|pglast", line)))
"""
HARVEST = """
import json, sys
from ckantoolkit import config
from ckanext.dcat.processors import RDFParser
told = {}
for language in ("vi", "en"):
    config["ckan.locale_default"] = language
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(open(sys.argv[1], encoding="utf-8").read(), _format="turtle")
    told[language] = list(parser.datasets())
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def ckan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with CKAN and its DCAT extension, without what only talks to databases and would have to be compiled."""
    place = tmp_path_factory.mktemp("ckan") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*install, CKAN, DCAT], check=False, capture_output=True).returncode:
        pytest.skip("CKAN cannot be fetched from the package index")
    needs = subprocess.run([str(python), "-c", NEEDS], check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(needs) > 30
    subprocess.run([*install, *needs], check=True)
    return python


@pytest.mark.long
def test_ckan_reads_the_catalogue(ckan: Path, folder: Path, made: Released) -> None:
    """The parser that CKAN's harvester uses, with its profile for DCAT-AP 3. What the catalogue holds is also tested
    above without it."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [str(ckan), "-c", HARVEST, str(folder / "catalog.ttl")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", env=environment)
    told = json.loads(done.stdout)
    for language in ("vi", "en"):
        [data_set] = told[language]
        extras = {each["key"]: each["value"] for each in data_set["extras"]}
        assert data_set["title"] == made.catalogue.title[language]
        assert data_set["notes"] == made.catalogue.description[language]
        assert data_set["url"] == made.catalogue.url
        assert data_set["license_id"] == "cc-by"
        assert data_set["version"] == "1.2"
        assert {tag["name"] for tag in data_set["tags"]} == {w for ws in made.catalogue.keywords.values() for w in ws}
        assert extras["identifier"] == extras["uri"] == "https://w3id.org/cchc/id/dataset/graph"
        assert (extras["publisher_name"], extras["contact_email"]) == (ABOUT.publisher, ABOUT.contact)
        assert (extras["issued"], extras["modified"]) == ("2026-01-02", "2026-01-02")
        assert (extras["temporal_start"], extras["temporal_end"]) == ("2019-01-01", "2023-09-30")
        assert extras["theme"] == '["http://publications.europa.eu/resource/authority/data-theme/GOVE"]'
        resources = {resource["url"]: resource for resource in data_set["resources"]}
        assert set(resources) == {made.catalogue.address(file) for file in made.catalogue.files}
        for file in made.catalogue.files:
            resource = resources[made.catalogue.address(file)]
            assert (resource["size"], resource["hash"]) == (file.size, file.sha256)
            assert resource["mimetype"] == file.media_type
            assert resource["format"] in (file.format, "RDF", "XML") or resource["format"].endswith(
                f"/{file.format or file.media_type}"
            )
            assert resource["description"] == file.title[language]
            assert resource["uri"].startswith("https://w3id.org/cchc/id/distribution/")
