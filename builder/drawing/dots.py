"""Points where units lie, without any outline of a country and without tiles.

A point is the larger and the stronger in colour, the higher its value. Names stand beside their points where there is
room, a little away with a line to the point where there is not, and else as a number that a list explains.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from builder.drawing.svg import (
    LEADING,
    coordinate,
    element,
    figure,
    ident,
    label,
    lines,
    link,
    nothing,
    picture,
    width,
    wrap,
)
from builder.drawing.words import Language, Measure, say, write_value

WIDE, NARROW = 760.0, 358.0
FRAME, TALLEST = 520.0, 640.0  # of the map, in a wide place
SIZE, SMALL, TINY = 12.0, 11.5, 10.0
MANY = 24  # with more units than these, values stand in the list or the title alone
STEPS = 5
NEAR = 0.5  # units in less than this part of the country are drawn larger

Area = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit with its value; ``place`` is latitude and longitude in degrees, None where it is not known."""

    label: str
    place: tuple[float, float] | None
    value: Decimal
    printed: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class _Map:
    """From degrees to places in the picture: equal distances along a meridian, corrected for the latitude."""

    north: float
    west: float
    scale: float  # per degree of latitude
    squeeze: float
    left: float
    top: float

    def __call__(self, place: tuple[float, float]) -> tuple[float, float]:
        """Return where a place lies in the picture."""
        x = self.left + (place[1] - self.west) * self.squeeze * self.scale
        return x, self.top + (self.north - place[0]) * self.scale


@dataclass(frozen=True, slots=True)
class _Point:
    """A unit in its place."""

    dot: Dot
    x: float
    y: float
    step: int
    printed: str

    @property
    def radius(self) -> float:
        """Return how large it is drawn."""
        return _radius(self.step)

    @property
    def area(self) -> Area:
        """Return what no name may cover."""
        return self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius


def _radius(step: int) -> float:
    return 3.5 + step * 1.1


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a point, or its where it stands."""

    text: str
    area: Area
    x: float
    anchor: str  # which part of the text is at x
    line: Area | None  # from the point to a name that stands away from it
    inside: bool = False  # the point itself
    number: int = 0


def dots(
    rows: Sequence[Dot],
    *,
    title: str,
    around: Sequence[tuple[float, float]] = (),
    measure: Measure = "percent",
    language: Language = "vi",
    name: str = "",
) -> str:
    """Draw a point for each unit.

    Args:
        rows: the units; the names of the first find their place first.
        title: what the map is called.
        around: latitude and longitude of faint points that show where in the country the units lie.
        measure: what the values are.
        language: of numbers and words.
        name: begins the identifiers in the markup; unique on the page.

    """
    known = [row for row in rows if row.value.is_finite()]
    if not known:
        return nothing(say("nothing", language))
    placed = [row for row in known if row.place is not None]
    absent = [row for row in known if row.place is None]
    told = say("dots", language, len(placed)) + (f" {_absent(absent, measure, language)}" if absent else "")
    key = ident(name, title, rows, around, language)
    pictures = []
    for kind, extent in (("wide", WIDE), ("narrow", NARROW)):
        content, height = _draw(placed, absent, around, extent, measure, language)
        size = (extent, height)
        linked = any(row.href for row in known)
        pictures.append(picture(content, size, name=f"{key}-{kind}", title=title, description=told, linked=linked))
    return figure("dots", *pictures)


def _write(row: Dot, measure: Measure, language: Language) -> str:
    return row.printed or write_value(row.value, measure, language)


def _absent(absent: Sequence[Dot], measure: Measure, language: Language) -> str:
    told = (f"{row.label} ({_write(row, measure, language)})" for row in absent)
    return f"{say('not-on-map', language)} {'; '.join(told)}."


# ---------------------------------------------------------------- places


def _project(places: Sequence[tuple[float, float]], frame: float, around: bool) -> tuple[_Map, float]:
    """Return the map that holds all places with some space around, and its height."""
    north, south = max(lat for lat, _ in places), min(lat for lat, _ in places)
    west, east = min(lon for _, lon in places), max(lon for _, lon in places)
    squeeze = math.cos(math.radians((north + south) / 2))
    side, edge = (64.0 if around else 70.0), 24.0
    tall, broad = max(north - south, 0.3), max((east - west) * squeeze, 0.3)
    scale = min((frame - 2 * side) / broad, (TALLEST - 2 * edge) / tall)
    height = max((north - south) * scale + 2 * edge, 160.0)
    left = (frame - (east - west) * squeeze * scale) / 2
    return _Map(north, west, scale, squeeze, left, (height - (north - south) * scale) / 2), height


def _close(rows: Sequence[Dot], around: Sequence[tuple[float, float]]) -> bool:
    """Tell whether the units lie in a small part of what is around."""
    inside = [row.place for row in rows if row.place]
    if not inside or not around:
        return True
    everywhere = [*inside, *around]
    spans = [max(each) - min(each) for each in ([lat for lat, _ in inside], [lat for lat, _ in everywhere])]
    return spans[0] < NEAR * spans[1]


def _classes(rows: Sequence[Dot]) -> list[float]:
    """Return the bounds between steps: equal parts of the way from the lowest to the highest value."""
    values = [float(row.value) for row in rows]
    low, high = min(values), max(values)
    return [low + (high - low) * step / STEPS for step in range(1, STEPS)] if high > low else []


def _step(value: float, bounds: Sequence[float]) -> int:
    return sum(value >= bound for bound in bounds) if bounds else 2


# ---------------------------------------------------------------- names


def _place_names(points: Sequence[_Point], frame: Area) -> list[_Name]:
    """Give each point its name, or a number where there is no room; names cover neither each other nor points.

    First come the names that fit right beside their points, then those that fit a little away, then numbers; the last
    resort is a number in the point itself.
    """
    crowd = _Crowd(frame, {rank: point.area for rank, point in enumerate(points)})
    names: dict[int, _Name] = {}
    for distances in ((0.0,), (14.0, 26.0)):
        for rank, point in enumerate(points):
            full = f"{point.dot.label} {point.printed}"
            texts = (full, point.dot.label) if len(points) <= MANY else (point.dot.label,)
            if rank not in names and (found := _first(crowd, rank, point, texts, distances)):
                names[rank] = found
                crowd.take(found)
    for number, rank in enumerate((rank for rank in range(len(points)) if rank not in names), 1):
        point, text = points[rank], str(number)
        found = _first(crowd, rank, point, (text,), (0.0, 8.0, 16.0, 26.0)) or _inside(point, text)
        names[rank] = replace(found, number=number)
        crowd.take(found)
    return [names[rank] for rank in range(len(points))]


class _Crowd:
    """What is taken of a map: points, names, and the lines between them."""

    def __init__(self, frame: Area, points: Mapping[int, Area]) -> None:
        self.frame = frame
        self.points = points
        self.names: list[_Name] = []

    def take(self, name: _Name) -> None:
        """Remember a name."""
        self.names.append(name)

    def holds(self, name: _Name, own: int) -> bool:
        """Tell whether a name and the line to its point are free; its own point is not in the way."""
        left, top, right, low = name.area
        if left < self.frame[0] or right > self.frame[2] or top < self.frame[1] or low > self.frame[3]:
            return False
        others = [area for rank, area in self.points.items() if rank != own] + [each.area for each in self.names]
        if any(_overlap(name.area, other) for other in others):
            return False
        lines = [each.line for each in self.names if each.line]
        if any(_crosses(line, name.area) for line in lines):
            return False
        if name.line is None:
            return True
        return not any(_crosses(name.line, other) for other in others) and not any(
            _meet(name.line, other) for other in lines
        )


def _first(crowd: _Crowd, rank: int, point: _Point, texts: Sequence[str], distances: Sequence[float]) -> _Name | None:
    """Return the first of the names that is free beside a point."""
    for distance in distances:
        for text in texts:
            for turn in range(8):
                found = _beside(point, text, distance, turn)
                if crowd.holds(found, rank):
                    return found
    return None


def _beside(point: _Point, text: str, distance: float, turn: int) -> _Name:
    """Return a name to the right, left, over or under a point, or aslant."""
    across, up = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1))[turn]
    broad, tall = width(text, SIZE), SIZE * 1.15
    gap = (point.radius + 3 + distance) * (0.75 if across and up else 1.0)
    x = point.x + across * (gap + broad / 2)
    y = point.y + up * (gap + tall / 2)
    area = (x - broad / 2, y - tall / 2, x + broad / 2, y + tall / 2)
    start, anchor = {1: (area[0], "start"), -1: (area[2], "end"), 0: (x, "middle")}[across]
    near = (min(max(point.x, area[0]), area[2]), min(max(point.y, area[1]), area[3]))
    return _Name(text, area, start, anchor, (point.x, point.y, *near) if distance else None)


def _inside(point: _Point, text: str) -> _Name:
    half = width(text, TINY) / 2
    area = (point.x - half, point.y - TINY * 0.62, point.x + half, point.y + TINY * 0.62)
    return _Name(text, area, point.x, "middle", None, inside=True)


def _overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _crosses(line: Area, area: Area) -> bool:
    """Tell whether a line, from the first two to the last two numbers, runs through an area (Liang and Barsky)."""
    start, end = 0.0, 1.0
    for low, high, at, to in ((area[0], area[2], line[0], line[2]), (area[1], area[3], line[1], line[3])):
        if at == to:
            if not low < at < high:
                return False
            continue
        first, last = sorted(((low - at) / (to - at), (high - at) / (to - at)))
        start, end = max(start, first), min(end, last)
    return start < end


def _meet(one: Area, other: Area) -> bool:
    """Tell whether two lines cross."""

    def side(line: Area, x: float, y: float) -> bool:
        return (line[2] - line[0]) * (y - line[1]) > (line[3] - line[1]) * (x - line[0])

    return side(one, *other[:2]) != side(one, *other[2:]) and side(other, *one[:2]) != side(other, *one[2:])


# ---------------------------------------------------------------- markup


def _draw(
    placed: Sequence[Dot],
    absent: Sequence[Dot],
    around: Sequence[tuple[float, float]],
    extent: float,
    measure: Measure,
    language: Language,
) -> tuple[str, float]:
    """Return the markup of a map with its key and lists, and its height."""
    beside = extent == WIDE
    frame = FRAME if beside else extent
    bounds = _classes(placed) if placed else []
    parts: list[str] = []
    height, points, names = 0.0, [], []
    if placed:
        close = _close(placed, around)
        inside = [row.place for row in placed if row.place]
        project, height = _project(inside if close else [*inside, *around], frame, not close)
        points = [
            _Point(row, *project(row.place), _step(float(row.value), bounds), _write(row, measure, language))
            for row in placed
            if row.place
        ]
        names = _place_names(points, (0.0, 0.0, frame, height))
        parts += _ground(project, around, (frame, height))
        drawn = sorted(zip(points, names, strict=True), key=lambda each: (each[1].inside, -each[0].step))
        parts += (_draw_point(point, name) for point, name in drawn)
    x, y = (frame + 24, 14.0) if beside else (0.0, height + 20)
    room = extent - x
    if placed:
        key, y = _key(placed, bounds, x, y, measure, language, around=bool(around))
        parts.append(key)
    for point, name in zip(points, names, strict=True):
        if name.number:
            told = wrap(f"{name.number}  {point.dot.label}: {point.printed}", room, SIZE, 2)
            parts.append(link(point.dot.href, f"{point.dot.label}: {point.printed}", _entry(x, y, told)))
            y += len(told) * SIZE * LEADING + 3
    if absent:
        heading = wrap(say("not-on-map", language), room, SIZE, 2)
        y += 8
        parts.append(lines(x, y, heading, "drawing-quiet", SIZE))
        y += len(heading) * SIZE * LEADING + 2
    for row in absent:
        text = f"{row.label}: {_write(row, measure, language)}"
        told = wrap(text, room, SIZE, 2)
        parts.append(link(row.href, text, _entry(x, y, told)))
        y += len(told) * SIZE * LEADING + 3
    return "".join(parts), max(y, height)


def _entry(x: float, y: float, told: Sequence[str]) -> str:
    return lines(x, y, told, "drawing-ink drawing-name", SIZE)


def _ground(project: _Map, around: Sequence[tuple[float, float]], size: tuple[float, float]) -> Iterator[str]:
    """Yield the ground of the map with the faint points that lie on it."""
    yield element("rect", x=0.5, y=0.5, width=size[0] - 1, height=size[1] - 1, rx=6, class_="drawing-frame")
    for x, y in map(project, sorted(set(around))):
        if 0 < x < size[0] and 0 < y < size[1]:
            yield element("circle", cx=x, cy=y, r=2, class_="drawing-faint")


def _draw_point(point: _Point, name: _Name) -> str:
    parts = []
    if name.line:
        x, y, to_x, to_y = map(coordinate, name.line)
        parts.append(element("path", d=f"M{x} {y}L{to_x} {to_y}", class_="drawing-lead"))
    class_ = f"drawing-dot drawing-step-{point.step + 1}"
    radius = max(point.radius, TINY * 0.8) if name.inside else point.radius
    parts.append(element("circle", cx=point.x, cy=point.y, r=radius, class_=class_))
    size, ink = (TINY, "drawing-in-dot") if name.inside else (SIZE, "drawing-ink drawing-halo")
    parts.append(label(name.x, name.area[3] - size * 0.27, name.text, ink, size, text_anchor=name.anchor))
    return link(point.dot.href, f"{point.dot.label}: {point.printed}", *parts)


def _key(
    rows: Sequence[Dot],
    bounds: Sequence[float],
    x: float,
    y: float,
    measure: Measure,
    language: Language,
    *,
    around: bool,
) -> tuple[str, float]:
    """Return the key to sizes and colours, and where it ends."""
    parts = []
    values = [float(row.value) for row in rows]
    edges = [min(values), *bounds, max(values)]
    for step in range(len(edges) - 1) if bounds else ():
        low, high = (write_value(_short(each), measure, language) for each in edges[step : step + 2])
        radius = _radius(step)
        parts.append(element("circle", cx=x + 10, cy=y - 4, r=radius, class_=f"drawing-dot drawing-step-{step + 1}"))
        parts.append(label(x + 26, y, f"{low} – {high}", "drawing-quiet", SMALL))
        y += 20
    if around:
        parts.append(element("circle", cx=x + 10, cy=y - 4, r=2, class_="drawing-faint"))
        parts.append(label(x + 26, y, say("around", language), "drawing-quiet", SMALL))
        y += 22
    return "".join(parts), y + 4


def _short(value: float) -> float:
    """Return a value with three significant digits, or whole."""
    return round(value, 2) if abs(value) < 1000 else float(round(value))
