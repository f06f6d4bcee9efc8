"""Every IRI of the graph: pure functions of names, codes and dates. The same page gives the same IRIs every day."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from builder.facts import Candidate, Comparable, Initiative, Observation, Period, Span
from builder.text import without_marks

BASE = "https://w3id.org/cchc/id/"
REGISTER_GRAPH = BASE + "graph/register"
ONTOLOGY_GRAPH = BASE + "graph/ontology"
DATASET = BASE + "dataset/figures"
CORROBORATION_GRAPH = BASE + "graph/figures#corroboration"
COVERAGE_GRAPH = BASE + "graph/figures#coverage"
MODEL_SCHEME = BASE + "model"
PAGE = "document"
PAGE_THINGS = ("candidate", PAGE, "initiative", "issue", "observation", "review")  # of one page alone; sorted
_SAFE = "/-._~!$'()*,;=:@"
_NOT_IN_ADDRESS = re.compile(r"[\s<>\"{}|\\^`\[\]\x00-\x20\x7f-\x9f]|%(?![0-9A-Fa-f]{2})")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return a text as part of an address: without diacritics, lower case, hyphens between words.

    >>> slug("3 không 1 biết"), slug("517/KH-UBND")
    ('3-khong-1-biet', '517-kh-ubnd')
    """
    return _NOT_IN_SLUG.sub("-", without_marks(text)).strip("-")


@lru_cache(maxsize=64)
def web_address(url: str) -> str:
    """Return the address of a page as it can stand in the graph; nothing if it is none.

    >>> web_address(" https://tienyen.gov.vn/tin tuc?id=1 "), web_address("trang 5")
    ('https://tienyen.gov.vn/tin%20tuc?id=1', '')
    """
    address = _NOT_IN_ADDRESS.sub(lambda found: quote(found.group()), url.strip())
    try:
        ox.NamedNode(address)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.hostname else ""


@lru_cache(maxsize=64)
def document_iri(identifier: str) -> str:
    """Name a page by its path."""
    return BASE + "document/" + quote(identifier, safe=_SAFE)


def graph_iri(identifier: str) -> str:
    """Name the graph of all that a page gave rise to."""
    return BASE + "graph/" + quote(identifier, safe=_SAFE)


def review_graph_iri(identifier: str) -> str:
    """Name the graph of what was read on a page but is not sure enough to count; no page has an address like it."""
    return graph_iri(identifier) + "#review"


def candidate_graph_iri(identifier: str) -> str:
    """Name the graph of the numbers of a page that no indicator explains."""
    return graph_iri(identifier) + "#candidate"


def graph_iris(identifier: str) -> tuple[str, ...]:
    """Name all graphs that a page gave rise to: to replace the page is to replace these."""
    return graph_iri(identifier), review_graph_iri(identifier), candidate_graph_iri(identifier)


def text_iri(identifier: str) -> str:
    """Name the text of a page as read."""
    return document_iri(identifier) + "#text"


def span_iri(identifier: str, span: Span) -> str:
    """Name a stretch of a page's text, in the notation of RFC 5147."""
    return f"{document_iri(identifier)}#char={span.start},{span.end}"


def unit_iri(code: str) -> str:
    """Name a unit by its code."""
    return f"{BASE}unit/{code}"


def version_iri(key: str) -> str:
    """Name a unit as it was: code and first day of the version."""
    return f"{BASE}unit/{key}"


def body_iri(code: str, label: str) -> str:
    """Name a public body of a unit."""
    return f"{BASE}body/{code}/{_local(label)}"


def publisher_iri(host: str) -> str:
    """Name the publisher of a page by its host."""
    return f"{BASE}publisher/{quote(host, safe=_SAFE)}"


def interval_iri(period: Period) -> str:
    """Name a period by its first and last day; an open end is left empty.

    >>> from datetime import date
    >>> interval_iri(Period(None, date(2019, 11, 28)))[-21:]
    'interval/_2019-11-28'
    """
    return f"{BASE}interval/{period.start or ''}_{period.end or ''}"


def legal_iri(number: str, issued: object = None, issuer: str = "") -> str:
    """Name a legal document by number, and by issuer where numbers repeat between local committees and councils."""
    local = re.search(r"UBND|HĐND|BC|KH|TB|CV|TTr|SNV|QĐ", number) and not re.search(r"TTg|CP|QH|TW", number)
    parts = [_local(number)]
    if local and issued is not None:
        parts.append(str(issued)[:4])
    if local and issuer:
        parts.append(_local(issuer))
    return BASE + "legal/" + "/".join(parts)


def model_iri(label: str) -> str:
    """Name what an initiative is called, so that the same model of several localities meets in one node."""
    return f"{BASE}model/{_local(label)}"


def observation_iri(identifier: str, observation: Observation) -> str:
    """Name a figure by its page and everything that tells it from the page's other figures.

    One that waits for review is named alike in another place, so that the two are never taken for one another.
    """
    period = observation.period
    parts = (
        identifier,
        observation.indicator,
        observation.area,
        str(period.start) if period else "",
        str(period.end) if period else "",
        observation.level or "",
        observation.status,
        observation.bound,
        str(observation.value),
        observation.agency,
    )
    return BASE + ("observation/" if observation.accepted else "review/") + _digest("\x1f".join(parts))


def candidate_iri(identifier: str, candidate: Candidate) -> str:
    """Name a number without an indicator by its page and the first place where it stands."""
    return BASE + "candidate/" + _digest("\x1f".join((identifier, str(candidate.evidence[0].span))))


def initiative_iri(identifier: str, initiative: Initiative) -> str:
    """Name an initiative by its page, place and label."""
    return BASE + "initiative/" + _digest("\x1f".join((identifier, initiative.area, initiative.label)))


def issue_iri(identifier: str, kind: str, span: Span | None, message: str) -> str:
    """Name what a page leaves open."""
    return BASE + "issue/" + _digest("\x1f".join((identifier, kind, str(span), message)))


def comparison_graph_iri(day: object) -> str:
    """Name the graph of the figures carried to the units of a day."""
    return f"{BASE}graph/figures#as-of-{day}"


def comparable_iri(day: object, figure: Comparable) -> str:
    """Name a figure carried to the units of a day by what it tells and what it was derived from."""
    parts = (str(day), figure.indicator, figure.area, figure.level, figure.status, figure.derivation, *figure.sources)
    return BASE + "comparable/" + _digest("\x1f".join((*parts, str(figure.period))))


def obstacle_iri(day: object, figure: str) -> str:
    """Name that a figure cannot be carried to the units of a day."""
    return BASE + "incomparability/" + _digest(f"{day}\x1f{figure}")


def shared_fact_iri(thing: Iterable[str]) -> str:
    """Name what several pages state by what names the thing: indicator, unit, period, tier, body, status."""
    return BASE + "shared-fact/" + _digest("\x1f".join(thing))


def shared_text_iri(pages: Iterable[str]) -> str:
    """Name a text by the pages that carry it."""
    return BASE + "shared-text/" + _digest("\x1f".join(pages))


def coverage_iri(kind: str, thing: str) -> str:
    """Name the number of figures of a class that have something in common."""
    return BASE + "coverage/" + _digest(f"{kind}\x1f{thing}")


def change_iri(code: str, day: object) -> str:
    """Name the event by which a version ended."""
    return f"{BASE}change/{code}-{day}"


def _local(text: str) -> str:
    """Return a text as the last part of an address, also where no Latin letter is in it."""
    return slug(text) or _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
