"""Boxes with wrapped labels, in panels with a heading, in columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from builder.drawing.svg import BOLD, LEADING, element, label, lines, link, wrap
from builder.drawing.words import Language, say

KINDS = {"unit": 1, "indicator": 2, "initiative": 3, "document": 6, "law": 4, "figure": 5, "thing": 6}
PAD = 8.0  # between a border and what is inside
BETWEEN = 8.0  # between boxes
SMALLER = 0.88  # a note's letters, of the label's


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of the graph."""

    id: str
    label: str
    kind: str = "thing"  # "unit", "indicator", "initiative", "document", "law", "figure", "thing"
    group: str = ""  # heading under which it stands: the relation to the centre, or what links it in the second step
    href: str = ""
    note: str = ""  # in small letters under the label


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place."""

    node: Node
    x: float
    y: float
    width: float
    size: float
    lines: tuple[str, ...]
    notes: tuple[str, ...]
    more: bool = False  # stands for nodes that are left out

    @property
    def height(self) -> float:
        """Return the height of the texts and what surrounds them."""
        return _height(self.lines, self.notes, self.size)

    @property
    def middle(self) -> float:
        """Return where edges meet it."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Panel:
    """A group of boxes under its heading."""

    heading: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    size: float
    boxes: tuple[Box, ...]

    @property
    def port(self) -> float:
        """Return where the edge to its heading meets it."""
        return self.y + PAD + self.size * LEADING / 2


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes under a heading, and how many more there would be."""

    heading: str
    nodes: tuple[Node, ...]
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How boxes of a picture are set."""

    size: float  # of letters
    most: int  # lines of a label
    language: Language
    more_href: str = ""
    gap: float = 18.0  # between panels
    between: float = BETWEEN  # between boxes under one another


def _height(told: Sequence[str], notes: Sequence[str], size: float) -> float:
    return PAD * 2 - 2 + LEADING * (len(told) * size + len(notes) * size * SMALLER)


def place(node: Node, x: float, y: float, width: float, style: Style, *, more: bool = False) -> Box:
    """Return the box of a node."""
    room = width - 2 * PAD - 6
    notes = wrap(node.note, room, style.size * SMALLER, 2) if node.note else ()
    return Box(node, x, y, width, style.size, wrap(node.label, room, style.size, style.most), notes, more)


def stack(groups: Sequence[Group], x: float, y: float, width: float, style: Style, columns: int = 1) -> list[Panel]:
    """Return panels under one another, the boxes of each in one or more columns."""
    panels: list[Panel] = []
    for group in groups:
        panels.append(_panel(group, x, y, width, style, columns))
        y += panels[-1].height + style.gap
    return panels


def _panel(group: Group, x: float, y: float, width: float, style: Style, columns: int) -> Panel:
    heading = wrap(group.heading[:1].upper() + group.heading[1:], (width - 2 * PAD) / BOLD, style.size, 3)
    inner = (width - 2 * PAD - BETWEEN * (columns - 1)) / columns
    top = y + PAD + len(heading) * style.size * LEADING + 5
    nodes = [(node, False) for node in group.nodes]
    if group.hidden:
        rest = Node("", say("more", style.language, group.hidden), href=style.more_href)
        nodes.append((rest, True))
    boxes: list[Box] = []
    for start in range(0, len(nodes), columns):
        row = [
            place(node, x + PAD + at * (inner + BETWEEN), top, inner, style, more=more)
            for at, (node, more) in enumerate(nodes[start : start + columns])
        ]
        boxes += row
        top += max(box.height for box in row) + style.between
    return Panel(heading, x, y, width, top - y - style.between + BETWEEN, style.size, tuple(boxes))


def lower_edge(panels: Sequence[Panel]) -> float:
    """Return where the last panel ends."""
    return max((panel.y + panel.height for panel in panels), default=0.0)


def spread(groups: Sequence[Group], panels: Sequence[Panel], low: float, style: Style) -> list[Panel]:
    """Return a column with as much space between its boxes as makes it about as tall as the one it leads to."""
    if not panels:
        return []
    room = low - lower_edge(panels)
    between = style.between + min(max(room / max(sum(len(panel.boxes) - 1 for panel in panels), 1), 0), 90)
    first = panels[0]
    return stack(groups, first.x, first.y, first.width, replace(style, between=between))


# ---------------------------------------------------------------- markup


def draw_panel(panel: Panel) -> str:
    """Return the ground of a panel and its heading."""
    ground = element("rect", x=panel.x, y=panel.y, width=panel.width, height=panel.height, rx=6, class_="drawing-panel")
    y = panel.y + PAD + panel.size
    return ground + lines(panel.x + PAD, y, panel.heading, "drawing-heading", panel.size)


def draw_box(box: Box, *edges: str, class_: str = "") -> str:
    """Return a box, as a link where its node has an address, with edges that belong to it."""
    kind = box.node.kind if box.node.kind in KINDS else "thing"
    own = "drawing-more" if box.more else f"drawing-kind-{KINDS[kind]}"
    text_x, text_y = box.x + PAD + 4, box.y + PAD + box.size - 1
    parts = [*edges, *shape("more" if box.more else kind, box.x, box.y, box.width, box.height)]
    parts.append(lines(text_x, text_y, box.lines, "drawing-ink drawing-name", box.size))
    if box.notes:
        y = text_y + len(box.lines) * box.size * LEADING - box.size * (1 - SMALLER)
        parts.append(lines(text_x, y, box.notes, "drawing-quiet", box.size * SMALLER))
    name = f"{box.node.label} ({box.node.note})" if box.node.note else box.node.label
    return element("g", link(box.node.href, name, *parts), class_=f"drawing-node {own} {class_}".strip())


def shape(kind: str, x: float, y: float, width: float, height: float) -> Iterator[str]:
    """Yield the outline that tells a kind also without colours."""
    right, low, fold = x + width, y + height, min(10.0, height / 2)
    plain = {"x": x, "y": y, "width": width, "height": height}
    if kind == "document":
        corner = f"M{right - fold:.1f} {y:.1f}v{fold:.1f}h{fold:.1f}"
        outline = f"M{x:.1f} {y:.1f}H{right - fold:.1f}L{right:.1f} {y + fold:.1f}V{low:.1f}H{x:.1f}z"
        yield element("path", d=outline, class_="drawing-box")
        yield element("path", d=corner, class_="drawing-rule")
        return
    radius = {"initiative": min(14.0, height / 2), "unit": 4.0, "figure": 7.0}.get(kind, 1.0)
    class_ = "drawing-box drawing-dashed" if kind in ("thing", "more") else "drawing-box"
    yield element("rect", rx=radius, class_=class_, **plain)
    if kind == "unit":
        yield element("rect", x=x, y=y, width=5, height=height, rx=2, class_="drawing-side")
    if kind == "indicator":
        yield element("path", d=f"M{x + 4:.1f} {y:.1f}V{low:.1f}", class_="drawing-rule")
    if kind == "law":
        inner = {"x": x + 3, "y": y + 3, "width": width - 6, "height": height - 6}
        yield element("rect", class_="drawing-rule", **inner)


def draw_key(kinds: Sequence[str], y: float, width: float, language: Language, size: float) -> tuple[str, float]:
    """Return the key to the outlines that occur, and where it ends."""
    x, parts = 0.0, []
    for kind in [each for each in KINDS if each in kinds]:
        text = say(kind, language)
        extent = 26 + len(text) * size * 0.62 + 16
        if x and x + extent > width:
            x, y = 0.0, y + 22
        sample = element("g", *shape(kind, x + 0.5, y, 20, 13), class_=f"drawing-kind-{KINDS[kind]}")
        parts.append(sample + label(x + 26, y + 11, text, "drawing-quiet", size))
        x += extent
    return "".join(parts), y + 22 if parts else y
