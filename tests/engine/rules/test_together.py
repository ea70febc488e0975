"""Rules that are due together: one look at the records for all, and each fails alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import alerts, publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.system_tables import ALERT, JOB
from fieldstone.engine.work import jobs, schedules, worker
from fieldstone.engine.work.tick import tick
from fieldstone.metadata.documents import document_of
from tests.engine.rules.conftest import SILENT, Office, documents
from tests.engine.rules.test_alerts import FRESH, OLD

Rules = Mapping[str, Mapping[str, Any]]
LOOK = "INSERT INTO _matches"


def above(*bounds: int) -> dict[str, dict[str, Any]]:
    """Rules by name, of customers who are worth more than a bound."""
    return {f"above_{one}": {"when": f"worth > {one} and days_since(followed_at) > 7"}
            for one in bounds}  # fmt: skip


def declare(office: Office, rules: Rules) -> None:
    """Publish rules besides the one that there is, which create and set nothing by default."""
    made = [
        {**SILENT, "actions": [], "message": "{{ name }}", "name": name, **rule}
        for name, rule in rules.items()
    ]
    everything = (*documents(), *map(document_of, made))
    publish.publish(office.workspace, SYSTEM, publish.preview(office.workspace, SYSTEM, everything))


def deliver(office: Office) -> list[bool]:
    """Tick, and deliver each job that it names; which calls did theirs."""
    return [worker.do(office.installation, *one) for one in tick(office.installation)]


def found(office: Office) -> dict[str, list[int]]:
    """The records in each rule, by the name of the rule."""
    with office.workspace.reading() as tx:
        names = {one.id: one.name for one in tx.app.rules.values()}
        rows = tx.connection.execute(
            sa.select(ALERT.c.rule, ALERT.c.record_id)
            .where(ALERT.c.left_at.is_(None))
            .order_by(ALERT.c.record_id)
        ).all()
    by_rule: dict[str, list[int]] = {}
    for rule, record in rows:
        by_rule.setdefault(names[rule], []).append(record)
    return by_rule


def states(office: Office) -> dict[str, tuple[str, int]]:
    """The state and the attempts of each job, by the name of its rule."""
    with office.workspace.reading() as tx:
        names = {one.id: one.name for one in tx.app.rules.values()}
        rows = tx.connection.execute(sa.select(JOB).where(JOB.c.kind == "alert")).all()
    return {names[row.payload["rule"]]: (row.state, row.attempts) for row in rows}


@contextmanager
def before_each(statement: Callable[[str, str], None]) -> Iterator[None]:
    """Have every statement and what it is given told of beforehand."""

    def before(_c: Any, _cursor: Any, text: str, given: Any, _context: Any, _many: Any) -> None:
        statement(text, repr(given))

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)


@contextmanager
def looks() -> Iterator[list[str]]:
    """The statements that look at all customers."""
    seen: list[str] = []
    with before_each(lambda text, _: seen.append(text) if "AS watched" in text else None):
        yield seen


@pytest.mark.parametrize("count", [1, 7, 15])
def test_one_look_for_all_that_are_due(office: Office, count: int) -> None:
    declare(office, above(*range(10, 10 + count)))
    ids = office.customers(*({"worth": one, "followed_at": OLD} for one in range(8, 30)))
    office.later(days=1)
    with looks() as seen:
        assert deliver(office) == [True] + [False] * count
    assert len(seen) == 1
    expected = {f"above_{one}": ids[one - 7 :] for one in range(10, 10 + count)}
    assert found(office) == {**expected, "silent": ids}
    assert set(states(office).values()) == {("done", 1)}


def test_rules_that_find_few_by_a_value_look_by_themselves(office: Office) -> None:
    few: Rules = {f"called_{one}": {"when": f"calls == {one}"} for one in range(3)}
    declare(office, {**few, **above(10)})
    with looks() as seen:
        alerts.run(office.workspace, few)
    assert len(seen) == 3
    with looks() as seen:
        alerts.run(office.workspace, [*few, "above_10"])
    assert len(seen) == 1


def test_so_many_share_a_look_at_most(office: Office) -> None:
    declare(office, above(*range(1, 40)))
    with looks() as seen:
        assert len(alerts.run(office.workspace)) == 40
    assert len(seen) == 2


def test_reports_are_those_of_each_by_itself(office: Office) -> None:
    declare(office, {**above(10, 20), "fresh": {"when": "days_since(followed_at) <= 7"}})
    ids = office.customers(*({"worth": one, "followed_at": OLD} for one in (5, 15, 25)))
    names = ["above_10", "above_20", "fresh"]
    first = alerts.run(office.workspace, names)
    assert [(one.matches, one.entered, one.quiet) for one in first] == [
        (2, 2, True), (1, 1, True), (0, 0, True),
    ]  # fmt: skip
    office.change(ids[1], followed_at=FRESH)
    office.change(ids[0], worth="30")
    together = alerts.run(office.workspace, names)
    assert [(one.matches, one.entered, one.still, one.left) for one in together] == [
        (2, 1, 1, 1), (2, 1, 1, 0), (1, 1, 0, 0),
    ]  # fmt: skip
    again = [alerts.run(office.workspace, [name])[0] for name in names]
    assert [one.still for one in again] == [2, 2, 1]
    assert [replace(one, entered=0, left=0, still=0) for one in again] == [
        replace(one, entered=0, left=0, still=0) for one in together
    ]
    with office.workspace.reading() as tx:
        kept = schedules.states(tx, "alert")
        assert [kept[one.rule].last_run["matches"] for one in again] == [2, 2, 1]  # type: ignore[index]


def test_a_rule_that_fails_leaves_the_others_whole(office: Office) -> None:
    declare(office, above(10, 20, 30))
    ids = office.customers({"worth": 99, "followed_at": OLD})
    with office.workspace.reading() as tx:
        fails = next(one.id for one in tx.app.rules.values() if one.name == "above_20")

    def fault(text: str, given: str) -> None:
        if text.startswith("INSERT INTO _alert ") and fails in given:
            raise RuntimeError("the disk is on fire")

    office.later(days=1)
    with before_each(fault):
        deliver(office)
    others = dict.fromkeys(("silent", "above_10", "above_30"), ids)
    assert found(office) == others
    assert states(office) == {**dict.fromkeys(others, ("done", 1)), "above_20": ("queued", 1)}

    office.later(minutes=1)
    assert deliver(office) == [True]
    assert found(office) == {**others, "above_20": ids}
    assert states(office)["above_20"] == ("done", 2)


def test_a_look_that_fails_is_taken_for_each_by_itself(office: Office) -> None:
    declare(office, above(10, 20))
    ids = office.customers({"worth": 99, "followed_at": OLD})

    def fault(text: str, _: str) -> None:
        if text.startswith(LOOK) and "MATERIALIZED" in text:
            raise RuntimeError("too much at once")

    office.later(days=1)
    with before_each(fault):
        deliver(office)
    assert found(office) == dict.fromkeys(("silent", "above_10", "above_20"), ids)


def test_what_was_tried_before_goes_alone(office: Office) -> None:
    declare(office, above(10))
    office.customers({"worth": 99, "followed_at": OLD})
    office.later(days=1)
    (workspace, job), *_ = tick(office.installation)
    with office.workspace.writing() as tx:
        assert jobs._claim(tx, [job])
    # Its worker died; the others that waited meanwhile are not taken along by it.
    office.clock.instant += jobs.LEASE
    assert worker.do(office.installation, workspace, job)
    assert sorted(states(office).values()) == [("done", 2), ("queued", 0)]


def test_a_rule_sees_what_one_before_it_wrote(office: Office) -> None:
    declare(office, {"called": {"when": "calls > 0"}, "busy": {"when": "count(tasks) > 0"}})
    names = ["silent", "called", "busy"]
    alerts.run(office.workspace, names)
    ids = office.customers({"followed_at": OLD})
    assert [one.matches for one in alerts.run(office.workspace, names)] == [1, 1, 1]
    assert found(office) == dict.fromkeys(("silent", "called", "busy"), ids)
