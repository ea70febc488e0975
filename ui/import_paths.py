"""Paths of imports: the history, a new one, and the steps of each."""

from __future__ import annotations

from dataclasses import dataclass

from .paths import with_query


@dataclass(frozen=True)
class ImportPaths:
    """The paths of the imports of one workspace; entities go by their present names."""

    slug: str

    @property
    def history(self) -> str:
        return f"/{self.slug}/-/imports"

    def history_of(self, entity: str, at: str | None = None) -> str:
        return with_query(self.history, {"of": entity, "at": at})

    def new(self, entity: str) -> str:
        return f"{self.history}/new/{entity}"

    def step(self, import_id: int, step: str) -> str:
        return f"{self.history}/{import_id}/{step}"
