"""Modules: `fieldstone modules` lists the parts of a workspace's app, and switches them."""

from __future__ import annotations

from typing import Any

import click

from fieldstone.engine import modules as engine_modules
from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace

from . import documents, opening, terminal
from .shape import command, json_option, option
from .terminal import say


@command("modules")
@click.argument("name")
@option("--off", multiple=True, metavar="MODULE", help="off")
@option("--on", multiple=True, metavar="MODULE", help="on")
@option("--reason", help="reason")
@json_option
def modules(
    name: str, off: tuple[str, ...], on: tuple[str, ...], reason: str | None, as_json: bool
) -> None:
    with opening.workspace(name) as workspace:
        if not off and not on:
            _list(workspace, as_json)
            return
        with workspace.reading() as tx:
            wanted = engine_modules.switched(tx.app.documents, off, on)
            found = publish.preview(tx, SYSTEM, wanted)
        documents.carry_out(workspace, found, reason, (), as_json)


def _list(workspace: Workspace, as_json: bool) -> None:
    with workspace.reading() as tx:
        known = tx.app.manifest.modules
    names = {one.id: one.name for one in known}
    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "label": one.text(terminal.locale()),
            "on": not one.off,
            "needs": [names.get(each, each) for each in one.needs],
        }
        for one in known
    ]
    if as_json:
        terminal.print_json({"modules": rows})
        return
    terminal.print_table(
        [say(f"head.{one}") for one in ("name", "module", "on", "needs")],
        [
            (row["name"], row["label"], say("yes" if row["on"] else "no"), ", ".join(row["needs"]))
            for row in rows
        ],
    )


COMMANDS = (modules,)
