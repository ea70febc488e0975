"""Shares of a whole: shown as per cent, kept as a fraction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ..json_text import number_text
from ..model import Field
from .base import narrow
from .decimal import DecimalType
from .exact import number, scaled, within

SCALE = 4
"""Digits of the fraction: 0.1525 is 15.25 %."""


def shown(value: Decimal) -> str:
    """A fraction as people read it: `15.25%`."""
    return f"{number_text(value * 100)}%"


class PercentType(DecimalType):
    """A fraction: "15%" and "0.15" are both kept as 0.15."""

    name = "percent"
    widget = "percent"
    widens_to = frozenset({"decimal"})

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        if isinstance(value, str) and narrow(value).endswith("%"):
            exact = number(narrow(value)[:-1]).scaleb(-2)
        else:
            exact = number(value)
        exact = scaled(exact, field.scale)
        within(field, exact, shown)
        return exact
