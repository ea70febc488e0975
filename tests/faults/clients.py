"""Programs that write through the API, one thing after another, until nobody answers any more."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from itertools import count
from typing import Any

from tests.faults.company import SLUG

_PATIENCE = 300
_LONG_AGO = "2026-02-01T00:00:00Z"


class Unanswered(Exception):
    """The server was not there, or went away before it had answered."""


@dataclass(frozen=True)
class Asked:
    """A request that is safe to send again: by a unique name, the version it changes, or a key."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    version: int | None = None
    key: str | None = None


@dataclass(frozen=True)
class Door:
    """The API of the company at a port, with a token."""

    port: int
    token: str

    def ask(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """The status and body of the answer; Unanswered if there was none."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if asked.version is not None:
            headers["If-Match"] = f'"{asked.version}"'
        if asked.key is not None:
            headers["Idempotency-Key"] = f'"{asked.key}"'
        body = None if asked.body is None else json.dumps(asked.body)
        try:
            connection.request(asked.method, f"/api/v1/{SLUG}{asked.path}", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, HTTPException) as error:
            raise Unanswered from error
        finally:
            connection.close()


@dataclass
class Writer:
    """Makes customers and orders, alone and some at a time, and changes customers.

    It knows what was answered. Nothing of an order is unique but the key that it is sent with.
    """

    door: Door
    worth: dict[str, str] = field(default_factory=dict)
    """What was answered: customers by name, with their worth."""

    ordered: list[str] = field(default_factory=list)
    """What was answered: the codes of orders."""

    cut: Asked | None = None
    """The request that was not answered."""

    _versions: dict[str, tuple[str, int]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self) -> None:
        """Write on until nobody answers."""
        while True:
            asked = self._next(next(self._numbers))
            try:
                self.send(asked)
            except Unanswered:
                self.cut = asked
                return

    def send(self, asked: Asked) -> None:
        """Ask until it is so, as a program does that knows what it wants, and note that it is."""
        while True:
            status, body = self.door.ask(asked)
            if status in (200, 201):
                return self._note(asked, body)
            if status == 412 and body["current"]["worth"] != (asked.body or {})["worth"]:
                asked = replace(asked, version=body["current"]["version"])
            elif status == 412:
                return self._note(asked, body["current"])
            elif status in (409, 422):
                codes = {one["code"] for one in body["errors"]}
                if codes != {"key.running"}:
                    assert codes == {"unique.taken"} and asked.key is None, body
                    return self._note(asked, None)
            else:
                assert status == 503, body

    def _next(self, number: int) -> Asked:
        if number % 3 == 0:
            name, (record, version) = list(self._versions.items())[-1]
            body = {"worth": str(5000 + number), "name": name}
            return Asked("PATCH", f"/records/customer/{record}", body, version)
        if number % 4 == 0:
            orders = [{"code": f"Web {number} {part}", "amount": "1"} for part in "ab"]
            path = "/records/order"
            if number % 8 == 0:
                return Asked("POST", f"{path}/batch", {"create": orders}, key=str(number))
            return Asked("POST", path, orders[0], key=str(number))
        if number % 5 == 0:
            rows = [_customer(f"Web {number} {part}") for part in "abc"]
            return Asked("POST", "/records/customer/batch", {"create": rows})
        return Asked("POST", "/records/customer", _customer(f"Web {number}"))

    def _note(self, asked: Asked, record: Mapping[str, Any] | None) -> None:
        self.ordered += orders(asked)
        for name, worth in written(asked).items():
            self.worth[name] = worth
            if record and "id" in record:
                self._versions[name] = (record["id"], record["version"])


def written(asked: Asked) -> dict[str, str]:
    """The worth of the customers that a request writes, by their names."""
    return {one["name"]: one["worth"] for one in _rows(asked) if "name" in one}


def orders(asked: Asked) -> list[str]:
    """The codes of the orders that a request makes."""
    return [one["code"] for one in _rows(asked) if "code" in one]


def _rows(asked: Asked) -> list[Mapping[str, Any]]:
    assert asked.body is not None
    found: list[Mapping[str, Any]] = asked.body.get("create", [asked.body])
    return found


def _customer(name: str) -> dict[str, Any]:
    return {"name": name, "worth": "3000", "owner": "2", "followed_at": _LONG_AGO}


RUN = Asked("POST", "/rules/silent/run")


def run_rules(door: Door, later: Callable[[], None]) -> None:
    """Run the rule of silent customers again and again, a bit `later` each time."""
    while True:
        later()
        try:
            status, body = door.ask(RUN)
        except Unanswered:
            return
        assert status in (200, 503), body


def beside(*works: Callable[[], None]) -> list[threading.Thread]:
    """Begin works in threads of their own."""
    threads = [threading.Thread(target=one, daemon=True) for one in works]
    for one in threads:
        one.start()
    return threads
