"""An administrative unit: its versions, the changes it went through, what lies in it, and what pages tell of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from builder.explorer.atlas import Atlas, values
from builder.explorer.figures import Figure, figures_of_unit, newest_first
from builder.explorer.rows import Named, Row, day, group, named
from builder.explorer.things import Document, Initiative, documents_about, initiatives_of_unit
from builder.sparql import ask
from builder.text import alphabetical

UNIT = """
SELECT DISTINCT ?unit ?code WHERE {
  VALUES ?asked { ASKED }
  { ?asked a cchc:AdministrativeUnit BIND(?asked AS ?unit) } UNION { ?asked cchc:versionOf ?unit }
  ?unit dcterms:identifier ?code .
}"""
VERSIONS = """
SELECT DISTINCT ?version ?label ?type ?level ?from ?through ?parent ?parentLabel ?liesIn ?liesInLabel WHERE {
  VALUES ?unit { ASKED }
  ?version cchc:versionOf ?unit ; rdfs:label ?label ; cchc:unitType ?type ; cchc:level ?level .
  OPTIONAL { ?version schema:validFrom ?from }
  OPTIONAL { ?version schema:validThrough ?through }
  OPTIONAL { ?version dcterms:isPartOf ?parent . ?parent rdfs:label ?parentLabel }
  OPTIONAL { ?version cchc:liesIn ?liesIn . ?liesIn rdfs:label ?liesInLabel }
}"""
CHANGES = """
SELECT DISTINCT ?change ?day ?kind ?legal ?number ?old ?oldLabel ?new ?newLabel WHERE {
  VALUES ?unit { ASKED }
  ?own cchc:versionOf ?unit .
  { ?change org:originalOrganization ?own } UNION { ?change org:resultingOrganization ?own }
  ?change prov:startedAtTime ?day ; dcterms:type ?kind ; org:originalOrganization ?old . ?old rdfs:label ?oldLabel .
  OPTIONAL { ?change org:resultingOrganization ?new . ?new rdfs:label ?newLabel }
  OPTIONAL { ?change cchc:legalBasis ?legal . ?legal eli:id_local ?number }
}"""
PARTS = """
SELECT DISTINCT ?part ?label ?level WHERE {
  VALUES ?unit { ASKED }
  ?version cchc:versionOf ?unit . ?part dcterms:isPartOf+ ?version ; rdfs:label ?label ; cchc:level ?level .
  { ?told sdmx-dimension:refArea ?part } UNION { ?told dcterms:spatial ?part }
}"""


@dataclass(frozen=True, slots=True)
class Version:
    """A unit during a time in which name, kind and parent stayed the same; both days included, None is open."""

    iri: str
    label: str
    type: str
    level: str
    valid_from: date | None
    valid_through: date | None
    parents: tuple[Named, ...]
    lies_in: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which units became others, and the document that says so."""

    iri: str
    day: date
    kinds: tuple[str, ...]
    legal: tuple[Named, ...]
    before: tuple[Named, ...]
    after: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """All that a page about a unit shows."""

    iri: str
    code: str
    versions: tuple[Version, ...]  # oldest first
    changes: tuple[Change, ...]
    figures: tuple[Figure, ...]
    initiatives: tuple[Initiative, ...]
    documents: tuple[Document, ...]
    parts: tuple[tuple[str, str, str], ...]  # units in it of which pages tell: IRI, label, level

    @property
    def latest(self) -> Version:
        """Return the newest version."""
        return self.versions[-1]


def find_unit(atlas: Atlas, asked: str) -> Unit | None:
    """Return the unit of an IRI, which may be that of one of its versions; None where the graph has none."""
    row = next(ask(atlas.store, UNIT.replace("ASKED", values([asked]))), None)
    if row is None:
        return None
    unit = values([row["unit"]])
    versions = _versions(ask(atlas.store, VERSIONS.replace("ASKED", unit)))
    if not versions:
        return None
    parts = {r["part"]: (r["part"], r["label"], r["level"]) for r in ask(atlas.store, PARTS.replace("ASKED", unit))}
    return Unit(
        iri=row["unit"],
        code=row["code"],
        versions=versions,
        changes=_changes(ask(atlas.store, CHANGES.replace("ASKED", unit))),
        figures=tuple(figures_of_unit(atlas, row["unit"])),
        initiatives=tuple(initiatives_of_unit(atlas, row["unit"])),
        documents=tuple(documents_about(atlas, row["unit"])),
        parts=tuple(sorted(parts.values(), key=lambda p: (p[2], alphabetical(p[1]), p[0]))),
    )


def _versions(rows: Iterable[Row]) -> tuple[Version, ...]:
    found = [
        Version(
            iri,
            told[0]["label"],
            told[0]["type"],
            told[0]["level"],
            day(told[0]["from"]),
            day(told[0]["through"]),
            named(told, "parent", "parentLabel"),
            named(told, "liesIn", "liesInLabel"),
        )
        for iri, told in group(rows, "version").items()
    ]
    return tuple(sorted(found, key=lambda v: (v.valid_from or date.min, v.iri)))


def _changes(rows: Iterable[Row]) -> tuple[Change, ...]:
    found = [
        Change(
            iri,
            date.fromisoformat(told[0]["day"][:10]),
            tuple(sorted({row["kind"] for row in told})),
            named(told, "legal", "number"),
            named(told, "old", "oldLabel"),
            named(told, "new", "newLabel"),
        )
        for iri, told in group(rows, "change").items()
    ]
    return tuple(sorted(found, key=lambda c: (c.day, c.iri)))


def by_indicator(figures: tuple[Figure, ...]) -> Mapping[str, list[Figure]]:
    """Group figures by indicator, each group newest first."""
    groups: dict[str, list[Figure]] = {}
    for figure in sorted(figures, key=newest_first):
        groups.setdefault(figure.indicator, []).append(figure)
    return groups
