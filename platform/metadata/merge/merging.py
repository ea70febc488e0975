"""The merge of one document: property by property, item by item, as its schema says.

`x-merge` on a list says what its items are: things with an id (or with the key that `x-key`
names), a set, a sequence, or one value as a whole. `x-moves` marks a list of things that may move
between the items of the list around it, as fields move between the sections of a form. `x-owner`
says of a property that it belongs to the workspace, or to the template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..schema import Node, branch, property_node
from .moving import Homes
from .order import merged_order
from .outcome import ABSENT, ORDER, Difference, Fate, Side, place_key
from .texts import merged_expression

_NOTHING: Mapping[str, Any] = {}
Path = tuple[str, ...]
_WITH = "replaced_by"
_GONE = ("archived", _WITH)
"""What only something archived says."""


class DocumentMerge:
    """Merges the three states of one document, and notes what they did differently.

    `owned` says that they are a template and we a workspace, so that `x-owner` holds.
    """

    def __init__(self, document: str, choices: Mapping[str, Side], *, owned: bool = False) -> None:
        self.document = document
        self.choices = choices
        self.owned = owned
        self.differences: list[Difference] = []

    def thing(self, path: Path, node: Node, base: Any, ours: Any, theirs: Any) -> Any:
        """A document or an item of a list, or ABSENT where it goes."""
        if ours == theirs or theirs == base:
            return ours
        if base is ABSENT or ours is ABSENT or theirs is ABSENT:
            return self.decided(path, base, ours, theirs)
        return self.object(path, node, base, ours, theirs)

    def value(self, path: Path, node: Node, base: Any, ours: Any, theirs: Any) -> Any:
        """A property of something that both sides have."""
        owner = node.get("x-owner") if self.owned else None
        if owner is not None:
            return ours if owner == "workspace" else theirs
        if ours == theirs or theirs == base:
            return ours
        base, ours, theirs = _alike(node, base, ours, theirs)
        inner = branch(node, next(one for one in (ours, theirs, base) if one is not ABSENT))
        present = [one for one in (base, ours, theirs) if one is not ABSENT]
        if all(isinstance(one, (list, tuple)) for one in present):
            return self.listed(path, inner, base, ours, theirs)
        both = ours is not ABSENT and theirs is not ABSENT
        if both and _mergeable(node, inner, present):
            return self.object(path, inner, base, ours, theirs)
        return self.decided(path, base, ours, theirs, inner)

    def object(self, path: Path, node: Node, base: Any, ours: Any, theirs: Any) -> dict[str, Any]:
        """Every property by itself."""
        before = _NOTHING if base is ABSENT else base
        archived = self.archived(path, node, before, ours, theirs)
        found: dict[str, Any] = {}
        for key in {**ours, **theirs}:
            if archived is not None and key in _GONE:
                continue
            values = [one.get(key, ABSENT) for one in (before, ours, theirs)]
            merged = self.value((*path, key), property_node(node, key) or {}, *values)
            if merged is not ABSENT:
                found[key] = merged
        if archived:
            side = ours if ours.get("archived") else theirs
            found |= {key: side[key] for key in _GONE if key in side}
        return found

    def archived(
        self, path: Path, node: Node, base: Mapping[str, Any], ours: Any, theirs: Any
    ) -> bool | None:
        """Whether a thing goes that the other side changed, or comes back that it replaced.

        None where that is no question.
        """
        was, us, them = (bool(one.get("archived")) for one in (base, ours, theirs))
        if "x-declares" not in node or us == them:
            return None
        if was and (ours if us else theirs).get(_WITH) == base.get(_WITH):
            return None
        if not was and _live(theirs if us else ours) == _live(base):
            return None
        return bool(self.noted((*path, "archived"), was, us, them, us, "conflict"))

    def listed(self, path: Path, node: Node, base: Any, ours: Any, theirs: Any) -> Any:
        """A list, as its `x-merge` says; ABSENT where it is empty and a side has none."""
        kind = node.get("x-merge", "atomic")
        sides = [() if one is ABSENT else one for one in (base, ours, theirs)]
        keyed = [_keyed(node, one) for one in sides] if kind == "id" else [None]
        if kind in ("set", "ordered"):
            merged = self.plain(path, *sides, ordered=kind == "ordered")
        elif all(one is not None for one in keyed):
            merged = self.items(path, node.get("items", {}), *[one or {} for one in keyed])
        else:
            return self.decided(path, base, ours, theirs)
        return merged if merged or ABSENT not in (ours, theirs) else ABSENT

    def plain(self, path: Path, base: Any, ours: Any, theirs: Any, *, ordered: bool) -> Any:
        """A list of values without parts: what either side added or took out, in its order."""
        stays, there = set(ours).intersection(theirs), set(base)
        kept = [one for one in dict.fromkeys((*ours, *theirs)) if one in stays or one not in there]
        texts = {str(one): one for one in (*base, *ours, *theirs)}
        found = merged_order(*(tuple(map(str, one)) for one in (base, ours, theirs, kept)))
        merged = [texts[one] for one in found.keys]
        if ordered and found.clash:
            return self.decided(path, base, ours, theirs)
        if set(theirs) == set(base) and not ordered:
            return merged
        fate: Fate = "theirs" if list(base) == list(ours) else "merged"
        return self.noted(path, base, ours, theirs, merged, fate)

    def items(
        self,
        path: Path,
        node: Node,
        base: Mapping[str, Any],
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
    ) -> list[Any]:
        """A list of things: those that stay or come, each merged, in the order of both."""
        homes = Homes.of(node, base, ours, theirs)
        if homes is not None:
            base, ours, theirs = (homes.without(one) for one in (base, ours, theirs))
        found: dict[str, Any] = {}
        for key in {**ours, **theirs, **base}:
            values = [one.get(key, ABSENT) for one in (base, ours, theirs)]
            merged = self.thing((*path, key), node, *values)
            if merged is not ABSENT:
                found[key] = merged
        ordered = self.ordered(path, tuple(base), tuple(ours), tuple(theirs), tuple(found))
        if homes is not None:
            homes.fill(self, path, found, ordered)
        return [found[key] for key in ordered]

    def ordered(self, path: Path, base: Path, ours: Path, theirs: Path, kept: Path) -> Path:
        """The keys of a list in the order of both sides, or of the one that is chosen."""
        merged = merged_order(base, ours, theirs, kept)
        if not merged.clash:
            return merged.keys
        chosen = self.decided((*path, ORDER), list(base), list(ours), list(theirs))
        if chosen == list(theirs):
            return merged_order(base, theirs, ours, kept).keys
        return merged.keys

    def decided(
        self,
        path: Path,
        base: Any,
        ours: Any,
        theirs: Any,
        node: Node = _NOTHING,
    ) -> Any:
        """One value of three, or a merged one: of who changed it, else of who was chosen."""
        if ours == base:
            return self.noted(path, base, ours, theirs, theirs, "theirs")
        if theirs == base:
            return ours
        if "expression" in node.get("x-ref", ()):
            merged = merged_expression(base, ours, theirs)
            if merged is not None:
                return self.noted(path, base, ours, theirs, merged, "merged")
        return self.noted(path, base, ours, theirs, ours, "conflict")

    def noted(self, path: Path, base: Any, ours: Any, theirs: Any, merged: Any, fate: Fate) -> Any:
        """Note a difference of theirs; the value that holds, which a choice may overrule."""
        chosen = self.choices.get(place_key(self.document, path))
        self.differences.append(
            Difference(
                document=self.document,
                path=path,
                base=base,
                ours=ours,
                theirs=theirs,
                fate=fate,
                chosen=chosen,
            )
        )
        return {"ours": ours, "theirs": theirs}[chosen] if chosen else merged


def _alike(node: Node, *sides: Any) -> list[Any]:
    """The sides with one text for all languages written as a map, where others are maps."""
    maps = any(isinstance(one, Mapping) for one in sides)
    if maps and "anyOf" in node and any(isinstance(one, str) for one in sides):
        return [{"en": one} if isinstance(one, str) else one for one in sides]
    return list(sides)


def _mergeable(node: Node, inner: Node, present: Iterable[Any]) -> bool:
    """Whether maps can be merged by their keys: they have the same shape by the schema."""
    if not all(isinstance(one, Mapping) for one in present):
        return False
    if "properties" not in inner and not isinstance(inner.get("additionalProperties"), Mapping):
        return False
    return all(branch(node, one) == inner for one in present)


def _live(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if key != "archived"}


def _keyed(node: Node, items: Sequence[Any]) -> dict[str, Any] | None:
    """The items of a list by what identifies them; None where one has nothing of its own."""
    found: dict[str, Any] = {}
    for one in items:
        key = one.get(node["x-key"]) if "x-key" in node else one.get("id") or one.get("name")
        if not isinstance(key, str) or key in found:
            return None
        found[key] = one
    return found
