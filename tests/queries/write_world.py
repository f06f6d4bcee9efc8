"""Writes world.trig, the small world every saved query is asked about: ``python tests/queries/write_world.py``.

Three provinces, the mergers of 2020 and 2025, eight pages. Names, codes and resolutions are real; the figures are made
up so that each query has something to tell apart: ties, gaps, two tiers, a contradiction, a target missed, a figure
without a period.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import pyoxigraph as ox

from builder.comparable import compare
from builder.corroboration import corroborate
from builder.coverage import count_coverage
from builder.gazetteer import load_gazetteer
from builder.stating import find_stated
from builder.writer import stated, write_comparison, write_corroboration, write_coverage

WORLD = Path(__file__).with_name("world.trig")
DATA, CONCEPTS = "https://w3id.org/cchc/id/", "https://w3id.org/cchc/"
PREFIXES = {
    "cchc": "https://w3id.org/cchc/ontology#",
    "ind": f"{CONCEPTS}indicator/",
    "area": f"{CONCEPTS}reform-area/",
    "level": f"{CONCEPTS}level/",
    "bound": f"{CONCEPTS}bound/",
    "status": f"{CONCEPTS}status/",
    "measure": f"{CONCEPTS}measure/",
    "unit-type": f"{CONCEPTS}unit-type/",
    "change-kind": f"{CONCEPTS}change-kind/",
    "initiative-kind": f"{CONCEPTS}initiative-kind/",
    "document-kind": f"{CONCEPTS}document-kind/",
    "dcterms": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

CONCEPT_LABELS = {  # scheme/id: Vietnamese, English
    "indicator/on-time-rate": (
        "tỷ lệ hồ sơ giải quyết đúng và trước hạn",
        "share of dossiers resolved on time or early",
    ),
    "indicator/citizen-satisfaction-rate": ("tỷ lệ người dân, tổ chức hài lòng", "share of citizens satisfied"),
    "indicator/online-dossier-rate": ("tỷ lệ hồ sơ trực tuyến", "share of dossiers received online"),
    "indicator/dossiers-resolved": ("số hồ sơ đã giải quyết", "dossiers resolved"),
    "indicator/dossiers-on-time": ("số hồ sơ đúng và trước hạn", "dossiers resolved on time or early"),
    "indicator/dossiers-received": ("số hồ sơ tiếp nhận", "dossiers received"),
    "indicator/online-services": ("số dịch vụ công trực tuyến", "online public services"),
    "indicator/online-services-level-3": ("số dịch vụ công trực tuyến mức độ 3", "online services at level 3"),
    "indicator/online-services-level-4": ("số dịch vụ công trực tuyến mức độ 4", "online services at level 4"),
    "indicator/online-services-level-3-4": (
        "số dịch vụ công trực tuyến mức độ 3 và 4",
        "online services at levels 3 and 4 together",
    ),
    "indicator/university-degree-rate": (
        "tỷ lệ có trình độ đại học trở lên",
        "share with a university degree or higher",
    ),
    "indicator/postgraduate-rate": ("tỷ lệ có trình độ sau đại học", "share with a postgraduate degree"),
    "indicator/qualified-staff-rate": ("tỷ lệ cán bộ, công chức đạt chuẩn", "share of staff meeting the standard"),
    "indicator/commune-units": ("số đơn vị hành chính cấp xã", "commune units"),
    "indicator/one-stop-units": ("số bộ phận một cửa", "one-stop units"),
    "indicator/par-index-rank": ("xếp hạng PAR INDEX", "PAR INDEX rank"),
    "level/province": ("cấp tỉnh", "province level"),
    "level/district": ("cấp huyện", "district level"),
    "level/commune": ("cấp xã", "commune level"),
    "bound/exact": ("đúng", "exactly"),
    "bound/above": ("trên", "above"),
    "bound/at-least": ("ít nhất", "at least"),
    "status/actual": ("thực hiện", "actual"),
    "status/target": ("chỉ tiêu", "target"),
    "status/implemented": ("đã triển khai", "implemented"),
    "status/planned": ("dự kiến", "planned"),
    "measure/percent": ("phần trăm", "percent"),
    "measure/count": ("số lượng", "count"),
    "measure/rank": ("thứ hạng", "rank"),
    "unit-type/country": ("quốc gia", "country"),
    "unit-type/province": ("tỉnh", "province"),
    "unit-type/rural-district": ("huyện", "rural district"),
    "unit-type/provincial-city": ("thành phố thuộc tỉnh", "provincial city"),
    "unit-type/township": ("thị trấn", "township"),
    "unit-type/commune": ("xã", "commune"),
    "change-kind/merger": ("sáp nhập", "merger"),
    "change-kind/division": ("chia tách", "division"),
    "change-kind/dissolution": ("giải thể", "dissolution"),
    "change-kind/renaming": ("đổi tên", "renaming"),
    "change-kind/boundary-change": ("điều chỉnh địa giới", "boundary change"),
    "change-kind/level-change": ("thay đổi loại đơn vị", "change of kind"),
    "derivation/unchanged": ("giữ nguyên", "unchanged"),
    "derivation/sum": ("cộng các phần", "sum of the parts"),
    "derivation/weighted": ("tỷ lệ tính từ tổng", "rate of the sums"),
    "obstacle/no-period": ("không rõ kỳ", "no period"),
    "obstacle/after-day": ("sau ngày được chọn", "later than the day"),
    "obstacle/divided": ("đã chia tách", "divided"),
    "obstacle/weights-missing": ("thiếu trọng số", "weights missing"),
    "obstacle/changed-within-period": ("thay đổi trong kỳ", "changed within the period"),
    "obstacle/not-additive": ("không cộng được", "not additive"),
    "reform-area/procedures": ("cải cách thủ tục hành chính", "administrative procedures"),
    "initiative-kind/model": ("mô hình", "model"),
    "initiative-kind/one-stop-shop": ("cơ chế một cửa", "one-stop shop"),
    "initiative-kind/interlinked-one-stop-shop": ("cơ chế một cửa liên thông", "interlinked one-stop shop"),
    "initiative-kind/electronic-one-stop-shop": ("một cửa điện tử", "electronic one-stop shop"),
    "initiative-kind/public-service-centre": ("trung tâm hành chính công", "public service centre"),
    "document-kind/resolution": ("nghị quyết", "resolution"),
    "document-kind/decree": ("nghị định", "decree"),
    "document-kind/plan": ("kế hoạch", "plan"),
}

# version key, name, kind, level, parent version, last day in force ("" = still in force)
UNITS = """
VN/origin|Việt Nam|country|||
04/origin|Cao Bằng|province|province|VN/origin|
046/origin|Trà Lĩnh|rural-district|district|04/origin|2020-02-29
047/origin|Trùng Khánh|rural-district|district|04/origin|2020-02-29
047/2020-03-01|Trùng Khánh|rural-district|district|04/origin|2025-06-30
049/origin|Quảng Uyên|rural-district|district|04/origin|2020-02-29
049/2020-03-01|Quảng Hòa|rural-district|district|04/origin|2025-06-30
22/origin|Quảng Ninh|province|province|VN/origin|
193/origin|Hạ Long|provincial-city|district|22/origin|2019-12-31
193/2020-01-01|Hạ Long|provincial-city|district|22/origin|2025-06-30
204/origin|Hoành Bồ|rural-district|district|22/origin|2019-12-31
198/origin|Bình Liêu|rural-district|district|22/origin|2025-06-30
199/origin|Tiên Yên|rural-district|district|22/origin|2025-06-30
200/origin|Đầm Hà|rural-district|district|22/origin|2025-06-30
87/origin|Đồng Tháp|province|province|VN/origin|2025-06-30
82/2025-07-01|Đồng Tháp|province|province|VN/origin|
871/origin|Tam Nông|rural-district|district|87/origin|2025-06-30
874/origin|Thanh Bình|rural-district|district|87/origin|2025-06-30
875/origin|Lấp Vò|rural-district|district|87/origin|2025-06-30
876/origin|Lai Vung|rural-district|district|87/origin|2025-06-30
30169/origin|Lấp Vò|township|commune|875/origin|2025-06-30
30169/2025-07-01|Lấp Vò|commune|commune|82/2025-07-01|
"""
KIND_WORDS = {
    "province": "Tỉnh",
    "rural-district": "Huyện",
    "provincial-city": "Thành phố",
    "township": "Thị trấn",
    "commune": "Xã",
    "country": "",
}

# event, day, former versions, resulting versions, kinds, legal document, label
CHANGES = """
046-2020-03-01|2020-03-01|046/origin|047/2020-03-01 049/2020-03-01|dissolution division|897-nq-ubtvqh14|Chia Trà Lĩnh
047-2020-03-01|2020-03-01|047/origin|047/2020-03-01|boundary-change|897-nq-ubtvqh14|Trùng Khánh nhận một phần Trà Lĩnh
049-2020-03-01|2020-03-01|049/origin|049/2020-03-01|renaming|897-nq-ubtvqh14|Huyện Quảng Uyên thành huyện Quảng Hòa
193-2020-01-01|2020-01-01|193/origin|193/2020-01-01|merger|837-nq-ubtvqh14|Hạ Long nhận huyện Hoành Bồ
204-2020-01-01|2020-01-01|204/origin|193/2020-01-01|dissolution merger|837-nq-ubtvqh14|Nhập huyện Hoành Bồ vào Hạ Long
30169-2025-07-01|2025-07-01|30169/origin|30169/2025-07-01|level-change merger|1663-nq-ubtvqh15|Lập xã Lấp Vò
87-2025-07-01|2025-07-01|87/origin|82/2025-07-01|dissolution merger|202-2025-qh15|Hợp nhất Đồng Tháp, Tiền Giang
875-2025-07-01|2025-07-01|875/origin|30169/2025-07-01|dissolution|1663-nq-ubtvqh15|Huyện Lấp Vò kết thúc hoạt động
"""

# id, number as written, kind, day
LEGAL = """
837-nq-ubtvqh14|837/NQ-UBTVQH14|resolution|2019-12-17
897-nq-ubtvqh14|897/NQ-UBTVQH14|resolution|2020-02-11
202-2025-qh15|202/2025/QH15|resolution|2025-06-12
1663-nq-ubtvqh15|1663/NQ-UBTVQH15|resolution|2025-06-16
61-2018-nd-cp|61/2018/NĐ-CP|decree|2018-04-23
30c-nq-cp|30c/NQ-CP|resolution|2011-11-08
lap-vo-517-kh-ubnd|517/KH-UBND|plan|
"""

# path, title, day published, publisher, units the page is about, legal documents cited
PAGES = """
lap-vo.txt|Lấp Vò cải cách hành chính|2018-12-06|baodongthap.vn|875/origin|61-2018-nd-cp 30c-nq-cp lap-vo-517-kh-ubnd
tra-linh.txt|Trà Lĩnh vì người dân|2019-10-15|caobang.gov.vn|046/origin|61-2018-nd-cp
tien-yen.txt|Tiên Yên đổi mới một cửa|2019-11-28|baoquangninh.com.vn|199/origin|61-2018-nd-cp
quang-ninh.txt|Quảng Ninh nhìn lại năm 2019|2019-12-20|quangninh.gov.vn|22/origin|61-2018-nd-cp 30c-nq-cp
dong-thap.txt|Đồng Tháp tổng kết năm 2019|2020-01-05|dongthap.gov.vn|87/origin 875/origin|30c-nq-cp
ha-long.txt|Hạ Long trước khi mở rộng|2020-01-15|quangninh.gov.vn|193/origin 204/origin|
cao-bang.txt|Cao Bằng sau sắp xếp|2021-01-10|caobang.gov.vn|047/2020-03-01 049/2020-03-01|
xa-lap-vo.txt|Xã Lấp Vò sau một trăm ngày||dongthap.gov.vn|30169/2025-07-01|
"""

# page, unit, indicator, printed, bound, status, level whose work is counted, first day, last day, agency
FIGURES = """
lap-vo.txt|875/origin|on-time-rate|98,1%|exact|actual||2018-01-01|2018-12-31|
lap-vo.txt|875/origin|university-degree-rate|72,5%|exact|actual|commune||2018-12-06|
lap-vo.txt|875/origin|university-degree-rate|95,1%|exact|actual|district||2018-12-06|
lap-vo.txt|875/origin|commune-units|13|exact|actual|||2018-12-06|
lap-vo.txt|875/origin|citizen-satisfaction-rate|95%|at-least|target||2019-01-01|2019-12-31|
tra-linh.txt|046/origin|on-time-rate|95%|above|actual||2019-01-01|2019-09-30|
tra-linh.txt|046/origin|citizen-satisfaction-rate|92%|exact|actual||2019-01-01|2019-09-30|
tra-linh.txt|046/origin|dossiers-received|3.760|exact|actual||2019-01-01|2019-09-30|
tra-linh.txt|046/origin|university-degree-rate|88,7%|exact|actual|||2019-10-15|
tien-yen.txt|199/origin|on-time-rate|99,97%|exact|actual||2019-01-01|2019-10-31|Trung tâm Hành chính công
tien-yen.txt|199/origin|on-time-rate|99,5%|exact|actual||2018-01-01|2018-12-31|
tien-yen.txt|199/origin|citizen-satisfaction-rate|98%|above|actual||2019-01-01|2019-10-31|
tien-yen.txt|199/origin|dossiers-received|15.840|exact|actual||2019-01-01|2019-10-31|Trung tâm Hành chính công
tien-yen.txt|199/origin|online-dossier-rate|30%|exact|target||2019-01-01|2019-12-31|
tien-yen.txt|199/origin|online-dossier-rate|34,2%|exact|actual||2019-01-01|2019-10-31|
tien-yen.txt|199/origin|online-services-level-3|120|exact|actual||2019-01-01|2019-10-31|
tien-yen.txt|199/origin|online-services-level-4|45|exact|actual||2019-01-01|2019-10-31|
tien-yen.txt|199/origin|postgraduate-rate|12,3%|exact|actual|||2019-11-28|
quang-ninh.txt|199/origin|on-time-rate|99,7%|exact|actual||2019-01-01|2019-10-31|Trung tâm Hành chính công
quang-ninh.txt|199/origin|dossiers-received|15.840|exact|actual||2019-01-01|2019-10-31|Trung tâm Hành chính công
quang-ninh.txt|200/origin|on-time-rate|97%|exact|actual|commune|2019-01-01|2019-12-31|
quang-ninh.txt|200/origin|on-time-rate|95,8%|exact|actual|district|2019-01-01|2019-12-31|
quang-ninh.txt|198/origin|on-time-rate|99,1%|exact|actual||2019-01-01|2019-12-31|
quang-ninh.txt|22/origin|on-time-rate|99%|exact|actual||2019-01-01|2019-12-31|
quang-ninh.txt|22/origin|on-time-rate|99,5%|exact|target||2020-01-01|2020-12-31|
quang-ninh.txt|22/origin|par-index-rank|1|exact|actual||2019-01-01|2019-12-31|
quang-ninh.txt|22/origin|online-services|1.200|exact|actual||2019-01-01|2019-12-31|
quang-ninh.txt|VN/origin|on-time-rate|95,2%|exact|actual||2019-01-01|2019-12-31|Bộ Nội vụ
dong-thap.txt|875/origin|on-time-rate|98,5%|exact|actual||2019-01-01|2019-12-31|
dong-thap.txt|875/origin|on-time-rate|99,4%|exact|actual|commune|2019-01-01|2019-12-31|
dong-thap.txt|875/origin|on-time-rate|97,6%|exact|actual|district|2019-01-01|2019-12-31|
dong-thap.txt|875/origin|citizen-satisfaction-rate|96,5%|exact|actual||2019-01-01|2019-12-31|
dong-thap.txt|876/origin|on-time-rate|97%|exact|actual||2019-01-01|2019-12-31|
dong-thap.txt|876/origin|online-services-level-3-4|88|exact|actual||2019-01-01|2019-12-31|
dong-thap.txt|871/origin|on-time-rate|99,2%|exact|actual||2019-01-01|2019-12-31|
dong-thap.txt|871/origin|one-stop-units|12|exact|actual||||
dong-thap.txt|874/origin|on-time-rate|99,2%|exact|actual||2019-01-01|2019-12-31|
cao-bang.txt|047/origin|on-time-rate|97,8%|exact|actual||2019-01-01|2019-12-31|
cao-bang.txt|047/2020-03-01|on-time-rate|97,1%|exact|actual||2020-03-01|2020-12-31|
cao-bang.txt|047/2020-03-01|on-time-rate|98%|at-least|target||2020-01-01|2020-12-31|
cao-bang.txt|049/2020-03-01|on-time-rate|96,6%|exact|actual||2020-03-01|2020-12-31|
cao-bang.txt|049/2020-03-01|citizen-satisfaction-rate|94,2%|exact|actual||2020-03-01|2020-12-31|
cao-bang.txt|049/2020-03-01|qualified-staff-rate|100%|exact|actual|||2021-01-10|
cao-bang.txt|047/2020-03-01|online-services-level-4|60|exact|actual||2020-03-01|2020-12-31|
ha-long.txt|193/origin|dossiers-received|12.000|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|204/origin|dossiers-received|3.000|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|193/origin|dossiers-resolved|11.000|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|204/origin|dossiers-resolved|2.500|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|193/origin|dossiers-on-time|10.890|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|204/origin|dossiers-on-time|2.400|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|193/origin|on-time-rate|99%|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|204/origin|on-time-rate|96%|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|204/origin|citizen-satisfaction-rate|95%|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|193/origin|online-services-level-4|70|exact|actual||2019-01-01|2019-12-31|
ha-long.txt|204/origin|online-services-level-4|40|exact|actual||2019-01-01|2019-12-31|
xa-lap-vo.txt|30169/2025-07-01|on-time-rate|99,6%|exact|actual|commune|2025-07-01|2025-10-08|
"""

# page, unit, name in the page, kind, shared model ("" = none), status, legal basis
INITIATIVES = """
lap-vo.txt|875/origin|3 không 1 biết|model|3-khong-1-biet|implemented|lap-vo-517-kh-ubnd
lap-vo.txt|875/origin|một cửa|one-stop-shop||implemented|
tra-linh.txt|046/origin|Ngày thứ sáu không hẹn|model|ngay-thu-sau-khong-hen|implemented|
tra-linh.txt|046/origin|một cửa liên thông|interlinked-one-stop-shop||implemented|61-2018-nd-cp
tien-yen.txt|199/origin|3 không 1 biết|model|3-khong-1-biet|planned|
tien-yen.txt|199/origin|Trung tâm Hành chính công|public-service-centre||implemented|61-2018-nd-cp
dong-thap.txt|875/origin|3 không, 1 biết|model|3-khong-1-biet|implemented|
dong-thap.txt|875/origin|cơ chế một cửa|one-stop-shop||implemented|
dong-thap.txt|876/origin|3 không 1 biết|model|3-khong-1-biet|implemented|
dong-thap.txt|871/origin|Nụ cười công sở|model|nu-cuoi-cong-so|implemented|
ha-long.txt|193/origin|Nụ cười công sở|model|nu-cuoi-cong-so|implemented|
ha-long.txt|204/origin|Nụ cười công sở|model|nu-cuoi-cong-so|implemented|
cao-bang.txt|049/2020-03-01|Ngày thứ sáu không hẹn|model|ngay-thu-sau-khong-hen|implemented|
cao-bang.txt|047/2020-03-01|một cửa điện tử|electronic-one-stop-shop||planned|
"""
MODEL_LABELS = {
    "3-khong-1-biet": "3 không 1 biết",
    "ngay-thu-sau-khong-hen": "Ngày thứ sáu không hẹn",
    "nu-cuoi-cong-so": "Nụ cười công sở",
}


def rows(table: str) -> list[list[str]]:
    return [line.split("|") for line in table.strip().splitlines()]


def iri(text: str) -> ox.NamedNode:
    """Read "cchc:level" or "data:unit/199/origin" or a whole address."""
    prefix, _, local = text.partition(":")
    if prefix == "data":
        return ox.NamedNode(DATA + local)
    return ox.NamedNode(PREFIXES[prefix] + local if prefix in PREFIXES else text)


def vietnamese(text: str) -> ox.Literal:
    return ox.Literal(text, language="vi")


def typed(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=iri(f"xsd:{kind}"))


def decimal(printed: str) -> ox.Literal:
    return typed(printed.rstrip("%").replace(".", "").replace(",", "."), "decimal")


def slug(text: str) -> str:
    plain = text.lower().translate(str.maketrans("độâừàáéóụíô", "doauaaeouio"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def unit_label(name: str, kind: str) -> str:
    return f"{KIND_WORDS[kind]} {name}".strip()


@dataclass(frozen=True)
class Tables:
    """What a world is written from."""

    units: str = UNITS
    changes: str = CHANGES
    pages: str = PAGES
    figures: str = FIGURES
    initiatives: str = INITIATIVES

    def unit_labels(self) -> dict[str, str]:
        return {key: unit_label(name, kind) for key, name, kind, *_ in rows(self.units)}

    def unit_provinces(self) -> dict[str, str]:
        """Return the province of every unit but the country, that of a province being itself."""
        above = {key: parent if level != "province" else key for key, _, _, level, parent, _ in rows(self.units)}
        while any(above[above[key]] != above[key] for key in above if above[key]):
            above = {key: above[parent] if parent else "" for key, parent in above.items()}
        return {key: province for key, province in above.items() if province}

    def unit_ranks(self) -> dict[str, int]:
        """Return the place of every unit by the names of its province and its own."""
        labels, provinces = self.unit_labels(), self.unit_provinces()
        ordered = sorted(labels, key=lambda key: (labels.get(provinces.get(key, ""), ""), labels[key], key))
        return {key: rank for rank, key in enumerate(ordered, 1)}


SMALL = Tables()


def large(pages: int) -> Tables:
    """Return the tables of a world of many pages, to see how the time of a query grows."""
    provinces, districts = max(3, pages // 40), max(10, pages // 4)
    units = ["VN/origin|Việt Nam|country|||"]
    units += [f"P{n}/origin|{n}|province|province|VN/origin|" for n in range(provinces)]
    units += [f"D{n}/origin|{n}|rural-district|district|P{n % provinces}/origin|2025-06-30" for n in range(districts)]
    units += [f"C{n}/2025-07-01|{n}|commune|commune|P{n % provinces}/origin|" for n in range(districts)]
    event = "2025-07-01|2025-07-01|D{0}/origin|C{0}/2025-07-01|dissolution|1663-nq-ubtvqh15|Huyện {0} kết thúc"
    indicators = cycle(key.partition("/")[2] for key in CONCEPT_LABELS if key.startswith("indicator/"))
    figures = [
        f"p{n}.txt|D{(n + m) % districts}/origin|{name}|{80 + (n * m) % 20}{'%' if 'rate' in name else ''}|exact|"
        f"{'target' if m == 0 else 'actual'}|{('', 'commune', 'district')[m % 3]}|"
        f"{2016 + n % 8}-01-01|{2016 + n % 8}-12-31|"
        for n in range(pages)
        for m, name in zip(range(10), indicators, strict=False)
    ]
    models = cycle(MODEL_LABELS.items())
    return Tables(
        "\n".join(units),
        "\n".join(f"D{n}-" + event.format(n) for n in range(districts)),
        "\n".join(
            f"p{n}.txt|Trang {n}|{2016 + n % 8}-05-01|h{n % 20}.vn|D{n % districts}/origin|61-2018-nd-cp 30c-nq-cp"
            for n in range(pages)
        ),
        "\n".join(figures),
        "\n".join(
            f"p{n}.txt|D{n % districts}/origin|{label}|model|{model}|implemented|61-2018-nd-cp\n"
            f"p{n}.txt|D{n % districts}/origin|một cửa|one-stop-shop||implemented|61-2018-nd-cp"
            for n, (model, label) in zip(range(pages), models, strict=False)
        ),
    )


class GraphOf:
    """Collects the statements of one named graph."""

    def __init__(self, name: str) -> None:
        self.name = iri(f"data:graph/{name}")
        self.quads: set[ox.Quad] = set()

    def add(self, subject: str, predicate: str, value: str | ox.Literal) -> None:
        term = iri(value) if isinstance(value, str) else value
        self.quads.add(ox.Quad(iri(subject), iri(predicate), term, self.name))


class Page(GraphOf):
    """One page: its text grows sentence by sentence, so that every offset is true."""

    def __init__(self, path: str, title: str, published: str, publisher: str, about: str, cited: str) -> None:
        super().__init__(f"pages/{path}")
        self.id = f"data:document/pages/{path}"
        self.text = title + "\n"
        self.add(self.id, "rdf:type", "cchc:SourceDocument")
        self.add(self.id, "dcterms:identifier", ox.Literal(f"pages/{path}"))
        self.add(self.id, "dcterms:title", vietnamese(title))
        self.add(self.id, "dcterms:source", f"https://{publisher}/{path.removesuffix('.txt')}")
        self.add(self.id, "dcterms:publisher", f"data:publisher/{publisher}")
        if published:
            self.add(self.id, "dcterms:issued", typed(published, "date"))
        for unit in about.split():
            self.add(self.id, "dcterms:spatial", f"data:unit/{unit}")
        for legal in cited.split():
            self.add(self.id, "dcterms:references", self.legal(legal))

    def legal(self, key: str) -> str:
        return add_legal(self, key)

    def say(self, sentence: str, quoted: str) -> str:
        """Append the sentence and return the span of the quoted words."""
        start = len(self.text)
        self.text += sentence + "\n"
        whole = self.span(start, start + len(sentence))
        self.add(whole, "rdf:type", "nif:Sentence")
        begin = start + sentence.rindex(quoted)
        span = self.span(begin, begin + len(quoted))
        self.add(span, "cchc:context", whole)
        return span

    def span(self, begin: int, end: int) -> str:
        name = f"{self.id}#char={begin},{end}"
        self.add(name, "rdf:type", "nif:OffsetBasedString")
        self.add(name, "nif:beginIndex", typed(str(begin), "nonNegativeInteger"))
        self.add(name, "nif:endIndex", typed(str(end), "nonNegativeInteger"))
        self.add(name, "nif:anchorOf", ox.Literal(self.text[begin:end]))
        self.add(name, "nif:referenceContext", f"{self.id}#text")
        return name

    def close(self) -> None:
        text = f"{self.id}#text"
        self.add(text, "rdf:type", "nif:Context")
        self.add(text, "nif:sourceUrl", self.id)
        self.add(text, "nif:beginIndex", typed("0", "nonNegativeInteger"))
        self.add(text, "nif:endIndex", typed(str(len(self.text)), "nonNegativeInteger"))
        self.add(self.id, "cchc:sha256", ox.Literal(sha256(self.text.encode()).hexdigest()))


def add_legal(graph: GraphOf, key: str) -> str:
    """Tell what is known of a legal document; every graph that cites it tells it again."""
    number, kind, day = {k: rest for k, *rest in rows(LEGAL)}[key]
    legal = f"data:legal/{key}"
    graph.add(legal, "rdf:type", "eli:LegalResource")
    graph.add(legal, "eli:id_local", ox.Literal(number))
    graph.add(legal, "eli:type_document", f"document-kind:{kind}")
    if day:
        graph.add(legal, "eli:date_document", typed(day, "date"))
    return legal


def body_key(unit: str, label: str) -> str:
    return f"data:body/{unit.split('/')[0]}/{slug(label)}"


def add_figure(page: Page, register: GraphOf, row: list[str], labels: Mapping[str, str]) -> None:
    _, unit, indicator, printed, bound, status, level, start, end, agency = row
    figure = "data:observation/" + sha256("|".join(row).encode()).hexdigest()[:16]
    name = CONCEPT_LABELS[f"indicator/{indicator}"][0]
    measure = "percent" if "%" in printed else "rank" if indicator.endswith("rank") else "count"
    page.add(figure, "rdf:type", "qb:Observation")
    page.add(figure, "rdf:type", "cchc:Observation")
    page.add(figure, "qb:dataSet", "data:dataset/figures")
    page.add(figure, "cchc:indicator", f"ind:{indicator}")
    page.add(figure, "sdmx-dimension:refArea", f"data:unit/{unit}")
    page.add(figure, "sdmx-measure:obsValue", decimal(printed))
    page.add(figure, "cchc:printedValue", ox.Literal(printed))
    page.add(figure, "sdmx-attribute:unitMeasure", f"measure:{measure}")
    page.add(figure, "cchc:bound", f"bound:{bound}")
    page.add(figure, "cchc:status", f"status:{status}")
    quotation = page.say(f"{labels[unit]}: {name} {end[:4]} là {printed}.", printed)
    page.add(figure, "cchc:evidence", quotation)
    page.add(figure, "cchc:firstEvidence", quotation)
    page.add(figure, "prov:wasDerivedFrom", page.id)
    page.add(figure, "cchc:rule", ox.Literal("cue-frame"))
    page.add(figure, "cchc:confidence", typed("0.9", "decimal"))
    if level:
        page.add(figure, "cchc:level", f"level:{level}")
    if agency:
        page.add(figure, "cchc:agency", body_key(unit, agency))
        add_body(register, unit, agency)
    add_period(page, register, figure, start, end)


def add_body(register: GraphOf, unit: str, label: str) -> None:
    register.add(body_key(unit, label), "rdf:type", "org:Organization")
    register.add(body_key(unit, label), "rdfs:label", vietnamese(label))
    register.add(body_key(unit, label), "cchc:bodyOf", f"data:unit/{unit.split('/')[0]}")


def add_period(page: Page, register: GraphOf, figure: str, start: str, end: str) -> None:
    if not start and not end:
        return
    interval = f"data:interval/{start}_{end}"
    page.add(figure, "sdmx-dimension:refPeriod", interval)
    register.add(interval, "rdf:type", "time:ProperInterval")
    register.add(interval, "rdfs:label", ox.Literal(f"{start} – {end}".strip()))
    for subject, graph in ((figure, page), (interval, register)):
        if start:
            graph.add(subject, "cchc:periodStart", typed(start, "date"))
        if end:
            graph.add(subject, "cchc:periodEnd", typed(end, "date"))


def add_initiative(page: Page, row: list[str], labels: Mapping[str, str]) -> None:
    _, unit, label, kind, model, status, legal = row
    initiative = "data:initiative/" + sha256("|".join(row).encode()).hexdigest()[:16]
    page.add(initiative, "rdf:type", "cchc:Initiative")
    page.add(initiative, "rdfs:label", vietnamese(label))
    page.add(initiative, "dcterms:type", f"initiative-kind:{kind}")
    page.add(initiative, "cchc:reformArea", "area:procedures")
    page.add(initiative, "dcterms:spatial", f"data:unit/{unit}")
    page.add(initiative, "cchc:status", f"status:{status}")
    page.add(initiative, "cchc:evidence", page.say(f"{labels[unit]} có “{label}”.", label))
    page.add(initiative, "prov:wasDerivedFrom", page.id)
    if legal:
        page.add(initiative, "cchc:legalBasis", page.legal(legal))
    if model:
        shared = f"data:model/{model}"
        page.add(initiative, "dcterms:type", shared)
        page.add(shared, "rdf:type", "cchc:InitiativeModel")
        page.add(shared, "rdf:type", "skos:Concept")
        page.add(shared, "skos:inScheme", "data:model")
        page.add(shared, "rdfs:label", vietnamese(MODEL_LABELS[model]))
        rank = sorted(MODEL_LABELS.items(), key=lambda each: (each[1], each[0])).index((model, MODEL_LABELS[model])) + 1
        page.add(shared, "cchc:rank", typed(str(rank), "integer"))


def add_unit(register: GraphOf, row: list[str]) -> None:
    key, name, kind, level, parent, through = row
    code, start = key.split("/")
    unit, version = f"data:unit/{code}", f"data:unit/{key}"
    register.add(unit, "rdf:type", "cchc:AdministrativeUnit")
    register.add(unit, "dcterms:identifier", ox.Literal(code))
    register.add(unit, "cchc:hasVersion", version)
    register.add(version, "rdf:type", "cchc:AdministrativeUnitVersion")
    register.add(version, "cchc:versionOf", unit)
    register.add(version, "rdfs:label", vietnamese(unit_label(name, kind)))
    register.add(version, "schema:name", vietnamese(name))
    register.add(version, "cchc:unitType", f"unit-type:{kind}")
    if level:
        register.add(version, "cchc:level", f"level:{level}")
        register.add(version, "dcterms:isPartOf", f"data:unit/{parent}")
    if start != "origin":
        register.add(version, "schema:validFrom", typed(start, "date"))
    if through:
        register.add(version, "schema:validThrough", typed(through, "date"))


def add_change(register: GraphOf, row: list[str]) -> None:
    key, day, former, resulting, kinds, legal, label = row
    change = f"data:change/{key}"
    register.add(change, "rdf:type", "org:ChangeEvent")
    register.add(change, "rdfs:label", vietnamese(label))
    register.add(change, "prov:startedAtTime", typed(f"{day}T00:00:00", "dateTime"))
    register.add(change, "cchc:legalBasis", add_legal(register, legal))
    for kind in kinds.split():
        register.add(change, "dcterms:type", f"change-kind:{kind}")
    for unit in former.split():
        register.add(change, "org:originalOrganization", f"data:unit/{unit}")
    for unit in resulting.split():
        register.add(change, "org:resultingOrganization", f"data:unit/{unit}")


def make_register(tables: Tables) -> GraphOf:
    register = GraphOf("register")
    for row in rows(tables.units):
        add_unit(register, row)
    for unit, rank in tables.unit_ranks().items():
        register.add(f"data:unit/{unit}", "cchc:rank", typed(str(rank), "integer"))
    for unit, province in tables.unit_provinces().items():
        register.add(f"data:unit/{unit}", "cchc:inProvince", f"data:unit/{province}")
    for row in rows(tables.changes):
        add_change(register, row)
    for host in {row[3] for row in rows(tables.pages)}:
        register.add(f"data:publisher/{host}", "rdf:type", "org:Organization")
        register.add(f"data:publisher/{host}", "rdfs:label", ox.Literal(host))
    register.add("data:dataset/figures", "rdf:type", "qb:DataSet")
    return register


def make_ontology() -> GraphOf:
    ontology = GraphOf("ontology")
    for concept, (vi, en) in CONCEPT_LABELS.items():
        ontology.add(CONCEPTS + concept, "rdf:type", "skos:Concept")
        ontology.add(CONCEPTS + concept, "skos:prefLabel", vietnamese(vi))
        ontology.add(CONCEPTS + concept, "skos:prefLabel", ox.Literal(en, language="en"))
        if concept.startswith("indicator/"):
            area = "civil-service" if "staff" in en or "degree" in en else "procedures"
            ontology.add(CONCEPTS + concept, "cchc:reformArea", f"area:{area}")
    return ontology


def world(tables: Tables = SMALL) -> Iterator[ox.Quad]:
    """Yield every statement of a world, the small one unless told otherwise."""
    register, labels = make_register(tables), tables.unit_labels()
    pages = {row[0]: Page(*row) for row in rows(tables.pages)}
    for row in rows(tables.figures):
        add_figure(pages[row[0]], register, row, labels)
    for row in rows(tables.initiatives):
        add_initiative(pages[row[0]], row, labels)
    for page in pages.values():
        page.close()
    for graph in (*pages.values(), register, make_ontology()):
        yield from graph.quads


AS_OF = date(2024, 6, 1)  # the day whose units the questions are asked about in the second geography


def small_world() -> list[ox.Quad]:
    """Return the small world with its figures on the units of a day, and with what is derived from both."""
    statements = list(world())
    store = ox.Store()
    store.bulk_extend(statements)
    comparison = compare(Union(store), AS_OF, load_gazetteer())
    counted = count_coverage(stated(comparison.figures), PREFIXES["cchc"] + "ComparableFigure", Path(gettempdir()))
    told = ox.parse("".join(write_comparison(comparison, counted)), format=ox.RdfFormat.N_QUADS)
    return [*with_derived(statements), *told]


def with_derived(statements: list[ox.Quad]) -> list[ox.Quad]:
    """Return the statements of a world with what is derived from its figures."""
    figures = list(find_stated(sorted(f"{statement} .\n".encode() for statement in statements)))
    counted = count_coverage(figures, PREFIXES["cchc"] + "Observation", Path(gettempdir()))
    with TemporaryDirectory() as folder, corroborate(lambda: figures, (), Path(folder)) as found:
        lines = "".join([*write_corroboration(found), *write_coverage(counted)])
    return [*statements, *ox.parse(lines, format=ox.RdfFormat.N_QUADS)]


class Union:
    """A store asked over the union of its graphs."""

    def __init__(self, inner: ox.Store) -> None:
        self.inner = inner

    def query(self, text: str) -> Any:
        return self.inner.query(text, use_default_graph_as_union=True)


def as_trig() -> bytes:
    ordered = sorted(small_world(), key=lambda q: (str(q.graph_name), str(q.subject), str(q.predicate), str(q.object)))
    body = ox.serialize(ordered, format=ox.RdfFormat.TRIG, prefixes=PREFIXES)
    assert body is not None
    lines = body.splitlines(keepends=True)
    prefixes = [line for line in lines if line.startswith(b"@prefix")]  # they come in any order
    head = b"# The small world of the saved queries. Written by tests/queries/write_world.py.\n"
    return head + b"".join(sorted(prefixes) + lines[len(prefixes) :])


if __name__ == "__main__":
    WORLD.write_bytes(as_trig())
    sys.stderr.write(f"wrote {WORLD}\n")
