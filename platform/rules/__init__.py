"""The meaning of expressions, and what is decided with it, as pure functions."""

from pathlib import Path as _Path

from ..metadata import messages as _messages
from .columns import Columns
from .context import Context
from .evaluate import evaluate
from .expression import (
    Expression,
    compile_expression,
    formula_expression,
    value_type,
)
from .records import RecordSource
from .to_sql import to_sql

_messages.add_catalogue(_Path(__file__).parent / "locale")

__all__ = [
    "Columns",
    "Context",
    "Expression",
    "RecordSource",
    "compile_expression",
    "evaluate",
    "formula_expression",
    "to_sql",
    "value_type",
]
