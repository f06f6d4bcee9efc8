"""What a page says more than once, of whom and of which time: claims become facts about the unit as it was then."""

from dataclasses import replace

import pytest

from builder.extractor import extract
from builder.facts import Candidate, Citation, FigureClaim, Initiative, LinkedDocument, Observation, Source
from builder.gazetteer import load_gazetteer
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.linker.context import block_kind_at
from builder.reader import read


def link(text: str, url: str = "") -> LinkedDocument:
    lexicon, gazetteer = load_lexicon(), load_gazetteer()
    document = read(Source("page.txt", text.encode(), "text/plain", url=url), lexicon)
    return link_document(document, extract(document, lexicon, gazetteer), gazetteer, lexicon)


def figures(linked: LinkedDocument) -> dict[str, Observation]:
    return {fact.printed: fact for fact in linked.facts if isinstance(fact, Observation)}


def page(title: str, *paragraphs: str, day: str = "Ngày 06/12/2018") -> str:
    return "\n\n".join((title, *([day] if day else []), *paragraphs)) + "\n"


# ---------------------------------------------------------------- said more than once


def test_a_headline_and_the_text_state_one_figure() -> None:
    """The text keeps its own period; what only the headline tells of the time is taken from there."""
    for title, body in (
        ("98,5% hồ sơ đúng hạn", "Năm 2017, huyện Lấp Vò, tỉnh Đồng Tháp giải quyết đúng hạn 98,5% hồ sơ."),
        ("năm 2017, 98,5% hồ sơ đúng hạn", "Tỷ lệ hồ sơ đúng hạn của huyện Lấp Vò, tỉnh Đồng Tháp đạt 98,5%."),
    ):
        linked = link(page(f"Huyện Lấp Vò: {title}", body))
        (figure,) = linked.facts
        assert isinstance(figure, Observation)
        assert figure.period is not None
        assert (str(figure.period.start), str(figure.period.end)) == ("2017-01-01", "2017-12-31")
        assert len(figure.evidence) == 2


@pytest.mark.parametrize(("again", "status"), [("Đến nay, huyện đã", "implemented"), ("Huyện dự kiến", "planned")])
def test_an_initiative_told_twice_is_one_and_done_where_once_told_done(again: str, status: str) -> None:
    first = "Huyện Lấp Vò, tỉnh Đồng Tháp sẽ triển khai mô hình “Ngày thứ Bảy vì dân”."
    second = f"{again} triển khai mô hình “Ngày thứ Bảy vì dân”."
    (initiative,) = link(page("Huyện Lấp Vò cải cách", first, second)).facts
    assert isinstance(initiative, Initiative)
    assert (initiative.status, initiative.area, len(initiative.evidence)) == (status, "875/origin", 2)


def test_a_headline_that_tells_the_time_more_loosely_is_no_second_figure() -> None:
    body = "9 tháng đầu năm 2018, huyện Lấp Vò, tỉnh Đồng Tháp giải quyết đúng hạn 98,5% hồ sơ."
    (figure,) = link(page("Huyện Lấp Vò: năm 2018, đúng hạn 98,5% hồ sơ", body)).facts
    assert isinstance(figure, Observation)
    assert figure.period is not None
    assert (str(figure.period.end), len(figure.evidence)) == ("2018-09-30", 2)


@pytest.mark.parametrize(
    ("first", "second", "printed"),
    [
        ("Huyện Lấp Vò, tỉnh Đồng Tháp tiếp nhận 12.300 hồ sơ.", "Năm 2017, huyện tiếp nhận 12300 hồ sơ.", "12300"),
        ("Năm 2017, huyện Lấp Vò tiếp nhận 12.300 hồ sơ.", "Năm 2017, huyện tiếp nhận 12300 hồ sơ.", "12.300"),
        ("Năm 2017, huyện Lấp Vò tiếp nhận 12.300 hồ sơ.", "Huyện tiếp nhận 12300 hồ sơ của người dân.", "12.300"),
    ],
)
def test_a_figure_said_twice_is_printed_as_where_its_time_is_told(first: str, second: str, printed: str) -> None:
    """Else as it is said first."""
    (figure,) = figures(link(page("Huyện Lấp Vò cải cách", first, second))).values()
    assert figure.period is not None
    assert (figure.printed, str(figure.period.end), len(figure.evidence)) == (printed, "2017-12-31", 2)


@pytest.mark.parametrize("accepted", [0, 1])
def test_what_waits_for_review_is_one_where_it_is_said_twice_and_none_where_it_repeats_a_figure(accepted: int) -> None:
    lexicon, gazetteer = load_lexicon(), load_gazetteer()
    body = "Huyện Lấp Vò, tỉnh Đồng Tháp giải quyết đúng hạn 98,5% hồ sơ."
    text = page("Huyện Lấp Vò cải cách", body, f"Năm 2017, {body}")
    document = read(Source("page.txt", text.encode(), "text/plain"), lexicon)
    extraction = extract(document, lexicon, gazetteer)
    claims = [c for c in extraction.claims if isinstance(c, FigureClaim)]
    doubtful = [replace(claim, review=number >= accepted) for number, claim in enumerate(claims)]
    linked = link_document(document, replace(extraction, claims=tuple(doubtful)), gazetteer, lexicon)
    (figure,) = linked.facts
    assert isinstance(figure, Observation)
    assert (len(claims), figure.accepted, len(figure.evidence)) == (2, bool(accepted), 2 - accepted)


def test_a_figure_said_again_with_its_tier_is_one() -> None:
    for tier, whose in (("district", "Ở cấp huyện, có"), ("commune", "Ở cấp xã, có")):
        for body in (("Có", whose), (whose, "Có")):
            linked = link(page("Huyện Lấp Vò cải cách", *(f"{b} 98,5% hồ sơ được giải quyết đúng hạn." for b in body)))
            (figure,) = linked.facts
            assert isinstance(figure, Observation)
            assert (figure.level, len(figure.evidence)) == (tier, 2)


def test_a_document_cited_twice_is_one_with_what_either_place_tells_of_it() -> None:
    cited = "Nghị định số 61/2018/NĐ-CP"
    for body in (
        f"Huyện thực hiện {cited}. Theo {cited} ngày 23/4/2018 của Chính phủ, các xã lập bộ phận một cửa.",
        f"Huyện thực hiện {cited} ngày 23/4/2018 của Chính phủ. Theo {cited}, các xã lập bộ phận một cửa.",
    ):
        (citation,) = link(page("Huyện Lấp Vò cải cách", body)).facts
        assert isinstance(citation, Citation)
        assert (str(citation.issued), citation.issuer, len(citation.evidence)) == ("2018-04-23", "Chính phủ", 2)


def test_a_hundred_per_cent_of_something_else_in_the_headline_is_a_figure_of_its_own() -> None:
    body = "Huyện Lấp Vò, tỉnh Đồng Tháp có 100% người dân hài lòng."
    facts = link(page("Huyện Lấp Vò: 100% hồ sơ đúng hạn", body)).facts
    told = {f.indicator for f in facts if isinstance(f, Observation)}
    assert told == {"on-time-rate", "citizen-satisfaction-rate"}


def test_a_hundred_per_cent_of_two_tiers_are_two_figures() -> None:
    text = "Huyện Lấp Vò, tỉnh Đồng Tháp đạt 100% hồ sơ đúng hạn ở cấp huyện. Cấp xã đạt 100% hồ sơ đúng hạn."
    again = "Tỷ lệ hồ sơ đúng hạn ở cấp huyện đạt 100%."
    facts = link(page("Huyện Lấp Vò cải cách", text, again)).facts
    assert sorted((f.level, len(f.evidence)) for f in facts if isinstance(f, Observation)) == [
        ("commune", 1),
        ("district", 2),
    ]


# ---------------------------------------------------------------- of whom


def test_a_candidate_is_of_the_unit_tier_and_time_that_its_sentence_tells() -> None:
    own = "Năm 2017, huyện Lấp Vò, tỉnh Đồng Tháp còn 4 đơn vị sự nghiệp, cùng 12 cơ quan chuyên môn."
    linked = link(page("Huyện Lấp Vò cải cách", own))
    (candidate,) = [fact for fact in linked.facts if isinstance(fact, Candidate)]
    assert candidate.period is not None
    assert (candidate.area, candidate.level, str(candidate.period.end)) == ("875/origin", "district", "2017-12-31")


@pytest.mark.parametrize(
    ("title", "kind"), [("Cải cách hành chính", "no-locality"), ("Huyện Châu Thành cải cách", "ambiguous-unit")]
)
def test_what_is_of_nobody_or_of_one_of_several_is_an_issue_of_the_page(title: str, kind: str) -> None:
    """One for the page, one for its figure; both name the page."""
    linked = link(page(title, "Tỷ lệ hồ sơ giải quyết đúng hạn đạt 98,5%."))
    assert linked.facts == ()
    assert [(issue.kind, issue.document) for issue in linked.issues] == [(kind, "page.txt")] * 2


def test_a_page_on_the_whole_country_is_about_the_country() -> None:
    told = "Thủ tướng Chính phủ yêu cầu các bộ. Bộ Nội vụ báo cáo Chính phủ."
    linked = link(page("Cả nước đẩy mạnh cải cách", told, "Cả nước tiếp nhận 1.250.000 hồ sơ."))
    assert linked.about == ("VN/origin",)
    assert figures(linked)["1.250.000"].area == "VN/origin"
    assert figures(linked)["1.250.000"].level is None


def test_a_place_where_people_met_is_not_what_a_page_is_about() -> None:
    body = "Hội nghị diễn ra tại thành phố Vinh. Huyện Con Cuông tiếp nhận 1.200 hồ sơ, giải quyết đúng hạn 98,5%."
    assert link(page("Hội nghị cải cách hành chính", body)).about == ("422/origin",)


def test_a_name_that_no_unit_bears_any_more_weighs_little() -> None:
    body = "Tỉnh Hà Tây trước đây. Tỉnh Hòa Bình tiếp nhận 1.200 hồ sơ, giải quyết đúng hạn 98,5%."
    assert link(page("Cải cách hành chính", body)).about == ("17/origin",)


def test_a_district_that_carries_the_text_below_the_province_of_the_headline() -> None:
    lead = "Huyện Tam Đảo là nơi làm tốt nhất."
    body = "Năm 2017, huyện Tam Đảo tiếp nhận 1.200 hồ sơ. Huyện Tam Đảo đúng hạn 98,5%. Huyện Tam Đảo dẫn đầu."
    assert link(page("Vĩnh Phúc đẩy mạnh cải cách", lead, body)).about == ("248/origin",)


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (
            "Huyện Lấp Vò tiếp nhận 1.200 hồ sơ. Xã Long Hưng B tiếp nhận 300 hồ sơ, xã Long Hưng B làm tốt.",
            "875/origin",
        ),
        ("Xã Tân Hòa tiếp nhận 300 hồ sơ. Huyện Lai Vung tiếp nhận 1.200 hồ sơ.", "876/origin"),
    ],
)
def test_communes_are_examples_on_the_page_of_their_district(body: str, about: str) -> None:
    linked = link(page("Nâng chất lượng phục vụ", body))
    assert linked.about == (about,)
    assert figures(linked)["300"].level == "commune"
    assert figures(linked)["1.200"].area == about


QUANG_NAM = (
    "Theo tỉnh Quảng Nam, thị xã Điện Bàn tiếp nhận 13.862 hồ sơ. Tỉnh Quảng Nam dẫn đầu. Tỉnh Quảng Nam tiếp nhận "
    "120.300 hồ sơ. Tỉnh Quảng Nam đúng hạn 98%. UBND tỉnh Quảng Nam, các sở của tỉnh, toàn tỉnh."
)
NEIGHBOURS = (
    "Bộ phận một cửa của huyện đã tiếp nhận 1.100 hồ sơ, giải quyết đúng hạn 98,5% số hồ sơ.",
    "Người dân được hướng dẫn tận tình, hồ sơ được giải quyết tại chỗ.",
    "Huyện Lai Vung tiếp nhận 1.200 hồ sơ. Huyện Tháp Mười tiếp nhận 1.300 hồ sơ.",
)
ABOUT = {  # address, title and paragraphs, and the unit that the page is about
    "the district of several communes": (
        "",
        "Cải cách hành chính",
        ("Xã Hùng Xuyên tiếp nhận 300 hồ sơ. Xã Chí Đám tiếp nhận 310 hồ sơ. Xã Tây Cốc tiếp nhận 320 hồ sơ.",),
        "230",
    ),
    "the district that a page on the host of its province tells of": (
        "https://dongthap.gov.vn/tin/1",
        "Nâng chất lượng phục vụ",
        ("Huyện Lai Vung tiếp nhận 1.200 hồ sơ của người dân.", "Máy móc đã có. Huyện Lai Vung đúng hạn 98,5%."),
        "876",
    ),
    "the town of the headline, though the province is named more often": (
        "",
        "Thị xã đi đầu trong cải cách hành chính",
        (QUANG_NAM, "Tỉnh Quảng Nam giảm thủ tục. Tỉnh Quảng Nam công bố. Tỉnh Quảng Nam mở rộng."),
        "507",
    ),
    "the district of the headline, though others are named below": (
        "",
        "Huyện Lấp Vò, tỉnh Đồng Tháp đẩy mạnh cải cách",
        NEIGHBOURS,
        "875",
    ),
    "the district that holds the commune, though the province is spoken of": (
        "",
        "Đẩy mạnh cải cách hành chính",
        (
            "Huyện Lấp Vò tiếp nhận 1.200 hồ sơ. Xã Long Hưng B tiếp nhận 300 hồ sơ.",
            "UBND tỉnh đã chỉ đạo các sở, ngành của tỉnh, trong tỉnh hiện có nhiều mô hình hay.",
        ),
        "875",
    ),
    "the province whose districts are named, though the government is named more often": (
        "",
        "Các địa phương đẩy mạnh cải cách",
        (
            "Thủ tướng Chính phủ giao việc, Chính phủ ban hành văn bản. Trong cả nước, trên toàn quốc giảm thủ tục.",
            "Huyện Lai Vung nhận 1.200 hồ sơ. Huyện Tháp Mười nhận 1.300 hồ sơ. Huyện Tam Nông nhận 1.400 hồ sơ.",
        ),
        "87",
    ),
    "the province that is named more often than the one district": (
        "",
        "Đẩy mạnh cải cách hành chính",
        (
            "Tỉnh Đồng Tháp tiếp nhận 120.300 hồ sơ. Tỉnh Đồng Tháp đúng hạn 98%. Tỉnh Đồng Tháp có nhiều mô hình hay.",
            "Máy móc đã có. Huyện Tam Nông tiếp nhận 1.200 hồ sơ, UBND huyện và các phòng của huyện đã giảm thủ tục.",
        ),
        "87",
    ),
}


@pytest.mark.parametrize(("url", "title", "body", "about"), ABOUT.values(), ids=ABOUT)
def test_what_a_page_is_about(url: str, title: str, body: tuple[str, ...], about: str) -> None:
    assert [key.split("/")[0] for key in link(page(title, *body), url).about] == [about]


def test_a_page_on_two_special_zones_that_speaks_of_the_province_is_about_that() -> None:
    zones = "Đặc khu Vân Đồn tiếp nhận 1.400 hồ sơ, đặc khu Cô Tô tiếp nhận 600 hồ sơ."
    told = "Trong tháng, toàn tỉnh tiếp nhận 102.400 hồ sơ, UBND tỉnh chỉ đạo các sở của tỉnh."
    linked = link(page("Đẩy mạnh cải cách hành chính", f"{zones} {told}", day="18/11/2025"))
    assert linked.about == ("22/origin",)
    assert figures(linked)["102.400"].area == "22/origin"


def test_of_two_names_that_nothing_settles_the_weightier_is_told() -> None:
    body = "Huyện Châu Thành tiếp nhận 12.300 hồ sơ. Huyện Châu Thành đúng hạn 98,5%. Xã Tân Phú tiếp nhận 300 hồ sơ."
    linked = link(page("Cải cách hành chính", body))
    assert linked.about == ()
    assert "Huyện Châu Thành" in linked.issues[0].message


def test_between_blocks_stands_nothing_that_counts() -> None:
    assert block_kind_at((), 0) == "furniture"


# ---------------------------------------------------------------- of which time


def test_a_commune_lies_where_it_lay_on_the_day_of_the_page() -> None:
    """Thanh Lâm of Mê Linh, which belonged to Vĩnh Phúc until 2008; other communes of that name lie elsewhere."""
    body = "Năm 2007, tỉnh Vĩnh Phúc tiếp nhận 12.300 hồ sơ. Xã Thanh Lâm tiếp nhận 300 hồ sơ."
    linked = link(page("Vĩnh Phúc đẩy mạnh cải cách", body, day="06/12/2007"))
    assert figures(linked)["300"].area == "08992/origin"


def test_what_a_page_speaks_for_is_told_of_units_as_they_were() -> None:
    linked = link(page("Huyện Mê Linh cải cách", f"Năm 2007, {ME_LINH}", day="06/12/2007"))
    assert linked.clues[0][0] == "250/origin"


def test_what_a_page_speaks_for_is_told_weightiest_first() -> None:
    body = "Xã Long Hưng B giảm thủ tục. Huyện Lai Vung tiếp nhận 1.200 hồ sơ. Huyện Lai Vung đúng hạn 98,5%."
    clues = link(page("Huyện Lấp Vò, tỉnh Đồng Tháp cải cách", body)).clues
    assert clues[0][0] == "875/origin"
    assert [weight for _, weight in clues] == sorted((weight for _, weight in clues), reverse=True)
    assert {key for key, _ in clues} == {"87/origin", "875/origin", "876/origin", "30190/origin"}


ME_LINH = "huyện Mê Linh tiếp nhận 1.200 hồ sơ của người dân."


@pytest.mark.parametrize(
    ("url", "body", "about"),
    [
        ("", f"Năm 2007, {ME_LINH}", "250/origin"),
        ("", f"Năm 2019, {ME_LINH}", "250/2008-08-01"),
        ("", f"Năm 2007, {ME_LINH} Phấn đấu đến năm 2020 đạt 99%.", "250/origin"),
        ("https://a.vn/2007/05/tin", f"Tại đây, {ME_LINH}", "250/origin"),
        ("https://a.vn/2008/07/tin", f"Tại đây, {ME_LINH}", "250/origin"),
        ("https://a.vn/2008/08/tin", f"Tại đây, {ME_LINH}", "250/2008-08-01"),
        ("", f"Tại đây, {ME_LINH}", "250/2008-08-01"),
    ],
)
def test_an_undated_page_is_of_the_unit_of_the_latest_year_it_tells(url: str, body: str, about: str) -> None:
    """A year ahead is no such year; an address with year and month tells better; else the time before the reform."""
    assert link(page("Huyện Mê Linh cải cách", body, day=""), url).about == (about,)


def test_a_figure_is_of_the_unit_as_it_was_when_its_period_ended() -> None:
    body = "Năm 2007, thành phố Hà Đông tiếp nhận 1.200 hồ sơ. Năm 2017, quận Hà Đông tiếp nhận 9.800 hồ sơ."
    linked = link(page("Thành phố Hà Đông cải cách", body))
    assert linked.about == ("268/2009-05-08",)
    assert {p: f.area for p, f in figures(linked).items()} == {"1.200": "268/2007-01-11", "9.800": "268/2009-05-08"}


def test_a_target_is_of_the_unit_that_sets_it() -> None:
    body = "Đến năm 2030, quận Hà Đông phấn đấu 98% hồ sơ đúng hạn."
    figure = figures(link(page("Quận Hà Đông cải cách", body)))["98%"]
    assert (figure.area, figure.status) == ("268/2009-05-08", "target")
