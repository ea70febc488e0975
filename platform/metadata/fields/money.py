"""Amounts of money in the currency of the app."""

from __future__ import annotations

from .decimal import DecimalType


class MoneyType(DecimalType):
    """An exact amount with as many digits after the point as the app keeps for money."""

    name = "money"
    widget = "money"
    widens_to = frozenset({"decimal"})
