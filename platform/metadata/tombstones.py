"""Tombstones: the ids of what was purged, so that they are never given again.

Each document that lists things with data (fields, options, stages, tags, bands) keeps beside the
list the ids of those that were purged from it; the app keeps those of whole documents. They only
ever grow, so three versions of them are merged by putting them together. A name that is given again
and again makes ids that are numbered: `phone_2..40` stands for a run of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

from .documents import Document
from .schema import Node, branch, kept, property_node, schema_of

KEY = "purged"
MOST = 20_000
"""As many ids a list remembers; a document that says more is refused."""

_NUMBERED = re.compile(r"(.+_)([1-9][0-9]{0,5})")
_RUN = re.compile(r"(.+_)([1-9][0-9]{0,5})\.\.([1-9][0-9]{0,5})")
_SHORTEST_RUN = 3
_SORTS: Mapping[str, str] = {
    "fields": "field",
    "options": "option",
    "stages": "stage",
    "tags": "tag",
    "bands": "band",
}
_DOCUMENTS = "documents"


class Place(NamedTuple):
    """Where a thing is declared: the key of its document, then lists and ids that lead to it.

    `("entity/deal", ("fields", "size", "options", "small"))`; a whole document has no path.
    """

    document: str
    path: tuple[str, ...] = ()

    @property
    def sort(self) -> str:
        """What sort of thing it is, `field`; of a document, its kind."""
        return _SORTS.get(self.path[-2], "") if self.path else self.document.partition("/")[0]

    @property
    def owner(self) -> str:
        """The id of the document."""
        return self.document.partition("/")[2]

    @property
    def id(self) -> str:
        """The id of the thing itself."""
        return self.path[-1] if self.path else self.owner

    @property
    def field(self) -> str | None:
        """The id of the field that it is, or that it is an option of."""
        return self.path[1] if self.path[:1] == ("fields",) else None

    @property
    def item(self) -> str | None:
        """The id of the option, stage, tag or band that it is."""
        return self.path[-1] if self.path and self.sort != "field" else None

    @property
    def address(self) -> str:
        """The place as people write it: `entity/deal#/fields/size/options/small`."""
        return self.document + (f"#/{'/'.join(self.path)}" if self.path else "")

    def within(self, other: Place) -> bool:
        """Whether it is that other place or a part of it."""
        return self.document == other.document and self.path[: len(other.path)] == other.path


def ids_in(data: Mapping[str, Any]) -> Iterator[str]:
    """The ids that an object's tombstones name; what is no text is passed over."""
    written = (one for one in _list(data.get(KEY)) if isinstance(one, str))
    return islice(chain.from_iterable(map(_ids, written)), MOST)


def written(ids: Iterable[str]) -> list[str]:
    """Ids as a document lists them, in order, those with numbers in a row as a run."""
    found: list[str] = []
    numbers: dict[str, list[int]] = {}
    for one in set(ids):
        match = _NUMBERED.fullmatch(one)
        if match is None:
            found.append(one)
        else:
            numbers.setdefault(match[1], []).append(int(match[2]))
    for stem, some in numbers.items():
        first = last = 0
        for number in (*sorted(some), 0):
            if number == last + 1 and first:
                last = number
                continue
            if first and last - first + 1 >= _SHORTEST_RUN:
                found.append(f"{stem}{first}..{last}")
            elif first:
                found += [f"{stem}{each}" for each in range(first, last + 1)]
            first = last = number
    return sorted(found)


def _ids(text: str) -> Iterable[str]:
    run = _run(text)
    return (text,) if run is None else (f"{run[0]}{one}" for one in range(run[1], run[2] + 1))


def _run(text: str) -> tuple[str, int, int] | None:
    match = _RUN.fullmatch(text)
    return (match[1], int(match[2]), int(match[3])) if match else None


def place_of(address: str) -> Place:
    """The place that an address names; whether there is anything is another question."""
    document, _, path = address.partition("#")
    return Place(document, tuple(path.strip("/").split("/")) if path.strip("/") else ())


@dataclass(frozen=True)
class Listing:
    """A list of things that hold data, with what was purged from it.

    `at` leads to it (`fields`, or `fields`, `size`, `options`), `pointer` to the object that has
    both keys.
    """

    document: Document
    at: tuple[str, ...]
    pointer: str
    items: tuple[Mapping[str, Any], ...]
    purged: tuple[str, ...]

    def place(self, identity: str) -> Place:
        """The place of the thing of that id in the list; of a document for the app's list."""
        if self.at == (_DOCUMENTS,):
            return Place(identity)
        return Place(self.document.key, (*self.at, identity))


def listings(document: Document) -> Iterator[Listing]:
    """The lists of a document that keep tombstones, outer ones first."""
    if _keeps(document.kind):
        yield from _within(document, document.data, schema_of(document.kind), (), "")


@kept
def _keeps(kind: str) -> bool:
    """Whether documents of a kind have lists that keep tombstones."""
    return _declared(schema_of(kind))


def _declared(node: Any) -> bool:
    if isinstance(node, (list, tuple)):
        return any(map(_declared, node))
    return isinstance(node, Mapping) and (KEY in node or any(map(_declared, node.values())))


class Tombstones:
    """Everything that was purged from some documents; a place is asked for, none is listed.

    There may be thousands, and an app is asked whenever it is published.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._ids: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
        for document in documents:
            for each in listings(document):
                if each.purged:
                    self._ids[_list_of(each.place(""))] = frozenset(each.purged)

    def __bool__(self) -> bool:
        return bool(self._ids)

    def __contains__(self, place: Place) -> bool:
        return (place.id if place.path else place.document) in self._ids.get(_list_of(place), ())


def _list_of(place: Place) -> tuple[str, tuple[str, ...]]:
    """The list that a place is in: of documents, the app's only one."""
    return (place.document, place.path[:-1]) if place.path else ("", ())


def _within(
    document: Document, value: Any, node: Node, at: tuple[str, ...], pointer: str
) -> Iterator[Listing]:
    """The lists of an object, and those of the things that it lists."""
    if not isinstance(value, Mapping):
        return
    key = node.get("properties", {}).get(KEY, {}).get("x-purged")
    if key:
        items = tuple(one for one in _list(value.get(key)) if isinstance(one, Mapping))
        yield Listing(document, (*at, key), pointer, items, tuple(ids_in(value)))
    for name, below in value.items():
        inner = property_node(node, name)
        if inner is None:
            continue
        if isinstance(below, Mapping):
            yield from _within(document, below, inner, (*at, name), f"{pointer}/{name}")
        elif name == key:
            part = branch(inner, below).get("items", {})
            for index, one in enumerate(_list(below)):
                place = f"{pointer}/{name}/{index}"
                identity = str(one.get("id", "")) if isinstance(one, Mapping) else ""
                yield from _within(document, one, part, (*at, name, identity), place)


def _list(value: Any) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, (list, tuple)) else ()
