"""What records get instead of something that is put away, chosen in the room where it is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.ui.readers import Reader
from tests.ui.studio.drafting import ANN, CHIEF, drafted, save
from tests.ui.studio.test_tier_room import begun

TAGS, PIPELINE = "-/studio/tags/place", "-/studio/entity/repair/pipeline"
KIND = "-/studio/entity/machine/field/kind"


def chooser(reader: Reader, row: str) -> Locator:
    return reader.page.locator(f"[name='{row}.instead']")


def choose(reader: Reader, row: str, other: str) -> None:
    """Tick that a row is put away, and choose what its records get."""
    expect(chooser(reader, row)).to_be_hidden()
    reader.page.locator(f"[name='{row}.off']").check()
    expect(chooser(reader, row)).to_be_visible()
    chooser(reader, row).select_option(other)


def named(things: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in things if one["name"] == name)


def test_a_tag_and_back(ann: Reader) -> None:
    ann.open(TAGS)
    expect(chooser(ann, "tag.1").locator("option")).to_have_text(["keep it", "get “Hall”"])
    choose(ann, "tag.1", "hall")
    save(ann)
    tags = drafted(ann.site, ANN, "tag_dimension", "place")["tags"]
    assert named(tags, "yard")["replaced_by"] == "hall"
    expect(chooser(ann, "tag.1")).to_have_value("hall")
    ann.page.locator("[name='tag.1.off']").uncheck()
    save(ann)
    tags = drafted(ann.site, ANN, "tag_dimension", "place")["tags"]
    assert not {"archived", "replaced_by"} & named(tags, "yard").keys()


def test_an_option(chief: Reader) -> None:
    chief.open(KIND)
    choose(chief, "option.0", "other")
    expect(chief.page.get_by_label("已选“车床”的数据")).to_have_value("other")
    save(chief)
    fields = drafted(chief.site, CHIEF, "entity", "machine")["fields"]
    assert named(named(fields, "kind")["options"], "lathe")["replaced_by"] == "other"
    chief.page.locator(".draft-bar a").click()
    expect(chief.page.locator("main")).to_contain_text("已有它的记录改为“其他”")


def test_two_that_replace_each_other_are_refused(ann: Reader) -> None:
    ann.open(TAGS)
    choose(ann, "tag.0", "yard")
    choose(ann, "tag.1", "hall")
    ann.page.locator("[data-save]").click()
    expect(ann.page.locator("#tags-wrong").first).to_contain_text("would be replaced by itself")
    expect(chooser(ann, "tag.0")).to_have_value("yard")


def test_a_band(ann: Reader) -> None:
    begun(ann)
    choose(ann, "band.1", "A")
    save(ann)
    scheme = drafted(ann.site, ANN, "tier_scheme", "machine_tiers")
    assert named(scheme["bands"], "B")["replaced_by"] == "A"


def test_a_stage_with_records_goes_once_they_get_another(chief: Reader) -> None:
    chief.open(f"{PIPELINE}/reported/archive")
    button = chief.page.get_by_role("button", name="停用阶段")
    button.click()
    expect(chief.page.locator("#instead")).to_be_focused()
    chief.page.locator("#instead").select_option("working")
    button.click()
    expect(chief.page.locator(".rows.stage-rows li")).to_have_count(2)
    stages = drafted(chief.site, CHIEF, "entity", "repair")["pipeline"]["stages"]
    assert named(stages, "reported")["replaced_by"] == "working"
    chief.page.locator(".rows.places").get_by_role("button").click()
    expect(chief.page.locator(".rows.stage-rows li")).to_have_count(3)
    stages = drafted(chief.site, CHIEF, "entity", "repair")["pipeline"]["stages"]
    assert "replaced_by" not in named(stages, "reported")


@pytest.mark.parametrize("room", [TAGS, KIND])
def test_it_fits_a_telephone(phone: Reader, room: str) -> None:
    phone.open(room)
    phone.page.locator("input[name$='.0.off']").check()
    assert phone.sideways() <= 0
