"""The web application: routes, languages, sessions, errors; made from an installation."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, g, redirect, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from fieldstone.engine.imports.kept import too_large
from fieldstone.engine.installation import Installation

from . import desk, faults, rendering, routes, security
from .words import LOCALES, nearest_locale

_LARGEST_FORM = 2 * 1024 * 1024


def create_app(installation: Installation) -> Flask:
    """A Flask application that serves the pages, and the API, of one installation."""
    settings = installation.settings
    app = Flask(
        "fieldstone.ui",
        root_path=str(rendering.FOLDER),
        instance_path=str(settings.home.resolve()),
        static_folder="static",
    )
    app.config.update(
        SECRET_KEY=settings.key(),
        SESSION_COOKIE_NAME="fieldstone_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=(settings.public_url or "").startswith("https:"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]
    security.protect(app)
    # Before anything that may refuse: a refusal is read in somebody's language.
    app.before_request(lambda: _choose_locale(installation))
    # Before the token is looked for, which reads the whole form.
    app.before_request(_allow_files)
    csrf = CSRFProtect(app)
    rendering.prepare(app)
    faults.handle(app)
    for route in routes.ROUTES:
        app.add_url_rule(
            route.rule,
            endpoint=_endpoint(route),
            view_func=_view(installation, route.handler, route.inside, route.rule),
            methods=list(route.methods),
        )
    _mount_api(app, installation, csrf)
    return app


def _endpoint(route: routes.Route) -> str:
    return f"{route.rule} {' '.join(route.methods)}"


_LARGEST = {_endpoint(one): one.largest for one in routes.ROUTES if one.largest}


def _view(
    installation: Installation, handler: Callable[..., Any], inside: bool, rule: str
) -> Callable[..., Any]:
    """The handler as Flask calls it: with a visit inside a workspace, else the installation.

    Who has a temporary password changes it before anything else.
    """
    if not inside:
        return lambda **parts: handler(installation, **parts)

    def view(slug: str, **parts: Any) -> Any:
        visit = desk.visit_of(installation, slug)
        if visit.account.must_change and not rule.startswith(routes.OWN):
            return redirect(visit.paths.people("me"), 303)
        return handler(visit, **parts)

    return view


def _choose_locale(installation: Installation) -> Response | None:
    if request.endpoint == "static" or request.path.startswith("/api/"):
        return None
    # Until the account is known a refusal still needs a language.
    g.locale = nearest_locale(request.cookies.get("locale")) or _accepted()
    g.menu = "narrow" if request.cookies.get("menu") == "narrow" else "wide"
    theme = request.cookies.get("theme")
    g.theme = theme if theme in ("light", "dark") else None
    account = desk.signed_in(installation)
    if account is not None:
        g.locale = nearest_locale(account.locale) or g.locale
    return None


def _allow_files() -> None:
    """Let the forms that send a file be as large as it may be; TooLarge tells how large."""
    largest = _LARGEST.get(request.endpoint or "")
    if largest is not None:
        if (request.content_length or 0) > largest + _LARGEST_FORM:
            raise too_large()
        request.max_content_length = largest + _LARGEST_FORM


def _accepted() -> str:
    for tag, _ in request.accept_languages:
        found = nearest_locale(tag)
        if found:
            return found
    return "en" if "en" in LOCALES else next(iter(LOCALES))


def _mount_api(app: Flask, installation: Installation, csrf: CSRFProtect) -> None:
    if importlib.util.find_spec("fieldstone.api.app") is None:
        return
    api = importlib.import_module("fieldstone.api")
    before = set(app.blueprints)
    api.register(app, installation)
    for name in set(app.blueprints) - before:
        csrf.exempt(app.blueprints[name])  # it takes no cookies, only bearer tokens
