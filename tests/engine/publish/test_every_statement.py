"""A publish that fails, or dies, at any statement leaves the workspace wholly old or wholly new."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish, upgrades
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.publish import Plan, layout_matches
from fieldstone.engine.publishing import physical
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop

MOST = 400
"""No publish of these has so many statements."""

EVERY = 1 if os.environ.get("FIELDSTONE_TEST_KILLS") else 7
"""Which of the statements kill the process: every one, or one in so many in the suite."""

VISIT: Mapping[str, Any] = {
    "kind": "entity",
    "name": "visit",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "search": True},
        {"name": "customer", "type": "reference", "to": "customer", "inverse": "visits"},
        {"name": "topics", "type": "tags", "dimension": "topic"},
    ],
}


def add_field(shop: Shop) -> None:
    shop.add("customer", name="web", type="url", search=True)


def required_boolean(shop: Shop) -> None:
    shop.add("customer", name="vip", type="boolean", default=True)


def auto_number(shop: Shop) -> None:
    shop.add("customer", name="number", type="auto_number", pattern="C-{000}")


def rename(shop: Shop) -> None:
    shop.field("customer", "staff").update(id="staff", name="people")


def archive_field(shop: Shop) -> None:
    shop.drop("customer", "code")


def archive_entity(shop: Shop) -> None:
    del shop.data["deal"]


def add_entity(shop: Shop) -> None:
    shop.put(**VISIT)


def number_to_decimal(shop: Shop) -> None:
    shop.field("customer", "staff").update(type="decimal", scale=1)


def text_to_choice(shop: Shop) -> None:
    shop.field("customer", "code").update(type="choice", options=[{"name": "a"}, {"name": "b"}])


def unique(shop: Shop) -> None:
    shop.field("deal", "name")["unique"] = True


def stored_formula(shop: Shop) -> None:
    shop.add("customer", name="twice", type="formula", formula="staff * 2", stored=True)


def options(shop: Shop) -> None:
    shop.field("customer", "size")["options"] = [{"name": "large"}, {"name": "huge"}]


def stages(shop: Shop) -> None:
    shop.entity("deal")["pipeline"]["stages"].insert(1, {"name": "talks"})


def everything(shop: Shop) -> None:
    for one in (add_field, rename, number_to_decimal, add_entity, unique, stored_formula, options):
        try:
            one(shop)
        except StopIteration:
            shop.field("customer", "people").update(type="decimal", scale=1)
    shop.field("customer", "twice")["formula"] = "people * 2"


def replaced(shop: Shop) -> None:
    shop.field("customer", "size")["options"][0].update(archived=True, replaced_by="large")
    shop.data["topic"]["tags"][0].update(archived=True, replaced_by="quality")
    good = 'has_tag("topic", "quality")'
    shop.add("deal", name="good", type="formula", stored=True, formula=good)


CHANGES: tuple[Callable[[Shop], None], ...] = (
    add_field,
    required_boolean,
    auto_number,
    rename,
    archive_field,
    archive_entity,
    add_entity,
    number_to_decimal,
    text_to_choice,
    unique,
    stored_formula,
    options,
    stages,
    replaced,
    everything,
)


class Failed(Exception):
    """What a statement fails with."""


@contextmanager
def failing(number: int, fail: Callable[[], None]) -> Iterator[list[int]]:
    """Let the statement of that number fail; how many there were."""
    seen = [0]

    def count(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == number:
            fail()

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", count)


def fail() -> None:
    raise Failed


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def state(workspace: Workspace) -> Any:
    """Everything in the workspace's database: tables with their columns, indexes, views, rows."""
    with workspace.reading() as tx:
        assert layout_matches(tx) == ()
        there = physical.read(tx.connection)
        tables = {name: frozenset(columns) for name, columns in there.tables.items()}
        return tx.revision, tables, there.indexes, there.views, rows(tx)


def rows(tx: Transaction) -> dict[str, list[Any]]:
    names = sorted(physical.read(tx.connection).tables)
    return {
        name: sorted(map(repr, tx.connection.exec_driver_sql(f'SELECT * FROM "{name}"')))
        for name in names
        if not name.startswith(("sqlite_", "_search"))
    }


def revisions_of(state: Any) -> int:
    return len(state[-1]["_revision"])


def planned(workspace: Workspace, shop: Shop) -> Plan:
    found = publish.preview(workspace, SYSTEM, shop.documents())
    assert found.problems == ()
    return found


def published(workspace: Workspace, plan: Plan) -> None:
    losses = [one.key for one in plan.losses]
    publish.publish(workspace, SYSTEM, plan, accept_loss=losses)


def fails_wholly(workspace: Workspace, shop: Shop, stride: int = 1) -> int:
    """Publish the shop, failing at one statement after the other; how many there are.

    Whichever fails, everything is as it was; when none does, the shop is in force.
    """
    before, plan = state(workspace), planned(workspace, shop)
    for number in range(1, MOST, stride):
        try:
            with failing(number, fail):
                published(workspace, plan)
            break
        except Failed:
            assert state(workspace) == before, number
    else:
        raise AssertionError("it never came to its end")
    assert revisions_of(state(workspace)) == revisions_of(before) + 1
    assert planned(workspace, shop).empty
    return number


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_whichever_statement_fails_everything_is_as_it_was(
    workspace: Workspace, shop: Shop, change: Callable[[Shop], None]
) -> None:
    change(shop)
    assert fails_wholly(workspace, shop) > 10


@pytest.mark.parametrize("change", [everything], ids=lambda one: one.__name__)
def test_whichever_statement_it_dies_at_it_is_wholly_old_or_wholly_new(
    installation: Installation,
    workspace: Workspace,
    shop: Shop,
    change: Callable[[Shop], None],
) -> None:
    before = state(workspace)
    change(shop)
    plan = planned(workspace, shop)
    for number in range(1, MOST, EVERY):
        ended = in_another_process(installation, plan, number)
        if ended == 0:
            break
        assert ended == signal.SIGKILL
        assert state(workspace) == before, number
    assert number > 10
    assert revisions_of(state(workspace)) == revisions_of(before) + 1
    assert planned(workspace, shop).empty


def in_another_process(installation: Installation, plan: Plan, number: int) -> int:
    """Publish in a process that kills itself at a statement; the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        try:
            with Installation.open(installation.settings) as opened:
                there = opened.workspace("acme")
                with failing(number, die):
                    published(there, plan)
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) * -1 if os.WIFSIGNALED(status) else status


def test_an_upgrade_fails_wholly_too(installation: Installation, shop: Shop) -> None:
    made = installation.create_workspace("other", "Other", shop.documents())
    before = state(made)
    add_field(shop)
    shop.data["shop"]["version"] = "1.1.0"
    with made.reading() as tx:
        upgrade = upgrades.prepare(tx, SYSTEM, shop.documents(), {})
    for number in range(1, MOST):
        try:
            with failing(number, fail):
                upgrades.apply(made, SYSTEM, upgrade)
            break
        except Failed:
            assert state(made) == before, number
    with made.reading() as tx:
        assert upgrades.base(tx).version == "1.1.0"
