"""Signing in and out, languages, pages that refuse, and the headers of every answer."""

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from fieldstone.ui.app import create_app
from tests.ui.readers import Reader, Site
from tests.ui.workshop import PASSWORD

browser_test = pytest.mark.browser


@pytest.fixture
def web(site: Site) -> FlaskClient:
    """Return a client of the same application without a browser."""
    return create_app(site.installation).test_client()


@browser_test
def test_signs_in_and_comes_back_to_the_page_that_was_asked_for(stranger: Reader) -> None:
    stranger.open("machine/5")
    page = stranger.page
    expect(page.locator("h1")).to_have_text("登录")
    page.fill("#who", "chief@example.com")
    page.fill("#password", "wrong")
    page.click("button.primary")
    expect(page.locator(".notice.danger")).to_be_visible()
    expect(page.locator("#who")).to_have_value("chief@example.com")
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("机床 05")
    page.click(".top details:has(button:has-text('退出登录')) > summary")
    page.click("button:has-text('退出登录')")
    page.wait_for_url("**/sign-in")
    stranger.open("machine/5")
    expect(page.locator("h1")).to_have_text("登录")


@browser_test
def test_switches_the_language_and_keeps_the_page(ann: Reader) -> None:
    ann.open("machine?sort=-price")
    page = ann.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("tbody tr").first).to_contain_text("CNY 60,000.00")
    page.click(".top button:has-text('中文')")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("tbody tr").first).to_contain_text("¥60,000.00")
    assert "sort=-price" in page.url
    page.click(".top button:has-text('English')")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@browser_test
def test_after_a_refusal_language_and_theme_lead_back_to_the_page(
    chief: Reader, ann: Reader
) -> None:
    """The refusal stands under an address that has no page of its own, also the second time."""
    for reader, other, lang, title, dark in (
        (chief, "English", "en", "My account", "Dark"),
        (ann, "中文", "zh-CN", "我的帐号", "深色"),
    ):
        page = reader.page
        reader.open("-/me?from=bell")
        for _ in range(2):
            page.fill("#old", "wrong")
            page.fill("#new", "another-Lantern-8")
            page.locator("form:has(#old) button").last.click()
            expect(page).to_have_url(reader.site.path("-/me/password"))
            expect(page.locator(".notice.danger")).to_be_visible()
        page.click(f".top form.only-wide button:has-text('{other}')")
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator("h1")).to_have_text(title)
        reader.open("-/me?from=bell")
        page.fill("#old", "wrong")
        page.fill("#new", "another-Lantern-8")
        page.locator("form:has(#old) button").last.click()
        expect(page.locator(".notice.danger")).to_be_visible()
        page.click(".top .drop:has(.avatar) > summary")
        page.get_by_role("button", name=dark).click()
        expect(page).to_have_url(reader.site.path("-/me?from=bell"))
        expect(page.locator("h1")).to_have_text(title)
        page.click(".top form.only-wide button[name=locale]")
        expect(page.locator("html")).not_to_have_attribute("lang", lang)


@browser_test
def test_a_page_that_is_not_there_has_a_way_back(chief: Reader) -> None:
    for path in ("machine/99999", "nothing", "machine/1/none", "member"):
        chief.open(path)
        expect(chief.page.locator("h1")).to_have_text("页面不存在")
        # What documents name is for programs; a reader is not told it.
        expect(chief.page.get_by_role("alert")).not_to_contain_text("machine")
    chief.page.click("a.primary")
    expect(chief.page.locator("h1")).to_have_text("设备")


@browser_test
def test_what_a_role_may_not_do_is_refused_with_a_sentence(vera: Reader) -> None:
    vera.open("machine/new")
    expect(vera.page.locator("h1")).to_have_text("You may not do this")
    vera.open("repair")
    expect(vera.page.locator("h1")).to_have_text("There is no such page")


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.5", "zh-CN"),
        ("de-DE,de;q=0.9,en;q=0.8,zh;q=0.1", "en"),
        ("en;q=0.2,zh-CN;q=0.9", "zh-CN"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_a_stranger_reads_what_the_browser_asks_for(
    web: FlaskClient, asked: str, locale: str
) -> None:
    for path in ("/sign-in", "/nothing/here"):
        page = web.get(path, headers={"Accept-Language": asked}, follow_redirects=True).text
        assert f'<html lang="{locale}"' in page


def test_every_answer_trusts_only_itself(web: FlaskClient) -> None:
    answer = web.get("/sign-in")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; script-src")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_form_without_its_token_changes_nothing(web: FlaskClient) -> None:
    answer = web.post("/sign-in", data={"who": "chief@example.com", "password": PASSWORD})
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers or "fieldstone=" not in str(answer.headers)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_never_leads_to_another_host(web: FlaskClient, target: str) -> None:
    form = web.get("/sign-in", query_string={"next": target}).text.split("<form")[1]
    assert 'name="next" value=""' in form


def test_pages_of_a_workspace_are_closed_to_strangers(web: FlaskClient, site: Site) -> None:
    for rule in web.application.url_map.iter_rules():
        if "slug" not in rule.arguments or "GET" not in (rule.methods or ()):
            continue
        if rule.rule.startswith("/api/"):
            continue
        parts = {"slug": "workshop", "entity": "machine", "record_id": 1, "field": "keeper"}
        given = {name: parts.get(name, 1) for name in rule.arguments}
        with web.application.test_request_context():
            path = rule.build(given)
        assert path is not None
        answer = web.get(path[1])
        assert answer.status_code == 303, rule.rule
        assert answer.headers["Location"].startswith("/sign-in"), rule.rule
