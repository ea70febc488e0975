"""Likeness: normal forms of values, how alike two of them are, and texts that the like share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from rapidfuzz import fuzz

from ...metadata.model import Comparison
from ..search_terms import fold, searchable

_FORMS: Final = re.compile(
    "有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司|分公司|公司|集团|股份"
    r"|\b(?:co|company|corp|corporation|inc|incorporated|limited|llc|ltd|plc|gmbh|ag|sa|bv)\b"
)
"""Forms of companies, which are often left out. Put together by hand from common knowledge."""
_SHORTEST, _SHORTEST_OF_LETTERS = 2, 4
"""Characters of a part of a name: two letters of an alphabet would find half of all names."""


def alike(one: Comparison, left: Any, right: Any) -> int | None:
    """How alike two values are in percent, or None where they do not agree; empty ones never do."""
    if left in (None, "") or right in (None, ""):
        return None
    if one.how == "name":
        return _similarity(str(left), str(right), one.at_least)
    same = _normal(one, left) == _normal(one, right)
    return 100 if same else None


def texts_of(one: Comparison, value: Any) -> tuple[str, ...]:
    """Texts in the index of searched values, one of which every value has that agrees with this.

    Of two names that differ by so few characters, one of as many parts and one more is the same in
    both, so the parts are looked for. Short names and words of letters are found by their whole.
    """
    if one.how == "phone":
        return (searchable(_normal(one, value), digits=True),)
    if one.how == "same":
        return (searchable(value),)
    runs = _core(str(value)).split()
    length = sum(map(len, runs))
    # So many characters of either may be missing in the other, however long that one is.
    edits = (100 - one.at_least) * 2 * length // one.at_least
    return tuple(dict.fromkeys(part for run in runs for part in _parts(run, edits, length)))


def _similarity(left: str, right: str, at_least: int) -> int | None:
    ours, theirs = _core(left).replace(" ", ""), _core(right).replace(" ", "")
    score = int(fuzz.ratio(ours, theirs))
    return score if score >= at_least else None


def _normal(one: Comparison, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if one.how == "phone":
        return value.partition(";")[0]
    return " ".join(fold(value).split())


@lru_cache(maxsize=4096)
def _core(name: str) -> str:
    """A name without forms of companies; spaces part what was not side by side."""
    folded = fold(name)
    apart = "".join(one if one.isalnum() else " " for one in folded)
    core = " ".join(_FORMS.sub(" ", apart).split())
    return core or " ".join(apart.split())


def _parts(run: str, edits: int, length: int) -> Iterator[str]:
    """A run of characters in parts: its share of one more than the characters that may differ."""
    shortest = _SHORTEST_OF_LETTERS if run.isascii() else _SHORTEST
    count = max(1, min(len(run) // shortest, -(-(edits + 1) * len(run) // length)))
    for at in range(count):
        yield run[at * len(run) // count : (at + 1) * len(run) // count]
