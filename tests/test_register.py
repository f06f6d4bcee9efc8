"""The register of units is sound, complete as far as its licences allow, and says what is known."""

import csv
import datetime as dt
import os
import random
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from builder import register
from builder.gazetteer import load_gazetteer
from builder.register import KINDS, Version, cut, day_after, read_facts, spell
from builder.text import fold_name

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"
WHEELS = os.environ.get("CCHC_WHEELS", "")

LEVELS = {2: "province", 3: "district", 5: "commune"}
KINDS_OF_LEVEL = {
    "province": {"province", "centrally-run-city"},
    "district": {"rural-district", "urban-district", "district-town", "provincial-city", "municipal-city"},
    "commune": {"commune", "ward", "township", "special-zone"},
}
TODAY = "2026-11-01"


def read_register() -> list[Version]:
    with register.REGISTER.open(encoding="utf-8", newline="") as file:
        return [Version(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


VERSIONS = read_register()
BY_CODE: dict[str, list[Version]] = defaultdict(list)
for _one in VERSIONS:
    BY_CODE[_one.code].append(_one)


def on(day: str, level: str = "") -> dict[str, Version]:
    """The units in force on a day."""
    return {
        one.code: one
        for one in VERSIONS
        if one.start <= day <= one.end and (not level or LEVELS[len(one.code)] == level)
    }


def heirs(one: Version) -> set[str]:
    return {part.removesuffix(":part") for part in one.successors.split(";") if part}


# --- soundness -------------------------------------------------------------------------------------------------------


def test_header_and_order() -> None:
    first = register.REGISTER.read_text(encoding="utf-8").partition("\n")[0]
    assert tuple(first.split("\t")) == register.COLUMNS
    assert sorted(VERSIONS, key=lambda one: (len(one.code), one.code, one.start)) == VERSIONS


def test_it_loads_fast() -> None:
    """Reading the file takes less than 0.3 s of the processor, at the best of five times."""

    def seconds() -> float:
        started = time.process_time()
        with register.REGISTER.open(encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)) == len(VERSIONS)
        return time.process_time() - started

    assert min(seconds() for _ in range(5)) < 0.3


def test_codes_are_padded_and_kinds_fit_the_level() -> None:
    for one in VERSIONS:
        assert one.code.isdigit(), one
        assert one.kind in KINDS_OF_LEVEL[LEVELS[len(one.code)]], one
    kinds = {one.kind for one in VERSIONS}
    assert kinds == set().union(*KINDS_OF_LEVEL.values()) >= set(KINDS.values())


def test_names_are_composed_and_spelled_one_way() -> None:
    for one in VERSIONS:
        assert one.name == unicodedata.normalize("NFC", one.name), one
        assert one.name == spell(one.name), one


def test_dates_are_dates_in_order() -> None:
    for one in VERSIONS:
        for day in filter(None, (one.valid_from, one.valid_through)):
            assert dt.date.fromisoformat(day).isoformat() == day
        assert one.start <= one.end, one


def test_versions_of_a_code_do_not_overlap() -> None:
    for versions in BY_CODE.values():
        for earlier, later in pairwise(versions):
            assert earlier.end < later.start, (earlier, later)


def test_parents_exist_and_are_in_force_all_the_time() -> None:
    for one in VERSIONS:
        if len(one.code) == 2:
            assert not one.parent, one
            continue
        assert len(one.parent) == (2 if one.start >= "2025-07-01" or len(one.code) == 3 else 3), one
        day = one.start
        for parent in BY_CODE[one.parent]:
            if parent.start <= day <= parent.end:
                day = day_after(parent.end) if parent.end < one.end else "covered"
        assert day == "covered", f"{one} outlives or predates its parent"


def test_successors_exist_after_the_end() -> None:
    for one in VERSIONS:
        for code in heirs(one):
            assert any(heir.end > one.end for heir in BY_CODE[code]), one
        assert not one.successors or one.valid_through, one


def test_every_row_names_a_known_source_and_changes_of_districts_a_resolution() -> None:
    assert {one.source for one in VERSIONS} == {register.OLDEST, register.OLD_WHEEL, register.NEW_WHEEL, "curated"}
    for one in VERSIONS:
        if len(one.code) < 5 and one.valid_from:
            assert one.resolution, one


def test_the_old_system_ended_on_one_day() -> None:
    assert not on("2025-07-01", "district")
    assert all(one.valid_through == "2025-06-30" for one in on("2025-06-30", "commune").values())


def test_all_communes_of_june_2025_have_successors() -> None:
    assert all(one.successors for one in on("2025-06-30", "commune").values())


def test_no_addresses_of_registries() -> None:
    for path in (register.REGISTER, register.CURATED, register.COORDINATES):
        assert "http" not in path.read_text(encoding="utf-8")


# --- known facts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind", "name", "parent"),
    [
        ("875", "rural-district", "Lấp Vò", "87"),
        ("450", "provincial-city", "Đồng Hới", "44"),
        ("199", "rural-district", "Tiên Yên", "22"),
        ("046", "rural-district", "Trà Lĩnh", "04"),
        ("942", "rural-district", "Châu Thành", "94"),
        ("760", "urban-district", "1", "79"),
        ("540", "provincial-city", "Quy Nhơn", "52"),
        ("18862", "ward", "Đồng Mỹ", "450"),
        ("01447", "township", "Hùng Quốc", "046"),
    ],
)
def test_units_of_2019(code: str, kind: str, name: str, parent: str) -> None:
    one = on("2019-06-01")[code]
    assert (one.kind, one.name, one.parent) == (kind, name, parent)


def test_tra_linh_was_divided() -> None:
    [one] = BY_CODE["046"]
    assert one.valid_through == "2020-02-29"
    assert one.successors == "047:part;049:part"
    assert on("2020-03-01")["01474"].parent == "049"  # xã Quốc Toản


@pytest.mark.parametrize("year", range(2018, 2025))
def test_ten_districts_are_called_chau_thanh(year: int) -> None:
    found = [one for one in on(f"{year}-06-01", "district").values() if one.name == "Châu Thành"]
    assert sorted(one.parent for one in found) == ["72", "80", "82", "83", "84", "87", "89", "91", "93", "94"]


def test_numbers_of_units() -> None:
    assert len(on("2024-06-01", "province")) == 63
    assert len(on("2025-06-30", "district")) == 696
    assert len(on(TODAY, "province")) == 34
    assert len(on(TODAY, "commune")) == 3321
    assert sum(one.kind == "special-zone" for one in on(TODAY).values()) == 13


def test_provinces_that_ended() -> None:
    soc_trang = on("2025-06-30")["94"]
    assert (soc_trang.name, soc_trang.valid_through, soc_trang.successors) == ("Sóc Trăng", "2025-06-30", "92")
    assert on(TODAY)["92"].name == "Cần Thơ"
    assert on("2008-07-31")["28"].successors == "01"
    assert on("2024-12-31")["46"].kind == "province"
    assert on("2025-01-01")["46"].kind == "centrally-run-city"


def test_cities_of_2026() -> None:
    cities = {one.name for one in on(TODAY, "province").values() if one.kind == "centrally-run-city"}
    assert cities == {
        "Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Hồ Chí Minh", "Cần Thơ", "Đồng Nai", "Quảng Ninh", "Bắc Ninh",
    }  # fmt: skip
    assert on(TODAY)["26368"].kind == "ward"  # phường Long Thành


def test_cities_inside_cities() -> None:
    assert on("2024-01-01")["769"].kind == "municipal-city"  # Thủ Đức
    assert on("2025-02-01")["311"].kind == "municipal-city"  # Thủy Nguyên
    assert on("2020-01-01")["769"].name == "2"  # quận 2


# --- the script ------------------------------------------------------------------------------------------------------


def test_a_fact_cuts_a_hole_into_a_snapshot() -> None:
    bulk = Version("00001", "ward", "A", "001", "", "2025-06-30", "00002")
    hole = Version("00001", "commune", "A", "001", "2019-01-01", "2019-12-31")
    before, after = cut(bulk, hole)
    assert (before.valid_from, before.valid_through, before.successors) == ("", "2018-12-31", "")
    assert (after.valid_from, after.valid_through, after.successors) == ("2020-01-01", "2025-06-30", "00002")
    assert list(cut(bulk, Version("00001", "ward", "A", "01", "2025-07-01"))) == [bulk]


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Hoà", "Hòa"),
        ("Thuỷ", "Thủy"),
        ("Hoàn", "Hoàn"),
        ("Quỳ Hợp", "Quỳ Hợp"),
        ("Khoẻ", "Khỏe"),
        ("Cò  Nòi", "Cò Nòi"),
    ],
)
def test_spelling(written: str, spelled: str) -> None:
    assert spell(unicodedata.normalize("NFD", written)) == spelled


def test_every_fact_is_of_a_known_kind() -> None:
    known = {"version", "change", "reform", "began", "kind", "spelling", "successors"}
    assert {fact.fact for fact in read_facts()} == known


@pytest.mark.skipif(not WHEELS, reason="CCHC_WHEELS does not name a folder with the two wheels")
def test_the_register_is_what_the_script_writes() -> None:
    assert register.main(["--wheels", WHEELS, "--check"]) == 0


def test_a_commune_of_2017_ends_when_its_place_changed() -> None:
    """What differs from the snapshot of 2017 ended by the narrowest fact; what is new began with it."""
    facts = [
        register.Fact("change", "01", valid_from="2020-01-01", resolution="1/NQ"),
        register.Fact("change", "00009", valid_from="2019-06-01", resolution="2/NQ"),
        register.Fact("change", "01", valid_from="2024-01-01", resolution="3/NQ"),
    ]
    units = [
        register.Unit(code, "commune", name, "001") for code, name in (("00003", "A"), ("00006", "B"), ("00009", "C"))
    ]
    snapshots = register.Snapshots({unit.code: unit for unit in units}, {}, {}, {}, {}, {})
    today = [
        Version("001", "rural-district", "X", "01"),
        Version("00003", "commune", "A", "001"),
        Version("00006", "commune", "D", "001"),
        Version("00012", "commune", "E", "001"),
    ]
    found = {(v.code, v.name): v for v in register.add_2017(today, snapshots, facts)}
    assert found["00003", "A"] == today[1]
    assert (found["00006", "B"].valid_through, found["00006", "D"].valid_from) == ("2019-12-31", "2020-01-01")
    assert (found["00009", "C"].valid_through, found["00009", "C"].successors) == ("2019-05-31", "")
    assert (found["00012", "E"].valid_from, found["00012", "E"].resolution) == ("2020-01-01", "1/NQ")


# --- coverage --------------------------------------------------------------------------------------------------------

needs_reference = pytest.mark.skipif(not REFERENCE.exists(), reason="the reference series is not here")
KIND_GROUPS = {"municipal-city": "provincial-city", "centrally-run-city": "provincial-city"}


def report(line: str) -> None:
    """Say what was measured; shown by ``pytest -rP``."""
    sys.stdout.write(f"{line}\n")


def reference_versions() -> list[dict[str, str]]:
    with (REFERENCE / "vn_units_history_2004_2025.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    kinds = KINDS | {"tinh": "province"}
    for row in rows:
        row["kind"] = kinds[register.unaccent(row["type"])]
        row["valid_from"] = row["valid_from"].removeprefix("<=")
    return rows


def known_keys() -> dict[str, set[tuple[str, str, str]]]:
    """Per code the (kind, name, parent) the register knows, under both spellings where two are in use."""
    other: dict[str, set[str]] = defaultdict(set)
    for fact in read_facts():
        if fact.fact == "spelling":
            other[fact.code] |= {fact.name, spell(fact.note.removeprefix("also ").removeprefix("misprinted in 2017: "))}
    keys: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for one in VERSIONS:
        for name in other[one.code] if one.name in other[one.code] else {one.name}:
            keys[one.code].add((KIND_GROUPS.get(one.kind, one.kind), name, one.parent))
    return keys


def share_known(level: str, since: str) -> float:
    keys = known_keys()
    rows = [row for row in reference_versions() if row["level"] == level and row["valid_to"] > since]
    known = [row for row in rows if (row["kind"], spell(row["name"]), row["parent_code"]) in keys[row["code"]]]
    report(f"{level} versions in force since {since}: {len(known)} of {len(rows)}")
    return len(known) / len(rows)


@needs_reference
@pytest.mark.parametrize(
    ("level", "since", "share"),
    [
        ("province", "2004-08-31", 1.0),
        ("district", "2018-01-01", 1.0),
        ("district", "2004-08-31", 0.993),
        ("commune", "2018-01-01", 0.997),
        ("commune", "2020-02-01", 0.998),
    ],
)
def test_coverage(level: str, since: str, share: float) -> None:
    assert share_known(level, since) >= share


@needs_reference
def test_all_communes_of_2024_and_of_today() -> None:
    keys = known_keys()
    for row in reference_versions():
        if row["level"] == "commune" and row["valid_from"] <= "2024-06-30" < row["valid_to"]:
            assert (row["kind"], spell(row["name"]), row["parent_code"]) in keys[row["code"]], row
    kinds = {"xa": "commune", "phuong": "ward", "dac-khu": "special-zone"} | dict.fromkeys(("tinh",), "province")
    with (REFERENCE / "vn_units_current_2026-10.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    now = on(TODAY)
    assert {row["code"] for row in rows} == set(now)
    for row in rows:
        one = now[row["code"]]
        kind = kinds.get(row["type"], "centrally-run-city")
        assert (one.kind, one.name, one.parent) == (kind, spell(row["name"]), row["parent_code"]), row


def meant(code: str, label: str, district: str, units: dict[str, Version]) -> str:
    """Return the code of the unit a label names, where the code printed beside it belongs to another."""
    label = f" {register.unaccent(label).strip()}"
    if register.unaccent(units[code].name) in label:
        return code
    near = (one for one in units.values() if one.parent == district)
    return next((one.code for one in near if label.endswith(f" {register.unaccent(one.name)}")), code)


@needs_reference
def test_successors_of_2025_07_01() -> None:
    """A row whose code belongs to another commune, for the table prints some codes twice, is taken by its name."""
    old = on("2025-06-30", "commune")
    expected: dict[str, set[str]] = defaultdict(set)
    with (REFERENCE / "nso_conversion_2025-07.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) > 6 and row[2].strip().isdigit() and row[4].strip().isdigit():
                code = meant(row[4].strip(), row[3], row[6].strip()[-4:-1], old)
                expected[code].add(row[2].strip())
    wrong = [code for code in expected if code not in old or heirs(old[code]) != expected[code]]
    report(f"successors on 2025-07-01: {len(expected) - len(wrong)} of {len(expected)} as in the official table")
    assert wrong == []


@needs_reference
@pytest.mark.parametrize(
    ("level", "since", "share"),
    [("district", "2017-01-01", 1.0), ("commune", "2017-01-01", 0.985), ("commune", "2020-02-02", 0.985)],
)
def test_successors_of_dissolved_units(level: str, since: str, share: float) -> None:
    gone = {
        row["code"]
        for row in reference_versions()
        if row["level"] == level and row["end_kind"] == "dissolved" and since <= row["valid_to"] < "2025-07-01"
    }
    known = {code for code in gone if any(one.successors for one in BY_CODE.get(code, ())) or goes_on(code)}
    report(f"{level}s dissolved since {since} with successors: {len(known)} of {len(gone)}")
    assert len(known) / len(gone) >= share


def goes_on(code: str) -> bool:
    """Tell whether a later version of the same code, in force before 2025-07-01, is the successor."""
    return len([one for one in BY_CODE.get(code, ()) if one.start < "2025-07-01"]) > 1


def random_moments(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    draw = random.Random(19)
    rows = [row for row in reference_versions() if row["valid_to"] > "2018-01-01"]
    first, last = dt.date(2018, 1, 1).toordinal(), dt.date(2025, 6, 30).toordinal()
    while count:
        day = dt.date.fromordinal(draw.randint(first, last)).isoformat()
        row = draw.choice(rows)
        if row["valid_from"] <= day < row["valid_to"]:
            count -= 1
            yield day, row


@needs_reference
def test_units_as_of_random_days() -> None:
    """The register agrees with the reference on 3,000 random units and days, or does not know the unit that day.

    The few that differ lie within days of a change: the reference gives the day
    the national list was changed, the register the day the resolution took effect.
    """
    keys = known_keys()
    agree = unknown = 0
    differ = []
    for day, row in random_moments(3000):
        one = next((one for one in BY_CODE[row["code"]] if one.start <= day <= one.end), None)
        asked = (row["kind"], spell(row["name"]), row["parent_code"])
        if one is None:
            unknown += 1
        elif (KIND_GROUPS.get(one.kind, one.kind), one.parent) == asked[::2] and asked in keys[row["code"]]:
            agree += 1
        else:
            differ.append((day, row["code"], row["name"]))
    report(f"on random days: {agree} agree, {unknown} unknown, {len(differ)} differ: {differ}")
    assert unknown / 3000 <= 0.001
    assert len(differ) / 3000 <= 0.002


@needs_reference
def test_names_looked_up_on_random_days_mean_the_units_of_the_reference() -> None:
    """3,000 random names, parents and days: the gazetteer finds the units that the reference has, and no other.

    The districts are asked about since 2004, the communes since 2018.
    """
    found = [looked_up_right(*moment) for moment in random_names(3000)]
    report(f"names on random days: {sum(found)} of {len(found)} mean exactly the units of the reference")
    assert sum(found) / len(found) >= 0.998


def random_names(count: int) -> Iterator[tuple[dict[str, str], dt.date, list[dict[str, str]]]]:
    """Yield a row of the reference, a day inside it, and all rows of its name, level and parent."""
    draw = random.Random(4)
    rows = reference_versions()
    alike: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        alike[name_key(row)].append(row)
    by_level = [[row for row in rows if row["level"] == level] for level in ("province", "district", "commune")]
    last = dt.date(2025, 6, 30).toordinal()
    while count:
        first = dt.date(2004, 9, 1)
        row = draw.choice(draw.choices(by_level, (1, 9, 20))[0])
        if row["level"] == "commune":
            first = dt.date(2018, 1, 1)
        day = dt.date.fromordinal(draw.randint(first.toordinal(), last))
        if row["valid_from"] <= day.isoformat() < row["valid_to"]:
            count -= 1
            yield row, day, alike[name_key(row)]


def name_key(row: dict[str, str]) -> tuple[str, str, str]:
    return row["level"], fold_name(spell(row["name"])), row["parent_code"]


def looked_up_right(row: dict[str, str], day: dt.date, alike: list[dict[str, str]]) -> bool:
    level, name, parent = name_key(row)
    expected = {r["code"] for r in alike if r["valid_from"] <= day.isoformat() < r["valid_to"]}
    units = load_gazetteer().by_name.get(name, ())
    return {u.code for u in units if (u.level, u.parent) == (level, parent) and u.in_force(day)} == expected


def test_no_district_is_there_before_it_was_founded() -> None:
    """What a fact lets begin on a day is in no version before it."""
    began = {"021": "2013-12-27", "942": "2008-10-09", "719": "2013-12-29", "618": "2015-03-11"}
    assert {code: min(one.start for one in BY_CODE[code]) for code in began} == began
