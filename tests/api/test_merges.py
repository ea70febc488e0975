"""Two records become one, and two again, over the API."""

from __future__ import annotations

import pytest

from tests.api.conftest import Person


@pytest.fixture(name="pair")
def _pair(admin: Person) -> tuple[str, str]:
    """Return the ids of two customers, the first of which has a deal."""
    gone = admin.make("customer", name="Acme Ltd", code="A1", labels=["key"])["id"]
    kept = admin.make("customer", name="Acme", staff=3)["id"]
    admin.make("deal", name="D", customer=gone)
    return gone, kept


def test_a_merge_answers_with_itself_and_the_surviving_record(
    admin: Person, pair: tuple[str, str]
) -> None:
    gone, kept = pair
    answer = admin.write(
        "POST", f"/records/customer/{gone}/merge", 1,
        {"into": kept, "version": 1, "take": {"name": "this"}},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert (told["from"], told["into"], told["state"]) == (gone, kept, "done")
    assert told["counts"] == {"set": 3, "moved": 1, "back": 0, "left": 0}
    assert told["record"]["name"] == "Acme Ltd" and told["record"]["staff"] == 3
    assert told["record"]["code"] == "A1" and told["record"]["labels"] == ["key"]
    assert answer.headers["ETag"] == '"2"' and told["record"]["version"] == 2
    deals = admin.get("/records/deal", fields="name,customer").get_json()["data"]
    assert [(one["name"], one["customer"]) for one in deals] == [("D", kept)]
    assert admin.get(f"/merges/{told['id']}").get_json()["into"] == kept


def test_its_address_leads_to_the_surviving_record(admin: Person, pair: tuple[str, str]) -> None:
    gone, kept = pair
    path = f"/records/customer/{gone}"
    told = admin.write("POST", f"{path}/merge", 1, {"into": kept, "version": 1}).get_json()
    answer = admin.get(path)
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"/api/v1/shop/records/customer/{kept}"
    assert admin.write("PATCH", path, 2, {"staff": 9}).status_code == 404
    assert admin.post(f"/merges/{told['id']}/undo").status_code == 200
    assert admin.get(path).get_json()["name"] == "Acme Ltd"


def test_an_undo_names_what_was_edited_since(admin: Person, pair: tuple[str, str]) -> None:
    gone, kept = pair
    told = admin.write(
        "POST", f"/records/customer/{gone}/merge", 1, {"into": kept, "version": 1}
    ).get_json()
    admin.write("PATCH", f"/records/customer/{kept}", 2, {"code": "B2"})
    answer = admin.post(f"/merges/{told['id']}/undo")
    assert answer.status_code == 200, answer.text
    undone = answer.get_json()
    assert (undone["state"], undone["counts"]["left"]) == ("undone", 1)
    assert undone["left"] == [
        {"entity": "customer", "id": kept, "title": "Acme", "fields": ["code"]}
    ]
    events = admin.get(f"/records/customer/{gone}/history").get_json()["data"]
    assert [(one["kind"], one["merged_into"]) for one in events] == [
        ("unmerged", kept),
        ("merged", kept),
        ("created", None),
    ]
    assert admin.post(f"/merges/{told['id']}/undo").status_code == 409


def test_both_versions_are_needed(admin: Person, pair: tuple[str, str]) -> None:
    gone, kept = pair
    path = f"/records/customer/{gone}/merge"
    assert admin.post(path, {"into": kept, "version": 1}).status_code == 428
    missing = admin.write("POST", path, 1, {"into": kept})
    assert missing.status_code == 428
    assert missing.get_json()["errors"][0]["path"] == "/version"
    admin.write("PATCH", f"/records/customer/{kept}", 1, {"staff": 4})
    stale = admin.write("POST", path, 1, {"into": kept, "version": 1})
    assert stale.status_code == 412
    told = stale.get_json()
    assert (told["sent_version"], told["current_version"]) == (1, 2)
    assert told["current"]["id"] == kept and "ETag" not in stale.headers
    old = admin.write("POST", path, 7, {"into": kept, "version": 2})
    assert old.status_code == 412 and old.get_json()["current"]["id"] == gone


def test_who_may_not_delete_may_not_merge(
    admin: Person, seller: Person, pair: tuple[str, str]
) -> None:
    gone, kept = pair
    path = f"/records/customer/{gone}/merge"
    assert seller.write("POST", path, 1, {"into": kept, "version": 1}).status_code in (403, 404)
    told = admin.write("POST", path, 1, {"into": kept, "version": 1}).get_json()
    assert seller.get(f"/merges/{told['id']}").status_code == 404
    assert seller.post(f"/merges/{told['id']}/undo").status_code == 404
