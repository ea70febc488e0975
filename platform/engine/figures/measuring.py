"""Measuring: metrics as measures of one statement, and the figures made of what it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from ...metadata.model import Measured, Metric
from ...metadata.problems import Problem
from ...rules import Expression, compile_expression
from ...rules.arithmetic import half_up
from .. import access
from ..access import Caller
from ..errors import Forbidden
from ..query.aggregate import grouped
from ..query.conditions import Conditions
from ..query.measures import Measure
from ..query.request import Pointing, Where
from ..transaction import Transaction
from .answers import Figure, Records, Value
from .periods import Period

SCALE: Final = 6
"""Digits after the point of a quotient."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A metric in a period (None: all time), as one or two measures of a statement."""

    metric: Metric
    period: Period | None

    @property
    def measured(self) -> tuple[Measured, ...]:
        """The value, and what it is divided by if it is."""
        over = self.metric.over
        return (self.metric.value,) if over is None else (self.metric.value, over)

    def records(self, base: Records, measured: Measured) -> Records:
        """The records that a part of the metric is about."""
        return base.also(self.metric.filter, measured.where, placed(self.metric.date, self.period))

    def figure(self, values: Iterator[Any], base: Records) -> Figure:
        """The metric's figure from the next results of its statement."""
        figures = [Figure(next(values), self.records(base, one)) for one in self.measured]
        if len(figures) == 1:
            return figures[0]
        return Figure(quotient(figures[0].value, figures[1].value), figures[1].records)

    def parts(self, values: Iterator[Any], base: Records) -> tuple[Figure, ...]:
        """The numerator and the denominator from the next results; nothing without division."""
        found = tuple(Figure(next(values), self.records(base, one)) for one in self.measured)
        return found if len(found) > 1 else ()


def placed(day: str | None, period: Period | None) -> str | None:
    """The condition that a date lies in the period, where there are both."""
    return period.condition(day) if day and period else None


def quotient(value: Value, over: Value) -> Decimal | None:
    """The value divided by the other as the language divides; None over nothing."""
    if value is None or not over:
        return None
    share = Fraction(value) / Fraction(over)
    return Decimal(half_up(share.numerator * 10**SCALE, share.denominator)).scaleb(-SCALE)


def measures_of(tx: Transaction, caller: Caller, askings: Sequence[Asking]) -> tuple[Measure, ...]:
    """The measures of several metrics, one after the other; Forbidden for what may not be read."""
    found: list[Measure] = []
    for asking in askings:
        for one in asking.measured:
            metric = asking.metric
            about = asking.records(Records(metric.entity), one).where
            of = one.of
            value = compiled(tx, caller, metric.entity, of, over_table=True) if of else None
            condition = compiled(tx, caller, metric.entity, about) if about else None
            found.append(Measure(f"m{len(found)}", one.aggregate, value, condition))
    return tuple(found)


def compiled(
    tx: Transaction, caller: Caller, entity_id: str, text: str, *, over_table: bool = False
) -> Expression:
    """A declared expression; Forbidden where the caller may not read what it reads."""
    found = compile_expression(tx.app, entity_id, text, allow_viewer=True, over_table=over_table)
    for other, field in found.uses:
        if field not in access.readable(tx.app, caller, other):
            raise Forbidden(Problem("figures.hidden"))
    return found


def results(
    tx: Transaction,
    caller: Caller,
    base: Records,
    groups: Sequence[Expression],
    measures: Sequence[Measure],
) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """The groups of some records with their figures, by one statement."""
    access.entity_for(tx.app, caller, base.entity)
    for part in base.parts:
        compiled(tx, caller, base.entity, part)
    pointing = tuple(Pointing(field, record_id) for field, record_id in base.of)
    where: tuple[Where, ...] = (*base.parts, *pointing)
    conditions = Conditions(tx, caller, base.entity, filter=None, where=where, q=None)
    return grouped(tx, caller, groups, measures, conditions)


def span(base: Records, askings: Iterable[Asking]) -> Records:
    """The records narrowed to the days that any of the metrics asks for, if all ask for some."""
    days = {(one.metric.date, one.period) for one in askings}
    dates = {day for day, _ in days}
    periods = [period for _, period in days if period is not None]
    (day, *others) = dates
    if day is None or others or len(periods) < len(days):
        return base
    whole = Period("", min(one.start for one in periods), max(one.end for one in periods))
    return base.also(whole.condition(day))
