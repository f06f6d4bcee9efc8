"""A cluster of two workers, one of them killed, makes the same bytes as this machine alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import ROOT, TIEN_YEN, Outcome

from builder import pipeline
from builder.errors import BuilderError
from builder.executing import Limits, connect
from builder.keeping import fingerprint

Build = Callable[..., Outcome]
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="workers are killed as groups"),
    pytest.mark.skipif(find_spec("distributed") is None, reason="distributed is not installed"),
]


@dataclass
class Cluster:
    """A scheduler and its workers, each a program of its own."""

    address: str
    workers: list["subprocess.Popen[bytes]"]

    def kill_a_worker(self) -> None:
        """Kill a worker, and what would start it again."""
        os.killpg(self.workers.pop().pid, signal.SIGKILL)


def start(*command: str) -> "subprocess.Popen[bytes]":
    known = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", *command], env=known, start_new_session=True, stderr=subprocess.DEVNULL
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    from distributed import Client

    file = tmp_path / "scheduler.json"
    told = ("--scheduler-file", str(file), "--no-dashboard")
    scheduler = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *told)
    workers: list[subprocess.Popen[bytes]] = []
    try:
        end = time.monotonic() + 60
        while not file.exists() or not file.read_text(encoding="utf-8").strip():
            assert time.monotonic() < end
            time.sleep(0.05)
        place = ("--local-directory", str(tmp_path))
        workers += [start("distributed.cli.dask_worker", "--nthreads", "1", *place, *told) for _ in range(2)]
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield Cluster(address, workers)
    finally:
        for process in (*workers, scheduler):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(120):
        (folder / f"{number}.txt").write_text(TIEN_YEN.replace("99,97", f"{number},5"), encoding="utf-8")
    (folder / "broken.txt").write_bytes(b"\x00\x01")
    return folder


def test_a_cluster_that_loses_a_worker_makes_the_same_bytes(
    cluster: Cluster, many: Path, tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 4)
    told: list[int] = []

    def watch(done: int, _: int) -> None:
        if not told:
            cluster.kill_a_worker()
        told.append(done)

    with connect(cluster.address, lambda: fingerprint({})) as executor:
        there = build(many, tmp_path / "there", executor=executor, progress=watch, limits=Limits())
    here = build(many, tmp_path / "here")
    assert len(told) > 20
    assert len(cluster.workers) == 1
    assert there.files() == here.files()


def test_a_page_that_hangs_on_a_cluster_is_left_out_alone(
    cluster: Cluster, many: Path, tmp_path: Path, build: Build
) -> None:
    """Nothing can be read in so short a time: each worker ends itself, is started again, and every page is named."""
    for page in sorted(many.iterdir())[2:]:
        page.unlink()
    with connect(cluster.address, lambda: fingerprint({})) as executor, pytest.raises(BuilderError) as caught:
        build(many, tmp_path / "there", executor=executor, limits=Limits(seconds=1e-6))
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(line.endswith(": ends the process that reads it; leave it out and report it") for line in lines)


def test_the_command_builds_on_a_cluster(
    cluster: Cluster, many: Path, tmp_path: Path, call: Callable[..., tuple[int, str, str]], build: Build
) -> None:
    code, _, error = call("build", many, "-o", tmp_path / "there", "--executor", "dask", "--scheduler", cluster.address)
    assert (code, "broken.txt" in error) == (3, True)
    there = {path.name: path.read_bytes() for path in (tmp_path / "there").iterdir() if path.is_file()}
    assert there["graph.nq"] == build(many, tmp_path / "here").files()["graph.nq"]


def test_another_version_on_a_worker_is_refused(cluster: Cluster) -> None:
    with pytest.raises(BuilderError, match="has not this version"), connect(cluster.address, lambda: str(os.getpid())):
        pass


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builder.executing.TIMEOUT", 1)
    with pytest.raises(BuilderError, match="no dask scheduler answers"), connect("tcp://127.0.0.1:9", str):
        pass
