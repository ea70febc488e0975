"""Changes made without looking: they may be right, but no more than refused with a place."""

from __future__ import annotations

import random
from typing import Any

from tests.metadata.fuzz.shapes import VALUES, chosen
from tests.metadata.fuzz.templates import Template, inner
from tests.metadata.fuzz.wrong import Wrong, changed, sort, without, written


@sort
def value_by_chance(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts)
    assert place is not None
    files = changed(template, place.path, place.parts, by_chance(chance))
    return Wrong(files=files, must=False)


def by_chance(chance: random.Random, depth: int = 3) -> Any:
    """A JSON value."""
    way = chance.randrange(6) if depth else 0
    if way == 1:
        return [by_chance(chance, depth - 1) for _ in range(chance.randrange(4))]
    if way == 2:
        keys = ("id", "name", "expr", "type", "field", "kind", "en", "archived", "to")
        return {chance.choice(keys): by_chance(chance, depth - 1) for _ in range(3)}
    words = ("name", "customer", "A", "won", "stage", "me()", "{{ name }}", "own", "text", "-id")
    return chance.choice((*VALUES, *words))


@sort
def part_of_elsewhere(chance: random.Random, template: Template) -> Wrong | None:
    """What stands at another place, often one for the same thing."""
    place = chosen(chance, template, lambda one: one.parts)
    assert place is not None
    title = place.schema.get("title")
    alike = [
        one
        for one in template.places
        if one.parts and one.schema.get("title") == title and one.value != place.value
    ]
    if chance.random() < 0.2 or not alike:
        alike = [one for one in template.places if one.parts]
    other = chance.choice(alike)
    files = changed(template, place.path, place.parts, other.value)
    return Wrong(files=files, must=False)


@sort
def part_gone(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts)
    assert place is not None
    return Wrong(files=without(template, place.path, place.parts), must=False)


@sort
def list_in_disorder(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: isinstance(one.value, list) and one.value)
    assert place is not None
    data = template.copy(place.path)
    found = inner(data, place.parts)
    chance.shuffle(found)
    del found[chance.randint(1, len(found)) :]
    return Wrong(files={place.path: written(data)}, must=False)


@sort
def several_at_once(chance: random.Random, template: Template) -> Wrong | None:
    files: dict[str, bytes | None] = {}
    for _ in range(chance.randint(2, 5)):
        place = chosen(chance, template, lambda one: one.parts)
        assert place is not None
        files |= changed(template, place.path, place.parts, by_chance(chance))
    return Wrong(files=files, must=False)
