"""Claims to facts: places become unit versions, levels and periods are settled, repeated statements are merged."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from builder.confidence import estimate
from builder.facts import (
    Candidate,
    CandidateClaim,
    Citation,
    CitationClaim,
    Claim,
    Document,
    Evidence,
    Extraction,
    Fact,
    FigureClaim,
    Initiative,
    InitiativeClaim,
    Issue,
    LinkedDocument,
    Observation,
    Period,
    Signs,
    UnitMention,
)
from builder.gazetteer import COUNTRY, Gazetteer, UnitVersion, in_force
from builder.lexicon import Lexicon
from builder.linker.context import Context, Named, block_kind_at, find_context
from builder.text import fold_name

_DATELINE = re.compile(r"\)?\s?[-–—]\s")
_LETTERHEAD = 300  # characters at the head of a page in which the office that issues it stands
_REPORTED_REACH, _REPORTED_GAP = 80, 40  # of "Theo công bố của" before a unit, and from it to the unit told of
_BELOW = {"province": {"district", "commune"}, "district": {"commune"}}


def link_document(document: Document, extraction: Extraction, gazetteer: Gazetteer, lexicon: Lexicon) -> LinkedDocument:
    """Return the facts of a page, and an issue for each claim that cannot be tied to one unit."""
    mentions: list[UnitMention | None] = [None, *extraction.mentions, None]
    named = [
        _named(document, m, mentions[i], mentions[i + 2], gazetteer, lexicon) for i, m in enumerate(extraction.mentions)
    ]
    context = find_context(document, named, gazetteer, lexicon)
    clearness = _clearness(context, gazetteer)
    facts: list[Fact] = []
    issues = [*extraction.issues, *_context_issues(document, context)]
    for claim in extraction.claims:
        fact = _link(document, claim, context, clearness, gazetteer, lexicon)
        if isinstance(fact, Issue):
            issues.append(fact)
        else:
            facts.append(fact)
    about = (context.unit.key,) if context.unit else ()
    return LinkedDocument(document, about, tuple(_merge(facts, document)), tuple(issues), _clues(context, gazetteer))


def _clues(context: Context, gazetteer: Gazetteer) -> tuple[tuple[str, float], ...]:
    """Return the units that the page speaks for with their weights, weightiest first."""
    ranked = sorted(context.support.items(), key=lambda clue: (-clue[1], clue[0]))
    units = ((gazetteer.at(code, context.day) or gazetteer.at(code, None), weight) for code, weight in ranked)
    return tuple((unit.key, round(weight, 2)) for unit, weight in units if unit is not None and weight > 0)


def _named(
    document: Document,
    mention: UnitMention,
    before: UnitMention | None,
    behind: UnitMention | None,
    gazetteer: Gazetteer,
    lexicon: Lexicon,
) -> Named:
    units = _of_that_day(mention, document.published, gazetteer)
    start = mention.span.start
    located = lexicon.grammar["venue-before"].search(document.text, max(0, start - 5), start) is not None
    located = located or lexicon.grammar["newspaper-before"].search(document.text, max(0, start - 8), start) is not None
    located = located or lexicon.grammar["newspaper-behind"].match(document.text, mention.span.end) is not None
    located = located or mention.joined or _is_dateline(document, mention)
    below = _BELOW.get(units[0].level, set())
    if behind is not None and not located and below.intersection(_levels(behind, gazetteer)):
        told = lexicon.grammar["reported-by"].search(document.text, max(0, start - _REPORTED_REACH), start)
        gap = document.text[mention.span.end : behind.span.start]
        located = told is not None and gap.startswith(",") and len(gap) < _REPORTED_GAP
    if before is not None and not located:
        gap = document.text[before.span.end : start].strip()
        lower = below.intersection(_levels(before, gazetteer))
        located = bool(lower) and lexicon.grammar["apposition"].fullmatch(gap) is not None
    kind = "letterhead" if _is_letterhead(document, mention, lexicon) else block_kind_at(document.blocks, start)
    return Named(start, kind, mention.kind, units, located and kind != "letterhead")


def _is_letterhead(document: Document, mention: UnitMention, lexicon: Lexicon) -> bool:
    """Tell whether a name fills a line at the head of a page: "ỦY BAN NHÂN DÂN", and below it "XÃ TÂN HƯNG"."""
    start, end = mention.span
    line = document.text.rfind("\n", 0, start) + 1
    alone = not document.text[end:].split("\n", 1)[0].strip()
    if not (alone and mention.kind and line < _LETTERHEAD):
        return False
    before = document.text[line:start].strip()
    heads = not document.text[:line].strip() or lexicon.grammar["letterhead-before"].search(document.text[:line])
    return bool(heads) if not before else lexicon.grammar["letterhead-before"].fullmatch(before) is not None


def _is_dateline(document: Document, mention: UnitMention) -> bool:
    """Tell whether a name is where a lead was written: "(Yên Bái) - Sáng 11/7, …"."""
    start, end = mention.span.start, mention.span.end
    leads = any(b.kind == "lead" and b.span.start <= start <= b.span.start + 1 for b in document.blocks)
    return leads and _DATELINE.match(document.text, end) is not None


def _levels(mention: UnitMention, gazetteer: Gazetteer) -> set[str]:
    return {gazetteer.versions[key].level for key in mention.versions}


def _of_that_day(mention: UnitMention, day: date | None, gazetteer: Gazetteer) -> tuple[UnitVersion, ...]:
    """Return what a bare name stands for on a day: the ward or commune that bears it where the town is no more."""
    units = tuple(gazetteer.versions[key] for key in mention.versions)
    if mention.kind or day is None or any(unit.in_force(day) for unit in units):
        return units
    heirs = (u for u in gazetteer.by_name.get(fold_name(mention.name), ()) if u.in_force(day))
    return tuple(heirs) or units


def _context_issues(document: Document, context: Context) -> list[Issue]:
    if context.rivals:
        names = ", ".join(u.key for u in context.rivals)
        message = f"the page is about “{context.rivals[0].label}”, but does not say which of these: {names}"
        return [Issue("ambiguous-unit", message, document.id, None, tuple(u.key for u in context.rivals))]
    if context.unit is None:
        return [Issue("no-locality", "the page names no administrative unit it is about", document.id)]
    return []


def _link(
    document: Document,
    claim: Claim,
    context: Context,
    clearness: float,
    gazetteer: Gazetteer,
    lexicon: Lexicon,
) -> Fact | Issue:
    if isinstance(claim, CitationClaim):
        evidence = Evidence(claim.span, claim.span)
        return Citation(claim.number, claim.kind, claim.issued, claim.issuer, (evidence,))
    if isinstance(claim, InitiativeClaim):
        return _link_initiative(claim, context, gazetteer)
    if isinstance(claim, CandidateClaim):
        return _link_candidate(document, claim, context, gazetteer)
    return _link_figure(document, claim, context, clearness, gazetteer, lexicon)


def _link_initiative(claim: InitiativeClaim, context: Context, gazetteer: Gazetteer) -> Initiative:
    unit = _place_unit(claim.place, context, gazetteer, None) if claim.place else None
    unit = unit if isinstance(unit, UnitVersion) else context.unit
    area = unit.key if unit else ""
    evidence = Evidence(claim.span, claim.sentence)
    return Initiative(claim.label, claim.kinds, area, claim.agency, claim.status, (evidence,), claim.legal_basis)


def _link_figure(
    document: Document,
    claim: FigureClaim,
    context: Context,
    clearness: float,
    gazetteer: Gazetteer,
    lexicon: Lexicon,
) -> Observation | Issue:
    unit = _area(claim, context, gazetteer)
    if isinstance(unit, str):
        candidates = claim.place.versions if claim.place else tuple(u.key for u in context.rivals)
        return Issue(unit, f"whose figure “{claim.quantity.value}” is, the page does not settle", document.id,
                     claim.quantity.span, candidates)  # fmt: skip
    unit = _version_in(unit, claim.period, context.day, gazetteer)
    quantity = claim.quantity
    named = claim.national or claim.place is not None
    signs = claim.signs._replace(unit=1.0 if named else round(clearness, 2))
    return Observation(
        indicator=claim.indicator,
        value=quantity.value,
        printed=quantity.span.of(document.text),
        measure=quantity.measure,
        bound=quantity.bound,
        area=unit.key,
        period=claim.period,
        level=_level(claim, unit, context, levelled=lexicon.indicators[claim.indicator].levelled),
        agency=claim.agency,
        status=claim.status,
        rule=claim.rule,
        confidence=_confidence(claim, signs, lexicon),
        signs=signs,
        evidence=(Evidence(quantity.span, claim.sentence),),
        accepted=not claim.review,
    )


def _link_candidate(document: Document, claim: CandidateClaim, context: Context, gazetteer: Gazetteer) -> Candidate:
    """Return a number without an indicator; what the page does not settle about it is left out."""
    told, quantity = claim.figure, claim.figure.quantity
    unit = _area(told, context, gazetteer)
    settled = _version_in(unit, told.period, context.day, gazetteer) if isinstance(unit, UnitVersion) else None
    return Candidate(
        phrase=claim.phrase,
        value=quantity.value,
        printed=quantity.span.of(document.text),
        measure=quantity.measure,
        bound=quantity.bound,
        area=settled.key if settled else "",
        period=told.period,
        level=_level(told, settled, context, levelled=True) if settled else None,
        status=told.status,
        evidence=(Evidence(quantity.span, told.sentence),),
    )


def _area(claim: FigureClaim, context: Context, gazetteer: Gazetteer) -> UnitVersion | str:
    """Return the unit a figure is about, or the kind of issue that keeps it from being known."""
    if claim.national:
        return gazetteer.versions[COUNTRY]
    if claim.place is not None:
        return _place_unit(claim.place, context, gazetteer, claim.period)
    if context.unit is not None and claim.whole:
        line = (context.unit, *gazetteer.ancestors(context.unit, context.day))
        kinds = gazetteer.kinds_of_word.get(claim.whole.kind, frozenset())
        own = next((unit for unit in line if unit.kind in kinds), None)
        if own is None and claim.whole.versions:
            return _place_unit(claim.whole, context, gazetteer, claim.period)
        return own or context.unit
    if context.unit is not None:
        return _at_level(claim.agency_level or claim.level, context.unit, context, gazetteer)
    return "ambiguous-unit" if context.rivals else "no-locality"


def _confidence(claim: FigureClaim, signs: Signs, lexicon: Lexicon) -> Decimal:
    """Return how sure a figure is, half as far from certain if another engine reads the same."""
    told = estimate(signs, lexicon.log_odds) if claim.confidence is None else claim.confidence
    return ((1 + told) / 2).quantize(Decimal("0.01")) if claim.confirmed else told


def _clearness(context: Context, gazetteer: Gazetteer) -> float:
    """Return how far the unit of a page stands out, from 0 to 1.

    That is its share of what speaks for it and for the strongest unit that is neither above nor below it.
    """
    if context.unit is None or not context.support:
        return float(context.unit is not None)
    line = _line(context.unit, context, gazetteer)
    lines = {code: _line(gazetteer.at(code, None), context, gazetteer) for code in context.support}
    rival = max((w for code, w in context.support.items() if not line & lines[code]), default=0.0)
    weight = max((w for code, w in context.support.items() if line & lines[code]), default=0.0)
    return weight / (weight + rival) if weight + rival else 0.0


def _line(unit: UnitVersion | None, context: Context, gazetteer: Gazetteer) -> set[str]:
    """Return the codes of a unit and of all above it but the country."""
    above = gazetteer.ancestors(unit, context.day) if unit is not None else ()
    return {u.code for u in (unit, *above) if u is not None and u.level != "country"}


def _at_level(level: str | None, unit: UnitVersion, context: Context, gazetteer: Gazetteer) -> UnitVersion:
    """Return the unit, or the one above it whose level the figure is told of: a province's, on a district's page."""
    above = {u.level: u for u in gazetteer.ancestors(unit, context.day)}
    return above.get(level or "", unit)


def _place_unit(place: UnitMention, context: Context, gazetteer: Gazetteer, period: Period | None) -> UnitVersion | str:
    """Return the one unit a name stands for on this page: the page's own, one below it, one beside it."""
    candidates = in_force((gazetteer.versions[k] for k in place.versions), (period and period.end) or context.day)
    home = context.unit
    if home is None:
        return candidates[0] if len(candidates) == 1 else "ambiguous-unit"
    if _names_home(place, home, candidates, context.day):
        return home
    above_home = {home.code, *(a.code for a in gazetteer.ancestors(home, context.day))}
    for unit in candidates:
        if unit.code in above_home:
            return unit
    if len(candidates) == 1:
        return candidates[0]
    related = [u for u in candidates if {a.code for a in gazetteer.ancestors(u, context.day)} & above_home]
    below = [u for u in related if home.code in {a.code for a in gazetteer.ancestors(u, context.day)}]
    children = [u for u in below if u.parent == home.code]
    chosen = sorted(children or below or related, key=lambda u: (-context.support.get(u.code, 0.0), u.code))
    weights = [context.support.get(u.code, 0.0) for u in chosen]
    if len(chosen) > 1 and weights[0] <= weights[1]:
        return "ambiguous-unit"  # no other name on the page tells the huyện Kỳ Anh from the town
    return chosen[0] if chosen else "ambiguous-unit"


def _names_home(place: UnitMention, home: UnitVersion, candidates: Sequence[UnitVersion], day: date | None) -> bool:
    """Tell whether a bare name is the page's own unit: "Bỉm Sơn" on a page of that ward, as the town is no more."""
    bare = not place.kind and fold_name(place.name) == fold_name(home.name)
    return bare and day is not None and not any(unit.in_force(day) for unit in candidates)


def _version_in(unit: UnitVersion, period: Period | None, day: date | None, gazetteer: Gazetteer) -> UnitVersion:
    """Return the version of a unit in force when its figure's period ended; a target is of the unit that sets it."""
    moment = (period.end or period.start) if period else day
    if moment is not None and day is not None and moment > day:
        moment = day
    if moment is None or unit.in_force(moment):
        return unit
    return gazetteer.at(unit.code, moment) or unit


def _level(claim: FigureClaim, unit: UnitVersion, context: Context, *, levelled: bool) -> str | None:
    """Return whose work a figure counts: a commune has no level below its own, "the district" is the page's own."""
    if unit.level == "commune" and levelled:
        return "commune"
    if claim.level == "province" and unit.level in ("district", "commune"):
        return None  # of the sentence before, on all of the province
    if claim.level == "own":
        return unit.level if unit.level != "country" else None
    if claim.level == "named":
        own = context.unit is None or unit.code == context.unit.code
        return "district" if unit.level == "district" and own else None
    return None if claim.level == "all" else claim.level


# ---------------------------------------------------------------- repeated statements


def _merge(facts: Sequence[Fact], document: Document) -> list[Fact]:
    """Merge what is said more than once; what waits for review is not told again where it repeats a figure."""
    doubtful = [fact for fact in facts if isinstance(fact, Observation) and not fact.accepted]
    merged = _merge_alike((f for f in facts if not isinstance(f, Observation) or f.accepted), document)
    told: dict[object, list[Fact]] = defaultdict(list)
    for fact in merged:
        if isinstance(fact, Observation):
            told[fact.indicator, fact.value].append(fact)
    waiting = (fact for fact in _merge_alike(doubtful, document) if isinstance(fact, Observation))
    return merged + [f for f in waiting if all(_join(other, f) is None for other in told[f.indicator, f.value])]


def _merge_alike(facts: Iterable[Fact], document: Document) -> list[Fact]:
    """Merge what is said more than once: one fact, several evidences.

    A headline repeats a figure of the text, often without its period and its exact noun.
    """
    merged: list[Fact] = []
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    joined = set[int | None]()
    headlines = []
    for fact in facts:
        if isinstance(fact, Observation) and _is_headline(fact, document):
            headlines.append(fact)
        else:
            joined.add(_add(merged, alike[_topic(fact)], fact))
    for headline in headlines:
        joined.add(_add_headline(merged, headline))
    return [_sorted(fact) if place in joined else fact for place, fact in enumerate(merged)]


def _sorted(fact: Fact) -> Fact:
    """Put the evidence of a fact in order; once for all, because a page may say the same a thousand times."""
    return replace(fact, evidence=tuple(sorted({*fact.evidence}, key=lambda e: (e.span, e.sentence))))


def _is_headline(fact: Observation, document: Document) -> bool:
    return all(block_kind_at(document.blocks, e.span.start) in ("title", "heading") for e in fact.evidence)


def _topic(fact: Fact) -> tuple[object, ...]:
    """Return what two facts must share to be one; only such facts are compared."""
    if isinstance(fact, Observation):
        return (fact.indicator, fact.value, fact.area)
    if isinstance(fact, Candidate):
        return (fact.phrase, fact.value, fact.area)
    return (fact.number,) if isinstance(fact, Citation) else (fact.area, "")


def _add(merged: list[Fact], alike: list[int], fact: Fact) -> int | None:
    """Add a fact, or its evidence to the fact that states the same; return the place of that."""
    for index in alike:
        if (joined := _join(merged[index], fact)) is not None:
            merged[index] = joined
            return index
    alike.append(len(merged))
    merged.append(fact)
    return None


def _add_headline(merged: list[Fact], headline: Observation) -> int | None:
    """Add the evidence of a headline to the figure it repeats, and return its place; keep it if there is none."""
    for index, other in enumerate(merged):
        if isinstance(other, Observation) and _repeats(headline, other):
            level, period = other.level or headline.level, other.period or headline.period
            merged[index] = replace(other, level=level, period=period, evidence=other.evidence + headline.evidence)
            return index
    merged.append(headline)
    return None


def _repeats(headline: Observation, other: Observation) -> bool:
    """Tell whether a headline repeats a figure of the text: the same value, and not one that says little."""
    same = (other.value, other.measure) == (headline.value, headline.measure)
    return same and (other.value not in _ROUND or other.indicator == headline.indicator)


def _join(first: Fact, second: Fact) -> Fact | None:
    """Return the fact both state, with the evidence of both, or None where they differ."""
    evidence = first.evidence + second.evidence
    if isinstance(first, Observation) and isinstance(second, Observation):
        return _join_observations(first, second, evidence)
    if isinstance(first, Candidate) and isinstance(second, Candidate):
        return replace(first, evidence=evidence) if replace(second, evidence=first.evidence) == first else None
    if isinstance(first, Citation) and isinstance(second, Citation) and first.number == second.number:
        return replace(
            first, issued=first.issued or second.issued, issuer=first.issuer or second.issuer, evidence=evidence
        )
    if isinstance(first, Initiative) and isinstance(second, Initiative) and _same_label(first, second):
        status = "implemented" if "implemented" in (first.status, second.status) else first.status
        kinds = tuple(sorted({*first.kinds, *second.kinds}))
        return replace(first, kinds=kinds, status=status, agency=first.agency or second.agency, evidence=evidence)
    return None


_SAME_LABEL = 0.8
_ROUND = (0, 100)  # values that are no sign of the same statement: "100%" and "không có" are told of many things


def _same_label(first: Initiative, second: Initiative) -> bool:
    """Tell whether two labels on one page are the same but for misprints: most of their words agree."""
    if first.area != second.area:
        return False
    one, other = (Counter(re.findall(r"\w+", fold_name(label))) for label in (first.label, second.label))
    return 2 * (one & other).total() >= _SAME_LABEL * (one.total() + other.total())


def _join_observations(first: Observation, second: Observation, evidence: tuple[Evidence, ...]) -> Observation | None:
    same = (first.indicator, first.value, first.area.split("/")[0], first.status, first.bound) == (
        second.indicator, second.value, second.area.split("/")[0], second.status, second.bound
    )  # fmt: skip
    if not same:
        return None
    fits_period = first.period == second.period or first.period is None or second.period is None
    fits_level = first.level == second.level or first.level is None or second.level is None
    if not (fits_period and fits_level):
        return None
    if first.value in _ROUND and (first.level, first.agency) != (second.level, second.agency):
        return None
    surer = max((first, second), key=lambda o: o.confidence)
    fuller = second if first.period is None and second.period is not None else first
    return replace(
        fuller,
        period=first.period or second.period,
        level=first.level or second.level,
        agency=first.agency or second.agency,
        confidence=surer.confidence,
        signs=surer.signs,
        evidence=evidence,
    )
