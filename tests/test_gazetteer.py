"""Every way to spell a district leads to that district, and to no other."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

import pytest

from builder import artefacts
from builder.extractor import extract
from builder.extractor.units import find_places
from builder.facts import Document
from builder.gazetteer import COUNTRY, Gazetteer, UnitVersion, slug
from builder.lexicon import Lexicon, load_lexicon
from builder.linker import link_document
from builder.text import fold, fold_name

NEW_TONES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ"}
NEW_TONES |= {"ọe": "oẹ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}
TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
SHORT = {
    "rural-district": "H",
    "urban-district": "Q",
    "district-town": "TX",
    "provincial-city": "TP",
    "municipal-city": "TP",
}
LONG = {
    "rural-district": "huyện",
    "urban-district": "quận",
    "district-town": "thị xã",
    "provincial-city": "thành phố",
    "municipal-city": "thành phố",
}


def with_new_tones(name: str) -> str:
    """Put the tone mark where the newer spelling has it: "Hoà" for "Hòa"."""
    for old, new in NEW_TONES.items():
        name = name.replace(old, new).replace(old.upper(), new.upper()).replace(old.capitalize(), new.capitalize())
    return name


def joined(name: str, hyphen: str) -> str:
    """Put another hyphen between the parts of a double name."""
    return hyphen.join(part.strip() for part in name.split("-"))


VARIANTS: dict[str, Callable[[str, str, str], str]] = {
    "kind in small letters": lambda long, short, name: f"{long} {name}",
    "kind with a capital": lambda long, short, name: f"{long.capitalize()} {name}",
    "all in capitals": lambda long, short, name: f"{long} {name}".upper(),
    "name in capitals": lambda long, short, name: f"{long} {name.upper()}",
    "short kind, dot, space": lambda long, short, name: f"{short}. {name}",
    "short kind, dot": lambda long, short, name: f"{short}.{name}",
    "short kind with a small letter": lambda long, short, name: f"{short.capitalize()}. {name}",
    "decomposed": lambda long, short, name: unicodedata.normalize("NFD", f"{long} {name}"),
    "decomposed capitals": lambda long, short, name: unicodedata.normalize("NFD", f"{long} {name}".upper()),
    "newer place of tone marks": lambda long, short, name: f"{long} {with_new_tones(name)}",
    "no-break spaces": lambda long, short, name: f"{long}\u00a0{name}".replace(" ", "\u00a0"),
    "double spaces": lambda long, short, name: f"{long}  {name.replace(' ', '  ')}",
    "zero-width characters": lambda long, short, name: f"{long} \u200b{name.replace(' ', chr(0xAD) + ' ')}\ufeff",
    "en dash for hyphen": lambda long, short, name: f"{long} {joined(name, ' – ')}",
    "spaced hyphen": lambda long, short, name: f"{long} {joined(name, ' - ')}",
    "closed hyphen": lambda long, short, name: f"{long} {joined(name, '-')}",
}


def identity(name: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return what makes a name itself, independently of the code under test: letters and tone of each syllable."""

    def syllable(part: str) -> tuple[str, frozenset[str]]:
        spelled = unicodedata.normalize("NFD", part.lower())
        letters = "".join(c for c in spelled if c not in TONES)
        letters = letters[:-1] + "i" if letters[-1:] == "y" and letters[-2:-1] not in "aoueiăâêôơư" else letters
        letters = "qui" if letters == "quy" else letters
        return letters, frozenset(c for c in spelled if c in TONES)

    return tuple(syllable(part) for part in name.replace("-", " ").split())


@pytest.fixture(scope="module")
def districts(gazetteer: Gazetteer) -> list[UnitVersion]:
    return [v for v in gazetteer.versions.values() if v.level == "district"]


def places_by_line(lines: list[str], gazetteer: Gazetteer) -> Iterator[list[UnitVersion] | None]:
    """Yield for each line the units that its only place may be; None where not exactly one place is found."""
    text = "\n".join(lines)
    found = defaultdict(list)
    folded = fold(text)
    for place in find_places(text, folded, gazetteer, load_lexicon()):
        found[text.count("\n", 0, folded.span(place.start, place.end).start)].append(place)
    for number in range(len(lines)):
        here = found.get(number, [])
        yield list(here[0].candidates) if len(here) == 1 else None


def failures(variant: str, units: list[UnitVersion], gazetteer: Gazetteer) -> list[str]:
    """Return the spellings that do not lead to their district, or lead to units of another name too."""
    spelled = [VARIANTS[variant](LONG[u.kind], SHORT[u.kind], u.name) for u in units]
    wrong = []
    for unit, spelling, candidates in zip(
        units, spelled, places_by_line([f"Tại {s} đã có." for s in spelled], gazetteer), strict=True
    ):
        if candidates is None or unit.key not in {c.key for c in candidates}:
            wrong.append(f"{spelling}: {unit.key} is not found")
        elif any(identity(c.name) != identity(unit.name) or c.level == "commune" for c in candidates):
            wrong.append(f"{spelling}: taken for {[c.label for c in candidates]}")
    return wrong


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_spelling_of_every_district_is_read(
    variant: str, districts: list[UnitVersion], gazetteer: Gazetteer
) -> None:
    assert len({u.code for u in districts}) >= 696
    assert failures(variant, districts, gazetteer) == []


def test_spellings_that_mean_nothing_are_seen(districts: list[UnitVersion], gazetteer: Gazetteer) -> None:
    """The test above has teeth: a wrong kind word, or another tone, does not lead to the district."""
    lap_vo = next(u for u in districts if u.name == "Lấp Vò")
    for spelling in ("quận Lấp Vò", "huyện Lấp Vo", "huyện lấp vò", "huyện LấpVò"):
        (found,) = places_by_line([f"Tại {spelling} đã có."], gazetteer)
        assert found is None or lap_vo.key not in {u.key for u in found}, spelling


def test_no_two_names_are_one_key(gazetteer: Gazetteer) -> None:
    """Units meet under one key only if they have one name, or another name of one of them says so."""
    wording = artefacts.ontology_file("wording.ttl").read_text(encoding="utf-8")
    stated = re.findall(r"^<https://w3id.org/cchc/id/unit/[^>]*> ([^;]*?) ?\.$", wording, re.MULTILINE)
    told = {unit.also for unit in gazetteer.versions.values() if unit.also}
    told |= {alias for line in stated for alias in re.findall(r'"([^"]*)"@vi', line)}
    told |= {name.replace("'", "") for name in told}
    aliases = {fold_name(re.sub(r" ?- ?", joint, alias)) for alias in told for joint in ("-", " - ", "- ", " -")}
    assert fold_name("BR-VT") in aliases
    spelt = re.findall(r'/spelling/\w+> .*?prefLabel "(\w+)"@vi .*?hiddenLabel (.*?) \.\n', wording, re.DOTALL)
    alike = {other: word for word, others in spelt for other in re.findall(r'"([^"]*)"@vi', others)}
    assert alike["Đăk"] == "Đắk"

    def plain(name: str) -> str:
        return identity(" ".join(alike.get(word, word) for word in name.replace("'", "").split()))

    merged = {
        key: sorted({u.name for u in units})
        for key, units in gazetteer.by_name.items()
        if len({plain(u.name) for u in units}) > 1
    }
    assert {key: names for key, names in merged.items() if key not in aliases} == {}


def test_another_spelling_of_a_name_is_none_of_the_name_that_followed(gazetteer: Gazetteer) -> None:
    """A province kept its code and took another name; what people write for the old name does not mean the new one."""
    assert {u.name for u in gazetteer.by_name[fold_name("Yênbái")]} == {"Yên Bái"}
    assert {u.name for u in gazetteer.slugs["yenbai"]} == {"Yên Bái"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Thanh Trì", "Thạnh Trị"), ("Châu Thành", "Châu Thành A"), ("Mỹ Đức", "Mộ Đức"), ("Vĩnh Lộc", "Vĩnh Lợi")],
)
def test_names_that_look_alike_stay_apart(one: str, other: str, gazetteer: Gazetteer) -> None:
    first, second = places_by_line([f"Tại huyện {name} đã có." for name in (one, other)], gazetteer)
    assert first
    assert second
    assert not {u.code for u in first} & {u.code for u in second}


def test_bare_names_of_two_syllables_are_read(districts: list[UnitVersion], gazetteer: Gazetteer) -> None:
    """Without its kind, a name means the districts of that name, or the province where there is one."""
    units = [u for u in districts if " " in u.name and not any(c.isdigit() for c in u.name)]
    wrong = []
    lines = [f"Năm qua, {u.name} đã có." for u in units]
    for unit, candidates in zip(units, places_by_line(lines, gazetteer), strict=True):
        names = {identity(c.name) for c in candidates or ()}
        levels = {c.level for c in candidates or ()}
        if names != {identity(unit.name)} or not levels <= {"district", "province"}:
            wrong.append(f"{unit.name}: {[c.label for c in candidates or ()]}")
    assert wrong == []


def test_bare_names_inside_longer_names_are_not_places(gazetteer: Gazetteer) -> None:
    lines = ["Ông Nguyễn Lấp Vò đã đến.", "Công ty Lấp Vò Xanh đã đến.", "con lấp vò đã đến."]
    assert list(places_by_line(lines, gazetteer)) == [None, None, None]


# ---------------------------------------------------------------- ten Châu Thành


CHAU_THANH = (
    "An Giang",
    "Bến Tre",
    "Đồng Tháp",
    "Hậu Giang",
    "Kiên Giang",
    "Long An",
    "Sóc Trăng",
    "Tây Ninh",
    "Tiền Giang",
)
CHAU_THANH = (*CHAU_THANH, "Trà Vinh")


def test_chau_thanh_is_ten_districts(gazetteer: Gazetteer) -> None:
    (found,) = places_by_line(["Tại huyện Châu Thành đã có."], gazetteer)
    assert found
    provinces = {gazetteer.versions[f"{u.parent}/origin"].name for u in found}
    assert provinces == set(CHAU_THANH)


def about(text: str, lexicon: Lexicon, gazetteer: Gazetteer, read_text: Callable[..., Document]) -> list[str]:
    document = read_text(text)
    linked = link_document(document, extract(document, lexicon, gazetteer), gazetteer, lexicon)
    return [gazetteer.versions[key].label for key in linked.about] + [
        gazetteer.versions[key].parent for key in linked.about
    ]


@pytest.mark.parametrize("province", CHAU_THANH)
def test_a_page_that_names_the_province_says_which(
    province: str, lexicon: Lexicon, gazetteer: Gazetteer, read_text: Callable[..., Document]
) -> None:
    text = f"""Huyện Châu Thành giải quyết tốt hồ sơ cho người dân
28/11/2019
Năm 2019, huyện Châu Thành, tỉnh {province} tiếp nhận 15.840 hồ sơ, giải quyết đúng hạn 99% số hồ sơ của người dân.
"""
    then = date(2019, 11, 28)
    code = next(u.code for u in gazetteer.by_name[fold(province).text] if u.level == "province" and u.in_force(then))
    assert about(text, lexicon, gazetteer, read_text) == ["Huyện Châu Thành", code]


def test_a_page_that_does_not_say_which_is_about_none(
    lexicon: Lexicon, gazetteer: Gazetteer, read_text: Callable[..., Document]
) -> None:
    text = """Huyện Châu Thành giải quyết tốt hồ sơ cho người dân
28/11/2019
Năm 2019, huyện Châu Thành tiếp nhận 15.840 hồ sơ, giải quyết đúng hạn 99% số hồ sơ của người dân trên địa bàn.
"""
    assert about(text, lexicon, gazetteer, read_text) == []


# ---------------------------------------------------------------- the register itself


def test_versions_of_a_unit_follow_one_another(gazetteer: Gazetteer) -> None:
    for code, versions in gazetteer.by_code.items():
        for one, other in pairwise(versions):
            assert one.valid_through is not None, code
            assert other.valid_from is not None, code
            assert one.valid_through < other.valid_from, code


def test_every_parent_is_there(gazetteer: Gazetteer) -> None:
    orphans = [v.key for v in gazetteer.versions.values() if v.parent and gazetteer.parent(v) is None]
    assert orphans == []
    assert all(v.parent for v in gazetteer.versions.values() if v.level in ("district", "commune"))


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("199", date(2019, 1, 1), "199/origin"),
        ("199", date(2025, 6, 30), "199/origin"),
        ("199", date(2025, 7, 1), None),
    ],
)
def test_a_unit_is_there_while_it_is_in_force(code: str, day: date, expected: str | None, gazetteer: Gazetteer) -> None:
    found = gazetteer.at(code, day)
    assert (found.key if found else None) == expected


def test_levels_go_down_from_the_country(gazetteer: Gazetteer) -> None:
    assert gazetteer.versions[COUNTRY].level == "country"
    chain = gazetteer.ancestors(gazetteer.versions["199/origin"])
    assert [u.level for u in chain] == ["province"]


@pytest.mark.parametrize(
    ("key", "day", "chain"),
    [
        ("04927/origin", date(2007, 1, 1), ["276/origin", "28/origin"]),
        ("04927/origin", date(2019, 1, 1), ["276/2008-08-01", "01/origin"]),
        ("250/origin", date(2019, 1, 1), ["26/origin"]),
        ("250/2008-08-01", None, ["01/origin"]),
    ],
)
def test_what_lies_above_a_unit_is_told_for_a_day_of_its_own_life(
    key: str, day: date | None, chain: list[str], gazetteer: Gazetteer
) -> None:
    unit = gazetteer.versions[key]
    assert [u.key for u in gazetteer.ancestors(unit, day)] == chain
    assert [gazetteer.parent(unit, day)] == [gazetteer.versions[chain[0]]]


def test_without_a_day_a_code_means_its_last_version(gazetteer: Gazetteer) -> None:
    last = gazetteer.at("269", None)
    assert last is not None
    assert last.key == "269/2009-05-08"
    assert gazetteer.at("00", None) is None


@pytest.mark.parametrize(
    ("code", "day", "heir"),
    [
        ("94", date(2019, 1, 1), "94/origin"),
        ("94", date(2025, 9, 1), "92/2025-07-01"),
        ("28", date(2019, 1, 1), "01/origin"),
        ("94", None, "94/origin"),
        ("199", date(2025, 9, 1), "199/origin"),
        ("00", date(2019, 1, 1), None),
    ],
)
def test_the_heir_of_a_unit_is_the_one_that_took_over_all_of_it(
    code: str, day: date | None, heir: str | None, gazetteer: Gazetteer
) -> None:
    """A district whose communes became several units has no heir: its last version stands for it."""
    found = gazetteer.heir(code, day)
    assert (found.key if found else None) == heir


@pytest.mark.parametrize(
    ("name", "expected"), [("Bà Rịa - Vũng Tàu", "bariavungtau"), ("Đắk Lắk", "daklak"), ("Quận 1", "quan1")]
)
def test_names_in_addresses(name: str, expected: str) -> None:
    assert slug(name) == expected
