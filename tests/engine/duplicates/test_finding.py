"""Records that may be one and the same: found by indexes, among those that the caller may see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import duplicates, publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Invalid, NotFound
from fieldstone.metadata.documents import document_of
from tests.engine.crm_like import CONTACT, CUSTOMER, DOCUMENTS, Company, company, counted
from tests.servers.database import Database

KEYS = [
    {"name": "by_tax", "compare": [{"field": "tax_number"}]},
    {"name": "by_phone", "compare": [{"field": "phone", "how": "phone"}]},
    {"name": "by_name", "compare": [{"field": "name", "how": "name"}]},
    {"name": "by_name_there", "compare": [{"field": "name"}, {"field": "region"}]},
]
THERE = [{"name": "there", "compare": [{"field": "name", "how": "name"}, {"field": "customer"}]}]


@pytest.fixture(name="sales")
def _sales(home: Path, database: Database) -> Iterator[Company]:
    """Return a company whose customers and contacts have duplicate keys."""
    declared = {"customer": {**CUSTOMER, "duplicates": KEYS},
                "contact": {**CONTACT, "duplicates": THERE}}  # fmt: skip
    documents = [document_of(declared.get(one.data["name"], one.data)) for one in DOCUMENTS]
    with company(home, database.url) as made:
        plan = publish.preview(made.workspace, SYSTEM, documents)
        assert [one.kind for one in plan.changes] == ["duplicate_key.added"] * 5
        publish.publish(made.workspace, SYSTEM, plan)
        yield made


def made(sales: Company, entity: str, *rows: dict[str, Any], who: str = "boss") -> list[int]:
    with sales.workspace.writing() as tx:
        done = records.create_many(tx, sales.caller(who, tx), entity, rows)
        assert all(one.done for one in done), done
        return [one.record_id or 0 for one in done]


def typed(
    sales: Company, who: str = "boss", **values: Any
) -> list[tuple[int, int, tuple[str, ...]]]:
    with sales.workspace.reading() as tx:
        found = duplicates.like(tx, sales.caller(who, tx), "customer", values)
        return [(one.record_id, one.score, one.keys) for one in found]


def test_finds_the_same_number_and_similar_names_the_likeliest_first(sales: Company) -> None:
    a, b, _, d = made(
        sales,
        "customer",
        {"name": "杭州澄原橡塑制品有限公司", "phone": "138 0000 0001", "tax_number": "T1"},
        {"name": "杭州澄源橡塑制品"},
        {"name": "厦门万里货运代理"},
        {"name": "另一家", "phone": "138 0000 0001 转 2"},
    )
    assert typed(sales, name="杭州澄原橡塑制品股份有限公司", phone="13800000001") == [
        (a, 100, ("by_phone", "by_name")),
        (d, 100, ("by_phone",)),
        (b, 87, ("by_name",)),
    ]
    assert typed(sales, tax_number="T1") == [(a, 100, ("by_tax",))]


def test_all_fields_of_a_key_have_to_agree(sales: Company) -> None:
    one, other = made(sales, "customer", {"name": "A", "region": "North"}, {"name": "B"})
    assert typed(sales, name="a", region="north")[0][2] == ("by_name", "by_name_there")
    assert typed(sales, name="a", region="South")[0][2] == ("by_name",)
    here, there = made(sales, "contact", {"name": "王小明", "customer": str(one)},
                       {"name": "王小明", "customer": str(other)})  # fmt: skip
    again = made(sales, "contact", {"name": "王小明", "customer": str(one)})[0]
    with sales.workspace.reading() as tx:
        found = duplicates.of_record(tx, SYSTEM, "contact", again)
        assert [(it.record_id, it.title) for it in found] == [(here, "王小明")]
        assert duplicates.of_record(tx, SYSTEM, "contact", there) == ()


def test_half_typed_deleted_and_own_values_find_nothing(sales: Company) -> None:
    (one,) = made(sales, "customer", {"name": "澄原橡塑", "phone": "13800000001"})
    assert typed(sales, phone="13", name="") == []
    with sales.workspace.reading() as tx:
        assert duplicates.like(tx, SYSTEM, "customer", {"name": "澄原橡塑"}, one) == ()
    with sales.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "customer", one, 1)
    assert typed(sales, name="澄原橡塑") == []


def test_names_no_record_and_no_field_that_the_caller_may_not_see(sales: Company) -> None:
    made(sales, "customer", {"name": "澄原橡塑", "phone": "13800000001"})
    (own,) = made(sales, "customer", {"name": "澄原橡塑"}, who="wang")
    assert typed(sales, "wang", name="澄原橡塑") == [(own, 100, ("by_name",))]
    with pytest.raises(Invalid) as refused:
        typed(sales, "wang", phone="13800000001")
    (problem,) = refused.value.problems
    assert problem.id.startswith("field.unknown") and problem.pointer == "/values/phone"
    with sales.workspace.reading() as tx, pytest.raises(NotFound):
        duplicates.of_record(tx, sales.caller("wang", tx), "customer", own - 1)


def test_asks_by_as_many_statements_however_many_there_are(sales: Company) -> None:
    numbers = []
    for count in (3, 60):
        made(
            sales,
            "customer",
            *({"name": f"澄原橡塑{n}", "phone": "13800000001"} for n in range(count)),
        )
        with sales.workspace.reading() as tx, counted(tx) as sent:
            found = duplicates.like(
                tx, SYSTEM, "customer", {"name": "澄原橡塑9", "phone": "13800000001"}
            )
        numbers.append(len(sent))
        assert len(found) == min(count, duplicates.MOST)
    assert numbers[0] == numbers[1]
