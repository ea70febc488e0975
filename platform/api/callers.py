"""Callers: who a bearer token stands for, and whether they may use a route."""

from __future__ import annotations

import time
from typing import Final

from ..engine import access
from ..engine.access import Caller
from ..engine.errors import Forbidden, NotFound, Unauthenticated
from ..engine.installation import Installation
from ..engine.tokens import Token
from ..engine.transaction import Transaction
from ..engine.workspaces import Workspace
from ..metadata.messages import FALLBACK
from ..metadata.problems import Problem
from .reading import locale_of as locale_of_tag
from .route import Right

ORIGIN: Final = "api"
_KEPT_SECONDS: Final = 60.0
_MOST_KEPT: Final = 10_000
_locales: dict[str, tuple[str, float]] = {}


def token_of(installation: Installation, authorization: str | None) -> Token:
    """The token of an Authorization header; Unauthenticated where it opens nothing."""
    scheme, _, text = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip() or len(text) > 200:
        raise Unauthenticated(Problem("api.no_token"))
    token = installation.control.tokens.find(text.strip())
    if token is None:
        raise Unauthenticated(Problem("api.token"))
    return token


def workspace_of(installation: Installation, token: Token, slug: str) -> Workspace:
    """The workspace that a token opens; NotFound for every other one, there or not."""
    workspace = installation.workspace_by_id(token.workspace_id)
    if workspace.slug != slug:
        raise NotFound(Problem("workspace.unknown", {"name": slug[:100]}))
    return workspace


def caller_of(tx: Transaction, token: Token, locale: str) -> Caller:
    """The member that a token belongs to; Unauthenticated if they are active no more."""
    try:
        return access.for_member(tx, token.member_id, locale, ORIGIN)
    except NotFound as error:
        raise Unauthenticated(Problem("api.token")) from error


def locale_of(installation: Installation, token: Token) -> str:
    """The language that the account of a token reads, as of the last minute."""
    now = time.monotonic()
    kept = _locales.get(token.account_id)
    if kept is not None and kept[1] > now:
        return kept[0]
    if len(_locales) >= _MOST_KEPT:
        _locales.clear()
    account = installation.control.accounts.get(token.account_id)
    found = locale_of_tag(account.locale) or FALLBACK
    _locales[token.account_id] = found, now + _KEPT_SECONDS
    return found


def require(tx: Transaction, caller: Caller, right: Right) -> None:
    """Forbidden unless a role of the caller gives the right."""
    if right in ("open", "member") or caller.system:
        return
    roles = [tx.app.roles[one] for one in caller.roles if one in tx.app.roles]
    if not any(getattr(one, right) and not one.archived for one in roles):
        raise Forbidden(Problem("api.right", {"right": right}))
