"""Where-used is exact: what breaks when a thing goes is what is told, and a rename breaks nothing.

The templates are asked as they are: every field, option, stage, tag and band of each.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from fieldstone import rules
from fieldstone.engine.templates import shipped
from fieldstone.metadata import Document, expression_to_names, to_names
from fieldstone.metadata.expressions import ExpressionPlace, expressions
from fieldstone.metadata.model import App, Entity, Field
from fieldstone.metadata.problems import ProblemsError
from fieldstone.metadata.refer import Target, Use
from fieldstone.metadata.system import companions
from fieldstone.metadata.uses import uses
from fieldstone.rules.expression import compile_expression
from tests.rules.same import same

NAMES = ["blank", "crm", "crm_small", "projects"]
TRIED = 12
"""Things of a template that are renamed or dropped alone; together all of them are."""
_THROUGH = (
    "formula.broken",
    "expression.nested",
    "property.unknown",
    "property.unknown_near",
)
"""What breaks by another thing that broke: a formula, or rows of a role, which then count as the
deepest that there may be. A property that an option alone declares stays with it: what goes is
archived.
"""
_OPTIONS = {"stage": "stage", "tier": "band", "tags": "tag"}

Place = tuple[str, str]


@cache
def app_of(name: str) -> App:
    """The App of a template."""
    checked = rules.check(shipped(name).documents)
    assert checked.app is not None
    return checked.app


@cache
def places_of(app: App) -> tuple[ExpressionPlace, ...]:
    """Every expression and message of an app."""
    return tuple(expressions(app))


def things(app: App) -> Iterator[Target]:
    """Every field and option that an app declares."""
    for entity in app.entities.values():
        if entity.system:
            continue
        own = {one.id for one in entity.fields if not one.system}
        own -= {each.id for one in entity.fields for each in companions(one)}
        for one in entity.fields:
            if one.id in own:
                yield Target("field", entity.id, one.id)
            if one.type in ("choice", "stage"):
                for option in one.options:
                    yield option_of(entity, one, option.id)
    for dimension in app.dimensions.values():
        yield from (Target("tag", dimension.id, tag.id) for tag in dimension.tags)
    for scheme in app.schemes.values():
        yield from (Target("band", scheme.id, band.id) for band in scheme.bands)


def option_of(entity: Entity, one: Field, option: str) -> Target:
    """An option of a choice, or a stage."""
    if one.type == "stage":
        return Target("stage", entity.id, option)
    return Target("option", f"{entity.id}.{one.id}", option)


def sampled(app: App, sort: str | None = None) -> list[Target]:
    """Some of the things, used and unused ones, always the same."""
    found = [one for one in things(app) if sort is None or one.sort == sort]
    return random.Random(4).sample(found, min(TRIED, len(found)))


def used_at(found: tuple[Use, ...]) -> set[Place]:
    """Document and pointer of uses."""
    return {(one.document, one.pointer) for one in found}


def without(app: App, target: Target) -> App:
    """The App as if a thing had never been declared; its expressions stay as they are."""
    return replace(
        app,
        hash=f"{app.hash} without {target}",
        entities={key: _without(one, target) for key, one in app.entities.items()},
        dimensions={
            key: replace(one, tags=_rest(one.tags, Target("tag", key, target.id), target))
            for key, one in app.dimensions.items()
        },
        schemes={
            key: replace(one, bands=_rest(one.bands, Target("band", key, target.id), target))
            for key, one in app.schemes.items()
        },
    )


def _rest(found: tuple[Any, ...], there: Target, target: Target) -> tuple[Any, ...]:
    return tuple(one for one in found if there != target or one.id != target.id)


def _without(entity: Entity, target: Target) -> Entity:
    fields: list[Field] = []
    gone = set()
    for one in entity.fields:
        if target == Target("field", entity.id, one.id):
            gone = {one.id, *(each.id for each in companions(one))}
        fields.append(replace(one, options=tuple(_left(entity, one, target))))
    return replace(entity, fields=tuple(one for one in fields if one.id not in gone))


def _left(entity: Entity, one: Field, target: Target) -> Iterator[Any]:
    for option in one.options:
        sort = _OPTIONS.get(one.type, "option")
        owner = {
            "stage": entity.id,
            "band": one.scheme,
            "tag": one.dimension,
            "option": f"{entity.id}.{one.id}",
        }[sort]
        if target != Target(sort, owner or "", option.id):
            yield option


def broken(app: App, target: Target) -> tuple[set[Place], set[Place]]:
    """The expressions that no longer compile without a thing: by themselves, and for another
    thing that broke.
    """
    left = without(app, target)
    alone: set[Place] = set()
    through: set[Place] = set()
    for place in places_of(app):
        if place.field and target == Target("field", *place.field):
            continue  # the value of the thing itself
        problem = wrong(left, place)
        if problem is not None:
            at = (place.document.key, place.pointer)
            (through if problem in _THROUGH else alone).add(at)
    return alone, through


def wrong(app: App, place: ExpressionPlace) -> str | None:
    """The id of what is wrong with an expression, or None."""
    try:
        if place.kind == "message":
            rules.compile_message(app, place.entity, place.text, allow_viewer=place.viewer)
        else:
            compiled(app, place)
    except ProblemsError as error:
        return error.problems[0].id
    return None


def compiled(app: App, place: ExpressionPlace) -> rules.Expression:
    """The expression of a place."""
    return compile_expression(
        app,
        place.entity,
        place.text,
        parent=place.parent,
        allow_viewer=place.viewer,
        into=place.field,
    )


@pytest.mark.parametrize("name", NAMES)
def test_where_used_is_what_breaks_when_a_thing_goes(name: str) -> None:
    app = app_of(name)
    at_expressions = {(one.document.key, one.pointer) for one in places_of(app)}
    for target in things(app):
        told = used_at(uses(app, target)) & at_expressions
        alone, through = broken(app, target)
        assert alone <= told <= alone | through, target


def listed(document: dict[str, Any], target: Target) -> list[dict[str, Any]]:
    """The list of a document (in ids) in which a thing is declared; empty for another document."""
    kind, owner = document["kind"], target.owner
    if target.sort == "tag" and (kind, document["id"]) == ("tag_dimension", owner):
        return list(document["tags"])
    if target.sort == "band" and (kind, document["id"]) == ("tier_scheme", owner):
        return list(document["bands"])
    entity, _, field = owner.partition(".")
    if target.sort not in ("field", "stage", "option") or (kind, document["id"]) != (
        "entity",
        entity,
    ):
        return []
    if target.sort == "field":
        return list(document["fields"])
    if target.sort == "stage":
        return list(document["pipeline"]["stages"])
    one = next(one for one in document["fields"] if one["id"] == field)
    return list(one["options"])


def dropped(app: App, target: Target) -> tuple[Document, ...]:
    """The documents, in names, without a thing."""
    written = {one.key: one for one in to_names(app.documents)}
    found = []
    for document in app.documents:
        data = copy.deepcopy(dict(written[document.key].data))
        here = [one["id"] for one in listed(dict(document.data), target)]
        if target.id in here:
            same_list = listed_names(data, document, target)
            del same_list[here.index(target.id)]
        found.append(written[document.key].with_data(data))
    return tuple(found)


def listed_names(data: dict[str, Any], document: Document, target: Target) -> list[Any]:
    """The list of `listed` in a document that is written in names, to be changed."""
    if target.sort in ("tag", "band", "field"):
        found: list[Any] = data[f"{target.sort}s"]
        return found
    if target.sort == "stage":
        stages: list[Any] = data["pipeline"]["stages"]
        return stages
    ids = [one["id"] for one in document.data["fields"]]
    options: list[Any] = data["fields"][ids.index(target.owner.partition(".")[2])]["options"]
    return options


@pytest.mark.parametrize("name", NAMES)
def test_what_is_used_is_not_dropped_and_all_users_are_told(name: str) -> None:
    app = app_of(name)
    for target in sampled(app):
        told = {
            (one.path, moved(app, one, target))
            for one in uses(app, target)
            if not within(app, one, target)
        }
        checked = rules.check(dropped(app, target), app)
        refused = {(one.document, one.pointer) for one in checked.problems}
        assert told <= refused, target
        if not told:
            assert not refused, target


def moved(app: App, use: Use, target: Target) -> str:
    """The pointer of a use when the thing is gone from its list: what came after it moves up."""
    document = next(one for one in app.documents if one.key == use.document)
    items = listed(dict(document.data), target)
    parts = use.pointer.split("/")
    here: Any = document.data
    for index, part in enumerate(parts[1:], 1):
        if isinstance(here, list | tuple) and list(here) == items:
            gone = [one["id"] for one in items].index(target.id)
            parts[index] = str(int(part) - (int(part) > gone))
        here = here[int(part)] if isinstance(here, list | tuple) else here[part]
    return "/".join(parts)


def within(app: App, use: Use, target: Target) -> bool:
    """Whether a use stands within the thing itself, and goes with it."""
    document = next(one for one in app.documents if one.key == use.document)
    parts = use.pointer.split("/")
    here: Any = document.data
    for part in parts[1:]:
        here = here[int(part)] if isinstance(here, list | tuple) else here[part]
        if isinstance(here, dict) and here.get("id") == target.id and part.isdigit():
            return here in listed(dict(document.data), target)
    return False


NAMED = ["entity", "tag_dimension", "tier_scheme", "role", "metric", "dashboard"]
"""Kinds of documents that others name."""


def documents_of(app: App, kind: str) -> list[Target]:
    """The documents of a kind, as things that are used."""
    return [Target(kind, "", one.id) for one in app.documents if one.kind == kind]


def inverses_of(app: App) -> list[Target]:
    """The reference fields that records are found by from the other side."""
    return [
        Target("field", entity.id, one.id)
        for entity in app.entities.values()
        for one in entity.fields
        if one.inverse
    ]


def renamed(app: App, targets: list[Target], sort: str) -> tuple[Document, ...]:
    """The documents with other names for things; what refers to them says the old names still."""
    written = {one.key: one for one in to_names(app.documents)}
    found = []
    for document in app.documents:
        data = copy.deepcopy(dict(written[document.key].data))
        for target in targets:
            here = [one["id"] for one in listed(dict(document.data), target)]
            if target.id in here:
                one = listed_names(data, document, target)[here.index(target.id)]
                key = "inverse" if sort == "inverse" else "name"
                one.update({"id": target.id, key: f"{one[key]}_anew"})
            if target == Target(document.kind, "", document.id):
                data.update({"id": document.id, "name": f"{data['name']}_anew"})
        found.append(written[document.key].with_data(data))
    return tuple(found)


@pytest.mark.parametrize("sort", ["field", "option", "stage", "tag", "band", "inverse", *NAMED])
@pytest.mark.parametrize("name", NAMES)
def test_a_rename_changes_every_use_and_nothing_else(name: str, sort: str) -> None:
    app = app_of(name)
    every = [*(one for one in things(app) if one.sort == sort), *documents_of(app, sort)]
    if sort == "inverse":
        every = inverses_of(app)
    for those in (*([one] for one in every[:2]), every):
        after = rules.check(renamed(app, those, sort), app).app
        assert after is not None, those
        assert means_the_same(app, after)
        touched = {place for one in those for place in used_at(uses(app, one))}
        assert rewritten(app, after) <= touched


def means_the_same(before: App, after: App) -> bool:
    """Whether all expressions are as they were, and read the same."""
    pairs = zip(places_of(before), places_of(after), strict=True)
    return all(
        one.text == other.text
        and (
            one.kind == "message" or same(compiled(before, one).typed, compiled(after, other).typed)
        )
        for one, other in pairs
    )


def rewritten(before: App, after: App) -> set[Place]:
    """The expressions that are written otherwise in present names; they are read as they were."""
    again = rules.check(to_names(after.documents), after)
    assert again.app == after and not again.notes
    return {
        (one.document.key, one.pointer)
        for one in places_of(before)
        if one.kind == "expression" and named(before, one) != named(after, one)
    }


def named(app: App, place: ExpressionPlace) -> str:
    """An expression in present names."""
    return expression_to_names(app, place.entity, place.text, place.parent)
