"""The other way to evaluate a rule: simpleeval, parsed once, over rows that are loaded already."""

from __future__ import annotations

import time

import sqlalchemy as sa
from simpleeval import SimpleEval

from fieldstone.rules.sql_types import instant_text

from .conditions import BUDGET, FOR_SIMPLEEVAL, bound

_MOST = 100_000


def seconds(connection: sa.Connection) -> float:
    """How long it takes for all customers, by the time for the first hundred thousand."""
    on_sqlite = connection.dialect.name == "sqlite"
    total: int = connection.exec_driver_sql("SELECT count(*) FROM customer").scalar_one()
    rows = connection.exec_driver_sql(
        "SELECT id, vip, budget, first_contact_at FROM customer"
        f" WHERE first_contact_at IS NOT NULL ORDER BY id LIMIT {_MOST}"
    )
    loaded = [dict(row) for row in rows.mappings()]
    limit = instant_text(bound()) if on_sqlite else bound()
    text = FOR_SIMPLEEVAL.replace("50000", BUDGET[connection.dialect.name])
    evaluator = SimpleEval()
    parsed = evaluator.parse(text)
    started = time.perf_counter()
    for row in loaded:
        evaluator.names = {**row, "bound": limit, "None": None}
        evaluator.eval(text, previously_parsed=parsed)
    return (time.perf_counter() - started) * total / len(loaded)
