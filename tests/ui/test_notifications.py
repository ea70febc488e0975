"""Choosing what one is told of, and where: by each for themselves, kind by kind (line 62)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from fieldstone.engine import access, members, notifications
from fieldstone.engine.notifications import Message
from tests.ui.readers import Reader, Site

pytestmark = pytest.mark.browser


def test_line_62_a_kind_is_switched_off(ann: Reader) -> None:
    page = ann.page
    page.get_by_label("Your account").click()
    page.get_by_role("link", name="Notifications").click()
    alerts = page.get_by_role("group", name="Alerts")
    in_app = alerts.get_by_label("In the application")
    expect(in_app).to_be_checked()
    in_app.uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Your choice is kept.")
    expect(in_app).not_to_be_checked()
    expect(page.get_by_role("group", name="Imports").get_by_label("In the app")).to_be_checked()
    before = ann_unread(ann.site)
    assert before == ann_told(ann.site)
    in_app.check()
    page.get_by_role("button", name="Save").click()
    expect(in_app).to_be_checked()
    assert ann_told(ann.site) == before + 1


def ann_unread(site: Site) -> int:
    with site.workspace.reading() as tx:
        return notifications.unread(tx, access.for_member(tx, ann_id(site)))


def ann_told(site: Site) -> int:
    """Tell Ann something of an alert; returns how much is unread then."""
    text = notifications.sentence("notification.alerts_entered", count=2)
    with site.workspace.writing() as tx:
        notifications.send(tx, [Message(ann_id(site), "alert", text, text)])
    return ann_unread(site)


def ann_id(site: Site) -> int:
    with site.workspace.reading() as tx:
        return members.find(tx, "ann@example.com").id


def test_without_a_mail_server_the_page_says_so(chief: Reader) -> None:
    chief.open("-/notifications")
    expect(chief.page.get_by_text("系统未配置邮件服务器")).to_be_visible()
    for box in chief.page.get_by_label("邮件").all():
        expect(box).to_be_disabled()


def test_it_fits_on_a_telephone(phone: Reader) -> None:
    phone.open("-/notifications")
    expect(phone.page.get_by_role("button", name="保存")).to_be_visible()
    assert phone.sideways() == 0
