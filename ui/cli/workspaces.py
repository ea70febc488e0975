"""Workspaces: `fieldstone workspace create`, `list` and `delete`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fieldstone.engine import backups, members
from fieldstone.engine import samples as engine_samples
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from fieldstone.engine.outbox import endpoints
from fieldstone.engine.publish import layout_matches
from fieldstone.engine.work import given_up
from fieldstone.engine.workspaces import Workspace

from . import opening, samples, templates, terminal
from .shape import command, group, json_option, locale_option, option, refuse
from .terminal import say, tell


@command("workspace.create")
@click.argument("name")
@option("--template", default="crm", show_default=True, help="template")
@option("--title", help="title")
@option("--sample", is_flag=True, help="sample")
@option("--off", multiple=True, metavar="MODULE", help="off")
@option("--on", multiple=True, metavar="MODULE", help="on")
@option("--admin", metavar="EMAIL", help="admin")
@locale_option
@option("--password-stdin", is_flag=True, help="password_stdin")
@json_option
def create(
    name: str,
    template: str,
    title: str | None,
    sample: bool,
    off: tuple[str, ...],
    on: tuple[str, ...],
    admin: str | None,
    locale: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    person = None
    if admin:
        password = read_password(password_stdin)
        person = NewMember(
            name=admin.partition("@")[0],
            email=admin,
            password=password,
            locale=locale,
        )
    counts: list[int] = []
    with opening.installation() as installation:
        package = templates.named(installation, template)
        declaration = samples.declared(package) if sample else None

        def fill(made: Workspace) -> None:
            if declaration is not None:
                counts.append(samples.load(made, declaration))

        made = installation.create_workspace(
            name,
            title or name,
            package.documents,
            admin=person,
            off=off,
            on=on,
            then=fill if declaration else None,
        )
    if as_json:
        terminal.print_json({"id": made.id, "slug": made.slug, "name": made.name})
        return
    tell("workspace_made", name=name)
    for count in counts:
        tell("sample_loaded", count=count)
    if admin is None:
        terminal.note("workspace_no_admin", name=name)


@command("workspace.list")
@json_option
def listed(as_json: bool) -> None:
    with opening.installation() as installation:
        entries = installation.workspaces()
    if as_json:
        rows = [
            {"id": one.id, "slug": one.slug, "name": one.name, "created_at": one.created_at}
            for one in entries
        ]
        terminal.print_json({"workspaces": rows})
        return
    heads = (say("head.slug"), say("head.name"), say("head.created"))
    terminal.print_table(heads, [(one.slug, one.name, one.created_at) for one in entries])


@command("workspace.delete")
@click.argument("name")
@option("--yes", is_flag=True, help="yes")
def delete(name: str, yes: bool) -> None:
    with opening.installation() as installation:
        found = installation.workspace(name)
        if not yes:
            confirm_by_name(found.slug)
        installation.delete_workspace(name)
    tell("workspace_deleted", name=name)


@command("workspace.clone")
@click.argument("name", metavar="FROM")
@click.argument("to")
@option("--title", help="title")
@option("--with-data", is_flag=True, help="with_data")
def clone(name: str, to: str, title: str | None, with_data: bool) -> None:
    with opening.installation() as installation:
        made = installation.clone_workspace(
            installation.workspace(name), to, title, with_data=with_data
        )
    tell("workspace_cloned", name=name, to=made.slug)
    if not with_data:
        terminal.note("workspace_no_admin", name=made.slug)


@command("workspace.backup")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(name: str, file: Path) -> None:
    with opening.workspace(name) as workspace:
        rows = backups.write(workspace, file)
    tell("workspace_backed_up", name=name, file=file, rows=rows)


@command("workspace.restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@option("--as", "slug", metavar="NAME", help="restore_as")
def restore(file: Path, slug: str | None) -> None:
    with opening.installation() as installation:
        made = installation.restore_workspace(file, slug)
        with made.reading() as tx:
            waiting = sum(one.account is None for one in members.listed(tx, active_only=True))
    tell("workspace_restored", name=made.slug)
    if waiting:
        terminal.note("members_waiting", name=made.slug, count=waiting)


@command("sample.remove")
@click.argument("name")
def remove_sample(name: str) -> None:
    with opening.workspace(name) as workspace:
        done = engine_samples.remove(workspace, SYSTEM)
    tell("sample_removed", count=done.removed)
    if done.kept:
        terminal.note("sample_kept", count=done.kept)


@command("doctor")
@click.argument("name")
@json_option
@click.pass_context
def doctor(ctx: click.Context, name: str, as_json: bool) -> None:
    with opening.workspace(name) as workspace, workspace.reading() as tx:
        problems = (*layout_matches(tx), *endpoints.missing(tx), *given_up.doctor(tx))
    if as_json:
        terminal.print_json({"problems": [terminal.problem_json(one) for one in problems]})
    else:
        terminal.complain(problems)
        if not problems:
            tell("doctor_fine", name=name)
    ctx.exit(1 if problems else 0)


def read_password(from_stdin: bool) -> str:
    """A password: the first line of stdin, or asked for twice at a terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        refuse("password_no_terminal")
    answer: str = click.prompt(say("password"), hide_input=True, err=True)
    if click.prompt(say("password_again"), hide_input=True, err=True) != answer:
        refuse("password_differs")
    return answer


def confirm_by_name(slug: str) -> None:
    """Have the name typed before all of a workspace goes; refused where nobody can type it."""
    if not sys.stdin.isatty():
        refuse("delete_needs_yes")
    if click.prompt(say("delete_confirm", name=slug), err=True) != slug:
        refuse("delete_not_confirmed")


COMMANDS = (
    group("workspace", create, listed, clone, backup, restore, delete),
    group("sample", remove_sample),
    doctor,
)
