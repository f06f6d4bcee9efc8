"""Answers queries in processes of their own, each of which can be killed.

The engine cannot be stopped from inside, and a query can overflow its stack or take all memory. So each query runs in
one of a few worker processes; at a limit the worker is killed and another one takes its place. An answer is whole or
there is none.
"""

import multiprocessing
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from builder.errors import StoreError
from builder.server.answering import Limits, Reply, Task, media_types, serve_queries
from builder.server.guard import Query
from builder.server.refusals import Busy, EngineFailed, LimitHit, Malformed, Refused, UnknownGraph

__all__ = ["Answer", "Limits", "Pool"]

DEFAULTS = Limits()
START_SECONDS = 60  # what a worker may take to open the store


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer in the format of a media type."""

    body: bytes
    media: str


class Pool:
    """Worker processes over one store, opened read-only; safe to use from several threads."""

    def __init__(self, store: Path, limits: Limits = DEFAULTS) -> None:
        """Start the workers.

        Raises:
            StoreError: the folder holds no store, or one that cannot be opened.

        """
        self.limits = limits
        self._places = threading.BoundedSemaphore(limits.workers + limits.waiting)
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        self._all = [_Worker(store, limits) for _ in range(limits.workers)]
        try:
            for worker in self._all:
                worker.wait_until_ready()
                self._idle.put(worker)
        except StoreError:
            self.close()
            raise

    def answer(self, query: Query, media: str = "", spent: Callable[[float], None] = lambda _: None) -> Answer:
        """Return the answer to a query that :func:`~builder.server.guard.look` has seen.

        ``media`` is one of ``RESULTS`` for SELECT and ASK, one of ``GRAPHS`` for the others; by itself the first.
        ``spent`` is told the seconds that a worker was at it, also when there is no answer.

        Raises:
            Malformed: the engine cannot read the query.
            UnknownGraph: the query names a graph that the store does not hold.
            LimitHit: the query needs more time, memory, rows or bytes than it may.
            EngineFailed: the engine gave up on the query.
            Busy: too many queries are waiting, or none has ended for as long as one may take.
            StoreError: the store cannot be opened any more.

        """
        chosen = media or media_types(query.form)[0]
        with self._worker() as worker:
            started = time.monotonic()
            try:
                kind, content = worker.ask((query, chosen))
            finally:
                spent(time.monotonic() - started)
        if kind == "answer":
            return Answer(content, chosen)
        raise _explain(kind, content, self.limits)

    def close(self) -> None:
        """Kill all workers."""
        for worker in self._all:
            worker.kill()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _worker(self) -> Iterator["_Worker"]:
        """Lend a worker, after waiting for one if there is room to wait."""
        retry_after = max(1, round(self.limits.seconds))
        if not self._places.acquire(blocking=False):
            raise Busy(retry_after)
        try:
            try:
                worker = self._idle.get(timeout=self.limits.seconds)
            except queue.Empty:
                raise Busy(retry_after) from None
            try:
                yield worker
            finally:
                self._idle.put(worker)
        finally:
            self._places.release()


class _Worker:
    """A process that answers one query at a time; another takes its place whenever it has to be killed."""

    def __init__(self, store: Path, limits: Limits) -> None:
        self._store, self._limits = store, limits
        self._closed = self._ready = False
        self._pipe: Connection
        self._start()

    def wait_until_ready(self) -> None:
        """Wait until the store is open, which takes no time from the next query."""
        if self._ready:
            return
        try:
            if not self._pipe.poll(START_SECONDS):
                raise StoreError(f"{self._store}: a worker could not open the store within {START_SECONDS} s")
            kind, content = self._pipe.recv()
        except (EOFError, OSError) as problem:
            raise StoreError(f"{self._store}: a worker died while it opened the store") from problem
        if kind != "ready":
            raise StoreError(content)
        self._ready = True

    def ask(self, task: Task) -> Reply:
        """Return what the process says of a query, or how it ended."""
        try:
            self._send(task)
            if not self._pipe.poll(self._limits.seconds):
                self._replace()
                return "seconds", None
            reply: Reply = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(1)  # it is dying by itself, and then tells why
            return self._replace()
        except BaseException:
            self._replace()
            raise
        if reply[0] == "memory":  # what is left of the process may be short of it
            self._replace()
        return reply

    def kill(self) -> None:
        """End the process for good."""
        self._closed = True
        self._end()

    def _send(self, task: Task) -> None:
        """Hand over a query; a process that died while idle is replaced first."""
        try:
            self.wait_until_ready()
            self._pipe.send(task)
        except (OSError, StoreError):
            self._replace()
            self.wait_until_ready()
            self._pipe.send(task)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._ready = False
        self._pipe, theirs = context.Pipe()
        arguments = (theirs, self._store, self._limits)
        self._process = context.Process(target=serve_queries, args=arguments, name="cchc-query", daemon=True)
        with _STARTING:
            self._process.start()
        theirs.close()

    def _end(self) -> int:
        """Kill the process if it still runs, and return how it ended."""
        self._process.kill()
        self._process.join()
        self._pipe.close()
        return self._process.exitcode or 0

    def _replace(self) -> Reply:
        """Start another process, and tell how this one ended."""
        code = self._end()
        if not self._closed:
            self._start()
        # An allocation that fails ends the engine by SIGABRT, a stack that overflows by SIGSEGV.
        return ("memory", None) if code == -signal.SIGABRT else ("died", code)


_STARTING = threading.Lock()


def _explain(kind: str, content: Any, limits: Limits) -> Refused:
    """Turn the reason why there is no answer into its exception."""
    match kind:
        case "syntax":
            position, reason = content
            told = f" ({reason})" if reason else ""
            return Malformed(
                f"the query cannot be read here or shortly before{told}",
                f"không đọc được truy vấn tại đây hoặc ngay trước đó{told}",
                position,
            )
        case "graph":
            return UnknownGraph(content)
        case "seconds" | "memory" | "rows" | "bytes":
            english, vietnamese = _LIMITS_TOLD[kind]
            most = getattr(limits, kind)
            return LimitHit(kind, english.format(most), vietnamese.format(most))
        case "died":
            return EngineFailed("the engine broke down on this query", "bộ máy truy vấn gặp sự cố với truy vấn này")
    return EngineFailed(
        f"the engine gave up on this query: {content}", f"bộ máy truy vấn bỏ dở truy vấn này: {content}"
    )


_LIMITS_TOLD = {
    "seconds": ("the query took more than {:g} s and was stopped", "truy vấn chạy quá {:g} giây nên đã bị dừng"),
    "memory": ("the query needed more than {} bytes of memory", "truy vấn cần hơn {} byte bộ nhớ"),
    "rows": (
        "the answer has more than {} rows; add a LIMIT or ask for less",
        "kết quả có hơn {} dòng; hãy thêm LIMIT hoặc hỏi hẹp hơn",
    ),
    "bytes": (
        "the answer has more than {} bytes; add a LIMIT or ask for less",
        "kết quả dài hơn {} byte; hãy thêm LIMIT hoặc hỏi hẹp hơn",
    ),
}
