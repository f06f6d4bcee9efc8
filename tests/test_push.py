"""A build is pushed into servers that others wrote, and afterwards they hold exactly its statements."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import Request, urlopen

import pyoxigraph
import pytest

from builder.errors import StoreError
from builder.store import graph_protocol
from builder.store.graph_protocol import guess_graph_store, split_graphs

OXIGRAPH = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
VIRTUOSO = shutil.which("virtuoso-t")
GRAPHS = "https://w3id.org/cchc/id/graph/"
OTHERS = "https://example.org/graph/of-somebody-else"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(graph_protocol, "PAUSES", (0.01, 0.01, 0.01))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(address, process):
    for _ in range(400):
        assert process.poll() is None, "the server ended"
        try:
            urlopen(address, timeout=5).close()
        except URLError as problem:
            if hasattr(problem, "code"):
                return
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer from {address}")


@pytest.fixture
def oxigraph(tmp_path):
    """The server of the oxigraph wheel; yields its address and its process."""
    assert OXIGRAPH, "python -m pip install '.[test]' brings the server"
    port = free_port()
    command = [OXIGRAPH, "serve", "--location", str(tmp_path / "store"), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def held(address, opener=urlopen):
    """What a server holds, by graph, read without any code of ours."""
    request = Request(f"{address}/store", headers={"Accept": "application/n-quads"})
    with opener(request) as response:
        return by_graph(pyoxigraph.parse(response.read(), format=pyoxigraph.RdfFormat.N_QUADS))


def by_graph(quads):
    found = defaultdict(set)
    for quad in quads:
        found[quad.graph_name.value].add(str(quad.triple))
    return dict(found)


def statements_of(out, names=("graph.nq", "corroboration.nq")):
    """What a build tells, by graph, as a store keeps it: whole numbers as integers, decimals without needless zeros."""
    store = pyoxigraph.Store()
    for name in names:
        store.load(path=out / name, format=pyoxigraph.RdfFormat.N_QUADS)
    return by_graph(store)


def told(output):
    return {
        name: value if isinstance(value, bool | int | str) else len(value) for name, value in json.loads(output).items()
    }


# ---------------------------------------------------------------- a real server


def test_server_holds_exactly_the_statements_of_the_build(oxigraph, good, call):
    address, _ = oxigraph

    code, out, err = call("push", good.folder, "--endpoint", f"{address}/query", "--json")

    expected = statements_of(good.folder)
    assert (code, err) == (0, "")
    assert held(address) == expected
    assert told(out) == {
        "pushed": len(expected),
        "unchanged": 0,
        "removed": 0,
        "failed": 0,
        "statements": len(good.lines) + len((good.folder / "corroboration.nq").read_text().splitlines()),
        "graph_store": f"{address}/store",
        "dry_run": False,
    }


def test_pushing_twice_changes_nothing(oxigraph, good, call):
    address, _ = oxigraph
    call("push", good.folder, "--endpoint", f"{address}/query")
    before = held(address)

    code, out, _ = call("push", good.folder, "--endpoint", f"{address}/query", "--only-changed", "--json")

    assert code == 0
    assert (told(out)["pushed"], told(out)["unchanged"]) == (0, len(before))
    call("push", good.folder, "--endpoint", f"{address}/query")
    assert held(address) == before


def put(address, graph, body):
    target = f"{address}/store?graph={quote(graph, safe='')}"
    urlopen(Request(target, body.encode(), {"Content-Type": "text/turtle"}, method="PUT")).close()


def test_only_what_differs_is_pushed(oxigraph, good, call):
    address, _ = oxigraph
    call("push", good.folder, "--endpoint", f"{address}/query")
    put(address, f"{GRAPHS}tien-yen.txt", "<urn:a> <urn:b> 1 .")

    _, out, _ = call("push", good.folder, "--endpoint", f"{address}/query", "--only-changed", "--json")

    assert json.loads(out)["pushed"] == [f"{GRAPHS}tien-yen.txt"]
    assert held(address) == statements_of(good.folder)


def test_graph_of_a_removed_page_goes_with_prune_and_only_then(oxigraph, good, pages, build, tmp_path, call):
    address, _ = oxigraph
    put(address, OTHERS, "<urn:a> <urn:b> <urn:c> .")
    call("push", good.folder, "--endpoint", f"{address}/query")
    (pages / "tien-yen.txt").unlink()
    less = build(pages, tmp_path / "less").folder

    call("push", less, "--endpoint", f"{address}/query")
    assert f"{GRAPHS}tien-yen.txt" in held(address)
    code, out, _ = call("push", less, "--endpoint", f"{address}/query", "--prune", "--dry-run")
    assert code == 0
    assert f"DELETE\t{GRAPHS}tien-yen.txt\n" in out
    assert f"{GRAPHS}tien-yen.txt" in held(address)

    code, out, _ = call("push", less, "--endpoint", f"{address}/query", "--prune", "--json")
    assert (code, json.loads(out)["removed"]) == (0, [f"{GRAPHS}tien-yen.txt"])
    assert held(address) == statements_of(less) | {OTHERS: {"<urn:a> <urn:b> <urn:c>"}}


def test_dry_run_writes_nothing(oxigraph, good, call):
    address, _ = oxigraph

    code, out, err = call("push", good.folder, "--endpoint", f"{address}/query", "--dry-run")

    assert code == 0
    assert out.count("PUT\t") == len(statements_of(good.folder))
    assert "a dry run" in err
    assert held(address) == {}


def test_server_that_is_down_is_said_in_words(oxigraph, good, call):
    address, process = oxigraph
    process.kill()
    process.wait()

    code, _, err = call("push", good.folder, "--endpoint", f"{address}/query", "--prune", "--lang", "en")

    lines = err.splitlines()
    assert code == 3
    assert len(lines) == 4
    assert all("cannot be reached" in line and GRAPHS in line for line in lines[:3])
    assert "the server is gone; " in lines[3]


# ---------------------------------------------------------------- a server that misbehaves


class Service(BaseHTTPRequestHandler):
    """Takes graphs as the protocol says, or misbehaves as it is told."""

    def do_PUT(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        graph = parse_qs(urlsplit(self.path).query)["graph"][0]
        server.asked.append(graph)
        status = server.behave(self, graph)
        if status == 204:
            server.graphs[graph] = body
        if status:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="graphs"')
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"so so\n")

    def do_DELETE(self):
        status = self.server.behave(self, "greeting")
        self.send_response(404 if status == 204 else status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="graphs"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # connections are broken on purpose
    server.graphs, server.asked, server.behave = {}, [], lambda handler, graph: 204
    server.address = f"http://127.0.0.1:{server.server_port}/query"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_graphs_are_sent_in_order_and_whole(service, good, call):
    assert call("push", good.folder, "--endpoint", service.address)[0] == 0

    assert service.asked == sorted(statements_of(good.folder))
    for graph, triples in statements_of(good.folder).items():
        store = pyoxigraph.Store()
        store.load(service.graphs[graph], format=pyoxigraph.RdfFormat.N_TRIPLES)
        assert {str(quad.triple) for quad in store} == triples


@pytest.mark.parametrize("status", [500, 503, 429])
def test_server_that_comes_round_is_tried_again(service, good, call, status):
    service.behave = lambda handler, graph: status if service.asked.count(graph) < 3 else 204

    assert call("push", good.folder, "--endpoint", service.address)[0] == 0
    assert set(service.graphs) == set(statements_of(good.folder))


@pytest.mark.parametrize("status", [400, 413, 507, 500])
def test_graph_that_fails_is_named_and_holds_up_no_other(service, good, call, status):
    bad = f"{GRAPHS}tien-yen.txt"
    service.behave = lambda handler, graph: status if graph == bad else 204

    code, out, err = call("push", good.folder, "--endpoint", service.address, "--json", "--lang", "en")

    assert code == 3
    assert err.count("\n") == 1
    assert f"{bad}: " in err
    assert f"answers with status {status}: so so" in err
    assert list(json.loads(out)["failed"]) == [bad]
    assert set(service.graphs) == set(statements_of(good.folder)) - {bad}
    assert service.asked.count(bad) == (4 if status == 500 else 1), "only what may pass is tried again"


def test_server_that_dies_midway_is_said_in_words(service, good, call):
    def die(handler, graph):
        if len(service.asked) <= 2:
            return 204
        handler.connection.close()
        return 0

    service.behave = die

    code, _, err = call("push", good.folder, "--endpoint", service.address, "--lang", "en")

    left = len(statements_of(good.folder)) - 5
    assert code == 3
    assert err.count("cannot be reached") == 3
    assert f"the server is gone; {left} more graphs were not tried" in err
    assert len(service.graphs) == 2


def test_password_is_sent_where_it_is_asked_for(service, good, call, monkeypatch):
    right = "Basic " + base64.b64encode("người:bí mật".encode()).decode()
    service.behave = lambda handler, graph: 204 if handler.headers.get("Authorization") == right else 401
    monkeypatch.setenv("CCHC_TEST_PASSWORD", "bí mật")
    given = ("--user", "người", "--password-env", "CCHC_TEST_PASSWORD")

    code, _, err = call("push", good.folder, "--endpoint", service.address, *given)

    assert (code, err) == (0, "")
    assert len(service.graphs) == len(statements_of(good.folder))


@pytest.mark.parametrize("given", [(), ("--user", "me", "--password-env", "CCHC_TEST_PASSWORD")])
def test_wrong_password_is_one_line_and_never_shown(service, good, call, monkeypatch, given):
    service.behave = lambda handler, graph: 401
    monkeypatch.setenv("CCHC_TEST_PASSWORD", "not-this-one")

    code, out, err = call("push", good.folder, "--endpoint", service.address, *given, "--lang", "en")

    assert code == 3
    assert err.count("\n") == 1
    assert "does not let in" in err
    assert ("the user “me”" in err) == bool(given)
    assert "not-this-one" not in out + err
    assert len(set(service.asked)) == (0 if given else 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--user", "me"), "--user and --password-env go together"),
        (("--user", "me", "--password-env", "CCHC_NO_SUCH_VARIABLE"), "there is no variable CCHC_NO_SUCH_VARIABLE"),
    ],
)
def test_wrong_call_is_said_before_anything_is_sent(service, good, call, arguments, message):
    code, _, err = call("push", good.folder, "--endpoint", service.address, *arguments)

    assert (code, service.asked) == (2, [])
    assert message in err


# ---------------------------------------------------------------- parts


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("http://localhost:7878/query", "http://localhost:7878/store"),
        ("https://example.org/sparql", "https://example.org/sparql-graph-crud-auth"),
        ("http://localhost:3030/cchc/sparql", "http://localhost:3030/cchc/data"),
        ("http://localhost:3030/cchc/query/", "http://localhost:3030/cchc/data"),
        ("http://localhost:7200/repositories/cchc", "http://localhost:7200/repositories/cchc/rdf-graphs/service"),
    ],
)
def test_well_known_servers_tell_where_their_graph_store_is(endpoint, address):
    assert guess_graph_store(endpoint) == address


def test_other_servers_need_the_address(good, call):
    code, _, err = call("push", good.folder, "--endpoint", "http://127.0.0.1:9/ask-me")

    assert code == 3
    assert "give it with --graph-store" in err


def test_graphs_larger_than_memory_are_split_the_same(good, tmp_path, monkeypatch):
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    whole = split_graphs([good.folder / "graph.nq"], tmp_path / "one")
    monkeypatch.setattr(graph_protocol, "HELD", 7)
    pieces = split_graphs([good.folder / "graph.nq"], tmp_path / "many")

    assert {g: (b"".join(t), t.number) for g, t in pieces.items()} == {
        g: (b"".join(t), t.number) for g, t in whole.items()
    }
    assert sum(triples.number for triples in whole.values()) == len(good.lines)
    assert list(whole) == sorted(whole)


def test_statement_without_a_graph_is_refused(tmp_path):
    (tmp_path / "graph.nq").write_text("<urn:a> <urn:b> <urn:c> .\n")

    with pytest.raises(StoreError, match="stands in no named graph"):
        split_graphs([tmp_path / "graph.nq"], tmp_path)


# ---------------------------------------------------------------- Virtuoso


@pytest.fixture
def virtuoso(tmp_path):
    if not VIRTUOSO:
        pytest.skip("no virtuoso-t here (Debian: virtuoso-opensource); the same is tested against Oxigraph above")
    port, inner = free_port(), free_port()
    settings = f"""[Database]
DatabaseFile = {tmp_path}/v.db
ErrorLogFile = {tmp_path}/v.log
LockFile = {tmp_path}/v.lck
TransactionFile = {tmp_path}/v.trx
xa_persistent_file = {tmp_path}/v.pxa
[TempDatabase]
DatabaseFile = {tmp_path}/t.db
TransactionFile = {tmp_path}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{inner}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 5
ServerRoot = {tmp_path}
"""
    (tmp_path / "v.ini").write_text(settings)
    command = [VIRTUOSO, "-f", "-c", str(tmp_path / "v.ini")]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/sparql", process)
        yield f"http://127.0.0.1:{port}/sparql"
    finally:
        process.kill()
        process.wait()


@pytest.mark.long
def test_virtuoso_takes_the_graphs_and_removes_them(virtuoso, good, pages, build, tmp_path, call, monkeypatch):
    """Digest authentication, and a server of another family."""
    monkeypatch.setenv("CCHC_TEST_PASSWORD", "dba")
    given = ("--endpoint", virtuoso, "--user", "dba", "--password-env", "CCHC_TEST_PASSWORD", "--json")
    expected = statements_of(good.folder)

    code, _, err = call("push", good.folder, *given)

    assert (code, err) == (0, "")
    for graph, triples in expected.items():
        query = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        with urlopen(f"{virtuoso}?query={quote(query)}&format={quote('application/sparql-results+json')}") as response:
            (row,) = json.load(response)["results"]["bindings"]
        assert int(row["n"]["value"]) == len(triples), graph
    _, out, _ = call("push", good.folder, *given, "--only-changed")
    assert set(json.loads(out)["pushed"]) <= {f"{GRAPHS}ontology"}, "its answers to GET are cut at 10 000 rows"

    (pages / "tien-yen.txt").unlink()
    _, out, _ = call("push", build(pages, tmp_path / "less").folder, *given, "--prune")
    assert json.loads(out)["removed"] == [f"{GRAPHS}tien-yen.txt"]

    monkeypatch.setenv("CCHC_TEST_PASSWORD", "wrong")
    code, _, err = call("push", good.folder, *given, "--lang", "en")
    assert code == 3
    assert "does not let in the user “dba”" in err


def test_shards_are_pushed_like_the_graph_they_make(oxigraph, good_pages, build, tmp_path, call):
    """Each named graph stands in one file, so that files are pushed in any order."""
    out = build(good_pages, tmp_path / "out", shards=3).folder
    shutil.move(out / "shards", tmp_path / "shards")
    assert call("push", tmp_path / "shards", "--endpoint", f"{oxigraph[0]}/query")[0] == 0
    assert held(oxigraph[0]) == statements_of(out)
