"""Witness: says the conditions of one record, with the values that it has now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ...metadata.model import App
from ..formats import Formats
from ..ir import Typed
from ..messages import shown
from .conditions import Conditions
from .labels import Readable

Titles = Callable[[str, Sequence[int]], Mapping[int, str]]
"""The titles of records of an entity by id, of those that the reader may see."""


def no_titles(entity_id: str, ids: Sequence[int]) -> Mapping[int, str]:
    """Nobody's titles are known."""
    return {}


class Witness(Conditions):
    """Speaks of one record: a limit that is read from it is said as the value that it has."""

    def __init__(
        self,
        app: App,
        locale: str,
        zone: ZoneInfo,
        readable: Readable | None,
        titles: Titles,
        limits: Mapping[Typed, Any],
    ) -> None:
        manifest = app.manifest
        formats = Formats(locale, zone, manifest.currency, manifest.money_scale)
        super().__init__(app, formats, readable)
        self.zone = zone
        self.titles = titles
        self.limits = limits

    def known(self, node: Typed) -> str | None:
        if node not in self.limits:
            return None
        value = self.limits[node]
        if value is None:
            return None
        if isinstance(value, int | Decimal) and node.type.numeric and node.type.kind != "money":
            if self.is_share(node):
                return self.formats.percent(Decimal(value))
            return self.formats.number(value)
        return in_words(self.app, node, value, self.locale, self.zone, self.titles) or None


def in_words(app: App, node: Typed, value: Any, locale: str, zone: ZoneInfo, titles: Titles) -> str:
    """A value that a part came to: labels, titles of records, dates and amounts."""
    formats = Formats(locale, zone, app.manifest.currency, app.manifest.money_scale)
    speaker = Conditions(app, formats)
    if node.type.kind == "reference" and isinstance(value, int):
        return titles(node.type.entity or "", [value]).get(value, "")
    if isinstance(value, Decimal) and node.type.kind == "number" and speaker.is_share(node):
        return formats.percent(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and node.type.unit is None:
        money = node.type.kind == "money"
        return formats.money(value, exact=True) if money else formats.number(value)
    return shown(app, value, node.type, locale, zone)
