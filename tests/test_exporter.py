"""Exports: a second reader finds the same statements in every format, and every export is the same at each run."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pyoxigraph
import pytest
import rdflib
from nasty import NASTY

from builder.errors import BuilderError, StoreError
from builder.exporter import FORMATS, draw, export, write_network

CHECKOUT = Path(__file__).parents[1]
WORLD = CHECKOUT / "tests" / "queries" / "world.trig"
WITH_GRAPHS = ("nq", "trig", "jsonld")
RDFLIB_NAMES = {"nq": "nquads", "trig": "trig", "ttl": "turtle", "jsonld": "json-ld", "rdfxml": "xml", "nt": "nt"}
PROPERTY = "<https://w3id.org/cchc/ontology#printedValue>"
DECIMAL = '"0.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'
ODD = f"""<urn:x:a> {PROPERTY} "a \\"b\\" \\\\ ]]> & <c>\\r\\n\\t đúng  " <urn:x:g> .
<urn:x:a> {PROPERTY} "một\u2028hai\x85ba\ufeff" <urn:x:g> .
<urn:x:a> {PROPERTY} "nhanh"@vi <urn:x:g> .
<urn:x:a> {PROPERTY} "@prefix x: <y> ." <urn:x:g> .
<urn:x:a> {PROPERTY} {DECIMAL} <urn:x:h> .
<urn:x:a> {PROPERTY} {DECIMAL} <urn:x:g> .
"""
ODD += "".join(f"<urn:x:a> {PROPERTY} {pyoxigraph.Literal(text)} <urn:x:g> .\n" for text in NASTY)


def write_nquads(path, quads):
    path.write_bytes(pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS))
    return path


@pytest.fixture(scope="module")
def statements():
    return sorted(pyoxigraph.parse(path=WORLD, format=pyoxigraph.RdfFormat.TRIG), key=str)


@pytest.fixture(scope="module")
def graph_nq(statements, tmp_path_factory):
    return write_nquads(tmp_path_factory.mktemp("out") / "graph.nq", statements)


@pytest.fixture
def odd_nq(tmp_path):
    path = tmp_path / "odd.nq"
    path.write_text(ODD, encoding="utf-8")
    return path


def read_with_pyoxigraph(path, format_):
    form = {
        "nq": "N_QUADS",
        "trig": "TRIG",
        "ttl": "TURTLE",
        "jsonld": "JSON_LD",
        "rdfxml": "RDF_XML",
        "nt": "N_TRIPLES",
    }
    return set(pyoxigraph.parse(path=path, format=getattr(pyoxigraph.RdfFormat, form[format_])))


def read_with_rdflib(path, format_):
    """Return what rdflib reads, as lines of N-Quads that pyoxigraph reads again."""
    dataset = rdflib.Dataset()
    target = dataset if format_ in WITH_GRAPHS else dataset.default_graph
    target.parse(path, format=RDFLIB_NAMES[format_])
    return set(pyoxigraph.parse(dataset.serialize(format="nquads").encode(), format=pyoxigraph.RdfFormat.N_QUADS))


def expected(quads, format_):
    return set(quads) if format_ in WITH_GRAPHS else {pyoxigraph.Quad(*quad.triple) for quad in quads}


# ---------------------------------------------------------------- RDF


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("read", [read_with_pyoxigraph, read_with_rdflib])
def test_every_reader_finds_the_same_statements(graph_nq, statements, tmp_path, format_, read):
    target = tmp_path / f"graph.{format_}"
    assert export(graph_nq, format_, target) == len(set(statements))
    assert read(target, format_) == expected(statements, format_)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("read", [read_with_pyoxigraph, read_with_rdflib])
def test_odd_characters_survive(odd_nq, tmp_path, format_, read):
    target = tmp_path / "out"
    export(odd_nq, format_, target)
    odd = pyoxigraph.parse(ODD, format=pyoxigraph.RdfFormat.N_QUADS)
    assert read(target, format_) == expected(odd, format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_same_graph_in_any_order_gives_the_same_bytes(graph_nq, statements, tmp_path, format_):
    shuffled = write_nquads(tmp_path / "shuffled.nq", [*statements[::-2], *statements[::-1]])
    export(graph_nq, format_, tmp_path / "one")
    export(shuffled, format_, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_sorted_nquads_stay_as_they_are(graph_nq, statements, tmp_path):
    export(graph_nq, "nq", tmp_path / "again.nq")
    lines = graph_nq.read_text(encoding="utf-8").splitlines()
    assert (tmp_path / "again.nq").read_text(encoding="utf-8").splitlines() == sorted(lines)


@pytest.mark.parametrize("format_", ["ttl", "trig"])
def test_only_prefixes_in_use_are_declared_in_order(graph_nq, tmp_path, format_):
    export(graph_nq, format_, tmp_path / "out")
    lines = (tmp_path / "out").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if line.startswith("@prefix")]
    assert heads == sorted(heads) == lines[: len(heads)]
    assert any(line.startswith("@prefix cchc:") for line in heads)
    assert not any(line.startswith("@prefix spdx:") for line in heads)


def test_compact_json_ld_speaks_in_short_names(graph_nq, tmp_path):
    export(graph_nq, "jsonld", tmp_path / "out.jsonld")
    text = (tmp_path / "out.jsonld").read_text(encoding="utf-8")
    assert '"cchc:indicator": "ind:on-time-rate"' in text or '"cchc:indicator": {' in text
    assert '"https://w3id.org/cchc/ontology#indicator"' not in text
    assert "tỷ lệ hồ sơ giải quyết đúng và trước hạn" in text


@pytest.mark.parametrize(
    "line",
    [
        '<urn:x:a> <urn:x:p> "form \\u000C feed" <urn:x:g> .\n',
        '<urn:x:a> <urn:x:p/1> "no name for an element" <urn:x:g> .\n',
    ],
)
def test_what_xml_cannot_hold_is_refused(tmp_path, line):
    path = tmp_path / "odd.nq"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(BuilderError, match="XML cannot hold"):
        export(path, "rdfxml", tmp_path / "out.rdf")
    assert not (tmp_path / "out.rdf").exists()
    export(path, "ttl", tmp_path / "out.ttl")
    assert read_with_pyoxigraph(tmp_path / "out.ttl", "ttl") == expected(
        pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_QUADS), "ttl"
    )


def test_unknown_format_is_answered_with_the_known_ones(graph_nq, tmp_path):
    with pytest.raises(BuilderError, match="choose one of nq, trig, ttl, jsonld, rdfxml, nt"):
        export(graph_nq, "docx", tmp_path / "out")


def test_missing_and_broken_graph(tmp_path):
    with pytest.raises(StoreError, match="build the graph first"):
        export(tmp_path / "nowhere.nq", "ttl", tmp_path / "out")
    (tmp_path / "broken.nq").write_text("<urn:a> <urn:b>\n")
    with pytest.raises(StoreError, match=r"broken\.nq, line"):
        export(tmp_path / "broken.nq", "ttl", tmp_path / "out")


def test_failed_export_leaves_the_old_file(graph_nq, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(BuilderError, match="cannot be written"):
        export(graph_nq, "ttl", tmp_path / "folder")


# ---------------------------------------------------------------- network


@pytest.fixture(scope="module")
def network(graph_nq):
    return draw(graph_nq)


def unit(code):
    return f"https://w3id.org/cchc/id/unit/{code}"


def test_localities_initiatives_and_indicators_are_nodes(network):
    assert network.nodes[unit("199")] | {"community": 0} == {
        "label": "Huyện Tiên Yên",
        "kind": "locality",
        "type": "rural-district",
        "level": "district",
        "province": "Tỉnh Quảng Ninh",
        "degree": 9,
        "community": 0,
    }
    kinds = [kind for _, kind in network.nodes(data="kind")]
    assert {kind: kinds.count(kind) for kind in kinds} == {"locality": 14, "initiative": 7, "indicator": 16}
    assert "https://w3id.org/cchc/initiative-kind/model" not in network, "the model stands for its initiatives"
    assert unit("VN") not in network


def test_renamed_locality_is_one_node_with_its_latest_name(network):
    assert network.nodes[unit("049")]["label"] == "Huyện Quảng Hòa"


def test_edges_count_statements_and_tell_the_years(network):
    model = "https://w3id.org/cchc/id/model/3-khong-1-biet"
    assert network.edges[unit("875"), model] == {"kind": "runs", "weight": 2.0, "years": "2018 2020", "shared": 0}
    rate = "https://w3id.org/cchc/indicator/on-time-rate"
    assert network.edges[unit("199"), rate] == {"kind": "reports", "weight": 3.0, "years": "2018 2019", "shared": 0}


def test_localities_are_similar_by_the_initiatives_they_share(network):
    """875 runs {3 không 1 biết, one-stop}, 199 runs {3 không 1 biết, centre}, 876 only the first.

    193, 204 and 871 run the same model and nothing else.
    """
    similar = {(a[-3:], b[-3:]): edge["weight"] for a, b, edge in network.edges(data=True) if edge["kind"] == "similar"}
    assert similar == {
        ("046", "049"): 0.5,
        ("199", "875"): 0.3333,
        ("199", "876"): 0.5,
        ("875", "876"): 0.5,
        ("193", "204"): 1.0,
        ("193", "871"): 1.0,
        ("204", "871"): 1.0,
    }


def test_similarity_can_be_asked_for_more_strictly(graph_nq):
    strict = draw(graph_nq, least_similarity=0.4)
    assert sum(edge["kind"] == "similar" for _, _, edge in strict.edges(data=True)) == 6


def test_degree_counts_what_a_locality_runs_and_reports(network):
    assert network.nodes[unit("875")]["degree"] == 6
    assert network.degree(unit("875")) == 8, "with two similar localities"


def test_every_node_belongs_to_a_community_and_the_largest_comes_first(network):
    numbers = [community for _, community in network.nodes(data="community")]
    sizes = [numbers.count(number) for number in range(max(numbers) + 1)]
    assert sum(sizes) == len(network)
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("ending", ["graphml", "gexf"])
def test_drawing_programs_find_every_attribute(network, tmp_path, ending):
    target = tmp_path / f"network.{ending}"
    write_network(network, target)
    read = {"graphml": networkx.read_graphml, "gexf": networkx.read_gexf}[ending]
    again = read(target)
    assert dict(again.nodes(data=True)) == dict(network.nodes(data=True)) or ending == "gexf"
    for name, attributes in network.nodes(data=True):
        assert {key: again.nodes[name][key] for key in attributes} == attributes
    for one, other, attributes in network.edges(data=True):
        assert {key: again.edges[one, other][key] for key in attributes} == attributes
    names = [element.get("attr.name") for element in ElementTree.parse(target).iter() if element.get("attr.name")]
    assert len(names) == len(set(names)) + names.count("kind") - bool(names), "one type per attribute"


@pytest.mark.parametrize("ending", ["graphml", "gexf"])
def test_network_is_the_same_under_any_hash_seed_and_order(graph_nq, statements, tmp_path, ending):
    shuffled = write_nquads(tmp_path / "shuffled.nq", statements[::-1])
    outputs = []
    for seed, source in [("0", graph_nq), ("1", shuffled), ("4711", graph_nq)]:
        target = tmp_path / f"{seed}.{ending}"
        program = (
            "import sys; from pathlib import Path; from builder.exporter import draw, write_network; "
            "write_network(draw(Path(sys.argv[1])), Path(sys.argv[2]))"
        )
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": "Asia/Ho_Chi_Minh", "PYTHONPATH": str(CHECKOUT)}
        subprocess.run([sys.executable, "-c", program, str(source), str(target)], check=True, env=environment)
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]
    assert b"lastmodified" not in outputs[0]


def test_network_of_a_store_is_that_of_its_file(graph_nq, network):
    class Union:
        inner = pyoxigraph.Store()

        def query(self, text):
            return self.inner.query(text, use_default_graph_as_union=True)

    Union.inner.load(path=graph_nq, format=pyoxigraph.RdfFormat.N_QUADS)
    assert list(draw(Union()).edges(data=True)) == list(network.edges(data=True))


def test_empty_graph_gives_an_empty_network(tmp_path):
    (tmp_path / "empty.nq").write_text("")
    network = draw(tmp_path / "empty.nq")
    write_network(network, tmp_path / "empty.gexf")
    write_network(network, tmp_path / "empty.graphml")
    assert len(networkx.read_graphml(tmp_path / "empty.graphml")) == 0


def test_network_file_must_end_in_a_known_way(network, tmp_path):
    with pytest.raises(BuilderError, match=r"ends in \.graphml or \.gexf"):
        write_network(network, tmp_path / "network.png")


def test_missing_graph_cannot_be_drawn(tmp_path):
    with pytest.raises(StoreError, match="build the graph first"):
        draw(tmp_path / "nowhere.nq")
