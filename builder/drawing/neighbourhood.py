"""What surrounds a thing: columns of boxes, grouped by relation, one and two steps away.

Columns instead of springs: labels stand in boxes that hold them, boxes in panels under the name of their relation, and
edges run only in the space between two columns. What is two steps away stands beyond the panels that lead there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from builder.drawing.boxes import (
    Box,
    Group,
    Node,
    Panel,
    Style,
    draw_box,
    draw_key,
    draw_panel,
    lower_edge,
    place,
    spread,
    stack,
)
from builder.drawing.svg import curve, element, figure, ident, label, nothing, picture
from builder.drawing.tiers import untangle
from builder.drawing.words import Language, say

if TYPE_CHECKING:
    import networkx

DASHES = 4
HUES = 5  # neighbouring boxes have edges of different colours, which are easier to follow


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation between two nodes, by their ids."""

    source: str
    target: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class _View:
    """What is shown: groups one step away that lead farther, those that do not, groups two steps away, and edges."""

    centre: Node
    ends: tuple[Group, ...]
    ways: tuple[Group, ...]
    beyond: tuple[Group, ...]
    edges: tuple[tuple[str, str, str], ...]  # id one step away, id two steps away, relation
    arcs: tuple[tuple[str, str, str], ...]  # between two boxes of the groups that lead farther
    undrawn: int
    language: Language

    @property
    def shown(self) -> Iterator[Node]:
        """Yield every node that has a box."""
        yield self.centre
        for group in (*self.ends, *self.ways, *self.beyond):
            yield from group.nodes


@dataclass(frozen=True, slots=True)
class _Layout:
    """Boxes and panels in their places."""

    size: tuple[float, float]
    centre: Box
    panels: tuple[Panel, ...]
    links: tuple[str, ...]  # markup of the edges from the centre
    style: Style
    top: float  # where the key goes


def neighbourhood(
    centre: Node,
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    title: str,
    limit: int = 60,
    more_href: str = "",
    language: Language = "vi",
    name: str = "",
) -> str:
    """Draw the nodes one and two steps from the centre.

    Args:
        centre: in the middle.
        nodes: all others; their order is kept where no edges ask for another.
        edges: relations, whatever their direction; those of unknown nodes are left out.
        title: what the drawing is called.
        limit: how many nodes are drawn besides the centre; each group then says how many more there are.
        more_href: where the box that says so leads.
        language: of the words.
        name: begins the identifiers in the markup; unique on the page.

    """
    view = look(centre, nodes, edges, limit, language)
    if not (view.ends or view.ways):
        return nothing(say("no-neighbours", language))
    key = ident(name, title, centre, nodes, edges, limit, language)
    told = _describe(view)
    pictures = []
    for width, arrange in (("wide", _arrange_wide), ("narrow", _arrange_narrow)):
        layout = arrange(view, more_href)
        content, size = _draw(layout, view)
        pictures.append(
            picture(content, size, name=f"{key}-{width}", title=title, description=told, linked=_linked(view))
        )
    return figure("graph", *pictures)


def _linked(view: _View) -> bool:
    return any(node.href for node in view.shown)


def _describe(view: _View) -> str:
    """Tell in a sentence what surrounds the centre, group by group."""
    groups = [*view.ends, *view.ways, *view.beyond]
    found = sum(len(group.nodes) for group in groups)
    whole = say("neighbourhood", view.language, view.centre.label, found, len(view.edges) + len(view.arcs))
    return f"{whole} " + "; ".join(f"{group.heading}: {len(group.nodes) + group.hidden}" for group in groups) + "."


# ---------------------------------------------------------------- what is shown


def look(centre: Node, nodes: Sequence[Node], edges: Sequence[Edge], limit: int, language: Language) -> _View:
    """Choose and group what is shown around a centre."""
    known = {node.id: node for node in reversed(nodes) if node.id != centre.id}
    graph = _graph(centre, known, edges)
    steps = _steps(graph, centre.id)
    order = [each for each in dict.fromkeys(node.id for node in nodes) if each in steps and each in known]
    headed = {each: _heading(graph, centre.id, known[each], language) for each in order}
    first = [each for each in order if steps[each] == 1]
    second = [each for each in order if steps[each] == 2]
    near = _share(first, limit - min(len(second), limit // 3), headed)
    ties = {each: len(near & set(graph[each])) for each in second}
    reached = sorted((each for each in second if ties[each]), key=lambda each: -ties[each])
    far = _share(reached, limit - len(near), headed)
    grouped = [_grouped(found, shown, known, headed) for found, shown in ((first, near), (second, far))]
    told = sorted(graph.edges(data="relation"))
    across = [_outward(edge, near) for edge in told if {*edge[:2]} <= near | far and len({*edge[:2]} & near) == 1]
    leading = {one for one, _, _ in across}
    ways = [group for group in grouped[0] if any(node.id in leading for node in group.nodes)]
    arcs = [edge for edge in told if {*edge[:2]} <= {node.id for group in ways for node in group.nodes}]
    between = [edge for edge in told if {*edge[:2]} <= near or {*edge[:2]} <= far]
    ordered = _ordered(ways, grouped[1], [(one, other) for one, other, _ in across])
    return _View(
        centre=centre,
        ends=tuple(group for group in grouped[0] if group not in ways),
        ways=ordered[0],
        beyond=ordered[1],
        edges=tuple(across),
        arcs=tuple(arcs),
        undrawn=len(between) - len(arcs),
        language=language,
    )


def _graph(centre: Node, known: Mapping[str, Node], edges: Sequence[Edge]) -> "networkx.Graph":
    """Return the relations as a graph; several between two nodes are one edge with all their names."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from([centre.id, *sorted(known)])
    names: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for edge in edges:
        pair = (min(edge.source, edge.target), max(edge.source, edge.target))
        if pair[0] in graph and pair[1] in graph and pair[0] != pair[1]:
            names[pair][edge.relation] = None
    for pair, relations in sorted(names.items()):
        graph.add_edge(*pair, relation=", ".join(each for each in relations if each))
    return graph


def _steps(graph: "networkx.Graph", centre: str) -> dict[str, int]:
    import networkx

    return dict(networkx.single_source_shortest_path_length(graph, centre, cutoff=2))


def _heading(graph: "networkx.Graph", centre: str, node: Node, language: Language) -> str:
    """Return the heading a node stands under: its own, else its relation to the centre."""
    if node.group:
        return node.group
    near = graph.has_edge(centre, node.id)
    relation = graph.edges[centre, node.id]["relation"] if near else ""
    return relation or say("other" if near else "farther", language)


def _outward(edge: tuple[str, str, str], near: Set[str]) -> tuple[str, str, str]:
    """Return an edge with the nearer end first."""
    one, other, relation = edge
    return edge if one in near else (other, one, relation)


def _share(found: Sequence[str], room: int, headed: Mapping[str, str]) -> set[str]:
    """Choose as many as there is room for, in turn from under each heading."""
    turn: dict[str, int] = defaultdict(int)
    ranked = []
    for rank, each in enumerate(found):
        ranked.append((turn[headed[each]], rank, each))
        turn[headed[each]] += 1
    return {each for _, _, each in sorted(ranked)[: max(room, 0)]}


def _grouped(
    found: Sequence[str], shown: Set[str], known: Mapping[str, Node], headed: Mapping[str, str]
) -> list[Group]:
    """Return nodes under their headings, in the order found, and how many are not shown."""
    members: dict[str, list[str]] = defaultdict(list)
    for each in found:
        members[headed[each]].append(each)
    return [
        Group(heading, tuple(known[each] for each in ids if each in shown), sum(each not in shown for each in ids))
        for heading, ids in members.items()
    ]


def _ordered(
    ways: Sequence[Group], beyond: Sequence[Group], edges: Sequence[tuple[str, str]]
) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """Return two columns of groups in an order with few crossings."""
    columns = untangle(
        [[node.id for node in group.nodes] for group in ways],
        [[node.id for node in group.nodes] for group in beyond],
        edges,
    )
    return _reordered(ways, columns[0]), _reordered(beyond, columns[1])


def _reordered(groups: Sequence[Group], order: Sequence[Sequence[str]]) -> tuple[Group, ...]:
    """Return groups and their nodes in an order of ids; groups without shown nodes come last."""
    nodes = {node.id: node for group in groups for node in group.nodes}
    group_of = {node.id: group for group in groups for node in group.nodes}
    told = [replace(group_of[ids[0]], nodes=tuple(nodes[each] for each in ids)) for ids in order if ids]
    return (*told, *(group for group in groups if not group.nodes))


# ---------------------------------------------------------------- where it stands


def _arrange_wide(view: _View, more_href: str) -> _Layout:
    """Put the centre between what ends there and what leads farther."""
    style = Style(13.0, 4, view.language, more_href)
    lone = not view.ways
    left, right = _halves(view.ends, style) if lone else (view.ends, view.ways)
    columns = 2 if lone and sum(len(group.nodes) for group in view.ends) > 14 else 1
    side = {(True, 2): 410.0, (True, 1): 320.0}.get((lone, columns), 250.0 if view.ends else 300.0)
    middle, gap, wide_gap = 190.0, 54.0, 116.0
    x = side + gap if left else 0.0
    left_panels = stack(left, 0, 0, side, style, columns)
    right_panels = stack(right, x + middle + gap, 0, side, style, columns)
    outer = stack(view.beyond, x + middle + gap + side + wide_gap, 0, side, style)
    if outer:
        right_panels = spread(right, right_panels, lower_edge(outer), style)
    tall = max(lower_edge(left_panels), lower_edge(right_panels), lower_edge(outer), 120.0)
    heart = place(view.centre, x, 0, middle, replace(style, size=14.5, most=7))
    heart = replace(heart, y=max(min((tall - heart.height) / 2, 300 - heart.height / 2), 0))
    left_panels, right_panels, outer = (_sunk(each, tall) for each in (left_panels, right_panels, outer))
    links = [
        *_fan(heart, left_panels, heart.x, side),
        *_fan(heart, right_panels, heart.x + middle, x + middle + gap),
    ]
    width = max([x + middle, *(panel.x + panel.width for panel in (*right_panels, *outer))])
    return _Layout((width, tall), heart, (*left_panels, *right_panels, *outer), tuple(links), style, tall + 14)


def _halves(groups: Sequence[Group], style: Style) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """Split groups into two columns of about the same height; the tallest are placed first."""
    heights = {rank: stack([group], 0, 0, 320, style)[0].height for rank, group in enumerate(groups)}
    sides: tuple[list[int], list[int]] = ([], [])
    for rank in sorted(heights, key=lambda each: -heights[each]):
        lower = min(sides, key=lambda side: sum(heights[each] for each in side))
        lower.append(rank)
    first, second = sorted((sorted(side) for side in sides), key=lambda side: side[:1])
    return tuple(groups[each] for each in first), tuple(groups[each] for each in second)


def _sunk(panels: Sequence[Panel], tall: float) -> list[Panel]:
    """Return a column lowered to the middle of the picture, if it is much lower; a short one stays near the top."""
    drop = max(min((tall - lower_edge(panels)) / 2, 300 - lower_edge(panels) / 2), 0) if panels else 0.0
    return [_lowered(panel, drop) for panel in panels]


def _lowered(panel: Panel, drop: float) -> Panel:
    boxes = tuple(replace(box, y=box.y + drop) for box in panel.boxes)
    return replace(panel, y=panel.y + drop, boxes=boxes)


def _fan(heart: Box, panels: Sequence[Panel], start: float, end: float) -> Iterator[str]:
    """Yield the edges from the side of the centre to the headings of the panels."""
    for rank, panel in enumerate(panels):
        y = heart.y + heart.height * (rank + 1) / (len(panels) + 1)
        yield element("path", d=curve(start, y, end, panel.port), class_="drawing-trunk")


def _arrange_narrow(view: _View, more_href: str) -> _Layout:
    """Put the centre on top, then what ends there, then what leads farther beside what it leads to."""
    width, indent = 358.0, 14.0
    style = Style(12.5, 6, view.language, more_href, gap=12.0)
    heart = place(view.centre, 0, 0, width, replace(style, size=14.5))
    top = heart.height + 14
    ends = stack(view.ends, indent, top, width - indent, style)
    y = lower_edge(ends) + style.gap if ends else top
    side = 152.0 if view.beyond else width - indent
    ways = stack(view.ways, indent, y, side, style)
    beyond = stack(view.beyond, width - 146, y, 146, style)
    if beyond:
        ways = spread(view.ways, ways, lower_edge(beyond), style)
    panels = (*ends, *ways, *beyond)
    trunk = [(panel.x, panel.port) for panel in (*ends, *ways)]
    links = [element("path", d=f"M5 {heart.height:.1f}V{trunk[-1][1]:.1f}", class_="drawing-trunk")]
    links += [element("path", d=f"M5 {port:.1f}H{x:.1f}", class_="drawing-trunk") for x, port in trunk]
    tall = lower_edge(panels)
    return _Layout((width, tall), heart, panels, tuple(links), style, tall + 12)


# ---------------------------------------------------------------- markup


def _draw(layout: _Layout, view: _View) -> tuple[str, tuple[float, float]]:
    """Return the markup of a picture, and its size."""
    boxes = {box.node.id: box for panel in layout.panels for box in panel.boxes if box.node.id}
    names = list(dict.fromkeys(relation for _, _, relation in view.edges))
    parts = [*layout.links, *map(draw_panel, layout.panels)]
    for panel in layout.panels:
        for box in panel.boxes:
            parts.append(draw_box(box, *_edges_of(box, boxes, view, names)))
    parts.append(draw_box(layout.centre, class_="drawing-centre"))
    kinds = [node.kind for node in view.shown]
    key, y = draw_key(kinds, layout.top, layout.size[0], view.language, layout.style.size * 0.9)
    parts += [key, *_dashes(names, y, layout.style.size * 0.9)]
    y += 20 * len(names[:DASHES]) if len(names) > 1 else 0
    if view.undrawn:
        parts.append(label(0, y + 12, say("not-drawn", view.language, view.undrawn), "drawing-quiet", 11.5))
        y += 20
    return "".join(parts), (layout.size[0], y)


def _edges_of(box: Box, boxes: Mapping[str, Box], view: _View, names: Sequence[str]) -> Iterator[str]:
    """Yield the edges that leave a box to the right."""
    right = box.x + box.width
    rank = list(boxes).index(box.node.id) if box.node.id else 0
    for one, other, relation in view.edges:
        if one == box.node.id:
            path = curve(right, box.middle, boxes[other].x, boxes[other].middle)
            dash = min(names.index(relation), DASHES - 1)
            yield element("path", d=path, class_=f"drawing-edge drawing-hue-{rank % HUES} drawing-dash-{dash}")
    for one, other, _ in view.arcs:
        if one == box.node.id:
            far = boxes[other]
            bulge = right + 14 + min(abs(far.middle - box.middle) / 8, 26)
            path = (
                f"M{right:.1f} {box.middle:.1f}C{bulge:.1f} {box.middle:.1f} "
                f"{bulge:.1f} {far.middle:.1f} {far.x + far.width:.1f} {far.middle:.1f}"
            )
            yield element("path", d=path, class_="drawing-edge drawing-arc")


def _dashes(names: Sequence[str], y: float, size: float) -> Iterator[str]:
    """Yield the key to the dashes of edges, where there are several relations."""
    for rank, name in enumerate(names[:DASHES] if len(names) > 1 else ()):
        line = y + 8 + rank * 20
        told = ", ".join(names[rank:]) if rank == DASHES - 1 else name
        yield element("path", d=f"M0 {line:.1f}H24", class_=f"drawing-edge drawing-dash-{rank}")
        yield label(30, line + 4, told or "…", "drawing-quiet", size)
