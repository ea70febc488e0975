"""Left records: what of the reasons why a record was left needs no saying."""

from __future__ import annotations

from collections.abc import Mapping


def plain(reason: Mapping[str, str]) -> bool:
    """Whether the title above the records says it: they were changed since, by whomever."""
    return reason.get("id") == "record.stale"
