"""Stores: the same answers from memory, from a folder and from a service; and plain words when one cannot be used."""

import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
import pytest

from builder.errors import QueryError, StoreError
from builder.store import Store, open_store

NQUADS = """<urn:a> <urn:p> "1" <urn:g1> .
<urn:b> <urn:p> "2"@vi <urn:g1> .
<urn:c> <urn:p> <urn:a> <urn:g2> .
"""
ALL = "SELECT ?s ?o WHERE { ?s <urn:p> ?o } ORDER BY ?s"


@pytest.fixture
def nquads(tmp_path):
    path = tmp_path / "graph.nq"
    path.write_text(NQUADS, encoding="utf-8")
    return path


# ---------------------------------------------------------------- a service to speak to


class Service(BaseHTTPRequestHandler):
    """Answers as a SPARQL service over a pyoxigraph store does, or misbehaves as it is told."""

    def do_POST(self):
        server = self.server
        length = int(self.headers["Content-Length"])
        query = parse_qs(self.rfile.read(length).decode())["query"][0]
        misbehave = server.misbehaviour if query != "ASK { ?s ?p ?o }" else None
        if misbehave:
            misbehave(self)
            return
        try:
            answer = server.store.query(query, use_default_graph_as_union=server.union)
        except SyntaxError as problem:
            self.reply(400, "text/plain", f"error: {problem.msg}\nsecond line".encode())
            return
        if isinstance(answer, pyoxigraph.QueryTriples):
            self.reply(200, "application/n-triples", answer.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES))
        else:
            form = server.results
            self.reply(200, form.media_type + "; charset=utf-8", answer.serialize(format=form))

    def do_PUT(self):
        graph = self.graph()
        self.server.store.remove_graph(graph)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.store.load(body, format=pyoxigraph.RdfFormat.N_TRIPLES, to_graph=graph)
        self.reply(204, "text/plain", b"")

    def do_DELETE(self):
        known = self.server.store.contains_named_graph(self.graph())
        self.server.store.remove_graph(self.graph())
        self.reply(204 if known else 404, "text/plain", b"")

    def graph(self):
        return pyoxigraph.NamedNode(parse_qs(urlsplit(self.path).query)["graph"][0])

    def reply(self, status, media, body, *, promised=None):
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    server.store, server.union, server.misbehaviour = pyoxigraph.Store(), True, None
    server.results = pyoxigraph.QueryResultsFormat.JSON
    server.address = f"http://127.0.0.1:{server.server_port}/query"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["memory", "folder", "service"])
def store(request, tmp_path):
    if request.param == "memory":
        return open_store("memory:")
    if request.param == "folder":
        return open_store(tmp_path / "store", create=True)
    server = request.getfixturevalue("service")
    return open_store(server.address, graph_store=server.address.replace("query", "graphs"))


# ---------------------------------------------------------------- what every store does


def test_every_store_answers_over_all_its_graphs(store, nquads):
    assert isinstance(store, Store)
    store.load_nquads(nquads)
    assert [(row["s"].value, row["o"].value) for row in store.query(ALL)] == [
        ("urn:a", "1"),
        ("urn:b", "2"),
        ("urn:c", "urn:a"),
    ]
    assert bool(store.query("ASK { <urn:c> <urn:p>/<urn:p> '1' }")), "a path across two graphs"
    assert {str(triple) for triple in store.query("CONSTRUCT WHERE { <urn:b> ?p ?o }")} == {'<urn:b> <urn:p> "2"@vi'}
    assert store.graphs() == ("urn:g1", "urn:g2")


def test_dropping_a_graph_leaves_the_others(store, nquads):
    store.load_nquads(nquads)
    store.drop("urn:g1")
    store.drop("urn:nowhere")
    assert store.graphs() == ("urn:g2",)
    assert [row["s"].value for row in store.query(ALL)] == ["urn:c"]


def test_broken_query_is_a_query_error(store):
    with pytest.raises(QueryError):
        store.query("SELECT nothing")


@pytest.mark.parametrize(("text", "where"), [("<urn:a> <urn:p> .\n", "line 1"), (NQUADS + "<x", "line 4")])
def test_broken_file_is_named_with_its_line_and_nothing_is_taken_in(store, nquads, text, where):
    nquads.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=rf"graph\.nq, {where}"):
        store.load_nquads(nquads)
    assert store.graphs() == ()


def test_missing_file_is_a_store_error(store, tmp_path):
    with pytest.raises(StoreError, match="nowhere"):
        store.load_nquads(tmp_path / "nowhere.nq")


# ---------------------------------------------------------------- in a folder


@pytest.fixture
def folder(tmp_path, nquads):
    place = tmp_path / "store"
    open_store(place, create=True).load_nquads(nquads)
    return place


def test_folder_keeps_what_was_loaded(folder):
    assert open_store(folder).graphs() == ("urn:g1", "urn:g2")
    assert open_store(str(folder), read_only=True).graphs() == ("urn:g1", "urn:g2")


def test_readers_do_not_disturb_a_writer(folder):
    writer = open_store(folder)
    assert len(list(open_store(folder, read_only=True).query(ALL))) == 3
    with pytest.raises(StoreError, match="another program has it open"):
        open_store(folder)
    del writer


def test_read_only_store_cannot_be_changed(folder, nquads):
    reader = open_store(folder, read_only=True)
    with pytest.raises(StoreError):
        reader.load_nquads(nquads)
    with pytest.raises(StoreError):
        reader.drop("urn:g1")


def damage(folder, pattern, change):
    found = list(folder.glob(pattern))
    assert found
    for path in found:
        change(path)


def halve(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("pattern", "change"),
    [
        ("*", Path.unlink),
        ("*.sst", Path.unlink),
        ("*.sst", halve),
        ("CURRENT", Path.unlink),
        ("CURRENT", halve),
        ("MANIFEST-*", halve),
    ],
)
def test_damaged_folder_is_refused_with_advice(folder, pattern, change, read_only):
    damage(folder, pattern, change)
    with pytest.raises(StoreError, match="build the graph again") as caught:
        open_store(folder, read_only=read_only)
    assert str(folder) in str(caught.value)


def test_store_without_a_statement_is_refused(tmp_path):
    open_store(tmp_path / "store", create=True)
    with pytest.raises(StoreError, match="holds no statement"):
        open_store(tmp_path / "store")


def test_missing_folder_is_refused_and_not_made(tmp_path):
    with pytest.raises(StoreError, match="no such folder"):
        open_store(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_folder_of_other_files_is_not_made_a_store(tmp_path):
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(StoreError, match="choose a new or empty folder"):
        open_store(tmp_path, create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


# ---------------------------------------------------------------- behind an address


@pytest.mark.parametrize("form", ["JSON", "XML"])
def test_answers_are_read_in_both_formats(service, form, nquads):
    service.results = getattr(pyoxigraph.QueryResultsFormat, form)
    service.store.load(path=nquads, format=pyoxigraph.RdfFormat.N_QUADS)
    assert [row["s"].value for row in open_store(service.address).query(ALL)] == ["urn:a", "urn:b", "urn:c"]


def test_loading_replaces_a_graph(service, nquads, tmp_path):
    store = open_store(service.address, graph_store=service.address)
    store.load_nquads(nquads)
    nquads.write_text('<urn:z> <urn:p> "9" <urn:g1> .\n', encoding="utf-8")
    store.load_nquads(nquads)
    assert [row["s"].value for row in store.query(ALL)] == ["urn:c", "urn:z"]


def test_statement_without_a_graph_has_no_place_in_a_service(service, nquads):
    nquads.write_text('<urn:z> <urn:p> "9" .\n', encoding="utf-8")
    with pytest.raises(StoreError, match="stands in no named graph"):
        open_store(service.address, graph_store=service.address).load_nquads(nquads)


def test_writing_needs_the_address_of_the_graph_store(service, nquads):
    with pytest.raises(StoreError, match="give the address of the graph store protocol"):
        open_store(service.address).load_nquads(nquads)


def test_service_that_hides_its_named_graphs_is_refused(service, nquads):
    service.store.load(path=nquads, format=pyoxigraph.RdfFormat.N_QUADS)
    service.union = False
    with pytest.raises(StoreError, match="use the union of its named graphs"):
        open_store(service.address)


def test_refusal_carries_the_words_of_the_service(service):
    with pytest.raises(QueryError, match="status 400: error: "):
        open_store(service.address).query("SELECT nothing")
    service.misbehaviour = lambda reply: reply.reply(503, "text/plain", b"try later")
    with pytest.raises(StoreError, match="status 503: try later"):
        open_store(service.address).query(ALL)


MISBEHAVIOURS = {
    "a page": (lambda reply: reply.reply(200, "text/html", b"<p>hello"), "answers with “text/html”"),
    "no JSON": (lambda reply: reply.reply(200, "application/sparql-results+json", b"<p>hello"), "is not valid"),
    "half of it": (
        lambda reply: reply.reply(
            200,
            "application/sparql-results+json",
            b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"urn:a"}},',
        ),
        "is not valid",
    ),
    "broken triples": (lambda reply: reply.reply(200, "application/n-triples", b"<urn:a> <"), "is not valid"),
    "less than promised": (
        lambda reply: reply.reply(200, "application/n-triples", b"\n", promised=100),
        "the connection broke off",
    ),
    "nothing": (lambda reply: reply.wfile.close(), "the connection broke off|cannot be reached"),
    "noise": (lambda reply: reply.wfile.write(b"\x00\xff noise\r\n\r\n"), "the connection broke off"),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_misbehaving_service_is_a_store_error(service, name):
    store = open_store(service.address)
    service.misbehaviour, message = MISBEHAVIOURS[name]
    with pytest.raises(StoreError, match=message):
        store.query(ALL)


def silent(reply):
    time.sleep(3)


def dripping(reply):
    reply.send_response(200)
    reply.send_header("Content-Type", "application/n-triples")
    reply.end_headers()
    for _ in range(60):
        reply.wfile.write(b"# still working\n")
        reply.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("slow", [silent, dripping])
def test_slow_service_does_not_hold_us(service, slow):
    store = open_store(service.address, timeout=0.4)
    service.misbehaviour = slow
    started = time.monotonic()
    with pytest.raises(StoreError, match=r"no whole answer within 0\.4 s"):
        store.query(ALL)
    assert time.monotonic() - started < 2.5


def test_nobody_at_the_address(service):
    service.shutdown()
    service.server_close()
    with pytest.raises(StoreError, match="cannot be reached"):
        open_store(service.address)


@pytest.mark.parametrize("address", ["http://", "https:///query"])
def test_address_must_be_one_of_the_web(address):
    with pytest.raises(StoreError, match="not an address of the web"):
        open_store(address)


def test_graph_store_must_be_one_of_the_web(service):
    with pytest.raises(StoreError, match="not an address of the web"):
        open_store(service.address, graph_store="file:///etc")
