"""Which unit a page is about, weighed from everything on it: title, dateline, text, signature, imprint, address."""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from unicodedata import normalize

from builder.facts import Block, Document
from builder.gazetteer import COUNTRY, REFORM, Gazetteer, UnitVersion, named_on
from builder.lexicon import Lexicon
from builder.linker.addresses import headline_units, outside_clues
from builder.linker.deciding import BLOCK_WEIGHT, Group, Weighing
from builder.text import fold_name

_HEADS = {"title", "letterhead"}
_MOST_PER_BLOCK_KIND = 5.0  # occurrences that count
_PROVINCE_OUTSIDE = 0.35  # a provincial paper or portal writes about its districts, too
_VENUE = 0.3  # what a name counts that is only where something took place
_PASSED = 0.2  # what a name counts that no unit bore any more at the time of the page


@dataclass(frozen=True, slots=True)
class Named:
    """A unit name in the page: where, with which kind word, and the units it may be."""

    start: int
    block: str  # kind of block, or "letterhead"
    kind_word: str
    candidates: tuple[UnitVersion, ...]
    located: bool = False  # only where something took place: "tại thành phố Vinh"


@dataclass(frozen=True, slots=True)
class Context:
    """What the page as a whole says about its locality and time."""

    unit: UnitVersion | None
    rivals: tuple[UnitVersion, ...]  # not empty: several units fit and nothing decides
    day: date | None
    support: Mapping[str, float]  # unit code -> weight of all clues


def find_context(document: Document, named: Sequence[Named], gazetteer: Gazetteer, lexicon: Lexicon) -> Context:
    """Return the unit a page is about, or the rivals between which nothing decides."""
    day = document.published or _likely_day(document, named, lexicon)
    outside = outside_clues(document, gazetteer, lexicon.publishers, day)
    groups = _with_headline(_group(named, day), headline_units(document, gazetteer, day))
    groups = _with_kind(groups, _kinds_in_headline(document, gazetteer, lexicon))
    support = dict(outside)
    for group in groups:
        for unit in group.units:
            support[unit.code] = support.get(unit.code, 0.0) + group.weight
    scores, units, open_groups = _settle(groups, support, gazetteer, day, dated=document.published is not None)
    for unit in list(units.values()):
        for above in gazetteer.ancestors(unit, day):
            units.setdefault(above.code, above)
            scores.setdefault(above.code, 0.0)
    for code, weight in outside.items():
        pointed = units.get(code) or gazetteer.at(code, day) or gazetteer.at(code, None)
        if pointed is not None:
            units[code] = pointed
            scores[code] = scores.get(code, 0.0) + weight * (_PROVINCE_OUTSIDE if pointed.level == "province" else 1.0)
    spoken, first_spoken = _find_spoken(document, lexicon)
    about, rivals = Weighing(groups, open_groups, scores, units, spoken, first_spoken, gazetteer, day).decide()
    if not outside and _is_doubtful(about, groups) and _is_national(document, groups, spoken, lexicon):
        return Context(gazetteer.versions[COUNTRY], (), day, {})
    return Context(about, rivals, day, scores)


def _is_doubtful(about: UnitVersion | None, groups: Sequence[Group]) -> bool:
    """Tell whether a page may be about no unit: it names provinces side by side, or one only as where people met."""
    provinces = sum(all(u.level == "province" for u in g.units) for g in groups)
    venue = any(g.lead and not (g.titled or g.acts) for g in groups if about in g.units)
    return about is None or provinces >= _SEVERAL or (venue and provinces > 1)


_YEAR = re.compile(r"(?:(?<![\d/.,-])|(?<=\d[/.-]))(20[0-2]\d)(?!\d|[.,]\d)")  # alone, in a date or a document's number


def _likely_day(document: Document, named: Sequence[Named], lexicon: Lexicon) -> date | None:
    """Return a day around which an undated page was written.

    The latest year it tells, years ahead left out; failing that, a page that speaks of districts is older than the
    reform of 1 July 2025, and one that names provinces is as old as the first of them to go.
    """
    read = [b.span.of(document.text) for b in document.blocks if b.kind not in ("furniture", "dateline", "signature")]
    text = normalize("NFC", "\n".join(read))
    years = [
        int(m[1])
        for m in _YEAR.finditer(text)
        if not lexicon.grammar["year-ahead"].search(text, max(0, m.start() - 24), m.start())
    ]
    if address := re.search(r"/(20[0-2]\d)[/-]?(0[1-9]|1[0-2])", document.url):
        return date(int(address[1]), int(address[2]), 15)
    if years:
        return _late_in(max(years), text, lexicon)
    if not lexicon.grammar["district-word"].search(text):
        return None
    provinces = [n.candidates for n in named if n.kind_word and all(u.level == "province" for u in n.candidates)]
    ends = [max((u.valid_through or REFORM for u in units), default=REFORM) for units in provinces]
    return min([*ends, REFORM - timedelta(days=1)])


def _late_in(year: int, text: str, lexicon: Lexicon) -> date:
    """Return a day of a year around which a page was written: in the last month it tells, else in June.

    In the year of the reform a page that speaks of no districts was written behind it.
    """
    told = [(int(m["month"]), int(m["year"])) for m in lexicon.grammar["month-of-year"].finditer(text)]
    reformed = year == REFORM.year and not lexicon.grammar["district-word"].search(text)
    last = max((month for month, of in told if of == year and 1 <= month <= 12), default=12 if reformed else 6)
    return date(year, last, calendar.monthrange(year, last)[1])


def _is_national(document: Document, groups: Sequence[Group], spoken: Mapping[str, float], lexicon: Lexicon) -> bool:
    """Tell whether a page speaks of the central government or the whole country, and more so than of any unit."""
    told = len(lexicon.grammar["national-authority"].findall(normalize("NFC", document.text)))
    headed = any(g.titled or g.acts for g in groups)
    weightiest = max((g.weight for g in groups), default=0.0)
    most = max(spoken.values(), default=0.0)
    return not headed and told >= (_NATIONAL if groups else 1) and told > weightiest and _SPOKEN_ONCE * told > most


def _group(named: Sequence[Named], day: date | None) -> list[Group]:
    """Put the occurrences of a name together; repeated ones weigh less and less."""
    weights: dict[frozenset[str], dict[str, float]] = {}
    found: dict[frozenset[str], tuple[tuple[UnitVersion, ...], int]] = {}
    acting: dict[frozenset[str], set[str]] = {}  # the blocks in which a name does not only tell where
    for name in named:
        units = named_on(name.candidates, day)
        if not units:
            continue
        key = frozenset(u.key for u in units)
        per_block = weights.setdefault(key, {})
        weight = BLOCK_WEIGHT[name.block] * (_VENUE if name.located else 1.0)
        if day is not None and not units[0].in_force(day):
            weight *= _PASSED
        most = weight * _MOST_PER_BLOCK_KIND
        per_block[name.block] = min(most, per_block.get(name.block, 0.0) + weight)
        found.setdefault(key, (units, name.start))
        acting.setdefault(key, set()).update(() if name.located else (name.block,))
    return [
        Group(
            units,
            sum(weights[key].values()),
            titled=bool(_HEADS & weights[key].keys()),
            lead="lead" in weights[key],
            first=first,
            placed=not acting[key],
            acts="lead" in acting[key],
        )
        for key, (units, first) in found.items()
    ]


def _with_headline(groups: list[Group], units: tuple[UnitVersion, ...]) -> list[Group]:
    """Take the units that the headline in an address names for those of the title, where the page tells none itself."""
    if not units or any(g.titled for g in groups):
        return groups
    codes = {u.code for u in units}
    same = next((g for g in groups if {u.code for u in g.units} <= codes or codes <= {u.code for u in g.units}), None)
    weight = BLOCK_WEIGHT["title"]
    if same is None:
        return [*groups, Group(units, weight, titled=True, lead=False, first=0)]
    settled = tuple(u for u in same.units if u.code in codes)
    return [replace(g, units=settled, weight=g.weight + weight, titled=True) if g is same else g for g in groups]


def _kinds_in_headline(document: Document, gazetteer: Gazetteer, lexicon: Lexicon) -> frozenset[str]:
    """Return the kinds of unit that a headline begins with without a name: those of "Thị xã đi đầu trong …"."""
    titles = (b.span.of(document.text) for b in document.blocks if b.kind == "title")
    words = (m["kind"] for title in titles if (m := lexicon.grammar["kind-in-headline"].match(title)))
    return frozenset().union(*(gazetteer.kinds_of_word.get(fold_name(word), frozenset()) for word in words))


def _with_kind(groups: list[Group], kinds: frozenset[str]) -> list[Group]:
    """Take the one unit of a kind that the headline calls by its kind alone for that of the headline."""
    of_kind = [g for g in groups if any(u.kind in kinds for u in g.units) and not g.placed]
    if len(of_kind) != 1 or any(g.titled for g in groups):
        return groups
    units = tuple(u for u in of_kind[0].units if u.kind in kinds)
    weight = of_kind[0].weight + BLOCK_WEIGHT["title"]
    return [replace(g, units=units, weight=weight, titled=True) if g is of_kind[0] else g for g in groups]


def _settle(
    groups: Sequence[Group], support: Mapping[str, float], gazetteer: Gazetteer, day: date | None, *, dated: bool
) -> tuple[dict[str, float], dict[str, UnitVersion], list[Group]]:
    """Give each name to the one of its units that the rest of the page backs; names left open are returned."""
    scores: dict[str, float] = {}
    units: dict[str, UnitVersion] = {}
    left_open = []
    for group in groups:
        backed = sorted(
            ((_backing(u, support, gazetteer, day), u.code, u) for u in group.units), key=lambda b: (-b[0], b[1])
        )
        if len(backed) > 1 and backed[0][0] <= backed[1][0]:
            backed = sorted(
                ((_company(u, group, groups, gazetteer, day), u.code, u) for u in group.units),
                key=lambda b: (-b[0], b[1]),
            )
        if len(backed) > 1 and backed[0][0] <= backed[1][0]:
            left_open.append(group)
            continue
        unit = _at(backed[0][2], group, gazetteer, day, dated=dated)
        if unit.code not in units or (day is not None and unit.in_force(day)):
            units[unit.code] = unit
        scores[unit.code] = scores.get(unit.code, 0.0) + group.weight
    return scores, units, left_open


def _at(unit: UnitVersion, group: Group, gazetteer: Gazetteer, day: date | None, *, dated: bool) -> UnitVersion:
    """Return the version of a unit on the day of the page; where the day is a guess, what it is called decides."""
    then = gazetteer.at(unit.code, day) if day else None
    called = [u for u in group.units if u.code == unit.code]
    return then if then is not None and (dated or then in called) else unit


def _backing(unit: UnitVersion, support: Mapping[str, float], gazetteer: Gazetteer, day: date | None) -> float:
    """Return what the page says for a unit beyond its name, and for the units above it: it tells homonyms apart."""
    return sum(support.get(u.code, 0.0) for u in (unit, *gazetteer.ancestors(unit, day)))


def _company(unit: UnitVersion, group: Group, groups: Sequence[Group], gazetteer: Gazetteer, day: date | None) -> float:
    """Return how well the other names of a page fit a unit: units below it, and of its province."""
    top = _province(unit, gazetteer, day)
    return sum(max(_fit(unit, top, other, gazetteer, day) for other in g.units) for g in groups if g is not group)


def _fit(unit: UnitVersion, top: str, other: UnitVersion, gazetteer: Gazetteer, day: date | None) -> float:
    above = {a.code for a in gazetteer.ancestors(other, day)}
    return 1.0 if unit.code in above else 0.4 if top in above else 0.0


def _province(unit: UnitVersion, gazetteer: Gazetteer, day: date | None) -> str:
    above = gazetteer.ancestors(unit, day)
    return above[-1].code if above else unit.code


_SPOKEN = {
    "spoken-of-province": ("province",),
    "spoken-of-rural-district": ("rural-district",),
    "spoken-of-urban-district": ("urban-district",),
    "spoken-of-district-town": ("district-town",),
    "spoken-of-city": ("centrally-run-city", "provincial-city", "municipal-city"),
    "spoken-of-commune": ("commune", "ward", "township"),
}
_MOST_SPOKEN = 4.0
_SPOKEN_ONCE = 0.5
_SEVERAL = 3  # provinces named side by side
_NATIONAL = 2  # so often a page speaks of the whole country, to be about it


def _find_spoken(document: Document, lexicon: Lexicon) -> tuple[dict[str, float], dict[str, int]]:
    """Return how much the page speaks of "the province", "the district" without naming it, by kind of unit.

    And where it does so first.
    """
    weights: dict[str, float] = {}
    first: dict[str, int] = {}
    text = normalize("NFC", document.text)
    lexicon.printed.look_through(text)
    for construction, kinds in _SPOKEN.items():
        told = list(lexicon.grammar[construction].finditer(text))
        weights.update(dict.fromkeys(kinds, min(_MOST_SPOKEN, _SPOKEN_ONCE * len(told))))
        printed = told if text == document.text else list(lexicon.grammar[construction].finditer(document.text))
        first.update(dict.fromkeys(kinds, printed[0].start()) if printed else {})
    return weights, first


def block_kind_at(blocks: Sequence[Block], offset: int) -> str:
    """Return the kind of the block an offset lies in; between blocks: furniture."""
    return next((b.kind for b in blocks if b.span.start <= offset < b.span.end), "furniture")
