"""Hostile expressions end quickly, with a value or a problem, and never with anything else."""

from __future__ import annotations

import gc
import random
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression, evaluate
from tests.rules.declared import APP
from tests.rules.generate.companies import Company
from tests.rules.generate.expressions import Maker
from tests.rules.world import CONTEXT

HOSTILE = [
    "9**9**9**9",
    " + ".join(["n"] * 100),
    " - ".join(["amount"] * 99),
    " / ".join(["n"] * 99),
    " % ".join(["rate"] * 99),
    "start_of_week(" * 29 + "day" + ")" * 29,
    f"coalesce({', '.join(['name'] * 199)})",
    "4000000 * 4000000 * 4000000 * 4000000",
    "999999999999999 * 999999999999999 * 999999999999999",
    "round(999999999999999, -9)",
    "'a' * 1000000000",
    "'%1000000000d' % 1",
    "f'{1:>1000000000}'",
    "name.zfill(1000000000)",
    "name.__class__.__mro__",
    "__import__('os').system('x')",
    "().__class__.__bases__[0].__subclasses__()",
    "[x for x in range(10)]",
    "(lambda: 1)()",
    "(x := 1)",
    "{'a': 1}",
    "n if n else n if n else n",
    "add_days(day, 999999999999999)",
    "add_months(at, -999999999999999)",
    "add_hours(at, 999999999999999)",
    "date(999999999999999, 1, 1)",
    "days_between(date(1, 1, 1), date(9999, 12, 31)) * 999999999999",
    "-" * 2000,
    "(" * 1000 + ")" * 1000,
    "not " * 499 + "1",
    "[" * 900,
    "1 " * 900,
    "a." * 900 + "a",
    "f(" * 600,
    "1 < " * 400 + "1",
    " and ".join(["flag"] * 300),
    "1 if flag else " * 100 + "1",
    "\\" * 100,
    "\x00",
    "\ud800",
    "name == '" + "\u202e" * 100 + "'",
    "é" * 500,
    "'" + "a" * 1900,
    "0" * 1999,
    "1e999",
    "1" * 1999,
    "." * 500,
    "count(" * 300,
    "%s %s %s",
    "{{ name }}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_ends_soon(text: str) -> None:
    gc.collect()  # what other tests left is not to be cleared away within the time of this one
    begin = time.process_time()
    tracemalloc.start()
    try:
        evaluate(compile_expression(APP, "account", text, space="name"), None, CONTEXT)
    except ProblemsError as error:
        assert error.problems[0].text("zh-CN")
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert time.process_time() - begin < 1
    assert peak < 20_000_000


def test_texts_grow_only_to_their_bound() -> None:
    text = "note"
    for _ in range(5):
        text = f"concat({text}, {text})"
    expression = compile_expression(APP, "account", text)
    record = Company(random.Random(1)).world().record("account", 1)
    assert record is not None
    long = {**record.values, "note": "a" * 9_000}
    assert evaluate(expression, type(record)(record.world, "account", long), CONTEXT) is None


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_is_broken_somewhere_is_a_problem(seed: int) -> None:
    chance = random.Random(seed)
    kind = chance.choice(["number", "boolean", "text", "date"])
    text = list(Maker(chance).make(kind, 3))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        change = chance.random()
        if change < 0.4:
            text.insert(at, chance.choice([*"()[].,+-*/%<>=!&'\"\\ 09az中“\x00", " not ", "None"]))
        elif text[at : at + 1]:
            del text[at]
    record = Company(chance).world().record("account", 1)
    try:
        expression = compile_expression(
            APP, "account", "".join(text), space="name", allow_viewer=True
        )
        evaluate(expression, record, CONTEXT)
    except ProblemsError as error:
        assert error.problems[0].text("en")
