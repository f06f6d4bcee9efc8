"""A build is whole or is not there: whatever goes wrong, the last good one stays and the next one succeeds."""

import csv
import errno
import json
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import pytest
from campaigns.children import in_a_child
from conftest import GOOD_PAGES, TIEN_YEN, Outcome, write_pages

from builder import pipeline
from builder.artefacts import concept_labels
from builder.errors import BuilderError, SourceError, StoreError
from builder.pipeline import open_build

Build = Callable[..., Outcome]
STEPS = (
    *("_write_pages", "_write_text", "_write_graph", "write_derived", "_write_manifest"),
    *("_prove", "_flush", "swap"),
)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def leftovers(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path.name.startswith("."))


@pytest.fixture
def more(pages: Path) -> Path:
    """The pages with one more, so that a new build differs from the old one."""
    (pages / "more.txt").write_text(TIEN_YEN.replace("99,97%", "91,9%"), encoding="utf-8")
    return pages


# ---------------------------------------------------------------- what a build holds


def test_the_kind_of_an_open_issue_is_told_in_vietnamese_too(example_out: Path) -> None:
    with (example_out / "issues.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {row["kind"]: row["kind_vi"] for row in rows}["ambiguous-unit"] == "đơn vị chưa rõ"
    assert all(row["kind_vi"] == concept_labels(f"issue-kind/{row['kind']}")["vi"] for row in rows)


def test_a_build_is_opened_whose_page_goes_between_look_and_read(
    pages: Path, out: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another build without the page takes its place: the new one is opened, and no file is missed."""
    (pages / "tien-yen.txt").unlink()
    fewer = build(pages, pages.parent / "fewer").folder
    graph, real = (fewer / "graph.nq").read_bytes(), pipeline.hash_file

    def hash_file(path: Path) -> str:
        if path.name == "tien-yen.txt.txt":
            pipeline.swap(fewer, out)
        return real(path)

    monkeypatch.setattr(pipeline, "hash_file", hash_file)
    assert open_build(out).read_bytes() == graph


def test_a_build_holds_what_it_says(good: Outcome) -> None:
    files = good.files()
    shared = {"corroboration.nq", "figures.tsv", "graph.nq", "issues.tsv", "pages.jsonl", "manifest.json"}
    assert set(files) == shared | {f"texts/{name}.txt" for name in GOOD_PAGES}
    manifest = json.loads(files["manifest.json"])
    assert manifest["counts"] == {
        "pages": len(GOOD_PAGES),
        "observations": good.summary.observations,
        "review": good.summary.review,
        "candidates": good.summary.candidates,
        "initiatives": good.summary.initiatives,
        "citations": good.summary.citations,
        "issues": good.summary.issues,
        "quads": len(good.lines),
    }
    del files["manifest.json"]
    assert manifest["files"] == {name: sha256(content).hexdigest() for name, content in files.items()}
    assert good.summary.files.items() <= manifest["files"].items()
    told = map(json.loads, files["pages.jsonl"].decode().splitlines())
    assert {page["page"]: page["text"] for page in told} == {
        name: sha256(files[f"texts/{name}.txt"]).hexdigest() for name in GOOD_PAGES
    }
    assert files["texts/tien-yen.txt.txt"].decode() == TIEN_YEN


def test_a_page_called_report_is_a_page(pages: Path, build: Build) -> None:
    (pages / "report.txt").write_text(TIEN_YEN, encoding="utf-8")
    outcome = build(pages, pages.parent / "out")
    open_build(outcome.folder)
    (outcome.folder / "texts" / "report.txt.txt").unlink()
    with pytest.raises(StoreError, match=r"report\.txt\.txt: missing or changed"):
        open_build(outcome.folder)


def test_a_build_of_a_version_that_listed_texts_in_its_manifest_opens(out: Path) -> None:
    lines = (out / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    pages = [json.loads(line) for line in lines]
    texts = {f"texts/{page['page']}.txt": page.pop("text") for page in pages}
    told = "".join(json.dumps(page) + "\n" for page in pages).encode()
    (out / "pages.jsonl").write_bytes(told)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] |= texts | {"pages.jsonl": sha256(told).hexdigest()}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    open_build(out)
    changed(out, "texts/tien-yen.txt.txt", "one byte changed")
    with pytest.raises(StoreError, match="missing or changed since it was built"):
        open_build(out)


def test_progress_is_told(pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 2)
    told: list[tuple[int, int]] = []
    pipeline.build([pages], pages.parent / "out", progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_an_executor_may_be_given(pages: Path, good: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 1)
    with ThreadPoolExecutor(3) as pool:
        pipeline.build([pages], pages.parent / "out", executor=pool)
    assert contents(pages.parent / "out") == good.files()


def test_a_process_that_dies_is_told(out: Path, more: Path) -> None:
    class Dying(ThreadPoolExecutor):
        def submit(self, *args: object, **kwargs: object) -> NoReturn:  # type: ignore[override]
            raise BrokenProcessPool("killed")

    before = contents(out)
    with pytest.raises(BuilderError, match="with fewer jobs"):
        pipeline.build([more], out, executor=Dying())
    assert contents(out) == before


# ---------------------------------------------------------------- where a build may go


def refused(pages: Path, target: Path) -> None:
    before = contents(target) if target.is_dir() else target.read_bytes()
    with pytest.raises(StoreError, match="is no earlier build; choose another folder or empty it"):
        pipeline.build([pages], target)
    assert (contents(target) if target.is_dir() else target.read_bytes()) == before
    assert leftovers(target) == []


@pytest.mark.parametrize(
    "manifest",
    [None, '{"name": "an extension", "version": 3}', "[]", '{"files": []}', '{"files": {"a.js": "00"}}', "{", "\xff"],
)
def test_a_folder_of_something_else_is_never_replaced(pages: Path, manifest: str | None) -> None:
    target = pages.parent / "work"
    target.mkdir()
    (target / "thesis.docx").write_bytes(b"years of work")
    if manifest is not None:
        (target / "manifest.json").write_text(manifest, encoding="latin-1")
    refused(pages, target)


def test_a_file_is_never_replaced(pages: Path) -> None:
    target = pages.parent / "thesis.docx"
    target.write_bytes(b"years of work")
    refused(pages, target)


def test_an_empty_or_absent_folder_is_filled(pages: Path, build: Build, good: Outcome) -> None:
    empty = pages.parent / "empty"
    empty.mkdir()
    for target in (empty, pages.parent / "a" / "b" / "c"):
        assert build(pages, target).files() == good.files()
        assert leftovers(target) == []


def test_a_linked_folder_is_filled_where_it_is(pages: Path, build: Build, good: Outcome) -> None:
    place, link = pages.parent / "big-disk", pages.parent / "out"
    place.mkdir()
    link.symlink_to(place)
    for _ in range(2):
        assert build(pages, link).files() == good.files()
    assert link.is_symlink()
    assert open_build(link).is_file()
    assert leftovers(link) == []


def test_the_folder_may_be_given_in_any_way(pages: Path, good: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    target = pages.parent / "out"
    target.mkdir()
    monkeypatch.chdir(target)
    for way in (".", "../out", "../out/"):
        pipeline.build([pages], Path(way))
        monkeypatch.chdir(target)
        assert contents(target) == good.files()


def test_a_build_inside_its_pages_is_not_read_as_pages(pages: Path, build: Build, good: Outcome) -> None:
    for _ in range(2):
        assert build(pages, pages / "out").files() == good.files()


def test_reports_beside_a_build_are_no_obstacle(out: Path, pages: Path, build: Build, good: Outcome) -> None:
    (out / "report.json").write_text("{}", encoding="utf-8")
    (out / "network.gexf").write_text("<gexf/>", encoding="utf-8")
    open_build(out)
    assert build(pages, out).files() == good.files()


# ---------------------------------------------------------------- when something goes wrong


@pytest.mark.parametrize("step", [*STEPS, "_exchange"])
@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_failed_step_leaves_the_last_good_build(
    out: Path, more: Path, build: Build, monkeypatch: pytest.MonkeyPatch, step: str, reason: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(reason, os.strerror(reason))

    before = contents(out)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, step, fail)
        with pytest.raises(StoreError, match=f"cannot be written: {os.strerror(reason)}; nothing was changed"):
            pipeline.build([more], out)
    assert contents(out) == before
    open_build(out)
    assert leftovers(out) == []
    assert build(more, out).summary.pages == len(GOOD_PAGES) + 1


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.99])
def test_a_full_disk_leaves_the_last_good_build(
    out: Path, more: Path, build: Build, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    """Writing stops for want of room after some of the bytes."""
    before = contents(out)
    left = int(share * sum(map(len, before.values())))
    write, write_lines = Path.write_text, pipeline._write_graph

    def charge(size: int) -> None:
        nonlocal left
        left -= size
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    def write_text(self: Path, text: str, **options: str) -> int:
        charge(len(text.encode()))
        return write(self, text, **options)

    def write_graph(built: object, path: Path, *others: object) -> object:
        count = write_lines(built, path, *others)  # type: ignore[arg-type]
        charge(path.stat().st_size)
        return count

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", write_text)
        patch.setattr(pipeline, "_write_graph", write_graph)
        with pytest.raises(StoreError, match="No space left on device; nothing was changed"):
            pipeline.build([more], out)
    assert contents(out) == before
    assert leftovers(out) == []
    build(more, out)


def test_where_folders_cannot_change_places_two_steps_do(
    out: Path, more: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "_exchange", lambda *_: False)
    before = contents(out)
    assert build(more, out).summary.pages == len(GOOD_PAGES) + 1
    assert contents(out) != before
    open_build(out)
    assert leftovers(out) == []


def test_a_second_step_that_fails_is_undone(out: Path, more: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, rename = contents(out), Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name.endswith(".building"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(pipeline, "_exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(StoreError, match="Input/output error; nothing was changed"):
        pipeline.build([more], out)
    assert contents(out) == before
    assert leftovers(out) == []


def test_pages_that_cannot_be_read_at_all_leave_the_last_good_build(out: Path, tmp_path: Path) -> None:
    before = contents(out)
    folder = tmp_path / "bad"
    folder.mkdir()
    for names in ((), ("a.txt",), ("a.txt", "b.txt")):
        for name in names:
            (folder / name).write_bytes(b"\x00\x01\x02")
        with pytest.raises(SourceError) as caught:
            pipeline.build([folder], out)
        assert len(str(caught.value).splitlines()) == max(1, len(names))
    with pytest.raises(SourceError, match="no pages given"):
        pipeline.build([], out)
    assert contents(out) == before


# ---------------------------------------------------------------- killed from outside


def dying_at(step: str, after: bool) -> Callable[..., object]:
    """Return a step that kills its process before or after it is done."""
    real = getattr(pipeline, step)

    def run(*args: object) -> object:
        if not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args)
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    return run


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", [*STEPS, "_exchange"])
def test_a_build_killed_at_a_step_leaves_a_whole_build(
    out: Path, more: Path, build: Build, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    old = contents(out)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, step, dying_at(step, after))
        assert in_a_child(lambda: pipeline.build([more], out)) == -signal.SIGKILL
    is_new = after and step in ("swap", "_exchange")
    assert (contents(out) != old) == is_new
    open_build(out)
    assert build(more, out).summary.pages == len(GOOD_PAGES) + 1
    assert leftovers(out) == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_build_killed_between_two_steps_is_recovered(
    out: Path, more: Path, build: Build, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Where folders cannot change places at once, the next build starts from the earlier one."""
    old, rename, calls = contents(out), Path.rename, []

    def dying(self: Path, target: Path) -> Path:
        calls.append(self)
        result = rename(self, target)
        if len(calls) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_exchange", lambda *_: False)
        patch.setattr(Path, "rename", dying)
        assert in_a_child(lambda: pipeline.build([more], out)) == -signal.SIGKILL
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_write_graph", dying_at("_write_graph", False))
        assert in_a_child(lambda: pipeline.build([more], out)) == -signal.SIGKILL
    assert (contents(out) == old) == (count == 1)
    open_build(out)
    build(more, out)
    assert leftovers(out) == []


def test_builds_killed_at_random_moments_leave_a_whole_build(tmp_path: Path, build: Build) -> None:
    """A reader sees one build or the other, whole, whenever the builder dies."""
    first, second, out = write_pages(tmp_path / "a"), write_pages(tmp_path / "b"), tmp_path / "out"
    (second / "more.txt").write_text(TIEN_YEN, encoding="utf-8")
    states = [build(folder, tmp_path / f"out-{folder.name}").files() for folder in (first, second)]
    build(first, out)
    begin = time.monotonic()
    build(first, out)
    whole, chance, killed = time.monotonic() - begin, random.Random(7), 0
    for turn in range(24):
        folder = (second, first)[turn % 2]
        ended = in_a_child(lambda folder=folder: pipeline.build([folder], out), chance.uniform(0, 1.3 * whole))  # type: ignore[misc]
        killed += ended == -signal.SIGKILL
        assert ended in (0, -signal.SIGKILL)
        open_build(out)
        assert contents(out) in states
    assert killed >= 8, "too few builds were interrupted for the test to mean anything"
    assert build(second, out).files() == states[1]
    assert leftovers(out) == []


# ---------------------------------------------------------------- what open_build notices


def test_a_good_build_opens(good: Outcome) -> None:
    assert open_build(good.folder) == good.folder / "graph.nq"


def changed(out: Path, name: str, way: str) -> None:
    path = out / name
    data = path.read_bytes()
    if way == "missing":
        path.unlink()
    elif way == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif way == "emptied":
        path.write_bytes(b"")
    elif way == "one byte changed":
        path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    else:
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("way", ["missing", "truncated", "emptied", "one byte changed", "a folder"])
@pytest.mark.parametrize(
    "name",
    ["graph.nq", "issues.tsv", "figures.tsv", "pages.jsonl", "texts/tien-yen.txt.txt", "texts/sub/dong-hoi.md.txt"],
)
def test_a_damaged_build_does_not_open(out: Path, name: str, way: str) -> None:
    changed(out, name, way)
    with pytest.raises(StoreError, match="missing or changed since it was built; build again") as caught:
        open_build(out)
    assert str(caught.value).startswith(f"{out / name}: ")


@pytest.mark.parametrize("way", ["truncated", "emptied", "a folder", "missing"])
def test_a_build_with_a_damaged_manifest_does_not_open(out: Path, way: str) -> None:
    changed(out, "manifest.json", way)
    with pytest.raises(StoreError, match=r"build again|no build here"):
        open_build(out)


@pytest.mark.parametrize(
    "manifest", ["[]", "{}", '{"files": []}', '{"files": {}}', '{"files": {"issues.tsv": "0"}}', "null", "\x00"]
)
def test_a_manifest_that_says_nothing_does_not_open(out: Path, manifest: str) -> None:
    (out / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        open_build(out)


def test_a_text_that_was_added_is_noticed(out: Path) -> None:
    (out / "texts" / "sub" / "another.txt").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match=r"another\.txt: not part of the build"):
        open_build(out)


def test_what_is_no_build_does_not_open(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StoreError, match="no build here"):
            open_build(target)
