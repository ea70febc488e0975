"""Joining: a person becomes a member, with an account that is there or a new one."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ..access import Caller
from ..accounts import Account, read_names
from ..errors import Conflict
from ..system_tables import MEMBER
from ..transaction import Transaction
from ..workspaces import Workspace
from .notes import note
from .rights import may_manage, role_ids
from .roll import Member, get
from .storing import insert_roles, read_name, require_manager


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """What a new member is made of; `roles` are names or ids of roles.

    With the e-mail or mobile number of an account that is there, that account joins and keeps
    its password. Without a `locale` a new account reads the app's own. `account` is the id of the
    account of a person who is known already, such as one who is signed in.
    """

    name: str
    email: str | None = None
    mobile: str | None = None
    user_name: str | None = None
    password: str | None = None
    roles: tuple[str, ...] = ()
    team: str | None = None
    manager: int | None = None
    locale: str | None = None
    account: str | None = None


def add(workspace: Workspace, caller: Caller, new: NewMember) -> Member:
    """Add a person, with a new account or one that is there.

    Forbidden without the right over members, Invalid and Conflict as the accounts say.
    """
    with workspace.reading() as tx:
        roles = role_ids(tx.app, new.roles)
        may_manage(tx.app, caller, roles)
        require_manager(tx, None, new.manager)
        locale = new.locale or tx.app.manifest.default_locale
    account = _account_for(workspace, new, locale)
    with workspace.writing() as tx:
        roles = role_ids(tx.app, new.roles)
        may_manage(tx.app, caller, roles)
        require_manager(tx, None, new.manager)
        member = _insert(tx, caller, account, new, roles)
        workspace.control.join(account.id, workspace.id)
    return member


def _account_for(workspace: Workspace, new: NewMember, locale: str) -> Account:
    """The account that joins, or a new one; a user name alone never takes somebody else's."""
    accounts = workspace.control.accounts
    if new.account is not None:
        return accounts.get(new.account)
    names = read_names(email=new.email, mobile=new.mobile, user_name=new.user_name)
    found = {
        one.id: one
        for one in (accounts.find(names[key] or "") for key in ("email", "mobile"))
        if one is not None
    }
    if len(found) > 1:
        raise Conflict.because("account.two", email=names["email"], mobile=names["mobile"])
    for account in found.values():
        # Nobody's yet, such as one whose workspace was never finished: it is as good as new.
        if new.password is not None and not workspace.control.workspaces_of(account.id):
            accounts.set_password(account.id, new.password)
        return account
    return accounts.create(read_name(new.name), **names, password=new.password, locale=locale)


def _insert(
    tx: Transaction, caller: Caller, account: Account, new: NewMember, roles: tuple[str, ...]
) -> Member:
    there = sa.select(MEMBER.c.id).where(MEMBER.c.account == account.id)
    if tx.connection.execute(there).first() is not None:
        raise Conflict.because("member.exists", name=account.name)
    member_id = tx.connection.execute(
        sa.insert(MEMBER)
        .values(
            account=account.id,
            name=read_name(new.name),
            email=account.email,
            mobile=account.mobile,
            user_name=account.user_name,
            team=new.team or None,
            manager=new.manager,
            active=True,
            created_at=tx.now,
        )
        .returning(MEMBER.c.id)
    ).scalar_one()
    insert_roles(tx, member_id, roles)
    note(tx, caller, member_id, {"active": (None, True), "roles": (None, frozenset(roles))})
    return get(tx, member_id)
