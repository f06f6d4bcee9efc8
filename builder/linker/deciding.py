"""Which of the units that a page names it is about, once every name stands for one unit or is left open."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from builder.gazetteer import Gazetteer, UnitVersion

# Weights of the clues to a page's unit; set on annotated pages (benchmarks/accuracy.md).
BLOCK_WEIGHT = {
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
_COMMUNE = 0.5  # pages name communes as examples more often than they are about one
_SHARE_BELOW = 0.4  # of what speaks for the units below a unit
_DISTRICTS = ("rural-district", "urban-district", "district-town")
_CARRIES = 0.75  # of the weight of the unit above
_CHIEF = 2.0  # times the weight of the next commune
_LISTED = 2  # other districts in the lead


@dataclass(frozen=True, slots=True)
class Group:
    """All occurrences of one name on the page."""

    units: tuple[UnitVersion, ...]
    weight: float
    titled: bool
    lead: bool
    first: int
    placed: bool = False  # named only to place another
    acts: bool = False  # named in the lead, and not only as where something took place


@dataclass(frozen=True)
class Weighing:
    """What speaks for each unit of a page: the names, their weights, and how often "the province" is spoken of."""

    groups: Sequence[Group]
    left_open: Sequence[Group]  # names that several units bear alike
    scores: Mapping[str, float]  # code of a unit -> weight
    units: Mapping[str, UnitVersion]  # code -> its version on the day of the page
    spoken: Mapping[str, float]  # kind of unit -> weight of its bare word
    first_spoken: Mapping[str, int]  # kind of unit -> where its bare word stands first
    gazetteer: Gazetteer
    day: date | None

    @cached_property
    def chain(self) -> dict[str, set[str]]:
        """Return for each unit its own code and those of all units above it."""
        return {
            code: {code, *(a.code for a in self.gazetteer.ancestors(unit, self.day))}
            for code, unit in self.units.items()
        }

    def decide(self) -> tuple[UnitVersion | None, tuple[UnitVersion, ...]]:
        """Return the unit that the headline names, else the weightiest; or the rivals between which nothing decides.

        Where a lower unit carries the page it is that.
        """
        strongest_open = max(self.left_open, key=lambda g: (g.weight, -g.first), default=None)
        if strongest_open is not None and strongest_open.weight > max(self.scores.values(), default=0.0):
            return None, strongest_open.units
        if not self.scores:
            return None, ()
        titled = [u for g in self.groups if g.titled for u in g.units if self.units.get(u.code) is u]
        if titled and (deepest := self._deepest(titled)) is not None:
            return self._carrier(self._that_ranks(deepest, titled)), ()
        named = {u.code for g in self.groups for u in g.units if not g.placed}
        return self._spoken_above(named) or self._weightiest(named), ()

    # ------------------------------------------------------------ a headline names it

    def _deepest(self, titled: Sequence[UnitVersion]) -> UnitVersion | None:
        """Return the lowest unit of a headline whose units all lie above one another, else the one above all others.

        None where they lie side by side.
        """
        lowest = max(titled, key=lambda u: len(u.code))
        if all(u.code in self.chain[lowest.code] for u in titled):
            return lowest
        return next((u for u in titled if all(u.code in self.chain[other.code] for other in titled)), None)

    def _that_ranks(self, deepest: UnitVersion, titled: Sequence[UnitVersion]) -> UnitVersion:
        """Return the unit of the headline whose districts the lead lists beside the one that the headline names too."""
        above = [u for u in titled if u.code in self.chain[deepest.code] - {deepest.code}]
        beside = {u.code for u in self._of_lead() if u.level == "district" and u.code != deepest.code}
        listed = [u for u in above if sum(u.code in self.chain.get(code, ()) for code in beside) >= _LISTED]
        return listed[0] if listed and deepest.level == "district" else deepest

    def _of_lead(self) -> list[UnitVersion]:
        return [g.units[0] for g in self.groups if g.lead and len(g.units) == 1]

    def _carrier(self, titled: UnitVersion) -> UnitVersion:
        """Return the unit below the headline's that carries the text.

        It is named in the lead and again, and more often than the other is, by its name or as "the province"; where the
        text speaks of the whole province before, it is an example.
        """
        below = {
            u.code for u in self._of_lead() if u.level == "district" and titled.code in self.chain.get(u.code, set())
        }
        if len(below - {titled.code}) > 1:
            return titled  # it ranks or lists its districts
        lower = [
            g
            for g in self.groups
            if g.lead and len(g.units) == 1 and g.units[0].code in below - {titled.code} and self._outdoes(g, titled)
        ]
        strongest = max(lower, key=lambda g: (g.weight, -g.first), default=None)
        return self.units.get(strongest.units[0].code, titled) if strongest else titled

    def _outdoes(self, group: Group, titled: UnitVersion) -> bool:
        """Tell whether the text is more about a unit of the lead than about that of the headline."""
        own = next((g for g in self.groups if len(g.units) == 1 and g.units[0].code == titled.code), None)
        beyond = own.weight - (BLOCK_WEIGHT["title"] if own.titled else 0.0) if own else 0.0
        told, above = (self.spoken.get(unit.kind, 0.0) for unit in (group.units[0], titled))
        early = group.first < self.first_spoken.get(titled.kind, group.first + 1)
        return (early or group.weight > BLOCK_WEIGHT["lead"]) and (
            group.weight + told > max(BLOCK_WEIGHT["lead"], beyond + above)
        )

    # ------------------------------------------------------------ no headline does

    def _spoken_above(self, named: Set[str]) -> UnitVersion | None:
        """Return the unit that a page calls "the district" or "the province" and names by units in it alone."""
        known = [self.units[code] for code in named if code in self.units]
        for level, lower, fewest in (("district", ("commune",), 1), ("province", ("commune", "district"), 2)):
            below = [u for u in known if u.level in lower]
            above = [{a.code: a for a in self.gazetteer.ancestors(u, self.day)} for u in below]
            if any(all(u.code in held or u is other for other, held in zip(below, above, strict=True)) for u in below):
                below = below if len(below) == 1 else []  # one of them holds the others
            shared = {code: a for held in above for code, a in held.items() if a.level == level}
            if len(shared) != 1 or len(below) < fewest or any(u.level == level for u in known):
                continue
            (unit,) = shared.values()
            if self.spoken.get(unit.kind, 0.0) > max(self.spoken.get(u.kind, 0.0) for u in below):
                return unit
        return None

    def _weightiest(self, named: Set[str]) -> UnitVersion | None:
        """Return the unit that most speaks for, none if several do so or only the tier is told, not the place."""
        standing = {code: self._standing(code, named) for code in self.scores}
        first, *others = sorted(self.scores, key=lambda c: (-standing[c], c))
        chain, scores, units = self.chain, self.scores, self.units
        if any(standing[c] == standing[first] and c not in chain[first] and first not in chain[c] for c in others):
            return None  # a page on several places equally is about none of them
        inside = self._named_districts(first, named)
        if len(inside) == 1 and self._told(inside[0]) and scores[inside[0]] >= _CARRIES * scores[first]:
            return units[inside[0]]  # the one district of the province, called "the district" as well
        commune = self._chief_commune(scores[first])
        if commune and first in chain[commune] and self._told(commune) > self._told(first):
            return units[commune]  # the chief commune of the page, called "the commune" as well
        of_district = max(self.spoken.get(kind, 0.0) for kind in _DISTRICTS)
        told = max(self._told(first), len(inside) - 1)
        if first not in named and units[first].level == "province" and told < of_district:
            return None  # "the district" on a page of which only the province's host is known
        return units[first]

    def _standing(self, code: str, named: Set[str]) -> float:
        """Return what speaks for a unit, with a share of what speaks for those below it."""
        weight = self.scores[code] * (_COMMUNE if self.units[code].level == "commune" else 1.0)
        below = self._below(code) if code in named or self._branches(code, named) else 0.0
        return weight + below * _SHARE_BELOW + self._told(code)

    def _told(self, code: str) -> float:
        """Return how much the page speaks of a unit by the bare word for its kind."""
        return self.spoken.get(self.units[code].kind, 0.0)

    def _named_districts(self, code: str, named: Set[str]) -> list[str]:
        """Return the districts that a page names below a unit."""
        known = (c for c in named if c in self.units and self.units[c].level == "district")
        return [c for c in known if code in self.chain[c] - {c}]

    def _chief_commune(self, above: float) -> str | None:
        """Return the commune that a page speaks of alone, or far more than of any other, and than of what is above."""
        communes = sorted(
            (c for c in self.scores if self.units[c].level == "commune"), key=lambda c: (-self.scores[c], c)
        )
        if len(communes) == 1:
            return communes[0] if self.scores[communes[0]] >= _CARRIES * above else None
        chief = len(communes) > 1 and self.scores[communes[0]] >= max(above, _CHIEF * self.scores[communes[1]])
        return communes[0] if chief else None

    def _branches(self, code: str, named: Set[str]) -> bool:
        """Tell whether a page names units below a unit that do not lie in one another: more than one place in it."""
        below = [other for other in named if other != code and code in self.chain.get(other, ())]
        lowest = [o for o in below if not any(o in self.chain[other] for other in below if other != o)]
        return len(lowest) > 1

    def _below(self, code: str) -> float:
        return sum(weight for other, weight in self.scores.items() if other != code and code in self.chain[other])
