"""Initiatives, legal documents and pages, as values."""

from collections.abc import Iterable
from dataclasses import dataclass

from builder.explorer.atlas import Atlas, values
from builder.explorer.rows import Named, Row, group, named
from builder.sparql import ask
from builder.text import alphabetical
from builder.vocabulary import NAMESPACES

INITIATIVES = """
SELECT DISTINCT ?initiative ?label ?type ?status ?area ?body ?unit ?name ?page ?document ?title ?issued ?legal
  ?number WHERE {
  ANCHOR
  ?initiative a cchc:Initiative ; rdfs:label ?label ; dcterms:type ?type .
  OPTIONAL { ?initiative cchc:status ?status }
  OPTIONAL { ?initiative cchc:reformArea ?area }
  OPTIONAL { ?initiative prov:wasAssociatedWith/rdfs:label ?body }
  OPTIONAL { ?initiative dcterms:spatial ?unit . ?unit rdfs:label ?name }
  OPTIONAL { ?initiative cchc:legalBasis ?legal . ?legal eli:id_local ?number }
  OPTIONAL { ?initiative prov:wasDerivedFrom ?document . ?document dcterms:identifier ?page }
  OPTIONAL { ?initiative prov:wasDerivedFrom/dcterms:title ?title }
  OPTIONAL { ?initiative prov:wasDerivedFrom/dcterms:issued ?issued }
}"""
DOCUMENTS = """
SELECT DISTINCT ?document ?page ?title ?issued ?address ?publisher ?publisherName WHERE {
  ANCHOR
  ?document a cchc:SourceDocument ; dcterms:identifier ?page .
  OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?document dcterms:issued ?issued }
  OPTIONAL { ?document dcterms:source ?address }
  OPTIONAL { ?document dcterms:publisher ?publisher . ?publisher rdfs:label ?publisherName }
}"""
LEGAL = """
SELECT DISTINCT ?legal ?number ?kind ?issued WHERE {
  ANCHOR
  ?legal a eli:LegalResource ; eli:id_local ?number .
  OPTIONAL { ?legal eli:type_document ?kind }
  OPTIONAL { ?legal eli:date_document ?issued }
}"""
SPANS = """
SELECT DISTINCT ?initiative ?begin ?end WHERE {
  VALUES ?document { ASKED }
  ?initiative prov:wasDerivedFrom ?document ; a cchc:Initiative ; cchc:evidence ?span .
  ?span nif:beginIndex ?begin ; nif:endIndex ?end .
}"""
ABOUT = "SELECT DISTINCT ?version ?label WHERE { ASKED dcterms:spatial ?version . ?version rdfs:label ?label }"
KIND = NAMESPACES["initiative-kind"]


@dataclass(frozen=True, slots=True)
class Initiative:
    """An initiative of one unit as one page reports it."""

    iri: str
    label: str
    kinds: tuple[str, ...]
    model: str  # IRI of the model it is one of, "" where it has none
    status: str
    area: str
    body: str
    unit: str  # its version then
    name: str
    document: str
    page: str
    title: str
    issued: str
    legal: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A page that was read."""

    iri: str
    page: str
    title: str
    issued: str
    address: str
    publisher: str
    publisher_name: str


@dataclass(frozen=True, slots=True)
class Legal:
    """A legal document that pages cite."""

    iri: str
    number: str
    kind: str
    issued: str


def initiatives_of_unit(atlas: Atlas, unit: str) -> list[Initiative]:
    """Return the initiatives of a unit under all its versions, by name."""
    return _initiatives(atlas, f"{values([unit])} cchc:hasVersion ?version . ?initiative dcterms:spatial ?version .")


def initiatives_of_document(atlas: Atlas, document: str) -> list[Initiative]:
    """Return the initiatives that a page reports."""
    return _initiatives(atlas, f"?initiative prov:wasDerivedFrom {values([document])} .")


def initiatives_of_kind(atlas: Atlas, kind: str) -> list[Initiative]:
    """Return the initiatives of a kind or of a model."""
    return _initiatives(atlas, f"?initiative dcterms:type {values([kind])} .")


def initiatives_on_basis(atlas: Atlas, legal: str) -> list[Initiative]:
    """Return the initiatives that rest on a legal document."""
    return _initiatives(atlas, f"?initiative cchc:legalBasis {values([legal])} .")


def find_initiative(atlas: Atlas, initiative: str) -> Initiative | None:
    """Return the initiative of an IRI."""
    return next(iter(_initiatives(atlas, f"VALUES ?initiative {{ {values([initiative])} }}")), None)


def all_initiatives(atlas: Atlas) -> list[Initiative]:
    """Return every initiative of the graph, by name."""
    return _initiatives(atlas, "")


def spans_of_initiatives(atlas: Atlas, document: str) -> dict[tuple[int, int], str]:
    """Return where a page names initiatives, in code points of its text, each with the initiative's IRI."""
    rows = ask(atlas.store, SPANS.replace("ASKED", values([document])))
    return {
        (int(row["begin"]), int(row["end"])): row["initiative"] for row in sorted(rows, key=lambda r: r["initiative"])
    }


def units_about(atlas: Atlas, document: str) -> list[Named]:
    """Return the units that a page is about."""
    return list(named(ask(atlas.store, ABOUT.replace("ASKED", values([document]))), "version", "label"))


def _initiatives(atlas: Atlas, anchor: str) -> list[Initiative]:
    groups = group(ask(atlas.store, INITIATIVES.replace("ANCHOR", anchor)), "initiative")
    found = [_initiative(iri, sorted(rows, key=lambda r: tuple(r.values()))) for iri, rows in groups.items()]
    return sorted(found, key=lambda i: (alphabetical(i.label), alphabetical(i.name), i.iri))


def _initiative(iri: str, rows: list[Row]) -> Initiative:
    row, types = rows[0], sorted({r["type"] for r in rows})
    return Initiative(
        iri=iri,
        kinds=tuple(t for t in types if t.startswith(KIND)),
        model=next((t for t in types if not t.startswith(KIND)), ""),
        issued=row["issued"][:10],
        legal=named(rows, "legal", "number"),
        **{n: row[n] for n in ("label", "status", "area", "body", "unit", "name", "document", "page", "title")},
    )


def documents_about(atlas: Atlas, unit: str) -> list[Document]:
    """Return the pages about a unit or with figures of it, the newest first."""
    own = f"{values([unit])} cchc:hasVersion ?version ."
    about = _documents(atlas, f"{own} ?document dcterms:spatial ?version .")
    telling = f"{own} ?figure sdmx-dimension:refArea ?version ; a cchc:Observation ; prov:wasDerivedFrom ?document ."
    return _newest_first({*about, *_documents(atlas, telling)})


def documents_citing(atlas: Atlas, legal: str) -> list[Document]:
    """Return the pages that cite a legal document, the newest first."""
    return _documents(atlas, f"?document dcterms:references {values([legal])} .")


def all_documents(atlas: Atlas) -> list[Document]:
    """Return every page of the graph, the newest first."""
    return _documents(atlas, "")


def find_document(atlas: Atlas, document: str) -> Document | None:
    """Return the page of an IRI."""
    return next(iter(_documents(atlas, f"VALUES ?document {{ {values([document])} }}")), None)


def _documents(atlas: Atlas, anchor: str) -> list[Document]:
    found: dict[str, Document] = {}
    for row in sorted(ask(atlas.store, DOCUMENTS.replace("ANCHOR", anchor)), key=lambda r: tuple(r.values())):
        told = (row["title"], row["issued"][:10], row["address"], row["publisher"], row["publisherName"])
        found.setdefault(row["document"], Document(row["document"], row["page"], *told))
    return _newest_first(found.values())


def _newest_first(documents: Iterable[Document]) -> list[Document]:
    return sorted(sorted(documents, key=lambda d: d.page), key=lambda d: d.issued, reverse=True)


def legal_cited_by(atlas: Atlas, document: str) -> list[Legal]:
    """Return the legal documents that a page cites, by number."""
    return _legal(atlas, f"{values([document])} dcterms:references ?legal .")


def find_legal(atlas: Atlas, legal: str) -> Legal | None:
    """Return the legal document of an IRI."""
    return next(iter(_legal(atlas, f"VALUES ?legal {{ {values([legal])} }}")), None)


def all_legal(atlas: Atlas) -> list[Legal]:
    """Return every legal document of the graph, by number."""
    return _legal(atlas, "")


def _legal(atlas: Atlas, anchor: str) -> list[Legal]:
    found: dict[str, Legal] = {}
    for row in sorted(ask(atlas.store, LEGAL.replace("ANCHOR", anchor)), key=lambda r: tuple(r.values())):
        told = (row["number"], row["kind"], row["issued"][:10])
        found.setdefault(row["legal"], Legal(row["legal"], *told))
    return sorted(found.values(), key=lambda each: (each.number, each.iri))
