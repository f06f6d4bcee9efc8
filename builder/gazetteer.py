"""Administrative units by name, kind and date.

A unit keeps its code for life (QĐ 124/2004/QĐ-TTg, QĐ 19/2025/QĐ-TTg); what changes, name, kind or parent, makes a new
version. A version's key is its code and first day: ``875/origin``, ``193/2020-01-01`` ("origin": earlier than the
register reaches).
"""

import csv
import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path

import ahocorasick_rs

from builder import artefacts
from builder.errors import OntologyError
from builder.text import fold, fold_name, without_marks

COUNTRY = "VN/origin"
REFORM = date(2025, 7, 1)  # since when there are no districts (Law 72/2025/QH15)
_JOINTS = ("-", " - ", "- ", " -")  # how a hyphen in a name is spelt
_COLUMNS = (
    "code", "kind", "name", "parent", "valid_from", "valid_through", "successors", "resolution", "source", "also",
)  # fmt: skip
_LEVELS = {2: "province", 3: "district", 5: "commune"}


@dataclass(frozen=True, slots=True)
class UnitVersion:
    """A unit as it was named and placed from ``valid_from`` through ``valid_through``, both inclusive."""

    key: str
    code: str
    kind: str  # id in the scheme unit-type
    name: str  # without kind
    label: str  # with kind: "Huyện Lấp Vò"
    parent: str  # code, "" for provinces
    valid_from: date | None
    valid_through: date | None
    successors: tuple[str, ...] = ()  # codes
    resolution: str = ""
    also: str = ""  # another spelling of the name that is in use
    level: str = "country"  # or "province", "district", "commune"

    def in_force(self, day: date) -> bool:
        """Tell whether the version was in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_through is None or day <= self.valid_through
        )


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """The register of units, searchable; equal only to itself."""

    versions: Mapping[str, UnitVersion]
    by_code: Mapping[str, tuple[UnitVersion, ...]]
    by_name: Mapping[str, tuple[UnitVersion, ...]]  # folded name without kind
    kinds_of_word: Mapping[str, frozenset[str]]  # folded kind word or abbreviation -> kinds
    kinds_of_slug: Mapping[str, frozenset[str]]  # the same, as addresses spell it
    slugs: Mapping[str, tuple[UnitVersion, ...]]  # "dongthap" -> provinces and districts
    commune_slugs: Mapping[str, tuple[UnitVersion, ...]]
    givers: Mapping[str, tuple[UnitVersion, ...]]  # code -> versions that name it as a successor
    members: Mapping[str, tuple[UnitVersion, ...]]  # code -> versions that lay in it
    _names: tuple[str, ...] = field(repr=False)
    _matcher: ahocorasick_rs.AhoCorasick = field(repr=False)

    def find_names(self, folded: str) -> Iterator[tuple[int, int, str]]:
        """Yield (start, end, folded name) of every unit name in folded text; longer names hide those inside."""
        reach = -1
        found = sorted(
            (start, -end, self._names[i])
            for i, start, end in self._matcher.find_matches_as_indexes(folded, overlapping=True)
            if not (start and folded[start - 1].isalnum()) and not folded[end : end + 1].isalnum()
            if not self._begins_in_kind(folded, start, self._names[i])
        )
        for start, negative_end, name in found:
            if -negative_end > reach:
                reach = -negative_end
                yield start, reach, name

    def _begins_in_kind(self, folded: str, start: int, name: str) -> bool:
        """Tell whether a name takes its first word from the kind before it: "Phố Huế" in "thành phố Huế"."""
        head, _, rest = name.partition(" ")
        before = folded[max(0, start - 12) : start].rsplit(None, 1)[-1:]
        return bool(rest and before) and f"{before[0]} {head}" in self.kinds_of_word

    def at(self, code: str, day: date | None) -> UnitVersion | None:
        """Return the version of a code in force on a day; without a day, the last one."""
        versions = self.by_code.get(code, ())
        if day is None:
            return versions[-1] if versions else None
        for version in versions:
            if version.in_force(day):
                return version
        return None

    def parent(self, unit: UnitVersion, day: date | None = None) -> UnitVersion | None:
        """Return the version of the unit above, as of a day inside the unit's own life."""
        if not unit.parent:
            return None
        moment = day if day and unit.in_force(day) else unit.valid_through or unit.valid_from or day
        return self.at(unit.parent, moment) or self.at(unit.parent, None)

    def successors(self, unit: UnitVersion) -> list[UnitVersion]:
        """Return the unit versions that took over a version's territory on the day after it ended."""
        if unit.valid_through is None:
            return []
        morrow = unit.valid_through + timedelta(days=1)
        codes = unit.successors or (unit.code,)
        heirs = [s for code in codes if (s := self.at(code, morrow)) is not None and s.key != unit.key]
        return heirs or self._heirs_of_members(unit, unit.valid_through)

    def _heirs_of_members(self, unit: UnitVersion, last: date) -> list[UnitVersion]:
        """Return the units that took over what lay in a district abolished without a successor of its own."""
        if unit.level != "district":
            return []
        members = (m for m in self.members.get(unit.code, ()) if m.valid_through == last)
        heirs = {s.key: s for member in members for s in self.successors(member)}
        return [heirs[key] for key in sorted(heirs)]

    def heir(self, code: str, day: date | None) -> UnitVersion | None:
        """Return the version in force on a day of a unit, or of the one that took over all of it; else its last."""
        unit = self.at(code, day)
        while unit is None and day is not None:
            last = self.at(code, None)
            after = self.successors(last) if last is not None else []
            if len(after) != 1 or after[0].code == code:
                return last
            code = after[0].code
            unit = self.at(code, day)
        return unit

    def ancestors(self, unit: UnitVersion, day: date | None = None) -> tuple[UnitVersion, ...]:
        """Return the units above a version, nearest first."""
        above = []
        parent = self.parent(unit, day)
        while parent is not None:
            above.append(parent)
            parent = self.parent(parent, day or unit.valid_through)
        return tuple(above)


@lru_cache(maxsize=2)
def load_gazetteer(root: Path | None = None) -> Gazetteer:
    """Read the register of units under ``root`` (default: the one that came with the package)."""
    with _uncollected():
        return _load(root)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from going over a hundred thousand new values again and again; none is garbage."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _load(root: Path | None) -> Gazetteer:
    told = list(_wordings(root))
    words, aliases, alike = _read_kind_words(told), _read_aliases(told), _read_spellings(told)
    path = artefacts.units_file(root)
    by_code: dict[str, list[UnitVersion]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if next(rows, None) != list(_COLUMNS):
            raise OntologyError(f"{path}, line 1: not the header {' '.join(_COLUMNS)}")
        for number, row in enumerate(rows, 2):
            try:
                unit = _read_version(row, words)
            except (KeyError, ValueError) as problem:
                raise OntologyError(f"{path}, line {number}: not a unit version: {problem}") from problem
            by_code.setdefault(unit.code, []).append(unit)
    return _index(by_code, words, aliases, alike)


def _read_version(row: Sequence[str], words: Mapping[str, tuple[str, frozenset[str]]]) -> UnitVersion:
    code, kind, name, parent, first, last, successors, resolution, _, also = row
    return UnitVersion(
        key=f"{code}/{first or 'origin'}",
        code=code,
        kind=kind,
        name=name,
        label=f"{words[kind][0]} {name}",
        parent=parent,
        valid_from=_read_day(first) if first else None,
        valid_through=_read_day(last) if last else None,
        successors=tuple(successors.replace(":part", "").split(";")) if successors else (),
        resolution=resolution,
        also=also,
        level=_LEVELS[len(code)],
    )


@lru_cache(maxsize=2000)
def _read_day(text: str) -> date:
    return date.fromisoformat(text)


def _wordings(root: Path | None) -> Iterator[tuple[str, str, str]]:
    """Yield what the ontology says of the words for units: subject, predicate and value."""
    for triple in artefacts.read_turtle(artefacts.ontology_file("wording.ttl", root)):
        subject, predicate, value = (str(getattr(term, "value", "")) for term in triple)
        yield subject, predicate, value


def _read_kind_words(told: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, frozenset[str]]]:
    """Return for each kind the word in labels and the folded words and abbreviations in text."""
    spoken: dict[str, str] = {}
    written: dict[str, set[str]] = {}
    for subject, predicate, value in told:
        if "/unit-type/" not in subject:
            continue
        kind = subject.rsplit("/", 1)[1]
        if predicate.endswith("#kindWord"):
            spoken[kind] = value
        elif predicate.endswith("#hiddenLabel"):
            written.setdefault(kind, set()).add(fold_name(value))
    return {kind: (word, frozenset(written.get(kind, ()))) for kind, word in spoken.items()}


def _read_aliases(told: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Return other names of units, by code: "HCM", "BR-VT"."""
    aliases: dict[str, list[str]] = {}
    for subject, _, value in told:
        if "/id/unit/" in subject:
            aliases.setdefault(subject.rsplit("/", 1)[1], []).append(value)
    return aliases


def _read_spellings(told: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Return for each word of names that is spelt in several ways all of them: "Đắk", "Đăk", "Đak"."""
    spelt: dict[str, set[str]] = {}
    for subject, predicate, value in told:
        if "/spelling/" in subject and predicate.endswith(("#prefLabel", "#hiddenLabel")):
            spelt.setdefault(subject, set()).add(value)
    return {word: sorted(words) for words in spelt.values() for word in words}


def _own_aliases(version: UnitVersion, names: Iterable[str], aliases: Iterable[str]) -> Iterator[str]:
    """Yield the other names of a unit that fit one version; a misspelling of one name is none of a later name."""
    slugs = set(map(slug, names))
    for alias in aliases:
        if slug(alias) == slug(version.name) or slug(alias) not in slugs:
            yield alias


def _spellings(name: str, alike: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return how a name is spelt: words ``alike`` as one another, an apostrophe or blanks beside a hyphen left out."""
    word = next((word for word in name.split() if word in alike), "")
    if not word and "'" not in name and "-" not in name:
        return (name,)
    forms = [name, *(name.replace(word, other) for other in alike.get(word, ()) if other != word)]
    forms += [form.replace("'", "") for form in forms if "'" in form]
    if "-" not in name:
        return tuple(forms)
    return tuple(joint.join(re.split(r"\s*-\s*", form)) for form in forms for joint in _JOINTS)


def _fold_all(names: Iterable[str], alike: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Fold many names in one pass, which is ten times faster than one by one."""
    told = sorted({spelling for name in names for spelling in _spellings(name, alike)})
    return dict(zip(told, fold("\n".join(told)).text.split("\n"), strict=True))


def _index(
    by_code: Mapping[str, list[UnitVersion]],
    words: Mapping[str, tuple[str, frozenset[str]]],
    aliases: Mapping[str, list[str]],
    alike: Mapping[str, Sequence[str]],
) -> Gazetteer:
    versions = {v.key: v for code in sorted(by_code) for v in by_code[code]}
    versions[COUNTRY] = UnitVersion(COUNTRY, "VN", "country", "Việt Nam", "Việt Nam", "", None, None)
    folded = _fold_all(
        [name for v in versions.values() for name in (v.name, v.also) if name]
        + [*chain.from_iterable(aliases.values())],
        alike,
    )
    by_name: dict[str, list[UnitVersion]] = {}
    slugs: dict[str, list[UnitVersion]] = {}
    commune_slugs: dict[str, list[UnitVersion]] = {}
    for version in versions.values():
        if version.level == "country":
            continue
        known = aliases.get(version.code, ())
        own = list(_own_aliases(version, (v.name for v in by_code[version.code]), known)) if known else []
        own += [version.also] if version.also else []
        names = (version.name, *own)
        for spelling in {folded[spelling] for each in names for spelling in _spellings(each, alike)}:
            by_name.setdefault(spelling, []).append(version)
        chosen = commune_slugs if len(version.code) == 5 else slugs
        for spelling in {slug(each) for each in names}:
            chosen.setdefault(spelling, []).append(version)
    givers: dict[str, list[UnitVersion]] = {}
    members: dict[str, list[UnitVersion]] = {}
    for version in versions.values():
        members.setdefault(version.parent, []).append(version)
        for code in version.successors:
            givers.setdefault(code, []).append(version)
    kinds: dict[str, set[str]] = {}
    kinds_of_slug: dict[str, set[str]] = {}
    for kind, (_, written) in words.items():
        for word in written:
            kinds.setdefault(word, set()).add(kind)
            kinds_of_slug.setdefault(slug(word), set()).add(kind)
    ordered = tuple(sorted(by_name))
    return Gazetteer(
        versions=versions,
        by_code={code: tuple(units) for code, units in by_code.items()},
        by_name={name: tuple(units) for name, units in by_name.items()},
        kinds_of_word={word: frozenset(k) for word, k in kinds.items()},
        kinds_of_slug={word: frozenset(k) for word, k in kinds_of_slug.items()},
        slugs={key: tuple(units) for key, units in slugs.items()},
        commune_slugs={key: tuple(units) for key, units in commune_slugs.items()},
        givers={code: tuple(units) for code, units in givers.items()},
        members={code: tuple(units) for code, units in members.items()},
        _names=ordered,
        _matcher=ahocorasick_rs.AhoCorasick(ordered),
    )


def in_force(candidates: Iterable[UnitVersion], day: date | None) -> tuple[UnitVersion, ...]:
    """Return the candidates in force on a day, one version a unit; if none was, the last version of each."""
    candidates = tuple(candidates)
    chosen = [u for u in candidates if day is not None and u.in_force(day)]
    latest = {u.code: u for u in (chosen or candidates)}
    return tuple(latest.values())


def named_on(candidates: Iterable[UnitVersion], day: date | None) -> tuple[UnitVersion, ...]:
    """Return the candidates in force on a day.

    Where no day is told, units that gave their name to another are left out: the province of today is meant.
    """
    units = in_force(candidates, day)
    if day is not None:
        return units
    named = {(u.code, u.label) for u in units}
    return tuple(u for u in units if not any((code, u.label) in named for code in u.successors if code != u.code))


_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=20_000)
def slug(name: str) -> str:
    """Return a name as host names and addresses spell it.

    >>> slug("Bà Rịa - Vũng Tàu"), slug("Đồng Tháp")
    ('bariavungtau', 'dongthap')
    """
    return _NOT_IN_SLUG.sub("", without_marks(name))
