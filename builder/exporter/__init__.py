"""Writes a finished graph for others: as RDF in six formats, and as a network for drawing and counting."""

from builder.exporter.network import draw, write_network
from builder.exporter.rdf import FORMATS, export

__all__ = ["FORMATS", "draw", "export", "write_network"]
