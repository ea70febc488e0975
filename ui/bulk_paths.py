"""Paths of bulk changes: what is chosen in a list, and how a change of many records stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .paths import Paths, with_query


@dataclass(frozen=True)
class BulkPaths:
    """The paths of the bulk changes of one workspace; entities go by their present names."""

    slug: str

    def one(self, bulk_id: int) -> str:
        return f"/{self.slug}/-/bulk/{bulk_id}"

    def act(self, bulk_id: int) -> str:
        return f"{self.one(bulk_id)}/act"

    def of_list(self, entity: str, part: str, asked: Mapping[str, str | None]) -> str:
        """Something about the records of a list as it is asked: `all`, `choose`, `change`."""
        return with_query(f"{Paths(self.slug).list(entity)}/bulk/{part}", asked)
