"""The functions of the language; importing this package registers those that ship."""

from . import calendar_functions, choices, numbers, periods, rounding, texts
from .registry import (
    AS_OF,
    GROUPS,
    Example,
    Function,
    Operation,
    function_named,
    functions,
    register,
)
from .special import Special, described

__all__ = [
    "AS_OF",
    "GROUPS",
    "Example",
    "Function",
    "Operation",
    "Special",
    "calendar_functions",
    "choices",
    "described",
    "function_named",
    "functions",
    "numbers",
    "periods",
    "register",
    "rounding",
    "texts",
]
