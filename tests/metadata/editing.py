"""Edits of documents in ids, written as places: `entity/deal#/fields/amount/label/en`."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from fieldstone.metadata import Document, document_of

Edit = tuple[Any, ...]
"""("set", place, value), ("drop", place) or ("move", place, index)."""

GONE = "(gone)"
"""What `at` answers where there is nothing."""


def with_edits(
    documents: Iterable[Document], edits: Iterable[Edit], *, in_ids: bool = True
) -> tuple[Document, ...]:
    """The documents after the edits; a place that ends in `-` is a new item of a list.

    Documents in names are edited by them in the same way.
    """
    found = {f"{one.kind}/{one.id or one.name}": copy.deepcopy(dict(one.data)) for one in documents}
    for verb, place, *rest in edits:
        key, _, pointer = place.partition("#")
        if pointer:
            _edit(found[key], pointer.split("/")[1:], verb, *rest)
        elif verb == "drop":
            del found[key]
        else:
            found[key] = copy.deepcopy(rest[0])
    return tuple(document_of(data, in_ids=in_ids) for data in found.values())


def at(documents: Iterable[Document], place: str) -> Any:
    """What stands at a place; of a list of things their ids, in order."""
    key, _, pointer = place.partition("#")
    value: Any = next((one.data for one in documents if one.key == key), GONE)
    for part in pointer.split("/")[1:]:
        if isinstance(value, list):
            value = next((one for one in value if _key(one) == part), GONE)
        else:
            value = value.get(part, GONE) if isinstance(value, dict) else GONE
    if isinstance(value, list):
        return [_key(one) for one in value]
    return value


def _edit(data: Any, parts: list[str], verb: str, *rest: Any) -> None:
    for part in parts[:-1]:
        data = data[_index(data, part)] if isinstance(data, list) else data.setdefault(part, {})
    last = parts[-1]
    if not isinstance(data, list):
        if verb == "drop":
            del data[last]
        else:
            data[last] = copy.deepcopy(rest[0])
    elif last == "-":
        data.append(copy.deepcopy(rest[0]))
    elif verb == "move":
        data.insert(rest[0], data.pop(_index(data, last)))
    elif verb == "drop":
        del data[_index(data, last)]
    else:
        data[_index(data, last)] = copy.deepcopy(rest[0])


def _index(items: list[Any], part: str) -> int:
    return next(index for index, one in enumerate(items) if _key(one) == part)


def _key(item: Any) -> Any:
    """What identifies an item of a list."""
    if not isinstance(item, dict):
        return item
    return item.get("id") or item.get("name") or item.get("field") or item.get("entity")
