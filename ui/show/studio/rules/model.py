"""The rule room as its templates show it: every choice with what is chosen, and the live panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from werkzeug.datastructures import MultiDict

from fieldstone.metadata.model import Entity

from ....words import say
from ...builder import BuilderModel, places_of
from ...lists import Choice
from .. import settings
from ..frame import Studio
from . import actions, condition, inputs, telling
from .outlook import Expected, Tested, expected, tested
from .timing import EVERY, KINDS, PARTS, WEEK, Timing


@dataclass(frozen=True, kw_only=True)
class Room:
    """The inputs of one rule with all that may be chosen."""

    entity: Entity
    builder: BuilderModel
    when: str
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
    action_kinds: tuple[Choice, ...]
    inserts: tuple[tuple[str, tuple[Choice, ...]], ...]


def room_of(studio: Studio, typed: MultiDict[str, str], found: inputs.Read | None = None) -> Room:
    """The room with what is typed; `found` is what came of sending it, where that was refused."""
    locale, app = studio.desk.locale, studio.app
    entity = inputs.entity_of(studio, typed)
    timing = inputs.timing(typed)
    by_text = typed.get("by") == condition.TEXT
    if by_text:
        rows = condition.rows_from(studio, entity, typed.get("when", ""))
    else:
        rows = condition.builder(studio, entity, typed, found.rows if found else None)
    severity = typed.get("severity", "medium")
    live = [one for one in app.entities.values() if not one.archived and not one.system]
    return Room(
        entity=entity,
        builder=rows,
        when=typed.get("when", ""),
        entities=tuple(Choice(one.name, one.text(locale), one is entity) for one in live),
        severities=_choices(lambda one: f"severity.{one}", inputs.SEVERITIES, (severity,), locale),
        tell=telling.choices(app, entity, typed.getlist("tell"), locale),
        timing=timing,
        kinds=_choices(lambda one: f"rules.kind.{one}", KINDS, (timing.kind,), locale),
        days=_choices(lambda one: f"rules.day.{one}", WEEK, timing.days, locale),
        every=EVERY,
        kept=_kept(timing),
        actions=actions.rows(app, entity, typed, locale),
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
        if one.field.type != "tags"
    ]
    return tuple(
        (over, tuple(Choice(one.path, one.label) for one in some))
        for over, some in groupby(places, key=lambda one: one.over)
    )


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What the rule as it is typed would find: `text` is its condition, `words` the same in words.

    `lines` say what is wrong; there are no figures then.
    """

    text: str
    words: str = ""
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
    asked = condition.asked_of(studio, entity, typed)
    found = inputs.read(studio, typed, {})
    if not asked.right:
        return Panel(text=asked.text, lines=asked.lines, unfinished=not asked.lines)
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
        text=asked.text,
        words=settings.said(desk, studio.app, entity.id, asked.text),
        lines=lines,
        expected=expected(desk, rule, counted=counted),
        tested=tested(desk, rule, record) if record and counted else None,
    )
