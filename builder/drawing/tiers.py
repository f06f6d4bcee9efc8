"""The order of boxes in two neighbouring columns, so that few edges cross.

Columns are sorted in turn by the mean place of their partners (barycentre method of Sugiyama); then neighbours change
places as long as that saves crossings (greedy switching of Eades and Kelly).
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
Groups = Sequence[Sequence[str]]  # ids under one heading stay together
SWEEPS = 12


def untangle(left: Groups, right: Groups, edges: Iterable[tuple[str, str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Return both columns in an order with few crossings; ties keep the order given.

    Args:
        left: ids of the left column, by group.
        right: ids of the right column, by group.
        edges: (left id, right id).

    """
    pairs = sorted(set(edges))
    partners: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        partners[one].append(other)
        partners[other].append(one)
    columns = [[list(group) for group in left], [list(group) for group in right]]
    best = (crossings(columns[0], columns[1], pairs), columns[0], columns[1])
    for sweep in range(SWEEPS):
        moving = (sweep + 1) % 2
        ranks = _ranks(columns[1 - moving])
        columns[moving] = _switched(_sorted(columns[moving], ranks, partners), ranks, partners)
        found = crossings(columns[0], columns[1], pairs)
        if found < best[0]:
            best = (found, columns[0], columns[1])
    return best[1], best[2]


def _ranks(groups: Groups) -> dict[str, int]:
    return {each: rank for rank, each in enumerate(each for group in groups for each in group)}


def _sorted(groups: Groups, ranks: Mapping[str, int], partners: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Sort ids within their groups, then the groups, by the mean rank of their partners; without any, last."""

    def mean(ids: Iterable[str]) -> float:
        found = [ranks[partner] for each in ids for partner in partners.get(each, ())]
        return sum(found) / len(found) if found else float(len(ranks))

    return sorted((sorted(group, key=lambda each: mean([each])) for group in groups), key=mean)


def _switched(groups: Groups, ranks: Mapping[str, int], partners: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Let neighbours within a group, and whole groups, change places where fewer of their edges cross then."""
    ends = {each: sorted(ranks[partner] for partner in partners.get(each, ())) for group in groups for each in group}
    switched = [_settled(group, lambda one, other: _gain(ends[one], ends[other])) for group in groups]
    whole = [sorted(rank for each in group for rank in ends[each]) for group in switched]
    order = _settled(range(len(switched)), lambda one, other: _gain(whole[one], whole[other]))
    return [switched[each] for each in order]


def _settled(order: Iterable[T], gain: Callable[[T, T], int]) -> list[T]:
    """Exchange neighbours until none gains by it; every exchange saves crossings, so this ends."""
    settled = list(order)
    moved = True
    while moved:
        moved = False
        for place in range(len(settled) - 1):
            if gain(settled[place], settled[place + 1]) > 0:
                settled[place], settled[place + 1] = settled[place + 1], settled[place]
                moved = True
    return settled


def _gain(upper: Sequence[int], lower: Sequence[int]) -> int:
    """Return how many crossings two boxes save by changing places, from the sorted ranks of their partners."""
    now = sum(bisect_left(lower, rank) for rank in upper)
    then = sum(bisect_left(upper, rank) for rank in lower)
    return now - then


def crossings(left: Groups, right: Groups, edges: Iterable[tuple[str, str]]) -> int:
    """Count the pairs of edges that cross between two columns."""
    above, below = _ranks(left), _ranks(right)
    seen: list[int] = []
    count = 0
    for _, rank in sorted((above[one], below[other]) for one, other in edges):
        count += len(seen) - bisect_right(seen, rank)
        insort(seen, rank)
    return count
