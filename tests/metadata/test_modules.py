"""Modules: what goes with one that is switched off, what stands against it, what comes back."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import chain, combinations
from typing import Any

import pytest

from fieldstone import rules
from fieldstone.metadata import App, Document
from fieldstone.metadata.differences import differences
from fieldstone.metadata.documents import canonical
from fieldstone.metadata.expressions import expressions
from fieldstone.metadata.merge import merge
from fieldstone.metadata.modules import dependents, modules_in, switched, with_modules_off
from fieldstone.metadata.resolve import to_names
from tests.metadata.editing import Edit, with_edits
from tests.metadata.samples import app_of, edited, sample_documents, template_documents

SELLING = {"name": "selling", "label": {"en": "Selling", "zh-CN": "销售"}}
CRM = template_documents("crm_template")


def sample(
    *edits: Edit, modules: Iterable[dict[str, Any]] = (SELLING,), base: App | None = None
) -> App:
    """The sample app with these modules and edits."""
    documents = edited(sample_documents(), {"app.json": {"/modules": list(modules)}})
    return app_of(with_edits(documents, edits, in_ids=False), base)


def without(app: App, *off: str) -> App:
    """The app with these modules switched off, and all others on."""
    return app_of(with_modules_off(app.documents, off), app)


def crm(*off: str) -> App:
    checked = rules.check(with_modules_off(CRM, off))
    assert [one.line() for one in checked.problems] == []
    assert checked.app is not None
    return checked.app


def words(before: App, after: App) -> list[str]:
    return [one.text("en") for one in differences(before, after)]


def test_a_thing_of_a_module_that_is_off_is_not_there() -> None:
    app = sample(("set", "metric/win_rate#/part_of", ["selling"]))
    off = without(app, "selling")
    assert "win_rate" in app.metrics
    assert "win_rate" not in off.metrics
    assert off.documents != app.documents
    assert {one.key for one in off.documents} == {one.key for one in app.documents}


def test_what_holds_data_is_archived() -> None:
    off = without(sample(("set", "entity/task#/part_of", ["selling"]), TASKLESS), "selling")
    assert off.entity("task").archived
    assert all(not one.archived for one in off.entity("task").fields)


TASKLESS: Edit = ("set", "alert_rule/silent_customer#/actions", [])


def test_what_is_about_something_hidden_goes_with_it() -> None:
    """A list, a menu entry, a card, a column, an access of a role, a reference that leads there."""
    app = sample(
        ("set", "entity/contact#/part_of", ["selling"]),
        ("set", "view/my_deals#/columns/-", {"field": "contact"}),
        ("set", "app/sample#/menu/-", {"name": "contacts", "entity": "contact"}),
        (
            "set",
            "view/contacts",
            {
                "kind": "view",
                "name": "contacts",
                "entity": "contact",
                "columns": [{"field": "name"}],
            },
        ),
        ("set", "role/sales#/entities/-", {"entity": "contact"}),
    )
    off = without(app, "selling")
    assert "contacts" not in off.views
    assert [one.name for one in off.manifest.menu] == ["today", "customers", "deals", "figures"]
    assert off.entity("deal").field("contact").archived
    paths = [one.path for one in off.views["my_deals"].columns]
    assert ("contact",) not in paths
    assert len(paths) == len(app.views["my_deals"].columns) - 1
    assert "contact" not in [one.entity for one in off.roles["sales"].entities]
    assert without(off) == app


def test_a_section_without_fields_is_not_there() -> None:
    app = sample(
        ("set", "form/customer_edit#/sections/-", {"name": "more", "fields": [{"field": "email"}]}),
        ("drop", "form/customer_edit#/sections/basics/fields/email"),
        ("drop", "form/customer_edit#/sections/basics/fields/phone/required_when"),
        ("set", "entity/customer#/fields/email/part_of", ["selling"]),
    )
    off = without(app, "selling")
    assert [one.id for one in app.forms["customer_edit"].sections] == ["basics", "status", "more"]
    assert [one.id for one in off.forms["customer_edit"].sections] == ["basics", "status"]


def test_a_thing_of_two_modules_needs_both() -> None:
    modules = [{"name": "one"}, {"name": "two"}]
    app = sample(("set", "metric/win_rate#/part_of", ["one", "two"]), modules=modules)
    assert "win_rate" in app.metrics
    for off in (["one"], ["two"], ["one", "two"]):
        assert "win_rate" not in without(app, *off).metrics


def test_what_needs_a_module_cannot_be_on_without_it() -> None:
    modules: list[dict[str, Any]] = [
        {"name": "one"},
        {"name": "two", "needs": ["one"]},
        {"name": "three", "needs": ["two"]},
    ]
    app = sample(modules=modules)
    assert dependents(app.documents, "one") == {"one", "two", "three"}
    assert dependents(app.documents, "three") == {"three"}


def test_expressions_of_what_is_hidden_are_not_read() -> None:
    """It may refer to what was archived since: that is told when it is switched on again."""
    app = sample(("set", "view/my_deals#/part_of", ["selling"]))
    off = without(app, "selling")
    assert not [one for one in expressions(off) if one.document.key == "view/my_deals"]
    archived = with_edits(
        off.documents,
        [
            ("set", "entity/deal#/fields/lost_reason/archived", True),
            ("drop", "entity/deal#/pipeline/stages/lost/requires"),
            ("set", "view/my_deals#/columns/-", {"field": "lost_reason"}),
        ],
    )
    later = app_of(archived, off)
    checked = rules.check(with_modules_off(later.documents, ()), later)
    assert [(one.id, one.document, one.pointer) for one in checked.problems] == [
        ("reference.archived", "views/my_deals.json", "/columns/5/field")
    ]


def test_names_of_what_is_hidden_stay_taken() -> None:
    app = sample(("set", "entity/deal#/fields/lost_reason/part_of", ["selling"]), STAGE)
    off = without(app, "selling")
    again = with_edits(
        to_names(off.documents),
        [("set", "entity/deal#/fields/-", {"name": "lost_reason", "type": "date"})],
        in_ids=False,
    )
    assert "name.taken" in [one.id for one in rules.check(again, off).problems]


STAGE: Edit = ("drop", "entity/deal#/pipeline/stages/lost/requires")


def test_a_switch_is_told_in_words() -> None:
    app = sample(("set", "entity/deal#/fields/lost_reason/part_of", ["selling"]), STAGE)
    off = without(app, "selling")
    assert words(app, off) == [
        'Module "Selling" switched off; what it hides is kept',
        'Deal: field "lost_reason" hidden with its module',
    ]
    assert [one.text("zh-CN") for one in differences(off, app)] == [
        "模块“销售”已启用",
        "商机：字段“lost_reason”随所属模块恢复显示",
    ]


def test_changes_of_what_is_hidden_are_told_as_any() -> None:
    off = without(sample(("set", "view/my_deals#/part_of", ["selling"])), "selling")
    changed = app_of(with_edits(off.documents, [("set", "view/my_deals#/label/en", "Ours")]), off)
    assert words(off, changed) == ['View "Ours": label My deals → Ours']


def test_the_workspace_says_what_is_off_and_the_template_what_there_is() -> None:
    base = sample().documents
    ours = with_modules_off(base, ["selling"])
    theirs = with_edits(
        base,
        [
            ("set", "app/sample#/modules/selling/label/en", "Sales"),
            ("set", "app/sample#/modules/-", {"id": "more", "name": "more"}),
            ("set", "app/sample#/modules/-", {"id": "asked", "name": "asked", "off": True}),
        ],
    )
    merged = merge(base, ours, theirs, owned=True)
    assert merged.conflicts == ()
    found = {one["id"]: one for one in modules_in(merged.documents)}
    assert found["selling"]["off"]
    assert found["selling"]["label"]["en"] == "Sales"
    assert "off" not in found["more"]
    assert found["asked"]["off"]


def subsets(names: Iterable[str]) -> list[tuple[str, ...]]:
    every = tuple(names)
    return list(chain.from_iterable(combinations(every, size) for size in range(len(every) + 1)))


CRM_MODULES = tuple(str(one["name"]) for one in modules_in(CRM))
CLOSED = [
    off
    for off in subsets(CRM_MODULES)
    if all(dependents(app_of(CRM).documents, one) <= {*off} for one in off)
]


@pytest.mark.parametrize("off", CLOSED, ids=["+".join(off) or "none" for off in CLOSED])
def test_the_crm_works_without_any_of_its_modules(off: tuple[str, ...]) -> None:
    app = crm(*off)
    assert {one.id for one in app.manifest.modules if one.off} == {*off}


def test_off_and_on_gives_the_same_app_and_the_same_bytes() -> None:
    """Whatever is switched in whatever order, all on is what it was."""
    app = crm()
    chance = random.Random(7)
    now = app
    for _ in range(20):
        now = without(now, *chance.sample(CRM_MODULES, chance.randrange(len(CRM_MODULES) + 1)))
    back = without(now)
    assert back == app
    assert texts(back.documents) == texts(app.documents)
    assert texts(to_names(back.documents)) == texts(to_names(app.documents))


def texts(documents: Iterable[Document]) -> dict[str, str]:
    return {one.key: canonical(one.data) for one in documents}


def test_nothing_that_is_left_refers_to_what_is_hidden() -> None:
    """Looked at from outside: what is shown, taken for a whole app, has no problem of its own."""
    for off in CLOSED:
        app = crm(*off)
        shown = switched(app.documents).documents
        plain = with_edits(shown, [("drop", "app/crm#/modules")])
        alone = rules.check(one.with_data(bare(one.data)) for one in plain)
        assert [one.line() for one in alone.problems] == []


def bare(value: Any) -> Any:
    """A document's value without a word of modules."""
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items() if key != "part_of"}
    return [bare(one) for one in value] if isinstance(value, list) else value
