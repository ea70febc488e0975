"""Aggregates of all records at once: one pass over the related records, joined beside the rows.

A correlated sub-select asks the index once for every record, which is best for the rows of a page.
Over a whole table one pass in the order of that index, grouped by the reference, costs half as much
for one aggregate and hardly more for ten. `lay` decides between both, see `passes.chosen`. Where
neither is best, one sub-select for each record serves all aggregates, see `looking`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..functions.numbers import whole
from ..ir import Aggregate, Formula, HasTag, Read, Typed, Via, structure
from .aggregates import measured
from .existence import merged
from .frame import Frame
from .passes import EXISTENCE, ONE_BY_ONE, Pass, chosen, read_of_record

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]
_PLAIN = ("count", "count_distinct", "min", "max")
"""What is one function of SQL, which takes a condition of its own."""


def lay(
    compiler: Compiler, typed: Sequence[Typed], row: sa.FromClause, *, filtering: bool
) -> tuple[sa.FromClause, list[Sql]]:
    """What to select from, and a condition to add, so that `typed` is computed for all of `row`.

    The compiler then finds the aggregates beside the row. `filtering` says that each of `typed` is
    a condition, and that only records for which one of them holds are wanted.
    """
    return _laid(compiler, row, chosen(compiler, typed, filtering=filtering))


def _laid(
    compiler: Compiler, row: sa.FromClause, passes: Iterable[Pass]
) -> tuple[sa.FromClause, list[Sql]]:
    source: sa.FromClause = row
    where: list[Sql] = []
    for one in passes:
        own = compiler.columns.column(row, one.owner, "id")
        beside = _beside(compiler, row, one)
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
    return source, where


def _beside(compiler: Compiler, row: sa.FromClause, one: Pass) -> sa.Subquery:
    """The rows of a pass, whose aggregates the compiler then finds for `row`."""
    beside = _grouped(compiler, one)
    compiler.beside |= standing(one, beside, row, always=one.inner)
    return beside


def standing(
    one: Pass, beside: sa.Subquery, row: sa.FromClause, *, always: bool
) -> dict[tuple[sa.FromClause, Hashable], Sql]:
    """The aggregates of a pass by what they compute for `row`, for which it has a row `always`."""
    return {
        (row, name): _read(node, beside, beside.c[f"a{number}"], always=always)
        for number, (name, node) in enumerate(one.aggregates.items())
    }


def _grouped(compiler: Compiler, one: Pass) -> sa.Subquery:
    """One row for each record that has related ones: its id, and the aggregates of a pass."""
    row = compiler.columns.table(one.entity).alias()
    reference = compiler.columns.column(row, one.entity, one.field)
    source: sa.FromClause = row
    where = compiler.readable(one.entity, row)
    frame = Frame(row)
    if one.outer:
        owner = compiler.columns.table(one.owner).alias()
        source, more = _with_owner(compiler, one, row, owner)
        where += more
        frame = Frame(row, Frame(owner))
    columns, needed = _columns(compiler, one, frame)
    chosen = sa.select(reference.label("record"), *columns).select_from(source)
    return chosen.where(*where, *needed).group_by(reference).subquery()


def of_one(compiler: Compiler, one: Pass, owner: sa.FromClause) -> sa.Subquery:
    """The aggregates of a pass for a single record, the row `owner`."""
    row = compiler.columns.table(one.entity).alias()
    reference = compiler.columns.column(row, one.entity, one.field)
    where = [reference == compiler.columns.column(owner, one.owner, "id")]
    where += compiler.readable(one.entity, row)
    columns, needed = _columns(compiler, one, Frame(row, Frame(owner)))
    chosen = sa.select(*columns).select_from(row).where(*where, *needed)
    return chosen.correlate(owner).subquery()


def _columns(compiler: Compiler, one: Pass, frame: Frame) -> tuple[list[sa.Label[Any]], list[Sql]]:
    """The aggregates of a pass by their numbers, and which related records they are made of."""
    nodes = list(one.aggregates.values())
    where = []
    with compiler.inside(frame):
        different: dict[Hashable, Sql | None] = {}
        for node in nodes:
            if _narrowed(node) not in different:
                different[_narrowed(node)] = _condition(compiler, node)
        needed = [condition for condition in different.values() if condition is not None]
        if len(needed) == len(different):
            where.append(sa.or_(*needed))
        single = len(different) == 1
        columns = [
            _measured(compiler, node, None if single else different[_narrowed(node)])
            for node in nodes
        ]
    return [column.label(f"a{number}") for number, column in enumerate(columns)], where


def _with_owner(
    compiler: Compiler, one: Pass, row: sa.FromClause, owner: sa.FromClause
) -> tuple[sa.FromClause, list[Sql]]:
    """Related records with what is read of the record pointed at, by `owner`.

    Where that is aggregates alone, they are joined without the record itself.
    """
    parts = [part for node in one.aggregates.values() for part in node.children()]
    passes = read_of_record(compiler, parts)
    reference = compiler.columns.column(row, one.entity, one.field)
    if any(each.outer for each in passes) or any(_reads(part, 1) for part in parts):
        pointed, where = _laid(compiler, owner, passes)
        own = compiler.columns.column(owner, one.owner, "id")
        return row.join(pointed, own == reference), where
    source: sa.FromClause = row
    for each in passes:
        beside = _beside(compiler, owner, each)
        source = source.join(beside, beside.c.record == reference, isouter=True)
    return source, []


def _reads(node: Typed, depth: int) -> bool:
    """Whether a field of the record `depth` frames out is read, and not only aggregates of it."""
    if isinstance(node, Formula):
        return node.up == depth and _reads(node.body, 0)
    if isinstance(node, Aggregate):
        if node.up == depth and (node.steps or node.function in ONE_BY_ONE):
            return True
        depth += 1
    elif isinstance(node, Read | HasTag | Via) and node.up == depth:
        return True
    if isinstance(node, Via):
        return False
    return any(_reads(child, depth) for child in node.children())


def _narrowed(node: Aggregate) -> Hashable:
    """By which condition the related records are narrowed, and whether by its opposite."""
    return node.function == "all", structure(node.condition)


def _condition(compiler: Compiler, node: Aggregate) -> Sql | None:
    """Which related records an aggregate is made of; of `all` those that speak against it."""
    if node.condition is None:
        return None
    if node.function == "all":
        return compiler.false(merged(compiler, node.condition))
    return compiler.true(merged(compiler, node.condition))


def _measured(compiler: Compiler, node: Aggregate, condition: Sql | None) -> Sql:
    if node.value is None:
        return _where(sa.func.count(), condition)
    value = compiler.value(node.value)
    if node.function in _PLAIN:
        plain = measured(node.function, value, node.value, node.type, compiler.sqlite)
        return _where(plain, condition)
    if condition is not None:
        value = sa.case((condition, value))
    return measured(node.function, value, node.value, node.type, compiler.sqlite)


def _where(found: Sql, condition: Sql | None) -> Sql:
    """An aggregate of those rows alone; what it passes over, it does not compute."""
    if condition is None:
        return found
    assert isinstance(found, sa.FunctionElement)
    return found.filter(condition)


def _read(node: Aggregate, beside: sa.Subquery, column: Sql, *, always: bool) -> Sql:
    """An aggregate's value beside a record, which may have no related records at all."""
    if node.function in ("count", "count_distinct", *EXISTENCE):
        count = column if always else sa.func.coalesce(column, whole(0))
        if node.function in ("count", "count_distinct"):
            return count
        return count > whole(0) if node.function == "any" else count == whole(0)
    if node.function == "sum" and not always:
        return sa.case((beside.c.record.is_(None), whole(0)), else_=column)
    return column
