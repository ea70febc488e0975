"""Converting: values of a field whose type or scale changes, counted first and then written.

Numbers get more or fewer digits by one statement (`digits`). Everything else is read in batches,
carried to the new type (`carrying`), and written into the field's new column. The old column stays
as it is: a field that goes back to its former type finds there what nobody changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ...metadata.fields import BECOMING, field_type
from ...metadata.model import App, Entity, Field
from ...metadata.problems import Problem
from .. import access, failpoints
from ..access import Caller
from ..layout import Layout, StoredField
from ..stores import DialectName
from ..tables import sql_type
from ..transaction import Transaction
from . import digits, replacing
from .carrying import Carrier
from .outcome import Counting, Example, Fate, Outcome, Void
from .rows import EVERY, Rows, Scope, every
from .steps import Loss, Step

_CHUNK = 1000
_NUMBERS = frozenset({"integer", "decimal"})


@dataclass(frozen=True, slots=True)
class Conversion:
    """A field that changes its type or scale, with its columns before and after.

    `back` says that the new column is one that the field had before, with the values of then.
    `sources` are those out of which values come back that other options replaced since.
    """

    entity: Entity
    before: Field
    after: Field
    old: StoredField
    new: StoredField
    back: bool = False
    sources: tuple[StoredField, ...] = ()

    @property
    def key(self) -> str:
        """How the loss of values is accepted."""
        return f"{self.entity.name}.{self.after.name}"

    @property
    def shifts(self) -> bool:
        """Whether only the digits of numbers change, there and back."""
        there = BECOMING.way(self.before.type, self.after.type)
        back = BECOMING.way(self.after.type, self.before.type)
        return {self.old.storage, self.new.storage} <= _NUMBERS and "written" not in (there, back)

    @property
    def replaces(self) -> bool:
        """Whether values only become the options that replace them, or are purged."""
        return self.before.type == self.after.type and bool(self.before.options)

    @property
    def purged(self) -> frozenset[str]:
        """The options of before that are there no more."""
        if self.before.type != self.after.type:
            return frozenset()
        return frozenset({one.id for one in self.before.options}) - {
            one.id for one in self.after.options
        }


def converted_fields(before: App, after: App, old: Layout, new: Layout) -> Iterator[Conversion]:
    """The fields whose kept values have to be converted, formulas apart."""
    for entity in after.entities.values():
        there = before.entities.get(entity.id)
        if there is None or entity.system or entity.id not in old:
            continue
        known, formers = old.entity(entity.id).columns, old.entity(entity.id).formers
        for one in entity.fields:
            was = there.by_id.get(one.id)
            if was is None or one.family == "formula" or was.family == "formula":
                continue
            at, to = old.find(entity.id, one.id), new.find(entity.id, one.id)
            if at and to and at.column != to.column:
                sources = replacing.sources(formers.get(one.id, ()), was, one)
                yield Conversion(entity, was, one, at, to, to.column in known, sources)


def impossible(tx: Transaction, after: App, scope: Scope = every) -> Iterator[Problem]:
    """Changes of a field's type for which the values of rows in `scope` leave no way."""
    for entity in after.entities.values():
        there = tx.app.entities.get(entity.id)
        if there is None or entity.system or entity.id not in tx.layout:
            continue
        for one in entity.fields:
            was = there.by_id.get(one.id)
            if was is None or was.system or not _impossible(was, one):
                continue
            rows = _filled(tx, entity, was, scope)
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
    return was.family != "formula" and BECOMING.way(was.type, one.type) is None


def _filled(tx: Transaction, entity: Entity, was: Field, scope: Scope) -> int:
    """How many records have a value of the field."""
    rows = scope(tx.layout.table(entity.id))
    if was.family == "tags":
        link = tx.tables.tags(entity.id)
        query = sa.select(sa.func.count()).select_from(link).where(link.c.field_id == was.id)
        query = query.where(sa.text(rows.on("record_id")))
    elif tx.layout.find(entity.id, was.id):
        table = tx.tables.table(entity.id)
        column = tx.tables.column(table, entity.id, was.id)
        query = sa.select(sa.func.count()).select_from(table)
        query = query.where(column.is_not(None), rows.clause)
    else:
        return 0
    return int(tx.connection.execute(query).scalar_one())


def conversion_steps(
    tx: Transaction, caller: Caller, fields: Iterable[Conversion]
) -> Iterator[Step]:
    """A step for each field that has values; all of them are read, to say what becomes of each."""
    for one in fields:
        outcome = look(tx, caller, one)
        if outcome.filled:
            yield conversion_step(one, tx.tables.dialect, outcome)


def conversion_step(one: Conversion, dialect: DialectName, outcome: Outcome | None = None) -> Step:
    """The step that converts a field, also where it has no values yet."""
    return Step(
        "convert",
        one.entity.id,
        one.after.id,
        one.new.column,
        tuple(_statements(one, dialect)),
        outcome.filled if outcome else 0,
        lost(one, outcome) if outcome else None,
        outcome,
    )


def _statements(one: Conversion, dialect: DialectName) -> Iterator[str]:
    """What the database does by itself; everything else is read and written in batches."""
    if one.shifts:
        yield digits.statement(one, dialect)
    elif one.replaces:
        yield replacing.statement(one, dialect)


def lost(one: Conversion, outcome: Outcome) -> Loss | None:
    """What a conversion cannot keep, if there is anything."""
    if not outcome.lost:
        return None
    some = (*outcome["failing"].examples, *(outcome["converted"].examples if outcome.cut else ()))
    return Loss(one.key, outcome.lost, tuple(each.before for each in some)[:5])


def look(tx: Transaction, caller: Caller, one: Conversion, rows: Rows = EVERY) -> Outcome:
    """What would become of the values of these rows.

    Without examples for who may not read the field.
    """
    shown = one.before.id in access.readable(tx.app, caller, one.entity.id)
    if one.shifts:
        return digits.look(tx, one, rows, shown=shown)
    if one.replaces:
        return replacing.look(tx, one, rows, shown=shown)
    source = _source(one)
    old, former = source.c[one.old.column], source.c[one.new.column]
    wanted = (old, former) if one.back else (old, sa.null())
    query = (
        sa.select(*wanted, sa.func.count())
        .where(_there(source, one), rows.clause)
        .group_by(*(wanted if one.back else (old,)))
        .order_by(old)
    )
    there, counting = _There(tx, one), Counting()
    found = tx.connection.execute(query, execution_options={"yield_per": _CHUNK})
    for some in found.partitions():
        for row, (value, fate) in zip(some, there.become(some), strict=True):
            example = Example(
                there.forward.shown(row[0]) if row[0] is not None else "",
                there.forward.shown_after(value),
            )
            cut = fate == "converted" and there.forward.cuts
            counting.add(fate, row[2], example, cut=cut)
    blank = 0
    if _void(one.new) != "empty":
        none = sa.select(sa.func.count()).select_from(source)
        none = none.where(~_there(source, one), rows.clause)
        blank = int(tx.connection.execute(none).scalar_one())
    return counting.outcome(shown=shown, void=_void(one.new), blank=blank)


class _There:
    """What becomes of the values of one conversion, and those that go back to what they were."""

    def __init__(self, tx: Transaction, one: Conversion) -> None:
        self.one = one
        self.forward = Carrier(tx, one.before, one.after)
        self.backward = Carrier(tx, one.after, one.before)

    def become(self, rows: Iterable[Any]) -> Iterator[tuple[Any, Fate]]:
        """For each row, whose present value comes first and its former one second."""
        rows = list(rows)
        values = self.forward.carry({row[0] for row in rows})
        again = self.backward.carry({one for one in values.values() if one is not None})
        then = self.backward.carry({row[1] for row in rows}) if self.one.back else {}
        for row in rows:
            if self.one.back and self._untouched(row[0], row[1], then):
                yield row[1], "returned"
                continue
            value = values.get(row[0])
            if value is None:
                yield None, "failing" if row[0] is not None else "lossless"
            else:
                same = again.get(value) == row[0]
                yield value, "lossless" if same else "converted"

    def _untouched(self, value: Any, former: Any, then: Mapping[Any, Any]) -> bool:
        """Whether the present value is still what the former one had become."""
        if former is None:
            return False
        kind = field_type(self.one.after.type)
        if former in self.one.after.replaced:
            return False
        if self.forward.accepted(kind.dump(self.one.after, former)) != former:
            return False
        return bool(_kept(then.get(former), self.one.old) == value)


def convert(tx: Transaction, one: Conversion, rows: Rows) -> None:
    """Write what values become into the new column, but for those that it has kept.

    The rows are so few that they fit in memory.
    """
    source = _source(one)
    new = source.c[one.new.column]
    former = new if one.back else sa.null()
    wanted = sa.select(source.c.id, source.c[one.old.column], former)
    found = tx.connection.execute(wanted.where(_there(source, one), rows.clause)).all()
    become = _There(tx, one).become([row[1:] for row in found])
    values = [
        {"at": row[0], "value": _kept(value, one.new)}
        for row, (value, fate) in zip(found, become, strict=True)
        if fate != "returned"
    ]
    if values:
        put = (
            sa.update(source)
            .where(source.c.id == sa.bindparam("at"))
            .values({one.new.column: sa.bindparam("value", type_=new.type)})
        )
        tx.connection.execute(put, values)
    failpoints.hit("publish.converting")


def _there(source: sa.TableClause, one: Conversion) -> sa.ColumnElement[bool]:
    """The rows that have a value, or had one that may come back."""
    old = source.c[one.old.column].is_not(None)
    return sa.or_(old, source.c[one.new.column].is_not(None)) if one.back else old


def _source(one: Conversion) -> sa.TableClause:
    columns = {one.old.column: sql_type(one.old), one.new.column: sql_type(one.new)}
    return sa.table(
        one.old.table,
        sa.column("id", sa.BigInteger()),
        *(sa.column(name, kind) for name, kind in columns.items()),
    )


def _void(at: StoredField) -> Void:
    """What a column keeps of a value that it cannot have."""
    return "no" if at.storage == "boolean" else "empty"


def _kept(value: Any, at: StoredField) -> Any:
    """The value as its column keeps it: an empty boolean is False."""
    return False if value is None and _void(at) == "no" else value
