"""Versions: which of two is newer, as semantic versioning orders them."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 40
_NUMBER = r"(0|[1-9][0-9]*)"
_MARK = rf"({_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_MARK}(\.{_MARK})*)?")
Order = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def is_version(text: str) -> bool:
    """Whether a text is a version as it is written in one way only: no zeros before a number."""
    return len(text) <= LONGEST and _VERSION.fullmatch(text) is not None


def order(version: str) -> Order:
    """What sorts versions (`1.10.0`, `2.0.0-rc.1`) from the oldest to the newest."""
    core, _, early = version.partition("-")
    marks = tuple(
        (False, int(one), "") if one.isdecimal() else (True, 0, one)
        for one in (early.split(".") if early else ())
    )
    return tuple(int(one) for one in core.split(".")), not early, marks


def newest(versions: Iterable[str]) -> str:
    """The newest version, of those that are no pre-releases where there is one."""
    return max(versions, key=lambda one: ("-" not in one, order(one)))
