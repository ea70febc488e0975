"""The rooms of tags: a dimension's tags in rows, with how many records carry each."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.ui.readers import Reader
from tests.ui.studio.drafting import ANN, CHIEF, drafted, give, save

ROOM = "-/studio/tags/place"
INSIDE = {
    "kind": "view",
    "name": "inside",
    "entity": "machine",
    "label": {"en": "Inside", "zh-CN": "室内设备"},
    "columns": [{"field": "name"}],
    "filter": 'has_tag("place", "hall")',
}


def tags_of(reader: Reader, dimension: str) -> list[dict[str, Any]]:
    """The tags of a dimension as Ann's draft has them."""
    found: list[dict[str, Any]] = drafted(reader.site, ANN, "tag_dimension", dimension)["tags"]
    return found


def test_a_tag_says_how_many_carry_it_and_moves_without_a_mouse(chief: Reader) -> None:
    chief.open(ROOM)
    rows = chief.page.locator(".option.tagged")
    expect(rows.nth(0)).to_contain_text("30 条")
    expect(rows.nth(1)).to_contain_text("0 条")
    chief.page.locator("[name='tag.1.place']").fill("1")
    chief.page.locator("[name='tag.2.label.zh-CN']").fill("仓库")
    chief.page.locator("[name='tag.2.color']").select_option("teal")
    chief.page.locator("[name=exclusive]").check()
    save(chief)
    data = drafted(chief.site, CHIEF, "tag_dimension", "place")
    assert [one["name"] for one in data["tags"]] == ["yard", "hall", "cang_ku"]
    assert data["tags"][2]["color"] == "teal"
    assert data["exclusive"] is True


def test_line_15_a_tag_and_its_dimension_say_who_uses_them(chief: Reader, ann: Reader) -> None:
    for reader, member, used, by, view in (
        (chief, CHIEF, "1 处使用", "被哪里用到", "室内设备"),
        (ann, ANN, "1 use", "Used by", "Inside"),
    ):
        give(reader.site, member, INSIDE)
        reader.open(ROOM)
        rows = reader.page.locator(".option.tagged")
        hall, yard = rows.nth(0), rows.nth(1)
        expect(yard.locator(".uses")).to_have_count(0)
        hall.get_by_text(used, exact=True).click()
        hall.get_by_role("link", name=view).click()
        expect(reader.page.locator(".tabs [aria-current]").last).to_have_text(view)
        reader.open(ROOM)
        whole = reader.page.locator("details.section").filter(has_text=by)
        expect(whole.get_by_role("link", name=view)).to_be_visible()
        reader.page.locator("[name='tag.0.off']").check()
        reader.page.locator("[data-save]").click()
        expect(reader.page.get_by_role("alert").first).to_contain_text(view)
        expect(reader.page.locator("[name='tag.0.off']")).to_be_checked()


def test_a_new_dimension_and_an_archived_tag(ann: Reader) -> None:
    ann.open("-/studio/tags")
    ann.page.locator("[name='dimension.en']").fill("State of repair")
    ann.page.get_by_role("button", name="Add dimension").click()
    ann.page.locator("[name='tag.0.label.en']").fill("As new")
    save(ann)
    assert [one["name"] for one in tags_of(ann, "state_of_repair")] == ["as_new"]
    ann.open(ROOM)
    ann.page.locator("[name='tag.1.off']").check()
    save(ann)
    tags = tags_of(ann, "place")
    assert [one["name"] for one in tags if one.get("archived")] == ["yard"]


def test_a_dimension_without_a_label_is_refused_with_what_was_typed(ann: Reader) -> None:
    ann.open(ROOM)
    ann.page.locator("[name='label.en']").fill("")
    ann.page.locator("[name='label.zh-CN']").fill("")
    ann.page.locator("[name='tag.0.label.en']").fill("Great hall")
    ann.page.locator("[data-save]").click()
    expect(ann.page.locator("#label-wrong")).to_be_visible()
    expect(ann.page.locator("[name='tag.0.label.en']")).to_have_value("Great hall")
