"""Answers: what a card shows, as values; the API and the pages write them each in their way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ...metadata.model import Card, Labels, Metric
from ...metadata.problems import Problem
from .periods import Period

Value = Decimal | int | None


@dataclass(frozen=True, slots=True)
class Records:
    """The records behind a figure: those of an entity for which all `parts` (id space) hold.

    `of` are references (ids joined by points) with the record that they point at.
    """

    entity: str
    parts: tuple[str, ...] = ()
    of: tuple[tuple[str, int], ...] = ()

    def also(self, *parts: str | None, of: tuple[str, int] | None = None) -> Records:
        """Fewer of them: those for which this holds too."""
        more = tuple(one for one in parts if one)
        return replace(self, parts=(*self.parts, *more), of=(*self.of, of) if of else self.of)

    @property
    def where(self) -> str:
        """All parts as one expression in id space; empty for all records."""
        if len(self.parts) == 1:
            return self.parts[0]
        return " and ".join(f"({one})" for one in self.parts)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number (None: there is none) with the records behind it (None: no list shows them)."""

    value: Value
    records: Records | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A group with its figures. `label` is text, or labels by locale; None is the empty group."""

    key: Any
    label: str | Labels | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: what it is called, and its metric where it is one's."""

    label: Labels
    name: str
    metric: Metric | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a funnel: now in it, in it or later, and that as a share of the step before."""

    name: str
    label: Labels
    current: Figure
    reached: Figure | None
    share: Value


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one card shows; `problems` say why there is nothing.

    `base` are the records that the card is about, whatever the period; `period` is None where none
    narrows it. A number has `number`, the counts or sums that a ratio is made of in `parts`, what
    it was `before`, the `change` and a `series` by months. Bars and tables have `columns` and
    `lines` (`more` groups are left out), a funnel has `steps`.
    """

    card: Card
    metric: Metric | None = None
    base: Records | None = None
    period: Period | None = None
    number: Figure | None = None
    parts: tuple[Figure, ...] = ()
    before: Value = None
    change: Value = None
    series: tuple[tuple[date, Value], ...] = ()
    columns: tuple[Column, ...] = ()
    lines: tuple[Line, ...] = ()
    more: int = 0
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether there is no data."""
        if self.card.type == "number":
            return self.number is None or self.number.value is None
        if self.card.type == "funnel":
            return not any(one.current.value for one in self.steps)
        return not self.lines
