"""Left records: which reason of leaving one the pages tell in words of their own."""

from __future__ import annotations

from collections.abc import Mapping


def plain(reason: Mapping[str, str]) -> bool:
    """Whether it is only that the record was changed since: by whomever, also by who undoes."""
    return reason.get("id") == "record.stale"
