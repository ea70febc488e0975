"""Boards: an entity's records in a column for each stage, with counts, sums and short cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fieldstone.engine import access, alerts, query, records, samples
from fieldstone.engine.alerts import AlertRequest
from fieldstone.engine.errors import NotFound
from fieldstone.engine.query import AggregateRequest, ListRequest
from fieldstone.engine.records.record import Record
from fieldstone.metadata.model import Entity, Field, Pipeline, Stage, View

from ..desk import Desk
from ..words import say
from .kinds import shown_as
from .marks import hue
from .naming import called, shower, target_of, titles_of
from .values import Shown

CARDS = 20
"""How many cards of a column come at once."""

_MOST_ALERTS = 500
_NUMBERS = frozenset({"money", "integer", "decimal"})


@dataclass(frozen=True)
class Faces:
    """What a card shows besides its title: one amount, a date, a person, the stage's time."""

    amount: Field | None
    day: Field | None
    owner: Field | None
    entered: Field | None

    @property
    def names(self) -> tuple[str, ...]:
        shown = (self.amount, self.day, self.owner, self.entered)
        return tuple(one.name for one in shown if one is not None)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A record on the board."""

    id: int
    version: int
    title: str
    href: str
    move: str | None
    stage: str = ""
    amount: Shown | None = None
    day: Shown | None = None
    day_label: str = ""
    owner: Shown | None = None
    stayed: str = ""
    alert: str = ""
    severity: str = ""
    sample: bool = False


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands above a column: the stage, how many records, and their sums."""

    name: str
    text: str
    hue: str
    href: str
    count: str
    sum: str = ""
    weighted: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Lane:
    """A column: its head, its first cards, and where more of them are."""

    head: Head
    cards: tuple[Card, ...]
    more: str | None = None


@dataclass(frozen=True)
class Target:
    """A stage that a card may be moved to."""

    name: str
    text: str
    outcome: str


@dataclass(frozen=True)
class BoardModel:
    """The board of an entity as its template shows it."""

    label: str
    lanes: tuple[Lane, ...]
    targets: tuple[Target, ...]

    @property
    def empty(self) -> bool:
        """Whether no column has a card."""
        return not any(lane.cards for lane in self.lanes)


@dataclass(frozen=True)
class BoardMaker:
    """Makes a board, or a part of one, from the question that its list asks.

    `asked` is the list's question without fields; `kept` are the parameters of its address.
    """

    desk: Desk
    entity: Entity
    pipeline: Pipeline
    view: View | None
    asked: ListRequest
    kept: Mapping[str, str | None]

    @property
    def field(self) -> Field:
        return self.entity.field(self.pipeline.field)

    @property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(one for one in self.pipeline.stages if not one.archived)

    def targets(self) -> tuple[Target, ...]:
        """The stages that cards may be moved to; none for who may not."""
        if not self.may_move():
            return ()
        locale = self.desk.locale
        return tuple(Target(one.name, one.text(locale), one.closed or "") for one in self.stages)

    def may_move(self) -> bool:
        """Whether the caller may move some record of the entity at all."""
        may_write = access.writable(self.desk.app, self.desk.caller, self.entity.id)
        return self.desk.may("update", self.entity) and self.field.id in may_write

    def heads(self, hrefs: Mapping[str, str]) -> tuple[Head, ...]:
        """The heads of all columns, counted and added up in one statement."""
        amount, weighted = self._summed()
        measures = ["count: count()"]
        measures += [f"total: sum({amount.name})"] if amount else []
        measures += [f"weighted: sum({weighted.name})"] if weighted else []
        rows = query.aggregate(
            self.desk.tx,
            self.desk.caller,
            AggregateRequest(
                entity_id=self.entity.id,
                groups=(self.field.name,),
                measures=tuple(measures),
                filter=self.asked.filter,
                where=self.asked.where,
                q=self.asked.q,
            ),
        )
        found = {row[self.field.name]: row for row in rows}
        return tuple(
            self._head(one, found.get(one.name, {}), amount, hrefs[one.name]) for one in self.stages
        )

    def _head(self, stage: Stage, row: Mapping[str, Any], amount: Field | None, href: str) -> Head:
        locale, formats = self.desk.locale, self.desk.formats
        total = Decimal(row.get("total") or 0)
        probability = stage.properties.get("probability")
        weighted = row.get("weighted")
        if weighted is None and probability is not None:
            weighted = total * Decimal(probability)
        weigh = amount is not None and probability is not None and not stage.closed
        money = amount is not None and self._shown(amount).family == "money"

        def said(value: Decimal) -> str:
            return formats.money_short(value) if money else formats.number(value)

        return Head(
            name=stage.name,
            text=stage.text(locale),
            hue=hue(stage, self.pipeline.stages),
            href=href,
            count=formats.number(row.get("count", 0), 0),
            sum=said(total) if amount else "",
            weighted=say("board.weighted", locale, sum=said(Decimal(weighted or 0)))
            if weigh
            else "",
            hint=stage.description.get(locale) or stage.description.get("en") or "",
        )

    def _summed(self) -> tuple[Field | None, Field | None]:
        """What is added up: as the pipeline says, else the amount on the cards."""
        known = access.readable(self.desk.app, self.desk.caller, self.entity.id)

        def declared(field_id: str | None) -> Field | None:
            one = self.entity.by_id.get(field_id or "")
            return one if one is not None and not one.archived and one.id in known else None

        amount = declared(self.pipeline.amount) if self.pipeline.amount else self.faces().amount
        return amount, declared(self.pipeline.weighted) if amount else None

    def _shown(self, one: Field) -> Field:
        return shown_as(self.desk.app, self.entity, one)

    def faces(self) -> Faces:
        """What cards show: of the view's columns first, then of the entity's fields."""
        known = access.readable(self.desk.app, self.desk.caller, self.entity.id)
        order = (
            [column.path[0] for column in self.view.columns if len(column.path) == 1]
            if (self.view)
            else []
        )
        own = [self.entity.by_id[one] for one in order if one in self.entity.by_id]
        rest = [one for one in self.entity.live_fields if one.id not in order and not one.system]
        fields = [one for one in (*own, *rest) if one.id in known and not one.archived]

        def first(*types: str) -> Field | None:
            return next((one for one in fields if self._shown(one).look in types), None)

        declared = self.entity.by_id.get(self.pipeline.amount or "")
        amount = declared if declared is not None and declared.id in known else first("money")
        entered = access.field_for(
            self.desk.app, self.desk.caller, self.entity.id, f"{self.field.name}_entered_at"
        )
        return Faces(amount, first("date", "datetime"), first("owner", "member"), entered)

    def lanes(self, heads: Sequence[Head], more: Mapping[str, str]) -> tuple[Lane, ...]:
        """All columns with their first cards; a fixed number of statements a column."""
        pages = [self._page(stage, None) for stage in self.stages]
        cards = self.cards([record for page in pages for record in page.records])
        by_id = {card.id: card for card in cards}
        return tuple(
            Lane(
                head,
                tuple(by_id[record.id] for record in page.records),
                _at(more[stage.name], page.next_cursor),
            )
            for stage, head, page in zip(self.stages, heads, pages, strict=True)
        )

    def lane(self, head: Head, stage: Stage, cursor: str, more: str) -> Lane:
        """The next cards of one column."""
        page = self._page(stage, cursor)
        return Lane(head, self.cards(page.records), _at(more, page.next_cursor))

    def _page(self, stage: Stage, cursor: str | None) -> query.Page:
        asked = replace(
            self.asked,
            where=(*self.asked.where, f'{self.field.id} == "{stage.id}"'),
            fields=self._names(),
            limit=CARDS,
            cursor=cursor,
            titles=False,
        )
        return query.page(self.desk.tx, self.desk.caller, asked)

    def _names(self) -> tuple[str, ...]:
        title = self.entity.field(self.entity.title).name
        return tuple(dict.fromkeys((title, self.field.name, *self.faces().names)))

    def one(self, record_id: int) -> Card | None:
        """The card of one record, or None where the caller no longer sees it."""
        try:
            found = records.get(
                self.desk.tx, self.desk.caller, self.entity.id, record_id, titles=False
            )
        except NotFound:
            return None
        return self.cards([found])[0]

    def cards(self, found: Sequence[Record]) -> tuple[Card, ...]:
        """Cards of records, whatever their number in the same few statements."""
        faces = self.faces()
        wanted: defaultdict[str, set[int]] = defaultdict(set)
        target = target_of(faces.owner) if faces.owner else None
        for record in found:
            held = record.values.get(faces.owner.id) if faces.owner else None
            if target and isinstance(held, int):
                wanted[target].add(held)
        show = shower(self.desk, titles_of(self.desk, wanted))
        told = self._alerts([record.id for record in found])
        move = self.may_move()

        def shown(one: Field | None, record: Record) -> Shown | None:
            if one is None:
                return None
            return show.show(self._shown(one), record.values.get(one.id))

        def amount(record: Record) -> Shown | None:
            found = shown(faces.amount, record)
            if found is None or found.empty or found.type != "money":
                return found
            return replace(found, text=self.desk.formats.money_short(found.raw), hint=found.text)

        return tuple(
            Card(
                id=record.id,
                version=record.version,
                title=called(self.desk, record),
                href=self.desk.paths.record(self.entity.name, record.id),
                move=self._move(record.id) if move else None,
                stage=self._stage(record),
                amount=amount(record),
                day=shown(faces.day, record),
                day_label=faces.day.text(self.desk.locale) if faces.day else "",
                owner=shown(faces.owner, record),
                stayed=self._stayed(faces, record),
                alert=told.get(record.id, ("", ""))[0],
                severity=told.get(record.id, ("", ""))[1],
                sample=record.values.get("origin") == samples.ORIGIN,
            )
            for record in found
        )

    def _move(self, record_id: int) -> str:
        return self.desk.paths.act(self.entity.name, record_id, "board", **self.kept)

    def _stage(self, record: Record) -> str:
        held = record.values.get(self.field.id)
        return next((one.name for one in self.pipeline.stages if one.id == held), "")

    def _stayed(self, faces: Faces, record: Record) -> str:
        """How long it has been in its stage, where that is longer than the stage allows."""
        held = record.values.get(self.field.id)
        stage = next((one for one in self.pipeline.stages if one.id == held), None)
        entered = record.values.get(faces.entered.id) if faces.entered else None
        most = stage.properties.get("max_days") if stage else None
        if most is None or entered is None or (stage and stage.closed):
            return ""
        days = (self.desk.formats.today - entered.astimezone(self.desk.tx.zone).date()).days
        return say("board.stayed", self.desk.locale, n=days) if days > most else ""

    def _alerts(self, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        """The most urgent open alert of each record: what it says, and how urgent it is."""
        if not ids:
            return {}
        asked = AlertRequest(entity=self.entity.id, record_ids=tuple(ids), limit=_MOST_ALERTS)
        found: dict[int, tuple[str, str]] = {}
        for one in alerts.inbox(self.desk.tx, self.desk.caller, asked).alerts:
            found.setdefault(one.record_id, (one.message, one.severity))
        return found


def _at(path: str, cursor: str | None) -> str | None:
    """The address of the cards from a cursor on."""
    if cursor is None:
        return None
    return f"{path}{'&' if '?' in path else '?'}at={cursor}"
