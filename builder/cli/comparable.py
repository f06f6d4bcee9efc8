"""The verb ``comparable``: figures on the units of another day."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from builder.cli.screen import in_language, put_json, put_lines
from builder.cli.verbs import AS_JSON, OUT, cli


@cli.command()
@OUT
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), help="Theo địa giới ngày này / units of this day [newest day known]"
)
@AS_JSON
def comparable(out: Path, at: datetime | None, as_json: bool) -> None:
    """Quy đổi số liệu về địa giới của một ngày / Carry the figures to the units of a day.

    Viết OUT/comparable.nq; câu hỏi dùng --set geography=as-of sẽ dựa vào đó / writes OUT/comparable.nq, which questions
    with --set geography=as-of are asked about. Số liệu gốc giữ nguyên / the figures themselves stay as they are.
    """
    from builder.artefacts import concept_labels
    from builder.pipeline import COMPARISON, derive_comparison

    found = derive_comparison(out, at.date() if at else None)
    carried: Counter[str] = Counter(figure.derivation for figure in found.figures)
    obstacles = Counter(each.obstacle for each in found.obstacles)
    if as_json:
        file = str(out / COMPARISON)
        put_json({"day": str(found.day), "carried": dict(carried), "obstacles": dict(obstacles), "file": file})
        return

    def named(scheme: str, count: Counter[str]) -> list[tuple[str, str]]:
        labels = {name: concept_labels(f"{scheme}/{name}") for name in count}
        return [(f"  {in_language(labels[n]['vi'], labels[n]['en'])}", str(count[n])) for n in sorted(count)]

    put_lines(
        [
            (in_language("Theo địa giới ngày", "units as of"), f"{found.day} → {out}/{COMPARISON}"),
            (in_language("Số liệu quy đổi được", "figures carried"), str(len(found.figures))),
            *named("derivation", carried),
            (in_language("Không quy đổi được", "not comparable"), str(len(found.obstacles))),
            *named("obstacle", obstacles),
        ]
    )
