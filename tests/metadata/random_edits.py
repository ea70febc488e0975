"""Random edits of documents in ids, made by the schemas: what admins may do, done by chance."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from fieldstone.metadata import Document, document_of
from fieldstone.metadata.identity import KEPT_ITEMS, KEPT_KINDS
from fieldstone.metadata.schema import branch, keys_for, property_node, schema_of

_FEW = 4
"""So many different values are tried, for both sides shall meet now and then."""


class Place(NamedTuple):
    """A value in a document: what holds it, under which key or index, and its schema."""

    holder: Any
    key: Any
    node: Any

    @property
    def value(self) -> Any:
        return self.holder[self.key]


def edited_by_chance(
    documents: Iterable[Document], chance: random.Random, keys: Collection[str], number: int
) -> tuple[Document, ...]:
    """The documents after so many edits of those with the keys; sometimes one comes or goes."""
    there = {one.key: one for one in documents}
    found = {key: copy.deepcopy(dict(there[key].data)) for key in keys}
    for _ in range(number):
        key = chance.choice(sorted(keys))
        if key not in found:
            continue
        if chance.random() < 0.06:
            _whole(found, key, chance)
        elif chance.random() < 0.3 and key.startswith("form/"):
            _moved_in_a_form(found[key], chance)
        else:
            _within(found[key], chance)
    apart = (one for key, one in there.items() if key not in keys)
    return (*apart, *(document_of(data, in_ids=True) for data in found.values()))


def _whole(found: dict[str, Any], key: str, chance: random.Random) -> None:
    kind = key.partition("/")[0]
    if chance.random() < 0.5 and kind not in ("app", "entity"):
        copied = copy.deepcopy(found[key])
        name = f"fresh_{chance.randrange(_FEW)}"
        found.setdefault(f"{kind}/{name}", {**copied, "id": name, "name": name})
    elif kind in KEPT_KINDS:
        found[key]["archived"] = True
    elif kind != "app":
        del found[key]


def _within(data: dict[str, Any], chance: random.Random) -> None:
    """One edit somewhere in a document; a place that cannot be edited is left for another."""
    places = list(places_of(data, schema_of(data["kind"])))
    for _ in range(20):
        place = chance.choice(places)
        edit = _edit_for(place, chance)
        if edit is not None:
            edit()
            return


def places_of(value: Any, node: Any) -> Iterator[Place]:
    """Every value below one, with its schema."""
    node = branch(node, value)
    if isinstance(value, list):
        for index, one in enumerate(value):
            inner = node.get("items", {})
            yield Place(value, index, branch(inner, one))
            yield from places_of(one, inner)
    elif isinstance(value, dict):
        for key, one in value.items():
            inner = property_node(node, key) or {}
            yield Place(value, key, {**branch(inner, one)})
            yield from places_of(one, inner)


def _edit_for(place: Place, chance: random.Random) -> Callable[[], None] | None:
    value, node = place.value, place.node
    if place.key in ("id", "kind", "field", "entity", "inverse_id", "to", "dimension", "scheme"):
        return None
    if isinstance(value, bool):
        return _setting(place, not value)
    if isinstance(value, list):
        return _of_list(place, chance)
    if isinstance(value, dict):
        return _of_object(place, chance)
    if "enum" in node:
        return _setting(place, chance.choice(node["enum"]))
    if isinstance(value, str):
        return _of_text(place, chance)
    return _setting(place, value + chance.randrange(1, _FEW))


def _setting(place: Place, value: Any) -> Callable[[], None]:
    def edit() -> None:
        place.holder[place.key] = value

    return edit


def _of_text(place: Place, chance: random.Random) -> Callable[[], None] | None:
    ref = place.node.get("x-ref", {})
    if isinstance(place.holder, list) or "names" in ref or place.key in ("expr", "type"):
        return None
    number = chance.randrange(_FEW)
    if place.key == "name":
        return _setting(place, f"{place.value[:30]}_{number}")
    if ref.get("expression") and ref.get("expects") == "boolean":
        return _setting(place, f"({place.value}) and created_at is not None")
    if ref or "pattern" in place.node:
        return None
    return _setting(place, f"{place.value} {number}")


def _of_list(place: Place, chance: random.Random) -> Callable[[], None] | None:
    """Something comes, goes or moves."""
    items, node = place.value, place.node
    if not items or node.get("x-merge") == "atomic":
        return None
    at = chance.randrange(len(items))

    def move() -> None:
        if node.get("x-merge") != "set":
            items.insert(chance.randrange(len(items)), items.pop(at))

    def leave() -> None:
        if node["items"].get("x-declares") in KEPT_ITEMS:
            items[at]["archived"] = True
        elif len(items) > 1:
            del items[at]

    def come() -> None:
        declared = "x-declares" in node["items"]
        if not declared or node["items"]["x-declares"] in ("stage", "band", "action"):
            return move()
        name = f"fresh_{chance.randrange(_FEW)}"
        if all(one["id"] != name for one in items):
            fresh = {**copy.deepcopy(items[at]), "id": name, "name": name}
            items.insert(at, {**fresh, "fields": []} if "fields" in fresh else fresh)
        return None

    return chance.choice((move, leave, come))


def _of_object(place: Place, chance: random.Random) -> Callable[[], None] | None:
    """A property more or less."""
    value, node = place.value, place.node
    absent = [key for key in keys_for(node, value) if key not in value and key != "archived"]
    simple = [key for key in absent if (property_node(node, key) or {}).get("type") == "boolean"]
    optional = [key for key in value if key in ("description", "help", "icon", "color", "wide")]

    def add() -> None:
        if simple:
            value[chance.choice(simple)] = True
        elif "label" in absent:
            value["label"] = {"en": f"Fresh {chance.randrange(_FEW)}"}

    def drop() -> None:
        if optional:
            del value[chance.choice(optional)]

    return chance.choice((add, drop))


def _moved_in_a_form(data: dict[str, Any], chance: random.Random) -> None:
    """A field of a form goes to another section."""
    sections = data.get("sections", [])
    if len(sections) < 2:
        return
    source, target = chance.sample(range(len(sections)), 2)
    if len(sections[source]["fields"]) > 1:
        cell = sections[source]["fields"].pop(chance.randrange(len(sections[source]["fields"])))
        at = chance.randrange(len(sections[target]["fields"]) + 1)
        sections[target]["fields"].insert(at, cell)
