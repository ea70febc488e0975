"""The functions of the language; importing this package registers those that ship."""

from . import calendar_functions, choices, numbers, rounding, texts
from .registry import Function, Operation, function_named, functions, register
from .special import Special, described

__all__ = [
    "Function",
    "Operation",
    "Special",
    "calendar_functions",
    "choices",
    "described",
    "function_named",
    "functions",
    "numbers",
    "register",
    "rounding",
    "texts",
]
