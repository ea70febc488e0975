"""Things that move between the items of a list: fields of a form from section to section.

Where a thing stands is a property of it, so that one side can move what the other one changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..schema import Node, property_node
from .outcome import ABSENT

if TYPE_CHECKING:
    from .merging import DocumentMerge, Path

HOME = "#home"
"""The part of a path that stands for where a thing is."""

_Side = Mapping[str, Any]


@dataclass(frozen=True)
class _Placed:
    """The things of one side, with where they stand, and which item each stands in, in order."""

    homes: Mapping[str, str]
    things: Mapping[str, Any]

    def within(self, home: str) -> tuple[str, ...]:
        return tuple(one for one, at in self.homes.items() if at == home)


class Homes:
    """The movable things of the three sides of a list."""

    def __init__(self, key: str, node: Node, sides: tuple[_Placed, _Placed, _Placed]) -> None:
        self.key = key
        self.node = node
        self.base, self.ours, self.theirs = sides

    @classmethod
    def of(cls, node: Node, base: _Side, ours: _Side, theirs: _Side) -> Homes | None:
        """What moves between the items of a list of this shape; None where nothing does.

        None as well where a thing stands twice, or has no key: then each item has its own.
        """
        for key in node.get("properties", {}):
            inner = property_node(node, key) or {}
            if "x-moves" not in inner:
                continue
            sides = [_placed(one, key, inner["x-key"]) for one in (base, ours, theirs)]
            found = [one for one in sides if one is not None]
            if len(found) == len(sides):
                return cls(key, inner, (found[0], found[1], found[2]))
        return None

    def without(self, side: _Side) -> dict[str, Any]:
        """The items without the things in them."""
        return {
            one: {key: value for key, value in item.items() if key != self.key}
            for one, item in side.items()
        }

    def fill(
        self, merge: DocumentMerge, path: Path, items: dict[str, Any], order: tuple[str, ...]
    ) -> None:
        """Put the merged things into the merged items; what lost its item stands in the last."""
        at: dict[str, str] = {}
        things: dict[str, Any] = {}
        for one, merged in self._merged(merge, path):
            home = merged[HOME]
            at[one] = home if home in items else order[-1]
            things[one] = {key: value for key, value in merged.items() if key != HOME}
        for item in order:
            here = [one for one in things if at[one] == item]
            sides = (one.within(item) for one in (self.base, self.ours, self.theirs))
            base, ours, theirs = sides
            placed = {*ours, *theirs}
            strays = tuple(one for one in here if one not in placed)
            place = (*path, item, self.key)
            ordered = merge.ordered(place, base, ours, (*theirs, *strays), tuple(here))
            items[item] = {**items[item], self.key: [things[one] for one in ordered]}

    def _merged(self, merge: DocumentMerge, path: Path) -> Iterator[tuple[str, Any]]:
        inner = self.node.get("items", {})
        sides = (self.base.things, self.ours.things, self.theirs.things)
        for one in {**sides[1], **sides[2], **sides[0]}:
            values = [side.get(one, ABSENT) for side in sides]
            merged = merge.thing((*path, self.key, one), inner, *values)
            if merged is not ABSENT:
                yield one, merged


def _placed(side: _Side, key: str, identified_by: str) -> _Placed | None:
    homes: dict[str, str] = {}
    things: dict[str, Any] = {}
    for item, data in side.items():
        for one in data.get(key, ()):
            name = one.get(identified_by)
            if not isinstance(name, str) or name in homes:
                return None
            homes[name], things[name] = item, {**one, HOME: item}
    return _Placed(homes, things)
