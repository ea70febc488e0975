"""What is purged with a draft is reviewed in words, and is published once its loss is accepted."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from fieldstone.engine import drafts, publish
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.metadata.documents import document_of
from tests.ui.readers import Reader, Site
from tests.ui.studio.drafting import ANN

COLOUR = "entity/machine#/fields/colour"


def in_force(site: Site, **more: Any) -> None:
    """Publish machines with a field of a colour, which all have, or without it."""
    with site.workspace.reading() as tx:
        documents = publish.export(tx)
    changed = []
    for one in documents:
        data = dict(one.data)
        if one.key == "entity/machine":
            fields = [each for each in data["fields"] if each["name"] != "colour"]
            data["fields"] = [*fields, *([more] if more else [])]
        changed.append(document_of(data))
    publish.publish(site.workspace, SYSTEM, publish.preview(site.workspace, SYSTEM, changed))


def test_a_purge_is_reviewed_in_words_and_accepted(site: Site, ann: Reader) -> None:
    label = {"en": "Colour", "zh-CN": "颜色"}
    in_force(site, name="colour", type="text", label=label, default="mauve")
    in_force(site)
    with site.workspace.writing() as tx:
        drafts.purge(tx, Caller(ANN, system=True), [COLOUR])
    ann.open("-/studio/review")
    review = ann.page.locator("form.review")
    expect(review).to_contain_text('field "Colour" purged; its data is gone for good')
    expect(review).to_contain_text("remove all values of Machine / Colour for good")
    losses = ann.page.locator(".losses")
    expect(losses).to_contain_text("Machine / Colour:")
    expect(losses).to_contain_text("for good")
    expect(losses).to_contain_text("mauve")
    losses.locator("input").check()
    review.locator("button.primary").click()
    expect(ann.page.locator(".notice.success")).to_be_visible()
    with site.workspace.reading() as tx:
        assert "colour" not in tx.app.entity("machine").by_id
