"""The verb ``diff``: what is different between two builds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.cli import show
from builder.cli.screen import in_language, put_json, say
from builder.cli.verbs import AS_JSON, cli

if TYPE_CHECKING:
    from builder.differences import Difference, Fact

DIFFERENT = 1
_KINDS = {"added": ("thêm", "added"), "removed": ("bớt", "removed"), "changed": ("đổi", "changed")}
_NAMES = {
    "page": ("trang", "page"),
    "state": ("trạng thái", "state"),
    "indicator": ("chỉ tiêu", "indicator"),
    "phrase": ("cụm từ", "phrase"),
    "label": ("tên", "name"),
    "unit": ("đơn vị", "unit"),
    "level": ("cấp thực hiện", "level of work"),
    "agency": ("cơ quan", "agency"),
    "start": ("từ ngày", "from"),
    "end": ("đến ngày", "through"),
    "value": ("giá trị", "value"),
    "printed": ("nguyên văn", "as printed"),
    "measure": ("đơn vị đo", "measure"),
    "bound": ("mức", "bound"),
    "status": ("tình trạng", "status"),
    "kinds": ("loại", "kinds"),
    "basis": ("căn cứ", "legal basis"),
    "confidence": ("độ tin cậy", "confidence"),
    "rule": ("quy tắc đọc", "rule"),
}
_CONCEPTS = ("indicator", "level", "measure", "bound", "status")


@cli.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--patch", type=click.Path(path_type=Path), help="Ghi khác biệt ra RDF Patch / write it as RDF Patch")
@AS_JSON
def diff(old: Path, new: Path, patch: Path | None, as_json: bool) -> None:
    """So hai lần dựng / Tell what is different between two builds.

    OLD, NEW: thư mục kết quả của cchc build / folders made by cchc build. Nêu số liệu, sáng kiến được thêm, bớt, đổi /
    tells the figures and initiatives that were added, removed, changed. Mã thoát 1 nếu hai đồ thị khác nhau, 0 nếu
    giống hệt / exit code 1 where the graphs differ, 0 where they are the same to the byte.
    """
    from builder.cli.steps import write_file
    from builder.differences import compare_graphs, write_patch
    from builder.pipeline import open_build

    graphs = open_build(old), open_build(new)
    found = compare_graphs(*graphs)
    if patch:
        write_file(patch, write_patch(found, *graphs))
    if as_json:
        put_json(_as_dict(found))
    else:
        _put(found)
    if not found.is_empty:
        click.get_current_context().exit(DIFFERENT)


def _as_dict(found: "Difference") -> dict[str, object]:
    def told(fact: "Fact") -> dict[str, object]:
        return {"figure": fact.address, "begin": fact.begin, **fact.named()}

    return {
        "added": [told(fact) for fact in found.added],
        "removed": [told(fact) for fact in found.removed],
        "changed": [{"old": told(c.old), "new": told(c.new), "changed": c.names} for c in found.changed],
        "moved": found.moved,
        "statements": {"added": len(found.added_lines), "removed": len(found.removed_lines)},
    }


def _put(found: "Difference") -> None:
    if found.is_empty:
        say("Hai đồ thị giống hệt nhau", "the graphs are the same")
        return
    rows = [_row("removed", fact, fact, None) for fact in found.removed]
    rows += [_row("added", fact, None, fact) for fact in found.added]
    rows += [_row("changed", change.new, change.old, change.new) for change in found.changed]
    if rows:
        show.put_table(show.as_rows(tuple(rows[0]), sorted(rows, key=lambda row: (row["page"], int(row["begin"])))))
    numbers = len(found.added), len(found.removed), len(found.changed), found.moved
    lines = len(found.added_lines), len(found.removed_lines)
    say(
        "thêm {}, bớt {}, đổi {}, chỉ dời chỗ {}; phát biểu: thêm {}, bớt {}".format(*numbers, *lines),
        "{} added, {} removed, {} changed, {} moved only; statements: {} added, {} removed".format(*numbers, *lines),
    )


def _row(kind: str, fact: "Fact", before: "Fact | None", after: "Fact | None") -> dict[str, str]:
    """Return what the table shows of a fact that was added, removed or changed."""
    from builder.differences import Change

    names = Change(before, after).names if before and after else []
    shown = [name for name in names if name != "value" or "printed" not in names]
    return {
        "change": in_language(*_KINDS[kind]),
        "page": fact.page,
        "begin": str(fact.begin),
        "indicatorLabel": _word("indicator", fact.told.get("indicator", "")) or fact.told.get("phrase", ""),
        "unitLabel": _word("unit", fact.told.get("unit", "")),
        "periodStart": fact.told.get("start", ""),
        "periodEnd": fact.told.get("end", ""),
        "before": _say_fact(before, shown),
        "after": _say_fact(after, shown),
    }


def _say_fact(fact: "Fact | None", names: list[str]) -> str:
    """Say some of what a fact tells, by itself its number or label."""
    if fact is None:
        return ""
    told = fact.named()
    if not names:
        return told.get("printed") or told.get("label", "")
    words = ((in_language(*_NAMES[name]), _word(name, told.get(name, "")) or "–") for name in names)
    return "; ".join(text if names == ["printed"] else f"{name}: {text}" for name, text in words)


def _word(name: str, value: str) -> str:
    """Return what a value is called."""
    from builder.artefacts import concept_labels
    from builder.gazetteer import load_gazetteer
    from builder.states import STATES

    if name == "unit" and value in (versions := load_gazetteer().versions):
        return versions[value].label
    if name == "state" and value in STATES:
        return in_language(*STATES[value])
    labels = concept_labels(f"{name}/{value}") if name in _CONCEPTS and value else {}
    return in_language(labels["vi"], labels["en"]) if labels.keys() >= {"vi", "en"} else value
