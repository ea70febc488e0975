"""`python -m benchmarks.auditing`: a history of a million rows is sealed and then verified."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from fieldstone.engine.audit import sealing
from fieldstone.engine.audit.verifying import verify
from fieldstone.engine.clock import SystemClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import CHANGE, FIELD_CHANGE
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from tests.servers.postgres import postgres_server

AIM = 60.0
"""Seconds that verifying may take."""

FIELDS = 9
"""Fields that each change set changes; with itself these are its entries."""


@dataclass(frozen=True)
class Figure:
    """Seconds, entries, and the megabytes by which the process grew while it verified."""

    entries: int
    sealed: float
    verified: float
    grown: float


def main() -> None:
    """Measure and print; `--json FILE` keeps the figures."""
    options = _options()
    found = {}
    for kind in options.databases:
        with ExitStack() as stack:
            url = None
            if kind == "postgresql":
                url = stack.enter_context(stack.enter_context(postgres_server()).database())
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            settings = Settings(home=home, database_url=url)
            opened = stack.enter_context(Installation.open(settings, SystemClock()))
            found[kind] = one = _measured(opened, options.entries)
        mark = "  over the aim" if one.verified > AIM else ""
        print(
            f"{kind:12}{one.entries:9} entries: sealed in {one.sealed:.1f} s, verified in "
            f"{one.verified:.1f} s, grown by {one.grown:.0f} MB{mark}"
        )
    if options.json:
        figures = {kind: asdict(one) for kind, one in found.items()}
        options.json.write_text(json.dumps({"machine": platform.platform(), **figures}, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.auditing", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _measured(installation: Installation, entries: int) -> Figure:
    workspace = installation.create_workspace("bench", "Bench", ())
    _fill(workspace, entries // (FIELDS + 1))
    began = time.monotonic()
    sealing.plan(installation)
    for workspace_id, job_id in tick(installation):
        worker.do(installation, workspace_id, job_id)
    sealed, before = time.monotonic() - began, _memory()
    began = time.monotonic()
    found = verify(workspace)
    verified = time.monotonic() - began
    assert found.fault is None and found.unsealed == 0, found
    return Figure(found.entries, sealed, verified, _memory() - before)


def _fill(workspace: Workspace, sets: int) -> None:
    """Write change sets with their field changes, a statement for each table."""
    numbers = _numbers("sets", sets)
    fields = _numbers("fields", FIELDS)
    with workspace.writing() as tx:
        at = sa.literal(tx.now, CHANGE.c.at.type)
        rows = sa.select(sa.literal("bench"), at, sa.literal(1), numbers.c.n)
        columns = ["origin", "at", "revision", "actor"]
        tx.connection.execute(sa.insert(CHANGE).from_select(columns, rows.order_by(numbers.c.n)))
        changed = sa.select(
            CHANGE.c.id,
            sa.literal("customer"),
            CHANGE.c.id,
            sa.literal("field_") + sa.cast(fields.c.n, sa.Text()),
            sa.literal("before"),
            sa.literal("what it became, as long as most values are"),
        ).where(CHANGE.c.origin == "bench")
        columns = ["change_id", "entity", "record_id", "field", "before", "after"]
        joined = changed.join_from(CHANGE, fields, sa.true())
        tx.connection.execute(sa.insert(FIELD_CHANGE).from_select(columns, joined))
        tx.connection.exec_driver_sql("ANALYZE")


def _numbers(name: str, upto: int) -> sa.CTE:
    """The numbers from 1 on."""
    first = sa.select(sa.literal(1, sa.BigInteger()).label("n")).cte(name, recursive=True)
    return first.union_all(sa.select(first.c.n + 1).where(first.c.n < upto))


def _memory() -> float:
    """The most that this process has taken, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
