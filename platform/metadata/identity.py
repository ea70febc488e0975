"""Identity: which id each declared thing has, and what a folder leaves out of its base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .documents import Document
from .naming import ids_for
from .schema import Node, branch, property_node, schema_of
from .system import SYSTEM_ENTITIES, SYSTEM_NAMES

KEPT_KINDS = frozenset({"entity", "tag_dimension", "tier_scheme"})
"""Documents that hold data: left out of a folder they are archived, not removed."""

KEPT_ITEMS = frozenset({"field", "option", "stage", "tag", "band"})
"""Parts of documents that hold data, likewise."""

_NOTHING: Mapping[str, Any] = {}


@dataclass
class Identified:
    """Documents in which everything has its id.

    `before` is the former name of what is renamed, by the path of lists and ids that leads to it.
    `carried` are the places (document key, pointer) of what was taken over from the base as
    archived: its references are ids already.
    """

    documents: tuple[Document, ...] = ()
    before: dict[tuple[str, ...], str] = field(default_factory=dict)
    carried: set[tuple[str, str]] = field(default_factory=set)


def identified(documents: Iterable[Document], base: Iterable[Document] = ()) -> Identified:
    """Give every document and every listed thing its id.

    An `id` that is written holds. Else the thing of the base that has the name (or, when nothing
    else claims it, had it first) keeps its id. Else the name becomes the id, with `_2` behind it
    when that was taken before. A rename adds the old name to the aliases.
    """
    found = Identified()
    former = {(one.kind, one.id): one for one in base}
    done: list[Document] = []
    by_kind: dict[str, list[Document]] = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document)
    inverses = _Inverses(former.values())
    for kind, members in by_kind.items():
        siblings = [one.data for (each, _), one in former.items() if each == kind]
        taken = set(SYSTEM_ENTITIES) if kind == "entity" else set()
        ids = _ids([one.data for one in members], siblings, taken)
        for document, identity in zip(members, ids, strict=True):
            old = former.get((kind, identity))
            done.append(_Identifier(found, inverses).document(document, identity, old))
    present = {(one.kind, one.id) for one in done}
    for key, document in former.items():
        if key not in present and document.kind in KEPT_KINDS:
            done.append(document.with_data({**document.data, "archived": True}))
    found.documents = tuple(done)
    return found


class _Inverses:
    """The ids of inverses of the base, by target: fields of the target may not take them."""

    def __init__(self, base: Iterable[Document]) -> None:
        self.taken: dict[str, set[str]] = {}
        for document in base:
            for one in document.data.get("fields", ()) if document.kind == "entity" else ():
                if one.get("inverse"):
                    identity = one.get("inverse_id") or one["inverse"]
                    self.taken.setdefault(one.get("to", ""), set()).add(identity)


class _Identifier:
    """Gives ids within one document, list by list, side by side with its former state."""

    def __init__(self, found: Identified, inverses: _Inverses) -> None:
        self.found = found
        self.inverses = inverses
        self.key = ""

    def document(self, document: Document, identity: str, old: Document | None) -> Document:
        self.key = f"{document.kind}/{identity}"
        former = old.data if old else _NOTHING
        node = schema_of(document.kind)
        self.note_rename((self.key,), document.data, former)
        data = self.item(document.data, node, identity, former, (self.key,), "")
        self.aliases(data, former, frozenset())
        return document.with_data(data)

    def item(
        self,
        data: Mapping[str, Any],
        node: Node,
        identity: str,
        former: Mapping[str, Any],
        path: tuple[str, ...],
        pointer: str,
    ) -> dict[str, Any]:
        if "x-declares" in node:
            data = {"id": identity, **data, **({"id": identity} if identity else {})}
            if node["x-declares"] == "field" and isinstance(data.get("inverse"), str):
                data = self.inverse(data, former)
        return {
            key: self.value(key, value, node, former, path, f"{pointer}/{key}")
            for key, value in data.items()
        }

    def value(
        self,
        key: str,
        value: Any,
        node: Node,
        former: Mapping[str, Any],
        path: tuple[str, ...],
        pointer: str,
    ) -> Any:
        inner = property_node(node, key)
        if inner is None:
            return value
        inner = branch(inner, value)
        old = former.get(key)
        if isinstance(value, (list, tuple)):
            old = old if isinstance(old, (list, tuple)) else ()
            siblings = [one for one in old if isinstance(one, Mapping)]
            return self.items(list(value), inner.get("items", {}), siblings, (*path, key), pointer)
        if isinstance(value, Mapping) and "properties" in inner:
            before = old if isinstance(old, Mapping) else _NOTHING
            return self.item(value, inner, "", before, path, pointer)
        return value

    def items(
        self,
        values: list[Any],
        node: Node,
        former: list[Mapping[str, Any]],
        path: tuple[str, ...],
        pointer: str,
    ) -> list[Any]:
        sort = node.get("x-declares")
        declared = [one for one in values if isinstance(one, Mapping)]
        if sort is None:
            return [
                self.item(one, node, "", _NOTHING, path, f"{pointer}/{index}")
                if isinstance(one, Mapping)
                else one
                for index, one in enumerate(values)
            ]
        ids = iter(_ids(declared, former, self.taken(sort)))
        old_by_id = {one.get("id"): one for one in former}
        done: list[Any] = []
        for index, one in enumerate(values):
            if not isinstance(one, Mapping):
                done.append(one)
                continue
            identity = next(ids)
            old = old_by_id.get(identity, _NOTHING)
            self.note_rename((*path, identity), one, old)
            place = f"{pointer}/{index}"
            done.append(self.item(one, node, identity, old, (*path, identity), place))
        live = [one for one in done if isinstance(one, dict)]
        names = frozenset(str(one.get("name")).lower() for one in live if not one.get("archived"))
        for one in live:
            self.aliases(one, old_by_id.get(one.get("id"), _NOTHING), names)
        if sort in KEPT_ITEMS:
            done.extend(self.carry(done, former, pointer))
        return done

    def taken(self, sort: str) -> set[str]:
        if sort != "field":
            return set()
        return set(SYSTEM_NAMES) | self.inverses.taken.get(self.key.partition("/")[2], set())

    def carry(
        self, present: list[Any], former: list[Mapping[str, Any]], pointer: str
    ) -> Iterator[Mapping[str, Any]]:
        """What the base has and the folder leaves out, archived."""
        ids = {one.get("id") for one in present if isinstance(one, Mapping)}
        index = len(present)
        for one in former:
            if one.get("id") not in ids:
                self.found.carried.add((self.key, f"{pointer}/{index}"))
                index += 1
                yield {**one, "archived": True}

    def note_rename(
        self, path: tuple[str, ...], data: Mapping[str, Any], former: Mapping[str, Any]
    ) -> None:
        if former.get("name") and former["name"] != data.get("name"):
            self.found.before[path] = former["name"]

    def inverse(self, data: dict[str, Any], former: Mapping[str, Any]) -> dict[str, Any]:
        if former.get("inverse") and former["inverse"] != data["inverse"]:
            path = (self.key, "inverses", str(data.get("id")))
            self.found.before[path] = former["inverse"]
        identity = data.get("inverse_id") or former.get("inverse_id") or former.get("inverse")
        return {**data, "inverse_id": identity or data["inverse"]}

    def aliases(
        self, data: dict[str, Any], former: Mapping[str, Any], names: frozenset[str]
    ) -> None:
        """Add the former name unless it is among `names`, which siblings have now, and the former
        aliases unless the list is written anew."""
        given = data.get("aliases", former.get("aliases", ()))
        if not isinstance(given, (list, tuple)):
            return
        wanted = list(given)
        old = former.get("name")
        if old and old != data.get("name") and old not in wanted and old.lower() not in names:
            wanted.append(old)
        wanted = [
            one for one in wanted if one != data.get("name") or one in data.get("aliases", ())
        ]
        if wanted or "aliases" in data:
            data["aliases"] = wanted


def _ids(
    items: list[Mapping[str, Any]], former: list[Mapping[str, Any]], reserved: set[str]
) -> list[str]:
    """The id of each item, in order; see `identified` for the rule."""
    claimed = {one["id"] for one in items if isinstance(one.get("id"), str)}
    taken = claimed | reserved | {str(one.get("id")) for one in former}
    known = _Former(former, {str(one.get("name")) for one in items if "id" not in one})
    numbered: dict[str, Iterator[str]] = {}
    found: list[str] = []
    for one in items:
        name = one.get("name")
        if isinstance(one.get("id"), str):
            found.append(one["id"])
            continue
        if not isinstance(name, str):
            found.append("")
            continue
        identity = known.find(name, one, claimed)
        if identity is None:
            more = numbered.setdefault(name, ids_for(name))
            identity = next(each for each in more if each not in taken)
        taken.add(identity)
        claimed.add(identity)
        found.append(identity)
    return found


class _Former:
    """The things of the base, by name and by id; `names` are those of items without an id."""

    def __init__(self, former: list[Mapping[str, Any]], names: set[str]) -> None:
        self.names = names
        self.by_id: dict[str, Mapping[str, Any]] = {}
        self.by_name: dict[Any, list[Mapping[str, Any]]] = {}
        for one in sorted(former, key=lambda each: each.get("archived") is True):
            self.by_id.setdefault(one["id"], one)
            self.by_name.setdefault(one.get("name"), []).append(one)

    def find(self, name: str, item: Mapping[str, Any], claimed: set[str]) -> str | None:
        """The id of the thing that an item without an id continues, or None."""
        for one in self.by_name.get(name, ()):
            restored = one.get("archived") is True and one.get("type") != item.get("type")
            if one["id"] not in claimed and not restored:
                return str(one["id"])
        first = self.by_id.get(name)
        if first is None or name in claimed or first.get("name") in self.names:
            return None
        return name if first.get("archived") is not True else None
