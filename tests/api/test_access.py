"""Who may: tokens, workspaces, own rows and hidden fields, on every route."""

import pytest
from flask.testing import FlaskClient

from fieldstone.api.route import Route
from fieldstone.api.routes import ROUTES
from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from tests.api.conftest import Person, person
from tests.api.shop import DOCUMENTS

CLOSED = [route for route in ROUTES if route.right != "open"]


def address(path: str) -> str:
    for part, value in (("{entity}", "customer"), ("{id}", "1"), ("{kind}", "entity")):
        path = path.replace(part, value)
    return path.replace("{name}", "big_credit")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("route", CLOSED, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_asks_for_a_token(web: FlaskClient, workspace: Workspace, route: Route) -> None:
    for headers in ({}, {"Authorization": "Bearer fst_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = web.open(
            f"/api/v1/shop{address(route.path)}", method=route.method, headers=headers
        )
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("route", CLOSED, ids=lambda route: f"{route.method} {route.path}")
def test_a_token_opens_one_workspace(
    installation: Installation, web: FlaskClient, admin: Person, route: Route
) -> None:
    other = NewMember(name="Bo", email="bo@example.com")
    installation.create_workspace("other", "Other", DOCUMENTS, admin=other)
    for slug in ("other", "nowhere"):
        answer = Person(web, slug, admin.token, 1).call(route.method, address(route.path))
        assert answer.status_code == 404
        assert answer.get_json()["errors"][0]["code"] == "workspace.unknown"


def test_a_seller_sees_their_own_and_no_credit(admin: Person, seller: Person) -> None:
    admin.make("customer", name="Hers", credit="5", owner=str(admin.member_id))
    mine = admin.make("customer", name="Mine", credit="7", owner=str(seller.member_id))
    rows = seller.get("/records/customer", count="exact").get_json()
    assert ([one["name"] for one in rows["data"]], rows["count"]) == (["Mine"], 1)
    record = seller.get(f"/records/customer/{mine['id']}").get_json()
    # What is computed from a hidden field is hidden as well.
    assert "credit" not in record and "double" not in record
    assert "credit" not in rows["data"][0]
    theirs = seller.get("/records/customer/1")
    nobodys = seller.get("/records/customer/999")
    assert theirs.status_code == nobodys.status_code == 404


HIDDEN = [
    {"filter": "credit > 1"},
    {"filter": "double > 1"},
    {"sort": "credit"},
    {"fields": "name,credit"},
]


@pytest.mark.parametrize("asked", HIDDEN, ids=str)
def test_a_hidden_field_is_as_unknown_as_one_that_is_not_there(
    seller: Person, asked: dict[str, str]
) -> None:
    hidden = seller.get("/records/customer", **asked)
    missing = {
        key: text.replace("credit", "qqqqqq").replace("double", "qqqqqq")
        for key, text in asked.items()
    }
    unknown = seller.get("/records/customer", **missing)
    assert hidden.status_code == unknown.status_code == 400
    assert hidden.get_json()["errors"][0]["code"] == unknown.get_json()["errors"][0]["code"]


def test_hidden_fields_are_in_no_figure_history_or_write(admin: Person, seller: Person) -> None:
    mine = admin.make("customer", name="Mine", credit="7", owner=str(seller.member_id))
    path = f"/records/customer/{mine['id']}"
    admin.write("PATCH", path, 1, {"credit": "4321"})
    answer = seller.get("/records/customer/aggregate", measure="x: sum(credit)")
    assert answer.status_code == 400
    assert seller.get("/records/customer/aggregate", group="credit").status_code == 400
    assert "4321" not in seller.get(f"{path}/history").text
    assert seller.write("PATCH", path, 2, {"credit": "1"}).status_code in (403, 422)
    assert "credit" not in seller.get("/openapi.json").text


def test_an_entity_without_access_is_not_there(admin: Person, seller: Person) -> None:
    deal = admin.make("deal", name="Sale")
    hidden = seller.get(f"/records/deal/{deal['id']}")
    unknown = seller.get(f"/records/unknown/{deal['id']}")
    assert hidden.status_code == unknown.status_code == 404
    assert seller.get("/records/deal").status_code == 404
    assert seller.post("/records/deal", {"name": "x"}).status_code == 404


def test_rights_are_asked_for(seller: Person) -> None:
    for method, path in (
        ("GET", "/metadata"),
        ("GET", "/metadata/revisions"),
        ("POST", "/rules/big_credit/run"),
        ("POST", "/rules/big_credit/preview"),
    ):
        assert seller.call(method, path).status_code == 403, path
    assert seller.post("/metadata/plan", {"documents": [{}]}).status_code == 403
    deletion = seller.write("DELETE", "/records/customer/1", 1)
    assert deletion.status_code in (403, 404)


def test_a_member_who_left_is_shut_out_at_once(
    web: FlaskClient, workspace: Workspace, seller: Person
) -> None:
    assert seller.get("/me").status_code == 200
    members.set_active(workspace, SYSTEM, seller.member_id, False)
    assert seller.get("/me").status_code == 401


def test_me_tells_what_i_may_do(admin: Person, seller: Person) -> None:
    assert admin.get("/me").get_json()["rights"] == ["metadata", "members", "imports"]
    mine = seller.get("/me").get_json()
    assert (mine["name"], mine["roles"], mine["rights"]) == ("Li", ["seller"], [])
    assert mine["entities"]["customer"] == ["read", "create", "update"]
    assert "deal" not in mine["entities"]


def test_addresses_of_members_are_for_who_manages_them(admin: Person, seller: Person) -> None:
    assert admin.get("/members").get_json()["data"][0]["email"] == "ada@example.com"
    assert all("email" not in one for one in seller.get("/members").get_json()["data"])


def test_people_are_found_by_their_own_token(web: FlaskClient, workspace: Workspace) -> None:
    again = person(web, workspace, "ada@example.com")
    assert again.get("/me").get_json()["name"] == "Ada"
