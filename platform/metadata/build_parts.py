"""Parts that all builders share: names, labels, options and exact bounds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .model import Labels


def labels(value: Any) -> Labels:
    """Text by locale; one text for all stands under `en`, to which every locale falls back."""
    if isinstance(value, str):
        return {"en": value}
    return dict(value) if isinstance(value, Mapping) else {}


def named(data: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that everything named shares, as arguments of its model."""
    return {
        "id": data["id"],
        "name": data["name"],
        "label": labels(data.get("label")),
        "description": labels(data.get("description")),
        "aliases": tuple(data.get("aliases", ())),
        "archived": bool(data.get("archived", False)),
    }


def exact(value: Any) -> Decimal | None:
    """A bound of a document (a number or a decimal text) as Decimal."""
    return None if value is None else Decimal(str(value))


def option(data: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that options, tags, stages and bands share, as arguments of their model."""
    properties = dict(data.get("properties", {}))
    return {**named(data), "color": data.get("color"), "properties": properties}
