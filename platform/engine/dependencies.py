"""Dependencies: what each stored formula is computed from, and the way from there back to it.

A route leads from the record that holds the formula to the record whose field it reads: over its
own references, and over references that point at it. Derived from the tree of the expression.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..metadata.expression import PARENT, References, parse, references
from ..metadata.expression.tree import Name, Path
from ..metadata.model import App, Field
from ..rules.types import target_of
from .tables import MOST_APPS


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route. Forward: to the record that `entity.field` points at.

    Backward: to the records of `entity` whose `field` points here.
    """

    entity: str
    field: str
    backward: bool


Route = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """A field that a formula reads, of the records that the route leads to."""

    entity: str
    field: str
    route: Route


@dataclass(frozen=True, slots=True)
class StoredFormula:
    """A formula field that lies in a column, its inputs, and after how many others it comes."""

    entity: str
    field: str
    inputs: frozenset[Input]
    level: int


@lru_cache(maxsize=MOST_APPS)
def stored_formulas(app: App) -> tuple[StoredFormula, ...]:
    """All stored formulas of an App, each after those that it reads."""
    fields = {
        (entity.id, one.id)
        for entity in app.entities.values()
        for one in entity.live_fields
        if one.family == "formula" and one.stored and not entity.archived
    }
    inputs = {at: frozenset(_inputs(app, *at)) for at in fields}
    levels: dict[tuple[str, str], int] = {}
    for at in sorted(fields):
        _level(at, inputs, levels)
    ordered = sorted(fields, key=lambda at: (levels[at], at))
    return tuple(StoredFormula(*at, inputs[at], levels[at]) for at in ordered)


def _level(
    at: tuple[str, str],
    inputs: Mapping[tuple[str, str], frozenset[Input]],
    levels: dict[tuple[str, str], int],
) -> int:
    if at not in levels:
        levels[at] = 0  # a cycle is refused when documents are checked
        below = [
            _level((one.entity, one.field), inputs, levels)
            for one in inputs[at]
            if (one.entity, one.field) in inputs
        ]
        levels[at] = 1 + max(below, default=-1)
    return levels[at]


def _inputs(app: App, entity_id: str, field_id: str, route: Route = ()) -> Iterator[Input]:
    text = app.entity(entity_id).field(field_id).formula
    if text is not None:
        yield from _Walk(app, entity_id, references(parse(text)), route).inputs()


class _Walk:
    """Follows every path of one expression, from `route` on."""

    def __init__(self, app: App, entity_id: str, found: References, route: Route) -> None:
        self.app = app
        self.found = found
        self.scopes: list[tuple[str, Route]] = [(entity_id, route)]

    def inputs(self) -> Iterator[Input]:
        for scope in self.found.scopes[1:]:
            assert scope is not None
            self.scopes.append(self._end_of_source(scope.source, scope.outer))
        for mention in self.found.paths:
            assert isinstance(mention.node, Path)
            yield from self._path(mention.node, mention.scope)
        for mention in self.found.functions:
            if isinstance(mention.node, Name) and mention.node.text == "has_tag":
                entity, route = self.scopes[mention.scope]
                for one in self.app.entity(entity).live_fields:
                    if one.family == "tags":
                        yield Input(entity, one.id, route)

    def _start(self, path: Path, scope: int) -> tuple[tuple[Name, ...], str, Route]:
        names = path.names
        while names and names[0].text == PARENT:
            declared = self.found.scopes[scope]
            scope = declared.outer if declared is not None else 0
            names = names[1:]
        return names, *self.scopes[scope]

    def _end_of_source(self, path: Path, scope: int) -> tuple[str, Route]:
        """Where an aggregate's records are: at the last backward step of its first argument."""
        names, entity, route = self._start(path, scope)
        end = (entity, route)
        for name in names:
            step = self._step(entity, name.text)
            if step is None:
                break
            entity, route = step[0], (*route, step[1])
            if step[1].backward:
                end = (entity, route)
        return end

    def _path(self, path: Path, scope: int) -> Iterator[Input]:
        names, entity, route = self._start(path, scope)
        for name in names:
            one = self.app.entity(entity).by_id.get(name.text)
            if one is not None:
                yield from self._field(entity, one, route)
            step = self._step(entity, name.text)
            if step is None:
                return
            entity, route = step[0], (*route, step[1])
            if step[1].backward:
                yield Input(entity, step[1].field, route)

    def _field(self, entity: str, one: Field, route: Route) -> Iterator[Input]:
        if one.family == "formula" and not one.stored:
            yield from _inputs(self.app, entity, one.id, route)
        else:
            yield Input(entity, one.id, route)

    def _step(self, entity: str, name: str) -> tuple[str, Step] | None:
        """The entity that a name leads to, and how; None for a name that leads nowhere."""
        one = self.app.entity(entity).by_id.get(name)
        if one is not None:
            target = target_of(one)
            return None if target is None else (target, Step(entity, one.id, backward=False))
        inverse = self.app.inverses.get(entity, {}).get(name)
        if inverse is None:
            return None
        child, reference = inverse
        return child.id, Step(child.id, reference.id, backward=True)
