"""A field type of a package on pages: chosen in the Studio, filled in a form, read in a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from tests.field_types.test_in_use import MARK, with_fields
from tests.ui.readers import Reader, reader_of, served


@pytest.fixture
def ada(stars: None, tmp_path: Path, browser: Browser) -> Iterator[Reader]:
    """Return the administrator of a shop whose customers have stars, signed in."""
    admin = NewMember(name="Ada", email="ada@example.com", locale="en")
    with Installation.open(Settings(home=tmp_path / "home", env="test")) as installation:
        made = installation.create_workspace("shop", "Shop", with_fields(MARK), admin=admin)
        with (
            served(installation, made) as site,
            reader_of(browser, site, "en-GB") as reader,
        ):
            reader.sign_in("ada@example.com")
            yield reader


def test_a_form_takes_it_and_a_list_shows_it(ada: Reader) -> None:
    ada.open("customer/new")
    ada.page.get_by_label("Name", exact=False).first.fill("Acme")
    ada.page.get_by_label("Mark", exact=True).fill("9")
    ada.page.get_by_role("button", name="Save", exact=True).first.click()
    expect(ada.page.get_by_text("Give one to five stars.").first).to_be_visible()
    ada.page.get_by_label("Mark", exact=True).fill("4")
    ada.page.get_by_role("button", name="Save", exact=True).first.click()
    expect(ada.page.get_by_role("heading", name="Acme")).to_be_visible()
    ada.open("customer?where=mark >= 4")
    expect(ada.page.get_by_role("link", name="Acme")).to_be_visible()


def test_the_studio_offers_it_by_its_words(ada: Reader) -> None:
    ada.open("-/studio/entity/customer/new")
    expect(ada.page.get_by_text("One to five stars.")).to_be_visible()
    ada.open("-/studio/entity/customer/field/mark")
    expect(ada.page.locator("main")).to_contain_text("Stars")


def test_a_rollup_is_made_in_the_studio(ada: Reader) -> None:
    ada.open("-/studio/entity/customer/new?type=rollup")
    page = ada.page
    page.get_by_label("Label", exact=False).first.fill("Sold")
    formula = page.get_by_label("Formula", exact=False).first
    formula.fill("credit * 2")
    expect(page.get_by_text("choose the type “Formula” for this expression").first).to_be_visible()
    formula.fill("sum(deals.amount)")
    page.get_by_role("button", name="Save", exact=True).last.click()
    ada.open("-/studio/entity/customer/field/sold")
    expect(page.locator("main")).to_contain_text("Summary of related records")
    expect(page.get_by_label("Formula", exact=False).first).to_have_value("sum(deals.amount)")
