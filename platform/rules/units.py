"""Units of durations: which may meet, what arithmetic makes of them, and what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..metadata.messages import render
from ..metadata.problems import Fix
from .ir import Call, Constant, If, Typed
from .types import Type, Words

if TYPE_CHECKING:
    from .functions.registry import Place, Typing

UNITS = ("year", "month", "week", "day", "working_day", "hour", "minute")
_FACTORS = {
    ("year", "month"): 12,
    ("week", "day"): 7,
    ("week", "hour"): 168,
    ("day", "hour"): 24,
    ("day", "minute"): 1440,
    ("hour", "minute"): 60,
}
"""How many of the second are one of the first: those that are always the same."""
_ABOUT = {("day", 30), ("day", 31), ("day", 365), ("day", 366), ("month", 3)}
"""What days are divided by to count months or years nearly: what comes out has no unit."""
_INSTEAD = {
    "year": "years_between(from, to)",
    "month": "months_between(from, to)",
    "week": "days_between(from, to)",
    "day": "days_between(from, to)",
    "working_day": "workdays_between(from, to)",
    "hour": "hours_between(from, to)",
    "minute": "minutes_between(from, to)",
}
_FINEST = ("minute", "hour", "day", "week", "month", "working_day", "year")
_FOLLOWING = re.compile(
    r"\s*-?\s*(?:(?:working |calendar |business )?(?:days?|hours?|months?|weeks?|years?|minutes?|"
    r"quarters?|d|h|hrs?|mins?)\b|个?(?:工作日|自然日|天|日|小时|钟头|时|月|年|周|星期|季|分))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UnitWords:
    """What a unit is called in sentences, in the plural where a language has one."""

    unit: str

    def text(self, locale: str) -> str:
        return render(f"unit.name.{self.unit}", locale)


def with_unit(value: str, unit: str, locale: str) -> str:
    """A number that is written already with its unit: `51 days`, `1 day`, `51 天`."""
    one = ".one" if value in ("1", "-1") and locale == "en" else ""
    return render(f"unit.value.{unit}{one}", locale, {"value": value})


def is_named_in(text: str) -> bool:
    """Whether a text that follows a value begins with a unit, so that it need not be said twice."""
    return _FOLLOWING.match(text) is not None


def plain(type_: Type) -> Type:
    """The same type without its unit."""
    return replace(type_, unit=None) if type_.unit else type_


def common(typing: Typing, items: tuple[Typed, ...], at: Place) -> str | None:
    """The unit of values that meet; a plain number takes that of the others, others are doubted."""
    found: str | None = None
    for item in items:
        unit = item.type.unit
        if unit is not None and found is not None and unit != found:
            doubt_mixed(typing, at, found, unit, items)
        found = found or unit
    if found is not None and any(item.type.kind == "money" for item in items):
        typing.doubt("unit.money", at, unit=UnitWords(found))
        return None
    return found


def meeting(item: Typed, unit: str | None) -> Typed:
    """A constant beside a duration, read in the duration's unit; anything else as it is."""
    if unit is None or item.type.kind != "number" or not isinstance(item, Constant):
        return item
    return replace(item, type=replace(item.type, unit=unit))


def doubt_mixed(
    typing: Typing, at: Place, first: str, second: str, items: tuple[Typed, ...]
) -> None:
    """Tell that two units meet, and how one becomes the other."""
    names: dict[str, Any] = {"first": UnitWords(first), "second": UnitWords(second)}
    for large, small in ((first, second), (second, first)):
        factor = _FACTORS.get((large, small))
        if factor is not None:
            typing.doubt(
                "unit.convert",
                at,
                _converted(items, large, factor),
                **names,
                large=UnitWords(large),
                small=UnitWords(small),
                factor=factor,
            )
            return
    finer = min(first, second, key=_FINEST.index)
    typing.doubt("unit.differ", at, **names, finer=UnitWords(finer), instead=_INSTEAD[finer])


def _converted(items: tuple[Typed, ...], unit: str, factor: int) -> Fix | None:
    """The one item in a unit times a factor, where nothing of it binds more loosely."""
    found = [one for one in items if one.type.unit == unit]
    if len(found) != 1 or isinstance(found[0], If):
        return None
    if isinstance(found[0], Call) and not found[0].operation.name.isidentifier():
        return None
    return Fix(found[0].end, found[0].end, (f" * {factor}",))


def calculated(typing: Typing, at: Place, operator: str, a: Typed, b: Typed) -> str | None:
    """The unit of what an operator makes of two numbers; what has no meaning is doubted."""
    if a.type.unit is None and b.type.unit is None:
        return None
    if operator in ("+", "-", "%"):
        return common(typing, (a, b), at)
    if operator == "*":
        return _product(typing, at, a, b)
    if b.type.unit is None:
        return _divided(a, b) if b.type.kind == "number" else None
    if a.type.unit is not None and a.type.unit != b.type.unit:
        doubt_mixed(typing, at, a.type.unit, b.type.unit, (a, b))
    return None


def _product(typing: Typing, at: Place, a: Typed, b: Typed) -> str | None:
    if "money" in (a.type.kind, b.type.kind):
        return None
    if a.type.unit is not None and b.type.unit is not None:
        names: dict[str, Any] = {
            "first": UnitWords(a.type.unit),
            "second": UnitWords(b.type.unit),
        }
        typing.doubt("unit.product", at, **names)
        return None
    item, other = (a, b) if a.type.unit is not None else (b, a)
    factor = _literal(other)
    for (large, small), one in _FACTORS.items():
        if (large, one) == (item.type.unit, factor):
            return small
    return item.type.unit


def _divided(a: Typed, b: Typed) -> str | None:
    factor = _literal(b)
    if (a.type.unit, factor) in _ABOUT:
        return None
    for (large, small), one in _FACTORS.items():
        if (small, one) == (a.type.unit, factor):
            return large
    return a.type.unit


def _literal(item: Typed) -> int | None:
    """The whole number that is written, or None."""
    if not isinstance(item, Constant) or item.type.kind != "number" or item.type.scale:
        return None
    return None if item.value is None else int(item.value)


def takes(typing: Typing, item: Typed, unit: str, signature: str) -> None:
    """Doubt an argument that is an amount of money or a duration in another unit."""
    if item.type.unit in (None, unit) and item.type.kind != "money":
        return
    found = UnitWords(item.type.unit) if item.type.unit else Words.of(item.type)
    typing.doubt("unit.argument", item, signature=signature, wanted=UnitWords(unit), found=found)
