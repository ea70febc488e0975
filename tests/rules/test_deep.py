"""What is deep is refused when it is read, or it runs on both databases; nothing in between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.engine.postgresql import PostgresDatabases
from fieldstone.engine.sqlite import SqliteDatabases
from fieldstone.engine.stores import Databases
from fieldstone.metadata.model import App, EntityAccess, Field, Role
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression, to_sql
from tests.rules.declared import ACCOUNT, APP
from tests.rules.fuzz.agreement import Place as Reached
from tests.rules.fuzz.agreement import compare
from tests.rules.generate.companies import Company
from tests.rules.generate.nests import LEAVES, NESTS, RELATED, WITHIN, Nester
from tests.rules.world import CONTEXT, Tables, World
from tests.servers.postgres import PostgresServer

EXAMPLES = 120
KINDS = sorted(LEAVES)
MODES: tuple[Literal["value", "filter"], ...] = ("value", "filter")
LEVELS = st.one_of(st.integers(1, 30), st.integers(1, 200))
quiet = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


class Place:
    """A database with the company's tables, made and reached as the product does it."""

    def __init__(self, databases: Databases) -> None:
        self.store = databases.store("deep")
        self.store.create()
        self.tables = Tables(self.store.dialect)
        self.world: World = Company(random.Random(7)).world()
        with self.store.begin(writing=True) as connection:
            self.tables.metadata.create_all(connection)
            self.world.fill(connection, self.tables)

    def tried(self, text: str, app: App = APP) -> bool:
        """Whether the expression is accepted; it then runs, and agrees with the evaluator."""
        try:
            expression = compile_expression(app, "account", text, space="name")
        except ProblemsError as error:
            problem = error.problems[0]
            assert problem.position
            assert problem.text("zh-CN") != problem.id
            return False
        with self.store.begin(writing=False) as connection:
            compare(Reached(connection, self.tables), self.world, expression, CONTEXT)
        return True


@contextmanager
def place(databases: Databases) -> Iterator[Place]:
    try:
        yield Place(databases)
    finally:
        databases.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def here(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
) -> Iterator[Place]:
    """Return the company on either kind of database."""
    if request.param == "sqlite":
        with place(SqliteDatabases(Path(tmp_path_factory.mktemp("deep")))) as found:
            yield found
        return
    with postgres.database() as url, place(PostgresDatabases(url)) as found:
        yield found


@quiet
@given(seed=st.integers(0, 2**48), levels=LEVELS, kind=st.sampled_from(KINDS))
def test_deep_expressions(here: Place, seed: int, levels: int, kind: str) -> None:
    here.tried(Nester(random.Random(seed)).make(kind, levels))


@pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind in KINDS for way in NESTS[kind]])
def test_the_deepest_that_is_accepted(here: Place, kind: str, way: str) -> None:
    nester = Nester(random.Random(1))
    leaf = LEAVES[kind][0]
    texts = [nester.nested(kind, [way] * depth, leaf) for depth in range(1, 34)]
    levels = [at for at, text in enumerate(texts) if accepted(text)]
    assert levels == [*range(len(levels))]
    assert here.tried(texts[levels[-1]])


def accepted(text: str) -> bool:
    try:
        compile_expression(APP, "account", text, space="name")
    except ProblemsError:
        return False
    return True


@quiet
@given(
    seed=st.integers(0, 2**48),
    formulas=st.integers(1, 40),
    kind=st.sampled_from(["number", "date"]),
)
def test_formulas_within_formulas(here: Place, seed: int, formulas: int, kind: str) -> None:
    chance = random.Random(seed)
    fields = [formula("f0", chance.choice(LEAVES[kind]))]
    for at in range(1, formulas):
        way = chance.choice(NESTS[kind]) if chance.random() < 0.7 else "{}"
        fields.append(formula(f"f{at}", way.replace("{}", f"f{at - 1}")))
    here.tried(fields[-1].name, with_formulas(seed, *fields))


def formula(name: str, text: str) -> Field:
    return Field(id=name, name=name, type="formula", formula=text)


def with_formulas(key: object, *fields: Field) -> App:
    account = replace(ACCOUNT, fields=(*ACCOUNT.fields, *fields))
    return replace(
        APP, hash=f"deep {key} {len(fields)}", entities={**APP.entities, "account": account}
    )


@pytest.mark.parametrize("terms", [2, 23, 30, 40, 99, 100])
@pytest.mark.parametrize("term", ["n", "amount", "rate", "version", "n * m", "(n / 3)"])
def test_long_sums(here: Place, term: str, terms: int) -> None:
    text = " + ".join([term] * terms)
    assert here.tried(text) or len(text) > 600
    assert here.tried(text.replace(" + ", " - ", terms // 2)) or len(text) > 600


@pytest.mark.parametrize("text", [" * ".join(["n"] * 60), " and ".join(["flag"] * 150)])
def test_other_long_chains(here: Place, text: str) -> None:
    assert here.tried(text)
    assert here.tried(f"0 * {text}" if "*" in text else f"not ({text})")


def test_many_arguments(here: Place) -> None:
    assert here.tried(f"concat({', '.join(['name'] * 100)})")
    assert not here.tried(f"concat({', '.join(['name'] * 101)})")


def test_a_tall_pile_of_sums_is_refused(here: Place) -> None:
    fields = [formula("f0", "n")]
    fields += [formula(f"f{at}", f"f{at - 1}" + " + version" * 95) for at in range(1, 15)]
    app = with_formulas("tall", *fields)
    assert here.tried("f3 > 0", app)
    assert not here.tried("f13 > 0", app)


def test_no_formula_is_deeper_for_being_read_first(here: Place) -> None:
    """Thousands of formulas one within the other: the first to be read is the outermost."""
    fields = [formula("f0", "n"), *(formula(f"f{at}", f"f{at - 1}") for at in range(1, 2_000))]
    for name in ("f1999", "f23", "f24", "f1999"):
        assert here.tried(name, with_formulas("many", *fields)) is (name == "f23")


def test_deep_formulas_within_each_other(here: Place) -> None:
    fields = [formula("f0", "n")]
    fields += [formula(f"f{at}", "abs(" * 20 + f"f{at - 1}" + ")" * 20) for at in range(1, 24)]
    assert not here.tried("f23", with_formulas("abs", *fields))
    assert here.tried("f1", with_formulas("abs", *fields))


ROWS = {
    "account": "len(" + "lower(" * 7 + "name" + ")" * 8 + " > 1",
    "deal": "account.owner == me() or len(" + "upper(" * 5 + "name" + ")" * 6 + " > 1",
}
SELLER = Role(
    id="seller",
    name="seller",
    entities=tuple(EntityAccess(entity=one, rows=rows) for one, rows in ROWS.items()),
)


@quiet
@given(seed=st.integers(0, 2**48), levels=st.integers(0, 5))
def test_rows_of_roles_within_deep_conditions(here: Place, seed: int, levels: int) -> None:
    app = replace(APP, hash="deep rows", roles={"seller": SELLER})
    rows = {
        one: compile_expression(app, one, text, allow_viewer=True) for one, text in ROWS.items()
    }
    chance = random.Random(seed)
    within = Nester(chance).nested("boolean", chance.choices(WITHIN, k=levels), "account.flag")
    text = chance.choice(RELATED).replace("{}", within)
    try:
        expression = compile_expression(app, "account", f"flag or not ({text})", space="name")
    except ProblemsError:
        return

    def visible(entity_id: str, row: sa.FromClause) -> sa.ColumnElement[Any] | None:
        rule = rows.get(entity_id)
        return None if rule is None else sa.and_(to_sql(rule, here.tables, row, CONTEXT))

    row = here.tables.table("account").alias("r")
    with here.store.begin(writing=False) as connection:
        for mode in MODES:
            found = to_sql(expression, here.tables, row, CONTEXT, mode=mode, visible=visible)
            connection.execute(sa.select(found if mode == "value" else row.c.id).where(found)).all()
