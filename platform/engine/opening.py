"""The opening of a transaction: the revision in force and who asks, read by one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from .system_tables import MEMBER, MEMBER_ROLE, STATE

Lock = Literal["share", "update"]


@dataclass(frozen=True, slots=True)
class Asker:
    """The active member on whose behalf a transaction runs, with the ids of their roles."""

    member_id: int
    team: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """What holds while a transaction lasts: the revision, its hash, and the asker, if any."""

    revision: int
    revision_hash: str
    asker: Asker | None


def question(
    asker: int | str | None = None, *, lock: Lock | None = None
) -> tuple[sa.Select[Any], Mapping[str, Any] | None]:
    """The statement that reads what a transaction begins with, and its parameters.

    `asker` is a member's id or an account's; the opening has none for one who is not an active
    member. With `lock` nobody else publishes (share), or writes at all (update), until the
    transaction ends; on SQLite the writing transaction does that anyway.
    """
    return _STATEMENTS[type(asker), lock], None if asker is None else {"asker": asker}


def answer(row: Sequence[Any]) -> Opening:
    """The opening that the row of a `question` says."""
    revision, digest, *rest = row
    if not rest or rest[0] is None:
        return Opening(revision, digest, None)
    member, team, roles = rest
    held = tuple(sorted(roles.split(","))) if roles else ()
    return Opening(revision, digest, Asker(member, team, held))


def _statement(who: sa.ColumnElement[Any] | None, lock: Lock | None) -> sa.Select[Any]:
    found: sa.Select[Any] = sa.select(STATE.c.revision, STATE.c.revision_hash)
    if who is not None:
        # Ids of roles hold no commas.
        roles = sa.select(sa.func.aggregate_strings(MEMBER_ROLE.c.role_id, ","))
        mine = sa.and_(who == sa.bindparam("asker"), MEMBER.c.active)
        found = found.add_columns(
            MEMBER.c.id.label("member"),
            MEMBER.c.team,
            roles.where(MEMBER_ROLE.c.member_id == MEMBER.c.id).scalar_subquery().label("roles"),
        ).select_from(STATE.outerjoin(MEMBER, mine))
    if lock is not None:
        found = found.with_for_update(read=lock == "share", of=STATE)
    return found.execution_options(prepared="system")


_WHO: Mapping[type, sa.ColumnElement[Any] | None] = {
    type(None): None,
    int: MEMBER.c.id,
    str: MEMBER.c.account,
}
_LOCKS: tuple[Lock | None, ...] = (None, "share", "update")
_STATEMENTS = {(kind, lock): _statement(who, lock) for kind, who in _WHO.items() for lock in _LOCKS}
