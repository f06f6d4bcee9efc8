"""Answers queries in processes of their own, each of which can be killed.

The engine cannot be stopped from inside, and a query can overflow its stack or take all memory. So each query runs in
one of a few worker processes; at a limit the worker is killed and another one takes its place. An answer is whole or
there is none. A worker ends when its standard input does, so none outlives the server.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from builder.errors import StoreError
from builder.server.answering import Limits, Reply, media_types, read_reply, write_query
from builder.server.guard import Query
from builder.server.refusals import Busy, EngineFailed, LimitHit, Malformed, Refused, UnknownGraph

__all__ = ["Answer", "Limits", "Pool"]

DEFAULTS = Limits()
PROGRAM = "from builder.server.answering import main; main()"
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
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()  # a new one has time to start
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
                reply = worker.ask(query, chosen)
            finally:
                spent(time.monotonic() - started)
        if reply.kind == "answer":
            return Answer(reply.body, chosen)
        raise explain(reply, self.limits)

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
        self._start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Wait until the store is open, which takes no time from the next query."""
        if self._ready:
            return
        try:
            with self._kill_after(START_SECONDS):
                reply = self._read()
        except (EOFError, OSError) as problem:
            raise StoreError(f"{self._store}: a worker could not open the store") from problem
        if reply.kind != "ready":
            raise StoreError(reply.reason)
        self._ready = True

    def ask(self, query: Query, media: str) -> Reply:
        """Return what the process says of a query, or how it ended."""
        self._send(write_query(query, media))
        try:
            with self._kill_after(self._limits.seconds) as late:
                reply = self._read_or_tell()
        except BaseException:
            self._replace()
            raise
        if reply.kind not in {"died", "memory"} and not late.is_set():
            return reply
        code = self._replace()  # it is dead, dying, or short of memory
        if reply.kind != "died":
            return reply
        if late.is_set():
            return Reply("seconds")
        # An allocation that fails ends the engine by SIGABRT, a stack that overflows by SIGSEGV.
        return Reply("memory" if code == -signal.SIGABRT else "died")

    def kill(self) -> None:
        """End the process for good."""
        self._closed = True
        self._end()

    def _send(self, line: bytes) -> None:
        """Hand over a query; a process that died while idle is replaced first."""
        try:
            self.wait_until_ready()
            self._write(line)
        except (OSError, StoreError):
            self._replace()
            self.wait_until_ready()
            with suppress(OSError):  # reading tells that it has died again
                self._write(line)

    def _read_or_tell(self) -> Reply:
        try:
            return self._read()
        except (EOFError, OSError):
            return Reply("died")

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _read(self) -> Reply:
        assert self._process.stdout is not None
        return read_reply(self._process.stdout)

    @contextmanager
    def _kill_after(self, seconds: float) -> Iterator[threading.Event]:
        """Kill the process if it takes longer; the event tells whether that was so."""
        late, process = threading.Event(), self._process

        def kill() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def _start(self) -> None:
        self._ready = False
        self._process = subprocess.Popen(  # noqa: S603  this Python, with a program of our own
            [sys.executable, "-P", "-c", PROGRAM, str(self._store), json.dumps(asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(place or os.curdir for place in sys.path)},
        )

    def _end(self) -> int:
        """Kill the process if it still runs, and return how it ended."""
        self._process.kill()
        self._process.communicate()
        return self._process.returncode

    def _replace(self) -> int:
        """Start another process, and return how this one ended."""
        code = self._end()
        if not self._closed:
            self._start()
        return code


def explain(reply: Reply, limits: Limits) -> Refused:
    """Turn the reason why there is no answer into its exception."""
    told = f" ({reply.reason})" if reply.reason else ""
    match reply.kind:
        case "syntax":
            english = f"the query cannot be read here or shortly before{told}"
            return Malformed(english, f"không đọc được truy vấn tại đây hoặc ngay trước đó{told}", reply.position)
        case "graph":
            return UnknownGraph(reply.reason)
        case "seconds" | "memory" | "rows" | "bytes":
            english, vietnamese = _LIMITS_TOLD[reply.kind]
            most = getattr(limits, reply.kind)
            return LimitHit(reply.kind, english.format(most), vietnamese.format(most))
    return EngineFailed(f"the engine gave up on this query{told}", f"bộ máy truy vấn bỏ dở truy vấn này{told}")


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
