"""kill -9 at moments that nobody chose: after a restart nothing is half-done, and nothing twice."""

from __future__ import annotations

import os
import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fieldstone.engine.system_tables import IMPORT
from tests.faults.company import SLUG, TOMORROW
from tests.faults.conftest import Copy, Original

SEED = 20_260_305
KILLED = -9
KILLS = int(os.environ.get("FIELDSTONE_TEST_KILLS", "0"))
"""How often each piece of work is killed at least; `make faults` says 20."""

LASTS = {"import_orders": 1.2, "publish_later": 0.3, "run_rules": 0.25, "run_tiers": 0.25}
"""Seconds that the work takes at most before it can be killed; later it is done already."""

WORKER_LASTS = 2.5


def moments(work: str, count: int) -> list[tuple[str, float]]:
    """Pieces of work with the seconds after which each is killed, spread over its length."""
    chance = random.Random(f"{SEED} {work}")
    count = max(count, KILLS)
    lasts = LASTS.get(work, WORKER_LASTS)
    return [(work, lasts * (at + chance.random()) / count) for at in range(count)]


SQLITE = [
    *moments("import_orders", 5),
    *moments("publish_later", 5),
    *moments("run_rules", 3),
    *moments("run_tiers", 2),
    *moments("serve_due", 5),
]
POSTGRESQL = [
    *moments("import_orders", 2),
    *moments("publish_later", 1),
    *moments("run_rules", 1),
    *moments("serve_due", 2),
]


def named(moment: tuple[str, float]) -> str:
    return f"{moment[0]} {moment[1]:.2f}"


@pytest.mark.parametrize("original", ["sqlite"], indirect=True)
@pytest.mark.parametrize("moment", SQLITE, ids=named)
def test_killed_on_sqlite(original: Original, copy: Copy, moment: tuple[str, float]) -> None:
    assert_survives(original, copy, *moment)


@pytest.mark.parametrize("original", ["postgresql"], indirect=True)
@pytest.mark.parametrize("moment", POSTGRESQL, ids=named)
def test_killed_on_postgresql(original: Original, copy: Copy, moment: tuple[str, float]) -> None:
    assert_survives(original, copy, *moment)


def assert_survives(original: Original, copy: Copy, work: str, after: float) -> None:
    if work == "serve_due":
        assert_worker_survives(original, copy, after)
        return
    assert copy.kill(work, after) in (KILLED, 0)
    copy.come_back()
    if work != "import_orders" or not begun_imports(copy):
        copy.do(work)
    assert copy.look().differs(original.undisturbed(work)) == []
    assert copy.files_after_hours() == []


def begun_imports(copy: Copy) -> int:
    with copy.opened() as opened, opened.workspace(SLUG).reading() as tx:
        return tx.connection.scalar(sa.select(sa.func.count()).select_from(IMPORT)) or 0


def assert_worker_survives(original: Original, copy: Copy, after: float) -> None:
    """A worker takes over an import that died, beside the rules and tiers of the day."""
    left_over = "import.begun:1"
    wanted = original.undisturbed("import_orders", then="do_due", later=timedelta(days=1))
    assert copy.run("import_orders", left_over) == 137
    copy.at = TOMORROW
    assert copy.kill("serve_due", after) == KILLED
    copy.come_back()
    assert copy.late() == []
    assert copy.look().differs(wanted) == []
    copy.come_back()
    assert copy.look().differs(wanted) == []
    assert copy.files_after_hours() == []
