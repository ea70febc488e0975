"""Conditions as the builder holds them: rows in groups, read from expressions and written so."""

from .reading import leaf, read
from .rows import (
    MOST_ROWS,
    Group,
    Item,
    Joined,
    Row,
    Value,
    Word,
    Written,
    normal,
    rows,
)
from .writing import write

__all__ = [
    "MOST_ROWS",
    "Group",
    "Item",
    "Joined",
    "Row",
    "Value",
    "Word",
    "Written",
    "leaf",
    "normal",
    "read",
    "rows",
    "write",
]
