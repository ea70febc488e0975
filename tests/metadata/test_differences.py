"""Differences and where-used: changes as values, in words of both languages."""

from __future__ import annotations

from typing import Any

import pytest

from fieldstone.metadata.differences import differences
from fieldstone.metadata.refer import Target
from fieldstone.metadata.uses import uses
from tests.metadata.samples import app_of, edited, sample_documents

BASE = app_of(sample_documents())
CASES: dict[str, tuple[dict[str, dict[str, Any]], list[str]]] = {
    "nothing": ({}, []),
    "a field is added": (
        {"entities/task.json": {"/fields/-": {"name": "note", "type": "text"}}},
        ["任务：新增字段“note”"],
    ),
    "a field is renamed": (
        {"entities/task.json": {"/fields/3/id": "due", "/fields/3/name": "due_on"}},
        ["任务：字段“due_on”由 due 改名为 due_on，旧名称仍可使用"],
    ),
    "a field is archived": (
        {"entities/customer.json": {"/fields/4": "(removed)"}},
        ["客户：停用字段“website”，数据保留，可以恢复"],
    ),
    "a field becomes required": (
        {"entities/contact.json": {"/fields/2/required": True}},
        ["联系人：字段“role”：必填 否 → 是"],
    ),
    "bounds, default and type": (
        {
            "entities/customer.json": {"/fields/11/max": 500, "/fields/10/default": 0.1},
            "entities/deal.json": {"/fields/8/type": "long_text"},
        },
        [
            "客户：字段“discount”：默认值已修改",
            "客户：字段“size”：最大值 1000000 → 500",
            "商机：字段“lost_reason”：类型 单行文本 → 多行文本",
            "商机：字段“lost_reason”：最大长度 200 → 10000",
        ],
    ),
    "an option is added and one archived": (
        {"entities/contact.json": {"/fields/2/options": [{"name": "user"}, {"name": "buyer"}]}},
        [
            "联系人 / role：新增选项“buyer”",
            "联系人 / role：停用选项“decider”，数据保留，可以恢复",
        ],
    ),
    "stages change": (
        {
            "entities/deal.json": {
                "/pipeline/stages/0/max_days": 21,
                "/pipeline/stages/1/enter_when": "amount > 5",
                "/pipeline/stages/0/checklist/0/required": False,
            }
        },
        [
            "商机：阶段“初步接触”：停留上限 14 → 21",
            "商机 / 初步接触：关键动作“确认职位”：必填 是 → 否",
            '商机：阶段“quote”：进入条件 amount > 0 and customer.status != "lost" → amount > 5',
        ],
    ),
    "a label changes in the other language alone": (
        {"entities/deal.json": {"/pipeline/stages/0/label/en": "First talk"}},
        ["商机：阶段“初步接触”：显示名称 First contact → First talk"],
    ),
    "stages in another order": (
        {
            "entities/deal.json": {
                "/pipeline/stages/2": {
                    "name": "lost",
                    "probability": 0,
                    "closed": "lost",
                    "requires": ["lost_reason"],
                },
                "/pipeline/stages/3": {"name": "won", "probability": 1, "closed": "won"},
            }
        },
        ["“商机”的阶段调整了顺序"],
    ),
    "a label": (
        {"entities/task.json": {"/label/zh-CN": "待办"}},
        ["业务对象“待办”：显示名称 任务 → 待办"],
    ),
    "a rule is changed, a view removed, a role added": (
        {
            "alert_rules/silent_customer.json": {"/severity": "low"},
            "views/my_deals.json": {"": "(removed)"},
            "roles/guest.json": {"": {"kind": "role", "name": "guest"}},
        },
        [
            "预警规则“客户沉默预警”：严重程度 紧急 → 一般",
            "删除视图“我的商机”",
            "新增角色“guest”",
        ],
    ),
    "what a role may do": (
        {
            "roles/sales.json": {
                "/entities/0/rows": "all",
                "/entities/0/hidden_fields": [],
                "/entities/1/rows": "owner is None",
                "/entities/1/delete": True,
                "/entities/-": {"entity": "task", "rows": "own", "create": True},
                "/everything_else": {"read": True},
            }
        },
        [
            "销售：业务对象“客户”：数据范围 仅本人 → 全部",
            "销售：业务对象“客户”：隐藏字段已修改",
            "销售：业务对象“商机”：数据范围 "
            "owner == me() or customer.owner == me() → owner is None",
            "销售：业务对象“商机”：删除权限 否 → 是",
            "销售：业务对象“任务”：查看权限 否 → 是",
            "销售：业务对象“任务”：新建数据 否 → 是",
            "销售：业务对象“任务”：数据范围 全部 → 仅本人",
            "销售：业务对象“其他业务对象”：查看权限 否 → 是",
        ],
    ),
    "a tag, a band, a menu entry": (
        {
            "tag_dimensions/industry.json": {"/tags/-": {"name": "education"}},
            "tier_schemes/abc.json": {"/bands/0/share": 0.3},
            "app.json": {"/menu/2": "(removed)"},
        },
        [
            "删除菜单项“deals”",
            "行业：新增标签“education”",
            "abc：等级“A”：占比 0.2 → 0.3",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_changes(name: str) -> None:
    edits, expected = CASES[name]
    after = app_of(edited(sample_documents(), edits), BASE)
    found = differences(BASE, after)
    assert sorted(one.text("zh-CN") for one in found) == sorted(expected)
    assert all("{" not in one.text("en") for one in found)


def test_from_nothing_everything_is_added() -> None:
    found = differences(None, BASE)
    assert {one.verb for one in found} == {"added"}
    assert {one.entity for one in found if one.kind == "entity.added"} == {
        "customer",
        "contact",
        "deal",
        "task",
    }


def test_a_change_says_where_it_is() -> None:
    edits = {"entities/contact.json": {"/fields/2/options/-": {"name": "buyer"}}}
    (change,) = differences(BASE, app_of(edited(sample_documents(), edits), BASE))
    assert (change.kind, change.document) == ("option.added", "entity/contact")
    assert (change.entity, change.field, change.item) == ("contact", "role", "buyer")


USES: dict[str, tuple[Target, set[str]]] = {
    "a field in a rule, a form and a formula": (
        Target("field", "customer", "status"),
        {
            "entities/deal.json#/pipeline/stages/1/enter_when",
            "alert_rules/silent_customer.json#/actions/1/when",
            "alert_rules/silent_customer.json#/actions/1/set/status",
            "forms/customer_edit.json#/sections/1/visible_when",
            "forms/customer_edit.json#/sections/1/fields/0/field",
            "roles/sales.json#/entities/0/read_only_fields/0",
        },
    ),
    "an inverse is its reference": (
        Target("field", "deal", "customer"),
        {
            "entities/customer.json#/fields/17/formula",
            "entities/deal.json#/fields/2/where",
            "entities/deal.json#/pipeline/stages/1/enter_when",
            "views/my_deals.json#/columns/1/field",
            "views/my_deals.json#/columns/2/field",
            "views/my_deals.json#/sort/1",
            "views/my_deals.json#/filter",
            "dashboards/sales.json#/cards/1/group",
            "roles/sales.json#/entities/1/rows",
        },
    ),
    "a stage": (
        Target("stage", "deal", "won"),
        {
            "entities/customer.json#/fields/17/formula",
            "metrics/win_rate.json#/value/where",
            "metrics/won_amount.json#/filter",
        },
    ),
    "a metric": (
        Target("metric", "", "won_amount"),
        {"dashboards/sales.json#/cards/1/metric", "dashboards/sales.json#/cards/3/metrics/0"},
    ),
    "a dashboard": (Target("dashboard", "", "sales"), {"app.json#/menu/3/dashboard"}),
    "an option": (
        Target("option", "customer.status", "interested"),
        {
            "entities/customer.json#/fields/5/default",
            "entities/customer.json#/fields/5/transitions/interested",
            "entities/customer.json#/fields/5/transitions/lost/0",
            "alert_rules/silent_customer.json#/actions/1/when",
        },
    ),
    "a tag": (Target("tag", "industry", "retail"), {"tier_schemes/abc.json#/where"}),
    "a band": (Target("band", "abc", "A"), {"alert_rules/silent_customer.json#/when"}),
    "a role": (
        Target("role", "", "sales_manager"),
        {"alert_rules/silent_customer.json#/tell/1"},
    ),
    "an entity": (
        Target("entity", "", "task"),
        {"alert_rules/silent_customer.json#/actions/0/create"},
    ),
    "a scheme": (Target("tier_scheme", "", "abc"), {"entities/customer.json#/fields/8/scheme"}),
}


@pytest.mark.parametrize("name", USES)
def test_where_used(name: str) -> None:
    target, expected = USES[name]
    assert {f"{one.path}#{one.pointer}" for one in uses(BASE, target)} == expected
