"""What a rule finds and whom it would tell, as the room and the review say it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fieldstone.engine import alerts, members
from fieldstone.engine.alerts import explain
from fieldstone.engine.errors import NotFound, TooSlow
from fieldstone.engine.publishing.indexes import serving
from fieldstone.metadata.model import AlertRule
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression

from ....desk import Desk
from ....words import inside, say
from ...reasons import Reason, missing, reason_of
from . import timing

EXAMPLES = 5
_NAMES = 5


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is known of a rule before it runs; `note` says why there are no figures."""

    matches: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    more: str = ""
    limited: str = ""
    runs: str = ""
    notifies: str = ""
    people: str = ""
    note: str = ""
    read: str = ""


def expected(desk: Desk, rule: AlertRule, *, counted: bool = True) -> Expected:
    """What a rule (in ids, published or not) matches now, and what its next run would do."""
    known = Expected(runs=_runs(desk, rule), read=_read(desk, rule))
    if not counted:
        return replace(known, note=say("rules.too_slow", desk.locale))
    if rule.entity not in desk.tx.layout:
        return replace(known, note=say("rules.not_there_yet", desk.locale))
    try:
        found = alerts.trial(desk.tx, desk.caller, rule, most=EXAMPLES)
        ahead = alerts.outlook(desk.tx, desk.caller, rule)
    except TooSlow:
        raise
    except ProblemsError:
        return replace(known, note=say("rules.not_there_yet", desk.locale))
    formats, locale = desk.formats, desk.locale
    shown = formats.number(found.matches, 0)
    entity = desk.app.entity(rule.entity)
    rest = found.matches - len(found.examples)
    known = replace(
        known,
        matches=say("rules.matches", locale, n=found.matches, shown=shown),
        examples=tuple(
            (title, desk.paths.record(entity.name, record)) for record, title in found.examples
        ),
        more=say("rules.more", locale, n=rest, shown=formats.number(rest, 0)) if rest > 0 else "",
        limited="" if found.whole else say("rules.limited", locale),
        notifies=say(
            "rules.would_notify" if rule.id not in desk.app.rules else "rules.next_notifies",
            locale,
            n=len(ahead.told),
            people=formats.number(len(ahead.told), 0),
            records=formats.number(ahead.entering, 0),
        ),
        people=_people(desk, ahead.told),
    )
    return known


def _runs(desk: Desk, rule: AlertRule) -> str:
    if not rule.schedule:
        return ""
    if not rule.active:
        return say("rules.never", desk.locale)
    at = alerts.next_run(desk.tx, rule)
    words = timing.said(rule.schedule, desk.locale)
    return (
        say("rules.runs", desk.locale, words=words, at=desk.formats.long_moment(at))
        if at
        else words
    )


def _read(desk: Desk, rule: AlertRule) -> str:
    """How the rule finds its records; nothing while its condition is not there yet."""
    entity = desk.app.entities.get(rule.entity)
    if not rule.when or entity is None or entity.id not in desk.tx.layout:
        return ""
    try:
        compile_expression(desk.app, entity.id, rule.when)
    except ProblemsError:
        return ""
    locale = desk.locale
    fields = serving(desk.app, desk.tx.layout, entity.id, rule.when)
    if not fields:
        return say("rules.reads_all", locale, entity=inside(entity.plural_text(locale), locale))
    names = say("rules.between_names", locale).join(one.text(locale) for one in fields)
    return say("rules.served", locale, fields=names)


def _people(desk: Desk, told: tuple[int, ...]) -> str:
    names = list(members.names(desk.tx, told[:_NAMES]).values())
    text = say("rules.between_names", desk.locale).join(names)
    rest = len(told) - len(names)
    return say("rules.and_others", desk.locale, names=text, n=rest) if rest else text


@dataclass(frozen=True)
class Tested:
    """A rule tried on one record: whether it holds, and why, or a note why that cannot be told."""

    holds: bool
    text: str
    reason: Reason | None = None
    missing: str = ""


def tested(desk: Desk, rule: AlertRule, record_id: int) -> Tested:
    """Which conditions of a rule are true of a record."""
    try:
        why = explain(desk.tx, desk.caller, rule, record_id)
    except NotFound as error:
        return Tested(False, " ".join(one.text(desk.locale) for one in error.problems))
    except ProblemsError:
        return Tested(False, say("rules.not_there_yet", desk.locale))
    reason = reason_of(desk, why.explanation)
    text = say("rules.holds" if why.matches else "rules.holds_not", desk.locale)
    return Tested(why.matches, text, reason, missing(desk, why.explanation))
