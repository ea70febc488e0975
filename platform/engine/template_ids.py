"""Other ids for things of a template: where a workspace has a thing of its own under that id.

A place is that of `Difference.key`: `entity/deal#/fields/region`. The thing keeps its new id, and
its new name, through all later versions of the template.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..metadata.documents import Document
from ..metadata.merge import Difference
from ..metadata.naming import free_id


def with_ids(documents: Iterable[Document], ids: Mapping[str, str]) -> tuple[Document, ...]:
    """Documents (in names) whose things at these places have those ids."""
    return _changed(documents, ids, ids, "id")


def with_names(documents: Iterable[Document], ids: Mapping[str, str]) -> tuple[Document, ...]:
    """Documents (in ids) whose things of those ids are called by them."""
    moved = {
        f"{place[: -len(_last(place))]}{new}": new for place, new in ids.items() if _last(place)
    }
    moved |= {f"{_kind(place)}/{new}#": new for place, new in ids.items() if not _last(place)}
    return _changed(documents, moved, ids, "name")


def kept_apart(difference: Difference, ours: Iterable[Document], theirs: Iterable[Document]) -> str:
    """A free id for their thing at a place where both sides have one."""
    everything = (*ours, *theirs)
    if not difference.path:
        kind, _, identity = difference.document.partition("/")
        return free_id(identity, {one.id for one in everything if one.kind == kind})
    holders = (one for one in everything if one.key == difference.document)
    lists = (_at(one.data, difference.path[:-1]) for one in holders)
    taken = {str(one.get("id")) for some in lists if isinstance(some, list) for one in some}
    return free_id(difference.path[-1], taken)


def _changed(
    documents: Iterable[Document], values: Mapping[str, str], ids: Mapping[str, str], key: str
) -> tuple[Document, ...]:
    if not ids:
        return tuple(documents)
    found = [one.with_data(copy.deepcopy(dict(one.data))) for one in documents]
    for place, value in values.items():
        document, _, pointer = place.partition("#")
        kind, _, identity = document.partition("/")
        for index, one in enumerate(found):
            if one.kind == kind and identity in (one.data.get("id"), one.data.get("name")):
                thing = _at(one.data, tuple(pointer.split("/")[1:]))
                if isinstance(thing, dict):
                    thing[key] = value
                    _without_alias(thing, value)
                found[index] = one.with_data(one.data)
    return tuple(found)


def _without_alias(thing: dict[str, Any], value: str) -> None:
    """What a thing is called is no older name of it."""
    if value in thing.get("aliases", ()):
        thing["aliases"] = [one for one in thing["aliases"] if one != value]


def _at(data: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path of keys and of ids (or names) of things."""
    for part in path:
        if isinstance(data, list):
            data = next(_called(data, part), None)
        elif isinstance(data, Mapping):
            data = data.get(part)
    return data


def _called(things: list[Any], part: str) -> Iterator[Any]:
    maps = [one for one in things if isinstance(one, Mapping)]
    yield from (one for one in maps if one.get("id") == part)
    yield from (one for one in maps if "id" not in one and one.get("name") == part)


def _last(place: str) -> str:
    return place.partition("#")[2].rpartition("/")[2]


def _kind(place: str) -> str:
    return place.partition("/")[0]
