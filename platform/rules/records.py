"""How one record shows itself to expressions; the engine and the tests implement this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class RecordSource(Protocol):
    """A record, its references and the records that point at it; deleted ones are never given."""

    def value(self, field_id: str) -> Any:
        """The value of a stored field (of tags: a frozenset of ids), None where it is empty."""

    def follow(self, field_id: str) -> RecordSource | None:
        """The record that a reference field points at, or None."""

    def related(self, entity_id: str, field_id: str) -> Sequence[RecordSource]:
        """The records of an entity whose reference field points at this record."""
