"""One's own account: name, language, password, sessions, and keys to the API."""

from __future__ import annotations

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import members
from fieldstone.engine.errors import Conflict, Refused, Unauthenticated

from ... import security
from ...desk import Desk, Visit
from ...rendering import notice
from ...rendering import page as render
from ...show.people.account import AccountPage, account_page
from ...words import nearest_locale, say


def page(visit: Visit) -> str:
    """The page of the own account."""
    with visit.reading() as desk:
        return _render(desk, account_page(desk))


def set_profile(visit: Visit) -> Response:
    """Change the own name and language."""
    locale = nearest_locale(request.form.get("locale")) or visit.locale
    try:
        members.rename(visit.workspace, visit.account.id, request.form.get("name", ""))
    except Refused as error:
        return _refused(visit, "profile", error)
    name = request.form.get("name", "").strip()
    visit.installation.control.accounts.set_profile(visit.account.id, name=name, locale=locale)
    return _saved(visit, "account.saved")


def set_password(visit: Visit) -> Response:
    """Change the own password; all other sessions and the keys end."""
    accounts = visit.installation.control.accounts
    try:
        accounts.confirm(
            visit.account.id, request.form.get("password", ""), address=request.remote_addr
        )
        accounts.set_password(
            visit.account.id,
            request.form.get("new", ""),
            keep_session=security.session_reference(),
        )
    except Refused as error:
        return _refused(visit, "password", error)
    return _saved(visit, "account.password_set")


def end_session(visit: Visit) -> Response:
    """End one of the own sessions, or all but this one."""
    control = visit.installation.control
    only = request.form.get("session")
    reference = security.session_reference()
    control.sessions.end_of_account(visit.account.id, only=only, but=reference)
    return _saved(visit, "account.session_ended")


def create_token(visit: Visit) -> Response:
    """Make a key to the API, shown this once; the password is asked for again."""
    control = visit.installation.control
    try:
        control.accounts.confirm(
            visit.account.id, request.form.get("password", ""), address=request.remote_addr
        )
        with visit.reading() as desk:
            if desk.caller.member_id is None:
                raise Conflict.because("member.not_active")
            text = control.tokens.create(
                account_id=visit.account.id,
                workspace_id=visit.workspace.id,
                member_id=desk.caller.member_id,
                name=request.form.get("name", ""),
                days=request.form.get("days", 90, int),
            )
    except Refused as error:
        return _refused(visit, "token", error)
    with visit.reading() as desk:
        return make_response(_render(desk, account_page(desk, token=text)))


def end_token(visit: Visit) -> Response:
    """End one of the own keys."""
    with visit.reading() as desk:
        member_id = desk.caller.member_id
    if member_id is not None:
        control = visit.installation.control
        control.tokens.end(visit.workspace.id, member_id, only=request.form.get("token", ""))
    return _saved(visit, "account.token_ended")


def _render(desk: Desk, shown: AccountPage) -> str:
    return render(desk, "people/account.html", desk.paths.people("me"), own=shown)


def _refused(visit: Visit, part: str, error: Refused) -> Response:
    with visit.reading() as desk:
        problems = tuple(one.text(desk.locale) for one in error.problems)
        status = error.status
        if isinstance(error, Unauthenticated):
            # They are signed in: it is the form that is wrong.
            problems, status = (say("account.wrong_password", desk.locale),), 422
        shown = account_page(desk, part=part, problems=problems, typed=request.form)
        return make_response(_render(desk, shown), status)


def _saved(visit: Visit, said: str) -> Response:
    with visit.reading() as desk:
        notice(desk, say(said, visit.locale))
    return redirect(visit.paths.people("me"), 303)
