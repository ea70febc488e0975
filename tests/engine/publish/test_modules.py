"""Modules switched off and on in a workspace with data: hidden, refused, and back to the byte."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from fieldstone.engine import drafts, publish, query, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Invalid, Refused
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.publish import layout_matches
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import canonical
from fieldstone.metadata.modules import with_modules_off
from tests.engine.publish.shop import Shop, column
from tests.refusals import require_sentences

ADMIN = Caller(1, system=True)
ROLE: dict[str, Any] = {
    "kind": "role",
    "name": "admin",
    "everything_else": {"read": True, "create": True, "update": True, "delete": True},
    "metadata": True,
    "members": True,
}
MODULES: list[dict[str, Any]] = [
    {"name": "selling", "label": {"en": "Selling", "zh-CN": "销售"}},
    {"name": "topics", "label": {"en": "Topics", "zh-CN": "主题"}},
    {"name": "counting", "label": {"en": "Counting", "zh-CN": "统计"}, "needs": ["selling"]},
]
DEALS: dict[str, Any] = {
    "kind": "view",
    "name": "all_deals",
    "entity": "deal",
    "columns": [{"field": "name"}, {"field": "topics"}],
}

HIDING = frozenset({"publish.note_hidden", "publish.note_values_hidden"})
SHOWING = frozenset({"publish.note_shown", "publish.note_values_shown"})
"""What a plan notes of records that go out of sight, and of those that come back."""


@pytest.fixture
def shop() -> Shop:
    """Return the shop with deals, topics and a figure of a customer in modules."""
    made = Shop()
    made.data["shop"]["modules"] = MODULES
    made.data["deal"]["part_of"] = ["selling"]
    made.data["topic"]["part_of"] = ["topics"]
    made.put(**DEALS)
    made.put(**ROLE)
    made.field("customer", "size")["part_of"] = ["topics"]
    rollup = {"type": "formula", "formula": "sum(deals.amount)", "stored": True}
    made.add("customer", name="sold", part_of=["selling"], **rollup)
    return made


@pytest.fixture
def made(installation: Installation, shop: Shop) -> Workspace:
    """Return a workspace of this shop with its administrator and two deals of one customer."""
    admin = NewMember(name="Ann", user_name="ann", password="quarry-larch-1807")
    workspace = installation.create_workspace("acme", "Acme", shop.documents(), admin=admin)
    with workspace.writing() as tx:
        records.create_many(tx, SYSTEM, "customer", [{"name": "Stone", "size": "small"}])
        deal = {"customer": "1", "amount": "7.50"}
        tagged: dict[str, Any] = {"name": "One", **deal, "topics": ["price"]}
        records.create_many(tx, SYSTEM, "deal", [tagged, {"name": "Two", **deal}])
    return workspace


def switch(workspace: Workspace, off: Iterable[str] = (), on: Iterable[str] = ()) -> None:
    with workspace.writing() as tx:
        drafts.switch(tx, ADMIN, [*off], [*on])
    drafts.publish(workspace, ADMIN)


def state(workspace: Workspace) -> tuple[str, dict[str, str], Any]:
    """The hash of the App, its documents' texts, and what the tables hold."""
    with workspace.reading() as tx:
        assert layout_matches(tx) == ()
        texts = {one.key: canonical(one.data) for one in tx.app.documents}
        kept = [column(tx, *one) for one in (("deal", "amount"), ("customer", "size"))]
        kept.append(column(tx, "customer", "sold"))
        return tx.app.hash, texts, kept


def test_off_and_on_again_brings_everything_back(made: Workspace) -> None:
    before = state(made)
    switch(made, off=["selling", "counting"])
    with made.reading() as tx:
        assert tx.app.entity("deal").archived
        assert "all_deals" not in tx.app.views
    hidden = state(made)
    assert hidden != before
    assert hidden[2] == before[2]
    switch(made, off=["topics"])
    switch(made, on=["selling", "counting", "topics"])
    assert state(made) == before
    with made.reading() as tx:
        deal = records.get(tx, SYSTEM, "deal", 1)
        assert deal.values["topics"] == {"price"}


def test_what_is_hidden_is_as_if_it_were_not_there(made: Workspace) -> None:
    switch(made, off=["selling", "counting"])
    with pytest.raises(Refused), made.reading() as tx:
        records.get(tx, SYSTEM, "deal", 1)
    with pytest.raises(Refused), made.reading() as tx:
        query.page(tx, SYSTEM, query.ListRequest(entity_id="customer", fields=("name", "sold")))
    with pytest.raises(Refused), made.writing() as tx:
        records.create(tx, SYSTEM, "deal", {"name": "Three", "customer": "1"})


def test_stored_values_are_brought_up_to_date_when_they_come_back(made: Workspace) -> None:
    """A customer came while the figure was away."""
    switch(made, off=["selling", "counting"])
    with made.writing() as tx:
        records.create_many(tx, SYSTEM, "customer", [{"name": "Brook"}])
    switch(made, on=["selling", "counting"])
    with made.reading() as tx:
        assert [str(one) for one in column(tx, "customer", "sold")] == ["15.00", "0.00"]


def test_the_plan_says_what_goes_out_of_sight(made: Workspace) -> None:
    with made.reading() as tx:
        documents = with_modules_off(tx.app.documents, ["selling", "counting", "topics"])
    plan = publish.preview(made, SYSTEM, documents)
    assert plan.losses == ()
    assert {one.id for one in plan.notes} == HIDING
    assert {one.kind for one in plan.changes} == {
        "module.switched_off",
        "entity.hidden",
        "field.hidden",
        "tag_dimension.hidden",
        "view.hidden",
    }
    told = plan.text("en")
    assert 'Module "Selling" switched off; what it hides is kept' in told
    assert "2 records of Deal are hidden with their module" in told
    assert "1 record of Customer has a value in size, which is hidden" in told
    assert "“客户”有 1 条数据填写了将被隐藏的“size”" in plan.text("zh-CN")
    publish.publish(made, SYSTEM, plan)
    with made.reading() as tx:
        again = publish.preview(tx, SYSTEM, with_modules_off(tx.app.documents, ()))
    assert {one.id for one in again.notes} == SHOWING
    for one in (*plan.notes, *again.notes):
        require_sentences(one)
    assert "2 records of Deal are shown again" in again.text("en")


def test_a_module_that_another_one_needs_stays(made: Workspace) -> None:
    with pytest.raises(Invalid) as refused, made.writing() as tx:
        drafts.switch(tx, ADMIN, ["selling"])
    (problem,) = refused.value.problems
    assert problem.id == "module.needs"
    assert "“统计”依赖已停用的模块“销售”" in problem.text("zh-CN")
    with made.reading() as tx:
        assert drafts.read(tx, ADMIN).edits == ()


def test_what_uses_something_hidden_is_named(made: Workspace, shop: Shop) -> None:
    used = {"name": "big", "that": 'size == "large" or name != "x"', "message": "No"}
    shop.data["customer"]["checks"] = [used]
    publish.publish(made, SYSTEM, publish.preview(made, SYSTEM, shop.documents()))
    with pytest.raises(Invalid) as refused, made.writing() as tx:
        drafts.switch(tx, ADMIN, ["topics"])
    (problem,) = refused.value.problems
    assert (problem.id, problem.document, problem.pointer) == (
        "module.used",
        "entities/customer.json",
        "/checks/0/that",
    )
    shop.data["customer"]["checks"] = [{**used, "part_of": ["topics"]}]
    publish.publish(made, SYSTEM, publish.preview(made, SYSTEM, shop.documents()))
    switch(made, off=["topics"])


def test_a_module_that_there_is_not_is_told(made: Workspace) -> None:
    with pytest.raises(Invalid) as refused, made.writing() as tx:
        drafts.switch(tx, ADMIN, ["seling"])
    assert refused.value.problems[0].id == "module.none_near"


def test_a_type_may_change_while_its_field_is_away(made: Workspace, shop: Shop) -> None:
    switch(made, off=["selling", "counting"])
    shop.data["shop"]["modules"] = [
        {**one, "off": True} if one["name"] != "topics" else one for one in MODULES
    ]
    shop.field("deal", "amount").update(type="text")
    shop.field("customer", "sold")["formula"] = "count(deals)"
    publish.publish(made, SYSTEM, publish.preview(made, SYSTEM, shop.documents()))
    switch(made, on=["selling", "counting"])
    with made.reading() as tx:
        assert column(tx, "deal", "amount") == ["7.50", "7.50"]
        assert column(tx, "customer", "sold") == [2]
        assert layout_matches(tx) == ()


def test_what_does_not_fit_any_more_is_told_when_it_comes_back(made: Workspace, shop: Shop) -> None:
    switch(made, off=["selling", "counting"])
    shop.data["shop"]["modules"] = [
        {**one, "off": True} if one["name"] != "topics" else one for one in MODULES
    ]
    shop.field("deal", "amount").update(type="text")
    publish.publish(made, SYSTEM, publish.preview(made, SYSTEM, shop.documents()))
    with pytest.raises(Invalid) as refused, made.writing() as tx:
        drafts.switch(tx, ADMIN, on=["selling", "counting"])
    (problem,) = refused.value.problems
    assert (problem.document, problem.pointer) == ("entities/customer.json", "/fields/4/formula")


def test_a_workspace_begins_without_a_module_but_with_its_sample(
    installation: Installation, shop: Shop
) -> None:
    """What is loaded while it is made is there when the module is switched on."""

    def fill(workspace: Workspace) -> None:
        with workspace.writing() as tx:
            records.create_many(tx, SYSTEM, "customer", [{"name": "Stone"}])
            records.create_many(tx, SYSTEM, "deal", [{"name": "One", "customer": "1"}])

    begun = installation.create_workspace(
        "sampled", "Sampled", shop.documents(), off=["selling", "counting"], then=fill
    )
    bare = installation.create_workspace(
        "bare", "Bare", shop.documents(), off=["selling", "counting"]
    )
    for workspace, revision in ((begun, 2), (bare, 1)):
        with workspace.reading() as tx:
            assert tx.revision == revision
            assert tx.app.entity("deal").archived
    switch(begun, on=["selling", "counting"])
    with begun.reading() as tx:
        assert records.get(tx, SYSTEM, "deal", 1).values["name"] == "One"


@pytest.mark.parametrize("modules", [5, [5], [{}], [{"name": ["x"]}], {"name": "x"}])
def test_modules_of_no_shape_are_refused_as_any_document(
    installation: Installation, shop: Shop, modules: Any
) -> None:
    shop.data["shop"]["modules"] = modules
    with pytest.raises(Invalid):
        installation.create_workspace("odd", "Odd", shop.documents(), then=lambda made: None)


def test_a_template_says_what_a_workspace_begins_with(
    installation: Installation, shop: Shop
) -> None:
    shop.data["shop"]["modules"][1]["off"] = True
    begun = installation.create_workspace("begun", "Begun", shop.documents())
    asked = installation.create_workspace("asked", "Asked", shop.documents(), on=["topics"])
    with begun.reading() as tx:
        assert tx.app.dimensions["topic"].archived
    with asked.reading() as tx:
        assert not tx.app.dimensions["topic"].archived
    with pytest.raises(Invalid):
        installation.create_workspace("wrong", "Wrong", shop.documents(), off=["nothing"])
