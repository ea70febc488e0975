"""A record as it was at an earlier moment, and what going back to it would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fieldstone.engine import access, as_of, records
from fieldstone.engine.records import Record, Reverted
from fieldstone.metadata.model import Entity, Field

from ..desk import Desk
from ..words import inside, say
from .forms import layout_of
from .kinds import shown_as
from .naming import called, shower
from .sections import Pair, PairSection
from .timeline import Change
from .values import Shown


@dataclass(frozen=True)
class Stays:
    """A field that cannot go back, and why."""

    label: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ThenModel:
    """Everything that the template of an earlier moment shows.

    `revert` is where going back is asked for, None for who may not change the record or where
    nothing would go back; `ask` is what it is confirmed by.
    """

    title: str
    entity: str
    icon: str
    when: str
    now_href: str
    at: str
    version: int
    sections: tuple[PairSection, ...]
    changes: tuple[Change, ...]
    stays: tuple[Stays, ...]
    untold: str
    revert: str | None
    ask: str
    reason_for: str | None
    """The stage field's label, where it goes back: that may need a reason."""

    problems: tuple[str, ...] = ()


def then_of(
    desk: Desk, entity: Entity, record_id: int, at: datetime, problems: tuple[str, ...] = ()
) -> ThenModel:
    """What the page of a moment shows; NotFound where the record was not there."""
    tx, locale = desk.tx, desk.locale
    then = records.get_as_of(tx, desk.caller, entity.id, record_id, at)
    wish = records.wished(tx, desk.caller, entity.id, record_id, at)
    teller = _Teller(desk, entity, then)
    left_out = as_of.left_out(as_of.looking_back(tx, entity.id, at), desk.caller, entity.id)
    goes = wish.fields and access.may(tx.app, desk.caller, entity.id, "update")
    comma = say("list.comma", locale)
    labels = comma.join(inside(one.text(locale), locale) for one in wish.fields)
    stage = entity.pipeline and entity.pipeline.field
    paths = desk.paths
    return ThenModel(
        title=called(desk, then),
        entity=entity.text(locale),
        icon=entity.icon or "list",
        when=desk.formats.long_moment(at),
        now_href=paths.record(entity.name, record_id),
        at=at.isoformat(),
        version=wish.record.version,
        sections=teller.sections(),
        changes=teller.changes(wish),
        stays=tuple(Stays(one.field.text(locale), one.problem.text(locale)) for one in wish.left),
        untold=comma.join(one.text(locale) for one in left_out if not one.system),
        revert=paths.act(entity.name, record_id, "revert") if goes else None,
        ask=say("then.ask", locale, fields=labels),
        reason_for=next(
            (inside(one.text(locale), locale) for one in wish.fields if one.id == stage), None
        ),
        problems=problems,
    )


@dataclass(frozen=True)
class _Teller:
    """Tells one record of then."""

    desk: Desk
    entity: Entity
    then: Record

    def sections(self) -> tuple[PairSection, ...]:
        """The sections of the form, then what the form leaves out and is not empty."""
        seen: set[str] = set()
        found = []
        for section in layout_of(self.desk.app, self.entity):
            fields = [self.entity.by_id[one.field] for one in section.fields
                      if one.field in self.then.values]  # fmt: skip
            seen.update(one.id for one in fields)
            text = section.text(self.desk.locale) if section.label else ""
            found.append(PairSection(text, tuple(map(self._pair, fields))))
        rest = [
            one
            for one in self.entity.live_fields
            if one.id in self.then.values and one.id not in seen and not one.system
        ]
        pairs = tuple(pair for one in rest if not (pair := self._pair(one)).shown.empty)
        found.append(PairSection(say("record.computed", self.desk.locale), pairs))
        return tuple(one for one in found if one.pairs)

    def changes(self, wish: Reverted) -> tuple[Change, ...]:
        """What going back changes, from now to then."""
        return tuple(
            Change(
                one.text(self.desk.locale),
                self._shown(one, wish.record),
                self._shown(one, self.then),
            )
            for one in wish.fields
        )

    def _pair(self, one: Field) -> Pair:
        return Pair(one.text(self.desk.locale), self._shown(one, self.then))

    def _shown(self, one: Field, record: Record) -> Shown:
        show = shower(self.desk, record.titles)
        declared = shown_as(self.desk.app, self.entity, one)
        return show.show(declared, record.values.get(one.id))
