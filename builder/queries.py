"""The saved questions: finds them, reads their headers, puts parameters in, asks them, and writes the answers down.

A question is a file of ``queries/``. Its header tells in English and Vietnamese what it answers and which parameters
it takes; a parameter is a row ``VALUES ?year { 2019 }  # parameter``, so the file runs as it stands. Header lines begin
with ``#+`` and hold a small part of YAML: ``key: value``, ``tags: [a, b]`` and the list ``parameters``.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.artefacts import query_files, read_query
from builder.errors import QueryError, StoreError
from builder.sparql import Answering
from builder.spreadsheet import BYTE_ORDER_MARK, is_number, safe_text, write_csv
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    import pyoxigraph

    Term = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple

CONCEPTS = NAMESPACES["scheme"]
DATA = NAMESPACES["id"]
XSD_STRING = NAMESPACES["xsd"] + "string"
XSD_DATE = NAMESPACES["xsd"] + "date"
ANY = "any"

TYPES = ("indicator", "unit", "level", "geography", "year", "integer", "date", "iri", "string")
TEXT_KEYS = ("summary", "summary_vi", "description", "description_vi")
PARAMETER_KEYS = ("name", "type", "label", "label_vi", "default")
PARAMETER_ROW = re.compile(r"(?m)^(?P<before> *VALUES \?(?P<name>\w+) \{ ).+?(?P<after> \} +# parameter *)$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be put into a question: its name, its type, what to call it, and the value it has by itself."""

    name: str
    type: str
    label: Mapping[str, str]
    default: str
    optional: bool = False  # accepts "any"


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question of the library with all that its header tells."""

    name: str
    summary: Mapping[str, str]  # language -> text
    description: Mapping[str, str]
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str = field(repr=False)

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name, or say which ones there are."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(p.name for p in self.parameters) or "no parameters"
        raise QueryError(f"{self.name}: unknown parameter “{name}”; this query takes {known}")


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer: named columns, and for each row a term or nothing in each column.

    The answer to a CONSTRUCT has the columns subject, predicate and object; that to an ASK has one row and the column
    answer.
    """

    columns: tuple[str, ...]
    rows: "tuple[tuple[Term | None, ...], ...]"
    kind: str = "select"  # "select", "ask", "construct"


# ---------------------------------------------------------------- the library


def catalogue(root: Path | None = None) -> list[SavedQuery]:
    """Return every saved question, by name."""
    return [read(path) for path in query_files(root)]


def load(name: str, root: Path | None = None) -> SavedQuery:
    """Return the saved question of that name; a misspelt one is answered with the nearest."""
    paths = {path.stem: path for path in query_files(root)}
    if name in paths:
        return read(paths[name])
    near = get_close_matches(name, paths, n=1, cutoff=0.5)
    advice = f"did you mean “{near[0]}”?" if near else f"there are {', '.join(paths)}"
    raise QueryError(f"no saved query “{name}”; {advice}")


def read(path: Path) -> SavedQuery:
    """Read one question with its header."""
    text = read_query(path)
    header = _read_header(path, text)
    found = {match["name"] for match in PARAMETER_ROW.finditer(text)}
    named = {parameter.name for parameter in header.parameters}
    if found != named:
        raise QueryError(
            f"{path}: header and rows disagree about the parameters {', '.join(sorted(found ^ named))}; "
            "each needs an entry in the header and a row “VALUES ?name { value }  # parameter”"
        )
    summary, description = header.both("summary"), header.both("description")
    return SavedQuery(path.stem, summary, description, header.tags, header.parameters, text)


# ---------------------------------------------------------------- headers


class _Header:
    """What the ``#+`` lines of one file tell."""

    def __init__(self, texts: dict[str, str], parameters: list[dict[str, str]]) -> None:
        self.texts = texts
        self.tags = tuple(tag.strip() for tag in texts["tags"][1:-1].split(","))
        self.parameters = tuple(
            Parameter(p["name"], p["type"], {"en": p["label"], "vi": p["label_vi"]}, p["default"], "optional" in p)
            for p in parameters
        )

    def both(self, key: str) -> dict[str, str]:
        """Return a text in both languages."""
        return {"en": self.texts[key], "vi": self.texts[f"{key}_vi"]}


def _read_header(path: Path, text: str) -> _Header:
    """Read the header of a file strictly; whatever is wrong is named with its line."""
    texts: dict[str, str] = {}
    parameters: list[dict[str, str]] = []
    numbered = [(n, line[2:]) for n, line in enumerate(text.split("\n"), 1) if line.startswith("#+")]
    for number, line in numbered:
        where = f"{path}, line {number}"
        target, key, value = _read_line(where, line, texts, parameters)
        if key in target:
            raise QueryError(f"{where}: “{key}” stands twice")
        target[key] = value
    _check_texts(path, texts)
    for parameter in parameters:
        _check_parameter(path, parameter)
    return _Header(texts, parameters)


HEADER_LINE = re.compile(r" (?P<indent>  - |    )?(?P<key>[a-z_]+):(?: (?P<value>\S.*))?")


def _read_line(
    where: str, line: str, texts: dict[str, str], parameters: list[dict[str, str]]
) -> tuple[dict[str, str], str, str]:
    """Return where the line belongs, its key and its value."""
    match = HEADER_LINE.fullmatch(line.rstrip())
    if not match:
        raise QueryError(f"{where}: not a header line; write “#+ key: value”, list entries as “#+   - name: value”")
    indent, key, value = match["indent"], match["key"], match["value"] or ""
    if ": " in value or " #" in value or value[:1] in set("\"'&*!|>%@`{"):
        raise QueryError(f"{where}: the value would not be plain YAML; avoid “: ”, “ #” and a leading sign")
    if indent is None:
        return texts, key, value
    if indent.strip():
        parameters.append({})
    if "parameters" not in texts or not parameters:
        raise QueryError(f"{where}: an indented line belongs under “parameters:” after a “- name:”")
    return parameters[-1], key, value


def _check_texts(path: Path, texts: Mapping[str, str]) -> None:
    """Refuse a header that lacks a text in one language or knows a key that we do not."""
    missing = [key for key in (*TEXT_KEYS, "tags") if not texts.get(key)]
    unknown = sorted(set(texts) - {*TEXT_KEYS, "tags", "parameters"})
    if missing:
        raise QueryError(f"{path}: the header lacks {', '.join(missing)}")
    if unknown:
        raise QueryError(f"{path}: unknown header keys {', '.join(unknown)}")
    if not re.fullmatch(r"\[[a-z-]+(, [a-z-]+)*\]", texts["tags"]):
        raise QueryError(f"{path}: write tags as [one, two]")


def _check_parameter(path: Path, parameter: Mapping[str, str]) -> None:
    """Refuse a parameter that is not fully described."""
    name = parameter.get("name", "without a name")
    missing = [key for key in PARAMETER_KEYS if not parameter.get(key)]
    unknown = sorted(set(parameter) - {*PARAMETER_KEYS, "optional"})
    if missing or unknown:
        raise QueryError(f"{path}: parameter “{name}”: lacks {missing}, unknown keys {unknown}")
    if parameter["type"] not in TYPES:
        raise QueryError(f"{path}: parameter “{name}”: type “{parameter['type']}” is none of {', '.join(TYPES)}")
    if parameter.get("optional", "true") != "true" or (parameter["default"] == ANY and "optional" not in parameter):
        raise QueryError(f"{path}: parameter “{name}”: write “optional: true” where “{ANY}” is accepted, else nothing")


# ---------------------------------------------------------------- parameters


def bind(query: SavedQuery, values: Mapping[str, str], base: str = DATA) -> str:
    """Return the text of the question with the given values in place of its own.

    Every value is written as one RDF term, so no value can change what is asked. ``base`` is where addresses of data
    begin.
    """
    terms = {name: _write_term(query, query.parameter(name), value, base) for name, value in values.items()}

    def fill(row: re.Match[str]) -> str:
        return row["before"] + terms[row["name"]] + row["after"] if row["name"] in terms else row[0]

    return PARAMETER_ROW.sub(fill, query.text)


def _write_term(query: SavedQuery, parameter: Parameter, value: str, base: str) -> str:
    """Write a value as SPARQL, or say what this parameter takes."""
    if value == ANY and parameter.optional:
        return "UNDEF"
    try:
        return WRITERS[parameter.type](value, base)
    except ValueError as problem:
        also = f" or “{ANY}”" if parameter.optional else ""
        raise QueryError(
            f"{query.name}: parameter “{parameter.name}” cannot be “{value}”; give {EXPECTED[parameter.type]}{also}"
        ) from problem


def _write_iri(value: str, base: str) -> str:  # noqa: ARG001  all writers are called alike
    import pyoxigraph

    return str(pyoxigraph.NamedNode(value))


def _write_concept(scheme: str) -> Callable[[str, str], str]:
    """Return a writer that takes the identifier of a concept or its address."""

    def write(value: str, base: str) -> str:
        if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
            return _write_iri(f"{CONCEPTS}{scheme}/{value}", base)
        return _write_iri(value, base)

    return write


GEOGRAPHIES = {"as-reported": "Observation", "as-of": "ComparableFigure"}  # -> the class of the figures asked about


def _write_geography(value: str, base: str) -> str:
    if value not in GEOGRAPHIES:
        raise ValueError(value)
    return _write_iri(NAMESPACES["cchc"] + GEOGRAPHIES[value], base)


def _write_unit(value: str, base: str) -> str:
    if re.fullmatch(r"[0-9A-Z]+(/(origin|\d{4}-\d\d-\d\d))?", value):
        return _write_iri(f"{base}unit/{value}", base)
    return _write_iri(value, base)


def _write_integer(value: str, base: str) -> str:  # noqa: ARG001
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise ValueError(value)
    return str(int(value))


def _write_year(value: str, base: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", value):
        raise ValueError(value)
    return _write_integer(value, base)


def _write_date(value: str, base: str) -> str:  # noqa: ARG001
    day = date.fromisoformat(value)
    return f'"{day.isoformat()}"^^<{XSD_DATE}>'


def _write_string(value: str, base: str) -> str:  # noqa: ARG001
    r"""Write text as a literal.

    SPARQL resolves ``\u0022`` before it looks at strings, so a ``u`` after a backslash is itself written as an escape.
    """
    import pyoxigraph

    literal = str(pyoxigraph.Literal(value))
    return re.sub(r"(?<!\\)((?:\\\\)+)([uU])", lambda m: f"{m[1]}\\U{ord(m[2]):08x}", literal)


WRITERS: Mapping[str, Callable[[str, str], str]] = {
    "indicator": _write_concept("indicator"),
    "unit": _write_unit,
    "level": _write_concept("level"),
    "geography": _write_geography,
    "year": _write_year,
    "integer": _write_integer,
    "date": _write_date,
    "iri": _write_iri,
    "string": _write_string,
}
EXPECTED = {
    "indicator": "the identifier of an indicator, such as on-time-rate, or its IRI",
    "unit": "a code such as 875, a code with version such as 875/origin, or an IRI",
    "level": "province, district or commune",
    "geography": "as-reported, or as-of for the units of the day that cchc comparable was run for",
    "year": "a year of four digits",
    "integer": "a whole number",
    "date": "a day such as 2019-11-28",
    "iri": "an absolute IRI",
    "string": "text",
}


# ---------------------------------------------------------------- asking


def run(store: Answering, text: str) -> Rows:
    """Ask a store and return the whole answer."""
    try:
        return collect(store.query(text))
    except SyntaxError as problem:
        raise QueryError(f"the query cannot be read: {problem.msg}") from problem
    except (OSError, RuntimeError) as problem:
        raise StoreError(f"the store stopped answering: {problem}") from problem


def collect(answer: Any) -> Rows:
    """Turn what the engine gives into rows."""
    import pyoxigraph

    if isinstance(answer, pyoxigraph.QueryBoolean):
        truth = pyoxigraph.Literal(bool(answer))
        return Rows(("answer",), ((truth,),), "ask")
    if isinstance(answer, pyoxigraph.QuerySolutions):
        columns = tuple(variable.value for variable in answer.variables)
        return Rows(columns, tuple(tuple(solution) for solution in answer))
    triples = sorted({(t.subject, t.predicate, t.object) for t in answer}, key=lambda t: tuple(map(str, t)))
    return Rows(("subject", "predicate", "object"), tuple(triples), "construct")


# ---------------------------------------------------------------- answers written down


def as_cells(rows: Rows, base: str = "") -> list[list[str]]:
    """Return the answer as plain text; addresses under ``base`` are shortened to what follows it."""
    return [[_plain(term, base) for term in row] for row in rows.rows]


def _plain(term: "Term | None", base: str = "") -> str:
    if term is None:
        return ""
    value = getattr(term, "value", None)
    text = str(term) if value is None else str(value)
    is_literal = hasattr(term, "language")
    return text.removeprefix(base) if base and not is_literal else text


def as_csv(rows: Rows) -> str:
    """Return the answer as SPARQL CSV: a line of column names, then plain values, each line ended by a line feed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows(as_cells(rows))
    return out.getvalue()


def as_spreadsheet(rows: Rows, header: Sequence[str] = ()) -> str:
    """Return the answer as CSV that is safe to open in a spreadsheet.

    It begins with a byte order mark; numbers stay numbers, and other text that could be taken for a formula is led in
    by an apostrophe. ``header`` are the columns in words, by themselves their names.
    """
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    cells = ([_shown(term) for term in row] for row in rows.rows)
    write_csv(out, [safe_text(name) for name in header or rows.columns], cells)
    return out.getvalue()


def _shown(term: "Term | None") -> str:
    """Return a term as a cell; only what is a number by type and by letter is left as it is."""
    text = _plain(term)
    typed = getattr(getattr(term, "datatype", None), "value", XSD_STRING) != XSD_STRING
    return text if typed and is_number(text) else safe_text(text)


def as_json(rows: Rows) -> str:
    """Return the answer as SPARQL 1.1 Query Results JSON."""
    if rows.kind == "ask":
        answer: dict[str, Any] = {"head": {}, "boolean": _plain(rows.rows[0][0]) == "true"}
    else:
        bindings = [dict(_json_cells(rows.columns, row)) for row in rows.rows]
        answer = {"head": {"vars": list(rows.columns)}, "results": {"bindings": bindings}}
    return json.dumps(answer, ensure_ascii=False, indent=1) + "\n"


def _json_cells(columns: Iterable[str], row: "Iterable[Term | None]") -> Iterator[tuple[str, dict[str, str]]]:
    for column, term in zip(columns, row, strict=True):
        if term is not None:
            yield column, _json_term(term)


def _json_term(term: Any) -> dict[str, str]:
    import pyoxigraph

    if isinstance(term, pyoxigraph.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, pyoxigraph.BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, pyoxigraph.Literal):
        raise QueryError(f"the answer holds {term}, which results in JSON cannot; select its parts instead")
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    typed = {} if term.datatype.value == XSD_STRING else {"datatype": term.datatype.value}
    return {"type": "literal", "value": term.value, **typed}


def as_turtle(rows: Rows) -> str:
    """Return the answer to a CONSTRUCT or DESCRIBE as Turtle with the prefixes of the project."""
    import pyoxigraph

    from builder.turtle import write_turtle

    if rows.kind != "construct":
        raise QueryError("only a CONSTRUCT or DESCRIBE query has an answer in Turtle; choose table, csv or json")
    statements: Any = rows.rows
    return write_turtle(pyoxigraph.Triple(*row) for row in statements)
