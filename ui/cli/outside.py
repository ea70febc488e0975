"""Work and what leaves the house: `fieldstone jobs` and `fieldstone webhook`."""

from __future__ import annotations

from dataclasses import asdict

import click

from fieldstone.engine.outbox import endpoints
from fieldstone.engine.work import given_up

from . import opening, terminal
from .shape import MOST_ID, command, group, json_option, option, refuse
from .terminal import say, tell

_SHOWN = 100


@command("jobs.list")
@click.argument("name")
@option("--state", type=click.Choice(given_up.STATES), help="job_state")
@option("--after", type=click.IntRange(0, MOST_ID), default=0, help="job_after")
@json_option
def list_jobs(name: str, state: str | None, after: int, as_json: bool) -> None:
    with opening.workspace(name) as workspace, workspace.reading() as tx:
        found = given_up.listed(tx, state, after=after, limit=_SHOWN)
    if as_json:
        terminal.print_json({"jobs": [{**asdict(one), "id": str(one.id)} for one in found]})
        return
    heads = [say(f"head.{one}") for one in ("id", "job", "state", "attempts", "due", "why")]
    terminal.print_table(
        heads,
        [
            (one.id, one.key, one.state, one.attempts, one.due_at, (one.error or "")[:200])
            for one in found
        ],
    )


@command("jobs.retry")
@click.argument("name")
@click.argument("ids", nargs=-1, metavar="[ID]...", type=click.IntRange(1, MOST_ID))
@option("--all", "every", is_flag=True, help="jobs_all")
def retry(name: str, ids: tuple[int, ...], every: bool) -> None:
    with opening.workspace(name) as workspace, workspace.writing() as tx:
        count = given_up.retry(tx, _chosen(ids, every))
    tell("jobs_retried", count=count)


@command("jobs.drop")
@click.argument("name")
@click.argument("ids", nargs=-1, metavar="[ID]...", type=click.IntRange(1, MOST_ID))
@option("--all", "every", is_flag=True, help="jobs_all")
def drop(name: str, ids: tuple[int, ...], every: bool) -> None:
    with opening.workspace(name) as workspace, workspace.writing() as tx:
        count = given_up.drop(tx, _chosen(ids, every))
    tell("jobs_dropped", count=count)


@command("webhook.set")
@click.argument("name")
@click.argument("endpoint")
@click.argument("url")
@option("--new-secret", is_flag=True, help="new_secret")
@json_option
def set_endpoint(name: str, endpoint: str, url: str, new_secret: bool, as_json: bool) -> None:
    with opening.installation() as installation:
        workspace = installation.workspace(name)
        with workspace.writing() as tx:
            made = endpoints.put(tx, endpoint, url, new_secret=new_secret)
        secret = made.secret(workspace.id, installation.settings.key())
    if as_json:
        terminal.print_json({"name": made.name, "url": made.url, "secret": secret})
        return
    tell("webhook_set", name=made.name, url=made.url)
    tell("webhook_secret", secret=secret)


@command("webhook.list")
@click.argument("name")
@json_option
def list_endpoints(name: str, as_json: bool) -> None:
    with opening.workspace(name) as workspace, workspace.reading() as tx:
        found = endpoints.listed(tx)
    if as_json:
        terminal.print_json({"webhooks": [{"name": one.name, "url": one.url} for one in found]})
        return
    heads = [say(f"head.{one}") for one in ("name", "address", "created")]
    terminal.print_table(heads, [(one.name, one.url, one.created_at) for one in found])


@command("webhook.remove")
@click.argument("name")
@click.argument("endpoint")
def remove_endpoint(name: str, endpoint: str) -> None:
    with opening.workspace(name) as workspace, workspace.writing() as tx:
        endpoints.remove(tx, endpoint)
    tell("webhook_removed", name=endpoint)


def _chosen(ids: tuple[int, ...], every: bool) -> tuple[int, ...] | None:
    """The ids that were given, or None for all; refused unless it is one of the two."""
    if bool(ids) == every:
        refuse("jobs_which")
    return None if every else ids


COMMANDS = (
    group("jobs", list_jobs, retry, drop),
    group("webhook", set_endpoint, list_endpoints, remove_endpoint),
)
