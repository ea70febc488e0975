"""From typed expressions to SQLAlchemy Core: conditions that an index can serve, and values.

A condition is compiled in one of three ways. `true` gives SQL that is TRUE exactly where the
condition holds (NULL may stand for false), `false` SQL that is TRUE exactly where it does not, and
`boolean` SQL that is never NULL. `not` is pushed down to the comparisons by changing from the one
to the other, so nothing is wrapped that an index should see.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from .. import values
from ..columns import Columns
from ..context import Context
from ..evaluate import Evaluator
from ..ir import (
    Aggregate,
    Call,
    Compare,
    Formula,
    HasTag,
    If,
    In,
    IsEmpty,
    Logic,
    Not,
    Property,
    Read,
    Step,
    Typed,
    Via,
    Window,
)
from ..sql_types import CivilDate, ExactDecimal, TagSet, UtcDateTime, WholeNumber
from ..types import BOOLEAN, Type
from .aggregates import Aggregates
from .bounds import rewritten
from .comparisons import Pair, member_of, pair
from .existence import compared, counted, reached
from .frame import Frame
from .joined import Joins
from .passes import key
from .windows import windowed

Sql = sa.ColumnElement[Any]
Visible = Callable[[str, sa.FromClause], "Sql | None"]


class Compiler:
    """Compiles for one dialect, one instant and one reader (`visible`).

    `beside` holds aggregates that stand beside the rows of a table already (`beside.lay`);
    `among` says which rows count in functions over the table, where that is not all; `joins`, where
    a statement has them, holds the records that references of its rows lead to.
    """

    def __init__(self, columns: Columns, context: Context, live: Visible, visible: Visible) -> None:
        self.columns = columns
        self.context = context
        self.sqlite = columns.dialect == "sqlite"
        self.live = live
        self.visible = visible
        self.evaluator = Evaluator(context)
        self.frame = Frame(None)
        self.aggregates = Aggregates(self)
        self.beside: dict[tuple[sa.FromClause, Hashable], Sql] = {}
        self.among: Sql | None = None
        self.joins: Joins | None = None

    @contextmanager
    def inside(self, frame: Frame) -> Iterator[None]:
        """Compile in another frame."""
        before, self.frame = self.frame, frame
        try:
            yield
        finally:
            self.frame = before

    def static(self, node: Typed) -> Any:
        """The raw value of an expression that needs no record."""
        return self.evaluator.of(node, None)

    def constant(self, value: Any, kind: Type) -> Sql:
        """A raw value as a parameter."""
        if kind.kind == "boolean":
            return sa.true() if value else sa.false()
        type_ = self.sql_type(kind)
        if value is None:
            return sa.cast(sa.null(), type_)
        if kind.numeric and kind.scale and not self.sqlite:
            value = values.plain(value, kind)
        return sa.literal(value, type_)

    def sql_type(self, kind: Type) -> Any:
        """The type of SQL within an expression: on SQLite numbers are plain integers."""
        if kind.numeric:
            return sa.Numeric() if kind.scale and not self.sqlite else sa.BigInteger()
        return _SQL_TYPES[kind.kind]

    def value(self, node: Typed) -> Sql:
        """The value of an expression; that of a condition is never NULL."""
        if node.type == BOOLEAN:
            return self.boolean(node)
        if node.static:
            return self.constant(self.static(node), node.type)
        return self.computed(node)

    def computed(self, node: Typed) -> Sql:
        """The SQL of a node that reads records; that of a condition may be NULL for false."""
        found: Sql = _METHODS[type(node)](self, node)
        return found

    def true(self, node: Typed) -> Sql:
        """SQL that is TRUE exactly where the condition holds."""
        if node.static:
            return sa.true() if self.static(node) else sa.false()
        match node:
            case Logic():
                join = sa.and_ if node.operator == "and" else sa.or_
                return join(*(self.true(item) for item in node.items))
            case Not():
                return self.false(node.operand)
            case Compare():
                other = self.simpler(node)
                return self.true(other) if other is not None else self.pair(node).true()
            case In():
                return member_of(self, node).true()
            case Property():
                return self.one_of(node).true()
            case IsEmpty():
                return self.computed(node)
            case Formula():
                with self.inside(Frame(self.frame.up(node.up).row)):
                    return self.true(node.body)
            case Read():
                return self.computed(node) == sa.true()
        return self.computed(node)

    def false(self, node: Typed) -> Sql:
        """SQL that is TRUE exactly where the condition does not hold."""
        if node.static:
            return sa.false() if self.static(node) else sa.true()
        match node:
            case Logic():
                join = sa.or_ if node.operator == "and" else sa.and_
                return join(*(self.false(item) for item in node.items))
            case Not():
                return self.true(node.operand)
            case Compare():
                other = self.simpler(node)
                return self.false(other) if other is not None else self.pair(node).false()
            case In():
                return member_of(self, node).false()
            case Property():
                return self.one_of(node).false()
            case IsEmpty():
                return self.filled(node)
            case Formula():
                with self.inside(Frame(self.frame.up(node.up).row)):
                    return self.false(node.body)
            case Read():
                return self.computed(node) == sa.false()
        return sa.not_(self.boolean(node))

    def boolean(self, node: Typed) -> Sql:
        """SQL of a condition that is never NULL."""
        if node.static:
            return sa.true() if self.static(node) else sa.false()
        match node:
            case Logic():
                join = sa.and_ if node.operator == "and" else sa.or_
                return join(*(self.boolean(item) for item in node.items))
            case Not():
                return sa.not_(self.boolean(node.operand))
            case Compare():
                other = self.simpler(node)
                return self.boolean(other) if other is not None else self.pair(node).boolean()
            case In():
                return member_of(self, node).boolean()
            case Property():
                return self.one_of(node).boolean()
            case Formula():
                with self.inside(Frame(self.frame.up(node.up).row)):
                    return self.boolean(node.body)
            case IsEmpty() | Read() | HasTag() | If():
                return self.computed(node)
            case Aggregate() if node.function in ("any", "all"):
                return self.computed(node)
        return sa.func.coalesce(self.computed(node), sa.false(), type_=sa.Boolean())

    def simpler(self, node: Compare) -> Typed | None:
        """The same condition as a bound on a date, or as the existence of a record, or None."""
        found = rewritten(node, self.context, self.static) or counted(node, self.static)
        if found is not None:
            return found
        aggregate = compared(node)[0]
        if aggregate is None or self.standing_beside(aggregate) is not None:
            return None
        return reached(node, self.static)

    def pair(self, node: Compare) -> Pair:
        return pair(self, node)

    def one_of(self, node: Property) -> Pair:
        """A declared property that is a condition: the options for which it is true."""
        options = [option for option, value in node.values if value]
        return Pair.among(self.value(node.operand), options, node.operand.nullable)

    def read(self, node: Read) -> Sql:
        row = self.frame.up(node.up).row
        if row is None:
            raise LookupError("the expression reads a record, and no row was given")
        if node.type.options and node.type.options.startswith("dimension:"):
            return self.all_tags(node, row) if node.type.kind == "tags" else self.one_tag(node, row)
        column = self.columns.column(row, node.entity, node.field)
        return sa.type_coerce(column, sa.BigInteger()) if self.raw(node.type) else column

    def raw(self, kind: Type) -> bool:
        """Whether a column must be read as the integer that SQLite holds."""
        return self.sqlite and kind.numeric

    def links(self, node: Read | HasTag, row: sa.FromClause) -> tuple[sa.FromClause, list[Sql]]:
        """The tags of a record that are in force: their table and the conditions."""
        link = self.columns.tags(node.entity).alias()
        owner = self.columns.column(row, node.entity, "id")
        where = [
            link.c.record_id == owner,
            link.c.field_id == sa.literal(node.field, sa.Text()),
            link.c.valid_to.is_(None),
        ]
        return link, where

    def one_tag(self, node: Read, row: sa.FromClause) -> Sql:
        """The tag of an exclusive dimension."""
        link, where = self.links(node, row)
        chosen = sa.select(sa.func.min(link.c.tag_id)).select_from(link).where(*where)
        return chosen.correlate_except(link).scalar_subquery()

    def all_tags(self, node: Read, row: sa.FromClause) -> Sql:
        """The tags as a `TagSet`, NULL where there are none."""
        link, where = self.links(node, row)
        collected = sa.func.json_group_array if self.sqlite else sa.func.json_agg
        found = sa.func.nullif(sa.cast(collected(link.c.tag_id), sa.Text()), "[]", type_=TagSet())
        chosen = sa.select(found).select_from(link).where(*where)
        return chosen.correlate_except(link).scalar_subquery()

    def has_tag(self, node: HasTag) -> Sql:
        row = self.frame.up(node.up).row
        assert row is not None
        link, where = self.links(node, row)
        if node.tags is not None:
            where.append(link.c.tag_id.in_(node.tags))
        found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(link).where(*where)
        return sa.exists(found.correlate_except(link))

    def via(self, node: Via) -> Sql:
        return self.along(node.up, node.steps, lambda: self.value(node.body))

    def along(self, up: int, steps: tuple[Step, ...], body: Callable[[], Sql]) -> Sql:
        """`body` for the record that references lead to: of one that is joined, or a sub-select."""
        row = self.frame.up(up).row
        assert row is not None
        if self.joins is not None and self.joins.row is row:
            return self.of_joined(self.joins.reach(self, steps), steps[-1].target, body)
        aliases = [self.columns.table(step.target).alias() for step in steps]
        where = []
        source: sa.FromClause | None = None
        for step, alias in zip(steps, aliases, strict=True):
            key = self.columns.column(alias, step.target, "id")
            linked = key == self.columns.column(row, step.entity, step.field)
            if source is None:
                source = alias
                where.append(linked)
            else:
                source = source.join(alias, linked)
            where += self.readable(step.target, alias)
            row = alias
        assert source is not None
        with self.inside(Frame(row)):
            chosen = sa.select(body()).select_from(source).where(*where)
        return chosen.correlate_except(*aliases).scalar_subquery()

    def of_joined(self, row: sa.FromClause, entity: str, body: Callable[[], Sql]) -> Sql:
        """`body` for a joined record, NULL where there is none."""
        with self.inside(Frame(row)):
            found = body()
        if isinstance(found, sa.Column):
            return found
        return sa.case((self.columns.column(row, entity, "id").is_not(None), found))

    def readable(self, entity: str, row: sa.FromClause) -> list[Sql]:
        """Which related records count: those that are not deleted and that the reader may see."""
        return [
            one for one in (self.live(entity, row), self.visible(entity, row)) if one is not None
        ]

    def formula(self, node: Formula) -> Sql:
        with self.inside(Frame(self.frame.up(node.up).row)):
            return self.value(node.body)

    def aggregate(self, node: Aggregate) -> Sql:
        found = self.standing_beside(node)
        return self.aggregates.compiled(node) if found is None else found

    def standing_beside(self, node: Aggregate) -> Sql | None:
        """The column of an aggregate that was computed for all records, or None."""
        if not self.beside or node.steps:
            return None
        row = self.frame.up(node.up).row
        return self.beside.get((row, key(node))) if row is not None else None

    def window(self, node: Window) -> Sql:
        return windowed(self, node)

    def property(self, node: Property) -> Sql:
        whens = {option: self.constant(value, node.type) for option, value in node.values}
        operand = self.value(node.operand)
        if not whens:
            return self.constant(None, node.type)
        return sa.case(whens, value=operand)

    def call(self, node: Call) -> Sql:
        arguments = [self.value(argument) for argument in node.arguments]
        operation = node.operation
        make = operation.sqlite if self.sqlite else operation.postgresql
        found = make(node, arguments, self.context)
        return sa.type_coerce(found, self.sql_type(node.type))

    def empty(self, node: IsEmpty) -> Sql:
        if not _may_be_empty(node.operand):
            return sa.false()
        return self.value(node.operand).is_(None)

    def filled(self, node: IsEmpty) -> Sql:
        if not _may_be_empty(node.operand):
            return sa.true()
        return self.value(node.operand).is_not(None)

    def chosen(self, node: If) -> Sql:
        return sa.case((self.true(node.test), self.value(node.body)), else_=self.value(node.other))


def _may_be_empty(node: Typed) -> bool:
    # A condition that may be NULL in SQL is false then, which is a value.
    return node.nullable and node.type != BOOLEAN


_SQL_TYPES: dict[str, Any] = {
    "text": sa.Text(),
    "choice": sa.Text(),
    "reference": sa.BigInteger(),
    "boolean": sa.Boolean(),
    "date": CivilDate(),
    "datetime": UtcDateTime(),
    "tags": TagSet(),
    "empty": sa.Text(),
}
_METHODS: dict[type[Typed], Callable[[Compiler, Any], Sql]] = {
    Read: Compiler.read,
    Via: Compiler.via,
    Formula: Compiler.formula,
    Aggregate: Compiler.aggregate,
    Property: Compiler.property,
    HasTag: Compiler.has_tag,
    Call: Compiler.call,
    IsEmpty: Compiler.empty,
    If: Compiler.chosen,
    Window: Compiler.window,
}


def result_type(kind: Type) -> Any:
    """The type with which the value of a whole expression is loaded, as Python code expects it."""
    if kind.numeric:
        return ExactDecimal(kind.scale) if kind.scale else WholeNumber()
    return _SQL_TYPES[kind.kind]
