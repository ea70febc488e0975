"""The worker and the clockwork: Celery carries wake-ups, the rows in the workspaces are the truth.

Beat has one entry, the tick. A message holds a workspace and a job id and nothing else, so any
broker may lose or repeat one.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import structlog
from celery import Celery
from celery.exceptions import SecurityWarning
from kombu.exceptions import OperationalError

from .. import alerts, bulk, draft_publishing, imports, samples, stored, tiers
from ..audit import sealing
from ..installation import Installation
from ..outbox import delivery, rows
from ..publishing import alone, asked
from ..publishing.physical import PREPARE
from ..publishing.sweeping import SWEEP, sweep
from ..settings import Settings
from ..workspaces import Workspace
from . import broker, jobs
from .purge import purge
from .tick import tick

TICK = "fieldstone.tick"
JOB = "fieldstone.job"
_SWEEP_SECONDS = 3600
_log = structlog.get_logger()

HANDLERS: Mapping[str, jobs.Handler] = {"stored": stored.do_job}
"""What does a job of each kind."""

LONG: Mapping[str, jobs.LongHandler] = {
    "alert": alerts.do_job,
    "tier": tiers.do_job,
    **dict.fromkeys(bulk.KINDS, bulk.do),
    samples.KIND: samples.do,
    asked.KIND: draft_publishing.do,
    PREPARE: alone.end,
    SWEEP: sweep,
    sealing.KIND: sealing.do,
}
"""What does a job of a kind that has transactions of its own."""

SHARED: Mapping[str, jobs.Shared] = {"alert": alerts.SHARED}
"""What does several jobs of a kind at once."""


def application(installation: Installation) -> Celery:
    """The Celery application of an installation: two tasks, one beat entry, no results kept."""
    settings = installation.settings
    app = Celery("fieldstone", broker=broker.url(settings), set_as_current=False)
    app.conf.update(broker.configuration(settings))
    app.conf.beat_schedule = {"tick": {"task": TICK, "schedule": float(settings.tick_seconds)}}
    ticks = 0
    sweep_every = max(1, _SWEEP_SECONDS // settings.tick_seconds)

    @app.task(name=TICK)
    def _tick() -> None:
        nonlocal ticks
        everything = ticks % sweep_every == 0
        ticks += 1
        for workspace_id, job_id in tick(installation, everything=everything):
            app.send_task(JOB, args=(workspace_id, job_id))
        if everything:
            imports.sweep(installation, imports_folder(settings))
            purge(installation)
            sealing.plan(installation)

    @app.task(name=JOB)
    def _job(workspace_id: str, job_id: int) -> None:
        do(installation, workspace_id, job_id)

    return app


def do(installation: Installation, workspace_id: str, job_id: int) -> bool:
    """Do a job that the tick named; returns whether it was done by this call."""

    def _import(workspace: Workspace, job: jobs.Job) -> None:
        imports.do(workspace, job, imports_folder(installation.settings))

    def _deliver(workspace: Workspace, job: jobs.Job) -> None:
        delivery.do_job(installation.settings, workspace, job)

    workspace = installation.workspace_by_id(workspace_id)
    long = {**LONG, **dict.fromkeys(imports.KINDS, _import), rows.JOB_KIND: _deliver}
    return jobs.run(workspace, job_id, HANDLERS, long, SHARED)


def wake(installation: Installation) -> None:
    """Have somebody look at once for work that was just asked for; else the next tick finds it."""
    try:
        application(installation).send_task(TICK, retry=False)
    except OperationalError:
        _log.warning("wake.lost", exc_info=True)


def run_worker(installation: Installation) -> None:
    """Run a worker in this process until it is told to stop."""
    app = application(installation)
    # In a container everybody is root, and messages are JSON: the warning is about pickled ones.
    warnings.filterwarnings("ignore", "You're running the worker with superuser", SecurityWarning)
    app.Worker(
        pool="threads",
        concurrency=installation.settings.worker_threads,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    ).start()


def run_beat(installation: Installation) -> None:
    """Run the clockwork in this process until it is told to stop; the first tick comes at once."""
    app = application(installation)
    app.send_task(TICK)
    app.Beat(
        loglevel="WARNING", quiet=True, schedule=str(broker.folder(installation.settings) / "beat")
    ).run()


def imports_folder(settings: Settings) -> Path:
    """Where copies of files lie while they are imported."""
    return imports.folder_of_home(settings)
