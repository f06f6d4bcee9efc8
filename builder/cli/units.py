"""The verb ``units``: the register of administrative units at the screen."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder.cli import show
from builder.cli.screen import in_language, put_json, say
from builder.cli.verbs import AS_JSON, EXPORT_ENDINGS, cli
from builder.errors import QueryError

if TYPE_CHECKING:
    from builder.gazetteer import Gazetteer, UnitVersion
    from builder.lineage import Change

Row = dict[str, str]


@cli.command()
@click.argument("name", required=False)
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), help="Chỉ đơn vị có hiệu lực ngày này / only units in force then"
)
@click.option("--lineage", metavar="NAME", help="Nguồn gốc và về sau, từng thay đổi / each change before and after")
@click.option("--today", metavar="NAME", help="Nay (hoặc ngày --at) thuộc đơn vị nào / where it lies today (or --at)")
@click.option("--export", "file", type=click.Path(path_type=Path), help="Ghi cả danh mục ra RDF / write all as RDF")
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(dict.fromkeys(EXPORT_ENDINGS.values()))),
    help="Định dạng; mặc định theo đuôi tệp / format; by itself, as the file's ending says",
)
@AS_JSON
def units(
    name: str | None,
    at: datetime | None,
    lineage: str | None,
    today: str | None,
    file: Path | None,
    form: str | None,
    as_json: bool,
) -> None:
    """Tra danh mục đơn vị hành chính / Look administrative units up.

    NAME: tên có hoặc không có loại, viết tắt được, thêm đơn vị cấp trên sau dấu phẩy, hoặc mã số / a name with or
    without its kind, abbreviated or not, the units it lies in after commas, or a code: "H. Châu Thành, Sóc Trăng", 942
    """
    if sum(given is not None for given in (name, lineage, today, file)) > 1:
        raise click.UsageError("give one of NAME, --lineage, --today, --export", click.get_current_context())
    from builder.gazetteer import load_gazetteer

    gazetteer, day = load_gazetteer(), at.date() if at else None
    if file is not None:
        _export(file, form)
    elif lineage is not None:
        _put(_changes_of(lineage, gazetteer), as_json)
    elif today is not None:
        _put(_today_of(today, day, gazetteer), as_json)
    elif name is not None:
        _put([_told(unit, gazetteer) for unit in _find(name, day, gazetteer)], as_json)
    else:
        _put(_counts(day, gazetteer), as_json)


def _find(name: str, day: date | None, gazetteer: "Gazetteer") -> "list[UnitVersion]":
    """Return the versions a name may mean, in force on a day if one is given."""
    from builder.lookup import look_up, on_day

    found = look_up(name, gazetteer)
    if not found:
        raise QueryError(f"no unit “{name}” in the register; write its diacritics, or give its code")
    if day is None:
        return found
    kept = on_day(found, day)
    if not kept:
        raise QueryError(f"“{name}” was not in force on {day}; see cchc units --today “{name}” --at {day}")
    return kept


def _told(unit: "UnitVersion", gazetteer: "Gazetteer") -> Row:
    """Return what is shown of a version."""
    above = gazetteer.ancestors(unit)
    return {
        "code": unit.code,
        "unitLabel": unit.label,
        "parentLabel": ", ".join(a.label for a in above if a.level != "country"),
        "validFrom": str(unit.valid_from or ""),
        "validThrough": str(unit.valid_through or ""),
        "resolution": unit.resolution,
        "version": unit.key,
    }


def _changes_of(name: str, gazetteer: "Gazetteer") -> list[Row]:
    """Return every change that led to the units of a name or followed, oldest first."""
    from builder.lineage import change_after, earlier, later

    found = {unit.key: unit for unit in _find(name, None, gazetteer)}
    for unit in list(found.values()):
        found |= {each.key: each for each in (*earlier(unit, gazetteer), *later(unit, gazetteer))}
    changes = [change for unit in found.values() if (change := change_after(unit, gazetteer))]
    return [_told_change(change) for change in sorted(changes, key=lambda c: (c.day, c.before.key))]


def _told_change(change: "Change") -> Row:
    return {
        "day": str(change.day),
        "formerLabel": change.before.label,
        "former": change.before.key,
        "changeKinds": ", ".join(_name(f"change-kind/{kind}") for kind in change.kinds),
        "resultingLabel": "; ".join(after.label for after in change.after),
        "resulting": " ".join(after.key for after in change.after),
        "resolution": ", ".join(change.resolutions),
    }


def _today_of(name: str, day: date | None, gazetteer: "Gazetteer") -> list[Row]:
    """Return where the territory of the units of a name lies on a day; by itself on the newest day known."""
    from builder.lineage import heirs
    from builder.lookup import last_day

    when = day or last_day(gazetteer)
    rows = []
    for unit in _find(name, None, gazetteer):
        for share in heirs(unit, when, gazetteer):
            extent = in_language("toàn bộ", "whole") if share.whole else in_language("một phần", "part")
            now = _told(share.unit, gazetteer)
            successor = {"successorLabel": now["unitLabel"], "successor": now["version"]}
            former = {"formerLabel": unit.label, "former": unit.key, "extent": extent}
            rows.append(former | successor | {"parentLabel": now["parentLabel"]})
    return rows


def _counts(day: date | None, gazetteer: "Gazetteer") -> list[Row]:
    """Return how many units of each kind are in force on a day, by itself on the newest day known."""
    from builder.lookup import last_day, on_day

    when = day or last_day(gazetteer)
    known = on_day(gazetteer.versions.values(), when)
    numbers = Counter((unit.level, unit.kind) for unit in known if unit.level != "country")
    order = ("province", "district", "commune")
    return [
        {
            "day": str(when),
            "levelLabel": _name(f"level/{level}"),
            "kindLabel": _name(f"unit-type/{kind}"),
            "units": str(number),
        }
        for (level, kind), number in sorted(numbers.items(), key=lambda each: (order.index(each[0][0]), each[0][1]))
    ]


def _name(concept: str) -> str:
    """Return what a concept of the ontology is called."""
    from builder.artefacts import concept_labels

    labels = concept_labels(concept)
    return in_language(labels["vi"], labels["en"])


def _export(file: Path, form: str | None) -> None:
    from builder.pipeline import export_register

    form = form or EXPORT_ENDINGS.get(file.suffix.lower())
    if form is None:
        context = click.get_current_context()
        raise click.BadParameter(f"{file}: the ending tells no format; give --format", context, param_hint="--export")
    statements = export_register(form, file)
    say(f"{statements} phát biểu → {file}", f"{statements} statements")


def _put(rows: Sequence[Row], as_json: bool) -> None:
    """Write rows as a table or as JSON."""
    if as_json:
        put_json(rows)
        return
    columns = tuple(rows[0]) if rows else ()
    show.put_table(show.as_rows(columns, rows))
    say(f"{len(rows)} dòng", f"{len(rows)} rows")
