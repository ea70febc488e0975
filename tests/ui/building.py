"""Building a condition by hand: rows of field, operator and value."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def open_builder(page: Page) -> None:
    page.click(".sieve summary:has(use[href*='#filter'])")
    expect(page.locator(".builder-rows .condition").first).to_be_visible()


def choose(page: Page, row: str, field: str, operator: str = "") -> None:
    """Choose a row's field and operator, each once the builder has answered the choice before."""
    page.select_option(f"select[name='{row}.field']", field)
    expect(page.locator(f"select[name='{row}.field'] option[selected]")).to_have_attribute(
        "value", field
    )
    if operator:
        page.select_option(f"select[name='{row}.op']", operator)
        chosen = page.locator(f"select[name='{row}.op'] option[selected]")
        expect(chosen).to_have_attribute("value", operator)


def apply(page: Page) -> None:
    page.click(".builder button.primary")
