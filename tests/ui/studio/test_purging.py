"""What is archived is listed, and deleted for good: reviewed in words, confirmed by its name."""

from __future__ import annotations

from itertools import count
from typing import Any

from playwright.sync_api import Locator, expect

from fieldstone.engine import publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.metadata.documents import Document, document_of
from fieldstone.ui.words import say
from tests.ui.readers import Reader, Site

LABEL = {"en": "Colour", "zh-CN": "颜色"}
_numbers = count(1)
VISIT: dict[str, Any] = {
    "kind": "entity",
    "name": "visit",
    "label": {"en": "Visit", "zh-CN": "拜访"},
    "title": "name",
    "fields": [{"name": "name", "type": "text"}],
}
PUBLISH = "form.review button.primary"


def in_force(site: Site, *fields: Any, visit: Any = None) -> None:
    """Publish machines with these fields besides, and visits as they are given, or neither."""
    with site.workspace.reading() as tx:
        documents = publish.export(tx)
    changed = [_machine(one, fields) for one in documents if not one.key.startswith("entity/visit")]
    kept = () if visit is None else (document_of(visit),)
    plan = publish.preview(site.workspace, SYSTEM, [*changed, *kept])
    publish.publish(site.workspace, SYSTEM, plan)


def _machine(document: Document, more: Any) -> Document:
    if document.key != "entity/machine":
        return document_of(document.data)
    fields = [one for one in document.data["fields"] if not one["name"].startswith("own_")]
    return document_of({**document.data, "fields": [*fields, *more]})


def colour(**more: Any) -> dict[str, Any]:
    """A field that all machines have a value of; its name is given once."""
    return {
        "name": f"own_{next(_numbers)}",
        "type": "text",
        "label": LABEL,
        "default": "mauve",
        **more,
    }


def visit() -> dict[str, Any]:
    return {**VISIT, "name": f"visit_{next(_numbers)}"}


def told(reader: Reader, key: str, /, **params: Any) -> str:
    return say(key, "zh-CN" if reader.language == "zh-CN" else "en", **params)


def row(reader: Reader, name: str) -> Locator:
    return reader.page.locator("ul.archived li", has_text=name)


def delete(reader: Reader, name: str) -> None:
    """Delete something for good that the room of archived things lists."""
    reader.open("-/studio/archived")
    row(reader, name).locator("button.danger").click()


def test_a_field_is_deleted_for_good_once_its_name_is_typed(reader: Reader, site: Site) -> None:
    field = colour()
    in_force(site, field)
    in_force(site)
    name = LABEL["zh-CN" if reader.language == "zh-CN" else "en"]
    delete(reader, name)
    page = reader.page
    page.wait_for_url("**/-/studio/review")
    losses = page.locator(".losses")
    expect(losses).to_contain_text("60")
    expect(losses).to_contain_text("mauve")
    expect(losses.locator("strong").last).to_have_text(told(reader, "studio.type_name", name=name))
    assert reader.sideways() <= 0
    for typed in ("", "mauve"):
        losses.locator("input").fill(typed)
        page.fill("#reason", "tidy")
        page.click(PUBLISH)
        expect(losses.locator(".wrong")).to_have_text(told(reader, "studio.wrong_name", name=name))
        expect(page.locator("#reason")).to_have_value("tidy")
    with site.workspace.reading() as tx:
        assert field["name"] in tx.app.entity("machine").by_id
    losses.locator("input").fill(f" {name} ")
    page.click(PUBLISH)
    expect(page.locator(".notice.success")).to_have_text(told(reader, "studio.published", n=1))
    with site.workspace.reading() as tx:
        assert field["name"] not in tx.app.entity("machine").by_id
    reader.open("-/studio/archived")
    expect(row(reader, name)).to_have_count(0)


def test_an_entity_is_deleted_for_good_with_its_records(reader: Reader, site: Site) -> None:
    found = visit()
    in_force(site, visit=found)
    with site.workspace.writing() as tx:
        records.create_many(tx, SYSTEM, found["name"], [{"name": one} for one in "abc"])
    in_force(site)
    name = VISIT["label"]["zh-CN" if reader.language == "zh-CN" else "en"]
    delete(reader, name)
    expect(reader.page.locator(".losses")).to_contain_text(
        told(reader, "studio.accept_purged_whole", key=name, n=3, rows=3)
    )
    reader.page.locator(".losses input").fill(name)
    reader.page.click(PUBLISH)
    expect(reader.page.locator(".notice.success")).to_be_visible()
    with site.workspace.reading() as tx:
        assert found["name"] not in tx.app.entities


def test_what_still_refers_to_it_is_named(ann: Reader, site: Site) -> None:
    found = visit()
    seen = colour(type="reference", to=found["name"], label="Seen at")
    del seen["default"]
    in_force(site, seen, visit=found)
    in_force(site, {**seen, "archived": True}, visit={**found, "archived": True})
    delete(ann, "Visit")
    refused = ann.page.locator(".notice.danger")
    expect(refused).to_contain_text("This cannot be deleted yet")
    expect(refused).to_contain_text("Machine / Seen at still refers to Visit;")
    delete(ann, "Seen at")
    ann.page.wait_for_url("**/-/studio/review")
    delete(ann, "Visit")
    ann.page.wait_for_url("**/-/studio/review")
    ann.page.click(PUBLISH)
    expect(ann.page.locator(".notice.success")).to_be_visible()
    with site.workspace.reading() as tx:
        assert found["name"] not in tx.app.entities
        assert seen["name"] not in tx.app.entity("machine").by_id


def test_an_entity_comes_back_with_its_records(ann: Reader, site: Site) -> None:
    found = {**visit(), "label": "Call"}
    in_force(site, visit=found)
    in_force(site)
    ann.open("-/studio/archived")
    row(ann, "Call").get_by_role("button", name="Restore Call").click()
    expect(ann.page.locator(".notice.success")).to_have_text("Call restored in the draft")
    expect(row(ann, "Call")).to_have_count(0)
    ann.open("-/studio/review")
    ann.page.click(PUBLISH)
    expect(ann.page.locator(".notice.success")).to_be_visible()
    with site.workspace.reading() as tx:
        assert not tx.app.entity(found["name"]).archived


def test_what_is_archived_in_the_draft_alone_is_only_restored(chief: Reader, site: Site) -> None:
    hue, field = colour(label="Hue"), colour()
    in_force(site, hue, field)
    in_force(site, field)
    chief.open("-/studio/entity/machine")
    there = chief.page.locator("section li", has_text="Hue")
    expect(there.locator("button.danger")).to_have_text("彻底删除")
    chief.open("-/studio/entity/machine/field/" + field["name"] + "/archive")
    chief.page.locator("main form button.danger").click()
    gone = chief.page.locator("section li", has_text="颜色")
    expect(gone.locator("button")).to_have_text("恢复")
    chief.page.locator("section li", has_text="Hue").locator("button.danger").click()
    chief.page.wait_for_url("**/-/studio/review")
