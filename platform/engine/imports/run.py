"""Running an import: rehearsed in one transaction that is undone, or written chunk by chunk.

A real import is a job. Each chunk's records, what became of its rows and how far the import has
come are committed together, so that whoever goes on after a crash begins where the last commit
ended: no row is lost and none comes twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from .. import access, failpoints
from ..access import Caller
from ..errors import Forbidden, Refused
from ..system_tables import IMPORT, IMPORT_ROW
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import later
from .batch import Reading, write
from .mapping import Mapped, resolve
from .report import MOST_BAD_ROWS, BadRow, Report, reasons
from .source import Row, Source, open_source
from .suggest import suggest

CHUNK = 1000
Progress = Callable[[int], None]
"""Told how many rows are done so far."""


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
    progress: Progress = lambda done: None,
) -> Report:
    """Import a file into an entity and report what became of its rows.

    A copy of the file lies under `keep` until the import is done. Invalid for a file or mapping
    that cannot be used, Forbidden without the right to import; bad rows are in the report.
    """
    source = options.open(path)
    with workspace.reading() as tx:
        mapped = _mapped(tx, caller, entity_id, source, options)
    if options.dry_run or options.all_or_nothing:
        report = _rehearse(workspace, caller, mapped, source, progress)
        if options.dry_run or report.failed:
            return report
    import_id, job = _begin(workspace, caller, entity_id, path, options, keep)
    return _go_on(workspace, import_id, job, keep, progress)


def resume(workspace: Workspace, job: Job, keep: Path) -> None:
    """Go on with an import whose process died: what a worker does with its job."""
    _go_on(workspace, int(job.payload["import"]), job, keep, lambda done: None)


def _mapped(
    tx: Transaction, caller: Caller, entity_id: str, source: Source, options: Options
) -> Mapped:
    access.entity_for(tx.app, caller, entity_id, "create")
    mapped = resolve(tx.app, caller, entity_id, source.columns, options.mapping)
    if not caller.system:
        roles = [tx.app.roles[role] for role in caller.roles if role in tx.app.roles]
        if not any(role.imports for role in roles):
            raise Forbidden.because("import.forbidden")
        if mapped.history and not any(role.import_history for role in roles):
            raise Forbidden.because("import.history_forbidden")
    return mapped


class _Undone(Exception):
    """Leaves the transaction of a rehearsal, so that nothing of it is kept."""


def _rehearse(
    workspace: Workspace, caller: Caller, mapped: Mapped, source: Source, progress: Progress
) -> Report:
    report = Report(mapped.entity.id, dry_run=True, written=False)
    try:
        with workspace.writing() as tx:
            waiting: list[later.Waiting] = []
            for rows in _chunks(source.rows()):
                readings = write(tx, _as_import(caller), mapped, rows)
                _count(report, readings)
                waiting += later.of(readings)
                progress(report.rows)
            report.warnings += later.point(tx, _as_import(caller), mapped, waiting)
            suggest(tx, caller, mapped, report)
            raise _Undone
    except _Undone:
        return report


def _begin(
    workspace: Workspace,
    caller: Caller,
    entity_id: str,
    path: Path,
    options: Options,
    keep: Path,
) -> tuple[int, Job]:
    with workspace.writing() as tx:
        import_id = tx.connection.execute(
            sa.insert(IMPORT)
            .values(
                entity=entity_id,
                state="running",
                member_id=caller.member_id,
                file_name=path.name,
                options=options.to_json() | {"caller": _caller_json(caller)},
                report=Report(entity_id).to_json(),
                created_at=tx.now,
            )
            .returning(IMPORT.c.id)
        ).scalar_one()
        kept = _kept(keep, workspace, import_id)
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept / path.name)
        job = jobs.start(tx, "import", f"import:{import_id}", {"import": import_id})
    failpoints.hit("import.begun")
    return import_id, job


def _go_on(
    workspace: Workspace, import_id: int, job: Job, keep: Path, progress: Progress
) -> Report:
    try:
        return _go_on_or_fail(workspace, import_id, job, keep, progress)
    except Refused:
        # The file or the mapping no longer fits: trying again would find the same.
        with workspace.writing() as tx:
            jobs.finish(tx, job)
            tx.connection.execute(
                sa.update(IMPORT)
                .where(IMPORT.c.id == import_id)
                .values(state="failed", finished_at=tx.now)
            )
        raise


def _go_on_or_fail(
    workspace: Workspace, import_id: int, job: Job, keep: Path, progress: Progress
) -> Report:
    with workspace.reading() as tx:
        row = tx.connection.execute(sa.select(IMPORT).where(IMPORT.c.id == import_id)).one()
        caller = _caller(tx, row.options["caller"])
        options = Options(**{key: row.options[key] for key in Options().to_json()})
        source = options.open(_kept(keep, workspace, import_id) / row.file_name)
        report = Report.from_json(row.entity, import_id, row.report)
    for rows in _chunks(source.rows(after=report.line)):
        with workspace.writing() as tx:
            jobs.hold(tx, job)
            # The App in force: it may have changed since the chunk before.
            mapped = resolve(tx.app, caller, row.entity, source.columns, options.mapping)
            readings = write(tx, caller, mapped, rows)
            _count(report, readings)
            _keep_rows(tx, import_id, readings)
            _keep_report(tx, report)
        failpoints.hit("import.after_chunk")
        progress(report.rows)
    return _finish(workspace, caller, job, report, source, options, keep)


def _finish(
    workspace: Workspace,
    caller: Caller,
    job: Job,
    report: Report,
    source: Source,
    options: Options,
    keep: Path,
) -> Report:
    assert report.import_id is not None
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        mapped = resolve(tx.app, caller, report.entity, source.columns, options.mapping)
        report.warnings += later.point_kept(tx, caller, mapped, report.import_id)
        suggest(tx, caller, mapped, report)
        _keep_report(tx, report, state="done", finished_at=tx.now)
        report.bad = _bad_rows(tx, report.import_id)
    failpoints.hit("import.finished")
    shutil.rmtree(_kept(keep, workspace, report.import_id), ignore_errors=True)
    return report


def _count(report: Report, readings: Sequence[Reading]) -> None:
    for reading in readings:
        report.rows += 1
        report.line = reading.row.line
        for unknown in reading.unknown:
            report.add_unknown(*unknown)
        if reading.state == "failed":
            why = reasons(reading.all_problems())
            report.add_bad(BadRow(reading.row.line, reading.row.cells, why))
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


def _kept(keep: Path, workspace: Workspace, import_id: int) -> Path:
    return keep / workspace.id / str(import_id)


def _as_import(caller: Caller) -> Caller:
    return replace(caller, origin="import")


def _caller_json(caller: Caller) -> dict[str, Any]:
    return {"member": caller.member_id, "locale": caller.locale, "system": caller.system}


def _caller(tx: Transaction, kept: Mapping[str, Any]) -> Caller:
    """The caller as their rights are now: they may have lost some since the import began."""
    if kept["system"]:
        return Caller(None, locale=kept["locale"], origin="import", system=True)
    return access.for_member(tx, kept["member"], kept["locale"], "import")
