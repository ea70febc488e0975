"""Cells of a CSV that leaves the house: no spreadsheet computes what somebody typed into a record.

A text that a spreadsheet would take for a formula gets an apostrophe in front, and reading takes
that away again. One that begins as if it had got one gets another, so that any text comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARK = "'"
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARKED = re.compile(rf"{_MARK}+(?:{'|'.join(map(re.escape, _COMPUTED))})", re.DOTALL)
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
