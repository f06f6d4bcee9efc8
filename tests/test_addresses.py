"""What an address, a newspaper and an e-mail domain say about whose page it is."""

from collections.abc import Callable
from datetime import date

import pytest

from builder.facts import Document
from builder.gazetteer import Gazetteer
from builder.lexicon import Lexicon
from builder.linker.addresses import outside_clues, units_of_host

THEN, LATER = date(2019, 6, 10), date(2025, 9, 1)


@pytest.mark.parametrize(
    ("host", "codes"),
    [
        ("dongthap.gov.vn", {"87"}),
        ("lapvo.dongthap.gov.vn", {"875"}),
        ("yen-dung.bacgiang.gov.vn", {"221"}),
        ("caobang.gov.vn", {"04"}),
        ("snvcaobang.vn", {"04"}),
        ("truyenhinhdongthap.vn", {"87"}),
        ("baolamdong.vn", {"68"}),
        ("baodienbienphu.com.vn", {"11"}),
        ("baobaria-vungtau.com.vn", {"77"}),
        ("xatanphu.camau.gov.vn", {"32080"}),
        ("xa-tan-phu.camau.gov.vn", {"32080"}),
        ("tinmoi.vn", set()),
    ],
)
def test_a_host_names_the_lowest_unit_of_its_labels(host: str, codes: set[str], gazetteer: Gazetteer) -> None:
    assert {unit.code for unit in units_of_host(host, gazetteer, THEN)} == codes


def test_a_district_counts_only_in_the_province_that_the_host_names(gazetteer: Gazetteer) -> None:
    assert {u.code for u in units_of_host("chauthanh.tiengiang.gov.vn", gazetteer, THEN)} == {"821"}
    assert {u.code for u in units_of_host("lapvo.caobang.gov.vn", gazetteer, THEN)} == {"04"}
    assert len(units_of_host("chauthanh.gov.vn", gazetteer, THEN)) == 10


def test_a_commune_of_a_name_that_several_bear_in_the_province_is_none(gazetteer: Gazetteer) -> None:
    slugs = gazetteer.commune_slugs
    twice = next(
        name
        for name, units in sorted(slugs.items())
        if len({u.code for u in units if any(a.code == "82" for a in gazetteer.ancestors(u))}) > 1
    )
    assert {u.code for u in units_of_host(f"xa{twice}.tiengiang.gov.vn", gazetteer, THEN)} == {"82"}


@pytest.mark.parametrize(
    ("host", "day", "key"),
    [
        ("bao-ha-dong.vn", date(2007, 6, 1), "28/origin"),
        ("bao-ha-dong.vn", THEN, "01/origin"),
        ("baodienbienphu.com.vn", LATER, "11/origin"),
        ("baohue.vn", LATER, "46/2025-01-01"),
    ],
)
def test_the_paper_of_a_city_is_the_paper_of_its_province_as_it_was(
    host: str, day: date, key: str, gazetteer: Gazetteer
) -> None:
    assert [unit.key for unit in units_of_host(host, gazetteer, day)] == [key]


Clues = Callable[..., dict[str, float]]


@pytest.fixture
def clues(read_text: Callable[..., Document], lexicon: Lexicon, gazetteer: Gazetteer) -> Clues:
    def run(url: str = "", body: str = "Nội dung.", publishers: dict[str, str] | None = None, day: date | None = THEN):
        document = read_text(f"Tin\n\nNgày 10/6/2019\n\n{body}\n", url=url)
        return outside_clues(document, gazetteer, lexicon.publishers if publishers is None else publishers, day)

    return run


@pytest.mark.parametrize(
    ("path", "weights"),
    [
        ("huyen-lap-vo-giai-quyet", {"875": 3.0}),
        ("lap-vo-giai-quyet", {"875": 1.5}),
        ("tin/huyen-lap-vo/1", {"875": 3.0}),
        ("tinh-dong-thap-giai-quyet", {"87": 3.0}),
        ("dong-thap-giai-quyet", {"87": 3.0}),
        ("tin/dongthap/1", {"87": 3.0}),
        ("tin/truyenhinhdongthap/1", {"87": 3.0}),
        ("thanh-pho-cao-bang-don", {"040": 3.0}),
        ("xa-dong-thap", {"09826": 3.0}),
        ("tin-tuc-su-kien", {}),
    ],
)
def test_a_word_for_a_kind_makes_a_name_in_an_address_count_in_full(clues: Clues, path: str, weights) -> None:
    """Without one a district's name counts half; with "thành phố" or "xã" before it, it is not the province's."""
    assert clues(f"https://a.vn/{path}") == weights


@pytest.mark.parametrize(("path", "weight"), [("huyen-chau-thanh-don", 0.3), ("chau-thanh-don", 0.15)])
def test_homonyms_in_an_address_share_its_weight(clues: Clues, path: str, weight: float) -> None:
    found = clues(f"https://a.vn/{path}")
    assert len(found) == 10
    assert list(found.values()) == pytest.approx([weight] * 10)


def test_a_domain_of_e_mail_counts_less_than_the_host(clues: Clues) -> None:
    assert clues(body="Liên hệ: a@dongthap.gov.vn.") == {"87": 2.0}
    assert clues("https://dongthap.gov.vn/1") == {"87": 5.0}
    assert clues("https://dongthap.gov.vn/1", "Liên hệ: a@dongthap.gov.vn, b@lapvo.dongthap.gov.vn.") == {
        "87": 5.0,
        "875": 2.0,
    }


def test_a_publisher_counts_by_its_host_and_by_its_sigle(clues: Clues) -> None:
    publishers = {"tinmoi.vn": "87", "TMO": "04"}
    assert clues("https://www.tinmoi.vn/1", publishers=publishers) == {"87": 2.5}
    assert clues(body="(TMO) - Huyện triển khai nhiều giải pháp.", publishers=publishers) == {"04": 2.5}
    both = clues("https://tinmoi.vn/tinh-dong-thap-don", publishers=publishers)
    assert both == {"87": 5.5}


def test_a_publisher_of_a_province_that_went_speaks_for_its_heir(clues: Clues, gazetteer: Gazetteer) -> None:
    publishers = {"tinmoi.vn": "94"}
    assert set(clues("https://tinmoi.vn/1", publishers=publishers)) == {"94"}
    assert set(clues("https://tinmoi.vn/1", publishers=publishers, day=LATER)) == {"92"}
