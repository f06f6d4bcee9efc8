"""The values that pass between the rooms.

Offsets count Unicode code points of a document's text as read, end exclusive, so ``span.of(text)`` is the quotation.
Dates are inclusive at both ends. Percentages run from 0 to 100. Everything here is frozen: to change a value, make
another with :func:`dataclasses.replace`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """A stretch of a document's text.

    >>> Span(4, 9).of("đạt 99,4% số hồ sơ")
    '99,4%'
    """

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters the span covers."""
        return text[self.start : self.end]


BlockKind = Literal[
    "title", "dateline", "lead", "heading", "body", "header", "row", "caption", "signature", "furniture"
]


@dataclass(frozen=True, slots=True)
class Block:
    """A labelled stretch of a page; no block is ever dropped."""

    kind: BlockKind
    span: Span
    cells: tuple[Span, ...] = ()  # of a table's header or row, one a column, the first names the row


@dataclass(frozen=True, slots=True)
class Source:
    """A page as found, before anything is decoded."""

    id: str  # path relative to the input folder, with "/"
    data: bytes
    media: str  # "text/plain", "text/html", "text/markdown"
    url: str = ""
    title: str = ""
    published: str = ""
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A page as read: its text, the labelled blocks, and what is known about its origin."""

    id: str
    text: str
    blocks: tuple[Block, ...]
    sha256: str
    title: str = ""
    url: str = ""
    published: date | None = None
    publisher: str = ""
    issues: tuple["Issue", ...] = ()  # what reading it left doubtful


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the page states it."""

    value: Decimal
    measure: str  # "percent", "count", "points", "rank", "vnd"
    bound: str  # "exact", "above", "below", "about", "at-least", "at-most"
    span: Span


@dataclass(frozen=True, slots=True)
class Period:
    """The days a figure covers; an absent end is one the page does not tell."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class UnitMention:
    """The name of an administrative unit in the text, with the candidates the gazetteer knows for it."""

    span: Span
    name: str  # without kind
    kind: str  # "huyện", "" where the text gives none
    versions: tuple[str, ...]  # unit version keys, "875/origin"
    joined: bool = False  # named only as one of which another was made


class Signs(NamedTuple):
    """What speaks for the reading of a figure, each from 0 (not at all) to 1 (fully).

    The model of confidence in ontology/confidence.ttl weighs them; none of them speaks against a reading.
    """

    score: float = 0.0  # how well the words around the number fit the indicator
    margin: float = 0.0  # how much better than the next best indicator
    own: float = 0.0  # the number's own words tell what is measured, not those of numbers before it
    noun: float = 0.0  # what is counted stands right behind the number
    agreement: float = 0.0  # counts of the sentence divide to its rate
    unit: float = 0.0  # the unit is named with the number, or is clearly the one the page is about


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a number was read as it was, for people who ask; no fact is made of it."""

    cues: tuple[tuple[str, float], ...] = ()  # wordings around the number, with their weights
    rivals: tuple[tuple[str, float], ...] = ()  # indicators that lost, with their scores
    score: float = 0.0  # of the indicator chosen
    period: str = ""  # where the period comes from: "own-words", "headline", …
    period_words: Span | None = None  # the words that tell it


@dataclass(frozen=True, slots=True)
class FigureClaim:
    """A number, what it counts, for whom and when, in the words of the page."""

    indicator: str
    quantity: Quantity
    sentence: Span
    period: Period | None
    place: UnitMention | None  # None: the unit the page is about
    national: bool
    level: str | None  # "province", "district", "commune", "all", "own" (that of the doer), None: not told
    agency: str
    agency_level: str | None  # of the body named, as far as its name tells
    status: str
    rule: str
    whole: UnitMention | None = None  # all of the area of the page's unit of this kind, else of this: "toàn huyện"
    review: bool = False  # it waits for a person to look at it, however sure it is said to be
    confidence: Decimal | None = None  # as an engine tells it; None: it is weighed from the signs
    confirmed: bool = False  # another engine reads the same
    signs: Signs = field(default_factory=Signs)  # all but that of the unit, which the linker settles
    grounds: Grounds = field(default_factory=Grounds)


@dataclass(frozen=True, slots=True)
class InitiativeClaim:
    """A reform model, programme or system that the page names."""

    label: str
    span: Span
    sentence: Span
    kinds: tuple[str, ...]
    agency: str
    place: UnitMention | None
    status: str
    legal_basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitationClaim:
    """A legal or administrative document cited by its number."""

    number: str
    span: Span
    kind: str
    issued: date | None = None
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class CandidateClaim:
    """A number told like a figure, of something that no indicator of the ontology explains."""

    phrase: str  # what the words of the page say it counts, folded: "camera giám sát"
    figure: FigureClaim  # without an indicator; its measure is "" where the number has none of ours


Claim = FigureClaim | InitiativeClaim | CitationClaim | CandidateClaim


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a page says, in its own words: the claims, every unit it names, and the numbers left unread."""

    claims: tuple[Claim, ...]
    mentions: tuple[UnitMention, ...]
    issues: tuple["Issue", ...] = ()
    tally: tuple[tuple[str, int], ...] = ()  # how often a second engine proposed, agreed, was refused and why


@dataclass(frozen=True, slots=True)
class Evidence:
    """The characters that prove a fact, and the sentence around them."""

    span: Span
    sentence: Span


@dataclass(frozen=True, slots=True)
class Observation:
    """A figure about an administrative unit version."""

    indicator: str
    value: Decimal
    printed: str
    measure: str
    bound: str
    area: str  # unit version key
    period: Period | None
    level: str | None
    agency: str  # label, "" where none is named
    status: str
    rule: str
    confidence: Decimal
    evidence: tuple[Evidence, ...]
    signs: Signs = field(default_factory=Signs)
    accepted: bool = True  # sure enough to count as a figure; else it waits for a person to look at it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that states something no indicator of the ontology explains, by the words it is told with."""

    phrase: str
    value: Decimal
    printed: str
    measure: str  # "" where the number has none of ours
    bound: str
    area: str  # unit version key; "" where the page does not settle whose number it is
    period: Period | None
    level: str | None
    status: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Initiative:
    """A reform initiative that a unit or one of its bodies carries out."""

    label: str
    kinds: tuple[str, ...]
    area: str  # unit version key; "" where the page does not settle whose initiative it is
    agency: str
    status: str
    evidence: tuple[Evidence, ...]
    legal_basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A legal document that the page refers to."""

    number: str
    kind: str
    issued: date | None
    issuer: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """What a page leaves undecided, in plain words; never a guess, never dropped."""

    kind: str  # "ambiguous-unit", "unknown-indicator", …
    message: str
    document: str
    span: Span | None = None
    candidates: tuple[str, ...] = ()


Fact = Observation | Candidate | Initiative | Citation


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """A document with all that was made of it: the content of its named graphs."""

    document: Document
    about: tuple[str, ...]  # unit version keys
    facts: tuple[Fact, ...]
    issues: tuple[Issue, ...]
    clues: tuple[tuple[str, float], ...] = ()  # unit version keys the page speaks for, with weights, weightiest first


@dataclass(frozen=True, slots=True)
class Comparable:
    """A figure carried to the units of another day; no page states it itself."""

    indicator: str
    area: str  # unit version key, in force on the chosen day
    value: Decimal
    measure: str
    bound: str
    status: str
    level: str  # "" = all tiers together
    period: Period | None
    derivation: Literal["unchanged", "sum", "weighted"]
    sources: tuple[str, ...]  # IRIs of the figures it was derived from
    pages: tuple[str, ...]  # IRIs of their pages
    printed: str = ""  # as the page prints it, where it is unchanged
    agency: str = ""  # IRI, where it is unchanged


@dataclass(frozen=True, slots=True)
class Obstacle:
    """That a figure cannot be carried to the units of another day, and why."""

    figure: str  # IRI
    obstacle: str  # id in the scheme obstacle


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of a graph on the units of one day, and what could not be carried there."""

    day: date
    figures: tuple[Comparable, ...]
    obstacles: tuple[Obstacle, ...]
    homes: tuple[tuple[str, str], ...]  # unit version key -> key of the unit of the day in which all of it lies


@dataclass(frozen=True, slots=True)
class SharedFact:
    """What several pages state of one thing: an indicator of a unit, period, tier, body and status.

    What names the thing is as in the graph: IRIs, and days as text; "" where nothing is told.
    """

    indicator: str
    area: str
    start: str
    end: str
    level: str
    agency: str
    status: str
    values: tuple[str, ...]  # all that are stated, as the graph writes them
    figures: tuple[str, ...]  # IRIs of all figures that tell it
    sources: tuple[str, ...]  # of these, one for each value and independent text
    pages: int
    independent: int  # pages, those with one and the same text counted once
    agree: bool  # all pages state the same


@dataclass(frozen=True, slots=True)
class Corroboration:
    """What several pages of a graph state, and which of these pages carry one and the same text (their IRIs)."""

    facts: Iterable[SharedFact]  # in the order of what names the things
    texts: Iterable[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many figures of one class there are of an indicator, about a unit or for a year."""

    kind: str  # IRI of the class
    about: str  # IRI of the property that leads to what the figures have in common
    thing: str  # IRI of the indicator or unit version, or the year
    figures: int
    units: int = 0  # the rest is told of indicators only
    pages: int = 0
    first: str = ""  # years; "" where no figure names a period
    last: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise of the shapes or checks."""

    focus: str
    shape: str
    constraint: str  # local name of the constraint component, or of the check query
    severity: Literal["Violation", "Warning", "Info"]
    path: str = ""
    value: str = ""
    messages: Mapping[str, str] = field(default_factory=dict)  # language -> sentence


@dataclass(frozen=True, slots=True)
class Report:
    """What validation found; it conforms when nothing of severity Violation is in it."""

    violations: tuple[Violation, ...]

    @property
    def conforms(self) -> bool:
        """Tell whether no promise of severity Violation is broken."""
        return all(v.severity != "Violation" for v in self.violations)
