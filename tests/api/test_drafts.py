"""A draft through the API: put, look at the plan, publish."""

from __future__ import annotations

import pytest

from fieldstone.engine.installation import Installation
from fieldstone.engine.publishing import preparing
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from tests.api.conftest import Person


def test_a_draft_is_put_planned_and_published(admin: Person) -> None:
    before = admin.get("/metadata").get_json()
    entity = next(one for one in before["documents"] if one["kind"] == "entity")
    name = entity["name"]
    changed = {**entity, "fields": [*entity["fields"], {"name": "shoe_size", "type": "integer"}]}
    put = admin.call("PUT", f"/metadata/draft/entity/{name}", changed)
    assert put.status_code == 200, put.text
    assert [one["document"] for one in put.get_json()["edits"]] == [f"entity/{name}"]
    assert admin.get("/metadata").get_json()["revision"] == before["revision"]
    plan = admin.post("/draft/plan", {}).get_json()
    assert len(plan["changes"]) == 1
    draft = admin.get("/metadata/draft").get_json()
    mine = next(one for one in draft["documents"] if one.get("name") == name)
    assert mine["fields"][-1]["name"] == "shoe_size"
    published = admin.post("/draft/publish", {"reason": "shoes"})
    assert published.status_code == 200, published.text
    assert admin.get("/metadata/draft").get_json()["edits"] == []


def test_a_draft_forgets_what_is_discarded(admin: Person) -> None:
    role = {"everything_else": {"read": True}}
    admin.call("PUT", "/metadata/draft/role/reader", role)
    admin.call("PUT", "/metadata/draft/role/guest", role)
    left = admin.post("/draft/discard", {"documents": ["role/guest"]}).get_json()
    assert [one["document"] for one in left["edits"]] == ["role/reader"]
    gone = admin.call("DELETE", "/metadata/draft/role/reader")
    assert gone.get_json()["edits"] == []


def test_what_is_archived_is_purged_at_once_or_with_a_draft(admin: Person) -> None:
    documents = admin.get("/metadata").get_json()["documents"]
    entity = next(one for one in documents if one.get("name") == "customer")
    assert admin.post("/records/customer", {"name": "Stein"}).status_code == 201
    for name in ("fax", "telex"):
        entity["fields"].append({"name": name, "type": "text", "default": "12"})
    assert admin.post("/metadata/apply", {"documents": documents}).status_code == 200
    del entity["fields"][-2:]
    assert admin.post("/metadata/apply", {"documents": documents}).status_code == 200
    fax, telex = ("entity/customer#/fields/fax", "entity/customer#/fields/telex")
    planned = admin.post("/purge/plan", {"things": [fax]})
    assert [one["key"] for one in planned.get_json()["losses"]] == [fax]
    assert admin.post("/purge", {"things": [fax]}).status_code == 422
    done = admin.post("/purge", {"things": [fax], "accept_loss": [fax]})
    assert done.status_code == 200, done.text
    draft = admin.post("/draft/purge", {"things": [telex]})
    assert [one["document"] for one in draft.get_json()["edits"]] == ["entity/customer"]
    published = admin.post("/draft/publish", {"accept_loss": [telex]})
    assert published.status_code == 200, published.text
    after = admin.get("/metadata/entity/customer").get_json()
    assert after["purged"] == ["fax", "telex"]
    for address in ("/purge/plan", "/purge", "/draft/purge"):
        assert admin.post(address, {"things": ["entity/customer#/fields/x"]}).status_code == 422
        assert admin.post(address, {"things": []}).status_code == 400


def test_modules_are_listed_and_switched_with_a_draft(admin: Person) -> None:
    app = next(
        one for one in admin.get("/metadata").get_json()["documents"] if one["kind"] == "app"
    )
    selling = {"name": "selling", "label": {"en": "Selling", "zh-CN": "销售"}}
    modules = [selling, {"name": "counting", "needs": ["selling"]}]
    assert (
        admin.call("PUT", "/metadata/draft/app/x", {**app, "modules": modules}).status_code == 200
    )
    deal = admin.get("/metadata/entity/deal").get_json()
    admin.call("PUT", "/metadata/draft/entity/deal", {**deal, "part_of": ["selling"]})
    assert admin.post("/draft/publish", {}).status_code == 200
    both = ["selling", "counting"]
    listed = admin.get("/modules").get_json()["data"]
    assert [(one["name"], one["on"], one["needs"]) for one in listed] == [
        ("selling", True, []),
        ("counting", True, ["selling"]),
    ]
    refused = admin.post("/draft/modules", {"off": ["selling"]})
    assert refused.status_code == 422
    assert "counting" in refused.get_json()["errors"][0]["message"]
    assert admin.post("/draft/modules", {"off": ["seling"]}).status_code == 422
    draft = admin.post("/draft/modules", {"off": both})
    assert draft.status_code == 200, draft.text
    assert admin.post("/draft/publish", {}).status_code == 200
    assert [one["on"] for one in admin.get("/modules").get_json()["data"]] == [False, False]
    assert admin.get("/records/deal").status_code == 404
    assert "/records/deal" not in str(admin.get("/openapi.json").get_json()["paths"])
    admin.post("/draft/modules", {"on": both})
    assert admin.post("/draft/publish", {}).status_code == 200
    assert admin.get("/records/deal").status_code == 200


def test_only_who_may_change_metadata_sees_and_switches_modules(seller: Person) -> None:
    assert seller.get("/modules").status_code == 403
    assert seller.post("/draft/modules", {"off": []}).status_code == 403


def test_only_who_may_change_metadata_purges(seller: Person) -> None:
    for address in ("/purge/plan", "/purge", "/draft/purge"):
        assert seller.post(address, {"things": ["entity/deal"]}).status_code == 403


def test_a_document_keeps_its_id_under_a_new_name(admin: Person) -> None:
    role = {"everything_else": {"read": True}}
    admin.call("PUT", "/metadata/draft/role/reader", role)
    admin.call("PUT", "/metadata/draft/role/reader", {**role, "name": "looker"})
    draft = admin.get("/metadata/draft").get_json()
    assert [one["document"] for one in draft["edits"]] == ["role/reader"]
    assert "looker" in [one["name"] for one in draft["documents"]]


def test_documents_are_put_as_they_are_got(admin: Person) -> None:
    weights = {
        "kind": "tag_dimension",
        "name": "weight",
        "tags": [{"name": "heavy", "properties": {"factor": 0.125, "kilos": 50}}],
    }
    put = admin.call("PUT", "/metadata/draft/tag_dimension/weight", weights)
    assert put.status_code == 200, put.text
    draft = admin.get("/metadata/draft").get_json()
    mine = next(one for one in draft["documents"] if one.get("name") == "weight")
    assert mine["tags"][0]["properties"] == {"factor": 0.125, "kilos": 50}
    for one in draft["documents"]:
        again = admin.call("PUT", f"/metadata/draft/{one['kind']}/{one['name']}", one)
        assert again.status_code == 200, again.text
    assert again.get_json()["edits"][-1]["document"] == "tag_dimension/weight"
    assert not admin.post("/draft/plan", {}).get_json()["problems"]


def test_a_publish_of_many_records_is_left_to_a_worker_if_one_prefers_so(
    admin: Person, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert admin.get("/draft/publishing").status_code == 404
    admin.make("customer", name="Stein")
    put_field(admin, "fax", default="12")
    assert admin.post("/draft/publish", {}, Prefer="respond-async").status_code == 200
    monkeypatch.setattr(preparing, "MOST_AT_ONCE", 0)
    put_field(admin, "telex", default="12")
    begun = admin.post("/draft/publish", {"reason": "wires"}, Prefer="wait=5, respond-async")
    assert begun.status_code == 202, begun.text
    assert begun.headers["Preference-Applied"] == "respond-async"
    assert begun.headers["Location"] == "/api/v1/shop/draft/publishing"
    assert begun.get_json() == {
        "state": "waits",
        "progress": {"done": 0, "total": 0},
        "revision": None,
        "problems": [],
    }
    stopped = admin.post("/draft/publishing/cancel")
    assert stopped.get_json()["state"] == "stopped"
    assert admin.post("/draft/publish", {}, Prefer="respond-async").status_code == 202
    while any([do(installation, *one) for one in tick(installation)]):
        pass
    done = admin.get("/draft/publishing").get_json()
    assert (done["state"], done["problems"]) == ("done", [])
    assert done["revision"] == admin.get("/metadata").get_json()["revision"]
    put_field(admin, "pager", default="12")
    waited = admin.post("/draft/publish", {})
    assert waited.status_code == 200
    assert waited.get_json()["revision"] == admin.get("/metadata").get_json()["revision"]


def put_field(admin: Person, name: str, **more: str) -> None:
    """Give customers another field, in the draft."""
    entity = admin.get("/metadata/entity/customer").get_json()
    fields = [*entity["fields"], {"name": name, "type": "text", **more}]
    put = admin.call("PUT", "/metadata/draft/entity/customer", {**entity, "fields": fields})
    assert put.status_code == 200, put.text
