"""Publishing beside readers and writers, and what changed while nobody looked."""

import threading

import pytest

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, column, insert


def test_a_reader_keeps_what_it_saw(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff").update(type="decimal", scale=1)
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    done: list[int] = []
    writer = threading.Thread(target=lambda: done.append(publish.publish(workspace, SYSTEM, plan)))
    with workspace.reading() as tx:
        before = column(tx, "customer", "staff")
        writer.start()
        # The old column stays where it is until a later publish.
        assert column(tx, "customer", "staff") == before == [12, None, 700]
    writer.join(timeout=60)
    assert done == [2]


def test_two_publishes_at_once_are_one_after_the_other(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="phone", type="phone")
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    ends: list[object] = []

    def work() -> None:
        try:
            ends.append(publish.publish(workspace, SYSTEM, plan))
        except Conflict as refused:
            ends.append(refused.problems[0].id)

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=60)
    assert sorted(map(str, ends)) == ["2", "publish.moved"]


def test_values_that_become_equal_are_a_conflict_and_change_nothing(
    workspace: Workspace, shop: Shop
) -> None:
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": "X", "code": "7"}, {"name": "Y", "code": "07"}])
        for name, code in (("北京远望", "1"), ("Baltic", "2"), ("Cassia", "3")):
            table = tx.tables.table("customer")
            named = tx.tables.column(table, "customer", "name") == name
            tx.connection.execute(table.update().where(named).values(code=code))
    shop.field("customer", "code").update(type="integer", unique=True)
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert plan.problems == ()
    with pytest.raises(Conflict) as refused:
        publish.publish(workspace, SYSTEM, plan)
    assert refused.value.problems[0].id == "publish.breaks_unique"
    with workspace.reading() as tx:
        assert tx.revision == 1
        assert publish.layout_matches(tx) == ()
