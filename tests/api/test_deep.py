"""Long and deep expressions through the API: they are answered, or refused with a problem."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from fieldstone.engine import alerts, members, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.api import shop
from tests.api.conftest import Person, person


def nested(before: str, leaf: str, after: str, levels: int) -> str:
    return before * levels + leaf + after * levels


SUM = " + ".join(["staff"] * 40)
DEEP = nested("abs(", "staff", ")", 19)
DEEP_RULE = nested("abs(", "staff", ")", 22) + " > 1"
DEEP_TEXT = nested("lower(", "name", ")", 2)
GRADE = {
    "kind": "tier_scheme",
    "name": "grade",
    "label": {"en": "Grade", "zh-CN": "等级"},
    "entity": "customer",
    "field": "grade",
    "measure": nested("abs(", "staff", ")", 23),
    "where": DEEP_RULE,
    "method": "share_of_value",
    "bands": [
        {"name": "A", "label": {"en": "A", "zh-CN": "A"}, "share": 0.5},
        {"name": "B", "label": {"en": "B", "zh-CN": "B"}, "rest": True},
    ],
}
FORMULAS = (
    ("long", SUM, False),
    ("deep", DEEP, False),
    ("kept", nested("abs(", "staff", ")", 23), True),
    ("deepest", nested("abs(", "staff", ")", 23), False),
    ("clamped", nested("(", "staff", " + 1) * 3", 8), False),
)


def field(name: str, formula: str, stored: bool) -> dict[str, Any]:
    return {"name": name, "type": "formula", "formula": formula, "stored": stored}


GRADED = {"name": "grade", "type": "tier", "scheme": "grade"}


def documents() -> Iterator[Any]:
    """The shop with long and deep formulas, a deep rule, and sellers whose rows are deep."""
    customer = {
        **shop.CUSTOMER,
        "fields": [*shop.CUSTOMER["fields"], *(field(*one) for one in FORMULAS), GRADED],
    }
    rule = {**shop.RULE, "when": DEEP_RULE}
    rows = f"owner == me() or len({DEEP_TEXT}) > 0"
    seller = {
        **shop.SELLER,
        "entities": [
            {"entity": "customer", "rows": rows},
            {
                "entity": "deal",
                "rows": f"any(customer.deals, len({nested('lower(', 'name', ')', 3)}) > 0)",
            },
        ],
    }
    for one in (shop.APP, customer, shop.DEAL, shop.MARK, GRADE, rule, shop.ADMIN, seller):
        yield document_of(one)


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    """Return a shop whose expressions are long and deep."""
    admin = NewMember(name="Ada", email="ada@example.com", locale="en")
    return installation.create_workspace("shop", "Shop", tuple(documents()), admin=admin)


@pytest.fixture
def filled(admin: Person) -> Person:
    """Return the administrator, with a customer and a deal."""
    customer = admin.make("customer", name="Stone", staff=3, credit="5.00")
    admin.make("deal", name="Big", customer=customer["id"], amount="7.00")
    admin.make("customer", name="Sand", staff=2)
    return admin


def test_a_long_sum_is_a_filter_and_a_formula(filled: Person) -> None:
    answer = filled.get("/records/customer", filter=f"{SUM} == 120")
    assert answer.status_code == 200, answer.text
    found = answer.get_json()["data"]
    assert [one["name"] for one in found] == ["Stone"]
    assert (found[0]["long"], found[0]["deep"], found[0]["kept"]) == (120, 3, 3)
    assert found[0]["clamped"] == 3**9 + sum(3**at for at in range(1, 9))


@pytest.mark.parametrize(
    "text",
    [
        nested("abs(", "staff", ")", 500) + " > 1",
        nested("abs(", "staff", ")", 30) + " > 1",
        nested("start_of_week(", "met_on", ")", 29) + " > today()",
        " / ".join(["staff"] * 60) + " > 1",
        f"concat({', '.join(['name'] * 120)}) == 'a'",
        nested("(1 if ", "vip", " else 2) == 1", 20),
        nested("not ", "vip", "", 499),
    ],
)
def test_what_is_too_deep_is_a_problem(filled: Person, text: str) -> None:
    answer = filled.get("/records/customer", filter=text)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["position"]


def test_a_deep_formula_stands_wherever_a_field_does(filled: Person) -> None:
    keys = "met_on,called_at,code,vip,credit,kept,deepest,long"
    first = filled.get("/records/customer", sort=keys, limit=1).get_json()
    second = filled.get("/records/customer", sort=keys, limit=1, cursor=first["next"])
    assert [one["name"] for one in (*first["data"], *second.get_json()["data"])] == [
        "Sand",
        "Stone",
    ]
    figures = filled.get(
        "/records/customer/aggregate",
        group="deep",
        measure=["a: sum(deepest, deep > 2)", "b: avg(clamped, long > 1)"],
        filter="deep > 0 and clamped > 0",
    )
    assert figures.status_code == 200, figures.text
    assert [one["deep"] for one in figures.get_json()["data"]] == [2, 3]
    through = filled.get("/records/deal", filter="customer.long == 120 and customer.kept == 3")
    assert through.status_code == 200, through.text
    assert through.get_json()["data"]


def test_rows_of_a_role_are_within_what_is_asked(
    web: FlaskClient, workspace: Workspace, filled: Person
) -> None:
    new = NewMember(name="Li", email="li@example.com", roles=("seller",), locale="zh-CN")
    members.add(workspace, SYSTEM, new)
    li = person(web, workspace, "li@example.com")
    for entity, text in (
        ("customer", "any(deals, any(customer.deals, customer.long > 1))"),
        ("deal", "customer.long > 1 and not any(customer.deals, customer.name == 'x')"),
        ("customer", "sum(deals.amount, customer.long > 1) > 1"),
    ):
        answer = li.get(f"/records/{entity}", filter=text)
        assert answer.status_code == 200, answer.text
        assert len(answer.get_json()["data"]) == 1


def test_deep_rules_and_schemes_run(workspace: Workspace, filled: Person) -> None:
    assert alerts.run(workspace)[0].entered == 2
    assert tiers.run(workspace)[0].moved == 2
    assert alerts.run(workspace, now=datetime(2030, 1, 1, tzinfo=UTC))[0].entered == 0
