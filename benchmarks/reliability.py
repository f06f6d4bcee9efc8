"""Tells whether confidence means something: of the figures said to be right with 0.9, nine in ten should be.

``python benchmarks/reliability.py OUT GOLD [--only LIST | --without LIST] [--svg FILE]`` compares, bin by bin, the mean
confidence of the figures of a build, accepted and for review alike, with the share that people find right at the core:
indicator, value and unit. Below it, what each threshold of ``cchc build --min-confidence`` would keep. The diagram is
written as SVG.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builder.evaluator import Page, judge_figures, read_gold, read_pages
from builder.sparql import ask, load_graph

BINS = 10
THRESHOLDS = (0.0, 0.5, 0.9, 0.95, 0.97, 0.98)
CONFIDENCES = "SELECT ?figure ?confidence WHERE { ?figure cchc:confidence ?confidence }"
SIDE, MARGIN = 320, 48  # of the diagram, in pixels

Judged = tuple[float, bool]  # confidence, right


@dataclass(frozen=True)
class Bin:
    """The figures of about the same confidence."""

    low: float
    high: float
    confidence: float  # their mean
    right: float  # share of them
    number: int


def judge(out: Path, gold: Path, only: Path | None = None, without: Path | None = None) -> tuple[list[Judged], int]:
    """Return confidence and verdict of every judged figure, and how many figures people have read."""
    graph = out / "graph.nq"
    told = {row["figure"]: float(row["confidence"]) for row in ask(load_graph(graph), CONFIDENCES)}
    pages, wanted = read_pages(graph, review=True), 0
    judged: list[Judged] = []
    for page in read_gold(gold, only, without):
        wanted += len(page["observations"])
        verdicts: Mapping[str, bool] = judge_figures(page, pages.get(page["document"], Page()))
        judged += [(told[figure], right) for figure, right in sorted(verdicts.items())]
    return judged, wanted


def bins(judged: Sequence[Judged]) -> Iterator[Bin]:
    """Yield the bins that hold figures, from the least sure to the surest."""
    for number in range(BINS):
        inside = [(p, right) for p, right in judged if min(BINS - 1, int(p * BINS + 1e-9)) == number]
        if inside:
            mean = sum(p for p, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            yield Bin(number / BINS, (number + 1) / BINS, mean, share, len(inside))


def calibration_error(found: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far confidence and share right are apart, on average."""
    number = sum(each.number for each in found)
    return sum(each.number * abs(each.confidence - each.right) for each in found) / number if number else 0.0


def table(found: Sequence[Bin]) -> str:
    """Return the bins as a table in Markdown."""
    rows = [
        f"| {b.low:.1f}–{b.high:.1f} | {b.confidence:.3f} | {b.right:.3f} | {b.number} |"
        for b in found
    ]  # fmt: skip
    return "\n".join(("| confidence | mean | right | n |", "|---|---|---|---|", *rows))


def thresholds(judged: Sequence[Judged], wanted: int) -> str:
    """Return as a table what each threshold keeps: precision and recall at the core."""
    rows = []
    for least in THRESHOLDS:
        kept = [right for p, right in judged if p >= least]
        precision = sum(kept) / len(kept) if kept else 1.0
        recall = sum(kept) / wanted if wanted else 1.0
        rows.append(f"| {least} | {precision:.3f} | {recall:.3f} | {len(kept)} |")
    return "\n".join(("| --min-confidence | precision | recall | figures |", "|---|---|---|---|", *rows))


def diagram(found: Sequence[Bin], error: float) -> str:
    """Return the reliability diagram: a point per bin, as large as it holds figures; on the diagonal all is well."""
    whole = SIDE + 2 * MARGIN
    most = max((b.number for b in found), default=1)
    points = "\n".join(
        f'<circle cx="{MARGIN + b.confidence * SIDE:.1f}" cy="{MARGIN + (1 - b.right) * SIDE:.1f}" '
        f'r="{4 + 10 * (b.number / most) ** 0.5:.1f}"><title>{b.low:.1f}–{b.high:.1f}: '
        f"{b.right:.3f} of {b.number} right</title></circle>"
        for b in found
    )
    ticks = "\n".join(
        f'<text x="{MARGIN + t * SIDE:.0f}" y="{MARGIN + SIDE + 18}">{t}</text>'
        f'<text x="{MARGIN - 20}" y="{MARGIN + (1 - t) * SIDE + 4:.0f}">{t}</text>'
        for t in (0.0, 0.5, 1.0)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" role="img" font-family="sans-serif"
 font-size="12" text-anchor="middle"><title>Reliability of confidence, calibration error {error:.3f}</title>
<rect width="{whole}" height="{whole}" fill="#fff"/>
<rect x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#666"/>
<line x1="{MARGIN}" y1="{MARGIN + SIDE}" x2="{MARGIN + SIDE}" y2="{MARGIN}" stroke="#999" stroke-dasharray="4"/>
<g fill="#0b5cad" fill-opacity="0.75">
{points}
</g>
{ticks}
<text x="{whole / 2:.0f}" y="{whole - 8}">độ tin cậy · confidence</text>
<text x="{whole / 2:.0f}" y="{MARGIN - 16}">tỷ lệ đúng · share right</text>
</svg>
"""


def main() -> None:
    """Print the tables and write the diagram."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--only", type=Path)
    parser.add_argument("--without", type=Path)
    parser.add_argument("--svg", type=Path, help="where to write the diagram")
    options = parser.parse_args()
    judged, wanted = judge(options.out, options.gold, options.only, options.without)
    found = list(bins(judged))
    error = calibration_error(found)
    print(table(found))
    print(f"\n{len(judged)} figures, expected calibration error {error:.3f}\n")
    print(thresholds(judged, wanted))
    if options.svg:
        options.svg.write_text(diagram(found, error), encoding="utf-8")


if __name__ == "__main__":
    main()
