"""Callers: who a bearer token stands for, and whether they may use a route."""

from __future__ import annotations

from typing import Final

from ..engine import access
from ..engine.access import Caller
from ..engine.errors import Forbidden, NotFound, Unauthenticated
from ..engine.installation import Installation
from ..engine.tokens import Entrance
from ..engine.transaction import Transaction
from ..engine.workspaces import Workspace
from ..metadata.messages import FALLBACK
from ..metadata.problems import Problem
from .reading import locale_of as locale_of_tag
from .route import Right

ORIGIN: Final = "api"


def entrance_of(installation: Installation, authorization: str | None) -> Entrance:
    """What the token of an Authorization header opens; Unauthenticated where that is nothing."""
    scheme, _, text = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip() or len(text) > 200:
        raise Unauthenticated(Problem("api.no_token"))
    entrance = installation.control.tokens.enter(text.strip())
    if entrance is None:
        raise Unauthenticated(Problem("api.token"))
    return entrance


def workspace_of(installation: Installation, entrance: Entrance, slug: str) -> Workspace:
    """The workspace that a token opens; NotFound for every other one, there or not."""
    if entrance.slug != slug:
        raise NotFound(Problem("workspace.unknown", {"name": slug[:100]}))
    return installation.entered(entrance)


def caller_of(tx: Transaction, locale: str) -> Caller:
    """The member that the transaction is for; Unauthenticated if they are active no more."""
    try:
        return access.for_asker(tx, locale, ORIGIN)
    except NotFound as error:
        raise Unauthenticated(Problem("api.token")) from error


def locale_of(entrance: Entrance) -> str:
    """The language that the account of a token reads."""
    return locale_of_tag(entrance.locale) or FALLBACK


def require(tx: Transaction, caller: Caller, right: Right) -> None:
    """Forbidden unless a role of the caller gives the right."""
    if right in ("open", "member") or caller.system:
        return
    roles = [tx.app.roles[one] for one in caller.roles if one in tx.app.roles]
    if not any(getattr(one, right) and not one.archived for one in roles):
        raise Forbidden(Problem("api.right", {"right": right}))
