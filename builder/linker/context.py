"""Which unit a page is about, weighed from everything on it: title, dateline, text, signature, imprint, address."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from builder.facts import Block, Document
from builder.gazetteer import Gazetteer, UnitVersion, slug

_REFORM = date(2025, 7, 1)
_BLOCK_WEIGHT = {"title": 6.0, "lead": 3.0, "body": 1.0, "caption": 1.5, "dateline": 2.0, "signature": 4.0, "furniture": 1.0}
_MOST_PER_BLOCK_KIND = 5.0
_EMAIL_HOST = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")
_HOST_WEIGHT = 5.0
_PATH_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Named:
    """A unit name in the page: where, with which kind word, and the units it may be."""

    start: int
    block: str  # kind of block
    kind_word: str
    candidates: tuple[UnitVersion, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What the page as a whole says about its locality and time."""

    unit: UnitVersion | None
    rivals: tuple[UnitVersion, ...]  # not empty: several units fit and nothing decides
    day: date | None
    support: Mapping[str, float]  # unit code -> weight of all clues


def find_context(document: Document, named: Sequence[Named], gazetteer: Gazetteer) -> Context:
    """Return the unit a page is about, or the rivals between which nothing decides."""
    day = document.published or _latest_year(document)
    support = dict(_weigh_hosts(document, gazetteer))
    own: dict[str, float] = {}
    groups = _group(named, day)
    for units, weight in groups:
        for unit in units:
            own[unit.code] = own.get(unit.code, 0.0) + weight / len({u.code for u in units})
    for code, weight in support.items():
        own[code] = own.get(code, 0.0) + weight
    units = {u.code: u for group, _ in groups for u in group}
    units |= {c: v for c in own if c not in units and (v := gazetteer.at(c, day) or gazetteer.at(c, None))}
    total = {code: weight + _backing(units[code], own, gazetteer, day) for code, weight in own.items() if code in units}
    return _decide(document, named, units, own, total, gazetteer, day)


def _latest_year(document: Document) -> date | None:
    years = [int(y) for y in re.findall(r"(?<!\d)(20[0-2]\d)(?!\d)", document.text)]
    return date(max(years), 6, 30) if years else None


def _group(named: Sequence[Named], day: date | None) -> list[tuple[tuple[UnitVersion, ...], float]]:
    """Return the candidates of every name with its weight; repeated names weigh less and less."""
    seen: dict[tuple[str, frozenset[str]], float] = {}
    groups = []
    for name in named:
        units = in_force(name.candidates, day)
        if not units:
            continue
        key = (name.block, frozenset(u.code for u in units))
        weight = _BLOCK_WEIGHT[name.block] * (1.0 if name.kind_word or units[0].level == "province" else 0.8)
        used = seen.get(key, 0.0)
        weight = min(weight, max(0.0, _MOST_PER_BLOCK_KIND * _BLOCK_WEIGHT[name.block] - used))
        seen[key] = used + weight
        groups.append((units, weight))
    return groups


def in_force(candidates: Iterable[UnitVersion], day: date | None) -> tuple[UnitVersion, ...]:
    """Return the candidates in force on a day, one version a unit; if none was, the last version of each."""
    candidates = tuple(candidates)
    chosen = [u for u in candidates if day is not None and u.in_force(day)]
    latest = {u.code: u for u in (chosen or candidates)}
    return tuple(latest.values())


def _weigh_hosts(document: Document, gazetteer: Gazetteer) -> Iterator[tuple[str, float]]:
    """Yield unit codes that the address of the page, its publisher or its e-mail domains name."""
    weights: dict[str, float] = {}
    host = urlsplit(document.url).hostname or ""
    for name, weight in ((host, _HOST_WEIGHT), *((h, 2.0) for h in set(_EMAIL_HOST.findall(document.text)))):
        units = units_of_host(name, gazetteer)
        for unit in units:
            weights[unit.code] = max(weights.get(unit.code, 0.0), weight / len(units))
    for unit, weight in _units_of_path(urlsplit(document.url).path, gazetteer):
        weights[unit.code] = weights.get(unit.code, 0.0) + weight
    yield from weights.items()


def units_of_host(host: str, gazetteer: Gazetteer) -> list[UnitVersion]:
    """Return the provinces and districts a host name names: ``yendung.bacgiang.gov.vn``, ``baolamdong.vn``.

    A district counts only below its province or with a whole label of its own.
    """
    labels = [label for label in host.lower().split(".") if label not in ("www", "vn", "gov", "com", "org", "net", "edu")]
    provinces = {u.code: u for label in labels for u in _units_of_label(label, gazetteer, "province")}
    districts = {u.code: u for label in labels for u in _units_of_label(label, gazetteer, "district")}
    if provinces:
        below = [u for u in districts.values() if u.parent in provinces and slug(u.name) not in map(slug_of, provinces.values())]
        return below or list(provinces.values())
    return list(districts.values())


def slug_of(unit: UnitVersion) -> str:
    """Return the slug of a unit's name."""
    return slug(unit.name)


_LABEL_PREFIX = re.compile(
    r"^(?:bao|dai|cong|portal|ubnd|huyen|thanhpho|tp|tx|thixa|quan|so[a-z]{2,8}|tinhuy|tinh|cchc|tinhdoan|dangbo|hdnd|svhtt|vanphong)"
)


def _units_of_label(label: str, gazetteer: Gazetteer, level: str) -> list[UnitVersion]:
    plain = label.replace("-", "")
    for text in dict.fromkeys((plain, _LABEL_PREFIX.sub("", plain), re.sub(r"(?:online|tv|dientu|gov|portal)$", "", plain))):
        found = [u for u in gazetteer.slugs.get(text, ()) if u.level == level]
        if found:
            return found
    if level == "district":
        return []
    return [u for key in gazetteer.slugs if len(key) >= 6 and plain.endswith(key) for u in gazetteer.slugs[key] if u.level == level]


def _units_of_path(path: str, gazetteer: Gazetteer) -> Iterator[tuple[UnitVersion, float]]:
    """Yield the units that the words of an address name: "…-huyen-can-duoc-giai-quyet-…"."""
    words = re.split(r"[-/_.]+", path.lower())
    for width in (4, 3, 2):
        for i in range(len(words) - width + 1):
            units = [u for u in gazetteer.slugs.get("".join(words[i : i + width]), ()) if all(words[i : i + width])]
            provinces = [u for u in units if u.level == "province"]
            kind = words[i - 1] if i else ""
            if kind in ("huyen", "quan", "xa", "pho") and not provinces:
                yield from ((u, _PATH_WEIGHT / len(units)) for u in units)
            elif provinces and kind not in ("pho", "xa"):
                yield from ((u, _PATH_WEIGHT / len(provinces)) for u in provinces)
            elif units:
                yield from ((u, _PATH_WEIGHT / 2 / len(units)) for u in units)


def _backing(unit: UnitVersion, own: Mapping[str, float], gazetteer: Gazetteer, day: date | None) -> float:
    """Return what the units above a unit add: they tell homonyms apart."""
    above = {a.code for a in gazetteer.ancestors(unit, day)}
    return 0.6 * sum(own.get(code, 0.0) for code in above)


def _decide(
    document: Document,
    named: Sequence[Named],
    units: Mapping[str, UnitVersion],
    own: Mapping[str, float],
    total: Mapping[str, float],
    gazetteer: Gazetteer,
    day: date | None,
) -> Context:
    if not total:
        return Context(None, (), day, total)
    titled = _titled(named, day)
    ranked = sorted(total, key=lambda c: (-_standing(units[c], own, total, titled), c))
    best = units[ranked[0]]
    best = _descend(best, ranked, units, own, total, titled, gazetteer, day)
    rivals = _rivals(best, units, total)
    if rivals:
        return Context(None, (best, *rivals), day, total)
    return Context(best, (), day, total)


def _titled(named: Sequence[Named], day: date | None) -> frozenset[str]:
    """Return the codes of units that the headline names."""
    return frozenset(u.code for n in named if n.block == "title" for u in in_force(n.candidates, day))


def _standing(unit: UnitVersion, own: Mapping[str, float], total: Mapping[str, float], titled: frozenset[str]) -> float:
    return own[unit.code] + (4.0 if unit.code in titled else 0.0) + 0.001 * total[unit.code]


def _descend(
    best: UnitVersion,
    ranked: Sequence[str],
    units: Mapping[str, UnitVersion],
    own: Mapping[str, float],
    total: Mapping[str, float],
    titled: frozenset[str],
    gazetteer: Gazetteer,
    day: date | None,
) -> UnitVersion:
    """Go down to a lower unit that the page is about although its province is named more often."""
    for code in ranked:
        unit = units[code]
        below = best.code in {a.code for a in gazetteer.ancestors(unit, day)}
        if below and own[code] >= 0.5 * own[best.code] and (code in titled or own[code] >= 5.0) and best.code not in titled:
            return max(
                (u for u in units.values() if u.level == unit.level and slug(u.name) == slug(unit.name)),
                key=lambda u: (total[u.code], u.code),
            )
    same_name = [u for u in units.values() if u.level == best.level and u.name == best.name]
    return max(same_name, key=lambda u: (total[u.code], u.code == best.code))


def _rivals(best: UnitVersion, units: Mapping[str, UnitVersion], total: Mapping[str, float]) -> tuple[UnitVersion, ...]:
    return tuple(
        u
        for u in sorted(units.values(), key=lambda u: u.code)
        if u.code != best.code and u.name == best.name and u.level == best.level and total[u.code] >= total[best.code] - 1e-9
    )


def block_kind_at(blocks: Sequence[Block], offset: int) -> str:
    """Return the kind of the block an offset lies in; between blocks: furniture."""
    return next((b.kind for b in blocks if b.span.start <= offset < b.span.end), "furniture")
