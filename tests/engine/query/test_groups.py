"""Groups and facets of a list: counts, sums and rows in a fixed number of statements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.facets import facets
from fieldstone.engine.query.groups import first_rows, groups
from tests.engine.crm_like import Company, counted

ALL = ListRequest(entity_id="customer", fields=("name", "industry"), sort="name")


def fill(sales: Company, number: int) -> None:
    with sales.workspace.writing() as tx:
        rows: list[dict[str, Any]] = [
            {
                "name": f"C{at:02}",
                "budget": str(at),
                "owner": str(sales.people["wang" if at % 3 else "zhao"]),
                "industry": [["retail"], ["retail", "health"], []][at % 3],
            }
            for at in range(number)
        ]
        rows[0]["status"] = None
        done = records.create_many(tx, SYSTEM, "customer", rows)
        assert all(one.done for one in done)


def test_groups_have_counts_and_sums_the_empty_one_too(sales: Company) -> None:
    fill(sales, 9)
    with sales.workspace.reading() as tx:
        boss = sales.caller("boss", tx)
        entity = tx.app.entity("customer")

        def found(name: str, **more: Any) -> list[tuple[Any, int, Any]]:
            field = entity.field(name)
            made = groups(tx, boss, ALL, field, ("s: sum(budget)",), limit=20, **more)
            return [(one.key, one.count, *one.figures) for one in made]

        assert found("owner") == [
            (sales.people["wang"], 6, Decimal("27.00")),
            (sales.people["zhao"], 3, Decimal("9.00")),
        ]
        assert found("owner", offset=1) == [(sales.people["zhao"], 3, Decimal("9.00"))]
        assert found("status") == [
            (None, 1, Decimal("0.00")),
            ("interested", 8, Decimal("36.00")),
        ]
        assert found("industry") == [
            (None, 3, Decimal("15.00")),
            ("retail", 6, Decimal("21.00")),
            ("health", 3, Decimal("12.00")),
        ]
        assert [key.isoformat() for key, *_ in found("created_at")] == ["2026-03-01"]
        wang = sales.caller("wang", tx)
        own = groups(
            tx, wang, ListRequest(entity_id="customer"), entity.field("status"), (), limit=9
        )
        assert [(one.key, one.count) for one in own] == [("interested", 6)]


def test_first_rows_come_with_as_many_statements_for_any_number(sales: Company) -> None:
    numbers = []
    for more in (9, 60):
        fill(sales, more)
        with sales.workspace.reading() as tx:
            boss = sales.caller("boss", tx)
            industry = tx.app.entity("customer").field("industry")
            with counted(tx) as sent:
                rows, _ = first_rows(tx, boss, ALL, industry, [None, "retail", "health"], 2)
            numbers.append(len(sent))
        assert {key: len(found) for key, found in rows.items()} == {
            None: 2, "retail": 2, "health": 2,
        }  # fmt: skip
    assert rows["health"][0].values["industry"] == {"retail", "health"}
    assert [one.title for one in rows[None]] == ["C02", "C02"]
    assert numbers[0] == numbers[1]


def test_facets_count_what_the_list_holds_in_one_statement(sales: Company) -> None:
    fill(sales, 9)
    with sales.workspace.reading() as tx:
        entity = tx.app.entity("customer")
        fields = [entity.field("industry"), entity.field("status")]
        boss = sales.caller("boss", tx)
        with counted(tx) as sent:
            found = facets(tx, boss, ALL, fields)
        assert len(sent) == 1
        assert found == {"industry": {"retail": 6, "health": 3}, "status": {"interested": 8}}
        some = ListRequest(entity_id="customer", filter='"health" in industry')
        assert facets(tx, boss, some, fields)["industry"] == {"retail": 3, "health": 3}
