"""Saved queries that must have no answer."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, cast

import pyoxigraph as ox

from builder.artefacts import check_files, read_query
from builder.errors import QueryError
from builder.facts import Violation

HEADER_LINE = re.compile(r"^#\+ (\w+): *(.+?) *$", re.MULTILINE)
SHAPES = "https://w3id.org/cchc/shape/"


class Check(NamedTuple):
    """A query that must have no answer; its first column is the node that a finding is about."""

    name: str
    text: str
    severity: Literal["Violation", "Warning", "Info"]
    messages: dict[str, str]
    shape: str  # the shape that says the same about one node, "" for none


def find_answers(store: ox.Store) -> list[Violation]:
    """Return what the checks find."""
    return [violation for check in load_checks() for violation in run_check(check, store)]


def leave_out_said(answers: Iterable[Violation], said: Iterable[Violation]) -> list[Violation]:
    """Return the answers of checks but those that a shape has given about the same node already."""
    known = {(violation.shape, violation.focus) for violation in said}
    return [violation for violation in answers if (violation.shape, violation.focus) not in known]


def run_check(check: Check, store: ox.Store) -> Iterator[Violation]:
    """Return one violation per answer."""
    try:
        answers = store.query(check.text, use_default_graph_as_union=True)
    except (SyntaxError, ValueError) as problem:
        raise QueryError(f"checks/{check.name}.rq: {problem}") from problem
    if not isinstance(answers, ox.QuerySolutions):
        raise QueryError(f"checks/{check.name}.rq: must be a SELECT query")
    names = [variable.value for variable in answers.variables]
    for answer in answers:
        value = _text(answer["value"]) if "value" in names else ""
        yield Violation(_text(answer[0]), check.shape, check.name, check.severity, value=value, messages=check.messages)


def load_checks(files: Iterable[Path] | None = None) -> list[Check]:
    """Read the checks, by name."""
    return [read_check(path) for path in (check_files() if files is None else files)]


def read_check(path: Path) -> Check:
    """Read one check; its header must tell the severity and a sentence in each language."""
    text = read_query(path)
    header = dict(HEADER_LINE.findall(text))
    severity = header.get("severity", "")
    if severity not in {"Violation", "Warning", "Info"} or not {"summary", "summary_vi"} <= header.keys():
        raise QueryError(f"{path}: the header needs “severity: Violation”, Warning or Info, a summary and a summary_vi")
    messages = {"en": header["summary"], "vi": header["summary_vi"]}
    shape = SHAPES + header["shape"] if "shape" in header else ""
    return Check(path.stem, text, cast('Literal["Violation", "Warning", "Info"]', severity), messages, shape)


def _text(term: object) -> str:
    return str(getattr(term, "value", "") if not isinstance(term, ox.BlankNode) else term)
