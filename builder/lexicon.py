"""The ontology's labels, compiled into one matcher.

The wordings of cues, bounds, statuses, levels and indicators live in ``ontology/``; nothing here names a Vietnamese
word. Matching runs over folded text in one Aho–Corasick pass.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import ahocorasick_rs
import pyoxigraph as ox

from builder import artefacts
from builder.artefacts import local_name
from builder.sieve import Construction, Scan, Sieve
from builder.text import address_words, fold_name, fold_pattern

CCHC = "https://w3id.org/cchc/ontology#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LABELS = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")
_LAYER = {"indicator": 1, "initiative": 2, "initiative-head": 2, "ordinal": 3}
_CUT_SHORT = re.compile(r"\d ?((?:[^\W\d_]+ ){0,2}[^\W\d_]+)\s*$")
_LONGEST_CUT = 40  # characters from the last number to where a page breaks off
_WORDED_SCHEMES = ("bound", "status", "level")


class Hit(NamedTuple):
    """A wording found in folded text."""

    start: int
    end: int
    dimension: str  # "timing", "bound", "indicator", …
    concept: str  # "early", "above", "on-time-rate", …


@dataclass(frozen=True, slots=True)
class Cue:
    """A wording that tells one thing about the number beside it."""

    id: str
    dimension: str
    weight: float
    wider: frozenset[str]  # itself and everything broader
    factor: int = 1
    generic: bool = False
    reducible: bool = False  # a reduction of it is a result of reform


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to state an indicator: what is counted, which cues must and must not stand near."""

    counts: frozenset[str]
    needs: tuple[str, ...]
    leads: tuple[str, ...]  # needed in front of the number
    trails: tuple[str, ...]  # needed behind the number
    bars: frozenset[str]
    wanted: tuple[str, ...]  # all that is needed, wherever it stands
    counted: frozenset[str]  # what is counted and everything broader


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator as the reader needs it."""

    id: str
    measure: str
    readings: tuple[Reading, ...]
    stock: bool = False
    levelled: bool = True
    narrows: str = ""
    beside: str = ""
    numerator: str = ""
    told_as_none: bool = False  # "không có hồ sơ quá hạn"
    area: str = ""  # of reform
    reducing: bool = False  # counts what a reform took away


@dataclass(frozen=True, slots=True)
class PeriodPattern:
    """A way to write a period, and how to understand its named groups."""

    id: str
    yields: str
    pattern: re.Pattern[str]
    begins: date | None = None  # where the wording names a time without its date


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Everything the ontology says about wording."""

    cues: Mapping[str, Cue]
    indicators: Mapping[str, Indicator]
    by_measure: Mapping[str, tuple[Indicator, ...]]
    by_need: Mapping[tuple[str, str], tuple[tuple[Indicator, Reading], ...]]  # measure and a cue not to be missed
    periods: tuple[PeriodPattern, ...]
    dating: Sieve  # the patterns of ``periods``
    masks: Sieve
    scan: Scan  # that tells where these, and the constructions of folded text, may begin
    printed: Scan  # … those of text as printed
    sole_nouns: frozenset[str]  # counted by one indicator only
    wholes: Mapping[str, str]  # indicator that counts a part -> the one that counts the whole
    families: Mapping[str, str]  # kind of initiative -> the broadest kind it belongs to
    areas: Mapping[str, tuple[str, ...]]  # kind of initiative -> reform areas
    document_kinds: Mapping[str, str]  # "KH", "QĐ" -> kind of document
    publishers: Mapping[str, str]  # host or sigle -> code of the unit it points to
    body_kinds: Mapping[str, str]  # head of a body's name, folded -> kind of body
    grammar: Mapping[str, Construction]  # constructions of sentences
    addressed: Mapping[str, str]  # wording of an index as addresses spell it -> the index
    log_odds: Mapping[str, float]  # sign of a right reading -> by how much it speaks for it
    _layers: tuple[Mapping[int, list[tuple[str, str]]], ...] = field(repr=False)  # wording -> what it tells, by layer
    _counted: Mapping[str, str] = field(repr=False)  # wording -> what is counted, in the order of the alphabet
    _matcher: ahocorasick_rs.AhoCorasick = field(repr=False)

    def find(self, folded: str) -> list[Hit]:
        """Return the wordings in ``folded``, by position; what lies strictly inside a longer one is left out.

        Names of indicators and of initiatives hide only their own kind: the cues inside them count as well.
        """
        return list(_find(self, folded))

    def indices_of(self, words: Sequence[str]) -> frozenset[str]:
        """Return the indices that the words of an address tell of: those of "chi-so-cchc-nam-2022"."""
        told = f"-{'-'.join(words)}-"
        return frozenset(index for wording, index in self.addressed.items() if f"-{wording}-" in told)

    def has(self, cues: Iterable[str], dimensions: Set[str]) -> bool:
        """Tell whether one of some cues is of one of some dimensions."""
        return not dimensions.isdisjoint([self.cues[cue].dimension for cue in cues])


@lru_cache(maxsize=16)  # reader and extractor look through the same page
def _find(lexicon: Lexicon, folded: str) -> tuple[Hit, ...]:
    found = [
        (start, -end, wording)
        for wording, start, end in lexicon._matcher.find_matches_as_indexes(folded, overlapping=True)
        if _is_word(folded, start, end)
    ]
    found.sort()
    hits = [
        Hit(start, -end, dimension, concept)
        for told in lexicon._layers
        for start, end, wording in _outermost([f for f in found if f[2] in told])
        for dimension, concept in told[wording]
    ]
    hits += list(_cut_short(lexicon, folded, hits))
    hits.sort()
    return tuple(hits)


def _cut_short(lexicon: Lexicon, folded: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield what is counted last where a page breaks off in the middle of a word: "trong đó 31 thủ tục h".

    It is what the page has counted before, else the shortest wording that goes on like that, if no other does.
    """
    cut = _CUT_SHORT.search(folded, max(0, len(folded) - _LONGEST_CUT))
    if cut is None or cut[1] in lexicon._counted:
        return
    told = (h for h in reversed(hits) if h.dimension == "object" and folded[h.start : h.end].startswith(cut[1]))
    words = list(lexicon._counted)
    meant = takewhile(lambda word: word.startswith(cut[1]), words[bisect_left(words, cut[1]) :])
    first, *others = sorted(meant, key=len) or [""]
    whole = cut[1].rpartition(" ")[0]
    first = whole if first and whole in lexicon._counted else first
    if before := next(told, None):
        yield Hit(*cut.span(1), "object", before.concept)
    elif first and (" " in cut[1] or all(other.startswith(first) for other in others)):
        yield Hit(*cut.span(1), "object", lexicon._counted[first])


def _is_word(text: str, start: int, end: int) -> bool:
    """Tell whether the stretch is made of whole words; digits and letters do not run together."""
    if start and text[start - 1].isalnum() and _run_together(text[start - 1], text[start]):
        return False
    return not (end < len(text) and text[end].isalnum() and _run_together(text[end - 1], text[end]))


def _run_together(one: str, other: str) -> bool:
    return (one.isalpha() and other.isalpha()) or (one.isdigit() and other.isdigit())


def _outermost(found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Leave out matches strictly inside another; ``found`` is sorted by start, then longest first."""
    reach, widest = -1, -1
    for start, negative_end, pattern in found:
        end = -negative_end
        if end < reach or (end == reach and start > widest):
            continue
        if end > reach:
            reach, widest = end, start
        yield start, negative_end, pattern


@lru_cache(maxsize=4)
def load_lexicon(root: Path | None = None) -> Lexicon:
    """Compile the ontology under ``root`` (default: the one that came with the package)."""
    graph = _Statements(artefacts.ontology_files(root))
    cues = _read_cues(graph)
    indicators = {i.id: replace(i, reducing=_reduces(i, cues)) for i in _read_indicators(graph, cues)}
    surfaces = _read_surfaces(graph, cues, indicators)
    words = sorted(surfaces)
    periods = tuple(_read_periods(graph))
    scan, printed = Scan(), Scan()
    return Lexicon(
        cues=cues,
        indicators=indicators,
        by_measure=_group_by_measure(indicators.values()),
        by_need=_group_by_need(indicators.values()),
        periods=periods,
        dating=Sieve([way.pattern for way in periods], scan),
        masks=Sieve([_compile(graph, s) for s in sorted(graph.of_type("Mask"))], scan),
        sole_nouns=_find_sole_nouns(indicators.values()),
        wholes={
            n: d
            for s in graph.of_type("Indicator")
            for n in graph.ids(s, "numerator")
            for d in graph.ids(s, "denominator")
        },
        families={
            local_name(s): next(iter(graph.ids(s, SKOS + "broader")), local_name(s))
            for s in graph.of_type("InitiativeKind")
        },
        areas={local_name(s): tuple(graph.ids(s, "reformArea")) for s in graph.of_type("InitiativeKind")},
        document_kinds={
            sign: local_name(s)
            for s in graph.concepts("document-kind")
            for sign in (*graph.all(s, SKOS + "notation"), *graph.all(s, SKOS + "hiddenLabel"))
        },
        publishers={
            clue: local_name(graph.text(s, "clueTo"))
            for s in graph.of_type("PublisherClue")
            for clue in (*graph.all(s, "host"), *graph.all(s, "sigle"))
        },
        body_kinds={
            fold_name(head): local_name(s)
            for s in graph.concepts("body-kind")
            for head in graph.all(s, SKOS + "hiddenLabel")
        },
        scan=scan,
        printed=printed,
        grammar={local_name(s): Construction(_compile(graph, s), scan) for s in graph.of_type("GrammarPattern")}
        | {
            local_name(s): Construction(re.compile(graph.text(s, "pattern")), printed)
            for s in graph.of_type("PrintedPattern")
        },
        addressed=_as_addresses_spell({w: t for w in words for d, t in surfaces[w] if d == "index"}),
        log_odds={local_name(s): float(graph.text(s, "logOdds", "0")) for s in graph.concepts("sign")},
        _layers=_share_out(surfaces[word] for word in words),
        _counted={w: t for w in words for d, t in sorted(surfaces[w]) if d == "object"},
        _matcher=ahocorasick_rs.AhoCorasick(words),
    )


class _Statements:
    """The ontology's statements by subject and predicate."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._objects: dict[tuple[str, str], list[str]] = {}
        self._types: dict[str, list[str]] = {}
        for file in files:
            for triple in artefacts.read_turtle(file):
                subject, predicate, value = triple.subject.value, triple.predicate.value, triple.object  # type: ignore[union-attr]
                if isinstance(value, ox.Literal) and value.language not in (None, "vi"):
                    continue
                self._objects.setdefault((subject, predicate), []).append(value.value)  # type: ignore[union-attr]
                if predicate == _TYPE:
                    self._types.setdefault(value.value, []).append(subject)  # type: ignore[union-attr]

    def of_type(self, name: str) -> list[str]:
        return self._types.get(CCHC + name, [])

    def all(self, subject: str, predicate: str) -> list[str]:
        return self._objects.get((subject, predicate if ":" in predicate else CCHC + predicate), [])

    def text(self, subject: str, predicate: str, default: str = "") -> str:
        return next(iter(self.all(subject, predicate)), default)

    def ids(self, subject: str, predicate: str) -> list[str]:
        return sorted(local_name(value) for value in self.all(subject, predicate))

    def labels(self, subject: str) -> list[str]:
        return [label for predicate in _LABELS for label in self.all(subject, predicate)]

    def concepts(self, scheme: str) -> list[str]:
        prefix = f"https://w3id.org/cchc/{scheme}/"
        return sorted({subject for subject, _ in self._objects if subject.startswith(prefix)})


def _read_cues(graph: _Statements) -> dict[str, Cue]:
    cues = {}
    for subject in graph.of_type("Cue"):
        scheme = graph.text(subject, SKOS + "inScheme")
        wider, above = {local_name(subject)}, graph.ids(subject, SKOS + "broader")
        while above:
            wider.update(above)
            above = [b for a in above for b in graph.ids(f"https://w3id.org/cchc/cue/{a}", SKOS + "broader")]
        cues[local_name(subject)] = Cue(
            id=local_name(subject),
            dimension=local_name(scheme),
            weight=float(graph.text(scheme, "weight", "0")),
            wider=frozenset(wider),
            factor=int(graph.text(subject, "factor", "1")),
            generic=graph.text(subject, "generic") == "true",
            reducible=graph.text(subject, "reducible") == "true",
        )
    return cues


def _read_indicators(graph: _Statements, cues: Mapping[str, Cue]) -> Iterator[Indicator]:
    for subject in sorted(graph.of_type("Indicator")):
        yield Indicator(
            id=local_name(subject),
            measure=local_name(graph.text(subject, "measure")),
            readings=tuple(_read_reading(graph, r, cues) for r in sorted(graph.all(subject, "reading"))),
            stock=graph.text(subject, "temporality") == CCHC + "stock",
            levelled=graph.text(subject, "levelled", "true") != "false",
            narrows=next(iter(graph.ids(subject, "narrows")), ""),
            beside=next(iter(graph.ids(subject, "beside")), ""),
            numerator=next(iter(graph.ids(subject, "numerator")), ""),
            told_as_none=graph.text(subject, "toldAsNone") == "true",
            area=next(iter(graph.ids(subject, "reformArea")), ""),
        )


def _read_reading(graph: _Statements, subject: str, cues: Mapping[str, Cue]) -> Reading:
    needs, leads, trails = (tuple(graph.ids(subject, where)) for where in ("needs", "leads", "trails"))
    counts = frozenset(graph.ids(subject, "counts"))
    return Reading(
        counts=counts,
        needs=needs,
        leads=leads,
        trails=trails,
        bars=frozenset(graph.ids(subject, "bars")),
        wanted=(*needs, *leads, *trails),
        counted=frozenset().union(*(cues[noun].wider for noun in counts if noun in cues)),
    )


def _read_surfaces(
    graph: _Statements, cues: Mapping[str, Cue], indicators: Mapping[str, Indicator]
) -> dict[str, set[tuple[str, str]]]:
    surfaces: dict[str, set[tuple[str, str]]] = {}

    def add(labels: Iterable[str], dimension: str, concept: str) -> None:
        for label in labels:
            surfaces.setdefault(fold_name(label), set()).add((dimension, concept))

    for cue in cues.values():
        add(graph.labels(f"https://w3id.org/cchc/cue/{cue.id}"), cue.dimension, cue.id)
    for indicator in indicators:
        add(graph.labels(f"https://w3id.org/cchc/indicator/{indicator}"), "indicator", indicator)
    for kind in graph.of_type("InitiativeKind"):
        add(graph.all(kind, "named"), "initiative", local_name(kind))
        add(graph.all(kind, "namedAfter"), "initiative-head", local_name(kind))
    for scheme in _WORDED_SCHEMES:
        for concept in graph.concepts(scheme):
            add(graph.all(concept, SKOS + "hiddenLabel"), scheme, local_name(concept))
    return surfaces


def _as_addresses_spell(wordings: Mapping[str, str]) -> dict[str, str]:
    """Return what wordings tell by how an address would spell them, but for those that are alike without marks."""
    told: dict[str, set[str]] = {}
    for wording, concept in wordings.items():
        told.setdefault("-".join(address_words(wording)), set()).add(concept)
    return {spelt: next(iter(concepts)) for spelt, concepts in told.items() if len(concepts) == 1}


def _share_out(surfaces: Iterable[Set[tuple[str, str]]]) -> tuple[dict[int, list[tuple[str, str]]], ...]:
    """Return what each wording tells, by layer; layers do not hide one another."""
    layers: tuple[dict[int, list[tuple[str, str]]], ...] = ({}, {}, {}, {})
    for wording, told in enumerate(surfaces):
        for dimension, concept in sorted(told):
            layers[_LAYER.get(dimension, 0)].setdefault(wording, []).append((dimension, concept))
    return layers


def _read_periods(graph: _Statements) -> Iterator[PeriodPattern]:
    for subject in sorted(graph.of_type("PeriodPattern"), key=lambda s: int(graph.text(s, "order"))):
        begins = graph.text(subject, "begins")
        day = date.fromisoformat(begins) if begins else None
        yield PeriodPattern(local_name(subject), graph.text(subject, "yields"), _compile(graph, subject), day)


def _compile(graph: _Statements, subject: str) -> re.Pattern[str]:
    """Compile a pattern that matches folded text."""
    return re.compile(fold_pattern(graph.text(subject, "pattern")))


def _group_by_measure(indicators: Iterable[Indicator]) -> dict[str, tuple[Indicator, ...]]:
    groups: dict[str, list[Indicator]] = {}
    for indicator in indicators:
        groups.setdefault(indicator.measure, []).append(indicator)
    return {measure: tuple(group) for measure, group in groups.items()}


def _group_by_need(indicators: Collection[Indicator]) -> dict[tuple[str, str], tuple[tuple[Indicator, Reading], ...]]:
    """Return the readings by measure and the rarest cue that they need; "" where they need none.

    Narrower indicators are left out: they are chosen afterwards, where their sister stands beside.
    """
    wanted = Counter(need for i in indicators for r in i.readings for need in set(r.wanted))
    groups: dict[tuple[str, str], list[tuple[Indicator, Reading]]] = {}
    for indicator in (i for i in indicators if not i.narrows):
        for reading in indicator.readings:
            rarest = min(reading.wanted, key=lambda need: (wanted[need], need), default="")
            groups.setdefault((indicator.measure, rarest), []).append((indicator, reading))
    return {key: tuple(group) for key, group in groups.items()}


_TAKEN_AWAY = frozenset({"reduced", "merged"})


def _reduces(indicator: Indicator, cues: Mapping[str, Cue]) -> bool:
    """Tell whether every reading of an indicator needs a wording for what is taken away."""
    needed = [{w for need in (*r.needs, *r.leads) for w in cues[need].wider} for r in indicator.readings]
    return bool(needed) and all(_TAKEN_AWAY & wider for wider in needed)


def _find_sole_nouns(indicators: Iterable[Indicator]) -> frozenset[str]:
    """Return the nouns that tell an indicator by themselves."""
    counting = Counter(noun for i in indicators for noun in {n for r in i.readings for n in r.counts})
    return frozenset(noun for noun, times in counting.items() if times == 1)


class Hits:
    """The wordings found in a text, by position; the same stretches are asked for again and again."""

    __slots__ = ("_asked", "_hits", "_starts")

    def __init__(self, hits: Iterable[Hit]) -> None:
        """Keep some hits, sorted by start."""
        self._hits = tuple(hits)
        self._starts = [hit.start for hit in self._hits]
        self._asked: dict[tuple[int, int], tuple[Hit, ...]] = {}

    def between(self, start: int, end: int) -> tuple[Hit, ...]:
        """Return the hits that lie inside ``start`` … ``end``."""
        stretch = start, end
        known = self._asked.get(stretch)
        if known is None:
            first = bisect_left(self._starts, start)
            last = bisect_left(self._starts, end, first)
            known = self._asked[stretch] = tuple([hit for hit in self._hits[first:last] if hit.end <= end])
        return known


between = Hits.between
