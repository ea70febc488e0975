"""Fields to choose from by their labels: those of an entity, and those over one reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from fieldstone.metadata import expression_to_names
from fieldstone.metadata.model import App, Entity, Field
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression
from fieldstone.rules.types import Type

from ...lists import Choice
from ...naming import target_of

INNER = frozenset({"id", "version", "deleted_at", "origin"})
"""Fields of every record that no figure is made of."""

Groups = tuple[tuple[str, tuple[Choice, ...]], ...]
"""Choices in groups, each with what it is called; the first may have no name."""


def offered(entity: Entity) -> tuple[Field, ...]:
    """The live fields that figures may be made of or by."""
    return tuple(one for one in entity.live_fields if one.id not in INNER)


def target(app: App, one: Field) -> Entity | None:
    """The entity that a path may go on to from a field, if there is one."""
    found = app.entities.get(target_of(one) or "")
    return None if found is None or found.system or found.archived else found


def kind_of(app: App, entity_id: str, text: str) -> Type | None:
    """What an expression (in ids) gives, or None for one that says nothing."""
    try:
        return compile_expression(app, entity_id, text, allow_viewer=True, over_table=True).type
    except ProblemsError:
        return None


def choices(
    app: App, entity: Entity, fits: Callable[[Type], bool], chosen: str, locale: str
) -> Groups:
    """The paths whose values fit, the entity's own first; what is `chosen` is among them."""
    found = list(_paths(app, entity, fits, locale))
    if chosen and chosen not in {path for _, path, _ in found}:
        found.insert(0, ("", chosen, in_names(app, entity.id, chosen)))
    return tuple(
        (over, tuple(Choice(path, text, path == chosen) for _, path, text in some))
        for over, some in groupby(found, key=lambda one: one[0])
    )


def _paths(
    app: App, entity: Entity, fits: Callable[[Type], bool], locale: str
) -> Iterator[tuple[str, str, str]]:
    def fitting(path: str) -> bool:
        kind = kind_of(app, entity.id, path)
        return kind is not None and fits(kind)

    own = offered(entity)
    for one in own:
        if fitting(one.id):
            yield "", one.id, one.text(locale)
    for one in own:
        other = target(app, one)
        for each in offered(other) if other else ():
            path = f"{one.id}.{each.id}"
            if fitting(path):
                yield one.text(locale), path, each.text(locale)


def in_names(app: App, entity_id: str, text: str) -> str:
    """An expression in present names; as it stands where it says nothing."""
    try:
        return expression_to_names(app, entity_id, text)
    except ProblemsError:
        return text
