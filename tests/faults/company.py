"""A company with everything that work can leave half-done, and what of it is compared."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fieldstone.engine import alerts, members, publish, records, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import Document, document_of

NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
"""Thursday, nine o'clock in Shanghai: rules have just run."""

TOMORROW = NOW + timedelta(days=1)
"""When the rules are due again."""

SLUG = "works"
CUSTOMERS = 40
ROWS = 2_300
"""Rows of the file that is imported: two whole chunks and a part of one."""

BAD = 3

APP: dict[str, Any] = {"kind": "app", "name": "works", "version": "1.0.0"}
CUSTOMER: dict[str, Any] = {
    "kind": "entity",
    "name": "customer",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "required": True, "unique": True, "search": True},
        {"name": "number", "type": "auto_number", "pattern": "KH{0000}"},
        {"name": "owner", "type": "owner"},
        {"name": "worth", "type": "money"},
        {"name": "staff", "type": "integer"},
        {"name": "size", "type": "text"},
        {"name": "followed_at", "type": "datetime"},
        {"name": "tier", "type": "tier", "scheme": "abc"},
        {"name": "crew", "type": "tier", "scheme": "crew"},
        {"name": "calls", "type": "integer"},
        {"name": "bought", "type": "formula", "formula": "sum(orders.amount)", "stored": True},
    ],
}
ORDER: dict[str, Any] = {
    "kind": "entity",
    "name": "order",
    "title": "code",
    "fields": [
        {"name": "code", "type": "text", "required": True, "search": True},
        {"name": "number", "type": "auto_number", "pattern": "DD{00000}"},
        {"name": "customer", "type": "reference", "to": "customer", "inverse": "orders"},
        {"name": "amount", "type": "money", "min": 0},
        {"name": "topics", "type": "tags", "dimension": "topic"},
    ],
}
TASK: dict[str, Any] = {
    "kind": "entity",
    "name": "task",
    "title": "title",
    "fields": [
        {"name": "title", "type": "text", "required": True},
        {"name": "customer", "type": "reference", "to": "customer", "inverse": "tasks"},
        {"name": "owner", "type": "owner"},
    ],
}
TOPIC: dict[str, Any] = {
    "kind": "tag_dimension",
    "name": "topic",
    "tags": [{"name": "price"}, {"name": "speed"}],
}
BANDS = [
    {"name": "A", "share": Decimal("0.2")},
    {"name": "B", "share": Decimal("0.3")},
    {"name": "C", "rest": True},
]
ABC: dict[str, Any] = {
    "kind": "tier_scheme",
    "name": "abc",
    "entity": "customer",
    "field": "tier",
    "measure": "worth",
    "method": "share_of_records",
    "bands": BANDS,
    "schedule": "0 9 * * *",
}
CREW: dict[str, Any] = {**ABC, "name": "crew", "field": "crew", "measure": "staff"}
SILENT: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "silent",
    "entity": "customer",
    "when": "days_since(followed_at) > 7",
    "schedule": "0 9 * * *",
    "severity": "high",
    "message": {"en": "{{ name }} is silent", "zh-CN": "{{ name }}沉默"},
    "tell": ["owner", "manager"],
    "actions": [
        {
            "id": "call",
            "create": "task",
            "link": "customer",
            "set": {"title": {"text": "Call {{ name }}"}, "owner": {"expr": "owner"}},
        },
        {"id": "count", "set": {"calls": {"expr": "coalesce(calls, 0) + 1"}}},
        {"id": "erp", "webhook": "erp"},
    ],
}
RICH: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "rich",
    "entity": "customer",
    "when": "worth > 2500",
    "schedule": "0 9 * * *",
    "severity": "low",
    "message": {"en": "{{ name }} is rich", "zh-CN": "{{ name }}有钱"},
    "tell": ["owner"],
}
VIEW: dict[str, Any] = {
    "kind": "view",
    "name": "by_size",
    "entity": "customer",
    "columns": [{"field": "name"}],
    "sort": ["size", "name"],
}
ROLES: tuple[dict[str, Any], ...] = (
    {
        "kind": "role",
        "name": "boss",
        "everything_else": {"create": True, "update": True, "delete": True},
        "metadata": True,
        "members": True,
        "imports": True,
    },
    {"kind": "role", "name": "seller", "entities": [{"entity": "customer", "rows": "all"}]},
)
PARTS = (APP, CUSTOMER, ORDER, TASK, TOPIC, ABC, CREW, SILENT, RICH, VIEW, *ROLES)


def documents() -> tuple[Document, ...]:
    """The documents in force when something goes wrong."""
    return tuple(document_of(deepcopy(one)) for one in PARTS)


def earlier_documents() -> tuple[Document, ...]:
    """Those before: a formula of another kind leaves a column that the next publish drops.

    So does a tag that is replaced with the table of the tags.
    """
    parts = {one["name"]: deepcopy(one) for one in PARTS}
    _field(parts["customer"], "bought")["formula"] = "count(orders)"
    parts["topic"]["tags"][1].update(archived=True, replaced_by="price")
    return tuple(document_of(one) for one in parts.values())


def later_documents() -> tuple[Document, ...]:
    """Those that a publish brings into force: steps of every kind follow from them."""
    parts = {one["name"]: deepcopy(one) for one in PARTS}
    customer, order = parts["customer"], parts["order"]
    _field(customer, "size").update(type="long_text", search=True)
    _field(order, "code")["search"] = False
    _field(customer, "staff").update(type="decimal", scale=1)
    _field(customer, "followed_at")["type"] = "date"
    _field(customer, "bought")["formula"] = "sum(orders.amount) * 2"
    customer["fields"] += [
        {"name": "grade", "type": "decimal", "scale": 3, "default": Decimal("1.5")},
        {"name": "key", "type": "auto_number", "pattern": "K{000}"},
        {"name": "topics", "type": "tags", "dimension": "topic"},
    ]
    order["fields"].append({"name": "task", "type": "reference", "to": "task"})
    parts["by_size"]["sort"] = ["staff", "name"]
    parts["topic"]["tags"][1].update(archived=True, replaced_by="price")
    visit = {"name": "visit", "title": "name", "fields": [{"name": "name", "type": "text"}]}
    parts["visit"] = {"kind": "entity", **visit}
    return tuple(document_of(one) for one in parts.values())


def _field(entity: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in entity["fields"] if one["name"] == name)
    return found


def found_company(settings: Settings) -> None:
    """Make the installation: rules and tiers have run once, then came the customers."""
    with Installation.open(settings, FixedClock(NOW)) as opened:
        workspace = opened.create_workspace(SLUG, "Works", earlier_documents())
        boss = members.add(
            workspace, SYSTEM, NewMember(name="boss", user_name="boss", roles=("boss",))
        )
        wang = NewMember(name="wang", user_name="wang", roles=("seller",), manager=boss.id)
        members.add(workspace, SYSTEM, wang)
        publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, documents()))
        tiers.run(workspace)
        alerts.run(workspace)
        with workspace.writing() as tx:
            done = records.create_many(tx, SYSTEM, "customer", [_customer(n) for n in _numbers()])
            orders = [
                {"code": f"old {n}", "customer": str(n), "amount": str(n), "topics": ["speed"]}
                for n in _numbers()
            ]
            done += records.create_many(tx, SYSTEM, "order", orders)
            assert not [problem for one in done for problem in one.problems]
    write_file(settings.home / "orders.csv")


def _numbers() -> range:
    return range(1, CUSTOMERS + 1)


def _customer(number: int) -> dict[str, Any]:
    silent = number % 4 == 0
    at = NOW - timedelta(days=20 if silent else 1)
    return {
        "name": f"Customer {number:02}",
        "owner": str(1 + number % 2),
        "worth": str(100 * number),
        "staff": 7 * number % 41,
        "size": str(number),
        "followed_at": at.isoformat(),
    }


def write_file(path: Path) -> None:
    """Write the file that is imported; its last rows are refused, each for its own reason."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["code", "customer", "amount", "topics"])
        for number in range(1, ROWS - BAD + 1):
            customer = f"Customer {1 + number % CUSTOMERS:02}"
            rows.writerow([f"C{number:05}", customer, number, "price" if number % 2 else "speed"])
        rows.writerow(["", "Customer 01", "1", "price"])
        rows.writerow(["C90001", "Nobody", "1", "price"])
        rows.writerow(["C90002", "Customer 01", "-1", "price"])


MAPPING: Mapping[str, Any] = {
    "columns": {
        "code": "code",
        "customer": {"field": "customer", "key": "name"},
        "amount": "amount",
        "topics": "topics",
    },
    "key": "code",
}


def copy_home(source: Path, target: Path) -> None:
    """Copy the folder of a closed installation."""
    shutil.copytree(source, target)
