"""The first publish: tables, columns, indexes, views and the revision of an app."""

import sqlalchemy as sa

from fieldstone.engine import publish, revisions
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.system_tables import CHANGE, RULE_STATE
from fieldstone.engine.work import schedules
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, column, insert


def kinds(plan: publish.Plan) -> list[str]:
    return [step.kind for step in plan.steps]


def test_a_first_plan_creates_every_table(empty: Workspace, shop: Shop) -> None:
    plan = publish.preview(empty, SYSTEM, shop.documents())
    assert plan.problems == ()
    assert plan.exit_code == 2
    created = [step.entity for step in plan.steps if step.kind == "create_table"]
    assert sorted(created) == ["customer", "deal"]
    assert "create_link_table" in kinds(plan)
    assert {step.target for step in plan.steps if step.kind == "create_view"} == {
        "v_customer",
        "v_deal",
    }


def test_a_preview_changes_nothing(empty: Workspace, shop: Shop) -> None:
    publish.preview(empty, SYSTEM, shop.documents())
    with empty.reading() as tx:
        assert tx.revision == 0
        assert not sa.inspect(tx.connection).has_table("customer")


def test_what_is_published_is_in_force(empty: Workspace, shop: Shop) -> None:
    plan = publish.preview(empty, SYSTEM, shop.documents())
    revision = publish.publish(empty, SYSTEM, plan, "the beginning")
    with empty.reading() as tx:
        assert tx.revision == revision
        assert tx.app.entity("deal").pipeline is not None
        assert tx.layout.table("customer") == "customer"
        assert publish.layout_matches(tx) == ()
        assert revisions.listed(tx.connection)[0].reason == "the beginning"
        audit = tx.connection.execute(sa.select(CHANGE)).one()
        assert (audit.revision, audit.actor, audit.origin) == (revision, None, "system")


def test_publishing_again_changes_nothing(empty: Workspace, shop: Shop) -> None:
    first = publish.publish(empty, SYSTEM, publish.preview(empty, SYSTEM, shop.documents()))
    plan = publish.preview(empty, SYSTEM, shop.documents())
    assert plan.empty
    assert plan.exit_code == 0
    assert publish.publish(empty, SYSTEM, plan) == first
    assert publish.preview(empty, SYSTEM, publish.export(empty)).empty


def test_a_plan_tells_what_it_does_in_both_languages(empty: Workspace, shop: Shop) -> None:
    plan = publish.preview(empty, SYSTEM, shop.documents())
    assert "create the table of customer" in plan.text("en")
    assert "为“customer”建表" in plan.text("zh-CN")


def test_problems_of_the_documents_are_the_plans(empty: Workspace, shop: Shop) -> None:
    shop.field("deal", "customer")["to"] = "custommer"
    plan = publish.preview(empty, SYSTEM, shop.documents())
    assert [one.document for one in plan.problems] == ["entities/deal.json"]
    assert plan.exit_code == 1
    assert plan.steps == ()


def test_views_show_present_names_and_true_decimals(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        table = tx.tables.table("deal")
        tx.connection.execute(sa.update(table).values(amount="12.50"))
    with workspace.reading() as tx:
        rows = tx.connection.exec_driver_sql('SELECT "name", "amount" FROM "v_deal"').all()
        assert [(name, str(float(amount))) for name, amount in rows] == [
            ("One", "12.5"),
            ("Two", "12.5"),
        ]


def test_words_that_databases_keep_for_themselves_are_names_too(
    empty: Workspace, shop: Shop
) -> None:
    names = ["xmin", "ctid", "select", "group", "rowid", "order", "offset", "user"]
    for entity in ("sqlite_stat", "order", "v_customer", "user", "table"):
        shop.put(
            kind="entity",
            name=entity,
            title="label",
            fields=[{"name": "label", "type": "text"}]
            + [{"name": name, "type": "integer", "unique": True} for name in names],
        )
    plan = publish.preview(empty, SYSTEM, shop.documents())
    assert [one.line() for one in plan.problems] == []
    publish.publish(empty, SYSTEM, plan)
    with empty.writing() as tx:
        for entity in ("sqlite_stat", "order", "v_customer", "user", "table"):
            insert(tx, entity, [{tx.layout.stored(entity, name).column: 7 for name in names}])
            assert column(tx, entity, "xmin") == [7]
        assert publish.layout_matches(tx) == ()


def test_schedules_of_rules_begin_with_the_publish(workspace: Workspace, shop: Shop) -> None:
    rule = {
        "kind": "alert_rule",
        "name": "small_team",
        "entity": "customer",
        "when": "staff < 20",
        "schedule": "0 9 * * *",
        "message": "Look at {{ name }}",
    }
    shop.put(**rule)
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    with workspace.writing() as tx:
        (first,) = tx.connection.execute(sa.select(RULE_STATE)).all()
        assert first.next_due_at is not None
        schedules.evaluated(tx, "alert", "small_team", {})
    shop.put(**{**rule, "when": "staff < 30"})
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    with workspace.reading() as tx:
        (second,) = tx.connection.execute(sa.select(RULE_STATE)).all()
        assert second.definition != first.definition
        assert second.last_evaluated_at is None
