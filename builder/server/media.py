"""Which format a reader likes best (RFC 9110, section 12.5.1)."""

from collections.abc import Mapping, Sequence

ALSO_CALLED: Mapping[str, tuple[str, ...]] = {  # common names of formats -> the one that is answered, if it is offered
    "application/json": ("application/sparql-results+json", "application/ld+json"),
    "application/xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "text/xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "application/x-turtle": ("text/turtle",),
    "text/plain": ("application/n-triples",),
}


def best_media(accept: str, offers: Sequence[str]) -> str | None:
    """Return the media type of those offered that an Accept header likes best, None where it accepts none of them.

    >>> best_media("text/turtle;q=0.4, application/json", ["text/turtle", "application/ld+json"])
    'application/ld+json'
    """
    from werkzeug.datastructures import MIMEAccept
    from werkzeug.http import parse_accept_header

    parsed = parse_accept_header(accept, MIMEAccept)
    bare = MIMEAccept([(value.partition(";")[0].strip(), quality) for value, quality in parsed])
    unoffered = {other: known for other, known in ALSO_CALLED.items() if other not in offers}
    names = {other: offer for other, known in unoffered.items() for offer in known[::-1] if offer in offers}
    found = bare.best_match([*offers, *names])
    return names.get(found, found) if found else None
