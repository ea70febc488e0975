"""The walk: every place of a document that names something, found through the schema alone.

`x-ref` on a schema node says what a string names or that it is an expression, `x-scope` which
entity and field it is about, `x-key-ref` that the keys of an object are names. Resolving, printing,
where-used, references' checks and the list of all expressions are this one walk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .documents import Document
from .json_text import escape
from .schema import Node, branch, property_node, schema_of
from .space import Space


@dataclass(frozen=True, slots=True)
class Scopes:
    """What names are about at a place: ids of the entity, of the entity aimed at, of the field."""

    entity: str | None = None
    target: str | None = None
    field: tuple[str, str] | None = None

    def entity_of(self, scope: str | None) -> str | None:
        """The entity of the scope called `entity` or `target`."""
        return self.target if scope == "target" else self.entity if scope == "entity" else None


@dataclass(frozen=True, slots=True)
class Spot:
    """A value that names something: where it stands, what it says, what its schema says of it."""

    document: Document
    pointer: str
    value: Any
    ref: Mapping[str, Any]
    scopes: Scopes
    archived: bool
    is_key: bool = False


Visit = Callable[[Spot], Any]


def transform(
    document: Document, space: Space, visit: Visit, skip: Collection[tuple[str, str]] = ()
) -> Mapping[str, Any]:
    """The document's data with every spot replaced by what `visit` returns for it.

    `skip` holds places (document key, pointer) that are taken over as they are.
    """
    data: Mapping[str, Any] = _Walk(document, space, visit, skip).value(
        dict(document.data), schema_of(document.kind), "", Scopes(), False
    )
    return data


class _Walk:
    def __init__(
        self, document: Document, space: Space, visit: Visit, skip: Collection[tuple[str, str]]
    ) -> None:
        self.document = document
        self.space = space
        self.visit = visit
        self.skip = skip

    def value(self, value: Any, node: Node, pointer: str, scopes: Scopes, archived: bool) -> Any:
        node = branch(node, value)
        if "x-ref" in node and not isinstance(value, Mapping):
            return self.spots(value, node["x-ref"], pointer, scopes, archived)
        if isinstance(value, (list, tuple)):
            inner = node.get("items", {})
            return [
                self.value(one, inner, f"{pointer}/{index}", scopes, archived)
                for index, one in enumerate(value)
            ]
        if not isinstance(value, Mapping) or (self.document.key, pointer) in self.skip:
            return value
        if "x-ref" in node and "message" in node["x-ref"]:
            return {
                key: self.spots(one, node["x-ref"], f"{pointer}/{key}", scopes, archived)
                for key, one in value.items()
            }
        return self.object(value, node, pointer, scopes, archived)

    def object(
        self,
        value: Mapping[str, Any],
        node: Node,
        pointer: str,
        scopes: Scopes,
        archived: bool,
    ) -> dict[str, Any]:
        if "x-declares" in node and value.get("archived") is True:
            archived = True
        scopes = self.scoped(value, node, scopes)
        found: dict[str, Any] = {}
        for key, one in value.items():
            place = f"{pointer}/{escape(key)}"
            inner = property_node(node, key)
            if inner is None:
                found[key] = one
                continue
            within = scopes
            if "x-key-ref" in node:
                ref = node["x-key-ref"]
                spot = Spot(self.document, place, key, ref, scopes, archived, is_key=True)
                key, within = self.visit(spot), self.about_field(key, ref, scopes)
            found[key] = self.value(one, inner, place, within, archived)
        return found

    def spots(
        self, value: Any, ref: Mapping[str, Any], pointer: str, scopes: Scopes, archived: bool
    ) -> Any:
        if not isinstance(value, str) and ref.get("names") != "value":
            return value
        return self.visit(Spot(self.document, pointer, value, ref, scopes, archived))

    def about_field(self, key: str, ref: Mapping[str, Any], scopes: Scopes) -> Scopes:
        """Within a map whose keys are fields, each value is about its key's field."""
        entity = scopes.entity_of(ref.get("of"))
        if ref["names"] != "field" or entity is None:
            return scopes
        found = self.space.fields_of(entity).find(key, self.document.in_ids)
        return replace(scopes, field=(entity, found.entry.id) if found else None)

    def scoped(self, value: Mapping[str, Any], node: Node, scopes: Scopes) -> Scopes:
        changes: dict[str, Any] = {}
        for scope, source in node.get("x-scope", {}).items():
            if scope == "field":
                changes[scope] = (scopes.entity or "", str(value.get("id")))
            else:
                changes[scope] = self.entity_named(source, value, scopes)
        return replace(scopes, **changes) if changes else scopes

    def entity_named(
        self, source: str | list[str], value: Mapping[str, Any], scopes: Scopes
    ) -> str | None:
        """The id of the entity that `.` (the document), a key, `@entity` (outside) or `@metric`
        (the metric that is named beside) says."""
        for one in [source] if isinstance(source, str) else source:
            if one == ".":
                return self.document.id
            if one == "@entity":
                return scopes.entity
            if one == "@metric":
                return self.entity_of_metric(value.get("metric"))
            if isinstance(value.get(one), str):
                found = self.space.kind("entity").find(value[one], self.document.in_ids)
                return found.entry.id if found else None
        return None

    def entity_of_metric(self, name: Any) -> str | None:
        if not isinstance(name, str):
            return None
        found = self.space.kind("metric").find(name, self.document.in_ids)
        entity = found.entry.data.get("entity") if found else None
        if found is None or not isinstance(entity, str):
            return None
        named = self.space.kind("entity").find(entity, found.entry.in_ids)
        return named.entry.id if named else None
