"""The works that are compared, each in both ways, and how far ours may be from that by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from . import baseline
from .data import NOW, customers
from .ours import Ours, wire

MANY: Final = 10_000
STEADY: Final = {
    "get": 1.3,
    "create": 1.5,
    "update": 1.5,
    "list": 0.2,
    "deep page": 0.1,
    "search": 0.05,
    "aggregate": 1.1,
    "aggregate, join": 1.1,
    "rule": 1.3,
    "tiers": 1.3,
}
"""Works that leave the tables as large as they are, more or less, and the aims of their ratios."""
GROWING: Final = {"10,000 at once": 1.5, "add a field": 3.0, "new entity": 5.0}
"""Works that make the tables larger, or more: they come last."""
AIMS: Final = STEADY | GROWING

_BY_HAND = "/customer?industry=retail&status=signed&sort=-annual_amount&limit=50"
_FIELDS = "name,industry,status,owner,annual_amount,last_follow_up_at"
_FILTER = 'industry == "retail" and status == "signed"'
_SORT = "-annual_amount"
_NEW = {
    "name": "Hua trade 000000",
    "phone": "+8613000000000",
    "email": "hua@trade.example",
    "kind": "enterprise",
    "industry": "retail",
    "city": "Shanghai",
    "status": "signed",
    "annual_amount": "120000.50",
    "employees": 120,
    "vip": True,
    "first_contact_on": "2026-03-05",
    "last_follow_up_at": "2026-03-05T09:30:00Z",
}

_STEP: Final = itertools.count(1)
"""Never the same number again, whatever the round: names of fields stay taken."""


@dataclass(frozen=True)
class Work:
    """A work our way and by hand, and how often it is done for one figure."""

    ours: Callable[[], Any]
    by_hand: Callable[[], Any]
    repeat: int


class Works:
    """Every work by its name, on two sides that hold `count` customers each."""

    def __init__(self, ours: Ours, by_hand: Any, count: int, *, guarded: bool) -> None:
        self._ours = ours
        self._engine = by_hand
        self._count = count
        self._client = baseline.application(by_hand, guarded=guarded).test_client()
        self._headers = {"Authorization": f"Bearer {baseline.new_token(by_hand)}"}

    def of(self, name: str) -> Work:
        """One work; KeyError for a name that is none."""
        ours, hand, asked, number = self._ours, self._engine, self._asked, self._number
        match name:
            case "get":
                return Work(
                    lambda: ours.get(f"/records/customer/{number()}"),
                    lambda: asked("GET", f"/customer/{number()}"),
                    20,
                )
            case "create":
                return Work(
                    lambda: ours.post("/records/customer", _NEW),
                    lambda: asked("POST", "/customer", 201, json=_NEW),
                    10,
                )
            case "update":
                return Work(
                    lambda: ours.update(number(), self._city()),
                    lambda: asked("PATCH", f"/customer/{number()}", json=self._city()),
                    10,
                )
            case "search":
                return Work(
                    lambda: ours.search(f"{number():06d}", _FIELDS),
                    lambda: asked("GET", f"/customer?q={number():06d}&limit=50"),
                    3,
                )
            case "rule":
                return Work(ours.run_rule, lambda: baseline.run_rule(hand, NOW), 1)
            case "tiers":
                return Work(ours.run_tiers, lambda: baseline.run_tiers(hand), 1)
            case "add a field":
                return Work(
                    lambda: ours.add_field(self._name("extra")),
                    lambda: baseline.add_field(hand, self._name("extra")),
                    1,
                )
            case "new entity":
                return Work(
                    lambda: ours.new_entity(self._name("thing")),
                    lambda: baseline.new_entity(hand, self._name("thing")),
                    1,
                )
            case "10,000 at once":
                rows = [wire(row) for row in customers(MANY)]
                return Work(
                    lambda: ours.batch(rows),
                    lambda: asked("POST", "/customer/batch", 201, json=rows),
                    1,
                )
        return self._looking(name)

    def _looking(self, name: str) -> Work:
        ours, asked = self._ours, self._asked
        if name == "list":
            return Work(
                lambda: ours.query(_FILTER, _SORT, _FIELDS), lambda: asked("GET", _BY_HAND), 3
            )
        if name == "deep page":
            cursor, offset = self._deep()
            return Work(
                lambda: ours.page(_FILTER, _SORT, _FIELDS, cursor),
                lambda: asked("GET", f"{_BY_HAND}&offset={offset}"),
                3,
            )
        entity, group, field = {
            "aggregate": ("customer", "industry", "annual_amount"),
            "aggregate, join": ("deal", "customer.industry", "amount"),
        }[name]
        return Work(
            lambda: ours.aggregate(entity, group, f"sum({field})"),
            lambda: asked("GET", f"/{entity}/amounts"),
            1,
        )

    def same_answers(self) -> None:
        """Both sides must do the same work, or a ratio says nothing."""
        ours, hand = self._ours, self._engine
        assert ours.run_tiers() == baseline.run_tiers(hand)
        assert ours.run_rule() == baseline.run_rule(hand, NOW)
        for entity, group, field in (
            ("customer", "industry", "annual_amount"),
            ("deal", "customer.industry", "amount"),
        ):
            found = ours.aggregate(entity, group, f"sum({field})")
            mine = sorted((row[group], row["n"], row["s"]) for row in found)
            answer: Any = self._client.get(f"/{entity}/amounts", headers=self._headers).json
            by_hand = sorted(tuple(row) for row in answer["data"])
            assert mine == by_hand, (mine, by_hand)

    def _deep(self) -> tuple[str, int]:
        """The last whole page: its cursor, and how many rows are before it."""
        cursor = self._ours.last_page(_FILTER, _SORT, _FIELDS)
        found = {"group": "industry", "filter": _FILTER, "measure": "n: count()"}
        (row,) = self._ours.get_with("/records/customer/aggregate", found)["data"]
        return cursor, max(0, (int(row["n"]) - 1) // 50 - 1) * 50

    def _asked(self, method: str, path: str, status: int = 200, **body: Any) -> None:
        answer = self._client.open(path, method=method, headers=self._headers, **body)
        assert answer.status_code == status, answer.text

    def _number(self) -> int:
        every = max(1, self._count // 5000)
        return 1 + (next(_STEP) * 7919 * every) % self._count

    def _city(self) -> dict[str, str]:
        return {"city": f"City {next(_STEP)}"}

    def _name(self, kind: str) -> str:
        return f"{kind}_{next(_STEP)}"
