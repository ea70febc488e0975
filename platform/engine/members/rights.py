"""Rights over members: who administers a workspace, and who may change whom."""

from __future__ import annotations

from collections.abc import Iterable

from ...metadata.model import App, Role
from ..access import Caller
from ..errors import Forbidden, Invalid, unknown


def administers(app: App, roles: Iterable[str]) -> bool:
    """Whether roles (ids) make an administrator: one alone gives metadata and members rights."""
    return any(_is_administrator(app.roles[one]) for one in roles if one in app.roles)


def has_right(app: App, caller: Caller) -> bool:
    """Whether the caller has the right over members."""
    own = [app.roles[one] for one in caller.roles if one in app.roles]
    return caller.system or any(one.members and not one.archived for one in own)


def require_right(app: App, caller: Caller) -> None:
    """Forbidden for who has no right over members."""
    may_manage(app, caller, ())


def may_manage(app: App, caller: Caller, roles: Iterable[str]) -> None:
    """Refuse who may not manage members, or touches `roles` above their own."""
    if not has_right(app, caller):
        raise Forbidden.because("member.not_allowed")
    if caller.system:
        return
    if administers(app, roles) and not administers(app, caller.roles):
        raise Forbidden.because("member.above_own")


def _is_administrator(role: Role) -> bool:
    return role.metadata and role.members and not role.archived


def role_ids(app: App, names: Iterable[str]) -> tuple[str, ...]:
    """The ids of roles by names, former names or ids; Invalid names those that there are not."""
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
