"""The expression language as text and tree: parse, references, rename, messages; no meaning."""

from pathlib import Path as _Folder

from .. import messages as _messages
from .lexer import corrected
from .message import Embedded, Literal, parse_message
from .parse import parse
from .references import AGGREGATES, PARENT, References, Scope, opens_scope, references
from .rename import Member, Names, Renaming, quote, rename, renaming
from .tree import Node

_messages.add_catalogue(_Folder(__file__).parent / "locale")

__all__ = [
    "AGGREGATES",
    "PARENT",
    "Embedded",
    "Literal",
    "Member",
    "Names",
    "Node",
    "References",
    "Renaming",
    "Scope",
    "corrected",
    "opens_scope",
    "parse",
    "parse_message",
    "quote",
    "references",
    "rename",
    "renaming",
]
