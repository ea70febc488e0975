"""A Chinese retailer's order lines: whatever program wrote the file, the same rows come out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import HERE, Api, Place, place_on

GBK = "derived_订单_gbk.csv"
SAME_ROWS = {
    "UTF-8 with a mark": ("derived_订单_utf8bom.csv", 10_000, ()),
    "UTF-16, the first 500": ("derived_订单500_utf16le.txt", 500, ()),
    "the workbook itself": ("示例 - 超市.xls", 10_000, ("--sheet", "订单")),
}


@dataclass
class Shop:
    """The place with the order lines of the GBK file, and the right answers."""

    place: Place
    api: Api
    folder: Path
    report: dict[str, Any]
    reference: dict[str, Any]


@pytest.fixture(scope="session")
def shop(
    request: pytest.FixtureRequest,
    kind: str,
    data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """Return the shop: its columns are found by the Chinese labels of the fields."""
    folder = data / "superstore_cn"
    with place_on(request, kind, tmp_path_factory.mktemp("superstore")) as place:
        place.make(HERE / "superstore")
        report = place.report("import", "sales", "order_line", folder / GBK)
        reference = json.loads((folder / "reference.json").read_text("utf-8"))
        yield Shop(place, place.api(), folder, report, reference)


def test_the_gbk_file_is_10000_rows(shop: Shop) -> None:
    assert (shop.report["rows"], shop.report["created"], shop.report["failed"]) == (10_000,) * 2 + (
        0,
    )


def test_the_figures_are_exact(shop: Shop) -> None:
    (row,) = shop.api.aggregate(
        "order_line", measure=["lines: count()", "sales: sum(sales)", "profit: sum(profit)"]
    )
    main = shop.reference["main"]
    assert row["lines"] == main["lines"] == 10_000
    assert row["sales"] == "16117548.237" == str(main["revenue"])
    assert Decimal(row["profit"]) == Decimal(str(shop.reference["profit_total"]))


def test_sales_by_region(shop: Shop) -> None:
    rows = shop.api.aggregate("order_line", group="region", measure="sales: sum(sales)")
    assert {row["region"]: Decimal(row["sales"]) for row in rows} == {
        name: Decimal(str(one["revenue"])) for name, one in shop.reference["by_region"].items()
    }


@pytest.mark.parametrize("name", SAME_ROWS)
def test_another_program_wrote_the_same_rows(shop: Shop, name: str) -> None:
    """Each row finds its record by its number, and nothing of any of them changes."""
    file, count, more = SAME_ROWS[name]
    report = shop.place.report(
        "import", "sales", "order_line", shop.folder / file, "--key", "line_number", *more
    )
    assert (report["rows"], report["updated"], report["failed"]) == (count, count, 0)
    (row,) = shop.api.aggregate(
        "order_line", measure=["lines: count()", "untouched: count(version == 1)"]
    )
    assert row == {"lines": 10_000, "untouched": 10_000}
