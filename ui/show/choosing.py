"""Choosing: how rows of a list are chosen, as a value for its template."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """What a list says so that its rows can be chosen: `fixed` are those that may not be changed.

    `more` says that the list goes on beyond the page, and `all` where to ask how far.
    """

    act: str
    all: str
    more: bool
    fixed: frozenset[int]
    update: bool
    delete: bool
