"""Invitations: links that let a person choose the first password of their account, once.

Only the hash of a code is kept. One without an account is for setting up the installation: it holds
while there is no account at all.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from .accounts import Account, Accounts
from .clock import Clock
from .control_tables import ACCOUNT, INVITATION
from .errors import Conflict, NotFound
from .stores import Store

HOURS = 1
"""How long a link of an invitation holds."""

_SET_UP_DAYS = 30
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """An invitation that holds; `account` is None for setting up the installation."""

    account: Account | None
    expires_at: datetime


class Invitations:
    """Makes, finds and uses invitations."""

    def __init__(self, store: Store, clock: Clock, accounts: Accounts) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts

    def create(self, account_id: str) -> str:
        """Invite an account without a password; the code, which is never shown again.

        Older codes of the account end. Conflict if it has a password already.
        """
        self.require_needed(account_id)
        return self._made(account_id, timedelta(hours=HOURS))

    def require_needed(self, account_id: str) -> None:
        """Conflict for an account that has a password; safe inside a workspace's transaction."""
        account = self._accounts.get(account_id)
        if account.has_password:
            raise Conflict.because("invitation.needless", name=account.name)

    def set_up(self) -> str | None:
        """The code for setting up an installation that has no account yet, else None.

        A code that was given before ends.
        """
        if self._store.rows(sa.select(ACCOUNT.c.id).limit(1)):
            return None
        return self._made(None, timedelta(days=_SET_UP_DAYS))

    def find(self, code: str) -> Invitation:
        """The invitation of a code; NotFound if it was used, is over, or never was."""
        query = sa.select(INVITATION).where(
            INVITATION.c.hash == _hash(code), INVITATION.c.expires_at > self._clock.now()
        )
        for row in self._store.rows(query):
            account = self._accounts.get(row.account_id) if row.account_id else None
            anybody = self._store.rows(sa.select(ACCOUNT.c.id).limit(1))
            if (account and not account.has_password) or (account is None and not anybody):
                return Invitation(account=account, expires_at=row.expires_at)
        raise NotFound.because("invitation.over")

    def accept(self, code: str, password: str) -> Account:
        """Give the invited account its password; Invalid if that is not accepted.

        NotFound as for `find`; of two at once one is refused so.
        """
        account = self.find(code).account
        if account is None:
            raise NotFound.because("invitation.over")
        self._accounts.check_password(account, password)
        self._use(code)
        self._accounts.set_password(account.id, password)
        _log.info("invitation.accepted", account=account.id)
        return account

    def begin(
        self,
        code: str,
        name: str,
        *,
        email: str | None = None,
        mobile: str | None = None,
        user_name: str | None = None,
        password: str,
        locale: str,
    ) -> Account:
        """Make the first account of the installation by the code of `set_up`.

        NotFound as for `find`, Invalid as `Accounts.create`.
        """
        if self.find(code).account is not None:
            raise NotFound.because("invitation.over")
        account = self._accounts.create(
            name,
            email=email,
            mobile=mobile,
            user_name=user_name,
            password=password,
            locale=locale,
        )
        self._use(code)
        return account

    def _made(self, account_id: str | None, lasts: timedelta) -> str:
        code = secrets.token_urlsafe(32)
        now = self._clock.now()
        with self._store.begin(writing=True) as connection:
            same = INVITATION.c.account_id.is_not_distinct_from(account_id)
            over = INVITATION.c.expires_at <= now
            connection.execute(sa.delete(INVITATION).where(sa.or_(same, over)))
            values = {"hash": _hash(code), "account_id": account_id, "expires_at": now + lasts}
            connection.execute(sa.insert(INVITATION).values(values))
        return code

    def _use(self, code: str) -> None:
        with self._store.begin(writing=True) as connection:
            done = connection.execute(sa.delete(INVITATION).where(INVITATION.c.hash == _hash(code)))
        if not done.rowcount:
            raise NotFound.because("invitation.over")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
