"""Trial runs: what an import would do, told row by row, with nothing of it kept.

Each chunk is written as an import writes it and rolled back at once, so nobody waits for longer
than for a chunk of an import. What the chunks before have taken (keys, unique values) is carried
along: the counts are those of the import that follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from ...metadata.model import Field
from ...metadata.problems import Problem
from .. import failpoints
from ..access import SYSTEM, Caller
from ..reading import names as keys
from ..records import Outcome, unique
from ..records.rows import whole_rows
from ..transaction import Transaction
from ..workspaces import Workspace
from . import books, rights
from .batch import Reading, read, write_read
from .mapping import Mapped, Target
from .marks import MarkFile
from .options import Options
from .report import Report
from .source import Row, Source
from .suggest import suggest

_Group = tuple[str, ...]
_Values = tuple[str, ...]
_Held = dict[int, dict[_Group, _Values]]
_WRITTEN = ("created", "updated")


class Seen:
    """What earlier chunks of the file would have written.

    `taken` and `freed` are marks of unique values, `keys` of the keys of new records where those
    are not unique by themselves. `waiting` are names of records that may stand further down in the
    file, and `named` the texts under which its records can be found, by field.
    """

    def __init__(self, file: MarkFile) -> None:
        self.written = file.marks("written")
        self.keys = file.marks("keys")
        self.taken = file.marks("taken")
        self.freed = file.marks("freed")
        self.waiting: list[tuple[Target, str]] = []
        self.named: defaultdict[str, set[str]] = defaultdict(set)

    def ids(self, tx: Transaction, ids: Collection[int]) -> set[int]:
        """Those of the records that an earlier chunk would have changed."""
        return {one for one in ids if one in self.written}

    def has_key(self, key: Field, text: str) -> bool:
        """Whether an earlier chunk would have made a record of that key."""
        mark = _mark((key.id,), (keys.folded(key, text),))
        return mark in (self.taken if key.unique else self.keys)


def _mark(group: _Group, values: _Values) -> int:
    return hash((group, values))


class _Back(Exception):
    """Leaves the transaction of a chunk, so that nothing of it is kept."""


def rehearse(
    workspace: Workspace,
    caller: Caller,
    entity_id: str,
    source: Source,
    options: Options,
    tell: Callable[[int], None],
    keep_bad: int,
) -> Report:
    """What importing a file would do; `tell` hears how many rows are done, and may raise."""
    caller = rights.as_import(caller)
    report = Report(entity_id, dry_run=True, written=False)
    with MarkFile() as file:
        seen = Seen(file)
        for rows in books.chunks_of(source.rows()):
            report = _chunk(workspace, caller, report, seen, source, options, rows, keep_bad)
            failpoints.hit("import.rehearsed")
            tell(report.rows)
        with workspace.reading() as tx:
            mapped = rights.mapped_for(tx, caller, entity_id, source, options)
            _count_lost(tx, caller, mapped, report, seen)
            suggest(tx, caller, mapped, report)
    return report


def _chunk(
    workspace: Workspace,
    caller: Caller,
    before: Report,
    seen: Seen,
    source: Source,
    options: Options,
    rows: Sequence[Row],
    keep_bad: int,
) -> Report:
    report = before.copy()
    try:
        with workspace.writing() as tx:
            mapped = rights.mapped_for(tx, caller, report.entity, source, options)
            readings = read(tx, caller, mapped, seen, rows)
            old = _held(tx, mapped, [one.existing for one in readings])
            write_read(tx, caller, mapped, readings)
            done = [one for one in readings if one.state in _WRITTEN]
            new = _held(tx, mapped, [_record(one) for one in done])
            for reading in readings:
                _judge_again(mapped, reading, old, new, seen)
            for reading in readings:
                if reading.state in _WRITTEN:
                    _remember(mapped, reading, old, new, seen)
            books.count(report, readings, mapped.entity, keep_bad=keep_bad)
            raise _Back
    except _Back:
        return report


def _held(tx: Transaction, mapped: Mapped, ids: Iterable[int | None]) -> _Held:
    """The unique values that records hold now, by record id; none where one of a group is empty."""
    wanted = {one for one in ids if one is not None and one > 0}
    groups = unique.groups_of(mapped.entity)
    if not groups or not wanted:
        return {}
    rows = whole_rows(tx, SYSTEM, mapped.entity.id, wanted, lock=False)
    return {
        record_id: {
            group: tuple(str(row[one]) for one in group)
            for group in groups
            if all(row.get(one) is not None for one in group)
        }
        for record_id, row in rows.items()
    }


def _record(reading: Reading) -> int | None:
    return reading.outcome.record_id if reading.outcome else None


def _judge_again(mapped: Mapped, reading: Reading, old: _Held, new: _Held, seen: Seen) -> None:
    """Blame a row for a value that an earlier chunk took; let one pass that it set free."""
    if reading.outcome is None or reading.problems:
        return
    if reading.outcome.problems:
        if _is_free(mapped, reading.outcome, seen):
            reading.outcome = replace(reading.outcome, problems=())
        return
    before = old.get(reading.existing or 0, {})
    for group, values in new.get(reading.outcome.record_id or 0, {}).items():
        if _mark(group, values) in seen.taken and before.get(group) != values:
            for field_id, value in zip(group, values, strict=True):
                one = mapped.entity.field(field_id)
                params = {"field": one, "value": value}
                reading.problems.append(Problem("unique.taken", params, pointer=f"/{one.name}"))


def _is_free(mapped: Mapped, outcome: Outcome, seen: Seen) -> bool:
    """Whether all that is wrong with a row are values which earlier chunks have set free."""
    if any(one.id != "unique.taken" for one in outcome.problems):
        return False
    blamed = {one.params["field"].id: str(one.params["value"]) for one in outcome.problems}
    for group in unique.groups_of(mapped.entity):
        if set(group) <= blamed.keys():
            mark = _mark(group, tuple(blamed.pop(one) for one in group))
            if mark not in seen.freed or mark in seen.taken:
                return False
    return not blamed


def _remember(mapped: Mapped, reading: Reading, old: _Held, new: _Held, seen: Seen) -> None:
    """Carry along what the rows of later chunks would find."""
    if reading.existing is not None:
        seen.written.add(reading.existing)
    elif mapped.key is not None and reading.key is not None and not mapped.key.unique:
        seen.keys.add(_mark((mapped.key.id,), (keys.folded(mapped.key, reading.key),)))
    before = old.get(reading.existing or 0, {})
    after = new.get(_record(reading) or 0, {})
    for group, values in after.items():
        if before.get(group) != values:
            seen.taken.add(_mark(group, values))
    for group, values in before.items():
        if after.get(group) != values:
            seen.freed.add(_mark(group, values))
            seen.taken.discard(_mark(group, values))
    for target in _own(mapped):
        name = target.key or mapped.entity.title
        seen.named[name].add(str(reading.values.get(name)))
        if target.field.id in reading.later:
            seen.waiting.append((target, reading.later[target.field.id]))


def _own(mapped: Mapped) -> list[Target]:
    """The targets that point at records of the entity itself."""
    return [one for one in mapped.all_targets if one.field.to == mapped.entity.id]


def _count_lost(
    tx: Transaction, caller: Caller, mapped: Mapped, report: Report, seen: Seen
) -> None:
    """Count the names of records of the file itself that nothing would be found for."""
    for target in _own(mapped):
        texts = [text for one, text in seen.waiting if one.field.id == target.field.id]
        found = keys.find(tx, caller, mapped.entity.id, target.key, texts)
        known = seen.named[target.key or mapped.entity.title]
        for text in texts:
            if found.get(text, keys.AMBIGUOUS) == keys.AMBIGUOUS and text not in known:
                report.warnings += 1
                report.add_unknown(target.column, text, None)
