"""The functions of the language; importing this package registers those that ship."""

from . import (
    branches,
    calendar_functions,
    choices,
    numbers,
    periods,
    pieces,
    rounding,
    spans,
    texts,
    working_days,
    written,
)
from .operators import OPERATORS, Operator
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
    "OPERATORS",
    "Example",
    "Function",
    "Operation",
    "Operator",
    "Special",
    "branches",
    "calendar_functions",
    "choices",
    "described",
    "function_named",
    "functions",
    "numbers",
    "periods",
    "pieces",
    "register",
    "rounding",
    "spans",
    "texts",
    "working_days",
    "written",
]
