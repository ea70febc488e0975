"""Groups of a list: one statement for their counts and sums, one for the first rows of each.

A record is in the group of its field's value, of the month of its date, or of each of its tags;
without one it is in the group of None, which is there like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from ...metadata.model import Field
from ...rules import Expression, to_sql
from .. import access
from ..access import Caller
from ..records.record import Record
from ..records.rows import titles_of
from ..transaction import Transaction
from . import measures
from .conditions import Conditions, from_outside
from .measures import Measure
from .order import in_order_of_options, order_by
from .page import records_of, titles_in
from .plan import plan_of
from .request import ListRequest

_MONTHS: Final = frozenset({"date", "datetime"})
GROUPED: Final = frozenset(
    {"choice", "stage", "tier", "tags", "boolean", "reference", "owner", "member", *_MONTHS}
)
"""Types of fields that a list may be grouped by."""


@dataclass(frozen=True, slots=True)
class Group:
    """Records that share a value (an option's, tag's or record's id, a month's first day)."""

    key: Any
    count: int
    figures: tuple[Any, ...]


def text_of(field: Field) -> str:
    """The expression (names) whose value is a record's group; of tags the field itself."""
    return f"start_of_month({field.name})" if field.family in _MONTHS else field.name


def groups(
    tx: Transaction,
    caller: Caller,
    request: ListRequest,
    field: Field,
    measured: Sequence[str],
    *,
    limit: int,
    offset: int = 0,
) -> list[Group]:
    """Some groups of a list with their counts and the `measured`, by one statement.

    Options come as declared and months in time, empty first; records by how many point at them.
    Malformed as for a list.
    """
    asked = measures.read(tx, caller, request.entity_id, measured)
    conditions = _conditions(tx, caller, request)
    row = tx.tables.table(request.entity_id).alias("r")
    grouping = Grouping(tx, caller, request.entity_id, field)
    key, source = grouping.of(row, row)
    columns = [key.label("g"), *(
        measures.inner(_sql(tx, caller, row, one.value), _sql(tx, caller, row, one.condition))
        .label(f"m{at}")
        for at, one in enumerate(asked)
    )]  # fmt: skip
    below = (
        sa.select(*columns)
        .select_from(source)
        .where(*conditions.sql(tx, caller, row))
        .subquery("rows")
    )
    number = sa.func.count()
    figures = [
        one.label(f"f{at}_{part}")
        for at, measure in enumerate(asked)
        for part, one in enumerate(measures.outer(measure, below.c[f"m{at}"], tx.tables.dialect))
    ]
    statement = (
        sa.select(below.c.g, number, *figures)
        .group_by(below.c.g)
        .order_by(*grouping.order(below.c.g, number))
        .limit(limit)
        .offset(offset)
    )
    return [_group(tx, asked, tuple(one)) for one in tx.connection.execute(statement)]


def first_rows(
    tx: Transaction,
    caller: Caller,
    request: ListRequest,
    field: Field,
    keys: Sequence[Any],
    each: int,
) -> tuple[Mapping[Any, tuple[Record, ...]], Mapping[tuple[str, int], str]]:
    """The first `each` records of groups, and the titles of what they point at.

    As many statements as for a page of a list, however many groups and records there are.
    """
    conditions = _conditions(tx, caller, request)
    plan = plan_of(tx, caller, request, conditions)
    grouping = Grouping(tx, caller, request.entity_id, field)
    (source,) = plan.statement.get_final_froms()
    key, joined = grouping.of(plan.row, source)
    here = sa.or_(
        key.in_([one for one in keys if one is not None]),
        key.is_(None) if None in keys else sa.false(),
    )
    place = sa.func.row_number().over(partition_by=key, order_by=order_by(plan.keys))
    numbered = (
        plan.statement.order_by(None)
        .limit(None)
        .select_from(joined)
        .add_columns(key.label("g"), place.label("n"))
        .where(here)
        .subquery("numbered")
    )
    statement = sa.select(numbered).where(numbered.c.n <= each).order_by(numbered.c.g, numbered.c.n)
    rows = [tuple(one) for one in tx.connection.execute(statement)]
    titles: dict[tuple[str, int], str] = {}
    found = records_of(tx, plan, rows, titles)
    titles.update(titles_in(tx, caller, plan, found))
    by_key: dict[Any, list[Record]] = {}
    for row, record in zip(rows, found, strict=True):
        by_key.setdefault(row[-2], []).append(record)
    return {one: tuple(records) for one, records in by_key.items()}, titles


def labels(
    tx: Transaction, caller: Caller, target: str, keys: Sequence[Any]
) -> Mapping[tuple[str, int], str]:
    """The titles of the records that groups are named by."""
    return titles_of(tx, caller, {target: {one for one in keys if one is not None}})


class Grouping:
    """A field as the key of groups."""

    def __init__(self, tx: Transaction, caller: Caller, entity_id: str, field: Field) -> None:
        self.tx, self.caller, self.entity_id, self.field = tx, caller, entity_id, field
        tags = field.family == "tags"
        self.expression: Expression | None = (
            None if tags else from_outside(tx, caller, entity_id, text_of(field), "/group")
        )

    def of(
        self, row: sa.FromClause, source: sa.FromClause
    ) -> tuple[sa.ColumnElement[Any], sa.FromClause]:
        """The key of a row, and what it is read from: of tags there is a row for each."""
        if self.expression is not None:
            return _sql(self.tx, self.caller, row, self.expression), source  # type: ignore[return-value]
        link = self.tx.tables.tags(self.entity_id).alias("g_tags")
        present = sa.and_(
            link.c.record_id == self.tx.tables.column(row, self.entity_id, "id"),
            link.c.field_id == self.field.id,
            link.c.valid_to.is_(None),
        )
        return link.c.tag_id, sa.outerjoin(source, link, present)

    def order(
        self, key: sa.ColumnElement[Any], number: sa.ColumnElement[int]
    ) -> list[sa.ColumnElement[Any]]:
        """The order in which groups stand."""
        if self.field.options:
            return [in_order_of_options(self.field, key).asc().nulls_first(), key.asc()]
        if self.field.family in _MONTHS or self.field.family == "boolean":
            return [key.asc().nulls_first()]
        return [number.desc(), key.asc().nulls_first()]


def _conditions(tx: Transaction, caller: Caller, request: ListRequest) -> Conditions:
    access.entity_for(tx.app, caller, request.entity_id)
    return Conditions(
        tx, caller, request.entity_id, filter=request.filter, where=request.where, q=request.q
    )


def _sql(
    tx: Transaction, caller: Caller, row: sa.FromClause, one: Expression | None
) -> sa.ColumnElement[Any] | None:
    if one is None:
        return None
    context, seen = access.context(tx, caller), access.visible(tx, caller)
    return to_sql(one, tx.tables, row, context, mode="value", visible=seen)


def _group(tx: Transaction, asked: Sequence[Measure], row: tuple[Any, ...]) -> Group:
    found, at = [], 2
    for measure in asked:
        width = measures.width(measure, tx.tables.dialect)
        found.append(measures.result(measure, row[at : at + width]))
        at += width
    return Group(row[0], int(row[1]), tuple(found))
