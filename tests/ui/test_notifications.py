"""Notifications: the bell, what it leads to, and the choice of what one is told of (line 62)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from fieldstone.engine import access, members, notifications, notified
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from fieldstone.engine.notifications import Message
from tests.ui.readers import Reader, Site, reader_of
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser


def test_62_a_kind_is_switched_off(ann: Reader) -> None:
    page = ann.page
    ann.open("")
    page.get_by_label("Your account").click()
    page.get_by_role("link", name="Notification settings", exact=True).last.click()
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
    chief.open("-/notifications/choices")
    expect(chief.page.get_by_text("系统未配置邮件服务器")).to_be_visible()
    for box in chief.page.get_by_label("邮件").all():
        expect(box).to_be_disabled()


def test_it_fits_on_a_telephone(phone: Reader) -> None:
    phone.open("-/notifications/choices")
    expect(phone.page.get_by_role("button", name="保存")).to_be_visible()
    assert phone.sideways() == 0


TOLD = "told@example.com"


@pytest.fixture(scope="module")
def told_id(site: Site) -> int:
    """Return somebody whom nobody else tells of anything."""
    new = NewMember(name="Tom", email=TOLD, password=PASSWORD, locale="en", roles=("chief",))
    return members.add(site.workspace, SYSTEM, new).id


@pytest.fixture(params=["zh-CN", "en-GB"])
def tom(
    request: pytest.FixtureRequest, browser: Browser, site: Site, told_id: int
) -> Iterator[Reader]:
    """Return them with nothing unread, reading Chinese or English."""
    with site.workspace.writing() as tx:
        notifications.mark_read(tx, access.for_member(tx, told_id))
    accounts = site.installation.control.accounts
    account = accounts.find(TOLD)
    assert account is not None
    accounts.set_profile(account.id, name="Tom", locale=request.param.replace("-GB", ""))
    with reader_of(browser, site, request.param) as reader:
        reader.sign_in(TOLD)
        yield reader


def say(site: Site, member_id: int, *, record: int | None = None, rule: str = "") -> None:
    """Tell a member of a machine, of a rule's alerts, or of the import with number 2."""
    title = {"en": "Idle machine", "zh-CN": "设备闲置"}
    body = notifications.sentence("notification.alerts_entered", count=2)
    if rule:
        one = Message(member_id, "alert", title, body, entity="machine", rule=rule)
    elif record:
        one = Message(member_id, "import", title, {}, entity="_import", record_id=record)
    else:
        one = Message(member_id, "alert", title, {}, entity="machine", record_id=60, alert_id=1)
    with site.workspace.writing() as tx:
        notifications.send(tx, [one])


def bell(reader: Reader) -> Locator:
    return reader.page.locator(".bell > summary")


def test_62_the_bell_counts_only_what_is_unread(tom: Reader, told_id: int) -> None:
    tom.open("machine")
    expect(bell(tom).locator(".dot")).to_have_count(0)
    chinese = tom.page.locator("html").get_attribute("lang") == "zh-CN"
    expect(bell(tom)).to_have_attribute("aria-label", "通知" if chinese else "Notifications")
    say(tom.site, told_id)
    say(tom.site, told_id, rule="idle_machine")
    tom.page.reload()
    expect(bell(tom).locator(".dot")).to_have_text("2")
    bell(tom).click()
    below = tom.page.locator("#latest")
    expect(below.locator("li.unread")).to_have_count(2)
    tom.page.keyboard.press("Escape")
    expect(bell(tom)).to_be_focused()
    expect(below).not_to_be_visible()
    bell(tom).click()
    tom.page.locator(".bell form button").click()
    expect(bell(tom).locator(".dot")).to_have_count(0)
    expect(tom.page).to_have_url(tom.site.path("machine"))


def test_62_each_leads_to_what_it_is_about(tom: Reader, told_id: int) -> None:
    say(tom.site, told_id)
    say(tom.site, told_id, rule="idle_machine")
    say(tom.site, told_id, record=2)
    for place in ("-/imports/2/result", "-/alerts?rule=idle_machine", "machine/60"):
        tom.open("-/notifications?show=unread")
        tom.page.locator(".news.whole li").first.locator("a").click()
        expect(tom.page).to_have_url(tom.site.path(place))
    tom.open("-/notifications?show=unread")
    expect(tom.page.locator(".news.whole")).to_have_count(0)
    expect(tom.page.locator(".empty .button.primary")).to_be_visible()


def test_62_nobody_opens_what_another_was_told(vera: Reader, told_id: int) -> None:
    say(vera.site, told_id)
    with vera.site.workspace.reading() as tx:
        last = notified.listed(tx, access.for_member(tx, told_id))[0].id
    answer = vera.page.request.get(vera.site.path(f"-/notifications/{last}"))
    assert answer.status == 404


def test_the_bell_fits_on_a_telephone(phone: Reader) -> None:
    phone.open("machine")
    bell(phone).click()
    expect(phone.page.locator("#latest li, #latest .hint").first).to_be_visible()
    assert phone.sideways() == 0
    phone.open("-/notifications")
    assert phone.sideways() == 0


def test_a_long_title_ends_before_its_time(phone: Reader) -> None:
    with phone.site.workspace.writing() as tx:
        labels = {one: "Reasons to look again " * 3 for one in ("en", "zh-CN")}
        chief = members.find(tx, "chief@example.com").id
        notifications.send(tx, [Message(chief, "alert", labels, labels)])
    phone.open("-/notifications")
    line = phone.page.locator(".news > li").first
    left = "one => one.getBoundingClientRect().left"
    ends = line.locator(".what").evaluate(f"one => ({left})(one) + one.scrollWidth")
    assert ends <= line.locator(".when").evaluate(left)
