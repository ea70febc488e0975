"""Faults: the page that each refusal becomes, with a sentence, a way back and the right status."""

from __future__ import annotations

import logging

from flask import Flask, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from fieldstone.engine.errors import Refused, Unauthenticated

from . import desk
from .words import say

_OWN = {"invitation.over": "link"}
"""Refusals with a title of their own, since that of their status says nothing to who meets them."""

_KNOWN = (400, 401, 403, 404, 405, 409, 412, 413, 429, 500, 503)
_LOG = logging.getLogger(__name__)


def handle(app: Flask) -> None:
    """Show every error as a page (or as JSON, to who asked for that)."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _outdated)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: Refused) -> Response:
    if isinstance(error, Unauthenticated):
        return _sign_in()
    # What an address may name is told to programs: names of documents say nothing to a reader.
    told = [one for one in error.problems if _wants_json() or ".unknown" not in one.id]
    lines = [problem.text(_locale()) for problem in told]
    own = next((_OWN[one.id] for one in error.problems if one.id in _OWN), None)
    answer = show(error.status, lines, own=own)
    retry = getattr(error, "retry_after", None)
    if retry:
        answer.headers["Retry-After"] = str(retry)
    return answer


def _outdated(error: CSRFError) -> Response:
    return show(400, [say("fault.outdated", _locale())], again=request.headers.get("Referer"))


def _http(error: HTTPException) -> Response:
    answer = show(error.code or 500, [])
    for name, value in error.get_headers():
        if name.lower() in ("allow", "location", "retry-after"):
            answer.headers[name] = value
    if error.code in (301, 302, 303, 307, 308):
        return error.get_response()
    return answer


def _unexpected(error: Exception) -> Response:
    _LOG.exception("request %s failed", getattr(g, "request_id", ""), exc_info=error)
    return show(500, [])


def show(
    status: int, lines: list[str], again: str | None = None, own: str | None = None
) -> Response:
    """The page of a status; `lines` say more, in the reader's language.

    With a title of its `own`, and of what is forbidden, the lines stand for the sentence of the
    status: they say what to do themselves.
    """
    locale = _locale()
    kind = status if status in _KNOWN else (400 if status < 500 else 500)
    title, sentence = say(f"fault.{own or kind}.title", locale), say(f"fault.{kind}", locale)
    if request.path.startswith("/api/") or _wants_json():
        body = {"type": "about:blank", "title": title, "status": status,
                "detail": " ".join(lines) or sentence}  # fmt: skip
        answer = make_response(jsonify(body), status)
        answer.content_type = "application/problem+json"
        return answer
    if own or (kind == 403 and lines):
        sentence, lines = lines[0], lines[1:]
    page = render_template(
        "fault.html",
        status=None if own else status,
        title=title,
        sentence=sentence,
        lines=[line for line in lines if line != sentence],
        back=_way_back(),
        back_text=say("fault.back", locale),
        again=again,
        request_id=getattr(g, "request_id", None) if status >= 500 else None,
    )
    answer = make_response(page, status)
    if request.headers.get("HX-Request"):
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def _sign_in() -> Response:
    if _wants_json():
        return show(401, [])
    if request.headers.get("HX-Request"):
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = "/sign-in"
        return answer
    return desk.to_sign_in()


def _way_back() -> str:
    slug = (request.view_args or {}).get("slug")
    return f"/{slug}/" if slug and request.path.rstrip("/") != f"/{slug}" else "/"


def _wants_json() -> bool:
    accept = request.accept_mimetypes
    return accept.best_match(["text/html", "application/json"], "text/html") == "application/json"


def _locale() -> str:
    if "locale" not in g:
        g.locale, g.menu, g.theme = "en", "wide", None
    locale: str = g.locale
    return locale
