"""Rules and tiers by hand: `fieldstone rules run`, `preview`, `explain` and `tiers run`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from fieldstone.engine import alerts, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.alerts.explain import explain as explain_rule
from fieldstone.engine.alerts.explain import rule_for
from fieldstone.engine.publishing.indexes import serving

from . import opening, terminal
from .shape import MOST_ID, command, group, json_option, option, refuse
from .terminal import say


@command("rules.run")
@click.argument("name")
@click.argument("rules", nargs=-1)
@option("--now", metavar="ISO", help="now")
@json_option
def run_rules(name: str, rules: tuple[str, ...], now: str | None, as_json: bool) -> None:
    with opening.workspace(name) as workspace:
        reports = alerts.run(workspace, rules or None, now=instant(now))
    if as_json:
        terminal.print_json({"rules": [asdict(one) for one in reports]})
        return
    heads = [say(f"head.{one}") for one in ("rule", "matches", "entered", "still", "left")]
    terminal.print_table(
        heads, [(one.rule, one.matches, one.entered, one.still, one.left) for one in reports]
    )


@command("rules.preview")
@click.argument("name")
@click.argument("rule")
@option("--now", metavar="ISO", help="now")
@json_option
def preview(name: str, rule: str, now: str | None, as_json: bool) -> None:
    with opening.workspace(name) as workspace, workspace.reading() as tx:
        found = rule_for(tx, rule)
        matches = alerts.preview(tx, found, now=instant(now))
        entity = tx.app.entity(found.entity)
        fields = serving(tx.app, tx.layout, found.entity, found.when)
    if as_json:
        served = [one.name for one in fields]
        terminal.print_json({"rule": rule, "matches": matches, "served_by": served})
        return
    terminal.tell("rule_matches", rule=rule, matches=matches)
    names = ", ".join(one.name for one in fields)
    terminal.tell("rule_served" if fields else "rule_reads_all", fields=names, entity=entity.name)


@command("rules.explain")
@click.argument("name")
@click.argument("rule")
@click.argument("record", metavar="ID", type=click.IntRange(1, MOST_ID))
@json_option
def explain(name: str, rule: str, record: int, as_json: bool) -> None:
    with opening.workspace(name) as workspace, workspace.reading() as tx:
        why = explain_rule(tx, SYSTEM, rule_for(tx, rule), record)
    lines = why.explanation.lines(terminal.locale())
    if as_json:
        terminal.print_json(
            {"rule": rule, "record": str(record), "matches": why.matches, "lines": lines}
        )
        return
    terminal.tell("rule_holds" if why.matches else "rule_holds_not", rule=rule, record=record)
    for line in lines:
        click.echo(f"  {line}")


@command("tiers.run")
@click.argument("name")
@click.argument("schemes", nargs=-1)
@json_option
def run_tiers(name: str, schemes: tuple[str, ...], as_json: bool) -> None:
    with opening.workspace(name) as workspace:
        reports = tiers.run(workspace, schemes or None)
        with workspace.reading() as tx:
            known = tx.app.schemes
    found: list[dict[str, Any]] = [
        {
            "scheme": known[one.scheme].name,
            "ranked": one.ranked,
            "moved": one.moved,
            "counts": {band.name: one.counts.get(band.id, 0) for band in known[one.scheme].bands},
        }
        for one in reports
    ]
    if as_json:
        terminal.print_json({"tiers": found})
        return
    heads = [say(f"head.{one}") for one in ("scheme", "ranked", "moved", "counts")]
    terminal.print_table(
        heads,
        [
            (
                one["scheme"],
                one["ranked"],
                one["moved"],
                ", ".join(f"{band} {count}" for band, count in one["counts"].items()),
            )
            for one in found
        ],
    )


def instant(text: str | None) -> datetime | None:
    """An instant as people type it; a time without offset is refused, not guessed."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        refuse("instant", text=text)
    if found.tzinfo is None:
        refuse("instant", text=text)
    return found.astimezone(UTC)


COMMANDS = (group("rules", run_rules, preview, explain), group("tiers", run_tiers))
