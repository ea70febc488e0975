"""Marks: the hue of an option (choice, stage, tier, tag): the declared one, else by its order."""

from __future__ import annotations

from collections.abc import Sequence

from fieldstone.metadata.model import Option, Stage

HUES = (
    "blue", "teal", "orange", "purple", "green", "pink",
    "cyan", "yellow", "indigo", "lime", "azure", "red",
)  # fmt: skip
"""Neighbours differ clearly, so that options without a declared colour can be told apart."""


def hue(option: Option, among: Sequence[Option]) -> str:
    """The CSS class of an option's mark; archived ones and lost stages are grey."""
    if option.archived:
        return "gray"
    if option.color:
        return option.color
    if isinstance(option, Stage) and option.closed:
        return "green" if option.closed == "won" else "gray"
    order = next((at for at, one in enumerate(among) if one.id == option.id), 0)
    return HUES[order % len(HUES)]
