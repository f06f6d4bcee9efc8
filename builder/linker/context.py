"""Which unit a page is about, weighed from everything on it: title, dateline, text, signature, imprint, address."""

import calendar
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from unicodedata import normalize

from builder.facts import Block, Document
from builder.gazetteer import COUNTRY, Gazetteer, UnitVersion, named_on
from builder.lexicon import Lexicon
from builder.linker.addresses import headline_units, outside_clues
from builder.text import fold_name

_REFORM = date(2025, 7, 1)
# Weights of the clues to a page's unit; set on annotated pages (benchmarks/accuracy.md).
_BLOCK_WEIGHT = {
    "title": 6.0,
    "letterhead": 6.0,
    "lead": 3.0,
    "heading": 1.5,
    "body": 1.0,
    "header": 1.0,
    "row": 1.0,
    "caption": 1.5,
    "dateline": 2.0,
    "signature": 4.0,
    "furniture": 0.25,
}
_HEADS = {"title", "letterhead"}
_MOST_PER_BLOCK_KIND = 5.0  # occurrences that count
_PROVINCE_OUTSIDE = 0.35  # a provincial paper or portal writes about its districts, too
_COMMUNE = 0.5  # pages name communes as examples more often than they are about one
_SHARE_BELOW = 0.4  # of what speaks for the units below a unit
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
    decided = _decide(groups, open_groups, scores, units, gazetteer, day, spoken, first_spoken)
    provinces = sum(all(u.level == "province" for u in g.units) for g in groups)
    venue = any(g.lead and not (g.titled or g.acts) for g in groups if decided.unit in g.units)
    doubtful = decided.unit is None or provinces >= _SEVERAL or (venue and provinces > 1)
    if doubtful and not outside and _is_national(document, groups, spoken, lexicon):
        return Context(gazetteer.versions[COUNTRY], (), day, {})
    return decided


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
    ends = [max((u.valid_through or _REFORM for u in units), default=_REFORM) for units in provinces]
    return min([*ends, _REFORM - timedelta(days=1)])


def _late_in(year: int, text: str, lexicon: Lexicon) -> date:
    """Return a day of a year around which a page was written: in the last month it tells, else in June.

    In the year of the reform a page that speaks of no districts was written behind it.
    """
    told = [(int(m["month"]), int(m["year"])) for m in lexicon.grammar["month-of-year"].finditer(text)]
    reformed = year == _REFORM.year and not lexicon.grammar["district-word"].search(text)
    last = max((month for month, of in told if of == year and 1 <= month <= 12), default=12 if reformed else 6)
    return date(year, last, calendar.monthrange(year, last)[1])


@dataclass(frozen=True, slots=True)
class _Group:
    """All occurrences of one name on the page."""

    units: tuple[UnitVersion, ...]
    weight: float
    titled: bool
    lead: bool
    first: int
    placed: bool = False  # named only to place another
    acts: bool = False  # named in the lead, and not only as where something took place


def _is_national(document: Document, groups: Sequence[_Group], spoken: Mapping[str, float], lexicon: Lexicon) -> bool:
    """Tell whether a page speaks of the central government or the whole country, and more so than of any unit."""
    told = len(lexicon.grammar["national-authority"].findall(normalize("NFC", document.text)))
    headed = any(g.titled or g.acts for g in groups)
    weightiest = max((g.weight for g in groups), default=0.0)
    most = max(spoken.values(), default=0.0)
    return not headed and told >= (_NATIONAL if groups else 1) and told > weightiest and _SPOKEN_ONCE * told > most


def _group(named: Sequence[Named], day: date | None) -> list[_Group]:
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
        weight = _BLOCK_WEIGHT[name.block] * (_VENUE if name.located else 1.0)
        if day is not None and not units[0].in_force(day):
            weight *= _PASSED
        most = weight * _MOST_PER_BLOCK_KIND
        per_block[name.block] = min(most, per_block.get(name.block, 0.0) + weight)
        found.setdefault(key, (units, name.start))
        acting.setdefault(key, set()).update(() if name.located else (name.block,))
    return [
        _Group(
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


def _with_headline(groups: list[_Group], units: tuple[UnitVersion, ...]) -> list[_Group]:
    """Take the units that the headline in an address names for those of the title, where the page tells none itself."""
    if not units or any(g.titled for g in groups):
        return groups
    codes = {u.code for u in units}
    same = next((g for g in groups if {u.code for u in g.units} <= codes or codes <= {u.code for u in g.units}), None)
    weight = _BLOCK_WEIGHT["title"]
    if same is None:
        return [*groups, _Group(units, weight, titled=True, lead=False, first=0)]
    settled = tuple(u for u in same.units if u.code in codes)
    return [replace(g, units=settled, weight=g.weight + weight, titled=True) if g is same else g for g in groups]


def _kinds_in_headline(document: Document, gazetteer: Gazetteer, lexicon: Lexicon) -> frozenset[str]:
    """Return the kinds of unit that a headline begins with without a name: those of "Thị xã đi đầu trong …"."""
    titles = (b.span.of(document.text) for b in document.blocks if b.kind == "title")
    words = (m["kind"] for title in titles if (m := lexicon.grammar["kind-in-headline"].match(title)))
    return frozenset().union(*(gazetteer.kinds_of_word.get(fold_name(word), frozenset()) for word in words))


def _with_kind(groups: list[_Group], kinds: frozenset[str]) -> list[_Group]:
    """Take the one unit of a kind that the headline calls by its kind alone for that of the headline."""
    of_kind = [g for g in groups if any(u.kind in kinds for u in g.units) and not g.placed]
    if len(of_kind) != 1 or any(g.titled for g in groups):
        return groups
    units = tuple(u for u in of_kind[0].units if u.kind in kinds)
    weight = of_kind[0].weight + _BLOCK_WEIGHT["title"]
    return [replace(g, units=units, weight=weight, titled=True) if g is of_kind[0] else g for g in groups]


def _settle(
    groups: Sequence[_Group], support: Mapping[str, float], gazetteer: Gazetteer, day: date | None, *, dated: bool
) -> tuple[dict[str, float], dict[str, UnitVersion], list[_Group]]:
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


def _at(unit: UnitVersion, group: _Group, gazetteer: Gazetteer, day: date | None, *, dated: bool) -> UnitVersion:
    """Return the version of a unit on the day of the page; where the day is a guess, what it is called decides."""
    then = gazetteer.at(unit.code, day) if day else None
    called = [u for u in group.units if u.code == unit.code]
    return then if then is not None and (dated or then in called) else unit


def _backing(unit: UnitVersion, support: Mapping[str, float], gazetteer: Gazetteer, day: date | None) -> float:
    """Return what the page says for a unit beyond its name, and for the units above it: it tells homonyms apart."""
    return sum(support.get(u.code, 0.0) for u in (unit, *gazetteer.ancestors(unit, day)))


def _company(
    unit: UnitVersion, group: _Group, groups: Sequence[_Group], gazetteer: Gazetteer, day: date | None
) -> float:
    """Return how well the other names of a page fit a unit: units below it, and of its province."""
    top = _province(unit, gazetteer, day)
    return sum(max(_fit(unit, top, other, gazetteer, day) for other in g.units) for g in groups if g is not group)


def _fit(unit: UnitVersion, top: str, other: UnitVersion, gazetteer: Gazetteer, day: date | None) -> float:
    above = {a.code for a in gazetteer.ancestors(other, day)}
    return 1.0 if unit.code in above else 0.4 if top in above else 0.0


def _province(unit: UnitVersion, gazetteer: Gazetteer, day: date | None) -> str:
    above = gazetteer.ancestors(unit, day)
    return above[-1].code if above else unit.code


def _decide(
    groups: Sequence[_Group],
    left_open: Sequence[_Group],
    scores: Mapping[str, float],
    units: Mapping[str, UnitVersion],
    gazetteer: Gazetteer,
    day: date | None,
    spoken: Mapping[str, float],
    first_spoken: Mapping[str, int],
) -> Context:
    """Choose the unit the headline names, else the weightiest; go down where a lower unit carries the page."""
    strongest_open = max(left_open, key=lambda g: (g.weight, -g.first), default=None)
    best = max(scores.values(), default=0.0)
    if strongest_open is not None and strongest_open.weight > best:
        return Context(None, strongest_open.units, day, scores)
    if not scores:
        return Context(None, (), day, scores)
    titled = [u for g in groups if g.titled for u in g.units if u.code in units and units[u.code] is u]
    chain = {code: {code, *(a.code for a in gazetteer.ancestors(u, day))} for code, u in units.items()}
    if titled and (deepest := _deepest(titled, chain)) is not None:
        deepest = _that_ranks(deepest, titled, groups, chain)
        return Context(_carrier(deepest, groups, units, chain, spoken, first_spoken), (), day, scores)

    named = {u.code for g in groups for u in g.units if not g.placed}
    meant = _spoken_above([units[code] for code in named if code in units], spoken, gazetteer, day)
    return Context(meant or _weightiest(named, scores, units, chain, spoken), (), day, scores)


def _spoken_above(
    named: Sequence[UnitVersion], spoken: Mapping[str, float], gazetteer: Gazetteer, day: date | None
) -> UnitVersion | None:
    """Return the unit that a page calls "the district" or "the province" and names by units that lie in it alone."""
    for level, lower, fewest in (("district", ("commune",), 1), ("province", ("commune", "district"), 2)):
        below = [u for u in named if u.level in lower]
        above = [{a.code: a for a in gazetteer.ancestors(u, day)} for u in below]
        if any(all(u.code in held or u is other for other, held in zip(below, above, strict=True)) for u in below):
            below = below if len(below) == 1 else []  # one of them holds the others
        shared = {code: a for held in above for code, a in held.items() if a.level == level}
        if len(shared) != 1 or len(below) < fewest or any(u.level == level for u in named):
            continue
        (unit,) = shared.values()
        if spoken.get(unit.kind, 0.0) > max(spoken.get(u.kind, 0.0) for u in below):
            return unit
    return None


def _weightiest(
    named: Set[str],
    scores: Mapping[str, float],
    units: Mapping[str, UnitVersion],
    chain: Mapping[str, set[str]],
    spoken: Mapping[str, float],
) -> UnitVersion | None:
    """Return the unit that most speaks for, none if several do so equally or only the tier is told, not the place."""

    def standing(code: str) -> float:
        weight = scores[code] * (_COMMUNE if units[code].level == "commune" else 1.0)
        below = _below(code, scores, chain) if code in named or _branches(code, named, chain) else 0.0
        return weight + below * _SHARE_BELOW + spoken.get(units[code].kind, 0.0)

    first, *others = sorted(scores, key=lambda c: (-standing(c), c))
    if any(standing(c) == standing(first) and c not in chain[first] and first not in chain[c] for c in others):
        return None  # a page on several places equally is about none of them
    inside = _named_districts(first, named, units, chain)
    if len(inside) == 1 and spoken.get(units[inside[0]].kind) and scores[inside[0]] >= _CARRIES * scores[first]:
        return units[inside[0]]  # the one district of the province, called "the district" as well
    if (commune := _chief_commune(scores, units, scores[first])) and first in chain[commune]:
        told, above = (spoken.get(units[c].kind, 0.0) for c in (commune, first))
        if told > above:
            return units[commune]  # the chief commune of the page, called "the commune" as well
    of_district = max(spoken.get(kind, 0.0) for kind in _DISTRICTS)
    told = max(spoken.get(units[first].kind, 0.0), len(_named_districts(first, named, units, chain)) - 1)
    if first not in named and units[first].level == "province" and told < of_district:
        return None  # "the district" on a page of which only the province's host is known
    return units[first]


def _named_districts(
    code: str, named: Set[str], units: Mapping[str, UnitVersion], chain: Mapping[str, set[str]]
) -> list[str]:
    """Return the districts that a page names below a unit."""
    return [c for c in named if c in units and units[c].level == "district" and code in chain[c] - {c}]


def _chief_commune(scores: Mapping[str, float], units: Mapping[str, UnitVersion], above: float) -> str | None:
    """Return the commune that a page speaks of alone, or far more than of any other, and than of the unit ``above``."""
    communes = sorted((c for c in scores if units[c].level == "commune"), key=lambda c: (-scores[c], c))
    if len(communes) == 1:
        return communes[0] if scores[communes[0]] >= _CARRIES * above else None
    chief = len(communes) > 1 and scores[communes[0]] >= max(above, _CHIEF * scores[communes[1]])
    return communes[0] if chief else None


def _deepest(titled: Sequence[UnitVersion], chain: Mapping[str, set[str]]) -> UnitVersion | None:
    """Return the lowest unit of a headline whose units all lie above one another, else the one above all others.

    None where they lie side by side.
    """
    lowest = max(titled, key=lambda u: len(u.code))
    if all(u.code in chain[lowest.code] for u in titled):
        return lowest
    return next((u for u in titled if all(u.code in chain[other.code] for other in titled)), None)


def _that_ranks(
    deepest: UnitVersion, titled: Sequence[UnitVersion], groups: Sequence[_Group], chain: Mapping[str, set[str]]
) -> UnitVersion:
    """Return the unit of the headline whose districts the lead lists beside the one that the headline names too."""
    above = [u for u in titled if u.code in chain[deepest.code] - {deepest.code} and deepest.level == "district"]
    beside = {
        g.units[0].code
        for g in groups
        if g.lead and len(g.units) == 1 and g.units[0].level == "district" and g.units[0].code != deepest.code
    }
    listed = [u for u in above if sum(u.code in chain.get(code, ()) for code in beside) >= _LISTED]
    return listed[0] if listed else deepest


def _carrier(titled: UnitVersion, groups: Sequence[_Group], units: Mapping[str, UnitVersion],
             chain: Mapping[str, set[str]], spoken: Mapping[str, float],
             first_spoken: Mapping[str, int]) -> UnitVersion:  # fmt: skip
    """Return the unit below the headline's that carries the text.

    It is named in the lead and again, and more often than the other is, by its name or as "the province"; where the
    text speaks of the whole province before, it is an example.
    """
    weight = {
        g.units[0].code: g.weight - (_BLOCK_WEIGHT["title"] if g.titled else 0.0) for g in groups if len(g.units) == 1
    }
    lower = [g for g in groups if len(g.units) == 1 and g.lead and titled.code in chain.get(g.units[0].code, set())]
    if len({g.units[0].code for g in lower if g.units[0].level == "district"} - {titled.code}) > 1:
        return titled  # it ranks or lists its districts
    lower = [
        g
        for g in lower
        if g.units[0].level == "district"
        and g.units[0].code != titled.code
        and (g.first < first_spoken.get(titled.kind, g.first + 1) or g.weight > _BLOCK_WEIGHT["lead"])
        and g.weight + spoken.get(g.units[0].kind, 0.0)
        > max(_BLOCK_WEIGHT["lead"], weight.get(titled.code, 0.0) + spoken.get(titled.kind, 0.0))
    ]
    strongest = max(lower, key=lambda g: (g.weight, -g.first), default=None)
    return units.get(strongest.units[0].code, titled) if strongest else titled


def _branches(code: str, named: Set[str], chain: Mapping[str, set[str]]) -> bool:
    """Tell whether a page names units below a unit that do not lie in one another: more than one place in it."""
    below = [other for other in named if other != code and code in chain.get(other, ())]
    lowest = [o for o in below if not any(o in chain[other] for other in below if other != o)]
    return len(lowest) > 1


def _below(code: str, scores: Mapping[str, float], chain: Mapping[str, set[str]]) -> float:
    return sum(weight for other, weight in scores.items() if other != code and code in chain[other])


_SPOKEN = {
    "spoken-of-province": ("province",),
    "spoken-of-rural-district": ("rural-district",),
    "spoken-of-urban-district": ("urban-district",),
    "spoken-of-district-town": ("district-town",),
    "spoken-of-city": ("centrally-run-city", "provincial-city", "municipal-city"),
    "spoken-of-commune": ("commune", "ward", "township"),
}
_DISTRICTS = ("rural-district", "urban-district", "district-town")
_CARRIES = 0.75  # of the weight of the unit above
_CHIEF = 2.0  # times the weight of the next commune
_MOST_SPOKEN = 4.0
_SPOKEN_ONCE = 0.5
_LISTED = 2  # other districts in the lead
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
