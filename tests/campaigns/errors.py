"""Wrong facts, put into a graph on purpose: who catches them, the checker of evidence, the shapes, or neither.

A build is not published unless its evidence is proved, and a graph that was changed afterwards is not opened, because
its checksum differs: that catches them all. But what if the builder itself had made the error?
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from builder.errors import StoreError
from builder.evidence import prove
from builder.pipeline import open_build
from builder.validator import check_graph, read_graph
from campaigns.kinds import Attempt, Verdict
from campaigns.subjects import EXAMPLES, build

FIGURE = re.compile(
    r"<(https://w3id\.org/cchc/id/observation/\w+)> <\S+#type> <https://w3id\.org/cchc/ontology#Observation>"
)
UNITS = ("unit/469", "unit/450", "unit/94", "unit/01")
Error = Callable[[str, str, random.Random], str | None]  # figure, graph, chance -> the graph with the error, if it fits


def _replace(figure: str, graph: str, pattern: str, new: Callable[[re.Match[str]], str]) -> str | None:
    """Return a graph in which a statement about a figure is another one."""
    statement = re.compile(rf"^<{re.escape(figure)}> <[^>]*{pattern}", re.MULTILINE)
    changed, times = statement.subn(new, graph, count=1)
    return changed if times and changed != graph else None


def _value(figure: str, graph: str, make: Callable[[str], str]) -> str | None:
    def other(found: re.Match[str]) -> str:
        return found[0].replace(f'"{found[1]}"', f'"{make(found[1])}"')

    return _replace(figure, graph, r'#obsValue> "([\d.]+)"', other)


def ten_times(figure: str, graph: str, chance: random.Random) -> str | None:
    return _value(figure, graph, lambda value: f"{float(value) * 10:.2f}".rstrip("0").rstrip("."))


def other_digit(figure: str, graph: str, chance: random.Random) -> str | None:
    return _value(figure, graph, lambda value: value[:-1] + str((int(value[-1]) + chance.randrange(1, 9)) % 10 or 1))


def other_printed(figure: str, graph: str, chance: random.Random) -> str | None:
    def other(found: re.Match[str]) -> str:
        return found[0].replace(f'"{found[1]}"', f'"{found[1][:-1]}{chance.randrange(10)}7"')

    return _replace(figure, graph, r'#printedValue> "([^"]*)"', other)


def shifted_offset(figure: str, graph: str, chance: random.Random) -> str | None:
    evidence = re.search(rf"^<{re.escape(figure)}> <\S+#evidence> <([^>]*#char=(\d+),(\d+))>", graph, re.MULTILINE)
    if evidence is None:
        return None
    by = chance.choice((-3, -1, 1, 2))
    begin, end = int(evidence[2]) + by, int(evidence[3]) + by
    span = re.escape(evidence[1])
    graph = re.sub(rf'^(<{span}> <\S+#beginIndex> )"\d+"', rf'\g<1>"{begin}"', graph, count=1, flags=re.MULTILINE)
    return re.sub(rf'^(<{span}> <\S+#endIndex> )"\d+"', rf'\g<1>"{end}"', graph, count=1, flags=re.MULTILINE)


def foreign_evidence(figure: str, graph: str, chance: random.Random) -> str | None:
    others = re.findall(r"^<(\S+#char=\d+,\d+)> <\S+#type> <\S+#OffsetBasedString>", graph, re.MULTILINE)
    return _replace(figure, graph, r"#evidence> <(\S+)>", lambda m: m[0].replace(m[1], chance.choice(others)))


def other_unit(figure: str, graph: str, chance: random.Random) -> str | None:
    units = sorted(set(re.findall(r"#refArea> <(\S+)>", graph)))
    return _replace(figure, graph, r"#refArea> <(\S+)>", lambda m: m[0].replace(m[1], chance.choice(units)))


def other_indicator(figure: str, graph: str, chance: random.Random) -> str | None:
    indicators = sorted(set(re.findall(r"#indicator> <(\S+)>", graph)))
    return _replace(figure, graph, r"#indicator> <(\S+)>", lambda m: m[0].replace(m[1], chance.choice(indicators)))


def other_year(figure: str, graph: str, chance: random.Random) -> str | None:
    """Swap the year of the period; begin and end stay a year, so that it is a period still."""
    by = chance.choice((-9, -1, 1, 5))
    found = graph
    for name in ("periodStart", "periodEnd"):
        found = (
            _replace(figure, found, rf'#{name}> "(\d{{4}})-', lambda m: m[0].replace(m[1], str(int(m[1]) + by)))
            or found
        )
    return found if found != graph else None


def other_measure(figure: str, graph: str, chance: random.Random) -> str | None:
    measures = ("percent", "count", "score", "rank")
    return _replace(
        figure, graph, r"#unitMeasure> <\S+/measure/(\w+)>", lambda m: m[0].replace(m[1], chance.choice(measures))
    )


def doubled_article(figure: str, graph: str, chance: random.Random) -> str | None:
    """Say the figure a second time with another value, as a reader would who reads a page twice."""
    lines = [line for line in graph.splitlines() if line.startswith(f"<{figure}> ")]
    twin = figure[:-4] + "beef"
    copy = [line.replace(f"<{figure}>", f"<{twin}>") for line in lines]
    changed = [re.sub(r'(#obsValue> ")(\d+)', lambda m: f"{m[1]}{int(m[2]) + 1}", line) for line in copy]
    return graph + "\n".join(changed) + "\n"


CLASSES: dict[str, tuple[str, Error]] = {
    "value ten times as large": ("giá trị gấp mười", ten_times),
    "a digit of the value changed": ("sai một chữ số", other_digit),
    "printed otherwise": ("sai nguyên văn", other_printed),
    "offsets shifted": ("lệch vị trí", shifted_offset),
    "evidence of another fact": ("dẫn chứng của số khác", foreign_evidence),
    "said twice, otherwise": ("nói hai lần khác nhau", doubled_article),
    "another measure": ("sai đơn vị đo", other_measure),
    "another indicator": ("sai chỉ tiêu", other_indicator),
    "another year": ("sai năm", other_year),
    "another administrative unit": ("sai đơn vị hành chính", other_unit),
}


CATCHERS = ("evidence", "shapes and checks", "checksum alone")


class Caught(NamedTuple):
    """How many wrong facts of a class were seeded, and who caught how many."""

    seeded: int
    evidence: int
    shapes: int  # of those that the evidence did not tell
    checksum: int  # of all, once the graph is published


def seed_errors(number: int, folder: Path) -> Iterator[Attempt]:
    """Seed errors; the seal of a published graph must catch every one, whatever else does."""
    for name, caught in count_caught(number, folder).items():
        by_seal = caught.seeded - caught.evidence - caught.shapes
        verdict: Verdict = "detected" if caught.checksum == caught.seeded else "silent"
        for who, times in zip(CATCHERS, (caught.evidence, caught.shapes, by_seal), strict=True):
            yield from [Attempt(f"{name}: {who}", verdict)] * times


def write_table(attempts: Iterable[Attempt]) -> str:
    """Return as a table who caught the errors of each class."""
    caught = Counter(attempt.what for attempt in attempts)
    rows = []
    for name, (vi, _) in CLASSES.items():
        numbers = [caught[f"{name}: {who}"] for who in CATCHERS]
        rows.append(f"| {name}<br>*{vi}* | {' | '.join(map(str, (sum(numbers), *numbers)))} |\n")
    head = "".join(f" | {who}" for who in ("seeded", *CATCHERS))
    return f"| error{head} |\n|---|---|---|---|---|\n{''.join(rows)}"


def count_caught(number: int, folder: Path) -> dict[str, Caught]:
    """Seed about so many errors, each class alike, and count who catches them."""
    out = folder / "out"
    right = build(EXAMPLES, out)["graph.nq"].decode()
    figures = FIGURE.findall(right)
    before = _objections(out)
    found = {}
    for kind, (_, make) in CLASSES.items():
        chance = random.Random(17)
        tally = [0, 0, 0, 0]
        while tally[0] < number // len(CLASSES):
            graph, wrong = _spoil(right, make, chance, figures, number // len(CLASSES) - tally[0])
            (out / "graph.nq").write_text(graph, encoding="utf-8", newline="\n")
            for place, caught in enumerate(_who_catches(out, wrong, before)):
                tally[place] += caught
        found[kind] = Caught(*tally)
        (out / "graph.nq").write_text(right, encoding="utf-8", newline="\n")
    return found


def _spoil(graph: str, make: Error, chance: random.Random, figures: list[str], most: int) -> tuple[str, list[str]]:
    """Return a graph with many errors, at most so many, and the figures that are wrong, by which they are told apart.

    An error does not fit every figure: another year, drawn by chance, may be its own.
    """
    wrong: list[str] = []
    for figure in chance.sample(figures, len(figures)):
        changed = make(figure, graph, chance) if len(wrong) < most else None
        if changed is not None:
            graph, wrong = changed, [*wrong, figure]
    assert wrong, f"{make.__name__} fits no figure"
    return graph, wrong


def _who_catches(out: Path, wrong: list[str], before: set[tuple[str, ...]]) -> tuple[int, int, int, int]:
    graph = (out / "graph.nq").read_text(encoding="utf-8")
    told = {mismatch.partition(": ")[0] for mismatch in prove(out / "graph.nq", out / "texts").mismatches}
    objects = " ".join(" ".join(each) for each in _objections(out) - before)
    unproved = {figure for figure in wrong if _names(figure, graph) & told}
    objected = {f for f in wrong if f in objects or f[:-4] + "beef" in objects} - unproved
    return len(wrong), len(unproved), len(objected), len(wrong) * (_told(out))


def _names(figure: str, graph: str) -> set[str]:
    """Return a figure and the quotations that prove it."""
    return {figure, *re.findall(rf"^<{re.escape(figure)}> <\S+#evidence> <(\S+)>", graph, re.MULTILINE)}


def _objections(out: Path) -> set[tuple[str, ...]]:
    found = check_graph(read_graph(out / "graph.nq"))
    return {(v.shape, v.constraint, v.focus, v.path, str(v.value)) for v in found}


def _told(out: Path) -> bool:
    try:
        open_build(out)
    except StoreError:
        return True
    return False
