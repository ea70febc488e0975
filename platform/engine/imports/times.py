"""Times: when records of a file of history were made, and entered each of their stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...metadata.fields import field_type
from ...metadata.model import Field, Pipeline
from ...metadata.problems import Problem, ProblemsError
from ..reading import values as cells
from ..reading.values import NOTHING
from ..transaction import Transaction
from .mapping import Mapped, Target
from .source import Row


@dataclass(slots=True)
class Times:
    """What a row says of time: values of system fields, earlier stages, what cannot be read."""

    values: dict[str, datetime] = field(default_factory=dict)
    moves: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(tx: Transaction, mapped: Mapped, row: Row, values: Mapping[str, Any]) -> Times:
    """The times of a row; `values` are its other values by field id, as the wire speaks.

    Other stages than the present one count where they were entered before it; a column that
    stands for the present stage stands for no other one.
    """
    found = Times()
    if mapped.created_at is not None:
        created = _time(tx, mapped.entity.field("created_at"), row, mapped.created_at, found)
        if created is not None:
            found.values["created_at"] = created
    pipeline = mapped.entity.pipeline
    if pipeline is not None and mapped.stage_times:
        _read_stages(tx, mapped, pipeline, row, values, found)
    return found


def _read_stages(
    tx: Transaction,
    mapped: Mapped,
    pipeline: Pipeline,
    row: Row,
    values: Mapping[str, Any],
    found: Times,
) -> None:
    one = mapped.entity.field(pipeline.field)
    entered = mapped.entity.field(f"{one.id}_entered_at")
    columns = sorted(set(mapped.stage_times.values()))
    times = {index: _time(tx, entered, row, index, found) for index in columns}
    name = values.get(one.id)
    stage = one.option_named(name) if isinstance(name, str) else None
    if stage is None:
        return
    column = mapped.stage_times.get(stage.id)
    since = None if column is None else times[column]
    earlier = []
    for other in pipeline.stages:
        index = mapped.stage_times.get(other.id)
        at = None if index is None or index == column else times[index]
        if other.id != stage.id and at is not None and (since is None or at <= since):
            earlier.append((other.id, at))
    earlier.sort(key=lambda move: move[1])
    if since is None and earlier:
        since = earlier[-1][1]
    if since is not None:
        found.values[entered.id] = since
    if earlier:
        found.moves[one.id] = earlier


def _time(tx: Transaction, one: Field, row: Row, index: int, found: Times) -> datetime | None:
    value, problem = cells.wire(Target("", one), row.cells[index])
    if problem is not None:
        found.problems.append(problem.at(None, f"/{one.name}"))
    if problem is not None or value is None or value is NOTHING:
        return None
    try:
        at: datetime = field_type("datetime").load(one, value, zone=tx.zone)
    except ProblemsError as error:
        found.problems.extend(wrong.at(None, f"/{one.name}") for wrong in error.problems)
        return None
    return at
