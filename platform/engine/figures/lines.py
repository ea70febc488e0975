"""Lines: groups of records with their figures, for bars and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ...metadata.expression import parse
from ...metadata.expression.tree import Call, Path
from ...metadata.model import Card, Labels, Metric, Option
from ...rules import Expression
from ...rules.types import options_of
from ..access import Caller
from ..query.measures import Measure
from ..records.rows import titles_of
from ..transaction import Transaction
from .answers import Column, Figure, Line, Records
from .measuring import Asking, compiled, measures_of, placed, results, span
from .periods import Period, literal

Rows = list[tuple[tuple[Any, ...], tuple[Any, ...]]]


class Lines:
    """The groups of a card: their figures, and in which order they stand."""

    def __init__(self, tx: Transaction, caller: Caller, card: Card, base: Records) -> None:
        self.tx = tx
        self.caller = caller
        self.card = card
        self.base = base
        self.group = compiled(tx, caller, base.entity, card.group or "")

    def of_metrics(self, askings: Sequence[Asking]) -> dict[Any, tuple[Figure, ...]]:
        """The metrics' figures by group; groups in which none has a record are left out."""
        measures = measures_of(self.tx, self.caller, askings)
        about = self.about(askings)
        rows = self.run(span(self.base, askings), (self.group,), (*measures, *about))
        found = {}
        for (key,), values in rows:
            if any(values[len(measures) :]):
                at = iter(values)
                within = self.within(key)
                found[key] = tuple(_figure(one, at, within, self.base) for one in askings)
        return found

    def about(self, askings: Sequence[Asking]) -> tuple[Measure, ...]:
        """How many records each metric is about: the last part of it says."""
        found: list[Measure] = []
        for asking in askings:
            where = asking.records(Records(self.base.entity), asking.measured[-1]).where
            condition = compiled(self.tx, self.caller, self.base.entity, where) if where else None
            found.append(Measure(f"n{len(found)}", "count", None, condition))
        return tuple(found)

    def across(self, period: Period | None) -> tuple[tuple[Option, ...], dict[Any, Any]]:
        """How many records of each group have each option: the options, and figures by group."""
        across = self.card.across or ""
        by = compiled(self.tx, self.caller, self.base.entity, across)
        base = self.base.also(placed(self.card.date, period))
        counted = (Measure("n", "count", None, None),)
        counts: dict[Any, dict[Any, int]] = {}
        for (key, option), (number,) in self.run(base, (self.group, by), counted):
            counts.setdefault(key, {})[option] = number
        used = {one for row in counts.values() for one in row}
        # What nobody has is told of a way that goes on, not of its ends or of what is gone.
        options = tuple(
            one
            for one in options_of(self.tx.app, by.type.options or "")
            if one.id in used or not (one.archived or getattr(one, "closed", None))
        )
        found = {}
        for key, row in counts.items():
            within = self.within(key, base)
            found[key] = tuple(
                Figure(row.get(one.id, 0), _also(within, f"{across} == {quoted(one.id)}"))
                for one in options
            )
        return options, found

    def run(
        self, base: Records, groups: tuple[Expression, ...], measures: tuple[Measure, ...]
    ) -> Rows:
        return results(self.tx, self.caller, base, groups, measures)

    def within(self, key: Any, base: Records | None = None) -> Records | None:
        """The records of a group, or None where no condition says them."""
        return of_group(base or self.base, self.card.group or "", self.group, key)

    def laid_out(self, figures: Mapping[Any, tuple[Figure, ...]]) -> tuple[tuple[Line, ...], int]:
        """The lines in order, and how many are left out.

        Options and dates stand in their own order, everything else by the last figure, the
        largest first.
        """
        keys = list(figures)
        if self.group.type.kind == "choice":
            ids = [one.id for one in options_of(self.tx.app, self.group.type.options or "")]
            keys.sort(key=lambda key: ids.index(key) if key in ids else len(ids))
        elif self.group.type.kind == "date":
            # The latest ones stay where there are too many.
            keys.sort(key=lambda key: (key is not None, key or date.min))
            keys = keys[-self.card.top :]
        else:
            keys.sort(key=lambda key: _size(figures[key][-1]), reverse=True)
        kept = keys[: self.card.top]
        labels = self.labels(kept)
        lines = tuple(Line(key, labels.get(key), figures[key]) for key in kept)
        return lines, len(figures) - len(lines)

    def labels(self, keys: Sequence[Any]) -> Mapping[Any, str | Labels]:
        """What groups are called; a record that may not be seen has an empty label."""
        kind = self.group.type
        if kind.kind == "choice":
            found = {one.id: one for one in options_of(self.tx.app, kind.options or "")}
            return {
                key: found[key].label or {"en": found[key].name} for key in keys if key in found
            }
        if kind.kind == "reference":
            target = kind.entity or ""
            ids = {key for key in keys if key is not None}
            titles = titles_of(self.tx, self.caller, {target: ids})
            return {key: titles.get((target, key), "") for key in ids}
        return {key: str(key) for key in keys if key is not None}


def _figure(asking: Asking, values: Any, within: Records | None, base: Records) -> Figure:
    found = asking.figure(values, within or base)
    return found if within else Figure(found.value)


def _also(records: Records | None, part: str) -> Records | None:
    return records.also(part) if records else None


def _size(figure: Figure) -> tuple[bool, Any]:
    return figure.value is not None, figure.value or 0


def of_group(base: Records, text: str, group: Expression, key: Any) -> Records | None:
    """The records whose group has this value, or None where no condition can say so."""
    if key is None:
        return base.also(f"({text}) is None")
    kind = group.type.kind
    if kind == "reference":
        node = parse(text)
        return base.also(of=(text.strip(), key)) if isinstance(node, Path) else None
    if kind == "boolean":
        return base.also(text if key else f"not ({text})")
    if kind in ("choice", "text"):
        return base.also(f"{_whole(text)} == {quoted(str(key))}")
    if kind == "date":
        return base.also(f"{_whole(text)} == {literal(key)}")
    if isinstance(key, (int, Decimal)):
        return base.also(f"{_whole(text)} == {key:f}" if key >= 0 else f"({text}) == -{-key:f}")
    return None


def _whole(text: str) -> str:
    """An operand, in brackets unless it is a path or a call."""
    return text if isinstance(parse(text), (Path, Call)) else f"({text})"


def quoted(text: str) -> str:
    """A text as the language writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


def columns_of(options: Sequence[Option], metrics: Sequence[Metric]) -> tuple[Column, ...]:
    """The columns of a table: one an option, one a metric."""
    return (
        *(Column(one.label or {"en": one.name}, one.name) for one in options),
        *(Column(one.label or {"en": one.name}, one.name, one) for one in metrics),
    )
