"""A small app with something of everything that holds data, to be changed and purged from."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from fieldstone.metadata import App, Document, Problem, check, document_of
from fieldstone.metadata.check import Checked
from fieldstone.metadata.purging import marked
from tests.metadata.samples import app_of

OPTIONS: list[dict[str, Any]] = [{"name": "small"}, {"name": "large"}]
FIELDS: list[dict[str, Any]] = [
    {"name": "name", "type": "text"},
    {"name": "phone", "type": "text"},
    {"name": "amount", "type": "integer"},
    {"name": "double", "type": "formula", "formula": "amount * 2"},
    {"name": "size", "type": "choice", "options": OPTIONS},
    {"name": "topics", "type": "tags", "dimension": "topic"},
    {"name": "parent_one", "type": "reference", "to": "client", "inverse": "children"},
    {"name": "state", "type": "stage"},
    {"name": "grade", "type": "tier", "scheme": "abc"},
]
CLIENT: dict[str, Any] = {
    "kind": "entity",
    "name": "client",
    "title": "name",
    "fields": FIELDS,
    "pipeline": {"field": "state", "stages": [{"name": "new"}, {"name": "old"}]},
}
SCHEME: dict[str, Any] = {
    "kind": "tier_scheme",
    "name": "abc",
    "entity": "client",
    "field": "grade",
    "measure": "amount",
    "method": "threshold",
    "bands": [{"name": "A", "min": 100}, {"name": "B", "min": 10}, {"name": "C", "rest": True}],
}


class Docs:
    """Documents as people write them, to be changed and checked on top of a base."""

    def __init__(self) -> None:
        self.data: dict[str, dict[str, Any]] = {
            "app": {"kind": "app", "name": "small"},
            "client": copy.deepcopy(CLIENT),
            "topic": {
                "kind": "tag_dimension",
                "name": "topic",
                "tags": [{"name": "price"}, {"name": "taste"}],
            },
            "abc": copy.deepcopy(SCHEME),
        }

    def list(self, *path: str) -> list[dict[str, Any]]:
        """The list that keys and names lead to: `client`, `fields`, `size`, `options`."""
        at: Any = self.data
        for key in path:
            at = next(one for one in at if one["name"] == key) if isinstance(at, list) else at[key]
        found: list[dict[str, Any]] = at
        return found

    def drop(self, *path: str) -> None:
        *lead, name = path
        if not lead:
            del self.data[name]
            return
        items = self.list(*lead)
        items.remove(next(one for one in items if one["name"] == name))

    def documents(self) -> Iterator[Document]:
        return (document_of(copy.deepcopy(one)) for one in self.data.values())

    def app(self, base: App | None = None) -> App:
        return app_of(self.documents(), base)


def purge(app: App, *addresses: str) -> Checked:
    return check(marked(app.documents, addresses), app)


def purged(app: App, *addresses: str) -> App:
    return app_of(marked(app.documents, addresses), app)


def places(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(one.id, f"{one.document}#{one.pointer}") for one in problems]
