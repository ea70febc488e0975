"""Two later versions of the CRM, and what a company made of the first: believable, for upgrades."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fieldstone.metadata import Document
from tests.metadata.editing import Edit, with_edits
from tests.metadata.samples import template_documents

CUSTOMER, DEAL, TASK = "entity/customer#", "entity/deal#", "entity/task#"
FIELDS, STAGES = f"{CUSTOMER}/fields", f"{DEAL}/pipeline/stages"
FORM, ABC, SILENT = "form/customer_edit#", "tier_scheme/abc#", "alert_rule/silent_customer#"


def label(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh-CN": zh}


CONTRACT: dict[str, Any] = {
    "kind": "entity",
    "name": "contract",
    "label": label("Contract", "合同"),
    "title": "name",
    "part_of": ["contracts"],
    "fields": [
        {"name": "name", "type": "text", "label": label("Name", "合同名称"), "required": True},
        {"name": "customer", "type": "reference", "to": "customer", "inverse": "contracts",
         "label": label("Customer", "客户"), "required": True},
        {"name": "signed_on", "type": "date", "label": label("Signed on", "签订日期")},
        {"name": "ends_on", "type": "date", "label": label("Ends on", "到期日期")},
        {"name": "amount", "type": "money", "label": label("Amount", "合同金额"), "min": 0},
    ],
}  # fmt: skip
CONTRACTS: dict[str, Any] = {
    "kind": "view",
    "name": "contract_all",
    "label": label("All contracts", "全部合同"),
    "entity": "contract",
    "columns": [{"field": "name"}, {"field": "customer"}, {"field": "ends_on"}],
    "sort": ["ends_on"],
}
ENDING: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "contract_ending",
    "label": label("Contract ends", "合同到期"),
    "entity": "contract",
    "when": "days_until(ends_on) <= 30",
    "schedule": "0 8 * * *",
    "severity": "medium",
    "part_of": ["contracts", "alerts"],
    "message": label("{{ name }} ends on {{ ends_on }}", "{{ name }} 将于 {{ ends_on }} 到期"),
    "tell": ["role:sales_manager"],
}

TICKET: dict[str, Any] = {
    "kind": "entity",
    "name": "ticket",
    "label": label("Ticket", "工单"),
    "title": "name",
    "part_of": ["service"],
    "fields": [{"name": "name", "type": "text", "label": label("Subject", "主题")}],
}

TO_1_1: list[Edit] = [
    ("set", "app/crm#/version", "1.1.0"),
    ("set", f"{FIELDS}/-", {"name": "douyin", "type": "text", "label": label("Douyin", "抖音号")}),
    ("move", f"{FIELDS}/douyin", 6),
    ("set", f"{FORM}/sections/basics/fields/-", {"field": "douyin"}),
    ("move", f"{FORM}/sections/basics/fields/douyin", 7),
    ("set", f"{FIELDS}/status/options/-", {"name": "dormant", "label": label("Dormant", "休眠")}),
    ("set", f"{FIELDS}/status/transitions/signed/-", "dormant"),
    ("set", f"{FIELDS}/short_name/help", label("As people call it", "日常称呼")),
    ("set", f"{STAGES}/quote/max_days", 21),
    ("set", f"{STAGES}/need/checklist", [
        {"name": "budget_known", "label": label("Budget known", "已了解预算")}
    ]),
    ("set", f"{SILENT}/severity", "high"),
    ("set", "view/customer_all#/columns/-", {"field": "wechat"}),
    ("set", "view/deal_mine#/filter", "owner == me() and not stage.closed and amount is not None"),
    ("set", f"{TASK}/fields/priority/help", label("What is done first", "先做什么")),
    ("set", "role/salesperson#/description", label("Sells to own customers.", "负责自己的客户。")),
]  # fmt: skip

TO_2_0: list[Edit] = [
    ("set", "app/crm#/version", "2.0.0"),
    ("set", "app/crm#/modules/-", {"name": "contracts", "label": label("Contracts", "合同")}),
    ("set", "app/crm#/modules/-", {
        "name": "service", "label": label("Service", "服务"), "off": True
    }),
    ("set", "entity/ticket", TICKET),
    ("set", "entity/contract", CONTRACT),
    ("set", "view/contract_all", CONTRACTS),
    ("set", "alert_rule/contract_ending", ENDING),
    ("set", "app/crm#/menu/-", {
        "name": "contracts", "label": label("Contracts", "合同"), "entity": "contract"
    }),
    ("move", "app/crm#/menu/contracts", 3),
    ("set", f"{FIELDS}/current_supplier/id", "current_supplier"),
    ("set", f"{FIELDS}/current_supplier/name", "supplier"),
    ("drop", f"{FIELDS}/buying_process"),
    ("drop", f"{FORM}/sections/portrait/fields/buying_process"),
    ("set", f"{FORM}/sections/person/fields/-", {"field": "referrer"}),
    ("drop", f"{FORM}/sections/source/fields/referrer"),
    ("set", f"{ABC}/bands/A/share", Decimal("0.15")),
    ("set", f"{ABC}/bands/A/properties/silence_days", 5),
    ("set", f"{FIELDS}/budget/min", 0),
    ("set", f"{STAGES}/negotiation/probability", Decimal("0.75")),
    ("drop", "view/customer_never_won"),
    ("set", f"{SILENT}/schedule", "30 7 * * 1-5"),
    ("set", f"{DEAL}/fields/competitor/label", label("Competitors", "竞争对手")),
    ("set", f"{FIELDS}/remark/type", "long_text"),
]  # fmt: skip


def crm(*upgrades: list[Edit]) -> tuple[Document, ...]:
    """The documents of the CRM (in names) after these upgrades."""
    documents = template_documents("crm_template")
    for edits in upgrades:
        documents = with_edits(documents, edits, in_ids=False)
    return documents


V_1_0, V_1_1, V_2_0 = crm(), crm(TO_1_1), crm(TO_1_1, TO_2_0)

VISIT: dict[str, Any] = {
    "kind": "entity",
    "name": "visit",
    "label": label("Visit", "拜访"),
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "label": label("Subject", "主题")},
        {"name": "customer", "type": "reference", "to": "customer", "inverse": "visits"},
    ],
}
IN_THE_STUDIO: list[Edit] = [
    ("set", f"{CUSTOMER}/label/en", "Account"),
    ("set", f"{FIELDS}/-", {"name": "region_note", "type": "text", "label": label("Area", "片区")}),
    ("set", f"{FORM}/sections/basics/fields/-", {"field": "region_note"}),
    ("move", f"{FORM}/sections/basics/fields/region_note", 2),
    (
        "set",
        f"{FIELDS}/company_size/options/-",
        {"name": "from_5000", "label": label("From 5000", "5000 人以上")},
    ),
    ("set", f"{STAGES}/quote/label/zh-CN", "出具报价"),
    ("set", f"{STAGES}/-", {"name": "trial", "label": label("Trial", "试用")}),
    ("move", f"{STAGES}/trial", 2),
    ("set", f"{STAGES}/quote/max_days", 45),
    ("drop", "view/customer_all#/columns/channel"),
    ("set", "view/deal_mine#/filter", "owner == me() and not stage.closed and weighted > 10000"),
    ("set", f"{SILENT}/tell/-", "role:sales_manager"),
    ("set", f"{ABC}/bands/A/properties/silence_days", 10),
]
"""What a company changes in the Studio, one draft after the other."""

IN_FILES: list[Edit] = [
    ("set", "entity/visit", VISIT),
    ("set", "alert_rule/no_progress#/active", False),
    ("set", "role/salesperson#/entities/customer/delete", True),
    ("set", f"{FIELDS}/budget/label", label("Purse", "预算金额")),
    ("set", f"{FIELDS}/current_supplier/label", label("Served by", "现有供应商名称")),
    ("set", "app/crm#/time_zone", "Asia/Hong_Kong"),
    ("set", f"{FIELDS}/-", {"name": "douyin", "type": "url", "label": label("Clip", "短视频")}),
    ("drop", "view/customer_vip"),
]
"""What it changes in its files, and applies at once."""
