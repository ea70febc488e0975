"""Requests take as many statements for many records as for few, and for many fields as for few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.metadata.documents import document_of
from tests.api.conftest import Person, person
from tests.api.shop import ADMIN, APP, RULE, both_ways
from tests.servers.statements import counting

FEW, MANY = 3, 300
WARMING = 4
"""How often a connection is used before its beginnings are statements of the server's own."""


def company(installation: Installation, web: FlaskClient, rows: int) -> Person:
    """The administrator of a shop with so many customers; the first has as many deals."""
    admin = NewMember(name="Ada", email="ada@example.com")
    documents = [*both_ways(), document_of(RULE)]
    workspace = installation.create_workspace(f"shop{rows}", "Shop", documents, admin=admin)
    ada = person(web, workspace, "ada@example.com")
    made = batch(ada, "customer", create=[customer(number) for number in range(rows)])
    ids = [one["id"] for one in made]
    deals = [
        {"name": f"Deal {number}", "customer": ids[pick], "amount": str(number)}
        for number in range(rows)
        for pick in {0, number}
    ]
    batch(ada, "deal", create=deals)
    for number in range(WARMING):
        batch(ada, "deal", create=[{"name": f"Later {number}"}])
    return ada


def customer(number: int) -> dict[str, Any]:
    return {
        "name": f"Hua trade {number}",
        "code": f"C{number}",
        "credit": str(number),
        "staff": number,
        "size": "large" if number % 2 else "small",
        "labels": ["key"],
    }


def batch(one: Person, entity: str, **rows: Any) -> list[dict[str, Any]]:
    answer = one.post(f"/records/{entity}/batch", {**rows, "atomic": True})
    assert answer.status_code == 200, answer.text
    (results,) = answer.get_json()["results"].values()
    made: list[dict[str, Any]] = results
    return made


def page(**parameters: Any) -> Callable[[Person, int], None]:
    def ask(one: Person, _: int) -> None:
        answer = one.get("/records/customer", **{"limit": 500, **parameters})
        assert answer.status_code == 200 and answer.get_json()["data"], answer.text

    return ask


def deeper(one: Person, rows: int) -> None:
    first = one.get("/records/customer", limit=rows - 1, sort="-credit").get_json()
    answer = one.get("/records/customer", limit=500, sort="-credit", cursor=first["next"])
    assert len(answer.get_json()["data"]) == 1


def whole(path: str, **parameters: Any) -> Callable[[Person, int], None]:
    def ask(one: Person, _: int) -> None:
        answer = one.get(path, **parameters)
        assert answer.status_code == 200, answer.text

    return ask


def changed(one: Person, rows: int) -> None:
    found = one.get("/records/customer", limit=500, fields="name").get_json()["data"]
    lines = [
        {"id": each["id"], "version": each["version"], "staff": each_number + 1_000}
        for each_number, each in enumerate(found)
    ]
    assert len(batch(one, "customer", update=lines)) == rows


def deleted(one: Person, rows: int) -> None:
    found = one.get("/records/deal", limit=500, fields="name").get_json()["data"]
    lines = [{"id": each["id"], "version": each["version"]} for each in found]
    assert len(batch(one, "deal", delete=lines[:rows])) == rows


REQUESTS: dict[str, Callable[[Person, int], None]] = {
    "a page": page(),
    "some fields": page(fields="name,owner.name"),
    "a page with its count": page(count="exact"),
    "filter and sort": page(filter='size == "small"', sort="-credit,name"),
    "a formula": page(filter="double >= 0", sort="double"),
    "tags": page(filter='has_tag("mark", "key")'),
    "search": page(q="trade"),
    "a deep page": deeper,
    "a record": whole("/records/customer/1"),
    "its history": whole("/records/customer/1/history"),
    "groups": whole("/records/customer/aggregate", group="size", measure="all: sum(credit)"),
    "groups over a reference": whole(
        "/records/deal/aggregate", group="customer.size", measure="all: sum(amount)"
    ),
    "who an alert is about": lambda one, _: _done(one.post("/rules/big_credit/preview")),
    "a batch of changes": changed,
    "a batch of deletions": deleted,
}


def _done(answer: Any) -> None:
    assert answer.status_code == 200, answer.text


def test_requests_take_as_many_statements_for_many_records_as_for_few(
    installation: Installation, web: FlaskClient
) -> None:
    few, many = company(installation, web, FEW), company(installation, web, MANY)
    counts: dict[str, tuple[int, int]] = {}
    for name, ask in REQUESTS.items():
        told = []
        for one, rows in ((few, FEW), (many, MANY)):
            for _ in range(WARMING):
                if not name.startswith("a batch"):
                    ask(one, rows)
            with counting() as found:
                ask(one, rows)
            told.append(len(found))
        counts[name] = (told[0], told[1])
    assert {name: both for name, both in counts.items() if both[0] != both[1]} == {}
    assert all(both[0] for both in counts.values()), "everything asked the database"


@pytest.mark.parametrize("made", ["text", "choice", "formula"])
def test_requests_take_as_many_statements_for_many_fields_as_for_few(
    installation: Installation, web: FlaskClient, made: str
) -> None:
    counts = []
    for fields in (10, 300):
        admin = NewMember(name="Ada", email="ada@example.com")
        documents = [document_of(one) for one in (APP, wide(fields, made), ADMIN)]
        workspace = installation.create_workspace(f"wide{fields}", "W", documents, admin=admin)
        ada = person(web, workspace, "ada@example.com")
        record = ada.make("wide", name="One")["id"]
        for _ in range(2):
            with counting() as found:
                _done(ada.get("/records/wide"))
                _done(ada.get(f"/records/wide/{record}"))
        counts.append(len(found))
    assert counts[0] == counts[1] > 0


def wide(fields: int, made: str) -> dict[str, Any]:
    """An entity of so many fields of a type."""
    types: dict[str, dict[str, Any]] = {
        "text": {"type": "text"},
        "choice": {"type": "choice", "options": [{"name": "one"}, {"name": "two"}]},
        "formula": {"type": "formula", "formula": "len(name) + 1"},
    }
    named = [{"name": f"field_{number}", **types[made]} for number in range(fields - 1)]
    return {
        "kind": "entity",
        "name": "wide",
        "title": "name",
        "fields": [{"name": "name", "type": "text"}, *named],
    }
