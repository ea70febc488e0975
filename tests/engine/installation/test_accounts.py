"""Accounts sign in by any of their names, slowly after failures, and are shut out at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fieldstone.engine import passwords
from fieldstone.engine.accounts import Account
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.control import Control
from fieldstone.engine.errors import Conflict, Invalid, Refused, TooMany, Unauthenticated
from fieldstone.engine.throttle import FREE_BY_ADDRESS, FREE_BY_NAME

PASSWORD = "correct horse battery"


@pytest.fixture
def account(control: Control) -> Account:
    """Return 李明, who may sign in by three names."""
    return control.accounts.create(
        "李明",
        email="Li.Ming@Example.com",
        mobile="+86 138-1234-5678",
        user_name="LiMing",
        password=PASSWORD,
        locale="zh-CN",
    )


@pytest.mark.parametrize(
    "name",
    ["li.ming@example.com", " LI.MING@EXAMPLE.COM ", "13812345678", "+86 138 1234 5678", "liming"],
)
def test_every_name_signs_in(control: Control, account: Account, name: str) -> None:
    signed_in = control.accounts.sign_in(name, PASSWORD)
    assert signed_in.account == account
    found = control.sessions.find(signed_in.reference)
    assert found is not None and found.account_id == account.id


REFUSED = {
    "wrong password": ("liming", "wrong horse battery"),
    "unknown name": ("nobody@example.com", PASSWORD),
    "empty password": ("liming", ""),
    "endless password": ("liming", "x" * 100_000),
    "nul in the name": ("li\x00ming@", PASSWORD),
    "no password set": ("invited@example.com", ""),
    "inactive": ("gone@example.com", PASSWORD),
}


@pytest.mark.parametrize("name", REFUSED)
def test_all_refusals_say_the_same(control: Control, account: Account, name: str) -> None:
    control.accounts.create("Invited", email="invited@example.com")
    gone = control.accounts.create("Gone", email="gone@example.com", password=PASSWORD)
    control.accounts.set_active(gone.id, False)
    with pytest.raises(Unauthenticated) as caught:
        control.accounts.sign_in(*REFUSED[name])
    assert [one.line() for one in caught.value.problems] == ["The name or the password is wrong."]


WRONG = {
    "no name": ({}, ["account.no_name"]),
    "e-mail": ({"email": "li ming"}, ["account.email"]),
    "mobile": ({"mobile": "138"}, ["account.mobile"]),
    "user name": ({"user_name": "a"}, ["account.user_name"]),
    "user name like an e-mail": ({"user_name": "a@b.cn"}, ["account.user_name"]),
    "user name of digits": ({"user_name": "13812345678"}, ["account.user_name_digits"]),
    "two at once": ({"email": "x", "mobile": "y"}, ["account.email", "account.mobile"]),
    "short password": ({"email": "a@b.cn", "password": "1234567"}, ["password.length"]),
    "long password": ({"email": "a@b.cn", "password": "ab1" * 43}, ["password.length"]),
    "common password": ({"email": "a@b.cn", "password": "Woaini1314"}, ["password.common"]),
    "own name": ({"email": "zhangwei@b.cn", "password": "ZhangWei"}, ["password.common"]),
    "the product": ({"email": "a@b.cn", "password": "Fieldstone1!"}, ["password.common"]),
    "one letter": ({"email": "a@b.cn", "password": "x" * 12}, ["password.common"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_are_all_told(control: Control, name: str) -> None:
    values, problems = WRONG[name]
    with pytest.raises(Invalid) as caught:
        control.accounts.create("X", **values)
    assert [one.id for one in caught.value.problems] == problems


def test_passwords_of_any_composition_up_to_the_limit(control: Control) -> None:
    for number, password in enumerate(["四个汉字很好记的", "  spaces  ", "a1c" * 42 + "xy"]):
        name = f"user{number}@example.com"
        control.accounts.create("X", email=name, password=password)
        assert control.accounts.sign_in(name, password)


def test_a_taken_name_is_told(control: Control, account: Account) -> None:
    with pytest.raises(Conflict) as caught:
        control.accounts.create("X", email="new@example.com", mobile="138 1234 5678")
    assert [one.pointer for one in caught.value.problems] == ["/mobile"]


def test_names_can_be_replaced(control: Control, account: Account) -> None:
    other = control.accounts.create("X", email="x@example.com")
    with pytest.raises(Conflict):
        control.accounts.set_names(other.id, email="li.ming@example.com")
    changed = control.accounts.set_names(account.id, email="li.ming@example.com", user_name="lm")
    assert (changed.mobile, changed.user_name) == (None, "lm")


def test_a_name_has_to_wait_after_failures(
    control: Control, account: Account, clock: FixedClock
) -> None:
    for _ in range(FREE_BY_NAME):
        with pytest.raises(Unauthenticated):
            control.accounts.sign_in("liming", "wrong")
    with pytest.raises(TooMany) as caught:
        control.accounts.sign_in("LiMing", PASSWORD)
    assert caught.value.retry_after == 5
    clock.instant += timedelta(seconds=6)
    with pytest.raises(Unauthenticated):
        control.accounts.sign_in("liming", "wrong")
    with pytest.raises(TooMany) as caught:
        control.accounts.sign_in("liming", PASSWORD)
    assert caught.value.retry_after == 10
    clock.instant += timedelta(seconds=11)
    assert control.accounts.sign_in("liming", PASSWORD)
    for _ in range(FREE_BY_NAME):
        assert outcome(control, "liming", "wrong") is Unauthenticated


def test_unknown_names_wait_alike(control: Control) -> None:
    outcomes = [outcome(control, "nobody", "wrong") for _ in range(FREE_BY_NAME + 1)]
    assert outcomes == [Unauthenticated] * FREE_BY_NAME + [TooMany]


def test_an_address_has_to_wait_whatever_names_it_tries(control: Control) -> None:
    for number in range(FREE_BY_ADDRESS):
        control.throttle.attempt(f"user{number}", "203.0.113.9")
    with pytest.raises(TooMany):
        control.throttle.attempt("another", "203.0.113.9")
    control.throttle.attempt("another", "203.0.113.10")


def test_attempts_at_once_are_all_counted(control: Control) -> None:
    def guess(_: int) -> type[Refused] | None:
        try:
            control.throttle.attempt("nobody", "203.0.113.9")
        except Refused as error:
            return type(error)
        return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = [*pool.map(guess, range(24))]
    assert outcomes.count(None) == FREE_BY_NAME


def test_the_wait_ends_and_is_forgotten(control: Control, clock: FixedClock) -> None:
    for _ in range(20):
        outcome(control, "nobody", "wrong")
        clock.instant += timedelta(seconds=100)
    clock.instant += timedelta(minutes=16)
    outcomes = [outcome(control, "nobody", "wrong") for _ in range(FREE_BY_NAME)]
    assert outcomes == [Unauthenticated] * FREE_BY_NAME


def test_a_new_password_ends_sessions_and_tokens(control: Control, account: Account) -> None:
    control.enter("w1", "acme", "Acme")
    token = control.tokens.create(
        account_id=account.id, workspace_id="w1", member_id=1, name="Reports", days=1
    )
    mine = control.accounts.sign_in("liming", PASSWORD).reference
    other = control.accounts.sign_in("liming", PASSWORD).reference
    control.accounts.set_password(account.id, "another horse battery", keep_session=mine)
    assert control.sessions.find(mine) is not None
    assert control.sessions.find(other) is None
    assert control.tokens.find(token) is None
    assert outcome(control, "liming", PASSWORD) is Unauthenticated
    assert control.accounts.sign_in("liming", "another horse battery")


def test_an_inactive_account_is_out_at_once(control: Control, account: Account) -> None:
    reference = control.accounts.sign_in("liming", PASSWORD).reference
    control.accounts.set_active(account.id, False)
    assert control.sessions.find(reference) is None
    control.accounts.set_active(account.id, True)
    assert control.sessions.find(reference) is None
    assert control.accounts.sign_in("liming", PASSWORD)


def test_a_password_is_confirmed(control: Control, account: Account) -> None:
    control.accounts.confirm(account.id, PASSWORD)
    with pytest.raises(Unauthenticated):
        control.accounts.confirm(account.id, "wrong")


def test_an_old_hash_is_renewed_at_sign_in(control: Control, account: Account) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    control.accounts._update(account.id, {"password_hash": old})
    control.accounts.sign_in("liming", PASSWORD)
    with control._store.begin(writing=False) as connection:
        stored = connection.exec_driver_sql("SELECT password_hash FROM account").scalar_one()
    assert stored != old and not passwords.outdated(stored)


def outcome(control: Control, name: str, password: str) -> type[Refused] | None:
    """Return how a sign-in was refused, or None."""
    try:
        control.accounts.sign_in(name, password)
    except Refused as error:
        return type(error)
    return None
