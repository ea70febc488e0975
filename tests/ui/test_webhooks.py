"""Webhooks by page: an endpoint that fails says why and rests, and a button ends its rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from fieldstone.engine.outbox import endpoints, resting
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser
URL = "https://erp.example.com/in?from=crm"


@pytest.fixture
def endpoint(chief: Reader) -> Iterator[str]:
    """Return the name of an endpoint that was set up for the workshop; gone afterwards."""
    with chief.site.workspace.writing() as tx:
        endpoints.put(tx, "erp", URL)
    yield "erp"
    with chief.site.workspace.writing() as tx:
        endpoints.remove(tx, "erp")


def fail(site: Site, name: str, times: int) -> None:
    """Let calls of an endpoint fail."""
    with site.workspace.writing() as tx:
        for _ in range(times):
            resting.failed(tx, name, "erp.example.com answered 502")


def test_an_endpoint_that_fails_says_so_and_is_tried_again(ann: Reader, endpoint: str) -> None:
    fail(ann.site, endpoint, resting.PATIENT)
    ann.open("-/members")
    ann.page.get_by_label("Your account").click()
    ann.page.get_by_role("link", name="Webhooks").click()
    row = ann.page.locator(".endpoints li")
    expect(row).to_contain_text(URL)
    expect(row).to_contain_text("erp.example.com answered 502")
    expect(row).to_contain_text("Rests until")
    row.get_by_role("button", name="Try now").click()
    expect(ann.page.get_by_role("status")).to_contain_text("calls of erp are made now")
    expect(row).to_contain_text("Fails")
    with ann.site.workspace.writing() as tx:
        assert resting.until(tx, endpoint) is None
        resting.answered(tx, endpoint)
    ann.page.reload()
    expect(row).to_contain_text("Works")
    expect(row.get_by_role("button")).to_have_count(0)


def test_it_fits_on_a_telephone(phone: Reader, endpoint: str) -> None:
    fail(phone.site, endpoint, resting.PATIENT)
    phone.open("-/webhooks")
    expect(phone.page.get_by_text("暂停调用至")).to_be_visible()
    button = phone.page.get_by_role("button", name="立即重试")
    box = button.bounding_box()
    assert box is not None and box["height"] >= 40
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_endpoints_the_page_says_how_to_set_one_up(chief: Reader) -> None:
    chief.open("-/webhooks")
    expect(chief.page.get_by_text("没有接收端")).to_be_visible()


def test_who_has_no_right_over_members_does_not_see_it(vera: Reader) -> None:
    vera.open("-/webhooks")
    expect(vera.page.locator("h1")).not_to_have_text("Webhooks")
