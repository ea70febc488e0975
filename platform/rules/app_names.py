"""Writing expressions of an App, which hold ids, with the names that people know."""

from __future__ import annotations

from collections.abc import Mapping

from ..metadata.expression import Member, rename, renaming, tree
from ..metadata.model import App
from .names import Inverse, Space, member, named, option
from .types import options_key, options_of, target_of


class AppNames:
    """The names of an App, read in one space and written as present names."""

    def __init__(self, app: App, space: Space) -> None:
        self.app = app
        self.space = space

    def member(self, entity: str, name: str) -> Member | None:
        """See `metadata.expression.Names`."""
        found = member(self.app, self.app.entity(entity), name, self.space)
        if found is None:
            return None
        if isinstance(found, Inverse):
            return Member(found.field.inverse or name, entity=found.entity.id, many=True)
        has_options = found.type in ("choice", "stage", "tier", "tags")
        options = options_key(entity, found) if has_options else None
        return Member(found.name, entity=target_of(found), options=options)

    def option(self, options: str, name: str) -> str | None:
        """See `metadata.expression.Names`."""
        found = option(options_of(self.app, options), name, self.space)
        return found.name if found is not None else None

    def tag(self, dimension: str, tag: str) -> tuple[str, str] | None:
        """See `metadata.expression.Names`."""
        of = named(tuple(self.app.dimensions.values()), dimension, self.space)
        found = named(of.tags, tag, self.space) if of is not None else None
        return (of.name, found.name) if of is not None and found is not None else None


def shown_names(
    app: App, entity_id: str, node: tree.Node, parent: str | None, space: Space
) -> Mapping[tuple[int, int], str]:
    """What to put at which places of an expression's text, so that it speaks in present names."""
    return renaming(node, AppNames(app, space), entity_id, parent).replacements


def part(text: str, replacements: Mapping[tuple[int, int], str], start: int, end: int) -> str:
    """A part of an expression's text with the replacements within it made."""
    inside = {
        (a - start, b - start): new for (a, b), new in replacements.items() if start <= a < b <= end
    }
    return " ".join(rename(text[start:end], inside).split())
