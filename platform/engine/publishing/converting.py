"""Converting: values of a field whose type or scale changes, and those that would not survive.

Numbers get more or fewer digits by one statement. Everything else goes over the wire: each value
is written as the old type writes it and read as the new type reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ...metadata.fields import DIGITS, TYPES, field_type
from ...metadata.model import App, Entity, Field
from ...metadata.problems import Problem, ProblemsError
from ..layout import Layout, StoredField
from ..stores import DialectName
from ..tables import sql_type
from ..transaction import Transaction
from . import ddl
from .steps import Loss, Step

_EXAMPLES = 5
_CHUNK = 1000
_NUMBERS = frozenset({"integer", "decimal"})
_BOUND_TO_MORE = frozenset({"reference", "tags", "computed"})
"""Storages whose values mean nothing without what they point at, or are not kept at all."""

_MANAGED = frozenset({"tier", "auto_number"})
"""Types whose values only the product gives."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A field that changes its type or scale, with its columns before and after."""

    entity: Entity
    before: Field
    after: Field
    old: StoredField
    new: StoredField

    @property
    def key(self) -> str:
        """How the loss of values is accepted."""
        return f"{self.entity.name}.{self.after.name}"


def widens(before: str, after: str) -> bool:
    """Whether every value of a field type is one of another, also through types between."""
    if before == after:
        return True
    return any(widens(one, after) for one in TYPES[before].widens_to)


def converted_fields(before: App, after: App, old: Layout, new: Layout) -> Iterator[Conversion]:
    """The fields whose kept values have to be converted, formulas apart."""
    for entity in after.entities.values():
        there = before.entities.get(entity.id)
        if there is None or entity.system:
            continue
        for one in entity.fields:
            was = there.by_id.get(one.id)
            if was is None or one.type == "formula" or was.type == "formula":
                continue
            at, to = old.find(entity.id, one.id), new.find(entity.id, one.id)
            if at and to and (at.column != to.column or not widens(was.type, one.type)):
                yield Conversion(entity, was, one, at, to)


def impossible(tx: Transaction, after: App) -> Iterator[Problem]:
    """Changes of a field's type for which its values leave no way."""
    for entity in after.entities.values():
        there = tx.app.entities.get(entity.id)
        if there is None or entity.system or entity.id not in tx.layout:
            continue
        for one in entity.fields:
            was = there.by_id.get(one.id)
            if was is None or was.system or not _impossible(was, one):
                continue
            rows = _filled(tx, entity, was)
            if rows:
                yield Problem(
                    "publish.type_impossible",
                    {"field": one, "before": was.type, "after": one.type, "rows": rows},
                    document=f"entity/{entity.id}",
                    pointer=f"/fields/{one.id}/type",
                )


def _impossible(was: Field, one: Field) -> bool:
    if was.type == one.type:
        return (was.to, was.dimension, was.scheme) != (one.to, one.dimension, one.scheme)
    if was.type == "formula" or widens(was.type, one.type):
        return False
    if one.type == "formula":
        return True
    kinds = {field_type(was.type).storage, field_type(one.type).storage}
    return bool(kinds & _BOUND_TO_MORE) or one.type in _MANAGED


def _filled(tx: Transaction, entity: Entity, was: Field) -> int:
    """How many records have a value of the field."""
    if was.type == "tags":
        link = tx.tables.tags(entity.id)
        query = sa.select(sa.func.count()).select_from(link).where(link.c.field_id == was.id)
    elif tx.layout.find(entity.id, was.id):
        table = tx.tables.table(entity.id)
        column = tx.tables.column(table, entity.id, was.id)
        query = sa.select(sa.func.count()).select_from(table).where(column.is_not(None))
    else:
        return 0
    return int(tx.connection.execute(query).scalar_one())


def conversion_steps(tx: Transaction, fields: Iterable[Conversion]) -> Iterator[Step]:
    """A step for each field that has values; reads them all where the new type may refuse some."""
    for one in fields:
        rows = _filled(tx, one.entity, one.before)
        if not rows:
            continue
        if {one.old.storage, one.new.storage} <= _NUMBERS:
            yield _numbers(tx, one, rows)
        else:
            yield Step(
                "convert", one.entity.id, one.after.id, one.new.column, (), rows, _loss(tx, one)
            )


def _numbers(tx: Transaction, one: Conversion, rows: int) -> Step:
    """Shift the point by one statement; what gets too long becomes empty, the rest is rounded."""
    old, new = ddl.quoted(one.old.column), ddl.quoted(one.new.column)
    shift = one.new.scale - one.old.scale
    dialect = tx.tables.dialect
    units = one.old.scale if dialect == "sqlite" else 0
    fits = f"abs({old}) < {10 ** (DIGITS - one.new.scale + units)}"
    value = _shifted(old, one, shift, dialect)
    statement = (
        f"UPDATE {ddl.quoted(one.old.table)} SET {new} = CASE WHEN {fits} THEN {value} END"
        f" WHERE {old} IS NOT NULL"
    )
    changed = f"NOT ({fits})"
    if shift < 0:
        changed += f" OR {_cut(old, one, shift, dialect)}"
    query = (
        f"SELECT {old} FROM {ddl.quoted(one.old.table)}"
        f" WHERE {old} IS NOT NULL AND ({changed}) ORDER BY 1"
    )
    values = [
        _shown(value, one.old, dialect)
        for (value,) in tx.connection.exec_driver_sql(
            query, execution_options={"no_parameters": True}
        )
    ]
    loss = Loss(one.key, len(values), tuple(dict.fromkeys(values))[:_EXAMPLES]) if values else None
    return Step("convert", one.entity.id, one.after.id, one.new.column, (statement,), rows, loss)


def _shifted(old: str, one: Conversion, shift: int, dialect: DialectName) -> str:
    if dialect == "postgresql":
        return f"round({old}, {one.new.scale})"
    if shift >= 0:
        return f"{old} * {10**shift}"
    unit = 10**-shift
    return f"(abs({old}) + {unit // 2}) / {unit} * sign({old})"


def _cut(old: str, one: Conversion, shift: int, dialect: DialectName) -> str:
    """The condition that rounding changes a value."""
    if dialect == "postgresql":
        return f"round({old}, {one.new.scale}) <> {old}"
    return f"{old} % {10**-shift} <> 0"


def _shown(value: Any, at: StoredField, dialect: DialectName) -> str:
    if dialect == "postgresql" or not at.scale:
        return str(value)
    whole = str(abs(value)).rjust(at.scale + 1, "0")
    return f"{'-' if value < 0 else ''}{whole[: -at.scale]}.{whole[-at.scale :]}"


def _loss(tx: Transaction, one: Conversion) -> Loss | None:
    """The values that the new type refuses."""
    table = tx.tables.table(one.entity.id)
    column = tx.tables.column(table, one.entity.id, one.before.id)
    query = (
        sa.select(column, sa.func.count())
        .where(column.is_not(None))
        .group_by(column)
        .order_by(column)
    )
    rows, examples = 0, []
    for value, count in tx.connection.execute(query):
        if converted(tx, one, value) is None:
            rows += count
            examples.append(str(field_type(one.before.type).dump(one.before, value)))
    return Loss(one.key, rows, tuple(examples[:_EXAMPLES])) if rows else None


def converted(tx: Transaction, one: Conversion, value: Any) -> Any:
    """A value of the old type as the new type has it, or None where it refuses."""
    written = field_type(one.before.type).dump(one.before, value)
    if one.new.storage == "text" and not isinstance(written, str):
        written = str(written).lower()
    try:
        return field_type(one.after.type).load(one.after, written, zone=tx.zone, archived=True)
    except ProblemsError:
        return None


def convert(tx: Transaction, one: Conversion) -> None:
    """Write the converted values into the new column (the same one, where storages agree)."""
    columns = {one.old.column: sql_type(one.old), one.new.column: sql_type(one.new)}
    source = sa.table(
        one.old.table,
        sa.column("id", sa.BigInteger()),
        *(sa.column(name, kind) for name, kind in columns.items()),
    )
    put = (
        sa.update(source)
        .where(source.c.id == sa.bindparam("at"))
        .values({one.new.column: sa.bindparam("value", type_=columns[one.new.column])})
    )
    old, last = source.c[one.old.column], 0
    page = sa.select(source.c.id, old).where(old.is_not(None)).order_by(source.c.id).limit(_CHUNK)
    while rows := tx.connection.execute(page.where(source.c.id > last)).all():
        last = rows[-1][0]
        values: list[Mapping[str, Any]] = [
            {"at": row[0], "value": _kept(converted(tx, one, row[1]), one)} for row in rows
        ]
        tx.connection.execute(put, values)


def _kept(value: Any, one: Conversion) -> Any:
    """The value as its column keeps it: an empty boolean is False."""
    return False if value is None and one.new.storage == "boolean" else value
