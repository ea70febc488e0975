"""Trials: what a rule would find and whom it would tell is what the run finds and tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fieldstone.engine import alerts, notified
from fieldstone.engine.errors import Conflict, Forbidden, NotFound
from fieldstone.engine.work import schedules
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.metadata.problems import ProblemsError
from tests.engine.rules.conftest import NOW, Office

OLD = (NOW - timedelta(days=20)).isoformat()
FRESH = NOW.isoformat()


def tried(office: Office, person: str, **changes: object) -> alerts.Trial:
    """The rule, changed, as it is tried by somebody."""
    with office.workspace.reading() as tx:
        rule = replace(tx.app.rules["silent"], **changes)  # type: ignore[arg-type]
        return alerts.trial(tx, office.caller(tx, person), rule)


def expected(office: Office) -> alerts.Outlook:
    with office.workspace.reading() as tx:
        return alerts.outlook(tx, office.caller(tx, "boss"), tx.app.rules["silent"])


def told(office: Office) -> list[int]:
    """Who has a notification."""
    with office.workspace.reading() as tx:
        return [
            member
            for name, member in office.people.items()
            if notified.listed(tx, office.caller(tx, name))
        ]


def test_a_trial_counts_what_the_run_reports(office: Office) -> None:
    ids = office.customers(*({"followed_at": OLD} for _ in range(7)), {"followed_at": FRESH})
    found = tried(office, "boss")
    assert (found.matches, found.whole) == (7, True)
    assert [one for one, _ in found.examples] == ids[:5]
    assert found.examples[0][1] == "Customer 1"
    assert alerts.run(office.workspace)[0].matches == found.matches


def test_a_condition_is_tried_before_it_is_published(office: Office) -> None:
    office.customers({"worth": "5"}, {"worth": "50"})
    assert tried(office, "boss", when="worth > 10").matches == 1
    with pytest.raises(ProblemsError) as refused:
        tried(office, "boss", when="worth > 10 and colour == 1")
    assert refused.value.problems[0].position == 16


def test_a_trial_shows_only_what_its_reader_may_see(office: Office) -> None:
    wang = str(office.people["wang"])
    _, mine = office.customers({"followed_at": OLD}, {"followed_at": OLD, "owner": wang})
    found = tried(office, "wang")
    assert (found.matches, found.whole) == (1, False)
    assert [one for one, _ in found.examples] == [mine]


def test_the_outlook_names_whom_the_run_tells(office: Office) -> None:
    wang, zhao = str(office.people["wang"]), str(office.people["zhao"])
    office.customers(
        *({"followed_at": OLD, "owner": wang} for _ in range(3)),
        {"followed_at": OLD, "owner": zhao},
        {"followed_at": OLD},
        {"followed_at": FRESH, "owner": zhao},
    )
    found = expected(office)
    assert found.entering == 5
    report = alerts.run(office.workspace)[0]
    assert report.entered == found.entering
    assert list(found.told) == told(office) == sorted(office.people.values())
    assert expected(office).entering == 0


def test_a_rule_that_is_off_has_no_next_run(office: Office) -> None:
    with office.workspace.reading() as tx:
        rule = tx.app.rules["silent"]
        assert alerts.next_run(tx, rule) == datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
        assert alerts.next_run(tx, replace(rule, active=False)) is None


def test_a_rule_runs_soon_and_keeps_its_hours(office: Office) -> None:
    office.customers({"followed_at": OLD})
    assert [do(office.installation, *one) for one in tick(office.installation)] == []
    office.later(seconds=1)
    with office.workspace.writing() as tx:
        boss = office.caller(tx, "boss")
        alerts.run_soon(tx, boss, "silent")
        assert schedules.states(tx, "alert")["silent"].waiting
    jobs = tick(office.installation)
    with office.workspace.reading() as tx:
        assert schedules.states(tx, "alert")["silent"].waiting
    assert [do(office.installation, *one) for one in jobs] == [True]
    with office.workspace.reading() as tx:
        state = schedules.states(tx, "alert")["silent"]
    assert (state.waiting, state.last_evaluated_at) == (False, office.clock.now())
    assert state.last_run is not None and state.last_run["entered"] == 1
    assert state.next_due_at == datetime(2026, 3, 6, 1, 0, tzinfo=UTC)


def test_only_who_may_change_the_rules_runs_one(office: Office) -> None:
    with office.workspace.writing() as tx:
        with pytest.raises(Forbidden):
            alerts.run_soon(tx, office.caller(tx, "wang"), "silent")
        with pytest.raises(NotFound):
            alerts.run_soon(tx, office.caller(tx, "boss"), "noisy")
    office.declare(silent={"active": False})
    with office.workspace.writing() as tx, pytest.raises(Conflict) as refused:
        alerts.run_soon(tx, office.caller(tx, "boss"), "silent")
    assert refused.value.problems[0].id == "alert_rule.off"
