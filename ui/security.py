"""Security of the pages: what every answer's headers say, and the cookie that says who asks."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, g, request
from flask import Response as Answer
from werkzeug.wrappers import Response

COOKIE = "fieldstone"
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_YEAR = 365 * 24 * 3600


def protect(app: Flask) -> None:
    """Give every request an id and every answer the headers of a page that trusts only itself."""
    app.before_request(_name_request)
    app.after_request(_set_headers)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)


def _set_headers(response: Answer) -> Answer:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("X-Request-Id", getattr(g, "request_id", ""))
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response


def cookie_name() -> str:
    """The name of the session's cookie; over https the browser binds it to this host."""
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def session_reference() -> str | None:
    """The reference of the session that the request came with, if any."""
    return request.cookies.get(cookie_name())


def keep_session(response: Response, reference: str) -> Response:
    """Hand the browser the reference of its session."""
    response.set_cookie(
        cookie_name(), reference, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
    return response


def drop_session(response: Response) -> Response:
    """Make the browser forget the reference, and whatever else it kept of us."""
    response.delete_cookie(
        cookie_name(), httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def safe_target(target: str | None, otherwise: str) -> str:
    """A path on this host to go to next; anything else becomes `otherwise`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(sign) < 32 or sign == "\\" for sign in target):
        return otherwise
    return target
