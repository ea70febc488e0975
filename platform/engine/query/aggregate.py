"""Figures: records grouped and measured in one statement, exact on both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ...metadata.fields import wire
from ...metadata.model import App
from ...metadata.problems import Problem
from ...rules import Expression, Joins, to_sql
from ...rules.types import options_of
from .. import access
from ..access import Caller
from ..errors import Malformed
from ..records.present import writer_of_type
from ..transaction import Transaction
from . import measures
from .conditions import Conditions, from_outside
from .measures import Measure
from .paths import too_long
from .request import MOST_GROUPS, AggregateRequest

MOST_PARTS = 20
Group = tuple[tuple[Any, ...], tuple[Any, ...]]
"""The values of a group (options and references by id), and its figures."""


def aggregate(
    tx: Transaction, caller: Caller, request: AggregateRequest
) -> tuple[dict[str, Any], ...]:
    """A row a group, as the API speaks: the groups under their own text, measures by alias.

    Options come as names, references as ids, dates as ISO text, decimals as text; an empty group
    has None. Rows come in the order of their groups, options as declared. NotFound for an unknown
    entity; Malformed for what cannot be read, may not be read, or gives more than `limit` groups.
    """
    access.entity_for(tx.app, caller, request.entity_id)
    for name, parts in (("group", request.groups), ("measure", request.measures)):
        if len(parts) > MOST_PARTS:
            raise too_long(f"/{name}", MOST_PARTS)
    if not 1 <= request.limit <= MOST_GROUPS:
        raise Malformed(Problem("query.limit", {"most": MOST_GROUPS}, pointer="/limit"))
    groups = tuple(_group(tx, caller, request.entity_id, text) for text in request.groups)
    asked = measures.read(tx, caller, request.entity_id, request.measures)
    conditions = Conditions(
        tx, caller, request.entity_id, filter=request.filter, where=request.where, q=request.q
    )
    rows = grouped(tx, caller, groups, asked, conditions, request.limit)
    writers = [writer_of_type(tx.app, one.type) for one in groups]
    return tuple(_row(request.groups, writers, asked, *row) for row in rows)


def grouped(
    tx: Transaction,
    caller: Caller,
    groups: Sequence[Expression],
    asked: Sequence[Measure],
    conditions: Conditions,
    limit: int = MOST_GROUPS,
) -> list[Group]:
    """Groups with their figures, in the order of the groups, by one statement.

    Malformed if there are more than `limit`. Without groups there is one row, of all records.
    """
    rows = _run(tx, caller, groups, asked, conditions, limit + 1)
    if len(rows) > limit:
        raise Malformed(Problem("query.too_many_groups", {"most": limit}))
    ordered = sorted(rows, key=lambda row: _place(tx.app, groups, row))
    return [(row[: len(groups)], _figures(asked, row, len(groups), tx)) for row in ordered]


def _figures(
    asked: Sequence[Measure], row: Sequence[Any], at: int, tx: Transaction
) -> tuple[Any, ...]:
    """What the aggregates of a row, from the place `at` on, give for each measure."""
    found = []
    for measure in asked:
        width = measures.width(measure, tx.tables.dialect)
        found.append(measures.result(measure, row[at : at + width]))
        at += width
    return tuple(found)


def _group(tx: Transaction, caller: Caller, entity_id: str, text: str) -> Expression:
    expression = from_outside(tx, caller, entity_id, text, "/group", over_table=True)
    if expression.type.kind in ("tags", "empty"):
        raise Malformed(Problem("query.group_type", {"text": text}, pointer="/group"))
    return expression


def _run(
    tx: Transaction,
    caller: Caller,
    groups: Sequence[Expression],
    asked: Sequence[Measure],
    conditions: Conditions,
    limit: int,
) -> list[tuple[Any, ...]]:
    """The inner statement computes groups and values for each row, the outer one adds up.

    Apart, because PostgreSQL takes two equal expressions with parameters for different ones, and
    because rank() and its kind are over the rows of the inner one: of a measure with a condition,
    over those for which it holds.
    """
    below = _rows(tx, caller, groups, asked, conditions)
    keys = [below.c[f"g{at}"] for at in range(len(groups))]
    figures = [
        figure.label(f"f{at}_{part}")
        for at, measure in enumerate(asked)
        for part, figure in enumerate(measures.outer(measure, below.c[f"m{at}"], tx.tables.dialect))
    ]
    statement = sa.select(*keys, *figures).select_from(below)
    if keys:
        statement = statement.group_by(*keys).limit(limit)
    return [tuple(one) for one in tx.connection.execute(statement)]


def _rows(
    tx: Transaction,
    caller: Caller,
    groups: Sequence[Expression],
    asked: Sequence[Measure],
    conditions: Conditions,
) -> sa.Subquery:
    """The inner statement: for each row its groups, and the values that are to be added up."""
    row = tx.tables.table(conditions.entity_id).alias("r")
    joins = Joins(row)
    context = access.context(tx, caller)
    seen = access.visible(tx, caller)

    def sql(one: Expression, among: Expression | None = None) -> sa.ColumnElement[Any]:
        if among is None or among.over_table or not one.over_table:
            return to_sql(one, tx.tables, row, context, mode="value", visible=seen, joins=joins)
        counts = to_sql(among, tx.tables, row, context, visible=seen, joins=joins)
        return to_sql(
            one, tx.tables, row, context, mode="value", visible=seen, among=counts, joins=joins
        )

    columns = [sql(one).label(f"g{at}") for at, one in enumerate(groups)]
    for at, measure in enumerate(asked):
        value = sql(measure.value, measure.condition) if measure.value else None
        condition = sql(measure.condition) if measure.condition else None
        columns.append(measures.inner(value, condition).label(f"m{at}"))
    found = sa.select(*columns).select_from(joins.source).where(*conditions.sql(tx, caller, row))
    return found.subquery("rows")


def _row(
    texts: Sequence[str],
    writers: Sequence[Callable[[Any], Any]],
    asked: Sequence[Measure],
    values: Sequence[Any],
    figures: Sequence[Any],
) -> dict[str, Any]:
    shown = {text: writer(one) for text, writer, one in zip(texts, writers, values, strict=True)}
    for measure, figure in zip(asked, figures, strict=True):
        shown[measure.alias] = _figure(figure)
    return shown


def _figure(value: Any) -> Any:
    return wire(value) if not isinstance(value, Decimal) else format(value, "f")


def _place(app: App, groups: Sequence[Expression], row: Sequence[Any]) -> tuple[Any, ...]:
    """Where a row comes: options in their order, everything else by value, empty first."""
    place: list[Any] = []
    for one, value in zip(groups, row, strict=False):
        if value is None:
            place.append((0, 0))
        elif one.type.kind == "choice" and one.type.options is not None:
            ids = [option.id for option in options_of(app, one.type.options)]
            place.append((1, ids.index(value) if value in ids else len(ids)))
        else:
            place.append((1, value))
    return tuple(place)
