"""Units through time: changes of every kind, lineage, where a territory lies on another day, and the verb for it."""

import json
import time
from datetime import date, timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest

from builder import gazetteer as gazetteer_module
from builder.artefacts import concept_labels, ontology_store
from builder.gazetteer import Gazetteer, load_gazetteer
from builder.lineage import before, change_after, compose, descend, earlier, heirs, home, later
from builder.lookup import last_day, look_up, on_day
from builder.pipeline import export_register
from builder.validator import find_violations
from builder.writer import write_register

ID = "https://w3id.org/cchc/id/"
TODAY = date(2026, 11, 1)


# ---------------------------------------------------------------- changes


@pytest.mark.parametrize(
    ("key", "kinds", "after", "resolution"),
    [
        ("046/origin", {"dissolution", "division", "merger"}, {"047", "049"}, "897/NQ-UBTVQH14"),
        ("204/origin", {"dissolution", "merger"}, {"193"}, "837/NQ-UBTVQH14"),
        ("94/origin", {"dissolution", "merger"}, {"92"}, "202/2025/QH15"),
        ("19603/origin", {"merger", "renaming"}, {"19603"}, "832/NQ-UBTVQH14"),
        ("01525/origin", {"merger", "renaming"}, {"01525"}, "864/NQ-UBTVQH14"),
        ("088/origin", {"level-change"}, {"088"}, "767/NQ-UBTVQH14"),
        ("219/origin", {"division"}, {"219", "224"}, "1191/NQ-UBTVQH15"),
        ("075/origin", {"boundary-change"}, {"075", "070"}, "816/NQ-UBTVQH14"),
        ("75/2025-07-01", {"level-change"}, {"75"}, "30/2026/QH16"),
    ],
)
def test_kinds_of_change(key: str, kinds: set[str], after: set[str], resolution: str, gazetteer: Gazetteer) -> None:
    change = change_after(gazetteer.versions[key], gazetteer)
    assert change is not None
    assert (set(change.kinds), {a.code for a in change.after}) == (kinds, after)
    assert resolution in change.resolutions


def test_every_version_that_ended_has_a_change_with_known_kinds(gazetteer: Gazetteer) -> None:
    """Only communes whose heir the register does not know end without one."""
    ended = [v for v in gazetteer.versions.values() if v.valid_through]
    silent = [v for v in ended if change_after(v, gazetteer) is None]
    assert all(v.level == "commune" for v in silent)
    assert len(silent) < 25
    kinds = {kind for v in ended if (change := change_after(v, gazetteer)) for kind in change.kinds}
    known = {q.subject.value.rpartition("/")[2] for q in ontology_store() if "/change-kind/" in str(q.subject)}
    assert kinds == known
    assert all(concept_labels(f"change-kind/{kind}").keys() == {"vi", "en"} for kind in kinds)


def test_a_district_abolished_goes_to_the_communes_that_took_over_its_communes(gazetteer: Gazetteer) -> None:
    lap_vo = gazetteer.versions["875/origin"]
    assert {s.label for s in gazetteer.successors(lap_vo)} >= {"Xã Lấp Vò", "Xã Mỹ An Hưng", "Xã Tân Khánh Trung"}
    assert lap_vo in before(gazetteer.versions["30169/2025-07-01"], gazetteer)


def test_lineage_goes_both_ways_over_several_steps(gazetteer: Gazetteer) -> None:
    tra_linh = gazetteer.versions["046/origin"]
    after = later(tra_linh, gazetteer)
    assert {"Huyện Trùng Khánh", "Huyện Quảng Hòa", "Xã Trà Lĩnh"} <= {u.label for u in after}
    assert after[0].level == "district"
    for unit in after:
        assert tra_linh in earlier(unit, gazetteer), unit


# ---------------------------------------------------------------- territory


def labels(shares) -> set[tuple[str, bool]]:
    return {(share.unit.label, share.whole) for share in shares}


def test_where_a_territory_lies_later(gazetteer: Gazetteer) -> None:
    versions = gazetteer.versions
    assert labels(descend(versions["94/origin"], TODAY, gazetteer)) == {("Thành phố Cần Thơ", True)}
    assert labels(descend(versions["046/origin"], date(2024, 1, 1), gazetteer)) == {
        ("Huyện Trùng Khánh", False),
        ("Huyện Quảng Hòa", False),
    }
    assert descend(versions["875/origin"], TODAY, gazetteer) == []
    assert {share.unit.level for share in heirs(versions["875/origin"], TODAY, gazetteer)} == {"commune"}


def test_the_smallest_unit_that_holds_all_of_a_territory(gazetteer: Gazetteer) -> None:
    for key, day, expected in (
        ("875/origin", TODAY, "Tỉnh Đồng Tháp"),
        ("046/origin", date(2024, 1, 1), "Tỉnh Cao Bằng"),
        ("204/origin", date(2024, 1, 1), "Thành phố Hạ Long"),
        ("875/origin", date(2024, 1, 1), "Huyện Lấp Vò"),
    ):
        found = home(gazetteer.versions[key], day, gazetteer)
        assert found is not None
        assert (found.label, found.in_force(day)) == (expected, True)


def test_what_a_territory_was_made_of(gazetteer: Gazetteer) -> None:
    can_tho, trung_khanh = gazetteer.at("92", TODAY), gazetteer.at("047", date(2024, 1, 1))
    assert can_tho
    assert trung_khanh
    assert labels(compose(can_tho, TODAY, date(2024, 1, 1), gazetteer)) == {
        ("Thành phố Cần Thơ", True),
        ("Tỉnh Hậu Giang", True),
        ("Tỉnh Sóc Trăng", True),
    }
    assert labels(compose(trung_khanh, date(2024, 1, 1), date(2019, 1, 1), gazetteer)) == {
        ("Huyện Trùng Khánh", True),
        ("Huyện Trà Lĩnh", False),
    }


def test_composition_and_descent_are_two_views_of_one_thing(gazetteer: Gazetteer) -> None:
    """What lies in a unit is made of it, for every province and for a sample of the communes."""
    origin = date(2024, 1, 1)
    old = [u for u in on_day(gazetteer.versions.values(), origin) if u.level in ("province", "commune")]
    for unit in old[:63] + old[63::97]:
        for share in descend(unit, TODAY, gazetteer):
            parts = compose(share.unit, TODAY, origin, gazetteer)
            assert (unit.key, share.whole) in {(part.unit.key, part.whole) for part in parts}


# ---------------------------------------------------------------- looking up


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("875", {"875"}),
        ("046/origin", {"046"}),
        ("huyện Lấp Vò", {"875"}),
        ("H. Châu Thành, Sóc Trăng", {"942"}),
        ("Q.1, TP.HCM", {"760"}),
        ("P.3, Q.3, TP. Hồ Chí Minh", {"27154"}),
        ("TX.An Nhơn", {"549"}),
        ("BÀ RỊA–VŨNG TÀU", {"77"}),
        ("huyện Lap Vo", set()),
        ("quận Lấp Vò", set()),
    ],
)
def test_a_unit_is_found_as_people_write_it(asked: str, codes: set[str], gazetteer: Gazetteer) -> None:
    assert {unit.code for unit in look_up(asked, gazetteer)} == codes


def test_the_newest_day_is_one_of_a_change(gazetteer: Gazetteer) -> None:
    day = last_day(gazetteer)
    assert any(v.valid_through == day - timedelta(days=1) for v in gazetteer.versions.values())
    assert len([u for u in on_day(gazetteer.versions.values(), day) if u.level == "commune"]) == 3321


# ---------------------------------------------------------------- time


def test_the_register_loads_in_a_third_of_a_second() -> None:
    """Reading, folding and indexing all names takes less than 0.3 s of the processor, at the best of five times."""

    def seconds() -> float:
        load_gazetteer.cache_clear()
        gazetteer_module.slug.cache_clear()
        started = time.process_time()
        load_gazetteer()
        return time.process_time() - started

    assert min(seconds() for _ in range(5)) < 0.3


# ---------------------------------------------------------------- the verb


def rows_of(call, *arguments: object) -> list[dict[str, str]]:
    code, answer, _ = call("units", *arguments, "--json")
    assert code == 0
    return json.loads(answer)


def test_without_a_name_the_units_are_counted(call) -> None:
    assert sum(int(row["units"]) for row in rows_of(call)) == 34 + 3321
    assert sum(int(row["units"]) for row in rows_of(call, "--at", "2024-06-01") if "huyện" in row["levelLabel"]) == 705


def test_a_name_gives_its_versions(call) -> None:
    assert [row["version"] for row in rows_of(call, "Lai Châu")][:1] == ["12/origin"]
    assert len(rows_of(call, "huyện Châu Thành", "--at", "2019-06-01")) == 10
    assert rows_of(call, "046")[0]["validThrough"] == "2020-02-29"


def test_lineage_tells_every_change_with_its_resolution(call) -> None:
    first = rows_of(call, "--lineage", "huyện Trà Lĩnh", "--lang", "en")[0]
    assert first["changeKinds"] == "dissolution, division, merger"
    assert (first["day"], first["resolution"]) == ("2020-03-01", "897/NQ-UBTVQH14")


def test_today_tells_where_a_unit_lies(call) -> None:
    assert {row["successorLabel"] for row in rows_of(call, "--today", "tỉnh Sóc Trăng")} == {"Thành phố Cần Thơ"}
    parts = rows_of(call, "--today", "huyện Trà Lĩnh", "--at", "2024-01-01", "--lang", "en")
    assert {(row["successorLabel"], row["extent"]) for row in parts} == {
        ("Huyện Trùng Khánh", "part"),
        ("Huyện Quảng Hòa", "part"),
    }


def test_tables_are_in_both_languages(call) -> None:
    code, said, aside = call("units", "--lineage", "046")
    assert code == 0
    assert said.splitlines()[0].split()[0] == "ngày"
    assert "giải thể / dissolution" in said
    assert aside.strip() == "3 dòng / 3 rows"
    assert "division" not in call("units", "--lineage", "046", "--lang", "vi")[1]


def test_what_cannot_be_answered_is_said(call) -> None:
    code, said, aside = call("units", "huyện Lap Vo")
    assert (code, said) == (2, "")
    assert "no unit “huyện Lap Vo”" in aside
    assert "was not in force on 2021-01-01" in call("units", "046", "--at", "2021-01-01")[2]
    assert call("units", "046", "--lineage", "046")[0] == 2
    assert call("units", "--export", "units.doc")[0] == 2


# ---------------------------------------------------------------- RDF


@pytest.fixture(scope="module")
def register(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("units") / "units.nq"
    assert export_register("nq", path) > 250_000
    return path


@pytest.mark.long
def test_the_whole_register_is_written_with_versions_parents_and_changes(register: Path) -> None:
    store = ox.Store()
    store.bulk_load(path=register, format=ox.RdfFormat.N_QUADS)

    def count(pattern: str) -> int:
        prefixes = "PREFIX cchc: <https://w3id.org/cchc/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
        prefixes += "PREFIX org: <http://www.w3.org/ns/org#> "
        answer = store.query(
            f"{prefixes} SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}", use_default_graph_as_union=True
        )
        return int(next(iter(answer))["n"].value)

    versions = load_gazetteer().versions
    assert count("?v a cchc:AdministrativeUnitVersion") == len(versions)
    assert count("?v cchc:unitType/<http://www.w3.org/2004/02/skos/core#prefLabel> ?l FILTER(LANG(?l) = 'vi')") == len(
        versions
    )
    assert count("?v cchc:level <https://w3id.org/cchc/level/commune> ; dcterms:isPartOf ?p") == sum(
        v.level == "commune" for v in versions.values()
    )
    changes = count("?c a org:ChangeEvent")
    assert changes == sum(change_after(v, load_gazetteer()) is not None for v in versions.values())
    assert count("?c a org:ChangeEvent FILTER NOT EXISTS { ?c dcterms:type ?k }") == 0


@pytest.mark.slow
def test_what_is_written_of_units_keeps_the_shapes(gazetteer: Gazetteer, lexicon) -> None:
    """The units of three pages with all that came before and after, and the whole ontology."""
    from builder.artefacts import ontology_statements

    references = {("unit", key) for key in ("046/origin", "875/origin", "94/origin", "28/origin", "01525/origin")}
    lines = write_register(references, gazetteer, lexicon)
    lines += [f"{statement} <{ID}graph/ontology> .\n" for statement in ontology_statements()]
    quads = list(ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS))
    assert [v for v in find_violations(quads) if v.severity == "Violation"] == []


def test_a_graph_holds_the_units_it_cites_with_ancestors_and_successors(gazetteer: Gazetteer, lexicon) -> None:
    text = "".join(write_register({("unit", "046/origin")}, gazetteer, lexicon))
    for key in ("046/origin", "04/origin", "047/2020-03-01", "049/2020-03-01"):
        assert f"<{ID}unit/{key}> <http://www.w3.org/2000/01/rdf-schema#label>" in text
    for unit in later(gazetteer.versions["046/origin"], gazetteer):
        assert f"<{ID}unit/{unit.key}> a " in text or f"<{ID}unit/{unit.key}> <http://www.w3.org/1999" in text
    assert f"<{ID}change/046-2020-03-01> <http://purl.org/dc/terms/type> " in text
    assert f"<{ID}legal/897-nq-ubtvqh14>" in text
