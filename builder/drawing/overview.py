"""Which provinces run which models: provinces left, models right, the thicker the line the more units."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from builder.drawing.boxes import Group, Node, Style, draw_box, draw_panel, lower_edge, spread, stack
from builder.drawing.svg import curve, element, figure, ident, label, nothing, picture
from builder.drawing.tiers import untangle
from builder.drawing.words import Language, say

HUES = 5
WEIGHTS = (1, 2, 3, 5, 10)  # the least number of units of each thickness of line


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
    """Draw provinces and models.

    Args:
        adoptions: pairs of a province and a model; several of one pair are added.
        title: what the drawing is called.
        limit: how many boxes are drawn; models of the fewest provinces are left out first, then provinces.
        language: of the words.
        name: begins the identifiers in the markup; unique on the page.

    """
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    for each in adoptions:
        numbers[each.province, each.model] += max(each.number, 1)
    if not numbers:
        return nothing(say("no-models", language))
    models = _most(((model, province) for province, model in numbers), max(limit // 2, limit - len(_all(numbers, 0))))
    kept = {pair: number for pair, number in numbers.items() if pair[1] in models}
    provinces = _most(kept, limit - len(models))
    kept = {pair: number for pair, number in kept.items() if pair[0] in provinces}
    left, right = untangle([provinces], [models], kept)
    hrefs = {each.province: each.province_href for each in reversed(adoptions)}
    model_hrefs = {each.model: each.model_href for each in reversed(adoptions)}
    groups = (
        _group("provinces", left[0], "unit", hrefs, len(_all(numbers, 0)), language),
        _group("models", right[0], "initiative", model_hrefs, len(_all(numbers, 1)), language),
    )
    told = say("overview", language, len(left[0]), len(right[0]))
    key = ident(name, title, sorted(numbers.items()), limit, language)
    linked = any((*hrefs.values(), *model_hrefs.values()))
    pictures = []
    for kind, columns in (("wide", (230.0, 300.0, 380.0)), ("narrow", (130.0, 66.0, 162.0))):
        content, size = _draw(groups, kept, columns, language)
        pictures.append(picture(content, size, name=f"{key}-{kind}", title=title, description=told, linked=linked))
    return figure("overview", *pictures)


def _all(numbers: Iterable[tuple[str, str]], side: int) -> set[str]:
    return {pair[side] for pair in numbers}


def _most(pairs: Iterable[tuple[str, str]], room: int) -> list[str]:
    """Return the first of each pair, those with the most partners first, as many as there is room for."""
    partners: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        partners[one].add(other)
    return sorted(partners, key=lambda each: (-len(partners[each]), each))[:room]


def _group(heading: str, ids: Sequence[str], kind: str, hrefs: dict[str, str], known: int, language: Language) -> Group:
    nodes = tuple(Node(each, each, kind, href=hrefs[each]) for each in ids)
    return Group(say(heading, language), nodes, known - len(nodes))


def _draw(
    groups: tuple[Group, Group],
    numbers: dict[tuple[str, str], int],
    columns: tuple[float, float, float],
    language: Language,
) -> tuple[str, tuple[float, float]]:
    """Return the markup of a picture and its size; ``columns`` are the widths of left, gap and right."""
    left, gap, right = columns
    style = Style(13.0 if left > 200 else 12.5, 6, language)
    provinces = stack([groups[0]], 0, 0, left, style)
    models = stack([groups[1]], left + gap, 0, right, style)
    low = max(lower_edge(provinces), lower_edge(models))
    provinces = spread([groups[0]], provinces, low, style)
    models = spread([groups[1]], models, low, style)
    ends = {box.node.id: box for box in models[0].boxes}
    parts = [*map(draw_panel, (*provinces, *models))]
    for rank, box in enumerate(provinces[0].boxes):
        edges = []
        for (province, model), number in sorted(numbers.items()):
            if province == box.node.id:
                path = curve(box.x + box.width, box.middle, ends[model].x, ends[model].middle)
                class_ = f"drawing-edge drawing-hue-{rank % HUES} drawing-weight-{_weight(number)}"
                edges.append(element("path", d=path, class_=class_))
        parts.append(draw_box(box, *edges))
    parts += map(draw_box, models[0].boxes)
    key, low = _key(numbers.values(), max(lower_edge(provinces), lower_edge(models)) + 20, language)
    return "".join([*parts, key]), (sum(columns), low)


def _weight(number: int) -> int:
    return sum(number >= least for least in WEIGHTS)


def _key(numbers: Iterable[int], y: float, language: Language) -> tuple[str, float]:
    """Return the key to the thickness of lines, and where it ends."""
    parts = [label(0, y, say("edge-width", language), "drawing-quiet", 11.5)]
    for weight in sorted({_weight(number) for number in numbers}):
        y += 18
        least, most = WEIGHTS[weight - 1], WEIGHTS[weight] - 1 if weight < len(WEIGHTS) else None
        told = f"{least}+" if most is None else str(least) if least == most else f"{least}–{most}"
        parts.append(element("path", d=f"M0 {y - 4:.1f}H32", class_=f"drawing-edge drawing-weight-{weight}"))
        parts.append(label(40, y, told, "drawing-quiet", 11.5))
    return "".join(parts), y + 6
