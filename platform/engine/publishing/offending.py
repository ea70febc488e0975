"""Offending rows: what is stored already and breaks what the new documents ask for.

Each problem counts the rows and names up to five of them, so that they can be mended first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any

import sqlalchemy as sa

from ...metadata.fields import BECOMING
from ...metadata.model import App, Entity, Field, Named
from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..transaction import Transaction
from . import replacing
from .rows import Scope, every

_EXAMPLES = 5
_KEYS = {
    "publish.required_new": "required",
    "publish.required_empty": "required",
    "publish.below_minimum": "min",
    "publish.above_maximum": "max",
    "publish.too_long": "max_length",
}
"""The key of a field's document that each problem is about."""


def offending(
    tx: Transaction, caller: Caller, after: App, scope: Scope = every
) -> Iterator[Problem]:
    """Everything that stored rows break, of those in `scope`; `tx` is at the revision before."""
    for entity in after.entities.values():
        before = tx.app.entities.get(entity.id)
        if entity.archived or entity.system or before is None or entity.id not in tx.layout:
            continue
        look = Look(tx, caller, before, entity, scope)
        for one in entity.live_fields:
            if not one.system:
                yield from look.field(one, before.by_id.get(one.id))
        yield from look.groups()


class Look:
    """Looks for rows of one entity that break its new fields."""

    def __init__(
        self, tx: Transaction, caller: Caller, before: Entity, after: Entity, scope: Scope = every
    ) -> None:
        self.tx = tx
        self.caller = caller
        self.before = before
        self.after = after
        self.table = tx.tables.table(after.id)
        live = self._column("deleted_at").is_(None)
        self.live = sa.and_(live, scope(self.table.name).clause)

    def field(self, one: Field, old: Field | None) -> Iterator[Problem]:
        was = old if old and not old.archived and not self.before.archived else None
        if one.required and not (was and was.required):
            yield from self.required(one, old)
        stored = self.tx.layout.find(self.after.id, one.id)
        if old is None or stored is None:
            return
        if one.unique and (not (was and was.unique) or self._replaced(one.id)):
            yield from self.repeated((one,), "fields", one.id, "unique")
        if not BECOMING.widens(old.type, one.type):
            # The conversion reads every value as the new type does, bounds included.
            return
        whole = stored.storage == "integer"
        for problem_id, condition, bound in _bounds(one, was, self._column(one.id), whole):
            yield from self.broken(problem_id, one, condition, bound=bound)

    def required(self, one: Field, old: Field | None) -> Iterator[Problem]:
        if one.family == "boolean":
            return
        if old is None or (one.family != "tags" and not self.tx.layout.find(self.after.id, one.id)):
            if one.default is None or one.default.value is None:
                yield from self.broken("publish.required_new", one, sa.true())
        elif one.family == "tags":
            link = self.tx.tables.tags(self.after.id)
            tagged = sa.exists().where(
                link.c.record_id == self._column("id"),
                link.c.field_id == one.id,
                link.c.valid_to.is_(None),
            )
            yield from self.broken("publish.required_empty", one, ~tagged)
        else:
            yield from self.broken("publish.required_empty", one, self._column(one.id).is_(None))

    def broken(
        self, problem_id: str, one: Field, condition: sa.ColumnElement[bool], **params: Any
    ) -> Iterator[Problem]:
        place = ("fields", one.id, _KEYS[problem_id])
        yield from self.told(problem_id, one, condition, *place, **params)

    def told(
        self,
        problem_id: str,
        about: Named,
        condition: sa.ColumnElement[bool],
        *place: str,
        **params: Any,
    ) -> Iterator[Problem]:
        """The problem of live rows for which a condition holds, if there are any."""
        rows = self._count(condition)
        if rows:
            yield Problem(
                problem_id,
                {
                    "entity": self.after,
                    "field": about,
                    "rows": rows,
                    "examples": "; ".join(self._titles(condition)),
                    **params,
                },
                document=f"entity/{self.after.id}",
                pointer="/" + "/".join(place),
            )

    def groups(self) -> Iterator[Problem]:
        old = {one.id: one for one in self.before.unique if not one.archived}
        for group in self.after.unique:
            there = old.get(group.id)
            if group.archived:
                continue
            if (
                there
                and there.fields == group.fields
                and not any(map(self._replaced, group.fields))
            ):
                continue
            fields = [self.after.field(one) for one in group.fields]
            if all(self.tx.layout.find(self.after.id, one.id) for one in fields):
                yield from self.repeated(fields, "unique", group.id)

    def repeated(self, fields: Iterable[Field], *place: str) -> Iterator[Problem]:
        """Values that two live rows share, where none of them is empty."""
        named = tuple(fields)
        columns = [self._column(one.id) for one in named]
        several = (
            sa.select(*columns, sa.func.count().label("rows"))
            .where(self.live, *(one.is_not(None) for one in columns))
            .group_by(*columns)
            .having(sa.func.count() > 1)
        )
        counted = several.subquery()
        total = self.tx.connection.execute(
            sa.select(sa.func.count(), sa.func.sum(counted.c.rows)).select_from(counted)
        ).one()
        if not total[0]:
            return
        order = several.order_by(sa.desc("rows"), *columns).limit(_EXAMPLES)
        examples = [
            f"{', '.join(str(value) for value in row[:-1])} ({row[-1]})"
            for row in self.tx.connection.execute(order)
        ]
        known = access.readable(self.tx.app, self.caller, self.after.id)
        shown = examples if all(one.id in known for one in named) else []
        yield Problem(
            "publish.unique_repeated",
            {
                "entity": self.after,
                "field": _Together(named),
                "rows": int(total[1]),
                "values": total[0],
                "examples": "; ".join(shown),
            },
            document=f"entity/{self.after.id}",
            pointer="/" + "/".join(place),
        )

    def _column(self, field_id: str) -> sa.ColumnElement[Any]:
        """What a field holds, with what is about to replace it."""
        column = self.tx.tables.column(self.table, self.after.id, field_id)
        return replacing.mapped(self._replaced(field_id), column)

    def _replaced(self, field_id: str) -> replacing.Replaced:
        """The options of a field that records are to have no more."""
        one = self.after.by_id.get(field_id)
        return replacing.newly(self.before.by_id.get(field_id), one) if one else {}

    def _count(self, condition: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(self.table).where(self.live, condition)
        return int(self.tx.connection.execute(query).scalar_one())

    def _titles(self, condition: sa.ColumnElement[bool]) -> list[str]:
        """Up to five of the rows that the caller may read, by number and title."""
        wanted = [self._column("id")]
        title = self.before.title
        known = access.readable(self.tx.app, self.caller, self.after.id)
        if title in known and self.tx.layout.find(self.after.id, title):
            wanted.append(self._column(title))
        query = sa.select(*wanted).where(self.live, condition)
        rows = access.row_predicate(self.tx, self.caller, self.after.id, self.table)
        if rows is not None:
            query = query.where(rows)
        found = self.tx.connection.execute(query.order_by(wanted[0]).limit(_EXAMPLES))
        return [
            f"#{row[0]} {row[1] or ''}".strip() if len(row) > 1 else f"#{row[0]}" for row in found
        ]


class _Together:
    """The labels of several fields, as one parameter of a sentence."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        self._fields = fields

    def text(self, locale: str) -> str:
        return " + ".join(one.text(locale) for one in self._fields)


def _bounds(
    one: Field, was: Field | None, column: sa.ColumnElement[Any], whole: bool
) -> Iterator[tuple[str, sa.ColumnElement[bool], Any]]:
    """Bounds that are narrower than before, each with the condition of rows outside.

    `whole` columns hold whole numbers, which are compared with whole numbers alone.
    """
    if one.min is not None and (was is None or was.min is None or was.min < one.min):
        least = int(one.min.to_integral_value(ROUND_CEILING)) if whole else one.min
        yield "publish.below_minimum", column < least, one.min
    if one.max is not None and (was is None or was.max is None or was.max > one.max):
        most = int(one.max.to_integral_value(ROUND_FLOOR)) if whole else one.max
        yield "publish.above_maximum", column > most, one.max
    longest, before = one.max_length, was.max_length if was else None
    if longest is not None and (before is None or before > longest):
        yield "publish.too_long", sa.func.length(column) > longest, longest
