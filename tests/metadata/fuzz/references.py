"""References to nothing, to what is archived or left out, and to things of the wrong kind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from fieldstone.metadata.documents import FOLDERS
from fieldstone.metadata.refer import Target
from fieldstone.metadata.walk import Spot, transform
from fieldstone.metadata.wording import app_space
from tests.metadata.fuzz.shapes import chosen, misspelt
from tests.metadata.fuzz.templates import Place, Template
from tests.metadata.fuzz.wrong import (
    Where,
    Wrong,
    at,
    changed,
    renamed_key,
    sort,
    without,
)  # fmt: skip

NOWHERE = ("zz_nowhere", "q", "nothing_of_the_kind_that_is_as_long_as_it")


def _names(place: Place) -> str:
    """What sort of thing the place names; literals do only where the field has options."""
    return str(place.ref.get("names", ""))


@sort
def dangling(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: _names(one) not in {"", "value"})
    if place is None:
        return None
    nowhere = chance.choice(NOWHERE)
    if _names(place) == "recipient":
        nowhere = chance.choice((nowhere, f"role:{nowhere}", f"field:{nowhere}", "role", "field:"))
    files = changed(template, place.path, place.parts, nowhere)
    return Wrong(files=files, where=[at(place.path, *place.parts)], exact=True)


@sort
def dangling_key(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts and "x-key-ref" in one.holder)
    if place is None:
        return None
    files = renamed_key(template, place.path, place.parts, "zz_nowhere")
    where = [at(place.path, *place.parts[:-1], "zz_nowhere")]
    return Wrong(files=files, where=where, exact=True)


@sort
def reference_misspelt(chance: random.Random, template: Template) -> Wrong | None:
    """The right name is offered, or another that is as near."""
    place = chosen(
        chance,
        template,
        lambda one: _names(one) in FOLDERS and len(one.value) > 4,
    )
    if place is None:
        return None
    typo = misspelt(chance, place.value)
    if (_names(place), typo) in {(one.kind, one.name) for one in template.documents}:
        return None
    files = changed(template, place.path, place.parts, typo)
    ids = [f"{_names(place)}.unknown_near"]
    where = [at(place.path, *place.parts)]
    return Wrong(files=files, where=where, ids=ids, says={"name": typo}, exact=True)


@sort
def name_of_another_kind(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: _names(one) in FOLDERS)
    if place is None:
        return None
    known = {one.name for one in template.documents if one.kind == _names(place)}
    others = {one.name for one in template.documents} - known - {"member"}
    files = changed(template, place.path, place.parts, chance.choice(sorted(others)))
    return Wrong(files=files, where=[at(place.path, *place.parts)], exact=True)


@sort
def field_of_wrong_type(chance: random.Random, template: Template) -> Wrong | None:
    spots = [
        (spot, sorted(others))
        for spot in spots_of(template)
        if (others := set(_misfits(template, spot)))
    ]
    if not spots:
        return None
    spot, misfits = chance.choice(spots)
    parts = _parts(template, spot)
    files = changed(template, spot.document.path, parts, chance.choice(misfits))
    where = [(spot.document.path, spot.pointer)]
    return Wrong(files=files, where=where, ids=["field.wrong_type"], exact=True)


def spots_of(template: Template) -> Iterator[Spot]:
    """What names something in the template, with what it is about."""
    spots: list[Spot] = []

    def visit(spot: Spot) -> Any:
        spots.append(spot)
        return spot.value

    for document in template.app.documents:
        transform(document, app_space(template.app), visit)
    return iter(spots)


def _misfits(template: Template, spot: Spot) -> Iterator[str]:
    types, entity = spot.ref.get("types"), spot.scopes.entity_of(spot.ref.get("of"))
    if types and entity is not None:
        fields = template.app.entities[entity].fields
        yield from (one.name for one in fields if one.type not in types)


def _parts(template: Template, spot: Spot) -> tuple[str | int, ...]:
    found = (one for one in template.places if one.path == spot.document.path)
    return next(one.parts for one in found if one.pointer == spot.pointer)


@sort
def path_beyond_a_value(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: _names(one) == "path")
    if place is None:
        return None
    entity = template.data[place.path]["entity"]
    for part in place.value.removeprefix("-").split("."):
        entity = template.app.entities[entity].by_id[part].to if entity else None
    if entity is not None:
        return None
    files = changed(template, place.path, place.parts, f"{place.value}.name")
    where = [at(place.path, *place.parts)]
    return Wrong(files=files, where=where, ids=["path.not_reference"], exact=True)


def _used(template: Template, target: Target, inside: Where) -> list[Where]:
    """Where something is referred to, but for the places within itself."""
    path, pointer = inside
    return [
        (one.path, one.pointer)
        for one in template.uses
        if one.target == target
        and not (one.path == path and f"{one.pointer}/".startswith(f"{pointer}/"))
    ]


def _held(chance: random.Random, template: Template) -> tuple[Place, Target] | None:
    """Something that documents may refer to, and where it is declared."""
    sorts = {"entity", "field", "tag_dimension", "tier_scheme", "role", "metric", "dashboard"}
    place = chosen(
        chance, template, lambda one: one.node.get("x-declares") in sorts | {"stage", "option"}
    )
    if place is None:
        return None
    declared, name = place.node["x-declares"], place.value["name"]
    document = template.data[place.path]
    owner = document["name"] if declared in {"field", "stage"} else ""
    if declared == "option":
        if place.parts[0] != "fields":
            return None
        index = int(place.parts[1])
        owner = f"{document['name']}.{document['fields'][index]['name']}"
    return place, Target(declared, owner, name)


@sort
def archived_but_used(chance: random.Random, template: Template) -> Wrong | None:
    held = _held(chance, template)
    if held is None:
        return None
    place, target = held
    files = changed(template, place.path, (*place.parts, "archived"), True)
    where = _used(template, target, at(place.path, *place.parts))
    return Wrong(files=files, where=where, must=bool(where), exact=True)


@sort
def gone_but_used(chance: random.Random, template: Template) -> Wrong | None:
    held = _held(chance, template)
    if held is None:
        return None
    place, target = held
    files: dict[str, bytes | None] = {place.path: None}
    if place.parts:
        files = without(template, place.path, place.parts)
    where = _shifted(_used(template, target, at(place.path, *place.parts)), place)
    return Wrong(files=files, where=where, must=bool(where), exact=True)


def _shifted(where: list[Where], gone: Place) -> list[Where]:
    """Places in the list that the thing is gone from are one nearer to its beginning."""
    if not gone.parts:
        return where
    *ahead, index = gone.parts
    before = at(gone.path, *ahead)[1] + "/"
    found = []
    for path, pointer in where:
        if path == gone.path and pointer.startswith(before):
            number, slash, rest = pointer.removeprefix(before).partition("/")
            if int(number) > int(index):
                pointer = f"{before}{int(number) - 1}{slash}{rest}"
        found.append((path, pointer))
    return found


@sort
def called_otherwise_but_used(chance: random.Random, template: Template) -> Wrong | None:
    """Another name without an id is another thing; with a base the former one is archived."""
    held = _held(chance, template)
    if held is None:
        return None
    place, target = held
    files = changed(template, place.path, (*place.parts, "name"), "zz_other")
    where = _used(template, target, at(place.path, *place.parts))
    return Wrong(files=files, where=where, must=bool(where), exact=True)


@sort
def role_left_out_of_all(chance: random.Random, template: Template) -> Wrong | None:
    """No document but the app is left of a kind that others name."""
    kind = chance.choice(("entity", "role", "metric", "tag_dimension", "tier_scheme"))
    gone = template.files[kind]
    where = [
        (one.path, one.pointer)
        for one in template.uses
        if one.target.sort == kind and one.path not in gone
    ]
    return Wrong(files=dict.fromkeys(gone), where=where, must=bool(where), exact=True)
