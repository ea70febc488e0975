"""What conditions become in SQL, kept so that a change is seen: each is short enough to be read.

`FIELDSTONE_KEEP_STATEMENTS=1` writes `statements.json` anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa

from fieldstone.rules import compile_expression, over_table, to_sql
from tests.rules.declared import APP
from tests.rules.world import CONTEXT, Tables

KEPT = Path(__file__).parent / "statements.json"
KEEP = "FIELDSTONE_KEEP_STATEMENTS" in os.environ
DIALECTS: dict[Literal["sqlite", "postgresql"], Any] = {
    "sqlite": sa.make_url("sqlite://").get_dialect()(),
    "postgresql": sa.make_url("postgresql+psycopg://").get_dialect()(),
}
ALONE = """
n in [1, 2] ~ not (n in [1, 2]) ~ n in [3] ~ not (n in [3]) ~ n in [1, 3.5] ~ amount in [1, 2.5]
n == 3.5 ~ n != 3.5 ~ n > 3.5 ~ n >= 3.5 ~ n < 3.5 ~ n <= 3.5 ~ 3.5 < n ~ n == 3 ~ n != 3 ~ 3 != n
amount > 120.499 ~ amount <= 120.499 ~ amount > -120.499 ~ amount > n ~ n < amount ~ amount == n
amount != cost ~ amount > cost ~ not (amount > cost) ~ not (amount > n) ~ not (amount == cost)
version > n ~ not (version > 3) ~ version == 3 ~ version != 3 ~ not (version in [1, 2])
name < "x" ~ not (name < "x") ~ name == "x" ~ name != "x" ~ name >= note ~ name in ["a", "b"]
max(deals.amount) >= 5 ~ max(deals.amount, flag) > 5 ~ 5 <= max(deals.amount)
min(deals.amount) < 5 ~ min(deals.amount) > 5 ~ max(deals.amount) < 5 ~ max(deals.amount) == 5
max(deals.amount) is None or max(deals.amount) < 5
max(deals.amount) is None or max(deals.amount) < cost
max(deals.amount) is None or max(deals.amount) < version
max(deals.amount) is None or max(deals.amount) < n or flag
n is None or n < 3 ~ n is None or n < cost ~ not (n is None or n < 3) ~ flag or n is None or n < 3
count(deals) > 0 ~ 0 < count(deals) ~ count(deals) != 0 ~ count(deals) >= 1 ~ 1 <= count(deals)
count(deals) == 0 ~ count(deals) <= 0 ~ count(deals) < 1 ~ count(deals) > 1 ~ count(deals) >= 2
count(deals.amount) > 0 ~ count(deals) > 0.5 ~ count(deals, flag) > 0 ~ count(deals) == 1
flag ~ not flag ~ flag == True ~ flag != True ~ (n > 3) == flag ~ hot == flag ~ not hot
kind.urgent ~ not kind.urgent ~ kind.days > 3 ~ kind == "large" ~ kind != "large"
n is None ~ n is not None ~ name is None ~ version is None ~ not (n is None)
any(deals, flag) and not any(deals) ~ all(deals, flag) ~ not all(deals, flag and amount > 3)
any(deals, amount > parent.cost) ~ any(subsidiaries, any(deals, amount > 10))
has_tag(free, "vip") ~ industry == "medical" ~ free is None
first(deals.amount, by=at) > 3 ~ last(deals.amount, by=at) > 3 ~ first(deals.name, by=name) == "x"
belongs_to.n > 3 ~ belongs_to.belongs_to.n > 3 ~ owner.name == "x" ~ belongs_to is None
days_since(max(deals.at)) > 30 ~ year(day) == 2026 ~ days_since(day) > 30
day in [date(2026, 3, 1)] ~ day == date(2026, 3, 1)
sum(deals.amount) > 3 ~ avg(deals.amount) > 3 ~ median(deals.amount) > 3 ~ sum(deals.version) > 3
count_distinct(deals.name) > 3 ~ max(deals.name) > "x" ~ (n > 3 if flag else n > 5)
n + 1 > version ~ n * 2 - version > 3 ~ amount + n > 3 ~ 25 * (1 if flag else 0) < 60 ~ n * n > 3
n > 3 and flag or day is None ~ not (n > 3 and flag) ~ not (n > 3 or not flag)
sum(deals.stage.probability) > 3 ~ avg(deals.stage.probability) > 3
n == 1 / 0 ~ n != 1 / 0 ~ n > 1 / 0 ~ not (n == 1 / 0) ~ not (n > 1 / 0) ~ flag and n in [7, 1 / 1]
days_between(day, date(2026, 3, 1)) > 3 ~ days_between(date(2026, 3, 1), day) > 3
days_between(day, until) > 3 ~ 3 < days_between(day, date(2026, 3, 1)) ~ days_since(day) == 3
workdays_between(day, date(2026, 3, 2)) > 3 ~ workdays_between(date(2026, 3, 2), day) <= 3
year(at) == 2026 ~ year(at) != 2026 ~ not (year(at) == 2026) ~ year(at) > 2025 ~ month(day) == 3
days_since(at) > 3 ~ days_since(at) == 3 ~ days_since(at) <= n ~ hours_since(at) >= 12
months_since(day) > 3 ~ months_since(at) <= 3 ~ start_of_month(day) == date(2026, 3, 1)
start_of_month(at) < today() ~ end_of_month(day) >= date(2026, 3, 31) ~ start_of_day(at) == at
days_since(day) > kind.days ~ days_since(at) > kind.days ~ days_since(day) > belongs_to.kind.days
days_since(day) > (3 if flag else 5) ~ days_since(day) > (3 if flag else None)
days_since(day) > coalesce(kind.days, 3) ~ not (days_since(day) > kind.days) ~ late ~ not late
kind == "large" and sum(deals.amount) > 3 ~ kind in ["large", "small"] and sum(deals.amount) > 3
flag and sum(deals.amount) > 3 ~ not flag and sum(deals.amount) > 3
5 == n and sum(deals.amount) > 3
n in [1, 2, 3, 4] and sum(deals.amount) > 3 ~ has_tag(free, "vip") and sum(deals.amount) > 3
n > 5 and sum(deals.amount) > 3 ~ good and sum(deals.amount) > 3 ~ belongs_to.n == 3 and won > 3
won > 3 ~ 3 < won ~ max(deals.amount) is None or max(deals.amount) <= doubled
max(deals.amount) is None or max(deals.amount) <= cost or flag ~ good or won is None or won < 3
max(deals.at) is None or days_since(max(deals.at)) >= 30
max(deals.at) is None or days_since(max(deals.at)) > kind.days
count(deals, amount > max(parent.deals.amount, flag)) > 3 or count(deals) > 5
count(deals, amount > parent.won) > 1 ~ count(deals, amount > parent.doubled) > 1
count(deals, amount > parent.belongs_to.cost) > 1 ~ count(deals, parent.flag and flag) > 1
count(deals, amount > max(parent.deals.amount, flag)) > 1 ~ count(deals, parent.good) > 1
count(deals, amount > first(parent.deals.amount, by=at)) > 1 ~ count(deals, parent.late) > 1
count(deals, amount > max(parent.belongs_to.deals.amount)) > 1
count(deals, has_tag(parent.free, "vip")) > 1 ~ any(deals, account.belongs_to.flag)
count(deals, flag and amount > parent.cost) >= 2 ~ 1 < count(deals, flag and amount > parent.cost)
not count(deals, flag and amount > parent.cost) > 1 ~ count(deals, amount > parent.cost) > 0.5
min(deals.amount) == None ~ sum(deals.amount) == 0 ~ sum(deals.amount) < 3 ~ count(deals) > n
min(deals.at) < max(deals.at) ~ max(deals.amount, flag) > min(deals.amount) ~ any(belongs_to.deals)
max(belongs_to.deals.amount) > 3 ~ count(belongs_to.deals) == 0 ~ belongs_to.won > 3
min(deals.amount) > n ~ max(deals.amount) > n ~ won > n ~ sum(deals.amount) > n
avg(deals.amount) < n
min(deals.amount) in [1, 2] ~ not (min(deals.amount) > n) ~ min(deals.amount) > n and flag
min(deals.amount) > n or flag ~ min(deals.amount) > n or max(deals.amount) < n
min(deals.amount) != n
(min(deals.amount) > n) == flag ~ coalesce(min(deals.amount), 1) > n ~ abs(min(deals.amount)) > n
n > size ~ size > n ~ amount * 3 > size ~ n // 3 == 2 ~ n % 3 == 1 ~ amount / n > 3 ~ -n > 3
round(size, 1) > 3 ~ abs(n) > 3 ~ min_of(n, m) > 3 ~ coalesce(n, m, 3) > 3 ~ len(name) > 3
concat(name, note) == "x" ~ name == note ~ not (name == note) ~ left(name, 2) == "x"
trim(name) == "x"
kind in ["large"] ~ kind not in ["large", "small"] ~ kind is None ~ kind == None ~ kind != None
tier == "A" ~ tier != "A" ~ tier.silence_days > 3 ~ industry != "medical" ~ free is not None
"vip" in free ~ "vip" not in free ~ industry in ["medical", "retail"] ~ not has_tag(free, "vip")
(flag if hot else good) ~ not (flag if hot else good) ~ (kind if flag else None) == "large"
flag == hot ~ flag != (n > 3) ~ (flag and hot) == good ~ (not flag) in [True]
not (n * 2 > m) ~ not (n * m == m) ~ n * m != m ~ amount * rate == cost ~ not (size * rate > n)
text(day) != note ~ not (text(day) == text(until)) ~ left(name, 2) != note ~ text(at) != note
not (concat(name, note) == note) ~ text(n) == note ~ text(n, 2) != note ~ round(size, 1) != m
not (round(size, 1) == m) ~ hours_between(at, at) != n ~ n + m != m ~ not (n - m > version)
n // m == m ~ n % m != m ~ amount / n == cost ~ -n != m ~ abs(n) == m
year(day) != m ~ len(name) != m
amount > size ~ size == amount ~ not (size > amount) ~ flag and 1 < 2 ~ not (flag and 1 > 2)
not (flag or 1 > 2) ~ not (flag and 1 < 2) ~ not (flag or 1 < 2 and hot)
not (days_between(coalesce(day, date(2026, 1, 1)), date(2026, 3, 1)) > 3)
not (max(deals.amount) is None or max(deals.amount) < 5) ~ flag == (n is None or n < 3)
flag and (max(deals.amount) is None or max(deals.amount) < 5) ~ not (flag or n is None or n < 3)
min(deals.amount) > n and max(deals.amount) > n or flag ~ not max(deals.amount) > n
(min(deals.amount) if flag else 3) > n ~ abs(won) > n ~ count(deals) > 3 and won > n
owner is None ~ owner == belongs_to.owner ~ owner.name < "x" ~ belongs_to.belongs_to is not None
"""
TOGETHER = (
    "count(deals) < 3 ~ sum(deals.amount) > 3",
    "count(deals) > 3 ~ sum(deals.amount, flag) > 3 ~ max(deals.at) is not None and n > 3",
    "flag and count(deals) < 3 ~ flag and sum(deals.amount) > 3 and n > 1 ~ any(deals)",
    "flag and n > 3 ~ flag and n > 5 ~ kind == 'large' and flag ~ n > 7",
    "count(deals, amount > parent.cost) >= 3 ~ count(deals) != 5",
    "max(deals.amount) >= 3 and n > 1 ~ count(deals) > 5 ~ not any(deals, flag)",
    "max(deals.amount) >= n ~ avg(deals.amount, flag) is None ~ count_distinct(deals.name) == 0",
    "count(deals, flag and amount > max(parent.deals.amount, not flag)) >= 3"
    " ~ count(deals) > 5 ~ flag and min(deals.amount) < n ~ sum(deals.amount) > n",
    "count(subsidiaries) > 3 and count(deals) > 2 ~ count(deals) > 4"
    " ~ has_tag(free, 'vip') and sum(deals.amount) > n ~ belongs_to.n > 3 and count(deals) > 5",
    "count(deals) == 2 ~ all(deals, flag) and min(deals.amount) < 3 ~ count(subsidiaries) < 2",
)
CONDITIONS = [text.strip() for line in ALONE.strip().splitlines() for text in line.split(" ~ ")]
LISTS = [[text.strip() for text in one.split(" ~ ")] for one in TOGETHER]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", CONDITIONS)
def test_of_a_record(text: str, dialect: Literal["sqlite", "postgresql"]) -> None:
    tables = Tables(dialect)
    row = tables.table("account").alias("r")
    condition = compile_expression(APP, "account", text, space="name")
    asked = sa.select(row.c.id).where(to_sql(condition, tables, row, CONTEXT))
    hold(f"{dialect}: {text}", written(asked, dialect).partition(" WHERE ")[2])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("texts", [[one] for one in CONDITIONS if "deals" in one] + LISTS)
def test_of_all_records(texts: list[str], dialect: Literal["sqlite", "postgresql"]) -> None:
    tables = Tables(dialect)
    row = tables.table("account").alias("r")
    conditions = [compile_expression(APP, "account", text, space="name") for text in texts]
    over = over_table(conditions, tables, row, CONTEXT)
    which = over.found if over.which is None else [over.which.label("which")]
    asked = sa.select(row.c.id, *which).select_from(over.source).where(*over.where)
    hold(f"{dialect}, all: {' ~ '.join(texts)}", written(asked, dialect))


def test_nothing_is_kept_that_is_not_written() -> None:
    expected = 2 * len(CONDITIONS) + 2 * len(LISTS)
    expected += 2 * sum("deals" in one for one in CONDITIONS)
    assert len(kept()) == expected


def written(asked: sa.Select[Any], dialect: Literal["sqlite", "postgresql"]) -> str:
    """A statement with its values, on one line."""
    found = asked.compile(dialect=DIALECTS[dialect], compile_kwargs={"literal_binds": True})
    return " ".join(str(found).split())


def hold(name: str, text: str) -> None:
    """That a statement is the one that is kept by its name."""
    if KEEP:
        lines = json.dumps(kept() | {name: text}, ensure_ascii=False, indent=1)
        KEPT.write_text(f"{lines}\n", "utf-8")
    assert kept().get(name) == text


def kept() -> dict[str, str]:
    """The statements by their names."""
    found: dict[str, str] = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return found
