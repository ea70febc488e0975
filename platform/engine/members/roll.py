"""The roll: who is a member of a workspace, looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..access import Caller
from ..errors import NotFound
from ..system_tables import MEMBER, MEMBER_ROLE
from ..transaction import Transaction
from .rights import require_right


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in a workspace; `roles` are role ids, `account` who it is in control."""

    id: int
    account: str | None
    name: str
    email: str | None
    mobile: str | None
    user_name: str | None
    team: str | None
    manager: int | None
    active: bool
    created_at: datetime
    roles: tuple[str, ...] = ()


def listed(tx: Transaction, *, active_only: bool = False) -> tuple[Member, ...]:
    """The members in the order of their ids."""
    query = sa.select(MEMBER).order_by(MEMBER.c.id)
    return _found(tx, query.where(MEMBER.c.active) if active_only else query)


def page(
    tx: Transaction, caller: Caller, *, after: int = 0, limit: int = 50, q: str = ""
) -> tuple[Member, ...]:
    """Members by id beyond `after` whose name holds `q`; Forbidden without the right over them."""
    require_right(tx.app, caller)
    query = sa.select(MEMBER).where(MEMBER.c.id > after).order_by(MEMBER.c.id).limit(limit)
    if q:
        text = q.casefold()
        columns = (MEMBER.c.name, MEMBER.c.email, MEMBER.c.mobile, MEMBER.c.user_name)
        hits = (sa.func.lower(one).contains(text, autoescape=True) for one in columns)
        query = query.where(sa.or_(*hits))
    return _found(tx, query)


def get(tx: Transaction, member_id: int) -> Member:
    """The member of that id; NotFound if there is none."""
    found = _found(tx, sa.select(MEMBER).where(MEMBER.c.id == member_id))
    if not found:
        raise NotFound.because("member.unknown")
    return found[0]


def names(tx: Transaction, ids: Iterable[int]) -> dict[int, str]:
    """What these members are called, by id; unknown ones are left out."""
    query = sa.select(MEMBER.c.id, MEMBER.c.name).where(MEMBER.c.id.in_(sorted(set(ids))))
    return {row.id: row.name for row in tx.connection.execute(query)}


def find(tx: Transaction, name: str) -> Member:
    """The member who signs in by that e-mail, mobile number or user name; NotFound if none does."""
    account = tx.workspace.control.accounts.find(name)
    if account is not None:
        found = _found(tx, sa.select(MEMBER).where(MEMBER.c.account == account.id))
        if found:
            return found[0]
    raise NotFound.because("member.unknown")


def _found(tx: Transaction, query: sa.Select[tuple[object, ...]]) -> tuple[Member, ...]:
    rows = tx.connection.execute(query).all()
    roles: dict[int, list[str]] = {}
    given = sa.select(MEMBER_ROLE).order_by(MEMBER_ROLE.c.role_id)
    if len(rows) <= 100:
        given = given.where(MEMBER_ROLE.c.member_id.in_([one.id for one in rows]))
    for row in tx.connection.execute(given) if rows else ():
        roles.setdefault(row.member_id, []).append(row.role_id)
    return tuple(Member(**row._mapping, roles=tuple(roles.get(row.id, ()))) for row in rows)
