"""A person in the Studio: entities and fields by clicks and typing, and one plan of it all."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import expect

from tests.ui.readers import Reader


def add_entity(reader: Reader, name: str, label: str) -> None:
    """Make an entity with its label in the language of the page."""
    page = reader.page
    reader.open("-/studio")
    page.click("a[href$='/-/studio/new-entity']")
    page.locator("[name^='label.']").first.fill(label)
    page.fill("#name", name)
    save(reader, f"-/studio/entity/{name}")


def add_field(
    reader: Reader,
    entity: str,
    kind: str,
    name: str,
    label: str,
    *,
    options: Sequence[str] = (),
    **settings: str,
) -> None:
    """Add a field: choose its type, then fill in what its form asks for."""
    page = reader.page
    reader.open(f"-/studio/entity/{entity}")
    page.click(f"a[href$='/-/studio/entity/{entity}/new']")
    page.click(f"[data-type={kind}]")
    page.locator("[name^='label.']").first.fill(label)
    page.fill("#name", name)
    texts = page.locator(".option [name*='.label.']:nth-of-type(2)")
    while page.locator(".option").count() < len(options):
        before = page.locator(".option").count()
        page.click("button[value=more]")
        expect(page.locator(".option")).not_to_have_count(before)
    for at, text in enumerate(options):
        texts.nth(at).fill(text)
    for key in settings:
        if not page.locator(f"[name={key}]").is_visible():
            page.click("details.section:not([open]) summary")
    for key, value in settings.items():
        asked = page.locator(f"[name={key}]")
        if asked.evaluate("one => one.tagName") == "SELECT":
            asked.select_option(value)
        elif asked.get_attribute("type") == "checkbox":
            asked.check()
        else:
            asked.fill(value)
    save(reader, f"-/studio/entity/{entity}")


def leave_open(reader: Reader, entity: str, *fields: str) -> None:
    """Let fields be empty that were required."""
    page = reader.page
    for name in fields:
        reader.open(f"-/studio/entity/{entity}")
        page.click(f"#fields a.name[href$='/field/{name}']")
        page.uncheck("[name=required]")
        save(reader, f"-/studio/entity/{entity}")


def add_table(
    reader: Reader,
    dashboard: str,
    label: str,
    entity: str,
    path: Sequence[str],
    metrics: Sequence[str],
) -> None:
    """Give a dashboard a table of metrics by a path, each step of it chosen from a list."""
    page = reader.page
    reader.open(f"-/studio/dashboards/dashboard/{dashboard}")
    page.click(f"a[href$='/dashboard/{dashboard}/new-card']")
    pick(reader, "type", "table")
    page.locator("[name^='label.']").first.fill(label)
    pick(reader, "entity", entity)
    for metric in metrics:
        page.select_option("[name=more]", metric)
        page.click("#column-add")
        expect(page.locator(f"[name=metrics][value={metric}]")).to_have_count(1)
    for at, field in enumerate(path):
        pick(reader, f"group.{at}", field)
    save(reader, f"-/studio/dashboards/dashboard/{dashboard}")


def pick(reader: Reader, name: str, value: str) -> None:
    """Choose, and wait until the form that follows holds the choice."""
    reader.page.locator(f"[name='{name}']").select_option(value)
    chosen = reader.page.locator(f"[name='{name}'] option[selected]")
    expect(chosen).to_have_attribute("value", value)


def save(reader: Reader, then: str) -> None:
    """Press the button; the page that follows says what was kept."""
    page = reader.page
    page.click("[data-save]")
    page.wait_for_url(reader.site.path(then))
    expect(page.locator(".draft-bar")).to_be_visible()


def publish(reader: Reader) -> None:
    """Look at the plan, then make it so."""
    page = reader.page
    page.click(".draft-bar a")
    expect(page.locator(".review .told").first).to_be_visible()
    expect(page.locator(".review .losses")).to_have_count(0)
    page.click(".review .finish button.primary")
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".draft-bar")).to_have_count(0)
