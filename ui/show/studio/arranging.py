"""Arranging: forms and lists as plain data (in ids), and what each button does to it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from fieldstone.engine.suggested_names import suggested_name

MOST_SECTIONS = 40


class Arranged:
    """One document being arranged; every change keeps what it does not touch."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data: dict[str, Any] = copy.deepcopy(dict(data))

    def move(self, things: list[Any], at: int, by: int) -> None:
        """Move a thing among its siblings; past an end it stays."""
        if 0 <= at < len(things) and 0 <= at + by < len(things):
            things.insert(at + by, things.pop(at))


class ArrangedForm(Arranged):
    """A form: sections with fields in them."""

    @property
    def sections(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.data["sections"]
        return found

    def find(self, field_id: str) -> tuple[list[Any], int] | None:
        """The list that a field stands in, and its place in it."""
        for section in self.sections:
            for at, one in enumerate(section["fields"]):
                if one["field"] == field_id:
                    return section["fields"], at
        return None

    def move_field(self, field_id: str, by: int) -> None:
        """Move a field up or down, also over the edge of its section."""
        live = [one for one in self.sections if not one.get("archived")]
        for number, section in enumerate(live):
            fields = section["fields"]
            at = next((n for n, one in enumerate(fields) if one["field"] == field_id), None)
            if at is None:
                continue
            if 0 <= at + by < len(fields):
                self.move(fields, at, by)
            elif 0 <= number + by < len(live):
                other = live[number + by]["fields"]
                other.insert(len(other) if by < 0 else 0, fields.pop(at))
            return

    def place_field(self, field_id: str, section_id: str, at: int) -> None:
        """Put a field at a place of a section, as dragging does."""
        found = self.find(field_id)
        section = self.section(section_id)
        if found is None or section is None:
            return
        fields, before = found
        one = fields.pop(before)
        section["fields"].insert(max(0, at), one)

    def remove_field(self, field_id: str) -> None:
        found = self.find(field_id)
        if found:
            found[0].pop(found[1])

    def add_field(self, field_id: str, section_id: str) -> None:
        section = self.section(section_id)
        if section is not None and self.find(field_id) is None:
            section["fields"].append({"field": field_id})

    def set_field(self, field_id: str, values: Mapping[str, Any]) -> None:
        """Change the settings of a field's place; empty ones are taken out."""
        found = self.find(field_id)
        if found:
            one = {**found[0][found[1]], **values}
            found[0][found[1]] = {key: value for key, value in one.items() if value}

    def section(self, section_id: str) -> dict[str, Any] | None:
        return next((one for one in self.sections if _id(one) == section_id), None)

    def move_section(self, section_id: str, by: int) -> None:
        at = next((n for n, one in enumerate(self.sections) if _id(one) == section_id), -1)
        self.move(self.sections, at, by)

    def add_section(self, labels: Mapping[str, str]) -> None:
        """Add an empty section at the end."""
        if not labels or len(self.sections) >= MOST_SECTIONS:
            return
        taken = {_id(one) for one in self.sections} | {one["name"] for one in self.sections}
        label = labels.get("en") or next(iter(labels.values()))
        name = suggested_name(label, taken, otherwise="section")
        self.sections.append({"id": name, "name": name, "label": dict(labels), "fields": []})

    def remove_section(self, section_id: str) -> None:
        """Take out a section without fields, unless it is the last."""
        section = self.section(section_id)
        if section is not None and not section["fields"] and len(self.sections) > 1:
            self.sections.remove(section)


class ArrangedList(Arranged):
    """A list: its columns, which records it shows, and their order."""

    @property
    def columns(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.data["columns"]
        return found

    def _at(self, path: str) -> int:
        return next((n for n, one in enumerate(self.columns) if one["field"] == path), -1)

    def move_column(self, path: str, by: int) -> None:
        self.move(self.columns, self._at(path), by)

    def remove_column(self, path: str) -> None:
        """Take out a column, unless it is the last."""
        if self._at(path) >= 0 and len(self.columns) > 1:
            self.columns.pop(self._at(path))

    def add_column(self, path: str) -> None:
        if path and self._at(path) < 0:
            self.columns.append({"field": path})

    def widen(self, path: str, width: int | None) -> None:
        """Set the width in pixels, or leave it to the content."""
        at = self._at(path)
        if at < 0:
            return
        self.columns[at] = {key: one for key, one in self.columns[at].items() if key != "width"}
        if width is not None:
            self.columns[at]["width"] = width

    def sort_by(self, key: str) -> None:
        """Order by `path` or `-path` alone; nothing for the usual order.

        An order of several columns that begins with it stays.
        """
        if key != next(iter(self.data.get("sort") or ()), ""):
            self.data["sort"] = [key] if key else []

    def narrow(self, expression: str) -> None:
        """Show only records for which this holds; nothing for all of them."""
        self.data.pop("filter", None)
        if expression:
            self.data["filter"] = expression


def _id(one: Mapping[str, Any]) -> str:
    return str(one.get("id") or one["name"])
