"""Whether two typed expressions mean the same: all of them but the places of their text."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from fieldstone.rules.functions.registry import Operation
from fieldstone.rules.ir import Step, Typed

_TOLD = ("start", "end", "written")
"""What is only for telling people."""


def same(one: Any, other: Any) -> bool:
    """Whether two typed forms are equal, wherever they stand in their texts."""
    if isinstance(one, Typed | Step) and type(one) is type(other):
        names = [each.name for each in fields(one) if each.name not in _TOLD]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Operation):
        return one is other
    return type(one) is type(other) and bool(one == other)
