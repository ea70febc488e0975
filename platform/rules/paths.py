"""Typed reads of records: names, paths over references, properties, tags and aggregates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..metadata.expression import PARENT, quote, tree
from ..metadata.model import App, Entity, Field
from ..metadata.problems import Fix
from . import arithmetic, corrections
from .functions.registry import Place, function_named
from .functions.special import HAS_TAG, SPECIALS
from .ir import Aggregate, Formula, Property, Read, Step, Typed, Via, reads_outer
from .names import Inverse, Space, member, members_of, suggestion
from .properties import property_values
from .types import (
    BOOLEAN,
    INTEGER,
    TEXT,
    Type,
    field_type,
    options_of,
    target_of,
)

if TYPE_CHECKING:
    from .typing import Typer

MEMBERS = 10**9
"""More related records than there are: the bound of a count."""
MOST_STEPS = 12
"""References of a path; SQLite joins no more than 64 tables, and PostgreSQL plans long."""
_ORDERED = frozenset({"number", "money", "date", "datetime", "text"})


@dataclass(frozen=True)
class Scope:
    """The entity whose fields bare names mean, and the scope that `parent.` reaches."""

    entity: Entity
    outer: Scope | None = None


@dataclass(frozen=True)
class Place_:
    """Where a path has come to: `up` frames out, `steps` over references, at `entity`."""

    entity: Entity
    up: int
    steps: tuple[Step, ...] = ()


class Paths:
    """Types what an expression reads of records."""

    def __init__(self, typer: Typer, formula: Callable[[Entity, Field, Place], Typed]) -> None:
        self.typer = typer
        self.app: App = typer.app
        self.space: Space = typer.options.space
        self.formula = formula

    def value(self, node: tree.Path, scope: Scope) -> Typed:
        """The value at the end of a path of references, fields and properties."""
        place, rest = self.start(node, scope)
        if not rest:
            return self.read(node, place, self.own_id(place.entity))
        outer = scope.outer.entity if scope.outer is not None and rest == node.names else None
        for index, name in enumerate(rest):
            if index == 0 and len(rest) > 1:
                self.refuse_own(name, place.entity)
            found = self.find(place.entity, name, outer if index == 0 else None)
            after = rest[index + 1 :]
            if isinstance(found, Inverse):
                raise self.many(node, name)
            if not after:
                return self.read(node, place, found)
            target = target_of(found)
            if target is None:
                return self.beyond(node, place, found, after)
            place = self.step(place, found, target, name)
        raise AssertionError("a path has a name")

    def start(self, node: tree.Path, scope: Scope) -> tuple[Place_, tuple[tree.Name, ...]]:
        """Where a path begins, after any `parent.` in front."""
        names = node.names
        up = 0
        while names and names[0].text == PARENT:
            if scope.outer is None:
                raise self.typer.refuse("name.no_parent", names[0])
            scope, up, names = scope.outer, up + 1, names[1:]
        return Place_(scope.entity, up), names

    def own_id(self, entity: Entity) -> Field:
        return entity.by_id.get("id") or Field(id="id", name="id", type="integer", system=True)

    def find(self, entity: Entity, name: tree.Name, outer: Entity | None = None) -> Field | Inverse:
        found = member(self.app, entity, name.text, self.space)
        if found is None and name.text == "id":
            return self.own_id(entity)
        if found is None:
            raise self.unknown(entity, name, outer)
        return found

    def unknown(self, entity: Entity, name: tree.Name, outer: Entity | None = None) -> Exception:
        """The error for a name that an entity does not know; `outer` is reached by `parent.`."""
        function = function_named(name.text)
        near = corrections.value_meant(name.text)
        if not near and function is not None:
            fix = Fix(name.end, name.end, ("()",)) if not function.kinds else None
            call = f"{name.text}({'' if fix else '...'})"
            return self.typer.refuse("name.function", name, fix, name=name.text, call=call)
        near = near or corrections.path_meant(self.app, entity, name.text, outer)
        near = near or suggestion(name.text, members_of(self.app, entity))
        problem = "name.unknown_near" if near else "name.unknown"
        fix = Fix(name.start, name.end, (near,)) if near else None
        params = {"name": name.text, "near": near, "entity": entity}
        return self.typer.refuse(problem, name, fix, **params)

    def refuse_own(self, name: tree.Name, entity: Entity) -> None:
        """Refuse `deal.amount` within deals, where `deal` is no field: the entity is not named."""
        if name.text.lower() != entity.name.lower():
            return
        if member(self.app, entity, name.text, self.space) is None:
            fix = Fix(name.start, name.end + 1, ())
            raise self.typer.refuse("name.own", name, fix, name=name.text, entity=entity)

    def many(self, node: tree.Path, name: tree.Name) -> Exception:
        """The error for related records that no function is around."""
        if name is node.names[-1]:
            return self.typer.refuse("name.many", name, name=name.text)
        return self.typer.refuse("name.many_of", name, name=name.text, path=node.dotted)

    def step(self, place: Place_, field: Field, target: str, at: Place) -> Place_:
        if len(place.steps) == MOST_STEPS:
            raise self.typer.refuse("name.too_far", at, limit=MOST_STEPS)
        step = Step(entity=place.entity.id, field=field.id, target=target)
        self.typer.uses.add((place.entity.id, field.id))
        self.typer.relations.add((place.entity.id, field.id))
        return replace(place, entity=self.app.entity(target), steps=(*place.steps, step))

    def beyond(
        self, node: tree.Path, place: Place_, field: Field, rest: tuple[tree.Name, ...]
    ) -> Typed:
        """What follows a field that is no reference: a declared property of its option."""
        name = rest[0]
        head = Span(node.start, name.start - 1)
        item = self.read(head, place, field)
        if item.type.kind == "tags" and self.exclusive(item):
            item = self.one_tag(item)
        if item.type.kind != "choice":
            if item.type.kind in ("date", "datetime") and function_named(name.text) is not None:
                value = (node.start, name.start - 1)
                fix = Fix(node.start, name.end, (f"{name.text}(", value, ")"))
                raise self.typer.refuse("expression.method", name, fix, name=name.text)
            raise self.typer.refuse("name.no_path", name, name=field.name)
        if len(rest) > 1:
            raise self.typer.refuse("name.no_path", rest[1], name=name.text)
        return self.property(node, item, name)

    def one_tag(self, item: Typed) -> Typed:
        """The single tag of an exclusive dimension, as a choice."""
        kind = Type("choice", options=item.type.options)
        if isinstance(item, Via):
            return replace(item, type=kind, body=self.one_tag(item.body))
        return replace(item, type=kind)

    def property(self, node: Place, item: Typed, name: tree.Name) -> Typed:
        options = options_of(self.app, item.type.options or "")
        declared = {key for one in options for key in one.properties}
        if name.text not in declared:
            near = suggestion(name.text, [(key, None) for key in sorted(declared)])
            problem = "property.unknown_near" if near else "property.unknown"
            fix = Fix(name.start, name.end, (near,)) if near else None
            raise self.typer.refuse(problem, name, fix, name=name.text, near=near)
        kind, values = property_values(options, name.text)
        return Property(
            type=kind,
            start=node.start,
            end=node.end,
            nullable=kind != BOOLEAN,
            bound=max((abs(value) for _, value in values), default=0) if kind.numeric else 0,
            operand=item,
            name=name.text,
            values=values,
        )

    def read(self, node: Place, place: Place_, field: Field) -> Typed:
        """The value of a field of the record that a place means."""
        self.typer.uses.add((place.entity.id, field.id))
        up = 0 if place.steps else place.up
        body = self.field(node, up, place.entity, field)
        if not place.steps:
            return body
        return Via(
            type=body.type,
            start=node.start,
            end=node.end,
            nullable=body.type != BOOLEAN,
            bound=body.bound,
            up=place.up,
            steps=place.steps,
            body=body,
        )

    def field(self, node: Place, up: int, entity: Entity, field: Field) -> Typed:
        if field.family == "formula":
            return self.formula_field(node, up, entity, field)
        kind = field_type(self.app, entity.id, field)
        never_empty = kind.kind in ("boolean", "tags") or (field.system and field.id == "id")
        return Read(
            type=kind,
            start=node.start,
            end=node.end,
            nullable=not never_empty,
            bound=10**arithmetic.DIGITS - 1 if kind.numeric else 0,
            up=up,
            entity=entity.id,
            field=field.id,
        )

    def formula_field(self, node: Place, up: int, entity: Entity, field: Field) -> Typed:
        body = self.formula(entity, field, node)
        given: dict[str, Any] = {
            "type": body.type,
            "start": node.start,
            "end": node.end,
            "nullable": body.nullable,
            "bound": body.bound,
            "up": up,
            "entity": entity.id,
            "field": field.id,
        }
        if field.stored:
            given["nullable"] = body.type != BOOLEAN
            return Read(**given)
        return Formula(**given, body=body)

    def exclusive(self, item: Typed) -> bool:
        """Whether a tags field holds at most one tag."""
        _, _, dimension = (item.type.options or "").partition(":")
        found = self.app.dimensions.get(dimension)
        return found is not None and found.exclusive

    def has_tag(self, node: tree.Call, scope: Scope) -> Typed:
        """`has_tag("dimension", "tag")`, or with a tags field (or a path to one) first."""
        signature = HAS_TAG.signature
        if len(node.arguments) != 2 or not isinstance(node.arguments[1], tree.Text):
            raise self.typer.refuse("function.arguments", node, signature=signature)
        where, tag = node.arguments[0], node.arguments[1]
        if isinstance(where, tree.Text):
            item = self.dimension_field(where, scope.entity)
        else:
            item = self.typer.node(where, scope)
            if item.type.kind != "tags":
                raise self.typer.refuse("function.arguments", where, signature=signature)
        constant = self.typer.constant(tag, TEXT, tag.value)
        return self.typer.any_tag(item, node, (self.typer.tag(item, constant),))

    def dimension_field(self, name: tree.Text, entity: Entity) -> Typed:
        fields = [one for one in entity.live_fields if one.family == "tags" and one.dimension]
        for one in fields:
            dimension = self.app.dimensions[one.dimension or ""]
            if name.value in (one.dimension, dimension.name, *dimension.aliases):
                return self.read(name, Place_(entity, 0), one)
        known: list[tuple[str, Any]] = [
            (self.app.dimensions[one.dimension or ""].name, one) for one in fields
        ]
        near = suggestion(name.value, known)
        problem = "dimension.unknown_near" if near else "dimension.unknown_in"
        fix = Fix(name.start, name.end, (quote(near),)) if near else None
        raise self.typer.refuse(problem, name, fix, name=name.value, near=near, entity=entity)

    def aggregate(self, node: tree.Call, scope: Scope) -> Typed:
        """`sum(deals.amount, stage == "won")` and its kind."""
        name = node.function.text
        signature = SPECIALS[name].signature
        if not 1 <= len(node.arguments) <= 2 or (node.by is not None and name not in _BY):
            raise self.typer.refuse("function.arguments", node, signature=signature)
        source = node.arguments[0]
        if not isinstance(source, tree.Path):
            raise self.no_source(node, signature)
        place, inverse, rest = self.source(node, source, scope, signature)
        inner = Scope(inverse.entity, scope)
        self.typer.uses.add((inverse.entity.id, inverse.field.id))
        self.typer.relations.add((inverse.entity.id, inverse.field.id))
        value = self.typer.paths.value(rest, inner) if rest is not None else None
        condition = (
            self.typer.condition(node.arguments[1], inner) if len(node.arguments) == 2 else None
        )
        by = self.typer.node(node.by, inner) if node.by is not None else None
        if by is not None and (by.type.kind not in _ORDERED or reads_outer(by)):
            raise self.typer.refuse("aggregate.by", node.by or node)
        if name in ("any", "all") and value is not None:
            raise self.typer.refuse("aggregate.any", source, name=name)
        if name == "all" and condition is None:
            raise self.typer.refuse("function.arguments", node, signature=signature)
        kind, nullable, bound = self.result(node, name, value)
        return Aggregate(
            type=kind,
            start=node.start,
            end=node.end,
            nullable=nullable,
            bound=bound,
            function=name,
            up=place.up,
            steps=place.steps,
            owner=place.entity.id,
            entity=inverse.entity.id,
            field=inverse.field.id,
            value=value,
            condition=condition,
            by=by,
        )

    def no_source(self, call: tree.Call, signature: str) -> Exception:
        """The error for an aggregate over no related records."""
        name = call.function
        if name.text in ("min", "max") and len(call.arguments) > 1 and call.by is None:
            near = f"{name.text}_of"
            fix = Fix(name.start, name.end, (near,))
            return self.typer.refuse("aggregate.values", name, fix, name=name.text, near=near)
        return self.typer.refuse("aggregate.source", call.arguments[0], signature=signature)

    def source(
        self, call: tree.Call, node: tree.Path, scope: Scope, signature: str
    ) -> tuple[Place_, Inverse, tree.Path | None]:
        """The record whose related ones are meant, the inverse, and the path within them."""
        place, rest = self.start(node, scope)
        for index, name in enumerate(rest):
            found = self.find(place.entity, name)
            if isinstance(found, Inverse):
                after = rest[index + 1 :]
                inner = tree.Path(after[0].start, node.end, after) if after else None
                return place, found, inner
            target = target_of(found)
            if target is None:
                break
            place = self.step(place, found, target, name)
        raise self.no_source(call, signature)

    def result(self, node: tree.Call, name: str, value: Typed | None) -> tuple[Type, bool, int]:
        """The type, whether it may be empty, and the bound of an aggregate's value."""
        if name == "count":
            return INTEGER, False, MEMBERS
        if name in ("any", "all"):
            return BOOLEAN, False, 0
        if value is None:
            raise self.typer.refuse(
                "aggregate.field", node.arguments[0], signature=SPECIALS[name].signature
            )
        if name in ("sum", "avg", "median") and not value.type.numeric:
            raise self.typer.refuse("type.number", node.arguments[0], **self.typer.shown(value))
        if name in ("min", "max") and value.type.kind not in _ORDERED:
            raise self.typer.refuse("function.no_order", node.arguments[0])
        if value.type.kind == "tags":
            raise self.typer.refuse("type.tags_value", node.arguments[0])
        if name == "count_distinct":
            return INTEGER, False, MEMBERS
        if name == "sum":
            return value.type, True, arithmetic.limit(value.type.scale) - 1
        if name in ("avg", "median"):
            scale = arithmetic.LARGEST_SCALE
            return replace(value.type, scale=scale), True, arithmetic.limit(scale) - 1
        return value.type, value.type != BOOLEAN, value.bound


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text."""

    start: int
    end: int


_BY = ("first", "last")
