"""Members as pages show them: the list, one of them, and the roles to tick."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from flask import request

from fieldstone.engine import members
from fieldstone.engine.members import Member

from ...desk import Desk
from ...paths import with_query

_PAGE = 50


@dataclass(frozen=True)
class Secret:
    """What is shown once: a temporary password, or the link of an invitation."""

    kind: Literal["password", "link"]
    text: str


@dataclass(frozen=True)
class RoleBox:
    """A role to tick."""

    name: str
    text: str
    hint: str
    ticked: bool


@dataclass(frozen=True)
class MemberRow:
    """A member in the list; `state` is active, waiting (no password yet) or inactive."""

    name: str
    who: str
    roles: str
    team: str
    state: Literal["active", "waiting", "inactive"]
    href: str


@dataclass(frozen=True)
class MemberList:
    """A page of members, and where the next one begins."""

    rows: tuple[MemberRow, ...]
    asked: str
    path: str
    next: str | None


@dataclass(frozen=True)
class MemberPage:
    """A member, what may be done, and what was just refused or made."""

    row: MemberRow
    roles: tuple[RoleBox, ...]
    path: str
    problems: tuple[str, ...] = ()
    secret: Secret | None = None


def listed(desk: Desk) -> MemberList:
    """A page of the members that the request asks for."""
    asked = request.args.get("q", "").strip()[:100]
    after = request.args.get("after", 0, int)
    found = members.page(desk.tx, desk.caller, after=after, limit=_PAGE + 1, q=asked)
    path = desk.paths.people("members")
    shown = found[:_PAGE]
    following = len(found) > _PAGE
    return MemberList(
        rows=tuple(_row(desk, one) for one in _with_state(desk, shown)),
        asked=asked,
        path=path,
        next=with_query(path, {"q": asked, "after": str(shown[-1].id)}) if following else None,
    )


def member_page(
    desk: Desk, member_id: int, *, problems: tuple[str, ...] = (), secret: Secret | None = None
) -> MemberPage:
    """One member; NotFound, or Forbidden without the right over members."""
    members.require_right(desk.app, desk.caller)
    found = members.get(desk.tx, member_id)
    (told,) = _with_state(desk, (found,))
    row = _row(desk, told)
    return MemberPage(row, roles_of(desk, found.roles), row.href, problems, secret)


def roles_of(desk: Desk, held: Collection[str]) -> tuple[RoleBox, ...]:
    """All roles to tick; `held` (ids or names) are ticked."""
    return tuple(
        RoleBox(
            one.name,
            one.text(desk.locale),
            one.description.get(desk.locale, ""),
            one.id in held or one.name in held,
        )
        for one in desk.app.roles.values()
        if not one.archived
    )


Told = tuple[Member, bool]
"""A member, and whether they have a password to sign in with."""


def _with_state(desk: Desk, found: Collection[Member]) -> tuple[Told, ...]:
    accounts = desk.tx.workspace.control.accounts
    ready = accounts.with_password([one.account for one in found if one.account])
    return tuple((one, one.account in ready) for one in found)


def _row(desk: Desk, told: Told) -> MemberRow:
    member, ready = told
    names = [desk.app.roles[one].text(desk.locale) for one in member.roles if one in desk.app.roles]
    return MemberRow(
        name=member.name,
        who=member.email or member.mobile or member.user_name or "",
        roles=("、" if desk.locale == "zh-CN" else ", ").join(names),
        team=member.team or "",
        state="inactive" if not member.active else "active" if ready else "waiting",
        href=desk.paths.people("members", str(member.id)),
    )
