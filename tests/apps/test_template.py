"""The CRM template: right by all checks, and its sample loaded into a real workspace."""

from collections import Counter
from itertools import pairwise

import pytest
import sqlalchemy as sa

from fieldstone import rules
from fieldstone.engine import alerts, samples, tiers
from fieldstone.engine.errors import Conflict
from fieldstone.engine.system_tables import ALERT, MEMBER, TRANSITION
from fieldstone.engine.templates import template
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import read_folder
from tests.apps.conftest import NOW
from tests.apps.figures import ZONE, Figures

SCALE = 0.05


def test_the_template_has_no_problem() -> None:
    documents, problems = read_folder(template("crm"))
    assert [one.line() for one in problems] == []
    assert [one.line() for one in rules.check(documents).problems] == []


def load(workspace: Workspace, scale: float = SCALE) -> tuple[samples.Loaded, Figures]:
    declaration = samples.read(template("crm") / samples.FOLDER)
    loaded = samples.load(workspace, declaration, scale=scale)
    return loaded, Figures(samples.make(declaration, NOW, ZONE, scale=scale), NOW)


def column(workspace: Workspace, entity: str, field: str) -> list[object]:
    """All values of a field as they are stored, in the order of ids."""
    with workspace.reading() as tx:
        row = tx.tables.table(entity).alias("r")
        wanted = tx.tables.column(row, entity, field)
        by_id = tx.tables.column(row, entity, "id")
        return list(tx.connection.execute(sa.select(wanted).order_by(by_id)).scalars())


def test_the_sample_is_loaded_as_it_was_made(workspace: Workspace) -> None:
    seen: list[tuple[int, int]] = []
    declaration = samples.read(template("crm") / samples.FOLDER)
    loaded = samples.load(
        workspace, declaration, scale=SCALE, progress=lambda done, whole: seen.append((done, whole))
    )
    figures = Figures(samples.make(declaration, NOW, ZONE, scale=SCALE), NOW)
    assert loaded.records["customer"] == len(figures.customers) == 100
    assert seen[-1] == (loaded.total, loaded.total)
    for entity in loaded.records:
        assert set(column(workspace, entity, "origin")) == {"sample"}
        created = column(workspace, entity, "created_at")
        assert created == sorted(created), "older records have lower ids"
    stages = Counter(column(workspace, "deal", "stage"))
    assert stages == Counter(deal.values["stage"] for deal in figures.deals)


def test_members_come_without_accounts(workspace: Workspace) -> None:
    loaded, _ = load(workspace)
    with workspace.reading() as tx:
        rows = tx.connection.execute(sa.select(MEMBER)).all()
    assert len(rows) == loaded.members
    assert {row.account for row in rows} == {None}
    managers = {row.id: row for row in rows}
    sellers = [row for row in rows if row.team == "华东销售部" and row.manager]
    assert {managers[row.manager].name for row in sellers} >= {"许建国"}


def test_stored_rollups_follow(workspace: Workspace) -> None:
    _, figures = load(workspace)
    assert sorted(column(workspace, "customer", "won_amount"))[-len(figures.amount) :] == sorted(
        figures.amount.values()
    )
    assert sum(one or 0 for one in column(workspace, "customer", "open_deals")) == sum(
        deal.values["stage"] not in ("won", "lost") for deal in figures.deals
    )
    talks = column(workspace, "customer", "last_follow_up_at")
    assert len([at for at in talks if at is not None]) == len(figures.follow_ups_of)


def test_deals_have_the_history_of_their_stages(workspace: Workspace) -> None:
    load(workspace)
    with workspace.reading() as tx:
        moves = tx.connection.execute(
            sa.select(TRANSITION)
            .where(TRANSITION.c.entity == "deal", TRANSITION.c.field == "stage")
            .order_by(TRANSITION.c.record_id, TRANSITION.c.at, TRANSITION.c.id)
        ).all()
    of: dict[int, list[tuple[str | None, str]]] = {}
    for move in moves:
        of.setdefault(move.record_id, []).append((move.before, move.after))
    for steps in of.values():
        assert steps[0] == (None, "contact")
        assert all(one[1] == two[0] for one, two in pairwise(steps))
    ends = [steps[-1][1] for steps in of.values()]
    assert Counter(ends) == Counter(column(workspace, "deal", "stage"))


def test_the_first_morning(workspace: Workspace) -> None:
    _, figures = load(workspace, scale=0.25)
    report = tiers.run(workspace)[0]
    assert report.counts == Counter(figures.tier.values())
    alerts.run(workspace)
    with workspace.reading() as tx:
        found = Counter(tx.connection.execute(sa.select(ALERT.c.rule)).scalars())
    planned = {rule: len(owners) for rule, owners in figures.alerts().items()}
    silent = sum(planned.pop(f"silent_{level}", 0) for level in "ABC")
    assert found["silent_customer"] == silent > 0
    assert {rule: found[rule] for rule in planned} == planned


def test_a_second_sample_is_refused(workspace: Workspace) -> None:
    load(workspace)
    before = len(column(workspace, "customer", "id"))
    with pytest.raises(Conflict) as refused:
        load(workspace)
    assert [one.id for one in refused.value.problems] == ["sample.present"]
    assert len(column(workspace, "customer", "id")) == before
