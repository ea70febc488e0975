"""How many symbols SQLite's parser holds for an expression, by the way in which each is written.

They are kept so that a change is seen: too many would refuse what works. `test_deep.py` sees that
they are enough.
"""

from __future__ import annotations

import pytest

from fieldstone.rules import compile_expression
from fieldstone.rules.depth import place_too_deep, symbols_of
from tests.rules.declared import APP

SYMBOLS = """
3 n ~ 3 3 ~ 3 today() ~ 9 n + 1 ~ 9 n + n ~ 6 abs(n) ~ 6 round(size, 2) ~ 9 lower(upper(name))
8 concat(name, note) ~ 11 concat(name, lower(note)) ~ 8 coalesce(n, m, 3) ~ 16 switch(n, 1, m, 3)
9 n > 3 ~ 9 n > m ~ 16 n > amount ~ 22 amount > n + 1 ~ 19 amount > abs(n) ~ 17 abs(n) > amount
12 3.5 > abs(n) ~ 10 abs(n) > 3 ~ 4 n is None ~ 7 abs(n) is None ~ 12 not (abs(n) > m)
12 n in [1, 2] ~ 12 abs(n) in [1, 2] ~ 14 not (abs(n) in [1, 2]) ~ 16 abs(abs(abs(n))) in [1, 2]
15 not (flag and abs(n) > 3) ~ 23 any(deals, flag and abs(amount) > 3)
27 any(deals, not (flag and abs(amount) > 3))
12 flag and n > 3 ~ 13 flag and abs(n) > 3 ~ 15 flag or not (abs(n) > 3) ~ 5 not flag
9 (not flag) == hot ~ 9 n if flag else m ~ 11 n if abs(n) > 3 else m ~ 12 abs(n) if flag else m
11 n if flag else abs(m) ~ 8 kind.days ~ 17 kind.urgent ~ 12 kind.days > 3 ~ 19 not kind.urgent
18 has_tag(free, "vip") ~ 18 industry == "medical" ~ 20 industry is None
15 belongs_to.n ~ 19 belongs_to.n > 3 ~ 15 belongs_to.belongs_to.n ~ 18 belongs_to.flag
20 not belongs_to.flag ~ 21 belongs_to.flag and flag ~ 29 belongs_to.late
15 count(deals) ~ 19 count(deals) > 3 ~ 15 count(deals, flag) ~ 20 count(deals, abs(amount) > 3) > 3
27 count(belongs_to.deals) ~ 18 any(deals) ~ 18 any(deals, flag) ~ 20 any(deals, abs(amount) > 3)
26 all(deals, abs(amount) > 3) ~ 22 not any(deals, abs(amount) > 3)
28 not all(deals, abs(amount) > 3) ~ 18 sum(deals.amount) ~ 18 avg(deals.amount)
15 max(deals.amount) ~ 15 median(deals.amount) ~ 15 first(deals.amount, by=at)
15 last(deals.amount, flag, by=at) ~ 28 sum(deals.weighted) ~ 28 any(subsidiaries, any(deals, flag))
25 count(subsidiaries, count(deals) > 3) ~ 25 days_since(max(deals.at)) > 30
8 doubled ~ 12 good ~ 14 not good ~ 21 late ~ 21 rank(n) ~ 26 share(amount) ~ 24 rank(abs(n))
"""
NEEDED = [one.strip().partition(" ") for line in SYMBOLS.strip().splitlines()
          for one in line.split(" ~ ")]  # fmt: skip


@pytest.mark.parametrize(("text", "symbols"), [(text, int(number)) for number, _, text in NEEDED])
def test_symbols(text: str, symbols: int) -> None:
    found = compile_expression(APP, "account", text, space="name", over_table=True)
    assert symbols_of(found.typed) == symbols


def test_what_others_may_read_counts_where_their_records_are_read() -> None:
    """The rows of a role stand in the WHERE of each look at records of their entity."""
    rows = {"account": 20, "deal": 30}

    def deep(text: str, most: int) -> bool:
        found = compile_expression(APP, "account", text, space="name")
        return place_too_deep(found.typed, rows.__getitem__, most) is not None

    for text, most in (("count(deals)", 39), ("belongs_to.n", 28), ("count(deals) > 3", 43)):
        assert not deep(text, most)
        assert deep(text, most - 1)
    assert not deep("n > 3", 9)
