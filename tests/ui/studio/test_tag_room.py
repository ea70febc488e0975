"""The rooms of tags: a dimension's tags in rows, with how many records carry each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from fieldstone.engine import drafts
from fieldstone.engine.access import Caller
from tests.ui.readers import Reader, Site

ROOM = "-/studio/tags/place"


@pytest.fixture(autouse=True)
def _nobody_leaves_a_draft(site: Site) -> Iterator[None]:
    """Every test begins with what is in force."""
    yield
    for member in (1, 2):
        with site.workspace.writing() as tx:
            drafts.discard(tx, Caller(member, system=True))


def save(reader: Reader) -> None:
    reader.page.locator("[data-save]").click()
    expect(reader.page.locator(".notice.success")).to_be_visible()


def drafted(site: Site, member: int, dimension: str) -> dict[str, Any]:
    with site.workspace.reading() as tx:
        found = drafts.read(tx, Caller(member, system=True)).document("tag_dimension", dimension)
        assert found is not None
        return dict(found.data)


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
    data = drafted(chief.site, 1, "place")
    assert [one["name"] for one in data["tags"]] == ["yard", "hall", "cang_ku"]
    assert data["tags"][2]["color"] == "teal"
    assert data["exclusive"] is True


def test_a_new_dimension_and_an_archived_tag(ann: Reader) -> None:
    ann.open("-/studio/tags")
    ann.page.locator("[name='dimension.en']").fill("State of repair")
    ann.page.get_by_role("button", name="Add dimension").click()
    ann.page.locator("[name='tag.0.label.en']").fill("As new")
    save(ann)
    assert [one["name"] for one in drafted(ann.site, 2, "state_of_repair")["tags"]] == ["as_new"]
    ann.open(ROOM)
    ann.page.locator("[name='tag.1.off']").check()
    save(ann)
    tags = drafted(ann.site, 2, "place")["tags"]
    assert [one["name"] for one in tags if one.get("archived")] == ["yard"]


def test_a_dimension_without_a_label_is_refused_with_what_was_typed(ann: Reader) -> None:
    ann.open(ROOM)
    ann.page.locator("[name='label.en']").fill("")
    ann.page.locator("[name='label.zh-CN']").fill("")
    ann.page.locator("[name='tag.0.label.en']").fill("Great hall")
    ann.page.locator("[data-save]").click()
    expect(ann.page.locator("#label-wrong")).to_be_visible()
    expect(ann.page.locator("[name='tag.0.label.en']")).to_have_value("Great hall")
