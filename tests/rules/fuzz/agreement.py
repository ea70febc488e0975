"""One record, SQLite and PostgreSQL side by side: expressions made by chance, with records."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fieldstone.metadata.expression import parse
from fieldstone.metadata.problems import Problem, ProblemsError
from fieldstone.rules import Context, Expression, evaluate, to_sql
from tests.rules.declared import counting_from
from tests.rules.fuzz.figures import BOUND, Figures
from tests.rules.generate.companies import Company
from tests.rules.generate.expressions import Maker, targets
from tests.rules.generate.words import ZONES
from tests.rules.lenient import read
from tests.rules.world import NOW, Tables, World

EXPRESSIONS = 20
"""How many expressions are tried with a company."""
CALENDARS = (
    (1, 1, "office"),
    (1, 1, "plain"),
    (7, 4, "office"),
    (6, 2, "market"),
    (3, 12, "daily"),
)
"""Weekdays with which weeks begin, months with which years do, and which days are worked."""
_TICK = 0.01


@dataclass
class Place:
    """A database with the company's tables; `server` is the process that answers, if another."""

    connection: sa.Connection
    tables: Tables
    server: int | None = None

    @classmethod
    def of(cls, connection: sa.Connection, tables: Tables) -> Place:
        """A place that knows which process answers."""
        server = None
        if tables.dialect == "postgresql":
            server = connection.scalar(sa.select(sa.func.pg_backend_pid()))
            connection.commit()
        return cls(connection, tables, server)

    def fill(self, world: World) -> None:
        """Write a company; it stays when a statement fails."""
        self.connection.rollback()
        world.fill(self.connection, self.tables)
        self.connection.commit()

    def used(self) -> float:
        """Seconds of processor time used so far, by this process and by the server's."""
        return process_time() + (_used_by(self.server) if self.server else 0.0)


def _used_by(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * _TICK


@dataclass
class Tried:
    """A company with what goes along with an expression: the instant, the zone, who is acting."""

    seed: int
    places: Sequence[Place]
    count: int = EXPRESSIONS

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.world = Company(chance).world()
        now = NOW + timedelta(microseconds=chance.choice([0, chance.randrange(10**12)]))
        zone = ZoneInfo(chance.choice(ZONES))
        team = chance.choice(["华东", "aA", None])
        self.context = Context(now, zone, me=chance.choice([1, 2, None]), team=team)
        self.app = counting_from(*chance.choice(CALENDARS))
        self.figures = Figures()

    def run(self, only: int | None = None) -> Figures:
        """Try all expressions of the company, or only that of a number."""
        for place in self.places:
            place.fill(self.world)
        for number in range(self.count) if only is None else (only,):
            self.one(number)
        self.figures.remember_memory()
        return self.figures

    def one(self, number: int) -> None:
        """Make an expression and try it; what is wrong is noted with its seed."""
        text, used = self.made(random.Random(f"{self.seed}/{number}"), number)
        what = f"{self.seed}/{number}: {text}"
        self.figures.made += 1
        try:
            expression = self.taken(text, what)
        except ProblemsError as error:
            self.refused(error.problems[0], what)
            return
        except Exception as error:
            self.figures.wrong.append(f"raised: {type(error).__name__}: {error}: {what}")
            return
        self.figures.accepted += 1
        self.figures.kinds[expression.type.kind] += 1
        self.figures.called.update(map(str, used))
        self.compare(expression, what)

    def refused(self, problem: Problem, what: str) -> None:
        """Note a refusal; it has a place and can be told."""
        self.figures.refused[problem.id] += 1
        for locale in ("en", "zh-CN"):
            if not problem.position or problem.text(locale) in ("", problem.id):
                self.figures.wrong.append(f"untold: {problem.id}: {what}")

    def made(self, chance: random.Random, number: int) -> tuple[str, Sequence[object]]:
        """An expression and what is called in it: every other one is around a call in turn."""
        maker = Maker(chance)
        at = self.seed * self.count + number
        wanted = targets()[at // 2 % len(targets())]
        return (maker.around(wanted) if at % 2 else maker.anything()), maker.used

    def taken(self, text: str, what: str) -> Expression:
        """The expression, evaluated for one record to see how long both take."""
        record = self.world.record("account", 1)
        taken = []
        for _ in range(3):
            begin = process_time()
            expression = read(self.app, text)
            evaluate(expression, record, self.context)
            taken.append(process_time() - begin)
            if taken[-1] <= BOUND:
                break
        self.figures.took("one record", min(taken), what)
        return expression

    def compare(self, expression: Expression, what: str) -> None:
        """Note where a database gives other values than one record does, or chooses others."""
        expected = self.expected(expression)
        self.figures.values += len(expected) * (len(self.places) + 1)
        for place in self.places:
            dialect = place.tables.dialect
            try:
                taken = []
                for _ in range(3):
                    asked = Asked(place, expression, self.context)
                    found = list(asked.differences(expected))
                    taken.append(asked.slowest)
                    if taken[-1] <= BOUND:
                        break
            except Exception as error:
                place.connection.rollback()
                told = str(error).splitlines()[0]
                self.figures.wrong.append(
                    f"raised: {dialect}: {type(error).__name__}: {told}: {what}"
                )
                continue
            self.figures.took(dialect, min(taken), what)
            if found:
                part = self.smallest(expression, place)
                self.figures.wrong.append(f"differs: {dialect}: {found[0]}: {part!r} in {what}")

    def expected(self, expression: Expression) -> dict[int, Any]:
        """The value for each record that is not deleted."""
        return expected_values(self.world, expression, self.context)

    def smallest(self, expression: Expression, place: Place) -> str:
        """The shortest part of an expression that differs by itself, else all of it."""
        text = expression.text
        parts = {text[node.start : node.end] for node in parse(text).walk()}
        for part in sorted(parts, key=len):
            try:
                found = read(self.app, part)
                if any(Asked(place, found, self.context).differences(self.expected(found))):
                    return part
            except ProblemsError:
                continue
            except sa.exc.SQLAlchemyError:
                place.connection.rollback()
                return part
        return text


def expected_values(world: World, expression: Expression, context: Context) -> dict[int, Any]:
    """The value of an expression for each account of a company that is not deleted."""
    found = {}
    for record_id in world.records["account"]:
        source = world.record("account", record_id)
        if source is not None:
            found[record_id] = evaluate(expression, source, context)
    return found


@dataclass
class Asked:
    """An expression in a database. `slowest` are the seconds that its slowest statement took."""

    place: Place
    expression: Expression
    context: Context
    slowest: float = 0.0

    def differences(self, expected: dict[int, Any]) -> Iterator[str]:
        """What the database tells otherwise: values, and what is chosen by a condition."""
        rows = self.rows(self.expression, "value")
        actual = {record_id: found for record_id, found in rows if record_id in expected}
        if typed(actual) != typed(expected):
            yield f"{actual} is not {expected}"[:400]
        if self.expression.type.kind != "boolean":
            return
        text = self.expression.text
        for condition, wanted in ((text, True), (f"not ({text})", False)):
            try:
                found = read(self.expression.app, condition)
            except ProblemsError:
                continue
            chosen = {record_id for (record_id,) in self.rows(found, "filter")}
            right = {record_id for record_id, value in expected.items() if value is wanted}
            if chosen & expected.keys() != right:
                yield f"WHERE {wanted} chooses {chosen}, not {right}"

    def rows(self, expression: Expression, mode: Literal["value", "filter"]) -> Sequence[Any]:
        """The ids of all accounts with a value, or of those that a condition chooses."""
        begin = self.place.used()
        tables = self.place.tables
        row = tables.table("account").alias("r")
        found = to_sql(expression, tables, row, self.context, mode=mode)
        query: sa.Select[Any] = sa.select(row.c.id).select_from(row)
        query = query.where(found) if mode == "filter" else query.add_columns(found.label("value"))
        # No statement comes twice: looking for it, and keeping it, costs as much as compiling it.
        options: dict[str, Any] = {"compiled_cache": None}
        rows = self.place.connection.execute(query, execution_options=options).all()
        self.slowest = max(self.slowest, self.place.used() - begin)
        return rows


def compare(place: Place, world: World, expression: Expression, context: Context) -> None:
    """Assert that a database gives the values of one record."""
    found = Asked(place, expression, context)
    assert not list(found.differences(expected_values(world, expression, context))), expression.text


def typed(found: dict[int, Any]) -> dict[int, tuple[str, Any]]:
    """Values with their types, so that 1, True and Decimal(1) differ."""
    return {key: (type(value).__name__, value) for key, value in found.items()}
