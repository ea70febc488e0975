"""Text of many lines."""

from __future__ import annotations

from typing import ClassVar

from .base import EMPTY, TEXT
from .text import TextType

DEFAULT_LENGTH = 10_000


class LongTextType(TextType):
    """Text with line breaks, at most `max_length` characters."""

    name = "long_text"
    widget = "textarea"
    operators: ClassVar[tuple[str, ...]] = (*TEXT, *EMPTY)
    widens_to = frozenset()
    default_length = DEFAULT_LENGTH
