"""The room of stages: arranged without a mouse, guarded by conditions, archived if nobody minds."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.ui.readers import Reader, Site
from tests.ui.studio.drafting import ANN, CHIEF, drafted, save

ROOM = "-/studio/entity/repair/pipeline"


def names(reader: Reader) -> Locator:
    return reader.page.locator(".rows.stage-rows .name")


def stages(site: Site, member: int) -> dict[str, Any]:
    """The stages of repairs as a member's draft has them, by name."""
    data = drafted(site, member, "entity", "repair")
    return {one["name"]: one for one in data["pipeline"]["stages"]}


def test_line_8_buttons_and_a_box_of_the_position_do_the_same(chief: Reader) -> None:
    chief.open(ROOM)
    expect(names(chief)).to_have_text(["已报修", "维修中", "已完成"])
    chief.page.get_by_role("button", name="下移“已报修”").press("Enter")
    expect(names(chief).first).to_have_text("维修中")
    chief.page.get_by_label("“维修中”的位置").fill("2")
    chief.page.get_by_role("button", name="保存").last.click()
    expect(names(chief).first).to_have_text("已报修")
    expect(chief.page.locator(".draft-bar")).to_have_count(0)


def test_a_pipeline_cannot_begin_with_its_end(ann: Reader) -> None:
    ann.open(ROOM)
    ann.page.get_by_label("Position of Done").fill("1")
    ann.page.get_by_role("button", name="Save").last.click()
    expect(ann.page.get_by_role("alert")).to_be_visible()
    expect(ann.page.locator(".draft-bar")).to_have_count(0)


def test_a_new_stage_gets_everything_that_a_stage_has(ann: Reader) -> None:
    ann.open(ROOM)
    ann.page.locator("[name='stage.en']").fill("Waiting for parts")
    ann.page.locator("[name='stage.zh-CN']").fill("等待配件")
    ann.page.get_by_role("button", name="Add stage").click()
    page = ann.page
    expect(page.locator("#label-en")).to_have_value("Waiting for parts")
    page.locator("#color").select_option("orange")
    page.locator("#probability").fill("12.5")
    page.locator("#max_days").fill("14")
    page.get_by_label("Lock records in this stage").check()
    page.get_by_label("Cost", exact=True).check()
    page.locator("[name='item.0.label.en']").fill("Parts ordered")
    page.locator("[name='item.0.required']").check()
    page.locator("[name='item.1.label.en']").fill("Customer told")
    page.locator("#enter_when-box").get_by_role("button", name="Add condition").click()
    page.locator("[name='enter_when.0.field']").select_option("cost")
    expect(page.locator("[name='enter_when.0.op'] option[value='above']")).to_have_count(1)
    page.locator("[name='enter_when.0.value']").fill("100")
    page.locator("[name='enter_when.0.op']").select_option("above")
    expect(page.locator("#enter_when")).to_have_value("cost > 100")
    save(ann)
    expect(names(ann).nth(2)).to_have_text("Waiting for parts")
    stage = stages(ann.site, ANN)["waiting_for_parts"]
    assert stage["label"] == {"en": "Waiting for parts", "zh-CN": "等待配件"}
    assert str(stage["probability"]) == "0.125"
    assert (stage["max_days"], stage["color"], stage["locked"]) == (14, "orange", True)
    assert (stage["requires"], stage["enter_when"]) == (["cost"], "cost > 100")
    assert [(one["name"], one.get("required", False)) for one in stage["checklist"]] == [
        ("parts_ordered", True),
        ("customer_told", False),
    ]


def test_what_is_wrong_is_said_at_its_input_and_stays_typed(chief: Reader) -> None:
    chief.open(f"{ROOM}/working")
    page = chief.page
    page.locator("#probability").fill("150")
    page.locator("#max_days").fill("zz")
    page.locator("#enter_when").fill("costt > 0")
    expect(page.locator("#enter_when-said")).to_contain_text("第 1 个字符")
    page.locator("[data-save]").click()
    expect(page.locator("#probability-wrong")).to_contain_text("0 到 100")
    expect(page.locator("#max_days-wrong")).to_contain_text("3650")
    expect(page.locator("#enter_when")).to_have_value("costt > 0")
    expect(page.locator("#probability")).to_have_value("150")
    expect(page.locator(".draft-bar")).to_have_count(0)


def test_a_condition_is_rows_and_text_beside_each_other(ann: Reader) -> None:
    ann.open(f"{ROOM}/working")
    page = ann.page
    expect(page.locator("[name='enter_when.0.value']")).to_have_value("0")
    page.locator("#enter_when").fill("cost > 5 and machine.in_use")
    expect(page.locator("#enter_when-box .condition")).to_have_count(2)
    save(ann)
    stage = stages(ann.site, ANN)["working"]
    assert stage["enter_when"] == "cost > 5 and machine.in_use"


def test_key_actions_move_by_buttons_and_go_when_they_are_emptied(chief: Reader) -> None:
    chief.open(f"{ROOM}/reported")
    page = chief.page
    page.locator("[name='item.1.label.zh-CN']").fill("已拍照")
    page.locator("[name=act][value='up:1']").click()
    expect(page.locator("[name='item.0.label.zh-CN']")).to_have_value("已拍照")
    page.locator("[name='item.1.label.zh-CN']").fill("")
    page.locator("[name='item.1.label.en']").fill("")
    save(chief)
    stage = stages(chief.site, CHIEF)["reported"]
    assert [one["label"] for one in stage["checklist"]] == [{"zh-CN": "已拍照"}]


def test_line_15_a_stage_with_records_says_how_many(chief: Reader) -> None:
    chief.open(f"{ROOM}/reported/archive")
    expect(chief.page.get_by_role("alert")).to_contain_text("有 1 条数据处于此阶段")
    chief.page.get_by_role("link", name="查看明细").click()
    expect(chief.page.locator("tbody tr")).to_have_count(1)


def test_line_15_and_16_a_stage_without_records_is_archived_and_comes_back(ann: Reader) -> None:
    ann.open(f"{ROOM}/working/archive")
    ann.page.get_by_role("button", name="Archive stage").click()
    expect(ann.page.locator(".rows.stage-rows li")).to_have_count(2)
    ann.page.locator(".rows.places").get_by_role("button").click()
    expect(ann.page.locator(".rows.stage-rows li")).to_have_count(3)


def test_an_entity_without_stages_gets_its_first_ones(ann: Reader) -> None:
    ann.open("-/studio/entity/machine/pipeline")
    ann.page.get_by_role("button", name="Make stages").click()
    expect(names(ann)).to_have_text(["New", "In progress", "Done"])
    expect(ann.page.locator(".draft-bar")).to_be_visible()


def test_it_fits_a_telephone(phone: Reader) -> None:
    for path in (ROOM, f"{ROOM}/working", f"{ROOM}/reported/archive"):
        phone.open(path)
        assert phone.sideways() <= 0, path
