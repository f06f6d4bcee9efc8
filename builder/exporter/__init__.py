"""Writes a finished graph for others: as RDF, as tables, as a network, and with a catalogue that portals read."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from builder.errors import BuilderError
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
from builder.exporter.database import write_database
from builder.exporter.files import alone, aside, flush
from builder.exporter.network import draw, write_network
from builder.exporter.rdf import FORMATS
from builder.exporter.rdf import export as export_rdf
from builder.exporter.statistics import Statistics, count_statements
from builder.exporter.tables import ACCEPTED, write_observations_csv, write_observations_parquet

__all__ = [
    "FORMATS",
    "TABLES",
    "About",
    "Catalogue",
    "File",
    "Statistics",
    "alone",
    "aside",
    "count_statements",
    "describe",
    "draw",
    "embeddable",
    "export",
    "export_table",
    "flush",
    "write_catalogue",
    "write_database",
    "write_network",
    "write_observations_csv",
    "write_observations_parquet",
    "write_schema_org",
    "write_void",
]

TABLES: Mapping[str, Callable[..., int]] = {
    "csv": write_observations_csv,
    "parquet": write_observations_parquet,
    "sqlite": write_database,
}


def export(graph_nq: Path, format: str, target: Path) -> int:  # noqa: A002  the word on the command line
    """Write the graph in a file of N-Quads as RDF or as tables; return the number of its statements or figures.

    Raises:
        BuilderError: the format is unknown or the file cannot be written.
        StoreError: the graph cannot be read.

    """
    known = (*FORMATS, *TABLES)
    if format not in known:
        raise BuilderError(f"unknown format “{format}”; choose one of {', '.join(known)}")
    return TABLES[format](graph_nq, target) if format in TABLES else export_rdf(graph_nq, format, target)


def export_table(
    graph_nq: Path,
    format: str,  # noqa: A002  the word on the command line
    target: Path,
    *,
    states: Iterable[str] = ACCEPTED,
    spreadsheet: bool = False,
) -> int:
    """Write the figures of the given states as tables; ``spreadsheet`` goes with CSV only. Return their number."""
    if format == "csv":
        return write_observations_csv(graph_nq, target, spreadsheet=spreadsheet, states=states)
    return TABLES[format](graph_nq, target, states=states)
