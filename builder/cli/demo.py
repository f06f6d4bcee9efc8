"""The whole way from pages to answers, shown on the example pages."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.cli.screen import in_language, put, put_title, say
from builder.cli.show import put_explanation, put_summary, put_table, say_verdict
from builder.cli.steps import build_pages, check_build, open_answers

if TYPE_CHECKING:
    from builder.store import Store

DEMO_ANSWERS: Sequence[tuple[str, Mapping[str, str], Sequence[str]]] = (
    (
        "on-time-rate-by-unit",
        {"year": "2021"},
        ("unitLabel", "provinceLabel", "printed", "workLevelLabel", "periodStart", "periodEnd", "page"),
    ),
    (
        "initiatives-in-common",
        {},
        ("modelLabel", "unitLabel", "provinceLabel", "firstPage", "cameFirst"),
    ),
    (
        "commune-against-district-level",
        {"year": "2021"},
        ("unitLabel", "provinceLabel", "periodYear", "communeValue", "districtValue", "difference"),
    ),
)
DEMO_FIGURE = ("dong-hoi-2023.txt", "99,4%")


def demonstrate(folder: Path | None) -> int:
    """Show everything and return the exit code; without a folder, in a temporary one."""
    if folder:
        return _demonstrate(folder, str(folder))
    with tempfile.TemporaryDirectory(prefix="cchc-") as place:
        code = _demonstrate(Path(place) / "out", "OUT")
    say("Thư mục tạm đã xóa; để giữ lại: cchc demo OUT", "the temporary folder is gone; to keep one: cchc demo OUT")
    return code


def _demonstrate(out: Path, name: str) -> None:
    """Show the whole way from pages to answers; ``name`` is what the folder is called on the screen."""
    from builder import artefacts

    summary = _build([artefacts.example_pages()], out)
    put_title("Dựng đồ thị", "build", f"cchc build examples/pages -o {name}")
    put_summary(summary, name)
    report = _validate(out)
    put_title("Kiểm tra", "check", f"cchc validate {name}")
    say_verdict(report, lambda vi, en: put(in_language(vi, en)))
    store = open_answers(out)
    for question, values, columns in DEMO_ANSWERS:
        put_demo_answer(store, name, question, values, columns)
    put_demo_explanation(store, out, name)
    if name == "OUT":
        say("Thư mục tạm đã xóa; để giữ lại: cchc demo OUT", "the temporary folder is gone; to keep one: cchc demo OUT")
    if summary.unreadable or not report.conforms:
        click.get_current_context().exit(UNREADABLE if summary.unreadable else VIOLATIONS)


def put_demo_answer(
    store: "Store", name: str, question: str, values: Mapping[str, str], columns: Sequence[str]
) -> None:
    """Ask one question and write some columns of the answer."""
    from builder import queries

    query = queries.load(question)
    given = "".join(f" --set {key}={value}" for key, value in values.items())
    put_title(query.summary["vi"], query.summary["en"], f"cchc ask {name} {question}{given}")
    put_table(queries.run(store, queries.bind(query, values)), columns)


def put_demo_explanation(store: "Store", out: Path, name: str) -> None:
    """Explain one figure of the example pages."""
    from builder import explainer

    page, number = DEMO_FIGURE
    begin = (out / "texts" / f"{page}.txt").read_text(encoding="utf-8").index(number)
    put_title("Con số này từ đâu ra", "where a figure comes from", f"cchc explain {name} {page}:{begin}")
    put_explanation(explainer.explain(store, explainer.find_figure(store, f"{page}:{begin}")))
