"""The order of boxes in two neighbouring columns, so that few edges cross (barycentre method of Sugiyama)."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

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
        columns[moving] = _sorted(columns[moving], _ranks(columns[1 - moving]), partners)
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


def crossings(left: Groups, right: Groups, edges: Iterable[tuple[str, str]]) -> int:
    """Count the pairs of edges that cross between two columns."""
    above, below = _ranks(left), _ranks(right)
    seen: list[int] = []
    count = 0
    for _, rank in sorted((above[one], below[other]) for one, other in edges):
        count += len(seen) - bisect_right(seen, rank)
        insort(seen, rank)
    return count
