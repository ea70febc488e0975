"""What a merge found: every place where two sides differ, what holds there, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from ..documents import Document

Side = Literal["ours", "theirs"]
"""Whose version holds: `ours` is what we have, `theirs` what comes in."""

Fate = Literal["theirs", "merged", "conflict"]
"""`theirs`: they alone changed it, and it comes in. `merged`: both changed it, and both changes
hold. `conflict`: both changed it, and one of them has to go."""

ORDER = "#order"
"""The last part of the path of a list's order; no name begins so."""


class Absent(Enum):
    """Stands for what a side does not have."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A place where they changed something otherwise than we did, and what holds there.

    `document` is its key (`entity/deal`), `path` leads there by keys and ids (`fields`, `amount`,
    `label`, `en`); it is empty for the document itself. `base`, `ours` and `theirs` are the values
    of the three sides, or ABSENT. `chosen` is the side that was asked for, if any.
    """

    document: str
    path: tuple[str, ...]
    base: Any
    ours: Any
    theirs: Any
    fate: Fate
    chosen: Side | None = None

    @property
    def key(self) -> str:
        """What names the place in a choice: `entity/deal#/fields/amount/label/en`."""
        return place_key(self.document, self.path)

    @property
    def open(self) -> bool:
        """Whether somebody has to say which side holds."""
        return self.fate == "conflict" and self.chosen is None

    @property
    def doubly_added(self) -> bool:
        """Whether both sides added a thing of the same id, which are two things perhaps."""
        added = self.base is ABSENT and self.fate == "conflict"
        return added and isinstance(self.ours, dict) and "id" in self.ours


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The merged documents (in ids), and every difference of theirs from the base.

    Where a conflict is open, the documents hold our side.
    """

    documents: tuple[Document, ...]
    differences: tuple[Difference, ...]

    @property
    def conflicts(self) -> tuple[Difference, ...]:
        """What has to be decided before the documents can be published."""
        return tuple(one for one in self.differences if one.open)


def place_key(document: str, path: tuple[str, ...]) -> str:
    """The text that names a place: the document's key and the path as in a JSON pointer."""
    return f"{document}#{''.join(f'/{part}' for part in path)}"
