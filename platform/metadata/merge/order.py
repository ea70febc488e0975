"""The order of a list that two sides changed: what was moved, and where everything goes.

What neither side moved keeps its order and divides the list into gaps; whatever a side moved or
added stands in the gap where that side put it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ordered:
    """The merged order; `clash` says that both sides moved one thing to different places."""

    keys: tuple[str, ...]
    clash: bool = False


def merged_order(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str], kept: Collection[str]
) -> Ordered:
    """The order of `kept`, each of which stands in `ours` or `theirs`.

    Where both put something into the same gap, ours comes first. With a clash it is our order,
    into which what only they have is put.
    """
    everywhere = frozenset(kept).intersection(ours, theirs)
    common = [one for one in base if one in everywhere]
    our_moves, their_moves = _moved(common, ours), _moved(common, theirs)
    shared = everywhere.intersection(base)
    clash = bool(our_moves & their_moves) and _among(ours, shared) != _among(theirs, shared)
    if clash:
        their_moves = set()
    fixed = set(common) - our_moves - their_moves
    by_us = set(ours).intersection(kept) - fixed - their_moves
    by_them = set(theirs).intersection(kept) - fixed - by_us
    mine, others = _gaps(ours, fixed, by_us), _gaps(theirs, fixed, by_them)
    anchors = ["", *(one for one in common if one in fixed)]
    keys = (one for at in anchors for one in (at, *mine.get(at, ()), *others.get(at, ())))
    return Ordered(tuple(one for one in keys if one), clash)


def _among(keys: Iterable[str], wanted: Collection[str]) -> list[str]:
    return [one for one in keys if one in wanted]


def _gaps(
    keys: Iterable[str], fixed: Collection[str], moved: Collection[str]
) -> dict[str, list[str]]:
    """What of `moved` stands behind each fixed key; behind "" is the beginning."""
    found: dict[str, list[str]] = {}
    at = ""
    for one in keys:
        if one in fixed:
            at = one
        elif one in moved:
            found.setdefault(at, []).append(one)
    return found


def _moved(base: Sequence[str], side: Iterable[str]) -> set[str]:
    """The fewest keys whose moving turns `base` into the order of `side`.

    All but a longest increasing subsequence of the places that they had.
    """
    place = {one: index for index, one in enumerate(base)}
    present = [one for one in side if one in place]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, one in enumerate(present):
        length = bisect_left(ends, place[one])
        if length == len(ends):
            ends.append(place[one])
            last.append(index)
        else:
            ends[length], last[length] = place[one], index
        before.append(last[length - 1] if length else -1)
    stayed = set()
    at = last[-1] if last else -1
    while at >= 0:
        stayed.add(present[at])
        at = before[at]
    return set(present) - stayed
