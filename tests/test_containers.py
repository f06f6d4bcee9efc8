"""Pages may come in files of many pages and by URL: the graph is the same, and what is wrong stops no other."""

import gzip
import io
import json
import os
import pickle
import random
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import BAC_HA, BAO_LAC, LAP_VO, ROOT, TIEN_YEN

from builder.errors import SourceError
from builder.pipeline import build_document
from builder.reader import list_sources, load_source
from builder.reader.sources import Place, carry

RECORDS: list[Mapping[str, Any]] = [
    {**BAO_LAC, "id": "bao-lac"},
    {**BAC_HA, "id": "bac-ha", "url": "https://bacha.laocai.gov.vn/1"},
    {"id": "tien-yen", "text": TIEN_YEN, "url": "https://tienyen.gov.vn/tin-tuc"},
    {"id": "lap-vo", "html": LAP_VO, "url": "https://lapvo.dongthap.gov.vn/tin/2"},
]
WITH_ADDRESS_ONLY = [{k: r[k] for k in ("id", "text", "html", "url") if k in r} for r in RECORDS]
Write = Callable[[Path, list[Mapping[str, Any]]], None]


def lines(records: list[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def zstd_of(data: bytes) -> bytes:
    zstd = pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
    return bytes(zstd.compress(data))


def write_parquet(path: Path, records: list[Mapping[str, Any]], rows: int = 2) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    names = sorted({name for record in records for name in record})
    table = pa.table({name: [record.get(name) for record in records] for name in names})
    pq.write_table(table, path, row_group_size=rows)


def write_warc(path: Path, records: list[Mapping[str, Any]]) -> None:
    """Write HTML as responses and texts as conversions, among records that hold no page."""
    warcio, http = pytest.importorskip("warcio.warcwriter"), pytest.importorskip("warcio.statusandheaders")
    with path.open("wb") as file:
        writer = warcio.WARCWriter(file, gzip=path.suffix == ".gz")
        told = http.StatusAndHeaders("200 OK", [("Content-Type", "image/png")], protocol="HTTP/1.0")
        picture = writer.create_warc_record(
            "https://a.vn/x.png", "response", payload=io.BytesIO(b"\x89PNG"), http_headers=told
        )
        gone = http.StatusAndHeaders("404 Not Found", [("Content-Type", "text/html")], protocol="HTTP/1.0")
        missing = writer.create_warc_record(
            "https://a.vn/0", "response", payload=io.BytesIO(b"<p>0"), http_headers=gone
        )
        for record in (picture, missing):
            writer.write_record(record)
        for record in records:
            page = "html" in record
            ok = http.StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.0")
            writer.write_record(
                writer.create_warc_record(
                    record.get("url"),
                    "response" if page else "conversion",
                    payload=io.BytesIO((record["html"] if page else record["text"]).encode()),
                    http_headers=ok if page else None,
                    warc_content_type="" if page else "text/plain",
                    warc_headers_dict={
                        "WARC-Record-ID": f"<urn:page:{record['id']}>",
                        "WARC-Date": "2031-01-01T00:00:00Z",
                    },
                )
            )


WRITERS: dict[str, Write] = {
    "a.jsonl": lambda path, records: path.write_bytes(lines(records)) and None,
    "a.jsonl.gz": lambda path, records: path.write_bytes(gzip.compress(lines(records))) and None,
    "a.jsonl.zst": lambda path, records: path.write_bytes(zstd_of(lines(records))) and None,
    "a.parquet": write_parquet,
    "a.warc": write_warc,
    "a.warc.gz": write_warc,
    "a.wet.gz": write_warc,
}


def graph(given: Path | str) -> dict[str, tuple[str, ...]]:
    """Return the statements about each page, as if it had its name alone."""
    places, problems = list_sources([given])
    assert problems == []
    bare = {place.id.rpartition("/")[2]: place for place in places}
    return {name: build_document(replace(place, id=name)).lines for name, place in bare.items()}


# ---------------------------------------------------------------- the same graph from every container


@pytest.mark.parametrize("name", list(WRITERS))
def test_every_container_gives_the_same_statements(tmp_path: Path, name: str) -> None:
    records = WITH_ADDRESS_ONLY if "parquet" not in name and "jsonl" not in name else RECORDS
    WRITERS["a.jsonl"](tmp_path / "reference.jsonl", records)
    WRITERS[name](tmp_path / name, records)
    told = graph(tmp_path / name)
    assert told == graph(tmp_path / "reference.jsonl")
    assert sorted(told) == ["bac-ha", "bao-lac", "lap-vo", "tien-yen"]
    assert all(any("#Observation>" in line for line in page) for page in told.values())


def test_a_table_may_bring_its_days_as_days(tmp_path: Path) -> None:
    from datetime import date

    write_parquet(tmp_path / "a.parquet", [{"text": TIEN_YEN, "published": date(2019, 11, 28)}])
    (place,), problems = list_sources([tmp_path / "a.parquet"])
    assert (place.id, load_source(place).published, problems) == ("a.parquet/row-1", "2019-11-28", [])


def test_the_day_of_fetching_is_not_the_day_of_the_page(tmp_path: Path) -> None:
    write_warc(tmp_path / "a.warc.gz", WITH_ADDRESS_ONLY)
    places, _ = list_sources([tmp_path / "a.warc.gz"])
    assert [load_source(place).published for place in places] == ["", "", "", ""]
    assert not any("2031" in line for page in graph(tmp_path / "a.warc.gz").values() for line in page)


def test_containers_are_found_in_folders(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(tmp_path / name, WITH_ADDRESS_ONLY)
    places, problems = list_sources([tmp_path])
    assert problems == []
    assert len(places) == 4 * len(WRITERS)


def test_a_build_of_every_container_proves_itself(tmp_path: Path, build: Any) -> None:
    (tmp_path / "pages").mkdir()
    for name, write in WRITERS.items():
        records = [{**record, "id": f"{record['id']}.txt"} for record in WITH_ADDRESS_ONLY]
        write(tmp_path / "pages" / name, records)
    summary = build(tmp_path / "pages", tmp_path / "out", jobs=2).summary
    assert (summary.pages, summary.unreadable) == (4 * len(WRITERS), ())


# ---------------------------------------------------------------- what it costs


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet", "a.warc.gz"])
def test_memory_does_not_grow_with_the_texts(tmp_path: Path, name: str) -> None:
    """What is kept of a page is where it lies, not what it says: 300 pages of 40 kB take less than 2 MB."""
    text = "".join(random.Random(1).choices("abcdefgh", k=40_000))
    WRITERS[name](tmp_path / name, [{"id": f"p{n}", "text": text} for n in range(300)])
    list_sources([tmp_path / name])  # libraries are loaded
    tracemalloc.start()
    places, _ = list_sources([tmp_path / name])
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(places) == 300
    assert kept < 2_000_000


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_a_record_is_loaded_without_those_before_it(tmp_path: Path, name: str) -> None:
    """The last of 4,000 pages costs about what the first does."""
    WRITERS[name](tmp_path / name, [{"id": f"{n:04}", "text": "x" * 5000} for n in range(4000)])
    places, _ = list_sources([tmp_path / name])

    def seconds(place: Place) -> float:
        begin = time.process_time()
        for _ in range(100):
            load_source(place)
        return time.process_time() - begin

    assert seconds(places[-1]) < 5 * seconds(places[0]) + 0.05


def test_places_travel_small_and_carried_ones_need_no_file(tmp_path: Path) -> None:
    WRITERS["a.jsonl.gz"](tmp_path / "a.jsonl.gz", [{"id": "x", "text": "Tiên Yên " * 9000}])
    (place,), _ = list_sources([tmp_path / "a.jsonl.gz"])
    assert len(pickle.dumps(place)) < 1000
    carried = replace(pickle.loads(pickle.dumps(carry(place))), file=tmp_path / "nowhere")
    assert load_source(carried) == load_source(place)
    with pytest.raises(SourceError, match="cannot be read"):
        load_source(replace(place, file=tmp_path / "nowhere"))


def test_what_was_unpacked_is_removed_with_the_program(tmp_path: Path) -> None:
    WRITERS["a.jsonl.gz"](tmp_path / "a.jsonl.gz", list(RECORDS))
    (tmp_path / "room").mkdir()
    program = (
        "import sys, os; from pathlib import Path; from builder.reader import list_sources\n"
        "places, _ = list_sources([Path(sys.argv[1])]); print(len(places), len(os.listdir(os.environ['TMPDIR'])))"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path / "room"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, str(tmp_path / "a.jsonl.gz")]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["4", "1"]
    assert list((tmp_path / "room").iterdir()) == []


# ---------------------------------------------------------------- damage


def told_of(given: Path | str) -> tuple[list[str], str]:
    """Return the names of the pages read, and the one line that tells what is wrong."""
    places, problems = list_sources([given])
    (problem,) = map(str, problems)
    assert "\n" not in problem
    assert "; " in problem.split(": ", 1)[1], f"it does not say what to do: {problem}"
    return [load_source(place).id.rpartition("/")[2] for place in places], problem


MANY = [
    {"id": f"p{n:03}", "text": f"{TIEN_YEN} {random.Random(n).random()}", "url": "https://a.vn"} for n in range(300)
]


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.warc", "a.warc.gz"])
def test_of_a_file_that_was_cut_off_the_pages_before_the_cut_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    records = [
        {**record, "text": record["text"] + random.Random(n).randbytes(3000).hex()} for n, record in enumerate(MANY)
    ]
    WRITERS[name](path, records)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    names, problem = told_of(path)
    assert names == [str(record["id"]) for record in records[: len(names)]]
    assert 150 <= len(names) <= 210
    assert problem == f"{name}: the file is cut off; its first {len(names)} pages are read; fetch the file again"


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.warc.gz"])
@pytest.mark.parametrize("way", ["spoiled", "garbage"])
def test_of_a_damaged_file_nothing_is_believed(tmp_path: Path, name: str, way: str) -> None:
    path = tmp_path / name
    WRITERS[name](path, MANY)
    data = bytearray(path.read_bytes())
    if way == "garbage":
        data = bytearray(random.Random(1).randbytes(5000))
    else:
        for at in range(len(data) // 2, len(data) // 2 + 40):
            data[at] ^= 0xFF
    path.write_bytes(data)
    names, problem = told_of(path)
    assert names == []
    assert problem.startswith(f"{name}: damaged, so none of its pages is read (")
    assert problem.endswith("; fetch the file again")


def test_a_table_without_texts_is_told(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [{"id": "x", "content": "…"}])
    assert told_of(tmp_path / "a.parquet")[1] == (
        "a.parquet: the table has no column “text” or “html”; rename its columns"
    )


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet", "a.warc"])
def test_a_container_without_pages_is_told(tmp_path: Path, name: str) -> None:
    if name == "a.parquet":
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / name)
    else:
        WRITERS[name](tmp_path / name, [])
    assert told_of(tmp_path / name)[1] == f"{name}: the file holds no pages; leave it out"


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_a_bomb_costs_no_memory_and_stops_no_other_record(tmp_path: Path, name: str) -> None:
    """300 MB of one letter in a packed file of some hundred kB: the record is refused, its neighbours are read."""
    data = lines([RECORDS[0]]) + b'{"id": "bomb", "text": "' + b"x" * 300_000_000 + b'"}\n' + lines([RECORDS[1]])
    (tmp_path / name).write_bytes(gzip.compress(data, 1) if name.endswith("gz") else zstd_of(data))
    del data
    tracemalloc.start()
    places, problems = list_sources([tmp_path / name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problems == []
    assert peak < 150_000_000
    kept = {place.id.rpartition("/")[2]: place for place in places}
    assert sorted(kept) == ["bac-ha", "bao-lac", "line-2"]
    with pytest.raises(SourceError, match="more than the 16 MB of the largest page"):
        load_source(kept["line-2"])


def test_a_record_without_end_ends_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from builder.reader import containers

    monkeypatch.setattr(containers, "LONGEST_LINE", 1000)
    monkeypatch.setattr(containers, "_LONGEST_JUMP", 10_000)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"x" * 20_000))
    assert "goes on for over a gigabyte, so the file is not read; leave it out" in told_of(tmp_path / "a.jsonl.gz")[1]


def test_an_answer_that_is_packed_too_well_is_refused(tmp_path: Path) -> None:
    """A response of a web archive that unpacks to more than the largest page is refused alone."""
    warcio, http = pytest.importorskip("warcio.warcwriter"), pytest.importorskip("warcio.statusandheaders")
    heads = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
    with (tmp_path / "a.warc.gz").open("wb") as file:
        writer = warcio.WARCWriter(file, gzip=True)
        for name, payload in (("bomb", b"x" * 100_000_000), ("good", LAP_VO.encode())):
            answer = http.StatusAndHeaders("200 OK", heads, protocol="HTTP/1.1")
            told = {"WARC-Record-ID": f"<urn:page:{name}>"}
            body = io.BytesIO(gzip.compress(payload))
            writer.write_record(
                writer.create_warc_record("https://a.vn", "response", body, http_headers=answer, warc_headers_dict=told)
            )
    tracemalloc.start()
    (bomb, good), problems = list_sources([tmp_path / "a.warc.gz"])[0], list_sources([tmp_path / "a.warc.gz"])[1]
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    assert problems == []
    assert load_source(good).data == LAP_VO.encode()
    with pytest.raises(SourceError, match="more than the 16 MB of the largest page"):
        build_document(bomb)


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("pyarrow.parquet", "a.parquet", "parquet"),
        ("warcio.archiveiterator", "a.warc.gz", "warc"),
        ("backports", "a.jsonl.zst", "zstd"),
    ],
)
def test_a_missing_library_is_told_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str, extra: str
) -> None:
    if extra == "zstd" and sys.version_info >= (3, 14):
        pytest.skip("zstd is part of Python")
    WRITERS[name](tmp_path / name, WITH_ADDRESS_ONLY)
    (tmp_path / "b.txt").write_text(TIEN_YEN, encoding="utf-8")
    monkeypatch.setitem(sys.modules, module, None)
    names, problem = told_of(tmp_path)
    assert names == ["b.txt"]
    assert problem.startswith(f"{name}: ")
    assert problem.endswith(f"need further libraries; run python -m pip install 'cchc-graph[{extra}]'")


# ---------------------------------------------------------------- by URL


@pytest.fixture
def memory() -> Iterator[Any]:
    """A file system of fsspec in memory."""
    system = pytest.importorskip("fsspec").filesystem("memory")
    yield system
    system.rm("/", recursive=True)


def test_a_folder_by_url_gives_the_statements_of_the_folder(pages: Path, memory: Any) -> None:
    for path in sorted(pages.rglob("*")):
        if path.is_file():
            memory.pipe(f"/bucket/{path.relative_to(pages).as_posix()}", path.read_bytes())
    memory.pipe("/bucket/.hidden/x.txt", b"x")

    def told(given: Path | str) -> dict[str, tuple[str, ...]]:
        places, problems = list_sources([given])
        assert problems == []
        return {place.id: build_document(place).lines for place in places}

    assert told("memory://bucket") == told(pages)


@pytest.mark.parametrize("name", list(WRITERS))
def test_a_container_by_url_gives_the_statements_of_the_file(tmp_path: Path, memory: Any, name: str) -> None:
    WRITERS[name](tmp_path / name, WITH_ADDRESS_ONLY)
    memory.pipe(f"/bucket/{name}", (tmp_path / name).read_bytes())
    assert graph(f"memory://bucket/{name}") == graph(tmp_path / name)


def test_a_file_url_is_a_path(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    (named, no_problems), (given, _) = list_sources([pages.as_uri()]), list_sources([pages])
    assert no_problems == []
    assert list(map(load_source, named)) == list(map(load_source, given))


def test_a_cut_container_by_url_is_told_like_a_file(tmp_path: Path, memory: Any) -> None:
    WRITERS["a.jsonl.gz"](tmp_path / "a.jsonl.gz", MANY)
    memory.pipe("/bucket/a.jsonl.gz", (tmp_path / "a.jsonl.gz").read_bytes()[:-20])
    names, problem = told_of("memory://bucket/a.jsonl.gz")
    assert problem.startswith(f"a.jsonl.gz: the file is cut off; its first {len(names)} pages are read")


@pytest.fixture
def site(pages: Path) -> Iterator[str]:
    """A server on the loopback that serves the pages, and nothing else."""
    pytest.importorskip("aiohttp")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    def handler(*args: Any) -> Quiet:
        return Quiet(*args, directory=str(pages))

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_pages_are_read_over_http(site: str, pages: Path) -> None:
    assert graph(f"{site}/more.jsonl.gz?token=1") == graph(pages / "more.jsonl.gz")
    (place,), problems = list_sources([f"{site}/lap-vo.html"])
    assert (place.id, problems, load_source(place).data) == ("lap-vo.html", [], LAP_VO.encode())


def test_what_cannot_be_had_is_told_without_secrets(site: str) -> None:
    host = site.removeprefix("http://")
    for name in ("none.jsonl", "none.txt"):
        url = f"http://me:secret@{host}/{name}?signature=hidden"
        places, problems = list_sources([url])
        if places:
            with pytest.raises(SourceError) as caught:
                load_source(places[0])
            problems = [caught.value]
        (problem,) = map(str, problems)
        assert "; check the address and the rights" in problem
        assert "secret" not in problem
        assert "hidden" not in problem


NO_FSSPEC = "URLs need further libraries; run python -m pip install 'cchc-graph[remote]'"
NO_DRIVER = "the driver for s3:// is not installed (Install s3fs to access S3); install the package it names"


@pytest.mark.parametrize(
    ("url", "module", "what"), [("memory://b/x.txt", "fsspec.core", NO_FSSPEC), ("s3://b/folder", "s3fs", NO_DRIVER)]
)
def test_a_missing_driver_is_told(url: str, module: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fsspec")
    monkeypatch.setitem(sys.modules, module, None)
    places, problems = list_sources([url])
    if places:
        with pytest.raises(SourceError) as caught:
            load_source(places[0])
        problems = [caught.value]
    assert [str(problem) for problem in problems] == [f"{url}: {what}"]


def test_a_folder_by_url_that_is_not_there_is_told(memory: Any) -> None:
    memory.pipe("/elsewhere/x.txt", b"x")
    assert told_of("memory://nowhere") == ([], "memory://nowhere: no such file or folder; check the address")


def test_a_url_is_built_from_the_command_line(pages: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "builder", "build", pages.as_uri(), "-o", str(tmp_path / "out")]
    told = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "out" / "graph.nq").is_file()
