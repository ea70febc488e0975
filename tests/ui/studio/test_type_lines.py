"""Changing a field's type as users check it: the numbers are those of their list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine import publish, query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import document_of
from tests.servers.database import Database
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import filled_workshop

NUMBERS = ("12", "1,234", "１２", "约三十", "7")
LEVELS = ("高", "高", "中", "低", "中等")


def give(site: Site, name: str, label: dict[str, str], values: Sequence[str]) -> None:
    """Give machines a field of text, and the first of them these values."""
    workspace = site.workspace
    changed = []
    for one in publish.export(workspace):
        data: dict[str, Any] = dict(one.data)
        if (one.kind, one.name) == ("entity", "machine"):
            field = {"name": name, "type": "text", "label": label}
            data["fields"] = [*data["fields"], field]
        changed.append(document_of(data))
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, changed))
    with workspace.writing() as tx:
        updates = [
            records.Update(at, None, {name: value}) for at, value in enumerate(values, start=1)
        ]
        assert all(one.done for one in records.update_many(tx, SYSTEM, "machine", updates))


def held(site: Site, name: str, number: int = 5) -> list[Any]:
    """The values of the first machines."""
    with site.workspace.reading() as tx:
        found = (records.get(tx, SYSTEM, "machine", at) for at in range(1, number + 1))
        return [one.values[name] for one in found]


def choose(reader: Reader, name: str, kind: str) -> None:
    reader.open(f"-/studio/entity/machine/field/{name}")
    reader.page.locator("#change-type").click()
    reader.page.locator(f"[data-type={kind}]").click()


def publish_draft(reader: Reader) -> None:
    reader.page.locator(".draft-bar a").click()
    go = reader.page.locator("form.review button.primary")
    expect(go).to_be_visible()
    for box in reader.page.locator("[name=accept]").all():
        box.check()
    go.click()
    expect(reader.page.locator(".notice.success")).to_be_visible()


def test_13_a_type_says_what_becomes_of_values_before_it_is_saved(chief: Reader) -> None:
    give(chief.site, "seats", {"zh-CN": "座位", "en": "Seats"}, NUMBERS)
    choose(chief, "seats", "integer")
    told = chief.page.locator("#trial")
    expect(told).to_contain_text("4 个值可以转换，1 个值将变为空")
    for example in ("12", "1,234 → 1234", "约三十"):
        expect(told).to_contain_text(example)
    assert held(chief.site, "seats") == list(NUMBERS)
    chief.page.locator("details.section summary").first.click()
    chief.page.locator("#max").fill("100")
    expect(told).to_contain_text("3 个值可以转换，2 个值将变为空")
    chief.page.locator("#max").fill("")
    expect(told).to_contain_text("4 个值可以转换，1 个值将变为空")
    chief.page.locator("[data-save]").click()
    expect(chief.page.locator(".draft-bar")).to_be_visible()
    assert held(chief.site, "seats") == list(NUMBERS)
    chief.page.locator(".draft-bar a").click()
    review = chief.page.locator("form.review")
    expect(review).to_contain_text("无法转换，将变为空：1 个值（约三十）")
    chief.page.locator("form.review button.primary").click()
    expect(chief.page.locator("[role=alert]")).to_contain_text("machine.seats")
    assert held(chief.site, "seats") == list(NUMBERS)
    chief.page.locator("[name=accept]").check()
    chief.page.locator("form.review button.primary").click()
    expect(chief.page.locator(".notice.success")).to_be_visible()
    assert held(chief.site, "seats") == [12, 1234, 12, None, 7]
    choose(chief, "seats", "text")
    expect(chief.page.locator("#trial")).to_contain_text("恢复为原来的值：5 个值")
    chief.page.locator("[data-save]").click()
    publish_draft(chief)
    assert held(chief.site, "seats") == list(NUMBERS)


def test_13_it_is_said_in_english_too(ann: Reader) -> None:
    give(ann.site, "rows", {"zh-CN": "排", "en": "Rows"}, NUMBERS)
    choose(ann, "rows", "decimal")
    told = ann.page.locator("#trial")
    expect(told).to_contain_text("4 convert, 1 become empty")
    expect(told).to_contain_text("do not convert and become empty: 1 (约三十)")


def test_13_what_is_neither_yes_nor_no_is_said_to_become_no(chief: Reader, ann: Reader) -> None:
    give(chief.site, "spare", {"zh-CN": "备用", "en": "Spare"}, ["是", "no", "也许"])
    with chief.site.workspace.reading() as tx:
        others = query.count(tx, SYSTEM, query.ListRequest(entity_id="machine")) - 3
    for reader, told, blank, accept in (
        (
            chief,
            "2 个值可以转换，1 个值将变为“否”",
            f"没有值，将变为“否”：{others} 条",
            "1 条数据将变为“否”",
        ),
        (
            ann,
            "2 convert, 1 become no",
            f"have no value and become no: {others}",
            "1 value becomes no",
        ),
    ):
        choose(reader, "spare", "boolean")
        expect(reader.page.locator("#trial")).to_contain_text(told)
        expect(reader.page.locator("#trial")).to_contain_text(blank)
        reader.page.locator("[data-save]").click()
        reader.page.locator(".draft-bar a").click()
        expect(reader.page.locator("form.review")).to_contain_text(accept)
    ann.open("-/studio/entity/machine")
    publish_draft(ann)
    assert held(ann.site, "spare", 3) == [True, False, False]


def test_13_a_type_without_a_way_is_not_offered(ann: Reader) -> None:
    ann.open("-/studio/entity/machine/field/price")
    ann.page.locator("#change-type").click()
    expect(ann.page.locator("[data-type=integer]")).to_be_visible()
    expect(ann.page.locator("[data-type=date]")).to_have_count(0)
    ann.open("-/studio/entity/machine/field/price?type=date")
    expect(ann.page.locator("#trial")).to_have_count(0)


def test_14_text_offers_its_values_as_options_with_counts(chief: Reader) -> None:
    give(chief.site, "level", {"zh-CN": "等级", "en": "Level"}, LEVELS)
    choose(chief, "level", "choice")
    labels = chief.page.locator("[name^='option.'][name$='.label.zh-CN']")
    expect(labels.nth(0)).to_have_value("高")
    expect(chief.page.locator(".option .times").first).to_have_text("× 2")
    offered = [text for one in labels.all() if (text := one.input_value())]
    assert sorted(offered) == sorted({*LEVELS})
    expect(chief.page.locator("#trial")).to_contain_text("5 个值可以转换，0 个值将变为空")
    labels.nth(0).fill("优")
    labels.nth(offered.index("中等")).fill("中")
    labels.nth(offered.index("低")).fill("")
    expect(chief.page.locator("#trial")).to_contain_text("4 个值可以转换，1 个值将变为空")
    chief.page.locator("[data-save]").click()
    publish_draft(chief)
    found = held(chief.site, "level")
    assert found[0] == found[1] and found[2] == found[4] and found[3] is None
    chief.open("machine/1")
    expect(chief.page.locator("main")).to_contain_text("优")


def test_14_more_values_than_fit_are_said(ann: Reader) -> None:
    give(ann.site, "serial", {"zh-CN": "序号", "en": "Serial"}, [f"s{n}" for n in range(60)])
    choose(ann, "serial", "choice")
    expect(ann.page.locator(".option .times")).to_have_count(60)


MANY = 230
"""How many different values there are, each once, but for the first, which there is twice."""


@pytest.mark.parametrize(
    ("who", "said", "trial"),
    [
        (
            "chief",
            "共有 230 个不同的值：这里列出最常见的 200 个，其余的值将变为空",
            "201 个值可以转换，30 个值将变为空",
        ),
        (
            "ann",
            "There are 230 different values: the 200 most frequent are offered",
            "201 convert, 30 become empty",
        ),
    ],
)
def test_14_the_most_frequent_200_of_more_values_are_offered(
    request: pytest.FixtureRequest, who: str, said: str, trial: str
) -> None:
    reader: Reader = request.getfixturevalue(who)
    name, page = f"lot_{who}", reader.page
    give(reader.site, name, {"zh-CN": "批次", "en": "Lot"}, [])
    with reader.site.workspace.writing() as tx:
        rows: list[dict[str, Any]] = [
            {"name": f"机床 {n}", name: f"L{max(n, 1):03}"} for n in range(MANY + 1)
        ]
        made = [one.record_id for one in records.create_many(tx, SYSTEM, "machine", rows)]
    choose(reader, name, "choice")
    expect(page.locator("#different")).to_contain_text(said)
    expect(page.locator(".option .times")).to_have_count(200)
    expect(page.locator(".option .times").first).to_have_text("× 2")
    expect(page.locator("#trial")).to_contain_text(trial)
    # What was said stays where a row is moved.
    page.locator("[name=act][value='down:0']").click()
    expect(page.locator(".option .times").nth(1)).to_have_text("× 2")
    expect(page.locator("#different")).to_contain_text(said)
    page.locator("[data-save]").click()
    publish_draft(reader)
    with reader.site.workspace.writing() as tx:
        values = [records.get(tx, SYSTEM, "machine", one or 0).values[name] for one in made]
        assert len({one for one in values if one}) == 200 and values.count(None) == 30
        for one in made:
            records.delete(tx, SYSTEM, "machine", one or 0, None)


@pytest.fixture
def elsewhere(tmp_path: Path, database: Database) -> Iterator[Site]:
    """Return the workshop on either kind of database."""
    settings = Settings(home=tmp_path, database_url=database.url, env="test")
    with (
        Installation.open(settings) as installation,
        served(installation, filled_workshop(installation)) as found,
    ):
        yield found


def test_16_an_archived_field_comes_back_with_equal_values(
    browser: Browser, elsewhere: Site
) -> None:
    before = held(elsewhere, "bought_on", 60)
    assert None not in before
    with reader_of(browser, elsewhere, "zh-CN") as chief:
        chief.sign_in()
        give(elsewhere, "mark", {"zh-CN": "记号", "en": "Mark"}, [" 甲 ", "1,200", "０"])
        marks = held(elsewhere, "mark", 60)
        chief.open("-/studio/entity/machine/field/mark/archive")
        chief.page.get_by_role("button", name="停用字段").click()
        publish_draft(chief)
        chief.open("machine/1")
        expect(chief.page.locator("main")).not_to_contain_text("记号")
        chief.open("-/studio/entity/machine")
        row = chief.page.get_by_role("listitem").filter(has_text="mark")
        row.get_by_role("button", name="恢复").click()
        publish_draft(chief)
        assert held(elsewhere, "mark", 60) == marks
        assert held(elsewhere, "bought_on", 60) == before


def test_it_fits_a_telephone(phone: Reader) -> None:
    for path in ("kind_note/type", "kind_note?type=choice", "kind_note?type=integer"):
        phone.open(f"-/studio/entity/machine/field/{path}")
        assert phone.sideways() <= 0, path
