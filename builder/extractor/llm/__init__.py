"""A second engine: a language model proposes figures, and a gate lets through what the page proves.

Nothing is sent anywhere unless a :class:`Model` is given. The text of a page is data: whatever it tells the model to
say, only figures whose characters stand in the page come back.
"""

from collections import Counter
from functools import lru_cache

from builder.artefacts import artefact_root
from builder.extractor import mention, open_page
from builder.extractor.llm.client import Client, Model, check_model
from builder.extractor.llm.gate import REASONS, Gate, Refused
from builder.extractor.llm.prompt import instructions, passages, question
from builder.extractor.llm.proposals import read_proposals
from builder.facts import Claim, Document, Extraction, Issue
from builder.gazetteer import Gazetteer
from builder.lexicon import Lexicon

__all__ = ["Model", "check_model", "propose"]


def propose(document: Document, lexicon: Lexicon, gazetteer: Gazetteer, *, model: Model) -> Extraction:
    """Return the figures that a model proposes for a page and the page proves, and how often it was refused.

    Raises:
        EngineError: the model cannot be used at all.

    """
    page = open_page(document, lexicon, gazetteer)
    gate = Gate(page, gazetteer, f"llm:{model.name}")
    told = instructions(lexicon, artefact_root())
    asked, left = passages(document, model.budget)
    tally = Counter({"unasked passages": left})
    claims: list[Claim] = []
    for start, end in asked:
        answer = _client(model).ask(told, question(document, start, end))
        tally["unanswered passages"] += answer is None
        for proposal in read_proposals(answer or "{}"):
            tally["proposed"] += 1
            verdict = gate.check(proposal, start, end)
            if isinstance(verdict, Refused):
                tally[f"refused {verdict.value}"] += 1
            else:
                claims.append(verdict)
    kept = tuple(dict.fromkeys(claims))
    mentions = tuple(mention(page, place) for place in page.places)
    return Extraction(kept, mentions, _issues(document, tally), tuple(sorted(tally.items())))


@lru_cache(maxsize=4)
def _client(model: Model) -> Client:
    """Return what speaks to a model, one for all pages of a process."""
    return Client(model)


def _issues(document: Document, tally: Counter[str]) -> tuple[Issue, ...]:
    """Return what stays open because the model was refused, did not answer or was not asked."""
    issues = [
        Issue("refused-proposal", f"{count} × refused of what the model proposed: {why}", document.id)
        for reason, why in REASONS.items()
        if (count := tally[f"refused {reason.value}"])
    ]
    for kind, what in (("unanswered passages", "gave no usable answer"), ("unasked passages", "was not asked")):
        if count := tally[kind]:
            issues.append(Issue("model-silent", f"{count} × a passage for which the model {what}", document.id))
    return tuple(issues)
