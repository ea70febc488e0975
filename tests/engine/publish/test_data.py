"""What becomes of the data: defaults, conversions, archives, names, numbers and formulas."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Invalid
from fieldstone.engine.system_tables import COUNTER
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, column, insert


def put_in_force(workspace: Workspace, shop: Shop, *accept: str) -> publish.Plan:
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert [problem.line() for problem in plan.problems] == []
    publish.publish(workspace, SYSTEM, plan, accept_loss=accept)
    return plan


def values(workspace: Workspace, entity: str, field: str) -> list[Any]:
    with workspace.reading() as tx:
        return column(tx, entity, field)


def readable_columns(tx: Transaction) -> list[str]:
    return list(tx.connection.exec_driver_sql("SELECT * FROM v_customer").keys())


def test_a_default_is_given_to_existing_records(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="grade", type="decimal", scale=3, default=Decimal("1.5"))
    shop.add("customer", name="active", type="boolean", default=True)
    shop.add("customer", name="note", type="text", default="it's 100%")
    shop.add("customer", name="since", type="date", default="2026-01-31")
    put_in_force(workspace, shop)
    assert values(workspace, "customer", "grade") == [Decimal("1.500")] * 3
    assert values(workspace, "customer", "active") == [True] * 3
    assert values(workspace, "customer", "note") == ["it's 100%"] * 3
    assert [str(one) for one in values(workspace, "customer", "since")] == ["2026-01-31"] * 3


def test_a_computed_default_reads_the_record(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="desks", type="integer", default={"expr": "staff + 1"})
    shop.add("customer", name="costs", type="decimal", scale=4, default={"expr": "staff / 8"})
    put_in_force(workspace, shop)
    assert values(workspace, "customer", "desks") == [13, None, 701]
    assert values(workspace, "customer", "costs") in (
        [Decimal("1.5000"), None, Decimal("87.5000")],
        [None, None, None],
    )


def test_a_default_of_the_moment_is_not_invented(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="since", type="date", default={"expr": "today()"})
    put_in_force(workspace, shop)
    assert values(workspace, "customer", "since") == [None, None, None]


def test_default_tags_and_stages_count_from_the_publish(workspace: Workspace, shop: Shop) -> None:
    shop.entity("customer")["pipeline"] = {"field": "state", "stages": [{"name": "new"}]}
    shop.add("customer", name="state", type="stage", default="new")
    shop.add("customer", name="topics", type="tags", dimension="topic", default=["price"])
    put_in_force(workspace, shop)
    assert values(workspace, "customer", "state") == ["new"] * 3
    assert values(workspace, "customer", "state_entered_at") == [NOW] * 3
    with workspace.reading() as tx:
        link = tx.tables.tags("customer")
        rows = tx.connection.execute(sa.select(link).order_by(link.c.record_id)).all()
    assert [(row.record_id, row.tag_id, row.valid_from) for row in rows] == [
        (1, "price", NOW),
        (2, "price", NOW),
        (3, "price", NOW),
    ]


def test_an_archived_field_comes_back_with_its_data(workspace: Workspace, shop: Shop) -> None:
    before = values(workspace, "customer", "staff")
    field = shop.field("customer", "staff")
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    with workspace.reading() as tx:
        assert tx.app.entity("customer").field("staff").archived
        assert "staff" not in readable_columns(tx)
    shop.add("customer", **field)
    assert [one.kind for one in put_in_force(workspace, shop).changes] == ["field.restored"]
    assert values(workspace, "customer", "staff") == before


def test_an_archived_entity_comes_back_with_its_data(workspace: Workspace, shop: Shop) -> None:
    deal = shop.data.pop("deal")
    put_in_force(workspace, shop)
    shop.put(**deal)
    put_in_force(workspace, shop)
    assert values(workspace, "deal", "name") == ["One", "Two"]


def test_a_rename_keeps_column_data_and_the_old_name(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff").update(id="staff", name="people")
    plan = put_in_force(workspace, shop)
    assert not any(step.kind == "add_column" for step in plan.steps)
    with workspace.reading() as tx:
        field = tx.app.entity("customer").field_named("staff")
        assert field is not None and field.name == "people"
        assert tx.layout.stored("customer", "staff").column == "staff"
        assert column(tx, "customer", "staff") == [12, None, 700]
        assert "people" in readable_columns(tx)


def test_an_integer_becomes_a_decimal(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff").update(type="decimal", scale=3)
    put_in_force(workspace, shop)
    with workspace.reading() as tx:
        assert tx.layout.stored("customer", "staff").generation == 2
        assert tx.layout.entity("customer").spares == ("staff",)
    assert values(workspace, "customer", "staff") == [Decimal("12.000"), None, Decimal("700.000")]


def test_the_next_publish_frees_what_a_conversion_left(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff").update(type="decimal", scale=3)
    put_in_force(workspace, shop)
    shop.add("customer", name="phone", type="phone")
    plan = put_in_force(workspace, shop)
    freeing = "drop_column" if workspace.dialect == "sqlite" else "empty_column"
    assert [step.target for step in plan.steps if step.kind == freeing] == ["staff"]
    with workspace.reading() as tx:
        assert tx.layout.entity("customer").spares == ()
        assert publish.layout_matches(tx) == ()
    assert values(workspace, "customer", "staff") == [Decimal("12.000"), None, Decimal("700.000")]


def test_text_becomes_a_choice_where_its_values_are_options(
    workspace: Workspace, shop: Shop
) -> None:
    shop.field("customer", "code").update(type="choice", options=[{"name": "A"}, {"name": "B"}])
    plan = put_in_force(workspace, shop)
    assert plan.losses == ()
    assert values(workspace, "customer", "code") == ["A", "B", "A"]


def test_what_does_not_convert_is_counted_and_refused_until_accepted(
    workspace: Workspace, shop: Shop
) -> None:
    shop.field("customer", "code").update(type="choice", options=[{"name": "A"}])
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert [(loss.key, loss.rows, loss.examples) for loss in plan.losses] == [
        ("customer.code", 1, ("B",))
    ]
    with pytest.raises(Invalid) as refused:
        publish.publish(workspace, SYSTEM, plan)
    assert [one.id for one in refused.value.problems] == ["publish.loss_not_accepted"]
    assert values(workspace, "customer", "code") == ["A", "B", "A"]
    publish.publish(workspace, SYSTEM, plan, accept_loss=["customer.code"])
    assert values(workspace, "customer", "code") == ["A", None, "A"]


def test_fewer_digits_are_a_loss(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="rate", type="decimal", scale=3)
    put_in_force(workspace, shop)
    with workspace.writing() as tx:
        rates = [Decimal("1.245"), Decimal("-2.500"), Decimal("-2.555")]
        insert(tx, "customer", [{"name": "X", "rate": rate} for rate in rates])
    shop.field("customer", "rate")["scale"] = 2
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert [(loss.rows, loss.examples) for loss in plan.losses] == [(2, ("-2.555", "1.245"))]
    publish.publish(workspace, SYSTEM, plan, accept_loss=["customer.rate"])
    assert values(workspace, "customer", "rate")[3:] == [
        Decimal("1.25"),
        Decimal("-2.50"),
        Decimal("-2.56"),
    ]


def test_text_becomes_a_number_where_it_is_one(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        tx.connection.execute(sa.update(table).values(code=" 1,200"))
    shop.field("customer", "code")["type"] = "integer"
    put_in_force(workspace, shop)
    assert values(workspace, "customer", "code") == [1200, 1200, 1200]


def test_numbers_are_given_in_the_order_of_records(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="number", type="auto_number", pattern="K{yyyy}{000}")
    put_in_force(workspace, shop)
    assert values(workspace, "customer", "number") == ["K2026001", "K2026002", "K2026003"]
    with workspace.reading() as tx:
        counters = tx.connection.execute(sa.select(COUNTER.c.value)).scalars().all()
    assert counters == [3]


def test_a_stored_formula_is_computed_for_all(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="deals_made", type="formula", formula="count(deals)", stored=True)
    shop.add("customer", name="more", type="formula", formula="deals_made + staff", stored=True)
    put_in_force(workspace, shop)
    assert values(workspace, "customer", "deals_made") == [2, 0, 0]
    assert values(workspace, "customer", "more") == [14, None, 700]
    shop.field("customer", "deals_made")["formula"] = "count(deals) * 10"
    plan = put_in_force(workspace, shop)
    assert [step.field for step in plan.steps if step.kind == "recompute"] == [
        "deals_made",
        "more",
    ]
    assert values(workspace, "customer", "more") == [32, None, 700]


@pytest.mark.parametrize(
    ("formula", "calendar", "expected"),
    [
        ("start_of_week(met_on)", {"week_start": 7}, ["2026-03-02", "2026-03-01"]),
        ("start_of_year(met_on)", {"fiscal_year_start": 4}, ["2026-01-01", "2025-04-01"]),
        ("start_of_quarter(met_on)", {"fiscal_year_start": 2}, ["2026-01-01", "2026-02-01"]),
        ("date(made_at)", {"time_zone": "UTC"}, ["2026-03-03", "2026-03-02"]),
        (
            "add_workdays(met_on, 1)",
            {"calendar": {"holidays": [{"first_day": "2026-03-04"}]}},
            ["2026-03-04", "2026-03-05"],
        ),
    ],
)
def test_a_stored_formula_follows_the_calendar(
    workspace: Workspace, shop: Shop, formula: str, calendar: dict[str, Any], expected: list[str]
) -> None:
    shop.add("customer", name="met_on", type="date", default="2026-03-03")
    shop.add("customer", name="made_at", type="datetime", default="2026-03-02T17:00:00Z")
    put_in_force(workspace, shop)
    shop.add("customer", name="begin", type="formula", formula=formula, stored=True)
    put_in_force(workspace, shop)
    assert [str(one) for one in values(workspace, "customer", "begin")] == expected[:1] * 3
    shop.data["shop"].update(calendar)
    put_in_force(workspace, shop)
    assert [str(one) for one in values(workspace, "customer", "begin")] == expected[1:] * 3


def test_a_stored_formula_follows_the_properties_it_reads(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        table = tx.tables.table("deal")
        tx.connection.execute(sa.update(table).values(stage="open", amount=Decimal("100.00")))
    formula = "amount * stage.probability"
    shop.add("deal", name="weighted", type="formula", formula=formula, stored=True, scale=2)
    put_in_force(workspace, shop)
    assert values(workspace, "deal", "weighted") == [Decimal("50.00")] * 2
    shop.entity("deal")["pipeline"]["stages"][0]["probability"] = Decimal("0.25")
    put_in_force(workspace, shop)
    assert values(workspace, "deal", "weighted") == [Decimal("25.00")] * 2
