"""Documents: `check`, `export`, `plan`, `apply`, `purge`, `revisions`, `restore-revision`."""

from __future__ import annotations

from pathlib import Path

import click

from fieldstone.engine import change_sets, publish, revisions
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Invalid
from fieldstone.engine.publish import Plan
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, read_folder
from fieldstone.metadata.json_text import read_json, write_json
from fieldstone.metadata.merge.words import Wording
from fieldstone.rules import check as check_documents

from . import choosing, opening, terminal
from .shape import MOST_ID, command, json_option, option
from .terminal import say, tell

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_NEW_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_EITHER = click.Path(path_type=Path, exists=True)


@command("check")
@click.argument("folder", type=_FOLDER)
@json_option
@click.pass_context
def check(ctx: click.Context, folder: Path, as_json: bool) -> None:
    documents, unread = read_folder(folder)
    # Names that only files that cannot be read would declare are not missing.
    problems = unread or check_documents(documents).problems
    if as_json:
        terminal.print_json({"problems": [terminal.problem_json(one) for one in problems]})
    else:
        terminal.complain(problems)
        if not problems:
            tell("check_fine", count=len(documents))
    ctx.exit(1 if problems else 0)


@command("export")
@click.argument("name")
@click.argument("folder", type=_NEW_FOLDER)
def export(name: str, folder: Path) -> None:
    with opening.workspace(name) as workspace:
        publish.export_folder(workspace, folder)
    tell("exported", folder=folder)


@command("plan")
@click.argument("name")
@click.argument("folder", type=_FOLDER)
@option("--since", metavar="FOLDER", type=_FOLDER, help="since")
@option("--choose", "chosen", multiple=True, metavar="PLACE=SIDE", help="choose_side")
@option("--verify", is_flag=True, help="verify")
@option("--out", type=_FILE, help="out")
@option("--exit-code", is_flag=True, help="exit_code")
@json_option
@click.pass_context
def plan(
    ctx: click.Context,
    name: str,
    folder: Path,
    since: Path | None,
    chosen: tuple[str, ...],
    verify: bool,
    out: Path | None,
    exit_code: bool,
    as_json: bool,
) -> None:
    with opening.workspace(name) as workspace:
        found = _planned(workspace, folder, since, chosen)
        wrong = publish.verify(workspace, SYSTEM, found) if verify else ()
    if wrong and not found.problems:
        raise Invalid(wrong)
    if out is not None and not found.problems:
        out.write_text(write_json(found.to_json()) + "\n", "utf-8")
    if as_json:
        terminal.print_json(described(found))
    else:
        show(found)
        if verify and not found.problems:
            tell("verified")
    ctx.exit(found.exit_code if exit_code else int(bool(found.problems)))


@command("apply")
@click.argument("name")
@click.argument("source", type=_EITHER)
@option("--since", metavar="FOLDER", type=_FOLDER, help="since")
@option("--choose", "chosen", multiple=True, metavar="PLACE=SIDE", help="choose_side")
@option("--accept-loss", "accepted", multiple=True, metavar="CHANGE", help="accept_loss")
@option("--reason", help="reason")
@json_option
def apply(
    name: str,
    source: Path,
    since: Path | None,
    chosen: tuple[str, ...],
    accepted: tuple[str, ...],
    reason: str | None,
    as_json: bool,
) -> None:
    with opening.workspace(name) as workspace:
        found = _planned(workspace, source, since, chosen) if source.is_dir() else _kept(source)
        carry_out(workspace, found, reason, accepted, as_json)


@command("purge")
@click.argument("name")
@click.argument("things", nargs=-1, required=True)
@option("--accept-loss", "accepted", multiple=True, metavar="THING", help="accept_loss")
@option("--reason", help="reason")
@json_option
def purge(
    name: str,
    things: tuple[str, ...],
    accepted: tuple[str, ...],
    reason: str | None,
    as_json: bool,
) -> None:
    with opening.workspace(name) as workspace:
        found = publish.purge_plan(workspace, SYSTEM, things)
        carry_out(workspace, found, reason, accepted, as_json)


@command("revisions")
@click.argument("name")
@json_option
def listed(name: str, as_json: bool) -> None:
    with opening.workspace(name) as workspace, workspace.reading() as tx:
        found = revisions.listed(tx.connection)
        force = tx.revision
    rows = [
        {
            "id": str(one.id),
            "parent": None if one.parent is None else str(one.parent),
            "in_force": one.id == force,
            "created_at": one.created_at,
            "author": None if one.author is None else str(one.author),
            "reason": one.reason,
            "product_version": one.product_version,
        }
        for one in found
    ]
    if as_json:
        terminal.print_json({"revisions": rows})
        return
    heads = [say(f"head.{one}") for one in ("id", "created", "author", "reason", "in_force")]
    terminal.print_table(
        heads,
        [
            (
                row["id"],
                row["created_at"],
                row["author"],
                row["reason"],
                say("yes") if row["in_force"] else "",
            )
            for row in rows
        ],
    )


@command("restore-revision")
@click.argument("name")
@click.argument("revision", type=click.IntRange(1, MOST_ID))
@option("--accept-loss", "accepted", multiple=True, metavar="CHANGE", help="accept_loss")
@option("--reason", help="reason")
@json_option
def restore(
    name: str, revision: int, accepted: tuple[str, ...], reason: str | None, as_json: bool
) -> None:
    with opening.workspace(name) as workspace:
        found = publish.restore_plan(workspace, SYSTEM, revision)
        why = reason or say("restored_reason", revision=revision)
        carry_out(workspace, found, why, accepted, as_json)


def _planned(
    workspace: Workspace, folder: Path, since: Path | None, chosen: tuple[str, ...]
) -> Plan:
    """The plan of a folder, or of what is different in it since an earlier state."""
    if since is None:
        return publish.preview(workspace, SYSTEM, read(folder))
    choices = {place: side for place, side in choosing.choices(chosen).items() if side != "both"}
    with workspace.reading() as tx:
        found = change_sets.prepare(tx, SYSTEM, read(since), read(folder), choices)
        if found.merged.conflicts:
            wording = Wording(found.base, tx.app.documents, found.incoming)
            choosing.show(found.merged.conflicts, wording, "incoming")
    return found.plan


def read(folder: Path) -> tuple[Document, ...]:
    """The documents of a folder; Invalid lists the files that cannot be read."""
    documents, problems = read_folder(folder)
    if problems:
        raise Invalid(problems)
    return documents


def carry_out(
    workspace: Workspace,
    found: Plan,
    reason: str | None,
    accepted: tuple[str, ...],
    as_json: bool,
) -> None:
    """Publish a plan and say what came of it; Invalid lists the problems of one that cannot be."""
    if found.problems:
        raise Invalid(found.problems)
    if not found.empty and not as_json:
        show(found)
    revision = publish.publish(workspace, SYSTEM, found, reason, accept_loss=accepted)
    if as_json:
        terminal.print_json({**described(found), "revision": str(revision)})
    elif found.empty:
        tell("nothing_to_change")
    else:
        tell("applied", revision=revision)


def _kept(file: Path) -> Plan:
    """The plan of a file that `plan --out` wrote."""
    data, problems = read_json(file.read_bytes(), file.name)
    if problems:
        raise Invalid(problems)
    return Plan.from_json(data)


def show(found: Plan) -> None:
    """Print a plan for people."""
    click.echo(found.text(terminal.locale()))


def described(found: Plan) -> dict[str, object]:
    """A plan for programs, in words and in figures."""
    locale = terminal.locale()
    return {
        "base": str(found.base),
        "problems": [terminal.problem_json(one) for one in found.problems],
        "notes": [terminal.problem_json(one) for one in found.notes],
        "changes": [one.text(locale) for one in found.changes],
        "steps": [{**one.to_json(), "text": one.text(locale)} for one in found.steps],
        "losses": [one.to_json() for one in found.losses],
    }


COMMANDS = (check, export, plan, apply, purge, listed, restore)
