"""Metrics in the room of dashboards: what is measured, and where it is used."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.acceptance.studio import pick
from tests.ui.readers import Reader
from tests.ui.studio.drafting import ANN, cards_of, drafted, now, save

FIGURES = "-/studio/dashboards/dashboard/figures"


def test_a_share_is_two_conditions_and_is_written_in_percent(ann: Reader) -> None:
    page = ann.page
    ann.open(f"{FIGURES}/new-card")
    pick(ann, "metric", "+")
    pick(ann, "metric.entity", "machine")
    pick(ann, "metric.kind", "share")
    expect(now(ann)).to_contain_text("New metric")
    expect(page.locator("[name='metric.unit']")).to_have_value("percent")
    page.fill("[name='metric.label.en']", "Dear machines")
    page.locator("[id='metric.value.where']").fill("price > 54000")
    page.locator("[id='metric.over.where']").fill('kind == "lathe"')
    expect(now(ann).locator(".amount")).to_have_text("10.0%")
    save(ann)
    made = drafted(ann.site, ANN, "metric", "dear_machines")
    assert made["value"] == {"aggregate": "count", "where": "price > 54000"}
    assert made["over"] == {"aggregate": "count", "where": 'kind == "lathe"'}
    assert (made["unit"], made["change"]) == ("percent", "points")
    assert cards_of(ann.site, ANN)[-1]["metric"] == "dear_machines"
    expect(page.locator(".of-cards li").last).to_contain_text("Number: Dear machines")


def test_a_metric_of_a_formula_is_checked_while_it_is_typed(chief: Reader, ann: Reader) -> None:
    for reader, place, missing in (
        (chief, "第 1 个字符", "填写此项后才能保存"),
        (ann, "Character 1", "This setting is needed"),
    ):
        page = reader.page
        reader.open("-/studio/metrics/new")
        page.locator("[name='metric.label.en']").fill("Halved")
        pick(reader, "metric.kind", "sum")
        page.locator("[data-save]").click()
        expect(page.locator("[id='metric.value.of-wrong']")).to_contain_text(missing)
        expect(page.locator("[name='metric.label.en']")).to_have_value("Halved")
        pick(reader, "metric.value.of", "=")
        page.locator("[name='metric.value.text']").fill("pricce / 2")
        expect(page.locator("#metric-value-text-checked")).to_contain_text(place)
        page.locator("[data-save]").click()
        expect(page.locator("[name='metric.value.text']")).to_have_value("pricce / 2")
        expect(page.locator("#metric-value-text-checked")).to_contain_text(place)
        page.locator("[name='metric.value.text']").fill("price / 2")
        expect(now(reader).locator(".amount")).to_have_text("915,000")
        save(reader)
        expect(page.locator("#metric-halved")).to_be_visible()


def test_line_15_a_metric_in_use_says_where_and_stays(chief: Reader, ann: Reader) -> None:
    for reader, uses, told in (
        (chief, "2 处使用", "以下 2 处用到此指标"),
        (ann, "2 uses", "2 places show this metric"),
    ):
        page = reader.page
        reader.open("-/studio/metrics")
        row = page.locator("#metric-value")
        expect(row).to_contain_text(uses)
        row.get_by_role("button").click()
        stays = page.locator("section.notice.danger")
        expect(stays).to_contain_text(told)
        stays.get_by_role("link").last.click()
        expect(page.locator("#metrics [value=value]")).to_have_count(1)


def test_a_metric_is_archived_and_restored(ann: Reader) -> None:
    page = ann.page
    ann.open("-/studio/metrics/new")
    page.fill("[name='metric.label.en']", "All notes")
    pick(ann, "metric.entity", "note")
    save(ann)
    page.locator("#metric-all_notes").get_by_role("button").click()
    expect(page.locator(".notice.success")).to_contain_text("All notes")
    page.get_by_role("button", name="Restore All notes").click()
    expect(page.locator("#metric-all_notes")).to_be_visible()
