"""Drafts as the rooms of the Studio make them: saved by hand, read, given and forgotten."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from fieldstone.engine import drafts
from fieldstone.engine.access import Caller
from fieldstone.metadata.documents import document_of
from tests.ui.readers import Reader, Site

CHIEF, ANN = 1, 2
"""The members who have drafts; the one reads Chinese, the other English."""


def save(reader: Reader) -> None:
    """Save the form of a room, and wait until it is said."""
    reader.page.locator("[data-save]").click()
    expect(reader.page.locator(".notice.success")).to_be_visible()


def drafted(site: Site, member: int, kind: str, name: str) -> dict[str, Any]:
    """A document as a member's draft has it, in ids."""
    with site.workspace.reading() as tx:
        found = drafts.read(tx, Caller(member, system=True)).document(kind, name)
        assert found is not None
        return dict(found.data)


def give(site: Site, member: int, data: dict[str, Any]) -> None:
    """Lay a document, in names, into a member's draft."""
    with site.workspace.writing() as tx:
        drafts.put_sound(tx, Caller(member, system=True), [document_of(data)])


def discard(site: Site) -> None:
    """Forget what anybody left in a draft."""
    for member in (CHIEF, ANN):
        with site.workspace.writing() as tx:
            drafts.discard(tx, Caller(member, system=True))


def now(reader: Reader) -> Locator:
    """The card or the metric that is made, with today's data."""
    return reader.page.locator("#card-now")


def cards_of(site: Site, member: int, dashboard: str = "figures") -> list[dict[str, Any]]:
    """The cards of a dashboard as a member's draft has them."""
    found: list[dict[str, Any]] = drafted(site, member, "dashboard", dashboard)["cards"]
    return found
