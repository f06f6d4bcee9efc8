"""Lines over time: each figure at the end of its period, with the stretch of time it covers.

Two figures are joined by a line only where the line can be read as a course: both cover about as long a time, and no
more than a year lies between their ends. A figure of nine months is never joined with one of a year.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from builder.drawing.scale import Scale, ticks
from builder.drawing.svg import LEADING, element, figure, ident, label, lines, link, nothing, picture, width, wrap
from builder.drawing.words import Bound, Language, Measure, say, write_day, write_value

WIDE, NARROW = 760.0, 358.0
PLOT = 300.0  # height
SIZE, SMALL = 13.0, 11.5
MARKERS = ("circle", "square", "triangle", "diamond", "cross", "ring")
DASHES = ("", "7 4", "2 3", "9 3 2 3")
A_YEAR = 370  # days between the ends of figures that a line may join
ALIKE = 31  # days that the lengths of their periods may differ


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A figure of a series; it covers ``start`` through ``end``, or tells the state on ``end``."""

    start: date | None
    end: date
    value: Decimal
    printed: str = ""
    href: str = ""
    bound: Bound = "exact"

    @property
    def days(self) -> int:
        """Return how many days it covers; 0 for a state."""
        return (self.end - self.start).days + 1 if self.start else 0


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one line, in any order."""

    label: str
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True)
class _Chart:
    """The axes of a picture, and what its values are."""

    width: float
    across: Scale
    up: Scale
    marks: tuple[float, ...]
    measure: Measure
    language: Language

    def place(self, point: TrendPoint) -> tuple[float, float]:
        """Return where a figure stands."""
        return self.across(point.end.toordinal()), self.up(float(point.value))


def trends(
    series: Sequence[Series], *, title: str, measure: Measure = "percent", language: Language = "vi", name: str = ""
) -> str:
    """Draw a line for each series.

    Args:
        series: each has a marker, a dash and a colour of its own, and its name at its end.
        title: what the chart is called.
        measure: what the values are; only percents may have an axis that does not begin at 0, and then it is said.
        language: of numbers and words.
        name: begins the identifiers in the markup; unique on the page.

    """
    told = [Series(each.label, _in_order(each)) for each in series]
    drawn = [each for each in told if each.points]
    if not drawn:
        return nothing(say("nothing", language))
    points = [point for each in drawn for point in each.points]
    marks = _marks([float(point.value) for point in points], measure)
    ends = [write_day(day, language) for day in (min(p.end for p in points), max(p.end for p in points))]
    whole = f"{say('trends', language, len(drawn), len(points))} {say('range', language, *ends)}"
    key = ident(name, title, drawn, measure, language)
    pictures = []
    for kind, extent in (("wide", WIDE), ("narrow", NARROW)):
        chart = _chart(points, marks, extent, measure, language)
        content, height = _draw(drawn, chart, beside=kind == "wide")
        linked = any(point.href for point in points)
        size = (extent, height)
        pictures.append(picture(content, size, name=f"{key}-{kind}", title=title, description=whole, linked=linked))
    return figure("trends", *pictures)


def _in_order(series: Series) -> tuple[TrendPoint, ...]:
    found = (point for point in series.points if point.value.is_finite())
    return tuple(sorted(found, key=lambda point: (point.end, point.days, point.value)))


def _marks(values: Sequence[float], measure: Measure) -> tuple[float, ...]:
    """Return the values at the vertical axis: from 0, but for percents that are all high."""
    low, high = min(0.0, *values), max(0.0, *values)
    if measure == "percent" and min(values) >= 50:
        low, high = min(min(values), max(values) - 4), min(max(max(values), min(values) + 4), max(100.0, *values))
        low = min(low, high - 4)
    return tuple(ticks(low, high if high > low else low + 1))


def _chart(
    points: Sequence[TrendPoint], marks: tuple[float, ...], extent: float, measure: Measure, language: Language
) -> _Chart:
    first = min((point.start or point.end) for point in points).year
    last = max(point.end for point in points).year
    left = 10 + max(width(write_value(mark, measure, language), SMALL) for mark in marks)
    right = extent - (250 if extent == WIDE else 14)
    across = Scale(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1, left, right)
    return _Chart(extent, across, Scale(marks[0], marks[-1], PLOT, 20.0), marks, measure, language)


def _draw(series: Sequence[Series], chart: _Chart, *, beside: bool) -> tuple[str, float]:
    """Return the markup of a chart and its height."""
    parts = [*_axes(chart), *(_names_beside(series, chart) if beside else ())]
    for rank, each in enumerate(series):
        parts.append(element("g", *_line(each, chart, rank), class_=f"drawing-kind-{rank % 6 + 1}"))
    parts += _values(series, chart)
    y = PLOT + 38
    if not beside:
        for rank, each in enumerate(series):
            broken = wrap(each.label, chart.width - 44, SIZE, 3)
            parts.append(element("g", *_sample(0, y - 4, rank), class_=f"drawing-kind-{rank % 6 + 1}"))
            parts.append(lines(40, y, broken, "drawing-ink", SIZE))
            y += len(broken) * SIZE * LEADING + 5
    points = [point for each in series for point in each.points]
    notes = [say("from-value", chart.language, write_value(chart.marks[0], chart.measure, chart.language))]
    notes = notes if chart.marks[0] > 0 else []
    notes += [say("span", chart.language)] if any(point.start for point in points) else []
    notes += [say("hollow", chart.language)] if any(point.bound != "exact" for point in points) else []
    for note in notes:
        broken = wrap(note, chart.width, SMALL, 3)
        parts.append(lines(0, y, broken, "drawing-quiet", SMALL))
        y += len(broken) * SMALL * LEADING + 3
    return "".join(parts), y - 4


def _axes(chart: _Chart) -> Iterator[str]:
    for mark in chart.marks:
        y = chart.up(mark)
        class_ = "drawing-zero" if mark == 0 else "drawing-grid"
        yield element("line", x1=chart.across.start, x2=chart.across.end, y1=y, y2=y, class_=class_)
        shown = write_value(mark, chart.measure, chart.language)
        yield label(chart.across.start - 6, y + 4, shown, "drawing-quiet", SMALL, text_anchor="end")
    years = range(date.fromordinal(int(chart.across.low)).year, date.fromordinal(int(chart.across.high)).year + 1)
    apart = 1 + len(years) * 40 // int(chart.across.end - chart.across.start)
    for year in years:
        x = chart.across(date(year, 1, 1).toordinal())
        yield element("line", x1=x, x2=x, y1=20, y2=PLOT + 6, class_="drawing-grid")
        if year < years[-1] and (year - years[0]) % apart == 0:
            middle = chart.across(date(year, 7, 1).toordinal())
            yield label(middle, PLOT + 16, str(year), "drawing-quiet", SMALL, text_anchor="middle")


def _joined(points: Sequence[TrendPoint]) -> Iterator[tuple[TrendPoint, TrendPoint]]:
    """Yield the figures that a line may join."""
    for start, point in enumerate(points):
        alike = (each for each in points[start + 1 :] if abs(each.days - point.days) <= ALIKE)
        follower = next((each for each in alike if each.end > point.end), None)
        if follower and (follower.end - point.end).days <= A_YEAR and bool(follower.start) == bool(point.start):
            yield point, follower


def _line(series: Series, chart: _Chart, rank: int) -> Iterator[str]:
    """Yield the lines, stretches and points of a series."""
    dash = DASHES[rank % len(DASHES)] or None
    for one, other in _joined(series.points):
        (x, y), (to_x, to_y) = chart.place(one), chart.place(other)
        yield element("line", x1=x, y1=y, x2=to_x, y2=to_y, class_="drawing-line", stroke_dasharray=dash)
    for point in series.points:
        x, y = chart.place(point)
        name = f"{series.label}, {write_period(point, chart.language)}: {_printed(point, chart)}"
        parts = []
        if point.start:
            start = chart.across(point.start.toordinal())
            parts.append(element("path", d=f"M{start:.1f} {y - 3:.1f}v6m0 -3H{x:.1f}", class_="drawing-span"))
        parts.append(_marker(MARKERS[rank % len(MARKERS)], x, y, hollow=point.bound != "exact"))
        yield link(point.href, name, *parts)


def _marker(kind: str, x: float, y: float, *, hollow: bool) -> str:
    class_ = "drawing-hollow" if hollow or kind == "ring" else "drawing-point"
    if kind in ("circle", "ring"):
        return element("circle", cx=x, cy=y, r=4.5, class_=class_)
    outline = {
        "square": f"M{x - 4:.1f} {y - 4:.1f}h8v8h-8z",
        "triangle": f"M{x:.1f} {y - 5:.1f}l5 9h-10z",
        "diamond": f"M{x:.1f} {y - 6:.1f}l5.5 6l-5.5 6l-5.5 -6z",
        "cross": f"M{x - 2:.1f} {y - 5:.1f}h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
    }
    return element("path", d=outline[kind], class_=class_)


def _sample(x: float, y: float, rank: int) -> Iterator[str]:
    """Yield a piece of a series' line with its marker."""
    dash = DASHES[rank % len(DASHES)] or None
    yield element("line", x1=x, x2=x + 32, y1=y, y2=y, class_="drawing-line", stroke_dasharray=dash)
    yield _marker(MARKERS[rank % len(MARKERS)], x + 16, y, hollow=False)


def _printed(point: TrendPoint, chart: _Chart) -> str:
    return point.printed or write_value(point.value, chart.measure, chart.language)


def write_period(point: TrendPoint, language: Language) -> str:
    """Return the time a figure covers, in words."""
    if point.start is None:
        return say("until", language, write_day(point.end, language))
    if (point.start.month, point.start.day, point.end.month, point.end.day) == (1, 1, 12, 31):
        years = dict.fromkeys((point.start.year, point.end.year))
        return "–".join(map(str, years))
    return f"{write_day(point.start, language)} – {write_day(point.end, language)}"


def _values(series: Sequence[Series], chart: _Chart) -> Iterator[str]:
    """Yield the values beside the points, where there is room for them."""
    told: set[tuple[float, float, str]] = set()
    taken = [(x - 6, y - 6, x + 6, y + 6) for each in series for x, y in map(chart.place, each.points)]
    for each in series:
        for point in each.points:
            x, y = chart.place(point)
            text = _printed(point, chart)
            if (x, y, text) in told:
                continue
            told.add((x, y, text))
            half = width(text, SMALL) / 2
            middle = min(max(x, chart.across.start + half), chart.width - half)
            for low in (y - 10, y + 19):
                area = (middle - half, low - SMALL, middle + half, low + 2)
                if low < PLOT and not any(_overlap(area, other) for other in taken):
                    taken.append(area)
                    yield label(middle, low, text, "drawing-ink drawing-halo", SMALL, text_anchor="middle")
                    break


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _names_beside(series: Sequence[Series], chart: _Chart) -> Iterator[str]:
    """Yield the names of the series at the right, each as near to its last point as the others let it."""
    left = chart.across.end + 16
    named = [
        (chart.place(each.points[-1]), rank, wrap(each.label, chart.width - left - 40, SIZE, 3))
        for rank, each in enumerate(series)
    ]
    named.sort(key=lambda each: (each[0][1], each[1]))
    heights = [len(broken) * SIZE * LEADING + 6 for _, _, broken in named]
    tops = [place[1] - SIZE * LEADING / 2 for place, _, _ in named]
    for rank, (above, below) in enumerate(pairwise(list(tops)), 1):
        tops[rank] = max(below, tops[rank - 1] + heights[rank - 1], above)
    over = max(tops[-1] + heights[-1] - (PLOT + 8), 0)
    low = PLOT + 8
    for rank in range(len(tops) - 1, -1, -1) if over else ():
        tops[rank] = min(tops[rank], low - heights[rank])
        low = tops[rank]
    for (place, rank, broken), top in zip(named, tops, strict=True):
        y = top + SIZE * LEADING / 2
        guide = f"M{place[0] + 7:.1f} {place[1]:.1f}L{chart.across.end + 4:.1f} {place[1]:.1f}L{left - 2:.1f} {y:.1f}"
        if chart.across.end - place[0] < (chart.across.end - chart.across.start) / 4:
            yield element("path", d=guide, class_="drawing-guide")
        yield element("g", *_sample(left, y, rank), class_=f"drawing-kind-{rank % 6 + 1}")
        yield lines(left + 40, y + 4.5, broken, "drawing-ink", SIZE)
