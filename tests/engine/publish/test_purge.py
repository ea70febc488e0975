"""Purging: data that is archived goes for good, by name and accepted; all else stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import drafts, publish
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.system_tables import (
    ALERT,
    BULK,
    BULK_ROW,
    CHANGE,
    CHECKLIST_TICK,
    COUNTER,
    FIELD_CHANGE,
    IMPORT,
    IMPORT_ROW,
    MERGE,
    MERGE_ROW,
    NOTIFICATION,
    SAVED,
    TRANSITION,
)
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, column

STAFF = "entity/customer#/fields/staff"


def put_in_force(workspace: Workspace, shop: Shop, *accept: str) -> publish.Plan:
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert [problem.line() for problem in plan.problems] == []
    publish.publish(workspace, SYSTEM, plan, accept_loss=accept)
    assert_sound(workspace)
    return plan


def purge(workspace: Workspace, *things: str) -> publish.Plan:
    plan = publish.purge_plan(workspace, SYSTEM, things)
    assert [problem.line() for problem in plan.problems] == []
    publish.publish(workspace, SYSTEM, plan, accept_loss=things)
    assert_sound(workspace)
    return plan


def assert_sound(workspace: Workspace) -> None:
    """What is really there is what the revision says."""
    with workspace.reading() as tx:
        assert [one.text() for one in publish.layout_matches(tx)] == []


def everything(workspace: Workspace) -> Mapping[str, list[tuple[Any, ...]]]:
    """All rows of all tables of records, each column by the field that it is of."""
    with workspace.reading() as tx:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for entity_id, field_id, at in tx.layout:
            if not at.table.startswith("_"):
                found[f"{entity_id}.{field_id}"] = [
                    (one,) for one in column(tx, entity_id, field_id)
                ]
            link = tx.layout.link_table(entity_id)
            if link is not None:
                rows = tx.connection.execute(sa.select(tx.tables.tags(entity_id)))
                found[entity_id] = sorted(map(tuple, rows), key=str)
        return found


def tagged(tx: Transaction, *tags: tuple[int, str]) -> None:
    link = tx.tables.links("deal")
    for record_id, tag in tags:
        row = {"record_id": record_id, "field_id": "topics", "tag_id": tag, "valid_from": tx.now}
        tx.connection.execute(sa.insert(link).values(row))


def remembered(tx: Transaction) -> None:
    """History and what else is kept beside the records of deals and of one field of customers."""
    at, both = {"at": NOW}, {"entity": "deal", "record_id": 1}
    change = {"change_id": 1, "before": "a", "after": "b"}
    staff = {"entity": "customer", "record_id": 1, "field": "staff"}
    done = {"state": "done", "options": {}, "created_at": NOW}
    merged = {"record_id": 1, "into_id": 2, "state": "done", "change_id": 1, "kept": {}, **at}
    moved = {"record_id": 1, "state": "moved"}
    rows: list[tuple[sa.Table, dict[str, Any]]] = [
        (CHANGE, {"origin": "test", "revision": 1, **at}),
        (FIELD_CHANGE, {**both, "field": "name", **change}),
        (FIELD_CHANGE, {**staff, **change}),
        (FIELD_CHANGE, {**staff, "field": "name", **change}),
        (TRANSITION, {**both, "field": "stage", "origin": "test", **change, **at}),
        (COUNTER, {"key": "deal.number.2026", "value": 3}),
        (COUNTER, {"key": "customer.staff.2026", "value": 3}),
        (COUNTER, {"key": "customer.staff_2.2026", "value": 3}),
        (ALERT, {**both, "rule": "r", "state": "open", "severity": "low", "entered_at": NOW,
                 "message": {}}),
        (NOTIFICATION, {**both, "member_id": 1, "kind": "alert", "title": {}, **at}),
        (CHECKLIST_TICK, {**both, "stage": "open", "item": "x", **at}),
        (IMPORT, {"id": 7, "entity": "deal", **done}),
        (IMPORT_ROW, {"import_id": 7, "row": 1, "state": "done"}),
        (IMPORT, {"id": 8, "entity": "customer", **done}),
        (IMPORT_ROW, {"import_id": 8, "row": 1, "state": "done"}),
        (BULK, {"id": 7, "entity": "deal", "act": "update", "state": "done", "token": "t",
                "what": {}, "counts": {}, "created_at": NOW}),
        (BULK_ROW, {"bulk_id": 7, "record_id": 1, "state": "changed"}),
        (MERGE, {"id": 7, "entity": "deal", **merged}),
        (MERGE_ROW, {"merge_id": 7, "entity": "follow_up", "field": "deal", **moved}),
        (MERGE, {"id": 8, "entity": "customer", **merged}),
        (MERGE_ROW, {"merge_id": 8, "entity": "deal", "field": "customer", **moved}),
        (MERGE_ROW, {"merge_id": 8, "entity": "customer", "field": "staff", **moved}),
        (SAVED, {"member_id": 1, "key": "columns/deal/", "value": ["name"], **at}),
        (SAVED, {"member_id": 1, "key": "facets/deal", "value": True, **at}),
        (SAVED, {"member_id": 1, "key": "columns/customer/deal", "value": ["name"], **at}),
        (SAVED, {"member_id": 1, "key": "view/customer/1", **at,
                 "value": {"name": "Big", "filter": "staff > 5", "sort": [], "columns": []}}),
        (SAVED, {"member_id": 1, "key": "view/customer/2", **at,
                 "value": {"name": "A", "filter": 'code == "A"', "sort": [], "columns": []}}),
    ]  # fmt: skip
    for table, values in rows:
        tx.connection.execute(sa.insert(table).values(values))


def left(workspace: Workspace, table: sa.Table, key: str) -> list[Any]:
    with workspace.reading() as tx:
        return sorted(tx.connection.scalars(sa.select(table.c[key])), key=str)


def test_the_plan_tells_what_is_lost_and_asks_for_it(workspace: Workspace, shop: Shop) -> None:
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    plan = publish.purge_plan(workspace, SYSTEM, [STAFF])
    assert [one.kind for one in plan.changes] == ["field.purged"]
    assert [(one.key, one.rows, one.examples) for one in plan.losses] == [(STAFF, 2, ("12", "700"))]
    for locale in ("en", "zh-CN"):
        assert STAFF in plan.text(locale) and "700" in plan.text(locale)
    with pytest.raises(Invalid) as refused:
        publish.publish(workspace, SYSTEM, plan)
    assert [one.id for one in refused.value.problems] == ["publish.loss_not_accepted"]
    again = publish.Plan.from_json(plan.to_json())
    publish.publish(workspace, SYSTEM, again, accept_loss=[STAFF])
    assert_sound(workspace)


def test_only_the_purged_field_loses_its_values(workspace: Workspace, shop: Shop) -> None:
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    before = everything(workspace)
    purge(workspace, STAFF)
    after = everything(workspace)
    assert before.keys() - after.keys() == {"customer.staff"}
    assert {key: rows for key, rows in before.items() if key in after} == after
    with workspace.reading() as tx:
        assert "staff" not in tx.app.entity("customer").by_id
        for text in tx.connection.exec_driver_sql("SELECT * FROM customer"):
            assert 700 not in tuple(text)


def test_archiving_and_restoring_changes_no_byte(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        tagged(tx, (1, "price"), (2, "quality"))
    before = everything(workspace)
    deal, staff = shop.data.pop("deal"), shop.field("customer", "staff")
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    assert everything(workspace) == before
    shop.put(**deal)
    shop.add("customer", **staff)
    put_in_force(workspace, shop)
    assert everything(workspace) == before


def test_a_field_of_every_type_is_purged(workspace: Workspace, shop: Shop) -> None:
    kinds: list[dict[str, Any]] = [
        {"type": "text"}, {"type": "long_text"}, {"type": "boolean"}, {"type": "date"},
        {"type": "datetime"}, {"type": "decimal", "scale": 3}, {"type": "money"},
        {"type": "percent"}, {"type": "url"}, {"type": "email"}, {"type": "phone"},
        {"type": "owner"}, {"type": "reference", "to": "deal"},
        {"type": "auto_number", "pattern": "N{0000}"},
        {"type": "tags", "dimension": "topic", "default": ["price"]},
        {"type": "formula", "formula": "staff + 1", "stored": True},
    ]  # fmt: skip
    names = [f"f_{number}" for number, _ in enumerate(kinds)]
    for name, kind in zip(names, kinds, strict=True):
        shop.add("customer", name=name, **kind)
    put_in_force(workspace, shop)
    before = everything(workspace)
    for name in names:
        shop.drop("customer", name)
    put_in_force(workspace, shop)
    plan = purge(workspace, *(f"entity/customer#/fields/{one}" for one in names))
    assert {one.key.rpartition("_")[2] for one in plan.losses} == {"13", "14"}
    after = everything(workspace)
    kept = {key: rows for key, rows in before.items() if not key.startswith("customer.f_")}
    assert after == {**kept, "customer": []}


def test_what_lies_beside_a_field_goes_with_it(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        remembered(tx)
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    purge(workspace, STAFF)
    assert left(workspace, FIELD_CHANGE, "field") == ["name", "name"]
    assert left(workspace, COUNTER, "key") == ["customer.staff_2.2026", "deal.number.2026"]
    assert [one for one in left(workspace, SAVED, "key") if one.startswith("view")] == [
        "view/customer/2"
    ]
    assert len(left(workspace, CHANGE, "id")) == 5


def test_history_is_append_only_again_afterwards(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        remembered(tx)
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    purge(workspace, STAFF)
    for table in (FIELD_CHANGE, TRANSITION):
        for statement in (sa.delete(table), sa.update(table).values(before="x")):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), workspace.writing() as tx:
                tx.connection.execute(statement)


def test_an_entity_goes_with_its_tables_and_all_that_is_kept_of_it(
    workspace: Workspace, shop: Shop
) -> None:
    with workspace.writing() as tx:
        remembered(tx)
        tagged(tx, (1, "price"))
    customers = {
        key: rows for key, rows in everything(workspace).items() if key.startswith("customer")
    }
    del shop.data["deal"]
    put_in_force(workspace, shop)
    plan = purge(workspace, "entity/deal")
    assert [(one.key, one.rows, one.examples) for one in plan.losses] == [
        ("entity/deal", 2, ("One", "Two"))
    ]
    assert everything(workspace) == customers
    for table in (ALERT, NOTIFICATION, CHECKLIST_TICK, BULK, BULK_ROW, TRANSITION):
        assert left(workspace, table, table.c.keys()[0]) == [], table.name
    assert left(workspace, MERGE_ROW, "field") == ["staff"]
    assert left(workspace, MERGE, "id") == [8]
    assert left(workspace, IMPORT, "id") == [8]
    assert left(workspace, IMPORT_ROW, "import_id") == [8]
    assert left(workspace, FIELD_CHANGE, "entity") == ["customer", "customer"]
    assert "columns/customer/deal" in left(workspace, SAVED, "key")
    assert not [one for one in left(workspace, SAVED, "key") if one.split("/")[1] == "deal"]


def test_entities_that_point_at_each_other_go_together(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="best", type="reference", to="deal")
    shop.add("customer", name="group", type="reference", to="customer")
    put_in_force(workspace, shop)
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        tx.connection.execute(sa.update(table).values(best=1, group=2))
    del shop.data["deal"], shop.data["customer"], shop.data["topic"]
    shop.put(kind="entity", name="note", title="name", fields=[{"name": "name", "type": "text"}])
    put_in_force(workspace, shop)
    found = publish.purge_plan(workspace, SYSTEM, ["entity/customer"])
    assert {one.id for one in found.problems} == {"purge.used"}
    purge(workspace, "entity/deal", "entity/customer", "tag_dimension/topic")
    with workspace.reading() as tx:
        assert set(tx.layout.entities) == {"member", "note"}


def test_a_former_type_of_a_field_goes_with_what_it_pointed_at(
    workspace: Workspace, shop: Shop
) -> None:
    """Its column is freed, or no database would let the table go."""
    with workspace.writing() as tx:
        tx.connection.execute(sa.update(tx.tables.table("deal")).values(customer=None))
    shop.drop("deal", "customer")
    shop.add("deal", name="customer", type="text", id="customer")
    put_in_force(workspace, shop)
    with workspace.reading() as tx:
        assert len(tx.layout.entity("deal").formers["customer"]) == 1
    del shop.data["customer"]
    put_in_force(workspace, shop)
    purge(workspace, "entity/customer")
    with workspace.reading() as tx:
        assert tx.layout.entity("deal").formers == {}


def test_purging_a_field_takes_the_values_of_its_former_types_too(
    workspace: Workspace, shop: Shop
) -> None:
    shop.field("customer", "code").update(type="integer")
    put_in_force(workspace, shop, "customer.code")
    shop.drop("customer", "code")
    put_in_force(workspace, shop)
    code = "entity/customer#/fields/code"
    assert [one.rows for one in purge(workspace, code).losses] == [3]
    with workspace.reading() as tx:
        assert tx.layout.entity("customer").formers == {}
        for row in tx.connection.exec_driver_sql("SELECT * FROM customer"):
            assert not {"A", "B"} & set(row)


def test_the_same_name_again_is_a_new_field_without_values(
    workspace: Workspace, shop: Shop
) -> None:
    staff = shop.field("customer", "staff")
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    purge(workspace, STAFF)
    shop.add("customer", **staff)
    plan = put_in_force(workspace, shop)
    assert [one.kind for one in plan.changes] == ["field.added"]
    with workspace.reading() as tx:
        assert column(tx, "customer", "staff_2") == [None] * 3


def test_an_old_revision_brings_the_field_back_empty_and_says_so(
    workspace: Workspace, shop: Shop
) -> None:
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    purge(workspace, STAFF)
    plan = publish.restore_plan(workspace, SYSTEM, 1)
    assert [one.id for one in plan.notes] == ["purge.again"]
    publish.publish(workspace, SYSTEM, plan)
    assert_sound(workspace)
    with workspace.reading() as tx:
        assert tx.app.entity("customer").field("staff_2").name == "staff"
        assert column(tx, "customer", "staff_2") == [None] * 3
        assert "staff" not in tx.app.entity("customer").by_id


def test_a_draft_purges_too(workspace: Workspace, shop: Shop) -> None:
    li = Caller(1, system=True)
    shop.drop("customer", "staff")
    del shop.data["deal"]
    put_in_force(workspace, shop)
    with pytest.raises(Invalid), workspace.writing() as tx:
        drafts.purge(tx, li, ["entity/customer#/fields/code"])
    with workspace.writing() as tx:
        draft = drafts.purge(tx, li, [STAFF, "entity/deal"])
        assert [one.key for one in draft.edits] == ["app/shop", "entity/customer", "entity/deal"]
        plan = drafts.plan(tx, li)
    assert sorted(one.kind for one in plan.changes) == ["entity.purged", "field.purged"]
    with pytest.raises(Invalid):
        drafts.publish(workspace, li)
    drafts.publish(workspace, li, accept_loss=[STAFF, "entity/deal"])
    assert_sound(workspace)
    with workspace.reading() as tx:
        assert "deal" not in tx.app.entities
        assert drafts.read(tx, li).edits == ()


def test_what_somebody_else_purged_does_not_come_back_with_a_draft(
    workspace: Workspace, shop: Shop
) -> None:
    li = Caller(1, system=True)
    with workspace.writing() as tx:
        customer = next(one for one in drafts.read(tx, li).named() if one.id == "customer")
        fields = [*customer.data["fields"], {"name": "fax", "type": "text"}]
        drafts.put(tx, li, [customer.with_data({**customer.data, "fields": fields})])
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    purge(workspace, STAFF)
    drafts.publish(workspace, li)
    assert_sound(workspace)
    with workspace.reading() as tx:
        names = [one.name for one in tx.app.entity("customer").fields if not one.system]
    assert names == ["name", "code", "size", "fax"]


def test_a_draft_that_changed_what_somebody_else_purged_is_asked(
    workspace: Workspace, shop: Shop
) -> None:
    """Their own side is a new field, and is noted as one."""
    li = Caller(1, system=True)
    with workspace.writing() as tx:
        customer = next(one for one in drafts.read(tx, li).named() if one.id == "customer")
        fields = [
            {**one, "label": "Heads"} if one["name"] == "staff" else one
            for one in customer.data["fields"]
        ]
        drafts.put(tx, li, [customer.with_data({**customer.data, "fields": fields})])
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    purge(workspace, STAFF)
    with pytest.raises(Conflict):
        drafts.publish(workspace, li)
    with workspace.writing() as tx:
        (conflict,) = drafts.read(tx, li).conflicts
        draft = drafts.settle(tx, li, conflict.key, "ours")
        assert [one.id for one in draft.checked.notes] == ["purge.again"]
    drafts.publish(workspace, li)
    with workspace.reading() as tx:
        assert column(tx, "customer", "staff_2") == [None] * 3


def test_a_purge_that_another_publish_overtook_is_refused(workspace: Workspace, shop: Shop) -> None:
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    plan = publish.purge_plan(workspace, SYSTEM, [STAFF])
    shop.add("customer", name="fax", type="text")
    put_in_force(workspace, shop)
    with pytest.raises(Conflict):
        publish.publish(workspace, SYSTEM, plan, accept_loss=[STAFF])


def test_a_purge_leaves_money_exact(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        tx.connection.execute(sa.update(tx.tables.table("deal")).values(amount=Decimal("0.10")))
    shop.drop("deal", "topics")
    put_in_force(workspace, shop)
    purge(workspace, "entity/deal#/fields/topics")
    with workspace.reading() as tx:
        assert column(tx, "deal", "amount") == [Decimal("0.10")] * 2
