"""The CRM template: right by all checks, and its sample loaded into a real workspace."""

from collections import Counter
from itertools import pairwise

import pytest
import sqlalchemy as sa

from fieldstone import rules
from fieldstone.engine import access, alerts, members, query, samples
from fieldstone.engine.errors import Conflict
from fieldstone.engine.system_tables import ALERT, MEMBER, TRANSITION
from fieldstone.engine.templates import shipped
from tests.apps.conftest import ADMIN, Demo


def test_the_template_has_no_problem() -> None:
    documents = shipped("crm").documents
    assert [one.line() for one in rules.check(documents).problems] == []


def column(demo: Demo, entity: str, field: str) -> list[object]:
    """All values of a field as they are stored, in the order of ids."""
    with demo.workspace.reading() as tx:
        row = tx.tables.table(entity).alias("r")
        wanted = tx.tables.column(row, entity, field)
        by_id = tx.tables.column(row, entity, "id")
        return list(tx.connection.execute(sa.select(wanted).order_by(by_id)).scalars())


def test_the_sample_is_loaded_as_it_was_made(demo: Demo) -> None:
    assert demo.loaded.records["customer"] == len(demo.figures.customers) == 200
    assert demo.told[-1] == (demo.loaded.total, demo.loaded.total)
    for entity in demo.loaded.records:
        assert set(column(demo, entity, "origin")) == {"sample"}
        created = [str(at) for at in column(demo, entity, "created_at")]
        assert created == sorted(created), "older records have lower ids"
    stages = Counter(column(demo, "deal", "stage"))
    assert stages == Counter(deal.values["stage"] for deal in demo.figures.deals)


def test_members_come_without_accounts(demo: Demo) -> None:
    with demo.workspace.reading() as tx:
        rows = tx.connection.execute(sa.select(MEMBER)).all()
    assert len(rows) == demo.loaded.members
    assert [row.user_name for row in rows if row.account is not None] == [ADMIN]
    known = {row.id: row for row in rows}
    above = {known[row.manager].name for row in rows if row.team == "华东销售部" and row.manager}
    assert above == {"许建国", "方致和"}


def test_stored_rollups_follow(demo: Demo) -> None:
    figures = demo.figures
    amounts = [one for one in column(demo, "customer", "won_amount") if one]
    assert sorted(map(str, amounts)) == sorted(f"{one:.2f}" for one in figures.amount.values())
    still_open = [deal for deal in figures.deals if deal.values["stage"] not in ("won", "lost")]
    assert Counter(column(demo, "customer", "open_deals"))[1] == len(still_open)
    talks = [at for at in column(demo, "customer", "last_follow_up_at") if at is not None]
    assert len(talks) == len(figures.follow_ups_of)


def test_deals_have_the_history_of_their_stages(demo: Demo) -> None:
    with demo.workspace.reading() as tx:
        moves = tx.connection.execute(
            sa.select(TRANSITION)
            .where(TRANSITION.c.entity == "deal", TRANSITION.c.field == "stage")
            .order_by(TRANSITION.c.record_id, TRANSITION.c.at, TRANSITION.c.id)
        ).all()
    steps: dict[int, list[tuple[str | None, str]]] = {}
    for move in moves:
        steps.setdefault(move.record_id, []).append((move.before, move.after))
    for way in steps.values():
        assert way[0] == (None, "contact")
        assert all(one[1] == two[0] for one, two in pairwise(way))
    ends = Counter(way[-1][1] for way in steps.values())
    assert ends == Counter(column(demo, "deal", "stage"))


def test_the_first_morning(demo: Demo) -> None:
    assert Counter(column(demo, "customer", "tier")) == Counter(
        demo.figures.tier.get(one) for one in demo.figures.customers
    )
    with demo.workspace.reading() as tx:
        found = Counter(tx.connection.execute(sa.select(ALERT.c.rule)).scalars())
    planned = {rule: len(owners) for rule, owners in demo.figures.alerts().items()}
    silent = sum(planned.pop(f"silent_{level}", 0) for level in "ABC")
    assert found["silent_customer"] == silent > 0
    assert {rule: found[rule] for rule in planned} == planned


def test_the_administrator_has_work_of_their_own(demo: Demo) -> None:
    with demo.workspace.reading() as tx:
        ada, *others = members.administrators(tx)
        caller = access.for_member(tx, ada.id)
        mine = [view for view in tx.app.views_of("customer") if view.name == "customer_mine"]
        request = query.ListRequest(entity_id="customer", where=(mine[0].filter or "",))
        found = query.count(tx, caller, request)
        open_alerts = alerts.inbox(tx, caller, alerts.AlertRequest(mine=True)).alerts
        user_names = [one.user_name for one in members.listed(tx)]
    assert (ada.name, ada.user_name, others) == ("Ada", ADMIN, [])
    assert (ada.team, ada.manager is not None) == ("华东销售部", True)
    owners = [one.values["owner"].values["user_name"] for one in demo.figures.open_customers()]
    assert found == owners.count("li.min") > 0
    assert open_alerts
    assert "li.min" not in user_names


def test_a_second_sample_is_refused(demo: Demo) -> None:
    before = len(column(demo, "customer", "id"))
    declaration = shipped("crm").sample
    assert declaration is not None
    with pytest.raises(Conflict) as refused:
        samples.load(demo.workspace, declaration, scale=0.01)
    assert [one.id for one in refused.value.problems] == ["sample.present"]
    assert len(column(demo, "customer", "id")) == before


SEEN = {
    "salesperson": ("zhang.xiaofeng", {"zhang.xiaofeng"}, True),
    "sales manager": (
        "xu.jianguo",
        {"zhang.xiaofeng", "li.min", "wang.kai", "zhao.siyuan", "chen.jiayi", None},
        True,
    ),
    "boss": ("gu.mingyuan", None, False),
    "finance": ("feng.chunmei", None, False),
}
"""By role: a member, whose customers he or she sees (None: all), and whether costs are hidden."""


@pytest.mark.parametrize(("user_name", "owners", "cost_hidden"), SEEN.values(), ids=list(SEEN))
def test_what_roles_see(
    demo: Demo, user_name: str, owners: set[str | None] | None, cost_hidden: bool
) -> None:
    customers = [one.values["owner"] for one in demo.figures.customers]
    names = [one and one.values["user_name"] for one in customers]
    expected = len([one for one in names if owners is None or one in owners])
    with demo.workspace.reading() as tx:
        member = tx.connection.execute(
            sa.select(MEMBER.c.id).where(MEMBER.c.user_name == user_name)
        ).scalar_one()
        caller = access.for_member(tx, member)
        assert query.count(tx, caller, query.ListRequest(entity_id="customer")) == expected > 0
        assert ("cost" not in access.readable(tx.app, caller, "product")) == cost_hidden
