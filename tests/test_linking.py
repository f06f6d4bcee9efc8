"""What a page says more than once, of whom and of which time: claims become facts about the unit as it was then."""

import pytest

from builder.extractor import extract
from builder.facts import Candidate, Initiative, LinkedDocument, Observation, Source
from builder.gazetteer import load_gazetteer
from builder.lexicon import load_lexicon
from builder.linker import link_document
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


# ---------------------------------------------------------------- of which time

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
