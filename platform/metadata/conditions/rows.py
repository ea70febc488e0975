"""Rows: a field, an operator and values; groups of them, two deep, joined by "and" or "or"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final, Literal

Joined = Literal["and", "or"]

MOST_ROWS: Final = 50


class Word(Enum):
    """A value that is known only when the condition is asked."""

    TODAY = "today()"
    NOW = "now()"
    ME = "me()"
    MY_TEAM = "my_team()"


Value = str | Decimal | bool | date | Word

SIGNS: Final = {
    "is": "==",
    "is_not": "!=",
    "above": ">",
    "at_least": ">=",
    "below": "<",
    "at_most": "<=",
}
"""Operators of one value that stand between it and the field."""
AMONG: Final = {"among": "in", "not_among": "not in"}
"""Operators of several constants."""
TAGGED: Final = {"tagged": "in", "not_tagged": "not in"}
"""Operators of one text that stands before the field."""
TEXTS: Final = {"contains": "contains", "starts": "starts_with", "ends": "ends_with"}
"""Operators of one text that are functions; each has an opposite, `not_contains`."""
EMPTIES: Final = {"empty": "is", "filled": "is not"}
WITHIN: Final = {"last_days": "days_since", "next_days": "days_until"}
"""Operators of a number of days, today among them."""
BEYOND: Final = {"over_days": "days_since", "after_days": "days_until"}
UNITS: Final = {
    "week": ("add_days", 7),
    "month": ("add_months", 1),
    "quarter": ("add_months", 3),
    "year": ("add_months", 12),
}
TURNS: Final = {"this": 0, "last": -1, "next": 1}
"""Operators without a value such as `this_week` and `last_month`, each a turn and a unit."""


@dataclass(frozen=True, slots=True)
class Row:
    """One condition: `path` is a field or a path over references, as the expression names it.

    With `day` a time is compared by its day. The operator decides how many values there are.
    """

    path: str
    operator: str
    values: tuple[Value, ...] = ()
    day: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A condition that no row can hold, as it is written."""

    code: str


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by one word; at the top there may be groups among them, below only rows."""

    joined: Joined = "and"
    items: tuple[Item, ...] = ()


Item = Row | Written | Group


def normal(group: Group) -> Group:
    """The same conditions without groups of one or none; what reading an expression gives."""
    items: list[Item] = []
    for item in group.items:
        if isinstance(item, Group):
            items.extend((item,) if len(item.items) > 1 else item.items)
        else:
            items.append(item)
    if len(items) == 1 and isinstance(items[0], Group):
        return items[0]
    return Group(group.joined if len(items) > 1 else "and", tuple(items))


def rows(group: Group) -> Iterator[Row | Written]:
    """All conditions, in order."""
    for item in group.items:
        if isinstance(item, Group):
            yield from rows(item)
        else:
            yield item
