"""Order: sort keys as SQL, and the condition that a row comes after the last one of a page.

Empty comes first ascending and last descending on both databases. The record's id ends every
order, so that no two rows are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ...metadata.model import Field


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """One key of an order: its SQL, its direction, and whether it can be empty."""

    sql: sa.ColumnElement[Any]
    descending: bool
    nullable: bool = True


def in_order_of_options(one: Field, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Choices, stages and tiers come in the order in which they are declared."""
    places = {option.id: at for at, option in enumerate(one.options)}
    if not places:
        return column
    last = sa.case((column.is_(None), None), else_=len(places))
    return sa.type_coerce(sa.case(places, value=column, else_=last), sa.Integer())


def order_by(keys: Sequence[Key]) -> list[sa.ColumnElement[Any]]:
    """The ORDER BY of keys."""
    found: list[sa.ColumnElement[Any]] = []
    for key in keys:
        one = key.sql.desc() if key.descending else key.sql.asc()
        if key.nullable:
            one = one.nulls_last() if key.descending else one.nulls_first()
        found.append(one)
    return found


def after(keys: Sequence[Key], empties: Sequence[bool]) -> sa.ColumnElement[bool]:
    """The condition of coming after the row whose values are `:k0`, `:k1` ...

    `empties` says which of these values are empty, since SQL compares with NULL apart.
    """
    # Each key by itself, beside what is equal before it: within each other, the conditions of many
    # keys leave too little of SQLite's parser to a formula that is the last of them.
    found: list[sa.ColumnElement[bool]] = []
    same: list[sa.ColumnElement[bool]] = []
    for place, key in enumerate(keys):
        value = sa.bindparam(f"k{place}", type_=key.sql.type)
        found.append(sa.and_(*same, _beyond(key, value, empties[place])))
        same.append(key.sql.is_(None) if empties[place] else key.sql == value)
    return sa.or_(sa.false(), *found)


def _beyond(key: Key, value: sa.ColumnElement[Any], empty: bool) -> sa.ColumnElement[bool]:
    if key.descending:
        if empty:
            return sa.false()
        below = key.sql < value
        return sa.or_(below, key.sql.is_(None)) if key.nullable else below
    return key.sql.is_not(None) if empty else key.sql > value
