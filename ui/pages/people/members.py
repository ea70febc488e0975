"""Members by page: who they are, adding and inviting, roles, shutting out, temporary passwords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import g, make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import members, passwords
from fieldstone.engine.errors import Refused
from fieldstone.engine.invitations import HOURS
from fieldstone.engine.members import NewMember

from ...desk import Desk, Visit
from ...rendering import notice
from ...rendering import page as render
from ...show.people.members import MemberPage, Secret, listed, member_page, roles_of
from ...show.people.roles import role_cards
from ...words import say


def page(visit: Visit) -> str:
    """The members, and the form that adds one."""
    with visit.reading() as desk:
        return _list(desk)


def add(visit: Visit) -> Response:
    """Add a person, and show the link that invites them if they have no password yet."""
    form = request.form
    new = replace(
        sign_in_by(form.get("who", "")),
        name=form.get("name", ""),
        roles=tuple(form.getlist("roles")),
        locale=visit.locale,
    )
    try:
        with visit.reading() as desk:
            caller = desk.caller
        member = members.add(visit.workspace, caller, new)
        account = visit.installation.control.accounts.get(member.account or "")
        if account.has_password:
            with visit.reading() as desk:
                notice(desk, say("members.added", desk.locale, name=member.name))
            return redirect(visit.paths.people("members"), 303)
        code = members.invite(visit.workspace, caller, member.id)
    except Refused as error:
        with visit.reading() as desk:
            return make_response(_list(desk, error, new), error.status)
    return _shown(visit, member.id, _link(code))


def one(visit: Visit, member_id: int) -> str:
    """A member."""
    with visit.reading() as desk:
        return _member(desk, member_page(desk, member_id))


def set_roles(visit: Visit, member_id: int) -> Response:
    """Give a member other roles."""
    roles = tuple(request.form.getlist("roles"))
    return _done(
        visit,
        member_id,
        lambda desk: members.set_roles(visit.workspace, desk.caller, member_id, roles),
        "members.roles_set",
    )


def set_active(visit: Visit, member_id: int) -> Response:
    """Shut a member out, or let them in again."""
    active = request.form.get("active") == "1"
    return _done(
        visit,
        member_id,
        lambda desk: members.set_active(visit.workspace, desk.caller, member_id, active),
        "members.activated" if active else "members.deactivated",
    )


def reset(visit: Visit, member_id: int) -> Response:
    """Give a member a temporary password, shown this once."""
    password = passwords.suggested()
    return _secret(
        visit,
        member_id,
        lambda desk: members.set_password(
            visit.workspace, desk.caller, member_id, password, temporary=True
        ),
        lambda _: Secret("password", password),
    )


def invite(visit: Visit, member_id: int) -> Response:
    """Make a link that lets a member choose their first password, shown this once."""
    return _secret(
        visit,
        member_id,
        lambda desk: members.invite(visit.workspace, desk.caller, member_id),
        _link,
    )


def roles(visit: Visit) -> str:
    """What each role may do, in words."""
    with visit.reading() as desk:
        members.require_right(desk.app, desk.caller)
        return render(desk, "people/roles.html", desk.paths.people("roles"), roles=role_cards(desk))


def sign_in_by(text: str) -> NewMember:
    """Who signs in so, told apart: an e-mail address, a mobile number or a user name."""
    bare = text.strip() or None
    digits = (bare or "").replace(" ", "").replace("-", "").removeprefix("+")
    if bare and "@" in bare:
        return NewMember(name="", email=bare)
    if digits.isdigit():
        return NewMember(name="", mobile=bare)
    return NewMember(name="", user_name=bare)


def _list(desk: Desk, refused: Refused | None = None, new: NewMember | None = None) -> str:
    members.require_right(desk.app, desk.caller)
    problems = [one.text(desk.locale) for one in refused.problems] if refused else []
    who = (new.email or new.mobile or new.user_name or "") if new else ""
    typed = {"name": new.name if new else "", "who": who}
    return render(
        desk,
        "people/members.html",
        desk.paths.people("members"),
        list=listed(desk),
        roles=roles_of(desk, new.roles if new else ()),
        problems=problems,
        typed=typed,
    )


def _member(desk: Desk, shown: MemberPage) -> str:
    return render(
        desk, "people/member.html", desk.paths.people("members"), member=shown, hours=HOURS
    )


def _done(visit: Visit, member_id: int, act: Callable[[Desk], object], said: str) -> Response:
    with visit.reading() as desk:
        caller = desk
    try:
        act(caller)
    except Refused as error:
        return _refused(visit, member_id, error)
    with visit.reading() as desk:
        notice(desk, say(said, desk.locale))
    return redirect(visit.paths.people("members", str(member_id)), 303)


def _secret(
    visit: Visit,
    member_id: int,
    act: Callable[[Desk], object],
    shown: Callable[[str], Secret],
) -> Response:
    with visit.reading() as desk:
        caller = desk
    try:
        made = act(caller)
    except Refused as error:
        return _refused(visit, member_id, error)
    return _shown(visit, member_id, shown(str(made)))


def _refused(visit: Visit, member_id: int, error: Refused) -> Response:
    with visit.reading() as desk:
        problems = tuple(one.text(g.locale) for one in error.problems)
        answer = _member(desk, member_page(desk, member_id, problems=problems))
    return make_response(answer, error.status)


def _shown(visit: Visit, member_id: int, secret: Secret) -> Response:
    with visit.reading() as desk:
        return make_response(_member(desk, member_page(desk, member_id, secret=secret)))


def _link(code: str) -> Secret:
    return Secret("link", f"{request.host_url}join/{code}")
