"""A company whose customers are graded and watched, on either kind of database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import access, members, publish, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, document_of
from tests.servers.database import Database

NOW = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
"""Thursday, nine o'clock in Shanghai."""

CUSTOMER: dict[str, Any] = {
    "kind": "entity",
    "name": "customer",
    "label": {"en": "Customer", "zh-CN": "客户"},
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "required": True},
        {"name": "owner", "type": "owner"},
        {"name": "worth", "type": "money"},
        {"name": "secret", "type": "text"},
        {"name": "followed_at", "type": "datetime"},
        {"name": "tier", "type": "tier", "scheme": "abc"},
        {"name": "calls", "type": "integer"},
        {"name": "needs", "type": "tags", "dimension": "needs"},
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
        {"name": "due", "type": "date"},
        {"name": "needs", "type": "tags", "dimension": "needs"},
    ],
}
NEEDS: dict[str, Any] = {
    "kind": "tag_dimension",
    "name": "needs",
    "tags": [{"name": "price"}, {"name": "service"}, {"name": "visit"}],
}
ABC: dict[str, Any] = {
    "kind": "tier_scheme",
    "name": "abc",
    "entity": "customer",
    "field": "tier",
    "measure": "worth",
    "where": "worth > 0",
    "method": "share_of_records",
    "bands": [
        {"name": "A", "share": Decimal("0.2")},
        {"name": "B", "share": Decimal("0.3")},
        {"name": "C", "rest": True},
    ],
    "schedule": "0 2 1 * *",
}
SILENT: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "silent",
    "label": {"en": "Silent customer", "zh-CN": "客户沉默预警"},
    "entity": "customer",
    "when": "days_since(followed_at) > 7",
    "schedule": "0 9 * * *",
    "severity": "high",
    "message": {
        "en": "{{ name }}: silent for {{ days_since(followed_at) }} days",
        "zh-CN": "{{ name }}已 {{ days_since(followed_at) }} 天未联系",
    },
    "tell": ["owner", "manager"],
    "actions": [
        {
            "id": "call",
            "create": "task",
            "link": "customer",
            "set": {
                "title": {"text": "Call {{ name }}"},
                "owner": {"expr": "owner"},
                "due": {"expr": "add_days(today(), 1)"},
                "needs": {"expr": "needs"},
            },
        },
        {"id": "count", "set": {"calls": {"expr": "coalesce(calls, 0) + 1"}}},
    ],
}
ROLES: tuple[dict[str, Any], ...] = (
    {
        "kind": "role",
        "name": "boss",
        "everything_else": {"create": True, "update": True, "delete": True},
        "metadata": True,
        "members": True,
        "imports": True,
        "import_history": True,
    },
    {
        "kind": "role",
        "name": "seller",
        "entities": [{"entity": "customer", "rows": "own", "create": True, "update": True}],
    },
)
APP: dict[str, Any] = {"kind": "app", "name": "sales", "version": "1.0.0"}


def documents(**changes: Mapping[str, Any]) -> tuple[Document, ...]:
    """The app, its rule and scheme changed by keyword (`silent={"cooldown_days": 3}`)."""
    silent = {**SILENT, **changes.get("silent", {})}
    abc = {**ABC, **changes.get("abc", {})}
    return tuple(document_of(one) for one in (APP, CUSTOMER, TASK, NEEDS, abc, silent, *ROLES))


@dataclass
class Office:
    """The workspace, its installation, its clock and its people by name."""

    installation: Installation
    workspace: Workspace
    clock: FixedClock
    people: dict[str, int]

    def later(self, **by: float) -> None:
        """Move the clock on."""
        self.clock.instant += timedelta(**by)

    def caller(self, tx: Transaction, name: str) -> Caller:
        """The caller that a person is."""
        return access.for_member(tx, self.people[name])

    def customers(self, *rows: Mapping[str, Any]) -> list[int]:
        """Create customers; returns their ids."""
        named = [{"name": f"Customer {number}", **row} for number, row in enumerate(rows, 1)]
        with self.workspace.writing() as tx:
            done = records.create_many(tx, SYSTEM, "customer", named)
        assert not [problem for one in done for problem in one.problems]
        return [one.record_id or 0 for one in done]

    def change(self, record_id: int, **values: Any) -> None:
        """Change a customer."""
        with self.workspace.writing() as tx:
            before = records.get(tx, SYSTEM, "customer", record_id)
            records.update(tx, SYSTEM, "customer", record_id, before.version, values)

    def values(self, record_id: int) -> Mapping[str, Any]:
        """The values of a customer."""
        with self.workspace.reading() as tx:
            return records.get(tx, SYSTEM, "customer", record_id).values

    def declare(self, **changes: Mapping[str, Any]) -> None:
        """Publish the app with its rule or scheme changed."""
        plan = publish.preview(self.workspace, SYSTEM, documents(**changes))
        publish.publish(self.workspace, SYSTEM, plan, None)


@pytest.fixture
def office(home: Path, database: Database) -> Iterator[Office]:
    """Return an office with a boss and two sellers, wang under the boss, and no customers."""
    clock = FixedClock(NOW)
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings, clock) as opened:
        workspace = opened.create_workspace("sales", "Sales", documents())
        people: dict[str, int] = {}
        for name, role in (("boss", "boss"), ("wang", "seller"), ("zhao", "seller")):
            manager = people.get("boss") if name == "wang" else None
            new = NewMember(name=name, user_name=name, roles=(role,), manager=manager)
            people[name] = members.add(workspace, SYSTEM, new).id
        yield Office(opened, workspace, clock, people)
