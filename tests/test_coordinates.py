"""Every unit has one point, today's from a table and former ones from the communes that took over their land."""

import math
from pathlib import Path

import pytest

from builder.coordinates import Coordinates, load_coordinates, locate
from builder.errors import OntologyError
from builder.gazetteer import load_gazetteer


def where(key: str) -> Coordinates:
    gazetteer = load_gazetteer()
    found = locate(gazetteer.versions[key], gazetteer, load_coordinates())
    assert found is not None
    return found


def kilometres(one: Coordinates, other: Coordinates) -> float:
    east = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return 111.2 * math.hypot(one[0] - other[0], east)


def test_all_units_of_today_have_a_point_in_the_country() -> None:
    places = load_coordinates()
    today = {u.code for u in load_gazetteer().versions.values() if u.valid_through is None and u.level != "country"}
    assert today == set(places)
    assert all(8 < latitude < 23.5 and 102 < longitude < 115 for latitude, longitude in places.values())


def test_communes_lie_near_the_other_communes_of_their_province() -> None:
    """But for islands, which are special zones; nobody swapped latitude and longitude, or one commune with another."""
    places, gazetteer = load_coordinates(), load_gazetteer()
    near = [u for u in gazetteer.versions.values() if u.valid_through is None and u.level == "commune"]
    for unit in (u for u in near if u.kind != "special-zone"):
        assert kilometres(places[unit.code], places[unit.parent]) < 150, unit.label


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("875/origin", (10.36, 105.52)),  # Huyện Lấp Vò
        ("450/origin", (17.47, 106.62)),  # Thành phố Đồng Hới
        ("199/origin", (21.33, 107.40)),  # Huyện Tiên Yên
        ("046/origin", (22.83, 106.32)),  # Huyện Trà Lĩnh, dissolved in 2020
        ("94/origin", (9.60, 105.97)),  # Tỉnh Sóc Trăng
        ("01/origin", (21.00, 105.70)),  # Thành phố Hà Nội
    ],
)
def test_former_units_lie_where_their_land_is(key: str, place: Coordinates) -> None:
    assert kilometres(where(key), place) < 15


def test_former_provinces_lie_apart_from_the_one_they_became() -> None:
    assert kilometres(where("94/origin"), where("92/origin")) > 30  # Sóc Trăng and Cần Thơ before they became one


def test_few_units_have_no_point_and_none_has_a_wrong_one() -> None:
    """Only communes whose heir the register does not know, and the country, have none."""
    gazetteer, places = load_gazetteer(), load_coordinates()
    none = [u for u in gazetteer.versions.values() if locate(u, gazetteer, places) is None]
    assert {u.level for u in none} == {"country", "commune"}
    assert len(none) < 12


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code\tlat\tlon\n", "line 1"),
        ("code\tlatitude\tlongitude\n01\t21\n", "line 2"),
        ("code\tlatitude\tlongitude\n01\t21\tx\n", "line 2"),
    ],
)
def test_a_broken_table_is_named_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology" / "coordinates.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(OntologyError, match=rf"coordinates\.tsv, {told}"):
        load_coordinates(tmp_path)
