"""Nothing on a page keeps people from using it: axe finds nothing serious, and all of it fits.

Lines 76 and 78 of what users check.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing import Map, Rule

from fieldstone.ui.routes import ROUTES
from tests.ui.pages import FRAGMENTS, PAGES
from tests.ui.readers import Reader, Site, reader_of

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "ui/assets/node_modules/axe-core/axe.min.js"
ELSEWHERE = {"/", "/sign-in", "/me/workspaces", "/set-up/<code>", "/join/<code>"}
"""Pages before there is anybody, or that lead on: `tests/ui/test_entrance.py`, `tests/ui/life`."""

SERIOUS = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""
CUT = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return wide > 0 ? [`${wide} px wider than the window`] : [];
}"""
CHROME = """() => [...document.querySelectorAll(
    "nav a, nav button, .tabs a, label, th, dt, button, summary, h2, h3, legend, .hint, .empty p")]
  .map((one) => one.innerText + " " + (one.title || "") + " " + (one.ariaLabel || ""))
  .filter((text) => /[\u4e00-\u9fff]/.test(text))"""
"""What the product itself says on a page, where it is Chinese."""

OWN_WORDS = {"中文", "王工", "维修车间"}
"""Chinese that is no translation: a language in itself, names that people gave."""


@pytest.fixture(scope="module", params=["zh-CN", "en"])
def reader(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Reader]:
    """Return the chief or Ann, by the language that they read."""
    email = "chief@example.com" if request.param == "zh-CN" else "ann@example.com"
    with reader_of(browser, site, request.param) as found:
        found.sign_in(email)
        yield found


@pytest.mark.parametrize("path", PAGES)
def test_lines_76_78_nothing_serious_in_either_theme_nothing_chinese_in_english(
    reader: Reader, path: str
) -> None:
    reader.open(path)
    expect(reader.page.locator("main")).to_be_visible()
    expect(reader.page.locator("html")).to_have_attribute("lang", reader.language)
    settled(reader.page)
    if reader.language == "en":
        assert chinese(reader.page) == set()
    reader.page.evaluate(AXE.read_text("utf-8"))
    for theme in ("light", "dark"):
        reader.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert reader.page.evaluate(SERIOUS) == [], theme


@pytest.mark.parametrize("path", PAGES)
def test_line_76_nothing_is_cut_off_on_the_narrowest_window(reader: Reader, path: str) -> None:
    """A window of 320 px, which is also one of 640 px at 200 %."""
    reader.page.set_viewport_size({"width": 320, "height": 640})
    try:
        reader.open(path)
        expect(reader.page.locator("main")).to_be_visible()
        assert reader.page.evaluate(CUT) == []
    finally:
        reader.page.set_viewport_size({"width": 1280, "height": 800})


def test_line_76_every_page_is_looked_at() -> None:
    rules = [one.rule for one in ROUTES if "GET" in one.methods]
    paths = Map([Rule(one, endpoint=one) for one in rules]).bind("fieldstone.example.com")
    looked_at = set()
    for page in PAGES:
        path = page.partition("?")[0]
        looked_at.add(paths.match(path if path.startswith("/") else f"/workshop/{path}")[0])
    pages = {one for one in rules if not one.endswith(FRAGMENTS)} - ELSEWHERE
    assert sorted(pages - looked_at) == []


def chinese(page: Page) -> set[str]:
    """What the product itself says on a page in Chinese."""
    said = {" ".join(one.split()) for one in page.evaluate(CHROME)}
    return {one for one in said if not any(own in one for own in OWN_WORDS)}


def settled(page: Page) -> None:
    """Wait until no part of the page is still asked for."""
    page.wait_for_load_state("networkidle")
