"""What stored rows forbid, and plans that are refused when they are published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Conflict, Forbidden, Invalid, Malformed
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.json_text import read_json, write_json
from tests.engine.publish.shop import Shop, insert
from tests.refusals import require_sentences, state_of


@dataclass(frozen=True)
class Case:
    """A change that rows stand against: the problem, its place, how many rows and which."""

    name: str
    change: Callable[[Shop], object]
    problem: str
    pointer: str
    rows: int
    examples: str
    params: Mapping[str, Any] = field(default_factory=dict)


def set_field(name: str, /, **values: object) -> Callable[[Shop], object]:
    return lambda shop: shop.field("customer", name).update(values)


CASES = [
    Case(
        "required, but empty in a row",
        set_field("staff", required=True),
        "publish.required_empty",
        "/fields/2/required",
        1,
        "#2 Baltic",
    ),
    Case(
        "required and new",
        lambda shop: shop.add("customer", name="phone", type="phone", required=True),
        "publish.required_new",
        "/fields/4/required",
        3,
        "#1 北京远望; #2 Baltic; #3 Cassia",
    ),
    Case(
        "required tags that nobody has",
        lambda shop: shop.field("deal", "topics").update(required=True),
        "publish.required_empty",
        "/fields/4/required",
        2,
        "#1 One; #2 Two",
    ),
    Case(
        "unique, but shared",
        set_field("code", unique=True),
        "publish.unique_repeated",
        "/fields/1/unique",
        2,
        "A (2)",
    ),
    Case(
        "a unique group that is shared",
        lambda shop: shop.entity("deal").update(
            unique=[{"name": "one_each", "fields": ["customer", "stage"]}]
        ),
        "publish.unique_repeated",
        "/unique/0",
        2,
        "1, open (2)",
    ),
    Case(
        "a minimum that a row is below",
        set_field("staff", min=13),
        "publish.below_minimum",
        "/fields/2/min",
        1,
        "#1 北京远望",
    ),
    Case(
        "a maximum that a row is above",
        set_field("staff", max=100),
        "publish.above_maximum",
        "/fields/2/max",
        1,
        "#3 Cassia",
    ),
    Case(
        "shorter than a value",
        set_field("name", max_length=4),
        "publish.too_long",
        "/fields/0/max_length",
        2,
        "#2 Baltic; #3 Cassia",
    ),
    Case(
        "a reference that turns into a number",
        lambda shop: (
            shop.field("deal", "customer").pop("inverse"),
            shop.field("deal", "customer").pop("to"),
            shop.field("deal", "customer").update(type="integer"),
        ),
        "publish.type_impossible",
        "/fields/1/type",
        2,
        "",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_rows_that_break_a_change_are_counted_and_named(
    workspace: Workspace, shop: Shop, case: Case
) -> None:
    before = state_of(workspace)
    case.change(shop)
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    (problem,) = plan.problems
    require_sentences(problem)
    assert (problem.id, problem.pointer) == (case.problem, case.pointer)
    assert problem.params["rows"] == case.rows
    assert problem.params.get("examples", "") == case.examples
    assert str(case.rows) in problem.text("en") and str(case.rows) in problem.text("zh-CN")
    assert plan.exit_code == 1
    with pytest.raises(Invalid):
        publish.publish(workspace, SYSTEM, plan)
    assert state_of(workspace) == before


def test_rows_that_were_deleted_do_not_count(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": "Gone", "staff": 5000, "deleted_at": tx.now}])
    shop.field("customer", "staff")["max"] = 1000
    assert publish.preview(workspace, SYSTEM, shop.documents()).problems == ()


def test_at_most_five_examples_are_named(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": f"Small {at}"} for at in range(9)])
    shop.field("customer", "staff")["required"] = True
    (problem,) = publish.preview(workspace, SYSTEM, shop.documents()).problems
    assert problem.params["rows"] == 10
    assert problem.params["examples"].count("#") == 5


def test_a_plan_is_refused_once_another_revision_is_in_force(
    workspace: Workspace, shop: Shop
) -> None:
    shop.add("customer", name="phone", type="phone")
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    publish.publish(workspace, SYSTEM, plan)
    with pytest.raises(Conflict) as refused:
        publish.publish(workspace, SYSTEM, plan)
    assert refused.value.problems[0].id == "publish.moved"
    with pytest.raises(Conflict):
        publish.preview(workspace, SYSTEM, shop.documents(), base=1)
    assert publish.preview(workspace, SYSTEM, shop.documents(), base=2).empty


def test_rows_written_after_the_plan_are_seen(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff")["max"] = 1000
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": "Huge", "staff": 5000}])
    with pytest.raises(Invalid) as refused:
        publish.publish(workspace, SYSTEM, plan)
    assert refused.value.problems[0].id == "publish.above_maximum"


def test_a_plan_with_other_steps_than_shown_is_refused(workspace: Workspace, shop: Shop) -> None:
    shop.drop("deal", "amount")
    shop.add("deal", id="amount", name="amount", type="text")
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    with workspace.writing() as tx:
        insert(tx, "deal", [{"name": "Three", "amount": "1.50"}])
    with pytest.raises(Conflict) as refused:
        publish.publish(workspace, SYSTEM, plan)
    assert refused.value.problems[0].id == "publish.data_moved"


def test_a_plan_of_another_workspace_is_refused(
    workspace: Workspace, shop: Shop, installation: Any
) -> None:
    other = installation.create_workspace("other", "Other", ())
    plan = publish.preview(other, SYSTEM, shop.documents())
    with pytest.raises(Conflict):
        publish.publish(workspace, SYSTEM, plan)


def test_a_plan_survives_a_file(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="grade", type="decimal", default=2, label="Grade")
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    content, problems = read_json(write_json(plan.to_json()).encode())
    assert problems == ()
    again = publish.Plan.from_json(content)
    assert again.text("zh-CN") == plan.text("zh-CN")
    assert again.steps == plan.steps
    publish.publish(workspace, SYSTEM, again)
    assert publish.preview(workspace, SYSTEM, shop.documents()).empty


@pytest.mark.parametrize("content", [{}, {"format": 1}, {"format": 9}, {"format": 1, "steps": 3}])
def test_a_file_that_is_no_plan_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        publish.Plan.from_json(content)


def test_only_who_may_change_metadata_may_plan(workspace: Workspace, shop: Shop) -> None:
    with pytest.raises(Forbidden):
        publish.preview(workspace, Caller(1, ("seller",)), shop.documents())
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    with pytest.raises(Forbidden):
        publish.publish(workspace, Caller(1), plan)
    shop.put(
        kind="role", name="builder", metadata=True, entities=[], everything_else={"rows": "all"}
    )
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    assert publish.preview(workspace, Caller(1, ("builder",)), shop.documents()).empty


def test_an_old_revision_comes_back_by_a_plan(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="phone", type="phone")
    shop.field("customer", "staff").update(id="staff", name="people")
    shop.add("customer", name="fax", type="phone")
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": "Brook", "phone": "+8613800000000"}])
    plan = publish.restore_plan(workspace, SYSTEM, 1)
    assert sorted(change.kind for change in plan.changes) == [
        "field.archived",
        "field.removed",
        "field.renamed",
    ]
    publish.publish(workspace, SYSTEM, plan, "back to the first")
    with workspace.reading() as tx:
        customer = tx.app.entity("customer")
        assert customer.field("staff").name == "staff"
        assert customer.field("phone").archived
        assert "fax" not in customer.by_id
        assert publish.layout_matches(tx) == ()


NOTES = [
    (
        "a check that rows break",
        lambda shop: shop.entity("customer").update(
            checks=[{"name": "few", "that": "staff is None or staff < 100", "message": "No"}]
        ),
        ("publish.note_check", "/checks/0/that", 1, "#3 Cassia"),
    ),
    (
        "a condition under which rows lack a value",
        set_field("staff", required_when='code == "B"'),
        ("publish.note_required_when", "/fields/2/required_when", 1, "#2 Baltic"),
    ),
    (
        "an archived option that a row has",
        lambda shop: shop.field("customer", "size")["options"].pop(),
        ("publish.note_option", "/fields/3/options", 1, "#3 Cassia"),
    ),
]


@pytest.mark.parametrize(("name", "change", "expected"), NOTES, ids=[one[0] for one in NOTES])
def test_what_is_worth_knowing_is_noted_and_refuses_nothing(
    workspace: Workspace, shop: Shop, name: str, change: Callable[[Shop], object], expected: Any
) -> None:
    change(shop)
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    (note,) = plan.notes
    require_sentences(note)
    found = note.id, note.pointer, note.params["rows"], note.params["examples"]
    assert (found, plan.problems) == (expected, ())
    assert "Cassia" in note.text("zh-CN") or "Baltic" in note.text("zh-CN")
    publish.publish(workspace, SYSTEM, plan)
    assert publish.preview(workspace, SYSTEM, shop.documents()).notes == ()
