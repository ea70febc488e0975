"""Running an import: all or nothing in one transaction, or chunk by chunk.

An import chunk by chunk is a job. Each chunk's records, what became of its rows and how far the
import has come are committed together, so that whoever goes on after a crash begins where the
last commit ended: no row is lost and none comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from .. import failpoints
from ..access import Caller
from ..errors import Conflict, Refused, Unavailable
from ..system_tables import IMPORT
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import books, kept, later, rights, telling, trial
from .batch import Kept, write
from .mapping import Mapped
from .options import Options
from .report import MOST_BAD_ROWS, Report, reasons
from .source import Row, Source
from .suggest import suggest

_ATTEMPTS = 3
Progress = Callable[[int, int], None]
"""Told how many rows are done, and how many there are in all."""


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
        rights.mapped_for(tx, caller, entity_id, source, options)

    def tell(done: int) -> None:
        progress(done, total)

    if options.dry_run:
        return trial.rehearse(
            workspace, caller, entity_id, source, options, tell, keep_bad=MOST_BAD_ROWS
        )
    if options.all_or_nothing:
        return _at_once(workspace, caller, entity_id, source, options, tell)
    import_id, job = _begin(workspace, caller, entity_id, path, options, keep)
    try:
        return _go_on(workspace, import_id, job, keep, tell)
    except jobs.LostJob as error:
        raise Conflict.because("import.taken_over", number=import_id) from error


def resume(workspace: Workspace, job: Job, keep: Path) -> None:
    """Do an import that waits, or whose process died: what a worker does with its job."""
    _go_on(workspace, int(job.payload["import"]), job, keep, lambda done: None)


class _Undone(Exception):
    """Leaves the transaction of a file with a bad row, so that nothing of it is kept."""


class _Stopped(Exception):
    """Somebody has stopped the import: what is written stays."""


def _at_once(
    workspace: Workspace,
    caller: Caller,
    entity_id: str,
    source: Source,
    options: Options,
    tell: Callable[[int], None],
) -> Report:
    """The whole file in one transaction, which is kept if every row is good."""
    caller = rights.as_import(caller)
    report = Report(entity_id, written=False)
    try:
        with workspace.writing() as tx:
            mapped = rights.mapped_for(tx, caller, entity_id, source, options)
            report.import_id = books.insert(tx, caller, entity_id, source.name, options)
            for rows in books.chunks_of(source.rows()):
                readings = write(tx, caller, mapped, Kept(report.import_id), rows)
                books.keep_rows(tx, caller, report.import_id, readings, mapped.entity)
                books.count(report, readings, mapped.entity, keep_bad=MOST_BAD_ROWS)
                failpoints.hit("import.at_once")
                tell(report.rows)
            _close(tx, caller, mapped, report)
            if report.failed:
                raise _Undone
            report.written = True
    except _Undone:
        report.import_id = None
    else:
        failpoints.hit("import.finished")
    return report


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
            import_id = books.insert(tx, caller, entity_id, path.name, options, kept=folder.name)
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
    except _Stopped:
        return _end(workspace, import_id, job, keep, "stopped")
    except Refused as error:
        # The file or the mapping no longer fits: trying again would find the same.
        _end(workspace, import_id, job, keep, "failed", error)
        raise
    except KeyboardInterrupt:
        _end(workspace, import_id, job, keep, "stopped")
        raise


def _end(
    workspace: Workspace,
    import_id: int,
    job: Job,
    keep: Path,
    state: str,
    error: Refused | None = None,
) -> Report:
    """End an import before its end: what is written stays, and why it ended is kept."""
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        row = tx.connection.execute(sa.select(IMPORT).where(IMPORT.c.id == import_id)).one()
        report = Report.from_json(row.entity, import_id, row.report)
        why = {"why": reasons(error.problems)} if error else {}
        progress = {**(row.progress or {}), **why}
        books.keep_report(tx, report, state=state, finished_at=tx.now, progress=progress)
        telling.tell_importer(tx, row.member_id, report, state)
    kept.remove(kept.folder_of(job, keep, workspace))
    return report


def _go_on_or_fail(
    workspace: Workspace, import_id: int, job: Job, keep: Path, tell: Callable[[int], None]
) -> Report:
    with workspace.reading() as tx:
        row = tx.connection.execute(sa.select(IMPORT).where(IMPORT.c.id == import_id)).one()
        caller = rights.caller_from(tx, row.options["caller"])
        report = Report.from_json(row.entity, import_id, row.report)
    options = Options.from_json(row.options)
    source = options.open(kept.file_in(kept.folder_of(job, keep, workspace)), row.file_name)
    total = (row.progress or {}).get("total") or source.count()
    for rows in books.chunks_of(source.rows(after=report.line)):
        report = _write_chunk(workspace, caller, job, report, source, options, rows, total)
        failpoints.hit("import.after_chunk")
        tell(report.rows)
    if options.tell:
        with jobs.held(workspace, job):
            telling.run_rules(workspace, row.entity)
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        _close(tx, caller, rights.mapped_for(tx, caller, row.entity, source, options), report)
        if options.tell:
            telling.tell_owners(tx, caller, report)
        telling.tell_importer(tx, row.member_id, report, "done")
        report.bad = books.bad_rows(tx, import_id)
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
    total: int,
) -> Report:
    """Write rows with what became of them and how far the import is: all of it or nothing."""
    assert before.import_id is not None
    attempt = 1
    while True:
        report = before.copy()
        try:
            with workspace.writing() as tx:
                jobs.hold(tx, job)
                _refuse_stopped(tx, before.import_id)
                # The App in force: it may have changed since the chunk before.
                mapped = rights.mapped_for(tx, caller, report.entity, source, options)
                readings = write(tx, caller, mapped, Kept(before.import_id), rows)
                if attempt == 1 and any(one.raced for one in readings):
                    raise Conflict.because("unique.taken_somewhere")
                books.count(report, readings, mapped.entity, keep_bad=0)
                books.keep_rows(tx, caller, before.import_id, readings, mapped.entity)
                progress = {
                    "done": report.rows,
                    "total": total,
                    "columns": list(source.columns),
                }
                books.keep_report(tx, report, progress=progress)
            return report
        except Conflict:
            # Somebody took a unique value in this very moment; now the checks see it.
            if attempt == _ATTEMPTS:
                raise
            attempt += 1


def _refuse_stopped(tx: Transaction, import_id: int) -> None:
    state = tx.connection.scalar(sa.select(IMPORT.c.state).where(IMPORT.c.id == import_id))
    if state == "stopping":
        raise _Stopped


def _close(tx: Transaction, caller: Caller, mapped: Mapped, report: Report) -> None:
    """What can be done only once all rows are there."""
    assert report.import_id is not None
    later.point_kept(tx, caller, mapped, report)
    suggest(tx, caller, mapped, report)
    books.keep_report(tx, report, state="done", finished_at=tx.now)
