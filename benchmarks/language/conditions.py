"""Ten alert conditions of a CRM: as the language has them, and as one would write them by hand.

By hand each is the fastest of the forms that we tried on the database, with the bounds of dates
computed beforehand, on the tables and indexes that the documents imply.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fieldstone.rules.calendar import day_start
from fieldstone.rules.sql_types import instant_text

from .data import NOW

ZONE = ZoneInfo("Asia/Shanghai")
_RULES = Path(__file__).parent / "app" / "alert_rules"
_OPEN = (
    "r.deleted_at IS NULL AND r.owner IS NOT NULL"
    " AND (r.status IS NULL OR r.status NOT IN ('lost', 'abandoned'))"
)
_LIVE = "f.deleted_at IS NULL"
_OF = f"FROM follow_up f WHERE f.customer = r.id AND {_LIVE}"


def _at(value: datetime) -> str:
    return f"'{instant_text(value)}'"


def _day(ago: int) -> str:
    """The beginning of the day so many days ago."""
    today = NOW.astimezone(ZONE).date()
    return _at(day_start(today - timedelta(days=ago), ZONE))


_MONTH = _at(day_start(NOW.astimezone(ZONE).date().replace(day=1), ZONE))
_SILENCE = " ".join(f"WHEN '{grade}' THEN timestamptz {_day(days)}" for grade, days in
                    (("A", 7), ("B", 30), ("C", 90)))  # fmt: skip
_LAST = f"(SELECT max(f.at) {_OF})"
_EFFECTIVE = f"(SELECT max(f.at) {_OF} AND f.result IN ('progress', 'same'))"


def _grouped(columns: str, where: str = "", having: str = "") -> str:
    where = f" AND {where}" if where else ""
    having = f" HAVING {having}" if having else ""
    return (
        f"(SELECT f.customer, {columns} FROM follow_up f WHERE {_LIVE}{where}"
        f" GROUP BY f.customer{having}) g"
    )


def _joined(group: str, where: str, join: str = "JOIN") -> str:
    return f"SELECT r.id FROM customer r {join} {group} ON g.customer = r.id WHERE {where}"


def _plain(where: str) -> str:
    return f"SELECT r.id FROM customer r WHERE {where}"


@dataclass(frozen=True)
class Condition:
    """A condition, and the statement by hand for each kind of database."""

    name: str
    text: str
    by_hand: Mapping[str, str]


def _one(name: str, sqlite: str, postgresql: str | None = None) -> Condition:
    text = json.loads((_RULES / f"{name}.json").read_text("utf-8"))["when"]
    return Condition(name, text, {"sqlite": sqlite, "postgresql": postgresql or sqlite})


def _silent(last: str) -> str:
    return (
        f"{_OPEN} AND coalesce({last}, r.first_contact_at, r.created_at)"
        f" < CASE r.grade {_SILENCE} END"
    )


_COMPLETE = (
    "25 * (CASE WHEN r.phone IS NULL AND r.wechat IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN r.need IS NULL THEN 0 ELSE 1 END + CASE WHEN r.budget IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN r.owner IS NULL THEN 0 ELSE 1 END) < 60"
)
_MISSED = "f.result IN ('no_answer', 'refused')"
BUDGET: Mapping[str, str] = {"sqlite": "5000000", "postgresql": "50000"}
"""Amounts are stored in hundredths on SQLite."""

CONDITIONS: tuple[Condition, ...] = (
    _one(
        "silent_customer",
        _plain(_silent(_LAST)),
        _joined(_grouped("max(f.at) AS m"), _silent("g.m"), "LEFT JOIN"),
    ),
    _one(
        "b_month_check",
        _plain(
            f"{_OPEN} AND r.grade = 'B'"
            f" AND NOT EXISTS (SELECT 1 {_OF} AND f.at >= {_MONTH})"
        ),
    ),
    _one(
        "regular_silent",
        _joined(_grouped("1", having=f"count(*) >= 3 AND max(f.at) < {_day(45)}"), _OPEN),
    ),
    _one(
        "often_never_won",
        _joined(
            _grouped("count(*) AS n", f"f.at >= {_day(90)}", "count(*) >= 8"),
            f"{_OPEN} AND (r.grade IS NULL OR r.grade <> 'A' OR g.n >= 15)",
        ),
    ),
    _one(
        "ineffective_contact",
        _plain(
            f"{_OPEN} AND (SELECT count(*) {_OF} AND {_MISSED}"
            f" AND f.at > coalesce({_EFFECTIVE.replace('f.', 'e.').replace('up f', 'up e')}, ''))"
            " >= 3"
        ),
        f"SELECT r.id FROM customer r JOIN (SELECT f.customer FROM follow_up f LEFT JOIN"
        f" (SELECT e.customer, max(e.at) AS m FROM follow_up e WHERE e.deleted_at IS NULL"
        f" AND e.result IN ('progress', 'same') GROUP BY e.customer) e ON e.customer = f.customer"
        f" WHERE {_LIVE} AND {_MISSED} AND (e.m IS NULL OR f.at > e.m) GROUP BY f.customer"
        f" HAVING count(*) >= 3) g ON g.customer = r.id WHERE {_OPEN}",
    ),
    _one(
        "late_entry",
        _plain(
            f"{_OPEN} AND {_COMPLETE}"
            f" AND EXISTS (SELECT 1 {_OF} AND f.at < {_at(NOW - timedelta(hours=24))})"
        ),
    ),
    _one(
        "no_next_step",
        _plain(
            f"{_OPEN} AND r.grade IN ('A', 'B') AND r.next_at IS NULL"
            f" AND coalesce({_LAST}, r.created_at) < {_day(0)}"
        ),
    ),
    _one(
        "complaints",
        _joined(
            _grouped("1", f"f.kind = 'complaint' AND f.at >= {_day(90)}", "count(*) >= 3"),
            "r.deleted_at IS NULL",
        ),
    ),
    _one(
        "c_no_effect",
        _plain(
            f"{_OPEN} AND r.grade = 'C' AND coalesce(r.first_contact_at, r.created_at) < {_day(90)}"
            f" AND NOT EXISTS (SELECT 1 {_OF} AND f.result IN ('progress', 'same')"
            f" AND f.at >= {_day(90)})"
        ),
    ),
    _one(
        "large_and_old",
        _plain("r.deleted_at IS NULL AND r.vip AND r.budget > {budget}"
               f" AND r.first_contact_at < {_day(365)}"),
    ),
)  # fmt: skip


def by_hand(condition: Condition, dialect: str) -> str:
    """The statement by hand."""
    found = condition.by_hand[dialect].replace("{budget}", BUDGET[dialect])
    return found.replace("timestamptz ", "") if dialect == "sqlite" else found


LOADED = CONDITIONS[-1]
"""The condition that simpleeval is asked too: it reads the record itself only."""
FOR_SIMPLEEVAL = "vip and budget is not None and budget > 50000 and first_contact_at < bound"
Bound = Callable[[], datetime]


def bound() -> datetime:
    """The bound of the date in `FOR_SIMPLEEVAL`."""
    return day_start(NOW.astimezone(ZONE).date() - timedelta(days=365), ZONE)
