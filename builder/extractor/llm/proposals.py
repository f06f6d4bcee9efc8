"""What a model proposes, read from its answer; nothing of it is believed here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

LEVELS = ("", "province", "district", "commune")
BOUNDS = ("exact", "above", "below", "about", "at-least", "at-most")
STATUSES = ("actual", "target", "projected")
_MOST = 500  # figures of one passage
_LONGEST = 2_000  # characters of a quotation
_TEXTS = ("quote", "number", "indicator", "unit", "period_start", "period_end", "level", "bound", "status")


def _one_of(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(names)}


_FIELDS: dict[str, Any] = {
    **{name: {"type": "string"} for name in _TEXTS},
    "value": {"type": "number"},
    "offset": {"type": ["integer", "null"]},
    "level": _one_of(LEVELS),
    "bound": _one_of(BOUNDS),
    "status": _one_of(STATUSES),
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["figures"],
    "properties": {
        "figures": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": sorted(_FIELDS),
                "properties": _FIELDS,
            },
        }
    },
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A figure as a model tells it."""

    quote: str
    number: str  # as printed
    value: Decimal
    indicator: str
    unit: str  # as printed, "" for the one the page is about
    period_start: str  # ISO date, "" where not told
    period_end: str
    level: str
    bound: str
    status: str
    offset: int | None  # of the quotation in the passage


def is_usable(answer: str) -> bool:
    """Tell whether an answer is a JSON object with a list of figures."""
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and isinstance(told.get("figures"), list)


def read_proposals(answer: str) -> Iterator[Proposal | None]:
    """Yield the figures of a usable answer; None for each that is not of the form asked for."""
    told = json.loads(answer, parse_float=Decimal, parse_int=Decimal).get("figures", [])
    for item in told[:_MOST]:
        yield _read(item) if isinstance(item, dict) else None


def _read(item: dict[str, Any]) -> Proposal | None:
    texts = {name: item.get(name) for name in _TEXTS}
    value, offset = item.get("value"), item.get("offset")
    fits = all(isinstance(text, str) and len(text) <= _LONGEST for text in texts.values())
    chosen = texts["level"] in LEVELS and texts["bound"] in BOUNDS and texts["status"] in STATUSES
    if not (fits and chosen and isinstance(value, Decimal) and value.is_finite()):
        return None
    place = int(offset) if isinstance(offset, Decimal) and 0 <= offset < _FARTHEST else None
    return Proposal(**{name: str(text) for name, text in texts.items()}, value=value, offset=place)


_FARTHEST = 1_000_000
