"""Exact numbers: reading integers and decimals without ever passing through a float."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ..model import Field
from .base import narrow, refuse

DIGITS = 15
"""Digits of a number in all, before and after the point."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{0,40})?")


def number(value: Any, problem: str = "value.not_number") -> Decimal:
    """The exact number of a text, an integer or a Decimal; a float only where it is whole."""
    if isinstance(value, bool):
        refuse(problem)
    if isinstance(value, int):
        return _bounded(value)
    if isinstance(value, float):
        if value != value or not value.is_integer() or abs(value) >= 10**DIGITS:
            refuse(problem)
        return Decimal(int(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            refuse(problem)
        return value
    if not isinstance(value, str):
        refuse(problem)
    text = narrow(value).replace("−", "-")
    if not _NUMBER.fullmatch(text):
        refuse(problem)
    return Decimal(text.replace(",", ""))


def _bounded(value: int) -> Decimal:
    if abs(value) >= 10**DIGITS:
        refuse("value.too_many_digits", digits=DIGITS)
    return Decimal(value)


def scaled(value: Decimal, scale: int) -> Decimal:
    """The number with exactly `scale` digits after the point; raises where it does not fit."""
    if value and value.adjusted() >= DIGITS - scale:
        refuse("value.too_many_digits", digits=DIGITS - scale)
    if value and value.adjusted() < -DIGITS * 3:
        refuse("value.scale", scale=scale)
    fitted = value.quantize(_unit(scale))
    if fitted != value:
        refuse("value.whole" if scale == 0 else "value.scale", scale=scale)
    return fitted if fitted else abs(fitted)


@lru_cache(maxsize=64)
def _unit(scale: int) -> Decimal:
    return Decimal(1).scaleb(-scale)


def within(field: Field, value: Decimal, shown: Any = None) -> None:
    """Refuse a number below the field's `min` or above its `max`."""
    show = shown or (lambda bound: format(bound, "f"))
    if field.min is not None and value < field.min:
        refuse("value.too_small", limit=show(field.min))
    if field.max is not None and value > field.max:
        refuse("value.too_large", limit=show(field.max))
