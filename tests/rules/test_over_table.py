"""Over a whole table every expression has the value that it has for each record by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import Context, Expression, compile_expression, evaluate, over_table
from tests.rules.casebook import CASES, company
from tests.rules.declared import APP
from tests.rules.generate.companies import Company
from tests.rules.generate.expressions import Maker
from tests.rules.generate.words import ZONES
from tests.rules.world import CONTEXT, NOW, Tables, World, postgresql, sqlite
from tests.servers.postgres import PostgresServer

AGGREGATES = (
    "count(deals)",
    "count(deals, amount > 50)",
    "count(deals, not any(account.subsidiaries))",
    "count(deals.amount, stage.closed)",
    "sum(deals.amount)",
    "sum(deals.amount, stage == 'won')",
    "avg(deals.amount, days_since(at) < 100)",
    "min(deals.amount, flag)",
    "median(deals.amount)",
    "median(deals.weighted, flag)",
    "count_distinct(deals.seller)",
    "count_distinct(deals.name, stage.closed)",
    "max(deals.weighted)",
    "first(deals.amount, by=at)",
    "count(deals, amount > parent.cost)",
    "sum(deals.amount, amount > sum(parent.deals.amount) / 3)",
    "count(deals, amount > coalesce(max(parent.deals.amount, flag), 0))",
    "max(deals.amount, flag and any(parent.deals, stage.closed))",
    "count(deals, max(parent.deals.at, flag) is None or at > max(parent.deals.at, flag))",
    "count(deals, parent.won is None or amount <= parent.won or parent.n > 3)",
    "count(subsidiaries)",
    "sum(subsidiaries.n, flag)",
    "n",
    "doubled",
    "won",
)
CONDITIONS = (
    "any(deals)",
    "all(deals, flag)",
    "not any(deals, stage.closed)",
    "days_since(max(deals.at)) > 30",
    "max(deals.closed_on, flag) < day",
    "max(deals.at) == None",
    "max(deals.at) is None or days_since(max(deals.at)) > 30",
    "not (max(deals.at, flag) is None or at < max(deals.at, flag))",
    "min(deals.closed_on) <= day or min(deals.closed_on) is None",
    "count(deals) == 0",
    "count(deals, flag) != 1",
    "any(subsidiaries, any(deals, amount > 10))",
    "max(deals.amount, flag) >= 10 or min(deals.closed_on) <= day",
    "count(deals, flag and amount > parent.cost) >= 2",
    "not count(deals, amount <= parent.n and not stage.closed) > 1",
    "True",
    "False",
    "flag",
    "kind == 'large'",
    "n > 3",
    "good",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, postgres: PostgresServer
) -> Iterator[tuple[sa.Connection, Tables]]:
    """Return a database with the company's tables."""
    if request.param == "sqlite":
        with sqlite() as connection:
            yield connection, Tables("sqlite")
        return
    with postgres.database() as url, postgresql(url) as connection:
        yield connection, Tables("postgresql")


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(0, 2**48))
def test_as_for_each_record(place: tuple[sa.Connection, Tables], seed: int) -> None:
    connection, tables = place
    chance = random.Random(seed)
    world = Company(chance).world()
    world.fill(connection, tables)
    context = Context(NOW, ZoneInfo(chance.choice(ZONES)), me=chance.choice([1, 2, None]))
    found = list(expressions(chance))
    for one in found:
        agree(connection, tables, world, [one], context)
    agree(connection, tables, world, found, context)


def expressions(chance: random.Random) -> Iterator[Expression]:
    """Expressions of which many ask for the same related records, and some of the generator's."""
    maker = Maker(chance)
    for _ in range(chance.randint(1, 5)):
        first, second = chance.choice(AGGREGATES), chance.choice(AGGREGATES)
        one, other = chance.choice(CONDITIONS), chance.choice(CONDITIONS)
        texts = (
            f"{first} {chance.choice('+-*')} {second}",
            f"{first} {chance.choice(['>', '<=', '==', '!='])} {chance.choice([second, '0', '2'])}",
            f"{one} {chance.choice(['and', 'or'])} {other}",
            f"({one}) and {first} {chance.choice(['>', '<', '=='])} {chance.choice(['0', '1'])}",
            f"not ({one} and {first} > {second})",
            f"({first} if {one} else {second})",
            maker.make("boolean", 3),
            maker.make("number", 2),
        )
        try:
            yield compiled(chance.choice(texts))
        except ProblemsError:
            continue
    yield compiled(chance.choice(CONDITIONS))


def compiled(text: str) -> Expression:
    return compile_expression(APP, "account", text, allow_viewer=True, space="name")


def agree(
    connection: sa.Connection,
    tables: Tables,
    world: World,
    asked: Sequence[Expression],
    context: Context,
) -> None:
    """The values of all, and of the conditions also which records they choose."""
    texts = [one.text for one in asked]
    expected = {}
    for record_id in world.records["account"]:
        source = world.record("account", record_id)
        if source is not None:
            expected[record_id] = [evaluate(one, source, context) for one in asked]
    row = tables.table("account").alias("r")
    alive = row.c.deleted_at.is_(None)
    values = over_table(asked, tables, row, context, mode="value")
    rows = connection.execute(
        sa.select(row.c.id, *values.found).select_from(values.source).where(*values.where, alive)
    )
    assert {one[0]: list(one[1:]) for one in rows} == expected, texts
    conditions = [at for at, one in enumerate(asked) if one.type.kind == "boolean"]
    if not conditions:
        return
    over = over_table([asked[at] for at in conditions], tables, row, context)
    any_of = sa.or_(*over.found)
    flags = [sa.case((one, 1), else_=0) for one in over.found]
    rows = connection.execute(
        sa.select(row.c.id, *flags).select_from(over.source).where(*over.where, alive, any_of)
    )
    chosen = {one[0]: [bool(flag) for flag in one[1:]] for one in rows}
    wanted = {key: [found[at] for at in conditions] for key, found in expected.items()}
    assert chosen == {key: found for key, found in wanted.items() if any(found)}, texts
    if over.which is not None:
        rows = connection.execute(
            sa.select(row.c.id, over.which).select_from(over.source).where(*over.where, alive)
        )
        bits = {key: sum(flag << at for at, flag in enumerate(one)) for key, one in wanted.items()}
        assert {key: found for key, found in rows if found} == {
            key: found for key, found in bits.items() if found
        }, texts


def by_hand() -> Iterator[list[str]]:
    """The conditions of the table of cases over related records, and those above, in handfuls."""
    plain = {"name", "expression", "expected", "rule"}
    texts = [
        case["expression"]
        for _, case in CASES
        if case.keys() <= plain and "expected" in case and "deals" in case["expression"]
    ]
    texts += [f"{one} {sign} 2" for one, sign in zip(AGGREGATES, "<>" * 20, strict=False)]
    texts += [f"({one}) == ({other})" for one, other in pairwise(CONDITIONS)]
    texts += [f"{one} and n > 3" for one in CONDITIONS]
    for at in range(0, len(texts), 6):
        yield texts[at : at + 6]


@pytest.mark.parametrize("texts", list(by_hand()), ids=lambda texts: texts[0])
def test_what_is_written_by_hand(place: tuple[sa.Connection, Tables], texts: list[str]) -> None:
    connection, tables = place
    world = company({})
    world.fill(connection, tables)
    context = Context(NOW, ZoneInfo("Asia/Shanghai"), me=1)
    found = [compiled(one) for one in texts]
    for one in found:
        agree(connection, tables, world, [one], context)
    agree(connection, tables, world, found, context)


@pytest.mark.parametrize(
    ("texts", "dialect", "beginning"),
    [
        (["days_since(max(deals.at)) > 30"], "sqlite", "(SELECT"),
        (["days_since(max(deals.at)) > 30"], "postgresql", "account AS r JOIN (SELECT"),
        (["count(deals) < 3"], "sqlite", "account AS r"),
        (["count(deals) < 3"], "postgresql", "account AS r LEFT OUTER JOIN (SELECT"),
        (["kind == 'large' and count(deals) > 3"], "postgresql", "account AS r"),
        (["any(deals, flag)"], "postgresql", "account AS r"),
        (["count(deals) < 3 or sum(deals.amount) > 3"], "sqlite", "(SELECT"),
        (["count(deals) < 3", "sum(deals.amount) > 3"], "sqlite", "account AS r"),
        (["count(deals) > 3", "sum(deals.amount) > 3"], "sqlite", "(SELECT"),
        (["count(deals) < 3", "count(deals) > 5"], "sqlite", "account AS r"),
        (["count(deals, amount > parent.cost) > 3"], "postgresql", "account AS r"),
        (["first(deals.amount, by=at) > 3"], "postgresql", "account AS r"),
    ],
)
def test_a_pass_where_it_is_faster(texts: list[str], dialect: Any, beginning: str) -> None:
    tables = Tables(dialect)
    row = tables.table("account").alias("r")
    assert source(texts, tables, row).startswith(beginning)


def test_equal_aggregates_are_computed_once() -> None:
    texts = ["sum(deals.amount) > 3 and n > 1", "sum( deals.amount ) < n", "count(deals) > 0"]
    found = bits(texts, "postgresql")
    assert found.count("sum(") == 1
    assert found.count("FROM deal ") == 1


def test_what_conditions_share_is_looked_at_once() -> None:
    found = bits(["flag and n > 3", "flag and count(deals) > 2", "kind == 'large' and flag"])
    assert found.count("flag") == 1
    assert found.count("n > ") == 1


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_one_look_at_each_record_serves_all(dialect: Any) -> None:
    texts = ["flag and count(deals) < 3", "flag and sum(deals.amount) > 3", "any(deals)"]
    found = bits(texts, dialect)
    assert found.count("FROM deal ") == 2
    assert found.index("flag") < found.index("FROM deal")


def test_a_relation_that_only_one_aggregate_is_of_keeps_its_pass_on_postgresql() -> None:
    tables = Tables("postgresql")
    row = tables.table("account").alias("r")
    texts = ["count(deals) < 3", "sum(deals.amount) > 3", "count(subsidiaries) < 2"]
    found = source(texts, tables, row)
    assert found.count("JOIN") == 1
    assert "deal" not in found
    assert bits(texts, "postgresql").count("FROM deal ") == 1


def test_an_extreme_within_a_few_bounds_is_only_counted() -> None:
    tables = Tables("sqlite")
    row = tables.table("account").alias("r")
    texts = ["max(deals.amount) >= 3 and n > 1", "count(deals) > 5"]
    assert "max(" not in source(texts, tables, row)
    assert "max(" in source([*texts, "max(deals.amount) > n"], tables, row)
    assert "max(" in source([f"max(deals.amount) > {bound}" for bound in range(4)], tables, row)


def test_counts_by_the_record_stand_behind_what_the_pass_counts() -> None:
    found = bits(["count(deals, flag and amount > parent.cost) >= 3", "count(deals) > 5"])
    beside, _, looked_at = found.partition(" AND (SELECT ")
    assert ">= " in beside
    assert "amount > r.cost" in looked_at


@pytest.mark.parametrize("count", [0, 61])
def test_no_condition_and_too_many_are_told_of(count: int) -> None:
    row = Tables("sqlite").table("account").alias("r")
    with pytest.raises(ValueError, match=f"{count} expressions"):
        over_table([compiled("flag")] * count, Tables("sqlite"), row, CONTEXT)


def bits(texts: list[str], dialect: Literal["sqlite", "postgresql"] = "sqlite") -> str:
    """The number that tells which conditions hold."""
    tables = Tables(dialect)
    row = tables.table("account").alias("r")
    return str(over_table([compiled(one) for one in texts], tables, row, CONTEXT).which)


def source(texts: list[str], tables: Tables, row: sa.FromClause) -> str:
    """What is selected from, on one line."""
    over = over_table([compiled(one) for one in texts], tables, row, CONTEXT)
    statement = str(sa.select(row.c.id).select_from(over.source))
    return " ".join(statement.partition("FROM ")[2].split())
