"""The timeline of a record, told: its changes, what was added to it, and changes of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldstone.engine import access, timeline
from fieldstone.engine.history import Changed, Entry
from fieldstone.engine.records.record import Record
from fieldstone.engine.timeline import Event
from fieldstone.metadata.model import Entity, Field

from ..desk import Desk
from ..words import inside, say
from .kinds import shown_as
from .lists import Tab
from .naming import shower, title_of
from .related import inverses_of
from .sections import Pair
from .values import Link, Shower, Shown

OLDEST = "oldest"
"""What an address says of a timeline that begins with the oldest."""
_EACH = 20
_MOST_CHANGES = 8
_MOST_FACTS = 3
_FACT_TYPES = ("stage", "choice", "money", "date")


@dataclass(frozen=True)
class Change:
    """A field that changed: before and after."""

    label: str
    before: Shown
    after: Shown


@dataclass(frozen=True)
class Note:
    """A record that was added: its text, a few facts, and its page."""

    text: str
    href: str
    facts: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event as the template shows it."""

    who: str
    what: str
    icon: str
    hue: str
    at: datetime
    when: str
    exact: str
    changes: tuple[Change, ...] = ()
    note: Note | None = None
    about: Link | None = None
    then: str | None = None
    """Where the record is shown as it was after this."""


@dataclass(frozen=True)
class Timeline:
    """Events, where more are, the ways to see one kind alone, and the other way round.

    Without events `nothing` says so, and `onward` leads to what fills it.
    """

    events: tuple[Happening, ...]
    next: str | None = None
    kinds: tuple[Tab, ...] = ()
    more: str = ""
    turn: Tab | None = None
    nothing: str = ""
    onward: Tab | None = None


def timeline_of(
    desk: Desk,
    entity: Entity,
    record: Record,
    cursor: str | None = None,
    kind: str | None = None,
    order: str | None = None,
) -> Timeline:
    """A page of the timeline, from the cursor on, of all kinds or of one."""
    turned = order == OLDEST
    order = OLDEST if turned else None
    kinds = _kinds(desk, entity, record, kind, order)
    kind = kind if any(tab.current for tab in kinds[1:]) else None
    found = timeline.of(
        desk.tx, desk.caller, entity.id, record.id, _EACH, cursor or None, kind,
        oldest_first=turned,
    )  # fmt: skip
    teller = _Teller(desk, entity, record.id, found.titles)
    onward = None
    if found.next_cursor:
        onward = desk.paths.act(
            entity.name, record.id, "timeline", at=found.next_cursor, kind=kind, order=order
        )
    other = None if turned else OLDEST
    way = say("timeline.newest_first" if turned else "timeline.oldest_first", desk.locale)
    return Timeline(
        tuple(teller.tell(one) for one in found.events),
        onward,
        kinds,
        say("timeline.newer" if turned else "timeline.older", desk.locale),
        Tab(way, desk.paths.act(entity.name, record.id, "timeline", kind=kind, order=other), False),
        *(("", None) if found.events else _nothing(desk, entity, record, kind)),
    )


def _nothing(desk: Desk, entity: Entity, record: Record, kind: str | None) -> tuple[str, Tab]:
    """What an empty timeline says, and where one goes from it: to a new one, or back to all."""
    here = desk.paths.record(entity.name, record.id)
    all_ = Tab(say("timeline.show_all", desk.locale), here, False)
    one = next((each for each in inverses_of(desk, entity) if each.name == kind), None)
    if one is None:
        return say("timeline.empty", desk.locale), all_
    nothing = say("related.empty", desk.locale, what=inside(one.text(desk.locale), desk.locale))
    if not desk.may("create", one.entity):
        return nothing, all_
    new = say("list.new", desk.locale, what=inside(one.entity.text(desk.locale), desk.locale))
    given = {one.field.name: str(record.id), "next": here}
    return nothing, Tab(new, desk.paths.new(one.entity.name, **given), False)


def _kinds(
    desk: Desk, entity: Entity, record: Record, kind: str | None, order: str | None
) -> tuple[Tab, ...]:
    """All kinds together, the record's own changes, and each kind of record that points here."""
    named = [(one.name, one.text(desk.locale)) for one in inverses_of(desk, entity)]
    if not named:
        return ()
    named.insert(0, (timeline.CHANGES, say("timeline.changes", desk.locale)))
    chosen = kind if kind in dict(named) else None
    all_ = (None, say("timeline.all", desk.locale))
    act = desk.paths.act
    return tuple(
        Tab(text, act(entity.name, record.id, "timeline", kind=name, order=order), name == chosen)
        for name, text in (all_, *named)
    )


class _Teller:
    """Tells events of one entity's record to one reader."""

    def __init__(
        self, desk: Desk, entity: Entity, record_id: int, titles: Mapping[tuple[str, int], str]
    ) -> None:
        self.desk = desk
        self.entity = entity
        self.record_id = record_id
        self.titles = titles
        self.show: Shower = shower(desk, titles)

    def tell(self, event: Event) -> Happening:
        if event.entry is not None:
            return self._changed(event.entry, event.record)
        assert event.record is not None
        return self._added(event, event.record)

    def _who(self, member_id: int | None) -> str:
        if member_id is None:
            return say("timeline.system", self.desk.locale)
        return self.titles.get(("member", member_id)) or say("value.gone", self.desk.locale)

    def _changed(self, entry: Entry, child: Record | None) -> Happening:
        """A change of the record itself, or of one that points at it."""
        entity = self.desk.app.entity(child.entity_id) if child else self.entity
        moved = self._moved(entity, entry) if entry.kind == "changed" else ""
        changes = tuple(
            self._change(entity, one)
            for one in entry.changes[:_MOST_CHANGES]
            if one.field in entity.by_id and one.field != "deleted_at"
        )
        key = f"timeline.{'moved' if moved else entry.kind}" + ("_of" if child else "")
        icons = {"created": "plus", "deleted": "trash", "restored": "arrow-back-up",
                 "merged": "git-branch", "unmerged": "arrow-back-up"}  # fmt: skip
        return Happening(
            who=self._who(entry.actor),
            what=say(
                key,
                self.desk.locale,
                field=moved,
                what=self._called(entity),
                gone=self._title(entity, entry.merged_from),
                kept=self._title(entity, entry.merged_into),
            ),
            icon="route" if moved else icons.get(entry.kind, "pencil"),
            hue="indigo" if moved else "",
            changes=() if entry.kind == "created" else changes,
            about=self._link(entity, child) if child else None,
            then=None if child or entry.kind == "deleted" else self._then(entry.at),
            **self._time(entry.at),
        )

    def _then(self, at: datetime) -> str:
        paths = self.desk.paths
        return paths.act(self.entity.name, self.record_id, "then", at=at.isoformat())

    def _title(self, entity: Entity, record_id: int | None) -> str:
        found = self.titles.get((entity.id, record_id)) if record_id is not None else None
        return found or say("value.gone", self.desk.locale)

    def _link(self, entity: Entity, record: Record) -> Link:
        href = self.desk.paths.record(entity.name, record.id)
        return Link(title_of(self.desk, record) or str(record.id), href)

    def _moved(self, entity: Entity, entry: Entry) -> str:
        """The stage's label, where the change is a move of it."""
        pipeline = entity.pipeline
        if pipeline and any(one.field == pipeline.field for one in entry.changes):
            return inside(entity.field(pipeline.field).text(self.desk.locale), self.desk.locale)
        return ""

    def _change(self, entity: Entity, one: Changed) -> Change:
        declared = shown_as(self.desk.app, entity, entity.field(one.field))
        return Change(
            declared.text(self.desk.locale),
            self.show.show(declared, one.before),
            self.show.show(declared, one.after),
        )

    def _added(self, event: Event, record: Record) -> Happening:
        child = self.desk.app.entity(record.entity_id)
        by = record.values.get("created_by")
        return Happening(
            who=self._who(by),
            what=say("timeline.wrote", self.desk.locale, what=self._called(child)),
            icon=child.icon or "file-text",
            hue="teal",
            note=self._note(child, record),
            **self._time(self._happened(child, record) or event.at),
        )

    def _called(self, entity: Entity) -> str:
        return inside(entity.text(self.desk.locale), self.desk.locale)

    def _note(self, child: Entity, record: Record) -> Note:
        known = access.readable(self.desk.app, self.desk.caller, child.id)
        live = [one for one in child.live_fields if one.id in known and not one.system]
        text = self._text(live, record) or title_of(self.desk, record) or str(record.id)
        facts = [
            Pair(one.text(self.desk.locale), shown)
            for one in sorted(
                (one for one in live if one.family in _FACT_TYPES),
                key=lambda one: _FACT_TYPES.index(one.family),
            )
            if not (shown := self.show.show(one, record.values.get(one.id))).empty
        ]
        href = self.desk.paths.record(child.name, record.id)
        return Note(text, href, tuple(facts[:_MOST_FACTS]))

    def _happened(self, child: Entity, record: Record) -> datetime | None:
        """When it took place, where the record must say so itself; not when it is due."""
        if any(one.done for one in child.live_fields):
            return None
        for one in child.live_fields:
            if one.family == "datetime" and one.required and not one.system:
                at = record.values.get(one.id)
                past = isinstance(at, datetime) and at <= self.desk.tx.now
                return at if past else None
        return None

    def _text(self, live: list[Field], record: Record) -> str:
        """The text that the record is about, where it must have one."""
        one = next((each for each in live if each.family == "long_text" and each.required), None)
        return str(record.values.get(one.id) or "") if one else ""

    def _time(self, at: datetime) -> dict[str, Any]:
        return {
            "at": at,
            "when": self.desk.formats.ago(at),
            "exact": self.desk.formats.exact(at),
        }
