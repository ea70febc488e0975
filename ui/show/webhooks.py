"""What the page of webhooks shows of an endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.engine.outbox.resting import Health

from ..desk import Desk
from ..words import say


@dataclass(frozen=True)
class EndpointRow:
    """An endpoint in words; `why` says what went wrong last, `exact` when that was."""

    name: str
    url: str
    state: str
    colour: str
    why: str = ""
    exact: str = ""
    waiting: str = ""


def row_of(desk: Desk, one: Health) -> EndpointRow:
    """How an endpoint is, in the reader's words."""
    waiting = say("webhooks.waiting", desk.locale, n=one.waiting) if one.waiting else ""
    if one.failed_at is None:
        works = say("webhooks.works", desk.locale)
        return EndpointRow(one.name, one.url, works, "green", waiting=waiting)
    state = say("webhooks.fails", desk.locale)
    if one.rests_until is not None:
        time = desk.formats.clock(one.rests_until)
        state = say("webhooks.rests", desk.locale, time=time)
    key = "webhooks.failed" if one.failures > 1 else "webhooks.failed_once"
    when = desk.formats.ago(one.failed_at)
    why = say(key, desk.locale, n=one.failures, when=when, why=one.why or "")
    exact = desk.formats.exact(one.failed_at)
    return EndpointRow(one.name, one.url, state, "orange", why, exact, waiting)
