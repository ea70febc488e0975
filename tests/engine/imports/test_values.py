"""Values: what people write in cells, field by field, and what is refused with its reason."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

from tests.engine.imports.conftest import Desk, reasons

MIDNIGHT = datetime(2026, 3, 4, 16, tzinfo=UTC)
"""The fifth of March begins, in Shanghai."""

GOOD: dict[str, dict[str, Any]] = {
    "worth": {
        "1234.5": Decimal("1234.50"),
        "1,234,567.89": Decimal("1234567.89"),
        "￥1,200.00": Decimal("1200.00"),
        "¥ 1200": Decimal("1200.00"),
        "1200元": Decimal("1200.00"),
        "CNY 1200": Decimal("1200.00"),
        "$-5.5": Decimal("-5.50"),
        "(12.5)": Decimal("-12.50"),
        "-¥12.50": Decimal("-12.50"),
        "12 345.6": Decimal("12345.60"),
        "12'345.6": Decimal("12345.60"),
        "１２３．４": Decimal("123.40"),
        "12万": Decimal("120000.00"),
        "1.5亿": Decimal("150000000.00"),
        "1.2E+03": Decimal("1200.00"),
        "−3": Decimal("-3.00"),
        " 7 ": Decimal("7.00"),
        "": None,
    },
    "margin": {
        "15%": Decimal("0.1500"),
        "15.25 %": Decimal("0.1525"),
        "0.15": Decimal("0.1500"),
        "１５％": Decimal("0.1500"),
        "1": Decimal("1.0000"),
        "150%": Decimal("1.5000"),
    },
    "staff": {"5": 5, "5.0": 5, "1,200": 1200, "1.2万": 12000, "": None},
    "founded": {
        "2026-03-05": date(2026, 3, 5),
        "2026/3/5": date(2026, 3, 5),
        "2026.3.5": date(2026, 3, 5),
        "2026年3月5日": date(2026, 3, 5),
        "20260305": date(2026, 3, 5),
        "2026-03-05 00:00:00": date(2026, 3, 5),
        "2026-03-05T00:00": date(2026, 3, 5),
        "２０２６-３-５": date(2026, 3, 5),
    },
    "seen": {
        "2026-03-05": MIDNIGHT,
        "2026/3/5 9:05": datetime(2026, 3, 5, 1, 5, tzinfo=UTC),
        "2026-03-05T09:05:07": datetime(2026, 3, 5, 1, 5, 7, tzinfo=UTC),
        "2026-03-05T09:05:07Z": datetime(2026, 3, 5, 9, 5, 7, tzinfo=UTC),
        "2026年3月5日 09:05": datetime(2026, 3, 5, 1, 5, tzinfo=UTC),
    },
    "vip": {"是": True, "否": False, "TRUE": True, "no": False, "1": True, "0": False, "": False},
    "kind": {
        "maker": "maker",
        "Maker": "maker",
        "生产商": "maker",
        "经销商": "seller",
        " reseller ": "seller",
        "": "maker",
    },
    "topics": {
        "steel": frozenset({"steel"}),
        "Steel, 玻璃": frozenset({"steel", "glass"}),
        "钢铁、玻璃": frozenset({"steel", "glass"}),
        "": frozenset(),
    },
    "remark": {"  some text ": "some text", "=1+1": "=1+1", "é": "é", "": None},
}
BAD: dict[str, dict[str, str]] = {
    "worth": {
        "much": "worth: This is not a number",
        "1,2,3": "worth: This is not a number",
        "1.2.3": "worth: This is not a number",
        "12.345": "worth: At most 2 digits after the point",
        "1e999": "worth: ",
        "-1001": "worth: ",
    },
    "margin": {"15": 'margin: "15" can be 15 % or 15 times the whole', "half": "margin: "},
    "staff": {"5.5": "staff: "},
    "founded": {
        "03/05/2026": 'founded: "03/05/2026" can be read in two ways',
        "5.3.26": 'founded: "5.3.26" can be read in two ways',
        "2026-02-30": "founded: ",
        "2026-03-05 09:30": "founded: ",
        "yesterday": "founded: ",
    },
    "seen": {"2026-03-05 25:00": "seen: ", "2026-03-05 9am": "seen: "},
    "vip": {"maybe": 'vip: "maybe" is neither yes nor no'},
    "kind": {"makr": '"makr" is unknown for Kind; did you mean "Maker"?'},
    "topics": {"steel, gold": '"gold" is unknown for topics'},
    "remark": {"x" * 50_001: "remark: "},
}


def lines(field: str, cells: list[str]) -> list[str]:
    """A file with a firm for every cell."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["name", field])
    writer.writerows([f"firm {number}", cell] for number, cell in enumerate(cells))
    return file.getvalue().splitlines()


def test_what_people_write_is_understood(desk: Desk) -> None:
    found: dict[str, dict[str, Any]] = {}
    for field, cells in GOOD.items():
        report = desk.bring(lines(field, list(cells)))
        assert (field, reasons(report)) == (field, [])
        values = [one[field] for one in desk.firms(field)[-len(cells) :]]
        found[field] = dict(zip(cells, values, strict=True))
    assert found == GOOD


def test_what_is_wrong_is_said_of_its_row(desk: Desk) -> None:
    for field, cells in BAD.items():
        report = desk.bring([*lines(field, list(cells)), f"good {field},"])
        found = reasons(report)
        assert [line for line, _ in found] == list(range(2, 2 + len(cells)))
        for (_, reason), wanted in zip(found, cells.values(), strict=True):
            assert wanted in reason
    assert desk.names() == [f"good {field}" for field in BAD]


FORMATS = {
    "days first": ("founded", "%d/%m/%Y", "03/05/2026", date(2026, 5, 3)),
    "months first": ("founded", "%m/%d/%Y", "03/05/2026", date(2026, 3, 5)),
    "names of months": ("founded", "%d %b %Y", "5 Mar 2026", date(2026, 3, 5)),
    "times": ("seen", "%d/%m/%Y %I:%M %p", "05/03/2026 12:00 AM", MIDNIGHT),
    "per cent without the sign": ("margin", "%", "15", Decimal("0.1500")),
    "small per cents": ("margin", "%", "0.5", Decimal("0.0050")),
}


def test_formats_of_the_mapping(desk: Desk) -> None:
    for name, (field, format_, cell, value) in FORMATS.items():
        columns = {"name": "name", field: {"field": field, "format": format_}}
        report = desk.bring([f"name,{field}", f"{name},{cell}"], {"columns": columns})
        assert reasons(report) == []
        assert desk.firms("name", field)[-1] == {"name": name, field: value}


def test_a_cell_that_does_not_fit_the_format(desk: Desk) -> None:
    columns = {"name": "name", "founded": {"field": "founded", "format": "%d/%m/%Y"}}
    report = desk.bring(["name,founded", "a,2026-03-05"], {"columns": columns})
    assert "does not fit the format %d/%m/%Y" in reasons(report)[0][1]
