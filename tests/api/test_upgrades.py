"""Upgrades through the API: what there is, what would be done, what was chosen, and undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import members, packages
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata import document_of
from fieldstone.metadata.documents import write_folder
from tests.api.conftest import Person, person
from tests.api.shop import DOCUMENTS

PLACE = "entity/customer#/fields/name/max_length"


def released(
    installation: Installation, folder: Path, version: str, field: Mapping[str, Any]
) -> None:
    """Install a version of the shop whose customers have another name field, and one field more."""
    changed = []
    for one in DOCUMENTS:
        data = json.loads(json.dumps(one.data, default=str))
        if one.kind == "app":
            data["version"] = version
        if (one.kind, one.name) == ("entity", "customer"):
            next(each for each in data["fields"] if each["name"] == "name").update(field)
            data["fields"].append({"name": "shelf", "type": "text"})
        changed.append(document_of(data))
    write_folder(folder, changed)
    installation.templates.install(packages.read(folder))


@pytest.fixture
def newer(installation: Installation, workspace: Workspace, tmp_path: Path) -> Workspace:
    """Return the workspace, with version 9.1.0 of its template installed."""
    released(installation, tmp_path / "newer", "9.1.0", {"max_length": 90})
    return workspace


def lengthened(admin: Person, length: int) -> None:
    """Change the customer's name field, and publish it."""
    documents = admin.get("/metadata").get_json()["documents"]
    entity = next(one for one in documents if (one["kind"], one["name"]) == ("entity", "customer"))
    next(one for one in entity["fields"] if one["name"] == "name")["max_length"] = length
    assert admin.call("PUT", "/metadata/draft/entity/customer", entity).status_code == 200
    assert admin.post("/draft/publish", {}).status_code == 200


def test_the_template_tells_its_versions_and_what_was_changed(
    admin: Person, newer: Workspace
) -> None:
    lengthened(admin, 80)
    found = admin.get("/template").get_json()
    assert found["versions"][0] == "9.1.0"
    assert [(one["place"], one["now"]) for one in found["changed"]] == [(PLACE, "80")]
    edits = admin.post("/template/reset", {"places": [PLACE]}).get_json()["edits"]
    assert edits == ["entity/customer"]
    assert admin.post("/draft/publish", {}).status_code == 200
    assert admin.get("/template").get_json()["changed"] == []


def test_an_upgrade_is_planned_decided_and_done(admin: Person, newer: Workspace) -> None:
    lengthened(admin, 80)
    planned = admin.post("/template/plan", {}).get_json()
    places = {one["place"]: one for one in planned["places"]}
    assert (planned["after"], places[PLACE]["open"]) == ("9.1.0", True)
    assert (places[PLACE]["ours"], places[PLACE]["theirs"]) == ("80", "90")
    assert places["entity/customer#/fields/shelf"]["fate"] == "theirs"
    refused = admin.post("/template/upgrade", {})
    assert refused.status_code == 409
    assert PLACE in refused.text
    done = admin.post("/template/upgrade", {"choices": {PLACE: "ours"}})
    assert done.status_code == 200, done.text
    assert admin.get("/template").get_json()["version"] == "9.1.0"
    names = [one["name"] for one in admin.get("/metadata/entity/customer").get_json()["fields"]]
    assert "shelf" in names


@pytest.mark.parametrize(
    "body", [{"choices": {PLACE: "mine"}}, {"to": 7}, {"places": []}, {"choices": []}]
)
def test_an_upgrade_that_makes_no_sense_is_refused(
    admin: Person, newer: Workspace, body: Any
) -> None:
    assert admin.post("/template/plan", body).status_code == 400


def test_a_version_that_is_not_there_is_not_found(admin: Person, newer: Workspace) -> None:
    assert admin.post("/template/plan", {"to": "7.7.7"}).status_code == 404


def test_who_may_not_change_metadata_may_not_upgrade(seller: Person, newer: Workspace) -> None:
    assert seller.get("/template").status_code == 403
    assert seller.post("/template/upgrade", {}).status_code == 403


def test_what_two_people_changed_is_settled(admin: Person, workspace: Workspace) -> None:
    members.add(workspace, SYSTEM, NewMember(name="Bo", email="bo@example.com", roles=("admin",)))
    other = person(admin.web, workspace, "bo@example.com")
    documents = admin.get("/metadata").get_json()["documents"]
    entity = next(one for one in documents if (one["kind"], one["name"]) == ("entity", "customer"))
    for who, label in ((admin, "Client"), (other, "Account")):
        who.call("PUT", "/metadata/draft/entity/customer", {**entity, "label": {"en": label}})
    assert other.post("/draft/publish", {}).status_code == 200
    (edit,) = admin.get("/metadata/draft").get_json()["edits"]
    assert (edit["conflict"], edit["places"]) == (True, ["entity/customer#/label/en"])
    assert admin.post("/draft/publish", {}).status_code == 409
    settled = admin.post("/draft/settle", {"place": edit["places"][0], "side": "ours"})
    assert [one["conflict"] for one in settled.get_json()["edits"]] == [False]
    assert admin.post("/draft/publish", {}).status_code == 200
    assert admin.get("/metadata/entity/customer").get_json()["label"]["en"] == "Client"
