"""What units came from and what became of them: changes, lines of descent, and where a territory lay on a day.

The register tells for each version that ended which units took it over: one unit, then all of it went there, or
several, then parts of it did. All that is said here follows from that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from builder.gazetteer import Gazetteer, UnitVersion


@dataclass(frozen=True, slots=True)
class Change:
    """What ended one version of a unit, on the first day of what came after."""

    day: date
    before: UnitVersion
    after: tuple[UnitVersion, ...]
    kinds: tuple[str, ...]  # ids in the scheme change-kind
    resolutions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A version in force on a day, and whether all of another unit's territory is meant or only a part."""

    unit: UnitVersion
    whole: bool


def change_after(unit: UnitVersion, gazetteer: Gazetteer) -> Change | None:
    """Return the change that ended a version; none while it is in force or where the register tells no successor."""
    after = tuple(gazetteer.successors(unit))
    if not after or unit.valid_through is None:
        return None
    day = unit.valid_through + timedelta(days=1)
    resolutions = {a.resolution for a in after if a.resolution and a.valid_from == day}
    kinds = tuple(sorted(_kinds(unit, after, day, gazetteer))) or ("boundary-change",)
    return Change(day, unit, after, kinds, tuple(sorted(resolutions)))


def _kinds(unit: UnitVersion, after: tuple[UnitVersion, ...], day: date, gazetteer: Gazetteer) -> set[str]:
    """Tell of which kinds a change is; none of them where only a boundary moved."""
    own = next((a for a in after if a.code == unit.code), None)
    kinds: set[str] = set()
    if own is None:
        kinds.add("dissolution")
    elif own.name != unit.name:
        kinds.add("renaming")
    if own is not None and own.kind != unit.kind:
        kinds.add("level-change")
    if own is not None and own.parent != unit.parent:
        kinds.add("transfer")
    if after[0].level != unit.level:
        return kinds
    if len(after) > 1 and (own is None or any(_is_new(a, day, gazetteer) for a in after)):
        kinds.add("division")
    if any(_is_merger(a, day, gazetteer) for a in after):
        kinds.add("merger")
    return kinds


def _is_new(unit: UnitVersion, day: date, gazetteer: Gazetteer) -> bool:
    """Tell whether a code was first used on a day."""
    return gazetteer.by_code[unit.code][0].valid_from == day


def _is_merger(unit: UnitVersion, day: date, gazetteer: Gazetteer) -> bool:
    """Tell whether a unit was joined on a day by another, whole."""
    whole = (g for g in _givers(unit, gazetteer) if g.code != unit.code and _ended(g, day) and len(g.successors) == 1)
    joined = len(list(islice((giver for giver in whole if _gave(giver, unit, gazetteer)), 2)))
    return joined > 1 or (joined == 1 and gazetteer.at(unit.code, day - timedelta(days=1)) is not None)


def _ended(unit: UnitVersion, day: date) -> bool:
    return unit.valid_through is not None and unit.valid_through + timedelta(days=1) == day


def before(unit: UnitVersion, gazetteer: Gazetteer) -> list[UnitVersion]:
    """Return the versions whose territory a version took over, whole or in part, at its start or during its life."""
    found = [giver for giver in _givers(unit, gazetteer) if _gave(giver, unit, gazetteer)]
    return sorted(found, key=lambda u: u.key)


def _givers(unit: UnitVersion, gazetteer: Gazetteer) -> set[UnitVersion]:
    """Return the versions that may have given territory to a version."""
    givers = {*gazetteer.givers.get(unit.code, ()), *gazetteer.by_code[unit.code]}
    if unit.level == "commune" and unit.valid_from is not None:
        givers |= _abolished_districts(unit, gazetteer)
    return givers


def _gave(giver: UnitVersion, unit: UnitVersion, gazetteer: Gazetteer) -> bool:
    return any(each.key == unit.key for each in gazetteer.successors(giver))


def _abolished_districts(unit: UnitVersion, gazetteer: Gazetteer) -> set[UnitVersion]:
    """Return the districts in which the communes lay that a commune took over."""
    districts = {giver.parent for giver in gazetteer.givers.get(unit.code, ()) if len(giver.parent) == 3}
    return {v for code in districts for v in gazetteer.by_code.get(code, ()) if not v.successors}


def earlier(unit: UnitVersion, gazetteer: Gazetteer) -> list[UnitVersion]:
    """Return all versions that led to a version, over any number of steps, oldest first."""
    return _closure(unit, lambda u: before(u, gazetteer))


def later(unit: UnitVersion, gazetteer: Gazetteer) -> list[UnitVersion]:
    """Return all versions that came of a version, over any number of steps, oldest first."""
    return _closure(unit, gazetteer.successors)


def _closure(unit: UnitVersion, step: Callable[[UnitVersion], Iterable[UnitVersion]]) -> list[UnitVersion]:
    found: dict[str, UnitVersion] = {}
    waiting = list(step(unit))
    while waiting:
        each = waiting.pop()
        if each.key not in found and each.key != unit.key:
            found[each.key] = each
            waiting += step(each)
    return in_order(found.values())


def in_order(units: Iterable[UnitVersion]) -> list[UnitVersion]:
    """Sort versions by their first day, those of unknown start first, then by level and code."""
    return sorted(units, key=lambda u: (u.valid_from or date.min, len(u.code), u.code))


def descend(unit: UnitVersion, day: date, gazetteer: Gazetteer) -> list[Share]:
    """Return where the territory of a version lies on a later day, on its own level.

    One share that is whole: all of the unit lies there. Parts: it was divided. Nothing: its level was abolished, or
    the register does not tell.
    """
    found: dict[str, Share] = {}
    waiting = [Share(unit, whole=True)]
    while waiting:
        share = waiting.pop()
        if share.unit.in_force(day):
            known = found.get(share.unit.key)
            found[share.unit.key] = Share(share.unit, share.whole or (known is not None and known.whole))
            continue
        after = [s for s in gazetteer.successors(share.unit) if s.level == unit.level]
        waiting += [Share(s, share.whole and len(after) == 1) for s in after]
    return [found[key] for key in sorted(found)]


def compose(unit: UnitVersion, day: date, origin: date, gazetteer: Gazetteer) -> list[Share]:
    """Return the units of an earlier day (``origin``) whose territory a unit has on a day.

    A share that is not whole means that only a part of that earlier unit lies in the unit.
    """
    codes = [unit.code]
    for code in codes:
        codes += [g.code for g in gazetteer.givers.get(code, ()) if g.code not in codes and g.level == unit.level]
    found = []
    for code in sorted(set(codes)):
        version = gazetteer.at(code, origin)
        shares = descend(version, day, gazetteer) if version is not None else []
        found += [Share(version, s.whole) for s in shares if version is not None and s.unit.key == unit.key]
    return found


def heirs(unit: UnitVersion, day: date, gazetteer: Gazetteer) -> list[Share]:
    """Return where the territory of a version lies on a later day, also on another level than its own.

    A district abolished with its level lies in the communes that took over its communes.
    """
    found = descend(unit, day, gazetteer)
    if found or unit.level != "district":
        return found
    reached = [each for each in (unit, *later(unit, gazetteer)) if each.in_force(day)]
    return [Share(each, whole=len(reached) == 1) for each in reached]


def home(unit: UnitVersion, day: date, gazetteer: Gazetteer) -> UnitVersion | None:
    """Return the smallest unit of a later day in which all of a version's territory lies.

    Below the country; none where the register does not tell it.
    """
    shares = descend(unit, day, gazetteer)
    if len(shares) == 1 and shares[0].whole:
        return shares[0].unit
    parent = gazetteer.parent(unit)
    return home(parent, day, gazetteer) if parent is not None and parent.level != "country" else None
