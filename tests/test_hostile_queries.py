"""Queries made to hurt: each is refused or answered in full, in time, and the next query is answered.

Each pattern has killed, blocked or bloated an engine that was not confined, or has made one visit an address of the
attacker's choice.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pyoxigraph
import pytest
from conftest import ROOT, Build
from serving import Canary, serve, write_store

from builder.server.answering import Limits
from builder.server.guard import Dataset, Query, look
from builder.server.protocol import endpoint_app
from builder.server.refusals import EngineFailed, LimitHit, Malformed, UnknownGraph
from builder.server.workers import Pool

pytestmark = pytest.mark.long

LIMITS = Limits(seconds=2, memory=1 << 30, rows=10_000, bytes=16 << 20, workers=2)
CANARY = "http://canary.invalid/"  # stands for the address of the server that nobody may visit
DEEP, WIDE = 3_000, 30_000
PATTERN = "?s ?p ?o . "


def nest(opening: str, middle: str, closing: str, depth: int = DEEP) -> str:
    return opening * depth + middle + closing * depth


def doubling(function: str, steps: int = 40) -> str:
    """A string that grows by the power of steps."""
    lines = (f"BIND({function.format(f'?x{step}')} AS ?x{step + 1})" for step in range(steps))
    return f"SELECT (STRLEN(?x{steps}) AS ?n) {{ BIND('aaaaaaaaaaaaaaaa' AS ?x0) {' '.join(lines)} }}"


HOSTILE: dict[str, str | bytes] = {
    # what overflows the stack of a parser
    "groups in groups": f"SELECT * WHERE {nest('{', '', '}')}",
    "groups that are never closed": "SELECT * WHERE " + "{" * DEEP,
    "groups as deep as the guard allows": f"SELECT * WHERE {nest('{', PATTERN, '}', 40)} LIMIT 1",
    "parentheses in parentheses": f"SELECT ({nest('(', '1', ')', WIDE // 3)} AS ?x) {{}}",
    "negations of negations": f"SELECT ({'!' * (WIDE // 3)} true AS ?x) {{}}",
    "a sum without end": f"SELECT (1{'+1' * (WIDE // 3)} AS ?x) {{}}",
    "an alternative without end": f"ASK {{ FILTER(false{'||false' * 4_000}) }}",
    "FILTER in FILTER": f"ASK {nest('{ FILTER NOT EXISTS ', '{}', '}', 1_000)}",
    "OPTIONAL in OPTIONAL": f"ASK {nest('{ ?s ?p ?o OPTIONAL ', '{}', '}', 1_000)}",
    "UNION after UNION": f"ASK {{ {'{} UNION ' * 3_000} {{}} }}",
    "sub-query in sub-query": f"{nest('SELECT * {{', '', '}}', 1_500)}",
    "BIND after BIND": "SELECT * { " + " ".join(f"BIND(1 AS ?x{i})" for i in range(1_500)) + " }",
    "blank nodes in blank nodes": f"ASK {{ {nest('[ ?p ', '[]', ' ]', 2_000)} }}",
    "lists in lists": f"ASK {{ ?s ?p {nest('( ', '1', ' )', 2_000)} }}",
    "a path in a path": f"ASK {{ ?s {nest('(', '<a:a>', ')*', 2_000)} ?o }}",
    # what a planner or an evaluator does not get done with
    "the same triple pattern again and again": f"ASK {{ {PATTERN * 200} }}",
    "triple patterns, as many as the guard allows": f"ASK {{ {PATTERN * 79} ?s ?p ?o }}",
    "a long list": f"ASK {{ ?s ?p ({' 1' * 1_000} ) }}",
    "a path of many steps": f"ASK {{ ?s {'/'.join(['<a:a>'] * 1_000)} ?o }}",
    "a path of many ways": f"ASK {{ ?s {'|'.join(['<a:a>'] * 5_000)} ?o }}",
    "IN a long list": f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({', '.join(map(str, range(5_000)))})) }}",
    "VALUES without end": f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {'1 ' * 100_000} }} }}",
    "counting a cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "all of a cross product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "a cross product in order": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "the distinct ones of a cross product": "SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "a path between any two": "SELECT (COUNT(*) AS ?n) { ?a (!<a:a>|!<a:b>)* ?b . ?b (!<a:a>|^!<a:b>)+ ?c }",
    "a regular expression that backtracks": f"ASK {{ FILTER(!REGEX('{'a' * 5_000}!', '^(a+)+$')) }}",
    "a regular expression that is large": "ASK { FILTER(REGEX('a', '((((a{1,100}){1,100}){1,100}){1,100}){1,100}')) }",
    # what takes all memory
    "a string that doubles": doubling("CONCAT({0}, {0})"),
    "a string that grows by REPLACE": doubling("REPLACE({0}, 'a', 'aaaaaaaaaa')", 12),
    "a string of all strings": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?g))) AS ?x) "
    "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "a literal of ten megabytes": b"ASK { ?s ?p '" + b"a" * 10_000_000 + b"' }",
    # what is no text
    "NUL bytes": b"ASK { ?s ?p '\x00' } \x00\x00 SERVICE",
    "half of a surrogate pair": b"ASK { ?s ?p '\xed\xa0\x80' }",
    # what makes the server visit an address
    "SERVICE": f"SELECT * {{ SERVICE <{CANARY}> {{ ?s ?p ?o }} }}",
    "LOAD": f"LOAD <{CANARY}>",
    "FROM": f"SELECT * FROM <{CANARY}> {{ ?s ?p ?o }}",
}
VISITS = {  # more ways to the canary
    "SERVICE SILENT": f"SELECT * {{ SERVICE SILENT <{CANARY}> {{ ?s ?p ?o }} }}",
    "SERVICE, escaped": f"SELECT * {{ \\u0053ERVICE <{CANARY}> {{ ?s ?p ?o }} }}",
    "SERVICE, escaped by eight digits": f"SELECT * {{ SERV\\U00000049CE <{CANARY}> {{ ?s ?p ?o }} }}",
    "SERVICE of a variable": f"SELECT * {{ BIND(<{CANARY}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
    "SERVICE of a variable in data": f"SELECT * {{ VALUES ?x {{ <{CANARY}> }} SERVICE SILENT ?x {{ ?s ?p ?o }} }}",
    "SERVICE without space": f"SELECT*{{SERVICESILENT<{CANARY}>{{?s ?p ?o}}}}",
    "SERVICE as a prefix": f"PREFIX : <{CANARY}> SELECT * {{ SERVICE:x {{ ?s ?p ?o }} }}",
    "SERVICE as a declared prefix": f"PREFIX SERVICE: <a:> PREFIX : <{CANARY}> ASK {{ SERVICE:x {{ ?s ?p ?o }} }}",
    "SERVICE after a literal": f"ASK {{ ?s ?p trueSERVICE<{CANARY}>{{?s ?p ?o}} }}",
    "SERVICE in a sub-query in EXISTS": f"ASK {{ FILTER EXISTS {{ SELECT * {{ SERVICE <{CANARY}> {{}} }} }} }}",
    "FROM NAMED": f"SELECT * FROM NAMED <{CANARY}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "FROM, escaped": f"SELECT * \\u0046ROM <{CANARY}> {{ ?s ?p ?o }}",
    "FROM a file": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "LOAD INTO": f"LOAD SILENT <{CANARY}> INTO GRAPH <a:b>",
    "LOAD, escaped": f"\\u004cOAD <{CANARY}>",
    "an update that reads": f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{CANARY}> {{ ?s ?p ?o }} }}",
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory, build: Build) -> Iterator[Pool]:
    """Workers over the graph of the example pages."""
    folder = tmp_path_factory.mktemp("hostile")
    graph = build(ROOT / "examples" / "pages", folder / "out").folder / "graph.nq"
    store = write_store(folder / "store", graph, pyoxigraph.RdfFormat.N_QUADS)
    with Pool(store, LIMITS) as pool:
        yield pool


@pytest.fixture(scope="module")
def endpoint(pool: Pool) -> Iterator[httpx.Client]:
    with serve(endpoint_app(pool)) as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with Canary() as canary:
        yield canary


def send(endpoint: httpx.Client, canary: Canary, query: str | bytes) -> httpx.Response:
    content = query.replace(CANARY, canary.address).encode() if isinstance(query, str) else query
    return endpoint.post("/sparql", content=content, headers={"content-type": "application/sparql-query"})


def is_whole_or_refused(response: httpx.Response) -> bool:
    """A refusal tells its reason in two languages; an answer is a document that ends."""
    if response.status_code != 200:
        return response.status_code in {400, 403, 413, 500, 503} and len(response.text.splitlines()) == 2
    return bool(json.loads(response.content))


def test_there_are_38_patterns() -> None:
    assert len(HOSTILE) == 38


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_hurts_nobody_else(endpoint: httpx.Client, canary: Canary, name: str) -> None:
    started = time.monotonic()
    response = send(endpoint, canary, HOSTILE[name])
    assert is_whole_or_refused(response), response.text[:300]
    assert time.monotonic() - started < LIMITS.seconds + 3
    for _ in range(LIMITS.workers):  # a worker that was killed is back before the next pattern
        assert endpoint.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True
    assert canary.visits == []


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"SERVICE", "half of a surrogate pair"}))
def test_without_the_guard_a_hostile_query_still_hurts_nobody_else(pool: Pool, name: str) -> None:
    """The processes are what keeps the service alive; the guard spares them work."""
    query = HOSTILE[name]
    text = query if isinstance(query, str) else query.decode()
    with suppress(LimitHit, EngineFailed, Malformed, UnknownGraph):
        assert pool.answer(Query(text, "SELECT", Dataset((CANARY,)) if name == "FROM" else None)).body
    for _ in range(LIMITS.workers):
        assert pool.answer(look("ASK {}")).body


@pytest.mark.parametrize("name", VISITS)
def test_no_query_makes_the_server_visit_an_address(endpoint: httpx.Client, canary: Canary, name: str) -> None:
    response = send(endpoint, canary, VISITS[name])
    assert response.status_code in {400, 403}
    assert canary.visits == []


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri", "using-graph-uri"])
def test_no_parameter_makes_the_server_visit_an_address(endpoint: httpx.Client, canary: Canary, parameter: str) -> None:
    query = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } LIMIT 1"
    response = endpoint.get("/sparql", params={"query": query, parameter: canary.address})
    assert response.status_code == (200 if parameter.startswith("using") else 400)
    assert canary.visits == []


def test_the_canary_would_have_sung(canary: Canary, tmp_path: Path) -> None:
    """The engine by itself does visit the address, so the silence above means something."""
    before = len(canary.visits)
    with suppress(OSError, RuntimeError, SyntaxError):  # whatever it makes of the answer
        list(pyoxigraph.Store().query(f"SELECT * {{ SERVICE <{canary.address}> {{ ?s ?p ?o }} }}"))
    assert len(canary.visits) > before
    canary.visits.clear()
