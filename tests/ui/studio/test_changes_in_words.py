"""Changes of conditions in a review: what they said and what they say, never their code."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from fieldstone import rules
from fieldstone.engine.templates import shipped
from fieldstone.metadata.differences import differences
from fieldstone.ui.show.formats import Formats
from fieldstone.ui.show.studio.figures.changes import texts
from tests.apps.test_where_used import app_of
from tests.rules.world import ZONE

EDITS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "view/customer_silent": (("filter",), "owner is not None and won_count > 3"),
    "entity/deal": (
        ("pipeline", "stages", 2, "enter_when"),
        "amount > 100 and count(follow_ups) > 2",
    ),
    "entity/task": (("fields", 3, "where"), "customer == parent.customer and amount > 3"),
    "alert_rule/close_date_passed": (
        ("when",),
        "not stage.closed and days_since(expected_close) > 3",
    ),
    "role/salesperson": (
        ("entities", 3),
        {
            "entity": "follow_up",
            "rows": "customer.owner == me() and date(at) > date(2026, 1, 1)",
            "create": True,
            "update": True,
            "hidden_fields": ["concern", "objection"],
        },
    ),
    "form/deal_edit": (("sections", 2, "visible_when"), "not stage.closed"),
}


def told(locale: str) -> list[str]:
    """The differences that the edits make, in words."""
    before = app_of("crm")
    edited = []
    for document in shipped("crm").documents:
        data = copy.deepcopy(dict(document.data))
        if document.key in EDITS:
            (*way, last), text = EDITS[document.key]
            inner: Any = data
            for one in way:
                inner = inner[one]
            inner[last] = text
        edited.append(document.with_data(data))
    checked = rules.check(edited, before)
    assert checked.problems == ()
    after = checked.app
    assert after is not None
    formats = Formats(locale, ZONE, now=datetime(2026, 3, 5, tzinfo=UTC))
    return texts(differences(before, after), before, after, formats)


def test_a_review_tells_conditions_in_words() -> None:
    chinese = told("zh-CN")
    assert (
        "商机：阶段“方案报价”：进入条件 预计成交金额 > ¥0.00，"
        "且客户 · 客户需求已填写，且客户 · 已有决策人"
        " → 预计成交金额 > ¥100.00，且跟进记录数 > 2" in chinese
    )
    assert "商机：分组“结果”：显示条件 阶段已结束 → 阶段未结束" in chinese
    assert (
        "销售：业务对象“跟进记录”：数据范围 客户 · 负责人为本人，或跟进人为本人"
        " → 客户 · 负责人为本人，且跟进时间晚于 2026-01-01" in chinese
    )
    assert "销售：业务对象“跟进记录”：隐藏字段 （无） → 客户关注点、主要反对意见" in chinese
    assert len(chinese) == len(EDITS) + 1
    for line in (*chinese, *told("en")):
        assert "_" not in line and "==" not in line and "(today" not in line, line
