"""A small app for the API's tests: customers and their deals, an administrator, two sellers."""

import copy
from collections.abc import Mapping
from typing import Any

from fieldstone.metadata.documents import Document, document_of

Data = Mapping[str, Any]

APP: Data = {
    "kind": "app",
    "name": "shop",
    "label": {"en": "Shop", "zh-CN": "商店"},
    "version": "1.0.0",
    "time_zone": "Asia/Shanghai",
    "default_locale": "en",
}
CUSTOMER: Data = {
    "kind": "entity",
    "name": "customer",
    "label": {"en": "Customer", "zh-CN": "客户"},
    "plural": {"en": "Customers", "zh-CN": "客户"},
    "title": "name",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "label": {"en": "Name", "zh-CN": "客户名称"},
            "required": True,
            "search": True,
            "max_length": 40,
        },
        {
            "name": "code",
            "type": "text",
            "label": {"en": "Code", "zh-CN": "编码"},
            "unique": True,
            "max_length": 20,
        },
        {"name": "owner", "type": "owner", "label": {"en": "Owner", "zh-CN": "负责人"}},
        {"name": "credit", "type": "money", "label": {"en": "Credit", "zh-CN": "信用额度"}},
        {
            "name": "size",
            "type": "choice",
            "label": {"en": "Size", "zh-CN": "规模"},
            "options": [
                {"name": "small", "label": {"en": "Small", "zh-CN": "小型"}},
                {"name": "large", "label": {"en": "Large", "zh-CN": "大型"}},
            ],
        },
        {
            "name": "staff",
            "type": "integer",
            "label": {"en": "Staff", "zh-CN": "员工数"},
            "min": 0,
            "max": 1000000,
        },
        {"name": "vip", "type": "boolean", "label": {"en": "VIP", "zh-CN": "VIP"}},
        {"name": "met_on", "type": "date", "label": {"en": "Met", "zh-CN": "结识日期"}},
        {"name": "called_at", "type": "datetime", "label": {"en": "Called", "zh-CN": "致电"}},
        {
            "name": "labels",
            "type": "tags",
            "label": {"en": "Labels", "zh-CN": "标签"},
            "dimension": "mark",
        },
        {
            "name": "double",
            "type": "formula",
            "label": {"en": "Double", "zh-CN": "两倍"},
            "formula": "credit * 2",
        },
    ],
}
DEAL: Data = {
    "kind": "entity",
    "name": "deal",
    "label": {"en": "Deal", "zh-CN": "商机"},
    "plural": {"en": "Deals", "zh-CN": "商机"},
    "title": "name",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "label": {"en": "Name", "zh-CN": "商机名称"},
            "required": True,
        },
        {
            "name": "customer",
            "type": "reference",
            "to": "customer",
            "inverse": "deals",
            "label": {"en": "Customer", "zh-CN": "客户"},
        },
        {
            "name": "amount",
            "type": "money",
            "label": {"en": "Amount", "zh-CN": "金额"},
            "min": 0,
        },
        {"name": "stage", "type": "stage", "label": {"en": "Stage", "zh-CN": "阶段"}},
    ],
    "pipeline": {
        "field": "stage",
        "stages": [
            {"name": "open", "label": {"en": "Open", "zh-CN": "进行中"}},
            {
                "name": "won",
                "label": {"en": "Won", "zh-CN": "赢单"},
                "closed": "won",
                "requires": ["amount"],
            },
            {"name": "lost", "label": {"en": "Lost", "zh-CN": "输单"}, "closed": "lost"},
        ],
    },
}
MARK: Data = {
    "kind": "tag_dimension",
    "name": "mark",
    "label": {"en": "Mark", "zh-CN": "标记"},
    "tags": [
        {"name": "key", "label": {"en": "Key", "zh-CN": "重点"}},
        {"name": "trial", "label": {"en": "Trial", "zh-CN": "试用"}},
    ],
}
RULE: Data = {
    "kind": "alert_rule",
    "name": "big_credit",
    "label": {"en": "Big credit", "zh-CN": "额度过高"},
    "entity": "customer",
    "when": "credit > 1000",
    "schedule": "0 8 * * *",
    "message": {"en": "{{ name }} has much credit", "zh-CN": "{{ name }}额度过高"},
    "tell": ["owner"],
}
EVERYTHING: Data = {"read": True, "create": True, "update": True, "delete": True}
ADMIN: Data = {
    "kind": "role",
    "name": "admin",
    "label": {"en": "Administrator", "zh-CN": "管理员"},
    "everything_else": EVERYTHING,
    "metadata": True,
    "members": True,
    "imports": True,
}
SELLER: Data = {
    "kind": "role",
    "name": "seller",
    "label": {"en": "Seller", "zh-CN": "销售"},
    "entities": [
        {
            "entity": "customer",
            "rows": "own",
            "read": True,
            "create": True,
            "update": True,
            "hidden_fields": ["credit"],
        }
    ],
}
DOCUMENTS: tuple[Document, ...] = tuple(
    document_of(one) for one in (APP, CUSTOMER, DEAL, MARK, RULE, ADMIN, SELLER)
)


def both_ways() -> list[Any]:
    """The shop, with customers that add up their deals, and deals that show their customer."""
    customer, deal = copy.deepcopy(dict(CUSTOMER)), copy.deepcopy(dict(DEAL))
    total = {"name": "total", "type": "formula", "stored": True, "formula": "sum(deals.amount)"}
    whose = {"name": "whose", "type": "formula", "stored": True, "formula": "customer.name"}
    customer["fields"].append(total)
    deal["fields"].append(whose)
    return [document_of(one) for one in (APP, customer, deal, MARK, ADMIN)]
