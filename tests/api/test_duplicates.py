"""Records that may be one and the same, over the API."""

from __future__ import annotations

from tests.api.conftest import Person
from tests.api.shop import CUSTOMER, DOCUMENTS

KEYS = [
    {"name": "by_name", "compare": [{"field": "name", "how": "name"}]},
    {"name": "by_code", "compare": [{"field": "code"}]},
]


def test_they_are_told_with_their_keys_and_fields(admin: Person) -> None:
    changed = {**CUSTOMER, "duplicates": KEYS}
    documents = [changed if one is CUSTOMER else one for one in (x.data for x in DOCUMENTS)]
    published = admin.post("/metadata/apply", {"documents": documents})
    assert published.status_code == 200, published.text
    one = admin.make("customer", name="Acme Trading Ltd", code="A1")["id"]
    other = admin.make("customer", name="ACME trading")["id"]
    found = {"title": "Acme Trading Ltd", "score": 100, "id": one}
    assert admin.get(f"/records/customer/{other}/duplicates").get_json()["data"] == [
        {**found, "keys": ["by_name"], "fields": ["name"]}
    ]
    path = "/records/customer/duplicates"
    typed = admin.post(path, {"values": {"code": "A1"}})
    assert typed.get_json()["data"] == [{**found, "keys": ["by_code"], "fields": ["code"]}]
    assert admin.post(path, {"values": {"code": "A1"}, "id": one}).get_json()["data"] == []
    unknown = admin.post(path, {"values": {"cod": "A1"}})
    assert unknown.status_code == 422
    assert unknown.get_json()["errors"][0]["path"] == "/values/cod"
    paths = admin.get("/openapi.json").get_json()["paths"]
    assert path in paths and "/records/deal/duplicates" not in paths


def test_an_entity_without_keys_has_none(admin: Person) -> None:
    one = admin.make("customer", name="Acme")["id"]
    admin.make("customer", name="Acme")
    assert admin.get(f"/records/customer/{one}/duplicates").get_json() == {"data": []}
