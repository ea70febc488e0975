"""Merging in words: where two sides meet, and what each has there, in both languages."""

from __future__ import annotations

import pytest

from fieldstone.metadata import to_ids
from fieldstone.metadata.merge import merge
from fieldstone.metadata.merge.words import Wording
from tests.metadata.editing import Edit, with_edits
from tests.metadata.samples import sample_documents
from tests.metadata.test_merge import CASES, NOTE

BASE = to_ids(sample_documents()).documents
DEAL = "entity/deal#"
AMOUNT = f"{DEAL}/fields/amount"

Said = tuple[str, str, str, str]
TOLD: dict[str, tuple[Edit, Edit, str, Said]] = {
    "a number": (
        ("set", f"{AMOUNT}/min", 5),
        ("set", f"{AMOUNT}/min", 9),
        "en",
        ('entity "Deal" / field "amount": smallest value', "0", "5", "9"),
    ),
    "a label": (
        ("set", f"{DEAL}/label/zh-CN", "机会"),
        ("set", f"{DEAL}/label/zh-CN", "销售机会"),
        "zh-CN",
        ("业务对象“机会”：显示名称 / 中文", "商机", "机会", "销售机会"),
    ),
    "a type": (
        ("set", f"{AMOUNT}/type", "decimal"),
        ("set", f"{AMOUNT}/type", "integer"),
        "zh-CN",
        ("业务对象“商机” / 字段“amount”：类型", "金额", "小数", "整数"),
    ),
    "a condition, with the names of now": (
        ("set", f"{DEAL}/pipeline/stages/quote/enter_when", "amount > 5"),
        ("set", f"{DEAL}/pipeline/stages/quote/enter_when", "amount > 9 or stage is None"),
        "en",
        (
            'entity "Deal" / stage "quote": entry condition',
            'amount > 0 and customer.status != "lost"',
            "amount > 5",
            "amount > 9 or stage is None",
        ),
    ),
    "two things of one id": (
        ("set", f"{DEAL}/fields/-", NOTE),
        ("set", f"{DEAL}/fields/-", {**NOTE, "type": "long_text", "label": {"en": "Memo"}}),
        "en",
        (
            'entity "Deal" / field "note"',
            "not there",
            "note (Text)",
            "Memo (Long text)",
        ),
    ),
    "a thing put away and changed": (
        ("set", f"{AMOUNT}/min", 5),
        ("set", f"{AMOUNT}/archived", True),
        "zh-CN",
        ("业务对象“商机” / 字段“amount”：停用", "在用", "在用", "停用"),
    ),
    "a document removed and changed": (
        ("set", "view/my_deals#/label/en", "Mine"),
        ("drop", "view/my_deals"),
        "en",
        ('view "Mine"', "My deals", "changed: label", "not there"),
    ),
    "an order": (
        ("move", f"{DEAL}/pipeline/stages/contact", 2),
        ("move", f"{DEAL}/pipeline/stages/contact", 3),
        "en",
        (
            'entity "Deal": stages / order',
            "contact, quote, won, lost",
            "quote, won, contact, lost",
            "quote, won, lost, contact",
        ),
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_conflict_is_told_with_its_three_sides(name: str) -> None:
    mine, other, locale, wanted = TOLD[name]
    ours, theirs = with_edits(BASE, [mine]), with_edits(BASE, [other])
    (conflict,) = merge(BASE, ours, theirs).conflicts
    told = Wording(BASE, ours, theirs).told(conflict, locale)
    assert (told.place, told.base, told.ours, told.theirs) == wanted


LABELLED = with_edits(BASE, [
    ("set", "entity/customer#/fields/email/label", {"en": "E-mail", "zh-CN": "邮箱"}),
    ("set", "entity/customer#/fields/phone/label", {"en": "Phone", "zh-CN": "电话"}),
    ("set", f"{DEAL}/fields/lost_reason/label", {"en": "Lost reason", "zh-CN": "输单原因"}),
])  # fmt: skip
FORM, RULE = "form/customer_edit#/sections", "alert_rule/silent_customer#"
INCOMING: dict[str, tuple[list[Edit], str, tuple[str, str, str]]] = {
    "a text in the reader's language": (
        [("set", f"{AMOUNT}/help", {"en": "Without tax", "zh-CN": "不含税"})],
        "zh-CN",
        ("业务对象“商机” / 字段“amount”：帮助", "没有", "不含税"),
    ),
    "a field of a form, as people call it": (
        [("drop", f"{FORM}/basics/fields/email")],
        "en",
        ('form "customer_edit" / field "E-mail"', "E-mail", "not there"),
    ),
    "a setting of a field's place": (
        [("set", f"{FORM}/basics/fields/phone/required_when", "email is not None")],
        "zh-CN",
        ("表单“customer_edit” / 字段“电话”：必填条件", "email is None", "email is not None"),
    ),
    "a field in another section": (
        [
            ("drop", f"{FORM}/basics/fields/email"),
            ("set", f"{FORM}/status/fields/-", {"field": "email"}),
        ],
        "zh-CN",
        ("表单“customer_edit” / 字段“邮箱”：所在分组", "基本信息", "status"),
    ),
    "what holds where nothing is written": (
        [("set", f"{RULE}/active", False)],
        "en",
        ('alert rule "Silent customer": active', "yes", "no"),
    ),
    "a column of a list": (
        [("set", "view/my_deals#/columns/-", {"field": "lost_reason"})],
        "en",
        ('view "My deals" / field "Lost reason"', "not there", "Lost reason"),
    ),
}


@pytest.mark.parametrize("name", INCOMING)
def test_what_one_side_changed_is_told_by_labels(name: str) -> None:
    edits, locale, wanted = INCOMING[name]
    theirs = with_edits(LABELLED, edits)
    (one,) = merge(LABELLED, LABELLED, theirs).differences
    told = Wording(LABELLED, LABELLED, theirs).told(one, locale)
    assert (told.place, told.ours, told.theirs) == wanted


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("name", CASES)
def test_every_difference_has_words(name: str, locale: str) -> None:
    case = CASES[name]
    ours, theirs = with_edits(BASE, case.ours), with_edits(BASE, case.theirs)
    wording = Wording(BASE, ours, theirs)
    for one in merge(BASE, ours, theirs).differences:
        told = wording.told(one, locale)
        assert told.place
        assert "{" not in told.place
        assert "#" not in told.place
        assert told.place.startswith(told.document)
        assert told.place.endswith(told.within)
