"""One function per verb of the command line."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from builder.cli import show
from builder.cli.demo import demonstrate
from builder.cli.screen import LANGUAGE, LANGUAGES, UNREADABLE, USAGE, VIOLATIONS, put, put_json, say, say_error
from builder.cli.steps import (
    build_pages,
    check_build,
    choose_limits,
    choose_model,
    explain_why,
    open_answers,
    write_page,
)
from builder.errors import BuilderError, QueryError

EXPORT_ENDINGS: dict[str, str] = {
    ".nq": "nq",
    ".trig": "trig",
    ".ttl": "ttl",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
    ".xml": "rdfxml",
    ".nt": "nt",
}
TABLE_ENDINGS: dict[str, str] = {".csv": "csv", ".parquet": "parquet", ".sqlite": "sqlite", ".db": "sqlite"}


def _choose_language(context: click.Context, parameter: click.Parameter, value: str | None) -> None:  # noqa: ARG001
    if value:
        context.meta[LANGUAGE] = value


def _language_option(variable: str | None = None) -> click.Option:
    return click.Option(
        ["--lang"],
        type=click.Choice(LANGUAGES),
        envvar=variable,
        expose_value=False,
        callback=_choose_language,
        help="Ngôn ngữ thông báo / language of messages [CCHC_LANG; both]",
    )


class Verb(click.Command):
    """A command that takes ``--lang`` like every other."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params.append(_language_option())


class Verbs(click.Group):
    """The group of all verbs; what goes wrong becomes one line and an exit code."""

    command_class = Verb

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params.append(_language_option("CCHC_LANG"))

    def invoke(self, context: click.Context) -> Any:
        """Run a verb."""
        try:
            return super().invoke(context)
        except BuilderError as problem:
            say_error(problem)
            context.exit(USAGE if isinstance(problem, QueryError) else UNREADABLE)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="cchc-graph", message="%(version)s")
def cli() -> None:
    """Đọc trang tin về cải cách hành chính, dựng đồ thị tri thức có dẫn chứng cho từng con số.

    Reads pages about administrative reform and builds a knowledge graph with evidence for every figure.
    """


OUT = click.argument("out", type=click.Path(path_type=Path))
JOBS = click.option("--jobs", type=click.IntRange(min=1), default=1, help="Số tiến trình / number of processes [1]")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Viết ra JSON / write JSON")


@cli.command()
@click.argument("pages", nargs=-1, required=True, type=click.Path())
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(path_type=Path), help="Thư mục kết quả / folder to make"
)
@JOBS
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    help="Số liệu kém chắc hơn thì chờ xem lại / figures less sure than this wait for review [0.5]",
)
@click.option(
    "--engine",
    type=click.Choice(["grammar", "grammar+llm"]),
    default="grammar",
    help="Bộ đọc; grammar+llm gửi nội dung trang đến --llm-url / engine; grammar+llm sends them to it [grammar]",
)
@click.option(
    "--llm-url", metavar="URL", help="Địa chỉ kiểu OpenAI / OpenAI-compatible address, http://localhost:8000/v1"
)
@click.option("--llm-model", metavar="NAME", help="Tên mô hình / name of the model")
@click.option("--llm-key-env", metavar="VAR", default="", help="Biến môi trường giữ khóa / variable that holds the key")
@click.option(
    "--llm-cache",
    type=click.Path(path_type=Path),
    help="Nơi giữ câu trả lời / folder that keeps the answers [~/.cache/cchc/llm]",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Đọc lại mọi trang, kể cả trang không đổi / read all pages, also those that are as they were",
)
@click.option(
    "--page-seconds",
    type=click.FloatRange(0, min_open=True),
    help="Trang cần lâu hơn thì bỏ qua / pages that take longer are left out [30]",
)
@click.option(
    "--page-memory",
    metavar="MB",
    type=click.IntRange(1),
    help="Trang cần nhiều bộ nhớ hơn thì bỏ qua / pages that take more memory are left out [1024]",
)
@click.option(
    "--executor",
    type=click.Choice(["local", "dask"]),
    default="local",
    help="Nơi đọc trang: máy này hoặc cụm dask / where pages are read: here or on a dask cluster [local]",
)
@click.option("--scheduler", metavar="ADDRESS", help="Địa chỉ bộ điều phối dask / the dask scheduler, tcp://HOST:8786")
@click.option(
    "--shards",
    metavar="N",
    type=click.IntRange(1, 500),
    help="Ghi thêm đồ thị thành N tệp để nạp vào kho / also write the graph as N files to load into a store",
)
@AS_JSON
def build(
    pages: tuple[str, ...],
    out: Path,
    jobs: int,
    min_confidence: float | None,
    engine: str,
    llm_url: str | None,
    llm_model: str | None,
    llm_key_env: str,
    llm_cache: Path | None,
    fresh: bool,
    page_seconds: float | None,
    page_memory: int | None,
    executor: str,
    scheduler: str | None,
    shards: int | None,
    as_json: bool,
) -> None:
    """Dựng đồ thị từ các trang / Build the graph of some pages.

    PAGES: thư mục, tệp .txt, .html, .md, .pdf, .docx, .jsonl(.gz, .zst), .parquet, .warc(.gz), .wet(.gz), hoặc địa chỉ
    của chúng / folders, files, or URLs of them. Trang không đổi so với lần dựng trước thì không đọc lại / pages that
    are as they were in an earlier build are not read again.
    """
    model = choose_model(engine, llm_url, llm_model, llm_key_env, llm_cache)
    limits = choose_limits(page_seconds, page_memory, asks_model=model is not None)
    if (executor == "dask") != bool(scheduler):
        raise click.UsageError("--executor dask and --scheduler go together")
    summary = build_pages(pages, out, jobs, min_confidence, model, fresh, limits, scheduler or "", shards or 0)
    if as_json:
        told = {name: value for name, value in asdict(summary).items() if name != "files"}
        put_json(told | {"graph": str(out / "graph.nq")})
    else:
        show.put_summary(summary, str(out))
    if summary.unreadable:
        click.get_current_context().exit(UNREADABLE)


@cli.command()
@OUT
@click.option("--pages", type=click.Path(path_type=Path), help="Đối chiếu với trang gốc / compare with the pages read")
@JOBS
@AS_JSON
def validate(out: Path, pages: Path | None, jobs: int, as_json: bool) -> None:
    """Kiểm tra đồ thị và dẫn chứng / Check the graph and its evidence.

    Viết report.ttl, report.json, report.html vào OUT / writes the reports into OUT. Mã thoát 1 nếu có vi phạm / exit
    code 1 where a promise is broken.
    """
    report = check_build(out, pages, jobs)
    if as_json:
        from builder.validator import report_json

        put(report_json(report))
    show.say_verdict(report)
    if not report.conforms:
        click.get_current_context().exit(VIOLATIONS)


def _complete_query(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    from builder.artefacts import query_files

    return [path.stem for path in query_files() if path.stem.startswith(incomplete)]


@cli.command()
@OUT
@click.argument("query", required=False, shell_complete=_complete_query)
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="Đặt tham số / give a parameter a value")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "ttl"]),
    default="table",
    help="Dạng kết quả / form of the answer [table]",
)
@click.option("--json", "form", flag_value="json", help="= --format json")
@click.option(
    "--store", metavar="PLACE", help="Kho dữ liệu: thư mục hoặc địa chỉ SPARQL / store: a folder or a SPARQL address"
)
def ask(out: Path, query: str | None, values: tuple[str, ...], form: str, store: str | None) -> None:
    """Hỏi một câu hỏi đã soạn sẵn / Ask a saved question; without QUERY, list them.

    QUERY: tên câu hỏi hoặc tệp .rq / a name from the list or a .rq file. Với --store, thư mục chưa có kho được tạo từ
    OUT / with --store, a folder without a store gets one made from OUT.
    """
    from builder import queries

    if query is None:
        show.put_catalogue(queries.catalogue(), form)
        return
    question = queries.read(Path(query)) if query.endswith(".rq") else queries.load(query)
    text = queries.bind(question, dict(_split(value) for value in values))
    show.put_rows(queries.run(open_answers(out, store), text), form)


def _split(value: str) -> tuple[str, str]:
    name, separator, given = value.partition("=")
    if not separator:
        raise click.BadParameter(f"“{value}” is not NAME=VALUE", click.get_current_context(), param_hint="--set")
    return name, given


@cli.command()
@OUT
@click.argument("fact")
@AS_JSON
def explain(out: Path, fact: str, as_json: bool) -> None:
    """Cho biết một con số từ đâu ra / Show where a figure comes from.

    FACT: địa chỉ, mã 16 ký tự hoặc phần đầu của mã, hoặc TRANG:VỊ-TRÍ / address, identifier or its beginning, or
    PAGE:BEGIN. Cả số liệu chờ xem lại và ứng viên / figures for review and candidates, too.
    """
    from builder import explainer

    store = open_answers(out)
    explanation = explainer.explain(store, explainer.find_figure(store, fact))
    why, names = explain_why(store, out, explanation)
    if as_json:
        put_json(explanation.as_dict() | {"why": why and why.as_dict()})
    else:
        show.put_explanation(explanation, why, names)


@cli.command()
@OUT
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path), help="Thư mục để ghi / folder to write [OUT/review]"
)
@AS_JSON
def review(out: Path, folder: Path | None, as_json: bool) -> None:
    """Viết trang HTML để xem lại từng con số / Write HTML pages to look through every number.

    Mỗi trang một tệp, và index.html liệt kê tất cả; mở được không cần mạng / one file per page and an index.html that
    lists them; they open without a network.
    """
    from builder.reviewer import INDEX, write_review

    folder = folder or out / "review"
    files = [write_page(folder / name, page) for name, page in write_review(open_answers(out), out / "texts")]
    if as_json:
        put_json({"index": str(folder / INDEX), "pages": len(files) - 1})
    say(f"{len(files) - 1} trang → {folder / INDEX}", f"{len(files) - 1} pages")


@cli.command()
@OUT
@click.option(
    "--min-count",
    type=click.IntRange(min=1),
    default=1,
    help="Chỉ nêu cụm từ gặp ít nhất N lần / only phrases met at least N times [1]",
)
@AS_JSON
def candidates(out: Path, min_count: int, as_json: bool) -> None:
    """Con số chưa có chỉ tiêu, gom theo cụm từ / Numbers without an indicator, grouped by phrase.

    Cụm từ gặp nhiều nhất trước; bổ sung chỉ tiêu vào ontology/indicators.ttl rồi dựng lại / the most frequent phrase
    first; add the indicator to ontology/indicators.ttl and build again.
    """
    from builder.candidates import group_candidates

    groups = group_candidates(open_answers(out), min_count)
    if as_json:
        put_json([group.as_dict() for group in groups])
        return
    for group in groups:
        show.put_candidates(group)
    say(f"{len(groups)} cụm từ", f"{len(groups)} phrases")


@cli.command()
@OUT
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(dict.fromkeys([*EXPORT_ENDINGS.values(), *TABLE_ENDINGS.values()]))),
    help="Định dạng; mặc định theo đuôi tệp / format; by itself, as the file's ending says",
)
@click.option(
    "-o", "--output", "file", required=True, type=click.Path(path_type=Path), help="Tệp kết quả / file to write"
)
@click.option(
    "--spreadsheet", is_flag=True, help="CSV an toàn khi mở bằng Excel, Calc / CSV that is safe to open in Excel, Calc"
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["accepted", "review", "candidate"]),
    help="Trạng thái số liệu trong bảng / state of the figures in a table [accepted]",
)
@AS_JSON
def export(out: Path, form: str | None, file: Path, spreadsheet: bool, states: tuple[str, ...], as_json: bool) -> None:
    """Xuất đồ thị ra RDF hoặc bảng / Write the graph as RDF or as tables.

    Bảng csv (kèm mô tả CSVW), parquet, sqlite: mỗi dòng một số liệu / tables in csv (described by CSVW), parquet,
    sqlite: one row per figure.
    """
    from builder import exporter, pipeline

    context = click.get_current_context()
    form = form or (EXPORT_ENDINGS | TABLE_ENDINGS).get(file.suffix.lower())
    if form is None:
        raise click.BadParameter(f"{file}: the ending tells no format; give --format", context, param_hint="--output")
    if (spreadsheet and form != "csv") or (states and form not in exporter.TABLES):
        raise click.UsageError("--spreadsheet goes with csv, --state with csv, parquet and sqlite", context)
    graph = pipeline.open_build(out)
    if form in exporter.TABLES:
        number = exporter.export_table(graph, form, file, states=states or ("accepted",), spreadsheet=spreadsheet)
        what, vi, en = "figures", f"{number} số liệu", f"{number} figures"
    else:
        number = exporter.export(graph, form, file)
        what, vi, en = "statements", f"{number} phát biểu", f"{number} statements"
    if as_json:
        put_json({"file": str(file), "format": form, what: number})
    say(f"{vi} → {file}", en)


@cli.command()
@OUT
@click.option(
    "-o",
    "--output",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Tệp .graphml hoặc .gexf / file to write [OUT/network.graphml, OUT/network.gexf]",
)
@AS_JSON
def network(out: Path, files: tuple[Path, ...], as_json: bool) -> None:
    """Vẽ mạng địa phương – sáng kiến – chỉ tiêu / Draw the network of localities, initiatives and indicators.

    Gephi mở được cả hai định dạng / Gephi opens both formats.
    """
    from builder.exporter import draw, write_network

    graph = draw(open_answers(out))
    targets = files or (out / "network.graphml", out / "network.gexf")
    for file in targets:
        write_network(graph, file)
    told = show.measure_network(graph) | {"files": [str(file) for file in targets]}
    if as_json:
        put_json(told)
    else:
        show.put_network(told)


@cli.command()
@OUT
@click.argument("gold", type=click.Path(path_type=Path))
@click.option(
    "--only", type=click.Path(path_type=Path), help="Tệp liệt kê trang cần chấm / file with the page names to judge"
)
@click.option(
    "--without",
    type=click.Path(path_type=Path),
    help="Tệp liệt kê trang bỏ qua / file with the page names to leave out",
)
@click.option(
    "--errors",
    type=click.IntRange(min=0),
    default=0,
    help="Số lỗi cần liệt kê / list up to N missed and N wrong figures",
)
@AS_JSON
def evaluate(out: Path, gold: Path, only: Path | None, without: Path | None, errors: int, as_json: bool) -> None:
    """So với số liệu do người đọc / Compare with figures that people read.

    GOLD: thư mục có một tệp JSON cho mỗi trang / a folder with one JSON file per page
    """
    from builder import evaluator, pipeline

    found = evaluator.evaluate(pipeline.open_build(out), gold, only, without)
    listed = evaluator.list_errors(found, errors)
    if as_json:
        put_json(found.as_dict() | ({"errors": listed} if errors else {}))
        return
    show.put_evaluation(found)
    for miss in listed:
        put("\t".join(miss.values()))


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def demo(folder: Path | None) -> None:
    """Dựng, kiểm tra và hỏi thử các trang mẫu / Build, check and ask the example pages.

    FOLDER: nơi giữ kết quả; mặc định là thư mục tạm / folder to keep the result in; by itself a temporary one
    """
    click.get_current_context().exit(demonstrate(folder))


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Viết mã tự hoàn thành lệnh / Write the completion script of a shell.

    bash, zsh: eval "$(cchc completion bash)" — fish: cchc completion fish | source
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    writer = kind(cli, {}, "cchc", "_CCHC_COMPLETE")
    put(kind.source_template % writer.source_vars())
