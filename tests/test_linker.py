"""Which unit a page is about: the ten districts called Châu Thành, told apart by one clue at a time."""

from datetime import date

import pytest

from builder.extractor import extract
from builder.facts import LinkedDocument, Observation, Source
from builder.gazetteer import UnitVersion, load_gazetteer, slug
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.reader import read
from builder.text import fold_name

DAY = date(2019, 6, 10)
CLUES = ("title", "dateline", "signature", "footer", "host", "commune", "nothing")


def homonyms() -> list[UnitVersion]:
    named = load_gazetteer().by_name[fold_name("Châu Thành")]
    return [u for u in named if u.level == "district" and u.in_force(DAY)]


def commune_of(district: UnitVersion) -> str:
    """Return a commune of a district whose name no other commune of the country bore then."""
    gazetteer = load_gazetteer()
    for unit in gazetteer.versions.values():
        if unit.parent == district.code and unit.kind == "commune" and unit.in_force(DAY):
            same = [u for u in gazetteer.by_name[fold_name(unit.name)] if u.level != "province" and u.in_force(DAY)]
            if len(same) == 1:
                return unit.name
    raise AssertionError(f"{district.label} has no commune with a name of its own")


def write_page(district: UnitVersion, clue: str) -> Source:
    province = load_gazetteer().ancestors(district, DAY)[-1].name

    def told(where: str, text: str) -> str:
        return text if clue == where else ""

    text = f"""Huyện Châu Thành{told("title", f", tỉnh {province}")} rút ngắn thời gian trả kết quả

{told("dateline", f"{province}, ")}ngày 10/6/2019

Năm 2018, huyện Châu Thành tiếp nhận 12.345 hồ sơ, tỷ lệ giải quyết đúng hạn đạt 98,5%.
{told("commune", f"Xã {commune_of(district)} là nơi làm tốt nhất.")}

Nguyễn Văn An{told("signature", f" - Phòng Nội vụ huyện Châu Thành, tỉnh {province}")}

{told("footer", f"Bản quyền thuộc UBND tỉnh {province}. Điện thoại: 02993821000")}
"""
    host = told("host", f"https://chauthanh.{slug(province)}.gov.vn/tin/1")
    return Source("page.txt", text.encode(), "text/plain", url=host)


def link(source: Source) -> LinkedDocument:
    lexicon, gazetteer = load_lexicon(), load_gazetteer()
    document = read(source, lexicon)
    return link_document(document, extract(document, lexicon, gazetteer), gazetteer, lexicon)


def test_there_are_ten() -> None:
    assert len(homonyms()) == 10


@pytest.mark.parametrize("clue", CLUES)
@pytest.mark.parametrize("district", homonyms(), ids=lambda u: u.code)
def test_a_homonym_is_told_by_any_one_clue(district: UnitVersion, clue: str) -> None:
    """One clue settles page and figures; without any, the page is about none and says which it may be."""
    linked = link(write_page(district, clue))
    figures = {load_gazetteer().versions[f.area].code for f in linked.facts if isinstance(f, Observation)}
    about = {load_gazetteer().versions[key].code for key in linked.about}
    if clue == "nothing":
        assert (about, figures) == (set(), set())
        issue = next(i for i in linked.issues if i.kind == "ambiguous-unit")
        assert {key.split("/")[0] for key in issue.candidates} == {u.code for u in homonyms()}
    else:
        assert (about, figures) == ({district.code}, {district.code})


@pytest.mark.parametrize(("also", "about"), [("", set()), (" Tỉnh Yên Bái cũng đã giảm được 58 phòng.", {"15"})])
def test_a_page_on_several_places_equally_is_about_none(also: str, about: set[str]) -> None:
    text = f"""Các địa phương sắp xếp lại cơ quan chuyên môn

Ngày 16/1/2019

Tỉnh Quảng Ninh giảm 21 phòng, tỉnh Yên Bái giảm 14 phòng, tỉnh Trà Vinh giảm 9 phòng.{also}
"""
    linked = link(Source("page.txt", text.encode(), "text/plain"))
    assert {load_gazetteer().versions[key].code for key in linked.about} == about


@pytest.mark.parametrize(("whose", "about"), [("tỉnh", {"45"}), ("huyện", set())])
def test_the_host_of_a_province_does_not_settle_whose_district_a_page_is_about(whose: str, about: set[str]) -> None:
    text = f"""Nâng chất lượng giải quyết hồ sơ

Ngày 16/1/2019

Năm 2018, toàn {whose} tiếp nhận 12.345 hồ sơ. UBND {whose} đã chỉ đạo giải quyết đúng hạn 12.300 hồ sơ.
"""
    linked = link(Source("page.txt", text.encode(), "text/plain", url="https://quangtri.gov.vn/tin/1"))
    assert {load_gazetteer().versions[key].code for key in linked.about} == about


def test_names_in_an_address_do_not_overlap() -> None:
    """The words "nam dẫn" of an address are no district Nam Đàn where "Hà Nam" has taken the first of them."""
    text = "Dẫn đầu về hồ sơ trực tuyến\n\nNgày 16/1/2024\n\nNăm 2023, địa phương này tiếp nhận 12.345 hồ sơ.\n"
    linked = link(Source("p.txt", text.encode(), "text/plain", url="https://a.vn/ha-nam-dan-dau-ca-nuoc-ve-ho-so"))
    assert {load_gazetteer().versions[key].code for key in linked.about} == {"35"}
