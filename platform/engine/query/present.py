"""Pages as the API speaks them: flat keys, as they were asked for."""

from __future__ import annotations

from typing import Any

from ..records.present import writer_of
from .page import Page


def present(page: Page, locale: str | None = None) -> list[dict[str, Any]]:
    """The records of a page: id, version, and the columns under the keys they were asked by.

    What they were at a moment has no version, for no write is made from it. With a `locale`,
    options are shown by their labels in it instead of their names.
    """
    columns = [
        (one.key, one.id, writer_of(page.app, one.entity_id, one.field, locale))
        for one in page.columns
        if one.ids not in (("id",), ("version",))
    ]
    return [
        {
            "id": str(record.id),
            **({"version": record.version} if page.as_of is None else {}),
            **{key: write(record.values[place]) for key, place, write in columns},
        }
        for record in page.records
    ]
