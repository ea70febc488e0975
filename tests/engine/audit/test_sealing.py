"""Sealing: whatever is committed is sealed once, in order, whoever writes, dies or erases."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.audit import sealing
from fieldstone.engine.audit.chain import SORTS
from fieldstone.engine.audit.verifying import verify
from fieldstone.engine.audit_tables import AUDIT_ENTRY, ERASURE
from fieldstone.engine.publishing import preparing
from fieldstone.engine.publishing import rows as batches
from fieldstone.engine.system_tables import CHANGE, FIELD_CHANGE
from tests.engine.audit.conftest import Ledger

SEAL = """
from fieldstone.engine.audit import sealing
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick

sealing.BATCH = 3
with Installation.open(Settings.read(env_file=None)) as opened:
    for workspace_id, job_id in tick(opened):
        worker.do(opened, workspace_id, job_id)
"""


def rows(ledger: Ledger) -> int:
    """How many rows the history has."""
    with ledger.workspace.reading() as tx:
        counts = (sa.select(sa.func.count()).select_from(one.table) for one in SORTS)
        return sum(tx.connection.scalar(one) or 0 for one in counts)


def assert_whole(ledger: Ledger, *, erased: int = 0) -> None:
    """Every row is sealed, and nothing is wrong."""
    verified = ledger.verified()
    assert verified.fault is None
    assert (verified.erased, verified.unsealed) == (erased, 0)
    assert verified.entries == rows(ledger) + erased


def test_history_is_sealed_in_batches(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    assert (ledger.verified().entries, ledger.verified().unsealed) == (0, rows(ledger))
    ledger.seal()
    assert_whole(ledger)


def test_where_nothing_was_written_nothing_is_planned(ledger: Ledger) -> None:
    assert sealing.plan(ledger.installation) == 1
    assert sealing.plan(ledger.installation) == 0
    ledger.work()
    assert sealing.plan(ledger.installation) == 0
    ledger.write(1)
    assert sealing.plan(ledger.installation) == 1


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_another_goes_on_after_a_sealer_that_was_killed(ledger: Ledger, batch: int) -> None:
    sealing.plan(ledger.installation)
    settings = ledger.installation.settings
    environ = {
        **{key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE_")},
        "FIELDSTONE_ENV": "test",
        "FIELDSTONE_HOME": str(settings.home),
        "FIELDSTONE_DATABASE_URL": settings.database_url or "",
        "FIELDSTONE_CLOCK": ledger.clock.instant.isoformat(),
        "FIELDSTONE_FAIL_AT": f"audit.sealed:{batch}",
    }
    killed = subprocess.run([sys.executable, "-c", SEAL], env=environ, timeout=120, check=False)
    assert killed.returncode == 137
    verified = ledger.verified()
    assert (verified.entries, verified.fault) == (3 * batch, None)
    ledger.later()
    ledger.work()
    assert_whole(ledger)


def test_many_write_while_history_is_sealed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 7)
    with ledger.workspace.writing() as tx:
        made = [records.create(tx, SYSTEM, "customer", {"name": f"C{at}"}).id for at in range(4)]
    over = threading.Event()

    def write(record_id: int) -> None:
        for at in range(12):
            with suppress_rollback(), ledger.workspace.writing() as tx:
                record = records.get(tx, SYSTEM, "customer", record_id)
                values = {"region": f"R{at}", "phone": f"13800000{at:03}"}
                records.update(tx, SYSTEM, "customer", record_id, record.version, values)
                if at % 3 == 0:
                    raise _Changed

    def keep_sealing() -> None:
        while not over.is_set():
            ledger.seal()
            assert ledger.verified().fault is None

    with ThreadPoolExecutor(5) as pool:
        sealer = pool.submit(keep_sealing)
        writers = [pool.submit(write, one) for one in made]
        wait(writers)
        over.set()
        for one in (sealer, *writers):
            one.result()
    ledger.seal()
    assert_whole(ledger)


class _Changed(Exception):
    """Somebody thinks better of it: nothing is written, but ids are gone."""


@contextmanager
def suppress_rollback() -> Iterator[None]:
    try:
        yield
    except _Changed:
        return


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nothing_is_sealed_past_somebody_who_still_writes(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_PATIENCE", 0)
    ledger.seal()
    before = ledger.verified().entries
    with ThreadPoolExecutor(1) as pool, ledger.workspace.writing() as early:
        records.update(early, SYSTEM, "customer", 1, 2, {"region": "south"})
        pool.submit(move, ledger, 2).result()
        pool.submit(ledger.seal).result()
        assert pool.submit(ledger.verified).result().entries == before
        records.update(early, SYSTEM, "customer", 3, 2, {"region": "west"})
    ledger.later()
    ledger.work()
    assert_whole(ledger)
    with ledger.workspace.reading() as tx:
        order = tx.connection.scalars(
            sa.select(AUDIT_ENTRY.c.change_id).order_by(AUDIT_ENTRY.c.number)
        ).all()
    assert order == sorted(order)


def move(ledger: Ledger, record_id: int) -> None:
    with ledger.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", record_id, 2, {"region": "east"})


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_sealer_waits_for_those_alone_who_write_already(ledger: Ledger) -> None:
    sealing.plan(ledger.installation)
    with ThreadPoolExecutor(1) as pool:
        with ledger.workspace.writing() as early:
            records.update(early, SYSTEM, "customer", 1, 2, {"region": "south"})
            sealer = pool.submit(ledger.work)
            assert not sealer.done()
        sealer.result()
    assert_whole(ledger)


def test_what_was_purged_stays_in_the_chain(ledger: Ledger) -> None:
    ledger.seal()
    link = ledger.verified().link
    ledger.purge("founded")
    assert ledger.verified().link == link
    assert ledger.verified().fault is None
    ledger.seal()
    assert_whole(ledger, erased=3)
    with ledger.workspace.reading() as tx:
        erased = tx.connection.execute(
            sa.select(AUDIT_ENTRY, ERASURE.c.fields, CHANGE.c.actor, CHANGE.c.at)
            .join(ERASURE, ERASURE.c.id == AUDIT_ENTRY.c.erased)
            .join(CHANGE, CHANGE.c.id == ERASURE.c.change_id)
        ).all()
        assert {(one.entity, one.field) for one in erased} == {("customer", "founded")}
        assert {(tuple(one.fields), one.actor, one.at) for one in erased} == {
            (("founded",), None, ledger.clock.instant)
        }
        assert {one.salt for one in erased} == {None}
        left = sa.select(FIELD_CHANGE.c.id).where(FIELD_CHANGE.c.field == "founded")
        assert tx.connection.scalars(left).all() == []


def test_what_was_purged_before_it_was_sealed_leaves_no_entry(ledger: Ledger) -> None:
    ledger.purge("founded")
    ledger.seal()
    assert_whole(ledger)


def test_a_large_purge_marks_what_it_sweeps_up(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(batches, "AT_ONCE", {"sqlite": 2, "postgresql": 2})
    ledger.seal()
    ledger.purge("founded")
    ledger.seal()
    assert_whole(ledger, erased=3)


def test_a_clone_with_its_data_goes_on_with_the_chain(ledger: Ledger) -> None:
    ledger.seal()
    ledger.purge("founded")
    copy = ledger.installation.clone_workspace(ledger.workspace, "copy", with_data=True)
    assert verify(copy) == ledger.verified()
    ledger.seal()
    assert (verify(copy).fault, verify(copy).unsealed) == (None, 0)
