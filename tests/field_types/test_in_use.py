"""A field type of a package at every door: written, refused, asked for, imported, converted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fieldstone.api import application
from fieldstone.engine import members, publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document
from tests.api.conftest import Person, person
from tests.api.shop import DOCUMENTS
from tests.servers.database import Database

Field = Mapping[str, Any]
MARK: Field = {"name": "mark", "type": "stars", "label": {"en": "Mark", "zh-CN": "评价"}}


def with_fields(*fields: Field, without: str = "") -> list[Document]:
    """The documents of the shop, its customers with further fields."""
    return [
        one.with_data(
            {
                **one.data,
                "fields": [
                    *(each for each in one.data["fields"] if each["name"] != without),
                    *fields,
                ],
            }
        )
        if one.key == "entity/customer"
        else one
        for one in DOCUMENTS
    ]


def imported(who: Person, installation: Installation, rows: str) -> str:
    """Import customers from a file, and return the rows that were refused."""
    sent = who.web.post(
        f"/api/v1/{who.slug}/imports/customer",
        data={"file": (BytesIO(rows.encode()), "c.csv")},
        headers={"Authorization": f"Bearer {who.token}"},
    )
    assert sent.status_code == 202, sent.text
    for one in tick(installation):
        do(installation, *one)
    return str(who.get(f"/imports/{sent.get_json()['id']}/errors").text)


@pytest.fixture
def installation(stars: None, home: Path, database: Database) -> Iterator[Installation]:
    """Return an installation beside which the package is installed."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings) as opened:
        yield opened


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    """Return a shop whose customers have stars."""
    admin = NewMember(name="Ada", email="ada@example.com", locale="en")
    return installation.create_workspace("shop", "Shop", with_fields(MARK), admin=admin)


@pytest.fixture
def web(installation: Installation) -> FlaskClient:
    """Return a client without a token."""
    return application(installation).test_client()


@pytest.fixture
def ada(web: FlaskClient, workspace: Workspace) -> Person:
    """Return the administrator's client."""
    return person(web, workspace, "ada@example.com")


def test_a_value_is_read_as_the_type_reads_it(ada: Person) -> None:
    made = ada.make("customer", name="Acme", mark="****")
    assert made["mark"] == 4
    changed = ada.write("PATCH", f"/records/customer/{made['id']}", 1, {"mark": 5})
    assert changed.get_json()["mark"] == 5
    history = ada.get(f"/records/customer/{made['id']}/history").get_json()
    assert '"mark"' in json.dumps(history)


def test_a_wrong_value_is_refused_in_the_words_of_the_package(
    ada: Person, web: FlaskClient, workspace: Workspace
) -> None:
    new = NewMember(name="Li", email="li@example.com", roles=("admin",), locale="zh-CN")
    members.add(workspace, SYSTEM, new)
    li = person(web, workspace, "li@example.com")
    for reader, sentence in ((ada, "Give one to five stars."), (li, "请给一到五颗星。")):
        refused = reader.post("/records/customer", {"name": "Acme", "mark": 6})
        assert refused.status_code == 422
        wrong = refused.get_json()["errors"][0]
        assert (wrong["path"], wrong["message"]) == ("/mark", sentence)


def test_lists_and_figures_treat_it_as_what_it_is_like(ada: Person) -> None:
    for name, mark in (("Acme", 2), ("Bolt", 5), ("Corn", 4), ("Dove", None)):
        ada.make("customer", name=name, mark=mark)
    found = ada.get("/records/customer", filter="mark >= 4", sort="-mark", fields="name,mark")
    assert [one["name"] for one in found.get_json()["data"]] == ["Bolt", "Corn"]
    figures = ada.get("/records/customer/aggregate", measure="best: max(mark)").get_json()
    assert figures["data"] == [{"best": 5}]


def test_openapi_tells_what_it_takes(ada: Person) -> None:
    told = json.dumps(ada.get("/openapi.json").get_json())
    assert '"minimum": 1, "maximum": 5' in told or '"maximum": 5, "minimum": 1' in told


def test_an_import_reads_it(ada: Person, installation: Installation) -> None:
    errors = imported(ada, installation, "name,mark\nAcme,3\nBolt,*****\nCorn,9\n")
    assert "Corn" in errors and "Give one to five stars." in errors
    found = ada.get("/records/customer", fields="name,mark", sort="name").get_json()["data"]
    assert [one["mark"] for one in found] == [3, 5]


def test_numbers_become_stars_where_they_can_and_come_back(
    ada: Person, workspace: Workspace
) -> None:
    for name, staff in (("Acme", 3), ("Bolt", 900)):
        ada.make("customer", name=name, staff=staff)
    narrow: Field = {"name": "staff", "type": "stars", "label": {"en": "Staff"}}
    plan = publish.preview(workspace, SYSTEM, with_fields(MARK, narrow, without="staff"))
    told = plan.text()
    assert "900" in told and "Stars" in told
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    found = ada.get("/records/customer", fields="name,staff", sort="name").get_json()["data"]
    assert [one["staff"] for one in found] == [3, None]
    back = publish.preview(workspace, SYSTEM, with_fields(MARK))
    assert not back.losses
    publish.publish(workspace, SYSTEM, back)
    found = ada.get("/records/customer", fields="name,staff", sort="name").get_json()["data"]
    assert [one["staff"] for one in found] == [3, 900]
