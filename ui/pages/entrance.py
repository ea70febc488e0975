"""The entrance: signing in and out, choosing a workspace, language and theme."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from fieldstone.engine.errors import TooMany, Unauthenticated
from fieldstone.engine.installation import Installation

from .. import security
from ..desk import signed_in, to_sign_in
from ..words import nearest_locale

_YEAR = 365 * 24 * 3600


def start(installation: Installation) -> Response:
    """The way to the only workspace, or to the choice between several."""
    account = signed_in(installation)
    if account is None:
        return to_sign_in()
    mine = installation.control.workspaces_of(account.id)
    if not mine and installation.may_create(account.id):
        return redirect("/new", 303)
    return redirect(f"/{mine[0].slug}/" if len(mine) == 1 else "/me/workspaces", 303)


def sign_in(installation: Installation) -> Response | str:
    """The sign-in page."""
    if signed_in(installation) is not None:
        return redirect(security.safe_target(request.args.get("next"), "/"), 303)
    return _sign_in_page("", None)


def let_in(installation: Installation) -> Response:
    """Begin a session, or say that name and password do not fit."""
    who = request.form.get("who", "")
    try:
        done = installation.control.accounts.sign_in(
            who,
            request.form.get("password", ""),
            address=request.remote_addr,
            agent=request.user_agent.string,
        )
    except (Unauthenticated, TooMany) as error:
        text = error.problems[0].text(g.locale)
        answer = make_response(_sign_in_page(who, text), error.status)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    session.clear()  # a new person, a new token
    chosen = nearest_locale(request.cookies.get("locale"))
    if chosen and chosen != done.account.locale:
        installation.control.accounts.set_profile(
            done.account.id, name=done.account.name, locale=chosen
        )
    target = security.safe_target(request.form.get("next"), "/")
    return security.keep_session(redirect(target, 303), done.reference)


def _sign_in_page(who: str, problem: str | None) -> str:
    target = request.values.get("next", "")
    return render_template(
        "sign_in.html",
        who=who,
        problem=problem,
        next=security.safe_target(target, ""),
    )


def sign_out(installation: Installation) -> Response:
    """End the session on the server and in the browser."""
    reference = security.session_reference()
    if reference:
        installation.control.sessions.end(reference)
    session.clear()
    return security.drop_session(redirect("/sign-in", 303))


def choose(installation: Installation) -> Response | str:
    """The workspaces that the person may enter."""
    account = signed_in(installation)
    if account is None:
        return to_sign_in()
    mine = installation.control.workspaces_of(account.id)
    may_create = installation.may_create(account.id)
    return render_template("workspaces.html", workspaces=mine, may_create=may_create)


def set_language(installation: Installation) -> Response:
    """Switch the language, for this browser and for the person."""
    locale = nearest_locale(request.form.get("locale")) or g.locale
    account = signed_in(installation)
    if account is not None:
        installation.control.accounts.set_profile(account.id, name=account.name, locale=locale)
    return _with_cookie("locale", locale)


def set_theme(installation: Installation) -> Response:
    """Switch between light, dark and what the system says."""
    theme = request.form.get("theme", "auto")
    return _with_cookie("theme", theme if theme in ("light", "dark") else "auto")


def _with_cookie(name: str, value: str) -> Response:
    answer = redirect(security.safe_target(request.form.get("next"), "/"), 303)
    answer.set_cookie(
        name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure, httponly=True
    )
    return answer
