"""A page that is as it was is not read again, and nobody can tell from the outcome."""

import json
import os
import random
import shutil
import signal
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from campaigns.children import in_a_child
from conftest import DONG_HOI, GOOD_PAGES, LAP_VO, ROOT, TIEN_YEN, Outcome

from builder import artefacts, keeping, pipeline
from builder.errors import BuilderError, SourceError, StoreError
from builder.extractor.llm import Model
from builder.facts import Source
from builder.identifiers import BASE, ONTOLOGY_GRAPH, PAGE, PAGE_THINGS, REGISTER_GRAPH, document_iri
from builder.keeping import fingerprint, list_things, page_key
from builder.vocabulary import PROV

Build = Callable[..., Outcome]
UNITS = ("Tiên Yên", "Ba Chẽ", "Bình Liêu", "Hải Hà", "Vân Đồn")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were read, as they are read."""
    told: list[str] = []
    build_document = pipeline.build_document

    def listening(place: pipeline.Place, *others: object) -> keeping.Built:
        told.append(place.id)
        return build_document(place, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "build_document", listening)
    return told


@pytest.fixture
def check(pages: Path, out: Path, build: Build, read: list[str]) -> Callable[..., None]:
    """Build again; the pages named are read, the others are not, and the outcome is that of a build of all.

    That build may be given, where the pages are still those of our own.
    """

    def check(*expected: str, whole: Outcome | None = None, **options: object) -> None:
        read.clear()
        outcome = build(pages, out, **options)  # type: ignore[arg-type]
        assert sorted(read) == sorted(expected)
        assert outcome.summary.kept == outcome.summary.pages - len(expected)
        whole = whole or build(pages, pages.parent / "whole", fresh=True, **options)  # type: ignore[arg-type]
        assert outcome.files() == whole.files()

    return check


# ---------------------------------------------------------------- what is read again


def test_nothing_is_read_when_nothing_changed(check: Callable[..., None]) -> None:
    check()


def test_all_is_read_when_told_so(pages: Path, out: Path, build: Build, read: list[str], good: Outcome) -> None:
    assert build(pages, out, fresh=True).files() == good.files()
    assert sorted(read) == sorted(GOOD_PAGES)


def test_a_changed_page_is_read_and_its_graph_replaced(pages: Path, out: Path, check: Callable[..., None]) -> None:
    (pages / "tien-yen.txt").write_text(TIEN_YEN.replace("99,97%", "91,5%"), encoding="utf-8")
    check("tien-yen.txt")
    graph = (out / "graph.nq").read_text(encoding="utf-8")
    assert '"91,5%"' in graph
    assert '"99,97%"' not in graph


def test_a_new_page_is_read(pages: Path, check: Callable[..., None]) -> None:
    (pages / "more.txt").write_text(TIEN_YEN, encoding="utf-8")
    check("more.txt")


@pytest.mark.parametrize("name", ["lap-vo.html", "sub/dong-hoi.md", "tien-yen.txt"])
def test_the_facts_of_a_removed_page_go(pages: Path, out: Path, check: Callable[..., None], name: str) -> None:
    """Of the first page, the last, and one among them."""
    (pages / name).unlink()
    check()
    for path in out.rglob("*"):
        assert path.is_dir() or Path(name).name not in path.name
        assert path.is_dir() or name.encode() not in path.read_bytes()


def test_a_renamed_page_is_read(pages: Path, check: Callable[..., None]) -> None:
    (pages / "tien-yen.txt").rename(pages / "moved.txt")
    check("moved.txt")


def test_a_page_of_another_kind_is_read(pages: Path, out: Path, check: Callable[..., None]) -> None:
    """The same bytes read as text and as Markdown are two things."""
    (pages / "tien-yen.txt").rename(pages / "tien-yen.md")
    check("tien-yen.md")


def test_what_the_table_of_addresses_tells_belongs_to_a_page(pages: Path, check: Callable[..., None]) -> None:
    table = pages / "sources.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("2019-11-28", "2019-11-29"), encoding="utf-8")
    check("tien-yen.txt")
    table.unlink()
    check("tien-yen.txt")


def test_a_record_of_many_is_read_alone(pages: Path, check: Callable[..., None]) -> None:
    lines = pages / "portal.jsonl"
    told = json.loads(lines.read_text(encoding="utf-8"))
    more = told | {"id": "second", "title": "Khác"}
    lines.write_text("".join(json.dumps(each) + "\n" for each in (more, told)), encoding="utf-8")
    check("portal.jsonl/second")


def test_an_unreadable_page_is_tried_again_and_listed(pages: Path, out: Path, build: Build) -> None:
    """Its line in the table of issues is not taken for one about a page."""
    (pages / "aa.txt").write_bytes(b"\x00\x01")
    for _ in range(2):
        outcome = pipeline.build([pages], out)
        assert [line.partition(":")[0] for line in outcome.unreadable] == ["aa.txt"]
        assert outcome.kept == len(GOOD_PAGES)
    assert contents(out) == build(pages, pages.parent / "whole", fresh=True).files()


@pytest.mark.parametrize("least", [0, 1])
def test_other_settings_read_all(check: Callable[..., None], least: int) -> None:
    check(*GOOD_PAGES, min_confidence=Decimal(least))
    check(min_confidence=Decimal(least))


def test_another_ontology_reads_all(
    check: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for part in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / part, tmp_path / "root" / part)
    monkeypatch.setenv(artefacts.ROOT_VARIABLE, str(tmp_path / "root"))
    check()
    wording = tmp_path / "root" / "ontology" / "wording.ttl"
    wording.write_text(wording.read_text(encoding="utf-8") + "\n# touched\n", encoding="utf-8")
    check(*GOOD_PAGES)


def test_another_program_is_another_fingerprint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_text("X = 1\n", encoding="utf-8")
    monkeypatch.setattr(keeping, "__file__", str(tmp_path / "keeping.py"))
    first = fingerprint({})
    (tmp_path / "room" / "a.py").write_text("X = 2\n", encoding="utf-8")
    assert fingerprint({}) != first
    assert fingerprint({}) != fingerprint({"min_confidence": "0.4"})


SOURCE = Source("a.html", b"99%", "text/html", "https://a.vn", "A", "2020-01-01", "A")
OTHERS = (
    Source("b.html", b"99%", "text/html", "https://a.vn", "A", "2020-01-01", "A"),
    Source("a.html", b"98%", "text/html", "https://a.vn", "A", "2020-01-01", "A"),
    Source("a.html", b"99%", "text/plain", "https://a.vn", "A", "2020-01-01", "A"),
    Source("a.html", b"99%", "text/html", "https://b.vn", "A", "2020-01-01", "A"),
    Source("a.html", b"99%", "text/html", "https://a.vn", "B", "2020-01-01", "A"),
    Source("a.html", b"99%", "text/html", "https://a.vn", "A", "2020-01-02", "A"),
    Source("a.html", b"99%", "text/html", "https://a.vn", "A", "2020-01-01", "B"),
)


@pytest.mark.parametrize("other", OTHERS)
def test_all_that_a_page_is_made_from_is_in_its_key(other: Source) -> None:
    assert page_key(other, "x") != page_key(SOURCE, "x") != page_key(SOURCE, "y")


def test_another_library_reads_the_pages_that_go_through_it(
    check: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_version", lambda name: f"{name} 99")
    check("lap-vo.html", "more.jsonl.gz/7")


def test_with_a_model_all_are_read(
    pages: Path, out: Path, monkeypatch: pytest.MonkeyPatch, read: list[str], tmp_path: Path
) -> None:
    """What a model answered is kept by itself; whether it would answer the same is not known here."""
    build_batch = pipeline.build_batch
    monkeypatch.setattr(pipeline, "build_batch", lambda places, model, **others: build_batch(places, **others))
    for _ in range(2):
        read.clear()
        pipeline.build([pages], out, model=Model("http://127.0.0.1:9", "m", tmp_path, ""))
        assert sorted(read) == sorted(GOOD_PAGES)


# ---------------------------------------------------------------- any history gives the same


def write_page(path: Path, chance: random.Random) -> None:
    text = chance.choice((TIEN_YEN, LAP_VO, DONG_HOI)).replace("Tiên Yên", chance.choice(UNITS))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("99,97", f"9{chance.randrange(10)},{chance.randrange(1, 100)}"), encoding="utf-8")


def change(folder: Path, chance: random.Random) -> None:
    """Do to some pages what people do."""
    pages = sorted(p for p in folder.rglob("*") if p.suffix in (".txt", ".md", ".html"))
    new = folder / chance.choice(("", "a", "b/c")) / f"{chance.randrange(30)}{chance.choice(('.txt', '.md', '.html'))}"
    deed = chance.choice(("add", "change", "remove", "rename", "swap", "spoil", "tell", "records"))
    page = chance.choice(pages) if pages else new
    if deed == "add" or len(pages) < 3:
        write_page(new, chance)
    elif deed == "change":
        write_page(page, chance)
    elif deed == "remove":
        page.unlink()
    elif deed == "rename":
        new.parent.mkdir(parents=True, exist_ok=True)
        page.rename(new)
    elif deed == "swap":
        other = chance.choice(pages)
        contents = page.read_bytes(), other.read_bytes()
        other.write_bytes(contents[0])
        page.write_bytes(contents[1])
    elif deed == "spoil":
        page.write_bytes(b"\x00\x01")
    elif deed == "tell":
        names = [p.relative_to(folder).as_posix() for p in pages]
        rows = [f"{name},https://a{chance.randrange(5)}.vn,,2020-01-0{chance.randrange(1, 9)},\n" for name in names]
        (folder / "sources.csv").write_text("file,url,title,published,publisher\n" + "".join(rows), encoding="utf-8")
    else:
        units = [chance.choice(UNITS) for _ in range(chance.randrange(4))]
        records = [{"id": n, "text": TIEN_YEN.replace("Tiên Yên", unit)} for n, unit in enumerate(units)]
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (folder / "more.jsonl").write_text(lines, encoding="utf-8")


def compare_histories(folder: Path, build: Build, seed: int, steps: int) -> int:
    """Change pages step by step; each time the outcome is that of a build of all. Return how many pages were kept."""
    chance, kept = random.Random(seed), 0
    pages = folder / "pages"
    for _ in range(6):
        write_page(pages / f"{chance.randrange(30)}.txt", chance)
    for _ in range(steps):
        for _ in range(chance.randrange(3)):
            change(pages, chance)
        outcome = build(pages, folder / "out", jobs=chance.choice((1, 1, 2)))
        kept += outcome.summary.kept
        assert outcome.files() == build(pages, folder / "whole", fresh=True).files()
    return kept


def test_a_history_of_changes_gives_what_a_build_of_all_gives(tmp_path: Path, build: Build) -> None:
    assert compare_histories(tmp_path, build, seed=1, steps=8) >= 20


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_any_history_of_changes_gives_what_a_build_of_all_gives(tmp_path: Path, build: Build, seed: int) -> None:
    assert compare_histories(tmp_path, build, seed, steps=20) >= 20


# ---------------------------------------------------------------- what belongs to a page


def test_all_that_a_page_tells_is_about_itself_or_derived_from_it(good: Outcome) -> None:
    """So it is found again in a sorted graph without going through all statements."""
    parsed = list(ox.parse("".join(good.lines), format=ox.RdfFormat.N_QUADS))
    derived = {(q.subject.value, q.object.value) for q in parsed if q.predicate.value == PROV.wasDerivedFrom}  # type: ignore[union-attr]
    kinds = set()
    for quad in parsed:
        subject, graph = quad.subject.value, quad.graph_name.value  # type: ignore[union-attr]
        if graph in (REGISTER_GRAPH, ONTOLOGY_GRAPH):
            assert not subject.startswith(tuple(f"{BASE}{kind}/" for kind in PAGE_THINGS))
            continue
        page = graph.partition("#")[0].replace(f"{BASE}graph/", f"{BASE}document/")
        kind = subject.removeprefix(BASE).partition("/")[0]
        kinds.add(kind)
        assert subject.partition("#")[0] == page if kind == PAGE else (subject, page) in derived
    assert {*PAGE_THINGS} - {"candidate", "review"} <= kinds <= {*PAGE_THINGS}


def test_the_things_of_a_page_are_told_with_it(good: Outcome) -> None:
    parsed = list(ox.parse("".join(good.lines), format=ox.RdfFormat.N_QUADS))
    derived = {(q.object.value, q.subject.value) for q in parsed if q.predicate.value == PROV.wasDerivedFrom}  # type: ignore[union-attr]
    pages = [json.loads(line) for line in (good.folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()]
    told = {
        (document_iri(page["page"]), f"{BASE}{kind}/{name}")
        for page in pages
        for kind, names in page["things"].items()
        for name in names.split()
    }
    assert told == {(page, thing) for page, thing in derived if page.startswith(f"{BASE}{PAGE}/")} != set()


def test_a_text_that_looks_like_a_statement_binds_nothing() -> None:
    told = f'<{BASE}issue/1> <label> "x> <{PROV.wasDerivedFrom}> <page/other> " <graph> .\n'
    own = f"<{BASE}issue/2> <{PROV.wasDerivedFrom}> <page/own> <graph> .\n"
    assert list_things([told, own]) == {"issue": "2"}


# ---------------------------------------------------------------- what is damaged is not used


def spoil(path: Path, way: str) -> None:
    data = path.read_bytes()
    if way == "deleted":
        path.unlink()
    elif way == "emptied":
        path.write_bytes(b"")
    elif way == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        path.write_bytes(data[: len(data) // 3] + bytes([data[len(data) // 3] ^ 1]) + data[len(data) // 3 + 1 :])


@pytest.mark.parametrize("way", ["deleted", "emptied", "cut", "flipped"])
@pytest.mark.parametrize("name", ["graph.nq", "issues.tsv", "figures.tsv", "pages.jsonl"])
def test_where_a_shared_file_is_damaged_all_are_read(
    out: Path, check: Callable[..., None], good: Outcome, name: str, way: str
) -> None:
    spoil(out / name, way)
    check(*GOOD_PAGES, whole=good)


@pytest.mark.parametrize("way", ["deleted", "emptied", "cut", "flipped"])
def test_where_a_text_is_damaged_its_page_is_read(
    out: Path, check: Callable[..., None], good: Outcome, way: str
) -> None:
    spoil(out / "texts" / "tien-yen.txt.txt", way)
    check("tien-yen.txt", whole=good)


def test_a_build_of_a_version_without_keys_is_read_anew(out: Path, check: Callable[..., None]) -> None:
    (out / "pages.jsonl").unlink()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["pages.jsonl"]
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    check(*GOOD_PAGES)


# ---------------------------------------------------------------- a build that was stopped goes on


@pytest.fixture
def stopped(pages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The target of a build of five pages that was stopped after four, two at a time; return its journal."""
    monkeypatch.setattr(pipeline, "BATCH", 2)
    build_batch, target = pipeline.build_batch, pages.parent / "stopped"

    def stop(places: list[pipeline.Place], **options: object) -> object:
        if len(places) < 2:
            raise KeyboardInterrupt
        return build_batch(places, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "build_batch", stop)
        with pytest.raises(KeyboardInterrupt):
            pipeline.build([pages], target)
    assert not target.exists()
    return pages.parent / ".stopped.journal"


def test_a_build_that_was_killed_goes_on(
    pages: Path, build: Build, good: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 2)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_write_out", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        assert in_a_child(lambda: pipeline.build([pages], pages.parent / "stopped")) == -signal.SIGKILL
    assert goes_on(pages, build, good) == len(GOOD_PAGES)


def goes_on(pages: Path, build: Build, good: Outcome) -> int:
    """Finish the build that was stopped; return how many pages it had kept."""
    outcome = build(pages, pages.parent / "stopped")
    assert outcome.files() == good.files()
    assert not (pages.parent / ".stopped.journal").exists()
    return outcome.summary.kept


def test_a_build_that_was_stopped_goes_on(pages: Path, stopped: Path, build: Build, good: Outcome) -> None:
    assert stopped.is_file()
    assert goes_on(pages, build, good) == 4


def test_a_build_that_was_stopped_twice_goes_on(pages: Path, stopped: Path, build: Build, good: Outcome) -> None:
    with stopped.open("r+b") as file:
        file.truncate(stopped.stat().st_size - 10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_write_out", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        patch.setattr(pipeline, "BATCH", 1)
        with pytest.raises(KeyboardInterrupt):
            pipeline.build([pages], pages.parent / "stopped")
    assert goes_on(pages, build, good) == len(GOOD_PAGES)


def test_what_is_cut_off_in_a_journal_is_read_again(pages: Path, stopped: Path, build: Build, good: Outcome) -> None:
    whole = stopped.read_bytes()
    for share in (0, 0.1, 0.4, 0.7, 0.99):
        left = whole[: int(share * len(whole))]
        stopped.write_bytes(left)
        assert goes_on(pages, build, good) == left.count(b"\n") // 2
        shutil.rmtree(pages.parent / "stopped")


def test_what_is_changed_in_a_journal_is_read_again(pages: Path, stopped: Path, build: Build, good: Outcome) -> None:
    whole, chance = stopped.read_bytes(), random.Random(3)
    for _ in range(6):
        at = chance.randrange(len(whole))
        stopped.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert goes_on(pages, build, good) >= 3
        shutil.rmtree(pages.parent / "stopped")


def test_a_page_changed_since_the_stop_is_read(pages: Path, stopped: Path, build: Build) -> None:
    (pages / "lap-vo.html").write_text(LAP_VO.replace("huyện", "Huyện"), encoding="utf-8")
    outcome = build(pages, pages.parent / "stopped")
    assert outcome.summary.kept == 3
    assert outcome.files() == build(pages, pages.parent / "whole", fresh=True).files()


def test_a_journal_is_left_aside_when_told_so(pages: Path, stopped: Path, read: list[str]) -> None:
    pipeline.build([pages], pages.parent / "stopped", fresh=True)
    assert sorted(read) == sorted(GOOD_PAGES)
    assert not stopped.exists()


def test_a_journal_that_cannot_be_written_is_told(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 2)
    (pages.parent / ".out.journal").mkdir()
    with pytest.raises(StoreError, match=r"\.out\.journal: cannot be written: .*; nothing was changed"):
        pipeline.build([pages], pages.parent / "out")


# ---------------------------------------------------------------- what is not proved is not published


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def spoiling(step: str, old: str, new: str) -> Callable[..., object]:
    """Return a step of the build after which one place of a file it wrote is changed."""
    real = getattr(pipeline, step)

    def run(*asked: object) -> object:
        result = real(*asked)
        path = next(each for each in asked if isinstance(each, Path))
        file = path / "texts" / "more.txt.txt" if path.is_dir() else path
        text = file.read_bytes().decode()
        assert old in text
        file.write_bytes(text.replace(old, new, 1).encode())
        return result

    return run


SPOILED = {
    "an offset": ("_write_graph", 'nif-core#beginIndex> "', 'nif-core#beginIndex> "1'),
    "a character of a quotation": ("_write_graph", 'anchorOf> "', 'anchorOf> "#'),
    "a character of a text": ("_write_pages", "99,97", "99,87"),
    "a value": ("_write_graph", 'obsValue> "99.97"', 'obsValue> "9.997"'),
    "a printed value": ("_write_graph", 'printedValue> "99,97%"', 'printedValue> "99,96%"'),
    "evidence": (
        "_write_graph",
        "ontology#evidence> <https://w3id.org/cchc/id/document/",
        "ontology#evidence> <https://x.vn/",
    ),
    "a checksum": ("_write_graph", 'ontology#sha256> "', 'ontology#sha256> "0'),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_is_not_proved_is_not_published(
    pages: Path, out: Path, monkeypatch: pytest.MonkeyPatch, build: Build, what: str
) -> None:
    step, old, new = SPOILED[what]
    (pages / "more.txt").write_text(TIEN_YEN, encoding="utf-8")
    before = contents(out)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, step, spoiling(step, old, new))
        with pytest.raises(BuilderError, match=r"^https://.*: .*; nothing was changed; build again"):
            pipeline.build([pages], out)
    assert contents(out) == before
    assert not list(out.parent.glob(".*"))
    assert build(pages, out).summary.pages == len(GOOD_PAGES) + 1


def test_only_what_is_new_is_proved_again(
    pages: Path, out: Path, monkeypatch: pytest.MonkeyPatch, build: Build
) -> None:
    """What the earlier build holds was proved there; of it, only that it is the same bytes is looked at."""
    proofs, prove = [], pipeline.prove
    monkeypatch.setattr(pipeline, "prove", lambda *asked: proofs.append(prove(*asked)) or proofs[-1])
    (pages / "more.txt").write_text(TIEN_YEN, encoding="utf-8")
    build(pages, out)
    build(pages, pages.parent / "whole", fresh=True)
    assert [proof.pages for proof in proofs] == [1, len(GOOD_PAGES) + 1]
    assert 0 < proofs[0].facts < proofs[1].facts
    assert not list(out.glob(".*"))


@pytest.mark.parametrize("name", ["tien-yen.txt", "more.txt"])
def test_a_statement_that_is_lost_while_it_is_written_stops_the_build(
    pages: Path, out: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Of a page that is new or as it was; even where what is left is proved."""
    write_graph, before = pipeline._write_graph, contents(out)
    (pages / "more.txt").write_text(TIEN_YEN, encoding="utf-8")

    def losing(built: object, path: Path, *others: object) -> object:
        written = write_graph(built, path, *others)  # type: ignore[arg-type]
        lines = path.read_bytes().splitlines(keepends=True)
        lost = next(
            n
            for n, line in enumerate(lines)
            if f"{name}>".encode() in line and b"issueKind" not in line and b"title" in line
        )
        path.write_bytes(b"".join(lines[:lost] + lines[lost + 1 :]))
        return written

    monkeypatch.setattr(pipeline, "_write_graph", losing)
    with pytest.raises(BuilderError, match=r"graph\.nq: is not as it was written; nothing was changed"):
        pipeline.build([pages], out)
    assert contents(out) == before


def test_texts_that_are_as_they_were_are_not_written_again(pages: Path, out: Path, build: Build) -> None:
    """They get a second name, and lose the first with the earlier build; where a file has but one, they are copied."""
    kept = out / "texts" / "tien-yen.txt.txt"
    number = kept.stat().st_ino
    (pages / "more.txt").write_text(TIEN_YEN, encoding="utf-8")
    build(pages, out)
    assert (kept.stat().st_ino, kept.stat().st_nlink) == (number, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(95, "Operation not supported")))
        (pages / "more.txt").unlink()
        outcome = build(pages, out)
    assert kept.stat().st_ino != number
    assert outcome.files() == build(pages, pages.parent / "whole", fresh=True).files()


def test_a_page_that_changes_while_it_is_read_stops_the_build(
    pages: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write_pages = contents(out), pipeline._write_pages
    (pages / "more.txt").write_text(TIEN_YEN, encoding="utf-8")

    def meanwhile(*others: object) -> object:
        (pages / "more.txt").write_text(TIEN_YEN + " ", encoding="utf-8")
        return write_pages(*others)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "_write_pages", meanwhile)
    with pytest.raises(BuilderError, match=r"more\.txt is not the page that was read; nothing was changed"):
        pipeline.build([pages], out)
    (pages / "more.txt").write_text(TIEN_YEN, encoding="utf-8")

    def without(*others: object) -> object:
        (pages / "more.txt").unlink()
        return write_pages(*others)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "_write_pages", without)
    with pytest.raises(SourceError, match="more"):
        pipeline.build([pages], out)
    assert contents(out) == before


# ---------------------------------------------------------------- the command


def test_the_command_tells_what_was_kept(pages: Path, call: Callable[..., tuple[int, str, str]]) -> None:
    out = pages.parent / "out"
    assert "không đổi" not in call("build", pages, "-o", out)[1]
    assert f"{len(GOOD_PAGES)} không đổi / as they were" in call("build", pages, "-o", out)[1]
    assert json.loads(call("build", pages, "-o", out, "--json")[1])["kept"] == len(GOOD_PAGES)
    assert json.loads(call("build", pages, "-o", out, "--json", "--fresh")[1])["kept"] == 0
