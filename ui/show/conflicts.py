"""Conflicts: what two people made of the same record, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldstone.engine import access
from fieldstone.engine.records.record import Record
from fieldstone.metadata.model import Entity, Field

from ..desk import Desk
from ..words import say
from .naming import target_of, title_of, titles_of
from .typed import Typed, record_id, record_ids, typed, wire


@dataclass(frozen=True)
class Versus:
    """One field that the person changed: what the other made of it, and what they did."""

    name: str
    label: str
    theirs: str
    mine: str
    values: Typed
    differs: bool


@dataclass(frozen=True)
class ConflictModel:
    """Everything that the page of a conflict shows; `version` is the record's as it is now."""

    title: str
    action: str
    cancel: str
    version: int
    rows: tuple[Versus, ...]
    before: str
    back: str = ""

    @property
    def differs(self) -> bool:
        """Whether both changed the same field, so that somebody must choose."""
        return any(row.differs for row in self.rows)


def conflict_of(
    desk: Desk,
    entity: Entity,
    record: Record,
    posted: Mapping[str, Typed],
    before: Mapping[str, Typed],
) -> ConflictModel:
    """The fields that the person changed since the form was opened, against the record now."""
    zone = desk.tx.zone
    titles = _titles(desk, entity, posted)
    may_write = access.writable(desk.app, desk.caller, entity.id)
    rows = []
    for one in entity.live_fields:
        mine = posted.get(one.name)
        if mine is None or one.id not in may_write:
            continue
        now = typed(one, record.values.get(one.id), zone)
        then = before.get(one.name)
        # Without what the form began with, every difference may be somebody else's work.
        if _same(desk, one, mine, now if then is None else then):
            continue
        touched = then is None or not _same(desk, one, now, then)
        differs = touched and not _same(desk, one, now, mine)
        rows.append(
            Versus(
                one.name,
                one.text(desk.locale),
                _read(desk, one, now, {**titles, **record.titles}),
                _read(desk, one, mine, titles),
                mine,
                differs,
            )
        )
    now_all = {
        one.name: typed(one, record.values.get(one.id), zone)
        for one in entity.live_fields
        if one.name in posted and one.id in may_write
    }
    return ConflictModel(
        title=say("form.edit", desk.locale, what=title_of(desk, record) or ""),
        action=desk.paths.act(entity.name, record.id, "edit"),
        cancel=desk.paths.record(entity.name, record.id),
        version=record.version,
        rows=tuple(rows),
        before=json.dumps(now_all, ensure_ascii=False, separators=(",", ":")),
    )


def _same(desk: Desk, one: Field, first: Typed, second: Typed) -> bool:
    zone = desk.tx.zone
    return bool(_key(wire(one, first, zone)) == _key(wire(one, second, zone)))


def _key(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _titles(desk: Desk, entity: Entity, posted: Mapping[str, Typed]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = {}
    for one in entity.live_fields:
        target = target_of(one)
        if target:
            ids = record_ids(posted.get(one.name, ()))
            wanted.setdefault(target, set()).update(ids)
    return titles_of(desk, wanted)


def said(desk: Desk, one: Field, values: Typed) -> str:
    """What was typed into a field, as a reader says it."""
    target = target_of(one)
    wanted = {target: set(record_ids(values))} if target else {}
    return _read(desk, one, values, titles_of(desk, wanted))


def _read(desk: Desk, one: Field, values: Typed, titles: Mapping[tuple[str, int], str]) -> str:
    """What was typed, as a reader says it."""
    kept = [value for value in values if value.strip()]
    target = target_of(one)
    if target:
        return ", ".join(titles.get((target, record_id(v) or 0), v) for v in kept)
    if one.options:
        named = [one.option_named(value) for value in kept]
        return ", ".join(option.text(desk.locale) for option in named if option)
    if one.family == "boolean":
        return say("value.yes" if kept and kept[-1] == "true" else "value.no", desk.locale)
    return " ".join(kept)
