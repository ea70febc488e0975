"""Aggregates of all records at once: one pass over the related records, joined beside the rows.

A correlated sub-select asks the index once for every record, which is best for the rows of a page.
Over a whole table one pass in the order of that index, grouped by the reference, costs half as much
for one aggregate and hardly more for ten. `lay` decides which of both, see `_choose`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..functions.numbers import whole
from ..ir import (
    Aggregate,
    Compare,
    Formula,
    HasTag,
    In,
    Logic,
    Read,
    Step,
    Typed,
    Via,
    reads_outer,
)
from ..types import BOOLEAN
from .aggregates import as_existence, measured
from .frame import Frame
from .without import false_without

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]
Relation = tuple[str, str]
"""An entity, and its reference field that points at the records."""

_ONE_BY_ONE = ("first", "last")
_EXISTENCE = ("any", "all")
_PLACE = frozenset(
    {"start", "end", "nullable", "bound", "static", "size", "height", "nesting", "written"}
)
_FULL_JOIN = sqlite3.sqlite_version_info >= (3, 39)
_FEW = 3
"""A list of so many values narrows a table; a longer one may be most of them."""


@dataclass
class Pass:
    """The aggregates over one relation, by what they are; `inner` drops records without related."""

    relation: Relation
    aggregates: dict[Hashable, Aggregate] = field(default_factory=dict)
    inner: bool = False

    @property
    def existence(self) -> bool:
        """Whether nothing is asked but that there is a record, which ends at the first one."""
        return all(one.function in _EXISTENCE for one in self.aggregates.values())


def structure(value: Any) -> Hashable:
    """What a typed expression is apart from its place in a text; equal ones have equal values."""
    if isinstance(value, tuple):
        return tuple(map(structure, value))
    if isinstance(value, Typed | Step):
        parts = [getattr(value, one.name) for one in fields(value) if one.name not in _PLACE]
        return (type(value).__name__, *map(structure, parts))
    return value if value.__hash__ else repr(value)


def key(node: Aggregate) -> Hashable:
    """What an aggregate computes, wherever it stands."""
    parts = (node.function, node.entity, node.field, node.value, node.condition, node.by)
    return structure(parts)


def lay(
    compiler: Compiler, typed: Sequence[Typed], row: sa.FromClause, *, filtering: bool
) -> tuple[sa.FromClause, list[Sql]]:
    """What to select from, and a condition to add, so that `typed` is computed for all of `row`.

    The compiler then finds the aggregates beside the row. `filtering` says that each of `typed` is
    a condition, and that only records for which one of them holds are wanted.
    """
    source: sa.FromClause = row
    where: list[Sql] = []
    for one in _choose(compiler, typed, filtering=filtering):
        beside = _grouped(compiler, one)
        own = compiler.columns.column(row, _owner(one), "id")
        linked = beside.c.record == own
        if not compiler.sqlite:
            source = source.join(beside, linked, isouter=not one.inner)
        elif one.inner:
            source = beside.join(source, linked)
        else:
            # SQLite joins from the left: the pass first, then each record by its id, and at the
            # end the records that had none. The other way round it would copy the pass.
            source = beside.join(source, linked, full=True)
            where.append(own.is_not(None))
        for number, (name, aggregate) in enumerate(one.aggregates.items()):
            found = _read(aggregate, beside, beside.c[f"a{number}"], inner=one.inner)
            compiler.beside[name] = found
    compiler.root = row
    return source, where


def _owner(one: Pass) -> str:
    return next(iter(one.aggregates.values())).owner


def _choose(compiler: Compiler, typed: Sequence[Typed], *, filtering: bool) -> list[Pass]:
    """The relations that one pass is better for than a sub-select for each record.

    Not where another condition leaves few records anyway. Measured at 1,000,000 records with three
    related ones each: on PostgreSQL a pass is better for any aggregate; on SQLite where records
    without related ones do not matter, or where it serves two aggregates, and for one relation
    only, since a second pass would be copied.
    """
    found: dict[Relation, Pass] = {}
    for one in typed:
        for aggregate in _aggregates(compiler, one, 0):
            relation = (aggregate.entity, aggregate.field)
            found.setdefault(relation, Pass(relation)).aggregates[key(aggregate)] = aggregate
    alone = filtering and len(typed) == 1
    if alone and any(_narrows(one) for one in conjuncts(typed[0])):
        return []
    chosen = []
    for candidate in found.values():
        if alone and candidate.existence:
            continue
        candidate.inner = filtering and all(
            false_without(compiler, one, candidate.relation) for one in typed
        )
        chosen.append(candidate)
    if not compiler.sqlite:
        return chosen
    chosen = [one for one in chosen if one.inner or (_FULL_JOIN and len(one.aggregates) > 1)]
    return sorted(chosen, key=lambda one: -len(one.aggregates))[:1]


def conjuncts(node: Typed) -> Iterator[Typed]:
    """The conditions that must all hold for a condition to hold."""
    if isinstance(node, Logic) and node.operator == "and":
        for item in node.items:
            yield from conjuncts(item)
    elif isinstance(node, Formula) and node.type == BOOLEAN:
        yield from conjuncts(node.body)
    else:
        yield node


def _narrows(node: Typed) -> bool:
    """Whether a condition on the record's own fields leaves but a part of the records."""
    match node:
        case Compare(operator="=="):
            sides = ((node.left, node.right), (node.right, node.left))
            return any(_own(side) and other.static for side, other in sides)
        case In():
            return _own(node.operand) and len(node.items) <= _FEW
    return isinstance(node, Read | HasTag)


def _own(node: Typed) -> bool:
    """Whether a value is read from the record itself."""
    return not node.static and not any(isinstance(one, Aggregate | Via) for one in node.walk())


def _aggregates(compiler: Compiler, node: Typed, depth: int) -> Iterator[Aggregate]:
    """The aggregates over what points at the record itself, `depth` frames further out."""
    if node.static or isinstance(node, Via):
        return
    if isinstance(node, Compare):
        existence = as_existence(node, compiler.static)
        if existence is not None:
            yield from _aggregates(compiler, existence, depth)
            return
    if isinstance(node, Formula):
        if node.up == depth:
            yield from _aggregates(compiler, node.body, 0)
        return
    if isinstance(node, Aggregate):
        if node.up == depth and _joinable(node):
            yield node
            return
        depth += 1
    for child in node.children():
        yield from _aggregates(compiler, child, depth)


def _joinable(node: Aggregate) -> bool:
    if node.steps or node.function in _ONE_BY_ONE:
        return False
    return not any(reads_outer(child) for child in node.children())


def _grouped(compiler: Compiler, one: Pass) -> sa.Subquery:
    """One row for each record that has related ones: its id, and the aggregates of a pass."""
    entity, field_id = one.relation
    row = compiler.columns.table(entity).alias()
    reference = compiler.columns.column(row, entity, field_id)
    with compiler.inside(Frame(row)):
        conditions = [_condition(compiler, node) for node in one.aggregates.values()]
        where = compiler.readable(entity, row)
        different = {
            structure((node.function == "all", node.condition)): condition
            for node, condition in zip(one.aggregates.values(), conditions, strict=True)
        }
        needed = [condition for condition in different.values() if condition is not None]
        if len(needed) == len(different):
            where.append(sa.or_(*needed))
        single = len(different) == 1
        columns = [
            _measured(compiler, node, None if single else condition).label(f"a{number}")
            for number, (node, condition) in enumerate(
                zip(one.aggregates.values(), conditions, strict=True)
            )
        ]
        chosen = sa.select(reference.label("record"), *columns).select_from(row).where(*where)
    return chosen.group_by(reference).subquery()


def _condition(compiler: Compiler, node: Aggregate) -> Sql | None:
    """Which related records an aggregate is made of; of `all` those that speak against it."""
    if node.condition is None:
        return None
    if node.function == "all":
        return compiler.false(node.condition)
    return compiler.true(node.condition)


def _measured(compiler: Compiler, node: Aggregate, condition: Sql | None) -> Sql:
    if node.value is None:
        return sa.func.count() if condition is None else sa.func.count(sa.case((condition, 1)))
    value = compiler.value(node.value)
    if condition is not None:
        value = sa.case((condition, value))
    return measured(node.function, value, node.value, node.type, compiler.sqlite)


def _read(node: Aggregate, beside: sa.Subquery, column: Sql, *, inner: bool) -> Sql:
    """An aggregate's value beside a record, which may have no related records at all."""
    if node.function in ("count", *_EXISTENCE):
        count = column if inner else sa.func.coalesce(column, whole(0))
        if node.function == "count":
            return count
        return count > whole(0) if node.function == "any" else count == whole(0)
    if node.function == "sum" and not inner:
        return sa.case((beside.c.record.is_(None), whole(0)), else_=column)
    return column
