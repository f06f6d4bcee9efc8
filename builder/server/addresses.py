"""Where the page about a thing is: between IRIs of the graph, places of the site, and names of files.

A *place* is the path of a page without its ending, such as ``doc/unit/94``, ``compare/on-time-rate`` or ``index``. IRIs
do not depend on the host that shows them. ``/id/…`` and the IRIs of concepts lead by status 303 to ``/doc/…``
(W3C, Cool URIs for the Semantic Web, section 4.2).
"""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from builder.identifiers import BASE, slug
from builder.vocabulary import NAMESPACES

ROOT = NAMESPACES["scheme"]
ONTOLOGY = NAMESPACES["cchc"]
CONCEPT_PART = "concept/"
RDF_ENDINGS: Mapping[str, str] = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
MEDIA: Mapping[str, str] = {"html": "text/html", **RDF_ENDINGS}
_PLAIN = re.compile(r"(?!\.)[A-Za-z0-9._~-]{1,80}(?<!\.)")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_SAFE = "/-._~!$'()*,;=:@"


def place_of(iri: str) -> str:
    """Return the place of the page about a thing, with ``#`` and a part of that page; "" if the thing is not ours.

    >>> place_of("https://w3id.org/cchc/id/unit/94"), place_of("https://w3id.org/cchc/level/commune")
    ('doc/unit/94', 'doc/concept/level/commune')
    >>> place_of("https://w3id.org/cchc/ontology#bound"), place_of("https://www.w3.org/")
    ('ontology#bound', '')
    """
    path, mark, part = iri.partition("#")
    if path + mark == ONTOLOGY or path == ONTOLOGY.rstrip("#"):
        return f"ontology{mark}{part}"
    if path.startswith(BASE) and path != BASE:
        return f"doc/{path.removeprefix(BASE)}{mark}{part}"
    if path.startswith(ROOT) and path != ROOT:
        return f"doc/{CONCEPT_PART}{path.removeprefix(ROOT)}{mark}{part}"
    return ""


def iri_of(path: str) -> str:
    """Return the IRI of the thing whose page is at ``doc/`` and a path, percent-encoding as in the IRI.

    >>> iri_of("unit/94"), iri_of("concept/level/commune")
    ('https://w3id.org/cchc/id/unit/94', 'https://w3id.org/cchc/level/commune')
    """
    encoded = quote(unquote(path), safe=_SAFE)
    return ROOT + encoded.removeprefix(CONCEPT_PART) if encoded.startswith(CONCEPT_PART) else BASE + encoded


def split_ending(path: str) -> tuple[str, str]:
    """Return a path without the ending of its format, and the ending; "" where it has none of ours.

    >>> split_ending("document/dong-hoi-2023.txt.ttl"), split_ending("document/dong-hoi-2023.txt")
    (('document/dong-hoi-2023.txt', 'ttl'), ('document/dong-hoi-2023.txt', ''))
    """
    stem, dot, ending = path.rpartition(".")
    return (stem, ending) if dot and stem and ending in MEDIA else (path, "")


def file_of(place: str, ending: str = "html") -> str:
    """Return the name of the file of a place, safe on every file system, whatever the names that pages gave.

    >>> file_of("doc/unit/94"), file_of("doc/document/a%20b.txt", "ttl")
    ('doc/unit/94.html', 'doc/document/a-b-txt-cd6c4a05.ttl')
    """
    return "/".join(_safe_segment(part) for part in place.split("/")) + f".{ending}"


def _safe_segment(segment: str) -> str:
    name = unquote(segment)
    if _PLAIN.fullmatch(name) and not _RESERVED.match(name):
        return name
    return f"{slug(name)[:40] or 'page'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
