"""Surveys: what every column of a whole file holds, and what of it will not become a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...metadata.fields import field_type
from ...metadata.problems import Problem, ProblemsError
from ..access import Caller
from ..reading import names as keys
from ..reading import values as cells
from ..transaction import Transaction
from .batch import target_entity
from .mapping import Mapped, Target
from .report import Report, UnknownValue
from .source import Source
from .suggest import suggest

SAMPLES = 3
LARGEST = 24 << 20
"""Bytes of a file that is surveyed while somebody waits; of a larger one the trial run tells."""


@dataclass
class Column:
    """What a column holds: three values, and how many rows will not become one of the field.

    `two` is a date that can be read in two ways, `wrong` the first reason for any other.
    """

    samples: Sequence[str]
    filled: int
    failing: int = 0
    two: str | None = None
    wrong: Problem | None = None
    unknown: list[UnknownValue] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Survey:
    """What a file holds: its rows, those that are no row of this table, and its columns."""

    rows: int
    broken: int
    columns: Mapping[str, Column]


def look(source: Source) -> Survey:
    """Read the whole file: three values of each column, and how often each value comes."""
    counters: list[Counter[str]] = [Counter() for _ in source.columns]
    rows = broken = 0
    for row in source.rows():
        rows += 1
        if row.problem is not None:
            broken += 1
            continue
        for counter, cell in zip(counters, row.cells, strict=True):
            counter[cell.strip()] += 1
    columns = {}
    for name, counter in zip(source.columns, counters, strict=True):
        counter.pop("", None)
        samples = list(counter)[:SAMPLES]
        columns[name] = Column(samples, counter.total(), counts=counter)
    return Survey(rows, broken, columns)


def judge(tx: Transaction, caller: Caller, mapped: Mapped, survey: Survey) -> None:
    """Find in each mapped column what will not convert, each different value once."""
    report = Report(mapped.entity.id)
    for _, target in mapped.targets:
        column = survey.columns[target.column]
        names: dict[str, str] = {}
        # A column may go into several fields: what fails for one of them has failed.
        before, column.failing = column.failing, 0
        for value, rows in column.counts.items():
            if value not in target.skip:
                _judge_value(tx, target, column, value, rows, names, report)
        _judge_names(tx, caller, mapped, target, column, names, report)
        column.failing = max(before, column.failing)
    suggest(tx, caller, mapped, report)
    for one in report.unknown.values():
        survey.columns[one.column].unknown.append(one)


def _judge_value(
    tx: Transaction,
    target: Target,
    column: Column,
    value: str,
    rows: int,
    names: dict[str, str],
    report: Report,
) -> None:
    try:
        read, problem = cells.wire(target, value)
    except cells.Unknown as error:
        _add(column, report, target.column, value, rows, error.nearest)
        return
    if problem is not None:
        column.failing += rows
        if problem.id == "import.date_two_readings":
            column.two = column.two or value
        else:
            column.wrong = column.wrong or problem
    elif read is None or read is cells.NOTHING:
        return
    elif target_entity(target.field) is not None:
        names[value] = read
    else:
        _load(tx, target, column, read, rows)


def _load(tx: Transaction, target: Target, column: Column, read: Any, rows: int) -> None:
    if target.field.system:
        return
    try:
        field_type(target.field.type).load(target.field, read, zone=tx.zone, archived=False)
    except ProblemsError as error:
        column.failing += rows
        column.wrong = column.wrong or error.problems[0]


def _judge_names(
    tx: Transaction,
    caller: Caller,
    mapped: Mapped,
    target: Target,
    column: Column,
    names: Mapping[str, str],
    report: Report,
) -> None:
    """Count the names that no record has; those of the file's own records are left to the end."""
    entity_id = target_entity(target.field)
    if entity_id is None or not names or target.field.to == mapped.entity.id:
        return
    found = keys.find(tx, caller, entity_id, target.key, names.values())
    for value, text in names.items():
        rows = column.counts[value]
        if found.get(text) == keys.AMBIGUOUS:
            column.failing += rows
            params = {"value": text, "field": target.field}
            column.wrong = column.wrong or Problem("import.ambiguous", params)
        elif text not in found and text not in target.create:
            _add(column, report, target.column, value, rows, None)


def _add(
    column: Column, report: Report, name: str, value: str, rows: int, near: str | None
) -> None:
    column.failing += rows
    report.add_unknown(name, value, near)
    found = report.unknown.get((name, value))
    if found is not None:
        found.rows = rows
