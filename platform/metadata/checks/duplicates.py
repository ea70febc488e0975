"""Duplicate keys: comparisons that fit their fields, and something that records are found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..problems import Problem
from ..shown_names import TypeNames
from .context import Checking, Data, live, problem

_OF: Final[Mapping[str, str]] = {"phone": "phone", "name": "text"}
"""The type of field that is compared in a way that only this one can be."""


def check_duplicates(checking: Checking) -> Iterator[Problem]:
    """Every live duplicate key of an entity."""
    for document in checking.kind("entity"):
        fields = {one["id"]: one for _, one in live(document.data["fields"])}
        for index, key in live(document.data.get("duplicates")):
            here = f"/duplicates/{index}/compare"
            seen: set[str] = set()
            for place, one in enumerate(key["compare"]):
                if one["field"] in seen:
                    yield problem(document, f"{here}/{place}/field", "duplicates.field_twice")
                seen.add(one["field"])
                for at, found, params in _wrong(fields.get(one["field"]), one):
                    yield problem(document, f"{here}/{place}/{at}", found, **params)
            known = [
                (fields[one["field"]], one) for one in key["compare"] if one["field"] in fields
            ]
            if known and not any(_finds(*one) for one in known):
                name = known[0][0]["name"]
                yield problem(document, here, "duplicates.nothing_to_find_by", name=name)


def _wrong(field: Data | None, one: Data) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    how = one.get("how", "same")
    wanted = _OF.get(how)
    if field is not None and wanted is not None and field["type"] != wanted:
        types = {"type": TypeNames(field["type"]), "wanted": TypeNames(wanted)}
        yield "how", "duplicates.how_type", {"name": field["name"], "how": how, **types}
    if how != "name" and "at_least" in one:
        yield "at_least", "duplicates.at_least_of_names", {"how": how}


def _finds(field: Data, one: Data) -> bool:
    """Whether records that may agree are found by this field, by an index of its values."""
    return bool(field.get("search") or (field.get("unique") and one.get("how") != "name"))
