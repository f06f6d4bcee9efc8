"""Facts to statements: N-Quads lines with the evidence and origin of every fact.

Lines are made directly, by template; there are no blank nodes and no clock, so the same facts give the same bytes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from builder import identifiers as iri
from builder.artefacts import term_labels
from builder.facts import (
    Candidate,
    Citation,
    Comparable,
    Comparison,
    Corroboration,
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
        self.lines: set[str] = set()
        self.spans: dict[Span, str] = {}  # that are told of already, with their IRIs

    def add(self, subject: str, predicate: str, value: str) -> None:
        """Add a statement; ``value`` is written out, the others are IRIs."""
        self.lines.add(f"<{subject}> <{predicate}> {value}{self._end}")

    def link(self, subject: str, predicate: str, target: str) -> None:
        """Add a statement about two IRIs."""
        self.lines.add(f"<{subject}> <{predicate}> <{target}>{self._end}")


# ---------------------------------------------------------------- a page


def write_document(linked: LinkedDocument, lexicon: Lexicon) -> list[str]:
    """Return the sorted N-Quads of a page's own graphs: what counts, what waits for review, the candidates."""
    document = linked.document
    lines, review, candidates = (_Lines(graph) for graph in iri.graph_iris(document.id))
    _write_source(lines, linked)
    for fact in linked.facts:
        if isinstance(fact, Observation):
            _write_observation(lines if fact.accepted else review, document, fact)
        elif isinstance(fact, Candidate):
            _write_candidate(candidates, document, fact)
        elif isinstance(fact, Initiative):
            _write_initiative(lines, document, fact, lexicon)
        else:
            _write_citation(lines, document, fact)
    for issue in linked.issues:
        _write_issue(lines, document, issue)
    return sorted([*lines.lines, *review.lines, *candidates.lines])  # the graphs share no line


def _write_source(lines: _Lines, linked: LinkedDocument) -> None:
    document = linked.document
    page = iri.document_iri(document.id)
    lines.link(page, RDF.type, CCHC.SourceDocument)
    lines.add(page, DCTERMS.identifier, literal(document.id))
    lines.add(page, DCTERMS.title, literal(document.title or document.id.rsplit("/", 1)[-1], "vi"))
    lines.add(page, CCHC.sha256, literal(document.sha256))
    if document.published:
        lines.add(page, DCTERMS.issued, typed(document.published, "date"))
    if address := iri.web_address(document.url):
        lines.link(page, DCTERMS.source, address)
    if publisher := publisher_of(document):
        lines.link(page, DCTERMS.publisher, iri.publisher_iri(publisher))
    for key in linked.about:
        lines.link(page, DCTERMS.spatial, iri.version_iri(key))
    text = iri.text_iri(document.id)
    lines.link(text, RDF.type, NIF.Context)
    lines.link(text, NIF.sourceUrl, page)
    lines.add(text, NIF.beginIndex, typed(0, "nonNegativeInteger"))
    lines.add(text, NIF.endIndex, typed(len(document.text), "nonNegativeInteger"))


def publisher_of(document: Document) -> str:
    """Return the publisher: the host of the page's address, else the name given with the page."""
    host = urlsplit(iri.web_address(document.url)).hostname or ""
    return host.removeprefix("www.") or iri.slug(document.publisher)


def _write_evidence(lines: _Lines, document: Document, subject: str, evidence: Iterable[Evidence]) -> None:
    for proof in evidence:
        span = _write_span(lines, document, proof.span)
        lines.link(subject, CCHC.evidence, span)
        if proof.sentence != proof.span:
            sentence = _write_span(lines, document, proof.sentence)
            lines.link(sentence, RDF.type, NIF.Sentence)
            lines.link(span, CCHC.context, sentence)


def _write_span(lines: _Lines, document: Document, span: Span) -> str:
    if span in lines.spans:
        return lines.spans[span]
    name = lines.spans[span] = iri.span_iri(document.id, span)
    lines.link(name, RDF.type, NIF.OffsetBasedString)
    lines.add(name, NIF.beginIndex, typed(span.start, "nonNegativeInteger"))
    lines.add(name, NIF.endIndex, typed(span.end, "nonNegativeInteger"))
    lines.add(name, NIF.anchorOf, literal(span.of(document.text)))
    lines.link(name, NIF.referenceContext, iri.text_iri(document.id))
    return name


def _write_observation(lines: _Lines, document: Document, fact: Observation) -> None:
    name = iri.observation_iri(document.id, fact)
    if fact.accepted:
        lines.link(name, RDF.type, QB.Observation)
        lines.link(name, RDF.type, CCHC.Observation)
        lines.link(name, QB.dataSet, iri.DATASET)
    else:
        lines.link(name, RDF.type, CCHC.ReviewFigure)
    lines.add(name, CCHC.indicator, concept("indicator", fact.indicator))
    lines.add(name, CCHC.rule, literal(fact.rule))
    lines.add(name, CCHC.confidence, decimal(fact.confidence))
    if fact.agency:
        lines.link(name, CCHC.agency, iri.body_iri(fact.area.split("/")[0], fact.agency))
    lines.link(name, CCHC.firstEvidence, iri.span_iri(document.id, min(proof.span for proof in fact.evidence)))
    _write_number(lines, document, name, fact)


def _write_candidate(lines: _Lines, document: Document, fact: Candidate) -> None:
    name = iri.candidate_iri(document.id, fact)
    lines.link(name, RDF.type, CCHC.CandidateObservation)
    lines.add(name, CCHC.phrase, literal(fact.phrase))
    _write_number(lines, document, name, fact)


def _write_number(lines: _Lines, document: Document, name: str, fact: Observation | Candidate) -> None:
    """Write what a figure and a candidate have in common."""
    lines.add(name, SDMX_MEASURE.obsValue, decimal(fact.value))
    lines.add(name, CCHC.printedValue, literal(fact.printed))
    lines.add(name, CCHC.bound, concept("bound", fact.bound))
    lines.add(name, CCHC.status, concept("status", fact.status))
    lines.link(name, PROV.wasDerivedFrom, iri.document_iri(document.id))
    if fact.measure:
        lines.add(name, SDMX_ATTRIBUTE.unitMeasure, concept("measure", fact.measure))
    if fact.area:
        lines.link(name, SDMX_DIMENSION.refArea, iri.version_iri(fact.area))
    if fact.period:
        lines.link(name, SDMX_DIMENSION.refPeriod, iri.interval_iri(fact.period))
        _write_days(lines, name, fact.period)
    if fact.level:
        lines.add(name, CCHC.level, concept("level", fact.level))
    _write_evidence(lines, document, name, fact.evidence)


def _write_days(lines: _Lines, name: str, period: Period) -> None:
    if period.start:
        lines.add(name, CCHC.periodStart, typed(period.start, "date"))
    if period.end:
        lines.add(name, CCHC.periodEnd, typed(period.end, "date"))


def _write_initiative(lines: _Lines, document: Document, fact: Initiative, lexicon: Lexicon) -> None:
    name = iri.initiative_iri(document.id, fact)
    label = " ".join(fact.label.split())
    model = iri.model_iri(label)
    lines.link(name, RDF.type, CCHC.Initiative)
    lines.add(name, RDFS.label, literal(label, "vi"))
    for kind in fact.kinds:
        lines.add(name, DCTERMS.type, concept("initiative-kind", kind))
        for area in lexicon.areas.get(kind, ()):
            lines.add(name, CCHC.reformArea, concept("reform-area", area))
    lines.link(name, DCTERMS.type, model)
    if fact.area:
        lines.link(name, DCTERMS.spatial, iri.version_iri(fact.area))
    lines.add(name, CCHC.status, concept("status", fact.status))
    lines.link(name, PROV.wasDerivedFrom, iri.document_iri(document.id))
    if fact.agency and fact.area:
        lines.link(name, PROV.wasAssociatedWith, iri.body_iri(fact.area.split("/")[0], fact.agency))
    for number in fact.legal_basis:
        lines.link(name, CCHC.legalBasis, number)
    _write_evidence(lines, document, name, fact.evidence)


def _write_citation(lines: _Lines, document: Document, fact: Citation) -> None:
    name = iri.legal_iri(fact.number, fact.issued, fact.issuer)
    page = iri.document_iri(document.id)
    lines.link(page, DCTERMS.references, name)
    for proof in fact.evidence:
        span = _write_span(lines, document, proof.span)
        lines.link(page, CCHC.evidence, span)
        lines.link(span, DCTERMS.references, name)


def _write_issue(lines: _Lines, document: Document, issue: Issue) -> None:
    name = iri.issue_iri(document.id, issue.kind, issue.span, issue.message)
    lines.link(name, RDF.type, CCHC.Issue)
    lines.add(name, CCHC.issueKind, concept("issue-kind", issue.kind))
    lines.add(name, RDFS.comment, literal(issue.message, "en"))
    lines.link(name, PROV.wasDerivedFrom, iri.document_iri(document.id))
    for candidate in issue.candidates:
        target = iri.version_iri(candidate) if "/" in candidate else CONCEPT + "indicator/" + candidate
        lines.link(name, CCHC.candidate, target)
    if issue.span is not None:
        _write_evidence(lines, document, name, [Evidence(issue.span, issue.span)])


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
    """Return the sorted N-Quads that describe what the pages refer to, with ancestors and successors of units."""
    lines = _Lines(iri.REGISTER_GRAPH)
    ordered = sorted(set(references))
    for key in _with_relatives([r[1] for r in ordered if r[0] == "unit"], gazetteer):
        _write_unit(lines, gazetteer.versions[key], gazetteer)
    named: set[str] = set()
    _write_models(lines, [r[1] for r in ordered if r[0] == "model"])
    for kind, *told in ordered:
        if kind == "body":
            _write_body(lines, lexicon, named, *told)
        elif kind == "legal":
            _write_legal(lines, lexicon, *told)
        elif kind == "interval":
            _write_interval(lines, Period(_day(told[0]), _day(told[1])))
    _write_publishers(lines, [(r[1], r[2]) for r in ordered if r[0] == "publisher"])
    _write_dataset(lines)
    return sorted(lines.lines)


def _write_publishers(lines: _Lines, told: Iterable[tuple[str, str]]) -> None:
    """Describe publishers; one is called by the first name given with a page of it, else by its host."""
    names: dict[str, list[str]] = {}
    for publisher, name in told:
        names.setdefault(publisher, []).extend([name] if name else [])
    for publisher, given in names.items():
        lines.link(iri.publisher_iri(publisher), RDF.type, ORG.Organization)
        lines.add(iri.publisher_iri(publisher), RDFS.label, literal(min(given, default=publisher)))


def write_units(keys: Iterable[str], gazetteer: Gazetteer) -> list[str]:
    """Return the sorted N-Quads that describe versions of units with their parents and the changes that ended them."""
    lines = _Lines(iri.REGISTER_GRAPH)
    for key in sorted(keys):
        _write_unit(lines, gazetteer.versions[key], gazetteer)
    return sorted(lines.lines)


def _write_models(lines: _Lines, labels: Iterable[str]) -> None:
    """Describe what initiatives are called; the first of its spellings names a model, the others are kept."""
    told: set[str] = set()
    for label in labels:
        model = iri.model_iri(label)
        if model not in told:
            lines.add(model, RDFS.label, literal(label, "vi"))
        told.add(model)
        lines.link(model, RDF.type, CCHC.InitiativeModel)
        lines.link(model, RDF.type, SKOS.Concept)
        lines.link(model, SKOS.inScheme, iri.MODEL_SCHEME)
        lines.add(model, SKOS.altLabel, literal(label, "vi"))


def _write_legal(lines: _Lines, lexicon: Lexicon, number: str, issued: str, issuer: str, sign: str) -> None:
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


def _write_unit(lines: _Lines, unit: UnitVersion, gazetteer: Gazetteer) -> None:
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


def _write_body(lines: _Lines, lexicon: Lexicon, named: set[str], area: str, label: str) -> None:
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


def _write_interval(lines: _Lines, period: Period) -> None:
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


def write_comparison(comparison: Comparison) -> list[str]:
    """Return the sorted N-Quads of the figures carried to the units of a day, in a graph of their own."""
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
    return sorted(lines.lines)


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


def write_corroboration(found: Corroboration) -> list[str]:
    """Return the sorted N-Quads of what several pages state, in a graph of their own."""
    graph = iri.CORROBORATION_GRAPH
    lines = _Lines(graph)
    lines.link(graph, RDF.type, PROV.Entity)
    lines.link(graph, PROV.wasDerivedFrom, iri.DATASET)
    lines.link(graph, DCTERMS.conformsTo, CCHC.SharedText)
    for language, label in sorted(term_labels("SharedFact").items()):
        lines.add(graph, RDFS.label, literal(label, language))
    for fact in found.facts:
        _write_shared_fact(lines, fact)
    for pages in found.texts:
        name = iri.shared_text_iri(pages)
        lines.link(name, RDF.type, CCHC.SharedText)
        for page in pages:
            lines.link(name, PROV.hadMember, page)
    return sorted(lines.lines)


def _write_shared_fact(lines: _Lines, fact: SharedFact) -> None:
    thing = (fact.indicator, fact.area, fact.start, fact.end, fact.level, fact.agency, fact.status)
    name = iri.shared_fact_iri(thing)
    lines.link(name, RDF.type, CCHC.SharedFact)
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
