"""Running an import: in one transaction (a trial, or all or nothing), or chunk by chunk.

An import chunk by chunk is a job. Each chunk's records, what became of its rows and how far the
import has come are committed together, so that whoever goes on after a crash begins where the
last commit ended: no row is lost and none comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from .. import access, failpoints
from ..access import Caller
from ..errors import Conflict, Forbidden, Refused, Unavailable
from ..system_tables import IMPORT, IMPORT_ROW
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import kept, later
from .batch import Reading, write
from .mapping import Mapped
from .report import MOST_BAD_ROWS, BadRow, Report, reasons
from .resolving import resolve
from .source import Row, Source, open_source
from .suggest import suggest

CHUNK = 1000
_ATTEMPTS = 3
Progress = Callable[[int, int], None]
"""Told how many rows are done, and how many there are in all."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is imported; see `mapping.SCHEMA` for the mapping.

    With `all_or_nothing` a first bad row keeps the whole file out. What is None of the others is
    found out from the file.
    """

    mapping: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    all_or_nothing: bool = False
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What `open` needs again after a crash."""
        return {
            "mapping": dict(self.mapping),
            "sheet": self.sheet,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
        }

    def open(self, path: Path) -> Source:
        """The file as these options read it."""
        return open_source(path, sheet=self.sheet, encoding=self.encoding, delimiter=self.delimiter)


def run(
    workspace: Workspace,
    caller: Caller,
    entity_id: str,
    path: Path,
    options: Options,
    *,
    keep: Path,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Import a file into an entity and report what became of its rows.

    A copy of the file lies under `keep` until the import is done. Invalid for a file or mapping
    that cannot be used, Forbidden without the right to import; bad rows are in the report. Whoever
    interrupts it keeps the rows written so far.
    """
    source = options.open(path)
    # A line that cannot be read is found now, before anything is written.
    total = source.count()
    with workspace.reading() as tx:
        _mapped(tx, caller, entity_id, source, options)

    def tell(done: int) -> None:
        progress(done, total)

    if options.dry_run or options.all_or_nothing:
        return _at_once(workspace, caller, entity_id, source, options, tell)
    import_id, job = _begin(workspace, caller, entity_id, path, options, keep)
    try:
        return _go_on(workspace, import_id, job, keep, tell)
    except jobs.LostJob as error:
        raise Conflict.because("import.taken_over", number=import_id) from error


def resume(workspace: Workspace, job: Job, keep: Path) -> None:
    """Go on with an import whose process died: what a worker does with its job."""
    _go_on(workspace, int(job.payload["import"]), job, keep, lambda done: None)


def _mapped(
    tx: Transaction, caller: Caller, entity_id: str, source: Source, options: Options
) -> Mapped:
    """The mapping in the App in force, if the caller may import by it now."""
    access.entity_for(tx.app, caller, entity_id, "create")
    mapped = resolve(tx.app, caller, entity_id, source.columns, options.mapping)
    if mapped.key is not None:
        access.entity_for(tx.app, caller, entity_id, "update")
    if not caller.system:
        roles = [tx.app.roles[role] for role in caller.roles if role in tx.app.roles]
        if not any(role.imports for role in roles):
            raise Forbidden.because("import.forbidden")
        if mapped.history and not any(role.import_history for role in roles):
            raise Forbidden.because("import.history_forbidden")
    return mapped


class _Undone(Exception):
    """Leaves the transaction of a rehearsal, so that nothing of it is kept."""


def _at_once(
    workspace: Workspace,
    caller: Caller,
    entity_id: str,
    source: Source,
    options: Options,
    tell: Callable[[int], None],
) -> Report:
    """The whole file in one transaction, which is kept if every row is good and it is no trial."""
    caller = _as_import(caller)
    report = Report(entity_id, dry_run=options.dry_run, written=False)
    try:
        with workspace.writing() as tx:
            mapped = _mapped(tx, caller, entity_id, source, options)
            report.import_id = _insert(tx, caller, entity_id, source.name, options)
            for rows in _chunks(source.rows()):
                readings = write(tx, caller, mapped, report.import_id, rows)
                _keep_rows(tx, report.import_id, readings)
                _count(report, readings, keep_bad=True)
                failpoints.hit("import.at_once")
                tell(report.rows)
            _close(tx, caller, mapped, report)
            if options.dry_run or report.failed:
                raise _Undone
            report.written = True
    except _Undone:
        report.import_id = None
    else:
        failpoints.hit("import.finished")
    return report


def _insert(
    tx: Transaction, caller: Caller, entity_id: str, file_name: str, options: Options
) -> int:
    found: int = tx.connection.execute(
        sa.insert(IMPORT)
        .values(
            entity=entity_id,
            state="running",
            member_id=caller.member_id,
            file_name=file_name,
            options=options.to_json() | {"caller": _caller_json(caller)},
            report=Report(entity_id).to_json(),
            created_at=tx.now,
        )
        .returning(IMPORT.c.id)
    ).scalar_one()
    return found


def _begin(
    workspace: Workspace,
    caller: Caller,
    entity_id: str,
    path: Path,
    options: Options,
    keep: Path,
) -> tuple[int, Job]:
    # Outside the transaction: copying a large file would keep every other writer waiting.
    folder = kept.copy(path, keep, workspace)
    try:
        with workspace.writing() as tx:
            import_id = _insert(tx, caller, entity_id, path.name, options)
            payload = {"import": import_id, "kept": folder.name}
            job = jobs.start(tx, "import", f"import:{import_id}", payload)
    except BaseException:
        kept.remove(folder)
        raise
    failpoints.hit("import.begun")
    return import_id, job


def _go_on(
    workspace: Workspace, import_id: int, job: Job, keep: Path, tell: Callable[[int], None]
) -> Report:
    try:
        return _go_on_or_fail(workspace, import_id, job, keep, tell)
    except Unavailable:
        # The database is busy: whoever holds the job next goes on.
        raise
    except Refused:
        # The file or the mapping no longer fits: trying again would find the same.
        _end(workspace, import_id, job, keep, "failed")
        raise
    except KeyboardInterrupt:
        _end(workspace, import_id, job, keep, "stopped")
        raise


def _end(workspace: Workspace, import_id: int, job: Job, keep: Path, state: str) -> None:
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        tx.connection.execute(
            sa.update(IMPORT)
            .where(IMPORT.c.id == import_id)
            .values(state=state, finished_at=tx.now)
        )
    kept.remove(kept.folder_of(job, keep, workspace))


def _go_on_or_fail(
    workspace: Workspace, import_id: int, job: Job, keep: Path, tell: Callable[[int], None]
) -> Report:
    with workspace.reading() as tx:
        row = tx.connection.execute(sa.select(IMPORT).where(IMPORT.c.id == import_id)).one()
        caller = _caller(tx, row.options["caller"])
        options = Options(**{key: row.options[key] for key in Options().to_json()})
        source = options.open(kept.folder_of(job, keep, workspace) / row.file_name)
        report = Report.from_json(row.entity, import_id, row.report)
    for rows in _chunks(source.rows(after=report.line)):
        report = _write_chunk(workspace, caller, job, report, source, options, rows)
        failpoints.hit("import.after_chunk")
        tell(report.rows)
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        _close(tx, caller, _mapped(tx, caller, row.entity, source, options), report)
        report.bad = _bad_rows(tx, import_id)
    failpoints.hit("import.finished")
    kept.remove(kept.folder_of(job, keep, workspace))
    return report


def _write_chunk(
    workspace: Workspace,
    caller: Caller,
    job: Job,
    before: Report,
    source: Source,
    options: Options,
    rows: Sequence[Row],
) -> Report:
    """Write rows with what became of them and how far the import is: all of it or nothing."""
    assert before.import_id is not None
    attempt = 1
    while True:
        report = before.copy()
        try:
            with workspace.writing() as tx:
                jobs.hold(tx, job)
                # The App in force: it may have changed since the chunk before.
                mapped = _mapped(tx, caller, report.entity, source, options)
                readings = write(tx, caller, mapped, before.import_id, rows)
                if attempt == 1 and any(one.raced for one in readings):
                    raise Conflict.because("unique.taken_somewhere")
                _count(report, readings, keep_bad=False)
                _keep_rows(tx, before.import_id, readings)
                _keep_report(tx, report)
            return report
        except Conflict:
            # Somebody took a unique value in this very moment; now the checks see it.
            if attempt == _ATTEMPTS:
                raise
            attempt += 1


def _close(tx: Transaction, caller: Caller, mapped: Mapped, report: Report) -> None:
    """What can be done only once all rows are there."""
    assert report.import_id is not None
    later.point_kept(tx, caller, mapped, report)
    suggest(tx, caller, mapped, report)
    _keep_report(tx, report, state="done", finished_at=tx.now)


def _count(report: Report, readings: Sequence[Reading], *, keep_bad: bool) -> None:
    for reading in readings:
        report.rows += 1
        report.line = reading.row.line
        for unknown in reading.unknown:
            report.add_unknown(*unknown)
        if reading.state == "failed":
            report.failed += 1
            if keep_bad and len(report.bad) < MOST_BAD_ROWS:
                why = reasons(reading.all_problems())
                report.bad.append(BadRow(reading.row.line, reading.row.cells, why))
            continue
        if reading.state == "created":
            report.created += 1
        else:
            report.updated += 1
        report.warnings += bool(reading.outcome and reading.outcome.warnings)


def _keep_rows(tx: Transaction, import_id: int, readings: Sequence[Reading]) -> None:
    rows: list[dict[str, Any]] = []
    for reading in readings:
        failed = reading.state == "failed"
        rows.append(
            {
                "import_id": import_id,
                "row": reading.row.line,
                "state": reading.state,
                "record_id": reading.outcome.record_id if reading.outcome else None,
                "content": list(reading.row.cells) if failed else (reading.later or None),
                "problems": reasons(reading.all_problems()) if failed else None,
            }
        )
    tx.connection.execute(sa.insert(IMPORT_ROW), rows)


def _keep_report(tx: Transaction, report: Report, **values: Any) -> None:
    tx.connection.execute(
        sa.update(IMPORT)
        .where(IMPORT.c.id == report.import_id)
        .values(report=report.to_json(), **values)
    )


def _bad_rows(tx: Transaction, import_id: int) -> list[BadRow]:
    rows = tx.connection.execute(
        sa.select(IMPORT_ROW.c.row, IMPORT_ROW.c.content, IMPORT_ROW.c.problems)
        .where(IMPORT_ROW.c.import_id == import_id, IMPORT_ROW.c.state == "failed")
        .order_by(IMPORT_ROW.c.row)
        .limit(MOST_BAD_ROWS)
    )
    return [BadRow(*row) for row in rows]


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _as_import(caller: Caller) -> Caller:
    return replace(caller, origin="import")


def _caller_json(caller: Caller) -> dict[str, Any]:
    return {"member": caller.member_id, "locale": caller.locale, "system": caller.system}


def _caller(tx: Transaction, noted: Mapping[str, Any]) -> Caller:
    """The caller as their rights are now: they may have lost some since the import began."""
    if noted["system"]:
        return Caller(None, locale=noted["locale"], origin="import", system=True)
    return access.for_member(tx, noted["member"], noted["locale"], "import")
