"""Facts to statements: N-Quads lines with the evidence and origin of every fact.

Lines are made directly, by template; there are no blank nodes and no clock, so the same facts give the same bytes.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain, groupby, islice
from operator import itemgetter
from urllib.parse import urlsplit

from builder import identifiers as iri
from builder.artefacts import term_labels
from builder.facts import (
    Candidate,
    Citation,
    Comparable,
    Comparison,
    Corroboration,
    Coverage,
    Document,
    Evidence,
    Initiative,
    Issue,
    LinkedDocument,
    Observation,
    Period,
    SharedFact,
    Span,
)
from builder.gazetteer import Gazetteer, UnitVersion
from builder.lexicon import Lexicon
from builder.lineage import change_after
from builder.stating import Stated
from builder.text import fold_name
from builder.vocabulary import (
    CCHC,
    DCTERMS,
    ELI,
    NIF,
    ORG,
    PROV,
    QB,
    RDF,
    RDFS,
    SCHEMA,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SKOS,
    TIME,
)

AT_ONCE = 4096  # things of the register that are described at once
XSD = "http://www.w3.org/2001/XMLSchema#"
CONCEPT = "https://w3id.org/cchc/"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_ESCAPED = re.compile(r'[\\"\n\r\t\b\f\x00-\x1f\x7f]')


# ---------------------------------------------------------------- terms


def literal(text: str, language: str = "") -> str:
    """Write a string; line breaks, quotes and control characters are escaped."""
    if _ESCAPED.search(text):
        text = _ESCAPED.sub(lambda m: _ESCAPES.get(m.group(), f"\\u{ord(m.group()):04X}"), text)
    return f'"{text}"@{language}' if language else f'"{text}"'


def typed(text: object, datatype: str) -> str:
    """Write a typed literal."""
    return f'"{text}"^^<{XSD}{datatype}>'


def decimal(value: Decimal) -> str:
    """Write a decimal in canonical form, all its digits kept: no exponent, no trailing zeros, integers without a point.

    >>> decimal(Decimal("99.40")), decimal(Decimal("1E+3"))
    ('"99.4"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"1000"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    """
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return typed("0" if text == "-0" else text, "decimal")


def concept(scheme: str, name: str) -> str:
    """Write a concept of one of our schemes."""
    return f"<{CONCEPT}{scheme}/{name}>"


class _Lines:
    """Statements about one thing after another, in one graph."""

    def __init__(self, graph: str) -> None:
        self._end = f" <{graph}> .\n"
        self._told: dict[str, set[str]] = defaultdict(set)  # how a thing is named -> what is said of it

    def add(self, subject: str, predicate: str, value: str) -> None:
        """Add a statement; ``value`` is written out, the others are IRIs."""
        self._told[f"<{subject}> "].add(f"<{predicate}> {value}{self._end}")

    def link(self, subject: str, predicate: str, target: str) -> None:
        """Add a statement about two IRIs."""
        self._told[f"<{subject}> "].add(f"<{predicate}> <{target}>{self._end}")

    def in_order(self) -> list[str]:
        """Return all statements sorted, each once; the names of things are compared once for each thing."""
        return [name + said for name in sorted(self._told) for said in sorted(self._told[name])]


# ---------------------------------------------------------------- a page
#
# What a page tells is most of a graph, so it is written by templates for whole things, not for single statements. Each
# statement of a template is ``{s}``, how the thing is named, a piece below, its value, and ``{e}``, how the graph is.


def _kinds(*classes: str) -> tuple[str, ...]:
    """Return how it is said that a thing is of some classes."""
    return tuple(f"<{RDF.type}> <{each}>" for each in classes)


def _says(*predicates: str) -> tuple[str, ...]:
    """Return how statements begin behind the thing that they are about."""
    return tuple(f"<{each}> " for each in predicates)


def _names(**schemes: str) -> tuple[str, ...]:
    """Return how statements begin whose value is a concept of a scheme, given with its predicate."""
    return tuple(f"<{predicate}> <{CONCEPT}{scheme.replace('_', '-')}/" for scheme, predicate in schemes.items())


_IS_FIGURE, _IS_POINT, _IN_DATASET = *_kinds(CCHC.Observation, QB.Observation), f"<{QB.dataSet}> <{iri.DATASET}>"
_IS_REVIEW, _IS_CANDIDATE, _IS_ISSUE = _kinds(CCHC.ReviewFigure, CCHC.CandidateObservation, CCHC.Issue)
_IS_INITIATIVE, _IS_PAGE = _kinds(CCHC.Initiative, CCHC.SourceDocument)
_IS_TEXT, _IS_SPAN, _IS_SENTENCE = _kinds(NIF.Context, NIF.OffsetBasedString, NIF.Sentence)
_AGENCY, _CONFIDENCE, _FIRST, _RULE = _says(CCHC.agency, CCHC.confidence, CCHC.firstEvidence, CCHC.rule)
_PRINTED, _PHRASE, _VALUE, _FROM = _says(CCHC.printedValue, CCHC.phrase, SDMX_MEASURE.obsValue, PROV.wasDerivedFrom)
_AREA, _PERIOD, _SPATIAL = _says(SDMX_DIMENSION.refArea, SDMX_DIMENSION.refPeriod, DCTERMS.spatial)
_STARTS, _ENDS, _ISSUED = (f'<{each}> "' for each in (CCHC.periodStart, CCHC.periodEnd, DCTERMS.issued))
_BEGINS, _STOPS = (f'<{each}> "' for each in (NIF.beginIndex, NIF.endIndex))
_DAY, _NUMBER = (f'"^^<{XSD}{datatype}>' for datatype in ("date", "nonNegativeInteger"))
_ANCHOR, _TEXT, _EVIDENCE, _CONTEXT = _says(NIF.anchorOf, NIF.referenceContext, CCHC.evidence, CCHC.context)
_IDENTIFIER, _TITLE, _SHA256, _SOURCE = _says(DCTERMS.identifier, DCTERMS.title, CCHC.sha256, DCTERMS.source)
_PUBLISHER, _CITES, _SOURCE_URL = _says(DCTERMS.publisher, DCTERMS.references, NIF.sourceUrl)
_LABEL, _COMMENT, _TYPE, _DOER = _says(RDFS.label, RDFS.comment, DCTERMS.type, PROV.wasAssociatedWith)
_BASIS, _CHOICE = _says(CCHC.legalBasis, CCHC.candidate)
_INDICATOR, _BOUND, _STATUS = _names(indicator=CCHC.indicator, bound=CCHC.bound, status=CCHC.status)
_LEVEL, _MEASURE = _names(level=CCHC.level, measure=SDMX_ATTRIBUTE.unitMeasure)
_KIND, _REFORM, _ISSUE_KIND = _names(
    initiative_kind=DCTERMS.type, reform_area=CCHC.reformArea, issue_kind=CCHC.issueKind
)


class _Graph:
    """What is written into one graph of a page: statements about one thing together."""

    def __init__(self, graph: str) -> None:
        self.end = f" <{graph}> .\n"
        self.told: list[list[str]] = []
        self.spans: dict[Span, str] = {}  # that are told of already, with their IRIs


def write_document(linked: LinkedDocument, lexicon: Lexicon) -> list[str]:
    """Return the sorted N-Quads of a page's own graphs: what counts, what waits for review, the candidates."""
    document = linked.document
    counts, review, candidates = graphs = [_Graph(graph) for graph in iri.graph_iris(document.id)]
    _write_source(counts, linked)
    for fact in linked.facts:
        if isinstance(fact, Observation):
            _write_observation(counts if fact.accepted else review, document, fact)
        elif isinstance(fact, Candidate):
            _write_candidate(candidates, document, fact)
        elif isinstance(fact, Initiative):
            _write_initiative(counts, document, fact, lexicon)
        else:
            _write_citation(counts, document, fact)
    for issue in linked.issues:
        _write_issue(counts, document, issue)
    return _in_order([told for graph in graphs for told in graph.told])


def _in_order(told: list[list[str]]) -> list[str]:
    """Return statements about one thing after another, sorted, each once; once things are sorted, they nearly are."""
    told.sort()
    lines = list(chain.from_iterable(told))
    lines.sort()
    return [line for line, _ in groupby(lines)]


def _write_source(graph: _Graph, linked: LinkedDocument) -> None:
    document, e = linked.document, graph.end
    page, text = iri.document_iri(document.id), iri.text_iri(document.id)
    s = f"<{page}> "
    lines = [
        f"{s}{_IDENTIFIER}{literal(document.id)}{e}",
        f"{s}{_TITLE}{literal(document.title or document.id.rsplit('/', 1)[-1], 'vi')}{e}",
        f"{s}{_IS_PAGE}{e}",
        f"{s}{_SHA256}{literal(document.sha256)}{e}",
    ]
    if document.published:
        lines.append(f"{s}{_ISSUED}{document.published}{_DAY}{e}")
    if address := iri.web_address(document.url):
        lines.append(f"{s}{_SOURCE}<{address}>{e}")
    if publisher := publisher_of(document):
        lines.append(f"{s}{_PUBLISHER}<{iri.publisher_iri(publisher)}>{e}")
    lines += [f"{s}{_SPATIAL}<{iri.version_iri(key)}>{e}" for key in linked.about]
    s = f"<{text}> "
    lines += (
        f"{s}{_BEGINS}0{_NUMBER}{e}",
        f"{s}{_STOPS}{len(document.text)}{_NUMBER}{e}",
        f"{s}{_SOURCE_URL}<{page}>{e}",
        f"{s}{_IS_TEXT}{e}",
    )
    graph.told.append(lines)


def publisher_of(document: Document) -> str:
    """Return the publisher: the host of the page's address, else the name given with the page."""
    host = urlsplit(iri.web_address(document.url)).hostname or ""
    return host.removeprefix("www.") or iri.slug(document.publisher)


def _write_evidence(graph: _Graph, document: Document, s: str, evidence: Iterable[Evidence]) -> None:
    e, tell = graph.end, graph.told.append
    for proof in evidence:
        span = _write_span(graph, document, proof.span)
        tell([f"{s}{_EVIDENCE}<{span}>{e}"])
        if proof.sentence != proof.span:
            sentence = _write_span(graph, document, proof.sentence)
            tell([f"<{sentence}> {_IS_SENTENCE}{e}"])
            tell([f"<{span}> {_CONTEXT}<{sentence}>{e}"])


def _write_span(graph: _Graph, document: Document, span: Span) -> str:
    if span in graph.spans:
        return graph.spans[span]
    name = graph.spans[span] = iri.span_iri(document.id, span)
    (start, end), s, e = span, f"<{name}> ", graph.end
    graph.told.append(
        [
            f"{s}{_ANCHOR}{literal(document.text[start:end])}{e}",
            f"{s}{_BEGINS}{start}{_NUMBER}{e}",
            f"{s}{_STOPS}{end}{_NUMBER}{e}",
            f"{s}{_TEXT}<{iri.text_iri(document.id)}>{e}",
            f"{s}{_IS_SPAN}{e}",
        ]
    )
    return name


def _write_observation(graph: _Graph, document: Document, fact: Observation) -> None:
    s, e = f"<{iri.observation_iri(document.id, fact)}> ", graph.end
    first = iri.span_iri(document.id, min(proof.span for proof in fact.evidence))
    lines = [
        f"{s}{_CONFIDENCE}{decimal(fact.confidence)}{e}",
        f"{s}{_FIRST}<{first}>{e}",
        f"{s}{_INDICATOR}{fact.indicator}>{e}",
        f"{s}{_RULE}{literal(fact.rule)}{e}",
    ]
    if fact.accepted:
        lines += (f"{s}{_IN_DATASET}{e}", f"{s}{_IS_POINT}{e}", f"{s}{_IS_FIGURE}{e}")
    else:
        lines.append(f"{s}{_IS_REVIEW}{e}")
    if fact.agency:
        lines.append(f"{s}{_AGENCY}<{iri.body_iri(fact.area.split('/')[0], fact.agency)}>{e}")
    _write_number(graph, document, s, fact, lines)


def state(linked: LinkedDocument) -> list[Stated]:
    """Return what a page's figures that count tell, as the graph writes it, each once."""
    page = linked.document.id
    counting = (fact for fact in linked.facts if isinstance(fact, Observation) and fact.accepted)
    return sorted({_state(page, fact) for fact in counting})


def _state(page: str, fact: Observation) -> Stated:
    period = fact.period or Period(None, None)
    return Stated(
        iri=iri.observation_iri(page, fact),
        page=iri.document_iri(page),
        indicator=f"{CONCEPT}indicator/{fact.indicator}",
        area=iri.version_iri(fact.area) if fact.area else "",
        start=str(period.start or ""),
        end=str(period.end or ""),
        level=f"{CONCEPT}level/{fact.level}" if fact.level else "",
        agency=iri.body_iri(fact.area.split("/")[0], fact.agency) if fact.agency else "",
        status=f"{CONCEPT}status/{fact.status}",
        bound=f"{CONCEPT}bound/{fact.bound}",
        value=decimal(fact.value).split('"')[1],
    )


def _write_candidate(graph: _Graph, document: Document, fact: Candidate) -> None:
    s, e = f"<{iri.candidate_iri(document.id, fact)}> ", graph.end
    _write_number(graph, document, s, fact, [f"{s}{_IS_CANDIDATE}{e}", f"{s}{_PHRASE}{literal(fact.phrase)}{e}"])


def _write_number(graph: _Graph, document: Document, s: str, fact: Observation | Candidate, lines: list[str]) -> None:
    """Write what is told of a figure or a candidate alone, and what both have in common."""
    e = graph.end
    lines += (
        f"{s}{_VALUE}{decimal(fact.value)}{e}",
        f"{s}{_FROM}<{iri.document_iri(document.id)}>{e}",
        f"{s}{_BOUND}{fact.bound}>{e}",
        f"{s}{_PRINTED}{literal(fact.printed)}{e}",
        f"{s}{_STATUS}{fact.status}>{e}",
    )
    if fact.measure:
        lines.append(f"{s}{_MEASURE}{fact.measure}>{e}")
    if fact.area:
        lines.append(f"{s}{_AREA}<{iri.version_iri(fact.area)}>{e}")
    if fact.level:
        lines.append(f"{s}{_LEVEL}{fact.level}>{e}")
    if period := fact.period:
        lines.append(f"{s}{_PERIOD}<{iri.interval_iri(period)}>{e}")
        lines += [f"{s}{_STARTS}{period.start}{_DAY}{e}"] if period.start else []
        lines += [f"{s}{_ENDS}{period.end}{_DAY}{e}"] if period.end else []
    graph.told.append(lines)
    _write_evidence(graph, document, s, fact.evidence)


def _write_initiative(graph: _Graph, document: Document, fact: Initiative, lexicon: Lexicon) -> None:
    s, e = f"<{iri.initiative_iri(document.id, fact)}> ", graph.end
    label = " ".join(fact.label.split())
    lines = [
        f"{s}{_TYPE}<{iri.model_iri(label)}>{e}",
        f"{s}{_IS_INITIATIVE}{e}",
        f"{s}{_LABEL}{literal(label, 'vi')}{e}",
        f"{s}{_FROM}<{iri.document_iri(document.id)}>{e}",
        f"{s}{_STATUS}{fact.status}>{e}",
    ]
    lines += [f"{s}{_KIND}{kind}>{e}" for kind in fact.kinds]
    lines += [f"{s}{_REFORM}{area}>{e}" for kind in fact.kinds for area in lexicon.areas.get(kind, ())]
    lines += [f"{s}{_BASIS}<{number}>{e}" for number in fact.legal_basis]
    if fact.area:
        lines.append(f"{s}{_SPATIAL}<{iri.version_iri(fact.area)}>{e}")
    if fact.agency and fact.area:
        lines.append(f"{s}{_DOER}<{iri.body_iri(fact.area.split('/')[0], fact.agency)}>{e}")
    graph.told.append(lines)
    _write_evidence(graph, document, s, fact.evidence)


def _write_citation(graph: _Graph, document: Document, fact: Citation) -> None:
    name, e = iri.legal_iri(fact.number, fact.issued, fact.issuer), graph.end
    s = f"<{iri.document_iri(document.id)}> "
    graph.told.append([f"{s}{_CITES}<{name}>{e}"])
    for proof in fact.evidence:
        span = _write_span(graph, document, proof.span)
        graph.told.append([f"{s}{_EVIDENCE}<{span}>{e}"])
        graph.told.append([f"<{span}> {_CITES}<{name}>{e}"])


def _write_issue(graph: _Graph, document: Document, issue: Issue) -> None:
    s, e = f"<{iri.issue_iri(document.id, issue.kind, issue.span, issue.message)}> ", graph.end
    lines = [
        f"{s}{_IS_ISSUE}{e}",
        f"{s}{_COMMENT}{literal(issue.message, 'en')}{e}",
        f"{s}{_FROM}<{iri.document_iri(document.id)}>{e}",
        f"{s}{_ISSUE_KIND}{issue.kind}>{e}",
    ]
    for candidate in issue.candidates:
        target = iri.version_iri(candidate) if "/" in candidate else CONCEPT + "indicator/" + candidate
        lines.append(f"{s}{_CHOICE}<{target}>{e}")
    graph.told.append(lines)
    if issue.span is not None:
        _write_evidence(graph, document, s, [Evidence(issue.span, issue.span)])


# ---------------------------------------------------------------- what all pages share


def shared_references(linked: LinkedDocument) -> set[tuple[str, ...]]:
    """Return what a page refers to in the register: units, bodies, periods, its publisher."""
    found: set[tuple[str, ...]] = {("unit", key) for key in linked.about}
    for fact in linked.facts:
        if isinstance(fact, Observation | Candidate) and fact.period:
            found.add(("interval", str(fact.period.start or ""), str(fact.period.end or "")))
        if isinstance(fact, Observation | Candidate | Initiative) and fact.area:
            found.add(("unit", fact.area))
        if isinstance(fact, Observation | Initiative) and fact.area and fact.agency:
            found.add(("body", fact.area, fact.agency))
        if isinstance(fact, Initiative):
            found.add(("model", " ".join(fact.label.split())))
        if isinstance(fact, Citation):
            found.add(("legal", fact.number, str(fact.issued or ""), fact.issuer, fact.kind))
    for issue in linked.issues:
        found.update(("unit", c) for c in issue.candidates if "/" in c)
    if publisher := publisher_of(linked.document):
        found.add(("publisher", publisher, " ".join(linked.document.publisher.split())))
    return found


def write_register(references: Iterable[tuple[str, ...]], gazetteer: Gazetteer, lexicon: Lexicon) -> list[str]:
    """Return the sorted N-Quads that describe what pages refer to, with ancestors and successors of units."""
    return sorted({*tell_register(sorted({*references}), gazetteer, lexicon)})


def tell_register(ordered: Iterable[tuple[str, ...]], gazetteer: Gazetteer, lexicon: Lexicon) -> Iterator[str]:
    """Yield the N-Quads that describe what pages refer to, in no order, some of them more than once.

    The references come in order, each once; documents, of which there may be as many as pages, are not held together.
    """
    yield from _in_parts(_write_dataset, [()])
    for kind, told in groupby(ordered, itemgetter(0)):
        some = (reference[1:] for reference in told)
        if kind == "unit":
            keys, ranks = _with_relatives([key for (key,) in some], gazetteer), rank_units(gazetteer)
            yield from _in_parts(partial(_write_unit, gazetteer, ranks), ((key,) for key in keys))
        elif kind == "body":
            yield from _in_parts(partial(_write_body, lexicon, set()), some)
        elif kind == "legal":
            yield from _in_parts(partial(_write_legal, lexicon), some)
        elif kind == "model":
            yield from _in_parts(partial(_write_model, set()), some)
        elif kind == "interval":
            yield from _in_parts(_write_interval, some)
        else:
            publishers = ((name, *(n for _, n in each)) for name, each in groupby(some, itemgetter(0)))
            yield from _in_parts(_write_publisher, publishers)


def _in_parts(write: Callable[..., None], things: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield what is written about things one after another, some of them at once."""
    coming = iter(things)
    while some := list(islice(coming, AT_ONCE)):
        lines = _Lines(iri.REGISTER_GRAPH)
        for each in some:
            write(lines, *each)
        yield from lines.in_order()


def _write_publisher(lines: _Lines, publisher: str, *names: str) -> None:
    """Describe a publisher, called by the first name given with a page of it, else by its host."""
    lines.link(iri.publisher_iri(publisher), RDF.type, ORG.Organization)
    lines.add(iri.publisher_iri(publisher), RDFS.label, literal(min(filter(None, names), default=publisher)))


def write_units(keys: Iterable[str], gazetteer: Gazetteer) -> list[str]:
    """Return the sorted N-Quads that describe versions of units with their parents and the changes that ended them."""
    ranks = rank_units(gazetteer)
    return sorted({*_in_parts(partial(_write_unit, gazetteer, ranks), ((key,) for key in sorted(keys)))})


def _write_model(told: set[str], lines: _Lines, label: str) -> None:
    """Describe what initiatives are called; the first of its spellings names a model, the others are kept."""
    model = iri.model_iri(label)
    if model not in told:
        told.add(model)
        lines.add(model, RDFS.label, literal(label, "vi"))
        lines.add(model, CCHC.rank, typed(len(told), "integer"))
    lines.link(model, RDF.type, CCHC.InitiativeModel)
    lines.link(model, RDF.type, SKOS.Concept)
    lines.link(model, SKOS.inScheme, iri.MODEL_SCHEME)
    lines.add(model, SKOS.altLabel, literal(label, "vi"))


def _write_legal(lexicon: Lexicon, lines: _Lines, number: str, issued: str, issuer: str, sign: str) -> None:
    name = iri.legal_iri(number, issued or None, issuer)
    lines.link(name, RDF.type, ELI.LegalResource)
    lines.add(name, ELI.id_local, literal(number))
    lines.add(name, ELI.type_document, concept("document-kind", lexicon.document_kinds.get(sign, "other")))
    if issued:
        lines.add(name, ELI.date_document, typed(issued, "date"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _with_relatives(keys: Sequence[str], gazetteer: Gazetteer) -> list[str]:
    """Return unit versions with all above them and all that came after them."""
    wanted: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key in wanted:
            continue
        wanted.add(key)
        unit = gazetteer.versions[key]
        parent = gazetteer.parent(unit)
        waiting += [parent.key] if parent else []
        waiting += [s.key for s in gazetteer.successors(unit)]
    return sorted(wanted)


@lru_cache(maxsize=1)
def rank_units(gazetteer: Gazetteer) -> dict[str, int]:
    """Return the place of each unit version in the order of lists: by the names of its province and its own.

    Found once for a register; do not change it.
    """

    def names(unit: UnitVersion) -> tuple[str, str, str]:
        province = find_province(unit, gazetteer)
        return province.label if province else "", unit.label, unit.key

    ordered = sorted(gazetteer.versions.values(), key=names)
    return {unit.key: rank for rank, unit in enumerate(ordered, 1)}


def find_province(unit: UnitVersion, gazetteer: Gazetteer) -> UnitVersion | None:
    """Return the province that a unit version lies in or is, by the units above it."""
    above: UnitVersion | None = unit
    while above and above.level != "province":
        above = gazetteer.parent(above)
    return above


def _write_unit(gazetteer: Gazetteer, ranks: Mapping[str, int], lines: _Lines, key: str) -> None:
    unit = gazetteer.versions[key]
    identity, version = iri.unit_iri(unit.code), iri.version_iri(unit.key)
    lines.link(identity, RDF.type, CCHC.AdministrativeUnit)
    lines.add(identity, DCTERMS.identifier, literal(unit.code))
    lines.link(identity, CCHC.hasVersion, version)
    lines.link(version, RDF.type, CCHC.AdministrativeUnitVersion)
    lines.link(version, CCHC.versionOf, identity)
    lines.add(version, RDFS.label, literal(unit.label, "vi"))
    lines.add(version, SCHEMA.name, literal(unit.name, "vi"))
    lines.add(version, CCHC.unitType, concept("unit-type", unit.kind))
    if unit.level != "country":
        lines.add(version, CCHC.level, concept("level", unit.level))
    if unit.valid_from:
        lines.add(version, SCHEMA.validFrom, typed(unit.valid_from, "date"))
    if unit.valid_through:
        lines.add(version, SCHEMA.validThrough, typed(unit.valid_through, "date"))
        _write_change(lines, unit, gazetteer)
    if parent := gazetteer.parent(unit):
        lines.link(version, DCTERMS.isPartOf, iri.version_iri(parent.key))
    if province := find_province(unit, gazetteer):
        lines.link(version, CCHC.inProvince, iri.version_iri(province.key))
    lines.add(version, CCHC.rank, typed(ranks[key], "integer"))


def _write_change(lines: _Lines, unit: UnitVersion, gazetteer: Gazetteer) -> None:
    change = change_after(unit, gazetteer)
    if change is None:
        return
    name = iri.change_iri(unit.code, change.day)
    lines.link(name, RDF.type, ORG.ChangeEvent)
    for kind in change.kinds:
        lines.add(name, DCTERMS.type, concept("change-kind", kind))
    label = f"{unit.label} → {', '.join(s.label for s in change.after)} ({change.day})"
    lines.add(name, RDFS.label, literal(label, "vi"))
    lines.link(name, ORG.originalOrganization, iri.version_iri(unit.key))
    for successor in change.after:
        lines.link(name, ORG.resultingOrganization, iri.version_iri(successor.key))
    lines.add(name, PROV.startedAtTime, typed(f"{change.day}T00:00:00", "dateTime"))
    for number in change.resolutions:
        legal = iri.legal_iri(number)
        lines.link(name, CCHC.legalBasis, legal)
        lines.link(legal, RDF.type, ELI.LegalResource)
        lines.add(legal, ELI.id_local, literal(number))
        lines.add(legal, ELI.type_document, concept("document-kind", _kind_of_resolution(number)))


def _kind_of_resolution(number: str) -> str:
    """Return the kind of a document that changes units: before 2009 they were decrees."""
    return "resolution" if "/NQ-" in number or "/QH" in number else "decree"


def _write_body(lexicon: Lexicon, named: set[str], lines: _Lines, area: str, label: str) -> None:
    """Describe a body once, by the first of its spellings."""
    code = area.split("/")[0]
    name = iri.body_iri(code, label)
    if name in named:
        return
    named.add(name)
    lines.link(name, RDF.type, ORG.Organization)
    lines.add(name, RDFS.label, literal(label[0].upper() + label[1:], "vi"))
    lines.link(name, CCHC.bodyOf, iri.unit_iri(code))
    folded = fold_name(label)
    head = max((h for h in lexicon.body_kinds if folded.startswith(h)), key=len, default="")
    kind = lexicon.body_kinds.get(head, "other")
    lines.add(name, ORG.classification, concept("body-kind", kind))


def _write_days(lines: _Lines, name: str, period: Period) -> None:
    if period.start:
        lines.add(name, CCHC.periodStart, typed(period.start, "date"))
    if period.end:
        lines.add(name, CCHC.periodEnd, typed(period.end, "date"))


def _write_interval(lines: _Lines, start: str, end: str) -> None:
    period = Period(_day(start), _day(end))
    name = iri.interval_iri(period)
    lines.link(name, RDF.type, TIME.ProperInterval)
    lines.add(name, RDFS.label, literal(f"{period.start or '…'} – {period.end or '…'}"))
    _write_days(lines, name, period)


def _write_dataset(lines: _Lines) -> None:
    lines.link(iri.DATASET, RDF.type, QB.DataSet)
    lines.link(iri.DATASET, QB.structure, CCHC.figureStructure)
    lines.add(iri.DATASET, RDFS.label, literal("Figures stated by pages", "en"))
    lines.add(iri.DATASET, RDFS.label, literal("Số liệu do các trang nêu", "vi"))
    lines.link(iri.MODEL_SCHEME, RDF.type, SKOS.ConceptScheme)
    lines.add(iri.MODEL_SCHEME, SKOS.prefLabel, literal("Models of initiatives", "en"))
    lines.add(iri.MODEL_SCHEME, SKOS.prefLabel, literal("Tên gọi của các sáng kiến", "vi"))
    lines.add(iri.MODEL_SCHEME, SKOS.definition, literal("Names that several localities share.", "en"))
    lines.add(iri.MODEL_SCHEME, SKOS.definition, literal("Tên chung của sáng kiến ở nhiều địa phương.", "vi"))


# ---------------------------------------------------------------- figures on the units of another day


def write_comparison(comparison: Comparison, counted: Iterable[Coverage] = ()) -> list[str]:
    """Return the sorted N-Quads of the figures carried to the units of a day, and of their number, in a graph."""
    day, graph = comparison.day, iri.comparison_graph_iri(comparison.day)
    lines = _Lines(graph)
    lines.link(graph, RDF.type, PROV.Entity)
    lines.link(graph, PROV.wasDerivedFrom, iri.DATASET)
    lines.add(graph, CCHC.asOf, typed(day, "date"))
    for language, label in sorted(term_labels("asOf").items()):
        lines.add(graph, RDFS.label, literal(f"{label} {day}", language))
    for figure in comparison.figures:
        _write_comparable(lines, figure, day)
    for obstacle in comparison.obstacles:
        name = iri.obstacle_iri(day, obstacle.figure)
        lines.link(name, RDF.type, CCHC.Incomparability)
        lines.link(name, PROV.wasDerivedFrom, obstacle.figure)
        lines.add(name, CCHC.obstacle, concept("obstacle", obstacle.obstacle))
        lines.add(name, CCHC.asOf, typed(day, "date"))
    for unit, home in comparison.homes:
        lines.link(iri.version_iri(unit), CCHC.liesIn, iri.version_iri(home))
    for each in counted:
        _write_count(lines, each)
    return lines.in_order()


def stated(figures: Iterable[Comparable]) -> Iterator[Stated]:
    """Yield what figures carried to the units of a day tell, as the graph writes it."""
    for figure in figures:
        page = figure.pages[0] if len(figure.pages) == 1 else ""
        end = str(figure.period.end or "") if figure.period else ""
        yield Stated("", page, f"{CONCEPT}indicator/{figure.indicator}", iri.version_iri(figure.area), end=end)


def _write_comparable(lines: _Lines, figure: Comparable, day: date) -> None:
    name = iri.comparable_iri(day, figure)
    lines.link(name, RDF.type, CCHC.ComparableFigure)
    lines.add(name, CCHC.asOf, typed(day, "date"))
    lines.add(name, CCHC.indicator, concept("indicator", figure.indicator))
    lines.link(name, SDMX_DIMENSION.refArea, iri.version_iri(figure.area))
    lines.add(name, SDMX_MEASURE.obsValue, decimal(figure.value))
    lines.add(name, SDMX_ATTRIBUTE.unitMeasure, concept("measure", figure.measure))
    lines.add(name, CCHC.bound, concept("bound", figure.bound))
    lines.add(name, CCHC.status, concept("status", figure.status))
    lines.add(name, CCHC.derivation, concept("derivation", figure.derivation))
    if figure.level:
        lines.add(name, CCHC.level, concept("level", figure.level))
    if figure.agency:
        lines.link(name, CCHC.agency, figure.agency)
    if figure.printed:
        lines.add(name, CCHC.printedValue, literal(figure.printed))
    if figure.period:
        _write_days(lines, name, figure.period)
    sources = (*figure.sources, *(figure.pages if len(figure.pages) == 1 else ()))
    for source in sources:
        lines.link(name, PROV.wasDerivedFrom, source)


def write_corroboration(found: Corroboration) -> Iterator[str]:
    """Yield the N-Quads of what several pages state, in a graph of their own; those about one thing in order."""
    graph = iri.CORROBORATION_GRAPH
    lines = _Lines(graph)
    lines.link(graph, PROV.wasDerivedFrom, iri.DATASET)
    lines.link(graph, DCTERMS.conformsTo, CCHC.SharedText)
    _call(lines, graph, "SharedFact")
    yield from lines.in_order()
    for rank, fact in enumerate(found.facts, 1):
        lines = _Lines(graph)
        _write_shared_fact(lines, fact, rank)
        yield from lines.in_order()
    for pages in found.texts:
        lines = _Lines(graph)
        name = iri.shared_text_iri(pages)
        lines.link(name, RDF.type, CCHC.SharedText)
        for page in pages:
            lines.link(name, PROV.hadMember, page)
        yield from lines.in_order()


def write_coverage(counted: Iterable[Coverage]) -> list[str]:
    """Return the sorted N-Quads of how much is told, in a graph of their own."""
    lines = _Lines(iri.COVERAGE_GRAPH)
    _call(lines, iri.COVERAGE_GRAPH, "Coverage")
    for each in counted:
        _write_count(lines, each)
    return lines.in_order()


def _call(lines: _Lines, graph: str, term: str) -> None:
    """Call a graph of what is derived as a term is called."""
    lines.link(graph, RDF.type, PROV.Entity)
    for language, label in sorted(term_labels(term).items()):
        lines.add(graph, RDFS.label, literal(label, language))


def _write_count(lines: _Lines, counted: Coverage) -> None:
    name = iri.coverage_iri(counted.kind, counted.thing)
    lines.link(name, RDF.type, CCHC.Coverage)
    lines.link(name, CCHC.coverageOf, counted.kind)
    lines.add(name, CCHC.figureCount, typed(counted.figures, "integer"))
    if counted.about == CCHC.year:
        lines.add(name, CCHC.year, typed(int(counted.thing), "integer"))
    else:
        lines.link(name, counted.about, counted.thing)
    if counted.about == CCHC.indicator:
        lines.add(name, CCHC.unitCount, typed(counted.units, "integer"))
        lines.add(name, CCHC.pageCount, typed(counted.pages, "integer"))
    for predicate, year in ((CCHC.firstYear, counted.first), (CCHC.lastYear, counted.last)):
        if year:
            lines.add(name, predicate, typed(int(year), "integer"))


def _write_shared_fact(lines: _Lines, fact: SharedFact, rank: int) -> None:
    thing = (fact.indicator, fact.area, fact.start, fact.end, fact.level, fact.agency, fact.status)
    name = iri.shared_fact_iri(thing)
    lines.link(name, RDF.type, CCHC.SharedFact)
    lines.add(name, CCHC.rank, typed(rank, "integer"))
    lines.link(name, CCHC.indicator, fact.indicator)
    lines.link(name, SDMX_DIMENSION.refArea, fact.area)
    for predicate, address in ((CCHC.level, fact.level), (CCHC.agency, fact.agency), (CCHC.status, fact.status)):
        if address:
            lines.link(name, predicate, address)
    for predicate, day in ((CCHC.periodStart, fact.start), (CCHC.periodEnd, fact.end)):
        if day:
            lines.add(name, predicate, typed(day, "date"))
    for value in fact.values:
        lines.add(name, SDMX_MEASURE.obsValue, typed(value, "decimal"))
    lines.add(name, CCHC.statingPages, typed(fact.pages, "integer"))
    lines.add(name, CCHC.independentSources, typed(fact.independent, "integer"))
    lines.add(name, CCHC.pagesAgree, typed(str(fact.agree).lower(), "boolean"))
    for figure in fact.figures:
        lines.link(name, PROV.wasDerivedFrom, figure)
    for figure in fact.sources:
        lines.link(name, PROV.hadPrimarySource, figure)


def write_ontology(statements: Iterable[str]) -> Iterator[str]:
    """Yield the ontology's statements as N-Quads of its graph."""
    for statement in statements:
        yield f"{statement} <{iri.ONTOLOGY_GRAPH}> .\n"
