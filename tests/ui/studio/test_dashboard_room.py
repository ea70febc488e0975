"""The room of dashboards: cards and metrics made by choices, published, and equal to the API's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, expect

from fieldstone.api import application
from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.metadata.schema import schema_of
from tests.acceptance.studio import pick, publish
from tests.api.conftest import Person, person
from tests.ui.readers import Reader, Site
from tests.ui.studio.drafting import ANN, CHIEF, cards_of, drafted, give, now, save
from tests.ui.workshop_documents import MACHINE

ROOM = "-/studio/dashboards"
FIGURES = f"{ROOM}/dashboard/figures"


@pytest.fixture(scope="module")
def noted(site: Site) -> Iterator[None]:
    """Four notes: on a repair of a lathe (two), on one of another machine, and on none."""
    with site.workspace.writing() as tx:
        other = records.create(tx, SYSTEM, "machine", {"name": "台秤", "kind": "other"})
        mended = {"subject": "校准", "machine": str(other.id)}
        repair = records.create(tx, SYSTEM, "repair", mended)
        for machine, about in ((1, "1"), (1, "1"), (other.id, str(repair.id)), (1, None)):
            row = {"machine": str(machine), "repair": about, "what": "已检查"}
            records.create(tx, SYSTEM, "note", row)
    yield


def api_of(site: Site) -> Person:
    """Ann at the API."""
    web = application(site.installation).test_client()
    return person(web, site.workspace, "ann@example.com")


def add_column(reader: Reader, metric: str) -> None:
    """Give a table one more metric."""
    reader.page.locator("[name=more]").select_option(metric)
    reader.page.locator("#column-add").click()
    expect(reader.page.locator(f"#metrics [name=metrics][value='{metric}']")).to_have_count(1)


def names(reader: Reader) -> list[str]:
    """The cards as the room lists them."""
    return reader.page.locator(".of-cards .name a").all_inner_texts()


def test_line_65_a_table_by_a_path_with_a_new_metric_from_nothing_to_its_records(
    chief: Reader, noted: None
) -> None:
    """Over two references: notes by the kind of the machine that their repair is about."""
    page = chief.page
    chief.open(ROOM)
    page.get_by_role("link", name="新建仪表盘").click()
    page.fill("[name='dashboard.zh-CN']", "工作总览")
    page.fill("[name='dashboard.en']", "Work")
    page.select_option("[name=period]", "all")
    pick(chief, "type", "table")
    pick(chief, "entity", "note")
    add_column(chief, "+")
    page.fill("[name='metric.label.zh-CN']", "工作记录数")
    page.fill("[name='metric.label.en']", "Notes taken")
    for at, field in enumerate(("repair", "machine", "kind")):
        pick(chief, f"group.{at}", field)
    page.fill("[name='label.zh-CN']", "各类设备的工作记录")
    expect(now(chief).get_by_role("row").filter(has_text="车床")).to_contain_text("2")
    save(chief)
    expect(page.locator(".of-cards")).to_contain_text(
        "表格：工作记录，按维修单 · 设备 · 类型：工作记录数"
    )
    page.click(".draft-bar a")
    told = page.locator(".review .told").first
    expect(told).to_contain_text("工作总览")
    expect(told).to_contain_text("工作记录数")
    assert not re.search(r"[a-z]_[a-z]", told.inner_text())
    chief.open(ROOM)
    publish(chief)
    chief.open("-/studio/revisions")
    page.get_by_role("button", name="对比").click()
    expect(page.locator(".told").first).to_contain_text("工作总览")
    api = api_of(chief.site)
    (card,) = api.get("/dashboards/work").get_json()["cards"]
    rows = api.get("/records/note/aggregate", group="repair.machine.kind",
                   measure="n: count()").get_json()["data"]  # fmt: skip
    assert {one["group"]: one["figures"][0]["value"] for one in card["lines"]} == {
        one["repair.machine.kind"]: one["n"] for one in rows
    }
    assert len(rows) == 3
    chief.open("")
    page.locator(".menu").get_by_role("link", name="工作总览").first.click()
    expect(page.locator(".panel[aria-busy]")).to_have_count(0)
    for label, number in (("车床", "2"), ("其他", "1"), ("(空)", "1")):
        row = page.locator(".panel tbody tr").filter(has_text=label)
        row.get_by_role("link", name=number, exact=True).click()
        counted = page.locator(".below span.numeric")
        expect(counted).to_have_text(re.compile(rf"(?<![0-9]){number}(?![0-9])"))
        page.go_back()
        expect(page.locator(".panel[aria-busy]")).to_have_count(0)


def test_the_review_tells_by_labels_what_cards_and_metrics_become(
    chief: Reader, ann: Reader
) -> None:
    for reader, told in (
        (
            chief,
            (
                "仪表盘“车间总览”：期间 本年 → 上年",
                "卡片“按保管人”：指标 购置设备数 → 平均购置价",
                "卡片“按保管人”：分组 保管人 → 类型",
                "指标“平均购置价”：单位 金额 → 数字",
            ),
        ),
        (
            ann,
            (
                'Dashboard "Figures": period This year → Last year',
                "metric Machines bought → Mean price",
                "group Keeper → Kind",
                "unit Amount → Number",
            ),
        ),
    ):
        page = reader.page
        reader.open(FIGURES)
        page.select_option("[name=period]", "last_year")
        save(reader)
        reader.open(f"{FIGURES}/card/by_keeper")
        pick(reader, "metric", "mean_price")
        pick(reader, "group.0", "kind")
        save(reader)
        reader.open("-/studio/metrics/metric/mean_price")
        page.select_option("[name='metric.unit']", "number")
        save(reader)
        reader.open("-/studio/review")
        for line in told:
            expect(page.locator(".review .told").first).to_contain_text(line)


def test_cards_are_moved_and_removed_with_what_was_typed_beside(ann: Reader) -> None:
    page = ann.page
    ann.open(FIGURES)
    before = names(ann)
    assert before[:3] == ["Machines bought", "Share in use", "Value of machines"]
    page.fill("[name='label.en']", "Our figures")
    page.get_by_role("button", name="Move Share in use up").click()
    expect(page.locator("h1")).to_have_text("Our figures")
    page.get_by_role("button", name="Remove Value of machines").click()
    expect(page.locator(".of-cards li")).to_have_count(len(before) - 1)
    assert names(ann)[:2] == ["Share in use", "Machines bought"]
    kept = [one["name"] for one in cards_of(ann.site, ANN)]
    assert kept[:3] == ["in_use", "machines", "dearest"]


def test_a_dashboard_keeps_its_last_card(chief: Reader, ann: Reader) -> None:
    for reader, last in (
        (chief, "仪表盘至少要有一张卡片"),
        (ann, "A dashboard has at least one card"),
    ):
        reader.open(f"{ROOM}/new")
        reader.page.locator("[name^='dashboard.']").first.fill("One")
        save(reader)
        reader.page.locator(".of-cards .moves button").last.click()
        expect(reader.page.get_by_role("alert")).to_contain_text(last)
        assert len(names(reader)) == 1


def test_a_card_shows_another_metric_and_comes_back_as_it_was(ann: Reader) -> None:
    page = ann.page
    ann.open(f"{FIGURES}/card/by_keeper")
    expect(page.locator("[name='group.0']")).to_have_value("keeper")
    pick(ann, "metric", "mean_price")
    expect(now(ann).locator(".panel")).to_be_visible()
    pick(ann, "type", "number")
    pick(ann, "type", "bar")
    expect(page.locator("[name='group.0']")).to_have_value("keeper")
    save(ann)
    card = next(one for one in cards_of(ann.site, ANN) if one["name"] == "by_keeper")
    assert (card["metric"], card["group"], card["width"]) == ("mean_price", "keeper", 6)


def test_leaving_a_card_that_another_choice_changed_asks(ann: Reader) -> None:
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    ann.page.on("dialog", agree)
    ann.open(f"{FIGURES}/card/by_keeper")
    pick(ann, "metric", "mean_price")
    ann.page.locator("h1 + a").click()
    expect(ann.page.locator(".of-cards")).to_be_visible()
    assert asked == ["beforeunload"]


def test_dates_stand_together_by_their_parts(chief: Reader) -> None:
    page = chief.page
    chief.open(f"{FIGURES}/new-card")
    pick(chief, "type", "bar")
    pick(chief, "metric", "machines")
    pick(chief, "group.0", "bought_on")
    page.select_option("[name='group.part']", "quarter")
    page.fill("[name=top]", "4")
    save(chief)
    card = cards_of(chief.site, CHIEF)[-1]
    assert (card["group"], card["top"]) == ("start_of_quarter(bought_on)", 4)
    expect(page.locator(".of-cards li").last).to_contain_text("按购置日期（按季度）")
    page.locator(".of-cards .name a").last.click()
    expect(page.locator("[name='group.part']")).to_have_value("quarter")


def test_what_a_card_lacks_is_said_where_it_is_chosen(chief: Reader, ann: Reader) -> None:
    for reader, columns, group, top in (
        (chief, "添加至少一个指标", "须选择分组依据", "1 到 50"),
        (ann, "Add a metric", "Choose what the groups are made by", "from 1 to 50"),
    ):
        page = reader.page
        reader.open(f"{FIGURES}/new-card")
        pick(reader, "type", "table")
        page.locator("[name='label.en']").fill("Mine")
        page.fill("[name=top]", "900")
        page.locator("[id='filter']").fill("no_such_thing > 3")
        page.locator("[data-save]").click()
        expect(page.get_by_role("alert").first).to_be_visible()
        expect(page.locator("#metrics-wrong")).to_contain_text(columns)
        expect(page.locator("[id='group.0-wrong']")).to_contain_text(group)
        expect(page.locator("#top-wrong")).to_contain_text(top)
        expect(page.locator("[name=top]")).to_have_value("900")
        expect(page.locator("[id='filter']")).to_have_value("no_such_thing > 3")
        expect(page.locator("[name='label.en']")).to_have_value("Mine")
        reader.open(f"{ROOM}/new")
        page.locator("[data-save]").click()
        expect(page.locator("#dashboard-wrong")).to_be_visible()


@pytest.mark.parametrize(
    "typed",
    [
        {"period": "never"},
        {"type": "pie"},
        {"width": "²", "top": "²"},
        {"entity": "nobody", "date": "nothing", "across": "price"},
        {"group.0": "=", "group.text": "(((("},
        {"group.0": "created_at", "group.part": "century"},
        {"metric.kind": "sum", "metric.value.of": "nothing"},
        {"metric.filter": "keeper == me()", "filter": "me() == 3"},
        {"act": "up:99"},
        {"dashboard.en": "x" * 5000},
    ],
)
def test_whatever_a_form_sends_is_no_fault(ann: Reader, typed: dict[str, str]) -> None:
    sound = {"dashboard.en": "Work", "type": "table", "entity": "note", "metrics": "+"}
    sound |= {"metric.label.en": "Notes", "group.0": "repair", "width": "6", "top": "5"}
    ann.open(f"{ROOM}/new")
    sound["csrf_token"] = str(ann.page.locator("[name=csrf_token]").first.input_value())
    for path in (f"{ROOM}/preview", f"{ROOM}/new", "-/studio/metrics/new"):
        answer = ann.page.request.post(
            ann.site.path(path), form={**sound, **typed}, max_redirects=0
        )
        assert answer.status < 500, (path, answer.status)


def test_what_is_not_published_yet_has_no_figures(chief: Reader, ann: Reader) -> None:
    for reader, member, told in (
        (chief, CHIEF, "使用了未发布的字段"),
        (ann, ANN, "Publish the new fields first"),
    ):
        colour = {"name": "colour", "type": "text", "label": {"en": "Colour", "zh-CN": "颜色"}}
        give(reader.site, member, {**MACHINE, "fields": [*MACHINE["fields"], colour]})
        reader.open(f"{FIGURES}/card/by_keeper")
        expect(now(reader).locator(".panel")).to_be_visible()
        pick(reader, "group.0", "colour")
        expect(now(reader)).to_contain_text(told)


def test_a_dashboard_leads_to_where_it_is_changed(ann: Reader, vera: Reader) -> None:
    ann.open("-/dashboards/figures")
    ann.page.get_by_role("link", name="Edit dashboard").click()
    expect(ann.page.locator(".of-cards")).to_be_visible()
    vera.open("-/dashboards/figures")
    expect(vera.page.get_by_role("link", name="Edit dashboard")).to_have_count(0)


def test_a_dashboard_is_archived_out_of_the_menu_and_restored(ann: Reader) -> None:
    page = ann.page
    ann.open(ROOM)
    page.get_by_role("button", name="Archive Figures").click()
    expect(page.locator(".notice.success")).to_contain_text("Figures")
    expect(page.locator("#dashboard-figures")).to_have_count(0)
    page.get_by_role("button", name="Restore Figures").click()
    expect(page.locator("#dashboard-figures")).to_be_visible()
    menu = drafted(ann.site, ANN, "app", "workshop")["menu"]
    assert menu[-1]["dashboard"] == "figures"


def test_every_property_has_a_control(ann: Reader) -> None:
    """Identity stays; archiving is a button, the order of cards and metrics that of rows.

    Which modules it is part of is written in files.
    """

    def shown(path: str, *choices: tuple[str, str], parts: int = 1) -> set[str]:
        ann.open(path)
        for name, value in choices:
            pick(ann, name, value)
        given = ann.page.evaluate(
            "[...document.querySelectorAll('form [name]')].map((e) => e.name)"
        )
        return {".".join(one.split(".")[:parts]) for one in given}

    fixed = {"id", "name", "aliases", "archived", "kind", "$schema", "part_of"}
    card: dict[str, Any] = schema_of("dashboard")["properties"]["cards"]["items"]["properties"]
    found = shown(f"{FIGURES}/card/by_kind") | shown(f"{FIGURES}/card/by_keeper")
    assert set(card) - fixed <= found
    whole = schema_of("dashboard")["properties"]
    assert set(whole) - fixed - {"cards"} <= shown(FIGURES)
    metric = shown("-/studio/metrics/new", ("metric.kind", "ratio"), parts=2)
    declared = set(schema_of("metric")["properties"]) - fixed
    assert {f"metric.{key}" for key in declared} <= metric


def test_who_may_not_change_metadata_has_no_room(vera: Reader) -> None:
    for path in (ROOM, "-/studio/metrics", f"{FIGURES}/new-card"):
        assert vera.page.request.get(vera.site.path(path)).status == 403


def test_the_form_of_a_card_fits_a_telephone(phone: Reader) -> None:
    phone.open(f"{FIGURES}/card/by_kind")
    expect(now(phone).locator(".panel")).to_be_visible()
    expect(phone.page.locator(".studio-menu summary")).to_have_text("仪表盘")
    assert phone.sideways() == 0
