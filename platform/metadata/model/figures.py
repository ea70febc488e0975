"""What is measured and shown as figures: metrics, and dashboards of cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .named import Named

Unit = Literal["number", "money", "percent", "days"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One aggregate over records: of an expression (None: the records), where a condition holds."""

    aggregate: str
    of: str | None = None
    where: str | None = None


@dataclass(frozen=True, kw_only=True)
class Metric(Named):
    """A named figure: `value`, or `value` divided by `over`, of the records that `filter` admits.

    `date` is the expression that places a record in a period, or None for a figure of now;
    `change` says how two periods are compared.
    """

    entity: str
    value: Measured
    over: Measured | None = None
    filter: str | None = None
    date: str | None = None
    unit: Unit = "number"
    direction: Literal["up", "down", "none"] = "up"
    change: Literal["points", "absolute", "relative"] = "relative"


@dataclass(frozen=True, kw_only=True)
class Card(Named):
    """One card: a number or bars of `metric`, a funnel of `entity`, or a table of it.

    `group` is the expression that bars or rows are made by, `across` one of a choice whose options
    are columns, `metrics` further columns. `date` places what is counted in the period.
    """

    type: Literal["number", "bar", "funnel", "table"]
    width: int = 3
    metric: str | None = None
    entity: str | None = None
    group: str | None = None
    across: str | None = None
    metrics: tuple[str, ...] = ()
    date: str | None = None
    filter: str | None = None
    top: int = 10


@dataclass(frozen=True, kw_only=True)
class Dashboard(Named):
    """A page of cards, and the period that it opens with."""

    period: str = "this_month"
    cards: tuple[Card, ...] = ()
