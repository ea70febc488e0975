"""Members: the people of a workspace, their roles, and who of them administers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from ..metadata.model import App, Role
from . import access
from .access import Caller
from .accounts import Account, read_names
from .errors import Conflict, Forbidden, Invalid, NotFound, unknown
from .member_changes import note
from .system_tables import MEMBER, MEMBER_ROLE
from .transaction import Transaction
from .workspaces import Workspace


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


def listed(tx: Transaction, *, active_only: bool = False) -> tuple[Member, ...]:
    """The members in the order of their ids."""
    query = sa.select(MEMBER).order_by(MEMBER.c.id)
    return _members(tx, query.where(MEMBER.c.active) if active_only else query)


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
    return _members(tx, query)


def get(tx: Transaction, member_id: int) -> Member:
    """The member of that id; NotFound if there is none."""
    found = _members(tx, sa.select(MEMBER).where(MEMBER.c.id == member_id))
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
        found = _members(tx, sa.select(MEMBER).where(MEMBER.c.account == account.id))
        if found:
            return found[0]
    raise NotFound.because("member.unknown")


def administers(app: App, roles: Iterable[str]) -> bool:
    """Whether roles (ids) make an administrator: one alone gives metadata and members rights."""
    return any(_is_administrator(app.roles[one]) for one in roles if one in app.roles)


def administrators(tx: Transaction, app: App | None = None) -> tuple[Member, ...]:
    """The active members who administer the workspace, under `app` instead of the one in force."""
    under = app or tx.app
    return tuple(one for one in listed(tx, active_only=True) if administers(under, one.roles))


def require_administrator(tx: Transaction, app: App) -> None:
    """Conflict if a workspace that has administrators would have none under `app`."""
    if administrators(tx) and not administrators(tx, app):
        raise Conflict.because("member.last_administrator")


def add(workspace: Workspace, caller: Caller, new: NewMember) -> Member:
    """Add a person, with a new account or one that is there.

    Forbidden without the right over members, Invalid and Conflict as the accounts say.
    """
    with workspace.reading() as tx:
        roles = _role_ids(tx.app, new.roles)
        _may_manage(tx.app, caller, roles)
        _manager_is_there(tx, None, new.manager)
        locale = new.locale or tx.app.manifest.default_locale
    account = _account_for(workspace, new, locale)
    with workspace.writing() as tx:
        roles = _role_ids(tx.app, new.roles)
        _may_manage(tx.app, caller, roles)
        _manager_is_there(tx, None, new.manager)
        member = _insert(tx, caller, account, new, roles)
        workspace.control.join(account.id, workspace.id)
    return member


def set_roles(workspace: Workspace, caller: Caller, member_id: int, roles: Iterable[str]) -> Member:
    """Replace a member's roles (names or ids); the last administrator stays one."""
    with workspace.writing() as tx:
        before = get(tx, member_id)
        wanted = _role_ids(tx.app, roles)
        _may_manage(tx.app, caller, set(wanted) ^ set(before.roles))
        tx.connection.execute(sa.delete(MEMBER_ROLE).where(MEMBER_ROLE.c.member_id == member_id))
        _insert_roles(tx, member_id, wanted)
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
        _may_manage(tx.app, caller, ())
        _manager_is_there(tx, member_id, manager)
        after = replace(before, name=_name(name), team=team or None, manager=manager)
        _store(tx, member_id, name=after.name, team=after.team, manager=manager)
        return _changed(tx, caller, before, after)


def rename(workspace: Workspace, account_id: str, name: str) -> None:
    """Let a person say how they are called in a workspace; Invalid for what is no name."""
    called = _name(name)
    with workspace.writing(account_id) as tx:
        if tx.asker is None:
            raise NotFound.because("member.unknown")
        member = get(tx, tx.asker.member_id)
        _store(tx, member.id, name=called)
        by = access.for_asker(tx, tx.app.manifest.default_locale, "ui")
        note(tx, by, member.id, {"name": (member.name, called)})


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
        _may_manage(tx.app, caller, member.roles)
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
        _may_manage(tx.app, caller, member.roles)
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
    _store(tx, member.id, account=account.id)
    return account.id


def set_active(workspace: Workspace, caller: Caller, member_id: int, active: bool) -> Member:
    """Shut a member out at once, their sessions and tokens ended, or let them in again.

    Their records stay theirs. The last administrator stays active.
    """
    control = workspace.control
    with workspace.writing() as tx:
        before = get(tx, member_id)
        _may_manage(tx.app, caller, before.roles)
        _store(tx, member_id, active=active)
        after = _changed(tx, caller, before, replace(before, active=active))
        if active and after.account is not None:
            control.join(after.account, workspace.id)
    if not active:
        control.tokens.end(workspace.id, member_id)
        if after.account is not None:
            control.leave(after.account, workspace.id)
            control.sessions.end_of_account(after.account)
    return after


def _members(tx: Transaction, query: sa.Select[tuple[object, ...]]) -> tuple[Member, ...]:
    rows = tx.connection.execute(query).all()
    roles: dict[int, list[str]] = {}
    given = sa.select(MEMBER_ROLE).order_by(MEMBER_ROLE.c.role_id)
    if len(rows) <= 100:
        given = given.where(MEMBER_ROLE.c.member_id.in_([one.id for one in rows]))
    for row in tx.connection.execute(given) if rows else ():
        roles.setdefault(row.member_id, []).append(row.role_id)
    return tuple(Member(**row._mapping, roles=tuple(roles.get(row.id, ()))) for row in rows)


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
    return accounts.create(_name(new.name), **names, password=new.password, locale=locale)


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
            name=_name(new.name),
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
    _insert_roles(tx, member_id, roles)
    note(tx, caller, member_id, {"active": (None, True), "roles": (None, frozenset(roles))})
    return get(tx, member_id)


def _insert_roles(tx: Transaction, member_id: int, roles: tuple[str, ...]) -> None:
    if roles:
        rows = [{"member_id": member_id, "role_id": one} for one in roles]
        tx.connection.execute(sa.insert(MEMBER_ROLE), rows)


def _store(tx: Transaction, member_id: int, **values: object) -> None:
    tx.connection.execute(sa.update(MEMBER).where(MEMBER.c.id == member_id).values(**values))


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


def _may_manage(app: App, caller: Caller, roles: Iterable[str]) -> None:
    """Refuse who may not manage members, or touches `roles` above their own."""
    if not has_right(app, caller):
        raise Forbidden.because("member.not_allowed")
    if caller.system:
        return
    if administers(app, roles) and not administers(app, caller.roles):
        raise Forbidden.because("member.above_own")


def has_right(app: App, caller: Caller) -> bool:
    """Whether the caller has the right over members."""
    own = [app.roles[one] for one in caller.roles if one in app.roles]
    return caller.system or any(one.members and not one.archived for one in own)


def require_right(app: App, caller: Caller) -> None:
    """Forbidden for who has no right over members."""
    _may_manage(app, caller, ())


def _is_administrator(role: Role) -> bool:
    return role.metadata and role.members and not role.archived


def _role_ids(app: App, names: Iterable[str]) -> tuple[str, ...]:
    live = [one for one in app.roles.values() if not one.archived]
    found, problems = set(), []
    for name in names:
        role = next((one for one in live if name in (one.id, one.name, *one.aliases)), None)
        if role is not None:
            found.add(role.id)
            continue
        problems.append(unknown("member.role_unknown", name, [one.name for one in live], "/roles"))
    if problems:
        raise Invalid(problems)
    return tuple(sorted(found))


def _manager_is_there(tx: Transaction, member_id: int | None, manager: int | None) -> None:
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


def _name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= 100 or "\x00" in name:
        raise Invalid.because("member.name", pointer="/name")
    return name
