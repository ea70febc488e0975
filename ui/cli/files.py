"""Files: `fieldstone import`, tables from outside into an entity."""

from __future__ import annotations

from .shape import Group


def add_to(root: Group) -> None:
    """Add the commands about files of records."""
