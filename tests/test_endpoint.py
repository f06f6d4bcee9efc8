"""The SPARQL endpoint: what is refused before the engine sees it, what a query may take, and the protocol.

The test cases of the W3C for the protocol are run where they are at hand; the same promises are kept by tables of our
own in this file.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote, urlencode

import httpx
import pyoxigraph
import pytest
from conftest import SHARED
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import Canary, serve, wait_until, write_store

from builder.artefacts import check_files, query_files, read_query
from builder.errors import BuilderError, StoreError
from builder.server import answering, guard
from builder.server.answering import GRAPHS, RESULTS, has_more_rows
from builder.server.guard import Dataset, Query, look
from builder.server.protocol import MAX_BODY, SHORT_NAMES, endpoint_app
from builder.server.refusals import (
    Busy,
    EngineFailed,
    LimitHit,
    Malformed,
    NotAllowed,
    Position,
    Refused,
    Throttled,
    TooComplex,
    UnknownGraph,
)
from builder.server.throttle import LEAST, Throttle, name_client
from builder.server.workers import Limits, Pool

# ---------------------------------------------------------------- the guard

NFD_NAME = "ti\u0309nh"
EX = "PREFIX ex: <http://ex.org/> "

ACCEPTED = {
    "keyword in a string": 'SELECT * { ?s ?p "SERVICE <http://x/> { } LOAD" }',
    "keyword in a long string": "SELECT * { ?s ?p '''a 'SERVICE' \"\n LOAD <x>''' }",
    "quotation marks in a long string": 'SELECT * { ?s ?p """SERVICE "x" ""y"" {""" }',
    "keyword in a string after an escaped quotation mark": r'SELECT * { ?s ?p "a\" SERVICE <http://x/> {} \" b" }',
    "keyword in a string, escaped": r'SELECT * { ?s ?p "\u0053ERVICE" }',
    "keyword in a comment": "SELECT * { # SERVICE <http://x/> {} ' \" {{{{\n ?s ?p ?o }",
    "keyword in an IRI": "SELECT * { <http://ex.org/SERVICE/LOAD#INSERT> ?p ?o }",
    "hash in an IRI": "SELECT * { <http://ex.org/#a> ?p ?o }",
    "keyword as local name": EX + "SELECT * { ex:service ex:LOAD ex:from.insert }",
    "keyword as variable": "SELECT ?service $load { ?service ?from $load }",
    "keyword as blank node": "SELECT * { _:service ?p ?o }",
    "keyword as language": 'SELECT * { ?s ?p "a"@load-SERVICE }',
    "comparison without space": "SELECT * { ?s ?p ?o FILTER(?o<1||?o>2&&?s!=?p) }",
    "comparison that looks like an IRI": "SELECT * { ?s ?p ?o FILTER(?o<?s&&?s>?p) }",
    "numbers": "SELECT (1+.5-2.5e3*1.E0/-1 AS ?x) {} LIMIT 10 OFFSET 0",
    "number at a keyword": "SELECT * { ?s ?p ?o } LIMIT10 OFFSET5",
    "small letters": "select distinct * where { ?s a ?o . filter not exists { ?o ?p true } } order by desc(?s)",
    "prologue": "BASE <http://ex.org/> PREFIX : <#> PREFIX a.b-c: <x/> ASK { :s a.b-c:p:q <o> }",
    "local name with escapes": EX + r"ASK { ex:a\,b%20c\~d ex:1.5 ex:x. ex:y ex:p ex:z }",
    "Vietnamese names": EX + "SELECT ?tỉnh { ?tỉnh ex:tên-gọi ?quận_huyện }",
    "Vietnamese names, decomposed": f"SELECT ?{NFD_NAME} {{ ?{NFD_NAME} ?p ?o }}",
    "path": EX + "SELECT * { ?s (ex:a|^ex:b)/ex:c*/!(ex:d|^ex:e)+ ?o ; ex:f? ?x }",
    "functions": "SELECT (GROUP_CONCAT(DISTINCT ?s; SEPARATOR=', ') AS ?x) (SHA256('a') AS ?y) { ?s ?p ?o }",
    "construct": "CONSTRUCT { [] ?p ( 1 2 ) } WHERE { VALUES (?p ?q) { (<http://a> UNDEF) (<http://b> 1) } }",
    "describe": "DESCRIBE <http://ex.org/a> ?x { ?x ?p ?o }",
    "sub-query and graphs": "ASK { GRAPH ?g { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s HAVING(?n > 1) } } }",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_query_is_accepted_whatever_its_texts_and_names_say(name: str) -> None:
    """And each of these is a query to the engine too."""
    pyoxigraph.Store().query(ACCEPTED[name], base_iri=guard.BASE_IRI)
    assert look(ACCEPTED[name]).text == ACCEPTED[name]


def test_every_saved_query_is_accepted() -> None:
    files = [*query_files(), *check_files()]
    assert len(files) > 20
    assert {look(read_query(path)).form for path in files} == {"SELECT"}


SERVICE = "SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }"
REFUSED = {
    "service": (f"ASK {{ {SERVICE} }}", NotAllowed, (1, 7)),
    "service in small letters": (f"ASK {{\n  {SERVICE.lower()} }}", NotAllowed, (2, 3)),
    "service, escaped": (f"ASK {{ \\u0053ERV\\U00000049CE {SERVICE[7:]} }}", NotAllowed, (1, 7)),
    "service, silent": ("ASK { SERVICE SILENT <http://127.0.0.1:1/> {} }", NotAllowed, (1, 7)),
    "service, by a variable": ("ASK { BIND(<http://127.0.0.1:1/> AS ?x) SERVICE ?x {} }", NotAllowed, (1, 41)),
    "service without space": ("ASK{SERVICE<http://127.0.0.1:1/>{}}", NotAllowed, (1, 5)),
    "service and silent in one": ("ASK{SERVICESILENT<http://127.0.0.1:1/>{}}", Malformed, (1, 5)),
    "service after true": ("ASK{?s ?p trueSERVICE<http://127.0.0.1:1/>{}}", Malformed, (1, 11)),
    "service after a number": ("ASK{?s ?p 1SERVICE<http://127.0.0.1:1/>{}}", NotAllowed, (1, 12)),
    "service after a string": ("ASK{?s ?p 'a'SERVICE<http://127.0.0.1:1/>{}}", NotAllowed, (1, 14)),
    "service that looks like a prefix": ("PREFIX : <http://127.0.0.1:1/> ASK{SERVICE:x{}}", Malformed, (1, 36)),
    "service that is a prefix": (
        "PREFIX SERVICE: <http://a/> PREFIX : <http://127.0.0.1:1/> ASK{SERVICE:x{}}",
        Malformed,
        (1, 64),
    ),
    "graph that is a prefix": (
        "PREFIX FROM: <http://a/> PREFIX : <http://127.0.0.1:1/> ASK FROM:x {}",
        Malformed,
        (1, 61),
    ),
    "service after a comment": (f"ASK {{ # '\n{SERVICE} }}", NotAllowed, (2, 1)),
    "service between strings": (f"ASK {{ ?s ?p '\\'' . {SERVICE} ?s ?p '' }}", NotAllowed, (1, 20)),
    "service between strings with escapes": (f'ASK {{ ?s ?p "a\\u0022" . {SERVICE} ?s ?p "b" }}', NotAllowed, (1, 25)),
    "service in an expression": (f"ASK {{ FILTER(?a<EXISTS{{{SERVICE}}}) }}", NotAllowed, (1, 24)),
    "graph that looks like a prefix": ("PREFIX : <http://127.0.0.1:1/> ASK FROM:x {}", Malformed, (1, 36)),
    "graph glued to a keyword": ("ASKFROM<http://127.0.0.1:1/>{}", Malformed, (1, 1)),
    "load": ("LOAD <http://127.0.0.1:1/>", NotAllowed, (1, 1)),
    "load, escaped": ("\\u004cOAD <http://127.0.0.1:1/>", NotAllowed, (1, 1)),
    "insert": ("PREFIX ex: <http://ex.org/>\nINSERT DATA { ex:a ex:b ex:c }", NotAllowed, (2, 1)),
    "delete": ("DELETE WHERE { ?s ?p ?o }", NotAllowed, (1, 1)),
    "update after a query": ("ASK {} ; DROP ALL", NotAllowed, (1, 10)),
    "no query": ("# nothing", Malformed, None),
    "no word of SPARQL": ("SELECT * { ?s ?p ?o FILTR(?o) }", Malformed, (1, 21)),
    "prefix that is not declared": ("ASK {\n ?s ex:p ?o }", Malformed, (2, 5)),
    "string that is not closed": ("ASK { ?s ?p 'abc }", Malformed, (1, 13)),
    "bracket that is not closed": ("ASK {\n ?s ?p (1 2 }", Malformed, (2, 13)),
    "bracket that is never closed": ("ASK { ?s ?p ?o { }", Malformed, (1, 5)),
    "bracket that was not opened": ("ASK { } }", Malformed, (1, 9)),
    "half of a surrogate pair": ("ASK { ?s ?p '\ud800' }", Malformed, (1, 14)),
    "brackets in brackets": ("ASK " + "{" * 41 + "}" * 41, TooComplex, (1, 45)),
    "triple patterns": ("ASK { " + "?s ?p ?o . " * 81 + "}", TooComplex, (1, 6 + 81 * 11 - 1)),
    "triples of a list": ("ASK { ?s ?p (" + "1 " * 82 + ") }", TooComplex, (1, 14 + 81 * 2)),
    "path operators": ("ASK { ?s " + "/".join(["<a:a>"] * 62) + " ?o }", TooComplex, None),
    "operators": ("SELECT (1" + "+1" * 301 + " AS ?x) {}", TooComplex, None),
    "clauses": ("ASK { " + "OPTIONAL {} " * 301 + "}", TooComplex, None),
    "words": ("ASK { VALUES ?x { " + "1 " * 3000 + "} }", TooComplex, None),
    "bytes": ("ASK {} #" + "é" * 16_384, TooComplex, None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_query_is_refused_for_what_it_is(name: str) -> None:
    text, kind, place = REFUSED[name]
    with pytest.raises(Refused) as refused:
        look(text)
    assert type(refused.value) is kind
    if place is not None:
        assert refused.value.position == Position(*place)
        assert refused.value.english.startswith(f"line {place[0]}, column {place[1]}: ")
        assert refused.value.vietnamese.startswith(f"dòng {place[0]}, cột {place[1]}: ")


def test_what_is_just_within_its_bounds_is_accepted() -> None:
    for text in (
        "ASK " + "{" * 40 + "}" * 40,
        "ASK { " + "?s ?p ?o . " * 80 + "}",
        "ASK { ?s " + "/".join(["<a:a>"] * 61) + " ?o }",
        "SELECT (1" + "+1" * 300 + " AS ?x) {}",
        "ASK { VALUES (?x ?y) { " + "(1 2) " * 700 + "} }",
        "ASK { FILTER(1 IN (" + "1, " * 1000 + "1)) }",
        "ASK {} #" + "a" * (guard.MAX_BYTES - 8),
    ):
        assert look(text).form in {"ASK", "SELECT"}


G1, G2, G3 = (f"http://ex.org/g/{number}" for number in (1, 2, 3))
DATASETS = {
    "ASK {}": None,
    f"ASK FROM <{G1}> {{}}": Dataset((G1,)),
    f"SELECT * FROM <{G1}> FROM NAMED <{G2}> FROM <{G3}> {{}}": Dataset((G1, G3), (G2,)),
    f"ask from named<{G2}>{{}}": Dataset((), (G2,)),
    "PREFIX g: <http://ex.org/g/> ASK FROM g:1 FROM NAMED g:2 {}": Dataset((G1,), (G2,)),
    "PREFIX : <http://ex.org/g/> ASK FROM :1 { :FROM ?from 'FROM <x>' }": Dataset((G1,)),
    "BASE <http://ex.org/g/x> ASK FROM <1> FROM <2> {}": Dataset((G1, G2)),
    "BASE <http://ex.org/> BASE <g/> PREFIX g: <./> ASK FROM g:1 {}": Dataset((G1,)),
    r"PREFIX : <http://ex.org/> ASK FROM :g\/1 {}": Dataset((G1,)),
    "ASK FROM <graph/1> {}": Dataset((guard.BASE_IRI + "graph/1",)),
    "ASK FROM <http://ex.org/\\u0067/1> {}": Dataset((G1,)),
    f"DESCRIBE <http://ex.org/a> FROM <{G1}>": Dataset((G1,)),
    f"CONSTRUCT FROM <{G1}> WHERE {{ ?s ?p ?o }}": Dataset((G1,)),
}


@pytest.mark.parametrize("text", DATASETS)
def test_the_graphs_that_a_query_selects_are_known(text: str) -> None:
    pyoxigraph.Store().query(text, base_iri=guard.BASE_IRI)
    assert look(text).dataset == DATASETS[text]


SOUP = st.lists(
    st.sampled_from(
        [
            *"{}()[]<>.,;:?$@#'\"\\/|^*+-=!&_ \n",
            "ASK",
            "SELECT",
            "FROM",
            "SERVICE",
            "VALUES",
            "PREFIX",
            "a:",
            "a:b",
            "?x",
            *(
                "<a:b>",
                "'''",
                '"""',
                "_:x",
                "1.5e3",
                "\\u0053",
                "\x00",
                "é",
                "\u0301",
                "\ud800",
                "<<",
                ">>",
                "^^",
                "@vi",
            ),
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(SOUP | st.text(max_size=60))
def test_no_text_breaks_the_guard(text: str) -> None:
    """It is refused or it is a query; nothing else happens, and tokens leave no character out."""
    assert "".join(match[0] for match in guard.TOKEN.finditer(text)) == text
    with suppress(Refused):
        assert look(text).form in guard.QUERY_FORMS


NASTY = (
    "a.",
    "a-",
    "'''\\",
    '"""a',
    "<a",
    "<",
    "_:a.",
    "@a-",
    "\\u0041",
    "1.",
    "1e",
    "ex:a.",
    "%",
    "'",
    "\\",
    "#",
    "a" * 50,
)


@pytest.mark.parametrize("piece", NASTY)
def test_the_guard_takes_time_in_proportion(piece: str) -> None:
    """No text of the size that is let in takes it a second."""
    text = "ASK { " + piece * ((guard.MAX_BYTES - 10) // len(piece))
    started = time.process_time()
    with pytest.raises(Refused):
        look(text + "é" * 10)  # refused at the latest for its size
    sum(1 for _ in guard.tokens(text))
    assert time.process_time() - started < 1


# ---------------------------------------------------------------- the workers

WORLD = f"""
@prefix ex: <http://ex.org/> .
<{G1}> {{ ex:a ex:p "một" , "hai"@vi , 3 . }}
<{G2}> {{ ex:b ex:p ex:a , ex:c . }}
<{G3}> {{ {" ".join(f"ex:n{i} ex:q {i} ." for i in range(300))} }}
"""
EVERYTHING = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
NEVER_ENDING = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
STEPS = " ".join(f"BIND(CONCAT(?x{step}, ?x{step}) AS ?x{step + 1})" for step in range(30))
DOUBLING = f"SELECT (STRLEN(?x30) AS ?n) {{ BIND('a' AS ?x0) {STEPS} }}"
LIMITS = Limits(seconds=1.5, memory=300 << 20, rows=400, bytes=100_000, workers=2, waiting=8)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_store(tmp_path_factory.mktemp("world") / "store", WORLD, pyoxigraph.RdfFormat.TRIG)


@pytest.fixture(scope="module")
def pool(world: Path) -> Iterator[Pool]:
    with Pool(world, LIMITS) as pool:
        yield pool


def is_well(pool: Pool) -> bool:
    return pool.answer(look("ASK {}")).body == b'{"head":{},"boolean":true}'


def unseen(text: str, form: str = "SELECT") -> Query:
    """A query that the guard has not looked at."""
    return Query(text, form)


def count(pool: Pool, text: str) -> int:
    answer = pool.answer(look(text))
    return len(list(pyoxigraph.parse_query_results(answer.body, format=pyoxigraph.QueryResultsFormat.JSON)))


def test_an_answer_is_what_the_engine_says(pool: Pool, world: Path) -> None:
    store = pyoxigraph.Store.read_only(str(world))
    for media in RESULTS:
        kind = pyoxigraph.QueryResultsFormat.from_media_type(media)
        text = "SELECT ?s ?o { ?s <http://ex.org/p> ?o } ORDER BY ?s ?o"
        expected = store.query(text, use_default_graph_as_union=True).serialize(format=kind)
        assert pool.answer(look(text), media).body == expected
    for media in GRAPHS:
        kind = pyoxigraph.RdfFormat.from_media_type(media)
        text = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
        answer = pool.answer(look(text), media)
        assert {quad.triple for quad in pyoxigraph.parse(answer.body, format=kind)} == {q.triple for q in store}
        assert answer.media == media


def test_the_default_graph_is_the_union_unless_graphs_are_selected(pool: Pool) -> None:
    assert count(pool, "SELECT * { ?s <http://ex.org/p> ?o }") == 5
    assert count(pool, f"SELECT * FROM <{G1}> {{ ?s ?p ?o }}") == 3
    assert count(pool, f"SELECT * FROM <{G1}> FROM <{G2}> {{ ?s ?p ?o }}") == 5
    assert count(pool, f"SELECT * FROM <{G1}> {{ GRAPH ?g {{ ?s ?p ?o }} }}") == 0
    assert count(pool, f"SELECT * FROM NAMED <{G2}> {{ GRAPH ?g {{ ?s ?p ?o }} }}") == 2
    assert count(pool, f"SELECT * FROM NAMED <{G2}> {{ ?s ?p ?o }}") == 0


def test_a_graph_that_the_store_does_not_hold_is_an_error(pool: Pool, world: Path) -> None:
    """Not an empty answer, and nothing is read from the place that its name tells."""
    for graph in ("http://ex.org/g/4", world.as_uri(), "file:///etc/passwd"):
        with pytest.raises(UnknownGraph, match=re.escape(graph)):
            pool.answer(look(f"SELECT * FROM <{G1}> FROM <{graph}> {{ ?s ?p ?o }}"))


def test_a_query_that_cannot_be_read_is_told_with_its_place(pool: Pool) -> None:
    with pytest.raises(Malformed) as refused:
        pool.answer(look("SELECT * {\n ?s ?p 1 , . ?a ?longer ?text }"))
    assert refused.value.position == Position(2, 10)
    assert refused.value.english == "line 2, column 10: the query cannot be read here or shortly before"
    assert refused.value.vietnamese == "dòng 2, cột 10: không đọc được truy vấn tại đây hoặc ngay trước đó"
    with pytest.raises(Malformed, match="Duplicated variable name in SELECT"):
        pool.answer(look("SELECT (1 AS ?x) (2 AS ?x) {}"))


@pytest.mark.parametrize(
    ("limit", "text"), [("seconds", NEVER_ENDING), ("memory", DOUBLING), ("bytes", "SELECT * { ?a ?b ?c . ?d ?e ?f }")]
)
def test_a_query_over_a_limit_is_stopped_and_the_next_one_is_answered(world: Path, limit: str, text: str) -> None:
    seconds = 1 if limit == "seconds" else 60
    with Pool(world, replace(LIMITS, workers=1, seconds=seconds)) as pool:
        started = time.monotonic()
        with pytest.raises(LimitHit) as hit:
            pool.answer(look(text))
        assert hit.value.limit == limit
        assert time.monotonic() - started < seconds + 2
        assert is_well(pool)


@pytest.mark.parametrize("media", [*RESULTS, *GRAPHS])
def test_an_answer_has_all_its_rows_or_there_is_none(pool: Pool, media: str) -> None:
    """As many rows as are allowed are answered; one more, and none is."""
    asked = "SELECT ?o ?t" if media in RESULTS else "CONSTRUCT { <a:a> <a:b> ?o }"
    pattern = f"{asked} {{ {{ SELECT ?x ?y {{ VALUES ?x {{ {' '.join(map(str, range(21)))} }} "
    pattern += (
        f"VALUES ?y {{ {' '.join(map(str, range(20)))} }} }} }} BIND(?x * 20 + ?y AS ?o) BIND(',\"{{\\n' AS ?t) }}"
    )
    whole = pool.answer(look(f"{pattern} LIMIT {LIMITS.rows}"), media)
    assert b"399" in whole.body or b"400" in whole.body
    with pytest.raises(LimitHit) as hit:
        pool.answer(look(f"{pattern} LIMIT {LIMITS.rows + 1}"), media)
    assert hit.value.limit == "rows"


@pytest.mark.parametrize("media", RESULTS)
@pytest.mark.parametrize("names", ["?x", "?x ?y", "?y"])
def test_rows_are_counted_whatever_they_hold(media: str, names: str) -> None:
    text = (
        f"SELECT {names} {{ VALUES (?x ?y) {{ ('{{<result>\\n\"' UNDEF) (UNDEF '\\r\\n,') ('' '') (UNDEF UNDEF) }} }}"
    )
    kind = pyoxigraph.QueryResultsFormat.from_media_type(media)
    body = pyoxigraph.Store().query(text).serialize(format=kind)
    assert [has_more_rows(body, media, most) for most in (2, 3, 4, 5)] == [True, True, False, False]


def test_a_query_that_breaks_the_engine_breaks_no_other(pool: Pool) -> None:
    """Brackets three thousand deep overflow its stack; the guard would have refused them."""
    with pytest.raises(EngineFailed):
        pool.answer(unseen("ASK " + "{" * 30_000, "ASK"))
    assert is_well(pool)


def test_a_worker_that_dies_while_it_is_idle_is_replaced(pool: Pool) -> None:
    for worker in pool._all:
        os.kill(worker.pid, signal.SIGKILL)
        worker._process.wait()
    assert is_well(pool)
    assert is_well(pool)


def test_a_worker_has_no_way_out(pool: Pool) -> None:
    """Should a call to another service ever pass the guard, it ends in the worker."""
    probe = "import ctypes; print(ctypes.CDLL(None).unshare(0x50000000))"
    if subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True).stdout.strip() != "0":
        pytest.skip("this system lets no process leave the network; that the guard refuses is tested above")
    with Canary() as canary:
        with pytest.raises(EngineFailed):
            pool.answer(unseen(f"SELECT * {{ SERVICE <{canary.address}> {{ ?s ?p ?o }} }}"))
        assert canary.visits == []


def test_who_finds_all_workers_taken_is_told_when_to_come_back(world: Path) -> None:
    with Pool(world, replace(LIMITS, seconds=3, workers=1, waiting=0)) as pool:
        outcome: list[Exception] = []

        def run_long() -> None:
            try:
                pool.answer(look(NEVER_ENDING))
            except Refused as refused:
                outcome.append(refused)

        thread = threading.Thread(target=run_long)
        thread.start()
        busy = None
        while thread.is_alive() and busy is None:
            try:
                pool.answer(look("ASK {}"))
            except Busy as refused:
                busy = refused
        thread.join()
        assert busy is not None
        assert busy.retry_after == 3
        assert [type(refused) for refused in outcome] == [LimitHit]
        assert is_well(pool)


def test_queries_from_many_threads_get_their_own_answers(pool: Pool) -> None:
    def ask(number: int) -> bool:
        return pool.answer(look(f"SELECT ({number} AS ?x) {{}}"), "text/csv").body == f"x\r\n{number}\r\n".encode()

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(200)))


def test_a_folder_without_a_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder"):
        Pool(tmp_path / "nothing", LIMITS)


PARENT = """
import sys, threading
from pathlib import Path
from builder.server.guard import look
from builder.server.workers import Limits, Pool

if __name__ == "__main__":
    pool = Pool(Path(sys.argv[1]), Limits(seconds=600, workers=2))
    threading.Thread(target=pool.answer, args=(look(sys.argv[2]),)).start()
    print(*(worker.pid for worker in pool._all), flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    "text", [NEVER_ENDING, "ASK { " + "?s ?p ?o . " * 79 + "?a ?b ?c }"], ids=["running", "planning"]
)
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_the_server(world: Path, tmp_path: Path, text: str, way: signal.Signals) -> None:
    """However the server ends, and whatever its workers are at."""
    (tmp_path / "parent.py").write_text(PARENT, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "parent.py"), str(world), text]
    environment = {**os.environ, "PYTHONPATH": str(Path(guard.__file__).parents[2])}
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    assert all(lives(pid) for pid in workers)
    parent.send_signal(way)
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    wait_until(lambda: not any(lives(pid) for pid in workers))


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# ---------------------------------------------------------------- the shares of clients


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def use(throttle: Throttle, client: str, seconds: float) -> None:
    with throttle.turn(client, 10) as spent:
        spent(seconds)


def test_a_client_that_has_used_its_share_waits_and_others_do_not() -> None:
    clock = Clock()
    throttle = Throttle(30, clock)
    use(throttle, "192.0.2.1", 20)
    use(throttle, "192.0.2.1", 20)
    with pytest.raises(Throttled) as refused:
        use(throttle, "192.0.2.1", 1)
    assert refused.value.retry_after == 20
    use(throttle, "192.0.2.2", 1)
    clock.now += 20.1
    use(throttle, "192.0.2.1", 1)


def test_a_client_cannot_take_all_workers_at_once() -> None:
    """A query that has begun is charged with all that it may take."""
    throttle = Throttle(15, Clock())
    with throttle.turn("192.0.2.1", 10), throttle.turn("192.0.2.1", 10), pytest.raises(Throttled):
        use(throttle, "192.0.2.1", 0)
    use(throttle, "192.0.2.1", 0)


def test_many_small_queries_add_up() -> None:
    throttle = Throttle(5, Clock())
    for _ in range(round(5 / LEAST) + 1):
        use(throttle, "192.0.2.1", 0)
    with pytest.raises(Throttled):
        use(throttle, "192.0.2.1", 0)


def test_a_thousand_small_queries_of_one_client_are_no_matter_of_another(pool: Pool) -> None:
    """The first is told when to come back; the second waits at the 95th percentile no longer than twice as long."""
    with serve(endpoint_app(pool, Throttle(1))) as address, ThreadPoolExecutor(1) as crowd:
        alone = ask_often("127.0.0.2", address, 50, pause=0.02)
        flood = crowd.submit(ask_often, "127.0.0.3", address, 1_000)
        beside = ask_often("127.0.0.4", address, 50, pause=0.02)
        statuses = Counter(status for status, _ in flood.result())
    assert {status for status, _ in (*alone, *beside)} == {200}
    assert statuses[429] > 500
    assert statuses[200] >= 50
    slow = [quantiles([seconds for _, seconds in times], n=20)[-1] for times in (alone, beside)]
    assert slow[1] <= 2 * max(slow[0], 0.05)


def ask_often(client: str, address: str, times: int, pause: float = 0) -> list[tuple[int, float]]:
    """Ask a small query from an address of this machine; return each status with the seconds it took."""
    told = []
    with httpx.Client(transport=httpx.HTTPTransport(local_address=client), trust_env=False, timeout=30) as connection:
        for _ in range(times):
            time.sleep(pause)
            begin = time.monotonic()
            status = connection.get(address + at(query="ASK {}")).status_code
            told.append((status, time.monotonic() - begin))
    return told


def test_without_a_budget_nobody_is_throttled() -> None:
    throttle = Throttle(0)
    for _ in range(3):
        use(throttle, "192.0.2.1", 1000)


def test_clients_are_told_apart_by_what_they_cannot_choose() -> None:
    assert name_client("2001:db8:0:1::1") == name_client("2001:db8:0:1:ffff::2") != name_client("2001:db8:0:2::1")
    assert name_client("192.0.2.1") != name_client("192.0.2.2")
    assert name_client("testclient") == "testclient"


# ---------------------------------------------------------------- the protocol

FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}


@pytest.fixture(scope="module")
def client(pool: Pool) -> Iterator[httpx.Client]:
    with serve(endpoint_app(pool)) as address, httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield client


def at(**parameters: str | list[str]) -> str:
    """The address of the endpoint with parameters; "_" in a name stands for "-"."""
    return "/sparql?" + urlencode({name.replace("_", "-"): value for name, value in parameters.items()}, doseq=True)


STATUSES = {
    "GET": ("GET", at(query="ASK {}"), {}, None, 200),
    "GET, address with a slash": ("GET", "/sparql/?query=ASK%7B%7D", {}, None, 200),
    "HEAD": ("HEAD", at(query="ASK {}"), {}, None, 200),
    "form": ("POST", "/sparql", FORM, urlencode({"query": "ASK {}"}), 200),
    "form, charset named": (
        "POST",
        "/sparql",
        {"content-type": f"{FORM['content-type']}; charset=UTF-8"},
        "query=ASK{}",
        200,
    ),
    "form, graph in the address": ("POST", at(default_graph_uri=G1), FORM, urlencode({"query": "ASK {}"}), 200),
    "direct": ("POST", "/sparql", DIRECT, "ASK {}", 200),
    "direct, graphs in the address": (
        "POST",
        at(default_graph_uri=[G1, G2], named_graph_uri=G3),
        DIRECT,
        "ASK {}",
        200,
    ),
    "no query by POST": ("POST", "/sparql", FORM, "", 400),
    "empty query": ("GET", at(query=""), {}, None, 400),
    "graphs but no query": ("GET", at(default_graph_uri=G1), {}, None, 400),
    "two queries": ("GET", at(query=["ASK {}", "ASK {}"]), {}, None, 400),
    "two queries, in address and body": ("POST", at(query="ASK {}"), DIRECT, "ASK {}", 400),
    "two formats": ("GET", at(query="ASK {}", format="json", output="xml"), {}, None, 400),
    "syntax error": ("GET", at(query="ASK {} ?x"), {}, None, 400),
    "bracket not closed": ("GET", at(query="ASK {"), {}, None, 400),
    "no UTF-8 in the address": ("GET", "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%22%ff%22%7D", {}, None, 400),
    "no UTF-8 in a form": ("POST", "/sparql", FORM, b"query=ASK%7B%3Fs%20%3Fp%20%22%c3%28%22%7D", 400),
    "no UTF-8 in the body": ("POST", "/sparql", DIRECT, b'ASK { ?s ?p "\xff" }', 400),
    "UTF-16": (
        "POST",
        "/sparql",
        {"content-type": "application/sparql-query; charset=UTF-16"},
        "ASK {}".encode("utf-16"),
        415,
    ),
    "surrogate in UTF-8": ("POST", "/sparql", DIRECT, b'ASK { ?s ?p "\xed\xa0\x80" }', 400),
    "NUL outside of a string": ("POST", "/sparql", DIRECT, b"ASK {\x00}", 400),
    "graph that is not there": ("GET", at(query="ASK {}", default_graph_uri="http://127.0.0.1:1/"), {}, None, 400),
    "named graph that is not there": ("GET", at(query="ASK {}", named_graph_uri="file:///etc/passwd"), {}, None, 400),
    "graph that is no IRI": ("GET", at(query="ASK {}", default_graph_uri="a b"), {}, None, 400),
    "too complex": ("GET", at(query=REFUSED["brackets in brackets"][0]), {}, None, 400),
    "service": ("GET", at(query=f"ASK {{ {SERVICE} }}"), {}, None, 403),
    "update by GET": ("GET", at(update="CLEAR ALL"), {}, None, 403),
    "update in a form": ("POST", "/sparql", FORM, urlencode({"update": "CLEAR ALL"}), 403),
    "update beside a query": ("POST", "/sparql", FORM, urlencode({"query": "ASK {}", "update": "CLEAR ALL"}), 403),
    "update, direct": ("POST", "/sparql", {"content-type": "application/sparql-update"}, "CLEAR ALL", 403),
    "update as a query": ("POST", "/sparql", DIRECT, "CLEAR ALL", 403),
    "update as a query in the address": ("GET", at(query="INSERT DATA { <a:a> <a:a> 1 }"), {}, None, 403),
    "PUT": ("PUT", at(query="ASK {}"), {}, None, 405),
    "DELETE": ("DELETE", "/sparql", {}, None, 405),
    "PATCH": ("PATCH", "/sparql", {}, None, 405),
    "no such format": ("GET", at(query="ASK {}"), {"accept": "image/png"}, None, 406),
    "no such format by name": ("GET", at(query="ASK {}", format="pdf"), {}, None, 406),
    "table for a graph": ("GET", at(query="CONSTRUCT WHERE { ?s ?p ?o }", format="csv"), {}, None, 406),
    "graph for a table": ("GET", at(query="SELECT * {}"), {"accept": "text/turtle"}, None, 406),
    "every format excluded": ("GET", at(query="ASK {}"), {"accept": "*/*;q=0"}, None, 406),
    "body too large": ("POST", "/sparql", FORM, b"query=" + b"a" * MAX_BODY, 413),
    "body without media type": ("POST", "/sparql", {"content-type": ""}, "query=ASK%20%7B%7D", 415),
    "body of another media type": ("POST", "/sparql", {"content-type": "text/plain"}, "ASK {}", 415),
    "parts": ("POST", "/sparql", {"content-type": "multipart/form-data; boundary=x"}, "--x--", 415),
    "too many parameters": ("GET", "/sparql?" + "&".join(["a=b"] * 1001), {}, None, 400),
}


@pytest.mark.parametrize("name", STATUSES)
def test_the_protocol(client: httpx.Client, name: str) -> None:
    method, address, headers, body, status = STATUSES[name]
    response = client.request(method, address, headers=headers, content=body)
    assert response.status_code == status, response.text
    assert response.headers["vary"] == "Accept"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    if status >= 400:
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        english, vietnamese = response.text.splitlines()
        assert english.isascii() or "“" in english
        assert re.search("[đ\u1ea0-\u1ef9ôưàáơ]", vietnamese)
    if status == 405:
        assert response.headers["allow"] == "GET, HEAD, POST, OPTIONS"


FORMATS = {
    None: RESULTS[0],
    "*/*": RESULTS[0],
    "application/json": RESULTS[0],
    "application/sparql-results+xml": RESULTS[1],
    "application/xml": RESULTS[1],
    "text/csv": RESULTS[2],
    "text/csv; charset=utf-8": RESULTS[2],
    "text/*": RESULTS[2],
    "text/tab-separated-values;q=0.9, text/csv;q=0.8": RESULTS[3],
    "text/csv;q=0.2, application/sparql-results+xml;q=0.7, image/png": RESULTS[1],
    "text/csv;q=0, */*;q=0.1": RESULTS[0],
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": RESULTS[1],
}


@pytest.mark.parametrize("accept", FORMATS)
def test_the_best_format_for_a_client_is_chosen(client: httpx.Client, accept: str | None) -> None:
    client.headers.pop("accept", None)
    response = client.get(at(query="SELECT (1 AS ?x) {}"), headers={} if accept is None else {"accept": accept})
    assert response.headers["content-type"].partition(";")[0] == FORMATS[accept]
    kind = pyoxigraph.QueryResultsFormat.from_media_type(FORMATS[accept])
    assert response.content == pyoxigraph.Store().query("SELECT (1 AS ?x) {}").serialize(format=kind)


@pytest.mark.parametrize("parameter", ["format", "output"])
@pytest.mark.parametrize("name", [*SHORT_NAMES, *RESULTS, *GRAPHS])
def test_a_format_can_be_named_in_the_address(client: httpx.Client, parameter: str, name: str) -> None:
    media = SHORT_NAMES.get(name, name)
    text = "SELECT * { ?s ?p ?o } LIMIT 1" if media in RESULTS else "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"
    response = client.get(f"/sparql?query={quote(text)}&{parameter}={name}", headers={"accept": "image/png"})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media


def test_the_graphs_of_a_request_replace_those_of_its_query(client: httpx.Client) -> None:
    text = f"SELECT ?o FROM <{G3}> {{ ?s ?p ?o }}"
    rows = client.get(at(query=text, default_graph_uri=G2, format="csv")).text.split()
    assert rows == ["o", "http://ex.org/a", "http://ex.org/c"]
    named = client.get(at(query="SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", named_graph_uri=G2, format="csv"))
    assert named.text.split() == ["g", G2]
    assert client.get(at(query="ASK { ?s ?p ?o }", named_graph_uri=G2)).json()["boolean"] is False


def test_a_client_may_call_from_any_page(client: httpx.Client) -> None:
    asked = {"origin": "https://ex.org", "access-control-request-method": "POST"}
    response = client.options("/sparql", headers=asked | {"access-control-request-headers": "content-type"})
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS"
    assert "content-type" in response.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in response.headers


def test_the_head_of_an_answer_is_that_of_the_answer(client: httpx.Client) -> None:
    head, whole = (client.request(method, at(query="ASK {}")) for method in ("HEAD", "GET"))
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"] == str(len(whole.content))


def test_a_limit_is_told_with_its_status(client: httpx.Client) -> None:
    response = client.get(at(query=NEVER_ENDING))
    assert response.status_code == 503
    assert "1.5 s" in response.text
    assert client.get(at(query="ASK {}")).status_code == 200


def test_a_browser_is_sent_to_the_page_to_ask_on(client: httpx.Client) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    response = client.get("/sparql", headers={"accept": accept})
    assert response.status_code == 303
    assert response.headers["location"] == "/query"


SD = "http://www.w3.org/ns/sparql-service-description#"


@pytest.mark.parametrize("media", GRAPHS)
def test_the_service_describes_itself(client: httpx.Client, media: str) -> None:
    response = client.get("/sparql", headers={"accept": media})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media
    kind = pyoxigraph.RdfFormat.from_media_type(media)
    triples = {quad.triple for quad in pyoxigraph.parse(response.content, format=kind)}
    assert not [t for t in triples if pyoxigraph.BlankNode in {type(t.subject), type(t.object)}]
    told = {(t.subject.value, t.predicate.value, t.object.value) for t in triples}
    service = f"{client.base_url}/sparql"
    assert (service, SD + "endpoint", service) in told
    assert (service, SD + "feature", SD + "UnionDefaultGraph") in told
    assert len([t for t in told if t[1] == SD + "resultFormat"]) == 8
    limits = {s.partition("#limit-")[2]: o for s, p, o in told if p == "https://schema.org/maxValue"}
    assert {name: float(value) for name, value in limits.items()} == {
        name: getattr(LIMITS, name) for name in ("seconds", "memory", "rows", "bytes")
    }


def test_without_a_wish_the_service_describes_itself_in_turtle(client: httpx.Client) -> None:
    client.headers.pop("accept", None)
    for headers in ({}, {"accept": "*/*"}):
        assert client.get("/sparql", headers=headers).headers["content-type"] == "text/turtle; charset=utf-8"


def test_a_host_that_is_no_address_breaks_nothing(client: httpx.Client) -> None:
    assert client.get("/sparql", headers={"host": "a>b"}).status_code in {200, 400}
    assert client.get(at(query="ASK {}"), headers={"host": "a>b"}).status_code == 200


def test_a_client_over_its_share_is_told_when_to_come_back(pool: Pool) -> None:
    throttle = Throttle(LEAST * 2, Clock())
    with serve(endpoint_app(pool, throttle)) as address, httpx.Client(base_url=address, trust_env=False) as client:
        statuses = [client.get(at(query="ASK {}")) for _ in range(4)]
    assert statuses[0].status_code == 200
    assert statuses[-1].status_code == 429
    assert int(statuses[-1].headers["retry-after"]) >= 1


def test_a_store_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = write_store(tmp_path / "store", WORLD, pyoxigraph.RdfFormat.TRIG)
    with Pool(folder, replace(LIMITS, workers=1)) as pool, serve(endpoint_app(pool)) as address:
        folder.rename(tmp_path / "elsewhere")
        os.kill(pool._all[0].pid, signal.SIGKILL)
        pool._all[0]._process.wait()
        response = httpx.get(address + at(query="ASK {}"), trust_env=False, timeout=30)
        assert response.status_code == 503
        assert "no such folder" in response.text
        (tmp_path / "elsewhere").rename(folder)
        assert httpx.get(address + at(query="ASK {}"), trust_env=False, timeout=30).status_code == 200


# ---------------------------------------------------------------- the test cases of the W3C

W3C = SHARED / "conformance" / "sparql11-protocol-tests.json"
W3C_GRAPH = "http://kasei.us/2009/09/sparql/data/data{}.rdf"


@pytest.fixture(scope="module")
def w3c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    """An endpoint over the graphs that the cases name; each says of itself that it is a document."""
    lines = (
        f"<{g}> a <http://xmlns.com/foaf/0.1/Document> <{g}> .".replace(" a ", " <{}> ")
        for g in map(W3C_GRAPH.format, range(4))
    )
    content = "\n".join(lines).replace("{}", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    folder = write_store(tmp_path_factory.mktemp("w3c") / "store", content, pyoxigraph.RdfFormat.N_QUADS)
    with (
        Pool(folder, LIMITS) as pool,
        serve(endpoint_app(pool)) as address,
        httpx.Client(base_url=address, timeout=30, trust_env=False) as client,
    ):
        client.headers.pop("accept", None)
        yield client, folder


def send(client: httpx.Client, request: dict) -> httpx.Response:
    body = request["body"]
    content = body and body["chars"].encode(body["encoding"])
    return client.request(request["method"], request["path"], headers=request["headers"], content=content)


def fits(response: httpx.Response, expected: dict) -> bool:
    media = response.headers["content-type"].partition(";")[0]
    formats = {"boolean": RESULTS[:2], "tabular": RESULTS, "RDF": GRAPHS[:3], None: (media,)}
    right = f"{response.status_code // 100}xx" in expected["status"] and media in formats[expected["format"]]
    return right and (expected["boolean"] is None or response.json()["boolean"] is expected["boolean"])


@pytest.mark.skipif(
    not W3C.exists(), reason="the cases of the W3C are not at hand; STATUSES above tests the same rules"
)
def test_the_cases_of_the_w3c(w3c: tuple[httpx.Client, Path]) -> None:
    """All that ask pass; all that write are refused and leave the store as it was."""
    client, folder = w3c
    cases = json.loads(W3C.read_text(encoding="utf-8"))
    updates = [case for case in cases if "update" in case["id"]]
    queries = [case for case in cases if case not in updates]
    assert (len(queries), len(updates)) == (20, 14)
    before = pyoxigraph.Store.read_only(str(folder)).dump(format=pyoxigraph.RdfFormat.N_QUADS)
    passed = [c["id"] for c in queries if all(fits(send(client, r), r["expect"]) for r in c["requests"])]
    refused = [c["id"] for c in updates if 400 <= send(client, c["requests"][0]).status_code < 500]
    assert (len(passed), len(refused)) == (20, 14)
    assert pyoxigraph.Store.read_only(str(folder)).dump(format=pyoxigraph.RdfFormat.N_QUADS) == before


def test_no_update_reaches_the_store(pool: Pool, world: Path, client: httpx.Client) -> None:
    """Each way to write of STATUSES again, with the store looked at before and after."""
    before = pyoxigraph.Store.read_only(str(world)).dump(format=pyoxigraph.RdfFormat.N_QUADS)
    ways = {name: case for name, case in STATUSES.items() if name.startswith("update")}
    assert len(ways) == 6
    for method, address, headers, body, status in ways.values():
        assert client.request(method, address, headers=headers, content=body).status_code == status
    assert pyoxigraph.Store.read_only(str(world)).dump(format=pyoxigraph.RdfFormat.N_QUADS) == before


def test_every_refusal_is_one_of_our_errors() -> None:
    kinds: list[type] = [Refused]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    assert all(issubclass(kind, BuilderError) for kind in kinds)
    assert {kind.status for kind in kinds} >= {400, 403, 405, 406, 408, 413, 415, 429, 500, 503}
    assert answering.read_syntax_error("ASK", "something else") == (None, "something else")
