"""The work that is interrupted: each piece is a function that a process of its own runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection

from celery.signals import worker_ready
from waitress import serve

from fieldstone.engine import alerts, bulk, imports, publish, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.imports import desk
from fieldstone.engine.installation import Installation
from fieldstone.engine.query import ListRequest
from fieldstone.engine.settings import Settings
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import (
    TICK,
    application,
    do,
    imports_folder,
    run_beat,
    run_worker,
)
from fieldstone.ui.app import create_app
from tests.faults.company import MAPPING, SLUG, documents, later_documents

READY = "ready-"
"""How the name of the file begins that a worker makes, before its process id."""


def import_orders(opened: Installation) -> None:
    """Import the file of orders."""
    home = opened.settings.home
    imports.run(
        opened.workspace(SLUG),
        SYSTEM,
        "order",
        home / "orders.csv",
        imports.Options(mapping=MAPPING),
        keep=imports_folder(opened.settings),
    )


def undo_import(opened: Installation) -> None:
    """Take the import back, as a worker does that was asked for it."""
    with opened.workspace(SLUG).writing() as tx:
        desk.undo(tx, SYSTEM, desk.get(tx, SYSTEM, 1))
    do_due(opened)


def change_in_bulk(opened: Installation) -> None:
    """Give every order another amount, as a worker does that was asked for it."""
    chosen = bulk.Chosen(ListRequest(entity_id="order"))
    with opened.workspace(SLUG).writing() as tx:
        bulk.change(tx, SYSTEM, chosen, "update", {"amount": "1"}, "faults")
    do_due(opened)


def publish_later(opened: Installation) -> None:
    """Publish what was declared later."""
    workspace = opened.workspace(SLUG)
    plan = publish.preview(workspace, SYSTEM, later_documents())
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])


def run_rules(opened: Installation) -> None:
    """Evaluate all alert rules."""
    alerts.run(opened.workspace(SLUG))


def run_tiers(opened: Installation) -> None:
    """Grade by all schemes."""
    tiers.run(opened.workspace(SLUG))


def do_due(opened: Installation) -> None:
    """Do everything that is due, as worker and clockwork do it together."""
    for workspace_id, job in tick(opened):
        do(opened, workspace_id, job)


def create_other(opened: Installation) -> None:
    """Make a workspace."""
    opened.create_workspace("other", "Other", documents())


def clone_it(opened: Installation) -> None:
    """Make a workspace of a backup of the other one."""
    opened.clone_workspace(opened.workspace(SLUG), "other", with_data=True)


def delete_it(opened: Installation) -> None:
    """Remove the workspace."""
    opened.delete_workspace(SLUG)


def serve_due(opened: Installation) -> None:
    """Be a worker, woken by one tick, until killed; a file says when it is there."""

    def there(**_: object) -> None:
        (opened.settings.home / f"{READY}{os.getpid()}").touch()

    worker_ready.connect(there, weak=False)
    application(opened).send_task(TICK)
    run_worker(opened)


def keep_time(opened: Installation) -> None:
    """Be the clockwork, until killed."""
    run_beat(opened)


def serve_pages(opened: Installation) -> None:
    """Answer pages and API at the address of the settings, until killed."""
    host, _, port = opened.settings.listen.rpartition(":")
    serve(create_app(opened), host=host, port=int(port), threads=4, ident=None)


WORK: Mapping[str, Callable[[Installation], None]] = {
    one.__name__: one
    for one in (
        import_orders,
        undo_import,
        change_in_bulk,
        publish_later,
        run_rules,
        run_tiers,
        do_due,
        create_other,
        clone_it,
        delete_it,
        serve_due,
        keep_time,
        serve_pages,
    )
}


def child(work: str, environ: Mapping[str, str], ready: Connection) -> None:
    """Run a piece of work with these settings; says through `ready` when it begins."""
    os.environ.update(environ)
    with Installation.open(Settings.read(environ, env_file=None)) as opened:
        ready.send(None)
        WORK[work](opened)
