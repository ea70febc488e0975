"""Noting: what a publish does not refuse, but somebody should know before it.

Records that break a new check stay as they are; they cannot be saved again until they are mended.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ...metadata.model import App, Check, Entity, Field
from ...metadata.problems import Problem
from ...rules import Context, compile_expression, to_sql
from ..access import Caller
from ..tables import Tables
from ..transaction import Transaction
from .offending import Look


def notes(tx: Transaction, caller: Caller, after: App) -> Iterator[Problem]:
    """What stored rows make worth knowing about new checks, conditions and archived options."""
    for entity in after.entities.values():
        before = tx.app.entities.get(entity.id)
        if entity.archived or entity.system or before is None or entity.id not in tx.layout:
            continue
        look = _Look(tx, caller, before, entity, after)
        for check in entity.checks:
            yield from look.check(check)
        for one in entity.live_fields:
            yield from look.condition(one)
            yield from look.options(one)


class _Look(Look):
    """Looks at the rows of one entity with the eyes of its new checks."""

    def __init__(
        self, tx: Transaction, caller: Caller, before: Entity, after: Entity, app: App
    ) -> None:
        super().__init__(tx, caller, before, after)
        self.app = app

    def check(self, check: Check) -> Iterator[Problem]:
        old = {one.id: one for one in self.before.checks if not one.archived}
        there = old.get(check.id)
        if check.archived or (there and there.that == check.that):
            return
        broken = self.holds(f"not ({check.that})")
        if broken is not None:
            yield from self.told("publish.note_check", check, broken, "checks", check.id, "that")

    def condition(self, one: Field) -> Iterator[Problem]:
        old = self.before.by_id.get(one.id)
        stored = self.tx.layout.find(self.after.id, one.id)
        if not one.required_when or stored is None:
            return
        if old and old.required_when == one.required_when and not old.archived:
            return
        wanted = self.holds(one.required_when)
        if wanted is not None:
            broken = sa.and_(wanted, self._column(one.id).is_(None))
            place = ("fields", one.id, "required_when")
            yield from self.told("publish.note_required_when", one, broken, *place)

    def options(self, one: Field) -> Iterator[Problem]:
        """Options that are archived now and still set in records."""
        old = self.before.by_id.get(one.id)
        if one.family not in ("choice", "stage") or old is None:
            return
        live = {each.id for each in old.options if not each.archived}
        gone = [each for each in one.options if each.archived and each.id in live]
        if not gone or self.tx.layout.find(self.after.id, one.id) is None:
            return
        column = self._column(one.id)
        found = self.tx.connection.execute(sa.select(column).where(self.live).distinct())
        held = set(found.scalars())
        for option in gone:
            if option.id in held:
                place = ("fields", one.id, "options")
                yield from self.told("publish.note_option", option, column == option.id, *place)

    def holds(self, text: str) -> sa.ColumnElement[bool] | None:
        """A condition of the new app on the present rows; None if they lack what it reads."""
        expression = compile_expression(self.app, self.after.id, text)
        for entity_id, field_id in expression.uses:
            one = self.app.entity(entity_id).field(field_id)
            if one.family == "formula" and not one.stored:
                continue
            if not self._there(entity_id, one):
                return None
        tables = Tables(self.app, self.tx.layout, self.tx.tables.dialect)
        context = Context(now=self.tx.now, zone=self.tx.zone)
        return to_sql(expression, tables, self.table, context, mode="filter")

    def _there(self, entity_id: str, one: Field) -> bool:
        """Whether the field has its values already, in the way the new app keeps them."""
        old = self.tx.app.entities.get(entity_id)
        was = old.by_id.get(one.id) if old else None
        return was is not None and (was.type, was.scale, was.stored) == (
            one.type,
            one.scale,
            one.stored,
        )
