"""Entering: passwords and invitations of members."""

from __future__ import annotations

from ..access import Caller
from ..errors import Conflict, Forbidden
from ..transaction import Transaction
from ..workspaces import Workspace
from .notes import note
from .rights import may_manage
from .roll import Member, get
from .storing import store


def set_password(
    workspace: Workspace,
    caller: Caller,
    member_id: int,
    password: str,
    *,
    temporary: bool = False,
) -> None:
    """Give a member a new password; their sessions and tokens end.

    A temporary one is to be changed at the next sign-in. Refused where the account enters other
    workspaces too: it is not this administrator's alone.
    """
    with workspace.writing() as tx:
        member = get(tx, member_id)
        may_manage(tx.app, caller, member.roles)
        if member.account is None:
            raise Conflict.because("member.no_account")
        _alone_here(workspace, caller, member.account)
        note(tx, caller, member_id, {"password": (None, None)})
        workspace.control.accounts.set_password(member.account, password, temporary=temporary)


def invite(workspace: Workspace, caller: Caller, member_id: int) -> str:
    """The code of a link by which a member without a password chooses one; an account if needed.

    Conflict for who has a password: nobody gets into another's account by inviting them.
    """
    with workspace.writing() as tx:
        member = get(tx, member_id)
        may_manage(tx.app, caller, member.roles)
        if not member.active:
            raise Conflict.because("member.not_active")
        account_id = member.account or _account_of(tx, member)
        _alone_here(workspace, caller, account_id)
        workspace.control.invitations.require_needed(account_id)
        note(tx, caller, member_id, {"invitation": (None, None)})
    workspace.control.join(account_id, workspace.id)
    return workspace.control.invitations.create(account_id)


def _alone_here(workspace: Workspace, caller: Caller, account_id: str) -> None:
    """Refuse to touch the password of an account that enters other workspaces too."""
    mine = {one.id for one in workspace.control.workspaces_of(account_id)}
    if not caller.system and mine - {workspace.id}:
        raise Forbidden.because("member.shared_account")


def _account_of(tx: Transaction, member: Member) -> str:
    """A new account for a member who has none, by the names that they have."""
    account = tx.workspace.control.accounts.create(
        member.name,
        email=member.email,
        mobile=member.mobile,
        user_name=member.user_name,
        locale=tx.app.manifest.default_locale,
    )
    store(tx, member.id, account=account.id)
    return account.id
