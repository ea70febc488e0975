"""Whose fields a name means while SQL is written: a row, and the row further out."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Frame:
    """The table or alias whose fields bare names mean, and the frame further out."""

    row: sa.FromClause | None
    outer: Frame | None = None

    def up(self, count: int) -> Frame:
        """The frame so many further out."""
        frame = self
        for _ in range(count):
            if frame.outer is None:
                raise LookupError("the expression reads an outer record, and no row was given")
            frame = frame.outer
        return frame
