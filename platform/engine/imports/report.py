"""Reports of imports: what became of the rows, counted, and the bad ones with their reasons."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

from ...metadata.messages import LOCALES
from ...metadata.model import Entity
from ...metadata.problems import Problem
from ..cells import defused_row

MOST_BAD_ROWS = 100_000
MOST_UNKNOWN_VALUES = 1_000
_IN_FRONT: Mapping[str, tuple[str, str]] = {"en": ("line", "reason"), "zh-CN": ("行号", "原因")}
"""The columns that a file of bad rows has in front of its own."""

_AFTER: Mapping[str, str] = {"en": ": ", "zh-CN": "："}
"""What stands between a field and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not written: its line, its cells and why, each reason by locale."""

    line: int
    cells: Sequence[str]
    reasons: Sequence[Mapping[str, str]]


@dataclass(slots=True)
class UnknownValue:
    """A value of a column that names no option or record: in how many rows, what may be meant."""

    column: str
    value: str
    rows: int
    nearest: str | None = None


@dataclass(slots=True)
class Report:
    """What an import did, or with `dry_run` would do.

    `rows` were read, up to line `line`; of them `created`, `updated`, `skipped` (left out because
    the mapping says so) and `failed` are the parts.
    `warnings` counts written rows that a guard would have refused, or whose reference into the
    same file was not found. `written` is false where nothing was kept.
    `made` are records (entity, id, version) that were made for values that named none.
    """

    entity: str
    dry_run: bool = False
    written: bool = True
    import_id: int | None = None
    line: int = 1
    rows: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    warnings: int = 0
    unknown: dict[tuple[str, str], UnknownValue] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    made: list[tuple[str, int, int]] = field(default_factory=list)

    def add_unknown(self, column: str, value: str, nearest: str | None) -> None:
        """Count a row for a value that names nothing."""
        found = self.unknown.get((column, value))
        if found is not None:
            found.rows += 1
        elif len(self.unknown) < MOST_UNKNOWN_VALUES:
            self.unknown[column, value] = UnknownValue(column, value, 1, nearest)

    def copy(self) -> Report:
        """The same report, to be gone on with while this one stays."""
        unknown = {key: replace(one) for key, one in self.unknown.items()}
        return replace(self, unknown=unknown, bad=list(self.bad), made=list(self.made))

    def to_json(self) -> dict[str, Any]:
        """The counts and unknown values; bad rows stand in rows of their own."""
        return {
            "line": self.line,
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "skipped": self.skipped,
            "failed": self.failed,
            "warnings": self.warnings,
            "unknown": [
                [one.column, one.value, one.rows, one.nearest] for one in self.unknown.values()
            ],
            "made": [list(one) for one in self.made],
        }

    @classmethod
    def from_json(cls, entity: str, import_id: int, data: Mapping[str, Any]) -> Report:
        """The report that `to_json` wrote, without bad rows."""
        counts = {name: data[name] for name in ("line", "rows", "created", "updated", "failed")}
        report = cls(entity, import_id=import_id, warnings=data["warnings"], **counts)
        report.skipped = data.get("skipped", 0)
        report.made = [(one[0], one[1], one[2]) for one in data.get("made", ())]
        for column, value, rows, nearest in data["unknown"]:
            report.unknown[column, value] = UnknownValue(column, value, rows, nearest)
        return report


def reasons(problems: Iterable[Problem], entity: Entity | None = None) -> list[dict[str, str]]:
    """Problems as sentences by locale, by the label of the field where they do not say it."""
    return [
        {locale: _sentence(one, entity, locale) for locale in LOCALES} | {"id": one.id}
        for one in problems
    ]


def _sentence(problem: Problem, entity: Entity | None, locale: str) -> str:
    place = problem.pointer.lstrip("/")
    field = entity.field_named(place.partition("/")[0]) if entity else None
    name = field.text(locale) if field else place
    text = problem.text(locale)
    if not name or (field and name in text):
        return text
    return f"{name}{_AFTER[locale]}{text}"


def write_errors(report: Report, columns: Sequence[str], path: Path, locale: str) -> None:
    """Write the bad rows as CSV (with a mark for spreadsheets), the line and the reasons in front.

    The other columns are those of the file, so that the mended file can be imported again. No
    spreadsheet computes what stands in them (`cells`).
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _write_errors(csv.writer(file), report.bad, columns, locale)


def errors_text(bad: Iterable[BadRow], columns: Sequence[str], locale: str) -> str:
    """What `write_errors` writes, as text."""
    file = StringIO(newline="")
    _write_errors(csv.writer(file), bad, columns, locale)
    return file.getvalue()


def own_columns(columns: Sequence[str]) -> Sequence[str]:
    """The columns of a file without those that `write_errors` put in front."""
    return columns[2:] if tuple(columns[:2]) in _IN_FRONT.values() else columns


def _write_errors(writer: Any, bad: Iterable[BadRow], columns: Sequence[str], locale: str) -> None:
    own = defused_row(own_columns(columns))
    writer.writerow([*_IN_FRONT.get(locale, _IN_FRONT["en"]), *own])
    skip = len(columns) - len(own_columns(columns))
    for row in bad:
        why = "; ".join(one.get(locale, one["en"]) for one in row.reasons)
        writer.writerow([row.line, *defused_row((why, *row.cells[skip:]))])
