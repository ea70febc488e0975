"""A draft is published by a worker: seen by everybody, stopped when wanted, gone on with."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import access, draft_publishing, drafts, members, notified, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict, Forbidden
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.publishing import alone, asked
from fieldstone.engine.publishing.asked import Asked, Going
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, column, insert
from tests.engine.publish.test_drafts import put, with_field
from tests.engine.publish.test_every_statement import planned, published, state
from tests.engine.publish.test_large import LATER, Write, between, left_of
from tests.engine.publish.test_large_dies import without_jobs

pytestmark = pytest.mark.usefixtures("every_table_is_large")


@dataclass(frozen=True)
class Office:
    """The shop, in which Ada and Bob may change how it is built."""

    installation: Installation
    workspace: Workspace
    ada: int
    bob: int

    def caller(self, tx: Transaction, member: int) -> Caller:
        return access.for_member(tx, member)

    def change(self, **field: Any) -> None:
        """Give customers another field, in Ada's draft."""
        mine = Caller(self.ada, system=True)
        put(self.workspace, mine, with_field(self.workspace, mine, "customer", **field))

    def ask(self, member: int = 0, seen: str | None = None) -> None:
        with self.workspace.writing() as tx:
            caller = self.caller(tx, member or self.ada)
            assert draft_publishing.takes_long(tx, caller)
            draft_publishing.ask(tx, caller, "for the year", seen=seen)

    def work(self) -> int:
        """Do what is due, as a worker does; returns how many jobs were done."""
        return work(self.installation)

    def going(self) -> Going | None:
        with self.workspace.reading() as tx:
            return asked.going(tx)

    def last(self) -> Asked:
        with self.workspace.reading() as tx:
            found = asked.last(tx, self.ada)
        assert found is not None
        return found

    def told(self) -> Sequence[tuple[str, str]]:
        with self.workspace.reading() as tx:
            found = notified.listed(tx, self.caller(tx, self.ada))
        assert all(one.draft for one in found)
        return [(one.title, one.body) for one in found]

    def edits(self) -> list[str]:
        with self.workspace.reading() as tx:
            return [one.key for one in drafts.read(tx, Caller(self.ada, system=True)).edits]


def work(installation: Installation) -> int:
    return sum(do(installation, *one) for one in tick(installation, everything=True))


def stop(tx: Transaction) -> None:
    draft_publishing.stop(tx, SYSTEM)


@pytest.fixture
def office(installation: Installation, workspace: Workspace, shop: Shop) -> Office:
    shop.put(kind="role", name="admin", members=True, metadata=True)
    published(workspace, planned(workspace, shop))
    ada, bob = (
        members.add(
            workspace,
            SYSTEM,
            NewMember(name=one, email=f"{one}@example.com".lower(), roles=("admin",)),
        ).id
        for one in ("Ada", "Bob")
    )
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": f"More {one}", "code": "C"} for one in range(5)])
    while work(installation):
        pass
    return Office(installation, workspace, ada, bob)


def test_a_worker_publishes_what_somebody_asked_for(office: Office) -> None:
    office.change(name="memo", type="text", default="m")
    office.ask()
    office.ask()
    found = office.going()
    assert found is not None and found.asked is not None
    assert (found.asked.member_id, found.asked.changes) == (office.ada, 1)
    assert (found.asked.state, found.done, found.total) == ("waits", 0, 0)
    assert office.edits() == ["entity/customer"]
    assert office.work() == 1
    assert office.going() is None
    assert office.edits() == []
    assert office.told() == [("Your changes are published", "1 change")]
    with office.workspace.reading() as tx:
        assert column(tx, "customer", "memo") == ["m"] * 8
        assert office.last().state == "done"
        assert office.last().revision == tx.revision
    assert left_of(office.workspace) == []


def test_everybody_sees_how_far_it_is(office: Office) -> None:
    office.change(name="memo", type="text", default="m", search=True)
    office.ask()
    seen: list[tuple[int, int]] = []

    def look(tx: Transaction) -> None:
        found = asked.going(tx)
        assert found is not None and found.asked is not None
        assert found.asked.state == "works"
        seen.append((found.done, found.total))

    with between([look] * 12, office.workspace, late=True):
        office.work()
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {16}
    assert {2, 4, 6, 8, 10, 12, 14, 16}.issuperset(done for done, _ in seen if done)
    assert len(set(seen)) > 6
    assert office.last().state == "done"


def test_nobody_publishes_or_changes_the_draft_meanwhile(office: Office, shop: Shop) -> None:
    office.change(name="memo", type="text", default="m")
    bob = Caller(office.bob, system=True)
    put(
        office.workspace,
        bob,
        with_field(office.workspace, bob, "customer", name="fax", type="text"),
    )
    office.ask()
    with pytest.raises(Conflict) as busy:
        office.ask(office.bob)
    assert busy.value.problems[0].id == "publish.busy"
    with pytest.raises(Conflict) as frozen:
        office.change(name="more", type="text")
    assert frozen.value.problems[0].id == "draft.publishing"
    with pytest.raises(Conflict), office.workspace.writing() as tx:
        drafts.discard(tx, Caller(office.ada, system=True))
    assert office.work() == 1
    office.change(name="more", type="text")
    office.ask(office.bob)
    assert office.work() == 1
    with office.workspace.reading() as tx:
        assert {"memo", "fax"} <= tx.app.entity("customer").by_id.keys()


def test_stopped_before_anybody_began_nothing_happens(office: Office) -> None:
    office.change(name="memo", type="text", default="m")
    office.ask()
    before = state(office.workspace)
    with office.workspace.writing() as tx:
        draft_publishing.stop(tx, office.caller(tx, office.bob))
    assert office.going() is None
    assert office.last().state == "stopped"
    assert office.told() == [("Publishing your changes was cancelled", "1 change")]
    office.work()
    assert state(office.workspace)[:4] == before[:4]
    assert office.edits() == ["entity/customer"]


@pytest.mark.parametrize("after", range(0, 9, 2))
def test_stopped_in_the_midst_what_was_begun_is_taken_back(office: Office, after: int) -> None:
    office.change(name="memo", type="text", default="m", search=True)
    before = state(office.workspace)
    office.ask()
    with between([*_nothing(after), stop], office.workspace, late=True) as left:
        office.work()
    assert not left
    assert office.going() is None
    assert left_of(office.workspace) == []
    assert office.last().state == "stopped"
    assert office.edits() == ["entity/customer"]
    assert state(office.workspace)[:4] == before[:4]
    office.ask()
    assert office.work() == 1
    assert office.last().state == "done"


def _nothing(times: int) -> Sequence[Write]:
    return [lambda _: None] * times


def test_who_is_no_administrator_stops_nothing(office: Office) -> None:
    office.change(name="memo", type="text", default="m")
    office.ask()
    with pytest.raises(Forbidden), office.workspace.writing() as tx:
        draft_publishing.stop(tx, Caller(office.bob))
    assert office.going() is not None


def test_what_the_records_forbid_is_told_and_the_draft_stays(office: Office) -> None:
    office.change(name="memo", type="text", default="m")
    mine = Caller(office.ada, system=True)
    data = with_field(office.workspace, mine, "customer", name="note", type="text")
    code = next(one for one in data["fields"] if one["name"] == "code")
    code["required"] = True
    put(office.workspace, mine, data)
    office.ask()

    def empty(tx: Transaction) -> None:
        there = records.get(tx, SYSTEM, "customer", 2)
        records.update(tx, SYSTEM, "customer", 2, there.version, {"code": None})

    before = state(office.workspace)
    with between([empty], office.workspace, late=True) as left:
        office.work()
    assert not left
    last = office.last()
    assert last.state == "refused"
    assert [one["id"] for one in last.why] == ["publish.required_empty"]
    assert "becomes required" in last.why[0]["en"] and "必填" in last.why[0]["zh-CN"]
    assert (last.reason, last.changes) == ("for the year", 3)
    assert office.told() == [("Your changes were not published", "3 changes")]
    assert office.edits() == ["entity/customer"]
    assert left_of(office.workspace) == []
    assert state(office.workspace)[:4] == before[:4]


def test_another_draft_than_the_one_that_was_seen_is_not_published(office: Office) -> None:
    office.change(name="memo", type="text", default="m")
    with pytest.raises(Conflict) as moved:
        office.ask(seen="another")
    assert moved.value.problems[0].id == "draft.moved"


def test_who_lost_the_right_publishes_nothing(office: Office) -> None:
    office.change(name="memo", type="text", default="m")
    office.ask()
    members.set_active(office.workspace, SYSTEM, office.ada, active=False)
    office.work()
    assert [one["id"] for one in office.last().why] == ["member.not_active"]


@pytest.mark.parametrize("then", ["goes on", "stopped"])
@pytest.mark.parametrize(
    "point", ["publish.batch:3", "publish.caught_up:1", "publish.before_commit:1"]
)
def test_a_worker_that_dies_is_followed_by_another(office: Office, point: str, then: str) -> None:
    office.change(name="memo", type="text", default="m", search=True)
    before = state(office.workspace)
    office.ask()
    assert died(office.installation, point)
    found = office.going()
    assert found is not None and found.total == 16
    if then == "stopped":
        with office.workspace.writing() as tx:
            stop(tx)
        ending = office.going()
        assert ending is not None and ending.ending
        assert ending.asked is not None and ending.asked.member_id == office.ada
    with Installation.open(office.installation.settings, FixedClock(LATER)) as later:
        work(later)
        assert left_of(later.workspace("acme")) == []
    assert office.going() is None
    if then == "stopped":
        assert without_jobs(state(office.workspace))[:4] == without_jobs(before)[:4]
        assert office.last().state == "stopped"
    else:
        assert office.last().state == "done"
        with office.workspace.reading() as tx:
            assert column(tx, "customer", "memo") == ["m"] * 8


def died(installation: Installation, point: str) -> bool:
    """Whether a worker was killed at a fail point."""
    child = os.fork()
    if child == 0:
        os.environ.update(FIELDSTONE_ENV="test", FIELDSTONE_FAIL_AT=point)
        try:
            with Installation.open(installation.settings, FixedClock(NOW)) as opened:
                work(opened)
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 128 + signal.SIGKILL


def test_it_waits_while_somebody_publishes_by_command(office: Office, shop: Shop) -> None:
    office.change(name="memo", type="text", default="m")
    shop.add("deal", name="note", type="text", default="n")
    other = planned(office.workspace, shop)
    job = alone.start(office.workspace, other)
    found = office.going()
    assert found is not None and found.asked is None and not found.ending
    with pytest.raises(Conflict) as busy:
        office.ask()
    assert busy.value.problems[0].id == "publish.busy"
    with office.workspace.writing() as tx:
        tx.connection.execute(sa.delete(JOB).where(JOB.c.id == job.id))
    office.ask()
    alone.start(office.workspace, other)
    assert office.work() == 1
    assert office.last().state == "waits"
    with Installation.open(office.installation.settings, FixedClock(LATER)) as later:
        work(later)
    assert office.last().state == "done"
    assert left_of(office.workspace) == []


def test_few_records_need_no_worker(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    office.change(name="memo", type="text", default="m")
    with office.workspace.reading() as tx:
        assert not draft_publishing.takes_long(tx, office.caller(tx, office.ada))
