"""Servers of the tests: an application behind uvicorn on a free port, and one that only counts who comes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyoxigraph
import uvicorn


def write_store(folder: Path, content: str | bytes | Path, kind: pyoxigraph.RdfFormat) -> Path:
    """Make a store in a folder from statements or a file of them."""
    store = pyoxigraph.Store(str(folder))
    given = {"path": content} if isinstance(content, Path) else {"input": content}
    store.bulk_load(**given, format=kind)
    store.flush()
    return folder


@contextmanager
def serve(app: Any) -> Iterator[str]:
    """Serve an application from a thread; yield its address."""
    # asyncio sends small answers at once only where a socket says that it is one of TCP
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def wait_until(done: Any, seconds: float = 20) -> None:
    """Wait for something to come true, and fail if it does not."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Canary:
    """A web server that nobody may visit: its address, and who came."""

    def __init__(self) -> None:
        visits = self.visits = []

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                visits.append(f"{self.command} {self.path}")
                self.send_response(200)
                self.end_headers()

            do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> "Canary":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
