"""Every kind of change: what its plan says, what it does, and that nothing is left to do."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop


@dataclass(frozen=True)
class Case:
    """A change of the shop, the changes told of it, and the steps it takes (views apart)."""

    name: str
    change: Callable[[Shop], object]
    told: list[str]
    steps: list[str]


def set_field(entity: str, name: str, /, **values: object) -> Callable[[Shop], object]:
    return lambda shop: shop.field(entity, name).update(values)


def pipeline(shop: Shop) -> list[dict[str, object]]:
    stages: list[dict[str, object]] = shop.entity("deal")["pipeline"]["stages"]
    return stages


CASES = [
    Case(
        "add a field",
        lambda shop: shop.add("customer", name="phone", type="phone"),
        ["field.added"],
        ["add_column"],
    ),
    Case(
        "add a field with a default",
        lambda shop: shop.add("customer", name="grade", type="integer", default=3),
        ["field.added"],
        ["add_column", "fill"],
    ),
    Case(
        "add a field with a default of today",
        lambda shop: shop.add("customer", name="since", type="date", default={"expr": "today()"}),
        ["field.added"],
        ["add_column"],
    ),
    Case(
        "add a reference",
        lambda shop: shop.add("customer", name="parent_one", type="reference", to="customer"),
        ["field.added"],
        ["add_column", "create_index"],
    ),
    Case(
        "add an owner with its companion",
        lambda shop: shop.add("customer", name="owner", type="owner"),
        ["field.added"],
        ["add_column", "add_column", "create_index"],
    ),
    Case(
        "add a field of tags to an entity without",
        lambda shop: shop.add("customer", name="topics", type="tags", dimension="topic"),
        ["field.added"],
        ["create_link_table"],
    ),
    Case(
        "add an automatic number",
        lambda shop: shop.add("customer", name="number", type="auto_number", pattern="K{000}"),
        ["field.added"],
        ["add_column", "number"],
    ),
    Case(
        "add a formula that is not stored",
        lambda shop: shop.add("customer", name="double", type="formula", formula="staff * 2"),
        ["field.added"],
        [],
    ),
    Case(
        "add a stored formula",
        lambda shop: shop.add(
            "customer", name="double", type="formula", formula="staff * 2", stored=True
        ),
        ["field.added"],
        ["add_column", "recompute"],
    ),
    Case(
        "rename a field",
        set_field("customer", "staff", id="staff", name="people"),
        ["field.renamed"],
        [],
    ),
    Case("archive a field", lambda shop: shop.drop("customer", "staff"), ["field.archived"], []),
    Case(
        "require what is filled",
        set_field("customer", "name", required=True),
        ["field.required"],
        [],
    ),
    Case("change a default", set_field("customer", "staff", default=1), ["field.default"], []),
    Case(
        "narrow bounds that hold",
        set_field("customer", "staff", min=1, max=1000),
        ["field.min", "field.max"],
        [],
    ),
    Case(
        "lengthen a text",
        set_field("customer", "name", max_length=500),
        ["field.max_length"],
        ["drop_index"],
    ),
    Case(
        "turn text into long text",
        set_field("customer", "code", type="long_text"),
        ["field.type", "field.max_length"],
        [],
    ),
    Case(
        "turn an integer into a decimal",
        set_field("customer", "staff", type="decimal", scale=3),
        ["field.type", "field.scale"],
        ["add_column", "convert"],
    ),
    Case(
        "make a field unique",
        set_field("customer", "name", unique=True),
        ["field.unique"],
        ["drop_index", "create_index"],
    ),
    Case(
        "make a field searchable",
        set_field("customer", "name", search=True),
        ["field.search"],
        ["search"],
    ),
    Case(
        "add a unique group",
        lambda shop: shop.entity("customer").update(
            unique=[{"name": "who", "fields": ["name", "code"]}]
        ),
        ["unique_group.added"],
        ["drop_index", "create_index"],
    ),
    Case(
        "add a choice",
        lambda shop: shop.field("customer", "size")["options"].append({"name": "huge"}),
        ["option.added"],
        [],
    ),
    Case(
        "rename a choice",
        lambda shop: shop.field("customer", "size")["options"].__setitem__(
            1, {"id": "large", "name": "big", "label": "Large"}
        ),
        ["option.renamed"],
        [],
    ),
    Case(
        "archive a choice",
        lambda shop: shop.field("customer", "size")["options"].pop(),
        ["option.archived"],
        [],
    ),
    Case(
        "add a stage",
        lambda shop: pipeline(shop).append({"name": "lost", "closed": "lost"}),
        ["stage.added"],
        [],
    ),
    Case(
        "rename a stage",
        lambda shop: pipeline(shop)[0].update(id="open", name="fresh"),
        ["stage.renamed"],
        [],
    ),
    Case(
        "add a tag",
        lambda shop: shop.entity("topic")["tags"].append({"name": "time"}),
        ["tag.added"],
        [],
    ),
    Case(
        "add a check",
        lambda shop: shop.entity("customer").update(
            checks=[{"name": "sane", "that": "staff is None or staff > 0", "message": "No"}]
        ),
        ["check.added"],
        [],
    ),
    Case(
        "add an entity",
        lambda shop: shop.put(
            kind="entity",
            name="task",
            title="name",
            fields=[
                {"name": "name", "type": "text"},
                {"name": "deal", "type": "reference", "to": "deal"},
            ],
        ),
        ["entity.added"],
        ["create_table", "create_index", "create_index"],
    ),
    Case(
        "archive an entity",
        lambda shop: shop.data.pop("deal"),
        ["entity.archived"],
        ["drop_index", "drop_index"],
    ),
    Case(
        "rename an entity",
        lambda shop: shop.entity("deal").update(id="deal", name="chance"),
        ["entity.renamed"],
        [],
    ),
    Case(
        "add a view",
        lambda shop: shop.put(
            kind="view",
            name="rich",
            entity="deal",
            columns=[{"field": "name"}],
            filter='stage == "won" and amount > 100',
            sort=["-amount"],
        ),
        ["view.added"],
        ["create_index"],
    ),
    Case(
        "add a rule",
        lambda shop: shop.put(
            kind="alert_rule",
            name="small_team",
            entity="customer",
            when='size == "large" and staff < 20',
            schedule="0 9 * * *",
            message="Look at {{ name }}",
        ),
        ["alert_rule.added"],
        ["create_index"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_change(workspace: Workspace, shop: Shop, case: Case) -> None:
    case.change(shop)
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert [problem.line() for problem in plan.problems] == []
    assert [change.kind for change in plan.changes] == case.told
    steps = [step.kind for step in plan.steps if not step.kind.endswith("_view")]
    assert steps == case.steps

    publish.publish(workspace, SYSTEM, plan)

    with workspace.reading() as tx:
        assert publish.layout_matches(tx) == ()
    again = publish.preview(workspace, SYSTEM, shop.documents())
    assert [change.kind for change in again.changes] == []
    assert again.empty
