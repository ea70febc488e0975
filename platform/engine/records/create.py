"""Creating records: set-based, with a fixed number of statements for each thousand rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ...metadata.model import Field
from ...metadata.problems import ProblemsError
from ...rules import compile_expression, evaluate_all
from .. import access, schemas, search, stored
from ..access import Caller
from ..statements import STATEMENTS
from ..transaction import Transaction
from . import journal, numbers, stage, tags, unique, validity, written
from .attempt import Attempt
from .draft import Draft, Moves, Outcome, outcome, refusal
from .read import as_written
from .record import Record, Shape, shape_of
from .rows import CHUNK, chunks
from .source import Pool


def create(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    values: Mapping[str, Any],
    *,
    typed: bool = False,
) -> Record:
    """Make a record of values by field name (or id) as the API speaks them, and return it.

    With `typed` the keys are field ids and the values Python values. The names of the records it
    points at are not read. Invalid, Conflict (a unique value, a guard of a stage), NotFound or
    Forbidden with every problem found.
    """
    draft = _create(tx, caller, entity_id, [values], typed=typed)[0]
    if draft.problems:
        raise refusal(draft.problems)
    return as_written(tx, caller, shape_of(tx.tables, entity_id), draft)


def create_many(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    typed: bool = False,
    history: bool = False,
    atomic: bool = False,
    moves: Sequence[Moves] = (),
) -> tuple[Outcome, ...]:
    """Make records and tell what became of each row, in order; bad rows are not written.

    With `atomic` nothing is written if any row is bad. With `history` (an import of what happened
    elsewhere) rows may bring created_at, created_by, updated_at, automatic numbers and the times
    of stages, and guards of stages only warn. `moves` are, a row each, the values (Python values)
    that tracked fields had before; they are kept as transitions at their own times.
    """
    drafts = _create(
        tx, caller, entity_id, rows, typed=typed, history=history, atomic=atomic, moves=moves
    )
    return tuple(outcome(one, 1 if one.record_id else None) for one in drafts)


def _create(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    typed: bool,
    history: bool = False,
    atomic: bool = False,
    moves: Sequence[Moves] = (),
) -> list[Draft]:
    access.entity_for(tx.app, caller, entity_id, "create")
    shape = shape_of(tx.tables, entity_id)
    found: list[Draft] = []
    attempt = Attempt(tx, atomic=atomic)
    for at, some in enumerate(chunks(rows, CHUNK)):
        drafts = drafts_of(tx, caller, shape, some, at * CHUNK, typed=typed, history=history)
        for draft in drafts if moves else ():
            draft.moves = moves[draft.index]
        validity.judge(tx, caller, shape, drafts, history=history)
        found.extend(drafts)
        _write(tx, caller, shape, attempt.good(drafts))
    kept = attempt.end()
    if not kept:
        for draft in found:
            draft.record_id = None
    return found


def drafts_of(
    tx: Transaction,
    caller: Caller,
    shape: Shape,
    rows: Sequence[Mapping[str, Any]],
    start: int,
    *,
    typed: bool,
    history: bool,
) -> list[Draft]:
    loaded = schemas.load(tx, caller, shape.entity.id, "create", rows, typed=typed, history=history)
    drafts = []
    for at, (given, problems) in enumerate(loaded):
        draft = Draft(start + at, {}, given, dict(given), problems=list(problems))
        drafts.append(draft)
    _fill_defaults(tx, caller, shape, drafts)
    for draft in drafts:
        _fill_system(tx, caller, shape, draft)
    return drafts


def _fill_defaults(tx: Transaction, caller: Caller, shape: Shape, drafts: Sequence[Draft]) -> None:
    """Give fields that a row leaves out their default: literals first, then expressions."""
    literals = {one.id: _literal(shape, one) for one in shape.fillable}
    for draft in drafts:
        draft.after.update({**literals, **draft.after})
    computed = [
        one for one in shape.fillable if one.default is not None and one.default.expr is not None
    ]
    if computed:
        _fill_expressions(tx, caller, shape, drafts, computed)


def _fill_expressions(
    tx: Transaction,
    caller: Caller,
    shape: Shape,
    drafts: Sequence[Draft],
    computed: Iterable[Field],
) -> None:
    pool = Pool(tx)
    context = access.context(tx, caller)
    entity_id = shape.entity.id
    sources = [(one, pool.add(entity_id, one.after)) for one in drafts if not one.problems]
    for one in computed:
        assert one.default is not None and one.default.expr is not None
        expression = compile_expression(tx.app, entity_id, one.default.expr, allow_viewer=True)
        wanted = [(draft, source) for draft, source in sources if one.id not in draft.given]
        found = evaluate_all(expression, [source for _, source in wanted], context)
        for (draft, _), value in zip(wanted, found, strict=True):
            try:
                draft.after[one.id] = schemas.fitted(one, value)
            except ProblemsError as error:
                draft.problems.extend(each.at(None, f"/{one.name}") for each in error.problems)


def _literal(shape: Shape, one: Field) -> Any:
    if one.default is not None and one.default.expr is None:
        return schemas.typed_default(one)
    pipeline = shape.entity.pipeline
    if pipeline is not None and one.id == pipeline.field:
        return stage.first_stage(pipeline).id
    if one.family == "boolean":
        return False
    return frozenset() if one.family == "tags" else None


def _fill_system(tx: Transaction, caller: Caller, shape: Shape, draft: Draft) -> None:
    after = draft.after
    after.setdefault("created_at", tx.now)
    after.setdefault("created_by", caller.member_id)
    after.setdefault("updated_at", after["created_at"])
    after.setdefault("updated_by", after["created_by"])
    after.update(version=1, deleted_at=None, origin=caller.origin)
    for field_id, companions in shape.companions.items():
        for companion in companions:
            if companion.endswith("_before"):
                after.setdefault(companion, None)
            else:
                moved = after["created_at"] if after.get(field_id) is not None else None
                after.setdefault(companion, moved)


def _write(tx: Transaction, caller: Caller, shape: Shape, drafts: Sequence[Draft]) -> None:
    if not drafts:
        return
    entity_id = shape.entity.id
    numbers.number(tx, shape, drafts)
    try:
        _insert(tx, shape, drafts)
    except IntegrityError as error:
        raise unique.collision(shape, drafts, error) from error
    ids = tuple(one.record_id for one in drafts if one.record_id is not None)
    tags.keep(tx, shape, drafts, "import" if caller.origin.startswith("import") else "hand")
    _keep_transitions(tx, caller, shape, drafts)
    search.keep(tx, entity_id, ((one.record_id or 0, one.after) for one in drafts))
    stored.refresh(tx, entity_id, ids, None, befores=())
    written.tell(tx, caller, written.Written(entity_id, "created", ids))


def _insert(tx: Transaction, shape: Shape, drafts: Sequence[Draft]) -> None:
    """Insert the rows and give the drafts their ids: two statements, one for a single row.

    A single one is given back as it is stored now.
    """
    entity_id = shape.entity.id
    columns = {one: tx.layout.stored(entity_id, one) for one in shape.stored if one != "id"}
    # Booleans are never empty, not even before a stored formula is computed.
    empty = {one: False if at.storage == "boolean" else None for one, at in columns.items()}
    rows = [
        {at.column: one.after.get(key, empty[key]) for key, at in columns.items()} for one in drafts
    ]
    table = tx.tables.table(entity_id)
    key = (*tx.tables.key, "insert", entity_id)
    if len(drafts) == 1:
        statement = STATEMENTS.get((*key, 1), lambda: _insert_one(tx, shape))
        stored_row = tx.connection.execute(statement, rows[0]).one()
        drafts[0].after.update(zip(shape.stored, stored_row, strict=True))
        drafts[0].record_id = drafts[0].after["id"]
    else:
        ids = _new_ids(tx, table.name, len(drafts))
        for draft, row, record_id in zip(drafts, rows, ids, strict=True):
            draft.record_id = row["id"] = record_id
        tx.connection.execute(STATEMENTS.get(key, lambda: sa.insert(table)), rows)
    for draft in drafts:
        draft.after["id"] = draft.record_id


def _insert_one(tx: Transaction, shape: Shape) -> sa.Insert:
    table = tx.tables.table(shape.entity.id)
    columns = [tx.tables.column(table, shape.entity.id, one) for one in shape.stored]
    return sa.insert(table).returning(*columns).execution_options(prepared=tx.layout.hash)


_NEXT_SQLITE: Final = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
_NEXT_POSTGRESQL: Final = sa.text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
)


def _new_ids(tx: Transaction, table: str, count: int) -> list[int]:
    """Ids that nobody else gets: SQLite has one writer, PostgreSQL a sequence."""
    if tx.tables.dialect == "sqlite":
        last = tx.connection.execute(_NEXT_SQLITE, {"table": table}).scalar() or 0
        return list(range(last + 1, last + 1 + count))
    quoted = f'"{table}"'
    rows = tx.connection.execute(_NEXT_POSTGRESQL, {"table": quoted, "count": count})
    return sorted(rows.scalars())


def _keep_transitions(
    tx: Transaction, caller: Caller, shape: Shape, drafts: Sequence[Draft]
) -> None:
    tracked = [one.id for one in shape.entity.live_fields if journal.is_tracked(one)]
    moves = [
        moved
        for one in drafts
        for field_id in tracked
        if one.after.get(field_id) is not None
        for moved in _moves_of(shape, one, field_id)
    ]
    if moves:
        journal.transitions(tx, caller, shape.entity.id, moves)


def _moves_of(shape: Shape, draft: Draft, field_id: str) -> Iterable[journal.Moved]:
    """How a field of a new record came to its value: at once, or by the moves that it brings."""
    steps = [
        *draft.moves.get(field_id, ()),
        (draft.after[field_id], _at(shape, draft, field_id)),
    ]
    before = None
    for value, at in steps:
        yield journal.Moved(draft.record_id or 0, field_id, before, value, at)
        before = value


def _at(shape: Shape, draft: Draft, field_id: str) -> datetime:
    """When the record entered its stage: with an import of history not now."""
    for companion in shape.companions.get(field_id, ()):
        at = draft.after.get(companion)
        if isinstance(at, datetime):
            return at
    at = draft.after["created_at"]
    assert isinstance(at, datetime)
    return at
