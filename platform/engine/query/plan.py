"""Plans: a request resolved to columns, order and joins, and the statement made of them.

A plan is kept by everything that its SQL depends on, so a list that is opened again costs one
look-up and one round trip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from .. import access, as_of
from ..access import Caller
from ..errors import Malformed
from ..moments import moment
from ..records.record import shape_of
from ..records.rows import column_or_value, moment_of
from ..statements import StatementCache
from ..transaction import Transaction
from .conditions import Conditions
from .order import Key, after, in_order_of_options, order_by
from .paths import Path, resolve, sort_path, split_sign, too_long
from .request import ListRequest

MOST_FIELDS: Final = 200
MOST_SORT_KEYS: Final = 8
ALWAYS: Final = ("id", "version", "origin")
"""What is read of every record whatever was asked for: a list marks what came with a sample."""

_NEVER_EMPTY: Final = frozenset({"id", "version", "created_at", "updated_at"})
_PLANS: Final = StatementCache(256, again=2048)
"""Each is some 40 KB, and a filter with another number in it is another plan."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A column of tags: which field of which record (by the key of its id) it shows."""

    key: str
    owner_key: str
    entity_id: str
    field_id: str


@dataclass(slots=True)
class Plan:
    """What a list reads. `value_keys` name the first values of a row, which people asked for.

    `places` tell where in a row the values of the order are, the `keys`.
    """

    entity_id: str
    columns: tuple[Path, ...]
    value_keys: tuple[str, ...]
    tags: tuple[Tagged, ...]
    keys: tuple[Key, ...]
    places: tuple[int, ...]
    title: str | None
    statement: sa.Select[Any]
    row: sa.FromClause
    identity: object
    continued: dict[tuple[bool, ...], sa.Select[Any]]

    def run(
        self, tx: Transaction, start: tuple[Any, ...] | None, limit: int
    ) -> list[tuple[Any, ...]]:
        """The rows from `start` (the order's values of the last row seen) on."""
        parameters: dict[str, Any] = {"limit": limit}
        statement = self.statement
        if start is not None:
            empties = tuple(one is None for one in start)
            if empties not in self.continued:
                self.continued[empties] = self.statement.where(after(self.keys, empties))
            statement = self.continued[empties]
            parameters.update({f"k{at}": one for at, one in enumerate(start) if one is not None})
        return [tuple(row) for row in tx.connection.execute(statement, parameters)]


def plan_of(tx: Transaction, caller: Caller, request: ListRequest, conditions: Conditions) -> Plan:
    """The plan of a request, kept for as long as what it holds of the clock is true."""
    columns = _columns(tx, caller, request)
    order = _order(tx, caller, request)
    identity = (
        request.entity_id,
        conditions.key,
        tuple((path.id, descending) for path, descending in order),
    )
    sight = access.statement_key(tx, caller)
    paths = (*columns, *(path for path, _ in order))
    moments = [moment(tx, conditions.expressions)]
    moments += [moment_of(tx, path.entity_id, [path.field.id]) for path in paths]
    key = None
    if sight is not None and None not in moments:
        key = (
            *sight,
            identity,
            tuple(one.key for one in columns),
            max(filter(None, moments), default=""),
        )
    return _PLANS.get(
        key,
        lambda: _Builder(tx, caller, request.entity_id).plan(columns, order, conditions, identity),
    )


def _columns(tx: Transaction, caller: Caller, request: ListRequest) -> tuple[Path, ...]:
    entity_id = request.entity_id
    if request.fields is None:
        known = access.readable(tx.app, caller, entity_id)
        return tuple(
            Path(one.name, (one.id,), (), entity_id, one)
            for one in tx.app.entity(entity_id).live_fields
            if one.id in known and not as_of.unknown(tx, entity_id, one.id)
        )
    names = tuple(dict.fromkeys(one.strip() for one in request.fields if one.strip()))
    if len(names) > MOST_FIELDS:
        raise too_long("/fields", MOST_FIELDS)
    found = tuple(resolve(tx.app, caller, entity_id, one, "/fields") for one in names)
    for path in found:
        as_of.require(tx, path.reads, "/fields")
    return found


def _order(tx: Transaction, caller: Caller, request: ListRequest) -> tuple[tuple[Path, bool], ...]:
    if len(request.sort_keys) > MOST_SORT_KEYS:
        raise too_long("/sort", MOST_SORT_KEYS)
    found: list[tuple[Path, bool]] = []
    for key in request.sort_keys:
        name, descending = split_sign(key)
        path = resolve(tx.app, caller, request.entity_id, name, "/sort")
        if path.field.family == "tags":
            raise Malformed(access.unknown_field(tx.app, caller, path.entity_id, name, "/sort"))
        ordered = sort_path(path, tx.app, caller)
        as_of.require(tx, ordered.reads, "/sort")
        found.append((ordered, descending))
    return tuple(found)


class _Builder:
    """Makes the statement of a list; every reference that paths share is joined once."""

    def __init__(self, tx: Transaction, caller: Caller, entity_id: str) -> None:
        self.tx = tx
        self.caller = caller
        self.entity_id = entity_id
        self.row = tx.tables.table(entity_id).alias("r")
        self.source: sa.FromClause = self.row
        self.joined: dict[tuple[str, ...], sa.FromClause] = {(): self.row}

    def plan(
        self,
        columns: tuple[Path, ...],
        order: Sequence[tuple[Path, bool]],
        conditions: Conditions,
        identity: object,
    ) -> Plan:
        values: dict[str, sa.ColumnElement[Any]] = {}
        tags: list[Tagged] = []
        for column in columns:
            if column.field.family == "tags":
                tags.append(self.tagged(column, values))
            else:
                values[column.id] = self.sql(column)
        for one in ALWAYS:
            stored = one in shape_of(self.tx.tables, self.entity_id).stored
            if stored and not as_of.unknown(self.tx, self.entity_id, one):
                values.setdefault(one, self.own(one))
        title = self.title(values)
        keys = self.keys(order, values)
        # A key that is shown anyway is not read and decoded a second time.
        shown = [id(value) for value in values.values()]
        hidden = [key for key in keys if id(key.sql) not in shown]
        places = [
            shown.index(id(key.sql)) if id(key.sql) in shown else len(shown) + hidden.index(key)
            for key in keys
        ]
        statement = (
            sa.select(
                *(value.label(f"c{at}") for at, value in enumerate(values.values())),
                *(key.sql.label(f"s{at}") for at, key in enumerate(hidden)),
            )
            .select_from(self.source)
            .where(*conditions.sql(self.tx, self.caller, self.row))
            .order_by(*order_by(keys))
            .limit(sa.bindparam("limit", type_=sa.Integer()))
        )
        return Plan(
            self.entity_id,
            columns,
            tuple(values),
            tuple(tags),
            keys,
            tuple(places),
            title,
            statement,
            self.row,
            identity,
            {},
        )

    def own(self, field_id: str) -> sa.ColumnElement[Any]:
        return column_or_value(self.tx, self.caller, self.entity_id, self.row, field_id)

    def sql(self, path: Path) -> sa.ColumnElement[Any]:
        row = self.joined_to(path)
        return column_or_value(self.tx, self.caller, path.entity_id, row, path.field.id)

    def joined_to(self, path: Path) -> sa.FromClause:
        """The row that a path's field is read from; what the caller may not see is empty."""
        for place, (entity_id, field_id, target) in enumerate(path.steps):
            prefix = path.ids[: place + 1]
            if prefix in self.joined:
                continue
            other = self.tx.tables.table(target).alias(f"j{len(self.joined)}")
            pointer = self.tx.tables.column(self.joined[prefix[:-1]], entity_id, field_id)
            on = [self.tx.tables.column(other, target, "id") == pointer]
            if self.tx.layout.find(target, "deleted_at"):
                on.append(self.tx.tables.column(other, target, "deleted_at").is_(None))
            rule = access.row_predicate(self.tx, self.caller, target, other)
            if rule is not None:
                on.append(rule)
            self.source = self.source.outerjoin(other, sa.and_(*on))
            self.joined[prefix] = other
        return self.joined[path.ids[:-1]]

    def tagged(self, path: Path, values: dict[str, sa.ColumnElement[Any]]) -> Tagged:
        owner_key = ".".join((*path.ids[:-1], "id"))
        row = self.joined_to(path)
        values.setdefault(owner_key, self.tx.tables.column(row, path.entity_id, "id"))
        return Tagged(path.id, owner_key, path.entity_id, path.field.id)

    def title(self, values: dict[str, sa.ColumnElement[Any]]) -> str | None:
        title = self.tx.app.entity(self.entity_id).title
        if title not in access.readable(self.tx.app, self.caller, self.entity_id):
            return None
        if as_of.unknown(self.tx, self.entity_id, title):
            return None
        if not moment_of(self.tx, self.entity_id, [title]):
            values.setdefault(title, self.own(title))
        return title

    def keys(
        self, order: Sequence[tuple[Path, bool]], values: Mapping[str, sa.ColumnElement[Any]]
    ) -> tuple[Key, ...]:
        found = []
        for path, descending in order:
            sql = values[path.id] if path.id in values else self.sql(path)
            if path.field.options:
                sql = in_order_of_options(path.field, sql)
            own = len(path.ids) == 1
            certain = own and (path.field.id in _NEVER_EMPTY or path.field.family == "boolean")
            found.append(Key(sql, descending, nullable=not certain))
        last = found[-1].descending if found else False
        if not any(path.ids == ("id",) for path, _ in order):
            found.append(Key(values["id"], last, nullable=False))
        return tuple(found)
