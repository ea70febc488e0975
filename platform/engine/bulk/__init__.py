"""Bulk: one change of many chosen records, done in chunks, that can be stopped and taken back."""

from .chosen import MOST_IDS, Chosen, Counted, Old, counted, old_values
from .desk import AT_ONCE, MOST, OVER, WORKING, Bulk, Row, change, get, rows, stop, undo
from .run import KINDS, do
from .telling import PAGE

__all__ = [
    "AT_ONCE",
    "KINDS",
    "MOST",
    "MOST_IDS",
    "OVER",
    "PAGE",
    "WORKING",
    "Bulk",
    "Chosen",
    "Counted",
    "Old",
    "Row",
    "change",
    "counted",
    "do",
    "get",
    "old_values",
    "rows",
    "stop",
    "undo",
]
