"""Bulk changes as values for the templates: the bar of what is chosen, the dialog, the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstone.engine import access, bulk
from fieldstone.engine.bulk import Bulk, Chosen, Counted
from fieldstone.engine.records import preview
from fieldstone.engine.records.update import changeable
from fieldstone.metadata.model import Entity, Field, FormField

from ..bulk_paths import BulkPaths
from ..desk import Desk
from ..words import joined, say
from .choosing import Choosing
from .forms import FormMaker, Slot
from .kinds import shown_as
from .left import plain
from .lists import Choice
from .naming import shower, target_of, titles_of
from .typed import Typed, record_ids

_NEVER = frozenset({"formula", "auto_number", "tier", "stage"})
_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Dialog:
    """What is asked before many records are changed or deleted."""

    act: str
    title: str
    will: str
    fixed: str
    button: str
    change: str
    again: str
    back: str
    token: str
    ids: tuple[int, ...] | None
    fields: tuple[Choice, ...] = ()
    slot: Slot | None = None
    different: str = ""
    old: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A record that was refused or left, and why."""

    href: str
    title: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How far a bulk change is, or what came of it."""

    title: str
    what: str
    state: str
    state_text: str
    working: bool
    stops: bool
    waits: bool
    stuck: bool
    done: int
    total: int
    progress: str
    counts: tuple[tuple[str, str, str], ...]
    why: tuple[str, ...]
    refused: tuple[Line, ...]
    left: tuple[Line, ...]
    undone: str
    undo: bool


def choosing_of(
    desk: Desk, entity: Entity, ids: Sequence[int], asked: Mapping[str, str | None], *, more: bool
) -> Choosing | None:
    """How rows of a page are chosen; None for who may change none."""
    may_update = desk.may("update", entity) and bool(fields_of(desk, entity))
    may_delete = desk.may("delete", entity)
    if not ids or not (may_update or may_delete):
        return None
    rows: Mapping[int, Any] = dict.fromkeys(ids)
    allowed = changeable(
        desk.tx, desk.caller, entity.id, rows, "update" if may_update else "delete"
    )
    paths = BulkPaths(desk.paths.slug)
    return Choosing(
        act=paths.of_list(entity.name, "choose", asked),
        all=paths.of_list(entity.name, "all", asked),
        more=more,
        fixed=frozenset(ids) - allowed,
        update=may_update,
        delete=may_delete,
    )


def fields_of(desk: Desk, entity: Entity) -> tuple[Field, ...]:
    """The fields that may be changed in many records at once: not what must differ in each."""
    settable = access.writable(desk.app, desk.caller, entity.id)
    return tuple(
        one
        for one in entity.live_fields
        if one.id in settable and one.family not in _NEVER and not one.unique
    )


def slot_of(
    desk: Desk, entity: Entity, field: Field, posted: Typed, problems: tuple[str, ...]
) -> Slot | None:
    """The form's own control for the new value."""
    blank = preview.of_change(desk.tx, desk.caller, entity.id, {}, {})
    target = target_of(field)
    wanted = {target: set(record_ids(posted))} if target else {}
    titles = titles_of(desk, wanted)
    maker = FormMaker(
        desk, entity, blank, "update", titles, {field.name: posted}, {field.name: problems}
    )
    return maker.slot(FormField(field=field.id))


def old_of(
    desk: Desk, entity: Entity, field: Field, chosen: Chosen
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """How many different values there are now, and the commonest with their counts."""
    old = bulk.old_values(desk.tx, desk.caller, chosen, field)
    target = target_of(field)
    values = [value for value, _ in old.top if value is not None]
    titles = titles_of(desk, {target: set(values)}) if target else {}
    show, kind = shower(desk, titles), shown_as(desk.app, entity, field)

    def said(value: Any) -> str:
        if field.family == "boolean":
            value = bool(value)
        elif field.family == "tags" and value is not None:
            value = frozenset({value})
        shown = show.show(kind, value)
        return say("bulk.empty", desk.locale) if shown.empty else shown.text

    number = desk.formats.number
    return (
        say("bulk.different", desk.locale, n=old.distinct, shown=number(old.distinct, 0)),
        tuple((said(value), number(many, 0)) for value, many in old.top),
    )


def will(desk: Desk, act: str, counted: Counted) -> tuple[str, str, str]:
    """What will be done, what will not, and the button that says so."""
    number = desk.formats.number
    may, fixed = number(counted.may, 0), number(counted.fixed, 0)
    return (
        say(f"bulk.will_{act}", desk.locale, n=counted.may, shown=may),
        say("bulk.fixed", desk.locale, n=counted.fixed, shown=fixed) if counted.fixed else "",
        say(f"bulk.do_{act}", desk.locale, n=counted.may, shown=may),
    )


def outcome_of(desk: Desk, one: Bulk) -> Outcome:
    """The outcome as its reader sees it."""
    entity, locale, number = desk.app.entity(one.entity), desk.locale, desk.formats.number
    back = one.state in ("undoing", "undone")
    names = ("changed", "same", "refused") if one.act == "update" else ("changed", "refused")
    restored, left = (one.counts.get(name, 0) for name in ("restored", "left"))
    return Outcome(
        title=say(f"bulk.title_{one.act}", locale, what=entity.plural_text(locale)),
        what=_what(desk, entity, one),
        state=one.state,
        state_text=say(f"bulk.state.{one.state}", locale),
        working=one.state in bulk.WORKING and not one.stuck,
        stops=one.state in ("running", "undoing"),
        waits=one.waits,
        stuck=one.stuck,
        done=one.done,
        total=one.total,
        progress=f"{number(one.done, 0)} / {number(one.total, 0)}",
        counts=tuple(
            (name, say(f"bulk.{_counted(one, name)}", locale), number(one.counts[name], 0))
            for name in names
        ),
        why=tuple(each.get(locale, each["en"]) for each in one.why),
        refused=_lines(desk, entity, one, "refused") if one.counts["refused"] else (),
        left=_lines(desk, entity, one, "left") if left else (),
        undone=say("bulk.undone", locale, restored=number(restored, 0), left=number(left, 0))
        if back or restored
        else "",
        undo=one.state in bulk.OVER[:-1] and one.counts["changed"] > restored + left,
    )


def _counted(one: Bulk, name: str) -> str:
    return "deleted" if one.act == "delete" and name == "changed" else name


def _what(desk: Desk, entity: Entity, one: Bulk) -> str:
    field = entity.by_id.get(one.field or "")
    return field.text(desk.locale) if field else ""


def _lines(desk: Desk, entity: Entity, one: Bulk, state: str) -> tuple[Line, ...]:
    rows = bulk.rows(desk.tx, one, state, limit=_SHOWN)
    titles = titles_of(desk, {entity.id: {row.record_id for row in rows}})
    return tuple(
        Line(
            desk.paths.record(entity.name, row.record_id),
            titles.get((entity.id, row.record_id)) or f"#{row.record_id}",
            joined(each.get(desk.locale, each["en"]) for each in row.reasons if not plain(each)),
        )
        for row in rows
    )
