"""Reasons: why an expression is true or not of a record, as its reader sees it."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.rules import Explanation

from ..desk import Desk
from ..words import say


@dataclass(frozen=True)
class Reason:
    """One part of an explanation: in words, what it is about now, whether it holds.

    `note` tells of the related records behind it.
    """

    text: str
    value: str
    holds: bool
    judged: bool
    children: tuple[Reason, ...] = ()
    note: str = ""


def reason_of(desk: Desk, found: Explanation) -> Reason:
    """The tree of an explanation for its reader."""
    locale = desk.locale
    children = tuple(reason_of(desk, child) for child in found.children)
    judged, holds = found.result is not None, bool(found.result)
    if found.joins in ("and", "or"):
        text = say("why.all" if found.joins == "and" else "why.some", locale)
        return Reason(text, "", holds, judged, children)
    if found.hidden or found.says is None:
        return Reason(say("why.masked", locale), "", False, False, children)
    if found.joins == "not" and len(children) == 1 and found.children[0].joins == "not":
        children = children[0].children  # "not (not x)" says all that there is to say
    now = (found.now or {}).get(locale, "")
    text = found.says[locale]
    said = text[:1].upper() + text[1:]
    return Reason(said, now, holds, judged, children, _note(desk, found))


def missing(desk: Desk, found: Explanation) -> str:
    """What would have to hold, in one line; nothing where all of it does."""
    wanted = found.missing(desk.locale)
    return say("list.comma", desk.locale).join(wanted)


def _note(desk: Desk, found: Explanation) -> str:
    """How many related records there are, and the first of them."""
    decided = found.decided
    if decided is None or not decided.count:
        return ""
    # A title may be a whole sentence, with commas and a full stop of its own.
    titles = dict.fromkeys(title.rstrip(" 。.；;") for _, title in decided.records)
    names = say("why.between", desk.locale).join(titles)
    key = "why.related" if names else "why.related_count"
    return say(key, desk.locale, n=decided.count, names=names)
