"""Messages: literal text with `{{ expression }}` parts, read by the same parser."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from . import limits
from .lexer import refuse, tokens
from .parse import parse_tokens
from .tree import Node

OPEN, CLOSE = "{{", "}}"


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is shown as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """An expression within a message: its own text, without the braces, and where that begins.

    The positions of `node` count in the whole message.
    """

    text: str
    start: int
    node: Node


Part = Literal | Embedded


@lru_cache(maxsize=512)
def parse_message(text: str) -> tuple[Part, ...]:
    """The parts of a message, in order; raises ProblemsError with the position of what is wrong."""
    if len(text) > limits.MESSAGE:
        raise refuse("expression.too_long", limits.MESSAGE, limit=limits.MESSAGE)
    parts: list[Part] = []
    at = 0
    while (opened := text.find(OPEN, at)) >= 0:
        if opened > at:
            parts.append(Literal(text[at:opened]))
        part, at = _embedded(text, opened)
        parts.append(part)
    if at < len(text):
        parts.append(Literal(text[at:]))
    return tuple(parts)


def _embedded(text: str, opened: int) -> tuple[Embedded, int]:
    start = opened + len(OPEN)
    found = tokens(text, start, CLOSE)
    end = found[-1].start
    if not text.startswith(CLOSE, end):
        raise refuse("expression.message_open", opened)
    if end - start > limits.CHARACTERS:
        raise refuse("expression.too_long", start + limits.CHARACTERS, limit=limits.CHARACTERS)
    return Embedded(text[start:end], start, parse_tokens(found)), end + len(CLOSE)
