"""Expressions as people read them: ids of an App's parts written as their present names."""

from __future__ import annotations

from functools import lru_cache

from ...metadata.expression import Member, parse, rename, renaming
from ...metadata.model import App
from ...rules.types import options_key, options_of, target_of


@lru_cache(maxsize=4096)
def to_names(app: App, entity_id: str, text: str) -> str:
    """An expression of id space as people write it, with present names."""
    found = renaming(parse(text), _ToNames(app), entity_id)
    return rename(text, found.replacements) if found.replacements else text


class _ToNames:
    """Finds parts of an App by id and writes their present names."""

    def __init__(self, app: App) -> None:
        self.app = app

    def member(self, entity: str, name: str) -> Member | None:
        declared = self.app.entities.get(entity)
        one = declared.by_id.get(name) if declared else None
        if one is not None:
            options = options_key(entity, one) if one.options else None
            return Member(one.name, target_of(one), options=options)
        inverse = self.app.inverses.get(entity, {}).get(name)
        return Member(name, inverse[0].id, many=True) if inverse else None

    def option(self, options: str, name: str) -> str | None:
        found = options_of(self.app, options)
        return next((one.name for one in found if one.id == name), None)

    def tag(self, dimension: str, tag: str) -> tuple[str, str] | None:
        declared = self.app.dimensions.get(dimension)
        if declared is None:
            return None
        return next(((declared.name, one.name) for one in declared.tags if one.id == tag), None)
