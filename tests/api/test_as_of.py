"""Records as of a moment, and going back to it, through the API."""

from typing import Any

from jsonschema import Draft202012Validator

from tests.api.conftest import Person


def events(person: Person, number: str) -> list[dict[str, Any]]:
    """The history of a customer, the newest first."""
    found: list[dict[str, Any]] = person.get(f"/records/customer/{number}/history").get_json()[
        "data"
    ]
    return found


def changed(admin: Person) -> dict[str, Any]:
    """A customer that was made small and became large, with another name."""
    made = admin.make("customer", name="甲", size="small", credit="1.5", labels=["key"])
    answer = admin.write(
        "PATCH", f"/records/customer/{made['id']}", 1, {"name": "乙", "size": "large", "labels": []}
    )
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_record_is_shown_as_it_was(admin: Person) -> None:
    number = changed(admin)["id"]
    newest, made = events(admin, number)
    path = f"/records/customer/{number}"
    then = admin.get(path, as_of=made["at"]).get_json()
    assert (then["data"]["name"], then["data"]["size"]) == ("甲", "small")
    assert (then["data"]["labels"], then["data"]["credit"]) == (["key"], "1.50")
    assert "version" not in then["data"]
    assert {"version", "updated_at"} <= set(then["left_out"])
    assert not then["data"].keys() & set(then["left_out"])
    now = admin.get(path, as_of=newest["at"]).get_json()
    assert (now["data"]["name"], now["as_of"]) == ("乙", newest["at"])


def test_a_list_is_as_it_was_by_address_and_by_body(admin: Person) -> None:
    number = changed(admin)["id"]
    made = events(admin, number)[1]["at"]
    admin.make("customer", name="later", size="small")
    asked = {"filter": 'size == "small"', "sort": "-name", "as_of": made}
    by_address = admin.get("/records/customer", count="exact", **asked)
    assert by_address.status_code == 200, by_address.text
    found = by_address.get_json()
    assert [one["name"] for one in found["data"]] == ["甲"]
    assert (found["count"], found["as_of"], found["next"]) == (1, made, None)
    assert "updated_at" in found["left_out"]
    assert admin.post("/records/customer/query", {**asked, "count": "exact"}).get_json() == found
    fields = admin.get("/records/customer", fields="name", **asked).get_json()
    assert (fields["data"], fields["left_out"]) == ([{"id": number, "name": "甲"}], [])


def test_a_record_goes_back_to_a_change_or_a_moment(admin: Person) -> None:
    number = changed(admin)["id"]
    newest, made = events(admin, number)
    path = f"/records/customer/{number}/revert"
    answer = admin.write("POST", path, 2, {"as_of": made["at"]})
    assert answer.status_code == 200, answer.text
    done = answer.get_json()
    assert (done["changed"], done["left"]) == (["name", "size", "labels"], [])
    assert (done["data"]["name"], done["data"]["labels"]) == ("甲", ["key"])
    assert (done["data"]["version"], answer.headers["ETag"]) == (3, '"3"')
    again = admin.write("POST", path, 3, {"change": newest["change"]}).get_json()
    assert (again["data"]["name"], again["data"]["size"]) == ("乙", "large")


def test_what_stays_is_said_in_the_readers_language(admin: Person, seller: Person) -> None:
    made = admin.make("customer", name="甲", code="X", owner=str(seller.member_id))
    path = f"/records/customer/{made['id']}"
    admin.write("PATCH", path, 1, {"name": "乙", "code": "Y"})
    admin.make("customer", name="丙", code="X")
    at = events(admin, made["id"])[-1]["at"]
    headers = {"If-Match": '"2"', "Accept-Language": "zh-CN"}
    answer = seller.call("POST", f"{path}/revert", {"as_of": at}, headers)
    assert answer.status_code == 200, answer.text
    done = answer.get_json()
    assert (done["changed"], [one["field"] for one in done["left"]]) == (["name"], ["code"])
    assert done["left"][0]["code"] == "unique.taken"
    assert done["left"][0]["message"].startswith("编码")


def test_answers_are_as_openapi_describes(admin: Person) -> None:
    number = changed(admin)["id"]
    made = events(admin, number)[1]["at"]
    description = admin.get("/openapi.json").get_json()
    paths = description["paths"]
    for path, method in (("/records/customer/{id}", "get"), ("/records/customer", "get")):
        assert "as_of" in {one["name"] for one in paths[path][method]["parameters"]}
    back = paths["/records/customer/{id}/revert"]["post"]
    assert "If-Match" in {one["name"] for one in back["parameters"]}
    for name, answer in (
        ("customer.then", admin.get(f"/records/customer/{number}", as_of=made)),
        ("customer.page", admin.get("/records/customer", as_of=made)),
        ("customer.reverted", admin.write("POST", f"/records/customer/{number}/revert", 2,
                                          {"as_of": made})),
    ):  # fmt: skip
        schema = {
            "$ref": f"#/components/schemas/{name}",
            "components": description["components"],
        }
        assert list(Draft202012Validator(schema).iter_errors(answer.get_json())) == []
