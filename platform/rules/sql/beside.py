"""Aggregates of all records at once: one pass over the related records, joined beside the rows.

A correlated sub-select asks the index once for every record, which is best for the rows of a page.
Over a whole table one pass in the order of that index, grouped by the reference, costs half as much
for one aggregate and hardly more for ten. `lay` decides between both, see `_chosen`. Where neither
is best, one sub-select for each record serves all aggregates, see `looking`.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..functions.numbers import whole
from ..ir import (
    Aggregate,
    Compare,
    Formula,
    HasTag,
    In,
    Read,
    Typed,
    Via,
    reads_outer,
    structure,
)
from .aggregates import measured
from .bounds import rewritten
from .existence import compared, conjuncts, counted, merged, reached
from .frame import Frame
from .loosened import before
from .without import false_without

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]
_ONE_BY_ONE = ("first", "last")
_EXISTENCE = ("any", "all")
_PLAIN = ("count", "count_distinct", "min", "max")
"""What is one function of SQL, which takes a condition of its own."""
_FEW = 3
"""A list of so many values narrows a table; a longer one may be most of them. So many bounds of an
extreme are looked at one by one."""
Instead = Callable[[Aggregate, Aggregate], bool]
"""Whether, instead of an extreme that is held against a bound, it is asked if one reaches it."""


@dataclass
class Pass:
    """Aggregates over the records of `entity` whose `field` points at one, by what they compute.

    `outer` tells that they read the record pointed at; `inner` that records without a row in the
    pass are not wanted.
    """

    entity: str
    field: str
    outer: bool
    aggregates: dict[Hashable, Aggregate] = dataclasses.field(default_factory=dict)
    inner: bool = False

    @property
    def owner(self) -> str:
        """The entity of the records pointed at."""
        return next(iter(self.aggregates.values())).owner

    @property
    def existence(self) -> bool:
        """Whether nothing is asked but that there is a record, which ends at the first one."""
        return all(one.function in _EXISTENCE for one in self.aggregates.values())

    def absent(self, node: Aggregate) -> bool:
        """Whether an aggregate of the record is over nothing where the pass has no row."""
        return not node.up and not node.steps and key(node) in self.aggregates


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
    return _laid(compiler, row, _chosen(compiler, typed, filtering=filtering))


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
    compiler.beside |= standing(one, beside, row)
    return beside


def standing(
    one: Pass, beside: sa.Subquery, row: sa.FromClause
) -> dict[tuple[sa.FromClause, Hashable], Sql]:
    """The aggregates of a pass by what they compute for `row`."""
    return {
        (row, name): _read(node, beside, beside.c[f"a{number}"], inner=one.inner)
        for number, (name, node) in enumerate(one.aggregates.items())
    }


def _chosen(compiler: Compiler, typed: Sequence[Typed], *, filtering: bool) -> list[Pass]:
    """The relations that one pass is better for than a sub-select for each record.

    Not where another condition leaves few records anyway. Measured at 1,000,000 records with three
    related ones each: on PostgreSQL a pass is better for any aggregate; on SQLite where records
    without related ones do not matter, or where it serves two aggregates of one expression, and for
    one relation only, since a second pass would be copied.
    """
    alone = filtering and len(typed) == 1
    if alone and any(_narrows(one) for one in conjuncts(typed[0])):
        return []
    instead = _always if alone else _sparing(compiler, typed) if compiler.sqlite else _never
    passes = _passes(node for one in typed for node in _aggregates(compiler, one, 0, instead))
    if alone:
        passes = [one for one in passes if not one.existence]
    for one in passes:
        one.inner = filtering and all(false_without(compiler, each, one.absent) for each in typed)
    if not compiler.sqlite:
        return passes
    several = filtering and not alone
    return _most(one for one in passes if one.inner or (_serves(one) and not several))


def looked_at(compiler: Compiler, typed: Sequence[Typed]) -> Pass | None:
    """The relation of which one look at a record's related ones serves most of the aggregates."""
    instead = _sparing(compiler, typed)
    passes = _passes(node for one in typed for node in _aggregates(compiler, one, 0, instead))
    for one in _most(filter(_serves, passes)):
        one.inner = True
        return one
    return None


def _serves(one: Pass) -> bool:
    return len(one.aggregates) > 1


def _most(passes: Iterable[Pass]) -> list[Pass]:
    """The pass that serves most, of those that SQLite need not copy; none or one."""
    better = [one for one in passes if not one.outer]
    return sorted(better, key=lambda one: -len(one.aggregates))[:1]


def _passes(nodes: Iterable[Aggregate]) -> list[Pass]:
    found: dict[Hashable, Pass] = {}
    for node in nodes:
        parts = (node.entity, node.field, any(reads_outer(child) for child in node.children()))
        found.setdefault(parts, Pass(*parts)).aggregates[key(node)] = node
    return sorted(found.values(), key=lambda one: one.outer)


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


def _always(found: Aggregate, there: Aggregate) -> bool:
    return True


def _never(found: Aggregate, there: Aggregate) -> bool:
    return False


def _sparing(compiler: Compiler, typed: Sequence[Typed]) -> Instead:
    """Instead of an extreme that is only held against a few bounds, whether one reaches them.

    SQLite counts what reaches a bound in a fifth of the time that it takes to find a maximum.
    """
    bounds: defaultdict[Hashable, set[Hashable]] = defaultdict(set)

    def note(found: Aggregate, there: Aggregate) -> bool:
        bounds[key(found)].add(key(there))
        return True

    values = {key(node) for one in typed for node in _aggregates(compiler, one, 0, note)}
    return lambda found, there: key(found) not in values and len(bounds[key(found)]) <= _FEW


def _aggregates(
    compiler: Compiler, node: Typed, depth: int, instead: Instead
) -> Iterator[Aggregate]:
    """The aggregates over what points at the record `depth` frames further out."""
    if node.static or isinstance(node, Via):
        return
    if isinstance(node, Compare):
        other = _other(compiler, node, instead)
        if other is not None:
            yield from _aggregates(compiler, other, depth, instead)
            return
    if isinstance(node, Formula):
        if node.up == depth:
            yield from _aggregates(compiler, node.body, 0, instead)
        return
    if isinstance(node, Aggregate):
        if node.up == depth and not node.steps and node.function not in _ONE_BY_ONE:
            yield node
            if not compiler.sqlite:
                return
        depth += 1
    for child in before(node, compiler.static) if compiler.sqlite else node.children():
        yield from _aggregates(compiler, child, depth, instead)


def _other(compiler: Compiler, node: Compare, instead: Instead) -> Typed | None:
    """What a comparison is compiled as instead of itself, see `Compiler.simpler`."""
    bound = rewritten(node, compiler.context, compiler.static)
    found = bound or counted(node, compiler.static)
    if found is not None:
        return found
    aggregate, there = compared(node)[0], reached(node, compiler.static)
    if aggregate is None or not isinstance(there, Aggregate):
        return None
    return there if instead(aggregate, there) else None


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
    read = [found for part in parts for found in _aggregates(compiler, part, 1, _never)]
    passes = _passes(read)
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
        if node.up == depth and (node.steps or node.function in _ONE_BY_ONE):
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


def _read(node: Aggregate, beside: sa.Subquery, column: Sql, *, inner: bool) -> Sql:
    """An aggregate's value beside a record, which may have no related records at all."""
    if node.function in ("count", "count_distinct", *_EXISTENCE):
        count = column if inner else sa.func.coalesce(column, whole(0))
        if node.function in ("count", "count_distinct"):
            return count
        return count > whole(0) if node.function == "any" else count == whole(0)
    if node.function == "sum" and not inner:
        return sa.case((beside.c.record.is_(None), whole(0)), else_=column)
    return column
