"""The verb ``push``: a build into a SPARQL server, graph by graph."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.cli.screen import UNREADABLE, in_language, progress, put, put_json, put_lines, say, say_error
from builder.cli.steps import find_files
from builder.cli.verbs import AS_JSON, OUT, cli
from builder.errors import StoreError
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    from builder.store.graph_protocol import GraphStore, Triples

GRAPHS = NAMESPACES["id"] + "graph/"
NOT_TRIED = "not tried"
GIVE_UP = 3  # graphs in a row that do not reach the server


@dataclass
class Tally:
    """What became of the graphs."""

    pushed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # graph -> why
    statements: int = 0  # in the graphs that were pushed


@cli.command()
@OUT
@click.option("--endpoint", required=True, metavar="URL", help="Địa chỉ hỏi SPARQL của kho / the store's query address")
@click.option(
    "--graph-store",
    metavar="URL",
    help="Địa chỉ Graph Store Protocol; máy chủ quen thuộc thì tự biết / known by itself for well-known servers",
)
@click.option("--user", metavar="NAME", default="", help="Tên đăng nhập / user name")
@click.option("--password-env", metavar="VAR", help="Biến môi trường giữ mật khẩu / variable that holds the password")
@click.option("--only-changed", is_flag=True, help="Chỉ đẩy đồ thị khác với trên kho / only graphs that differ there")
@click.option(
    "--prune", is_flag=True, help="Xóa trên kho các đồ thị không còn trong OUT / remove there what OUT no longer holds"
)
@click.option("--dry-run", is_flag=True, help="Chỉ nêu việc sẽ làm / only tell what would be done")
@AS_JSON
def push(
    out: Path,
    endpoint: str,
    graph_store: str | None,
    user: str,
    password_env: str | None,
    only_changed: bool,
    prune: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Đẩy đồ thị lên một kho SPARQL / Push the graph to a SPARQL store.

    OUT: kết quả của cchc build, hoặc thư mục shards trong đó / the result of cchc build, or the folder of shards in it.
    Từng đồ thị có tên thay cho bản trước trên kho; lỗi ở một đồ thị không cản các đồ thị khác / each named graph takes
    the place of its earlier version there; one that fails does not hold up the others.
    """
    from tempfile import TemporaryDirectory

    from builder.store.graph_protocol import GraphStore, guess_graph_store, split_graphs
    from builder.store.remote import check_address

    address = check_address(graph_store) if graph_store else guess_graph_store(endpoint)
    server = GraphStore(check_address(endpoint), address, user, _password(user, password_env))
    files, _ = find_files(out)
    tally = Tally()
    if not dry_run:
        server.greet()
    with TemporaryDirectory() as folder:
        graphs = split_graphs(files, Path(folder))
        _push_all(server, graphs, tally, only_changed=only_changed, dry_run=dry_run)
    if prune and NOT_TRIED not in tally.failed.values():
        _remove_others(server, graphs, tally, dry_run=dry_run)
    _tell(tally, address, dry_run=dry_run, as_json=as_json)
    if tally.failed:
        click.get_current_context().exit(UNREADABLE)


def _password(user: str, variable: str | None) -> str:
    """Return the password that a variable of the environment holds."""
    context = click.get_current_context()
    if bool(user) != bool(variable):
        raise click.UsageError("--user and --password-env go together", context)
    if not variable:
        return ""
    if variable not in os.environ:
        raise click.BadParameter(f"there is no variable {variable}", context, param_hint="--password-env")
    return os.environ[variable]


def _push_all(
    server: "GraphStore", graphs: "Mapping[str, Triples]", tally: Tally, *, only_changed: bool, dry_run: bool
) -> None:
    """Push graphs in the order of their names."""
    with progress("đẩy đồ thị", "pushing graphs") as report:

        def push_one(graph: str) -> None:
            report(len(tally.pushed) + len(tally.unchanged) + len(tally.failed), len(graphs))
            triples = graphs[graph]
            if only_changed and server.holds(graph, triples):
                tally.unchanged.append(graph)
                return
            if not dry_run:
                server.put(graph, triples)
            tally.pushed.append(graph)
            tally.statements += triples.number

        _try_each(graphs, push_one, tally)


def _remove_others(server: "GraphStore", graphs: "Mapping[str, Triples]", tally: Tally, *, dry_run: bool) -> None:
    """Remove the graphs of ours that the server holds and the build does not; never one of anybody else."""

    def remove_one(graph: str) -> None:
        if not dry_run:
            server.delete(graph)
        tally.removed.append(graph)

    _try_each([graph for graph in server.names(GRAPHS) if graph not in graphs], remove_one, tally)


def _try_each(graphs: Iterable[str], act: Callable[[str], None], tally: Tally) -> None:
    """Do something to each graph; name those where it fails, and stop where the server is gone."""
    from builder.store.graph_protocol import RefusedError, UnreachableError

    waiting = list(graphs)
    lost = 0
    for number, graph in enumerate(waiting, 1):
        try:
            act(graph)
            lost = 0
        except RefusedError:
            raise
        except StoreError as problem:
            tally.failed[graph] = str(problem)
            say_error(StoreError(f"{graph}: {problem}"))
            lost = lost + 1 if isinstance(problem, UnreachableError) else 0
        if lost == GIVE_UP and number < len(waiting):
            tally.failed |= dict.fromkeys(waiting[number:], NOT_TRIED)
            left = len(waiting) - number
            say_error(StoreError(f"the server is gone; {left} more graphs were not tried, run the command again"))
            return


def _tell(tally: Tally, address: str, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        put_json(asdict(tally) | {"graph_store": address, "dry_run": dry_run})
        return
    if dry_run:
        for verb, graphs in (("PUT", tally.pushed), ("DELETE", tally.removed)):
            for graph in graphs:
                put(f"{verb}\t{graph}")
    told = (
        (in_language("Đồ thị đã đẩy", "graphs pushed"), f"{len(tally.pushed)} → {address}"),
        (in_language("Phát biểu", "statements"), str(tally.statements)),
        (in_language("Không đổi", "unchanged"), str(len(tally.unchanged))),
        (in_language("Đã xóa", "removed"), str(len(tally.removed))),
        (in_language("Lỗi", "failed"), str(len(tally.failed))),
    )
    if dry_run:
        say("Chạy thử, chưa ghi gì lên kho", "a dry run: nothing was written there")
    put_lines(told)
