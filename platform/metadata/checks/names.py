"""Names and ids: unique among siblings, and none that belongs to the language or the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..documents import Document
from ..naming import is_reserved
from ..problems import Problem
from ..schema import Node, branch, property_node, schema_of
from ..system import SYSTEM_ENTITIES, SYSTEM_NAMES
from ..tombstones import KEY, MOST, listings
from .context import Checking, Data, live, problem

_IN_EXPRESSIONS = frozenset({"entity", "field"})


def check_documents(checking: Checking) -> Iterator[Problem]:
    """Documents of a kind have different ids and names; there is one app."""
    by_kind: dict[str, list[Document]] = {}
    for document in checking.documents:
        by_kind.setdefault(document.kind, []).append(document)
    apps = by_kind.pop("app", [])
    for other in apps[1:]:
        yield problem(other, "", "app.several")
    for kind, documents in by_kind.items():
        items = [document.data for document in documents]
        for index, found in _siblings(items, kind):
            yield found.at(documents[index].path, "")


def check_lists(checking: Checking) -> Iterator[Problem]:
    """Within every list of every document, ids and names differ and none is reserved."""
    for document in checking.documents:
        for found in _nested(document.data, schema_of(document.kind), ""):
            yield found.at(document.path, "")


def check_tombstones(checking: Checking) -> Iterator[Problem]:
    """A list remembers only so many ids of what was purged from it."""
    for document in checking.documents:
        for each in listings(document):
            if len(each.purged) == MOST:
                yield problem(document, f"{each.pointer}/{KEY}", "purge.too_many", most=MOST)


def check_fields(checking: Checking) -> Iterator[Problem]:
    """Fields, system fields, companions and inverses of an entity share one namespace."""
    for document in checking.kind("entity"):
        names: dict[str, str] = {}
        for entry in checking.space.fields_of(document.id):
            if entry.data.get("system") and entry.name not in SYSTEM_NAMES:
                names[entry.name] = entry.id
        for index, field in live(document.data["fields"]):
            name, place = field["name"], f"/fields/{index}/name"
            if name in SYSTEM_NAMES:
                yield problem(document, place, "name.system_field", name=name)
            elif name in names:
                yield problem(document, place, "name.companion", name=name)
        yield from _inverses(checking, document)


def _inverses(checking: Checking, document: Document) -> Iterator[Problem]:
    for index, field in live(document.data["fields"]):
        inverse = field.get("inverse")
        if not isinstance(inverse, str) or field["type"] != "reference":
            continue
        place, target = f"/fields/{index}/inverse", field.get("to")
        if is_reserved(inverse):
            yield problem(document, place, "name.reserved", name=inverse)
        for entry in checking.space.fields_of(target):
            if not entry.archived and entry.name == inverse:
                yield problem(document, place, "inverse.is_field", name=inverse, entity=target)
            elif entry.id == field.get("inverse_id"):
                yield problem(
                    document, place, "inverse.id_is_field", name=field["inverse_id"], entity=target
                )
        for entry in checking.space.inverses_of(target):
            other = (entry.owner, entry.field)
            if entry.name == inverse and not entry.archived and other < (document.id, field["id"]):
                params = {"name": inverse, "entity": target, "other": ".".join(other)}
                yield problem(document, place, "inverse.taken", **params)


def _nested(value: Any, node: Node, pointer: str) -> Iterator[Problem]:
    node = branch(node, value)
    if isinstance(value, (list, tuple)):
        inner = node.get("items", {})
        sort = inner.get("x-declares")
        if sort:
            for index, found in _siblings(value, sort):
                yield found.at(None, f"{pointer}/{index}")
        for index, item in enumerate(value):
            yield from _nested(item, inner, f"{pointer}/{index}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            inner = property_node(node, key)
            if inner is not None:
                yield from _nested(item, inner, f"{pointer}/{key}")


def _siblings(items: Sequence[Data], sort: str) -> Iterator[tuple[int, Problem]]:
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for index, item in enumerate(items):
        identity = item.get("id", "")
        if identity in ids:
            yield index, Problem("id.taken", {"id": identity}, None, "/id")
        ids[identity] = identity
        name = item.get("name")
        if name is None or item.get("archived") is True:
            continue
        if name.lower() in names:
            other = names[name.lower()]
            yield index, Problem("name.taken", {"name": name, "other": other}, None, "/name")
        names[name.lower()] = name
        if sort in _IN_EXPRESSIONS and is_reserved(name):
            yield index, Problem("name.reserved", {"name": name}, None, "/name")
        if sort == "entity" and name in SYSTEM_ENTITIES:
            yield index, Problem("name.system_entity", {"name": name}, None, "/name")
    yield from _aliases(items, names)


def _aliases(items: Sequence[Data], names: Mapping[str, str]) -> Iterator[tuple[int, Problem]]:
    """An old name that is still accepted is not given to something else."""
    seen: dict[str, str] = {}
    for index, item in live(items):
        for alias in item.get("aliases", ()):
            taken = names.get(alias.lower()) or seen.get(alias.lower())
            if taken is not None:
                params = {"alias": alias, "name": item.get("name", ""), "other": taken}
                yield index, Problem("name.aliased", params, None, "/aliases")
            seen[alias.lower()] = item.get("name", "")
