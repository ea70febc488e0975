"""What is chosen: records by their ids or by a list's condition, counted by the caller's rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa

from ...metadata.model import Field
from .. import access
from ..access import Caller
from ..query import ListRequest
from ..query.conditions import Conditions
from ..query.paths import too_long
from ..records.rows import column_or_value
from ..transaction import Transaction

Act = Literal["update", "delete"]

MOST_IDS: Final = 500
"""Records that may be named one by one; more are chosen by their condition."""
_TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """The records that a list asks for; of them only `ids`, unless that is None."""

    request: ListRequest
    ids: tuple[int, ...] | None = None

    @property
    def entity_id(self) -> str:
        """The entity whose records they are."""
        return self.request.entity_id


@dataclass(frozen=True, slots=True)
class Counted:
    """How many are chosen, and how many of these the caller may change."""

    total: int
    may: int

    @property
    def fixed(self) -> int:
        """How many stay as they are."""
        return self.total - self.may


@dataclass(frozen=True, slots=True)
class Old:
    """The values that chosen records have in a field: how many different ones, and the commonest.

    `top` are (value, number of records); None is empty, of tags each counts by itself.
    """

    distinct: int
    top: tuple[tuple[Any, int], ...]


class Choosing:
    """The chosen records as conditions on a row of their table."""

    def __init__(self, tx: Transaction, caller: Caller, chosen: Chosen) -> None:
        access.entity_for(tx.app, caller, chosen.entity_id)
        if chosen.ids is not None and len(chosen.ids) > MOST_IDS:
            raise too_long("/ids", MOST_IDS)
        asked = chosen.request
        self.tx, self.caller, self.entity_id = tx, caller, chosen.entity_id
        self.row = tx.tables.table(self.entity_id).alias("r")
        self.at = tx.tables.column(self.row, self.entity_id, "id")
        conditions = Conditions(
            tx, caller, self.entity_id, filter=asked.filter, where=asked.where, q=asked.q
        )
        self.where = conditions.sql(tx, caller, self.row)
        if chosen.ids is not None:
            self.where.append(self.at.in_(chosen.ids))

    def may(self, act: Act) -> sa.ColumnElement[bool]:
        """Whether the caller may do this to the row."""
        if not access.may(self.tx.app, self.caller, self.entity_id, act):
            return sa.false()
        rule = access.row_predicate(self.tx, self.caller, self.entity_id, self.row, act)
        return sa.true() if rule is None else rule

    def changeable(self, act: Act) -> sa.Select[tuple[int]]:
        """The ids of those that the caller may change."""
        return sa.select(self.at).select_from(self.row).where(*self.where, self.may(act))


def counted(tx: Transaction, caller: Caller, chosen: Chosen, act: Act = "update") -> Counted:
    """How many records are chosen, and how many of them the caller may change; one statement.

    NotFound and Malformed as for a list.
    """
    choosing = Choosing(tx, caller, chosen)
    may = sa.func.sum(sa.case((choosing.may(act), 1), else_=0))
    statement = sa.select(sa.func.count(), may).select_from(choosing.row).where(*choosing.where)
    total, found = tx.connection.execute(statement).one()
    return Counted(int(total), int(found or 0))


def old_values(tx: Transaction, caller: Caller, chosen: Chosen, field: Field) -> Old:
    """What those that the caller may change have in a field, in two statements."""
    choosing = Choosing(tx, caller, chosen)
    if field.family == "tags":
        values = _tags(choosing, field)
    else:
        value = column_or_value(tx, caller, choosing.entity_id, choosing.row, field.id)
        values = (
            sa.select(value.label("value"))
            .select_from(choosing.row)
            .where(*choosing.where, choosing.may("update"))
            .subquery("old")
        )
    number = sa.func.count()
    top = (
        sa.select(values.c.value, number)
        .group_by(values.c.value)
        .order_by(number.desc(), values.c.value)
        .limit(_TOP)
    )
    distinct = sa.select(sa.func.count()).select_from(
        sa.select(values.c.value).distinct().subquery("different")
    )
    found = tuple((value, int(many)) for value, many in tx.connection.execute(top))
    return Old(int(tx.connection.execute(distinct).scalar_one()), found)


def _tags(choosing: Choosing, field: Field) -> sa.Subquery:
    ids = choosing.changeable("update").subquery("ids")
    (at,) = ids.c
    link = choosing.tx.tables.tags(choosing.entity_id)
    present = sa.and_(
        link.c.record_id == at, link.c.field_id == field.id, link.c.valid_to.is_(None)
    )
    joined = sa.outerjoin(ids, link, present)
    return sa.select(link.c.tag_id.label("value")).select_from(joined).subquery("old")
