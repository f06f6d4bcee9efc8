"""Writes a finished graph for others: as RDF in six formats, as a network, and with a catalogue that portals read."""

from builder.exporter.catalogue import (
    About,
    Catalogue,
    File,
    describe,
    embeddable,
    write_catalogue,
    write_schema_org,
    write_void,
)
from builder.exporter.network import draw, write_network
from builder.exporter.rdf import FORMATS, export
from builder.exporter.statistics import Statistics, count_statements

__all__ = [
    "FORMATS",
    "About",
    "Catalogue",
    "File",
    "Statistics",
    "count_statements",
    "describe",
    "draw",
    "embeddable",
    "export",
    "write_catalogue",
    "write_network",
    "write_schema_org",
    "write_void",
]
