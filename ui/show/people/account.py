"""One's own account as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...desk import Desk
from ...security import session_reference
from ...words import LOCALES


@dataclass(frozen=True)
class SessionRow:
    """A session: where it was begun, when it was last used, and whether it is this one."""

    id: str
    where: str
    seen: str
    here: bool


@dataclass(frozen=True)
class TokenRow:
    """A key to the API, without the key."""

    id: str
    name: str
    ends: str
    used: str


@dataclass(frozen=True)
class AccountPage:
    """Everything on the page; `part` names the form that was refused."""

    name: str
    names: tuple[str, ...]
    must_change: bool
    locale: str
    locales: Mapping[str, str]
    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenRow, ...]
    path: str
    part: str = ""
    problems: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    token: str = ""


def account_page(
    desk: Desk,
    *,
    part: str = "",
    problems: tuple[str, ...] = (),
    typed: Mapping[str, str] | None = None,
    token: str = "",
) -> AccountPage:
    """The page of whoever asks."""
    control = desk.visit.installation.control
    account = control.accounts.get(desk.visit.account.id)
    reference = session_reference()
    this = control.sessions.find(reference) if reference else None
    own = desk.caller.member_id
    keys = control.tokens.of_member(desk.tx.workspace.id, own) if own is not None else ()
    formats = desk.formats
    return AccountPage(
        name=account.name,
        names=tuple(one for one in (account.email, account.mobile, account.user_name) if one),
        must_change=account.must_change,
        locale=account.locale,
        locales=LOCALES,
        sessions=tuple(
            SessionRow(
                one.id,
                f"{_browser(one.agent)} {one.address or ''}".strip(),
                formats.ago(one.last_seen_at),
                this is not None and one.id == this.id,
            )
            for one in control.sessions.of_account(account.id)
        ),
        tokens=tuple(
            TokenRow(
                one.id,
                one.name,
                formats.long_day(one.expires_at.astimezone(formats.zone).date()),
                formats.ago(one.last_used_at) if one.last_used_at else "",
            )
            for one in keys
            if one.expires_at > desk.tx.now
        ),
        path=desk.paths.people("me"),
        part=part,
        problems=problems,
        typed={key: value for key, value in (typed or {}).items() if "password" not in key},
        token=token,
    )


def _browser(agent: str | None) -> str:
    """The browser's name, as people know it."""
    for mark, name in (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
                       ("Safari/", "Safari")):  # fmt: skip
        if agent and mark in agent:
            return name
    return "–"
