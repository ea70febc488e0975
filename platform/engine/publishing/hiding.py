"""Hiding: how many records and values go out of sight with modules that are switched, or come back.

Nothing is done to them: the plan only says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import sqlalchemy as sa

from ...metadata.model import App, Field, Named
from ...metadata.problems import Problem
from ...metadata.whole import Moved, moved
from ..transaction import Transaction


def hiding(tx: Transaction, after: App) -> Iterator[Problem]:
    """What is worth knowing of hidden entities and fields; `document` of each is its key."""
    if not tx.revision:
        return
    found = (one for one in moved(tx.app, after) if one.document.startswith("entity/"))
    for (document, verb), group in groupby(found, lambda one: (one.document, one.verb)):
        yield from _told(tx, document, verb, tuple(group))


def _told(
    tx: Transaction, document: str, verb: str, things: tuple[Moved, ...]
) -> Iterator[Problem]:
    entity_id = document.partition("/")[2]
    if entity_id not in tx.layout:
        return
    for one in things:
        if one.sort == "entity":
            yield from _note(f"publish.note_{verb}", _rows(tx, entity_id), document, one.subject)
    fields = [one.subject for one in things if isinstance(one.subject, Field)]
    for field, rows in zip(fields, _filled(tx, entity_id, fields), strict=True):
        entity = next(one.owners[0] for one in things if one.subject is field)
        yield from _note(f"publish.note_values_{verb}", rows, document, entity, field)


def _note(
    problem_id: str, rows: int, document: str, entity: Named, field: Named | None = None
) -> Iterator[Problem]:
    if rows:
        pointer = f"/fields/{field.id}" if field else ""
        params = {"entity": entity, "rows": rows, **({"field": field} if field else {})}
        yield Problem(problem_id, params, document, pointer)


def _rows(tx: Transaction, entity_id: str) -> int:
    """How many records there are that are not deleted."""
    row = tx.tables.table(entity_id)
    query = sa.select(sa.func.count()).select_from(row).where(_live(tx, row, entity_id))
    return int(tx.connection.execute(query).scalar_one())


def _filled(tx: Transaction, entity_id: str, fields: list[Field]) -> list[int]:
    """How many of them have a value in each field, in one statement for those with a column."""
    row = tx.tables.table(entity_id)
    counts: dict[str, int] = {one.id: _tagged(tx, entity_id, one) for one in fields}
    stored = [one for one in fields if tx.layout.find(entity_id, one.id) and not one.system]
    if stored:
        columns = [_value(tx, row, entity_id, one) for one in stored]
        query = sa.select(*columns).select_from(row).where(_live(tx, row, entity_id))
        found = tx.connection.execute(query).one()
        counts |= {one.id: int(number) for one, number in zip(stored, found, strict=True)}
    return [counts[one.id] for one in fields]


def _value(
    tx: Transaction, row: sa.TableClause, entity_id: str, one: Field
) -> sa.ColumnElement[int]:
    column = tx.tables.column(row, entity_id, one.id)
    if one.family == "boolean":
        return sa.func.count(sa.case((column.is_(True), 1)))
    return sa.func.count(column)


def _tagged(tx: Transaction, entity_id: str, one: Field) -> int:
    if one.family != "tags" or not tx.layout.link_table(entity_id):
        return 0
    links = tx.tables.tags(entity_id)
    held = sa.and_(links.c.field_id == one.id, links.c.valid_to.is_(None))
    query = sa.select(sa.func.count(sa.distinct(links.c.record_id))).where(held)
    return int(tx.connection.execute(query).scalar_one())


def _live(tx: Transaction, row: sa.TableClause, entity_id: str) -> sa.ColumnElement[bool]:
    return tx.tables.column(row, entity_id, "deleted_at").is_(None)
