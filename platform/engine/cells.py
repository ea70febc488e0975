"""Cells of a CSV that leaves the house: no spreadsheet computes what somebody typed into a record.

A text that a spreadsheet would take for a formula gets an apostrophe in front, and reading takes
that away again. One that begins as if it had got one gets another, so that any text comes back.
Cells are read without the space around them; a text that begins or ends with space gets an
apostrophe as well, under which it is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARK = "'"
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARKED = re.compile(rf"{_MARK}+(?:{'|'.join(map(re.escape, _COMPUTED))})", re.DOTALL)
_SPACED = re.compile(rf"({_MARK}*)(\s.*|.*\s)", re.DOTALL)
_NUMBER = re.compile(r"[-+][0-9][0-9 .,:]*%?", re.ASCII)


def defused(text: str) -> str:
    """A text as a cell that nothing computes; numbers with a sign are no formulas."""
    if text.startswith(_COMPUTED):
        return text if _NUMBER.fullmatch(text) else _MARK + text
    return _MARK + text if text.startswith(_MARK) and _MARKED.match(text) else text


def defused_row(texts: Iterable[object]) -> list[object]:
    """A row of which every text is `defused`."""
    return [defused(one) if isinstance(one, str) else one for one in texts]


def plain(cell: str) -> str:
    """The text of a cell that `defused` may have written."""
    return cell[1:] if cell.startswith(_MARK) and _MARKED.match(cell) else cell


def exact(text: str) -> str:
    """A text as a cell that is read as this text, space around it included."""
    return _MARK + text if _SPACED.fullmatch(text) else text


def is_exact(cell: str) -> bool:
    """Whether a cell is one that `exact` marked."""
    return cell.startswith(_MARK) and _SPACED.fullmatch(cell) is not None


def meant(cell: str) -> str:
    """The text of a cell that `exact` marked."""
    return cell[1:]
