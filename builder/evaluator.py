"""Compares a built graph with figures that people read from the same pages.

A gold folder holds one JSON file per page: its locality, the observations, initiatives and legal documents it states,
numbers that must not be read (``traps``) and numbers that are not judged (``skips``). An observation is right at its
*core* when page, indicator, value and locality are right, and right in *full* when period, level, bound and status are
right too.
"""

import json
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from builder.artefacts import local_name
from builder.errors import SourceError
from builder.sparql import ask, load_graph
from builder.text import without_marks

ATTRIBUTES = ("period", "level", "bound", "status", "evidence")
LIKENESS = Decimal("0.75")  # of the words of two names of one initiative

OBSERVATIONS = """
SELECT ?page ?figure ?indicator ?value ?area ?start ?end ?level ?bound ?status ?begin ?stop WHERE {
  ?figure a KIND ; cchc:indicator ?indicator ; sdmx-measure:obsValue ?value ;
    prov:wasDerivedFrom/dcterms:identifier ?page .
  OPTIONAL { ?figure sdmx-dimension:refArea/rdfs:label ?area }
  OPTIONAL { ?figure cchc:periodStart ?start }
  OPTIONAL { ?figure cchc:periodEnd ?end }
  OPTIONAL { ?figure cchc:level ?level }
  OPTIONAL { ?figure cchc:bound ?bound }
  OPTIONAL { ?figure cchc:status ?status }
  OPTIONAL { ?figure cchc:evidence ?span . ?span nif:beginIndex ?begin ; nif:endIndex ?stop }
}"""
INITIATIVES = """
SELECT ?page ?label ?quotation WHERE {
  ?initiative a cchc:Initiative ; rdfs:label ?label ; prov:wasDerivedFrom/dcterms:identifier ?page .
  OPTIONAL { ?initiative cchc:evidence/nif:anchorOf ?quotation }
}"""
LEGAL = """
SELECT ?page ?number WHERE {
  ?document dcterms:identifier ?page ; dcterms:references ?legal . ?legal a eli:LegalResource ; eli:id_local ?number .
}"""
ABOUT = """
SELECT ?page ?area WHERE {
  ?document a cchc:SourceDocument ; dcterms:identifier ?page ; dcterms:spatial/rdfs:label ?area .
}"""


# ---------------------------------------------------------------- what the graph says


@dataclass(slots=True)
class Figure:
    """A figure of the graph, as far as it is compared."""

    indicator: str
    value: Decimal
    start: str
    end: str
    level: str
    bound: str
    status: str
    areas: set[str] = field(default_factory=set)
    spans: set[tuple[int, int]] = field(default_factory=set)

    def key(self) -> tuple[str, Decimal, frozenset[str], str]:
        """Return what makes two figures of a page the same figure said twice."""
        return self.indicator, self.value, frozenset(self.areas), self.level


@dataclass(slots=True)
class Page:
    """What the graph says about one page."""

    figures: dict[str, Figure] = field(default_factory=dict)
    initiatives: dict[str, set[str]] = field(default_factory=dict)  # label -> its folded names
    legal: set[str] = field(default_factory=set)
    about: set[str] = field(default_factory=set)


def read_pages(graph: Path, *, review: bool = False) -> dict[str, Page]:
    """Return what a file of N-Quads says about each page, by the name of the page's file.

    With ``review``, figures that wait for review are among its figures.
    """
    store = load_graph(graph)
    pages: dict[str, Page] = {}
    for kind in ("qb:Observation", "cchc:ReviewFigure") if review else ("qb:Observation",):
        for row in ask(store, OBSERVATIONS.replace("KIND", kind)):
            _add_figure(_page(pages, row), row)
    for row in ask(store, INITIATIVES):
        names = _page(pages, row).initiatives.setdefault(row["label"], set())
        names |= {fold(name) for name in (row["label"], row["quotation"]) if name}
    for row in ask(store, LEGAL):
        _page(pages, row).legal.add(_number(row["number"]))
    for row in ask(store, ABOUT):
        _page(pages, row).about.add(fold(row["area"]))
    return pages


def _page(pages: dict[str, Page], row: Mapping[str, str]) -> Page:
    return pages.setdefault(PurePosixPath(row["page"]).name, Page())


def _add_figure(page: Page, row: Mapping[str, str]) -> None:
    """Add one row of a figure; a figure with several quotations or areas has several rows."""
    figure = page.figures.setdefault(
        row["figure"],
        Figure(
            indicator=local_name(row["indicator"]),
            value=Decimal(row["value"]),
            start=row["start"][:10],
            end=row["end"][:10],
            level=local_name(row["level"]),
            bound=local_name(row["bound"]),
            status=local_name(row["status"]),
        ),
    )
    if row["area"]:
        figure.areas.add(fold(row["area"]))
    if row["begin"]:
        figure.spans.add((int(row["begin"]), int(row["stop"])))


def fold(text: str) -> str:
    """Return a name without case, diacritics, quotation marks and spacing.

    >>> fold("Thành phố  Đà Lạt"), fold("“3 không, 1 biết”")
    ('thanh pho da lat', '3 khong 1 biet')
    """
    return " ".join(re.sub(r"[^\w/&.-]+", " ", without_marks(text)).split())


def _number(text: str) -> str:
    return fold(text).replace(" ", "")


# ---------------------------------------------------------------- what people read

Gold = Mapping[str, Any]


def read_gold(folder: Path, only: Path | None = None, without: Path | None = None) -> list[Gold]:
    """Return the gold of a folder by page name; ``only`` and ``without`` are files that list page names."""
    files = sorted(folder.glob("*.json"))
    if only:
        files = [file for file in files if f"{file.stem}.txt" in _names(only)]
    if without:
        files = [file for file in files if f"{file.stem}.txt" not in _names(without)]
    if not files:
        raise SourceError(f"{folder}: no gold here; give a folder with one .json file per page")
    return [_read_gold(file) for file in files]


def _names(file: Path) -> frozenset[str]:
    try:
        return frozenset(file.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as problem:
        raise SourceError(f"{file}: cannot be read: {problem}; give a text file with page names") from problem


def _read_gold(file: Path) -> Gold:
    needed = {"document", "locality", "observations", "initiatives", "legal", "traps", "skips"}
    try:
        gold = json.loads(file.read_text(encoding="utf-8"))
        missing = needed - set(gold)
    except (OSError, ValueError, TypeError) as problem:
        raise SourceError(f"{file}: cannot be read as gold: {problem}") from problem
    if missing:
        raise SourceError(f"{file}: lacks {', '.join(sorted(missing))}")
    return dict(gold)


def first_and_last_day(period: str | None) -> tuple[str, str]:
    """Return the days of a period, "" where it is open.

    >>> first_and_last_day("2021-06/2021"), first_and_last_day("/2024-02")
    (('2021-06-01', '2021-12-31'), ('', '2024-02-29'))
    """
    if not period:
        return "", ""
    start, end = period.split("/")
    return start + "-01-01"[len(start) - 4 :] if start else "", _last_day(end)


def _last_day(end: str) -> str:
    if len(end) == 4:
        return f"{end}-12-31"
    if len(end) == 7:
        year, month = map(int, end.split("-"))
        return f"{end}-{monthrange(year, month)[1]:02d}"
    return end


# ---------------------------------------------------------------- comparing


@dataclass(frozen=True, slots=True)
class Score:
    """How many were found right, found wrong, and missed."""

    right: int
    wrong: int
    missed: int

    def as_dict(self) -> dict[str, float | int]:
        """Return precision, recall, their harmonic mean, and the counts."""
        found, there = self.right + self.wrong, self.right + self.missed
        p = self.right / found if found else 1.0
        r = self.right / there if there else 1.0
        f1 = round(2 * p * r / (p + r), 4) if p + r else 0.0
        counts = {"tp": self.right, "fp": self.wrong, "fn": self.missed}
        return {"p": round(p, 4), "r": round(r, 4), "f1": f1, **counts}


@dataclass(frozen=True, slots=True)
class Miss:
    """A figure that was missed or is wrong."""

    kind: str  # "missed", "wrong"
    page: str
    indicator: str
    value: str
    locality: str
    quotation: str  # the text of a missed one, the offsets of a wrong one


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a graph compares with the gold."""

    documents: int
    core: Score
    full: Score
    attributes: Mapping[str, float]
    traps: tuple[int, int]  # taken, of how many
    initiatives: Score
    legal: Score
    about: tuple[int, int]  # right, of how many
    errors: tuple[Miss, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the evaluation for JSON, without the single errors."""
        return {
            "documents": self.documents,
            "observations_core": self.core.as_dict(),
            "observations_full": self.full.as_dict(),
            "attributes": dict(self.attributes),
            "traps": f"{self.traps[0]} of {self.traps[1]} taken for observations",
            "initiatives": self.initiatives.as_dict(),
            "legal": self.legal.as_dict(),
            "about": f"{self.about[0]} of {self.about[1]} documents tied to the right unit",
        }


def evaluate(graph: Path, folder: Path, only: Path | None = None, without: Path | None = None) -> Evaluation:
    """Compare a graph with a folder of gold; only pages that have gold are judged."""
    golds = read_gold(folder, only, without)
    pages = read_pages(graph)
    counts: Counter[str] = Counter()
    errors: list[Miss] = []
    for gold in golds:
        try:
            errors += _judge(gold, pages.get(gold["document"], Page()), counts)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as problem:
            raise SourceError(f"{folder}: the gold of {gold['document']} is damaged: {problem!r}") from problem
    return _sum_up(len(golds), counts, errors)


def judge_figures(gold: Gold, page: Page) -> dict[str, bool]:
    """Return for each figure of a page, by its address, whether it is right at its core.

    Figures that are not judged are left out.
    """
    names, found = list(page.figures), list(page.figures.values())
    pairs = set(match(gold["observations"], found, _fit).values())
    wrong = [id(figure) for figure in _wrong_figures(found, pairs, gold["skips"])]
    told = {name: number in pairs for number, name in enumerate(names)}
    return {
        name: right for (name, right), figure in zip(told.items(), found, strict=True) if right or id(figure) in wrong
    }


def _judge(gold: Gold, page: Page, n: Counter[str]) -> list[Miss]:
    """Count what is right about one page and return the figures that are not."""
    _judge_initiatives(gold, page, n)
    _judge_legal(gold, page, n)
    _judge_about(gold, page, n)
    return list(_judge_figures(gold, page, n))


def _sum_up(documents: int, n: Counter[str], errors: Iterable[Miss]) -> Evaluation:
    right, full = n["core_right"], n["full_right"]
    less = right - full
    return Evaluation(
        documents=documents,
        core=Score(right, n["core_wrong"], n["core_missed"]),
        full=Score(full, n["core_wrong"] + less, n["core_missed"] + less),
        attributes={name: round(n[name] / right, 4) if right else 0.0 for name in ATTRIBUTES},
        traps=(n["traps_taken"], n["traps"]),
        initiatives=Score(n["initiatives_right"], n["initiatives_wrong"], n["initiatives_missed"]),
        legal=Score(n["legal_right"], n["legal_wrong"], n["legal_missed"]),
        about=(n["about_right"], n["about"]),
        errors=tuple(sorted(errors, key=lambda miss: miss.kind)),
    )


def _judge_figures(gold: Gold, page: Page, n: Counter[str]) -> Iterator[Miss]:
    wanted, found = gold["observations"], list(page.figures.values())
    pairs = match(wanted, found, _fit)
    for number, observation in enumerate(wanted):
        if number in pairs:
            _count_right(observation, found[pairs[number]], n)
        else:
            n["core_missed"] += 1
            yield _missed(gold["document"], observation)
    n["traps"] += len(gold["traps"])
    for figure in _wrong_figures(found, set(pairs.values()), gold["skips"]):
        n["core_wrong"] += 1
        n["traps_taken"] += any(_touches(figure.spans, trap) for trap in gold["traps"])
        yield _wrong(gold["document"], figure)


def _count_right(observation: Gold, figure: Figure, n: Counter[str]) -> None:
    agrees = _compare(observation, figure)
    n.update(name for name, same in agrees.items() if same)
    n["core_right"] += 1
    n["full_right"] += all(agrees[name] for name in ATTRIBUTES if name != "evidence")


def _wrong_figures(found: Sequence[Figure], used: Collection[int], skips: Sequence[Gold]) -> Iterator[Figure]:
    """Yield the figures that no gold stands behind; a right figure said again is neither right nor wrong."""
    right = {found[number].key() for number in used}
    for number, figure in enumerate(found):
        said_again = number in used or figure.key() in right
        if not said_again and not any(_touches(figure.spans, skip) for skip in skips):
            yield figure


def _fit(observation: Gold, figure: Figure) -> int:
    """Return how well a figure fits an observation; 0 means that it is another one."""
    locality = observation["locality"]
    if observation["indicator"] != figure.indicator or Decimal(str(observation["value"])) != figure.value:
        return 0
    if locality not in (None, "-") and fold(locality) not in figure.areas:
        return 0
    return 1 + sum(_compare(observation, figure).values())


def _compare(observation: Gold, figure: Figure) -> dict[str, bool]:
    """Tell for each attribute whether it agrees."""
    start, end = first_and_last_day(observation["period"])
    if observation["period"]:
        same_period = start in ("", figure.start) and figure.end == end
    else:
        same_period = not figure.start and not figure.end
    return {
        "period": same_period,
        "level": observation["level"] == "-" or _tier(observation["level"]) == _tier(figure.level),
        "bound": observation["bound"] == (figure.bound or "exact"),
        "status": observation["status"] == (figure.status or "actual"),
        "evidence": bool(observation["anchor"]) and _touches(figure.spans, observation["anchor"]),
    }


def _tier(level: str | None) -> str:
    return "" if level in (None, "-", "all") else str(level)


def _touches(spans: Iterable[tuple[int, int]], anchor: Gold) -> bool:
    return any(begin < anchor["end"] and anchor["start"] < end for begin, end in spans)


Wanted = TypeVar("Wanted")
Found = TypeVar("Found")


def match(wanted: Sequence[Wanted], found: Sequence[Found], fit: Callable[[Wanted, Found], float]) -> dict[int, int]:
    """Pair what is wanted with what was found, one to one, better fits first."""
    fits = [(fit(w, f), i, j) for i, w in enumerate(wanted) for j, f in enumerate(found)]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for score, i, j in sorted(fits, key=lambda each: (-each[0], each[1], each[2])):
        if score > 0 and i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _judge_initiatives(gold: Gold, page: Page, n: Counter[str]) -> None:
    wanted = [fold(initiative["label"]) for initiative in gold["initiatives"]]
    found = list(page.initiatives.values())
    pairs = match(wanted, found, _best_likeness)
    n["initiatives_right"] += len(pairs)
    n["initiatives_missed"] += len(wanted) - len(pairs)
    n["initiatives_wrong"] += len(found) - len(pairs)


def _best_likeness(label: str, names: Iterable[str]) -> float:
    return max((likeness for likeness in (_likeness(label, name) for name in names) if likeness >= LIKENESS), default=0)


def _likeness(one: str, other: str) -> float:
    """Return the share of common words of two names, counted twice, among the words of both."""
    a, b = Counter(one.split()), Counter(other.split())
    common = (a & b).total()
    return 2 * common / (a.total() + b.total()) if common else 0.0


def _judge_legal(gold: Gold, page: Page, n: Counter[str]) -> None:
    wanted = {_number(number) for number in gold["legal"]}
    n["legal_right"] += len(wanted & page.legal)
    n["legal_missed"] += len(wanted - page.legal)
    n["legal_wrong"] += len(page.legal - wanted)


def _judge_about(gold: Gold, page: Page, n: Counter[str]) -> None:
    if gold["locality"] not in (None, "-"):
        n["about"] += 1
        n["about_right"] += page.about == {fold(gold["locality"])}


def _missed(page: str, observation: Gold) -> Miss:
    anchor = observation["anchor"] or {}
    told = (observation["indicator"], str(observation["value"]), observation["locality"] or "", anchor.get("text", ""))
    return Miss("missed", page, *told)


def _wrong(page: str, figure: Figure) -> Miss:
    spans = " ".join(f"{begin}–{end}" for begin, end in sorted(figure.spans))
    return Miss("wrong", page, figure.indicator, str(figure.value), ", ".join(sorted(figure.areas)), spans)


def list_errors(evaluation: Evaluation, most: int) -> list[dict[str, str]]:
    """Return up to ``most`` missed and as many wrong figures."""
    chosen: list[Miss] = []
    for kind in ("missed", "wrong"):
        chosen += [miss for miss in evaluation.errors if miss.kind == kind][:most]
    return [asdict(miss) for miss in chosen]
