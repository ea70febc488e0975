"""Why a rule holds for a record, and why it does not: as text and as a tree, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Person

WHEN = 'credit > 1000 and count(deals, amount >= 10) >= 1 and (size == "large" or vip)'


def explained(who: Person, record: str, language: str) -> dict[str, Any]:
    """The answer to why, in a language."""
    answer = who.post(f"/rules/big_credit/explain/{record}", {}, **{"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.fixture
def asked(admin: Person) -> Person:
    """Return the administrator, with a rule of several parts in force."""
    rule = admin.get("/metadata/alert_rule/big_credit").get_json()
    put = admin.call("PUT", "/metadata/draft/alert_rule/big_credit", {**rule, "when": WHEN})
    assert put.status_code == 200, put.text
    assert admin.post("/draft/publish", {}).status_code == 200
    return admin


def test_why_it_holds(asked: Person) -> None:
    customer = asked.make("customer", name="Acme", credit="2000", size="large")["id"]
    deal = asked.make("deal", name="Crane", customer=customer, amount="10")["id"]
    english = explained(asked, customer, "en")
    assert (english["rule"], english["record"], english["matches"]) == (
        "big_credit",
        customer,
        True,
    )
    assert english["lines"] == [
        "Credit above CNY 1,000.00 (now CNY 2,000.00): yes",
        "some of deals: Amount at least CNY 10.00 (now 1): yes",
        "Size is Large: yes",
        "VIP: no",
    ]
    assert english["missing"] == []
    whole = english["explanation"]
    assert (whole["text"], whole["result"]) == (WHEN, True)
    credit, deals, either = whole["children"]
    assert credit == {
        "text": "credit > 1000",
        "words": "Credit above CNY 1,000.00 (now CNY 2,000.00): yes",
        "result": True,
        "hidden": False,
        "related": None,
        "children": [],
    }
    (counted,) = deals["children"]
    assert counted["related"] == {"count": 1, "records": [{"id": deal, "title": "Crane"}]}
    assert [(one["text"], one["result"]) for one in either["children"]] == [
        ('size == "large"', True),
        ("vip", False),
    ]


def test_why_it_does_not(asked: Person) -> None:
    customer = asked.make("customer", name="Acme", credit="2000", size="small")["id"]
    english = explained(asked, customer, "en")
    assert not english["matches"] and not english["explanation"]["result"]
    missing = ["some of deals: Amount at least CNY 10.00", "Size is Large or VIP"]
    assert english["missing"] == missing
    chinese = explained(asked, customer, "zh-CN")
    assert chinese["lines"] == [
        "信用额度 > ¥1,000.00（当前¥2,000.00）：是",
        "有商机满足：金额 ≥ ¥10.00（当前 0）：否",
        "规模为大型（当前小型）：否",
        "VIP：否",
    ]
    assert chinese["missing"] == ["有商机满足：金额 ≥ ¥10.00", "规模为大型，或 VIP"]
    shape = [one["result"] for one in english["explanation"]["children"]]
    assert shape == [one["result"] for one in chinese["explanation"]["children"]]
    assert shape == [True, False, False]


def test_what_the_reader_may_not_see_is_told_as_hidden(asked: Person, seller: Person) -> None:
    customer = seller.make("customer", name="Acme", owner=str(seller.member_id))["id"]
    found = explained(seller, customer, "zh-CN")
    told = str([found["explanation"], found["lines"], found["missing"]])
    assert "信用额度" not in told
    assert "credit" not in told
    first = found["explanation"]["children"][0]
    assert first["hidden"] and first["text"] == ""


def test_a_record_that_the_reader_may_not_see_has_no_reasons(asked: Person, seller: Person) -> None:
    customer = asked.make("customer", name="Acme", credit="2000")["id"]
    answer = seller.post(f"/rules/big_credit/explain/{customer}", {})
    assert answer.status_code == 404
