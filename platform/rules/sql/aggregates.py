"""Aggregates over related records: correlated sub-selects, and sums that cannot overflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..arithmetic import limit
from ..functions.numbers import WORD, exact, postgres_within, whole
from ..ir import Aggregate, Typed
from ..paths import MEMBERS
from ..types import Type
from .existence import merged
from .frame import Frame

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]
_HALF = 0xFFFFFFFF


class Aggregates:
    """The part of the compiler that writes aggregates."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def compiled(self, node: Aggregate) -> Sql:
        """The SQL of an aggregate."""
        compiler = self.compiler
        row = compiler.columns.table(node.entity).alias()
        where = [compiler.columns.column(row, node.entity, node.field) == self.owner(node)]
        where += compiler.readable(node.entity, row)
        with compiler.inside(Frame(row, compiler.frame)):
            if node.function == "all":
                assert node.condition is not None
                return sa.not_(
                    self.exists(row, [*where, compiler.false(merged(compiler, node.condition))])
                )
            if node.condition is not None:
                where.append(compiler.true(merged(compiler, node.condition)))
            if node.function == "any":
                return self.exists(row, where)
            if node.function in ("first", "last"):
                return self.picked(node, row, where)
            value = compiler.value(node.value) if node.value is not None else None
            found = measured(node.function, value, node.value, node.type, compiler.sqlite)
        chosen: sa.Select[Any] = sa.select(found).select_from(row).where(*where)
        result: Sql = chosen.correlate_except(row).scalar_subquery()
        return result

    def owner(self, node: Aggregate) -> Sql:
        """The id of the record whose related ones are meant."""
        compiler = self.compiler
        if not node.steps:
            row = compiler.frame.up(node.up).row
            assert row is not None
            return compiler.columns.column(row, node.owner, "id")

        def own_id() -> Sql:
            row = compiler.frame.row
            assert row is not None
            return compiler.columns.column(row, node.owner, "id")

        return compiler.along(node.up, node.steps, own_id)

    def exists(self, row: sa.FromClause, where: list[Sql]) -> Sql:
        found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(row).where(*where)
        return sa.exists(found.correlate_except(row))

    def picked(self, node: Aggregate, row: sa.FromClause, where: list[Sql]) -> Sql:
        """The value of the first or last record in the order of `by`, then of id."""
        compiler = self.compiler
        order = [compiler.columns.column(row, node.entity, "id")]
        if node.by is not None:
            by = compiler.value(node.by)
            where = [*where, by.is_not(None)]
            if node.by.type.kind == "text" and not compiler.sqlite:
                by = by.collate("C")
            order.insert(0, by)
        if node.function == "last":
            order = [one.desc() for one in order]
        assert node.value is not None
        chosen = sa.select(compiler.value(node.value)).select_from(row).where(*where)
        chosen = chosen.order_by(*order).limit(1)
        result: Sql = chosen.correlate_except(row).scalar_subquery()
        return result


def measured(
    function: str, value: Sql | None, typed: Typed | None, kind: Type, sqlite: bool
) -> Sql:
    """count, sum, avg, min and their kind of a value over the rows of a select."""
    if function == "count":
        return sa.func.count() if value is None else sa.func.count(value)
    assert value is not None and typed is not None
    if function in ("min", "max", "count_distinct"):
        if typed.type.kind == "text" and not sqlite:
            value = value.collate("C")
        if function == "count_distinct":
            return sa.func.count(sa.distinct(value))
        extreme: Sql = getattr(sa.func, function)(value, type_=value.type)
        return extreme
    if function == "median":
        return _median(value, typed, kind, sqlite)
    if sqlite:
        return _sqlite_sum(function, value, typed, kind)
    total: Sql = sa.func.sum(exact(value))
    if function == "sum":
        total = sa.func.coalesce(total, whole(0))
    else:
        count = sa.func.nullif(sa.func.count(value), whole(0))
        total = sa.func.round(sa.func.round(total, whole(40)) / count, whole(kind.scale))
    return postgres_within(Ranging(kind), total)


def _median(value: Sql, typed: Typed, kind: Type, sqlite: bool) -> Sql:
    """The middle of the values; PostgreSQL's own mean of two in the middle is a float."""
    if sqlite:
        shift = whole(kind.scale - typed.type.scale)
        bound = whole(limit(kind.scale))
        return sa.func.fs_median(value, shift, bound, type_=sa.BigInteger())
    half: Sql = sa.literal_column("0.5", sa.Numeric())
    number = exact(value)
    low = sa.func.percentile_disc(half).within_group(number)
    high = sa.func.percentile_disc(half).within_group(number.desc())
    middle = (sa.type_coerce(low, sa.Numeric()) + sa.type_coerce(high, sa.Numeric())) * half
    return postgres_within(Ranging(kind), sa.func.round(middle, whole(kind.scale)))


class Ranging:
    """A number of a type that may be out of range, as `postgres_within` asks."""

    def __init__(self, kind: Type) -> None:
        self.type = kind
        self.bound = limit(kind.scale)


def halves(value: Sql, bound: int) -> tuple[sa.Function[Any], sa.Function[Any]]:
    """The sums of the upper and of the lower 32 bits of values of a size up to `bound`."""
    if bound * MEMBERS <= WORD:
        return sa.func.sum(whole(0)), sa.func.sum(value)
    high = sa.func.sum(value.bitwise_rshift(whole(32)))
    return high, sa.func.sum(value.bitwise_and(whole(_HALF)))


def _sqlite_sum(function: str, value: Sql, typed: Typed, kind: Type) -> Sql:
    """Sums by halves: a plain sum of 64-bit integers can overflow."""
    bound = whole(limit(kind.scale))
    high, low = halves(value, typed.bound)
    if function == "avg" and typed.bound * MEMBERS <= WORD:
        high = sa.func.sum(value * whole(0))
    if function == "sum":
        return sa.func.fs_sum_halves(high, low, bound, type_=sa.BigInteger())
    shift = whole(kind.scale - typed.type.scale)
    count = sa.func.count(value)
    return sa.func.fs_mean_halves(high, low, count, shift, bound, type_=sa.BigInteger())
