"""Telling: what verifying found, as programs read it from the command line and the API."""

from __future__ import annotations

from typing import Any

from .verifying import Verified


def as_json(found: Verified) -> dict[str, Any]:
    """What was found as JSON; `fault` is null where nothing is wrong."""
    fault = found.fault
    return {
        "entries": found.entries,
        "link": found.link.hex(),
        "erased": found.erased,
        "unsealed": found.unsealed,
        "fault": fault
        and {
            "kind": fault.kind,
            "table": fault.table,
            "row": str(fault.row),
            "entry": fault.entry,
            "change_set": None if fault.change_set is None else str(fault.change_set),
        },
    }
