"""As of a moment, by chance: what records and lists were is what a plain model says they were.

Random writes of customers, with a clock that moves, are kept in dictionaries as well. Whatever
moment is asked for, one record, a list with its filter, order and pages, and the count agree.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fieldstone.engine import query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import NotFound
from fieldstone.engine.query import ListRequest
from fieldstone.engine.records import Update
from tests.engine.crm_like import Company

Values = dict[str, Any]
State = dict[int, Values]
STEPS, MOMENTS = 40, 12
FIELDS = ("name", "status", "owner", "industry", "budget", "region", "vip", "founded", "group")
STATUSES = ("interested", "signed", "lost")
Condition = Callable[[Values, State], bool]
FILTERS: tuple[tuple[str | None, Condition], ...] = (
    (None, lambda one, live: True),
    ("budget >= 100.50", lambda one, live: one["budget"] is not None and one["budget"] >= 100.5),
    ("vip and budget != None", lambda one, live: one["vip"] and one["budget"] is not None),
    ('status != "lost"', lambda one, live: one["status"] != "lost"),
    ("region == None", lambda one, live: one["region"] is None),
    ('"retail" in industry', lambda one, live: "retail" in one["industry"]),
    ("days_since(founded) > 30", lambda one, live: _old(one)),
    ('group.region == "north"', lambda one, live: _group(one, live).get("region") == "north"),
    ("group.vip", lambda one, live: bool(_group(one, live).get("vip"))),
)
SORTS: tuple[tuple[str, Callable[[Values, State], tuple[Any, ...]]], ...] = (
    ("budget", lambda one, live: _key(one["budget"])),
    ("region", lambda one, live: _key(one["region"])),
    ("status", lambda one, live: _key(STATUSES.index(one["status"]))),
    ("founded", lambda one, live: _key(one["founded"])),
    ("vip", lambda one, live: _key(one["vip"])),
    ("group", lambda one, live: _key(_group(one, live, deleted=False).get("name"))),
)


def _key(value: Any) -> tuple[Any, ...]:
    return (False, 0) if value is None else (True, value)


def _group(one: Values, state: State, *, deleted: bool = False) -> Values:
    """What the group of a customer was, nothing if it was deleted."""
    found = state.get(one["group"] or 0, {})
    return found if found and not found["deleted"] else {}


def _old(one: Values) -> bool:
    return one["founded"] is not None and (one["today"] - one["founded"]).days > 30


class Life:
    """A company whose customers are written by chance; `past` are all states, each from a time."""

    def __init__(self, sales: Company, seed: int) -> None:
        self.sales = sales
        self.chance = random.Random(seed)
        self.state: State = {}
        self.past: list[tuple[datetime, State]] = []

    def value(self, field: str) -> Any:
        chance = self.chance
        match field:
            case "name":
                return chance.choice("ABCD") + str(chance.randrange(3))
            case "status":
                return chance.choice(STATUSES)
            case "owner":
                return chance.choice((None, *self.sales.people.values()))
            case "industry":
                return frozenset(chance.sample(("retail", "health", "energy"), chance.randrange(3)))
            case "budget":
                return chance.choice((None, *map(Decimal, ("0.50", "0.00", "100.50", "1000.07"))))
            case "region":
                return chance.choice((None, "north", "south", "西"))
            case "vip":
                return chance.random() < 0.5
            case "founded":
                return chance.choice((None, date(2026, 2, 1), date(2026, 2, 4), date(1999, 12, 31)))
            case _:
                return chance.choice((None, *(self.live() or (None,))))

    def live(self) -> list[int]:
        return [one for one, values in self.state.items() if not values["deleted"]]

    def gone(self) -> list[int]:
        return [one for one, values in self.state.items() if values["deleted"]]

    def step(self) -> None:
        """Write once or a few times in one transaction, some time later."""
        self.sales.later(seconds=self.chance.choice((0.000_001, 1, 90_000)))
        with self.sales.workspace.writing() as tx:
            for _ in range(self.chance.randint(1, 3)):
                self.act(tx)
        self.past.append((self.sales.clock.instant, copy.deepcopy(self.state)))

    def act(self, tx: Any) -> None:
        live, gone = self.live(), self.gone()
        kind = self.chance.choice(("create", "update", "update", "update", "delete", "restore"))
        if kind == "create" or not live:
            values = {one: self.value(one) for one in FIELDS}
            (made,) = records.create_many(
                tx, SYSTEM, "customer", [values], typed=True, history=True
            )
            if made.record_id is not None:
                self.state[made.record_id] = {**values, "deleted": False}
        elif kind == "restore" and gone:
            number = self.chance.choice(gone)
            records.restore(tx, SYSTEM, "customer", number, None)
            self.state[number]["deleted"] = False
        elif kind == "delete":
            number = self.chance.choice(live)
            records.delete(tx, SYSTEM, "customer", number, None)
            self.state[number]["deleted"] = True
        else:
            number = self.chance.choice(live)
            values = {one: self.value(one) for one in self.chance.sample(FIELDS, 3)}
            change = Update(number, None, values)
            (done,) = records.update_many(
                tx, SYSTEM, "customer", [change], typed=True, history=True
            )
            if done.done:
                self.state[number].update(values)

    def at(self, moment: datetime) -> State:
        """What the model says of a moment; what was not made yet is not there."""
        found: State = {}
        for when, state in self.past:
            if when <= moment:
                found = state
        zone = self.sales.clock.instant.tzinfo
        today = (moment + timedelta(hours=8)).astimezone(zone).date()
        return {number: {**values, "today": today} for number, values in found.items()}

    def moment(self) -> datetime:
        first, last = self.past[0][0], self.past[-1][0]
        return self.chance.choice(
            (
                self.chance.choice(self.past)[0],
                self.chance.choice(self.past)[0] - timedelta(microseconds=1),
                first - timedelta(days=1),
                first + (last - first) * self.chance.random(),
            )
        )


@pytest.mark.parametrize("seed", range(3))
def test_what_was_is_what_the_model_says(sales: Company, seed: int) -> None:
    life = Life(sales, seed)
    for _ in range(STEPS):
        life.step()
    with sales.workspace.reading() as tx:
        for _ in range(MOMENTS):
            moment = life.moment()
            assert_records(life, tx, moment)
            assert_list(life, tx, moment)


def assert_records(life: Life, tx: Any, moment: datetime) -> None:
    """Every record is what it was, or not there."""
    then = life.at(moment)
    for number in life.state:
        expected = then.get(number)
        if expected is None or expected["deleted"]:
            with pytest.raises(NotFound):
                records.get_as_of(tx, SYSTEM, "customer", number, moment)
            continue
        found = records.get_as_of(tx, SYSTEM, "customer", number, moment)
        shown = {one: found.values[one] for one in FIELDS}
        assert shown == {one: expected[one] for one in FIELDS}


def assert_list(life: Life, tx: Any, moment: datetime) -> None:
    """A list of that moment holds what it held, in its order, page by page, and as many."""
    then = life.at(moment)
    text, holds = life.chance.choice(FILTERS)
    name, key = life.chance.choice(SORTS)
    descending = life.chance.random() < 0.5
    expected = sorted(
        (one for one, row in then.items() if not row["deleted"] and holds(row, then)),
        key=lambda one: (key(then[one], then), one),
        reverse=descending,
    )
    request = ListRequest(
        entity_id="customer",
        filter=text,
        sort=f"-{name}" if descending else name,
        fields=FIELDS,
        limit=life.chance.choice((2, 100)),
        count=True,
        as_of=moment,
    )
    found: list[records.Record] = []
    cursor = None
    while True:
        page = query.page(tx, SYSTEM, replace(request, cursor=cursor))
        assert page.count == len(expected)
        found.extend(page.records)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [one.id for one in found] == expected
    for one in found:
        assert {field: one.values[field] for field in FIELDS} == {
            field: then[one.id][field] for field in FIELDS
        }
