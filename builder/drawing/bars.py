"""Horizontal bars: one value a row, in the caller's order, on an axis that begins at zero."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from builder.drawing.scale import Scale, ticks
from builder.drawing.svg import LEADING, element, figure, ident, label, lines, link, nothing, picture, width, wrap
from builder.drawing.words import Bound, Language, Measure, say, write_value

WIDE, NARROW = 760.0, 358.0
SIZE, SMALL = 13.0, 11.5
GAP = 10.0
THICK = 14.0
WAYS = {"above": "up", "at-least": "up", "below": "down", "at-most": "down", "about": "about", "exact": ""}
KEYS = {"up": "open-up", "down": "open-down", "about": "about"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart."""

    label: str
    value: Decimal | None  # None: told, but not drawn
    printed: str = ""  # as the page prints it; by itself the value
    href: str = ""
    note: str = ""  # in small letters under the label: a period, a reservation
    bound: Bound = "exact"


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its texts broken into lines."""

    bar: Bar
    lines: tuple[str, ...]
    notes: tuple[str, ...]
    printed: str

    @property
    def height(self) -> float:
        """Return the height of label and note."""
        return (len(self.lines) * SIZE + len(self.notes) * SMALL) * LEADING


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where things lie in a picture: bars beside their labels, or under them."""

    width: float
    beside: bool
    room: float  # for labels
    axis: Scale
    marks: tuple[float, ...]


def bars(
    rows: Sequence[Bar], *, title: str, measure: Measure = "percent", language: Language = "vi", name: str = ""
) -> str:
    """Draw a bar for each row.

    Args:
        rows: in the order wanted.
        title: what the chart is called.
        measure: what the values are; percents have an axis from 0 to 100.
        language: of numbers and words.
        name: begins the identifiers in the markup; unique on the page.

    """
    values = [float(row.value) for row in rows if row.value is not None and row.value.is_finite()]
    if not values:
        return nothing(say("nothing", language))
    marks = _marks(values, measure)
    told = f"{say('bars', language, len(rows))} {_extremes(rows, measure, language)}"
    printed = [
        row.printed or (write_value(row.value, measure, language) if row.value is not None else "") for row in rows
    ]
    key = ident(name, title, rows, language)
    linked = any(row.href for row in rows)
    pictures = []
    for place, plan in (("wide", _plan_wide(rows, printed, marks)), ("narrow", _plan_narrow(marks))):
        broken = [_break(row, text, plan) for row, text in zip(rows, printed, strict=True)]
        content, height = _draw(broken, plan, measure, language)
        size = (plan.width, height)
        pictures.append(picture(content, size, name=f"{key}-{place}", title=title, description=told, linked=linked))
    return figure("bars", *pictures)


def _marks(values: Sequence[float], measure: Measure) -> tuple[float, ...]:
    """Return the values written at the axis; zero is always among them."""
    low, high = min(0.0, *values), max(0.0, *values)
    if measure == "percent":
        high = max(high, 100.0)
    return tuple(ticks(low, high if high > low else low + 1))


def _extremes(rows: Sequence[Bar], measure: Measure, language: Language) -> str:
    """Tell the lowest and the highest value."""
    drawn = [row for row in rows if row.value is not None and row.value.is_finite()]
    ends = (min(drawn, key=lambda row: row.value or 0), max(drawn, key=lambda row: row.value or 0))
    told = [f"{row.label} ({row.printed or write_value(row.value or 0, measure, language)})" for row in ends]
    return say("range", language, *told)


def _plan_wide(rows: Sequence[Bar], printed: Sequence[str], marks: tuple[float, ...]) -> _Plan:
    longest = max(max(width(row.label), width(row.note, SMALL)) for row in rows)
    room = min(300.0, max(90.0, longest + 4))
    after = min(150.0, max(width(text) for text in printed) + 34)
    return _Plan(WIDE, True, room, Scale(marks[0], marks[-1], room + GAP, WIDE - max(after, 30)), marks)


def _plan_narrow(marks: tuple[float, ...]) -> _Plan:
    fewer = tuple(ticks(marks[0], marks[-1], 4)) if len(marks) > 5 else marks
    return _Plan(NARROW, False, 236.0, Scale(fewer[0], fewer[-1], 1.0, NARROW - 20), fewer)


def _break(row: Bar, printed: str, plan: _Plan) -> _Row:
    notes = wrap(row.note, plan.room, SMALL, most=2) if row.note else ()
    return _Row(row, wrap(row.label, plan.room, SIZE, most=2 if plan.beside else 3), notes, printed)


def _draw(rows: Sequence[_Row], plan: _Plan, measure: Measure, language: Language) -> tuple[str, float]:
    """Return the markup of a chart and its height."""
    top = y = 22.0
    bands, drawn = [], []
    for row in rows:
        height = max(row.height, THICK) if plan.beside else row.height + THICK + 5
        bands.append((y + height - THICK - 3, y + height + 3))
        drawn.append(_draw_row(row, y, plan, language))
        y += height + GAP
    twice = len(rows) > 12
    grid = _grid(plan, [(top - 6, y - 4)] if plan.beside else bands)
    scale = [_scale(plan, line, measure, language) for line in ((top - 10, y + 10) if twice else (top - 10,))]
    y += 16 if twice else 2
    key = list(_key(rows, y, language))
    return "".join([*grid, *scale, *drawn, *key]), y + 18 * len(key) + 2


def _grid(plan: _Plan, bands: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Yield the lines at the marks of the axis, where bars are and no labels."""
    for top, low in bands:
        for mark in plan.marks:
            x, class_ = plan.axis(mark), "drawing-zero" if mark == 0 else "drawing-grid"
            yield element("line", x1=x, x2=x, y1=top, y2=low, class_=class_)


def _scale(plan: _Plan, y: float, measure: Measure, language: Language) -> str:
    """Return the values written at the axis."""
    told = []
    for mark in plan.marks:
        x = plan.axis(mark)
        anchor = "start" if x < 12 else "end" if plan.width - x < 18 else "middle"
        told.append(label(x, y, write_value(mark, measure, language), "drawing-quiet", SMALL, text_anchor=anchor))
    return "".join(told)


def _draw_row(row: _Row, y: float, plan: _Plan, language: Language) -> str:
    bar, way = row.bar, WAYS[row.bar.bound]
    parts = [lines(0, y + SIZE, row.lines, "drawing-ink drawing-name", SIZE)]
    if row.notes:
        parts.append(lines(0, y + SIZE * LEADING * len(row.lines) + SMALL, row.notes, "drawing-quiet", SMALL))
    middle = y + SIZE * 0.6 if plan.beside else y + row.height + 5 + THICK / 2
    end = zero = plan.axis(0)
    if bar.value is not None and bar.value.is_finite():
        end = plan.axis(float(bar.value))
        parts += _bar(zero, end, middle, way)
    if plan.beside:
        x = max(end, zero) + (18 if way else 6)
        parts.append(label(x, middle + 4.5, row.printed, "drawing-value", SIZE))
    else:
        parts.append(label(plan.width, y + SIZE, row.printed, "drawing-value", SIZE, text_anchor="end"))
    reserved = [each for each in (say(KEYS[way], language) if way else "", bar.note) if each]
    name = f"{bar.label}: {row.printed}" + (f" ({'; '.join(reserved)})" if reserved else "")
    return link(bar.href, name, *parts)


def _bar(zero: float, end: float, middle: float, way: str) -> Iterator[str]:
    """Yield a bar, and at the end of one without an exact value the sign that says so."""
    left, right, top = min(zero, end), max(zero, end), middle - THICK / 2
    if not way:
        yield element("rect", x=left, y=top, width=max(right - left, 0.6), height=THICK, class_="drawing-bar")
        return
    solid = max(right - left - 9, 0.6)
    yield element("rect", x=left, y=top, width=solid, height=THICK, class_="drawing-bar")
    for place in range(3):
        if right - left > 9:
            yield element("rect", x=left + solid + 1 + place * 3, y=top, width=1.6, height=THICK, class_="drawing-bar")
    yield _sign(right + 4, middle, way)


def _sign(x: float, y: float, way: str) -> str:
    """Return an arrow for what may be more or less, a wave for what is about so."""
    shapes = {
        "up": f"M{x:.1f} {y - 5:.1f}l6 5l-6 5",
        "down": f"M{x + 6:.1f} {y - 5:.1f}l-6 5l6 5",
        "about": f"M{x:.1f} {y - 1:.1f}q2.5 -5 5 0t5 0M{x:.1f} {y + 4:.1f}q2.5 -5 5 0t5 0",
    }
    return element("path", d=shapes[way], class_="drawing-sign")


def _key(rows: Sequence[_Row], y: float, language: Language) -> Iterator[str]:
    """Yield what the signs mean that occur."""
    ways = {WAYS[row.bar.bound] for row in rows}
    for place, way in enumerate(way for way in KEYS if way in ways):
        line = y + 14 + place * 18
        yield _sign(2, line - 4, way) + label(18, line, say(KEYS[way], language), "drawing-quiet", SMALL)
