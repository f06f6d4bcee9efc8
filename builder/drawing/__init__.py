"""Draws values as SVG: bars, trends, points on a map, and the neighbourhood of a node. Same values, same bytes."""
