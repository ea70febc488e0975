"""The changes that are published one after the other, each on what the one before left."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fieldstone.metadata.documents import Document, document_of

Edit = Callable[[dict[str, Any]], None]
Fields = dict[str, dict[str, Any]]


def _field(identity: str, **values: Any) -> Edit:
    """Change a field of the customer."""

    def edit(entity: dict[str, Any]) -> None:
        next(one for one in entity["fields"] if one.get("id", one["name"]) == identity).update(
            values
        )

    return edit


def _added(**values: Any) -> Edit:
    return lambda entity: entity["fields"].append(values)


def _without(name: str) -> Edit:
    def edit(entity: dict[str, Any]) -> None:
        entity["fields"] = [one for one in entity["fields"] if one["name"] != name]

    return edit


def _options(entity: dict[str, Any]) -> None:
    field = next(one for one in entity["fields"] if one["name"] == "city")
    names = ("Shanghai", "Beijing", "Shenzhen", "Hangzhou", "Chengdu", "Wuhan", "Nanjing", "Xiamen")
    options = [{"name": one.lower(), "label": one} for one in names]
    field.update(type="choice", options=options)


CHANGES: Mapping[str, Edit] = {
    "add a field": _added(name="note", type="text"),
    "add a field of yes and no": _added(name="checked", type="boolean", default=True),
    "add a number of its own": _added(name="number", type="auto_number", pattern="C-{000000}"),
    "rename a field": _field("need", id="need", name="wish"),
    "make a field required": _field("kind", required=True),
    "make a field unique": _field("phone", unique=True),
    "integer to decimal": _field("employees", type="decimal", scale=2),
    "text to choice": _options,
    "number to text": _field("score", type="text"),
    "store a formula": _added(
        name="twice", type="formula", formula="annual_amount * 2", stored=True
    ),
    "make a field searchable": _field("remark", search=True),
    "archive a field": _without("website"),
    "restore a field": _added(id="website", name="website", type="url"),
}


def with_change(documents: Iterable[Document], edit: Edit) -> tuple[Document, ...]:
    """The documents (in names) with the customer changed."""
    found = []
    for one in documents:
        data = copy.deepcopy(dict(one.data))
        if (one.kind, one.name) == ("entity", "customer"):
            edit(data)
            found.append(document_of(data))
        else:
            found.append(one)
    return tuple(found)
