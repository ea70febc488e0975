"""Building metrics and dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .build_parts import named
from .model import Card, Dashboard, Measured, Metric


def metric(data: Mapping[str, Any]) -> Metric:
    """A metric with its parts."""
    return Metric(
        **named(data),
        entity=data["entity"],
        value=_measured(data["value"]),
        over=_measured(data["over"]) if "over" in data else None,
        filter=data.get("filter"),
        date=data.get("date"),
        unit=data.get("unit", "number"),
        direction=data.get("direction", "up"),
        change=data.get("change", "relative"),
    )


def dashboard(data: Mapping[str, Any]) -> Dashboard:
    """A dashboard with its cards."""
    cards = tuple(_card(one) for one in data["cards"])
    return Dashboard(**named(data), period=data.get("period", "this_month"), cards=cards)


def _measured(data: Mapping[str, Any]) -> Measured:
    return Measured(aggregate=data["aggregate"], of=data.get("of"), where=data.get("where"))


def _card(data: Mapping[str, Any]) -> Card:
    return Card(
        **named(data),
        type=data["type"],
        width=int(data.get("width", 3)),
        metric=data.get("metric"),
        entity=data.get("entity"),
        group=data.get("group"),
        across=data.get("across"),
        metrics=tuple(data.get("metrics", ())),
        date=data.get("date"),
        filter=data.get("filter"),
        top=int(data.get("top", 10)),
    )
