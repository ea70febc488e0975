"""Fixtures of the audit's tests: a company with a history of every sort, and its sealer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.audit import sealing
from fieldstone.engine.audit.verifying import Verified, verify
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.publishing.plan import Plan
from fieldstone.engine.settings import Settings
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.engine.crm_like import CUSTOMER, DOCUMENTS, NOW
from tests.servers.database import Database
from tests.servers.postgres import PostgresServer


@dataclass
class Ledger:
    """A workspace whose history is sealed; the clock stands still unless it is moved."""

    installation: Installation
    workspace: Workspace
    clock: FixedClock

    def seal(self) -> None:
        """Have the sealer's jobs planned and done."""
        sealing.plan(self.installation)
        self.work()

    def work(self) -> None:
        """Do what is due."""
        for workspace_id, job_id in tick(self.installation):
            worker.do(self.installation, workspace_id, job_id)

    def verified(self) -> Verified:
        """What verifying finds."""
        return verify(self.workspace)

    def write(self, count: int = 3, **more: Any) -> None:
        """Make customers and change them: fields, statuses and owners, each a change set."""
        for at in range(count):
            self.clock.instant += timedelta(seconds=1)
            with self.workspace.writing() as tx:
                made = records.create(tx, SYSTEM, "customer", {"name": f"{at}"})
            with self.workspace.writing() as tx:
                values = {"name": f"张{at}", "budget": "12.5", "status": "signed", **more}
                records.update(tx, SYSTEM, "customer", made.id, 1, values)

    def purge(self, *names: str) -> None:
        """Have fields archived, and the last of them purged with its history."""
        kept = [one for one in CUSTOMER["fields"] if one["name"] not in names]
        customer = document_of({**CUSTOMER, "fields": kept})
        documents = [customer if one.key == customer.key else one for one in DOCUMENTS]
        self.publish(publish.preview(self.workspace, SYSTEM, documents))
        place = f"entity/customer#/fields/{names[-1]}"
        self.publish(publish.purge_plan(self.workspace, SYSTEM, [place]))

    def publish(self, plan: Plan) -> None:
        """Publish, whatever is lost."""
        accepted = [one.key for one in plan.losses]
        publish.publish(self.workspace, SYSTEM, plan, accept_loss=accepted)

    def later(self) -> None:
        """Move the clock beyond every lease."""
        self.clock.instant += timedelta(minutes=5)


@contextmanager
def ledger_of(home: Path, url: str | None) -> Iterator[Ledger]:
    """A company whose history has rows of most sorts and is not sealed yet."""
    clock = FixedClock(NOW)
    settings = Settings(home=home, database_url=url, env="test")
    with Installation.open(settings, clock) as opened:
        made = Ledger(opened, opened.create_workspace("sales", "Sales", DOCUMENTS), clock)
        made.write(founded="2001-02-03")
        yield made


@pytest.fixture
def ledger(home: Path, database: Database) -> Iterator[Ledger]:
    """Return a company of a test's own."""
    with ledger_of(home, database.url) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def whole(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
) -> Iterator[Ledger]:
    """Return a company after two purges, sealed but for what came last; nobody may change it."""
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            url = stack.enter_context(postgres.database())
        made = stack.enter_context(ledger_of(tmp_path_factory.mktemp("whole"), url))
        made.seal()
        made.purge("founded")
        made.write()
        made.purge("founded", "tax_number")
        made.seal()
        made.write(1)
        yield made
