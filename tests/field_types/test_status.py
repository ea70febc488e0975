"""A choice with transitions on a form: what is offered follows what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from tests.field_types.test_in_use import Field, with_fields
from tests.ui.readers import Reader, reader_of, served

PHASE: Field = {
    "name": "phase",
    "type": "choice",
    "label": {"en": "Phase", "zh-CN": "状态"},
    "options": [
        {"name": "planned", "label": {"en": "Planned", "zh-CN": "计划中"}},
        {"name": "running", "label": {"en": "Running", "zh-CN": "进行中"}},
        {"name": "over", "label": {"en": "Over", "zh-CN": "已结束"}},
    ],
    "transitions": {"planned": ["running"], "running": ["planned", "over"]},
}


@pytest.fixture
def ada(tmp_path: Path, browser: Browser) -> Iterator[Reader]:
    """Return the administrator of a shop whose customers have a status, signed in."""
    admin = NewMember(name="Ada", email="ada@example.com", locale="en")
    with Installation.open(Settings(home=tmp_path / "home", env="test")) as installation:
        made = installation.create_workspace("shop", "Shop", with_fields(PHASE), admin=admin)
        with (
            served(installation, made) as site,
            reader_of(browser, site, "en-GB") as reader,
        ):
            reader.sign_in("ada@example.com")
            yield reader


def test_a_form_offers_what_may_follow_what_is_stored(ada: Reader) -> None:
    page = ada.page
    save = page.get_by_role("button", name="Save", exact=True).first
    phases = page.get_by_label("Phase", exact=True).locator("option")
    ada.open("customer/new")
    expect(phases).to_have_text(["–", "Planned", "Running", "Over"])
    page.get_by_label("Name", exact=False).first.fill("Acme")
    page.get_by_label("Phase", exact=True).select_option("planned")
    save.click()
    expect(page.get_by_role("heading", name="Acme")).to_be_visible()
    edit = f"{page.url.partition('?')[0]}/edit"
    page.goto(edit)
    expect(phases).to_have_text(["Planned", "Running"])
    page.get_by_label("Phase", exact=True).select_option("running")
    save.click()
    expect(page.get_by_role("heading", name="Acme")).to_be_visible()
    page.goto(edit)
    expect(phases).to_have_text(["Planned", "Running", "Over"])
    page.get_by_label("Phase", exact=True).select_option("over")
    save.click()
    expect(page.get_by_role("heading", name="Acme")).to_be_visible()
    page.goto(edit)
    expect(phases).to_have_text(["Over"])
