"""The templates as they are shipped, and every place of their documents with its schema."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fieldstone.metadata import App, Document, read_folder
from fieldstone.metadata.documents import FOLDERS
from fieldstone.metadata.json_text import escape
from fieldstone.metadata.refer import Use
from fieldstone.metadata.schema import Node, branch, property_node, schema_of
from fieldstone.metadata.uses import all_uses
from fieldstone.rules import check

FOLDER = Path(__file__).parents[3] / "apps"
NAMES = ("crm_small", "projects", "blank", "crm_template")

Parts = tuple[str | int, ...]


@dataclass(frozen=True, eq=False)
class Place:
    """A value of a document: the way to it, what its schema says of it, and of its key.

    `node` is the branch of `schema` that the value is of, `holder` the schema of the object or
    list that it lies in.
    """

    path: str
    parts: Parts
    schema: Node
    value: Any
    holder: Node = field(default_factory=dict)

    @property
    def node(self) -> Node:
        return branch(self.schema, self.value)

    @property
    def ref(self) -> Mapping[str, Any]:
        """What the value names, or nothing."""
        found: Mapping[str, Any] = self.node.get("x-ref", {})
        return found if isinstance(self.value, str) else {}

    @property
    def pointer(self) -> str:
        return pointer_of(self.parts)

    @property
    def key(self) -> str | int:
        return self.parts[-1]


@dataclass(frozen=True, eq=False)
class Template:
    """A template: its documents as JSON values by file, the App that they make, all places."""

    name: str
    documents: tuple[Document, ...]
    app: App

    @cached_property
    def data(self) -> Mapping[str, Any]:
        return {one.path: one.data for one in self.documents}

    @cached_property
    def places(self) -> tuple[Place, ...]:
        return tuple(
            place
            for one in self.documents
            for place in _places(Place(one.path, (), schema_of(one.kind), one.data))
        )

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        return tuple(one for one in all_uses(self.app) if not one.archived)

    @cached_property
    def files(self) -> Mapping[str, tuple[str, ...]]:
        """The files of each kind."""
        return {
            kind: tuple(one.path for one in self.documents if one.kind == kind)
            for kind in ("app", *FOLDERS)
        }

    def copy(self, path: str) -> Any:
        """A document to be changed."""
        return copy.deepcopy(self.data[path])


@cache
def template(name: str) -> Template:
    """A template by the name of its folder."""
    documents, unread = read_folder(FOLDER / name)
    checked = check(documents)
    assert not unread and not checked.problems and checked.app is not None
    return Template(name, documents, checked.app)


def pointer_of(parts: Parts) -> str:
    """The JSON pointer of a way into a document."""
    return "".join(f"/{escape(str(one))}" for one in parts)


def inner(data: Any, parts: Parts) -> Any:
    """What lies at the end of the way."""
    for one in parts:
        data = data[one]
    return data


def _places(place: Place) -> Iterator[Place]:
    node, value = place.node, place.value
    yield place
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _places(Place(place.path, (*place.parts, index), node["items"], one, node))
    elif isinstance(value, dict):
        for key, one in value.items():
            found = property_node(node, key)
            assert found is not None, (place.path, place.pointer, key)
            if "message" in node.get("x-ref", {}):
                found = {**found, "x-ref": node["x-ref"]}
            yield from _places(Place(place.path, (*place.parts, key), found, one, node))
