"""Pages: one request for records, planned, run in a fixed number of statements, and read.

One statement for the rows, one for their tags, one for the titles of each entity that they point
at, one for the count if it is asked for; never one a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...metadata.model import App, Field
from ...metadata.problems import Problem
from ...rules.types import target_of
from .. import access, as_of
from ..access import Caller
from ..errors import Malformed
from ..records.record import Record
from ..records.rows import add_tags, titles_of
from ..transaction import Transaction
from . import cursor
from .conditions import Conditions
from .paths import Path
from .plan import Plan, Tagged, plan_of
from .request import MOST_ROWS, ListRequest


@dataclass(frozen=True, slots=True)
class Page:
    """Records in order, and where the next page begins (None: there is none).

    A record's `values` hold its own fields by id and paths by their ids joined with points; what
    `columns` do not name is there only where reading needed it.
    `columns` are what was asked for, in order. `titles` name the records that are pointed at.
    Where the records are those of a moment, `as_of` is it, and `left_out` are fields of which
    nobody can tell what they were.
    """

    app: App
    records: tuple[Record, ...]
    columns: tuple[Path, ...]
    next_cursor: str | None = None
    count: int | None = None
    titles: Mapping[tuple[str, int], str] = field(default_factory=dict)
    as_of: datetime | None = None
    left_out: tuple[Field, ...] = ()


def page(tx: Transaction, caller: Caller, request: ListRequest) -> Page:
    """The records that a request asks for.

    NotFound for an entity that is unknown or may not be read; Malformed for an unknown or
    forbidden field anywhere, a filter that is no condition, a bad limit or a foreign cursor.
    """
    access.entity_for(tx.app, caller, request.entity_id)
    if not 1 <= request.limit <= MOST_ROWS:
        raise Malformed(Problem("query.limit", {"most": MOST_ROWS}, pointer="/limit"))
    tx = _looking(tx, request)
    conditions = _conditions(tx, caller, request)
    plan = plan_of(tx, caller, request, conditions)
    # What a cursor holds are values of the order, which whoever asks for that order may read.
    who = () if request.shared else (caller.member_id, caller.roles)
    made_for = cursor.digest((plan.identity, tx.revision, request.as_of, *who))
    start: tuple[Any, ...] | None = None
    if request.cursor:
        start = cursor.decode(tx.workspace.id, made_for, request.cursor, len(plan.keys))
    rows = plan.run(tx, start, request.limit + 1)
    more = len(rows) > request.limit
    rows = rows[: request.limit]
    following = None
    if more:
        following = cursor.encode(
            tx.workspace.id, made_for, [rows[-1][place] for place in plan.places]
        )
    titles: dict[tuple[str, int], str] = {}
    records = records_of(tx, plan, rows, titles)
    if request.titles:
        titles.update(titles_in(tx, caller, plan, records))
    total = _count(tx, caller, request.entity_id, conditions) if request.count else None
    left_out = as_of.left_out(tx, caller, request.entity_id) if request.fields is None else ()
    return Page(tx.app, records, plan.columns, following, total, titles, request.as_of, left_out)


def count(tx: Transaction, caller: Caller, request: ListRequest) -> int:
    """How many records a request is about, whatever its page."""
    access.entity_for(tx.app, caller, request.entity_id)
    tx = _looking(tx, request)
    return _count(tx, caller, request.entity_id, _conditions(tx, caller, request))


def _looking(tx: Transaction, request: ListRequest) -> Transaction:
    """The transaction, as a view of the moment that a request asks for."""
    if request.as_of is None:
        return tx
    return as_of.looking_back(tx, request.entity_id, request.as_of)


def _conditions(tx: Transaction, caller: Caller, request: ListRequest) -> Conditions:
    return Conditions(
        tx,
        caller,
        request.entity_id,
        filter=request.filter,
        where=request.where,
        q=request.q,
        deleted=request.deleted,
    )


def _count(tx: Transaction, caller: Caller, entity_id: str, conditions: Conditions) -> int:
    row = tx.tables.table(entity_id).alias("r")
    statement = sa.select(sa.func.count()).select_from(row)
    statement = statement.where(*conditions.sql(tx, caller, row))
    return int(tx.connection.execute(statement).scalar_one())


def records_of(
    tx: Transaction,
    plan: Plan,
    rows: list[tuple[Any, ...]],
    titles: Mapping[tuple[str, int], str],
) -> tuple[Record, ...]:
    """The rows of a plan as records with their tags; what comes after its values is left out."""
    found = [dict(zip(plan.value_keys, row, strict=False)) for row in rows]
    for tagged in plan.tags:
        _add_tags(tx, tagged, found)
    title = plan.title
    return tuple(
        Record(
            plan.entity_id,
            values["id"],
            values.get("version") or 0,
            values,
            None if title is None or values.get(title) is None else str(values[title]),
            titles,
        )
        for values in found
    )


def _add_tags(tx: Transaction, tagged: Tagged, rows: list[dict[str, Any]]) -> None:
    held: dict[int, dict[str, Any]] = {
        values[tagged.owner_key]: {} for values in rows if values[tagged.owner_key] is not None
    }
    add_tags(tx, tagged.entity_id, [tagged.field_id], held)
    for values in rows:
        tags = held.get(values[tagged.owner_key], {})
        values[tagged.key] = tags.get(tagged.field_id, frozenset())


def titles_in(
    tx: Transaction, caller: Caller, plan: Plan, records: Sequence[Record]
) -> dict[tuple[str, int], str]:
    """The titles of what the columns of records point at."""
    wanted: dict[str, set[int]] = {}
    for column in plan.columns:
        target = target_of(column.field)
        if target is not None:
            ids = {one.values[column.id] for one in records} - {None}
            wanted.setdefault(target, set()).update(ids)
    return titles_of(tx, caller, wanted)
