"""Presenting: a dashboard's answers as the API gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ...metadata.fields import wire
from ...metadata.model import App, Dashboard, Metric, label_text
from ...metadata.model.named import Labels
from ...metadata.wording import expression_to_names
from .answers import Answer, Column, Figure, Line, Records, Step
from .periods import Period


class Presenter:
    """Writes answers for a reader of one language."""

    def __init__(self, app: App, locale: str) -> None:
        self.app = app
        self.locale = locale

    def dashboard(
        self, dashboard: Dashboard, as_of: datetime, period: Period | None, cards: Sequence[Answer]
    ) -> dict[str, Any]:
        """The whole dashboard."""
        return {
            "name": dashboard.name,
            "label": dashboard.text(self.locale),
            "as_of": as_of,
            "period": self.period(period),
            "cards": [self.card(one) for one in cards],
        }

    def period(self, period: Period | None) -> dict[str, Any] | None:
        if period is None:
            return None
        return {
            "name": period.name,
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "unfinished": period.unfinished,
        }

    def card(self, answer: Answer) -> dict[str, Any]:
        """One card; what its type does not have is left out."""
        card, metric = answer.card, answer.metric
        found: dict[str, Any] = {
            "name": card.name,
            "label": self.title(answer),
            "type": card.type,
            "problems": [
                {"code": one.id, "message": one.text(self.locale)} for one in answer.problems
            ],
        }
        if answer.problems:
            return found
        found |= {"period": self.period(answer.period), "records": self.records(answer.base)}
        if metric is not None:
            found["metric"] = self.metric(metric)
        if card.type == "number":
            return found | self.number(answer)
        if card.type == "funnel":
            return found | {"steps": [self.step(one) for one in answer.steps]}
        return found | {
            "columns": [self.column(one) for one in answer.columns],
            "lines": [self.line(one) for one in answer.lines],
            "more": answer.more,
        }

    def title(self, answer: Answer) -> str:
        """The card's own label, else its metric's or its entity's."""
        card = answer.card
        if card.label:
            return card.text(self.locale)
        metric = answer.metric or self.app.metrics.get(card.metric or "")
        if metric is not None:
            return metric.text(self.locale)
        return self.app.entities[card.entity].text(self.locale) if card.entity else card.name

    def metric(self, metric: Metric) -> dict[str, Any]:
        return {
            "name": metric.name,
            "unit": metric.unit,
            "direction": metric.direction,
            "change": metric.change,
            "formula": formula_of(self.app, metric),
            "description": label_text(metric.description, self.locale, ""),
        }

    def number(self, answer: Answer) -> dict[str, Any]:
        return {
            **self.figure(answer.number or Figure(None)),
            "parts": [self.figure(one) for one in answer.parts],
            "before": _number(answer.before),
            "change": _number(answer.change),
            "series": [
                {"from": month.isoformat(), "value": _number(value)}
                for month, value in answer.series
            ],
        }

    def column(self, column: Column) -> dict[str, Any]:
        metric = column.metric
        return {
            "name": column.name,
            "label": label_text(column.label, self.locale, column.name),
            "unit": metric.unit if metric else "number",
        }

    def line(self, line: Line) -> dict[str, Any]:
        key = line.key
        return {
            "group": str(key) if isinstance(key, int) and not isinstance(key, bool) else wire(key),
            "label": self.text(line.label),
            "figures": [self.figure(one) for one in line.figures],
        }

    def step(self, step: Step) -> dict[str, Any]:
        return {
            "stage": step.name,
            "label": label_text(step.label, self.locale, step.name),
            "current": self.figure(step.current),
            "reached": None if step.reached is None else self.figure(step.reached),
            "share": _number(step.share),
        }

    def figure(self, figure: Figure) -> dict[str, Any]:
        return {"value": _number(figure.value), "records": self.records(figure.records)}

    def records(self, records: Records | None) -> dict[str, Any] | None:
        """How to list the records behind a figure: an entity, a filter, what they point at."""
        if records is None:
            return None
        return {
            "entity": self.app.entity(records.entity).name,
            "filter": filter_of(self.app, records),
            "of": {path_of(self.app, records.entity, path): str(one) for path, one in records.of},
        }

    def text(self, label: str | Labels | None) -> str | None:
        if label is None or isinstance(label, str):
            return label
        return label_text(label, self.locale, "")


def filter_of(app: App, records: Records) -> str:
    """The condition of some records with present names; empty for all."""
    return expression_to_names(app, records.entity, records.where) if records.parts else ""


def formula_of(app: App, metric: Metric) -> str:
    """A metric's formula with present names: `count(stage == "won") / count(stage.closed)`."""
    return " / ".join(
        measure_text(
            one.aggregate,
            *(
                expression_to_names(app, metric.entity, each)
                for each in (one.of, one.where)
                if each
            ),
        )
        for one in (metric.value, metric.over)
        if one is not None
    )


def measure_text(aggregate: str, *parts: str) -> str:
    """An aggregate as the API writes measures."""
    return f"{aggregate}({', '.join(parts)})"


def path_of(app: App, entity_id: str, path: str) -> str:
    """A path of ids with present names."""
    return expression_to_names(app, entity_id, path)


def _number(value: Decimal | int | date | None) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value
