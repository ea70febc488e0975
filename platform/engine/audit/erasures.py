"""Erasures: what is taken out of the history, noted in it and in the entries that sealed it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ..audit_tables import AUDIT_ENTRY, ERASURE


def note(
    connection: sa.Connection, change: int, entity_id: str, fields: Sequence[str] | None
) -> int:
    """Note that a change set erases some fields of an entity, or all of it; the erasure's id."""
    values = {"change_id": change, "entity": entity_id, "fields": fields and list(fields)}
    erasure = sa.insert(ERASURE).values(values).returning(ERASURE.c.id)
    return int(connection.execute(erasure).scalar_one())


def marking(history: sa.Table, where: str, erasure: int) -> str:
    """The statement that marks the entries of rows as erased, before the rows are deleted.

    The salt goes, without which nobody can guess from the digest what a row said.
    """
    return (
        f"UPDATE {AUDIT_ENTRY.name} SET salt = NULL, erased = {erasure:d}"
        f" WHERE sort = '{history.name.removeprefix('_')}'"
        f" AND row_id IN (SELECT id FROM {history.name} WHERE {where})"
    )
