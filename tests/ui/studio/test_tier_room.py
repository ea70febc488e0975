"""The room of tiers: bands as inputs, and who would move told before anything is published."""

from __future__ import annotations

from playwright.sync_api import expect

from fieldstone.engine import tiers
from tests.ui.readers import Reader
from tests.ui.studio.drafting import ANN, CHIEF, give

ROOM = "-/studio/entity/machine/tiers"
FIRST = {
    "kind": "view",
    "name": "first_tier",
    "entity": "machine",
    "label": {"en": "First tier", "zh-CN": "一级设备"},
    "columns": [{"field": "name"}],
}


def begin(reader: Reader) -> None:
    """Make a scheme of machines by their price, in the draft."""
    reader.open(ROOM)
    reader.page.locator("#by").select_option("price")
    reader.page.locator("button[value=begin]").click()
    expect(reader.page.locator("[name='band.0.limit']")).to_have_value("20")


def begun(reader: Reader) -> None:
    """Open the room with a scheme in it, which another test may have published."""
    reader.open(ROOM)
    expect(reader.page.locator("#by, [name='band.0.limit']")).to_be_visible()
    if reader.page.locator("#by").count():
        begin(reader)


def test_what_would_move_is_told_and_happens(ann: Reader) -> None:
    begin(ann)
    told = ann.page.locator("#drift")
    expect(told).to_contain_text("60 of 60 records would have another tier")
    expect(told.locator("#moves li")).to_have_text(
        [f"no tier to {one} records" for one in ("A: 12", "B: 18", "C: 30")]
    )
    expect(told.locator("svg rect").first).to_be_attached()
    ann.page.locator("#method").select_option("threshold")
    ann.page.locator("[name='band.0.limit']").fill("50000")
    ann.page.locator("[name='band.1.limit']").fill("30000")
    expect(told.locator("#moves li")).to_have_text(
        [f"no tier to {one} records" for one in ("A: 11", "B: 20", "C: 29")]
    )
    ann.page.locator("[data-save]").click()
    expect(ann.page.locator(".notice.success")).to_be_visible()
    ann.page.locator(".draft-bar a").click()
    ann.page.locator("form.review button.primary").click()
    expect(ann.page.locator(".notice.success")).to_be_visible()
    (report,) = tiers.run(ann.site.workspace)
    assert dict(report.counts) == {"A": 11, "B": 20, "C": 29}
    ann.open(ROOM)
    expect(told).to_contain_text("60 records are ranked, and nobody would move.")


def test_line_15_a_tier_says_who_uses_it_and_leads_there(chief: Reader, ann: Reader) -> None:
    for reader, member, used, view in (
        (chief, CHIEF, "1 处使用", "一级设备"),
        (ann, ANN, "1 use", "First tier"),
    ):
        begun(reader)
        give(reader.site, member, {**FIRST, "filter": 'tier == "A"'})
        reader.open(ROOM)
        band = reader.page.locator(".option.band").first
        band.get_by_text(used, exact=True).click()
        band.get_by_role("link", name=view).click()
        expect(reader.page.locator(".tabs [aria-current]").last).to_have_text(view)
        reader.open(ROOM)
        reader.page.locator("[name='band.0.off']").check()
        reader.page.locator("[data-save]").click()
        expect(reader.page.get_by_role("alert").first).to_contain_text(view)
        expect(reader.page.locator("[name='band.0.off']")).to_be_checked()


def test_what_is_wrong_is_said_at_its_row_and_stays_typed(chief: Reader) -> None:
    begun(chief)
    chief.page.locator("#method").select_option("share_of_records")
    chief.page.locator("[name='band.0.limit']").fill("120")
    expect(chief.page.locator("#drift")).to_contain_text("改正上方的错误")
    chief.page.locator("[data-save]").click()
    expect(chief.page.locator("#band-0-wrong")).to_contain_text("0 到 100")
    expect(chief.page.locator("[name='band.0.limit']")).to_have_value("120")
    chief.page.locator("[name='band.0.limit']").fill("60")
    chief.page.locator("[name='band.1.limit']").fill("40")
    chief.page.locator("[data-save]").click()
    expect(chief.page.locator("#bands-wrong")).to_be_visible()


def test_it_fits_a_telephone(phone: Reader) -> None:
    begun(phone)
    expect(phone.page.locator("#drift strong")).to_be_visible()
    assert phone.sideways() <= 0
