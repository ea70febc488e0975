"""Lookups and rollups: formulas of one shape, at every door that formulas have."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.publishing.plan import Plan
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, document_of
from fieldstone.rules import check
from tests.api.conftest import Person
from tests.api.shop import DOCUMENTS

WON = 'sum(deals.amount, stage == "won")'
Field = Mapping[str, Any]
NO_MORE: Field = MappingProxyType({})


def changed(**fields: list[Field]) -> list[Document]:
    """The documents of the shop, entities with further fields."""
    return [
        one.with_data({**one.data, "fields": [*one.data["fields"], *fields[one.name]]})
        if one.kind == "entity" and one.name in fields
        else one
        for one in DOCUMENTS
    ]


def with_computed(won: Field = NO_MORE, size: Field = NO_MORE) -> list[Document]:
    """A shop whose customers sum up their deals, and whose deals tell their customer's size."""
    return changed(
        customer=[{"name": "won", "type": "rollup", "formula": WON, **won}],
        deal=[{"name": "buyer_size", "type": "lookup", "formula": "customer.size", **size}],
    )


def put_in_force(workspace: Workspace, documents: list[Document]) -> Plan:
    """Publish documents."""
    plan = publish.preview(workspace, SYSTEM, documents)
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    return plan


@pytest.fixture
def filled(admin: Person) -> Person:
    """Return the administrator of a shop with two customers and three deals."""
    for name, size in (("Acme", "small"), ("Bolt", "large")):
        admin.make("customer", name=name, size=size)
    for name, customer, amount, stage in (
        ("One", "1", "10.50", "won"),
        ("Two", "1", "5.00", "won"),
        ("Three", "2", "7.00", "open"),
    ):
        admin.make("deal", name=name, customer=customer, amount=amount, stage=stage)
    return admin


@pytest.mark.parametrize("stored", [False, True])
def test_values_are_read_filtered_and_sorted(
    filled: Person, workspace: Workspace, stored: bool
) -> None:
    how = {"stored": stored}
    put_in_force(workspace, with_computed(won=how, size=how))
    found = filled.get("/records/customer", fields="name,won", sort="name").get_json()["data"]
    assert [one["won"] for one in found] == ["15.50", "0.00"]
    kept = filled.get("/records/deal", filter='buyer_size == "small"', sort="-amount")
    assert [(one["name"], one["buyer_size"]) for one in kept.get_json()["data"]] == [
        ("One", "small"),
        ("Two", "small"),
    ]
    best = filled.get("/records/customer", sort="-won", filter="won > 1").get_json()["data"]
    assert [one["name"] for one in best] == ["Acme"]


def test_a_stored_one_follows_what_it_reads(filled: Person, workspace: Workspace) -> None:
    put_in_force(workspace, with_computed(won={"stored": True}, size={"stored": True}))
    deal = filled.get("/records/deal/1").get_json()
    filled.write("PATCH", "/records/deal/1", deal["version"], {"amount": "1.00"})
    customer = filled.get("/records/customer/1").get_json()
    assert customer["won"] == "6.00"
    filled.write("PATCH", "/records/customer/1", customer["version"], {"size": "large"})
    assert filled.get("/records/deal/1").get_json()["buyer_size"] == "large"


def test_nobody_writes_one(filled: Person, workspace: Workspace) -> None:
    put_in_force(workspace, with_computed())
    refused = filled.post("/records/customer", {"name": "Corn", "won": "5"})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["path"] == "/won"


def test_a_rename_is_followed(filled: Person, workspace: Workspace) -> None:
    put_in_force(workspace, with_computed())
    renamed = [
        one.with_data(
            {
                **one.data,
                "fields": [
                    {**each, "id": "size", "name": "extent"} if each["name"] == "size" else each
                    for each in one.data["fields"]
                ],
            }
        )
        if one.key == "entity/customer"
        else one
        for one in with_computed(size={"formula": "customer.extent"})
    ]
    put_in_force(workspace, renamed)
    assert filled.get("/records/deal/1").get_json()["buyer_size"] == "small"


def test_an_option_is_told_by_its_present_name_and_a_record_by_its_id(
    filled: Person, workspace: Workspace
) -> None:
    seller = {"name": "seller", "type": "lookup", "formula": "customer.owner"}
    size = {"name": "buyer_size", "type": "lookup", "formula": "customer.size"}
    documents = changed(deal=[seller, size])
    renamed = copy.deepcopy([dict(one.data) for one in documents])
    for one in renamed:
        if (one["kind"], one["name"]) == ("entity", "customer"):
            option = next(each for each in one["fields"] if each["name"] == "size")["options"][0]
            option.update(id="small", name="tiny")
    put_in_force(workspace, documents)
    customer = filled.get("/records/customer/1").get_json()
    owner = {"owner": str(filled.member_id)}
    filled.write("PATCH", "/records/customer/1", customer["version"], owner)
    put_in_force(workspace, [document_of(one) for one in renamed])
    wanted = (str(filled.member_id), "tiny")
    record = filled.get("/records/deal/1").get_json()
    assert (record["seller"], record["buyer_size"]) == wanted
    (line,) = filled.get(
        "/records/deal", fields="seller,buyer_size", filter='name == "One"'
    ).get_json()["data"]
    assert (line["seller"], line["buyer_size"]) == wanted
    groups = filled.get("/records/deal/aggregate", group="buyer_size", measure="n: count()")
    assert [one["buyer_size"] for one in groups.get_json()["data"]] == ["tiny", "large"]
    properties = filled.get("/openapi.json").get_json()["components"]["schemas"]["deal"][
        "properties"
    ]
    assert properties["seller"]["pattern"].startswith("^[1-9]")


@pytest.mark.parametrize(
    ("won", "size", "sentence"),
    [
        (
            {"formula": "credit * 2"},
            {},
            "A field of the type “Summary of related records” takes one aggregate over related "
            'records, such as sum(deals.amount, stage == "won"); choose the type “Formula” for '
            "this expression.",
        ),
        (
            {},
            {"formula": "amount"},
            "A field of the type “Value of a linked record” takes the path to a field of a linked "
            "record, such as customer.industry; choose the type “Formula” for this expression.",
        ),
        (
            {},
            {"formula": "count(customer.deals)"},
            "A field of the type “Value of a linked record” takes the path to a field of a linked "
            "record, such as customer.industry; choose the type “Summary of related records” for "
            "this expression.",
        ),
    ],
)
def test_another_shape_is_refused_with_the_type_that_takes_it(
    won: Field, size: Field, sentence: str
) -> None:
    found = check(with_computed(won, size)).problems
    assert [one.text("en") for one in found] == [sentence]


def test_they_become_formulas_and_come_back(filled: Person, workspace: Workspace) -> None:
    put_in_force(workspace, with_computed(won={"stored": True}))
    for kind in ("formula", "rollup"):
        plan = put_in_force(workspace, with_computed(won={"stored": True, "type": kind}))
        assert not plan.losses
        assert not [one for one in plan.steps if one.kind == "add_column"]
        assert filled.get("/records/customer/1").get_json()["won"] == "15.50"


def test_openapi_says_what_they_are(admin: Person, workspace: Workspace) -> None:
    put_in_force(workspace, with_computed(won={"formula": "count(deals)"}))
    schemas = admin.get("/openapi.json").get_json()["components"]["schemas"]
    assert schemas["customer"]["properties"]["won"]["type"] == ["integer", "null"]
    assert schemas["customer"]["properties"]["double"]["type"] == ["string", "null"]
    assert schemas["deal"]["properties"]["buyer_size"]["enum"] == ["small", "large", None]
