"""Options that are archived, and what the records get that had them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import history, imports, publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, column
from tests.engine.publish.test_purge import assert_sound, purge, put_in_force

SIZES = ("small", "medium", "large", "huge")


@pytest.fixture
def sizes(workspace: Workspace, shop: Shop) -> Workspace:
    """Return the shop in force with four sizes, and a customer of each beside those of before."""
    shop.field("customer", "size")["options"] = [
        {"name": one, "label": {"en": one.title(), "zh-CN": f"{one}号"}} for one in SIZES
    ]
    put_in_force(workspace, shop)
    with workspace.writing() as tx:
        at = tx.tables.table("customer").c.id
        put = sa.update(tx.tables.table("customer"))
        for number, one in enumerate(SIZES[:3], start=1):
            tx.connection.execute(put.where(at == number).values(size=one))
    return workspace


def replaced(shop: Shop, **pairs: str | None) -> None:
    """Say of sizes by what they are replaced; by None: not archived at all."""
    for one in shop.field("customer", "size")["options"]:
        if one["name"] in pairs:
            other = pairs[one["name"]]
            for key in ("archived", "replaced_by"):
                one.pop(key, None)
            if other:
                one.update(archived=True, replaced_by=other)


def held(workspace: Workspace, entity: str = "customer", field: str = "size") -> list[Any]:
    with workspace.reading() as tx:
        return column(tx, entity, field)


def change(workspace: Workspace, record_id: int, entity: str = "customer", **values: Any) -> None:
    with workspace.writing() as tx:
        version = records.get(tx, SYSTEM, entity, record_id).version
        records.update(tx, SYSTEM, entity, record_id, version, values)


def restore(workspace: Workspace, revision: int) -> publish.Plan:
    plan = publish.restore_plan(workspace, SYSTEM, revision)
    assert [problem.line() for problem in plan.problems] == []
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    assert_sound(workspace)
    return plan


def revision_of(workspace: Workspace) -> int:
    with workspace.reading() as tx:
        return tx.revision


def fates(plan: publish.Plan, kind: str = "convert") -> Mapping[str, int]:
    """How many values of each fate the steps of a kind have."""
    found: dict[str, int] = {}
    for step in plan.steps:
        if step.kind == kind and step.outcome:
            for fate, group in step.outcome.groups.items():
                found[fate] = found.get(fate, 0) + group.rows
    return found


def test_records_get_what_replaces_their_option(sizes: Workspace, shop: Shop) -> None:
    replaced(shop, small="medium")
    plan = put_in_force(sizes, shop)
    assert [one.kind for one in plan.changes] == ["option.archived", "option.replaced"]
    assert fates(plan) == {"replaced": 1, "lossless": 2}
    assert plan.losses == ()
    assert held(sizes) == ["medium", "medium", "large"]


def test_the_plan_tells_it_in_both_languages(sizes: Workspace, shop: Shop) -> None:
    replaced(shop, small="medium")
    plan = publish.preview(sizes, SYSTEM, shop.documents())
    english, chinese = (plan.text(one) for one in ("en", "zh-CN"))
    assert 'option "Small": records that have it get "Medium"' in english
    assert "get what replaces them: 1 (Small → Medium)" in english
    assert "选项“small号”：已有它的记录改为“medium号”" in chinese
    assert "改为替代项：1 个值" in chinese


def test_an_earlier_revision_brings_back_what_nobody_edited(sizes: Workspace, shop: Shop) -> None:
    before = revision_of(sizes)
    change(sizes, 2, size="small")
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    assert held(sizes) == ["medium", "medium", "large"]
    change(sizes, 2, size="huge")
    plan = restore(sizes, before)
    assert fates(plan) == {"returned": 1, "edited": 1, "lossless": 1}
    assert "were changed since and stay as they are: 1 (Huge)" in plan.text()
    assert held(sizes) == ["small", "huge", "large"]


def test_and_forward_again(sizes: Workspace, shop: Shop) -> None:
    before = revision_of(sizes)
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    after = revision_of(sizes)
    for _ in range(3):
        restore(sizes, before)
        assert held(sizes) == ["small", "medium", "large"]
        restore(sizes, after)
        assert held(sizes) == ["medium", "medium", "large"]
    with sizes.reading() as tx:
        assert len(tx.layout.entity("customer").formers["size"]) == 1


def test_chains_are_followed_and_undone_link_by_link(sizes: Workspace, shop: Shop) -> None:
    revisions = [revision_of(sizes)]
    seen = [held(sizes)]
    for pairs in ({"small": "medium"}, {"medium": "large"}, {"large": "huge"}):
        replaced(shop, **pairs)
        put_in_force(sizes, shop)
        revisions.append(revision_of(sizes))
        seen.append(held(sizes))
    assert seen[1:] == [["medium", "medium", "large"], ["large"] * 3, ["huge"] * 3]
    for revision, values in zip(reversed(revisions[:-1]), reversed(seen[:-1]), strict=True):
        restore(sizes, revision)
        assert held(sizes) == values


def test_all_at_once_back_from_the_end_of_a_chain(sizes: Workspace, shop: Shop) -> None:
    first = revision_of(sizes)
    for pairs in ({"small": "medium"}, {"medium": "large"}):
        replaced(shop, **pairs)
        put_in_force(sizes, shop)
    restore(sizes, first)
    assert held(sizes) == ["small", "medium", "large"]


def test_a_chain_in_one_publish(sizes: Workspace, shop: Shop) -> None:
    replaced(shop, small="medium", medium="large")
    put_in_force(sizes, shop)
    assert held(sizes) == ["large"] * 3


def test_one_of_two_that_were_merged_comes_back_alone(sizes: Workspace, shop: Shop) -> None:
    first = revision_of(sizes)
    replaced(shop, small="large")
    put_in_force(sizes, shop)
    replaced(shop, medium="large")
    put_in_force(sizes, shop)
    assert held(sizes) == ["large"] * 3
    replaced(shop, small=None)
    plan = put_in_force(sizes, shop)
    assert [one.kind for one in plan.changes] == ["option.restored"]
    assert held(sizes) == ["small", "large", "large"]
    restore(sizes, first)
    assert held(sizes) == ["small", "medium", "large"]


def test_the_wrong_replacement_is_put_right(sizes: Workspace, shop: Shop) -> None:
    first = revision_of(sizes)
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    replaced(shop, small="large")
    plan = put_in_force(sizes, shop)
    assert [one.kind for one in plan.changes] == ["option.replaced"]
    assert fates(plan) == {"replaced": 1, "lossless": 2}
    assert held(sizes) == ["large", "medium", "large"]
    restore(sizes, first)
    assert held(sizes) == ["small", "medium", "large"]


def test_archived_once_and_replaced_later(sizes: Workspace, shop: Shop) -> None:
    shop.field("customer", "size")["options"].pop(0)
    put_in_force(sizes, shop)
    assert held(sizes) == ["small", "medium", "large"]
    shop.field("customer", "size")["options"].insert(0, {"name": "small"})
    replaced(shop, small="medium")
    plan = put_in_force(sizes, shop)
    assert [one.kind for one in plan.changes] == ["option.replaced"]
    assert held(sizes) == ["medium", "medium", "large"]


def test_archived_and_replaced_no_more(sizes: Workspace, shop: Shop) -> None:
    """Nothing is chosen for the records any more: they have again what they had."""
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    small = shop.field("customer", "size")["options"][0]
    del small["replaced_by"]
    plan = put_in_force(sizes, shop)
    assert [one.kind for one in plan.changes] == ["option.kept"]
    assert "not replaced by" in plan.text()
    assert held(sizes) == ["small", "medium", "large"]


def test_an_option_that_no_record_has_needs_no_step(sizes: Workspace, shop: Shop) -> None:
    with sizes.writing() as tx:
        tx.connection.execute(sa.update(tx.tables.table("customer")).values(size=None))
    replaced(shop, small="medium")
    plan = put_in_force(sizes, shop)
    assert fates(plan) == {}


def test_names_may_change_in_between(sizes: Workspace, shop: Shop) -> None:
    first = revision_of(sizes)
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    medium = shop.field("customer", "size")["options"][1]
    medium.update(id="medium", name="middle")
    plan = put_in_force(sizes, shop)
    assert fates(plan) == {}
    (customer,) = (one for one in publish.export(sizes) if one.key == "entity/customer")
    options = next(one for one in customer.data["fields"] if one["name"] == "size")["options"]
    assert [one.get("replaced_by") for one in options] == ["middle", None, None, None]
    restore(sizes, first)
    assert held(sizes) == ["small", "medium", "large"]


def test_the_type_may_change_in_between(sizes: Workspace, shop: Shop) -> None:
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    merged = revision_of(sizes)
    size = shop.field("customer", "size")
    options = size.pop("options")
    size["type"] = "text"
    put_in_force(sizes, shop)
    assert held(sizes) == ["Medium", "Medium", "Large"]
    restore(sizes, merged)
    assert held(sizes) == ["medium", "medium", "large"]
    assert options


def test_text_that_names_a_replaced_option_becomes_its_replacement(
    sizes: Workspace, shop: Shop
) -> None:
    shop.add("customer", name="kind", type="text")
    put_in_force(sizes, shop)
    with sizes.writing() as tx:
        tx.connection.execute(sa.update(tx.tables.table("customer")).values(kind="Old"))
    shop.field("customer", "kind").update(
        type="choice",
        options=[{"name": "old", "label": "Old", "archived": True, "replaced_by": "new"},
                 {"name": "new"}],
    )  # fmt: skip
    put_in_force(sizes, shop)
    assert held(sizes, field="kind") == ["new"] * 3


def test_records_that_were_deleted_have_it_when_they_come_back(
    sizes: Workspace, shop: Shop
) -> None:
    with sizes.writing() as tx:
        records.delete(tx, SYSTEM, "customer", 3, 1)
    replaced(shop, large="huge")
    put_in_force(sizes, shop)
    with sizes.writing() as tx:
        assert records.restore(tx, SYSTEM, "customer", 3, 2).values["size"] == "huge"


def test_a_record_that_is_edited_while_the_plan_lies_there_is_taken_along(
    sizes: Workspace, shop: Shop
) -> None:
    replaced(shop, small="huge")
    plan = publish.preview(sizes, SYSTEM, shop.documents())
    change(sizes, 3, size="small")
    publish.publish(sizes, SYSTEM, plan)
    assert_sound(sizes)
    assert held(sizes) == ["huge", "medium", "huge"]


def test_stored_formulas_read_what_replaced_it(sizes: Workspace, shop: Shop) -> None:
    shop.add("customer", name="told", type="formula", stored=True, formula='size == "medium"')
    put_in_force(sizes, shop)
    computed = revision_of(sizes)
    assert held(sizes, field="told") == [False, True, False]
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    assert held(sizes, field="told") == [True, True, False]
    restore(sizes, computed)
    assert held(sizes, field="told") == [False, True, False]


def test_unique_groups_that_would_be_broken_are_told(sizes: Workspace, shop: Shop) -> None:
    shop.entity("customer")["unique"] = [{"name": "once", "fields": ["size", "code"]}]
    put_in_force(sizes, shop)
    replaced(shop, small="large")
    plan = publish.preview(sizes, SYSTEM, shop.documents())
    (problem,) = plan.problems
    assert problem.id == "publish.unique_repeated"
    assert problem.params["rows"] == 2
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    with pytest.raises(Conflict):
        change(sizes, 1, code="B")


def test_what_is_replaced_is_refused_and_what_replaces_it_named(
    sizes: Workspace, shop: Shop
) -> None:
    replaced(shop, small="medium", medium="large")
    put_in_force(sizes, shop)
    with pytest.raises(Invalid) as refused:
        change(sizes, 1, size="small")
    (problem,) = refused.value.problems
    assert problem.id == "value.replaced_option"
    assert "large" in problem.text("en")
    assert "large" in problem.text("zh-CN")


def test_an_import_refuses_it_and_names_what_replaces_it(
    sizes: Workspace, shop: Shop, tmp_path: Path
) -> None:
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    file = tmp_path / "customers.csv"
    file.write_text("name,size\nNew,Small\n", "utf-8")
    mapping = {"columns": {"name": "name", "size": "size"}}
    options = imports.Options(mapping=mapping)
    report = imports.run(sizes, SYSTEM, "customer", file, options, keep=tmp_path / "kept")
    assert [one.reasons[0]["en"] for one in report.bad] == [
        'size: "small" is no longer offered; choose "medium", which replaces it.'
    ]


def test_history_says_what_it_was_called(sizes: Workspace, shop: Shop) -> None:
    change(sizes, 2, size="small")
    change(sizes, 2, size="large")
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    with sizes.reading() as tx:
        entries = history.of(tx, SYSTEM, "customer", 2).entries
        told = [(one.before, one.after) for entry in entries for one in entry.changes]
        assert told == [("small", "large"), ("medium", "small")]
        size = tx.app.entity("customer").field("size")
        assert records.wire_value(size, "small", "zh-CN") == "small号"


def test_live_places_that_name_it_are_refused_with_what_to_write(
    sizes: Workspace, shop: Shop
) -> None:
    shop.put(kind="view", name="small_ones", entity="customer", type="list", columns=[
        {"field": "name"}], filter='size == "small"')  # fmt: skip
    shop.add("customer", name="tiny", type="formula", formula='size == "small"')
    put_in_force(sizes, shop)
    replaced(shop, small="medium")
    plan = publish.preview(sizes, SYSTEM, shop.documents())
    assert {one.id for one in plan.problems} == {"reference.replaced"}
    assert len(plan.problems) == 2
    assert all("medium" in one.text("en") for one in plan.problems)


def test_a_replaced_option_is_purged_and_nothing_moves(sizes: Workspace, shop: Shop) -> None:
    first = revision_of(sizes)
    replaced(shop, small="medium")
    put_in_force(sizes, shop)
    plan = purge(sizes, "entity/customer#/fields/size/options/small")
    assert fates(plan) == {}
    assert held(sizes) == ["medium", "medium", "large"]
    restore(sizes, first)
    assert held(sizes) == ["medium", "medium", "large"]


def test_one_is_purged_while_another_is_replaced(sizes: Workspace, shop: Shop) -> None:
    shop.field("customer", "size")["options"].pop(2)
    put_in_force(sizes, shop)
    replaced(shop, small="medium")
    shop.field("customer", "size")["purged"] = ["large"]
    plan = publish.preview(sizes, SYSTEM, shop.documents())
    assert [problem.line() for problem in plan.problems] == []
    publish.publish(sizes, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    assert_sound(sizes)
    assert held(sizes) == ["medium", "medium", None]


def test_what_replaces_something_is_not_purged_away_from_under_it(
    sizes: Workspace, shop: Shop
) -> None:
    replaced(shop, small="medium", medium="large")
    put_in_force(sizes, shop)
    medium = "entity/customer#/fields/size/options/medium"
    plan = publish.purge_plan(sizes, SYSTEM, [medium])
    assert "purge.used" in {one.id for one in plan.problems}
    purge(sizes, medium, "entity/customer#/fields/size/options/small")
    assert held(sizes) == ["large"] * 3
