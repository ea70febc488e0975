"""Keys: a write that is sent again under its key is done once, and answered the same again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from fieldstone.api import keys
from fieldstone.api.routes import ROUTES
from fieldstone.engine import imports, members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.system_tables import KEPT_ANSWER
from fieldstone.engine.workspaces import Workspace
from tests.api.conftest import Person
from tests.servers.meeting import PATIENCE

KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'
CUSTOMERS = "/records/customer"


def sent(
    person: Person,
    path: str,
    body: Any = None,
    key: str = KEY,
    *,
    method: str = "POST",
    **more: str,
) -> TestResponse:
    """Send a write with a key."""
    return person.call(method, path, body, {keys.HEADER: key, **more})


def said(answer: TestResponse) -> tuple[int, bytes, str | None, str | None, str | None]:
    """What of an answer must be the same when the request is sent again."""
    headers = answer.headers
    return (
        answer.status_code,
        answer.data,
        headers.get("ETag"),
        headers.get("Location"),
        headers.get("Content-Language"),
    )


def names(person: Person) -> list[str]:
    rows = person.get(CUSTOMERS, sort="name").get_json()["data"]
    return [one["name"] for one in rows]


def codes(answer: TestResponse) -> list[str]:
    return [one["code"] for one in answer.get_json()["errors"]]


def kept(workspace: Workspace) -> int:
    """How many answers are kept."""
    with workspace.reading() as tx:
        return tx.connection.scalar(sa.select(sa.func.count()).select_from(KEPT_ANSWER)) or 0


def test_a_record_is_made_once_however_often_it_is_asked_for(admin: Person) -> None:
    first = sent(admin, CUSTOMERS, {"name": "远山", "credit": "1.50"})
    assert first.status_code == 201 and first.headers["ETag"] == '"1"'
    for _ in range(2):
        again = sent(admin, CUSTOMERS, {"credit": "1.50", "name": "远山"})
        assert said(again) == said(first)
        assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert names(admin) == ["远山"]
    assert sent(admin, CUSTOMERS, {"name": "远山", "credit": "1.50"}, '"other"').status_code == 201
    assert names(admin) == ["远山", "远山"]


def test_a_kept_answer_is_what_was_true_then(admin: Person) -> None:
    first = sent(admin, CUSTOMERS, {"name": "One"})
    path = f"{CUSTOMERS}/{first.get_json()['id']}"
    assert admin.write("PATCH", path, 1, {"name": "Two"}).status_code == 200
    other = sent(admin, CUSTOMERS, {"name": "One"}, **{"Accept-Language": "zh-CN"})
    assert said(other) == said(first)
    assert names(admin) == ["Two"]


WRITES: dict[str, Callable[[Person, Callable[..., TestResponse]], TestResponse]] = {}


def write(
    work: Callable[[Person, Callable[..., TestResponse]], TestResponse],
) -> Callable[[Person, Callable[..., TestResponse]], TestResponse]:
    WRITES[work.__name__] = work
    return work


@write
def a_batch(admin: Person, send: Callable[..., TestResponse]) -> TestResponse:
    rows = {"create": [{"name": "A"}, {"name": "B"}, {"staff": -1}], "atomic": False}
    answer = send(f"{CUSTOMERS}/batch", rows)
    assert names(admin) == ["A", "B"]
    return answer


@write
def a_change(admin: Person, send: Callable[..., TestResponse]) -> TestResponse:
    if not names(admin):
        admin.make("customer", name="A")
    number = admin.get(CUSTOMERS).get_json()["data"][0]["id"]
    answer = send(f"{CUSTOMERS}/{number}", {"name": "B"}, method="PATCH", version=1)
    assert admin.get(f"{CUSTOMERS}/{number}").get_json()["version"] == 2
    return answer


@write
def a_move(admin: Person, send: Callable[..., TestResponse]) -> TestResponse:
    if not admin.get("/records/deal").get_json()["data"]:
        admin.make("deal", name="A", amount="5")
    number = admin.get("/records/deal").get_json()["data"][0]["id"]
    answer = send(f"/records/deal/{number}/stage", {"to": "won"}, version=1)
    assert admin.get(f"/records/deal/{number}").get_json()["version"] == 2
    return answer


@write
def a_restore(admin: Person, send: Callable[..., TestResponse]) -> TestResponse:
    if not names(admin):
        number = admin.make("customer", name="A")["id"]
        admin.write("DELETE", f"{CUSTOMERS}/{number}", 1)
        answer = send(f"{CUSTOMERS}/{number}/restore", version=2)
    else:
        number = admin.get(CUSTOMERS).get_json()["data"][0]["id"]
        answer = send(f"{CUSTOMERS}/{number}/restore", version=2)
    assert admin.get(f"{CUSTOMERS}/{number}").get_json()["version"] == 3
    return answer


@write
def a_draft_thrown_away(admin: Person, send: Callable[..., TestResponse]) -> TestResponse:
    return send("/draft/discard", {})


@pytest.mark.parametrize("name", WRITES)
def test_every_kind_of_write_is_done_once(admin: Person, workspace: Workspace, name: str) -> None:
    def send(path: str, body: Any = None, *, method: str = "POST", version: int = 0) -> Any:
        more = {"If-Match": f'"{version}"'} if version else {}
        return sent(admin, path, body, method=method, **more)

    first = WRITES[name](admin, send)
    assert first.status_code < 300, first.text
    assert said(WRITES[name](admin, send)) == said(first)
    assert kept(workspace) == 1


def upload(person: Person, text: str, name: str = "customers.csv") -> TestResponse:
    """Send a file with a key; the form's boundary is another one each time."""
    return person.web.post(
        f"/api/v1/{person.slug}/imports/customer",
        data={"file": (BytesIO(text.encode()), name)},
        headers={"Authorization": f"Bearer {person.token}", keys.HEADER: KEY},
    )


def test_a_file_is_imported_once(admin: Person, installation: Installation) -> None:
    first = upload(admin, "name\nAcme\n")
    assert first.status_code == 202
    assert said(upload(admin, "name\nAcme\n")) == said(first)
    for other in (upload(admin, "name\nBolt\n"), upload(admin, "name\nAcme\n", "other.csv")):
        assert (other.status_code, codes(other)) == (422, ["key.other_request"])
    found = admin.get("/imports").get_json()["data"]
    assert [one["id"] for one in found] == [first.get_json()["id"]]
    # Only the file that an import took lies there.
    keep = imports.folder_of_home(installation.settings)
    assert len([one for place in keep.iterdir() for one in place.iterdir()]) == 1


@pytest.mark.parametrize(
    ("path", "body", "more"),
    [
        (CUSTOMERS, {"name": "Other"}, {}),
        (CUSTOMERS, {"name": "One", "staff": 1}, {}),
        ("/records/deal", {"name": "One"}, {}),
        (f"{CUSTOMERS}/batch", {"create": [{"name": "One"}]}, {}),
        (CUSTOMERS, {"name": "One"}, {"If-Match": '"1"'}),
    ],
)
def test_another_request_with_the_key_is_refused(
    admin: Person, path: str, body: Any, more: dict[str, str]
) -> None:
    first = sent(admin, CUSTOMERS, {"name": "One"})
    other = sent(admin, path, body, **more)
    assert (other.status_code, codes(other)) == (422, ["key.other_request"])
    assert said(sent(admin, CUSTOMERS, {"name": "One"})) == said(first)
    assert names(admin) == ["One"]
    assert admin.get("/records/deal").get_json()["data"] == []


def test_a_key_is_its_member_s_own(admin: Person, seller: Person) -> None:
    mine = sent(admin, CUSTOMERS, {"name": "One"})
    theirs = sent(seller, CUSTOMERS, {"name": "One", "owner": str(seller.member_id)})
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.headers["Location"] != theirs.headers["Location"]


def test_a_refused_request_keeps_nothing(admin: Person, workspace: Workspace) -> None:
    assert sent(admin, CUSTOMERS, {"name": "One", "staff": -1}).status_code == 422
    rows = {"create": [{"name": "A"}, {"staff": -1}]}
    assert sent(admin, f"{CUSTOMERS}/batch", rows).status_code == 422
    assert kept(workspace) == 0
    assert sent(admin, CUSTOMERS, {"name": "One", "staff": 1}).status_code == 201
    assert names(admin) == ["One"]


def test_what_a_member_may_see_no_more_is_not_answered_again(
    seller: Person, workspace: Workspace
) -> None:
    body = {"name": "One", "owner": str(seller.member_id)}
    assert sent(seller, CUSTOMERS, body).status_code == 201
    members.set_roles(workspace, SYSTEM, seller.member_id, ("admin", "seller"))
    again = sent(seller, CUSTOMERS, body)
    assert (again.status_code, codes(again)) == (409, ["key.other_rights"])
    members.set_roles(workspace, SYSTEM, seller.member_id, ("seller",))
    assert sent(seller, CUSTOMERS, body).status_code == 201
    assert names(seller) == ["One"]


def test_two_at_once_write_once(admin: Person) -> None:
    together = threading.Barrier(4)

    def ask() -> TestResponse:
        together.wait(PATIENCE)
        return sent(admin, CUSTOMERS, {"name": "One"})

    with ThreadPoolExecutor(4) as pool:
        answers = [one.result() for one in [pool.submit(ask) for _ in range(4)]]
    done = {said(one) for one in answers if one.status_code == 201}
    assert len(done) == 1
    others = [one for one in answers if one.status_code != 201]
    assert all((one.status_code, codes(one)) == (409, ["key.running"]) for one in others)
    assert names(admin) == ["One"]
    assert {said(sent(admin, CUSTOMERS, {"name": "One"}))} == done


@contextmanager
def begun(statement: str) -> Iterator[threading.Event]:
    """An event that is set once a statement that begins so was executed."""
    seen = threading.Event()

    def after(_c: Any, _cursor: Any, text: str, _p: Any, _context: Any, _many: Any) -> None:
        if text.startswith(statement):
            seen.set()

    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", after)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_one_that_is_still_being_done_is_told(admin: Person, workspace: Workspace) -> None:
    number = admin.make("customer", name="One")["id"]
    path, body = f"{CUSTOMERS}/{number}", {"name": "Two"}
    ask = ThreadPoolExecutor(1)
    with begun("SELECT pg_try_advisory_xact_lock") as claimed, ask:
        with workspace.writing() as tx:
            tx.connection.exec_driver_sql("SELECT FROM customer FOR UPDATE")
            running = ask.submit(sent, admin, path, body, method="PATCH", **{"If-Match": '"1"'})
            assert claimed.wait(PATIENCE)
            second = sent(admin, path, body, method="PATCH", **{"If-Match": '"1"'})
            assert (second.status_code, codes(second)) == (409, ["key.running"])
            other = sent(admin, CUSTOMERS, {"name": "New"}, '"other"')
            assert other.status_code == 201
        first = running.result(PATIENCE)
    assert first.status_code == 200
    assert said(sent(admin, path, body, method="PATCH", **{"If-Match": '"1"'})) == said(first)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_where_one_writes_at_a_time_the_second_gets_the_answer_of_the_first(
    admin: Person, workspace: Workspace
) -> None:
    with ThreadPoolExecutor(2) as pool:
        with workspace.writing():
            waiting = [pool.submit(sent, admin, CUSTOMERS, {"name": "One"}) for _ in range(2)]
        answers = {said(one.result(PATIENCE)) for one in waiting}
    assert len(answers) == 1
    assert names(admin) == ["One"]


@pytest.mark.parametrize(
    "key", ['"a"', "a", '"a b,c"', '"say \\"a\\" \\\\"', f'"{"x" * 253}"', "x" * 255]
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_key_may_be(admin: Person, key: str) -> None:
    for _ in range(2):
        assert sent(admin, CUSTOMERS, {"name": "One"}, key).status_code == 201
    assert names(admin) == ["One"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_key_is_the_same_with_and_without_quotation_marks(admin: Person) -> None:
    first = sent(admin, CUSTOMERS, {"name": "One"}, '"a"')
    assert said(sent(admin, CUSTOMERS, {"name": "One"}, "a")) == said(first)


@pytest.mark.parametrize(
    "key", ["", '""', '"a', "a b", '"a", "b"', '"a\\b"', '"é"', f'"{"x" * 254}"', "x" * 256]
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_key(admin: Person, key: str) -> None:
    answer = sent(admin, CUSTOMERS, {"name": "One"}, key)
    assert (answer.status_code, codes(answer)) == (400, ["api.key"])
    assert names(admin) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_writes_in_transactions_of_its_own_takes_no_key(admin: Person) -> None:
    for path in ("/rules/big_credit/run", "/draft/publish", "/metadata/apply"):
        answer = sent(admin, path, {})
        assert (answer.status_code, codes(answer)) == (400, ["api.key_not_here"]), path


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_question_is_asked_anew_whatever_its_key(admin: Person, workspace: Workspace) -> None:
    for number in range(2):
        found = sent(admin, f"{CUSTOMERS}/query", {"fields": "name"}).get_json()["data"]
        assert len(found) == number
        admin.make("customer", name="One")
    assert kept(workspace) == 0


def test_without_a_key_nothing_is_looked_for(admin: Person, workspace: Workspace) -> None:
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, text: str, _p: Any, _context: Any, _many: Any) -> None:
        statements.append(text)

    sa.event.listen(sa.Engine, "after_cursor_execute", note)
    try:
        admin.make("customer", name="One")
        plain = len(statements)
        sent(admin, CUSTOMERS, {"name": "Two"})
        keyed = len(statements) - plain
        admin.make("customer", name="Three")
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", note)
    last = statements[plain + keyed :]
    assert not [one for one in last if "_kept_answer" in one or "advisory" in one]
    assert keyed - len(last) == (3 if workspace.dialect == "postgresql" else 2)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_is_published_where_a_key_may_be_sent(admin: Person) -> None:
    paths = admin.get("/openapi.json").get_json()["paths"]
    found = {
        operation["operationId"].removesuffix(".customer").removesuffix(".deal")
        for path in paths.values()
        for operation in path.values()
        if keys.HEADER in json.dumps(operation.get("parameters", []))
    }
    assert found == {one.name for one in ROUTES if one.keeps}
    assert {"records.create", "batches.run", "imports.create", "rules.snooze"} <= found
    assert not found & {"lists.query", "rules.run", "drafts.publish", "records.delete"}
