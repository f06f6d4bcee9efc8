"""What a page says: figures, initiatives and cited documents, each with the characters that say it."""

from bisect import bisect_right
from dataclasses import replace

from builder.extractor.citations import find_citations
from builder.extractor.figures import Figure, read_figures
from builder.extractor.initiatives import find_initiatives
from builder.extractor.page import READ, Page, with_cells_apart
from builder.extractor.units import Place, find_places
from builder.facts import (
    CandidateClaim,
    Claim,
    Document,
    Extraction,
    FigureClaim,
    Grounds,
    Issue,
    Quantity,
    Span,
    UnitMention,
)
from builder.gazetteer import Gazetteer
from builder.lexicon import Hit, Hits, Lexicon
from builder.text import fold

__all__ = ["extract", "mention", "open_page", "with_soft_breaks"]


def extract(document: Document, lexicon: Lexicon, gazetteer: Gazetteer) -> Extraction:
    """Return everything a page claims, with every unit it names."""
    page = open_page(document, lexicon, gazetteer)
    figures, unread = read_figures(page)
    claims: list[Claim] = [_figure_claim(page, figure) for figure in figures]
    claims += find_initiatives(page)
    claims += find_citations(page)
    claims += [CandidateClaim(u.phrase, _figure_claim(page, u.figure)) for u in unread if u.phrase]
    mentions = tuple(mention(page, place) for place in page.places)
    return Extraction(tuple(claims), mentions, tuple(_unread_issue(page, u.figure) for u in unread if not u.phrase))


def open_page(document: Document, lexicon: Lexicon, gazetteer: Gazetteer) -> Page:
    """Return a page prepared for reading."""
    folded = with_cells_apart(fold(with_soft_breaks(document)), document)
    lexicon.scan.look_through(folded.text)
    lexicon.printed.look_through(document.text)
    places = find_places(document.text, folded, gazetteer, lexicon)
    return Page(document, folded, Hits(_outside(lexicon.find(folded.text), places)), places, lexicon)


def with_soft_breaks(document: Document) -> str:
    """Return the text with a space for every line break inside a block: a line that goes on in the next."""
    text = document.text
    pieces, cursor = [], 0
    for block in document.blocks:
        start, end = block.span
        if block.kind in READ and "\n" in text[start:end]:
            pieces += [text[cursor:start], text[start:end].replace("\n", " ")]
            cursor = end
    return "".join(pieces) + text[cursor:] if pieces else text


def _outside(hits: list[Hit], places: list[Place]) -> list[Hit]:
    """Leave out wordings that are part of a unit's name: the "huyện" of "huyện Lấp Vò"."""
    starts = [p.start for p in places]

    def inside(hit: Hit) -> bool:
        index = bisect_right(starts, hit.start) - 1
        return index >= 0 and hit.end <= places[index].end

    return [h for h in hits if not inside(h)]


def mention(page: Page, place: Place) -> UnitMention:
    """Return the name of a unit as the page prints it."""
    span = page.folded.span(place.start, place.end)
    return UnitMention(
        span, span.of(page.document.text), place.kind_word, tuple(u.key for u in place.candidates), place.joined
    )


def _figure_claim(page: Page, figure: Figure) -> FigureClaim:
    span = page.folded.span(figure.start, figure.end)
    body = figure.body if figure.body and not figure.body.unnamed else None
    return FigureClaim(
        indicator=figure.indicator,
        quantity=Quantity(figure.value, figure.measure, figure.bound, span),
        sentence=page.folded.span(*figure.sentence),
        period=figure.period,
        place=mention(page, figure.place) if figure.place and figure.place.candidates else None,
        national=figure.national,
        level=figure.level,
        agency=" ".join(page.printed(body.start, body.end).split()) if body else "",
        agency_level=_doer_level(page, figure),
        status=figure.status,
        rule=figure.rule,
        whole=mention(page, figure.whole) if figure.whole else None,
        signs=figure.signs,
        grounds=_grounds(page, figure),
    )


def _grounds(page: Page, figure: Figure) -> Grounds:
    """Return why a figure was read so, in offsets of the page."""
    words = figure.grounds.period_words
    return replace(figure.grounds, period_words=page.folded.span(*words)) if words else figure.grounds


def _doer_level(page: Page, figure: Figure) -> str | None:
    """Return the level of the body named, or of the unit that is only called "the province"."""
    if figure.body is not None:
        return figure.body.level
    place = figure.place
    if place is None or place.candidates:
        return None
    return "province" if page.lexicon.grammar["province-word"].fullmatch(place.kind_word) else None


def _unread_issue(page: Page, number: Figure) -> Issue:
    """Return what stays open about a number that no words beside it explain."""
    span: Span = page.folded.span(number.start, number.end)
    printed = span.of(page.document.text)
    return Issue("unknown-indicator", f"“{printed}” states no indicator of the ontology", page.document.id, span)
