"""Identity: which id each declared thing has, and what a folder leaves out of its base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .documents import Document
from .naming import ids_for
from .schema import Node, branch, property_node, schema_of
from .system import SYSTEM_ENTITIES, SYSTEM_NAMES
from .tombstones import KEY, ids_in, written

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
    archived: its references are ids already. `again` is the purged id that a document still writes,
    by the path of what is declared anew under another one.
    """

    documents: tuple[Document, ...] = ()
    before: dict[tuple[str, ...], str] = field(default_factory=dict)
    again: dict[tuple[str, ...], str] = field(default_factory=dict)
    carried: set[tuple[str, str]] = field(default_factory=set)


def identified(documents: Iterable[Document], base: Iterable[Document] = ()) -> Identified:
    """Give every document and every listed thing its id.

    An `id` that is written holds. Else the thing of the base that has the name (or, when nothing
    else claims it, had it first) keeps its id. Else the name becomes the id, with `_2` behind it
    when that was taken before, also by what was purged since. A rename adds the old name to the
    aliases. The base's ids of what was purged are kept with those that the documents bring.
    """
    found = Identified()
    former = {(one.kind, one.id): one for one in base}
    done: list[Document] = []
    by_kind: dict[str, list[Document]] = {}
    for document in documents:
        by_kind.setdefault(document.kind, []).append(document)
    inverses = _Inverses(former.values())
    purged = _purged_documents((*former.values(), *by_kind.get("app", ())))
    for kind, members in by_kind.items():
        siblings = [one.data for (each, _), one in former.items() if each == kind]
        taken = set(SYSTEM_ENTITIES) if kind == "entity" else set()
        gone = {one for each, one in purged if each == kind}
        ids = _ids([one.data for one in members], siblings, taken, gone)
        for document, identity in zip(members, ids, strict=True):
            if document.data.get("id", identity) != identity:
                found.again[f"{kind}/{identity}",] = document.id
            old = former.get((kind, identity))
            done.append(_Identifier(found, inverses).document(document, identity, old))
    present = {(one.kind, one.id) for one in done}
    for key, document in former.items():
        if key not in present and document.kind in KEPT_KINDS:
            done.append(document.with_data({**document.data, "archived": True}))
    found.documents = tuple(done)
    return found


def _purged_documents(documents: Iterable[Document]) -> set[tuple[str, str]]:
    """(kind, id) of the documents that were purged, as the app among these says."""
    apps = (one.data for one in documents if one.kind == "app")
    found = (one.partition("/") for data in apps for one in ids_in(data))
    return {(kind, identity) for kind, _, identity in found}


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
        if KEY in node.get("properties", {}):
            data = _remembering(data, former)
        return {key: self.value(key, data, node, former, path, f"{pointer}/{key}") for key in data}

    def value(
        self,
        key: str,
        data: Mapping[str, Any],
        node: Node,
        former: Mapping[str, Any],
        path: tuple[str, ...],
        pointer: str,
    ) -> Any:
        value, inner = data[key], property_node(node, key)
        if inner is None:
            return value
        inner = branch(inner, value)
        old = former.get(key)
        if isinstance(value, (list, tuple)):
            old = old if isinstance(old, (list, tuple)) else ()
            siblings = [one for one in old if isinstance(one, Mapping)]
            keeps = node.get("properties", {}).get(KEY, {}).get("x-purged") == key
            purged = {*ids_in(former), *ids_in(data)} if keeps else set()
            return self.items(
                list(value), inner.get("items", {}), siblings, purged, (*path, key), pointer
            )
        if isinstance(value, Mapping) and "properties" in inner:
            before = old if isinstance(old, Mapping) else _NOTHING
            return self.item(value, inner, "", before, path, pointer)
        return value

    def items(
        self,
        values: list[Any],
        node: Node,
        former: list[Mapping[str, Any]],
        purged: set[str],
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
        ids = iter(_ids(declared, former, self.taken(sort), purged))
        old_by_id = {one.get("id"): one for one in former}
        done: list[Any] = []
        for index, one in enumerate(values):
            if not isinstance(one, Mapping):
                done.append(one)
                continue
            identity = next(ids)
            if one.get("id", identity) != identity:
                self.found.again[*path, identity] = str(one["id"])
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


def _remembering(data: Mapping[str, Any], former: Mapping[str, Any]) -> dict[str, Any]:
    """The object with its own tombstones and those that it had; as it is where they are none."""
    if not isinstance(data.get(KEY, ()), (list, tuple)):
        return dict(data)
    kept = written({*ids_in(data), *ids_in(former)})
    return {**data, KEY: kept} if kept else dict(data)


def _ids(
    items: list[Mapping[str, Any]],
    former: list[Mapping[str, Any]],
    reserved: set[str],
    purged: set[str],
) -> list[str]:
    """The id of each item, in order; see `identified` for the rule.

    An id that was purged counts as not written: the thing is declared anew. What is archived is
    not: it keeps the id, and goes again.
    """
    claimed = {one["id"] for one in items if isinstance(one.get("id"), str)} - purged
    taken = claimed | reserved | purged | {str(one.get("id")) for one in former}
    known = _Former(former, {str(one.get("name")) for one in items if "id" not in one})
    numbered: dict[str, Iterator[str]] = {}
    found: list[str] = []
    for one in items:
        name = one.get("name")
        if isinstance(one.get("id"), str) and (one["id"] not in purged or _gone(one)):
            found.append(one["id"])
            continue
        if not isinstance(name, str):
            found.append("")
            continue
        identity = known.find(name, one, claimed) if "id" not in one else None
        if identity is None and _gone(one) and name in purged:
            found.append(name)
            continue
        if identity is None:
            more = numbered.setdefault(name, ids_for(name))
            identity = next(each for each in more if each not in taken)
        taken.add(identity)
        claimed.add(identity)
        found.append(identity)
    return found


def _gone(item: Mapping[str, Any]) -> bool:
    return item.get("archived") is True


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
