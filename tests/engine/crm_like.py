"""A small sales app for tests of records and queries, its people, and a workspace to put it in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fieldstone.engine import access, members
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)

CUSTOMER: dict[str, Any] = {
    "kind": "entity",
    "name": "customer",
    "label": {"en": "Customer", "zh-CN": "客户"},
    "title": "name",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "required": True,
            "search": True,
            "label": {"en": "Customer name", "zh-CN": "客户名称"},
        },
        {"name": "code", "type": "auto_number", "pattern": "KH{yyyy}{00000}", "search": True},
        {"name": "phone", "type": "phone", "search": True},
        {"name": "tax_number", "type": "text", "unique": True},
        {
            "name": "status",
            "type": "choice",
            "default": "interested",
            "options": [{"name": "interested"}, {"name": "signed"}, {"name": "lost"}],
            "transitions": {"interested": ["signed", "lost"], "lost": ["interested"]},
        },
        {"name": "owner", "type": "owner", "default": {"expr": "me()"}},
        {"name": "industry", "type": "tags", "dimension": "industry"},
        {"name": "budget", "type": "money", "min": 0},
        {"name": "region", "type": "text"},
        {"name": "vip", "type": "boolean"},
        {"name": "founded", "type": "date"},
        {
            "name": "group",
            "type": "reference",
            "to": "customer",
            "inverse": "members",
            "on_delete": "detach",
        },
        {
            "name": "budget_left",
            "type": "formula",
            "formula": 'coalesce(budget, 0) - sum(deals.amount, stage == "won")',
        },
        {
            "name": "won_amount",
            "type": "formula",
            "stored": True,
            "formula": 'sum(deals.amount, stage == "won")',
        },
        {
            "name": "last_follow_up_at",
            "type": "formula",
            "stored": True,
            "formula": "max(follow_ups.at)",
        },
        {
            "name": "group_won",
            "type": "formula",
            "stored": True,
            "formula": "won_amount + sum(members.won_amount)",
        },
    ],
    "checks": [
        {
            "name": "vip_has_owner",
            "that": "not vip or owner is not None",
            "fields": ["owner"],
            "message": {"en": "A VIP needs an owner", "zh-CN": "VIP 客户须有负责人"},
        },
    ],
}
CONTACT: dict[str, Any] = {
    "kind": "entity",
    "name": "contact",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "required": True, "search": True},
        {
            "name": "customer",
            "type": "reference",
            "to": "customer",
            "inverse": "contacts",
            "required": True,
            "on_delete": "cascade",
        },
    ],
}
DEAL: dict[str, Any] = {
    "kind": "entity",
    "name": "deal",
    "label": {"en": "Deal", "zh-CN": "商机"},
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "required": True, "search": True},
        {
            "name": "customer",
            "type": "reference",
            "to": "customer",
            "inverse": "deals",
            "required": True,
        },
        {
            "name": "contact",
            "type": "reference",
            "to": "contact",
            "inverse": "deals",
            "where": "customer == parent.customer",
            "on_delete": "detach",
        },
        {"name": "owner", "type": "owner", "default": {"expr": "me()"}},
        {"name": "stage", "type": "stage"},
        {"name": "amount", "type": "money", "min": 0},
        {"name": "expected_close", "type": "date"},
        {"name": "lost_reason", "type": "text"},
        {
            "name": "weighted",
            "type": "formula",
            "formula": "amount * stage.probability",
            "scale": 2,
        },
    ],
    "unique": [{"name": "name_once", "fields": ["customer", "name"]}],
    "pipeline": {
        "field": "stage",
        "stages": [
            {
                "name": "contact",
                "label": {"en": "First contact", "zh-CN": "初步接触"},
                "probability": Decimal("0.1"),
                "checklist": [{"name": "called", "required": True}, {"name": "visited"}],
            },
            {
                "name": "quote",
                "probability": Decimal("0.5"),
                "enter_when": "amount > 0",
                "requires": ["expected_close"],
            },
            {"name": "won", "probability": 1, "closed": "won"},
            {"name": "lost", "probability": 0, "closed": "lost", "requires": ["lost_reason"]},
        ],
    },
}
FOLLOW_UP: dict[str, Any] = {
    "kind": "entity",
    "name": "follow_up",
    "title": "note",
    "fields": [
        {"name": "note", "type": "text", "required": True},
        {
            "name": "customer",
            "type": "reference",
            "to": "customer",
            "inverse": "follow_ups",
            "on_delete": "cascade",
        },
        {"name": "at", "type": "datetime", "default": {"expr": "now()"}},
        {"name": "cost", "type": "money"},
    ],
}
INDUSTRY: dict[str, Any] = {
    "kind": "tag_dimension",
    "name": "industry",
    "tags": [{"name": "retail"}, {"name": "health"}, {"name": "energy"}],
}
BOSS: dict[str, Any] = {
    "kind": "role",
    "name": "boss",
    "everything_else": {"create": True, "update": True, "delete": True},
    "metadata": True,
    "members": True,
}
SELLER: dict[str, Any] = {
    "kind": "role",
    "name": "seller",
    "entities": [
        {
            "entity": "customer",
            "rows": "own",
            "create": True,
            "update": True,
            "hidden_fields": ["budget", "phone"],
            "read_only_fields": ["region"],
        },
        {"entity": "deal", "rows": "own", "create": True, "update": True, "delete": True},
        {"entity": "follow_up", "rows": "customer.owner == me()", "create": True},
    ],
}
GUEST: dict[str, Any] = {"kind": "role", "name": "guest", "entities": []}
APP: dict[str, Any] = {"kind": "app", "name": "sales", "version": "1.0.0"}
DOCUMENTS = tuple(
    document_of(one)
    for one in (APP, CUSTOMER, CONTACT, DEAL, FOLLOW_UP, INDUSTRY, BOSS, SELLER, GUEST)
)


@dataclass
class Company:
    """A workspace with the app and three people; `at` moves its clock."""

    workspace: Workspace
    clock: FixedClock
    people: dict[str, int]

    def later(self, **by: float) -> None:
        """Move the clock on."""
        self.clock.instant += timedelta(**by)

    def caller(self, name: str, tx: Transaction) -> Caller:
        """The caller that a person is."""
        return access.for_member(tx, self.people[name], origin="test")


@contextmanager
def company(home: Path, url: str | None) -> Iterator[Company]:
    """A company with the people boss, wang and zhao (sellers), and guest."""
    clock = FixedClock(NOW)
    with Installation.open(Settings(home=home, database_url=url, env="test"), clock) as opened:
        workspace = opened.create_workspace("sales", "Sales", DOCUMENTS)
        people = {}
        for name, role in (
            ("boss", "boss"),
            ("wang", "seller"),
            ("zhao", "seller"),
            ("guest", "guest"),
        ):
            new = NewMember(name=name, email=f"{name}@example.com", roles=(role,))
            people[name] = members.add(workspace, SYSTEM, new).id
        yield Company(workspace, clock, people)


@contextmanager
def counted(tx: Transaction) -> Iterator[list[str]]:
    """The statements that a block sends."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    sa.event.listen(tx.connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(tx.connection, "before_cursor_execute", note)
