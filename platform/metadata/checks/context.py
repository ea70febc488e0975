"""What every check gets: the documents in ids, what names mean, and where a problem lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..documents import Document
from ..model import App
from ..problems import Problem
from ..space import Space

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Checking:
    """Documents that their schemas accept, in ids, and the space of all documents.

    `base` is the App in force, None where nothing is. Every check must bear references that lead
    nowhere: those are reported elsewhere.
    """

    documents: tuple[Document, ...]
    space: Space
    base: App | None = None

    def kind(self, kind: str) -> Iterator[Document]:
        """The documents of a kind that are not archived."""
        for document in self.documents:
            if document.kind == kind and document.data.get("archived") is not True:
                yield document

    def entity(self, entity_id: str | None) -> Data:
        """The data of an entity, empty where it is unknown or refused by its schema."""
        for document in self.documents:
            if document.kind == "entity" and document.id == entity_id:
                return document.data
        return {}

    def has_owner(self, entity_id: str) -> bool:
        """Whether records of the entity have a responsible person."""
        return any(
            entry.data.get("type") == "owner" and not entry.archived
            for entry in self.space.fields_of(entity_id)
        )


def live(items: Sequence[Data] | None) -> Iterator[tuple[int, Data]]:
    """What is not archived of a list, each with its place."""
    for index, item in enumerate(items or ()):
        if item.get("archived") is not True:
            yield index, item


def problem(document: Document, pointer: str, key: str, **params: Any) -> Problem:
    """A problem at a place of a document."""
    return Problem(key, params, document.path, pointer)
