"""A small app for the tests of publishing: customers, their deals, tags and a pipeline."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from fieldstone.engine.transaction import Transaction
from fieldstone.metadata.documents import Document, document_of

APP: Mapping[str, Any] = {"kind": "app", "name": "shop", "version": "1.0.0"}

CUSTOMER: Mapping[str, Any] = {
    "kind": "entity",
    "name": "customer",
    "label": {"en": "Customer", "zh-CN": "客户"},
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "label": {"en": "Name", "zh-CN": "客户名称"}},
        {"name": "code", "type": "text", "label": {"en": "Code", "zh-CN": "编号"}},
        {"name": "staff", "type": "integer", "label": {"en": "Staff", "zh-CN": "人数"}},
        {
            "name": "size",
            "type": "choice",
            "options": [{"name": "small"}, {"name": "large", "label": "Large"}],
        },
    ],
}

DEAL: Mapping[str, Any] = {
    "kind": "entity",
    "name": "deal",
    "label": {"en": "Deal", "zh-CN": "商机"},
    "title": "name",
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "customer", "type": "reference", "to": "customer", "inverse": "deals"},
        {"name": "amount", "type": "money"},
        {"name": "stage", "type": "stage"},
        {"name": "topics", "type": "tags", "dimension": "topic"},
    ],
    "pipeline": {
        "field": "stage",
        "stages": [
            {"name": "open", "probability": Decimal("0.5")},
            {"name": "won", "probability": 1, "closed": "won"},
        ],
    },
}

TOPIC: Mapping[str, Any] = {
    "kind": "tag_dimension",
    "name": "topic",
    "tags": [{"name": "price"}, {"name": "quality"}],
}


class Shop:
    """The app's documents as JSON values that a test changes before it publishes them."""

    def __init__(self) -> None:
        self.data: dict[str, dict[str, Any]] = {
            one["name"]: copy.deepcopy(dict(one)) for one in (APP, CUSTOMER, DEAL, TOPIC)
        }

    def documents(self) -> tuple[Document, ...]:
        """The documents, in names."""
        return tuple(document_of(copy.deepcopy(one)) for one in self.data.values())

    def entity(self, name: str) -> dict[str, Any]:
        return self.data[name]

    def field(self, entity: str, name: str) -> dict[str, Any]:
        fields: list[dict[str, Any]] = self.data[entity]["fields"]
        return next(one for one in fields if one["name"] == name)

    def add(self, entity: str, **field: Any) -> None:
        self.data[entity]["fields"].append(field)

    def drop(self, entity: str, name: str) -> None:
        self.data[entity]["fields"].remove(self.field(entity, name))

    def put(self, **document: Any) -> None:
        self.data[document["name"]] = document


def insert(tx: Transaction, entity: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as they are stored, each with the system's columns."""
    system = {"version": 1, "created_at": tx.now, "updated_at": tx.now, "origin": "test"}
    table = tx.tables.table(entity)
    for row in rows:
        tx.connection.execute(sa.insert(table).values({**system, **row}))


def column(tx: Transaction, entity: str, field: str) -> list[Any]:
    """The stored values of a field, in the order of the records' ids."""
    table = tx.tables.table(entity)
    value = tx.tables.column(table, entity, field)
    order = tx.tables.column(table, entity, "id")
    return list(tx.connection.execute(sa.select(value).order_by(order)).scalars())
