"""Files: `fieldstone import`, tables from outside into an entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from fieldstone.engine import access, imports
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.imports import Options, Report
from fieldstone.engine.workspaces import Workspace

from . import opening, terminal
from .shape import command, json_option, option
from .terminal import say, tell

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_NEW_FILE = click.Path(path_type=Path, dir_okay=False)
_SHOWN = 20


@command("import")
@click.argument("name")
@click.argument("entity")
@click.argument("file", type=_FILE)
@option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="map")
@option("--mapping", type=_FILE, help="mapping")
@option("--values", type=_FILE, help="values")
@option("--key", metavar="FIELD", help="key")
@option("--sheet", help="sheet")
@option("--encoding", help="encoding")
@option("--delimiter", help="delimiter")
@option("--dry-run", is_flag=True, help="dry_run")
@option("--all-or-nothing", is_flag=True, help="all_or_nothing")
@option("--errors", type=_NEW_FILE, help="errors")
@json_option
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    name: str,
    entity: str,
    file: Path,
    pairs: tuple[str, ...],
    mapping: Path | None,
    values: Path | None,
    key: str | None,
    errors: Path | None,
    as_json: bool,
    **how: Any,
) -> None:
    # Only here, because it loads Celery.
    from fieldstone.engine.work.worker import imports_folder

    options = Options(**how)
    columns = options.open(file).columns
    with opening.workspace(name) as workspace:
        entity_id = _entity_id(workspace, entity)
        chosen = _mapping(workspace, entity_id, columns, key, mapping, values)
        chosen["columns"] = {**chosen.get("columns", {}), **_pairs(pairs)}
        if key is not None:
            chosen["key"] = key
        _tell_left_out(columns, chosen)
        keep = imports_folder(opening.settings())
        with terminal.progress(say("importing", file=file.name)) as advance:
            report = imports.run(
                workspace,
                SYSTEM,
                entity_id,
                file,
                Options(mapping=chosen, **how),
                keep=keep,
                progress=advance,
            )
    if errors is not None and report.bad:
        imports.write_errors(report, columns, errors, terminal.locale())
    if as_json:
        terminal.print_json(_as_json(report))
    else:
        _show(report, errors)
    ctx.exit(1 if report.failed else 0)


def _entity_id(workspace: Workspace, name: str) -> str:
    with workspace.reading() as tx:
        found = tx.app.entity_named(name)
        return access.entity_for(tx.app, SYSTEM, found.id if found else name, "create").id


def _mapping(
    workspace: Workspace,
    entity_id: str,
    columns: Sequence[str],
    key: str | None,
    mapping: Path | None,
    values: Path | None,
) -> dict[str, Any]:
    """The mapping of a file, or one guessed from the names of the columns."""
    if mapping is not None:
        chosen = imports.read_mapping(mapping)
    else:
        with workspace.reading() as tx:
            chosen = {"columns": imports.guess(tx.app, SYSTEM, entity_id, columns, key)}
    if values is not None:
        given = imports.read_mapping(values)
        known = chosen.get("values", {})
        chosen["values"] = {**known, **{one: _both(known.get(one), given[one]) for one in given}}
    return chosen


def _both(known: Any, given: Any) -> Any:
    """The values of a column from the mapping and from the file of values, which wins."""
    return {**known, **given} if isinstance(known, dict) and isinstance(given, dict) else given


def _tell_left_out(columns: Sequence[str], mapping: Mapping[str, Any]) -> None:
    used = {column for column, to in mapping["columns"].items() if to is not None}
    used |= {mapping.get("created_at"), *mapping.get("stage_times", {}).values()}
    left = [column for column in columns if column not in used]
    if left and len(left) < len(columns):
        terminal.note("import_left_out", columns=", ".join(left))


def _pairs(pairs: Sequence[str]) -> dict[str, str | None]:
    """COLUMN=FIELD by column; without a field the column is left out."""
    found: dict[str, str | None] = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals:
            raise click.BadParameter(say("map_without_equals", pair=pair))
        found[column] = field or None
    return found


def _as_json(report: Report) -> dict[str, object]:
    locale = terminal.locale()
    return {
        "dry_run": report.dry_run,
        "written": report.written,
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "failed": report.failed,
        "warnings": report.warnings,
        "unknown_values": [
            {"column": one.column, "value": one.value, "rows": one.rows, "nearest": one.nearest}
            for one in report.unknown.values()
        ],
        "bad_rows": [
            {"line": one.line, "reasons": [why.get(locale, why["en"]) for why in one.reasons]}
            for one in report.bad
        ],
    }


def _show(report: Report, errors: Path | None) -> None:
    """The counts on stdout; what is wrong on stderr, each unknown value once."""
    key = "import_done" if report.written else "import_refused"
    if report.dry_run:
        key = "import_rehearsed"
    tell(
        key,
        rows=report.rows,
        created=report.created,
        updated=report.updated,
        failed=report.failed,
    )
    if report.warnings:
        terminal.note("import_warnings", count=report.warnings)
    for one in report.unknown.values():
        near = "import_unknown_near" if one.nearest else "import_unknown"
        terminal.note(near, column=one.column, value=one.value, rows=one.rows, near=one.nearest)
    for row in report.bad[:_SHOWN]:
        locale = terminal.locale()
        why = "; ".join(reason.get(locale, reason["en"]) for reason in row.reasons)
        terminal.note("import_bad_row", line=row.line, why=why)
    if report.failed > _SHOWN and errors is None:
        terminal.note("import_more_bad", count=report.failed - _SHOWN)
    if report.bad and errors is not None:
        terminal.note("import_errors_file", file=errors)
    if report.failed > len(report.bad):
        terminal.note("import_too_many_bad", count=len(report.bad))


COMMANDS = (import_,)
