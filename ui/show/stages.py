"""The stage stepper: where a record stands, what the next stage needs, the key actions here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fieldstone.engine import access, records
from fieldstone.engine.errors import Refused
from fieldstone.engine.records.record import Record
from fieldstone.metadata.model import Entity, FormField, Pipeline, Stage
from fieldstone.metadata.problems import Problem

from ..desk import Desk
from ..words import say
from .beside import along
from .conditions import speaker
from .forms import FormMaker, Slot
from .typed import Typed
from .values import Shown

REASON = "reason"
TICK = "tick"


@dataclass(frozen=True)
class Step:
    """A stage in the stepper; `state` is done, now or ahead, `outcome` won, lost or empty."""

    name: str
    text: str
    state: str
    outcome: str
    hint: str
    move: str | None


@dataclass(frozen=True)
class TickBox:
    """A key action of a stage: its key, its stage (by name, or in words where it is asked for)."""

    id: str
    stage: str
    text: str
    done: bool
    required: bool
    action: str


@dataclass(frozen=True)
class Asking:
    """What a stage that was asked for still needs, to be filled in on the spot."""

    to: str
    text: str
    action: str
    cancel: str
    problems: tuple[str, ...]
    slots: tuple[Slot, ...]
    ticks: tuple[TickBox, ...] = ()


@dataclass(frozen=True)
class Stepper:
    """Everything about the stage of one record."""

    label: str
    steps: tuple[Step, ...]
    days: str = ""
    locked: str = ""
    next: str = ""
    lacking: str = ""
    ticks: tuple[TickBox, ...] = ()
    asking: Asking | None = None


def stepper_of(
    desk: Desk, entity: Entity, record: Record, asking: Asking | None = None
) -> Stepper | None:
    """The stepper of a record, or None where its entity has no stages that the caller may read."""
    pipeline = entity.pipeline
    known = access.readable(desk.app, desk.caller, entity.id)
    if pipeline is None or pipeline.field not in known:
        return None
    now = record.values.get(pipeline.field)
    live = [one for one in pipeline.stages if not one.archived or one.id == now]
    may_move = pipeline.field in access.writable(desk.app, desk.caller, entity.id)
    place = next((at for at, one in enumerate(live) if one.id == now), -1)
    present = live[place] if place >= 0 else None
    move = desk.paths.act(entity.name, record.id, "stage", **along()) if may_move else None
    found = Stepper(
        label=entity.field(pipeline.field).text(desk.locale),
        steps=tuple(_step(desk, one, at, place, present, move) for at, one in enumerate(live)),
        days=_days(desk, pipeline, record, present),
        locked=say("stage.locked_here", desk.locale, stage=present.text(desk.locale))
        if present and present.locked
        else "",
        asking=asking,
    )
    if present is None or present.closed or asking:
        return found
    found = replace(found, ticks=_ticks(desk, entity, record, present, may_move))
    following = next((one for one in live[place + 1 :] if one.closed != "lost"), None)
    if following is None or not may_move:
        return found
    lacking = _lacking(desk, entity, record, following)
    return replace(found, next=following.text(desk.locale), lacking=lacking)


def _step(
    desk: Desk, one: Stage, at: int, place: int, present: Stage | None, move: str | None
) -> Step:
    lost = present is not None and present.closed == "lost"
    state = "now" if at == place else ("done" if at < place and not lost else "ahead")
    return Step(one.name, one.text(desk.locale), state, one.closed or "", _hint(desk, one), move)


def _hint(desk: Desk, one: Stage) -> str:
    parts = [one.description.get(desk.locale) or one.description.get("en") or ""]
    probability, most = one.properties.get("probability"), one.properties.get("max_days")
    if probability is not None:
        parts.append(say("stage.probability", desk.locale, p=desk.formats.percent(probability)))
    if most is not None:
        parts.append(say("stage.max_days", desk.locale, n=most))
    return " · ".join(part for part in parts if part)


def _days(desk: Desk, pipeline: Pipeline, record: Record, present: Stage | None) -> str:
    entered = record.values.get(f"{pipeline.field}_entered_at")
    if entered is None or present is None or present.closed:
        return ""
    days = (desk.formats.today - entered.astimezone(desk.tx.zone).date()).days
    return say("stage.days", desk.locale, n=max(days, 0))


def _ticks(
    desk: Desk, entity: Entity, record: Record, present: Stage, may_tick: bool
) -> tuple[TickBox, ...]:
    done = {
        one.item
        for one in records.ticks(desk.tx, desk.caller, entity.id, record.id)
        if one.stage == present.id
    }
    action = desk.paths.act(entity.name, record.id, "tick", **along()) if may_tick else ""
    return tuple(
        TickBox(
            item.id, present.name, item.text(desk.locale), item.id in done, item.required, action
        )
        for item in present.checklist
        if not item.archived
    )


def _lacking(desk: Desk, entity: Entity, record: Record, following: Stage) -> str:
    """What the next stage needs and has not, in a few words; empty when it may be entered."""
    try:
        problems = records.missing_for_stage(
            desk.tx, desk.caller, entity.id, record.id, following.name
        )
    except Refused:
        return ""
    words = [_short(desk, entity, one) for one in problems]
    return say("list.comma", desk.locale).join(dict.fromkeys(words))


def _short(desk: Desk, entity: Entity, problem: Problem) -> str:
    """A missing thing by its name alone."""
    thing = problem.params.get("field") or problem.params.get("item")
    if thing is not None:
        return str(thing.text(desk.locale))
    condition = problem.params.get("condition")
    if condition:
        said = speaker(desk, entity).parts(str(condition))
        return say("list.comma", desk.locale).join(part.words for part in said)
    return problem.text(desk.locale)


def _now_if_empty(desk: Desk, slot: Slot) -> Slot:
    """A time that a stage asks for is most often the present one."""
    if slot.value or slot.type not in ("date", "datetime"):
        return slot
    local = desk.tx.now.astimezone(desk.tx.zone)
    return replace(
        slot,
        values=(f"{local:%Y-%m-%dT%H:%M}" if slot.type == "datetime" else f"{local:%Y-%m-%d}",),
    )


def _in_words(desk: Desk, entity: Entity, problem: Problem) -> str:
    """A problem as a sentence; a condition is said in words instead of as it is written."""
    condition = problem.params.get("condition")
    if not condition:
        return problem.text(desk.locale)
    parts = speaker(desk, entity).parts(str(condition))
    what = say("list.comma", desk.locale).join(part.words for part in parts)
    return say("stage.condition", desk.locale, what=what)


def asking_of(
    desk: Desk,
    entity: Entity,
    record: Record,
    to: str,
    problems: Sequence[Problem],
    maker: FormMaker,
    posted: Mapping[str, Typed],
) -> Asking | None:
    """What to ask for before the record may enter the stage `to`; None for no such stage."""
    pipeline = entity.pipeline
    stage = (
        next((one for one in pipeline.stages if to in (one.name, one.id)), None)
        if pipeline
        else None
    )
    if pipeline is None or stage is None:
        return None
    locale = desk.locale
    names = [problem.pointer.strip("/").split("/")[0] for problem in problems]
    stage_name = entity.field(pipeline.field).name
    asked = [
        one
        for one in entity.live_fields
        if one.name != stage_name and (one.name in names or one.name in posted)
    ]
    slots = [
        _now_if_empty(desk, slot) for one in asked if (slot := maker.slot(FormField(field=one.id)))
    ]
    shown = {slot.name for slot in slots if not slot.read_only}
    if REASON in names or REASON in posted:
        slots.append(_reason_slot(locale, problems, posted.get(REASON, ())))
        shown.add(REASON)
    rest = [
        _in_words(desk, entity, problem)
        for problem, name in zip(problems, names, strict=True)
        if name not in shown and "item" not in problem.params
    ]
    return Asking(
        to=stage.name,
        text=stage.text(locale),
        action=desk.paths.act(entity.name, record.id, "stage", **along()),
        cancel=desk.paths.record(entity.name, record.id, **along()),
        problems=tuple(rest),
        slots=tuple(replace(slot, required=True) for slot in slots if not slot.read_only),
        ticks=_asked_ticks(desk, entity, problems, posted.get(TICK, ())),
    )


def _reason_slot(locale: str, problems: Sequence[Problem], values: Typed) -> Slot:
    wrong = tuple(one.text(locale) for one in problems if one.pointer == f"/{REASON}")
    return Slot(
        id="stage-reason",
        name=REASON,
        type="long_text",
        required=True,
        wide=True,
        label=say("stage.reason", locale),
        values=values,
        look="long_text",
        shown=Shown("long_text", empty=True),
        problems=wrong if values else (),
    )


def _asked_ticks(
    desk: Desk, entity: Entity, problems: Sequence[Problem], posted: Typed
) -> tuple[TickBox, ...]:
    """The key actions that are not ticked yet, and those that were ticked along with the move."""
    missing = {
        f"{one.params['stage'].name}/{one.params['item'].name}"
        for one in problems
        if "item" in one.params
    }
    stages = entity.pipeline.stages if entity.pipeline else ()
    return tuple(
        TickBox(key, stage.text(desk.locale), item.text(desk.locale), key in posted, True, "")
        for stage in stages
        for item in stage.checklist
        if (key := f"{stage.name}/{item.name}") in missing or key in posted
    )
