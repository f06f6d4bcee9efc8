"""What surrounds a thing: columns of boxes, grouped by relation, one and two steps away."""

from collections.abc import Sequence
from dataclasses import dataclass

from builder.drawing.words import Language


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
class Edge:
    """A relation between two nodes, by their ids."""

    source: str
    target: str
    relation: str = ""


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
    """Draw the nodes one and two steps from the centre; beyond ``limit`` nodes, each group says how many more."""
    raise NotImplementedError
