"""What units a person may mean: by code, by name with or without kind and abbreviation, by the unit they lie in."""

import re
from collections.abc import Iterable
from datetime import date

from builder.gazetteer import Gazetteer, UnitVersion
from builder.text import fold_name

_WORDS = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")


def look_up(text: str, gazetteer: Gazetteer) -> list[UnitVersion]:
    """Return all versions that a code, a version's key or a name may mean, by code and first day.

    A name may have its kind, written out or abbreviated, and after commas the units it lies in: "H. Châu Thành, Sóc
    Trăng". Nothing is guessed: a name is found under its own diacritics only.
    """
    asked = text.strip()
    if asked in gazetteer.versions:
        return [gazetteer.versions[asked]]
    if asked in gazetteer.by_code:
        return list(gazetteer.by_code[asked])
    name, *above = asked.split(",")
    found = _named(name, gazetteer)
    for outer in above:
        around = {u.key for u in _named(outer, gazetteer)}
        found = [u for u in found if around & {a.key for a in _all_above(u, gazetteer)}]
    return sorted(found, key=lambda u: (len(u.code), u.code, u.valid_from or date.min))


def _named(text: str, gazetteer: Gazetteer) -> list[UnitVersion]:
    """Return the versions of a name; one that begins with the word of its kind is of that kind."""
    folded = fold_name(text)
    if folded in gazetteer.by_name:
        return list(gazetteer.by_name[folded])
    found: list[UnitVersion] = []
    for word in _WORDS.finditer(folded):
        kind = " ".join(_WORDS.findall(folded[: word.start()]))
        kinds = gazetteer.kinds_of_word.get(kind, frozenset())
        found += [u for u in gazetteer.by_name.get(folded[word.start() :], ()) if u.kind in kinds]
    return found


def _all_above(unit: UnitVersion, gazetteer: Gazetteer) -> Iterable[UnitVersion]:
    """Return the units above a version at both ends of its life."""
    return {above for day in (unit.valid_from, unit.valid_through) for above in gazetteer.ancestors(unit, day)}


def on_day(units: Iterable[UnitVersion], day: date) -> list[UnitVersion]:
    """Keep the versions in force on a day."""
    return [unit for unit in units if unit.in_force(day)]


def last_day(gazetteer: Gazetteer) -> date:
    """Return the first day of the newest version: the day whose units the register knows as those of today."""
    return max(unit.valid_from for unit in gazetteer.versions.values() if unit.valid_from)
