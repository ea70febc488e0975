"""Names: which records texts name, a statement for each entity and chunk of texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from ...metadata.fields import field_type
from ...metadata.model import Field
from ...metadata.problems import ProblemsError
from .. import access
from ..access import MEMBER_ENTITY, Caller
from ..records.rows import chunks, column_or_value
from ..transaction import Transaction

AMBIGUOUS = -1
_MEMBER_KEYS = ("name", "email", "user_name", "mobile")


def find(
    tx: Transaction, caller: Caller, entity_id: str, key: str | None, texts: Iterable[str]
) -> dict[str, int]:
    """text -> id of the live record whose `key` field (by default its title) is that text.

    Only records that the caller may see are found, and only by fields that they may read;
    AMBIGUOUS stands for a text that names several. Members are found by name, e-mail, user name
    or mobile number where no key is given. The key `id` takes record ids themselves.
    """
    wanted = sorted(set(texts))
    if not wanted:
        return {}
    entity = tx.app.entity(entity_id)
    if entity_id == MEMBER_ENTITY and key is None:
        keys = [entity.field(name) for name in _MEMBER_KEYS]
    else:
        keys = [entity.field(key or entity.title)]
    readable = access.readable(tx.app, caller, entity_id)
    found: dict[str, int] = {}
    for one in (one for one in keys if one.id in readable):
        left = [text for text in wanted if text not in found]
        found.update(_by_field(tx, caller, entity_id, one, left))
    return found


def folded(key: Field, text: str) -> str:
    """A text of the file as the key's field reads it: equal ones name one record."""
    return str(_value(key, text))


def versions(tx: Transaction, entity_id: str, ids: Iterable[int]) -> dict[int, int]:
    """The present versions of records by id: an import changes what it finds, as it finds it."""
    row = tx.tables.table(entity_id).alias("found")
    version = tx.tables.column(row, entity_id, "version")
    found: dict[int, int] = {}
    for some in chunks(sorted(set(ids))):
        query = sa.select(row.c.id, version).where(row.c.id.in_(some))
        for record_id, number in tx.connection.execute(query):
            found[record_id] = number
    return found


def _by_field(
    tx: Transaction, caller: Caller, entity_id: str, key: Field, texts: list[str]
) -> dict[str, int]:
    values: dict[Any, list[str]] = {}
    for text in texts:
        value = _value(key, text)
        if value is not None:
            values.setdefault(value, []).append(text)
    row = tx.tables.table(entity_id).alias("named")
    column = column_or_value(tx, caller, entity_id, row, key.id)
    conditions: list[sa.ColumnElement[bool]] = []
    if entity_id != MEMBER_ENTITY:
        conditions.append(tx.tables.column(row, entity_id, "deleted_at").is_(None))
    allowed = access.row_predicate(tx, caller, entity_id, row)
    if allowed is not None:
        conditions.append(allowed)
    found: dict[str, int] = {}
    for some in chunks(list(values)):
        query = sa.select(column, row.c.id).where(column.in_(some), *conditions)
        for value, record_id in tx.connection.execute(query):
            for text in values.get(value, ()):
                found[text] = record_id if text not in found else AMBIGUOUS
    return found


def _value(key: Field, text: str) -> Any:
    if key.system and key.id == "id":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    try:
        return field_type(key.type).load(key, text, archived=True)
    except ProblemsError:
        return None
