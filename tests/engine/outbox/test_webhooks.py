"""Webhooks: signed, recorded with their cause, tried again, and never to a private address."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
from dataclasses import replace

import pytest

from fieldstone.engine.errors import Undelivered
from fieldstone.engine.outbox import endpoints, webhook
from fieldstone.engine.outbox.webhook import Call, is_url, may_call
from fieldstone.engine.work import given_up, jobs
from tests.engine.outbox.conftest import House
from tests.servers.receiver import Receiver

DOCTOR = ("doctor.endpoint_missing", "doctor.jobs_dead")
"""What the doctor says of the world outside."""

CALL = Call(delivery="d", event="e", url="", secret="s", body=b"{}", at=1)


def test_what_enters_is_called_out_signed(house: House) -> None:
    house.silent(1, worth="20")
    house.work()
    (call,) = house.receiver.calls
    assert call.path == "/in?from=crm"
    said = json.loads(call.body)
    assert (said["event"], said["rule"], said["entity"]) == ("alert.entered", "silent", "customer")
    assert said["workspace"] == "sales"
    (record,) = said["records"]
    assert record["id"] == "1"
    assert record["message"]["en"] == "Customer 1: silent for 63 days"
    with house.workspace.reading() as tx:
        (known,) = endpoints.listed(tx)
    secret = known.secret(house.workspace.id, house.installation.settings.key())
    at = call.headers["fieldstone-signature"].partition("t=")[2].partition(",")[0]
    mac = hmac.new(secret.encode(), at.encode() + b"." + call.body, hashlib.sha256).hexdigest()
    assert call.headers["fieldstone-signature"] == f"t={at},v1={mac}"
    assert call.headers["fieldstone-delivery"] == said["id"]


def test_calls_are_grouped_and_chosen_by_condition(house: House) -> None:
    house.silent(250, worth="20")
    house.work()
    told = [json.loads(call.body)["records"] for call in house.receiver.calls]
    assert sorted(len(one) for one in told) == [50, 100, 100]
    assert len({record["id"] for one in told for record in one}) == 250
    house.silent(3, worth="5")
    house.work()
    assert len(house.receiver.calls) == 3


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_call_that_is_refused_is_made_again_under_its_id(house: House, status: int) -> None:
    house.receiver.answers[:] = [status]
    house.silent(1, worth="20")
    house.work()
    assert [one.path for one in house.receiver.calls] == ["/in?from=crm"]
    assert f"answered {status}" in (house.jobs("queued")[0].error or "")
    house.later(minutes=5)
    house.work()
    first, second = (one.headers["fieldstone-delivery"] for one in house.receiver.calls)
    assert first == second
    assert house.work() == 0


def test_an_endpoint_that_stays_silent_is_given_up_after_some_tries(house: House) -> None:
    house.receiver.answers[:] = [500] * 50
    house.silent(1, worth="20")
    for _ in range(jobs.ATTEMPTS + 3):
        house.work()
        house.later(hours=1)
    assert len(house.receiver.calls) == jobs.ATTEMPTS
    assert [one.kind for one in house.jobs("dead")] == ["deliver"]
    with house.workspace.reading() as tx:
        assert [one.id for one in given_up.doctor(tx)] == [DOCTOR[1]]


def test_without_an_endpoint_nothing_is_called_and_the_doctor_says_so(house: House) -> None:
    with house.workspace.writing() as tx:
        endpoints.remove(tx, "erp")
        (problem,) = endpoints.missing(tx)
    assert problem.id == DOCTOR[0]
    assert "erp" in problem.text("en") and "Silent customer" in problem.text("en")
    house.silent(1, worth="20")
    house.work()
    assert house.receiver.calls == []
    assert house.jobs("dead") == []


def test_an_address_of_a_secret_changes_only_when_asked(house: House) -> None:
    def secret(url: str, *, new: bool = False) -> str:
        with house.workspace.writing() as tx:
            return endpoints.put(tx, "erp", url, new_secret=new).secret("w", "k")

    first = secret("https://a.example.com/x")
    assert secret("https://b.example.com/x") == first
    assert secret("https://b.example.com/x", new=True) != first


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_no_private_address_is_called(address: str) -> None:
    assert not may_call(ipaddress.ip_address(address), 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_addresses_are_called_on_web_ports_alone(address: str) -> None:
    assert may_call(ipaddress.ip_address(address), 443)
    assert may_call(ipaddress.ip_address(address), 80)
    assert not may_call(ipaddress.ip_address(address), 25)


def test_a_name_is_asked_once_and_called_at_what_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name changes its answer after the check: the call goes where the check was."""
    asked: list[str] = []
    port = int(receiver.url.rpartition(":")[2])
    real = socket.getaddrinfo

    def answers(host: object, *rest: object, **more: object) -> object:
        if host == "rebind.example.com":
            asked.append(str(host))
            number = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    call = replace(CALL, url=f"http://rebind.example.com:{port}/in")
    webhook.post(call, webhook.read_networks("127.0.0.1/32"))
    assert len(asked) == 1
    assert receiver.calls[0].headers["host"] == f"rebind.example.com:{port}"
    with pytest.raises(Undelivered, match="may not be called"):
        webhook.post(call, webhook.read_networks("127.0.0.1/32"))
    assert len(receiver.calls) == 1


def test_a_receiver_that_never_answers_is_left_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        call = replace(CALL, url=f"http://127.0.0.1:{server.getsockname()[1]}/")
        with pytest.raises(Undelivered, match="does not answer"):
            webhook.post(call, webhook.read_networks("127.0.0.0/8"))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://example.com/hook?x=1", True),
        ("http://example.com:8080", True),
        ("ftp://example.com", False),
        ("https://", False),
        ("https://user:pass@example.com", False),
        ("https://example.com/a b", False),
        ("https://example.com:99999", False),
        ("https://[::1", False),
        ("https://example.com/" + "x" * 2000, False),
    ],
)
def test_what_is_an_address(text: str, good: bool) -> None:
    assert is_url(text) is good
