"""Control knows the workspaces, who may enter them, and which have work to do."""

from datetime import timedelta

import pytest

from fieldstone.engine.clock import FixedClock
from fieldstone.engine.control import Control
from fieldstone.engine.errors import Conflict, NotFound


@pytest.fixture(autouse=True)
def _workspaces(control: Control) -> None:
    for slug in ("beta", "alpha", "half"):
        control.enter(f"id{slug}", slug, slug.title())
    control.set_state("idalpha", "active")
    control.set_state("idbeta", "active")


def test_only_active_workspaces_are_there(control: Control) -> None:
    assert [one.slug for one in control.workspaces()] == ["alpha", "beta"]
    assert [one.slug for one in control.workspaces("creating")] == ["half"]
    assert control.workspace(slug="alpha") == control.workspace(id="idalpha")
    with pytest.raises(NotFound):
        control.workspace(slug="half")


def test_a_slug_is_taken_once(control: Control) -> None:
    with pytest.raises(Conflict):
        control.enter("other", "half", "Other")
    with pytest.raises(Conflict):
        control.rename("idbeta", "alpha", "Beta")
    control.rename("idbeta", "gamma", "Gamma")
    assert control.workspace(slug="gamma").id == "idbeta"


def test_memberships(control: Control) -> None:
    ann = control.accounts.create("Ann", email="ann@example.com").id
    for workspace_id in ("idbeta", "idalpha", "idalpha", "idhalf"):
        control.join(ann, workspace_id)
    assert [one.slug for one in control.workspaces_of(ann)] == ["alpha", "beta"]
    control.leave(ann, "idalpha")
    control.remove("idbeta")
    assert control.workspaces_of(ann) == ()


def test_the_hint_is_lowered_by_anyone_and_raised_by_who_has_seen_it(
    control: Control, clock: FixedClock
) -> None:
    now = clock.now()
    later, sooner = now + timedelta(hours=2), now + timedelta(hours=1)
    control.lower_next_due("idalpha", later)
    control.lower_next_due("idalpha", sooner)
    assert control.due_workspaces(now) == ()
    assert control.due_workspaces(sooner) == (("idalpha", sooner),)
    assert dict(control.due_workspaces(now, everything=True)) == {
        "idalpha": sooner,
        "idbeta": None,
    }
    assert not control.raise_next_due("idalpha", later, None)
    assert control.raise_next_due("idalpha", sooner, later)
    control.lower_next_due("idalpha", later + timedelta(hours=1))
    assert not control.raise_next_due("idalpha", later, None), "work that the tick has not seen"
    ((_, moved),) = control.due_workspaces(later)
    assert control.raise_next_due("idalpha", moved, later)
    assert control.raise_next_due("idbeta", None, later)
    assert control.raise_next_due("idalpha", later, None)
    assert control.due_workspaces(later) == (("idbeta", later),)


def test_a_newer_database_is_refused(control: Control) -> None:
    with control._writing() as connection:
        connection.exec_driver_sql("UPDATE control_version SET version = 999")
    with pytest.raises(Conflict) as caught:
        control.upgrade()
    assert caught.value.problems[0].id == "database.newer"


def test_the_tables_are_made_once(control: Control) -> None:
    control.upgrade()
    assert len(control.workspaces()) == 2
