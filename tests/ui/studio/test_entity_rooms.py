"""How an entity is called, which records its lists show, and rules on one that is not there yet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from fieldstone.ui.words import say
from tests.acceptance.studio import add_entity, add_field
from tests.ui.readers import Reader
from tests.ui.studio.drafting import ANN, CHIEF, drafted, save

ENTITY = "-/studio/entity/machine"
LISTS = f"{ENTITY}/lists"


@pytest.fixture(params=["chief", "ann"])
def reader(request: pytest.FixtureRequest) -> Reader:
    found: Reader = request.getfixturevalue(request.param)
    return found


def locale(reader: Reader) -> str:
    return "zh-CN" if reader.language == "zh-CN" else "en"


def member(reader: Reader) -> int:
    return CHIEF if reader.language == "zh-CN" else ANN


def test_an_entity_is_called_otherwise(reader: Reader) -> None:
    page = reader.page
    reader.open(ENTITY)
    page.locator(".tabs a[href$='/settings']").click()
    for key, text in (("label-en", "Tool"), ("label-zh-CN", "机具"), ("plural-en", "Tools")):
        page.fill(f"#{key}", text)
    save(reader)
    expect(page.locator("h1")).to_have_text("机具" if locale(reader) == "zh-CN" else "Tool")
    data = drafted(reader.site, member(reader), "entity", "machine")
    assert (data["name"], data["label"]) == ("machine", {"en": "Tool", "zh-CN": "机具"})
    assert data["plural"]["en"] == "Tools"
    for one in ("en", "zh-CN"):
        page.fill(f"#plural-{one}", "")
    save(reader)
    assert "plural" not in drafted(reader.site, member(reader), "entity", "machine")


def test_an_entity_has_to_be_called_something(reader: Reader) -> None:
    page = reader.page
    reader.open(f"{ENTITY}/settings")
    for one in ("label-en", "label-zh-CN"):
        page.fill(f"#{one}", "")
    page.fill("#plural-en", "Tools")
    page.locator("[data-save]").click()
    expect(page.locator("#label-wrong")).to_have_text(say("studio.label_missing", locale(reader)))
    expect(page.locator("#plural-en")).to_have_value("Tools")
    expect(page.locator(".draft-bar")).to_have_count(0)


def test_a_list_shows_the_records_of_a_condition(reader: Reader) -> None:
    page = reader.page
    reader.open(f"{LISTS}?view=machine_mine_idle")
    expect(page.locator("#filter")).to_have_value("keeper == me() and not in_use")
    page.fill("#filter", "keeper == me() and pricce > 5")
    expect(page.locator("#filter-said .wrong")).to_contain_text("pricce")
    page.locator(".buttons .primary").click()
    expect(page.locator(".condition-box > .wrong")).to_have_text(
        say("studio.condition_wrong", locale(reader))
    )
    expect(page.locator("#filter")).to_have_value("keeper == me() and pricce > 5")
    expect(page.locator(".draft-bar")).to_have_count(0)
    page.fill("#filter", "keeper == me() and price > 5")
    expect(page.locator("#filter-box .condition")).to_have_count(2)
    page.locator(".buttons .primary").click()
    expect(page.locator(".draft-bar")).to_be_visible()
    view = drafted(reader.site, member(reader), "view", "machine_mine_idle")
    assert view["filter"] == "keeper == me() and price > 5"
    page.fill("#filter", "")
    page.locator(".buttons .primary").click()
    expect(page.locator("#filter")).to_have_value("")
    assert "filter" not in drafted(reader.site, member(reader), "view", "machine_mine_idle")


def test_a_list_that_is_saved_as_it_is_has_not_changed(reader: Reader) -> None:
    for view in ("machine_all", "machine_dear", "machine_mine_idle"):
        reader.open(f"{LISTS}?view={view}")
        reader.page.locator(".buttons .primary").click()
        expect(reader.page.locator(".buttons .primary")).to_be_visible()
    expect(reader.page.locator(".draft-bar")).to_have_count(0)


def test_the_rooms_fit_a_telephone(phone: Reader) -> None:
    for path in (f"{ENTITY}/settings", f"{LISTS}?view=machine_mine_idle"):
        phone.open(path)
        assert phone.sideways() <= 0, path


def test_a_rule_on_an_entity_that_is_not_published_yet_is_reviewed(reader: Reader) -> None:
    page = reader.page
    add_entity(reader, "garage", "Garage")
    add_field(reader, "garage", "owner", "keeper", "Keeper")
    reader.open("-/studio/entity/garage/rules/new")
    page.locator("[name^='label.']").first.fill("Any garage")
    page.fill("#when", "name is not None")
    unknown = say("rules.not_there_yet", locale(reader))
    expect(page.locator("#rule-live")).to_contain_text(unknown)
    save(reader)
    expect(page.locator("#rule-live")).to_contain_text(unknown)
    page.click(".draft-bar a")
    expect(page.locator(".ahead")).to_contain_text("Any garage")
    expect(page.locator(".ahead")).to_contain_text(unknown)
    expect(page.locator("form.review button.primary")).to_be_visible()
