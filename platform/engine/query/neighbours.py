"""Neighbours: what comes before and after one record in a list, and its place there.

Found from the record's own values of the order, as the next page of a list is: whatever the number
of records, six statements, of which none counts further than `MOST_COUNTED` records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from .. import access
from ..access import Caller
from ..transaction import Transaction
from .conditions import Conditions
from .order import Key, after, order_by
from .plan import Plan, plan_of
from .request import ListRequest

MOST_COUNTED: Final = 10_000
"""Up to so many the place of a record and the number of all are exact; beyond, they are more."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids beside a record, its place from 1, and how many there are.

    `place` and `count` are at most `MOST_COUNTED` + 1, which means more than that. `place` is None
    for a record that is not in the list (any longer); its neighbours are those it would have.
    """

    before: int | None
    after: int | None
    place: int | None
    count: int


def neighbours(
    tx: Transaction, caller: Caller, request: ListRequest, record_id: int
) -> Neighbours | None:
    """The neighbours of a record in the list that a request asks for, without regard to its page.

    None for a record that the caller may not see; else refused as the list itself is.
    """
    access.entity_for(tx.app, caller, request.entity_id)
    request = replace(request, fields=("id",), cursor=None, titles=False)
    plan = plan_of(tx, caller, request, _conditions(tx, caller, request))
    here = _keys_of(tx, caller, request, record_id)
    if here is None:
        return None
    at = {f"k{place}": value for place, value in enumerate(here) if value is not None}
    empties = tuple(one is None for one in here)
    back = tuple(Key(one.sql, not one.descending, one.nullable) for one in plan.keys)
    following = _first(tx, plan, plan.keys, empties, at)
    preceding = _first(tx, plan, back, empties, at)
    count = _counted(tx, plan.statement, {})
    earlier = _counted(tx, plan.statement.where(after(back, empties)), at)
    place = min(earlier + 1, MOST_COUNTED + 1)
    return Neighbours(
        before=preceding,
        after=following,
        place=place if _holds(tx, plan, record_id) else None,
        count=count,
    )


def _conditions(tx: Transaction, caller: Caller, request: ListRequest) -> Conditions:
    return Conditions(
        tx, caller, request.entity_id, filter=request.filter, where=request.where, q=request.q
    )


def _keys_of(
    tx: Transaction, caller: Caller, request: ListRequest, record_id: int
) -> tuple[Any, ...] | None:
    """The record's values of the list's order, also where it has left the list since."""
    bare = replace(request, filter=None, where=(), q=None)
    plan = plan_of(tx, caller, bare, _conditions(tx, caller, bare))
    parameters = {"limit": 1, "record": record_id}
    row = tx.connection.execute(plan.statement.where(_is(plan)), parameters).first()
    return None if row is None else tuple(row[place] for place in plan.places)


def _holds(tx: Transaction, plan: Plan, record_id: int) -> bool:
    parameters = {"limit": 1, "record": record_id}
    return tx.connection.execute(plan.statement.where(_is(plan)), parameters).first() is not None


def _is(plan: Plan) -> sa.ColumnElement[bool]:
    own = plan.statement.selected_columns[plan.value_keys.index("id")]
    return own == sa.bindparam("record", type_=sa.BigInteger())


def _first(
    tx: Transaction,
    plan: Plan,
    keys: tuple[Key, ...],
    empties: tuple[bool, ...],
    at: dict[str, Any],
) -> int | None:
    beyond = plan.statement.where(after(keys, empties)).order_by(None).order_by(*order_by(keys))
    row = tx.connection.execute(beyond, {**at, "limit": 1}).first()
    return None if row is None else int(row[plan.value_keys.index("id")])


def _counted(tx: Transaction, statement: sa.Select[Any], at: dict[str, Any]) -> int:
    some = statement.order_by(None).subquery()
    counted = sa.select(sa.func.count()).select_from(some)
    parameters = {**at, "limit": MOST_COUNTED + 1}
    return int(tx.connection.execute(counted, parameters).scalar_one())
