"""Fail points: named places where a test may kill the process, to see what is left behind."""

from __future__ import annotations

import os

_hits: dict[str, int] = {}


def hit(name: str) -> None:
    """Say that the work has come to `name`; every multi-step work does so after each commit.

    With FIELDSTONE_ENV=test and FIELDSTONE_FAIL_AT=name:n the n-th hit (from 1) ends the process
    at once, as kill -9 would. Otherwise nothing happens.
    """
    wanted = os.environ.get("FIELDSTONE_FAIL_AT")
    if not wanted or os.environ.get("FIELDSTONE_ENV") != "test":
        return
    point, _, count = wanted.partition(":")
    if point != name:
        return
    _hits[name] = _hits.get(name, 0) + 1
    if _hits[name] == int(count or 1):
        os._exit(137)
