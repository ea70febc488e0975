"""Names: how one is written, which words are taken, and the nearest name to a misspelt one."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import count

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

_FUNCTIONS = """
today now date day days_since days_until days_between hours_between hours_since months_since
add_days add_months add_hours months_between start_of_day start_of_week start_of_month
start_of_quarter start_of_year year month weekday
len lower upper trim contains starts_with ends_with concat
abs round floor ceil min_of max_of coalesce is_empty has_tag me my_team
count count_distinct sum avg median min max any all first last
rank share percentile quantile
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Functions of the expression language, those that are planned included."""

WORDS = frozenset({"parent", "by", "none", "true", "false", "null", "self", "this", "record"})
"""Other words that the language keeps for itself."""

RESERVED = FUNCTIONS | WORDS | frozenset(word.lower() for word in keyword.kwlist)
"""What no entity, field, inverse or property may be called."""

MAX_BYTES = 60
"""Longest identifier of a database, in bytes (PostgreSQL cuts at 63)."""


def is_reserved(name: str) -> bool:
    """Whether a name belongs to the language: a function, a keyword, `parent` ..."""
    return name.lower() in RESERVED


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was most likely meant, or None when none is near."""
    return _nearest(name.lower(), tuple(candidates))


@lru_cache(maxsize=256)
def _nearest(name: str, candidates: tuple[str, ...]) -> str | None:
    """What many places misname alike is looked for once."""
    known = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return known[found[0]] if found else None


def free_id(wanted: str, taken: Collection[str]) -> str:
    """The first of `ids_for` that is not taken."""
    return next(one for one in ids_for(wanted) if one not in taken)


def ids_for(wanted: str) -> Iterator[str]:
    """`wanted`, then with `_2`, `_3` ... behind it for when that id is taken for ever."""
    yield wanted
    for number in count(2):
        yield f"{wanted[: 39 - len(str(number))]}_{number}"
