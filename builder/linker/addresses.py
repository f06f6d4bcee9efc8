"""What the address of a page, its newspaper and its e-mail domains say about its unit."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from builder.facts import Document
from builder.gazetteer import Gazetteer, UnitVersion, in_force, slug

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
_LABEL_PREFIX = re.compile(
    r"^(?:bao|dai|cong|portal|ubnd|huyen|thanhpho|tp|tx|thixa|quan|so[a-z]{2,8}|tinhuy|tinh|cchc|tinhdoan|dangbo|hdnd|svhtt|vanphong)"
)
_LABEL_SUFFIX = re.compile(r"(?:online|tv|dientu|gov|portal)$")
_NAME_WORDS = (2, 3, 4)
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
    for name in _publisher_names(document):
        heir = gazetteer.heir(publishers[name], day) if name in publishers else None
        if heir is not None:
            weights[heir.code] = weights.get(heir.code, 0.0) + _PUBLISHER_WEIGHT
    return weights


def _publisher_names(document: Document) -> Iterator[str]:
    """Yield by what a publisher may be known: its host, the sigle before the first words of the text."""
    yield (urlsplit(document.url).hostname or "").removeprefix("www.")
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
    if not provinces:
        return districts
    return [u for u in districts if _lies_below(u, provinces, gazetteer)] or provinces


def _lies_below(unit: UnitVersion, provinces: Sequence[UnitVersion], gazetteer: Gazetteer) -> bool:
    """Tell whether a unit lies in one of some provinces and does not share its name."""
    parent = gazetteer.parent(unit)
    return parent in provinces and slug(unit.name) not in {slug(p.name) for p in provinces}


def _commune_of_host(labels: Sequence[str], above: Collection[str], gazetteer: Gazetteer) -> UnitVersion | None:
    """Return the one commune a host names below its province or district: ``xatanphu.camau.gov.vn``."""
    names = [m[1].replace("-", "") for label in labels if (m := _COMMUNE_LABEL.match(label))]
    named = [u for name in names for u in gazetteer.commune_slugs.get(name, ())]
    found = {u.code: u for u in named if any(a.code in above for a in gazetteer.ancestors(u))}
    return next(iter(found.values())) if len(found) == 1 else None


def _units_of_label(label: str, gazetteer: Gazetteer, level: str, day: date | None) -> tuple[UnitVersion, ...]:
    plain = label.replace("-", "")
    if level == "district" and plain.startswith(_NEWSPAPER):
        return ()
    if level == "province" and plain.startswith(_NEWSPAPER):
        seats = [u for u in gazetteer.slugs.get(plain.removeprefix(_NEWSPAPER), ()) if u.level == "district"]
        if seats and not any(u.level == "province" for u in gazetteer.slugs[plain.removeprefix(_NEWSPAPER)]):
            return in_force([p for u in in_force(seats, day) if (p := gazetteer.parent(u, day))], day)
    for text in (plain, _LABEL_PREFIX.sub("", plain), _LABEL_SUFFIX.sub("", plain)):
        if found := [u for u in gazetteer.slugs.get(text, ()) if u.level == level]:
            return in_force(found, day)
    if level != "province":
        return ()
    tails = (plain[start:] for start in range(len(plain) - _SHORTEST_TAIL + 1))
    return in_force([u for tail in tails for u in gazetteer.slugs.get(tail, ()) if u.level == level], day)


def _units_of_path(path: str, gazetteer: Gazetteer, day: date | None) -> Iterator[tuple[UnitVersion, float]]:
    """Yield the units that the words of an address name: "…-huyen-can-duoc-giai-quyet-…"."""
    for part in path.lower().split("/"):
        if len(part) >= _LONG_LABEL and part.isalpha():
            yield from ((u, _PATH_WEIGHT) for u in _units_of_label(part, gazetteer, "province", day))
    words = re.split(r"[-/_.]+", path.lower())
    spots = [(i, i + width) for width in _NAME_WORDS for i in range(len(words) - width + 1)]
    named = {
        s: in_force(gazetteer.slugs.get("".join(words[slice(*s)]), ()), day) for s in spots if all(words[slice(*s)])
    }
    free = set(range(len(words)))
    for spot in sorted((s for s in named if named[s]), key=lambda s: (_is_lower(named[s]), s[0], -s[1])):
        if free >= set(range(*spot)):  # "ha-nam-dan-dau" does not name the district Nam Đàn
            free -= set(range(*spot))
            yield from _weigh_words(named[spot], words[spot[0] - 1] if spot[0] else "")


def _is_lower(units: Sequence[UnitVersion]) -> bool:
    return not any(u.level == "province" for u in units)


def _weigh_words(units: Sequence[UnitVersion], kind: str) -> Iterator[tuple[UnitVersion, float]]:
    """Yield the units of some words in an address with their weights, by the word for a kind before them."""
    provinces = [u for u in units if u.level == "province"]
    if kind in ("huyen", "quan", "xa", "pho") and not provinces:
        yield from ((u, _PATH_WEIGHT / len(units)) for u in units)
    elif provinces and kind not in ("pho", "xa"):
        yield from ((u, _PATH_WEIGHT / len(provinces)) for u in provinces)
    else:
        yield from ((u, _PATH_WEIGHT / 2 / len(units)) for u in units)
