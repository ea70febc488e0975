"""Rows of records by their ids: whole ones for writing, the readable part for reading.

A call takes as many ids as one likes and a fixed number of statements: one for the rows, one for
their tags. Asked for many ids, it goes through them by `CHUNK`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from ...rules import to_sql
from .. import access, as_of
from ..access import SYSTEM, Caller
from ..moments import moment
from ..statements import STATEMENTS
from ..transaction import Transaction
from .record import Shape, Values, shape_of

_T = TypeVar("_T")
CHUNK: Final = 1000
"""Ids a statement takes at once: SQLite and PostgreSQL both bound the number of parameters."""


def chunks(items: Sequence[_T], size: int = CHUNK) -> Iterator[Sequence[_T]]:
    """The items in runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def of_ids(
    tx: Transaction, statement: sa.Select[Any], ids: Collection[int], **parameters: Any
) -> Iterator[Any]:
    """The rows of a statement that takes expanding `:ids`, asked by `CHUNK` of them."""
    for some in chunks(sorted(ids)):
        # One id always makes the same text, so that the driver may prepare it.
        options = {"prepared": tx.layout.hash} if len(some) == 1 else {}
        given = {"ids": list(some), **parameters}
        yield from tx.connection.execute(statement, given, execution_options=options)


def whole_rows(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    ids: Collection[int],
    *,
    deleted: bool = False,
    lock: bool = True,
) -> dict[int, dict[str, Any]]:
    """Everything stored of the records that the caller may read, by id.

    A writing transaction holds them until its end, unless `lock` is false. Records in the recycle
    bin are found only with `deleted`, and then no others.
    """
    shape = shape_of(tx.tables, entity_id)
    found: dict[int, dict[str, Any]] = {}
    statement = _whole_statement(tx, caller, shape, deleted, lock and tx.writable)
    for row in of_ids(tx, statement, set(ids)):
        values: dict[str, Any] = dict(zip(shape.stored, row, strict=True))
        found[values["id"]] = values
    add_tags(tx, entity_id, shape.tags, found)
    return found


def add_tags(
    tx: Transaction, entity_id: str, field_ids: Iterable[str], rows: dict[int, dict[str, Any]]
) -> None:
    """Put the present tags of `field_ids` into rows by record id."""
    wanted = sorted(field_ids)
    if not wanted or not rows:
        return
    for values in rows.values():
        values.update(dict.fromkeys(wanted, frozenset()))
    collected: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    key = (*tx.tables.key, "tags", entity_id) if tx.past_of is None else None
    statement = STATEMENTS.get(key, lambda: _tags_statement(tx, entity_id))
    for record_id, field_id, tag_id in of_ids(tx, statement, rows, fields=wanted):
        collected[record_id, field_id].add(tag_id)
    for (record_id, field_id), tags in collected.items():
        rows[record_id][field_id] = frozenset(tags)


def readable_row(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    field_ids: Sequence[str],
    *,
    any_row: bool = False,
) -> dict[str, Any] | None:
    """The asked fields of one live record of the caller's rows, computed ones too, or None."""
    if any_row:
        caller = SYSTEM
    shape = shape_of(tx.tables, entity_id)
    columns = [one for one in field_ids if one not in shape.tags]
    row = tx.connection.execute(
        _one_statement(tx, caller, shape, tuple(columns)), {"id": record_id}
    ).first()
    if row is None:
        return None
    values: dict[str, Any] = dict(zip(columns, row, strict=True))
    if shape.tags:
        add_tags(
            tx, entity_id, [one for one in shape.tags if one in field_ids], {record_id: values}
        )
    return values


def column_or_value(
    tx: Transaction, caller: Caller, entity_id: str, row: sa.FromClause, field_id: str
) -> sa.ColumnElement[Any]:
    """A field of `row` as SQL: its column, or the expression of a formula that is not stored."""
    if tx.layout.find(entity_id, field_id):
        return tx.tables.column(row, entity_id, field_id)
    expression = access.formula(tx.app, entity_id, field_id)
    return to_sql(expression, tx.tables, row, access.context(tx, access.SYSTEM), mode="value")


def moment_of(tx: Transaction, entity_id: str, field_ids: Iterable[str]) -> str | None:
    """What of the clock SQL of these fields holds, as a part of a key; None for the instant."""
    computed = shape_of(tx.tables, entity_id).computed
    return moment(
        tx, [access.formula(tx.app, entity_id, one) for one in field_ids if one in computed]
    )


def _whole_statement(
    tx: Transaction, caller: Caller, shape: Shape, deleted: bool, lock: bool
) -> sa.Select[tuple[Any, ...]]:
    sight = access.statement_key(tx, caller)
    key = sight and (*sight, "whole", shape.entity.id, deleted, lock)
    return STATEMENTS.get(key, lambda: _make_whole(tx, caller, shape, deleted, lock))


def _make_whole(
    tx: Transaction, caller: Caller, shape: Shape, deleted: bool, lock: bool
) -> sa.Select[tuple[Any, ...]]:
    entity_id = shape.entity.id
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    statement = sa.select(*(tx.tables.column(row, entity_id, one) for one in shape.stored)).where(
        at.in_(sa.bindparam("ids", expanding=True))
    )
    if "deleted_at" in shape.stored:
        gone = tx.tables.column(row, entity_id, "deleted_at")
        statement = statement.where(gone.is_not(None) if deleted else gone.is_(None))
    predicate = access.row_predicate(tx, caller, entity_id, row)
    if predicate is not None:
        statement = statement.where(predicate)
    if lock and tx.tables.dialect == "postgresql":
        # In the order of ids, so that two writers of the same records wait and never deadlock.
        statement = statement.order_by(at).with_for_update(key_share=True)
    return statement


def _one_statement(
    tx: Transaction, caller: Caller, shape: Shape, columns: tuple[str, ...]
) -> sa.Select[tuple[Any, ...]]:
    sight = access.statement_key(tx, caller)
    today = moment_of(tx, shape.entity.id, columns)
    key = None
    if sight is not None and today is not None:
        key = (*sight, "one", shape.entity.id, columns, today)
    return STATEMENTS.get(key, lambda: _make_one(tx, caller, shape, columns))


def _make_one(
    tx: Transaction, caller: Caller, shape: Shape, columns: tuple[str, ...]
) -> sa.Select[tuple[Any, ...]]:
    entity_id = shape.entity.id
    row = tx.tables.table(entity_id).alias("r")
    statement = sa.select(
        *(column_or_value(tx, caller, entity_id, row, one) for one in columns)
    ).where(tx.tables.column(row, entity_id, "id") == sa.bindparam("id"))
    if "deleted_at" in shape.stored:
        statement = statement.where(tx.tables.column(row, entity_id, "deleted_at").is_(None))
    predicate = access.row_predicate(tx, caller, entity_id, row)
    statement = statement.execution_options(prepared=tx.layout.hash)
    return statement if predicate is None else statement.where(predicate)


def _tags_statement(tx: Transaction, entity_id: str) -> sa.Select[Any]:
    link = tx.tables.tags(entity_id)
    return sa.select(link.c.record_id, link.c.field_id, link.c.tag_id).where(
        link.c.record_id.in_(sa.bindparam("ids", expanding=True)),
        link.c.field_id.in_(sa.bindparam("fields", expanding=True)),
        link.c.valid_to.is_(None),
    )


def titles_of(
    tx: Transaction, caller: Caller, wanted: dict[str, set[int]]
) -> dict[tuple[str, int], str]:
    """Titles by (entity id, id): one statement an entity; invisible records are left out."""
    found: dict[tuple[str, int], str] = {}
    for entity_id, ids in sorted(wanted.items()):
        if not ids or not title_readable(tx, caller, entity_id):
            continue
        statement = _titles_statement(tx, caller, entity_id)
        for record_id, title in of_ids(tx, statement, ids):
            found[entity_id, record_id] = "" if title is None else str(title)
    return found


def title_readable(tx: Transaction, caller: Caller, entity_id: str) -> bool:
    """Whether the caller may read the field that names records of an entity, as of when it is."""
    title = tx.app.entity(entity_id).title
    if title not in access.readable(tx.app, caller, entity_id):
        return False
    return not as_of.unknown(tx, entity_id, title)


def _titles_statement(tx: Transaction, caller: Caller, entity_id: str) -> sa.Select[Any]:
    title = tx.app.entity(entity_id).title
    sight = access.statement_key(tx, caller)
    today = moment_of(tx, entity_id, [title])
    key = None
    if sight is not None and today is not None:
        key = (*sight, "titles", entity_id, today)
    return STATEMENTS.get(key, lambda: _make_titles(tx, caller, entity_id, title))


def _make_titles(tx: Transaction, caller: Caller, entity_id: str, title: str) -> sa.Select[Any]:
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    statement = sa.select(at, column_or_value(tx, caller, entity_id, row, title)).where(
        at.in_(sa.bindparam("ids", expanding=True))
    )
    predicate = access.row_predicate(tx, caller, entity_id, row)
    return statement if predicate is None else statement.where(predicate)


def references_in(shape: Shape, rows: Iterable[Values]) -> dict[str, set[int]]:
    """The ids that rows point at, by entity."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for values in rows:
        for field_id, target in shape.references.items():
            pointed = values.get(field_id)
            if pointed is not None:
                wanted[target].add(pointed)
    return dict(wanted)
