"""A batch of rows on its way into records: read, their references found, written, told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from ...metadata.model import Field
from ...metadata.problems import Problem
from .. import records
from ..access import Caller
from ..reading import names as keys
from ..reading import values as cells
from ..reading.values import NOTHING
from ..records import Moves, Outcome
from ..records.rows import chunks
from ..system_tables import IMPORT_ROW
from ..transaction import Transaction
from . import named, times
from .mapping import Mapped, Target
from .source import Row


@dataclass(slots=True)
class Reading:
    """One row while it is read: values by field id, references still as texts, what is wrong.

    `emptied` are fields whose cell is empty. `later` are references to records of the same entity
    that are not there yet: the file itself may bring them further down. `unknown` are
    (column, value, nearest). `moves` are the stages that the record went through before. `made`
    are records (entity, id, version) made for names of its batch, noted with the first row.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    emptied: list[str] = field(default_factory=list)
    names: dict[str, tuple[Target, str]] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    moves: Moves = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown: list[tuple[str, str, str | None]] = field(default_factory=list)
    key: str | None = None
    existing: int | None = None
    outcome: Outcome | None = None
    skipped: bool = False
    made: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def state(self) -> str:
        """created, updated, skipped or failed."""
        if self.skipped:
            return "skipped"
        if self.problems or self.outcome is None or self.outcome.problems:
            return "failed"
        return "created" if self.existing is None else "updated"

    @property
    def raced(self) -> bool:
        """Whether a record with the row's key came up while the row was on its way.

        It may also be one that the caller does not see; then it is found as little again.
        """
        if self.key is None or self.existing is not None or self.outcome is None:
            return False
        return any(one.id == "unique.taken" for one in self.outcome.problems)

    def all_problems(self) -> list[Problem]:
        """What is wrong with the row, found by reading and by the records' own checks."""
        return [*self.problems, *(self.outcome.problems if self.outcome else ())]


class Earlier(Protocol):
    """What the batches of an import before this one have written."""

    def ids(self, tx: Transaction, ids: Collection[int]) -> set[int]:
        """Those of the records that one of them has written."""
        ...

    def has_key(self, key: Field, text: str) -> bool:
        """Whether one of them has made a record of that key which cannot be found now."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """The batches that were committed: what they wrote stands in the rows of the import."""

    import_id: int

    def ids(self, tx: Transaction, ids: Collection[int]) -> set[int]:
        """Those of the records that an earlier row of this import has written."""
        written: set[int] = set()
        for some in chunks(sorted(set(ids))):
            query = sa.select(IMPORT_ROW.c.record_id).where(
                IMPORT_ROW.c.import_id == self.import_id, IMPORT_ROW.c.record_id.in_(some)
            )
            written.update(tx.connection.scalars(query))
        return written

    def has_key(self, key: Field, text: str) -> bool:
        """None: whatever was made is found."""
        return False


def write(
    tx: Transaction, caller: Caller, mapped: Mapped, earlier: Earlier, rows: Sequence[Row]
) -> list[Reading]:
    """Write a batch of rows; a fixed number of statements, whatever their number."""
    readings = read(tx, caller, mapped, earlier, rows)
    write_read(tx, caller, mapped, readings)
    return readings


def read(
    tx: Transaction, caller: Caller, mapped: Mapped, earlier: Earlier, rows: Sequence[Row]
) -> list[Reading]:
    """Read a batch of rows and find what they name; records that the mapping wants are made."""
    readings = [_read(tx, mapped, row) for row in rows]
    made = named.create(tx, caller, mapped)
    if readings:
        readings[0].made = made
    wanted = [one for one in readings if not one.skipped]
    _find_references(tx, caller, mapped, wanted)
    _find_existing(tx, caller, mapped, earlier, wanted)
    return readings


def _read(tx: Transaction, mapped: Mapped, row: Row) -> Reading:
    reading = Reading(row)
    if row.problem is not None:
        reading.problems.append(row.problem)
        return reading
    if any(row.cells[index].strip() in one.skip for index, one in mapped.targets if one.skip):
        reading.skipped = True
        return reading
    for index, target in mapped.targets:
        _read_cell(reading, target, row.cells[index])
    for target, text in mapped.constants:
        _read_cell(reading, target, text)
    if mapped.key_column is not None:
        reading.key = row.cells[mapped.key_column].strip() or None
    elif mapped.key is not None:
        value = reading.values.get(mapped.key.id)
        reading.key = None if value is None else str(value)
    if mapped.history:
        found = times.read(tx, mapped, row, reading.values)
        reading.values.update(found.values)
        reading.moves = found.moves
        reading.problems.extend(found.problems)
    return reading


def _read_cell(reading: Reading, target: Target, text: str) -> None:
    try:
        value, problem = cells.wire(target, text)
    except cells.Unknown as error:
        _blame_unknown(reading, target, error.value, error.nearest)
        return
    if problem is not None:
        reading.problems.append(problem.at(None, f"/{target.field.name}"))
    elif value is NOTHING:
        reading.emptied.append(target.field.id)
    elif value is not None and target_entity(target.field) is not None:
        reading.names[target.field.id] = (target, value)
    else:
        reading.values[target.field.id] = value


def target_entity(one: Field) -> str | None:
    """The entity whose records a field points at, if it is such a field."""
    return "member" if one.family in ("owner", "member") else one.to


def _find_references(
    tx: Transaction, caller: Caller, mapped: Mapped, readings: Sequence[Reading]
) -> None:
    wanted: defaultdict[tuple[str, str | None], set[str]] = defaultdict(set)
    for reading in readings:
        for target, text in reading.names.values():
            wanted[target_entity(target.field) or "", target.key].add(text)
    found = {key: keys.find(tx, caller, *key, texts) for key, texts in wanted.items()}
    for reading in readings:
        for field_id, (target, text) in reading.names.items():
            to = target_entity(target.field) or ""
            _point(mapped, reading, field_id, target, text, found[to, target.key])


def _point(
    mapped: Mapped,
    reading: Reading,
    field_id: str,
    target: Target,
    text: str,
    found: Mapping[str, int],
) -> None:
    record_id = found.get(text)
    if record_id == keys.AMBIGUOUS:
        params = {"value": text, "field": target.field}
        problem = Problem("import.ambiguous", params, pointer=f"/{target.field.name}")
        reading.problems.append(problem)
    elif record_id is not None:
        reading.values[field_id] = str(record_id)
    elif target.field.to == mapped.entity.id and not target.field.required:
        reading.later[field_id] = text
    else:
        _blame_unknown(reading, target, text, None)


def _blame_unknown(reading: Reading, target: Target, value: str, near: str | None) -> None:
    reading.unknown.append((target.column, value, near))
    params = {"value": value, "field": target.field, "nearest": near}
    problem_id = "import.unknown_value_near" if near else "import.unknown_value"
    reading.problems.append(Problem(problem_id, params, pointer=f"/{target.field.name}"))


def _find_existing(
    tx: Transaction,
    caller: Caller,
    mapped: Mapped,
    earlier: Earlier,
    readings: Sequence[Reading],
) -> None:
    """Find the record of each row by the key; a key that comes twice in the file is refused."""
    if mapped.key is None:
        return
    keyed = [one for one in readings if one.key is not None and not one.problems]
    texts = {one.key for one in keyed if one.key is not None}
    found = keys.find(tx, caller, mapped.entity.id, mapped.key.id, texts)
    taken = earlier.ids(tx, found.values())
    seen: set[str] = set()
    for reading in keyed:
        text = reading.key or ""
        existing = found.get(text)
        before = existing in taken or earlier.has_key(mapped.key, text)
        if text in seen or before or existing == keys.AMBIGUOUS:
            _blame_key(mapped, reading, "import.key_twice")
        elif existing is None and mapped.key_column is not None:
            _blame_key(mapped, reading, "import.key_unknown")
        seen.add(text)
        reading.existing = existing


def _blame_key(mapped: Mapped, reading: Reading, problem_id: str) -> None:
    assert mapped.key is not None
    params = {"value": reading.key, "field": mapped.key}
    reading.problems.append(Problem(problem_id, params, pointer=f"/{mapped.key.name}"))


def write_read(
    tx: Transaction, caller: Caller, mapped: Mapped, readings: Sequence[Reading]
) -> None:
    """Write the rows that were read without a problem, each getting its outcome."""
    entity_id = mapped.entity.id
    good = [one for one in readings if not (one.problems or one.skipped)]
    new = [one for one in good if one.existing is None]
    old = [one for one in good if one.existing is not None]
    if new:
        rows = [one.values for one in new]
        moves = [one.moves for one in new]
        outcomes = records.create_many(
            tx, caller, entity_id, rows, history=mapped.history, moves=moves
        )
        for reading, outcome in zip(new, outcomes, strict=True):
            reading.outcome = outcome
    if old:
        outcomes = records.update_many(
            tx, caller, entity_id, _changes(tx, mapped, old), history=mapped.history
        )
        for reading, outcome in zip(old, outcomes, strict=True):
            reading.outcome = outcome


def _changes(tx: Transaction, mapped: Mapped, readings: Sequence[Reading]) -> list[records.Update]:
    """What rows change: all their fields, the empty cells too, but not when it was made."""
    ids = [one.existing or 0 for one in readings]
    versions = keys.versions(tx, mapped.entity.id, ids)
    changes = []
    for record_id, reading in zip(ids, readings, strict=True):
        values = {**dict.fromkeys(reading.emptied), **reading.values}
        values.pop("created_at", None)
        changes.append(records.Update(record_id, versions.get(record_id), values))
    return changes
