"""Modules: what is on has what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from ..problems import Problem
from ..shown_names import ThingName
from .context import Checking, live, problem


def check_modules(checking: Checking) -> Iterator[Problem]:
    """A module that is on needs only modules that are on."""
    modules = checking.space.kind("module").by_id
    for document in checking.kind("app"):
        for index, one in live(document.data.get("modules")):
            for place, needed in enumerate(() if one.get("off") else one.get("needs", ())):
                other = modules.get(needed)
                if other is not None and other.data.get("off") is True:
                    params = {
                        "module": ThingName.of(one["name"], one),
                        "needed": ThingName.of(other.name, other.data),
                    }
                    yield problem(
                        document, f"/modules/{index}/needs/{place}", "module.needs", **params
                    )
