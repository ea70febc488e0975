"""Problem documents in the reader's language."""

import pytest

from tests.api.conftest import Person

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("zh-CN", "不存在"),
        ("zh-Hans-CN,zh;q=0.9,en;q=0.8", "不存在"),
        ("en-GB", "Not there"),
        ("fr, en;q=0.5", "Not there"),
        ("fr", "Not there"),
        ("\x7f;q=,,", "Not there"),
    ],
)
def test_the_header_chooses(admin: Person, header: str, words: str) -> None:
    answer = admin.call("GET", "/records/nothing", headers={"Accept-Language": header})
    assert answer.get_json()["title"] == words


def test_without_a_header_the_account_does(admin: Person, seller: Person) -> None:
    assert admin.get("/records/nothing").get_json()["title"] == "Not there"
    answer = seller.get("/records/nothing")
    assert answer.get_json()["title"] == "不存在"
    assert answer.headers["Content-Language"] == "zh-CN"


def test_a_problem_document_has_all_its_parts(admin: Person) -> None:
    answer = admin.post("/records/customer", {"size": "huge"}, **{"Accept-Language": "zh-CN"})
    body = answer.get_json()
    assert body["status"] == answer.status_code == 422
    assert body["instance"].endswith(answer.headers["X-Request-Id"])
    assert set(body) >= {"type", "title", "detail", "errors"}
    for one in body["errors"]:
        assert set(one) >= {"path", "code", "message"}
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one["message"]), one
