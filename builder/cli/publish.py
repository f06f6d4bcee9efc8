"""The verbs that show a build: ``serve`` it, or write it as a ``site`` of files."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.cli.screen import progress, put_json, say
from builder.cli.steps import open_answers, prepare_store
from builder.cli.verbs import AS_JSON, OUT, cli
from builder.errors import BuilderError

if TYPE_CHECKING:
    import socket

    from builder.server.asking import Pooled
    from builder.server.pages import Site
    from builder.server.throttle import Throttle
    from builder.server.workers import Pool

MIB = 1 << 20
CLIENT_SECONDS = 60  # of a minute; what the Wikidata Query Service gives


@cli.command()
@OUT
@click.option("--host", default="127.0.0.1", help="Địa chỉ để nghe / address to listen at [127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, help="Cổng; 0: cổng trống bất kỳ / 0: any free [8000]"
)
@click.option("--workers", type=click.IntRange(min=1), default=2, help="Số tiến trình trả lời SPARQL / processes [2]")
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=10, help="Thời gian tối đa của một câu hỏi / per query [10]"
)
@click.option(
    "--memory",
    type=click.IntRange(min=256),
    default=1024,
    metavar="MIB",
    help="Bộ nhớ của một tiến trình / of a process [1024]",
)
@click.option(
    "--rows", type=click.IntRange(min=1), default=10_000, help="Số dòng tối đa của một câu trả lời / per answer [10000]"
)
@click.option(
    "--client-seconds",
    type=click.FloatRange(min=0),
    help="Thời gian truy vấn mỗi phút cho một máy khách; 0: không giới hạn "
    "/ seconds of queries per client and minute; 0: no limit [60; 0 at 127.0.0.1]",
)
@click.option(
    "--release",
    type=click.Path(path_type=Path),
    help="Bản phát hành để tải về / release to offer for download [OUT/release]",
)
def serve(
    out: Path,
    host: str,
    port: int,
    workers: int,
    seconds: float,
    memory: int,
    rows: int,
    client_seconds: float | None,
    release: Path | None,
) -> None:
    """Mở trang web và điểm truy vấn SPARQL / Show a build on the web, with a SPARQL endpoint.

    Chỉ đọc; chạy được không cần mạng; dừng bằng Ctrl+C / read-only; works offline; Ctrl+C ends it.
    """
    _need_server()
    from builder.server.asking import Pooled
    from builder.server.throttle import Throttle
    from builder.server.workers import DEFAULTS, Pool

    limits = replace(DEFAULTS, workers=workers, seconds=seconds, memory=memory * MIB, rows=rows)
    store = prepare_store(out)
    with _listen(host, port) as listener:
        pool = Pool(store, limits)
        try:
            throttle = Throttle(share_of(host) if client_seconds is None else client_seconds)
            _run(_site(out, store, release, Pooled(pool, throttle)), pool, throttle, listener)
        finally:
            pool.close()


def _need_server() -> None:
    """Say how to install what serving needs, where it is not."""
    try:
        import jinja2  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
        import werkzeug  # noqa: F401
    except ImportError as problem:
        raise BuilderError(
            f"{problem.name} is not installed; install what pages need: python -m pip install 'cchc-graph[serve]'"
        ) from problem


def _listen(host: str, port: int) -> "socket.socket":
    """Return a socket that listens, before anything else is started."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or answers would be delayed
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        return listener
    except OSError as problem:
        listener.close()
        reason = (problem.strerror or str(problem)).split(" (")[0]
        raise BuilderError(f"cannot listen at {host}, port {port}: {reason}; choose another --port") from problem


def share_of(host: str) -> float:
    """Return how many seconds of queries a client has per minute if nothing is said: on this machine no limit."""
    from ipaddress import ip_address

    try:
        return 0 if ip_address(host).is_loopback else CLIENT_SECONDS
    except ValueError:
        return 0 if host == "localhost" else CLIENT_SECONDS


def _site(out: Path, store: Path, release: Path | None, answerer: "Pooled") -> "Site":
    """Return the build to show, with its release if there is one, and who answers its questions."""
    from builder.release import CHECKSUMS
    from builder.server.pages import open_site
    from builder.store import open_store

    usual = out / "release"
    offered = release or (usual if (usual / CHECKSUMS).is_file() else None)
    return open_site(out, open_store(store, read_only=True), offered, answerer=answerer)


def _run(site: "Site", pool: "Pool", throttle: "Throttle", listener: "socket.socket") -> None:
    from threading import Thread

    import uvicorn

    from builder.server.app import make_app
    from builder.server.pages import warm
    from builder.server.protocol import sparql_routes
    from builder.server.questions import question_routes

    app = make_app(site, [*sparql_routes(pool, throttle), *question_routes()])
    Thread(target=warm, args=[site], daemon=True).start()
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    say(f"Mở {address} (Ctrl+C để dừng)", f"open {address} (Ctrl+C to stop)")
    uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, timeout_keep_alive=10)).run([listener])


@cli.command()
@OUT
@click.option(
    "-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="Thư mục để ghi / folder to write"
)
@AS_JSON
def site(out: Path, folder: Path, as_json: bool) -> None:
    """Viết trang web tĩnh, mở được không cần máy chủ / Write a static site that opens without a server.

    Đủ các trang như cchc serve, câu trả lời tính sẵn / all pages of cchc serve, with answers computed beforehand.
    """
    _need_server()
    from builder.server.pages import open_site
    from builder.server.site import write_site

    with progress("viết trang", "writing pages") as report:
        written = write_site(open_site(out, open_answers(out)), folder, report)
    if as_json:
        put_json({"folder": str(folder), "files": written})
    say(f"{written} tệp → {folder / 'index.html'}", f"{written} files")
