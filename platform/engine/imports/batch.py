"""A batch of rows on its way into records: read, their references found, written, told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...metadata.model import Field
from ...metadata.problems import Problem
from .. import records
from ..access import Caller
from ..records import Outcome
from ..transaction import Transaction
from . import convert, keys
from .mapping import Mapped, Target
from .source import Row


@dataclass(slots=True)
class Reading:
    """One row while it is read: values by field id, references still as texts, what is wrong.

    `later` are references to records of the same entity that are not there yet: the file itself
    may bring them further down. `unknown` are (column, value, nearest).
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    names: dict[str, tuple[Target, str]] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unknown: list[tuple[str, str, str | None]] = field(default_factory=list)
    existing: int | None = None
    outcome: Outcome | None = None

    @property
    def state(self) -> str:
        """created, updated or failed."""
        if self.problems or self.outcome is None or self.outcome.problems:
            return "failed"
        return "created" if self.existing is None else "updated"

    def all_problems(self) -> list[Problem]:
        """What is wrong with the row, found by reading and by the records' own checks."""
        return [*self.problems, *(self.outcome.problems if self.outcome else ())]


def write(tx: Transaction, caller: Caller, mapped: Mapped, rows: Sequence[Row]) -> list[Reading]:
    """Write a batch of rows; a fixed number of statements, whatever their number."""
    readings = [_read(mapped, row) for row in rows]
    _find_references(tx, caller, mapped, readings)
    _find_existing(tx, caller, mapped, readings)
    _write(tx, caller, mapped, [one for one in readings if not one.problems])
    return readings


def _read(mapped: Mapped, row: Row) -> Reading:
    reading = Reading(row)
    if row.problem is not None:
        reading.problems.append(row.problem)
        return reading
    cells = [(target, row.cells[index]) for index, target in mapped.targets.items()]
    for target, text in [*cells, *mapped.constants]:
        _read_cell(reading, target, text)
    if mapped.history:
        _read_times(mapped, reading)
    return reading


def _read_cell(reading: Reading, target: Target, text: str) -> None:
    try:
        value, problem = convert.wire(target, text)
    except convert.Unknown as error:
        _blame_unknown(reading, target, error.value, error.nearest)
        return
    if problem is not None:
        reading.problems.append(problem.at(None, f"/{target.field.name}"))
    elif value is not None and _target_entity(target.field) is not None:
        reading.names[target.field.id] = (target, value)
    else:
        reading.values[target.field.id] = value


def _read_times(mapped: Mapped, reading: Reading) -> None:
    """The times that a file of history brings: when a record was made and entered its stage."""
    pipeline = mapped.entity.pipeline
    if mapped.created_at is not None:
        _read_time(mapped, reading, "created_at", mapped.created_at)
    if pipeline is not None and mapped.stage_times:
        field_ = mapped.entity.field(pipeline.field)
        name = reading.values.get(field_.id)
        stage = field_.option_named(name) if isinstance(name, str) else None
        if stage is not None and stage.id in mapped.stage_times:
            _read_time(mapped, reading, f"{field_.id}_entered_at", mapped.stage_times[stage.id])


def _read_time(mapped: Mapped, reading: Reading, field_id: str, index: int) -> None:
    target = Target("", mapped.entity.field(field_id))
    value, problem = convert.wire(target, reading.row.cells[index])
    if problem is not None:
        reading.problems.append(problem.at(None, f"/{field_id}"))
    elif value is not None:
        reading.values[field_id] = value


def _target_entity(one: Field) -> str | None:
    return "member" if one.type in ("owner", "member") else one.to


def _find_references(
    tx: Transaction, caller: Caller, mapped: Mapped, readings: Sequence[Reading]
) -> None:
    wanted: defaultdict[tuple[str, str | None], set[str]] = defaultdict(set)
    for reading in readings:
        for target, text in reading.names.values():
            wanted[_target_entity(target.field) or "", target.key].add(text)
    found = {key: keys.find(tx, caller, *key, texts) for key, texts in wanted.items()}
    for reading in readings:
        for field_id, (target, text) in reading.names.items():
            to = _target_entity(target.field) or ""
            _point(mapped, reading, field_id, target, text, to, found[to, target.key])


def _point(
    mapped: Mapped,
    reading: Reading,
    field_id: str,
    target: Target,
    text: str,
    to: str,
    found: Mapping[str, int],
) -> None:
    record_id = found.get(text)
    if record_id == keys.AMBIGUOUS:
        params = {"value": text, "field": target.field}
        problem = Problem("import.ambiguous", params, pointer=f"/{target.field.name}")
        reading.problems.append(problem)
    elif record_id is not None:
        reading.values[field_id] = str(record_id)
    elif to == mapped.entity.id and not target.field.required:
        reading.later[field_id] = text
    else:
        _blame_unknown(reading, target, text, None)


def _blame_unknown(reading: Reading, target: Target, value: str, near: str | None) -> None:
    reading.unknown.append((target.column, value, near))
    params = {"value": value, "field": target.field, "nearest": near}
    problem_id = "import.unknown_value_near" if near else "import.unknown_value"
    reading.problems.append(Problem(problem_id, params, pointer=f"/{target.field.name}"))


def _find_existing(
    tx: Transaction, caller: Caller, mapped: Mapped, readings: Sequence[Reading]
) -> None:
    """Find the record of each row by the key; a key that comes twice in a batch is refused."""
    if mapped.key is None:
        return
    texts = {}
    for reading in readings:
        value = reading.values.get(mapped.key.id)
        if value is not None and not reading.problems:
            texts[id(reading)] = str(value)
    found = keys.find(tx, caller, mapped.entity.id, mapped.key.id, texts.values())
    seen: set[str] = set()
    for reading in readings:
        text = texts.get(id(reading))
        if text is None:
            continue
        if text in seen or found.get(text) == keys.AMBIGUOUS:
            params = {"value": text, "field": mapped.key}
            reading.problems.append(
                Problem("import.key_twice", params, pointer=f"/{mapped.key.name}")
            )
        else:
            seen.add(text)
            reading.existing = found.get(text)


def _write(tx: Transaction, caller: Caller, mapped: Mapped, readings: Sequence[Reading]) -> None:
    entity_id = mapped.entity.id
    new = [one for one in readings if one.existing is None]
    old = [one for one in readings if one.existing is not None]
    if new:
        rows = [one.values for one in new]
        outcomes = records.create_many(tx, caller, entity_id, rows, history=mapped.history)
        for reading, outcome in zip(new, outcomes, strict=True):
            reading.outcome = outcome
    if old:
        changes = [records.Update(one.existing or 0, None, one.values) for one in old]
        outcomes = records.update_many(tx, caller, entity_id, changes, history=mapped.history)
        for reading, outcome in zip(old, outcomes, strict=True):
            reading.outcome = outcome
