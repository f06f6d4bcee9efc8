"""Fits the model of confidence to pages that people have read.

``python benchmarks/calibrate.py GOLD OUT [GOLD OUT …]``: every OUT is a build of pages of which the GOLD before it
knows some; ``--without LIST``, more than once, leaves pages out. The weights are written into ontology/confidence.ttl
unless ``--dry``. They are never negative, so that a further sign never makes a figure less sure, and they are drawn
towards nothing, for wrong figures are few.
"""

import argparse
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builder import identifiers, pipeline
from builder.evaluator import judge_figures, read_gold, read_pages
from builder.facts import Observation, Signs
from builder.rereading import list_sources, reread
from builder.store import open_store

MODEL = Path(__file__).resolve().parents[1] / "ontology" / "confidence.ttl"
SHRINK = 0.2  # penalty on the squares of weights: a sign seen with few figures gets little
FOLDS = 5
ROUNDS = 600

Row = tuple[str, list[float], bool]  # page, signs, right


def collect(gold: Path, out: Path, without: Sequence[Path] = ()) -> list[Row]:
    """Return the signs of every judged figure and whether it is right."""
    graph = pipeline.open_build(out)
    store = open_store("memory:")
    store.load_nquads(graph)
    judged = {}
    pages = read_pages(graph, review=True)
    left_out = {name for file in without for name in file.read_text(encoding="utf-8").split()}
    for told in read_gold(gold):
        name = told["document"]
        if name in pages and name not in left_out:
            judged[name] = judge_figures(told, pages[name])
    rows: list[Row] = []
    for source in list_sources(store, out):
        if source.id in judged:
            rows += rows_of_page(source.id, reread(source)[2].facts, judged[source.id])
    return rows


def rows_of_page(page: str, facts: Sequence[object], judged: dict[str, bool]) -> list[Row]:
    """Return the figures of a page that were judged; the state of a figure is in its address, but is not asked for."""
    right = {address.rpartition("/")[2]: verdict for address, verdict in judged.items()}
    rows = []
    for fact in facts:
        if isinstance(fact, Observation):
            name = identifiers.observation_iri(page, fact).rpartition("/")[2]
            if name in right:
                rows.append((page, list(fact.signs), right[name]))
    return rows


def fit(rows: Sequence[Row]) -> list[float]:
    """Return the base and the weight of every sign: logistic regression, weights not negative, shrunk."""
    width = len(Signs._fields) + 1
    data = [([1.0, *signs], float(right)) for _, signs, right in rows]
    step = 4 / (sum(sum(x * x for x in xs) for xs, _ in data) + SHRINK)
    weights = ahead = [0.0] * width
    momentum = 1.0
    for _ in range(ROUNDS):
        slope = [SHRINK * w * (i > 0) for i, w in enumerate(ahead)]
        for xs, y in data:
            error = probability(ahead, xs) - y
            for i, x in enumerate(xs):
                slope[i] += error * x
        moved = [a - step * s for a, s in zip(ahead, slope, strict=True)]
        moved = [m if i == 0 else max(0.0, m) for i, m in enumerate(moved)]
        faster = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead = [m + (momentum - 1) / faster * (m - w) for m, w in zip(moved, weights, strict=True)]
        weights, momentum = moved, faster
    return weights


def probability(weights: Sequence[float], xs: Sequence[float]) -> float:
    """Return the probability that a figure with these signs is right."""
    told = sum(w * x for w, x in zip(weights, xs, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, told))))


def cross_validated(rows: Sequence[Row]) -> list[tuple[float, bool]]:
    """Return for every figure what a model says that has not seen its page, and whether it is right."""
    pages = sorted({page for page, _, _ in rows})
    fold = {page: i % FOLDS for i, page in enumerate(pages)}
    told = []
    for held in range(FOLDS):
        weights = fit([row for row in rows if fold[row[0]] != held])
        told += [(probability(weights, [1.0, *xs]), right) for page, xs, right in rows if fold[page] == held]
    return told


def brier(told: Sequence[tuple[float, bool]]) -> float:
    """Return the mean square of what is missing to certainty, 0 for a seer."""
    return sum((p - right) ** 2 for p, right in told) / len(told)


def write(weights: Sequence[float]) -> None:
    """Put the weights into the ontology."""
    text = MODEL.read_text(encoding="utf-8")
    for name, weight in zip(("base", *Signs._fields), weights, strict=True):
        number = f"{weight:.2f}".replace("-0.00", "0.00")
        text, found = re.subn(
            rf"(sign:{name} a (?:[^.]|\.(?!\n))*?cchc:logOdds )-?[\d.]+( \.)", rf"\g<1>{number}\2", text
        )
        assert found == 1, name
    MODEL.write_text(text, encoding="utf-8")


def main() -> None:
    """Fit and tell how well the model does on pages it has not seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="+", type=Path, metavar="GOLD OUT")
    parser.add_argument("--without", type=Path, action="append", default=[], help="list of pages to leave out")
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args()
    pairs = list(zip(options.pairs[::2], options.pairs[1::2], strict=True))
    rows = [row for gold, out in pairs for row in collect(gold, out, options.without)]
    wrong = sum(not right for _, _, right in rows)
    print(f"{len(rows)} figures of {len({page for page, _, _ in rows})} pages, {wrong} wrong")
    weights = fit(rows)
    for name, weight in zip(("base", *Signs._fields), weights, strict=True):
        print(f"  {name:10} {weight:6.2f}")
    rate = sum(right for _, _, right in rows) / len(rows)
    told = cross_validated(rows)
    print(
        f"Brier score {brier(told):.4f} on pages not seen, {brier([(rate, r) for _, r in told]):.4f} if all were alike"
    )
    if not options.dry:
        write(weights)


if __name__ == "__main__":
    main()
