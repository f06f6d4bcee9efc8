"""Which provinces run which models: provinces left, models right, the thicker the line the more units."""

from collections.abc import Sequence
from dataclasses import dataclass

from builder.drawing.words import Language


@dataclass(frozen=True, slots=True)
class Adoption:
    """How many units of a province run a model."""

    province: str
    model: str
    number: int
    province_href: str = ""
    model_href: str = ""


def overview(
    adoptions: Sequence[Adoption], *, title: str, limit: int = 60, language: Language = "vi", name: str = ""
) -> str:
    """Draw provinces and models; beyond ``limit`` boxes, the models and provinces with the fewest ties are left out."""
    raise NotImplementedError
