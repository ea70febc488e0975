"""Records through the API: each status, and the way of an ETag."""

from decimal import Decimal

import pytest

from tests.api.conftest import Person


def test_a_record_lives_and_dies(admin: Person) -> None:
    made = admin.post("/records/customer", {"name": "一号", "credit": "12.5", "labels": ["key"]})
    assert made.status_code == 201
    record = made.get_json()
    assert made.headers["ETag"] == '"1"'
    assert made.headers["Location"] == f"/api/v1/shop/records/customer/{record['id']}"
    assert (record["name"], record["credit"]) == ("一号", "12.50")
    assert Decimal(record["double"]) == 25
    assert record["labels"] == ["key"] and isinstance(record["id"], str)
    assert record["created_at"].endswith("Z")

    path = f"/records/customer/{record['id']}"
    assert admin.get(path).get_json() == record
    changed = admin.write("PATCH", path, 1, {"name": "二号"})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    gone = admin.write("DELETE", path, 2)
    assert (gone.status_code, gone.data) == (204, b"")
    assert admin.get(path).status_code == 404
    back = admin.write("POST", f"{path}/restore", 3)
    assert (back.status_code, back.get_json()["name"]) == (200, "二号")


def test_who_holds_a_record_already_gets_no_body(admin: Person) -> None:
    record = admin.make("customer", name="One")
    path = f"/records/customer/{record['id']}"
    answer = admin.call("GET", path, headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.data) == (304, b"")
    assert admin.call("GET", path, headers={"If-None-Match": '"7"'}).status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_write_says_which_version_it_was_made_from(admin: Person, method: str) -> None:
    path = f"/records/customer/{admin.make('customer', name='One')['id']}"
    body = {"name": "Two"} if method == "PATCH" else None
    assert admin.call(method, path, body).status_code == 428
    for strange in ("*", '"a"', '"1", "2"', '""', '"99999999999999999999"'):
        answer = admin.call(method, path, body, {"If-Match": strange})
        assert answer.status_code == 400, strange


def test_the_second_writer_gets_both_versions(admin: Person) -> None:
    path = f"/records/customer/{admin.make('customer', name='One')['id']}"
    assert admin.write("PATCH", path, 1, {"name": "Two"}).status_code == 200
    late = admin.write("PATCH", path, 1, {"name": "Three"})
    assert (late.status_code, late.headers["ETag"]) == (412, '"2"')
    body = late.get_json()
    assert body["current"]["name"] == "Two" and body["current"]["version"] == 2
    assert (body["sent_version"], body["current_version"]) == (1, 2)
    assert body["sent"] == {"name": "Three"}
    assert admin.get(path).get_json()["name"] == "Two"


def test_a_weak_etag_of_a_proxy_is_the_same_version(admin: Person) -> None:
    path = f"/records/customer/{admin.make('customer', name='One')['id']}"
    answer = admin.call("PATCH", path, {"name": "Two"}, {"If-Match": 'W/"1"'})
    assert answer.status_code == 200


def test_values_that_break_a_rule_are_all_named(admin: Person) -> None:
    answer = admin.post(
        "/records/customer", {"staff": -1, "size": "huge", "credit": "1e5x", "nothing": 1}
    )
    assert answer.status_code == 422
    paths = {one["path"] for one in answer.get_json()["errors"]}
    assert {"/staff", "/size", "/credit", "/nothing"} <= paths


def test_a_duplicate_is_a_conflict(admin: Person) -> None:
    admin.make("customer", name="One", code="A1")
    answer = admin.post("/records/customer", {"name": "Two", "code": "A1"})
    assert answer.status_code == 409
    assert answer.get_json()["errors"][0]["path"] == "/code"


def test_stages_are_guarded(admin: Person) -> None:
    deal = admin.make("deal", name="Sale")
    path = f"/records/deal/{deal['id']}"
    assert deal["stage"] == "open"
    refused = admin.write("POST", f"{path}/stage", 1, {"to": "won"})
    assert refused.status_code == 409
    assert admin.write("PATCH", path, 1, {"amount": "10"}).status_code == 200
    moved = admin.write("POST", f"{path}/stage", 2, {"to": "won"})
    assert (moved.status_code, moved.get_json()["stage"]) == (200, "won")
    assert admin.call("POST", f"{path}/stage", {"to": "lost"}).status_code == 428


def test_the_history_tells_who_changed_what(admin: Person) -> None:
    path = f"/records/customer/{admin.make('customer', name='One')['id']}"
    admin.write("PATCH", path, 1, {"name": "Two"})
    page = admin.get(f"{path}/history").get_json()
    text = str(page["data"])
    assert "One" in text and "Two" in text


@pytest.mark.parametrize("wrong", ["0", "-1", "abc", "9" * 30, "1.0", "٣", "%00"])
def test_what_is_no_id_is_not_there(admin: Person, wrong: str) -> None:
    assert admin.get(f"/records/customer/{wrong}").status_code == 404


def test_unknown_entities_are_not_there(admin: Person) -> None:
    assert admin.get("/records/custmer").status_code == 404
    assert admin.get("/records/custmer/1").status_code == 404
    assert admin.post("/records/custmer", {}).status_code == 404
