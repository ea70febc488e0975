"""Lists, queries and figures through the API."""

import pytest

from tests.api.conftest import Person


@pytest.fixture
def filled(admin: Person) -> Person:
    """Return the administrator, with three customers and their deals."""
    for name, size, credit in (("甲", "small", "1"), ("乙", "large", "2"), ("丙", "large", "3")):
        customer = admin.make(
            "customer", name=name, size=size, credit=credit, owner=str(admin.member_id)
        )
        admin.make("deal", name=f"{name}一", customer=customer["id"], amount=f"{credit}0.10")
    return admin


def names(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["name"] for one in answer["data"]]


def test_pages_follow_each_other(filled: Person) -> None:
    first = filled.get("/records/customer", sort="-credit", limit=2, count="exact").get_json()
    assert (names(first), first["count"]) == (["丙", "乙"], 3)
    rest = filled.get("/records/customer", sort="-credit", limit=2, cursor=first["next"]).get_json()
    assert (names(rest), rest["next"]) == (["甲"], None)


def test_a_body_asks_the_same(filled: Person) -> None:
    asked = {"filter": 'size == "large"', "sort": "-credit", "fields": "name,owner.name"}
    by_query = filled.get("/records/customer", **asked).get_json()
    by_body = filled.post("/records/customer/query", asked).get_json()
    assert by_query == by_body
    assert by_query["data"][0]["owner.name"] == "Ada"
    lists = {**asked, "sort": ["-credit"], "fields": ["name", "owner.name"]}
    assert filled.post("/records/customer/query", lists).get_json() == by_query


def test_a_filter_that_is_refused_comes_corrected(filled: Person) -> None:
    answer = filled.get("/records/customer", filter="credit > 1,000 AND size = large")
    error = answer.get_json()["errors"][0]
    assert (answer.status_code, error["position"]) == (400, 10)
    assert error["corrected"] == 'credit > 1000 and size == "large"'
    right = filled.get("/records/customer", filter=error["corrected"])
    assert right.status_code == 200


def test_search_finds_chinese(filled: Person) -> None:
    filled.make("customer", name="上海石材")
    assert names(filled.get("/records/customer", q="石材").get_json()) == ["上海石材"]


def test_figures_are_exact_text(filled: Person) -> None:
    asked = {
        "group": ["customer.size"],
        "measure": ["n: count()", 'open: sum(amount, stage == "open")'],
    }
    by_query = filled.get("/records/deal/aggregate", **asked).get_json()
    assert by_query["data"] == [
        {"customer.size": "small", "n": 1, "open": "10.10"},
        {"customer.size": "large", "n": 2, "open": "50.20"},
    ]
    assert filled.post("/records/deal/aggregate", asked).get_json() == by_query


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": "credit >"},
        {"filter": "nothing == 1"},
        {"filter": "credit = 1"},
        {"filter": 'credit == "x"'},
        {"sort": "nothing"},
        {"fields": "nothing"},
        {"fields": "owner.nothing"},
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "x"},
        {"count": "yes"},
        {"cursor": "zzz"},
        {"page": "2"},
        {"filter": ["vip", "vip"]},
        {"q": "\x00"},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_refused(filled: Person, asked: dict[str, str]) -> None:
    answer = filled.get("/records/customer", **asked)
    assert answer.status_code == 400
    assert answer.get_json()["errors"]


@pytest.mark.parametrize(
    "asked",
    [{"measure": "sum(nothing)"}, {"measure": "a: nothing()"}, {"group": "nothing"}, {"sort": "x"}],
    ids=str,
)
def test_figures_that_cannot_be_read_are_refused(filled: Person, asked: dict[str, str]) -> None:
    assert filled.get("/records/customer/aggregate", **asked).status_code == 400


def test_a_long_sum_is_a_filter(filled: Person) -> None:
    text = " + ".join(["version"] * 18)
    found = filled.get("/records/customer", filter=f"{text} == 18", sort="id").get_json()
    assert names(found) == ["甲", "乙", "丙"]
