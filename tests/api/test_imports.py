"""Imports through the API: a file and its options, a dry run, progress, bad rows, undo."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from fieldstone.engine import imports
from fieldstone.engine.installation import Installation
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from tests.api.conftest import Person

ROWS = "name,code,staff\nAcme,A1,3\nBolt,B1,4\nBad,C1,many\n"


def send(person: Person, text: str, status: int = 202, **options: Any) -> dict[str, Any]:
    """Send a file of customers with options."""
    form: dict[str, Any] = {"file": (BytesIO(text.encode()), "customers.csv")}
    if options:
        form["options"] = json.dumps(options)
    answer = person.web.post(
        f"/api/v1/{person.slug}/imports/customer",
        data=form,
        headers={"Authorization": f"Bearer {person.token}"},
    )
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.get_json()
    if status == 202:
        assert answer.headers["Location"] == f"/api/v1/{person.slug}/imports/{found['id']}"
    return found


def work(installation: Installation) -> None:
    """Do what is due, as a worker does."""
    for one in tick(installation):
        do(installation, *one)


def seen(person: Person, number: str) -> dict[str, Any]:
    answer = person.get(f"/imports/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def names(person: Person) -> list[str]:
    rows = person.get("/records/customer", sort="name").get_json()["data"]
    return [one["name"] for one in rows]


def test_a_file_is_imported_by_the_worker_and_taken_back(
    admin: Person, installation: Installation
) -> None:
    begun = send(admin, ROWS)
    assert (begun["state"], begun["waits"], begun["file"]) == ("running", True, "customers.csv")
    assert begun["options"]["mapping"] == {
        "columns": {"name": "name", "code": "code", "staff": "staff"}
    }
    work(installation)
    done = seen(admin, begun["id"])
    assert done["state"] == "done"
    assert done["progress"] == {"done": 3, "total": 3}
    assert done["counts"] == {
        "rows": 3, "created": 2, "updated": 0, "skipped": 0, "failed": 1, "warnings": 0
    }  # fmt: skip
    assert names(admin) == ["Acme", "Bolt"]
    bad = admin.get(f"/imports/{begun['id']}/errors")
    assert bad.content_type == "text/csv; charset=utf-8"
    lines = bad.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "line,reason,name,code,staff"
    assert [one[:2] + one[-12:] for one in lines[1:]] == ["4,,Bad,C1,many"]
    undone = admin.post(f"/imports/{begun['id']}/undo")
    assert undone.status_code == 200 and undone.get_json()["state"] == "undoing"
    work(installation)
    assert seen(admin, begun["id"])["undone"] == {"removed": 2, "restored": 0, "left": 0}
    assert names(admin) == []


def test_a_dry_run_tells_and_writes_nothing_until_it_is_started(
    admin: Person, installation: Installation
) -> None:
    mapping = {"columns": {"name": "name", "code": "code"}, "key": "code"}
    begun = send(admin, ROWS, mapping=mapping, dry_run=True)
    assert begun["state"] == "checking"
    work(installation)
    told = seen(admin, begun["id"])
    assert told["state"] == "draft"
    assert told["checked"]["counts"]["created"] == 3
    assert names(admin) == []
    for _ in range(2):
        assert admin.post(f"/imports/{begun['id']}/start").status_code == 200
    work(installation)
    assert names(admin) == ["Acme", "Bad", "Bolt"]


def test_an_import_is_cancelled_before_it_begins(admin: Person, installation: Installation) -> None:
    begun = send(admin, ROWS)
    assert admin.post(f"/imports/{begun['id']}/cancel").get_json()["state"] == "stopping"
    work(installation)
    assert seen(admin, begun["id"])["state"] == "stopped"
    assert names(admin) == []


def test_imports_are_listed_page_by_page(admin: Person, seller: Person) -> None:
    numbers = [send(admin, ROWS)["id"] for _ in range(3)]
    first = admin.get("/imports/customer", limit=2).get_json()
    assert [one["id"] for one in first["data"]] == numbers[:0:-1]
    last = admin.get("/imports", limit=2, cursor=first["next"]).get_json()
    assert [one["id"] for one in last["data"]] == numbers[:1] and last["next"] is None
    assert seller.get("/imports").get_json()["data"] == []
    assert seller.get(f"/imports/{numbers[0]}").status_code == 404
    assert "/imports/customer" not in seller.get("/openapi.json").get_json()["paths"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_is_kept_of_what_is_refused(admin: Person, installation: Installation) -> None:
    for text, options in (
        ("zzz\n1\n", {}),
        (ROWS, {"mapping": {"columns": {"name": "zzzzzz"}}}),
        ("", {}),
    ):
        send(admin, text, status=422, **options)
    keep = imports.folder_of_home(installation.settings)
    assert [one for place in keep.iterdir() for one in place.iterdir()] == []
    assert admin.get("/imports").get_json()["data"] == []
