"""Merging by hand: what two sides changed in one application, and what must come of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from fieldstone.metadata import to_ids
from fieldstone.metadata.merge import ABSENT, Side, merge
from fieldstone.rules import check
from tests.metadata.editing import GONE, Edit, at, with_edits
from tests.metadata.samples import sample_documents

BASE = to_ids(sample_documents()).documents
DEAL, CUSTOMER, FORM = "entity/deal#", "entity/customer#", "form/customer_edit#"
AMOUNT, STAGES = f"{DEAL}/fields/amount", f"{DEAL}/pipeline/stages"
ABC, RULE, VIEW = "tier_scheme/abc#", "alert_rule/silent_customer#", "view/my_deals#"
BASICS, STATUS = f"{FORM}/sections/basics/fields", f"{FORM}/sections/status/fields"
VIP = {"kind": "view", "id": "vip", "name": "vip", "entity": "customer", "columns": []}
NOTE = {"id": "note", "name": "note", "type": "text"}


class Case(NamedTuple):
    """What each side does, what stands where afterwards, and which places are asked about."""

    ours: list[Edit]
    theirs: list[Edit]
    becomes: dict[str, Any]
    asked: tuple[str, ...] = ()


CASES: dict[str, Case] = {
    # One side alone, and both alike
    "neither changes anything": Case([], [], {f"{AMOUNT}/min": 0}),
    "we alone change a bound": Case([("set", f"{AMOUNT}/min", 5)], [], {f"{AMOUNT}/min": 5}),
    "they alone change a bound": Case([], [("set", f"{AMOUNT}/min", 5)], {f"{AMOUNT}/min": 5}),
    "both make the same change": Case(
        [("set", f"{AMOUNT}/min", 5)], [("set", f"{AMOUNT}/min", 5)], {f"{AMOUNT}/min": 5}
    ),
    "both take the same thing away": Case(
        [("drop", f"{STAGES}/quote/requires")],
        [("drop", f"{STAGES}/quote/requires")],
        {f"{STAGES}/quote/requires": GONE},
    ),
    "each says a default that the other leaves out": Case(
        [("set", f"{AMOUNT}/required", False)],
        [("set", f"{AMOUNT}/search", False)],
        {f"{AMOUNT}/required": GONE, f"{AMOUNT}/search": GONE},
    ),
    # Properties of one thing
    "two properties of one field": Case(
        [("set", f"{AMOUNT}/min", 5)],
        [("set", f"{AMOUNT}/max", 900)],
        {f"{AMOUNT}/min": 5, f"{AMOUNT}/max": 900},
    ),
    "one property, two values": Case(
        [("set", f"{AMOUNT}/min", 5)],
        [("set", f"{AMOUNT}/min", 9)],
        {f"{AMOUNT}/min": 5},
        (f"{AMOUNT}/min",),
    ),
    "taken away and changed": Case(
        [("drop", f"{AMOUNT}/min")],
        [("set", f"{AMOUNT}/min", 9)],
        {f"{AMOUNT}/min": GONE},
        (f"{AMOUNT}/min",),
    ),
    "a rename and another property": Case(
        [("set", f"{AMOUNT}/name", "value")],
        [("set", f"{AMOUNT}/required", True)],
        {f"{AMOUNT}/name": "value", f"{AMOUNT}/required": True},
    ),
    "two renames": Case(
        [("set", f"{AMOUNT}/name", "value")],
        [("set", f"{AMOUNT}/name", "volume")],
        {f"{AMOUNT}/name": "value"},
        (f"{AMOUNT}/name",),
    ),
    "a type and a bound": Case(
        [("set", f"{AMOUNT}/type", "decimal")],
        [("set", f"{AMOUNT}/min", 1)],
        {f"{AMOUNT}/type": "decimal", f"{AMOUNT}/min": 1},
    ),
    # Labels
    "a label in two languages": Case(
        [("set", f"{DEAL}/label/en", "Chance")],
        [("set", f"{DEAL}/label/zh-CN", "机会")],
        {f"{DEAL}/label/en": "Chance", f"{DEAL}/label/zh-CN": "机会"},
    ),
    "a label in one language": Case(
        [("set", f"{DEAL}/label/en", "Chance")],
        [("set", f"{DEAL}/label/en", "Opportunity")],
        {f"{DEAL}/label/en": "Chance"},
        (f"{DEAL}/label/en",),
    ),
    "one text for all languages, and one language more": Case(
        [("set", f"{STAGES}/contact/checklist/confirm_position/label", "Confirm the role")],
        [
            (
                "set",
                f"{STAGES}/contact/checklist/confirm_position/label",
                {"en": "确认职位", "zh-CN": "确认职务"},
            )
        ],
        {
            f"{STAGES}/contact/checklist/confirm_position/label/en": "Confirm the role",
            f"{STAGES}/contact/checklist/confirm_position/label/zh-CN": "确认职务",
        },
    ),
    "a label that both give": Case(
        [("set", f"{AMOUNT}/label", {"en": "Worth"})],
        [("set", f"{AMOUNT}/label", {"zh-CN": "金额"})],
        {f"{AMOUNT}/label/en": "Worth", f"{AMOUNT}/label/zh-CN": "金额"},
    ),
    # Fields that come and go
    "each adds a field": Case(
        [("set", f"{DEAL}/fields/-", NOTE)],
        [("set", f"{DEAL}/fields/-", {**NOTE, "id": "source", "name": "source"})],
        {f"{DEAL}/fields/note/type": "text", f"{DEAL}/fields/source/type": "text"},
    ),
    "both add the same field": Case(
        [("set", f"{DEAL}/fields/-", NOTE)],
        [("set", f"{DEAL}/fields/-", NOTE)],
        {f"{DEAL}/fields/note/type": "text"},
    ),
    "both add another field of one id": Case(
        [("set", f"{DEAL}/fields/-", NOTE)],
        [("set", f"{DEAL}/fields/-", {**NOTE, "type": "long_text"})],
        {f"{DEAL}/fields/note/type": "text"},
        (f"{DEAL}/fields/note",),
    ),
    "a field archived that nobody else touched": Case(
        [], [("set", f"{AMOUNT}/archived", True)], {f"{AMOUNT}/archived": True}
    ),
    "they archive the field that we label": Case(
        [("set", f"{AMOUNT}/label", {"en": "Worth"})],
        [("set", f"{AMOUNT}/archived", True)],
        {f"{AMOUNT}/archived": GONE, f"{AMOUNT}/label/en": "Worth"},
        (f"{AMOUNT}/archived",),
    ),
    "we archive the field that they bound": Case(
        [("set", f"{AMOUNT}/archived", True)],
        [("set", f"{AMOUNT}/min", 1)],
        {f"{AMOUNT}/archived": True, f"{AMOUNT}/min": 1},
        (f"{AMOUNT}/archived",),
    ),
    "a field restored and labelled": Case(
        [("set", "entity/task#/fields/due/label", {"en": "Until"})],
        [("set", "entity/task#/fields/due/required", True)],
        {
            "entity/task#/fields/due/label/en": "Until",
            "entity/task#/fields/due/required": True,
        },
    ),
    # Choices
    "each adds a choice": Case(
        [("set", f"{DEAL}/fields/kind/options/-", {"id": "trial", "name": "trial"})],
        [("set", f"{DEAL}/fields/kind/options/-", {"id": "renewal", "name": "renewal"})],
        {f"{DEAL}/fields/kind/options": ["first", "repeat", "trial", "renewal"]},
    ),
    "they archive the choice that we rename": Case(
        [("set", f"{DEAL}/fields/kind/options/repeat/name", "again")],
        [("set", f"{DEAL}/fields/kind/options/repeat/archived", True)],
        {f"{DEAL}/fields/kind/options/repeat/name": "again"},
        (f"{DEAL}/fields/kind/options/repeat/archived",),
    ),
    "a choice in another order and one more": Case(
        [("move", f"{DEAL}/fields/kind/options/repeat", 0)],
        [("set", f"{DEAL}/fields/kind/options/-", {"id": "trial", "name": "trial"})],
        {f"{DEAL}/fields/kind/options": ["repeat", "first", "trial"]},
    ),
    # Stages
    "a stage added between, and another one's limit": Case(
        [("set", f"{STAGES}/-", {"id": "talks", "name": "talks"}), ("move", f"{STAGES}/talks", 2)],
        [("set", f"{STAGES}/contact/max_days", 21)],
        {
            STAGES: ["contact", "quote", "talks", "won", "lost"],
            f"{STAGES}/contact/max_days": 21,
        },
    ),
    "each moves another stage": Case(
        [("move", f"{STAGES}/contact", 1)],
        [("move", f"{STAGES}/lost", 2)],
        {STAGES: ["quote", "contact", "lost", "won"]},
    ),
    "both move one stage elsewhere": Case(
        [("move", f"{STAGES}/contact", 2)],
        [("move", f"{STAGES}/contact", 3)],
        {STAGES: ["quote", "won", "contact", "lost"]},
        (f"{STAGES}/#order",),
    ),
    "they archive the stage that we make likelier": Case(
        [("set", f"{STAGES}/quote/probability", 0.6)],
        [("set", f"{STAGES}/quote/archived", True)],
        {f"{STAGES}/quote/archived": GONE},
        (f"{STAGES}/quote/archived",),
    ),
    "both require another field at a stage": Case(
        [("set", f"{STAGES}/quote/requires/-", "amount")],
        [("set", f"{STAGES}/quote/requires/-", "contact")],
        {f"{STAGES}/quote/requires": ["expected_close", "amount", "contact"]},
    ),
    "the pipeline taken away and changed": Case(
        [("drop", f"{DEAL}/pipeline")],
        [("set", f"{STAGES}/contact/max_days", 21)],
        {f"{DEAL}/pipeline": GONE},
        (f"{DEAL}/pipeline",),
    ),
    # Tiers and rules
    "two entries of a tier": Case(
        [("set", f"{ABC}/bands/A/properties/silence_days", 10)],
        [("set", f"{ABC}/bands/A/share", 0.25)],
        {f"{ABC}/bands/A/properties/silence_days": 10, f"{ABC}/bands/A/share": 0.25},
    ),
    "they take away the tier that we strategise": Case(
        [("set", f"{ABC}/bands/C/properties/silence_days", 120)],
        [("set", f"{ABC}/bands/C/archived", True)],
        {f"{ABC}/bands/C/archived": GONE},
        (f"{ABC}/bands/C/archived",),
    ),
    "we turn the rule off that they make severe": Case(
        [("set", f"{RULE}/active", False)],
        [("set", f"{RULE}/severity", "low")],
        {f"{RULE}/active": False, f"{RULE}/severity": "low"},
    ),
    "they remove the rule that we schedule": Case(
        [("set", f"{RULE}/schedule", "0 8 * * *")],
        [("drop", RULE[:-1])],
        {f"{RULE}/schedule": "0 8 * * *"},
        (RULE,),
    ),
    "we remove the rule that they leave alone": Case([("drop", RULE[:-1])], [], {RULE[:-1]: GONE}),
    "both tell somebody else": Case(
        [("set", f"{RULE}/tell/-", "role:sales")],
        [("set", f"{RULE}/tell/-", "manager")],
        {f"{RULE}/tell": ["owner", "role:sales_manager", "role:sales", "manager"]},
    ),
    # Expressions
    "two numbers of one condition": Case(
        [("set", f"{STAGES}/quote/enter_when", 'amount > 500 and customer.status != "lost"')],
        [("set", f"{STAGES}/quote/enter_when", 'amount >= 0 and customer.status != "lost"')],
        {},
        (f"{STAGES}/quote/enter_when",),
    ),
    "another part of one condition each": Case(
        [("set", f"{STAGES}/quote/enter_when", 'amount > 500 and customer.status != "lost"')],
        [("set", f"{STAGES}/quote/enter_when", "amount > 0 and contact is not None")],
        {f"{STAGES}/quote/enter_when": "amount > 500 and contact is not None"},
    ),
    "a condition more on each side": Case(
        [("set", f"{DEAL}/fields/expected_close/required_when", 'stage in ["quote", "won"]')],
        [("set", f"{DEAL}/fields/expected_close/required_when", 'stage in ["quote", "lost"]')],
        {f"{DEAL}/fields/expected_close/required_when": 'stage in ["quote", "won", "lost"]'},
    ),
    "a filter narrowed twice": Case(
        [("set", f"{VIEW}/filter", "owner == me() and not stage.closed and amount > 1")],
        [("set", f"{VIEW}/filter", "owner == me() and contact is None and not stage.closed")],
        {f"{VIEW}/filter": "owner == me() and not stage.closed and amount > 1"},
        (f"{VIEW}/filter",),
    ),
    # Layouts
    "a field moved to another section, and made wide": Case(
        [("drop", f"{BASICS}/email"), ("set", f"{STATUS}/-", {"field": "email"})],
        [("set", f"{BASICS}/email", {"field": "email", "wide": True})],
        {
            BASICS: ["name", "phone"],
            STATUS: ["status", "owner", "email"],
            f"{STATUS}/email/wide": True,
        },
    ),
    "a section taken away whose fields moved, and one of them changed": Case(
        [
            ("drop", f"{FORM}/sections/status"),
            ("set", f"{BASICS}/-", {"field": "status"}),
            ("set", f"{BASICS}/-", {"field": "owner"}),
        ],
        [("set", f"{STATUS}/status", {"field": "status", "wide": True})],
        {
            BASICS: ["name", "phone", "email", "status", "owner"],
            f"{BASICS}/status/wide": True,
            STATUS: GONE,
        },
    ),
    "a field moved to two places": Case(
        [("drop", f"{BASICS}/email"), ("set", f"{STATUS}/-", {"field": "email"})],
        [
            ("drop", f"{BASICS}/email"),
            (
                "set",
                f"{FORM}/sections/-",
                {"id": "more", "name": "more", "fields": [{"field": "email"}]},
            ),
        ],
        {STATUS: ["status", "owner", "email"], f"{FORM}/sections/more/fields": []},
        (f"{FORM}/sections/fields/email/#home",),
    ),
    "a field of a section moved elsewhere by each": Case(
        [("move", f"{BASICS}/email", 0)],
        [("move", f"{BASICS}/email", 1)],
        {BASICS: ["email", "name", "phone"]},
        (f"{BASICS}/#order",),
    ),
    "a field taken from the form, and one put in its place": Case(
        [("drop", f"{BASICS}/phone")],
        [("set", f"{BASICS}/-", {"field": "size"}), ("move", f"{BASICS}/size", 2)],
        {BASICS: ["name", "size", "email"]},
    ),
    "columns of a list": Case(
        [("move", f"{VIEW}/columns/stage", 0)],
        [("drop", f"{VIEW}/columns/customer"), ("set", f"{VIEW}/columns/-", {"field": "kind"})],
        {f"{VIEW}/columns": ["stage", "name", "customer.owner", "amount", "kind"]},
    ),
    "the order of a list as a whole": Case(
        [("set", f"{VIEW}/sort", ["amount"])],
        [("set", f"{VIEW}/sort", ["name"])],
        {},
        (f"{VIEW}/sort",),
    ),
    # Documents
    "each adds a view": Case(
        [("set", "view/vip", VIP)],
        [("set", "view/new", {**VIP, "id": "new", "name": "new"})],
        {"view/vip#/entity": "customer", "view/new#/entity": "customer"},
    ),
    "both add another view of one id": Case(
        [("set", "view/vip", VIP)],
        [("set", "view/vip", {**VIP, "entity": "deal"})],
        {"view/vip#/entity": "customer"},
        ("view/vip#",),
    ),
    "a role may do more, and something else less": Case(
        [("set", "role/sales#/entities/customer/delete", True)],
        [("set", "role/sales#/entities/customer/hidden_fields", ["size"])],
        {
            "role/sales#/entities/customer/delete": True,
            "role/sales#/entities/customer/hidden_fields": ["size"],
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_comes_of_two_changes(name: str) -> None:
    case = CASES[name]
    ours, theirs = with_edits(BASE, case.ours), with_edits(BASE, case.theirs)
    merged = merge(BASE, ours, theirs)
    assert [one.key for one in merged.conflicts] == list(case.asked)
    found = {place: at(merged.documents, place) for place in case.becomes}
    assert found == case.becomes


@pytest.mark.parametrize("name", CASES)
def test_a_merge_is_an_application_or_says_why_not(name: str) -> None:
    case = CASES[name]
    ours, theirs = with_edits(BASE, case.ours), with_edits(BASE, case.theirs)
    checked = check(merge(BASE, ours, theirs).documents)
    assert (checked.app is None) == bool(checked.problems)
    assert all(one.document and one.text("zh-CN") for one in checked.problems)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.asked])
def test_a_choice_settles_what_was_asked(name: str) -> None:
    case = CASES[name]
    ours, theirs = with_edits(BASE, case.ours), with_edits(BASE, case.theirs)
    (place,) = case.asked
    (asked,) = merge(BASE, ours, theirs).conflicts
    answers: list[tuple[Side, Any]] = [("ours", asked.ours), ("theirs", asked.theirs)]
    for side, wanted in answers:
        settled = merge(BASE, ours, theirs, {place: side})
        assert settled.conflicts == ()
        (found,) = (one for one in settled.differences if one.key == place)
        assert found.chosen == side
        if "#order" in place or "#home" in place or place.endswith("/archived"):
            continue
        stands = at(settled.documents, place.removesuffix("#"))
        assert stands == (GONE if wanted is ABSENT else wanted)


def test_what_they_changed_can_be_left_out() -> None:
    theirs = with_edits(BASE, [("set", f"{AMOUNT}/min", 5), ("set", f"{DEAL}/fields/-", NOTE)])
    (bound, field) = merge(BASE, BASE, theirs).differences
    assert (bound.key, bound.fate) == (f"{AMOUNT}/min", "theirs")
    assert (field.key, field.fate) == (f"{DEAL}/fields/note", "theirs")
    left = merge(BASE, BASE, theirs, {bound.key: "ours", field.key: "ours"})
    assert at(left.documents, f"{AMOUNT}/min") == 0
    assert at(left.documents, f"{DEAL}/fields/note") == GONE


def test_a_workspace_keeps_what_is_its_own_and_follows_the_version() -> None:
    ours = with_edits(BASE, [("set", "app/sample#/currency", "EUR")])
    theirs = with_edits(
        BASE,
        [
            ("set", "app/sample#/currency", "USD"),
            ("set", "app/sample#/time_zone", "Europe/Berlin"),
            ("set", "app/sample#/version", "2.0.0"),
        ],
    )
    merged = merge(BASE, ours, theirs, owned=True)
    assert merged.conflicts == ()
    assert at(merged.documents, "app/sample#/currency") == "EUR"
    assert at(merged.documents, "app/sample#/version") == "2.0.0"
    assert at(merged.documents, "app/sample#/time_zone") == at(BASE, "app/sample#/time_zone")
