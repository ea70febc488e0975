"""An import that dies at any instant: whoever goes on ends with every row exactly once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from fieldstone.engine import imports
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict, Refused
from fieldstone.engine.imports import Options, resume
from fieldstone.engine.system_tables import IMPORT, JOB
from fieldstone.engine.work import jobs
from fieldstone.engine.work.jobs import LongHandler
from fieldstone.engine.work.tick import tick
from tests.engine.imports.conftest import Desk

IMPORT_FILE = """
import json, sys
from pathlib import Path
from fieldstone.engine import imports
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.imports import Options
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from tests.engine.imports.conftest import NOW

path, keep, options = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
with Installation.open(Settings.read(env_file=None), FixedClock(NOW)) as opened:
    workspace = opened.workspace("firms")
    imports.run(workspace, SYSTEM, "firm", path, Options(**options), keep=keep)
"""
COLUMNS = ["name", "staff", "parent_firm"]
MAPPING = {"columns": {one: one for one in COLUMNS}}
ROWS = 2200
GOOD = [number for number in range(ROWS) if number % 100]
"""Every hundredth row has a word for a number."""


def lines() -> list[str]:
    """A file of three chunks; a row of the first belongs to the last one."""
    found = [",".join(COLUMNS)]
    for number in range(ROWS):
        parent = f"firm {ROWS - 1}" if number == 1 else ""
        found.append(f"firm {number},{number if number % 100 else 'many'},{parent}")
    return found


def die(desk: Desk, point: str, **options: bool) -> None:
    """Import the file in a process that kills itself at `point`."""
    settings = desk.installation.settings
    environ = {
        **{key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE_")},
        "FIELDSTONE_ENV": "test",
        "FIELDSTONE_HOME": str(settings.home),
        "FIELDSTONE_DATABASE_URL": settings.database_url or "",
        "FIELDSTONE_FAIL_AT": point,
    }
    path = desk.file(*lines())
    chosen = json.dumps({"mapping": MAPPING, **options})
    command = [sys.executable, "-c", IMPORT_FILE, str(path), str(desk.keep), chosen]
    done = subprocess.run(command, env=environ, timeout=120, check=False, capture_output=True)
    assert done.returncode == 137, done.stderr.decode()
    # Whoever goes on has the copy alone.
    path.unlink()


def go_on(desk: Desk) -> int:
    """Tick and do the jobs that it names; returns how many were done."""
    long: dict[str, LongHandler] = {"import": partial(resume, keep=desk.keep)}
    return sum(
        jobs.run(desk.installation.workspace_by_id(workspace), job, {}, long)
        for workspace, job in tick(desk.installation)
    )


def check_all(desk: Desk) -> None:
    """Every good row is there once, the reference is set, and the books say so."""
    assert sorted(one["staff"] for one in desk.firms("staff")) == GOOD
    found = {one["name"]: one["parent_firm"] for one in desk.firms("name", "parent_firm")}
    assert found["firm 1"] is not None
    with desk.workspace.reading() as tx:
        ((state, report),) = tx.connection.execute(sa.select(IMPORT.c.state, IMPORT.c.report))
        assert state == "done"
        assert (report["rows"], report["created"], report["failed"]) == (ROWS, len(GOOD), 22)
        assert tx.connection.scalars(sa.select(JOB.c.state)).all() == ["done"]


@pytest.mark.parametrize(
    "point",
    ["import.begun:1", "import.after_chunk:1", "import.after_chunk:2", "import.after_chunk:3"],
)
def test_another_process_goes_on_where_it_died(desk: Desk, point: str) -> None:
    die(desk, point)
    chunks = 0 if point.startswith("import.begun") else int(point[-1])
    assert len(desk.names()) == sum(1 for one in GOOD if one < chunks * 1000)
    assert go_on(desk) == 0, "the lease of the dead still holds"
    desk.clock.instant += jobs.LEASE + timedelta(seconds=1)
    assert go_on(desk) == 1
    check_all(desk)
    assert go_on(desk) == 0
    assert [one for one in desk.keep.rglob("*") if one.is_file()] == []


def test_after_the_last_commit_nothing_is_left_to_do(desk: Desk) -> None:
    die(desk, "import.finished:1")
    check_all(desk)
    desk.clock.instant += jobs.LEASE + timedelta(seconds=1)
    assert go_on(desk) == 0


def test_a_death_of_the_one_who_goes_on(desk: Desk) -> None:
    """A second worker takes over from the first, and both together write each row once."""
    die(desk, "import.after_chunk:1")
    desk.clock.instant += jobs.LEASE + timedelta(seconds=1)
    ((_, job),) = tick(desk.installation)
    with desk.workspace.writing() as tx:
        assert jobs._claim(tx, [job])
    desk.clock.instant += jobs.LEASE + timedelta(seconds=1)
    assert go_on(desk) == 1
    check_all(desk)


@pytest.mark.parametrize(
    ("how", "point"), [("all_or_nothing", "import.at_once:2"), ("dry_run", "import.rehearsed:2")]
)
def test_a_file_at_once_is_nothing_until_its_end(desk: Desk, how: str, point: str) -> None:
    die(desk, point, **{how: True})
    assert desk.names() == []
    with desk.workspace.reading() as tx:
        assert tx.connection.scalars(sa.select(IMPORT.c.id)).all() == []
    assert go_on(desk) == 0


def test_whoever_interrupts_an_import_ends_it(desk: Desk) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    path = desk.file(*lines())
    with pytest.raises(KeyboardInterrupt):
        imports.run(
            desk.workspace,
            SYSTEM,
            "firm",
            path,
            Options(mapping=MAPPING),
            keep=desk.keep,
            progress=interrupt,
        )
    assert len(desk.names()) == 990
    desk.clock.instant += jobs.LEASE + timedelta(seconds=1)
    assert go_on(desk) == 0
    with desk.workspace.reading() as tx:
        assert tx.connection.scalars(sa.select(IMPORT.c.state)).all() == ["stopped"]


def test_an_import_whose_field_goes_away_ends_as_failed(desk: Desk) -> None:
    def take_away(done: int, total: int) -> None:
        desk.forget_field("staff")

    path = desk.file(*lines())
    with pytest.raises(Refused, match="staff"):
        imports.run(
            desk.workspace,
            SYSTEM,
            "firm",
            path,
            Options(mapping=MAPPING),
            keep=desk.keep,
            progress=take_away,
        )
    assert len(desk.names()) == 990
    with desk.workspace.reading() as tx:
        assert tx.connection.scalars(sa.select(IMPORT.c.state)).all() == ["failed"]
        assert tx.connection.scalars(sa.select(JOB.c.state)).all() == ["done"]


def test_an_import_that_stood_still_is_left_to_who_took_it_over(desk: Desk) -> None:
    def stand_still(done: int, total: int) -> None:
        if done == 1000:
            desk.clock.instant += jobs.LEASE + timedelta(seconds=1)
            assert go_on(desk) == 1

    with pytest.raises(Conflict, match="taken it over"):
        imports.run(
            desk.workspace,
            SYSTEM,
            "firm",
            desk.file(*lines()),
            Options(mapping=MAPPING),
            keep=desk.keep,
            progress=stand_still,
        )
    check_all(desk)
