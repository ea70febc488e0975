"""Hostile requests: each gets a problem document, and never an error of ours."""

import json

import pytest
from flask.testing import FlaskClient

from fieldstone.api import reading
from tests.api.conftest import Person

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

DEEP = "[" * 5000 + "]" * 5000
BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "not JSON": (b"{", 400),
    "a list": (b"[]", 400),
    "text": (b'"x"', 400),
    "null": (b"null", 400),
    "a key twice": (b'{"name": "a", "name": "b"}', 400),
    "a key twice inside": (b'{"name": {"a": 1, "a": 2}}', 400),
    "NaN": (b'{"staff": NaN}', 400),
    "infinity": (b'{"staff": -Infinity}', 400),
    "a huge exponent": (b'{"staff": 1e999999999}', 400),
    "an exponent that no number has": (b'{"staff": 1e99999999999999999999}', 400),
    "many keys, one twice": (
        b"{" + b",".join(b'"k%d": 1' % one for one in range(100_000)) + b', "k99999": 1}',
        400,
    ),
    "many digits": (b'{"staff": ' + b"9" * 5000 + b"}", 400),
    "NUL": (b'{"name": "a\\u0000b"}', 400),
    "half a pair": (b'{"name": "\\ud800"}', 400),
    "half a pair as key": (b'{"\\ud800": 1, "\\ud800": 2}', 400),
    "not UTF-8": (b'{"name": "\xff"}', 400),
    "a control character": (b'{"name": "a\nb"}', 400),
    "deep": (DEEP.encode(), 400),
    "deep inside": (f'{{"name": {"[" * 60}{"]" * 60}}}'.encode(), 400),
    "a wrong type": (b'{"name": {"a": 1}}', 422),
    "a list for text": (b'{"name": ["a"]}', 422),
    "a number for text": (b'{"name": 5}', 422),
    "a fraction for a whole": (b'{"name": "a", "staff": 1.5}', 422),
    "true for a whole": (b'{"name": "a", "staff": true}', 422),
    "a number for a reference": (b'{"name": "a", "owner": 999999}', 422),
    "a huge reference": (b'{"name": "a", "owner": "99999999999999999999999"}', 422),
    "system fields": (b'{"name": "a", "id": "7", "version": 3}', 422),
    "an SQL name": (b'{"name\\"; DROP TABLE customer": "a"}', 422),
    "a date of no calendar": (b'{"name": "a", "met_on": "2026-02-30"}', 422),
    "a time without zone": (b'{"name": "a", "called_at": "later"}', 422),
    "an unknown tag": (b'{"name": "a", "labels": ["x"]}', 422),
    "tags that are no list": (b'{"name": "a", "labels": {"key": true}}', 422),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(admin: Person, name: str) -> None:
    content, status = BODIES[name]
    answer = admin.web.post(
        "/api/v1/shop/records/customer",
        data=content,
        headers={"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["errors"]
    assert admin.get("/records/customer", count="exact").get_json()["count"] == 0


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
)
def test_other_kinds_of_content(admin: Person, kind: str) -> None:
    answer = admin.call("POST", "/records/customer", {"name": "a"}, {"Content-Type": kind})
    assert answer.status_code == 415


def test_too_much(admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    assert admin.post("/records/customer", {"name": "x" * 2000}).status_code == 413
    rows = [{"id": "1", "version": 1}] * 10_001
    monkeypatch.setattr(reading, "MOST_BYTES", 10_000_000)
    assert admin.post("/records/customer/batch", {"delete": rows}).status_code == 413


def test_unknown_members_of_a_body(admin: Person) -> None:
    answer = admin.post("/records/customer/query", {"filter": "vip", "fliter": "vip", "limit": "x"})
    assert answer.status_code == 400
    assert {one["path"] for one in answer.get_json()["errors"]} == {"/fliter", "/limit"}


def test_addresses_and_methods_that_are_not_there(admin: Person, web: FlaskClient) -> None:
    answer = admin.get("/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    answer = admin.call("PUT", "/records/customer/1", {})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, PATCH"
    assert web.open("/api/v1/shop/me", method="TRACE").status_code == 405
    assert web.get("/api/").status_code == 404


def test_every_answer_is_private_and_plain(admin: Person) -> None:
    for answer in (admin.get("/me"), admin.get("/records/nothing"), admin.get("/nothing")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "charset=utf-8" in answer.headers["Content-Type"]
        assert answer.headers["X-Request-Id"]


def test_text_is_kept_composed(admin: Person) -> None:
    assert admin.make("customer", name="Cafe\u0301")["name"] == "Café"


def test_numbers_are_exact(admin: Person) -> None:
    content = b'{"name": "a", "credit": 0.10, "staff": 5.0}'
    answer = admin.web.post(
        "/api/v1/shop/records/customer",
        data=content,
        headers={"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 201, answer.text
    record = json.loads(answer.data)
    assert (record["credit"], record["staff"]) == ("0.10", 5)


def test_operations_need_nobody(web: FlaskClient) -> None:
    assert web.get("/healthz").get_json() == {"status": "ok"}
    assert web.get("/readyz").status_code == 200
    assert web.get("/healthz?x=1").status_code == 400
