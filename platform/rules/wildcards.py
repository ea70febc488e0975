"""Patterns of `matches`: `?` is one character, `*` any number of them, `#` a digit 0 to 9.

Everything else means itself, and the whole text has to fit. The pattern is cut at its stars, and
each piece is found at the first place where it fits: no backtracking, however hostile the pattern.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 200
"""Characters that a pattern may have."""
_ANY = {"?": ".", "#": "[0-9]"}


def fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern; both are folded where case does not count."""
    first, *rest = _pieces(pattern)
    begun = first.match(text)
    if begun is None:
        return False
    if not rest:
        return begun.end() == len(text)
    at = begun.end()
    *between, last = rest
    for piece in between:
        found = piece.search(text, at)
        if found is None:
            return False
        at = found.end()
    # A piece has a fixed length, so that the last one can only stand at the very end.
    tail = len(text) - _length(pattern)
    return tail >= at and last.match(text, tail) is not None


@lru_cache(maxsize=512)
def _pieces(pattern: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_written(piece), re.DOTALL) for piece in pattern.split("*"))


def _length(pattern: str) -> int:
    """The characters behind the last star."""
    return len(pattern) - pattern.rfind("*") - 1


def _written(piece: str) -> str:
    return "".join(_ANY.get(char) or re.escape(char) for char in piece)


def regular(pattern: str) -> str:
    """The pattern as a regular expression of PostgreSQL for the whole text."""
    marks = {**_ANY, "*": ".*"}
    return f"^{''.join(marks.get(char) or _plain(char) for char in pattern)}$"


def _plain(char: str) -> str:
    return f"\\{char}" if char.isascii() and not char.isalnum() and char.isprintable() else char
