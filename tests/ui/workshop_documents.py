"""The documents of a workshop: machines, repairs that go through stages, and notes.

They hold one of each thing that pages are made from, and nothing that a sales team would know.
"""

from __future__ import annotations

from typing import Any

from fieldstone.metadata.documents import Document, document_of

APP: dict[str, Any] = {
    "kind": "app",
    "name": "workshop",
    "label": {"en": "Workshop", "zh-CN": "维修车间"},
    "menu": [
        {"name": "machines", "entity": "machine", "icon": "tool"},
        {"name": "repairs", "entity": "repair", "icon": "list-check"},
        {"name": "alerts", "page": "alerts", "icon": "bell"},
    ],
}

MACHINE: dict[str, Any] = {
    "kind": "entity",
    "name": "machine",
    "label": {"en": "Machine", "zh-CN": "设备"},
    "plural": {"en": "Machines", "zh-CN": "设备"},
    "title": "name",
    "subtitle": "number",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "required": True,
            "search": True,
            "max_length": 80,
            "label": {"en": "Machine name", "zh-CN": "设备名称"},
        },
        {
            "name": "number",
            "type": "auto_number",
            "pattern": "SB{00000}",
            "label": {"en": "Number", "zh-CN": "编号"},
        },
        {
            "name": "price",
            "type": "money",
            "min": 0,
            "label": {"en": "Price", "zh-CN": "购置价"},
        },
        {
            "name": "kind",
            "type": "choice",
            "label": {"en": "Kind", "zh-CN": "类型"},
            "options": [
                {"name": "lathe", "label": {"en": "Lathe", "zh-CN": "车床"}},
                {"name": "other", "label": {"en": "Other", "zh-CN": "其他"}},
            ],
        },
        {
            "name": "kind_note",
            "type": "text",
            "label": {"en": "Which kind", "zh-CN": "其他类型说明"},
        },
        {"name": "use_rate", "type": "percent", "label": {"en": "Use", "zh-CN": "利用率"}},
        {"name": "bought_on", "type": "date", "label": {"en": "Bought on", "zh-CN": "购置日期"}},
        {"name": "state", "type": "rating", "label": {"en": "State", "zh-CN": "状况"}},
        {"name": "in_use", "type": "boolean", "label": {"en": "In use", "zh-CN": "在用"}},
        {
            "name": "place",
            "type": "tags",
            "dimension": "place",
            "label": {"en": "Place", "zh-CN": "位置"},
        },
        {"name": "keeper", "type": "owner", "label": {"en": "Keeper", "zh-CN": "保管人"}},
    ],
}

REPAIR: dict[str, Any] = {
    "kind": "entity",
    "name": "repair",
    "label": {"en": "Repair", "zh-CN": "维修单"},
    "plural": {"en": "Repairs", "zh-CN": "维修单"},
    "title": "subject",
    "fields": [
        {
            "name": "subject",
            "type": "text",
            "required": True,
            "search": True,
            "label": {"en": "Subject", "zh-CN": "标题"},
        },
        {
            "name": "machine",
            "type": "reference",
            "to": "machine",
            "inverse": "repairs",
            "required": True,
            "label": {"en": "Machine", "zh-CN": "设备"},
        },
        {"name": "cost", "type": "money", "label": {"en": "Cost", "zh-CN": "费用"}},
        {"name": "stage", "type": "stage", "label": {"en": "Stage", "zh-CN": "阶段"}},
    ],
    "pipeline": {
        "field": "stage",
        "stages": [
            {
                "name": "reported",
                "label": {"en": "Reported", "zh-CN": "已报修"},
                "checklist": [
                    {
                        "name": "looked",
                        "label": {"en": "Looked at", "zh-CN": "已查看"},
                        "required": True,
                    }
                ],
            },
            {
                "name": "working",
                "label": {"en": "Working", "zh-CN": "维修中"},
                "requires": ["cost"],
                "enter_when": "cost > 0",
            },
            {"name": "done", "label": {"en": "Done", "zh-CN": "已完成"}, "closed": "won"},
        ],
    },
}

NOTE: dict[str, Any] = {
    "kind": "entity",
    "name": "note",
    "label": {"en": "Note", "zh-CN": "工作记录"},
    "plural": {"en": "Notes", "zh-CN": "工作记录"},
    "title": "number",
    "fields": [
        {"name": "number", "type": "auto_number", "pattern": "JL{0000}"},
        {
            "name": "machine",
            "type": "reference",
            "to": "machine",
            "inverse": "notes",
            "required": True,
            "label": {"en": "Machine", "zh-CN": "设备"},
        },
        {
            "name": "repair",
            "type": "reference",
            "to": "repair",
            "inverse": "notes",
            "where": "machine == parent.machine",
            "label": {"en": "Repair", "zh-CN": "维修单"},
        },
        {
            "name": "at",
            "type": "datetime",
            "required": True,
            "default": {"expr": "now()"},
            "label": {"en": "Time", "zh-CN": "时间"},
        },
        {
            "name": "what",
            "type": "long_text",
            "required": True,
            "label": {"en": "What was done", "zh-CN": "工作内容"},
        },
    ],
}

PLACE: dict[str, Any] = {
    "kind": "tag_dimension",
    "name": "place",
    "label": {"en": "Place", "zh-CN": "位置"},
    "tags": [
        {"name": "hall", "label": {"en": "Hall", "zh-CN": "车间"}},
        {"name": "yard", "label": {"en": "Yard", "zh-CN": "院内"}},
    ],
}

FORM: dict[str, Any] = {
    "kind": "form",
    "name": "machine_edit",
    "entity": "machine",
    "sections": [
        {
            "name": "basics",
            "label": {"en": "Basics", "zh-CN": "基本信息"},
            "columns": 2,
            "fields": [
                {"field": "name", "wide": True},
                {"field": "number"},
                {"field": "kind"},
                {
                    "field": "kind_note",
                    "visible_when": 'kind == "other"',
                    "required_when": 'kind == "other"',
                },
                {"field": "price"},
                {"field": "use_rate"},
                {"field": "bought_on"},
                {"field": "in_use"},
                {"field": "place", "wide": True},
                {"field": "keeper"},
            ],
        }
    ],
}

VIEWS: tuple[dict[str, Any], ...] = (
    {
        "kind": "view",
        "name": "machine_all",
        "label": {"en": "All machines", "zh-CN": "全部"},
        "entity": "machine",
        "columns": [
            {"field": "name", "width": 240},
            {"field": "kind"},
            {"field": "price"},
            {"field": "place"},
            {"field": "keeper"},
        ],
        "sort": ["name"],
    },
    {
        "kind": "view",
        "name": "machine_dear",
        "label": {"en": "Dear ones", "zh-CN": "高价设备"},
        "entity": "machine",
        "columns": [{"field": "name"}, {"field": "price"}],
        "filter": "price >= 50000",
    },
    {
        "kind": "view",
        "name": "machine_mine_idle",
        "label": {"en": "My idle machines", "zh-CN": "我保管的停用设备"},
        "entity": "machine",
        "columns": [{"field": "name"}],
        "filter": "keeper == me() and not in_use",
    },
)

METRICS: tuple[dict[str, Any], ...] = (
    {
        "kind": "metric",
        "name": "machines",
        "label": {"en": "Machines bought", "zh-CN": "购置设备数"},
        "description": {
            "en": "Machines by the day of buying.",
            "zh-CN": "按购置日期统计的设备数。",
        },
        "entity": "machine",
        "value": {"aggregate": "count"},
        "date": "bought_on",
    },
    {
        "kind": "metric",
        "name": "in_use",
        "label": {"en": "Share in use", "zh-CN": "在用率"},
        "description": {"en": "Machines in use / machines.", "zh-CN": "在用设备数 / 设备数。"},
        "entity": "machine",
        "value": {"aggregate": "count", "where": "in_use"},
        "over": {"aggregate": "count"},
        "unit": "percent",
        "change": "points",
    },
    {
        "kind": "metric",
        "name": "value",
        "label": {"en": "Value of machines", "zh-CN": "设备总值"},
        "entity": "machine",
        "value": {"aggregate": "sum", "of": "price"},
        "unit": "money",
    },
    {
        "kind": "metric",
        "name": "mean_price",
        "label": {"en": "Mean price", "zh-CN": "平均购置价"},
        "entity": "machine",
        "value": {"aggregate": "avg", "of": "price"},
        "unit": "money",
    },
)

DASHBOARD: dict[str, Any] = {
    "kind": "dashboard",
    "name": "figures",
    "label": {"en": "Figures", "zh-CN": "车间总览"},
    "period": "this_year",
    "cards": [
        {"name": "machines", "type": "number", "metric": "machines"},
        {"name": "in_use", "type": "number", "metric": "in_use"},
        {"name": "value", "type": "number", "metric": "value"},
        {
            "name": "dearest",
            "label": {"en": "Dearest", "zh-CN": "最贵设备均价"},
            "type": "number",
            "metric": "mean_price",
            "filter": "price > 9000000",
        },
        {
            "name": "by_note",
            "label": {"en": "By note", "zh-CN": "按类型说明"},
            "type": "bar",
            "metric": "machines",
            "group": "kind_note",
            "width": 6,
        },
        {
            "name": "by_keeper",
            "label": {"en": "By keeper", "zh-CN": "按保管人"},
            "type": "bar",
            "metric": "machines",
            "group": "keeper",
            "width": 6,
        },
        {"name": "funnel", "type": "funnel", "entity": "repair", "width": 6},
        {
            "name": "by_kind",
            "label": {"en": "By kind", "zh-CN": "按在用与类型"},
            "type": "table",
            "entity": "machine",
            "group": "in_use",
            "across": "kind",
            "metrics": ["value"],
            "width": 6,
        },
    ],
}

RULE: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "idle_machine",
    "label": {"en": "Idle machine", "zh-CN": "设备闲置"},
    "entity": "machine",
    "when": "not in_use and price > 50000",
    "schedule": "0 9 * * *",
    "severity": "high",
    "message": {"en": "{{ name }} stands idle.", "zh-CN": "【设备闲置】{{ name }} 未在用。"},
    "tell": ["owner"],
}

ROLES: tuple[dict[str, Any], ...] = (
    {
        "kind": "role",
        "name": "chief",
        "label": {"en": "Chief", "zh-CN": "主管"},
        "everything_else": {"read": True, "create": True, "update": True, "delete": True},
        "metadata": True,
        "members": True,
        "imports": True,
    },
    {
        "kind": "role",
        "name": "visitor",
        "label": {"en": "Visitor", "zh-CN": "访客"},
        "entities": [{"entity": "machine", "read": True, "hidden_fields": ["price"]}],
    },
)


def documents() -> tuple[Document, ...]:
    """The whole app."""
    return tuple(
        document_of(data)
        for data in (
            APP,
            MACHINE,
            REPAIR,
            NOTE,
            PLACE,
            FORM,
            *VIEWS,
            *METRICS,
            DASHBOARD,
            RULE,
            *ROLES,
        )
    )


def later_documents() -> tuple[Document, ...]:
    """The app in a later version, in which a machine has a colour."""
    app = {**APP, "version": "1.1.0"}
    colour = {"name": "colour", "type": "text", "label": {"en": "Colour", "zh-CN": "颜色"}}
    machine = {**MACHINE, "fields": [*MACHINE["fields"], colour]}
    changed = {one["name"]: document_of(one) for one in (app, machine)}
    return tuple(changed.get(one.name, one) for one in documents())
