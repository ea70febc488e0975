"""A publish that goes on, as the Studio shows it: whose it is, how far, how the last one ended."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.engine import members
from fieldstone.engine.drafts import Draft
from fieldstone.engine.publishing import asked
from fieldstone.engine.publishing.asked import Asked, Going

from ...desk import Desk
from ...words import say


@dataclass(frozen=True)
class Work:
    """A publish that goes on; `total` is 0 while nobody knows how much there is to do."""

    title: str
    progress: str
    done: int
    total: int
    waits: bool
    stops: bool
    mine: bool


@dataclass(frozen=True)
class Outcome:
    """What became of the last publish that the reader asked for; `kind` is that of a notice."""

    kind: str
    text: str
    why: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    reason: str = ""


def work_of(desk: Desk) -> Work | None:
    """What goes on in the workspace now."""
    going = asked.going(desk.tx)
    if going is None:
        return None
    mine = going.asked is not None and going.asked.member_id == desk.caller.member_id
    progress = ""
    if going.total:
        done, total = (desk.formats.number(one, 0) for one in (going.done, going.total))
        progress = say("imports.progress", desk.locale, done=done, total=total)
    return Work(
        title=_title(desk, going, mine),
        progress=progress,
        done=going.done,
        total=going.total,
        waits=going.asked is not None and going.asked.state == "waits",
        stops=going.asked is not None and not going.ending,
        mine=mine,
    )


def _title(desk: Desk, going: Going, mine: bool) -> str:
    if going.ending:
        return say("studio.taking_back", desk.locale)
    if going.asked is None:
        return say("studio.publishing_elsewhere", desk.locale)
    if mine:
        return say("studio.publishing", desk.locale, n=going.asked.changes)
    who = members.names(desk.tx, [going.asked.member_id]).get(going.asked.member_id, "")
    return say("studio.publishing_by", desk.locale, who=who, n=going.asked.changes)


def outcome_of(desk: Desk, draft: Draft) -> Outcome | None:
    """How the last publish that the reader asked for ended.

    As long as its revision is in force, or nothing of the draft was changed since.
    """
    assert desk.caller.member_id is not None
    last = asked.last(desk.tx, desk.caller.member_id)
    if last is None:
        return None
    if last.state == "done" and not draft.edits and last.revision == desk.tx.revision:
        return Outcome("success", say("studio.published", desk.locale, n=last.changes))
    if not draft.edits or max(one.at for one in draft.edits) > last.asked_at:
        return None
    return _failed(desk, last)


def _failed(desk: Desk, last: Asked) -> Outcome | None:
    if last.state == "stopped":
        text, kind = say("studio.publishing_stopped", desk.locale), "info"
    elif last.state == "refused":
        text, kind = say("studio.not_published", desk.locale), "danger"
    elif last.state == "stuck":
        text, kind = say("imports.stuck", desk.locale), "danger"
    else:
        return None
    why = tuple(one.get(desk.locale, one["en"]) for one in last.why)
    return Outcome(kind, text, why, last.accepted, last.reason or "")
