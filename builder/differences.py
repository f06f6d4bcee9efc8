"""What is different between two builds: their statements, and the facts that were added, removed or changed.

The graphs are sorted, so both are read once side by side; only what is said of things about which a statement differs
is looked at closer.
"""

import re
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from heapq import merge
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox

from builder.errors import StoreError
from builder.states import CLASSES
from builder.vocabulary import CCHC, DCTERMS, NAMESPACES, PROV, RDF, RDFS, SDMX_ATTRIBUTE, SDMX_DIMENSION, SDMX_MEASURE

STATES = {getattr(CCHC, name): state for name, state in CLASSES.items()} | {CCHC.Initiative: "initiative"}
_TOLD = {
    CCHC.indicator: "indicator",
    CCHC.phrase: "phrase",
    RDFS.label: "label",
    SDMX_DIMENSION.refArea: "unit",
    DCTERMS.spatial: "unit",
    CCHC.level: "level",
    CCHC.agency: "agency",
    PROV.wasAssociatedWith: "agency",
    CCHC.periodStart: "start",
    CCHC.periodEnd: "end",
    SDMX_MEASURE.obsValue: "value",
    CCHC.printedValue: "printed",
    SDMX_ATTRIBUTE.unitMeasure: "measure",
    CCHC.bound: "bound",
    CCHC.status: "status",
    DCTERMS.type: "kinds",
    CCHC.legalBasis: "basis",
    CCHC.confidence: "confidence",
    CCHC.rule: "rule",
}
_IDENTITY = ("page", "indicator", "phrase", "label", "unit", "level", "agency", "start", "end", "status")
_BASES = sorted((NAMESPACES["id"] + "unit/", NAMESPACES["id"], NAMESPACES["scheme"]), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a build says at one place of a page: its indicator, unit, value and so on, by these names."""

    address: str
    page: str
    begin: int  # where its first evidence begins
    state: str  # "accepted", "review", "candidate", "initiative"
    told: Mapping[str, str]

    def named(self) -> dict[str, str]:
        """Return all that tells what is said, by name; not where in the page it stands."""
        return {"page": self.page, "state": self.state, **self.told}


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of two builds that they tell differently."""

    old: Fact
    new: Fact

    @property
    def names(self) -> list[str]:
        """Return what is told differently."""
        old, new = self.old.named(), self.new.named()
        return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different between two builds; lines are statements as N-Quads."""

    removed_lines: tuple[str, ...]
    added_lines: tuple[str, ...]
    removed: tuple[Fact, ...]
    added: tuple[Fact, ...]
    changed: tuple[Change, ...]
    moved: int  # facts that are told elsewhere in their page, and are the same otherwise

    @property
    def is_empty(self) -> bool:
        """Tell whether both builds state the same."""
        return not (self.removed_lines or self.added_lines)


def compare_graphs(old: Path, new: Path) -> Difference:
    """Return what is different between the sorted graphs of two builds.

    Two facts are one that changed where their addresses are the same; where they stand at one place of a page and have
    one indicator or are printed alike; where all but the number is the same; where only unit and period are not.

    Raises:
        StoreError: a graph cannot be read.

    """
    try:
        removed_lines, added_lines = _tell_apart(old, new)
        gone, come = _read_facts(old, removed_lines, added_lines), _read_facts(new, removed_lines, added_lines)
    except (OSError, ValueError, SyntaxError) as problem:
        raise StoreError(f"{old}, {new}: cannot be compared: {problem}; build them again") from problem
    pairs = [(gone.pop(address), come.pop(address)) for address in sorted(gone.keys() & come.keys())]
    for key in (_by_indicator, _by_printed, _by_identity, _by_words):
        pairs += _pair(gone, come, key)
    changes = sorted((Change(*pair) for pair in pairs), key=lambda change: _order(change.new))
    changed = tuple(change for change in changes if change.names)
    removed, added = (tuple(sorted(facts.values(), key=_order)) for facts in (gone, come))
    return Difference(removed_lines, added_lines, removed, added, changed, len(changes) - len(changed))


def write_patch(difference: Difference, old: Path, new: Path) -> str:
    """Return the statements to delete and to add as RDF Patch; its header names both graphs by their SHA-256.

    https://afs.github.io/rdf-delta/rdf-patch.html, names by RFC 6920
    """
    head = [f"H id <{_name(new)}> .\n", f"H prev <{_name(old)}> .\n", "TX .\n"]
    deleted = (f"D {line}" for line in difference.removed_lines)
    added = (f"A {line}" for line in difference.added_lines)
    return "".join([*head, *deleted, *added, "TC .\n"])


def _name(graph: Path) -> str:
    with graph.open("rb") as file:
        digest = file_digest(file, "sha256").digest()
    return f"ni:///sha-256;{urlsafe_b64encode(digest).decode().rstrip('=')}"


# ---------------------------------------------------------------- statements


def _tell_apart(old: Path, new: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the lines of the first file only, and those of the second only; both are sorted."""
    with old.open(encoding="utf-8", newline="\n") as first, new.open(encoding="utf-8", newline="\n") as second:
        lines = merge(((line, 0) for line in first), ((line, 1) for line in second))
        apart: tuple[list[str], list[str]] = ([], [])
        for line, group in groupby(lines, key=lambda pair: pair[0]):
            files = {file for _, file in group}
            if len(files) == 1:
                apart[files.pop()].append(line)
    return tuple(apart[0]), tuple(apart[1])


# ---------------------------------------------------------------- facts


def _read_facts(graph: Path, *differing: Iterable[str]) -> dict[str, Fact]:
    """Return the facts of a graph, by address, of which some statement differs."""
    subjects = {line.split(" ", 1)[0] for lines in differing for line in lines}
    said: dict[str, list[ox.Quad]] = defaultdict(list)
    with graph.open(encoding="utf-8", newline="\n") as lines:
        wanted = "".join(line for line in lines if line.split(" ", 1)[0] in subjects)
    for quad in ox.parse(wanted.encode(), format=ox.RdfFormat.N_QUADS):
        said[_value(quad.subject)].append(quad)
    return {address: fact for address, quads in said.items() if (fact := _fact(address, quads))}


def _fact(address: str, quads: Iterable[ox.Quad]) -> Fact | None:
    values: dict[str, list[str]] = defaultdict(list)
    for quad in quads:
        values[_value(quad.predicate)].append(_value(quad.object))
    state = next((STATES[kind] for kind in values[RDF.type] if kind in STATES), None)
    if state is None:
        return None
    values[DCTERMS.type] = [kind for kind in values[DCTERMS.type] if "/id/model/" not in kind]  # the label tells it
    told = {name: " ".join(sorted(map(_short, values[word]))) for word, name in _TOLD.items() if values[word]}
    begins = [int(found[1]) for proof in values[CCHC.evidence] if (found := re.search(r"#char=(\d+),", proof))]
    page = unquote(next(iter(values[PROV.wasDerivedFrom]), "").removeprefix(NAMESPACES["id"] + "document/"))
    return Fact(address, page, min(begins, default=-1), state, told)


def _value(term: object) -> str:
    return str(getattr(term, "value", ""))


def _short(value: str) -> str:
    """Return what stands behind the base of our own addresses, and for a concept its own name."""
    base = next((base for base in _BASES if value.startswith(base)), "")
    name = value.removeprefix(base)
    return name.split("/", 1)[1] if base == NAMESPACES["scheme"] and "/" in name else name


def _order(fact: Fact) -> tuple[str, int, str]:
    return fact.page, fact.begin, fact.address


def _by_indicator(fact: Fact) -> tuple[str, ...]:
    """Name what is told at a place: the same indicator there, or an initiative."""
    return fact.page, str(fact.begin), fact.told.get("indicator", fact.state)


def _by_printed(fact: Fact) -> tuple[str, ...]:
    """Name the characters at a place, whatever they are read as."""
    return fact.page, str(fact.begin), fact.told.get("printed", "")


def _by_identity(fact: Fact) -> tuple[str, ...]:
    """Name all that tells a fact from others of its page but its number."""
    named = fact.named()
    return tuple(named.get(name, "") for name in _IDENTITY)


def _by_words(fact: Fact) -> tuple[str, ...]:
    """Name what is told and with which number, whoever it is about and when."""
    return fact.page, *(fact.told.get(name, "") for name in ("indicator", "phrase", "label", "printed"))


def _pair(
    gone: dict[str, Fact], come: dict[str, Fact], key: Callable[[Fact], tuple[str, ...]]
) -> Iterator[tuple[Fact, Fact]]:
    """Take the facts with the same key out of both and yield them together, in the order of the page."""
    waiting: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
    for fact in sorted(gone.values(), key=_order, reverse=True):
        waiting[key(fact)].append(fact)
    for fact in sorted(come.values(), key=_order):
        if waiting[key(fact)]:
            yield gone.pop(waiting[key(fact)].pop().address), come.pop(fact.address)
