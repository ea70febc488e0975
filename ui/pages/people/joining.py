"""Joining: the page that the link of an invitation leads to."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from fieldstone.engine.errors import Invalid
from fieldstone.engine.installation import Installation
from fieldstone.engine.invitations import Invitation

from ... import security


def page(installation: Installation, code: str) -> str:
    """Ask for a password; NotFound for a link that was used or is too old."""
    return _render(installation.control.invitations.find(code))


def join(installation: Installation, code: str) -> Response:
    """Take the password, and let the person in."""
    control = installation.control
    found = control.invitations.find(code)
    try:
        account = control.invitations.accept(code, request.form.get("password", ""))
    except Invalid as error:
        problem = error.problems[0].text(g.locale)
        return make_response(_render(found, problem), error.status)
    session.clear()  # a new person, a new token
    reference = control.sessions.start(
        account.id, address=request.remote_addr, agent=request.user_agent.string
    )
    return security.keep_session(redirect("/", 303), reference)


def _render(found: Invitation, problem: str | None = None) -> str:
    account = found.account
    return render_template(
        "people/join.html",
        name=account.name if account else "",
        who=(account.email or account.mobile or account.user_name) if account else "",
        problem=problem,
    )
