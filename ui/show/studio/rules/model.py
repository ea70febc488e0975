"""The rule room as its templates show it: every choice with what is chosen, and the live panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from werkzeug.datastructures import MultiDict

from fieldstone.metadata.model import Entity

from ....words import say
from ...builder import places_of
from ...lists import Choice
from .. import conditions
from ..conditions import ConditionInput
from ..frame import Studio
from . import actions, inputs, telling
from .outlook import Expected, Tested, expected, tested
from .timing import EVERY, KINDS, PARTS, WEEK, Timing


@dataclass(frozen=True, kw_only=True)
class Room:
    """The inputs of one rule with all that may be chosen."""

    entity: Entity
    condition: ConditionInput
    entities: tuple[Choice, ...]
    severities: tuple[Choice, ...]
    tell: tuple[Choice, ...]
    timing: Timing
    kinds: tuple[Choice, ...]
    days: tuple[Choice, ...]
    every: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    """The parts of the schedule that its kind has no control for, to come back to."""

    actions: tuple[actions.ActionRow, ...]
    whens: Mapping[str, ConditionInput]
    """The conditions of the actions, by the names of these."""

    action_kinds: tuple[Choice, ...]
    inserts: tuple[tuple[str, tuple[Choice, ...]], ...]


def room_of(studio: Studio, typed: MultiDict[str, str], *, checked: bool = False) -> Room:
    """The room with what is typed, and where it is `checked` with what is wrong."""
    locale, app = studio.desk.locale, studio.app
    entity = inputs.entity_of(studio, typed)
    timing = inputs.timing(typed)
    rows = actions.rows(app, entity, typed, locale)
    severity = typed.get("severity", "medium")
    live = [one for one in app.entities.values() if not one.archived and not one.system]
    return Room(
        entity=entity,
        condition=conditions.again(studio, entity, "when", typed, checked=checked),
        entities=tuple(Choice(one.name, one.text(locale), one is entity) for one in live),
        severities=_choices(lambda one: f"severity.{one}", inputs.SEVERITIES, (severity,), locale),
        tell=telling.choices(app, entity, typed.getlist("tell"), locale),
        timing=timing,
        kinds=_choices(lambda one: f"rules.kind.{one}", KINDS, (timing.kind,), locale),
        days=_choices(lambda one: f"rules.day.{one}", WEEK, timing.days, locale),
        every=EVERY,
        kept=_kept(timing),
        actions=rows,
        whens={
            one.name: conditions.again(studio, entity, f"{one.name}.when", typed, checked=checked)
            for one in rows
        },
        action_kinds=_choices(lambda one: f"rules.action.{one}", actions.KINDS, (), locale),
        inserts=_inserts(studio, entity),
    )


def _kept(timing: Timing) -> tuple[tuple[str, str], ...]:
    held = (
        ("time", timing.time),
        *(("days", one) for one in timing.days),
        ("day", timing.day),
        ("minute", timing.minute),
        ("every", timing.every),
        ("cron", timing.cron),
    )
    return tuple(one for one in held if one[0] not in PARTS[timing.kind])


def _choices(
    key: Callable[[str], str], names: Iterable[str], chosen: Iterable[str], locale: str
) -> tuple[Choice, ...]:
    there = tuple(chosen)
    return tuple(Choice(one, say(key(one), locale), one in there) for one in names)


def _inserts(studio: Studio, entity: Entity) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """The fields that a message may say, those over references in groups of their own."""
    places = [
        one
        for one in places_of(studio.desk, entity, studio.app, viewer=False)
        if one.field.family != "tags"
    ]
    return tuple(
        (over, tuple(Choice(one.path, one.label) for one in some))
        for over, some in groupby(places, key=lambda one: one.over)
    )


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What the rule as it is typed would find.

    `lines` say what is wrong but for the condition; `unfinished` is one without a right condition.
    """

    lines: tuple[str, ...] = ()
    unfinished: bool = False
    expected: Expected | None = None
    tested: Tested | None = None


def panel_of(
    studio: Studio, typed: MultiDict[str, str], record: int | None, *, counted: bool
) -> Panel:
    """The panel for what is typed; without `counted` it counts nothing."""
    desk = studio.desk
    entity = inputs.entity_of(studio, typed)
    asked = conditions.sent(studio, entity, "when", typed)
    found = inputs.read(studio, typed, {})
    if not asked.right or not asked.text:
        return Panel(unfinished=True)
    lines = tuple(
        line
        for key, some in found.wrong.items()
        if key.startswith(("message", "schedule", "action."))
        for line in some
    )
    if "schedule" in found.wrong:
        found.data.pop("schedule", None)
    rule = inputs.rule_of(studio.app, entity, found.data, typed.get("rule", ""))
    return Panel(
        lines=lines,
        expected=expected(desk, rule, counted=counted),
        tested=tested(desk, rule, record) if record and counted else None,
    )
