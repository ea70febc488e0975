"""The gallery: templates to look into and to make a workspace from, and the first set-up."""

from __future__ import annotations

from dataclasses import replace

from flask import g, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from fieldstone.engine import samples
from fieldstone.engine.accounts import Account
from fieldstone.engine.errors import NotFound, Refused, Unauthenticated
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.problems import Problem

from .. import security
from ..desk import signed_in
from ..paths import with_query
from ..show.gallery import preview_of, shelf
from .people.members import sign_in_by

_MOST_OF_A_BLOCK, _MOST_SAMPLE = 200, 20_000
"""Records of a block, and of all, that are made while somebody waits; the command makes all."""


def page(installation: Installation) -> str:
    """The templates as cards."""
    _require_maker(installation)
    name = request.args.get("name", "")[:100]
    shown = shelf(installation.templates, request.args.get("after", ""), g.locale)
    return render_template("gallery.html", shelf=shown, name=name)


def preview(installation: Installation, template: str) -> str:
    """What a template holds, and the form that makes a workspace from it."""
    _require_maker(installation)
    return _preview(installation, template, request.args.get("name", "")[:100])


def create(installation: Installation, template: str) -> Response:
    """Make the workspace, with sample data where wanted, and go there."""
    account = _require_maker(installation)
    name = request.form.get("name", "").strip()
    try:
        slug = request.form.get("slug", "").strip() or installation.free_slug(name)
        _make(installation, template, slug, name, account)
    except Refused as error:
        problems = tuple(one.text(g.locale) for one in error.problems)
        return make_response(_preview(installation, template, name, problems), error.status)
    return redirect(f"/{slug}/", 303)


def set_up_page(installation: Installation, code: str) -> str:
    """Ask for the company and its first person; NotFound once there is an account."""
    _require_unused(installation, code)
    return _set_up("", "", ())


def set_up(installation: Installation, code: str) -> Response:
    """Make the first account, sign it in, and go on to the gallery."""
    _require_unused(installation, code)
    company, who = request.form.get("company", "").strip(), request.form.get("who", "")
    person = replace(sign_in_by(who), name=who.partition("@")[0].strip())
    try:
        if not 1 <= len(company) <= 100:
            raise Refused(Problem("workspace.name", {}, pointer="/name"))
        account = installation.control.invitations.begin(
            code,
            person.name,
            email=person.email,
            mobile=person.mobile,
            user_name=person.user_name,
            password=request.form.get("password", ""),
            locale=g.locale,
        )
    except Refused as error:
        problems = tuple(one.text(g.locale) for one in error.problems)
        return make_response(_set_up(company, who, problems), 422)
    session.clear()  # a new person, a new token
    reference = installation.control.sessions.start(
        account.id, address=request.remote_addr, agent=request.user_agent.string
    )
    answer = redirect(with_query("/new", {"name": company}), 303)
    return security.keep_session(answer, reference)


def _make(
    installation: Installation, reference: str, slug: str, name: str, account: Account
) -> None:
    template = installation.templates.get(reference)
    wanted = template.sample if request.form.get("sample") else None
    on, shown = set(request.form.getlist("on")), set(request.form.getlist("shown"))

    def fill(made: Workspace) -> None:
        if wanted is not None:
            scale = wanted.scale_for(_MOST_OF_A_BLOCK)
            samples.load(made, wanted, scale=scale, most=_MOST_SAMPLE)

    admin = NewMember(name=account.name, account=account.id)
    installation.create_workspace(
        slug,
        name,
        template.documents,
        admin=admin,
        off=shown - on,
        on=on,
        then=fill if wanted else None,
    )


def _require_maker(installation: Installation) -> Account:
    account = signed_in(installation)
    if account is None:
        raise Unauthenticated()  # told by the page of signing in
    installation.require_maker(account.id)
    return account


def _require_unused(installation: Installation, code: str) -> None:
    if installation.control.invitations.find(code).account is not None:
        raise NotFound.because("invitation.over")


def _preview(
    installation: Installation, reference: str, name: str, problems: tuple[str, ...] = ()
) -> str:
    shown = preview_of(installation.templates, reference, g.locale)
    slug = request.form.get("slug", "")
    on = set(request.form.getlist("on")) if problems else {one.id for one in shown.parts if one.on}
    return render_template(
        "gallery_preview.html", shown=shown, name=name, slug=slug, on=on, problems=problems
    )


def _set_up(company: str, who: str, problems: tuple[str, ...]) -> str:
    return render_template("set_up.html", company=company, who=who, problems=problems)
