"""Stored formulas and rollups: kept current in the transaction of every write, set-based.

After a batch, each formula that reads something of it is computed anew for the records that it
concerns, by one UPDATE, in the order in which formulas read one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from ..rules import to_sql
from . import access
from .access import SYSTEM
from .dependencies import Input, Route, StoredFormula, stored_formulas
from .statements import STATEMENTS
from .transaction import Transaction
from .work import jobs

MOST_AT_ONCE: Final = 10_000
"""Dependants that one write brings up to date itself; more are left to a job."""
JOB_KIND: Final = "stored"
_CHUNK: Final = 1000

Leave = Callable[[Transaction, str, str], None]
"""What is done about a formula (entity, field) with too many dependants."""

_Ids = frozenset[int]
_Event = tuple[frozenset[str] | None, _Ids]
"""Fields that changed (None for all: made, deleted, restored) in records with these ids."""


def refresh(
    tx: Transaction,
    entity_id: str,
    ids: Collection[int],
    fields: Collection[str] | None,
    *,
    befores: Sequence[Mapping[str, Any]],
    leave: Leave | None = None,
) -> None:
    """Bring up to date what is computed from `fields` (None: all) of these records.

    `befores` are the records' values before the write: a child that changed its parent concerns
    the old one too. A formula with too many dependants is left to a job, or to `leave`.
    """
    events: defaultdict[str, list[_Event]] = defaultdict(list)
    events[entity_id].append((None if fields is None else frozenset(fields), frozenset(ids)))
    formulas = stored_formulas(tx.app)
    for level in sorted({one.level for one in formulas}):
        work: defaultdict[tuple[str, _Ids], list[str]] = defaultdict(list)
        known: dict[frozenset[tuple[Route, _Ids]], _Ids | None] = {}
        for one in (one for one in formulas if one.level == level):
            wanted = _concerned(one, events, entity_id, befores)
            if not wanted:
                continue
            if wanted not in known:
                known[wanted] = _ids_of(tx, one.entity, wanted)
            found = known[wanted]
            if found is None:
                (leave or leave_to_job)(tx, one.entity, one.field)
            elif found:
                work[one.entity, found].append(one.field)
        for (target, found), names in work.items():
            _compute(tx, target, tuple(names), found)
            events[target].append((frozenset(names), found))


def recompute(
    tx: Transaction,
    entity_id: str,
    field_id: str,
    rows: sa.TextClause | None = None,
) -> None:
    """Compute a stored formula for all records of its entity, or for some of them."""
    table = tx.tables.table(entity_id)
    work = sa.update(table).values(_assignments(tx, table, entity_id, (field_id,)))
    tx.connection.execute(work if rows is None else work.where(rows))


def in_order(tx: Transaction) -> tuple[tuple[str, str], ...]:
    """All stored formulas (entity id, field id), each after those that it reads."""
    return tuple((one.entity, one.field) for one in stored_formulas(tx.app))


def _concerned(
    formula: StoredFormula,
    events: Mapping[str, list[_Event]],
    written: str,
    befores: Sequence[Mapping[str, Any]],
) -> frozenset[tuple[Route, _Ids]]:
    """The records at the ends of routes whose change concerns the formula."""
    found: set[tuple[Route, _Ids]] = set()
    for fields, ids in events.get(formula.entity, ()):
        if fields is None:
            found.add(((), ids))
    for one in formula.inputs:
        for fields, ids in events.get(one.entity, ()):
            if fields is None or one.field in fields:
                found.add((one.route, ids))
                left = _left_behind(one, befores) if one.entity == written else frozenset()
                if left:
                    found.add((one.route[:-1], left))
    return frozenset(found)


def _left_behind(one: Input, befores: Sequence[Mapping[str, Any]]) -> _Ids:
    """The former parents of children that point elsewhere now."""
    if not one.route or not one.route[-1].backward or one.route[-1].field != one.field:
        return frozenset()
    return frozenset(row[one.field] for row in befores if row.get(one.field) is not None)


def _ids_of(tx: Transaction, entity_id: str, wanted: frozenset[tuple[Route, _Ids]]) -> _Ids | None:
    """The records whose formula is concerned; None for too many.

    On PostgreSQL those that were not just written are locked first: a statement that waited for
    another writer would go on with the sums from before that commit, the next one sees them.
    """
    own = frozenset(one for route, ids in wanted if not route for one in ids)
    ways = [(route, ids) for route, ids in wanted if route]
    if not ways:
        return own
    key = (*tx.tables.key, "concerned", entity_id, tuple(route for route, _ in ways))
    statement = STATEMENTS.get(key, lambda: _statement(tx, entity_id, [one for one, _ in ways]))
    parameters: dict[str, Any] = {f"ids{at}": sorted(ids) for at, (_, ids) in enumerate(ways)}
    parameters["limit"] = MOST_AT_ONCE + 1
    found: _Ids = frozenset(tx.connection.execute(statement, parameters).scalars())
    return None if len(found) > MOST_AT_ONCE else own | found


def _statement(tx: Transaction, entity_id: str, routes: list[Route]) -> sa.Select[Any]:
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    conditions = [_reaches(tx, row, entity_id, way, f"ids{n}") for n, way in enumerate(routes)]
    statement = sa.select(at).where(sa.or_(*conditions)).limit(sa.bindparam("limit"))
    if tx.tables.dialect == "postgresql":
        statement = statement.order_by(at).with_for_update(key_share=True)
    return statement


def _reaches(
    tx: Transaction, row: sa.FromClause, entity_id: str, route: Route, name: str
) -> sa.ColumnElement[bool]:
    """The condition that a route leads from `row` to one of the records `:name`."""
    if not route:
        return tx.tables.column(row, entity_id, "id").in_(sa.bindparam(name, expanding=True))
    step, rest = route[0], route[1:]
    if not step.backward:
        pointer = tx.tables.column(row, step.entity, step.field)
        if not rest:
            return pointer.in_(sa.bindparam(name, expanding=True))
        target = _target(tx, step.entity, step.field)
        other = tx.tables.table(target).alias()
        inner = sa.select(tx.tables.column(other, target, "id"))
        return pointer.in_(inner.where(_reaches(tx, other, target, rest, name)))
    other = tx.tables.table(step.entity).alias()
    pointer = tx.tables.column(other, step.entity, step.field)
    inner = sa.select(pointer).where(pointer.is_not(None))
    at = tx.tables.column(row, entity_id, "id")
    return at.in_(inner.where(_reaches(tx, other, step.entity, rest, name)))


def _target(tx: Transaction, entity_id: str, field_id: str) -> str:
    return tx.app.entity(entity_id).field(field_id).to or access.MEMBER_ENTITY


def _compute(tx: Transaction, entity_id: str, fields: tuple[str, ...], ids: _Ids) -> None:
    def make() -> sa.Update:
        table = tx.tables.table(entity_id)
        at = tx.tables.column(table, entity_id, "id")
        values = _assignments(tx, table, entity_id, fields)
        return sa.update(table).where(at.in_(sa.bindparam("ids", expanding=True))).values(values)

    statement = STATEMENTS.get((*tx.tables.key, "compute", entity_id, fields), make)
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        tx.connection.execute(statement, {"ids": ordered[start : start + _CHUNK]})


def _assignments(
    tx: Transaction, table: sa.TableClause, entity_id: str, fields: tuple[str, ...]
) -> dict[str, sa.ColumnElement[Any]]:
    context = access.context(tx, SYSTEM)
    return {
        tx.layout.stored(entity_id, one).column: to_sql(
            access.formula(tx.app, entity_id, one), tx.tables, table, context, mode="value"
        )
        for one in fields
    }


def leave_to_job(tx: Transaction, entity_id: str, field_id: str) -> None:
    """Too many dependants for one write: a job computes them all, soon."""
    key = f"{JOB_KIND}:{entity_id}.{field_id}:{tx.now.isoformat()}"
    jobs.enqueue(tx, JOB_KIND, key, {"entity": entity_id, "field": field_id})


def do_job(tx: Transaction, job: jobs.Job) -> None:
    """Compute a stored formula for all records, and then those that read it."""
    stale = {(str(job.payload["entity"]), str(job.payload["field"]))}
    for one in stored_formulas(tx.app):
        at = (one.entity, one.field)
        if at in stale or any((use.entity, use.field) in stale for use in one.inputs):
            stale.add(at)
            recompute(tx, *at)
