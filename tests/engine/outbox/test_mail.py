"""E-mail: recorded with its cause, sent by a worker, in the reader's language, by their choice."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from fieldstone.engine import alerts, members, notifications, notified
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.notifications import Message, Ways
from fieldstone.engine.outbox import mail
from fieldstone.engine.outbox.mail import Letter
from fieldstone.engine.system_tables import OUTBOX
from fieldstone.engine.work import given_up, jobs
from tests.engine.outbox.conftest import House
from tests.engine.rules.conftest import NOW


def test_an_alert_goes_to_each_in_their_language(house: House) -> None:
    house.silent(1)
    assert house.post.letters == []
    house.work()
    english, chinese = sorted(house.post.letters, key=lambda one: str(one["To"]))
    assert (english["To"], english["Subject"]) == ("boss@example.com", "Silent customer - Sales")
    assert "silent for 63 days" in english.get_content()
    assert "https://crm.example.com/sales/customer/1" in english.get_content()
    assert (chinese["To"], chinese["Subject"]) == ("wang@example.com", "客户沉默预警 - Sales")
    assert "已 63 天未联系" in chinese.get_content()
    with house.workspace.reading() as tx:
        ids = set(tx.connection.scalars(sa.select(OUTBOX.c.delivery)))
    assert {one["Message-ID"] for one in house.post.letters} <= {
        f"<{one}@example.com>" for one in ids
    }


def test_many_matches_of_one_rule_are_one_letter(house: House) -> None:
    house.silent(500)
    house.work()
    assert sorted(house.post.receivers) == ["boss@example.com", "wang@example.com"]
    assert all("500" in one.get_content() for one in house.post.letters)


def test_what_is_told_again_is_sent_once(house: House) -> None:
    text = notifications.sentence("notification.alerts_entered", count=3)
    message = Message(house.people["boss"], "alert", text, text, key="alert:twice")
    for _ in range(2):
        with house.workspace.writing() as tx:
            notifications.send(tx, [message])
        house.work()
    assert len(house.post.letters) == 1


def test_nothing_goes_out_of_what_is_undone(house: House) -> None:
    text = notifications.sentence("notification.alerts_entered", count=3)
    try:
        with house.workspace.writing() as tx:
            notifications.send(tx, [Message(house.people["boss"], "alert", text, text)])
            raise KeyError
    except KeyError:
        pass
    assert house.work() == 0
    assert house.post.letters == []


def test_a_member_chooses_for_each_kind(house: House, wang: Caller) -> None:
    with house.workspace.writing() as tx:
        assert notifications.choices(tx, wang)["alert"] == Ways(app=True, mail=True)
        notifications.choose(tx, wang, {"alert": Ways(app=True, mail=False)})
    house.silent(1)
    house.work()
    assert house.post.receivers == ["boss@example.com"]
    with house.workspace.writing() as tx:
        assert notifications.unread(tx, wang) == 1
        notifications.choose(tx, wang, {"alert": Ways(app=False, mail=True)})
    house.silent(1)
    house.work()
    assert house.post.receivers.count("wang@example.com") == 1
    with house.workspace.reading() as tx:
        assert notifications.unread(tx, wang) == 1
        assert notifications.choices(tx, wang)["work"] == Ways()


def test_a_refused_letter_is_tried_again_under_its_id(house: House) -> None:
    house.post.answers[:] = ["451 later", "451 later"]
    house.silent(1)
    house.work()
    assert house.post.letters == []
    assert "451 later" in (house.jobs("queued")[0].error or "")
    house.later(minutes=5)
    house.work()
    assert len(house.post.letters) == 2
    assert house.jobs("queued") == []


def test_one_that_is_always_refused_is_given_up_and_told_once(house: House) -> None:
    house.post.answers[:] = ["550 no"] * 100
    house.silent(1)
    for _ in range(jobs.ATTEMPTS):
        house.work()
        house.later(hours=1)
    first, second = house.jobs("dead")[:2]
    assert (first.attempts, first.kind) == (jobs.ATTEMPTS, "deliver")
    assert "550 no" in (first.error or "")
    with house.workspace.reading() as tx:
        told = notified.listed(tx, house.caller(tx, "boss"))
        assert [one.kind for one in told].count("work") == 1
        assert given_up.count_dead(tx) >= 2
    house.post.answers.clear()
    with house.workspace.writing() as tx:
        assert given_up.retry(tx, [first.id]) == 1
        assert given_up.drop(tx, [second.id]) == 1
    house.work()
    sent = [one["Message-ID"] for one in house.post.letters]
    assert sent.count(f"<{first.delivery}@example.com>") == 1
    assert f"<{second.delivery}@example.com>" not in sent
    assert {one.state for one in house.jobs() if one.id in (first.id, second.id)} == {
        "done",
        "dropped",
    }


def test_who_has_left_gets_no_more_mail(house: House) -> None:
    house.silent(1)
    members.set_active(house.workspace, SYSTEM, house.people["wang"], False)
    house.work()
    assert house.post.receivers == ["boss@example.com"]
    assert house.jobs("queued") == []


def test_a_reader_of_other_records_learns_only_that_there_is_one(house: House) -> None:
    house.declare(silent={"tell": ["role:seller"], "actions": []})
    house.silent(1)
    with house.workspace.writing() as tx:
        tx.connection.exec_driver_sql("UPDATE customer SET owner = NULL")
    house.work()
    (letter,) = house.post.letters
    assert letter["To"] == "wang@example.com"
    assert "Customer 1" not in letter.get_content()


def test_without_a_mail_server_nothing_is_queued(house: House) -> None:
    house.workspace.mails = False
    house.silent(1)
    assert alerts.run(house.workspace)[0].still == 1
    assert [one for one in house.jobs() if one.kind == "deliver"] == []


def test_a_subject_cannot_add_headers_or_recipients() -> None:
    letter = Letter(
        delivery="d" * 32,
        to="a@example.com",
        subject="one\r\nBcc: b@example.com\u2028\x00two",
        text="x\n.\ny",
    )
    message = mail.composed("crm@example.com", letter, FixedClock(NOW))
    assert message["Subject"] == "one Bcc: b@example.com two"
    assert message["Bcc"] is None
    assert message.get_content() == "x\n.\ny\n"


def test_three_days_without_a_clockwork_end_as_if_it_had_run(house: House) -> None:
    """The same open alerts as without the gap, and one message for all that entered in it."""
    alerts.run(house.workspace)
    boss = house.people["boss"]
    for days_ago in (5, 6, 7, 20):
        at = NOW - timedelta(days=days_ago)
        house.customers({"followed_at": at.isoformat(), "owner": str(boss)})
    house.later(days=3, hours=2)
    for _ in range(3):
        house.work()
    with house.workspace.reading() as tx:
        open_now = alerts.inbox(tx, house.caller(tx, "boss"), alerts.AlertRequest()).alerts
        told = notified.listed(tx, house.caller(tx, "boss"))
    assert len({one.record_id for one in open_now}) == len(open_now) == 4
    assert len(told) == 1 and "4" in told[0].body
    assert house.post.receivers == ["boss@example.com"]
    house.later(days=1)
    house.work()
    assert house.work() == 0
    assert house.post.receivers == ["boss@example.com"]
