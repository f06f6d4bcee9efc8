"""Reform initiatives of a page: those it names, and kinds the ontology names, each with who runs it and where."""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from builder.extractor.names import Named, find_names
from builder.extractor.page import READ, Page
from builder.extractor.scope import find_bodies
from builder.extractor.units import Place
from builder.facts import InitiativeClaim, Span, UnitMention
from builder.lexicon import Hit, between

_BEFORE_REACH = 24  # how far before a wording the words stand that tell a place, a mechanism or a count
_CONSTRUCTIONS = {  # that name an initiative by themselves, and the kind it is of
    "named-by-number": "feedback-channel",
    "brought-home": "service-initiative",
    "named-day": "service-initiative",
    "on-the-road": "service-initiative",
    "self-service": "service-initiative",
    "system-by-quality": "software",
    "system-by-purpose": "software",
    "service-portal": "software",
    "online-by-level": "online-services",
    "numbered-scheme": "scheme",
}
_COUNTED = frozenset({"feedback-channel", "online-services", "monitoring", "survey"})  # kinds that figures count


def find_initiatives(page: Page) -> Iterator[InitiativeClaim]:
    """Yield the initiatives a page names, each place where it names them.

    A name comes under its fullest spelling on the page; a kind the ontology names, under the fullest wording that says
    the same and more: "cơ chế một cửa" is part of "cơ chế một cửa, một cửa liên thông".
    """
    named: list[Named] = []
    kinds: list[Named] = []
    standing = _standing(page)
    for block in page.document.blocks:
        if block.kind not in READ:
            continue
        for sentence in page.sentences(block):
            found = find_names(page, sentence)
            named += found
            kinds += [n for n in _kinds(page, sentence, standing) if not any(_overlap(n, f) for f in found)]
    said = (*_by_fullest(page, named, operator.eq), *_by_fullest(page, kinds, _is_part))
    for name, fullest in said:
        yield replace(_claim(page, name), label=page.printed(fullest.start, fullest.end))


def _overlap(one: Named, other: Named) -> bool:
    return one.reach[0] < other.reach[1] and other.reach[0] < one.reach[1]


def _by_fullest(
    page: Page, named: Iterable[Named], says_same: Callable[[tuple[str, ...], tuple[str, ...]], bool]
) -> Iterator[tuple[Named, Named]]:
    """Yield each name with the fullest one of its family that says the same."""
    fullest: list[tuple[Named, str, tuple[str, ...]]] = []
    worded = [(name, _telling_words(page, name)) for name in named]
    for name, words in sorted(worded, key=lambda w: (-len(w[1]), w[0].start - w[0].end, w[0].start)):
        family = page.lexicon.families[name.kind]
        same = next((f for f, of, told in fullest if of == family and says_same(words, told)), None)
        if same is None:
            fullest.append((name, family, words))
        yield name, same or name


def _is_part(words: tuple[str, ...], told: tuple[str, ...]) -> bool:
    return set(words) <= set(told)


def _telling_words(page: Page, named: Named) -> tuple[str, ...]:
    """Return the words of a name without those that tell no initiative from another, such as "system"."""
    text = page.lexicon.grammar["not-telling"].sub(" ", page.folded.text[named.start : named.end])
    return tuple(re.findall(r"\w+", text))


def _standing(page: Page) -> dict[str, str]:
    """Return the constructions that may stand on a page, with the kind of initiative that each names."""
    text, grammar = page.folded.text, page.lexicon.grammar
    return {name: kind for name, kind in _CONSTRUCTIONS.items() if grammar[name].may_stand(text)}


def _kinds(page: Page, sentence: tuple[int, int], constructions: Mapping[str, str]) -> Iterator[Named]:
    """Yield what the ontology names as an initiative by itself, with what its name goes on with."""
    text, grammar = page.folded.text, page.lexicon.grammar
    for hit in _hits(page, sentence, constructions):
        mechanism = _mechanism(page, hit, sentence) if hit.concept == "one-stop-shop" else None
        if hit.dimension != "initiative" or _is_in_passing(page, hit, mechanism, sentence):
            continue
        more = "programme-years" if hit.concept in ("programme", "campaign") else "name-goes-on"
        tail = grammar[more].match(text, hit.end, sentence[1])
        start = hit.start if mechanism is None else mechanism
        if '"' in text[start : hit.end]:
            start = hit.start  # the quotation marks tell where the name begins
        yield Named(start, tail.end() if tail else hit.end, hit.concept, sentence)


def _hits(page: Page, sentence: tuple[int, int], constructions: Mapping[str, str]) -> Sequence[Hit]:
    """Return the wordings of a sentence, and constructions that name an initiative as a wording does."""
    hits: Sequence[Hit] = between(page.hits, *sentence)
    for construction, kind in constructions.items():
        for match in page.lexicon.grammar[construction].finditer(page.folded.text, *sentence):
            start, end = match.span("name" if "name" in match.re.groupindex else 0)
            inside = [h for h in hits if h.dimension == "initiative" and h.start < end and start < h.end]
            if not any(h.end - h.start >= end - start for h in inside):
                hits = [h for h in hits if h not in inside] + [Hit(start, end, "initiative", kind)]
    return hits


def _mechanism(page: Page, hit: Hit, sentence: tuple[int, int]) -> int | None:
    """Return where the one-stop shop begins that is called a mechanism or said to be run: "cơ chế một cửa"."""
    before = max(sentence[0], hit.start - _BEFORE_REACH)
    match = page.lexicon.grammar["mechanism-before"].search(page.folded.text, before, hit.start)
    if match is None:
        return None
    return match.start("head") if match["head"] else hit.start


def _is_in_passing(page: Page, hit: Hit, mechanism: int | None, sentence: tuple[int, int]) -> bool:
    """Tell whether a wording is only where or how dossiers are handed in, or what a figure counts.

    A centre counts where the text says it was set up, the one-stop shop where it is called a mechanism or said to be
    run, and so do online services.
    """
    text, grammar = page.folded.text, page.lexicon.grammar
    before = max(sentence[0], hit.start - _BEFORE_REACH)
    if hit.concept == "public-service-centre":
        return not _is_founded(page, hit, sentence)
    if hit.concept == "one-stop-shop":
        return mechanism is None
    if hit.concept == "official-email":
        return grammar["share-before"].search(text, sentence[0], hit.start) is not None
    if hit.concept == "two-tier-government":
        return grammar["as-model"].search(text, before, hit.end) is None
    if hit.concept in _COUNTED and grammar["number-before"].search(text, before, hit.start):
        return True
    if grammar["letter"].fullmatch(text, hit.start, hit.end):
        return grammar["practised-before"].search(text, before, hit.start) is None
    if hit.concept == "software":
        return grammar["several-before"].search(text, before, hit.start) is not None
    if hit.concept == "online-services":
        return grammar["run-before"].search(text, before, hit.start) is None
    barring = {"one-stop-shop": "placed-before", "postal-service": "other-channel-before"}
    construction = barring.get(page.lexicon.families[hit.concept])
    return construction is not None and grammar[construction].search(text, before, hit.start) is not None


def _is_founded(page: Page, hit: Hit, sentence: tuple[int, int]) -> bool:
    """Tell whether a word for founding stands beside a centre, in the same stretch of the sentence."""
    founded = [h for h in between(page.hits, *sentence) if h.dimension == "foundation"]
    gaps = (page.folded.text[min(h.end, hit.end) : max(h.start, hit.start)] for h in founded)
    return any("," not in gap and ";" not in gap for gap in gaps)


def _claim(page: Page, named: Named) -> InitiativeClaim:
    text = page.document.text
    name = page.folded.span(named.start, named.end)
    span = page.folded.span(named.start if named.proof is None else named.proof, named.end)
    planned = any(
        h.dimension == "planned" for h in between(page.hits, max(named.sentence[0], named.start - 60), named.start)
    )
    return InitiativeClaim(
        label=name.of(text),
        span=span,
        sentence=page.folded.span(*named.sentence),
        kinds=(named.kind,),
        agency=_doer(page, named),
        place=_place(page, named),
        status="planned" if planned else "implemented",
    )


def _doer(page: Page, named: Named) -> str:
    """Return the body named right behind the initiative ("… của phòng Nội vụ"), else the last one before it."""
    bodies = [b for b in find_bodies(page, *named.sentence) if not b.source]
    behind = [b for b in bodies if named.end <= b.start <= named.end + 8]
    before = [b for b in bodies if b.end <= named.start]
    body = behind[0] if behind else before[-1] if before else None
    return " ".join(page.folded.span(body.start, body.end).of(page.document.text).split()) if body else ""


def _place(page: Page, named: Named) -> UnitMention | None:
    behind: Sequence[Place] = [p for p in page.places if named.end <= p.start <= named.end + 8]
    if not behind:
        return None
    span: Span = page.folded.span(behind[0].start, behind[0].end)
    return UnitMention(
        span, span.of(page.document.text), behind[0].kind_word, tuple(u.key for u in behind[0].candidates)
    )
