"""Members by page: inviting, roles, shutting out, temporary passwords; one's own account."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine.errors import NotFound
from tests.ui.readers import Reader, Site, reader_of
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser
NEW = "walnut-Harbor-31"


def add(chief: Reader, name: str, who: str, role: str = "访客") -> str:
    """Add a member by page; the link that is shown once."""
    chief.open("-/members")
    page = chief.page
    page.click("summary:has-text('添加成员')")
    page.fill("#name", name)
    page.fill("#add-who", who)
    page.locator(".add .check", has_text=role).locator("input").check()
    page.click(".add button.primary")
    expect(page.locator("h1")).to_have_text(name)
    return page.locator("input.secret").input_value()


def test_a_link_lets_somebody_new_in_once(chief: Reader, browser: Browser, site: Site) -> None:
    link = add(chief, "小林", "lin@example.com")
    expect(chief.page.locator("main")).to_contain_text("不发送邮件")
    with reader_of(browser, site, "zh-CN") as lin:
        page = lin.page
        page.goto(link)
        page.fill("#password", "short")
        page.click("button.primary")
        expect(page.locator(".notice.danger")).to_be_visible()
        page.click("button:has-text('English')")
        expect(page.locator("h1")).to_have_text("Choose a password")
        page.click("button:has-text('中文')")
        expect(page.locator("h1")).to_have_text("设置密码")
        page.fill("#password", NEW)
        page.click("button.primary")
        page.wait_for_url(site.path("**"))
        expect(page.locator("h1")).to_have_text("设备")
        lin.open("-/members")
        expect(page.locator("h1")).to_have_text("没有权限")
    with reader_of(browser, site, "zh-CN") as late:
        late.page.goto(link)
        expect(late.page.locator("h1")).to_have_text("链接已失效")
        expect(late.page.locator("main")).to_contain_text("已被使用或已过期")


@pytest.mark.parametrize(("name", "who"), [("手机", "13900001234"), ("用户", "xiao.zhou")])
def test_signs_in_by_a_mobile_number_or_a_user_name(
    chief: Reader, browser: Browser, site: Site, name: str, who: str
) -> None:
    link = add(chief, name, who)
    with reader_of(browser, site, "zh-CN") as one:
        one.page.goto(link)
        one.page.fill("#password", NEW)
        one.page.click("button.primary")
        one.page.wait_for_url(site.path("**"))
        one.page.context.clear_cookies()
        one.page.goto(f"{site.address}/sign-in")
        one.page.fill("#who", who)
        one.page.fill("#password", NEW)
        one.page.click("button.primary")
        one.page.wait_for_url(site.path("**"))


def test_a_temporary_password_is_changed_before_anything_else(
    chief: Reader, browser: Browser, site: Site
) -> None:
    link = add(chief, "小吴", "wu@example.com")
    href = chief.page.url.split(site.address)[1].removesuffix("/invitation")
    with reader_of(browser, site, "zh-CN") as wu:
        page = wu.page
        page.goto(link)
        page.fill("#password", NEW)
        page.click("button.primary")
        page.wait_for_url(site.path("**"))
        chief.open("-/members?q=wu@")
        chief.page.click(".people a")
        chief.page.click("button:has-text('临时密码')")
        temporary = chief.page.locator("input.secret").input_value()
        wu.open("machine")
        expect(page.locator("h1")).to_have_text("登录")
        page.fill("#who", "wu@example.com")
        page.fill("#password", temporary)
        page.click("button.primary")
        expect(page.locator("h1")).to_have_text("我的帐号")
        wu.open("machine")
        expect(page.locator("h1")).to_have_text("我的帐号")
        page.fill("#old", "wrong")
        page.fill("#new", "another-Lantern-8")
        page.click("button:has-text('修改密码')")
        expect(page.locator(".notice.danger")).to_have_text("当前密码不正确。")
        page.fill("#old", temporary)
        page.fill("#new", "another-Lantern-8")
        page.click("button:has-text('修改密码')")
        expect(page.locator(".notice.success")).to_be_visible()
        wu.open("machine")
        expect(page.locator("h1")).to_have_text("设备")
    assert href


def test_roles_change_and_the_last_administrators_stay(chief: Reader, site: Site) -> None:
    add(chief, "小孙", "sun@example.com")
    page = chief.page
    page.locator(".check", has_text="主管").locator("input").check()
    page.click("button:has-text('保存角色')")
    expect(page.locator(".notice.success")).to_be_visible()
    expect(page.locator(".check", has_text="主管").locator("input")).to_be_checked()
    page.click("button:has-text('停用')")
    expect(page.locator(".mark", has_text="已停用")).to_be_visible()
    chief.open("-/members?q=ann@")
    page.click(".people a")
    page.click("button:has-text('停用')")
    expect(page.locator(".mark", has_text="已停用")).to_be_visible()
    chief.open("-/members?q=chief@")
    page.click(".people a")
    page.click("button:has-text('停用')")
    expect(page.locator(".notice.danger")).to_contain_text("最后一位管理员")
    chief.open("-/members?q=ann@")
    page.click(".people a")
    page.click("button:has-text('重新启用')")
    expect(page.locator("button:has-text('停用')")).to_be_visible()


def test_wrong_values_stay_in_the_form(chief: Reader) -> None:
    chief.open("-/members")
    page = chief.page
    page.click("summary:has-text('添加成员')")
    page.fill("#name", "无名")
    page.fill("#add-who", "a@b")
    page.click(".add button.primary")
    expect(page.locator(".notice.danger")).to_contain_text("a@b")
    expect(page.locator("#name")).to_have_value("无名")


def test_roles_are_told_in_words(chief: Reader) -> None:
    chief.open("-/roles")
    visitor = chief.page.locator("section", has_text="访客").last
    visitor.locator("summary").click()
    expect(visitor).to_contain_text("查看")
    expect(visitor).to_contain_text("不可见字段：购置价")


def test_a_token_is_made_by_page_shown_once_and_ended(ann: Reader, site: Site) -> None:
    ann.open("-/me")
    page = ann.page
    page.fill("#token-name", "report")
    page.fill("#again", "wrong")
    page.click("button:has-text('Make token')")
    expect(page.locator("#tokens .notice.danger")).to_be_visible()
    page.fill("#again", PASSWORD)
    page.click("button:has-text('Make token')")
    token = page.locator("input.secret").input_value()
    assert site.installation.control.tokens.find(token) is not None
    ann.open("-/me")
    expect(page.locator("input.secret")).to_have_count(0)
    page.locator("#tokens li", has_text="report").locator("button").click()
    expect(page.locator(".notice.success")).to_be_visible()
    assert site.installation.control.tokens.find(token) is None


def test_one_changes_ones_own_name_and_ends_other_sessions(
    browser: Browser, site: Site, vera: Reader
) -> None:
    with reader_of(browser, site, "en-GB") as elsewhere:
        elsewhere.sign_in("vera@example.com")
        vera.open("-/me")
        vera.page.fill("#name", "Vera Wood")
        vera.page.click("button:has-text('Save')")
        expect(vera.page.locator("#name")).to_have_value("Vera Wood")
        rows = vera.page.locator(".plain-rows").first.locator("li")
        expect(vera.page.locator(".notice.success")).to_be_visible()
        others = vera.page.locator("button[name=session]")
        for left in reversed(range(others.count())):
            others.first.click()
            expect(others).to_have_count(left)
        expect(rows).to_have_count(1)
        elsewhere.open("machine")
        expect(elsewhere.page.locator("h1")).to_have_text("Sign in")


def test_pages_about_people_fit_a_telephone(phone: Reader) -> None:
    for path in ("-/members", "-/members/1", "-/roles", "-/me"):
        phone.open(path)
        assert phone.sideways() == 0, path


def test_an_invitation_holds_an_hour(site: Site) -> None:
    with pytest.raises(NotFound):
        site.installation.control.invitations.find("zz")
