"""Upgrades: `fieldstone upgrade` and `upgrade-all`, later versions of the template."""

from __future__ import annotations

import os

import click

from fieldstone.engine import template_bases, upgrades
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict
from fieldstone.engine.installation import Installation
from fieldstone.engine.packages import Package
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.upgrade_run import Outcome, upgrade_all
from fieldstone.engine.upgrades import Upgrade
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.merge.words import Wording

from . import choosing, documents, opening, templates, terminal
from .shape import command, json_option, option
from .terminal import say, tell

_LEFT = {"undecided": "upgrade_undecided", "refused": "upgrade_refused"}
"""What is said of a workspace that was left alone, by its fate."""


@command("upgrade")
@click.argument("name")
@option("--to", metavar="VERSION|FOLDER|FILE", help="upgrade_to")
@option("--choose", "chosen", multiple=True, metavar="PLACE=SIDE", help="choose")
@option("--conflicts", type=click.Choice(["ours", "theirs"]), help="conflicts")
@option("--dry-run", is_flag=True, help="upgrade_dry_run")
@option("--accept-loss", "accepted", multiple=True, metavar="CHANGE", help="accept_loss")
@option("--reason", help="reason")
@json_option
def upgrade(
    name: str,
    to: str | None,
    chosen: tuple[str, ...],
    conflicts: str | None,
    dry_run: bool,
    accepted: tuple[str, ...],
    reason: str | None,
    as_json: bool,
) -> None:
    with opening.installation() as installation:
        workspace = installation.workspace(name)
        choices = choosing.choices(chosen)
        with workspace.reading() as tx:
            package = _wanted(installation, tx, to)
            found = upgrades.prepare(tx, SYSTEM, package.documents, choices)
            if conflicts and found.conflicts:
                choices |= choosing.choices([f"{one.key}={conflicts}" for one in found.conflicts])
                found = upgrades.prepare(tx, SYSTEM, package.documents, choices)
            if as_json:
                told = _described(tx, found)
            else:
                _show(tx, found)
        if dry_run:
            if as_json:
                terminal.print_json(told)
            raise click.exceptions.Exit(1 if found.conflicts or found.plan.problems else 0)
        revision = _applied(workspace, found, reason, accepted)
    if as_json:
        terminal.print_json({**told, "revision": str(revision)})
    else:
        tell("upgraded", name=name, version=found.after.version, revision=revision)


@command("upgrade-all")
@click.argument("template")
@option("--reason", help="reason")
@json_option
def everywhere(template: str, reason: str | None, as_json: bool) -> None:
    counts: dict[str, int] = {}
    rows: list[Outcome] = []
    with opening.installation() as installation:
        wanted = installation.templates.get(template)
        for one in upgrade_all(installation, wanted, reason):
            counts[one.fate] = counts.get(one.fate, 0) + 1
            if one.fate in _LEFT:
                rows.append(one)
                if not as_json:
                    terminal.note(_LEFT[one.fate], name=one.slug)
                    terminal.complain(one.problems)
    if as_json:
        left = [
            {
                "workspace": one.slug,
                "fate": one.fate,
                "version": one.before,
                "problems": [terminal.problem_json(each) for each in one.problems],
            }
            for one in rows
        ]
        terminal.print_json({"version": wanted.entry.version, "counts": counts, "left": left})
    else:
        tell(
            "upgraded_all",
            version=wanted.entry.version,
            upgraded=counts.get("upgraded", 0),
            already=counts.get("already", 0),
            undecided=counts.get("undecided", 0),
            refused=counts.get("refused", 0),
        )
    raise click.exceptions.Exit(1 if rows else 0)


def _wanted(installation: Installation, tx: Transaction, to: str | None) -> Package:
    """The version to go to: the newest, one by its number, or a folder or zip."""
    base = upgrades.base(tx)
    if to is not None and os.sep in to:
        return templates.named(installation, to)
    return templates.named(installation, f"{base.name}@{to}" if to else base.name)


def _applied(
    workspace: Workspace, found: Upgrade, reason: str | None, accepted: tuple[str, ...]
) -> int:
    if found.conflicts:
        raise Conflict(upgrades.questions(found))
    why = reason or say("upgrade_reason", template=found.after.name, version=found.after.version)
    return upgrades.apply(workspace, SYSTEM, found, why, accepted)


def _show(tx: Transaction, found: Upgrade) -> None:
    """What is to be decided with its three sides, then the plan."""
    tell(
        "upgrade_title",
        name=found.after.name,
        before=found.before.version,
        after=found.after.version,
    )
    if found.conflicts:
        tell("upgrade_conflicts", count=len(found.conflicts))
        choosing.show(found.conflicts, _wording(tx, found), "theirs")
    documents.show(found.plan)


def _wording(tx: Transaction, found: Upgrade) -> Wording:
    there = template_bases.documents_of(tx.connection, found.before)
    return Wording(there, tx.app.documents, found.incoming)


def _described(tx: Transaction, found: Upgrade) -> dict[str, object]:
    wording, locale = _wording(tx, found), terminal.locale()
    places = []
    for one in found.merged.differences:
        told = wording.told(one, locale)
        places.append(
            {
                "place": one.key,
                "text": told.place,
                "fate": one.fate,
                "chosen": one.chosen,
                "sides": {"base": told.base, "ours": told.ours, "theirs": told.theirs},
                "open": one.open,
                "choices": list(choosing.open_to(one)),
            }
        )
    return {
        "template": found.after.name,
        "before": found.before.version,
        "after": found.after.version,
        "places": places,
        "plan": documents.described(found.plan),
    }


COMMANDS = (upgrade, everywhere)
