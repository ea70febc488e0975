"""Records: `fieldstone export-data`, a list of an entity's records as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from fieldstone.engine import access, query
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.query import ListRequest

from . import opening, terminal
from .shape import command, option
from .terminal import say, tell

_NEW_FILE = click.Path(path_type=Path, dir_okay=False, writable=True)


@command("export-data")
@click.argument("name")
@click.argument("entity")
@click.argument("file", type=_NEW_FILE)
@option("--fields", help="export_fields")
@option("--filter", "condition", help="export_filter")
@option("--search", "words", help="export_q")
@option("--sort", default="", help="export_sort")
def export_data(
    name: str,
    entity: str,
    file: Path,
    fields: str | None,
    condition: str | None,
    words: str | None,
    sort: str,
) -> None:
    # Only here, because it loads what writes workbooks, which the parts of `serve` never need.
    from fieldstone.engine import exports

    kind = exports.format_of(file.name)
    caller = replace(SYSTEM, locale=terminal.locale())
    with (
        opening.workspace(name) as workspace,
        workspace.reading() as tx,
        terminal.progress(say("exporting", file=file.name)) as advance,
    ):
        found = tx.app.entity_named(entity)
        request = ListRequest(
            entity_id=access.entity_for(tx.app, caller, found.id if found else entity).id,
            filter=condition or None,
            q=words or None,
            sort=sort,
            fields=None if fields is None else tuple(fields.split(",")),
        )
        total = query.count(tx, caller, request)
        rows = exports.write(tx, caller, request, file, kind, lambda done: advance(done, total))
    tell("exported", rows=rows, file=file)


COMMANDS = (export_data,)
