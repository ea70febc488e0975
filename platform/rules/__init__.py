"""The meaning of expressions, and what is decided with it, as pure functions."""

from pathlib import Path as _Path

from ..metadata import messages as _messages
from .check import check
from .columns import Columns
from .context import Context
from .evaluate import evaluate
from .evaluate_all import evaluate_all
from .explain import Explanation, explain
from .expression import (
    Expression,
    compile_expression,
    formula_expression,
)
from .messages import Message, compile_message, message_text, shown
from .narrowing import narrowed
from .over_table import OverTable, over_table
from .records import RecordSource
from .sentences import sentence
from .sql.joined import Joins
from .to_sql import to_sql

_messages.add_catalogue(_Path(__file__).parent / "locale")
_messages.add_catalogue(_Path(__file__).parent / "sentences" / "locale")

__all__ = [
    "Columns",
    "Context",
    "Explanation",
    "Expression",
    "Joins",
    "Message",
    "OverTable",
    "RecordSource",
    "check",
    "compile_expression",
    "compile_message",
    "evaluate",
    "evaluate_all",
    "explain",
    "formula_expression",
    "message_text",
    "narrowed",
    "over_table",
    "sentence",
    "shown",
    "to_sql",
]
