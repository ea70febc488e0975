"""Members: `fieldstone member add`, `list`, `role`, `manager`, `password` and `deactivate`."""

from __future__ import annotations

from dataclasses import asdict

import click

from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace

from . import opening, terminal
from .shape import command, group, json_option, locale_option, option
from .terminal import say, tell
from .workspaces import read_password


@command("member.add")
@click.argument("name")
@click.argument("email")
@option("--role", "roles", multiple=True, required=True, help="role")
@option("--full-name", help="full_name")
@option("--team", help="team")
@option("--manager", help="manager")
@locale_option
@option("--password-stdin", is_flag=True, help="password_stdin")
@json_option
def add(
    name: str,
    email: str,
    roles: tuple[str, ...],
    full_name: str | None,
    team: str | None,
    manager: str | None,
    locale: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    with opening.workspace(name) as workspace:
        above = _id(workspace, manager) if manager else None
    new = NewMember(
        name=full_name or email.partition("@")[0],
        email=email,
        password=read_password(True) if password_stdin else None,
        roles=roles,
        team=team,
        manager=above,
        locale=locale,
    )
    with opening.workspace(name) as workspace:
        member = members.add(workspace, SYSTEM, new)
    if as_json:
        terminal.print_json({"member": asdict(member)})
        return
    tell("member_added", name=member.name, workspace=name)
    if not password_stdin:
        terminal.note("member_no_password", workspace=name, email=email)


@command("member.list")
@click.argument("name")
@json_option
def listed(name: str, as_json: bool) -> None:
    with opening.workspace(name) as workspace, workspace.reading() as tx:
        found = members.listed(tx)
        names = {role.id: role.name for role in tx.app.roles.values()}
    if as_json:
        terminal.print_json({"members": [asdict(one) for one in found]})
        return
    heads = [say(f"head.{one}") for one in ("id", "name", "email", "roles", "team", "active")]
    rows = [
        (
            one.id,
            one.name,
            one.email,
            ", ".join(names.get(role, role) for role in one.roles),
            one.team,
            say("yes") if one.active else say("no"),
        )
        for one in found
    ]
    terminal.print_table(heads, rows)


@command("member.role")
@click.argument("name")
@click.argument("email")
@click.argument("roles", nargs=-1, required=True)
def role(name: str, email: str, roles: tuple[str, ...]) -> None:
    with opening.workspace(name) as workspace:
        members.set_roles(workspace, SYSTEM, _id(workspace, email), roles)
    tell("member_roles", email=email, roles=", ".join(roles))


@command("member.manager")
@click.argument("name")
@click.argument("email")
@click.argument("manager", required=False)
def manager(name: str, email: str, manager: str | None) -> None:
    with opening.workspace(name) as workspace:
        with workspace.reading() as tx:
            member = members.find(tx, email)
        above = _id(workspace, manager) if manager else None
        members.update(
            workspace, SYSTEM, member.id, name=member.name, team=member.team, manager=above
        )
    tell("member_manager" if manager else "member_no_manager", email=email, manager=manager)


@command("member.password")
@click.argument("name")
@click.argument("email")
@option("--password-stdin", is_flag=True, help="password_stdin")
def password(name: str, email: str, password_stdin: bool) -> None:
    with opening.workspace(name) as workspace:
        member_id = _id(workspace, email)
        members.set_password(workspace, SYSTEM, member_id, read_password(password_stdin))
    tell("member_password", email=email)


@command("member.deactivate")
@click.argument("name")
@click.argument("email")
def deactivate(name: str, email: str) -> None:
    with opening.workspace(name) as workspace:
        members.set_active(workspace, SYSTEM, _id(workspace, email), False)
    tell("member_deactivated", email=email)


def _id(workspace: Workspace, email: str) -> int:
    with workspace.reading() as tx:
        return members.find(tx, email).id


COMMANDS = (group("member", add, listed, role, manager, password, deactivate),)
