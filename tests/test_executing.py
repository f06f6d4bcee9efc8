"""A page that hangs, eats memory or kills its process is left out and named; the others do not notice."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import GOOD_PAGES, TIEN_YEN, Outcome

from builder import pipeline
from builder.errors import BuilderError, EngineError, StoreError
from builder.executing import Limits, beside, connect, run_here, run_there

Build = Callable[..., Outcome]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a test changes reaches other processes by fork")
QUICK = Limits(seconds=1.5, megabytes=200)
HARM = {
    "hangs": (lambda: time.sleep(600), "takes longer than 1.5 s"),
    "eats memory": (lambda: bytearray(1 << 30), "takes more memory than 200 MB"),
    "kills its process": (lambda: os.kill(os.getpid(), signal.SIGKILL), "ends the process that reads it (SIGKILL)"),
    "ends its process": (lambda: os._exit(3), "ends the process that reads it (3)"),
    "breaks the reader": (lambda: {}.popitem() or None, "the page defeats the reader"),
    "breaks it otherwise": (lambda: len(5), "the page defeats the reader"),  # type: ignore[arg-type]
}


@pytest.fixture
def harmful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are called after what they do, do it."""
    build_document = pipeline.build_document

    def build_or_do_harm(place: pipeline.Place, *others: Any) -> object:
        harm = HARM.get(place.id.partition(".")[0].partition("/")[2])
        return harm[0]() if harm else build_document(place, *others)

    monkeypatch.setattr(pipeline, "build_document", build_or_do_harm)
    monkeypatch.setattr(pipeline, "BATCH", 3)


def spoil(pages: Path, *harms: str) -> None:
    """Put pages that do harm among the others, before and after them."""
    for number, harm in enumerate(harms):
        folder = pages / f"{'az'[number % 2]}"
        folder.mkdir(exist_ok=True)
        (folder / f"{harm}.txt").write_text(TIEN_YEN, encoding="utf-8")


def without_reasons(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of a build but what tells of pages that are left out."""
    issues = b"".join(line for line in files["issues.tsv"].splitlines(True) if b"\tunreadable\t" not in line)
    return {name: data for name, data in files.items() if name != "manifest.json"} | {"issues.tsv": issues}


def left_out(outcome: Outcome) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in outcome.summary.unreadable)  # type: ignore[misc]


@pytest.mark.usefixtures("harmful")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("harm", HARM)
def test_a_page_that_does_harm_is_left_out_alone(
    pages: Path, build: Build, good: Outcome, harm: str, jobs: int
) -> None:
    spoil(pages, harm)
    outcome = build(pages, pages.parent / "out", jobs=jobs, limits=QUICK)
    [(page, reason)] = left_out(outcome).items()
    assert page == f"a/{harm}.txt"
    assert reason.startswith(HARM[harm][1])
    assert reason.endswith("; leave it out and report it")
    assert without_reasons(outcome.files()) == without_reasons(good.files())


@pytest.mark.slow
@pytest.mark.usefixtures("harmful")
@pytest.mark.parametrize("jobs", [2, *(pytest.param(jobs, marks=pytest.mark.long) for jobs in (1, 4))])
def test_many_pages_that_do_harm_are_each_named(pages: Path, build: Build, good: Outcome, jobs: int) -> None:
    spoil(pages, *HARM)
    outcome = build(pages, pages.parent / "out", jobs=jobs, limits=QUICK)
    assert {page.partition("/")[2] for page in left_out(outcome)} == {f"{harm}.txt" for harm in HARM}
    assert without_reasons(outcome.files()) == without_reasons(good.files())


def test_a_process_killed_from_outside_loses_nothing(
    pages: Path, build: Build, good: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process is killed at every page, once; nobody can tell from the outcome."""
    build_document, read = pipeline.build_document, pages.parent / "read"
    read.mkdir()

    def build_and_die(place: pipeline.Place, *others: Any) -> object:
        mark = read / place.id.replace("/", "-")
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return build_document(place, *others)

    monkeypatch.setattr(pipeline, "build_document", build_and_die)
    monkeypatch.setattr(pipeline, "BATCH", 2)
    outcome = build(pages, pages.parent / "out", jobs=2)
    assert len(list(read.iterdir())) == len(GOOD_PAGES)
    assert outcome.files() == good.files()
    assert multiprocessing.active_children() == []


def test_a_page_is_named_by_the_command(pages: Path, harmful: None, call: Callable[..., tuple[int, str, str]]) -> None:
    spoil(pages, "hangs")
    code, told, error = call("build", pages, "-o", pages.parent / "out", "--page-seconds", "0.5", "--lang", "en")
    assert code == 3
    assert "a/hangs.txt: takes longer than 0.5 s; leave it out and report it" in error
    assert f"{len(GOOD_PAGES)}" in told


# ---------------------------------------------------------------- the processes by themselves


@dataclass(frozen=True)
class Numbered:
    id: str


def batches(number: int, size: int = 3) -> list[list[Numbered]]:
    pages = [Numbered(str(n)) for n in range(number)]
    return [pages[i : i + size] for i in range(0, number, size)]


def name(pages: Sequence[Numbered]) -> list[str]:
    return [page.id for page in pages]


@pytest.mark.parametrize("jobs", [1, 3])
def test_batches_come_in_order(jobs: int) -> None:
    assert list(run_here(batches(50), name, jobs)) == [name(batch) for batch in batches(50)]
    with ThreadPoolExecutor(jobs) as pool:
        assert list(run_there(batches(50), name, pool)) == [name(batch) for batch in batches(50)]


def test_no_more_batches_are_taken_than_needed() -> None:
    """A million pages are not all on their way at once."""
    taken: list[int] = []
    coming = (taken.append(n) or batch for n, batch in enumerate(batches(600)))  # type: ignore[func-returns-value]
    results = run_here(coming, name, jobs=2)
    for _ in range(5):
        next(results)
    assert len(taken) <= 5 + 4 * 2
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


def test_an_engine_that_cannot_be_used_stops_all() -> None:
    """It is no page's fault."""

    def refuse(pages: Sequence[Numbered]) -> list[str]:
        raise EngineError("the model does not answer")

    with pytest.raises(EngineError, match="the model does not answer"):
        list(run_here(batches(9), refuse, jobs=2))
    with ThreadPoolExecutor(1) as pool, pytest.raises(EngineError, match="the model does not answer"):
        list(run_there(batches(9), refuse, pool))
    assert multiprocessing.active_children() == []


def test_what_an_engine_loses_is_given_to_it_page_by_page() -> None:
    """As an engine does whose process dies at a page: it gives up what is handed over with that page."""

    class Losing(ThreadPoolExecutor):
        def submit(self, task: Any, pages: Any, /, *others: Any, **options: Any) -> "Future[Any]":
            if "4" not in name(pages):
                return super().submit(task, pages)
            lost: Future[Any] = Future()
            lost.set_exception(RuntimeError("the worker that ran it died"))
            return lost

    with Losing(2) as pool:
        found = [each for batch in run_there(batches(9), name, pool) for each in batch]
    assert found == [*"0123", "4: ends the process that reads it; leave it out and report it", *"5678"]


def test_a_cluster_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BuilderError, match=r"pip install 'cchc-graph\[dask\]'"), connect("tcp://127.0.0.1:1", str):
        pass


@pytest.mark.parametrize("options", [["--executor", "dask"], ["--scheduler", "tcp://127.0.0.1:1"]])
def test_where_pages_are_read_is_told_in_full(
    pages: Path, call: Callable[..., tuple[int, str, str]], options: list[str]
) -> None:
    code, _, error = call("build", pages, "-o", pages.parent / "out", *options)
    assert (code, "--executor dask and --scheduler go together" in error) == (2, True)


# ---------------------------------------------------------------- work beside


def touch(path: Path) -> None:
    path.write_text(str(os.getpid()), encoding="ascii")


@pytest.mark.parametrize("jobs", [1, 2])
def test_work_beside_is_done_when_both_are(tmp_path: Path, jobs: int) -> None:
    """In a process of its own where there may be one."""
    with beside(partial(touch, tmp_path / "done"), jobs):
        pass
    assert ((tmp_path / "done").read_text(encoding="ascii") == str(os.getpid())) == (jobs == 1)


def refuse() -> None:
    raise StoreError("not proved")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_work_beside_raises_is_raised(jobs: int) -> None:
    with pytest.raises(StoreError, match="not proved"), beside(refuse, jobs):
        pass


def test_work_beside_that_is_ended_is_told() -> None:
    with pytest.raises(BuilderError, match="fewer jobs"), beside(partial(os._exit, 1), 2):
        pass


def test_no_work_beside_outlives_what_it_is_for() -> None:
    with pytest.raises(ZeroDivisionError), beside(partial(time.sleep, 600), 2):
        raise ZeroDivisionError
    assert multiprocessing.active_children() == []
