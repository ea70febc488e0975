"""Accounts: people who may sign in, by e-mail, mobile number or user name, and a password."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from ..metadata.problems import Problem
from . import passwords
from .clock import Clock
from .control_tables import ACCOUNT, TOKEN
from .errors import Conflict, Invalid, NotFound, Unauthenticated
from .sessions import Sessions, end_sessions
from .stores import Store
from .throttle import Throttle

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")
_MOBILE = re.compile(r"\+?[0-9]{7,15}")
_USER_NAME = re.compile(r"[^\W_][\w.\-]{1,63}")
_log = structlog.get_logger()
_NAMES = ("email", "mobile", "user_name")
_MOST_NAMES = 300


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who may sign in; `has_password` is False for one who was only invited.

    `must_change` asks for another password before anything else: this one was given by somebody.
    """

    id: str
    name: str
    email: str | None
    mobile: str | None
    user_name: str | None
    locale: str
    active: bool
    has_password: bool
    created_at: datetime
    must_change: bool = False


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Who signed in, and the reference of the new session, for the cookie."""

    account: Account
    reference: str


class Accounts:
    """Makes, finds and changes accounts, and lets people in."""

    def __init__(self, store: Store, clock: Clock, throttle: Throttle, sessions: Sessions) -> None:
        self._store = store
        self._clock = clock
        self._throttle = throttle
        self._sessions = sessions

    def create(
        self,
        name: str,
        *,
        email: str | None = None,
        mobile: str | None = None,
        user_name: str | None = None,
        password: str | None = None,
        locale: str = "en",
    ) -> Account:
        """Make an account with at least one name to sign in by.

        Invalid lists what is wrong with the values, Conflict says which name is taken.
        """
        names = read_names(email=email, mobile=mobile, user_name=user_name)
        wrong = passwords.problems(password, names.values()) if password is not None else ()
        if wrong:
            raise Invalid(wrong)
        row = {
            **names,
            "id": uuid.uuid4().hex,
            "name": name,
            "password_hash": passwords.hashed(password) if password is not None else None,
            "locale": locale,
            "active": True,
            "created_at": self._clock.now(),
        }
        try:
            with self._store.begin(writing=True) as connection:
                connection.execute(sa.insert(ACCOUNT).values(row))
        except IntegrityError as error:
            raise self._taken(names) from error
        return self.get(str(row["id"]))

    def get(self, account_id: str) -> Account:
        """The account of that id; NotFound if there is none."""
        row = self._row(ACCOUNT.c.id == account_id)
        if row is None:
            raise NotFound.because("account.unknown")
        return _account(row)

    def find(self, name: str) -> Account | None:
        """The account that signs in by that e-mail, mobile number or user name, or None."""
        row = self._row(_signs_in_by(name))
        return _account(row) if row else None

    def known(self, names: Collection[str]) -> Mapping[str, str]:
        """The account ids of those of these names (as they are kept) that somebody signs in by."""
        found: dict[str, str] = {}
        columns: list[sa.Column[str]] = [ACCOUNT.c[key] for key in _NAMES]
        asked = sorted(names)
        for start in range(0, len(asked), _MOST_NAMES):
            some = asked[start : start + _MOST_NAMES]
            query = sa.select(ACCOUNT.c.id, *columns).where(
                sa.or_(*(column.in_(some) for column in columns))
            )
            for row in self._store.rows(query):
                for key in _NAMES:
                    if row._mapping[key] in names:
                        found[row._mapping[key]] = row.id
        return found

    def with_password(self, account_ids: Sequence[str]) -> frozenset[str]:
        """Those of these accounts (a page of them) that have a password."""
        if not account_ids:
            return frozenset()
        query = sa.select(ACCOUNT.c.id).where(
            ACCOUNT.c.id.in_(account_ids), ACCOUNT.c.password_hash.is_not(None)
        )
        return frozenset(row.id for row in self._store.rows(query))

    def sign_in(
        self, name: str, password: str, *, address: str | None = None, agent: str | None = None
    ) -> SignedIn:
        """Begin a session for whoever knows the password.

        Unauthenticated, with the same words after the same time, for an unknown name, a wrong
        password, an account without one and an inactive one. TooMany after too many failures.
        """
        folded = _folded(name)
        self._throttle.attempt(folded, address)
        row = self._check(_signs_in_by(name), password)
        if row is None:
            # Without the name: people type passwords into the wrong field.
            _log.warning("sign_in.failed", address=address)
            raise Unauthenticated.because("sign_in.failed")
        self._throttle.passed(folded, address)
        _log.info("sign_in.passed", account=row.id, address=address)
        if passwords.outdated(row.password_hash):
            self._update(row.id, {"password_hash": passwords.hashed(password)})
        reference = self._sessions.start(row.id, address=address, agent=agent)
        return SignedIn(account=_account(row), reference=reference)

    def confirm(self, account_id: str, password: str, *, address: str | None = None) -> None:
        """Check the password again before something delicate; Unauthenticated or TooMany."""
        self._throttle.attempt(account_id, address)
        if self._check(ACCOUNT.c.id == account_id, password) is None:
            _log.warning("confirm.failed", account=account_id, address=address)
            raise Unauthenticated.because("sign_in.failed")
        self._throttle.passed(account_id, address)

    def set_password(
        self,
        account_id: str,
        password: str,
        *,
        keep_session: str | None = None,
        temporary: bool = False,
    ) -> None:
        """Give an account a new password and end its sessions, but the one of that reference.

        Tokens end as well. A temporary one is to be changed at the next sign-in. Invalid if the
        password is not accepted.
        """
        self.check_password(self.get(account_id), password)
        changes = {"password_hash": passwords.hashed(password), "must_change": temporary}
        self._update(account_id, changes, shut_out=True, keep_session=keep_session)
        _log.info("account.password_set", account=account_id)

    def check_password(self, account: Account, password: str) -> None:
        """Invalid if an account may not have that password."""
        wrong = passwords.problems(password, (account.email, account.mobile, account.user_name))
        if wrong:
            raise Invalid(wrong)

    def set_names(
        self,
        account_id: str,
        *,
        email: str | None = None,
        mobile: str | None = None,
        user_name: str | None = None,
    ) -> Account:
        """Replace all names that an account signs in by; Invalid or Conflict as in `create`."""
        names = read_names(email=email, mobile=mobile, user_name=user_name)
        try:
            self._update(account_id, names)
        except IntegrityError as error:
            raise self._taken(names, account_id) from error
        return self.get(account_id)

    def set_profile(self, account_id: str, *, name: str, locale: str) -> Account:
        """Change how a person is called and which language they read."""
        self._update(account_id, {"name": name, "locale": locale})
        return self.get(account_id)

    def set_active(self, account_id: str, active: bool) -> None:
        """Let an account in again, or shut it out at once: its sessions and tokens end."""
        self._update(account_id, {"active": active}, shut_out=not active)
        _log.info("account.active_set", account=account_id, active=active)

    def _check(self, wanted: sa.ColumnElement[bool], password: str) -> sa.Row[tuple[object]] | None:
        row = self._row(wanted)
        good = passwords.matches(row.password_hash if row else None, password)
        return row if row is not None and good and row.active else None

    def _update(
        self,
        account_id: str,
        values: Mapping[str, object],
        *,
        shut_out: bool = False,
        keep_session: str | None = None,
    ) -> None:
        """Change an account and, with `shut_out`, end its sessions and tokens along with it."""
        with self._store.begin(writing=True) as connection:
            done = connection.execute(
                sa.update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(dict(values))
            )
            if shut_out:
                end_sessions(connection, account_id, but=keep_session)
                connection.execute(sa.delete(TOKEN).where(TOKEN.c.account_id == account_id))
        if done.rowcount == 0:
            raise NotFound.because("account.unknown")

    def _row(self, wanted: sa.ColumnElement[bool]) -> sa.Row[tuple[object]] | None:
        rows = self._store.rows(sa.select(ACCOUNT).where(wanted))
        return rows[0] if rows else None

    def _taken(self, names: Mapping[str, str | None], besides: str | None = None) -> Conflict:
        problems = []
        for key in _NAMES:
            if names[key] is None:
                continue
            row = self._row(ACCOUNT.c[key] == names[key])
            if row is not None and row.id != besides:
                problems.append(Problem("account.taken", {"name": names[key]}, pointer=f"/{key}"))
        return Conflict(problems)


def read_names(
    *, email: str | None = None, mobile: str | None = None, user_name: str | None = None
) -> dict[str, str | None]:
    """The three names as they are kept; Invalid lists what is wrong with them.

    E-mail and user name are folded, a mobile number is digits, without the +86 of China.
    """
    names = {
        "email": _folded(email or "") or None,
        "mobile": _digits(mobile or "") or None,
        "user_name": _folded(user_name or "") or None,
    }
    problems = []
    for key, shape in (("email", _EMAIL), ("mobile", _MOBILE), ("user_name", _USER_NAME)):
        name = names[key]
        if name is not None and not shape.fullmatch(name):
            problems.append(Problem(f"account.{key}", {"name": name}, pointer=f"/{key}"))
    if names["user_name"] and _MOBILE.fullmatch(names["user_name"]):
        problems.append(Problem("account.user_name_digits", {}, pointer="/user_name"))
    if not any(names.values()):
        problems.append(Problem("account.no_name", {}))
    if problems:
        raise Invalid(problems)
    return names


def _signs_in_by(name: str) -> sa.ColumnElement[bool]:
    # No user name holds an @ or is all digits, so at most one account answers.
    folded = _folded(name)
    return sa.or_(
        ACCOUNT.c.email == folded,
        ACCOUNT.c.user_name == folded,
        ACCOUNT.c.mobile == (_digits(name) or "-"),
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold().replace("\x00", "")


def _digits(text: str) -> str:
    bare = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    bare = re.sub(r"^(\+86|0086|86(?=1[0-9]{10}$))", "", bare)
    return bare if re.fullmatch(r"\+?[0-9]*", bare) else text.strip().replace("\x00", "")


def _account(row: sa.Row[tuple[object]]) -> Account:
    values = dict(row._mapping)
    return Account(has_password=values.pop("password_hash") is not None, **values)
