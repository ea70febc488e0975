"""Changing members: their roles, name, team and manager, and whether they may enter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import sqlalchemy as sa

from .. import access
from ..access import Caller
from ..errors import Conflict, NotFound
from ..system_tables import MEMBER_ROLE
from ..transaction import Transaction
from ..workspaces import Workspace
from .administrators import administrators
from .notes import note
from .rights import administers, may_manage, role_ids
from .roll import Member, get
from .storing import insert_roles, read_name, require_manager, store


def set_roles(workspace: Workspace, caller: Caller, member_id: int, roles: Iterable[str]) -> Member:
    """Replace a member's roles (names or ids); the last administrator stays one."""
    with workspace.writing() as tx:
        before = get(tx, member_id)
        wanted = role_ids(tx.app, roles)
        may_manage(tx.app, caller, set(wanted) ^ set(before.roles))
        tx.connection.execute(sa.delete(MEMBER_ROLE).where(MEMBER_ROLE.c.member_id == member_id))
        insert_roles(tx, member_id, wanted)
        return _changed(tx, caller, before, replace(before, roles=wanted))


def update(
    workspace: Workspace,
    caller: Caller,
    member_id: int,
    *,
    name: str,
    team: str | None,
    manager: int | None,
) -> Member:
    """Change how a member is called, their team and their manager (a member's id)."""
    with workspace.writing() as tx:
        before = get(tx, member_id)
        may_manage(tx.app, caller, ())
        require_manager(tx, member_id, manager)
        after = replace(before, name=read_name(name), team=team or None, manager=manager)
        store(tx, member_id, name=after.name, team=after.team, manager=manager)
        return _changed(tx, caller, before, after)


def rename(workspace: Workspace, account_id: str, name: str) -> None:
    """Let a person say how they are called in a workspace; Invalid for what is no name."""
    called = read_name(name)
    with workspace.writing(account_id) as tx:
        if tx.asker is None:
            raise NotFound.because("member.unknown")
        member = get(tx, tx.asker.member_id)
        store(tx, member.id, name=called)
        by = access.for_asker(tx, tx.app.manifest.default_locale, "ui")
        note(tx, by, member.id, {"name": (member.name, called)})


def set_active(workspace: Workspace, caller: Caller, member_id: int, active: bool) -> Member:
    """Shut a member out at once, their sessions and tokens ended, or let them in again.

    Their records stay theirs. The last administrator stays active.
    """
    control = workspace.control
    with workspace.writing() as tx:
        before = get(tx, member_id)
        may_manage(tx.app, caller, before.roles)
        store(tx, member_id, active=active)
        after = _changed(tx, caller, before, replace(before, active=active))
        if active and after.account is not None:
            control.join(after.account, workspace.id)
    if not active:
        control.tokens.end(workspace.id, member_id)
        if after.account is not None:
            control.leave(after.account, workspace.id)
            control.sessions.end_of_account(after.account)
    return after


def _changed(tx: Transaction, caller: Caller, before: Member, after: Member) -> Member:
    """Note the difference, and refuse a change that leaves nobody to administer the workspace."""
    changes: Mapping[str, tuple[object, object]] = {
        "name": (before.name, after.name),
        "team": (before.team, after.team),
        "manager": (before.manager, after.manager),
        "active": (before.active, after.active),
        "roles": (frozenset(before.roles), frozenset(after.roles)),
    }
    note(tx, caller, before.id, changes)
    was = before.active and administers(tx.app, before.roles)
    if was and not administrators(tx):
        raise Conflict.because("member.last_administrator")
    return after
