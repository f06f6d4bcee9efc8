"""Reform initiatives: quoted names behind a noun such as "mô hình", named systems, and kinds the ontology names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from builder.extractor.page import READ, Page
from builder.extractor.scope import find_bodies
from builder.extractor.units import Place
from builder.facts import InitiativeClaim, Span, UnitMention
from builder.lexicon import Hit, between

_QUOTED = re.compile(r'"([^"\n]{3,190})"')
_SYSTEM = re.compile(r"[ :]+((?:[A-Z][\w]*[ -]{0,3}){0,2}[A-Z]\w*[a-z]\w*|[A-Z]{3,}[\w-]*(?:[ -]{1,3}[A-Zi]\w+)?)")
_MOST_WORDS = 36
_FEWEST_WORDS = 3
_MOST_LAUNCHED = 10  # words of a name that no noun introduces
_LAUNCH_REACH = 24
_BEFORE_REACH = 16  # how far before a name the word stands that makes it a place or a mechanism


@dataclass(frozen=True, slots=True)
class _Named:
    start: int
    end: int
    kind: str
    sentence: tuple[int, int]
    proof: int | None = None  # where the evidence begins, if before the name


def find_initiatives(page: Page) -> Iterator[InitiativeClaim]:
    """Yield the initiatives a page names, each place where it names them.

    What the ontology names as a kind by itself ("một cửa", "cơ chế một cửa liên thông") is one initiative a page, under
    its fullest wording.
    """
    named: list[_Named] = []
    kinds: list[_Named] = []
    for block in page.document.blocks:
        if block.kind not in READ:
            continue
        for sentence in page.sentences(block):
            found = [
                *_quoted(page, sentence),
                *_systems(page, sentence),
                *_unquoted(page, sentence),
                *_titled(page, sentence),
            ]
            named += found
            kinds += [n for n in _kinds(page, sentence) if not any(f.start < n.end and n.start < f.end for f in found)]
    yield from (_claim(page, n) for n in named)
    fullest: dict[str, _Named] = {}
    for kind in kinds:
        family = page.lexicon.families[kind.kind]
        if family not in fullest or kind.end - kind.start > fullest[family].end - fullest[family].start:
            fullest[family] = kind
    for kind in kinds:
        label = fullest[page.lexicon.families[kind.kind]]
        claim = _claim(page, kind)
        yield replace(claim, label=page.folded.span(label.start, label.end).of(page.document.text))


def _quoted(page: Page, sentence: tuple[int, int]) -> Iterator[_Named]:
    """Yield names in quotation marks behind a noun that introduces initiatives; a list of them shares the noun."""
    text = page.folded.text
    last: tuple[int, str] | None = None
    for match in _QUOTED.finditer(text, *sentence):
        kind = _introduced(page, sentence[0], match.start())
        if kind is None and last is not None and _continues(page, last[0], match.start()):
            kind = last[1]
        if kind is None and _is_launched(page, sentence[0], match):
            kind = "model"
        if kind is None or not _is_name(match[1]):
            last = None
            continue
        last = (match.end(), kind)
        begin = match.start(1) + len(match[1]) - len(match[1].lstrip())
        yield _Named(begin, match.start(1) + len(match[1].rstrip(" .,;")), kind, sentence)


def _continues(page: Page, start: int, end: int) -> bool:
    """Tell whether only a comma or "và" stands between two quoted names."""
    gap = page.folded.text[start:end].strip()
    return not gap.strip(",;") or page.lexicon.grammar["list-gap"].fullmatch(gap) is not None


def _introduced(page: Page, start: int, position: int) -> str | None:
    """Return the kind that the noun before a quotation mark introduces."""
    window = between(page.hits, max(start, position - 45), position)
    if any(h.dimension == "not-a-name" and position - h.end < 12 for h in window):
        return None
    heads = [h for h in window if h.dimension == "initiative-head"]
    if heads and len(re.findall(r"\w+", page.folded.text[heads[-1].end : position])) <= 6:
        return heads[-1].concept
    return None


def _is_launched(page: Page, start: int, quoted: re.Match[str]) -> bool:
    """Tell whether a verb launches a name written with a capital, without a noun: mở "Cà phê hành chính"."""
    before = max(start, quoted.start() - _LAUNCH_REACH)
    launched = page.lexicon.grammar["launched-before"].search(page.folded.text, before, quoted.start())
    begin = quoted.start(1)
    capital = page.printed(begin, begin + 1).isupper()
    return launched is not None and capital and _FEWEST_WORDS <= len(quoted[1].split()) <= _MOST_LAUNCHED


def _is_name(quoted: str) -> bool:
    return 1 < len(quoted.split()) <= _MOST_WORDS and not quoted.rstrip().endswith((".", "?", "!"))


def _systems(page: Page, sentence: tuple[int, int]) -> Iterator[_Named]:
    """Yield systems called by a name in Latin capitals behind their noun: "phần mềm VNPT-iOffice", "app Haugiang"."""
    for head in between(page.hits, *sentence):
        if head.dimension != "initiative-head" or head.concept != "software":
            continue
        span = page.folded.span(head.end, min(head.end + 40, len(page.folded.text)))
        match = _SYSTEM.match(span.of(page.document.text))
        if match is not None and _is_system(match[1]):
            begin = page.folded.position(span.start + match.start(1))
            yield _Named(begin, page.folded.position(span.start + match.end(1)), "software", sentence, head.start)


def _is_system(name: str) -> bool:
    """Tell the name of a system from an abbreviation: it has small letters or parts, and no Vietnamese ones."""
    return not re.search(r"[À-ỹĐđ]", name) and bool(re.search(r"[a-z]|[ -]", name))


def _unquoted(page: Page, sentence: tuple[int, int]) -> Iterator[_Named]:
    """Yield models that are named without quotation marks behind a verb: "triển khai mô hình hẹn giờ …"."""
    for match in page.lexicon.grammar["named-after-verb"].finditer(page.folded.text, *sentence):
        if page.lexicon.grammar["no-name"].match(match["name"]) or len(match["name"].split()) < _FEWEST_WORDS:
            continue
        head = next((h for h in between(page.hits, match.start("head"), match.end("head"))
                     if h.dimension == "initiative-head"), None)  # fmt: skip
        if head is not None:
            yield _Named(match.start("name"), match.end("name"), head.concept, sentence)


def _titled(page: Page, sentence: tuple[int, int]) -> Iterator[_Named]:
    """Yield programmes written with capitals behind their noun: "Tuần lễ Chuyển đổi số"."""
    span = page.folded.span(*sentence)
    for match in page.lexicon.grammar["named-in-capitals"].finditer(page.document.text, span.start, span.end):
        start, end = page.folded.position(match.start()), page.folded.position(match.end("name"))
        head = next((h for h in between(page.hits, start, end) if h.dimension == "initiative-head"), None)
        if head is not None:
            yield _Named(start, end, head.concept, sentence)


def _kinds(page: Page, sentence: tuple[int, int]) -> Iterator[_Named]:
    """Yield what the ontology names as an initiative by itself, with what its name goes on with."""
    text, grammar = page.folded.text, page.lexicon.grammar
    for match in grammar["named-by-number"].finditer(text, *sentence):
        yield _Named(*match.span(), "feedback-channel", sentence)
    for hit in between(page.hits, *sentence):
        mechanism = _mechanism(page, hit, sentence) if hit.concept == "one-stop-shop" else None
        if hit.dimension != "initiative" or _is_in_passing(page, hit, mechanism, sentence):
            continue
        more = "programme-years" if hit.concept in ("programme", "campaign") else "name-goes-on"
        tail = grammar[more].match(text, hit.end, sentence[1])
        start = hit.start if mechanism is None else mechanism
        if '"' in text[start : hit.end]:
            start = hit.start  # the quotation marks tell where the name begins
        yield _Named(start, tail.end() if tail else hit.end, hit.concept, sentence)


def _mechanism(page: Page, hit: Hit, sentence: tuple[int, int]) -> int | None:
    """Return where the word stands that calls a one-stop shop a mechanism or a model: "cơ chế một cửa"."""
    before = max(sentence[0], hit.start - _BEFORE_REACH)
    match = page.lexicon.grammar["mechanism-before"].search(page.folded.text, before, hit.start)
    return match.start() if match else None


def _is_in_passing(page: Page, hit: Hit, mechanism: int | None, sentence: tuple[int, int]) -> bool:
    """Tell whether a wording is only where or how dossiers are handed in, not what the page says is introduced.

    A centre counts where the text says it was set up, the one-stop shop where it is called a mechanism or a model.
    """
    text, grammar = page.folded.text, page.lexicon.grammar
    if hit.concept == "public-service-centre":
        return not any(h.dimension == "foundation" for h in between(page.hits, *sentence))
    if hit.concept == "one-stop-shop":
        return mechanism is None
    before = max(sentence[0], hit.start - _BEFORE_REACH)
    barring = {"one-stop-shop": "placed-before", "postal-service": "other-channel-before"}
    construction = barring.get(page.lexicon.families[hit.concept])
    return construction is not None and grammar[construction].search(text, before, hit.start) is not None


def _claim(page: Page, named: _Named) -> InitiativeClaim:
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


def _doer(page: Page, named: _Named) -> str:
    """Return the body named right behind the initiative ("… của phòng Nội vụ"), else the last one before it."""
    bodies = [b for b in find_bodies(page, *named.sentence) if not b.source]
    behind = [b for b in bodies if named.end <= b.start <= named.end + 8]
    before = [b for b in bodies if b.end <= named.start]
    body = behind[0] if behind else before[-1] if before else None
    return " ".join(page.folded.span(body.start, body.end).of(page.document.text).split()) if body else ""


def _place(page: Page, named: _Named) -> UnitMention | None:
    behind: Sequence[Place] = [p for p in page.places if named.end <= p.start <= named.end + 8]
    if not behind:
        return None
    span: Span = page.folded.span(behind[0].start, behind[0].end)
    return UnitMention(
        span, span.of(page.document.text), behind[0].kind_word, tuple(u.key for u in behind[0].candidates)
    )
