"""Draws values as SVG: bars, trends, points on a map, and the neighbourhood of a node. Same values, same bytes.

Every function returns markup to put into an HTML page as it is: a ``div`` with a picture for wide and one for narrow
places, or a sentence where there is nothing to draw. There are no styles and scripts in it; the page links
``drawing.css``. Texts may come from anywhere and are escaped; addresses are the caller's and must be safe.
"""

from builder.drawing.bars import Bar, bars
from builder.drawing.boxes import Node
from builder.drawing.dots import Dot, dots
from builder.drawing.neighbourhood import Edge, neighbourhood
from builder.drawing.overview import Adoption, overview
from builder.drawing.trends import Series, TrendPoint, trends
from builder.drawing.words import Bound, Language, Measure

__all__ = [
    "Adoption",
    "Bar",
    "Bound",
    "Dot",
    "Edge",
    "Language",
    "Measure",
    "Node",
    "Series",
    "TrendPoint",
    "bars",
    "dots",
    "neighbourhood",
    "overview",
    "trends",
]
