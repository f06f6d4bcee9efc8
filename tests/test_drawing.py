"""Drawings say what the values say, in markup that a strict page may hold, and their labels can be read."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from builder.artefacts import ontology_store
from builder.drawing import (
    Adoption,
    Bar,
    Dot,
    Edge,
    Node,
    Series,
    TrendPoint,
    bars,
    dots,
    neighbourhood,
    overview,
    trends,
)  # fmt: skip
from builder.drawing.svg import clean, width, wrap
from builder.drawing.tiers import crossings, untangle
from builder.drawing.words import write_number, write_value
from builder.gazetteer import load_gazetteer

STYLE = Path(__file__).resolve().parents[1] / "builder" / "server" / "static" / "drawing.css"
EVIL = '</text><script>alert("1")</script>&<svg onload=alert(1)> \x00\x1b\u202e\ud800 "\'><a href="javascript:x">'
SVG = "{http://www.w3.org/2000/svg}"
LABELS = """
SELECT ?label WHERE {
  ?indicator a <https://w3id.org/cchc/ontology#Indicator> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?label .
  FILTER(LANG(?label) = "vi")
} ORDER BY ?label"""


def year(number: int, value: str, **more: str) -> TrendPoint:
    return TrendPoint(date(number, 1, 1), date(number, 12, 31), Decimal(value), **more)  # type: ignore[arg-type]


def draw_bars(label: str, href: str = "/a") -> str:
    return bars([Bar(label, Decimal("99.4"), "99,4%", href), Bar("Xã B", Decimal(50), href=href)], title=label)


def draw_trends(label: str, href: str = "/a") -> str:
    return trends([Series(label, (year(2019, "97.5", href=href), year(2020, "98.5")))], title=label)


def draw_dots(label: str, href: str = "/a") -> str:
    rows = [Dot(label, (10.3, 105.5), Decimal(98), href=href), Dot("Xã B", None, Decimal(97), href=href)]
    return dots(rows, title=label, around=[(21.0, 105.8), (10.8, 106.7)])


def draw_neighbourhood(label: str, href: str = "/a") -> str:
    nodes = [Node("1", label, "indicator", label, href, label), Node("2", label, "unit", href=href)]
    return neighbourhood(Node("0", label), nodes, [Edge("0", "1", label), Edge("2", "1", label)], title=label)


def draw_overview(label: str, href: str = "/a") -> str:
    return overview([Adoption(label, f"{label}!", 3, href, href)], title=label)


EACH = pytest.mark.parametrize("draw", [draw_bars, draw_trends, draw_dots, draw_neighbourhood, draw_overview])
Draw = Callable[..., str]


def pictures(markup: str) -> list[ElementTree.Element]:
    """Return the picture for wide and the one for narrow places."""
    return list(ElementTree.fromstring(markup).iter(f"{SVG}svg"))


def texts(picture: ElementTree.Element) -> list[str]:
    return [clean("".join(text.itertext())) for text in picture.iter(f"{SVG}text")]


def number_of(element: ElementTree.Element, name: str) -> float:
    return float(element.attrib[name])


def classed(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [each for each in picture.iter() if name in each.get("class", "").split()]


# ---------------------------------------------------------------- what every drawing keeps


@EACH
def test_labels_of_strangers_stay_text(draw: Draw) -> None:
    markup = draw(EVIL)
    root = ElementTree.fromstring(markup)
    names = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert names <= {"div", "svg", "title", "desc", "g", "a", "text", "tspan", "rect", "line", "path", "circle"}
    attributes = {name for each in root.iter() for name in each.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800]", markup)
    markup.encode("utf-8")


@EACH
def test_an_address_stays_an_attribute(draw: Draw) -> None:
    markup = draw("Xã A", '/a?b=1&c="><script>')
    links = [each for picture in pictures(markup) for each in picture.iter(f"{SVG}a")]
    assert {each.attrib["href"] for each in links} == {'/a?b=1&c="><script>'}
    assert "<script" not in markup


@EACH
def test_a_drawing_has_a_name_and_its_links_have_names(draw: Draw) -> None:
    markup = draw("Huyện Lấp Vò")
    found = pictures(markup)
    assert len(found) == 2
    for picture in found:
        named = [picture.find(f".//*[@id='{each}']") for each in picture.attrib["aria-labelledby"].split()]
        assert next(each.text for each in named if each is not None) == "Huyện Lấp Vò"
        assert all(each is not None and each.text for each in named)
        assert picture.attrib["role"] == "group"  # for it holds links
        links = list(picture.iter(f"{SVG}a"))
        assert links
        assert all(each.attrib["aria-label"] for each in links)
        assert {picture.attrib["role"] for picture in pictures(draw("Huyện Lấp Vò", ""))} == {"img"}
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids)) == 4


@EACH
def test_same_values_same_bytes_and_one_decimal(draw: Draw) -> None:
    assert draw("Huyện Lấp Vò") == draw("Huyện Lấp Vò")
    assert not re.search(r"\d\.\d\d", re.sub(r">[^<]*<|aria-label=\"[^\"]*\"", "", draw("Huyện Lấp Vò")))


@EACH
def test_every_label_can_be_read_in_both_pictures(draw: Draw) -> None:
    label = "Trung tâm Phục vụ hành chính công huyện Lấp Vò"
    for picture in pictures(draw(label)):
        assert any(label in text for text in texts(picture)), texts(picture)


@pytest.mark.parametrize(
    "markup",
    [
        bars([], title="x"),
        bars([Bar("Xã A", None)], title="x"),
        trends([], title="x"),
        trends([Series("Xã A", ())], title="x"),
        dots([], title="x"),
        neighbourhood(Node("0", "Xã A"), [], [], title="x"),
        neighbourhood(Node("0", "Xã A"), [Node("1", "Xã B")], [Edge("1", "9")], title="x"),
        overview([], title="x"),
    ],
)
def test_of_nothing_there_is_a_sentence_and_no_picture(markup: str) -> None:
    assert re.fullmatch(r'<p class="drawing-empty">[^<]+\.</p>', markup)


def test_both_languages() -> None:
    rows = [Bar("A", Decimal("1234.5"), bound="above")]
    assert "1.234,5" in bars(rows, title="x", measure="count")
    assert "1,234.5" in bars(rows, title="x", measure="count", language="en")
    assert "more than shown" in bars(rows, title="x", language="en")


# ---------------------------------------------------------------- numbers and letters


@pytest.mark.parametrize(
    ("value", "measure", "vi", "en"),
    [
        ("99.40", "percent", "99,4%", "99.4%"),
        ("15840", "count", "15.840", "15,840"),
        ("2500000000", "vnd", "2,5 tỷ", "2.5 bn"),
        ("0", "count", "0", "0"),
        ("-0.5", "points", "-0,5", "-0.5"),
        ("1E+3", "count", "1.000", "1,000"),
    ],
)
def test_numbers_are_written_as_the_language_does(value: str, measure: str, vi: str, en: str) -> None:
    assert write_value(Decimal(value), measure, "vi") == vi  # type: ignore[arg-type]
    assert write_value(Decimal(value), measure, "en") == en  # type: ignore[arg-type]


def test_no_digit_is_lost() -> None:
    assert write_number(Decimal("0.0001"), "vi") == "0,0001"


@pytest.mark.parametrize("room", [40, 100, 250])
def test_lines_keep_within_their_room_and_lose_no_word(room: float) -> None:
    told = "tỷ lệ hồ sơ giải quyết đúng hạn của Trung tâm Phục vụ hành chính công"
    broken = wrap(told, room, 13, most=99)
    assert all(width(line) <= room for line in broken)
    assert " ".join(broken) == told
    short = wrap(told, room, 13, most=2)
    assert len(short) <= 2
    assert all(width(line) <= room for line in short)
    assert len(broken) <= 2 or short[-1].endswith("…")


def test_a_dash_begins_no_line() -> None:
    assert wrap("Tỉnh Bà Rịa - Vũng Tàu", 100) == ("Tỉnh Bà Rịa\u00a0-", "Vũng Tàu")


def test_a_word_without_end_is_broken() -> None:
    assert all(width(line) <= 100 for line in wrap("x" * 200, 100, 13, most=99))


@pytest.mark.parametrize("font", ["Roboto", "RobotoBold"])
def test_letters_are_not_wider_than_thought(font: str) -> None:
    """Measured with the letters of a common font; the other fonts that widths were taken from are not at hand here."""
    from font_roboto import font_files
    from PIL import ImageFont

    letters = ImageFont.truetype(font_files[font], 100)
    for row in ontology_store().query(LABELS):  # type: ignore[union-attr]
        label = row["label"].value  # type: ignore[index]
        assert letters.getlength(label) / 100 <= width(label, 1) * (1.1 if "Bold" in font else 1), label


# ---------------------------------------------------------------- bars


def test_bars_are_as_long_as_their_values_and_begin_at_zero() -> None:
    rows = [Bar("A", Decimal(100)), Bar("B", Decimal(75)), Bar("C", Decimal("12.5"))]
    for picture in pictures(bars(rows, title="x")):
        found = classed(picture, "drawing-bar")
        lengths = [number_of(bar, "width") for bar in found]
        assert lengths == pytest.approx([lengths[0], lengths[0] * 0.75, lengths[0] * 0.125], abs=0.11)
        starts = {number_of(bar, "x") for bar in found}
        zero = {number_of(line, "x1") for line in classed(picture, "drawing-zero")}
        assert starts == zero
        marks = [number_of(line, "x1") for line in classed(picture, "drawing-grid")]
        assert max(marks) == pytest.approx(lengths[0] + min(starts), abs=0.11)  # 100 %


@pytest.mark.parametrize("values", [["96", "97"], ["0.2"], ["0"]])
def test_percents_have_the_whole_axis(values: list[str]) -> None:
    for picture in pictures(bars([Bar("A", Decimal(value)) for value in values], title="x")):
        assert {"0%", "100%"} <= set(texts(picture))


def test_a_bound_is_seen_and_told() -> None:
    exact, above = (bars([Bar("A", Decimal(98), bound=bound)], title="x") for bound in ("exact", "above"))  # type: ignore[arg-type]
    assert not classed(pictures(exact)[0], "drawing-sign")
    for picture in pictures(above):
        assert len(classed(picture, "drawing-sign")) == 2  # at the bar and in the key
        assert len(classed(picture, "drawing-bar")) == 4  # the end is open
        assert any("trên" in text for text in texts(picture))


def test_a_value_that_is_not_known_has_a_row_and_no_bar() -> None:
    for picture in pictures(bars([Bar("A", Decimal(5)), Bar("B", None, "không rõ")], title="x")):
        assert len(classed(picture, "drawing-bar")) == 1
        assert {"B", "không rõ"} <= set(texts(picture))


@pytest.mark.parametrize("count", [1, 12, 60])
def test_rows_of_bars_do_not_overlap(count: int) -> None:
    rows = [Bar(f"{label} của huyện", Decimal(rank), note="9 tháng 2023") for rank, label in enumerate(labels(count))]
    for picture in pictures(bars(rows, title="x", measure="count")):
        assert not overlapping(areas(picture))


# ---------------------------------------------------------------- trends


def test_points_stand_where_their_values_and_days_are() -> None:
    points = (year(2019, "20"), year(2020, "40"), year(2021, "80"))
    for picture in pictures(trends([Series("A", points)], title="x", measure="count")):
        x, y = zip(*((number_of(each, "cx"), number_of(each, "cy")) for each in _circles(picture)), strict=True)
        assert y[0] - y[1] == pytest.approx((y[0] - y[2]) / 3, abs=0.2)
        assert x[1] - x[0] == pytest.approx(x[2] - x[1], rel=0.01)


def _circles(picture: ElementTree.Element) -> list[ElementTree.Element]:
    """Return the points of a first series, without the sample in the key."""
    return [
        each
        for link in picture.iter(f"{SVG}g")
        for each in link.findall(f"{SVG}circle")
        if link.find(f"{SVG}title") is not None
    ]


def joined(*points: TrendPoint) -> int:
    """Count the lines between figures; the key has one of its own."""
    return len(classed(pictures(trends([Series("A", points)], title="x"))[0], "drawing-line")) - 1


def test_only_what_is_alike_and_follows_is_joined() -> None:
    nine = TrendPoint(date(2020, 1, 1), date(2020, 9, 30), Decimal(97))
    state = TrendPoint(None, date(2020, 12, 31), Decimal(97))
    assert joined(year(2019, "97"), year(2020, "98")) == 1
    assert joined(year(2019, "97"), year(2021, "98")) == 0  # nothing is told of 2020
    assert joined(year(2019, "97"), nine) == 0
    assert joined(year(2019, "97"), state) == 0
    assert joined(year(2019, "97"), nine, year(2020, "98")) == 1


def test_the_axis_says_when_it_does_not_begin_at_zero() -> None:
    high = trends([Series("A", (year(2019, "97"), year(2020, "97.1")))], title="x")
    for picture in pictures(high):
        assert any("không phải từ 0" in text for text in texts(picture))
        assert not classed(picture, "drawing-zero")
        points = [number_of(each, "cy") for each in _circles(picture)]
        assert max(points) - min(points) < 20  # a tenth of a percent is no mountain
    for told in ([Series("A", (year(2019, "30"),))], [Series("A", (year(2019, "9000"),))]):
        picture = pictures(trends(told, title="x", measure="count"))[0]
        assert classed(picture, "drawing-zero")


def test_series_differ_without_colours() -> None:
    told = [Series(f"Huyện {rank}", (year(2019, str(60 + rank)),)) for rank in range(6)]
    picture = pictures(trends(told, title="x"))[1]
    samples = [group for group in picture.iter(f"{SVG}g") if "drawing-kind" in group.get("class", "")]
    shapes = {
        (element.tag, re.sub(r"^M[\d. ]+", "", element.get("d", "")), element.get("class"))
        for group in samples
        for element in group.iter()
        if {"drawing-point", "drawing-hollow"} & set(element.get("class", "").split())
    }
    assert len(shapes) == 6


def test_names_of_series_do_not_overlap() -> None:
    told = [Series(f"{label}, tỉnh Đồng Tháp", (year(2020, "98"),)) for label in labels(7)]
    for picture in pictures(trends(told, title="x")):
        assert not overlapping(areas(picture))


# ---------------------------------------------------------------- dots


def test_north_is_up_and_east_is_right() -> None:
    rows = [Dot("Hà Nội", (21.0, 105.7), Decimal(1)), Dot("Cà Mau", (9.1, 105.0), Decimal(2))]
    for picture in pictures(dots(rows, title="x", measure="count")):
        south, north = sorted(classed(picture, "drawing-dot")[:2], key=lambda dot: -number_of(dot, "cy"))
        assert number_of(south, "cx") < number_of(north, "cx")
        assert number_of(south, "r") > number_of(north, "r")  # the higher value


def test_a_unit_without_a_place_is_listed_and_never_drawn() -> None:
    rows = [Dot("Xã A", (21.0, 105.7), Decimal(1)), Dot("Xã B", None, Decimal(2))]
    for picture in pictures(dots(rows, title="x", measure="count")):
        assert len(classed(picture, "drawing-dot")) == 1
        assert "Xã B: 2" in texts(picture)
        assert any("Không có trên bản đồ" in text for text in texts(picture))


@pytest.mark.parametrize("crowd", [0.3, 3.0, 12.0])
def test_every_unit_has_its_name_on_the_map_or_in_the_list(crowd: float) -> None:
    """Also where sixty units stand close; no name lies over another or over a point that is not its own."""
    units = [unit for unit in load_gazetteer().versions.values() if unit.level == "province"][:60]
    spread = [(9 + crowd * (rank * 7 % 60) / 60, 105 + crowd / 2 * (rank * 11 % 60) / 60) for rank in range(60)]
    rows = [Dot(unit.name, place, Decimal(rank)) for rank, (unit, place) in enumerate(zip(units, spread, strict=True))]
    for picture in pictures(dots(rows, title="x", measure="count")):
        told = texts(picture)
        assert all(
            any(text == row.label or text.endswith(f" {row.label}: {row.value}") for text in told) for row in rows
        )
        outside = [area for area in areas(picture) if "drawing-in-dot" not in area.class_]
        assert not overlapping(outside)


# ---------------------------------------------------------------- neighbourhood


def labels(count: int) -> list[str]:
    """Return names of indicators, the longest first."""
    told = [row["label"].value for row in ontology_store().query(LABELS)]  # type: ignore[union-attr, index]
    return sorted(told, key=lambda label: (-len(label), label))[:count]


def graph(count: int) -> tuple[Node, list[Node], list[Edge]]:
    """Return a district with indicators, and districts that report them as well."""
    told = labels(count)
    near = [
        Node(f"i{rank}", label, "indicator", "báo cáo", f"/i{rank}") for rank, label in enumerate(told[: count // 3])
    ]
    near += [Node("p", "Tỉnh Đồng Tháp", "unit", "thuộc", "/p"), Node("d", "Kế hoạch số 517/KH-UBND", "law", href="/d")]
    units = sorted({unit.label for unit in load_gazetteer().versions.values() if unit.level == "district"})
    far = [Node(f"u{rank}", units[rank], "unit", href=f"/u{rank}") for rank in range(count - len(near) - 1)]
    edges = [Edge("0", node.id, node.group or "theo") for node in near]
    edges += [Edge(node.id, f"i{rank * 5 % (count // 3)}", "cùng") for rank, node in enumerate(far)]
    edges += [Edge(node.id, f"i{rank * 3 % (count // 3)}", "cùng") for rank, node in enumerate(far)]
    return Node("0", "Huyện Lấp Vò, tỉnh Đồng Tháp", "unit", href="/0"), [*near, *far], edges


class Area(tuple[float, float, float, float]):
    """Where a text stands at most: left, top, right, bottom."""

    class_ = ""


def areas(picture: ElementTree.Element) -> list[Area]:
    """Return where each line of text stands, with the widest letters."""
    found = []
    for text in picture.iter(f"{SVG}text"):
        size = number_of(text, "font-size")
        for line in text.findall(f"{SVG}tspan") or [text]:
            x, y = number_of(line, "x"), number_of(line, "y")
            broad = width(clean(line.text or ""), size)
            left = x - {"middle": broad / 2, "end": broad}.get(text.get("text-anchor", ""), 0)
            area = Area((left, y - size * 0.8, left + broad, y + size * 0.2))
            area.class_ = text.get("class", "")
            found.append(area)
    return found


def overlapping(found: Sequence[tuple[float, ...]]) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    return [
        (a, b)
        for a, b in combinations(found, 2)
        if a[0] < b[2] - 0.2 and b[0] < a[2] - 0.2 and a[1] < b[3] - 0.2 and b[1] < a[3] - 0.2
    ]


@pytest.mark.parametrize("count", [20, 60])
def test_no_labels_overlap_and_none_leaves_its_box(count: int) -> None:
    for picture in pictures(neighbourhood(*graph(count), title="x")):
        boxes = [
            (number_of(box, "x"), number_of(box, "y"), number_of(box, "width"), number_of(box, "height"))
            for node in classed(picture, "drawing-node")
            for box in node.iter(f"{SVG}rect")
            if "drawing-box" in box.get("class", "")
        ]
        assert len(boxes) == count
        sides = [(x, y, x + broad, y + tall) for x, y, broad, tall in boxes]
        assert not overlapping(sides)
        assert not overlapping(areas(picture))
        for node in classed(picture, "drawing-node"):
            (box,) = (each for each in node.iter(f"{SVG}rect") if "drawing-box" in each.get("class", ""))
            x, y, broad, tall = (number_of(box, name) for name in ("x", "y", "width", "height"))
            for left, top, right, low in areas(node):
                assert x <= left
                assert right <= x + broad
                assert y <= top
                assert low <= y + tall


def test_every_neighbour_is_a_link_under_its_relation() -> None:
    centre, nodes, edges = graph(20)
    for picture in pictures(neighbourhood(centre, nodes, edges, title="x")):
        hrefs = {each.attrib["href"] for each in picture.iter(f"{SVG}a")}
        assert hrefs == {node.href for node in (centre, *nodes)}
        assert {"Báo cáo", "Thuộc", "Theo"} <= set(texts(picture))
        crossing = {(edge.source, edge.target) for edge in edges if edge.source.startswith("u")}
        assert len(classed(picture, "drawing-edge")) == len(crossing)


@pytest.mark.parametrize("limit", [1, 10, 30])
def test_beyond_the_limit_each_group_says_how_many_more(limit: int) -> None:
    centre, nodes, edges = graph(60)
    for picture in pictures(neighbourhood(centre, nodes, edges, title="x", limit=limit, more_href="/all")):
        hrefs = [each.attrib["href"] for each in picture.iter(f"{SVG}a")]
        shown = {href for href in hrefs if href != "/all"}
        assert len(shown) == limit + 1
        hidden = [int(match[1]) for text in texts(picture) if (match := re.fullmatch(r"còn (\d+) nữa", text))]
        assert sum(hidden) == len(nodes) - limit
        assert hrefs.count("/all") == len(hidden)


def test_kinds_differ_without_colours() -> None:
    kinds = ["unit", "indicator", "initiative", "document", "law", "figure", "thing"]
    outlines = set()
    for kind in kinds:
        markup = neighbourhood(Node("0", "A"), [Node("1", "B", kind)], [Edge("0", "1")], title="x")
        node = classed(pictures(markup)[0], "drawing-node")[0]
        marks = [each for each in node.iter() if each.tag in (f"{SVG}rect", f"{SVG}path")]
        outlines.add(
            tuple((each.tag, each.get("rx"), re.sub(r"drawing-kind-\d", "", each.get("class", ""))) for each in marks)
        )
    assert len(outlines) == len(kinds)


def test_edges_cross_less_than_in_the_order_given() -> None:
    left, right = [[f"l{n}" for n in range(12)]], [[f"r{n}" for n in range(12)]]
    edges = [(f"l{n}", f"r{(11 - n + step) % 12}") for n in range(12) for step in range(2)]
    assert crossings(left, right, edges) > 60
    assert crossings(*untangle(left, right, edges), edges) < 20


def test_crossings_are_counted() -> None:
    assert crossings([["a", "b"]], [["x", "y"]], [("a", "x"), ("b", "y")]) == 0
    assert crossings([["a", "b"]], [["x", "y"]], [("a", "y"), ("b", "x")]) == 1
    assert crossings([["a", "b"]], [["x", "y"]], [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]) == 1


def test_relations_of_strangers_loops_and_twins_do_no_harm() -> None:
    nodes = [Node("1", "B"), Node("1", "C"), Node("0", "D")]
    edges = [Edge("0", "1", "a"), Edge("1", "0", "b"), Edge("1", "1"), Edge("0", "7")]
    picture = pictures(neighbourhood(Node("0", "A"), nodes, edges, title="x"))[0]
    assert {"A", "B", "A, b"} <= set(texts(picture))
    assert len(classed(picture, "drawing-node")) == 2


# ---------------------------------------------------------------- overview


def test_an_overview_adds_and_leaves_out_the_rarest() -> None:
    told = [Adoption(f"Tỉnh {p}", f"Mô hình {m}", 1) for p in range(10) for m in range(10) if p + m < 10]
    told += [Adoption("Tỉnh 0", "Mô hình 0", 4)]
    for picture in pictures(overview(told, title="x", limit=12)):
        assert len(classed(picture, "drawing-node")) == 12 + 2  # and what is left out, on both sides
        assert {"Tỉnh 0", "Mô hình 0"} <= set(texts(picture))
        assert "Mô hình 9" not in texts(picture)
        assert len(classed(picture, "drawing-weight-4")) == 1 + 1  # five units, and the key
        assert not overlapping(areas(picture))


# ---------------------------------------------------------------- colours


def colours(dark: bool) -> dict[str, str]:
    """Return the colours that the stylesheet falls back to."""
    style = STYLE.read_text(encoding="utf-8")
    light, _, rest = style.partition("@media (prefers-color-scheme: dark)")
    part = rest.partition("@media print")[0].partition("\n}\n")[0] if dark else light
    return dict(re.findall(r"--drawing-([\w-]+): (?:var\(--[\w-]+, )?(#[0-9a-f]{6})", part))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out(dark: bool) -> None:
    found = colours(dark)
    page = found.pop("page")
    found.pop("line")  # of grids and panels, which say nothing
    assert len(found) == 3 + 6 + 5
    assert {
        name: round(contrast(page, colour), 1) for name, colour in found.items() if contrast(page, colour) < 4.5
    } == {}


def test_every_class_in_use_has_a_rule() -> None:
    style = STYLE.read_text(encoding="utf-8")
    told = [Bar("A", Decimal(9), note="x", bound=bound) for bound in ("above", "below", "about")]  # type: ignore[arg-type]
    markup = "".join(draw("Xã A") for draw in (draw_bars, draw_trends, draw_dots, draw_neighbourhood, draw_overview))
    markup += bars(told, title="x") + neighbourhood(*graph(60), title="x", limit=30)
    used = {name for names in re.findall(r'class="([^"]+)"', markup) for name in names.split()}
    plain = {"drawing-of-bars", "drawing-of-trends", "drawing-of-dots", "drawing-name", "drawing-dash-0", "drawing-arc"}
    assert {name for name in used - plain if not re.search(rf"\.{name}\b(?!-)", style)} == set()


# ---------------------------------------------------------------- in a browser

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("across", "shown"), [(1280, "wide"), (390, "narrow")])
def test_a_strict_page_shows_one_picture_of_each_and_axe_is_content(
    browser: Any, across: int, shown: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    drawn = [
        draw("Huyện Lấp Vò & xã <b>") for draw in (draw_bars, draw_trends, draw_dots, draw_neighbourhood, draw_overview)
    ]
    drawn += [draw_bars("không liên kết", ""), neighbourhood(*graph(60), title="x", limit=40, more_href="/all")]
    head = (
        '<title>t</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/drawing.css">'
    )
    html = (
        f'<!doctype html><html lang="vi"><head>{head}</head><body><main><h1>t</h1>{"".join(drawn)}</main></body></html>'
    )
    sheet = {"body": STYLE.read_text(encoding="utf-8"), "content_type": "text/css"}
    strict = {"body": html, "content_type": "text/html; charset=utf-8", "headers": {"Content-Security-Policy": POLICY}}
    answers = {"http://page.test/": strict, "http://page.test/drawing.css": sheet}
    context = browser.new_context(viewport={"width": across, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.route(
        "**/*",
        lambda route: route.fulfill(**answers[route.request.url]) if route.request.url in answers else route.abort(),
    )
    page.goto("http://page.test/")
    visible = page.locator("svg:visible").evaluate_all("all => all.map(svg => svg.parentNode.className)")
    assert visible == [f"drawing-{shown}"] * len(drawn)
    assert page.evaluate("document.documentElement.scrollWidth") == across
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert Axe().run(page).response["violations"] == []
    assert said == []
    context.close()
