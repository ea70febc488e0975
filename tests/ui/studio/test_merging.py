"""Two people in the Studio: what both changed is shown with its three sides, and one is chosen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from fieldstone.engine import drafts, publish
from fieldstone.engine.access import Caller
from tests.ui.readers import Reader, Site
from tests.ui.studio.drafting import ANN, CHIEF, drafted, give


def place(site: Site, english: str) -> dict[str, Any]:
    """The dimension of places in names, called otherwise in English."""
    with site.workspace.reading() as tx:
        found = next(one.data for one in publish.export(tx) if one.name == "place")
    return {**found, "label": {**found["label"], "en": english}}


def test_what_two_people_changed_is_decided_place_by_place(ann: Reader) -> None:
    site = ann.site
    was = drafted(site, ANN, "tag_dimension", "place")["label"]["en"]
    give(site, ANN, place(site, "Site"))
    give(site, CHIEF, place(site, "Yard"))
    drafts.publish(site.workspace, Caller(CHIEF, system=True))
    ann.open("-/studio/review")
    sides = ann.page.locator(".sides")
    expect(sides).to_have_count(1)
    expect(sides.get_by_role("heading")).to_have_text('tag dimension "Site": label / in English')
    expect(sides.locator("dd")).to_have_text([was, "Site", "Yard"])
    expect(ann.page.get_by_role("button", name="Publish")).to_have_count(0)
    sides.get_by_role("button", name="Keep mine").click()
    expect(ann.page.locator(".sides")).to_have_count(0)
    expect(ann.page.get_by_role("button", name="Publish")).to_be_visible()
    give(site, ANN, place(site, was))
    drafts.publish(site.workspace, Caller(ANN, system=True))
