"""The audit: `fieldstone audit verify` compares the history with the chain that seals it."""

from __future__ import annotations

import click

from fieldstone.engine.audit import telling, verifying

from . import opening, terminal
from .shape import command, group, json_option
from .terminal import tell


@command("audit.verify")
@click.argument("name")
@json_option
@click.pass_context
def verify(ctx: click.Context, name: str, as_json: bool) -> None:
    with opening.workspace(name) as workspace:
        found = verifying.verify(workspace)
    if as_json:
        terminal.print_json(telling.as_json(found))
    elif found.fault is not None:
        terminal.complain((found.fault.problem,))
        terminal.note("audit_broken", name=name, entries=found.entries)
    else:
        counts = {"entries": found.entries, "erased": found.erased, "unsealed": found.unsealed}
        tell("audit_whole", name=name, link=found.link.hex(), **counts)
    ctx.exit(1 if found.fault is not None else 0)


COMMANDS = (group("audit", verify),)
