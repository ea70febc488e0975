"""A person's home: its numbers in rows that are full, whatever their number and the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine.members import NewMember
from fieldstone.metadata.documents import document_of
from fieldstone.ui.show.home import row_sizes
from tests.ui.readers import Reader, Site, reader_of
from tests.ui.workshop import PASSWORD

KINDS = [f"kind_{number}" for number in range(1, 8)]
OWNER = "seven@example.com"


def documents() -> list[dict[str, Any]]:
    """An app of seven entities, one with a very long name, and no view of anybody's own."""
    entities = [
        {
            "kind": "entity",
            "name": name,
            "label": {"en": f"Thing {name[-1]}", "zh-CN": f"事物{name[-1]}"},
            "plural": {
                "en": "Oberammergauer" * 5 if name == KINDS[2] else f"Things {name[-1]}",
                "zh-CN": f"事物{name[-1]}",
            },
            "title": "name",
            "fields": [{"name": "name", "type": "text", "required": True}],
        }
        for name in KINDS
    ]
    menu = [{"name": "home", "page": "today", "label": "Home"}]
    menu += [{"name": name, "entity": name} for name in KINDS]
    app = {"kind": "app", "name": "seven", "menu": menu}
    everything = {"read": True, "create": True, "update": True, "delete": True}
    role = {"kind": "role", "name": "owner", "everything_else": everything}
    return [app, *entities, {**role, "metadata": True, "members": True}]


@pytest.fixture(scope="module")
def seven(site: Site) -> Site:
    """Return a workspace on the same server in which there is nothing yet."""
    owner = NewMember(name="Seven", email=OWNER, password=PASSWORD, locale="en")
    made = [document_of(one) for one in documents()]
    workspace = site.installation.create_workspace("seven", "Seven", made, admin=owner)
    return Site(site.address, site.installation, workspace)


@pytest.fixture(params=[1280, 800, 390])
def owner(request: pytest.FixtureRequest, browser: Browser, seven: Site) -> Iterator[Reader]:
    """Return who owns the workspace, before windows of three widths."""
    with reader_of(browser, seven, "en-GB", request.param) as reader:
        reader.sign_in(OWNER)
        yield reader


@pytest.mark.parametrize(
    ("count", "most", "sizes"),
    [
        (0, 6, []),
        (1, 6, [1]),
        (6, 6, [6]),
        (7, 6, [4, 3]),
        (12, 6, [6, 6]),
        (13, 6, [5, 4, 4]),
        (7, 2, [2, 2, 2, 1]),
    ],
)
def test_rows_are_as_even_as_can_be(count: int, most: int, sizes: list[int]) -> None:
    assert row_sizes(count, most) == sizes


@pytest.mark.browser
def test_every_row_of_numbers_is_full(owner: Reader) -> None:
    owner.open("-/today")
    page = owner.page
    expect(page.locator(".tile")).to_have_count(7)
    boxes = [one.bounding_box() for one in page.locator(".tile").all()]
    whole = page.locator(".tiles").bounding_box()
    assert whole is not None
    rows: dict[float, list[tuple[float, float]]] = {}
    for box in boxes:
        assert box is not None
        rows.setdefault(box["y"], []).append((box["x"], box["x"] + box["width"]))
    wide = {1280: [4, 3], 800: [3, 2, 2], 390: [2, 2, 2, 1]}
    assert page.viewport_size is not None
    assert [len(row) for row in rows.values()] == wide[page.viewport_size["width"]]
    for row in rows.values():
        assert row[0][0] == pytest.approx(whole["x"], abs=1)
        assert row[-1][1] == pytest.approx(whole["x"] + whole["width"], abs=1)
        widths = Counter(round((end - start) / 2) for start, end in row)
        assert len(widths) <= 2, "one is wider than the others"
    assert owner.sideways() <= 0


@pytest.mark.browser
def test_an_empty_workspace_says_how_to_begin(owner: Reader) -> None:
    owner.open("-/today")
    begin = owner.page.locator(".empty a.primary")
    expect(begin).to_contain_text("New thing 1")
    begin.click()
    expect(owner.page.locator("h1")).to_have_text("New thing 1")
