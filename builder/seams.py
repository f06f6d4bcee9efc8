"""The type of every room, on one page.

::

    Source ─▶ Reader ─▶ Document ─▶ Extractor ─▶ Extraction ─▶ Linker ─▶ LinkedDocument ─▶ Writer ─▶ lines of N-Quads
                                                                               └─ Issue values: what a page leaves open

A different extractor, such as one that asks a language model, is another function of the same type; :func:`compose`
makes one of two.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from builder.facts import Claim, Document, Extraction, FigureClaim, LinkedDocument, Source
from builder.gazetteer import Gazetteer
from builder.lexicon import Lexicon

Reader = Callable[[Source, Lexicon], Document]
Extractor = Callable[[Document, Lexicon, Gazetteer], Extraction]
Linker = Callable[[Document, Extraction, Gazetteer, Lexicon], LinkedDocument]
Writer = Callable[[LinkedDocument, Lexicon], Iterable[str]]


def compose(first: Extractor, second: Extractor) -> Extractor:
    """Return an extractor that follows the first engine, and takes the second as a second opinion.

    Where both read a number alike the first is surer of it; what only the second reads, or reads otherwise, waits for
    review.
    """

    def extract(document: Document, lexicon: Lexicon, gazetteer: Gazetteer) -> Extraction:
        return merge(first(document, lexicon, gazetteer), second(document, lexicon, gazetteer))

    return extract


def merge(leading: Extraction, second: Extraction) -> Extraction:
    """Return what two engines claim of a page."""
    opinions = [claim for claim in second.claims if isinstance(claim, FigureClaim)]
    claims = [_confirmed(claim, opinions) for claim in leading.claims]
    figures = [claim for claim in leading.claims if isinstance(claim, FigureClaim)]
    alone = [replace(claim, review=True) for claim in opinions if not any(_agree(figure, claim) for figure in figures)]
    tally = (*second.tally, ("agreed", len(opinions) - len(alone)))
    return replace(leading, claims=(*claims, *alone), issues=(*leading.issues, *second.issues), tally=tally)


def _confirmed(claim: Claim, opinions: Iterable[FigureClaim]) -> Claim:
    """Return a claim, confirmed if another engine agrees, and both named as its rule."""
    agreed = (opinion for opinion in opinions if isinstance(claim, FigureClaim) and _agree(claim, opinion))
    opinion = next(agreed, None)
    if opinion is None or not isinstance(claim, FigureClaim):
        return claim
    return replace(claim, confirmed=True, rule=f"{claim.rule} + {opinion.rule}")


def _agree(one: FigureClaim, other: FigureClaim) -> bool:
    """Tell whether two claims read the same number as the same figure; what only one of them tells is no difference."""
    same = (one.quantity.span, one.quantity.value, one.indicator, one.status) == (
        other.quantity.span, other.quantity.value, other.indicator, other.status
    )  # fmt: skip
    told = ((one.period, other.period), (one.level, other.level))
    return same and all(a == b or a is None or b is None for a, b in told)
