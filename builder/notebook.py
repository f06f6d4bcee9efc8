"""A graph in a notebook: questions asked in one line, answers as Python values, tables and pandas data frames."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder import explainer, queries
from builder.errors import BuilderError, QueryError
from builder.gazetteer import load_gazetteer
from builder.headings import HEADINGS
from builder.lookup import look_up
from builder.pipeline import DERIVED, open_build
from builder.queries import Rows
from builder.sparql import PREFIXES
from builder.store import Store, open_store
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    import pandas

Value = str | int | float | bool | Decimal | date | None

XSD = NAMESPACES["xsd"]
SHOWN = 50  # rows of an answer that are shown
SHORTENED = (*(NAMESPACES["id"] + kind for kind in ("document/", "observation/", "")), NAMESPACES["scheme"])
WHOLE = ("integer", "int", "long", "nonNegativeInteger", "positiveInteger")
READERS: Mapping[str, Callable[[str], Value]] = {
    **{f"{XSD}{kind}": int for kind in WHOLE},
    f"{XSD}decimal": Decimal,
    f"{XSD}double": float,
    f"{XSD}float": float,
    f"{XSD}boolean": lambda text: text in {"true", "1"},
    f"{XSD}date": date.fromisoformat,
    f"{XSD}dateTime": datetime.fromisoformat,
}


def open_notebook_graph(target: Path) -> "Graph":
    """Return the graph of a build, and its figures on the units of another day if there are any, in memory.

    Raises:
        StoreError: the folder holds no build, or a file of it is damaged.

    """
    store = open_store("memory:")
    for path in (open_build(target), *(target / name for name in DERIVED)):
        if path.is_file():
            store.load_nquads(path)
    return Graph(store)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: rows of plain Python values, which a notebook shows as a table.

    Numbers are ``int`` or exact ``Decimal``, days are ``date``, addresses and text are ``str``, nothing is ``None``.
    """

    rows: Rows = field(repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return self.rows.columns

    def __len__(self) -> int:
        return len(self.rows.rows)

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Yield each row by the names of its columns."""
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> dict[str, Value]:
        return {name: _value(term) for name, term in zip(self.columns, self.rows.rows[number], strict=True)}

    def __repr__(self) -> str:
        """Return the answer as a table of text, without addresses of things that are named."""
        shown = self._shown()
        lines = [list(shown), *([_text(row[name]) for name in shown] for row in self._first())]
        widths = [max(len(line[n]) for line in lines) for n in range(len(shown))]
        told = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        ]
        return "\n".join((*told, *([f"… {len(self) - SHOWN} more"] if len(self) > SHOWN else [])))

    def to_pandas(self, *, exact: bool = False) -> "pandas.DataFrame":
        """Return the answer as a data frame; the extra ``tables`` is needed.

        Numbers become floats to count with, or stay exact ``Decimal`` values with ``exact``; whole numbers and truth
        values are nullable, days are ``datetime64``.
        """
        try:
            import pandas
        except ImportError as problem:
            raise BuilderError("a data frame needs pandas: python -m pip install 'cchc-graph[tables]'") from problem
        rows = list(self)
        frame = pandas.DataFrame({name: pandas.Series([r[name] for r in rows], dtype=object) for name in self.columns})
        for name in self.columns:
            kinds = {type(row[name]) for row in rows} - {type(None)}
            if kinds and kinds <= {date, datetime}:
                frame[name] = pandas.to_datetime(frame[name])
            elif kinds == {int}:
                frame[name] = frame[name].astype("Int64")
            elif kinds == {bool}:
                frame[name] = frame[name].astype("boolean")
            elif kinds and kinds <= {int, float, Decimal} and not exact:
                frame[name] = frame[name].astype(float)
        return frame

    def _repr_html_(self) -> str:
        shown = self._shown()
        head = "".join(f"<th>{_heading(name)}</th>" for name in shown)
        body = "".join(f"<tr>{''.join(f'<td>{_html(row[name])}</td>' for name in shown)}</tr>" for row in self._first())
        more = f", {SHOWN} dòng đầu / first {SHOWN} rows" if len(self) > SHOWN else ""
        told = f"<caption>{len(self)} dòng / {len(self)} rows{more}</caption>"
        return f"<table>{told}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def _first(self) -> Iterator[dict[str, Value]]:
        return (self[number] for number in range(min(len(self), SHOWN)))

    def _shown(self) -> tuple[str, ...]:
        """Return the columns worth showing: what is told by a name beside it is not."""
        return tuple(name for name in self.columns if f"{name}Label" not in self.columns)


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph to ask: saved questions by name, SPARQL as you write it, units, and what stands behind a figure."""

    store: Store = field(repr=False)

    def ask(self, question: str, **values: object) -> Answer:
        """Return the answer to a saved question; ``values`` go into its parameters, ``"any"`` leaves one open.

        Raises:
            QueryError: there is no such question or parameter, or the value does not fit.

        """
        given = {name: str(value) for name, value in values.items()}
        return Answer(queries.run(self.store, queries.bind(queries.load(question), given)))

    def sparql(self, text: str) -> Answer:
        """Return the answer to a SPARQL query, which may use every prefix of the project without declaring it."""
        return Answer(queries.run(self.store, PREFIXES + text))

    def questions(self) -> dict[str, tuple[str, ...]]:
        """Return the saved questions by name, with the names of their parameters."""
        return {each.name: tuple(p.name for p in each.parameters) for each in queries.catalogue()}

    def unit(self, name: str) -> Answer:
        """Return the versions of the administrative units of a name or code: ``graph.unit("Châu Thành, Sóc Trăng")``.

        Raises:
            QueryError: the register knows no unit of that name.

        """
        import pyoxigraph

        gazetteer = load_gazetteer()
        found = look_up(name, gazetteer)
        if not found:
            raise QueryError(f"no unit “{name}” in the register; write its diacritics, or give its code")
        day = pyoxigraph.NamedNode(f"{XSD}date")
        rows: list[tuple[Any, ...]] = []
        for each in found:
            above = ", ".join(unit.label for unit in gazetteer.ancestors(each) if unit.level != "country")
            days = [d and pyoxigraph.Literal(str(d), datatype=day) for d in (each.valid_from, each.valid_through)]
            version = pyoxigraph.NamedNode(f"{NAMESPACES['id']}unit/{each.key}")
            rows.append((*map(pyoxigraph.Literal, (each.code, each.label, above)), *days, version))
        return Answer(Rows(("code", "unitLabel", "parentLabel", "validFrom", "validThrough", "version"), tuple(rows)))

    def explain(self, figure: str) -> explainer.Explanation:
        """Return what stands behind a figure, given by address, identifier or place: ``"dong-hoi-2023.txt:425"``."""
        return explainer.explain(self.store, explainer.find_figure(self.store, figure))

    def query(self, text: str) -> Any:
        """Return the answer to a SPARQL query as pyoxigraph gives it."""
        return self.store.query(text)

    def graphs(self) -> tuple[str, ...]:
        """Return the addresses of the named graphs, sorted."""
        return self.store.graphs()

    def load_nquads(self, path: Path) -> None:
        """Take in all statements of a file of N-Quads."""
        self.store.load_nquads(path)

    def drop(self, graph: str) -> None:
        """Forget one named graph."""
        self.store.drop(graph)


# ---------------------------------------------------------------- values and how they are shown


def _value(term: Any) -> Value:
    """Return a term as a plain value; one that is none of its datatype stays text."""
    if term is None:
        return None
    text = str(getattr(term, "value", term))
    read = READERS.get(str(getattr(getattr(term, "datatype", None), "value", "")), str)
    try:
        return read(text)
    except (ArithmeticError, ValueError):
        return text


def _text(value: Value) -> str:
    """Return a value on one line, without what all addresses of its kind begin with."""
    if value is None:
        return ""
    text = " ".join(str(value).split())
    for base in SHORTENED:
        text = text.removeprefix(base)
    return text


def _html(value: Value) -> str:
    text = escape(_text(value))
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        return f'<a href="{escape(value)}">{text}</a>'
    return text


def _heading(column: str) -> str:
    vi, en = (escape(word) for word in HEADINGS.get(column, (column, column)))
    return vi if vi == en else f"{vi}<br><small>{en}</small>"
