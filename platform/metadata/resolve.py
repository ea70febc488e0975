"""Names to ids and back: what people write, and what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .documents import Document, document_of
from .identity import identified
from .model import App
from .problems import Problem
from .refer import Translator
from .schema import Node, branch, property_node, schema_of
from .space import Space
from .walk import transform


@dataclass(frozen=True)
class Resolved:
    """Documents in ids, what could not be resolved, and what was understood in another way.

    `notes` say which old names were rewritten; they refuse nothing.
    """

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    space: Space


def to_ids(documents: Iterable[Document], base: App | None = None) -> Resolved:
    """Give everything its id and write every reference and expression in ids.

    A name means, in this order: what is called so in the documents, the id, what was called so in
    `base`, an alias. What `base` has and the documents leave out comes back archived where it
    holds data (entities, fields, options, stages, tags, bands, dimensions, schemes).
    """
    found = identified(documents, base.documents if base else ())
    space = Space(found.documents, found.before)
    translator = Translator(space, "ids")
    resolved = tuple(
        one.with_data(transform(one, space, translator.visit, found.carried), in_ids=True)
        for one in found.documents
    )
    return Resolved(resolved, tuple(translator.problems), _once(translator.notes), space)


def to_names(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Write every reference and expression of documents in ids with the present names."""
    everything = tuple(documents)
    space = Space(everything)
    translator = Translator(space, "names")
    return tuple(
        document_of(_without_ids(transform(one, space, translator.visit), schema_of(one.kind)))
        for one in everything
    )


def _once(notes: Iterable[Problem]) -> tuple[Problem, ...]:
    kept: dict[tuple[object, ...], Problem] = {}
    for note in notes:
        kept.setdefault((note.id, note.document, note.pointer, str(note.params)), note)
    return tuple(kept.values())


def _without_ids(value: Any, node: Node) -> Any:
    """Drop the ids that are equal to the name: the name alone says them."""
    node = branch(node, value)
    if isinstance(value, (list, tuple)):
        return [_without_ids(one, node.get("items", {})) for one in value]
    if not isinstance(value, Mapping):
        return value
    kept = {key: _without_ids(one, property_node(node, key) or {}) for key, one in value.items()}
    if "x-declares" in node and kept.get("id") == kept.get("name"):
        kept.pop("id", None)
    if kept.get("inverse_id") is not None and kept["inverse_id"] == kept.get("inverse"):
        kept.pop("inverse_id")
    return kept
