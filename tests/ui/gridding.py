"""Working in the grid of a list as people do: going to cells, and what is told beside them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from tests.ui.readers import Reader, Site

NAME = "锻压机"
UGLY = "一台名字很长的机床" * 8


def kept(site: Site, number: int, name: str) -> object:
    """What the database holds of a machine."""
    with site.workspace.reading() as tx:
        entity = tx.app.entity_named("machine")
        assert entity is not None
        one = entity.field_named(name)
        assert one is not None
        return records.get(tx, SYSTEM, entity.id, number).values.get(one.id)


def open_list(reader: Reader, more: str = "") -> Page:
    """Open the list of the machine of the test's own."""
    reader.open(f"machine?where=name == '{NAME}'{more}")
    expect(reader.page.locator("tbody tr")).to_have_count(1)
    return reader.page


def cell(page: Page, column: str) -> Locator:
    """The cell of a column in the first row."""
    return page.locator(f"tbody td[data-column='{column}']").first


def go_to(page: Page, column: str) -> Locator:
    """Put the focus on a cell of the first row."""
    found = cell(page, column)
    found.focus()
    return found


def told(page: Page) -> Locator:
    """What stands beside a cell."""
    return page.locator(".cell-told")


def change(site: Site, number: int, values: dict[str, object]) -> None:
    """Change a machine as somebody else would."""
    with site.workspace.writing() as tx:
        now = records.get(tx, SYSTEM, "machine", number)
        records.update(tx, SYSTEM, "machine", number, now.version, values)
