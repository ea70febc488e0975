"""The functions of the language; importing this package registers those that ship."""

from . import calendar_functions, choices, numbers, texts
from .registry import Function, Operation, function_named, functions, register

__all__ = [
    "Function",
    "Operation",
    "calendar_functions",
    "choices",
    "function_named",
    "functions",
    "numbers",
    "register",
    "texts",
]
