"""Merges: two records of an entity become one, with all that points there; and back again."""

from .desk import Left, Merge, get, left, survivor
from .filling import Side
from .merging import merge
from .undo import undo

__all__ = ["Left", "Merge", "Side", "get", "left", "merge", "survivor", "undo"]
