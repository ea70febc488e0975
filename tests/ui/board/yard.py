"""A boatyard's app: jobs that go through stages with money, a date and a builder on each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fieldstone.engine import alerts, members, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, document_of
from tests.ui.workshop import PASSWORD

APP: dict[str, Any] = {
    "kind": "app",
    "name": "yard",
    "label": {"en": "Boatyard", "zh-CN": "船厂"},
    "menu": [
        {"name": "today", "page": "today", "label": {"en": "Today", "zh-CN": "今日"}},
        {"name": "jobs", "entity": "job"},
        {"name": "boats", "entity": "boat"},
        {"name": "errands", "entity": "errand"},
        {"name": "secrets", "entity": "secret"},
        {"name": "alerts", "page": "alerts", "icon": "bell"},
    ],
}

BOAT: dict[str, Any] = {
    "kind": "entity",
    "name": "boat",
    "label": {"en": "Boat", "zh-CN": "船"},
    "plural": {"en": "Boats", "zh-CN": "船"},
    "title": "name",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "required": True,
            "search": True,
            "label": {"en": "Boat name", "zh-CN": "船名"},
        },
        {"name": "remark", "type": "text", "label": {"en": "Remark", "zh-CN": "备注"}},
        {"name": "berth_phone", "type": "phone", "label": {"en": "Phone", "zh-CN": "电话"}},
    ],
}

SECRET: dict[str, Any] = {
    "kind": "entity",
    "name": "secret",
    "label": {"en": "Secret", "zh-CN": "机密"},
    "plural": {"en": "Secrets", "zh-CN": "机密"},
    "title": "name",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "required": True,
            "search": True,
            "label": {"en": "Name", "zh-CN": "名称"},
        }
    ],
}

JOB: dict[str, Any] = {
    "kind": "entity",
    "name": "job",
    "label": {"en": "Job", "zh-CN": "工程"},
    "plural": {"en": "Jobs", "zh-CN": "工程"},
    "title": "name",
    "header": ["builder", "price", "plan", "due", "talked_at"],
    "fields": [
        {
            "name": "name",
            "type": "text",
            "required": True,
            "search": True,
            "max_length": 80,
            "label": {"en": "Job name", "zh-CN": "工程名称"},
        },
        {
            "name": "boat",
            "type": "reference",
            "to": "boat",
            "inverse": "jobs",
            "label": {"en": "Boat", "zh-CN": "船"},
        },
        {"name": "price", "type": "money", "label": {"en": "Price", "zh-CN": "报价"}},
        {"name": "due", "type": "date", "label": {"en": "Due", "zh-CN": "交付日期"}},
        {"name": "builder", "type": "owner", "label": {"en": "Builder", "zh-CN": "负责人"}},
        {"name": "plan", "type": "text", "label": {"en": "Next step", "zh-CN": "下一步计划"}},
        {
            "name": "talked_at",
            "type": "formula",
            "formula": "max(logs.at)",
            "label": {"en": "Last log", "zh-CN": "最近日志时间"},
        },
        {
            "name": "why_not",
            "type": "choice",
            "label": {"en": "Why not", "zh-CN": "放弃原因"},
            "options": [
                {"name": "price", "label": {"en": "Price", "zh-CN": "价格"}},
                {"name": "time", "label": {"en": "Time", "zh-CN": "时间"}},
            ],
        },
        {"name": "stage", "type": "stage", "label": {"en": "Stage", "zh-CN": "阶段"}},
    ],
    "pipeline": {
        "field": "stage",
        "amount": "price",
        "stages": [
            {
                "name": "asked",
                "label": {"en": "Asked", "zh-CN": "询价"},
                "probability": 0.2,
                "max_days": 5,
            },
            {
                "name": "agreed",
                "label": {"en": "Agreed", "zh-CN": "已定"},
                "probability": 0.5,
                "max_days": 30,
                "requires": ["price"],
            },
            {
                "name": "tested",
                "label": {"en": "Tested", "zh-CN": "已验"},
                "probability": 0.9,
                "enter_when": "count(logs) > 0",
            },
            {"name": "built", "label": {"en": "Built", "zh-CN": "完工"}, "closed": "won"},
            {
                "name": "dropped",
                "label": {"en": "Dropped", "zh-CN": "放弃"},
                "closed": "lost",
                "requires": ["why_not"],
            },
        ],
    },
}

LOG: dict[str, Any] = {
    "kind": "entity",
    "name": "log",
    "label": {"en": "Log", "zh-CN": "日志"},
    "plural": {"en": "Logs", "zh-CN": "日志"},
    "title": "number",
    "fields": [
        {"name": "number", "type": "auto_number", "pattern": "RZ{0000}"},
        {
            "name": "job",
            "type": "reference",
            "to": "job",
            "inverse": "logs",
            "required": True,
            "label": {"en": "Job", "zh-CN": "工程"},
        },
        {
            "name": "at",
            "type": "datetime",
            "required": True,
            "default": {"expr": "now()"},
            "label": {"en": "Time", "zh-CN": "时间"},
        },
        {
            "name": "text",
            "type": "long_text",
            "required": True,
            "label": {"en": "Text", "zh-CN": "内容"},
        },
    ],
}

ERRAND: dict[str, Any] = {
    "kind": "entity",
    "name": "errand",
    "label": {"en": "Errand", "zh-CN": "跑腿"},
    "plural": {"en": "Errands", "zh-CN": "跑腿"},
    "title": "name",
    "fields": [
        {
            "name": "name",
            "type": "text",
            "required": True,
            "search": True,
            "label": {"en": "Name", "zh-CN": "名称"},
        },
        {
            "name": "job",
            "type": "reference",
            "to": "job",
            "inverse": "errands",
            "label": {"en": "Job", "zh-CN": "工程"},
        },
        {
            "name": "runner",
            "type": "owner",
            "label": {"en": "Runner", "zh-CN": "负责人"},
        },
        {"name": "due", "type": "date", "label": {"en": "Due", "zh-CN": "到期"}},
        {
            "name": "state",
            "type": "choice",
            "required": True,
            "default": "open",
            "label": {"en": "State", "zh-CN": "状态"},
            "options": [
                {"name": "open", "label": {"en": "Open", "zh-CN": "待办"}},
                {"name": "done", "label": {"en": "Done", "zh-CN": "已完成"}},
                {"name": "called_off", "label": {"en": "Called off", "zh-CN": "已取消"}},
            ],
            "transitions": {"open": ["done", "called_off"], "done": ["open"]},
            "done": "done",
        },
    ],
}

VIEWS: tuple[dict[str, Any], ...] = (
    {
        "kind": "view",
        "name": "job_all",
        "label": {"en": "All jobs", "zh-CN": "全部"},
        "entity": "job",
        "columns": [
            {"field": "name"},
            {"field": "stage"},
            {"field": "price"},
            {"field": "due"},
            {"field": "builder"},
        ],
        "sort": ["name"],
    },
    {
        "kind": "view",
        "name": "job_wall",
        "label": {"en": "Wall", "zh-CN": "看板墙"},
        "entity": "job",
        "type": "kanban",
        "columns": [{"field": "name"}, {"field": "price"}],
        "filter": "price >= 5000",
    },
    {
        "kind": "view",
        "name": "errand_late",
        "label": {"en": "Late errands", "zh-CN": "逾期跑腿"},
        "entity": "errand",
        "columns": [{"field": "name"}, {"field": "due"}, {"field": "state"}],
        "filter": 'runner == me() and state == "open" and due < today()',
        "sort": ["due"],
    },
    {
        "kind": "view",
        "name": "job_late",
        "label": {"en": "Late jobs", "zh-CN": "逾期工程"},
        "entity": "job",
        "columns": [{"field": "name"}, {"field": "due"}, {"field": "price"}],
        "filter": "builder == me() and not stage.closed and due < today()",
        "sort": ["due"],
    },
)

RULE: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "dear_job",
    "label": {"en": "Dear job", "zh-CN": "大额工程"},
    "entity": "job",
    "when": "price > 90000",
    "schedule": "0 9 * * *",
    "severity": "high",
    "message": {"en": "{{ name }} is dear.", "zh-CN": "【大额工程】{{ name }} 金额较大。"},
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
    },
    {
        "kind": "role",
        "name": "visitor",
        "label": {"en": "Visitor", "zh-CN": "访客"},
        "entities": [{"entity": "job", "read": True, "hidden_fields": ["price"]}],
    },
)

ASKED = 24
"""How many jobs stand in the first column: more than come at once."""


def documents() -> tuple[Document, ...]:
    """The whole app."""
    entities = (BOAT, SECRET, JOB, LOG, ERRAND)
    return tuple(document_of(data) for data in (APP, *entities, *VIEWS, RULE, *ROLES))


def filled_yard(installation: Installation) -> Workspace:
    """A workspace with three people, two boats, and 26 jobs of which one raises an alert."""
    chief = NewMember(name="王工", email="chief@example.com", password=PASSWORD, locale="zh-CN")
    workspace = installation.create_workspace("yard", "船厂", documents(), admin=chief)
    for name, email, role in (
        ("Ann Lee", "ann@example.com", "chief"),
        ("Vera", "vera@example.com", "visitor"),
    ):
        new = NewMember(name=name, email=email, password=PASSWORD, locale="en", roles=(role,))
        members.add(workspace, SYSTEM, new)
    with workspace.writing() as tx:
        _fill(tx)
    alerts.run(workspace)
    return workspace


def _fill(tx: Any) -> None:
    today = tx.now.astimezone(tx.zone).date()
    for name in ("海鸥号", "白鹭号"):
        records.create(tx, SYSTEM, "boat", {"name": name})
    records.create(tx, SYSTEM, "secret", {"name": "机密工程清单"})
    rows: list[dict[str, Any]] = [
        {
            "name": f"工程 {number:02}",
            "boat": "1",
            "price": str(number * 100),
            "due": (today + timedelta(days=number)).isoformat(),
            "builder": "1",
        }
        for number in range(1, ASKED + 1)
    ]
    rows += [{"name": "没有报价的工程", "builder": "1"}, {"name": "大船", "price": "100000"}]
    rows[-1]["builder"] = "1"
    made = records.create_many(tx, SYSTEM, "job", rows)
    assert all(one.done for one in made), made
    values = {"name": "买木料", "job": "1", "runner": "1"}
    late = (today - timedelta(days=2)).isoformat()
    records.create(tx, SYSTEM, "errand", {**values, "due": late})
