"""The list of an entity's rules: when each runs, what it found last, and whether it is running."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.engine.work import schedules
from fieldstone.engine.work.schedules import State
from fieldstone.metadata.model import AlertRule

from ....paths import with_query
from ....words import say
from ..frame import Studio
from . import timing


@dataclass(frozen=True, kw_only=True)
class Line:
    """One rule; `run` is where it is run from, empty where it is not in force or is off."""

    id: str
    text: str
    href: str
    severity: str = ""
    active: bool = True
    archived: bool = False
    when: str = ""
    run: str = ""
    state: str = ""
    waiting: bool = False
    last: str = ""
    alerts: str = ""
    archive: str = ""
    restore: str = ""


def lines_of(studio: Studio) -> tuple[Line, ...]:
    """The rules of the room's entity as the draft has them."""
    assert studio.entity is not None
    states = schedules.states(studio.desk.tx, "alert")
    return tuple(
        _line(studio, one, states.get(one.id))
        for one in studio.app.rules.values()
        if one.entity == studio.entity.id
    )


def _line(studio: Studio, rule: AlertRule, state: State | None) -> Line:
    there = studio.desk.app.rules.get(rule.id)
    if there is not None and there.entity == rule.entity and not there.archived:
        return ran(studio, there, state, shown=rule)
    return _plain(studio, rule)


def _plain(studio: Studio, rule: AlertRule) -> Line:
    locale = studio.desk.locale
    where = (rule.entity, rule.id)
    return Line(
        id=rule.id,
        text=rule.text(locale),
        href=studio.paths.rule(*where),
        severity=rule.severity,
        active=rule.active,
        archived=rule.archived,
        when=timing.said(rule.schedule, locale) if rule.schedule else "",
        archive=studio.paths.rule(*where, "archive"),
        restore=studio.paths.rule(*where, "restore"),
    )


def ran(
    studio: Studio, rule: AlertRule, state: State | None, *, shown: AlertRule | None = None
) -> Line:
    """A rule in force with what its last run found; `shown` is how the draft has it."""
    desk, locale = studio.desk, studio.desk.locale
    plain = _plain(studio, shown or rule)
    last = ""
    if state and state.last_evaluated_at and state.last_run:
        report = state.last_run
        last = say(
            "rules.ran",
            locale,
            at=desk.formats.long_moment(state.last_evaluated_at),
            matches=desk.formats.number(report["matches"], 0),
            entered=desk.formats.number(report["entered"], 0),
        )
    return Line(
        **{
            **vars(plain),
            "run": studio.paths.rule(rule.entity, rule.id, "run") if rule.active else "",
            "state": studio.paths.rule(rule.entity, rule.id, "state"),
            "waiting": bool(state and state.waiting and rule.active),
            "last": last,
            "alerts": with_query(desk.paths.alerts, {"rule": rule.name}),
        }
    )
