"""Tokens: `fieldstone token create`, for programs that use the API."""

from __future__ import annotations

import click

from fieldstone.engine import members
from fieldstone.engine.errors import Conflict
from fieldstone.metadata.problems import Problem

from . import opening, terminal
from .shape import command, group, json_option, option


@command("token.create")
@click.argument("name")
@option("--email", required=True, help="token_email")
@option("--days", type=int, default=90, show_default=True, help="days")
@option("--label", default="cli", show_default=True, help="token_label")
@json_option
def create(name: str, email: str, days: int, label: str, as_json: bool) -> None:
    with opening.workspace(name) as workspace:
        with workspace.reading() as tx:
            member = members.find(tx, email)
        if member.account is None or not member.active:
            raise Conflict(Problem("member.not_active"))
        token = workspace.control.tokens.create(
            account_id=member.account,
            workspace_id=workspace.id,
            member_id=member.id,
            name=label,
            days=days,
        )
    if as_json:
        terminal.print_json({"token": token, "workspace": name, "days": days})
        return
    # The token alone on stdout, so that a script can keep it.
    click.echo(token)
    terminal.note("token_once", days=days)


COMMANDS = (group("token", create),)
