"""Sessions and tokens end idle, by age and by hand; only hashes of them are kept."""

from datetime import timedelta

import pytest

from fieldstone.engine.accounts import Account
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.control import Control
from fieldstone.engine.errors import Invalid


@pytest.fixture
def account(control: Control) -> Account:
    """Return somebody to sign in."""
    return control.accounts.create("Ann", email="ann@example.com")


@pytest.fixture
def workspace_id(control: Control) -> str:
    """Return a workspace to have tokens for."""
    control.enter("w1", "acme", "Acme")
    control.set_state("w1", "active")
    return "w1"


def test_a_session_ends_when_it_is_not_used(
    control: Control, account: Account, clock: FixedClock
) -> None:
    reference = control.sessions.start(account.id)
    for _ in range(3):
        clock.instant += timedelta(hours=11)
        assert control.sessions.find(reference) is not None
    clock.instant += timedelta(hours=12)
    assert control.sessions.find(reference) is None


def test_a_session_ends_by_age(control: Control, account: Account, clock: FixedClock) -> None:
    reference = control.sessions.start(account.id)
    for _ in range(16):
        clock.instant += timedelta(hours=10)
        assert control.sessions.find(reference) is not None
    clock.instant += timedelta(hours=8)
    assert control.sessions.find(reference) is None


def test_sessions_are_listed_and_ended_one_by_one(
    control: Control, account: Account, clock: FixedClock
) -> None:
    first = control.sessions.start(account.id, address="203.0.113.9", agent="Firefox")
    clock.instant += timedelta(minutes=5)
    second = control.sessions.start(account.id)
    newest, oldest = control.sessions.of_account(account.id)
    assert (oldest.address, oldest.agent, newest.agent) == ("203.0.113.9", "Firefox", None)
    control.sessions.end_of_account(account.id, only=oldest.id)
    assert control.sessions.find(first) is None
    control.sessions.end(second)
    assert control.sessions.of_account(account.id) == ()


def test_confirming_is_noted(control: Control, account: Account, clock: FixedClock) -> None:
    reference = control.sessions.start(account.id)
    clock.instant += timedelta(minutes=5)
    control.sessions.confirm(reference)
    found = control.sessions.find(reference)
    assert found is not None
    assert found.confirmed_at - found.created_at == timedelta(minutes=5)


def test_secrets_are_not_in_the_database(
    control: Control, account: Account, workspace_id: str
) -> None:
    reference = control.sessions.start(account.id)
    token = control.tokens.create(
        account_id=account.id, workspace_id=workspace_id, member_id=1, name="X"
    )
    with control._store.begin(writing=False) as connection:
        rows = [*connection.exec_driver_sql("SELECT * FROM session")]
        rows += [*connection.exec_driver_sql("SELECT * FROM token")]
    assert reference not in str(rows) and token not in str(rows)


def test_a_token_is_bound_and_ends(
    control: Control, account: Account, workspace_id: str, clock: FixedClock
) -> None:
    text = control.tokens.create(
        account_id=account.id, workspace_id=workspace_id, member_id=7, name=" Reports ", days=30
    )
    assert text.startswith("fst_")
    found = control.tokens.find(text)
    assert found is not None
    assert (found.workspace_id, found.member_id, found.name) == (workspace_id, 7, "Reports")
    opened = control.tokens.enter(text)
    assert opened is not None
    assert (opened.workspace_id, opened.member_id, opened.slug) == (workspace_id, 7, "acme")
    assert control.tokens.of_member(workspace_id, 7)[0].last_used_at == clock.now()
    assert control.tokens.find(text + "x") is None
    clock.instant += timedelta(days=30)
    assert control.tokens.find(text) is None
    assert control.tokens.enter(text) is None


def test_tokens_end_by_hand(control: Control, account: Account, workspace_id: str) -> None:
    texts = [
        control.tokens.create(
            account_id=account.id, workspace_id=workspace_id, member_id=7, name=name
        )
        for name in ("A", "B")
    ]
    first = control.tokens.find(texts[0])
    assert first is not None
    control.tokens.end(workspace_id, 7, only=first.id)
    assert [control.tokens.find(one) is None for one in texts] == [True, False]
    control.tokens.end(workspace_id, 7)
    assert control.tokens.of_member(workspace_id, 7) == ()


@pytest.mark.parametrize(("days", "name"), [(0, "A"), (367, "A"), (1, " "), (1, "x" * 101)])
def test_a_token_has_limits(control: Control, account: Account, days: int, name: str) -> None:
    with pytest.raises(Invalid):
        control.tokens.create(
            account_id=account.id, workspace_id="w1", member_id=1, name=name, days=days
        )
