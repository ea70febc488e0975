"""What is written of a member: their row, their roles, and checks that both doors share."""

from __future__ import annotations

import sqlalchemy as sa

from ..errors import Invalid
from ..system_tables import MEMBER, MEMBER_ROLE
from ..transaction import Transaction


def insert_roles(tx: Transaction, member_id: int, roles: tuple[str, ...]) -> None:
    """Give a member roles (ids) that they do not have."""
    if roles:
        rows = [{"member_id": member_id, "role_id": one} for one in roles]
        tx.connection.execute(sa.insert(MEMBER_ROLE), rows)


def store(tx: Transaction, member_id: int, **values: object) -> None:
    """Write columns of a member's row."""
    tx.connection.execute(sa.update(MEMBER).where(MEMBER.c.id == member_id).values(**values))


def require_manager(tx: Transaction, member_id: int | None, manager: int | None) -> None:
    """Refuse a manager who is not there, or whom the member manages, however indirectly."""
    if manager is None:
        return
    above = {row.id: row.manager for row in tx.connection.execute(sa.select(MEMBER))}
    at: int | None = manager
    seen: set[int] = set()
    while at is not None and at not in seen:
        if at == member_id or at not in above:
            problem = "member.manager_circle" if at == member_id else "member.manager_unknown"
            raise Invalid.because(problem, pointer="/manager")
        seen.add(at)
        at = above[at]


def read_name(text: str) -> str:
    """How somebody is called, as it was typed; Invalid for what is no name."""
    name = text.strip()
    if not 1 <= len(name) <= 100 or "\x00" in name:
        raise Invalid.because("member.name", pointer="/name")
    return name
