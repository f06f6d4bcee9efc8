"""Results for the eye: summaries, tables, explanations."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from builder.cli.screen import in_language, language, put, put_json, put_lines, say
from builder.headings import BLOCKS, HEADINGS, PERIOD_SOURCES, UNIT_SOURCES
from builder.states import STATES
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    from builder.candidates import Group
    from builder.evaluator import Evaluation
    from builder.explainer import Check, Explanation
    from builder.facts import Report
    from builder.pipeline import Summary
    from builder.queries import Rows, SavedQuery
    from builder.rereading import Why

BESIDE = 70  # characters of a sentence that are shown on either side of a number among many
SIGNS = {"true": "✓", "false": "–"}
ADDRESSES = (*(NAMESPACES["id"] + kind for kind in ("document/", "observation/", "")), NAMESPACES["scheme"])


def put_summary(summary: "Summary", out: str) -> None:
    """Write some lines about a build."""
    put_lines(
        (
            (in_language("Trang", "pages"), f"{summary.pages}{_kept(summary)}"),
            (in_language("Số liệu", "figures"), str(summary.observations)),
            (
                in_language("Chờ xem lại, ứng viên", "for review, candidates"),
                f"{summary.review}, {summary.candidates}",
            ),
            (
                in_language("Sáng kiến, văn bản", "initiatives, documents"),
                f"{summary.initiatives}, {summary.citations}",
            ),
            (in_language("Điều chưa rõ", "open issues"), f"{summary.issues} → {out}/issues.tsv"),
            (in_language("Đồ thị", "graph"), f"{summary.quads} → {out}/graph.nq"),
        )
    )


def _kept(summary: "Summary") -> str:
    """Tell how many pages were not read again."""
    return f" ({summary.kept} {in_language('không đổi', 'as they were')})" if summary.kept else ""


def say_verdict(report: "Report", say: Callable[[str, str], None] = say) -> None:
    """Say whether a graph conforms, and what is wrong with it: one line per broken promise, with how often."""
    n = Counter(violation.severity for violation in report.violations)
    vi, en = ("Đạt yêu cầu", "conforms") if report.conforms else ("Không đạt yêu cầu", "does not conform")
    numbers_vi = f"{n['Violation']} vi phạm, {n['Warning']} cảnh báo, {n['Info']} thông tin"
    numbers_en = f"{n['Violation']} violations, {n['Warning']} warnings, {n['Info']} notes"
    say(f"{vi}: {numbers_vi}", f"{en}: {numbers_en}")
    groups: dict[tuple[str, str, str], int] = {}
    for v in report.violations:
        key = (v.severity, v.messages.get("vi", v.constraint), v.messages.get("en", v.constraint))
        groups[key] = groups.get(key, 0) + 1
    for (severity, vi, en), number in groups.items():
        mark = {"Violation": "✗", "Warning": "!"}.get(severity, "·")
        say(f"  {mark} {number} × {vi}", f"  {mark} {number} × {en}" if language() == "en" else en)


def put_catalogue(questions: "Sequence[SavedQuery]", form: str) -> None:
    """Write the list of saved questions with their parameters."""
    if form == "json":
        put_json([asdict(question) for question in questions])
        return
    for question in questions:
        put(question.name)
        put(f"    {in_language(question.summary['vi'], question.summary['en'])}")
        for parameter in question.parameters:
            label = in_language(parameter.label["vi"], parameter.label["en"])
            put(f"    --set {parameter.name}={parameter.default}  {label}")


def put_rows(rows: "Rows", form: str) -> None:
    """Write an answer."""
    from builder import queries

    if form == "table":
        put_table(rows)
        say(f"{len(rows.rows)} dòng", f"{len(rows.rows)} rows")
    else:
        write = {"csv": queries.as_csv, "json": queries.as_json, "ttl": queries.as_turtle}[form]
        put(write(rows))


def put_table(rows: "Rows") -> None:
    """Write an answer for the eye: headings in words, and no addresses where a name stands beside them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from builder.queries import as_cells

    cells = [[_short(cell) for cell in row] for row in as_cells(rows)]
    shown = [n for n in range(len(rows.columns)) if _is_shown(rows.columns, n, cells)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for number in shown:
        table.add_column(Text(_heading(rows.columns[number])), overflow="fold")
    for row in cells:
        table.add_row(*(Text(row[number]) for number in shown))
    console = Console() if sys.stdout.isatty() else Console(width=10_000, color_system=None)
    with console.capture() as captured:
        console.print(table)
    put("\n".join(line.rstrip() for line in captured.get().splitlines()))


def as_rows(columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> "Rows":
    """Return rows of text as an answer, which is what tables are made of."""
    import pyoxigraph

    from builder.queries import Rows

    return Rows(columns, tuple(tuple(pyoxigraph.Literal(row[column]) for column in columns) for row in rows))


def _is_shown(columns: Sequence[str], number: int, cells: Sequence[Sequence[str]]) -> bool:
    """Tell whether a column is worth its place: it holds something, and no column beside it names the same thing."""
    named = f"{columns[number]}Label" in columns
    return not named and (not cells or any(row[number] for row in cells))


def _short(cell: str) -> str:
    """Return a cell on one line, without what all addresses of its kind begin with."""
    for base in ADDRESSES:
        cell = cell.removeprefix(base)
    return SIGNS.get(cell, " ".join(cell.split()))


def _heading(column: str) -> str:
    """Return what a column of an answer is called; one we have no words for keeps its name."""
    vi, en = HEADINGS.get(column, (column, column))
    both = f"{vi}\n{en}" if vi != en else en
    return {"vi": vi, "en": en}.get(language(), both)


def put_explanation(e: "Explanation", why: "Why | None", names: Mapping[str, Mapping[str, str]]) -> None:
    """Write an explanation for the eye, the number marked in its sentence; ``names`` are what the reasons speak of."""
    for quotation in e.quotations:
        before, number, after = quotation.parts()
        put(f"“{before}{_mark(number)}{after}”")
    put("")
    place = f"{e.page}:{e.quotations[0].begin}" if e.quotations else e.page
    period = " – ".join(day or "…" for day in (e.start, e.end)) if e.start or e.end else ""
    told = (
        ("trang", "page", f"{e.title} ({place})" if e.title else place),
        ("địa chỉ", "address", e.address),
        ("ngày đăng", "published", e.issued),
        ("trạng thái", "state", in_language(*STATES[e.state])),
        ("chỉ tiêu", "indicator", _named(e, e.indicator)),
        ("cụm từ", "phrase", e.phrase),
        ("giá trị", "value", f"{e.value} ({'; '.join(t for t in (e.printed, _named(e, e.measure)) if t)})"),
        ("đơn vị", "unit", ", ".join(name for name in (e.unit, e.province) if name)),
        ("kỳ", "period", period),
        ("cấp thực hiện", "level of work", _named(e, e.level)),
        ("cơ quan", "agency", e.agency),
        ("mức", "bound", _named(e, e.bound)),
        ("tình trạng", "status", _named(e, e.status)),
        ("quy tắc đọc", "rule", e.rule and f"{e.rule}, {in_language('độ tin cậy', 'confidence')} {e.confidence}"),
        ("mã số liệu", "figure", e.figure),
    )
    lines = [(in_language(vi, en), value) for vi, en, value in told if value]
    lines += [(in_language("đối chiếu", "check"), _tell(check, e)) for check in e.checks]
    lines += [(in_language("các trang cùng nêu", "pages that state it"), _retold(e))] if e.shared else []
    put_lines([*lines, *_reasons(why, names)])


def _retold(e: "Explanation") -> str:
    """Tell how many pages state the thing, how many of them independently, and what the others say."""
    shared = e.shared
    if shared is None:
        return ""
    vi = f"{shared.pages} trang, {shared.sources} nguồn độc lập, {'khớp nhau' if shared.agree else 'không khớp nhau'}"
    en = f"{shared.pages} pages, {shared.sources} independent, {'agreeing' if shared.agree else 'disagreeing'}"
    again = f" ({in_language('cùng một bài', 'the same text')})"
    others = [each for each in shared.retellings if each.figure != e.figure]
    named = (f"{each.page} {each.printed}{'' if each.counts else again}" for each in others)
    return f"{in_language(vi, en)}: {'; '.join(named)}"


def _reasons(why: "Why | None", names: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return what decided how a number was read, in lines."""
    if why is None:
        unsaid = in_language("đọc lại văn bản thì không ra con số này", "the text read again does not give this number")
        return [(in_language("vì sao", "why"), unsaid)]

    def called(scheme: str, name: str) -> str:
        label = names.get(f"{NAMESPACES['scheme']}{scheme}/{name}", {})
        return in_language(label.get("vi", name), label.get("en", name))

    def weighed(scheme: str, found: Sequence[tuple[str, float]]) -> str:
        return ", ".join(f"{called(scheme, name)} {weight:g}" for name, weight in found)

    period = in_language(*PERIOD_SOURCES[why.period]) if why.period else ""
    unit = in_language(*UNIT_SOURCES[why.unit])
    blocks = ", ".join(f"{in_language(*BLOCKS[kind])} {number}" for kind, number in why.blocks)
    told = (
        ("dấu hiệu", "cues", weighed("cue", why.cues)),
        ("điểm của chỉ tiêu", "score of the indicator", f"{why.score:g}" if why.score else ""),
        ("chỉ tiêu thua điểm", "indicators that lost", weighed("indicator", why.rivals)),
        ("kỳ lấy từ", "period from", period + _quoted(why.period_words)),
        ("đơn vị lấy từ", "unit from", unit + _quoted(why.unit_words)),
        ("trang nói đến", "the page speaks for", ", ".join(f"{label} {weight:g}" for label, weight in why.clues)),
        ("nêu tên ở", "named in", blocks),
        (
            "điều ủng hộ",
            "what speaks for it",
            ", ".join(f"{called('sign', n)} {v:g} (+{c:g})" for n, v, c in why.signs if c),
        ),
    )
    return [(in_language(vi, en), text) for vi, en, text in told if text]


def _quoted(words: str) -> str:
    return f": “{words}”" if words else ""


def _mark(number: str) -> str:
    """Make a number stand out: in reverse on a terminal, between pointers elsewhere."""
    return click.style(number, reverse=True, bold=True) if sys.stdout.isatty() else f"▶{number}◀"


def _named(e: "Explanation", concept: str) -> str:
    """Return what a concept is called."""
    names = e.concepts.get(concept, {})
    name = concept.rpartition("/")[2]
    return in_language(names.get("vi", name), names.get("en", name)) if concept else ""


def _tell(check: "Check", e: "Explanation") -> str:
    """Return a check as a line: the arithmetic and whether it holds."""
    verdict = in_language("khớp", "agrees") if check.agrees else in_language("KHÔNG KHỚP", "DISAGREES")
    if check.kind == "rate":
        return f"{check.part} : {check.whole} = {check.computed} ~ {check.rate} → {verdict}"
    part, whole = _named(e, check.part_indicator), _named(e, check.whole_indicator)
    return f"{check.part} ({part}) ≤ {check.whole} ({whole}) → {verdict}"


def put_candidates(group: "Group") -> None:
    """Write a group of candidates: its phrase with how often it is met, and examples."""
    where_vi, where_en = f"{group.pages} trang, {group.localities} địa phương", f"{group.pages} pages"
    put(f"{group.count} × {group.phrase} ({in_language(where_vi, f'{where_en}, {group.localities} localities')})")
    for example in group.examples:
        before, number, after = example.quotation.parts()
        before, after = _shortened(before[::-1])[::-1], _shortened(after)
        put(f"    {example.place}  “{before}{_mark(number)}{after}”")


def _shortened(text: str) -> str:
    """Return the beginning of a text, up to the end of a word."""
    return text if len(text) <= BESIDE else text[:BESIDE].rpartition(" ")[0] + " …"


def measure_network(graph: Any) -> dict[str, Any]:
    """Return how many nodes and edges of each kind a network has, its communities and its most similar localities."""
    nodes: dict[str, int] = {}
    for _, each in sorted(graph.nodes(data=True)):
        nodes[each["kind"]] = nodes.get(each["kind"], 0) + 1
    edges: dict[str, int] = {}
    alike = []
    for one, other, each in graph.edges(data=True):
        edges[each["kind"]] = edges.get(each["kind"], 0) + 1
        if each["kind"] == "similar":
            names = sorted((graph.nodes[one]["label"], graph.nodes[other]["label"]))
            alike.append({"localities": names, "similarity": each["weight"], "shared": each["shared"]})
    alike.sort(key=lambda pair: (-pair["similarity"], pair["localities"]))
    communities = len({each["community"] for _, each in graph.nodes(data=True)})
    return {"nodes": nodes, "edges": dict(sorted(edges.items())), "communities": communities, "similar": alike}


def put_network(told: Mapping[str, Any]) -> None:
    """Write about a network in a few lines."""
    nodes, edges = told["nodes"], told["edges"]
    put_lines(
        (
            (in_language("Địa phương", "localities"), str(nodes.get("locality", 0))),
            (in_language("Sáng kiến", "initiatives"), f"{nodes.get('initiative', 0)} ({edges.get('runs', 0)} ↔)"),
            (in_language("Chỉ tiêu", "indicators"), f"{nodes.get('indicator', 0)} ({edges.get('reports', 0)} ↔)"),
            (in_language("Cộng đồng", "communities"), str(told["communities"])),
            (in_language("Tệp", "files"), ", ".join(told["files"])),
        )
    )
    for pair in told["similar"][:5]:
        put(f"  {' ~ '.join(pair['localities'])}: {pair['similarity']} ({pair['shared']})")


def put_evaluation(found: "Evaluation") -> None:
    """Write an evaluation for the eye."""
    scores = (
        ("Số liệu: cốt lõi", "figures, core", found.core),
        ("Số liệu: đầy đủ", "figures, full", found.full),
        ("Sáng kiến", "initiatives", found.initiatives),
        ("Văn bản", "legal documents", found.legal),
    )
    lines = [(in_language("Trang", "pages"), str(found.documents))]
    for vi, en, score in scores:
        n = score.as_dict()
        lines.append(
            (in_language(vi, en), f"F1 {n['f1']:.4f}  P {n['p']:.4f}  R {n['r']:.4f}  ({n['tp']}/{n['fp']}/{n['fn']})")
        )
    shares = "  ".join(f"{name} {share:.4f}" for name, share in found.attributes.items())
    lines.append((in_language("Thuộc tính đúng", "attributes right"), shares))
    lines.append((in_language("Bẫy mắc phải", "traps taken"), "{}/{}".format(*found.traps)))
    lines.append((in_language("Trang gắn đúng đơn vị", "pages tied to their unit"), "{}/{}".format(*found.about)))
    put_lines(lines)
