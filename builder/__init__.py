"""Reads Vietnamese pages about administrative reform and builds a knowledge graph with evidence.

>>> import builder
>>> summary = builder.build(["examples/pages"], "out")  # doctest: +SKIP
>>> rows = builder.ask("out", "on-time-rate-by-unit", year="2021")  # doctest: +SKIP
>>> builder.open_graph("out").ask("on-time-rate-by-unit", year=2021).to_pandas()  # doctest: +SKIP
"""

from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder.facts import Report
    from builder.notebook import Graph
    from builder.pipeline import Summary
    from builder.queries import Rows

__all__ = ["ask", "build", "export", "open_graph", "validate"]

Place = str | PathLike[str]


def build(pages: Iterable[Place], target: Place, jobs: int = 1, min_confidence: float | None = None) -> "Summary":
    """Build the graph of some pages into a folder, and return what became of them.

    Figures of less confidence than ``min_confidence`` (from 0 to 1) are set aside for review.
    """
    from decimal import Decimal

    from builder import pipeline

    least = pipeline.MIN_CONFIDENCE if min_confidence is None else Decimal(str(min_confidence))
    return pipeline.build([fspath(page) for page in pages], Path(target), jobs, min_confidence=least)


def validate(target: Place) -> "Report":
    """Return what is wrong with a build: its shapes, its checks and its quotations."""
    from builder import pipeline, validator

    return validator.validate(pipeline.open_build(Path(target)))


def open_graph(target: Place) -> "Graph":
    """Return the graph of a build in memory: asks saved questions and SPARQL, and shows answers in a notebook."""
    from builder.notebook import open_notebook_graph

    return open_notebook_graph(Path(target))


def ask(target: Place, query: str, **values: str) -> "Rows":
    """Return the answer to a saved question about a build; ``values`` go into its parameters."""
    return open_graph(target).ask(query, **values).rows


def export(target: Place, format: str, file: Place) -> int:  # noqa: A002  the word on the command line
    """Write the graph of a build as RDF or as tables and return the number of its statements or figures."""
    from builder import exporter, pipeline

    return exporter.export(pipeline.open_build(Path(target)), format, Path(file))
