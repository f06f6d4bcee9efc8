"""What the address of a page, its newspaper and its e-mail domains say about its unit."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from builder.facts import Document
from builder.gazetteer import REFORM, Gazetteer, UnitVersion, named_on, slug
from builder.text import address_headline, address_words

# Weights of the clues; set on annotated pages (benchmarks/accuracy.md).
_HOST_WEIGHT = 5.0
_EMAIL_WEIGHT = 2.0
_PATH_WEIGHT = 3.0
_PUBLISHER_WEIGHT = 2.5
_EMAIL_HOST = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")
_LONG_LABEL = 8  # letters of a part of an address that may hold a province's name
_NEWSPAPER = "bao"  # newspapers are provincial, also one that is called after a city: baodienbienphu.com.vn
_NO_NAME = frozenset({"www", "vn", "gov", "com", "org", "net", "edu"})
_COMMUNE_LABEL = re.compile(r"^(?:xa|phuong|thitran|tt|p|x)-?([a-z0-9-]+)$")
_COMMUNE_LABELS = 3  # of a commune, its district and their province
_LABEL_PREFIX = re.compile(
    r"^(?:bao|dai|cong|portal|ubnd|huyen|thanhpho|tp|tx|thixa|quan|so[a-z]{2,8}|tinhuy|tinh|cchc|tinhdoan|dangbo|hdnd|svhtt|vanphong)"
)
_LABEL_SUFFIX = re.compile(r"(?:online|tv|dientu|gov|portal)$")
_NAME_WORDS = (1, 2, 3, 4)
_LONG_WORD = 6  # letters of one word of an address that may be a name; few syllables have more
_NO_PLACE = frozenset({"vanban"})  # documents, not the district Văn Bàn
_SHORTEST_TAIL = 6  # letters of a province's name at the end of a longer label
_SIGLE = re.compile(r"^\W{0,3}(\w[\w ]{1,10}?)\)? ?[-–—]")


def outside_clues(
    document: Document, gazetteer: Gazetteer, publishers: Mapping[str, str], day: date | None
) -> dict[str, float]:
    """Return the weight of what the address, the newspaper and the e-mail domains say, by unit code.

    A name counts for the unit that bore it on the day of the page; a publisher for the heir of its unit.
    """
    weights = _weigh_hosts(document, gazetteer, day)
    for unit, weight in _units_of_path(urlsplit(document.url).path, gazetteer, day):
        weights[unit.code] = weights.get(unit.code, 0.0) + weight
    known = [publishers[name] for name in _publisher_names(document) if name in publishers]
    for heir in filter(None, (gazetteer.heir(code, day) for code in dict.fromkeys(known))):
        weights[heir.code] = weights.get(heir.code, 0.0) + _PUBLISHER_WEIGHT
    return weights


def headline_units(document: Document, gazetteer: Gazetteer, day: date | None) -> tuple[UnitVersion, ...]:
    """Return the units that the headline in an address names with their kind or first: "…/cho-moi-giam-sat-….html".

    Below a province that the host names it is a unit of that province; else there are as many as bear the name.
    """
    above = {u.code for u in units_of_host(urlsplit(document.url).hostname or "", gazetteer, day)}
    for spot in sorted(
        _spots_of(address_headline(document.url), gazetteer, day), key=lambda s: (not s.called, s.start)
    ):
        below = tuple(u for u in spot.units if above & {u.code, *(a.code for a in gazetteer.ancestors(u, day))})
        units = below or (spot.units if spot.called or spot.units[0].level == "province" else ())
        if units and (spot.called or spot.start == 0) and not (units[0].level == "commune" and len(units) > 1):
            return units
    return ()


def _publisher_names(document: Document) -> Iterator[str]:
    """Yield by what a publisher may be known: its host, the sigle before the first words of the text."""
    labels = (urlsplit(document.url).hostname or "").split(".")
    yield from (".".join(labels[start:]) for start in range(len(labels) - 1))
    for block in document.blocks:
        if block.kind in ("lead", "body") and (sigle := _SIGLE.match(block.span.of(document.text)[:20])):
            yield sigle[1].strip()
            return


def _weigh_hosts(document: Document, gazetteer: Gazetteer, day: date | None) -> dict[str, float]:
    """Return the weight of the units that the host of the page and its e-mail domains name, by code."""
    weights: dict[str, float] = {}
    hosts = [(urlsplit(document.url).hostname or "", _HOST_WEIGHT)]
    hosts += [(domain, _EMAIL_WEIGHT) for domain in sorted(set(_EMAIL_HOST.findall(document.text)))]
    for host, weight in hosts:
        units = units_of_host(host, gazetteer, day)
        for unit in units:
            weights[unit.code] = max(weights.get(unit.code, 0.0), weight / len(units))
    return weights


def units_of_host(host: str, gazetteer: Gazetteer, day: date | None) -> list[UnitVersion]:
    """Return the units a host name names: ``yendung.bacgiang.gov.vn``, ``baolamdong.vn``.

    A district counts only below its province or with a whole label of its own.
    """
    labels = [label for label in host.lower().split(".") if label not in _NO_NAME]
    provinces = [u for label in labels for u in _units_of_label(label, gazetteer, "province", day)]
    districts = [u for label in labels for u in _units_of_label(label, gazetteer, "district", day)]
    if commune := _commune_of_host(labels, {u.code for u in (*provinces, *districts)}, gazetteer):
        return [commune]
    if communes := _communes_of_today(labels, {u.code for u in provinces}, gazetteer, day):
        return communes
    if not provinces:
        return districts
    return [u for u in districts if _lies_below(u, provinces, gazetteer)] or provinces


def _lies_below(unit: UnitVersion, provinces: Sequence[UnitVersion], gazetteer: Gazetteer) -> bool:
    """Tell whether a unit lies in one of some provinces and does not share its name."""
    parent = gazetteer.parent(unit)
    return (
        parent is not None
        and parent.code in {p.code for p in provinces}
        and slug(unit.name) not in {slug(p.name) for p in provinces}
    )


def _commune_of_host(labels: Sequence[str], above: Collection[str], gazetteer: Gazetteer) -> UnitVersion | None:
    """Return the one commune a host names below its province or district: ``xatanphu.camau.gov.vn``.

    Without the word for its kind it stands right before its district: ``haian.hailang.quangtri.gov.vn``.
    """
    names = [m[1].replace("-", "") for label in labels if (m := _COMMUNE_LABEL.match(label))]
    named = [u for name in names for u in gazetteer.commune_slugs.get(name, ())]
    found = {u.code: u for u in named if any(a.code in above for a in gazetteer.ancestors(u))}
    if not found and len(labels) >= _COMMUNE_LABELS:
        bare = gazetteer.commune_slugs.get(labels[0].replace("-", ""), ())
        found = {u.code: u for u in bare if (d := gazetteer.parent(u)) and d.level == "district" and d.code in above}
    return next(iter(found.values())) if len(found) == 1 else None


def _communes_of_today(
    labels: Sequence[str], provinces: Set[str], gazetteer: Gazetteer, day: date | None
) -> list[UnitVersion]:
    """Return the communes a host names below its province, since districts are no more: ``quynhon.gialai.gov.vn``.

    There are two where a ward and a commune of the province bear one name.
    """
    if day is None or day < REFORM or not provinces:
        return []
    named = [u for label in labels[:-1] for u in gazetteer.commune_slugs.get(label.replace("-", ""), ())]
    here = [u for u in named if u.in_force(day) and provinces & {a.code for a in gazetteer.ancestors(u, day)}]
    return list({u.code: u for u in here}.values())


def _units_of_label(label: str, gazetteer: Gazetteer, level: str, day: date | None) -> tuple[UnitVersion, ...]:
    plain = label.replace("-", "")
    if level == "district" and plain.startswith(_NEWSPAPER) and plain not in gazetteer.slugs:
        return ()
    if level == "province" and plain.startswith(_NEWSPAPER):
        seats = [u for u in gazetteer.slugs.get(plain.removeprefix(_NEWSPAPER), ()) if u.level == "district"]
        if seats and not any(u.level == "province" for u in gazetteer.slugs[plain.removeprefix(_NEWSPAPER)]):
            return named_on([p for u in named_on(seats, day) if (p := gazetteer.parent(u, day))], day)
    for text in (plain, _LABEL_PREFIX.sub("", plain), _LABEL_SUFFIX.sub("", plain)):
        if found := [u for u in gazetteer.slugs.get(text, ()) if u.level == level]:
            return named_on(found, day)
    if level != "province":
        return ()
    tails = (plain[start:] for start in range(len(plain) - _SHORTEST_TAIL + 1))
    return named_on([u for tail in tails for u in gazetteer.slugs.get(tail, ()) if u.level == level], day)


def _units_of_path(path: str, gazetteer: Gazetteer, day: date | None) -> Iterator[tuple[UnitVersion, float]]:
    """Yield the units that the words of an address name, with their weights: "…-huyen-can-duoc-giai-quyet-…".

    A name that several units bear counts for those below a unit that is named as well.
    """
    spots = [spot for part in path.split("/") for spot in _spots_of(address_words(part), gazetteer, day)]
    named = {u.code for spot in spots for u in spot.units}
    for spot in spots:
        below = [u for u in spot.units if any(a.code in named for a in gazetteer.ancestors(u, day))]
        units = below if len(spot.units) > 1 and below else spot.units
        if units[0].level != "commune" or len(units) == 1:
            yield from ((u, spot.weight / len(units)) for u in units)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Words of an address that name a unit: which ones they are, the units, and their weight together."""

    start: int  # counted in words
    end: int
    units: tuple[UnitVersion, ...]
    called: bool  # the word for their kind stands before the name
    weight: float


def _spots_of(words: Sequence[str], gazetteer: Gazetteer, day: date | None) -> Iterator[_Spot]:
    """Yield the units named in one part of an address, that which stands first before what it shares words with."""
    spots = [
        spot
        for width in _NAME_WORDS
        for start in range(len(words) - width + 1)
        if (spot := _spot_at(words, start, start + width, gazetteer, day)) is not None
    ]
    free = set(range(len(words)))
    for spot in sorted(
        spots, key=lambda s: (not s.called, s.start > 0, s.units[0].level != "province", s.start, -s.end)
    ):
        if free >= set(range(spot.start, spot.end)):  # "ha-nam-dan-dau" does not name the district Nam Đàn
            free -= set(range(spot.start, spot.end))
            yield spot


def _spot_at(words: Sequence[str], start: int, end: int, gazetteer: Gazetteer, day: date | None) -> _Spot | None:
    """Return what the words of an address between two positions name, if anything."""
    name, whole = "".join(words[start:end]), end - start == len(words) == 1
    if not (name in gazetteer.slugs or name in gazetteer.commune_slugs or whole):
        return None
    kinds = _kinds_before(words, start, gazetteer)
    called = [u for table in (gazetteer.slugs, gazetteer.commune_slugs) for u in table.get(name, ()) if u.kind in kinds]
    if called:
        return _Spot(start, end, tuple(named_on(called, day)), called=True, weight=_PATH_WEIGHT)
    if (end - start == 1 and len(name) < _LONG_WORD) or name in _NO_PLACE:
        return None
    units = tuple(named_on(gazetteer.slugs.get(name, ()), day))
    if not units and whole and len(name) >= _LONG_LABEL:
        units = tuple(_units_of_label(name, gazetteer, "province", day))
    provinces = tuple(u for u in units if u.level == "province")
    weight = _PATH_WEIGHT if provinces else _PATH_WEIGHT / 2
    return _Spot(start, end, provinces or units, called=False, weight=weight) if units else None


def _kinds_before(words: Sequence[str], position: int, gazetteer: Gazetteer) -> Collection[str]:
    """Return the kinds of unit that the words before a position are for: those of "thanh-pho", "tx"."""
    for begin in (position - 2, position - 1):
        if begin >= 0 and (kinds := gazetteer.kinds_of_slug.get("".join(words[begin:position]))):
            return kinds
    return ()
