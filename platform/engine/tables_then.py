"""Tables as they were at an earlier moment: the columns of then, for whatever SQL is built.

A value at a time is `before` of the first change after it, else the present one. Rows are those of
the tables of now, so a statement has the shape that it has for the present.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..metadata.problems import Problem
from ..rules import Context, Expression, to_sql
from ..rules.ir import Aggregate, Window
from ..rules.sql_types import UtcDateTime
from . import access
from .errors import Malformed
from .layout import StoredField
from .system_tables import CHANGE, FIELD_CHANGE, TRANSITION
from .tables import Tables, sql_type

FIXED: Final = frozenset({"id", "created_at", "created_by", "origin"})
"""What no write ever changes."""
_KEPT_OF_PEOPLE: Final = frozenset({"name", "team", "manager", "active"})
"""What of a member has a history."""
_MOVING: Final = frozenset({"stage", "owner", "tier"})
"""Types of which every value has its move, at the time that an import of history told of it."""


class TablesThen(Tables):
    """The tables of a workspace at the moment `at`; `lost` are fields that were stored otherwise.

    What was not made yet counts as deleted. A formula has its present meaning and the values of
    then.
    """

    def __init__(
        self, present: Tables, at: datetime, zone: ZoneInfo, lost: Collection[tuple[str, str]]
    ) -> None:
        super().__init__(present.app, present.layout, present.dialect)
        self._present = present
        self._at = sa.literal(at, UtcDateTime())
        self._context = Context(now=at, zone=zone)
        self._lost = lost

    @property
    def present(self) -> Tables:
        return self._present

    def column(self, row: sa.FromClause, entity_id: str, field_id: str) -> sa.ColumnElement[Any]:
        """A field's value then; Malformed where nobody knows it any more."""
        if field_id in FIXED:
            return self._present.column(row, entity_id, field_id)
        unknown = self.unknown(entity_id, field_id)
        if unknown is not None:
            raise Malformed(unknown)
        if self.app.entity(entity_id).field(field_id).family == "formula":
            expression = access.formula(self.app, entity_id, field_id)
            return to_sql(expression, self, row, self._context, mode="value")
        then = self._value(row, entity_id, field_id)
        if field_id != "deleted_at":
            return then
        made = self._present.column(row, entity_id, "created_at")
        return sa.type_coerce(sa.case((made > self._at, made), else_=then), then.type)

    def tags(self, entity_id: str) -> sa.FromClause:
        """The tags that were set then; of what an import made, those that it came with."""
        link = self._present.tags(entity_id)
        begun = sa.or_(link.c.valid_from <= self._at, link.c.source.like("import%"))
        held = sa.or_(link.c.valid_to.is_(None), link.c.valid_to > self._at)
        columns = [link.c[one] for one in ("record_id", "field_id", "tag_id", "source")]
        ended = sa.cast(sa.null(), UtcDateTime()).label("valid_to")
        return sa.select(*columns, link.c.valid_from, ended).where(begun, held).subquery()

    def unknown(self, entity_id: str, field_id: str) -> Problem | None:
        """Why a field's value then cannot be told, or None where it can."""
        entity = self.app.entity(entity_id)
        one = entity.field(field_id)
        if field_id in FIXED:
            return None
        if one.family == "formula":
            return self.unknown_in(access.formula(self.app, entity_id, field_id))
        if entity.system:
            kept = field_id in _KEPT_OF_PEOPLE
        else:
            kept = not one.system or field_id == "deleted_at"
        if not kept:
            return Problem("as_of.not_kept", {"field": one})
        lost = (entity_id, field_id) in self._lost
        return Problem("as_of.other_then", {"field": one}) if lost else None

    def unknown_in(self, expression: Expression) -> Problem | None:
        """Why an expression cannot be answered for then, or None where it can."""
        for node in expression.typed.walk():
            if isinstance(node, Aggregate | Window):
                return Problem("as_of.many")
        read = sorted(expression.uses | expression.relations)
        problems = (self.unknown(*one) for one in read)
        return next(filter(None, problems), None)

    def _value(self, row: sa.FromClause, entity_id: str, field_id: str) -> sa.ColumnElement[Any]:
        """`before` of the first change after the moment, else the present value."""
        present = self._present.column(row, entity_id, field_id)
        stored = self.layout.stored(entity_id, field_id)
        moving = self.app.entity(entity_id).field(field_id).family in _MOVING
        table = (TRANSITION if moving else FIELD_CHANGE).alias()
        made = CHANGE.alias()
        source: sa.FromClause = table
        at = table.c.at if moving else made.c.at
        if not moving:
            source = table.join(made, made.c.id == table.c.change_id)
        after = (
            table.c.entity == sa.literal(entity_id, table.c.entity.type),
            table.c.record_id == self._present.column(row, entity_id, "id"),
            table.c.field == sa.literal(field_id, table.c.field.type),
            at > self._at,
        )
        any_: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(source).where(*after)
        first = sa.select(table.c.before).select_from(source).where(*after)
        first = first.order_by(table.c.id).limit(1)
        found = sa.case(
            (
                sa.exists(any_.correlate_except(table, made)),
                self._read(first.correlate_except(table, made).scalar_subquery(), stored),
            ),
            else_=present,
        )
        return sa.type_coerce(found, present.type)

    def _read(self, text: sa.ColumnElement[Any], stored: StoredField) -> sa.ColumnElement[Any]:
        """A value that the history holds as canonical text, as its column holds it."""
        if stored.storage == "text":
            return text
        if stored.storage == "boolean":
            return sa.func.coalesce(text == "true", sa.false(), type_=sa.Boolean())
        if self.dialect == "postgresql":
            return sa.cast(text, sql_type(stored))
        match stored.storage:
            case "decimal":
                # All digits behind the point are written, so without it this is the scaled one.
                return sa.cast(sa.func.replace(text, ".", ""), sa.BigInteger())
            case "datetime":
                whole = sa.func.replace(text, "Z", ".000000Z")
                return sa.case((sa.func.instr(text, ".") > 0, text), else_=whole)
            case "date":
                return text
            case _:
                return sa.cast(text, sa.BigInteger())
