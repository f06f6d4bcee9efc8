"""The whole way from pages to answers, shown on the example pages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli.screen import FINE, UNREADABLE, VIOLATIONS, in_language, put, put_title, say
from builder.cli.show import put_explanation, put_summary, put_table, say_verdict
from builder.cli.steps import build_pages, check_build, explain_why, open_answers

if TYPE_CHECKING:
    from builder.store import Store

DEMO_ANSWERS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("on-time-rate-by-unit", {"year": "2021"}),
    ("initiatives-in-common", {}),
    ("commune-against-district-level", {"year": "2021"}),
)
DEMO_FIGURE = ("dong-hoi-2023.txt", "99,4%")


def demonstrate(folder: Path | None) -> int:
    """Show everything and return the exit code; without a folder, in a temporary one."""
    if folder:
        return _demonstrate(folder, str(folder))
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="cchc-") as place:
        code = _demonstrate(Path(place) / "out", "OUT")
    say("Thư mục tạm đã xóa; để giữ lại: cchc demo OUT", "the temporary folder is gone; to keep one: cchc demo OUT")
    return code


def _demonstrate(out: Path, name: str) -> int:
    """Show the whole way from pages to answers; ``name`` is what the folder is called on the screen."""
    from builder import artefacts

    summary = build_pages([artefacts.example_pages()], out)
    put_title("Dựng đồ thị", "build", f"cchc build examples/pages -o {name}")
    put_summary(summary, name)
    report = check_build(out)
    put_title("Kiểm tra", "check", f"cchc validate {name}")
    say_verdict(report, lambda vi, en: put(in_language(vi, en)))
    store = open_answers(out)
    for question, values in DEMO_ANSWERS:
        put_demo_answer(store, name, question, values)
    put_demo_explanation(store, out, name)
    if summary.unreadable:
        return UNREADABLE
    return FINE if report.conforms else VIOLATIONS


def put_demo_answer(store: "Store", name: str, question: str, values: Mapping[str, str]) -> None:
    """Ask one question and write the answer."""
    from builder import queries

    query = queries.load(question)
    given = "".join(f" --set {key}={value}" for key, value in values.items())
    put_title(query.summary["vi"], query.summary["en"], f"cchc ask {name} {question}{given}")
    put_table(queries.run(store, queries.bind(query, values)))


def put_demo_explanation(store: "Store", out: Path, name: str) -> None:
    """Explain one figure of the example pages."""
    from builder import explainer

    page, number = DEMO_FIGURE
    begin = (out / "texts" / f"{page}.txt").read_text(encoding="utf-8").index(number)
    put_title("Con số này từ đâu ra", "where a figure comes from", f"cchc explain {name} {page}:{begin}")
    explanation = explainer.explain(store, explainer.find_figure(store, f"{page}:{begin}"))
    put_explanation(explanation, *explain_why(store, out, explanation))
