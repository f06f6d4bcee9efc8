"""Who reads the pages: processes of this machine that can be killed, or an engine that has its own.

A page never takes others with it. Processes of this machine read page by page; one that takes too long over a page is
killed, one that dies is replaced, and the page that it was at is tried once more, then left out. An engine gets whole
batches; one that it loses is given to it again, page by page.
"""

import faulthandler
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from math import inf
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol

from builder.errors import BuilderError

AHEAD = 64  # batches that an engine holds at once
TIMEOUT = 10  # seconds until a cluster must answer
_OUT_OF_MEMORY = 77  # how a process ends that may not have more
_CONTEXT: Any = get_context("fork" if sys.platform == "linux" else None)  # what is loaded need not be loaded again


class Page(Protocol):
    """What is known of a page before it is read."""

    @property
    def id(self) -> str:
        """Its name."""


Task = Callable[[Sequence[Any]], list[Any]]  # pages to what became of each; a line of text where it cannot be read


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may take."""

    seconds: float = 30
    megabytes: int = 1024  # beside what its process holds before


# ---------------------------------------------------------------- processes of this machine


def run_here(
    batches: Iterable[Sequence[Page]], task: Task, jobs: int = 1, limits: Limits | None = None
) -> Iterator[Any]:
    """Yield what became of each batch, in order.

    Args:
        batches: pages; no more of them are taken than are needed to keep the processes busy.
        task: what is done to a page; the processes know it from the start.
        jobs: number of processes.
        limits: what one page may take; without them, all there is.

    Raises:
        BuilderError: the task raised it.

    """
    coming, waiting = iter(batches), deque[_Batch]()  # to be yielded
    idle, busy = [_Worker(task, limits) for _ in range(jobs)], list[_Worker]()
    try:
        while True:
            while idle and len(waiting) < 4 * jobs and (pages := next(coming, None)):
                waiting.append(_Batch(pages))
                busy.append(idle.pop())
                busy[-1].give(waiting[-1])
            if not waiting:
                return
            if not waiting[0].left:
                yield waiting.popleft().results
                continue
            for place in _moved(busy):
                busy[place] = worker = busy[place].advanced()
                if not worker.batch.left:
                    idle.append(worker)
            busy = [worker for worker in busy if worker.batch.left]
    finally:
        for worker in (*idle, *busy):
            worker.end()


class _Batch:
    """The pages of a batch that are still to be read, and what became of the others."""

    def __init__(self, pages: Iterable[Page] = ()) -> None:
        self.left = deque(pages)
        self.results: list[Any] = []
        self._failed = False  # whether the first page that is left was tried before

    def add(self, results: Iterable[Any]) -> None:
        """Take in what became of the first page that is left."""
        self.results += results
        self.left.popleft()
        self._failed = False

    def fail(self, reason: str) -> None:
        """Take in that the first page that is left cost its process; at the second time it is left out."""
        if self._failed:
            self.add([complain(self.left[0], reason)])
        else:
            self._failed = True


class _Worker:
    """A process that reads pages one by one, and can be killed."""

    def __init__(self, task: Task, limits: Limits | None) -> None:
        self._task, self._limits = task, limits
        self.pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_serve, args=(theirs, self.pipe, task, limits), daemon=True)
        self._process.start()
        theirs.close()
        self.batch = _Batch()
        self.deadline = inf

    def give(self, batch: _Batch) -> None:
        """Let it read what is left of a batch."""
        self.batch = batch
        self._begin_page()
        with suppress(OSError):  # it is dead, which is noticed when an answer is awaited
            self.pipe.send(list(batch.left))

    def advanced(self) -> "_Worker":
        """Take in what became of a page; return the process that goes on with the batch."""
        is_late = not self.pipe.poll()
        try:
            answer = None if is_late else self.pipe.recv()
        except (EOFError, OSError):
            answer = None
        if isinstance(answer, BuilderError):
            raise answer
        if answer is None:
            return self._replaced(is_late)
        self.batch.add(answer)
        self._begin_page()
        return self

    def end(self) -> int:
        """Kill the process; return how it ended."""
        self._process.kill()
        self._process.join()
        self.pipe.close()
        return int(self._process.exitcode or 0)

    def _replaced(self, is_late: bool) -> "_Worker":
        self.batch.fail(self._reason(is_late))
        other = _Worker(self._task, self._limits)
        if self.batch.left:
            other.give(self.batch)
        return other

    def _reason(self, is_late: bool) -> str:
        if not is_late:
            self._process.join(1)
        code = self.end()
        if self._limits and is_late:
            return f"takes longer than {self._limits.seconds:g} s"
        if code == _OUT_OF_MEMORY:
            return f"takes more memory than {f'{self._limits.megabytes} MB' if self._limits else 'there is'}"
        return f"ends the process that reads it ({signal.Signals(-code).name if code < 0 else code})"

    def _begin_page(self) -> None:
        self.deadline = time.monotonic() + self._limits.seconds if self._limits else inf


def complain(page: Page, reason: str) -> str:
    """Return the line about a page that is left out."""
    return f"{page.id}: {reason}; leave it out and report it"


def _moved(busy: Sequence[_Worker]) -> list[int]:
    """Wait for processes to answer, to die or to be late; return which."""
    patience = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
    ready = wait([worker.pipe for worker in busy], None if patience == inf else patience)
    now = time.monotonic()
    return [n for n, worker in enumerate(busy) if worker.pipe in ready or worker.deadline <= now]


def _serve(pipe: Connection, other_end: Connection, task: Task, limits: Limits | None) -> None:
    """Read the pages that are sent, one by one, until there is nobody to tell about them."""
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is ended by the process that started it
    if limits:
        _limit_memory(limits.megabytes)
    with suppress(EOFError, OSError):
        while True:
            for page in pipe.recv():
                try:
                    pipe.send(task([page]))
                except BuilderError as problem:
                    pipe.send(problem)
                except MemoryError:
                    os._exit(_OUT_OF_MEMORY)


@contextmanager
def beside(work: Callable[[], None], jobs: int) -> Iterator[None]:
    """Let another process do some work meanwhile; with one job, it is done afterwards.

    Raises:
        Exception: what the work raised.
        BuilderError: the process was ended before its time.

    """
    if jobs < 2:
        yield
        work()
        return
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_do, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield
        try:
            problem = ours.recv()
        except EOFError as end:
            raise BuilderError("a process of the build was ended from outside; run it again with fewer jobs") from end
        if problem is not None:
            raise problem
    finally:
        process.kill()
        process.join()
        ours.close()


def _do(work: Callable[[], None], pipe: Connection) -> None:
    """Do some work and tell what it raised."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is ended by the process that started it
    try:
        work()
    except Exception as problem:  # noqa: BLE001  it is raised again where it is waited for
        pipe.send(problem)
    else:
        pipe.send(None)


def _limit_memory(megabytes: int) -> None:
    """Let this process have so much more memory than it has; where the system does not tell, no limit is set."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except (ImportError, OSError):
        return
    most, hard = pages * resource.getpagesize() + megabytes * 2**20, resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


# ---------------------------------------------------------------- an engine


def run_there(
    batches: Iterable[Sequence[Page]], task: Task, executor: Executor, limits: Limits | None = None
) -> Iterator[Any]:
    """Yield what became of each batch, in order.

    Args:
        batches: pages; a number of batches is taken ahead.
        task: what is done to pages; it travels to where they are read.
        executor: runs the task; of its processes, one that takes too long over a page ends itself.
        limits: what one page may take; memory is for the engine to limit.

    Raises:
        BuilderError: the task raised it, or the executor takes no more work.

    """
    guarded = _Guarded(task, limits.seconds) if limits else task
    coming = ((pages, executor.submit(guarded, pages)) for pages in batches)
    try:
        waiting = deque(islice(coming, AHEAD))
        while waiting:
            pages, outcome = waiting.popleft()
            yield _result(outcome) or [each for page in pages for each in _alone(page, guarded, executor)]
            waiting.extend(islice(coming, 1))
    except BrokenExecutor as problem:
        raise BuilderError("a process of the build was ended from outside; run it again with fewer jobs") from problem


def _result(outcome: "Future[list[Any]]") -> list[Any]:
    """Return what became of some pages; nothing where the engine lost them."""
    try:
        return outcome.result()
    except (BuilderError, BrokenExecutor):
        raise
    except Exception:  # noqa: BLE001  engines have their own ways to say so
        return []


def _alone(page: Page, task: Task, executor: Executor) -> list[Any]:
    return _result(executor.submit(task, [page])) or [complain(page, "ends the process that reads it")]


@contextmanager
def connect(scheduler: str, tell_version: Callable[[], str]) -> Iterator[Executor]:
    """Open a dask cluster; its workers run one page at a time each (``dask worker --nthreads 1``).

    Args:
        scheduler: its address, ``tcp://host:8786``.
        tell_version: what must be the same here and on every worker, or they would read pages otherwise.

    Raises:
        BuilderError: dask is not installed, the cluster does not answer or has no worker, or a worker is another.

    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as problem:
        raise BuilderError("dask is not installed; run pip install 'cchc-graph[dask]'") from problem
    try:
        client = distributed.Client(scheduler, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise BuilderError(f"{scheduler}: no dask scheduler answers; start one with dask scheduler") from problem
    with client:
        _check_workers(client, scheduler, tell_version)
        yield client.get_executor(pure=False)


def _check_workers(client: Any, scheduler: str, tell_version: Callable[[], str]) -> None:
    told = client.run(tell_version, on_error="return")
    others = sorted(worker for worker, version in told.items() if version != tell_version())
    if not told:
        raise BuilderError(f"{scheduler}: has no workers; start some with dask worker {scheduler} --nthreads 1")
    if others:
        raise BuilderError(f"{others[0]}: has not this version of cchc-graph; install the same on every worker")


@dataclass(frozen=True, slots=True)
class _Guarded:
    """A task that ends its process, without asking it, where a page takes too long."""

    task: Task
    seconds: float

    def __call__(self, pages: Sequence[Page]) -> list[Any]:
        results: list[Any] = []
        with Path(os.devnull).open("w", encoding="ascii") as nowhere:
            for page in pages:
                faulthandler.dump_traceback_later(self.seconds, exit=True, file=nowhere)
                try:
                    results += self.task([page])
                finally:
                    faulthandler.cancel_dump_traceback_later()
        return results
