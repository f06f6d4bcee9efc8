"""Names of initiatives in a sentence: in quotation marks, behind a noun such as "mô hình", of systems, in capitals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from builder.extractor.page import Page
from builder.lexicon import Hit, between

# An opening mark in any of its shapes, the name without further marks (so the innermost pair counts), a closing one.
_QUOTED = re.compile(
    r"""(?:[“„«]|(?<![^\s(])”(?=\S)|(?:(?<![^\s(\[:])"|"(?!\s))|'')"""
    r"""(?P<double>[^“”„‟«»"\n]{3,190}?)(?:[”‟»]|''|(?<=\S)“(?=[\s.,;:)]|$)|(?:(?<=\S)"|"(?!\w)))"""
    r"""|(?<![^\s(:])['‘]\s?(?P<single>[^“”"'‘’\n]{3,120}?)\s?['’](?!\w)"""
)
_SYSTEM = re.compile(
    r"[ :]+((?:[A-Z][\w]*[ -]{0,3}){0,2}[A-Z]\w*[a-z]\w*(?:-[A-Z\d]\w*)?|[A-Z]{3,}[\w-]*(?:[ -]{1,3}[A-Zi]\w+)?)"
)
_BRAND = re.compile(
    r" (?P<purpose>(?:[^\W\d_]+ ){0,12}?)\(?(?P<brand>(?:VNPT ?[-–]? ?)?"
    r"(?:[A-Z]?[a-z]?[A-Z]{1,3}[a-z]{3,}\w*|[A-Z]{1,6}[-–][A-Za-z]?[a-z]{2,}\w*)(?!\w)|(?<=\()[A-Z]?[a-z]*[A-Z][a-z]{3,}(?=\)))"
)
_ONE_STOP = frozenset({"one-stop-shop", "interlinked-one-stop-shop", "electronic-one-stop-shop"})
_INTRODUCING = frozenset({"initiative-head", "initiative"})
_MOST_WORDS = 36
_FEWEST_WORDS = 3
_MOST_LAUNCHED = 14  # words of a name that no noun introduces
_LAUNCH_REACH = 24
_HEAD_REACH = 60
_BARRING_REACH = 12  # characters between a quotation and the word that makes it none of ours, such as "slogan"
_MOST_BETWEEN = 6  # words between the noun and the quotation marks
_MOST_IN_LIST = 10  # if they open a list behind a colon
_SYSTEM_REACH = 80  # how far behind its noun the name of a system may stand


@dataclass(frozen=True, slots=True)
class Named:
    """A name of an initiative, by position in folded text."""

    start: int
    end: int
    kind: str
    sentence: tuple[int, int]
    proof: int | None = None  # where the evidence begins, if before the name

    @property
    def reach(self) -> tuple[int, int]:
        """Return the stretch that the name takes with its noun."""
        return (self.start if self.proof is None else self.proof), self.end


def find_names(page: Page, sentence: tuple[int, int]) -> list[Named]:
    """Return the names of a sentence, each stretch once: what stands in quotation marks before what does not."""
    text = page.folded.text
    quotes = any(text.find(mark, *sentence) >= 0 for mark in "\"'")
    nouns = any(h.dimension in _INTRODUCING for h in between(page.hits, *sentence))
    found: list[Named] = []
    for names in (_quoted,) * quotes + (_capitals, _systems, _titled, _unquoted) * nouns:
        for name in names(page, sentence):
            begin, end = name.reach
            if not any(begin < other.reach[1] and other.reach[0] < end for other in found):
                found.append(name)
    return found


def _quoted(page: Page, sentence: tuple[int, int]) -> Iterator[Named]:
    """Yield names in quotation marks behind a noun that introduces initiatives; a list of them shares the noun."""
    span = page.folded.span(*sentence)
    last: tuple[int, str] | None = None
    for match in _QUOTED.finditer(page.document.text, span.start, span.end):
        group = match.lastgroup or "double"
        position, behind = page.folded.position(match.start()), page.folded.position(match.end())
        kind = _introduced(page, sentence[0], position)
        if kind is None and last is not None and group == "double" and _continues(page, last[0], position):
            kind = last[1]
        start = page.folded.position(match.start(group) + len(match[group]) - len(match[group].lstrip()))
        end = page.folded.position(match.start(group) + len(match[group].rstrip(" .,;\xa0")))
        if kind is None and group == "double" and _is_launched(page, (sentence[0], position, behind), match[group]):
            kind = next((h.concept for h in between(page.hits, start, end) if _names_all(h, start, end)), "model")
        last = (behind, kind) if kind is not None and _is_name(match[group]) else None
        if last is not None and not _is_one_stop(page, start, end):
            yield Named(start, end, last[1], sentence)


def _continues(page: Page, start: int, end: int) -> bool:
    """Tell whether only a comma or "và" stands between two quoted names, or who runs the first."""
    return page.lexicon.grammar["next-in-list"].fullmatch(page.folded.text, start, end) is not None


def _introduced(page: Page, start: int, position: int) -> str | None:
    """Return the kind that the noun before a quotation mark introduces."""
    window = between(page.hits, max(start, position - _HEAD_REACH), position)
    heads = [h for h in window if h.dimension == "initiative-head" and not _is_other_word(page, h.start)]
    if not heads:
        return None
    text, head = page.folded.text, heads[-1]
    barring = [h for h in window if h.dimension == "not-a-name" and position - h.end < _BARRING_REACH]
    if any(h.end > head.start or not text[h.end : head.start].strip() for h in barring):
        return None
    gap = text[head.end : position]
    most = _MOST_IN_LIST if gap.rstrip().endswith(":") else _MOST_BETWEEN
    return head.concept if len(re.findall(r"\w+", gap)) <= most else None


def _is_other_word(page: Page, start: int) -> bool:
    return page.lexicon.grammar["not-a-head"].match(page.folded.text, start) is not None


def _is_launched(page: Page, around: tuple[int, int, int], quoted: str) -> bool:
    """Tell whether a verb launches a name without a noun, or the noun stands behind: mở "Cà phê hành chính".

    ``around`` is where the sentence begins and where the quotation marks stand. Such a name begins with a capital, or
    is a scheme of numbers.
    """
    text, grammar = page.folded.text, page.lexicon.grammar
    start, position, behind = around
    words = len(quoted.split())
    scheme = grammar["scheme-of-numbers"].match(text, position + 1, behind) is not None
    if not (scheme or (quoted.strip()[:1].isupper() and words >= _FEWEST_WORDS)) or words > _MOST_LAUNCHED:
        return False
    if grammar["event-opening"].match(text, position + 1):
        return False
    before = max(start, position - _LAUNCH_REACH)
    if grammar["launched-before"].search(text, before, position):
        return True
    if scheme:
        return grammar["principle-before"].search(text, before, position) is not None
    return grammar["called-behind"].match(text, behind) is not None


def _is_name(quoted: str) -> bool:
    return 1 < len(quoted.split()) <= _MOST_WORDS and not quoted.rstrip().endswith((".", "?", "!"))


def _names_all(hit: Hit, start: int, end: int) -> bool:
    """Tell whether a stretch is no more than what the ontology calls a kind of initiative."""
    return hit.dimension == "initiative" and (hit.start, hit.end) == (start, end)


def _is_one_stop(page: Page, start: int, end: int) -> bool:
    """Tell whether a name is only what a one-stop shop is called; it counts where the text says it is run."""
    return any(h.concept in _ONE_STOP and _names_all(h, start, end) for h in between(page.hits, start, end))


def _systems(page: Page, sentence: tuple[int, int]) -> Iterator[Named]:
    """Yield systems called by a name in Latin letters behind their noun: "app Haugiang", "phần mềm … M-Office"."""
    text = page.document.text
    for head in between(page.hits, *sentence):
        if head.dimension not in ("initiative-head", "initiative") or head.concept != "software":
            continue
        if _is_other_word(page, head.start):
            continue
        span = page.folded.span(head.end, min(head.end + _SYSTEM_REACH, sentence[1]))
        match = _SYSTEM.match(text, span.start, span.end) if head.dimension == "initiative-head" else None
        if match is not None and _is_system(match[1]):
            start, end = match.span(1)
        else:
            match = _BRAND.match(text, span.start, span.end)
            if match is None or page.lexicon.grammar["breaks-off"].search(match["purpose"].lower()):
                continue
            start, end = match.span("brand")
        yield Named(page.folded.position(start), page.folded.position(end), "software", sentence, head.start)


def _is_system(name: str) -> bool:
    """Tell the name of a system from an abbreviation: it has small letters or parts, and no Vietnamese ones."""
    return not re.search(r"[À-ỹĐđ]", name) and bool(re.search(r"[a-z]|[ -]", name))


def _capitals(page: Page, sentence: tuple[int, int]) -> Iterator[Named]:
    """Yield models and systems named with capitals or by numbers, without quotation marks: "mô hình Bàn số 9"."""
    span = page.folded.span(*sentence)
    grammar = page.lexicon.grammar
    for construction, kind in (("model-in-capitals", "model"), ("system-in-capitals", "software")):
        for match in grammar[construction].finditer(page.document.text, span.start, span.end):
            if len(match["name"].split()) > 1:
                start, end = page.folded.position(match.start("name")), page.folded.position(match.end("name"))
                yield Named(start, end, kind, sentence, page.folded.position(match.start()))
    for match in grammar["model-by-numbers"].finditer(page.folded.text, *sentence):
        yield Named(match.start("name"), match.end("name"), "model", sentence, match.start())


def _unquoted(page: Page, sentence: tuple[int, int]) -> Iterator[Named]:
    """Yield models that are named without quotation marks behind a verb: "triển khai mô hình hẹn giờ …"."""
    for match in page.lexicon.grammar["named-after-verb"].finditer(page.folded.text, *sentence):
        if page.lexicon.grammar["no-name"].match(match["name"]) or len(match["name"].split()) < _FEWEST_WORDS:
            continue
        yield from _behind_head(page, match, sentence)


def _behind_head(page: Page, match: re.Match[str], sentence: tuple[int, int]) -> Iterator[Named]:
    window = between(page.hits, match.start("head"), match.end("head"))
    head = next((h for h in window if h.dimension == "initiative-head"), None)
    if head is not None:
        yield Named(match.start("name"), match.end("name"), head.concept, sentence, head.start)


def _titled(page: Page, sentence: tuple[int, int]) -> Iterator[Named]:
    """Yield programmes written with capitals behind their noun: "Tuần lễ Chuyển đổi số"."""
    span = page.folded.span(*sentence)
    for match in page.lexicon.grammar["named-in-capitals"].finditer(page.document.text, span.start, span.end):
        start, end = page.folded.position(match.start()), page.folded.position(match.end("name"))
        head = next((h for h in between(page.hits, start, end) if h.dimension == "initiative-head"), None)
        if head is not None:
            yield Named(start, end, head.concept, sentence)
