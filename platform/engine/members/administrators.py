"""Administrators: those who administer a workspace, of whom there is always one."""

from __future__ import annotations

from ...metadata.model import App
from ..errors import Conflict
from ..transaction import Transaction
from .rights import administers
from .roll import Member, listed


def administrators(tx: Transaction, app: App | None = None) -> tuple[Member, ...]:
    """The active members who administer the workspace, under `app` instead of the one in force."""
    under = app or tx.app
    return tuple(one for one in listed(tx, active_only=True) if administers(under, one.roles))


def require_administrator(tx: Transaction, app: App) -> None:
    """Conflict if a workspace that has administrators would have none under `app`."""
    if administrators(tx) and not administrators(tx, app):
        raise Conflict.because("member.last_administrator")
