"""Running: the steps of a plan, done on all rows of a table or on some of them.

What a step does to rows can be done again: a row that changed meanwhile is done once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ...metadata.fields import pattern
from ...metadata.tombstones import place_of
from .. import search, stored
from ..system_tables import COUNTER
from ..transaction import Transaction
from . import ddl, erasing
from .converting import Conversion, convert
from .erasing import Long
from .literals import instant
from .rows import EVERY, Rows, batches, divisible, these
from .steps import NOW, Step

ROWS = frozenset(
    {
        "empty_column",
        "reuse_column",
        "convert",
        "copy_tags",
        "replace_tags",
        "fill",
        "number",
        "recompute",
        "search",
    }
)
"""Steps that write rows where no app in force reads."""

_EMPTYING = frozenset({"empty_column", "reuse_column"})


@dataclass(frozen=True, slots=True)
class Running:
    """What steps need: the transaction as it was, the same as it will be, and the conversions.

    `change` is the change set of what is erased from the history, where something is purged.
    """

    before: Transaction
    after: Transaction
    conversions: Mapping[tuple[str, str], Conversion]
    change: int | None = None


def run(running: Running, step: Step) -> None:
    """Do one step at once, on all rows."""
    for statement in step.statements:
        _execute(running, EVERY.within(statement))
    if step.kind in _IN_BATCHES:
        table = running.after.layout.table(step.entity)
        for rows, _ in batches(running.before.connection, table):
            _IN_BATCHES[step.kind](running, step, rows)
    elif not step.statements:
        _WITHOUT_STATEMENTS[step.kind](running, step)


def run_once(running: Running, step: Step) -> None:
    """Do of a step what concerns no row alone: what it does to the tables."""
    for statement in step.statements:
        if not divisible(statement):
            _execute(running, statement)


def run_on(running: Running, step: Step, rows: Rows) -> None:
    """Do of a step what it does to some rows."""
    for statement in step.statements:
        if divisible(statement):
            _execute(running, rows.within(statement))
    if step.kind in _IN_BATCHES:
        _IN_BATCHES[step.kind](running, step, rows)


def run_again(running: Running, step: Step, rows: Rows) -> None:
    """Do once more what a step did to rows that were written since."""
    if step.kind == "convert":
        assert step.field is not None
        one = running.conversions[step.entity, step.field]
        if not one.back:
            # A value that went since has nothing that would be written over what it had become.
            kind = ddl.type_name(one.new.storage, one.new.scale, running.before.tables.dialect)
            _execute(running, ddl.empty_column(one.new.table, one.new.column, kind, rows.on("id")))
    run_on(running, step, rows)


def once_more(
    running: Running, early: Iterable[Step], taken: Mapping[str, Collection[int]]
) -> set[tuple[str, str]]:
    """Do the prepared steps again for rows, by table, that were written meanwhile.

    Returns the formulas (entity, field) that so many records read that it is left for later.
    """
    left: set[tuple[str, str]] = set()
    layout = running.after.layout
    steps = [one for one in early if one.kind in ROWS and one.kind not in _EMPTYING]
    for step in steps:
        ids = taken.get(layout.table(step.entity))
        if ids and step.kind != "recompute":
            run_again(running, step, these(ids))
    if any(one.kind == "recompute" for one in steps):
        for entity_id, at in layout.entities.items():
            if taken.get(at.table):
                stored.refresh(
                    running.after,
                    entity_id,
                    taken[at.table],
                    None,
                    befores=(),
                    leave=lambda _, *formula: left.add(formula),
                )
    return left


def forget(running: Running, step: Step) -> tuple[Long, ...]:
    """Delete what is kept beside a thing that is purged, but for what may be a great deal."""
    assert step.target is not None and running.change is not None
    place = place_of(step.target)
    long = tuple(erasing.long(running.before, place, running.change))
    erasing.erase(running.before, running.after, place)
    return long


def _execute(running: Running, statement: str) -> None:
    timed = statement.replace(NOW, instant(running.before.now, running.before.tables.dialect))
    # Without parameters the driver leaves percent signs alone.
    running.before.connection.exec_driver_sql(timed, execution_options={"no_parameters": True})


def _convert(running: Running, step: Step, rows: Rows) -> None:
    assert step.field is not None
    if not step.statements:
        convert(running.before, running.conversions[step.entity, step.field], rows)


def _recompute(running: Running, step: Step, rows: Rows) -> None:
    assert step.field is not None
    stored.recompute(running.after, step.entity, step.field, rows.clause)


def _search(running: Running, step: Step, rows: Rows) -> None:
    assert step.field is not None
    search.index(running.after, step.entity, (step.field,), rows.clause)


def _number(running: Running, step: Step, rows: Rows) -> None:
    """Number records that have none, in their order, each in the series of its own day."""
    tx, entity_id, field_id = running.after, step.entity, step.field
    assert field_id is not None
    written = pattern(tx.app.entity(entity_id).field(field_id).pattern or "")
    assert written is not None
    table = tx.tables.table(entity_id)
    at, made = (tx.tables.column(table, entity_id, one) for one in ("id", "created_at"))
    column = tx.tables.column(table, entity_id, field_id)
    found = sa.select(at, made).where(column.is_(None), rows.clause).order_by(at)
    prefix = f"{entity_id}.{field_id}."
    counters, values = _counters(tx, prefix), []
    for record_id, created in tx.connection.execute(found):
        day = (created or tx.now).astimezone(tx.zone).date()
        key = prefix + written.series(day)
        counters[key] = counters.get(key, 0) + 1
        values.append({"at": record_id, "value": written.write(day, counters[key])})
    if values:
        put = sa.update(table).where(at == sa.bindparam("at"))
        put = put.values({column.name: sa.bindparam("value", type_=column.type)})
        tx.connection.execute(put, values)
        _keep_counters(tx, prefix, counters)


def _counters(tx: Transaction, prefix: str) -> dict[str, int]:
    """How far each series is."""
    own = COUNTER.c.key.startswith(prefix, autoescape=True)
    found = tx.connection.execute(sa.select(COUNTER.c.key, COUNTER.c.value).where(own))
    return {key: value for key, value in found}


def _keep_counters(tx: Transaction, prefix: str, counters: Mapping[str, int]) -> None:
    own = COUNTER.c.key.startswith(prefix, autoescape=True)
    tx.connection.execute(sa.delete(COUNTER).where(own))
    kept = [{"key": key, "value": value} for key, value in counters.items()]
    tx.connection.execute(sa.insert(COUNTER), kept)


def _purge_beside(running: Running, step: Step) -> None:
    for one in forget(running, step):
        one.delete(running.before.connection, EVERY)


_IN_BATCHES: Mapping[str, Callable[[Running, Step, Rows], None]] = {
    "convert": _convert,
    "recompute": _recompute,
    "search": _search,
    "number": _number,
}
_WITHOUT_STATEMENTS: Mapping[str, Callable[[Running, Step], None]] = {
    "purge_beside": _purge_beside,
}
