"""The functions of the language; importing this package lets in those that ship (`door`)."""

from . import door
from .door import load_plugins
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
    register_sqlite,
)
from .special import Special, described

door.load_shipped()

__all__ = [
    "AS_OF",
    "GROUPS",
    "OPERATORS",
    "Example",
    "Function",
    "Operation",
    "Operator",
    "Special",
    "described",
    "function_named",
    "functions",
    "load_plugins",
    "register",
    "register_sqlite",
]
