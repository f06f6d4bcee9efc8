"""Which unit a page is about: the ten districts called Châu Thành, told apart by one clue at a time."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from datetime import date

import pytest

from builder.extractor import extract
from builder.facts import LinkedDocument, Observation, Source
from builder.gazetteer import UnitVersion, load_gazetteer, slug
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.reader import read
from builder.text import fold_name
from builder.writer import write_register

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


# ---------------------------------------------------------------- every district, however it is written

LONG = {"rural-district": "huyện", "urban-district": "quận", "district-town": "thị xã"}
SHORT = {"rural-district": "H", "urban-district": "Q", "district-town": "TX"}
TONES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "ủy": "uỷ", "úy": "uý", "ùy": "uỳ", "ụy": "uỵ"}


def with_newer_tones(name: str) -> str:
    for old, new in TONES.items():
        name = name.replace(old, new)
    return name


SPELLINGS: dict[str, Callable[[str, str, str], str]] = {
    "kind in small letters": lambda long, short, name: f"{long} {name}",
    "kind with a capital": lambda long, short, name: f"{long.capitalize()} {name}",
    "all in capitals": lambda long, short, name: f"{long} {name}".upper(),
    "short kind, dot, space": lambda long, short, name: f"{short}. {name}",
    "short kind, dot": lambda long, short, name: f"{short}.{name}",
    "short kind, space": lambda long, short, name: f"{short} {name}",
    "short kind with a small letter": lambda long, short, name: f"{short.capitalize()}. {name}",
    "decomposed": lambda long, short, name: unicodedata.normalize("NFD", f"{long} {name}"),
    "decomposed capitals": lambda long, short, name: unicodedata.normalize("NFD", f"{long} {name}".upper()),
    "newer place of tone marks": lambda long, short, name: f"{long} {with_newer_tones(name)}",
    "no-break spaces": lambda long, short, name: f"{long} {name}".replace(" ", "\u00a0"),
    "double spaces": lambda long, short, name: f"{long} {name}".replace(" ", "  "),
    "zero-width characters": lambda long, short, name: f"{long} \u200b{name}\ufeff",
    "another hyphen": lambda long, short, name: f"{long} {name.replace('-', '–')}",
    "no kind": lambda long, short, name: name,
}


def readable(unit: UnitVersion, spelling: str) -> bool:
    """Tell whether a spelling names the district: without its kind, one syllable or a province's name does not."""
    if spelling != "no kind":
        return True
    named = load_gazetteer().by_name[fold_name(unit.name)]
    return " " in unit.name and not any(u.level == "province" for u in named)


def write_all_spellings(unit: UnitVersion) -> Source:
    """Write a page of the province, from the last year of the district, with a figure for each spelling."""
    day = unit.valid_through
    assert day is not None
    long, short = LONG.get(unit.kind, "thành phố"), SHORT.get(unit.kind, "TP")
    told = [
        f"Năm {day.year - 1}, {write(long, short, unit.name)} tiếp nhận {2001 + number} hồ sơ."
        for number, (spelling, write) in enumerate(SPELLINGS.items())
        if readable(unit, spelling)
    ]
    province = load_gazetteer().ancestors(unit, day)[-1].label
    lines = [f"{province}: kết quả cải cách hành chính", f"ngày {day.day}/{day.month}/{day.year}", *told]
    return Source("page.txt", "\n\n".join(lines).encode(), "text/plain")


def test_every_spelling_of_a_district_leads_to_one_identity() -> None:
    """The short form: every eighth of all districts since 2004."""
    assert misread(districts()[::8]) == []


@pytest.mark.long
def test_every_spelling_of_every_district_leads_to_one_identity() -> None:
    """15 spellings of every district since 2004, from the page through reader and extractor to the linked figure."""
    assert len({unit.code for unit in districts()}) == 716
    assert len(SPELLINGS) >= 14
    assert misread(districts()) == []


def districts() -> list[UnitVersion]:
    return [v for v in load_gazetteer().versions.values() if v.level == "district"]


def misread(units: list[UnitVersion]) -> list[tuple[object, ...]]:
    """Return the spellings that lead from the page of a unit elsewhere than to the unit."""
    wrong: list[tuple[object, ...]] = []
    for unit in units:
        found: dict[int, set[str]] = defaultdict(set)
        for fact in link(write_all_spellings(unit)).facts:
            if isinstance(fact, Observation):
                found[int(fact.value)].add(load_gazetteer().versions[fact.area].code)
        expected = {2001 + n: {unit.code} for n, spelling in enumerate(SPELLINGS) if readable(unit, spelling)}
        wrong += [(unit.key, unit.label, n, found.get(n)) for n in expected if found.get(n) != expected[n]]
    return wrong


# ---------------------------------------------------------------- bodies of units


@pytest.mark.parametrize(
    ("province", "code"), [("Đồng Tháp", "87"), ("Quảng Ninh", "22"), ("Cao Bằng", "04"), ("Sóc Trăng", "94")]
)
def test_a_department_is_one_of_the_province_of_the_page(province: str, code: str) -> None:
    """A page of the province, and a section about one of its departments in which the province is not named again."""
    text = f"""Tỉnh {province} đẩy mạnh cải cách hành chính

ngày 10/12/2019

Năm 2019, Sở Tư pháp tiếp nhận 4.321 hồ sơ, tỷ lệ giải quyết đúng hạn đạt 99,5%.
"""
    facts = [f for f in link(Source("page.txt", text.encode(), "text/plain")).facts if isinstance(f, Observation)]
    assert len(facts) == 2
    assert {(load_gazetteer().versions[f.area].code, fold_name(f.agency)) for f in facts} == {(code, "sở tư pháp")}


def test_a_department_of_another_province_is_its_own() -> None:
    text = """Tỉnh Đồng Tháp học tập kinh nghiệm cải cách hành chính

ngày 10/12/2019

Năm 2019, Sở Tư pháp tỉnh An Giang tiếp nhận 4.321 hồ sơ của người dân.
"""
    (figure,) = [f for f in link(Source("page.txt", text.encode(), "text/plain")).facts if isinstance(f, Observation)]
    assert load_gazetteer().versions[figure.area].code == "89"
    assert fold_name(figure.agency).startswith("sở tư pháp")


def test_bodies_are_organisations_of_a_unit_and_no_units() -> None:
    """The register calls a body an organisation, tells its kind and unit, and never makes it a unit."""
    bodies = {
        "Ủy ban nhân dân": "peoples-committee",
        "Hội đồng nhân dân": "peoples-council",
        "Sở Tư pháp": "department",
        "Phòng Nội vụ": "division",
        "Trung tâm Phục vụ hành chính công": "centre",
    }
    references = {("body", "942/2008-10-09", label) for label in bodies}
    lines = write_register(references, load_gazetteer(), load_lexicon())
    told = [line.split(" ", 2) for line in lines if "/id/body/942/" in line]
    assert {p.rpartition("#")[2].rpartition("/")[2].rstrip(">") for _, p, _ in told} == {
        "type", "label", "bodyOf", "classification",
    }  # fmt: skip
    assert {v.partition("> ")[0] for _, p, v in told if p.endswith("bodyOf>")} == {"<https://w3id.org/cchc/id/unit/942"}
    kinds = {s: v.partition("> ")[0].rpartition("/")[2] for s, p, v in told if p.endswith("classification>")}
    assert sorted(kinds.values()) == sorted(bodies.values())
    assert not any("AdministrativeUnit" in v for _, _, v in told)


@pytest.mark.parametrize(("other", "about"), [("", {"871"}), (" Huyện Lấp Vò đứng thứ hai.", {"87"})])
def test_the_one_district_of_a_province_that_a_page_calls_the_district(other: str, about: set[str]) -> None:
    text = f"""Công bố kết quả xếp hạng năm 2020

Ngày 19/3/2021

Hội nghị của UBND tỉnh Đồng Tháp xem xét Chỉ số CCHC năm 2020 của các địa phương.

Tại điểm cầu huyện Tam Nông có lãnh đạo UBND huyện và các phòng của huyện.

Năm 2020, huyện Tam Nông đạt 86,5 điểm, tăng 0,5 điểm. Huyện Tam Nông đứng thứ tư.{other}
"""
    linked = link(Source("page.txt", text.encode(), "text/plain"))
    assert {load_gazetteer().versions[key].code for key in linked.about} == about


WHOSE = {  # page, or address and page, and the codes of the unit it is about
    "a commune in its letterhead, though a district of another province bears its name": (
        "ỦY BAN NHÂN DÂN\nXÃ TÂN HƯNG\nTân Hưng, ngày 12 tháng 9 năm 2023\nBÁO CÁO\nKết quả cải cách hành chính\n"
        "Kính gửi: UBND huyện Lạng Giang.\nTrong quý, xã tiếp nhận 702 hồ sơ.",
        {"07417"},
    ),
    "a kind that the headline begins with": (
        "Thị xã đi đầu trong cải cách hành chính\n04/01/2018\nTheo Sở Nội vụ tỉnh, Điện Bàn là một trong 3 địa phương "
        "dẫn đầu. Hai địa phương còn lại là Duy Xuyên và Núi Thành. Năm 2017, thị xã tiếp nhận 13.862 hồ sơ.",
        {"507"},
    ),
    "the town that the headline calls by its kind, not the district that bears its name, too": (
        "Thị xã đi đầu trong cải cách hành chính\nNgày 04/01/2018\nNăm 2017, Kỳ Anh tiếp nhận 13.862 hồ sơ.",
        {"449"},
    ),
    "a commune that its district only places": (
        "Những con số từ một xã\n15/09/2023\nChủ tịch UBND xã Thạch Ngọc (huyện Thạch Hà) kể: Năm 2022 xã tiếp nhận "
        "2.140 hồ sơ. Xã đứng thứ 3 toàn huyện về CCHC.",
        {"18625"},
    ),
    "a province that is spoken of before the district that is its example": (
        "Sóc Trăng: Đưa dịch vụ công đến gần dân\n03/10/2023\n9 tháng năm 2023, toàn tỉnh tiếp nhận 308.604 hồ sơ. "
        "Tỷ lệ hồ sơ trực tuyến của huyện Kế Sách đạt 66,4%. Tháng 8, huyện tiếp nhận 900 hồ sơ.",
        {"94"},
    ),
    "the district above two communes of the headline": (
        "UBND huyện Ngọc Hiển\nNgày 24/08/2017\nKiểm tra công tác CCHC tại xã Đất Mũi và xã Viên An Đông\nNgày "
        "23/8/2017, Đoàn kiểm tra CCHC của huyện đã kiểm tra tại xã Đất Mũi. Chiều cùng ngày, Đoàn làm việc với xã "
        "Viên An Đông. Xã này đã tiếp nhận 1.312 hồ sơ.",
        {"973"},
    ),
    "the district of the one commune that is named": (
        "Giải quyết hồ sơ đúng hạn\n04/01/2022\nCông chức thị trấn Quảng Phú tiếp nhận hồ sơ của người dân. UBND huyện "
        "đã yêu cầu các đơn vị xin lỗi người dân. Năm 2021, toàn huyện tiếp nhận 46.205 hồ sơ.",
        {"648"},
    ),
    "a newspaper by the name of its province": (
        "Chính quyền điện tử ở vùng ven biển\n30/11/2020\nCà Mau online - Năm Căn là huyện thứ hai của tỉnh kết nối "
        "liên thông một cửa. 11 tháng qua huyện nhận 16.415 hồ sơ.",
        {"971"},
    ),
    "a town that people only pass": (
        "Chuyện ở xã đảo\n20/05/2020\nTrước kia, người dân muốn làm giấy tờ phải đi tàu ra Rạch Giá rồi về huyện.\n"
        "Kiên Hải có 4 xã đều là đảo. Trong 4 tháng đầu năm 2020, huyện nhận 402 hồ sơ.",
        {"912"},
    ),
}


@pytest.mark.parametrize(("page", "about"), WHOSE.values(), ids=WHOSE)
def test_whose_page_it_is(page: str, about: set[str]) -> None:
    assert {key.split("/")[0] for key in link(Source("page.txt", page.encode(), "text/plain")).about} == about


@pytest.mark.parametrize(
    ("address", "about"),
    [
        ("https://baophutho.vn/chinh-tri/phu-ninh-nang-cao-chat-luong-giai-quyet-thu-tuc-154702", {"233"}),
        ("https://baohatinh.vn/thoi-su/thach-ha-tinh-gon-bo-may-bot-dau-moi-203881.htm", {"445"}),
        ("https://baoangiang.com.vn/hdnd-huyen-cho-moi-giam-sat-cai-cach-hanh-chinh-a381467.html", {"893"}),
        ("https://haian.hailang.quangtri.gov.vn/cai-cach/ket-qua-nam-2021.html", {"19684"}),
        ("https://baohatinh.vn/thoi-su/dien-dan-ve-cai-cach-hanh-chinh-203881.htm", {"42"}),
        ("https://tinmoi.vn/cac-xa-phia-bac-yen-bai-nang-cao-chat-luong-phuc-vu-203881.htm", {"15"}),
    ],
)
def test_the_headline_in_an_address_tells_what_the_page_has_lost(address: str, about: set[str]) -> None:
    page = "Trong 6 tháng đầu năm 2021, bộ phận một cửa đã tiếp nhận 2.317 hồ sơ, giải quyết đúng hạn 99,2%."
    told = link(Source("page.txt", page.encode(), "text/plain", url=address))
    assert {key.split("/")[0] for key in told.about} == about


def test_the_headline_in_an_address_and_the_text_name_one_unit() -> None:
    page = "Trong 6 tháng đầu năm 2021, huyện Chợ Mới đã tiếp nhận 2.317 hồ sơ, giải quyết đúng hạn 99,2%."
    address = "https://baoangiang.com.vn/hdnd-huyen-cho-moi-giam-sat-cai-cach-hanh-chinh-a381467.html"
    told = link(Source("page.txt", page.encode(), "text/plain", url=address))
    assert {key.split("/")[0] for key in told.about} == {"893"}


def test_the_index_in_an_address_explains_points() -> None:
    page = "Dẫn đầu là Sở Tài chính với 91,35 điểm; đứng thứ hai là Sở Nội vụ (90,82 điểm)."
    address = "https://laichau.gov.vn/tin-tuc/cong-bo-chi-so-cchc-nam-2019.html"
    for url, indicators in ((address, ["par-index-score"] * 2), (address.replace("chi-so-cchc", "ket-qua"), [])):
        facts = link(Source("page.txt", page.encode(), "text/plain", url=url)).facts
        assert [f.indicator for f in facts if isinstance(f, Observation) and f.measure == "points"] == indicators
