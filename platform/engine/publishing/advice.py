"""Index advice: which columns a condition filters by, read from the typed expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...metadata.model import App
from ...metadata.problems import ProblemsError
from ...rules import Expression, compile_expression, formula_expression, narrowed
from ...rules.ir import Aggregate, Formula, HasTag, Read, Typed, Via


@dataclass(frozen=True, slots=True)
class Advice:
    """Field ids of one entity: compared for equality, and compared by order."""

    equal: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """An aggregate over records that point here: their entity, the reference, and what is read."""

    entity: str
    reference: str
    read: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Advised:
    """An expression over an entity: what it narrows by, and what it reads of related records."""

    entity: str
    narrows: Advice
    related: tuple[Related, ...]


def advised(app: App) -> tuple[Advised, ...]:
    """What runs over whole tables: alert rules, tier schemes and formulas that are not archived."""
    return tuple(
        Advised(entity_id, _narrowed(found), tuple(_aggregated(found)))
        for entity_id, found in _expressions(app)
        if found
    )


def filtered(app: App, entity_id: str, text: str) -> Advice:
    """The columns of the entity itself by which a condition narrows its rows."""
    return _narrowed(_typed(app, entity_id, text))


def _narrowed(expression: Expression | None) -> Advice:
    found = narrowed(expression) if expression else ()
    return Advice(
        tuple(one.field for one in found if one.equal),
        tuple(one.field for one in found if not one.equal),
    )


def _aggregated(expression: Expression) -> Iterator[Related]:
    """The aggregates of an expression, those in formulas that it reads included."""
    for node in expression.typed.walk():
        if isinstance(node, Aggregate):
            parts = [one for one in (node.condition, node.by, node.value) if one is not None]
            read = dict.fromkeys(each for one in parts for each in _read(one, node.entity))
            yield Related(node.entity, node.field, tuple(read))


def _expressions(app: App) -> Iterator[tuple[str, Expression | None]]:
    """(entity, expression) of what runs over whole tables."""
    for rule in app.rules.values():
        if rule.active and not rule.archived:
            yield rule.entity, _typed(app, rule.entity, rule.when)
    for scheme in app.schemes.values():
        if not scheme.archived:
            yield scheme.entity, _typed(app, scheme.entity, scheme.measure)
            if scheme.where:
                yield scheme.entity, _typed(app, scheme.entity, scheme.where)
    for entity in app.entities.values():
        for one in entity.live_fields if not entity.archived else ():
            if one.formula:
                yield entity.id, _formula(app, entity.id, one.id)


def _formula(app: App, entity_id: str, field_id: str) -> Expression | None:
    try:
        return formula_expression(app, entity_id, field_id)
    except ProblemsError:
        return None


def _typed(app: App, entity_id: str, text: str) -> Expression | None:
    try:
        return compile_expression(app, entity_id, text, allow_viewer=True, over_table=True)
    except ProblemsError:
        return None


def _read(node: Typed, entity_id: str) -> Iterator[str]:
    """The columns of the related record itself that a part of an aggregate reads."""
    match node:
        case Read() if node.up == 0 and node.entity == entity_id:
            yield node.field
        case Via() if node.up == 0:
            yield node.steps[0].field
        case Formula() if node.up:
            return
        case Read() | HasTag() | Via() | Aggregate():
            return
        case _:
            for child in node.children():
                yield from _read(child, entity_id)
