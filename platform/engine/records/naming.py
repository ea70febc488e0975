"""Names and ids of an App's parts in expressions: from outside into id space, and back to people."""

from __future__ import annotations

from functools import lru_cache

from ...metadata.expression import Member, parse, rename, renaming
from ...metadata.model import App, Entity, Field, Named
from ...rules.types import options_key, options_of, target_of


@lru_cache(maxsize=4096)
def to_ids(app: App, entity_id: str, text: str) -> str:
    """An expression over an entity, written with names (present ones or aliases), in id space.

    Names that mean nothing stay as they are: compiling refuses them with their position.
    ProblemsError for text that does not parse.
    """
    found = renaming(parse(text), _FromNames(app), entity_id)
    return rename(text, found.replacements) if found.replacements else text


@lru_cache(maxsize=4096)
def to_names(app: App, entity_id: str, text: str) -> str:
    """An expression of id space as people write it, with present names."""
    found = renaming(parse(text), _ToNames(app), entity_id)
    return rename(text, found.replacements) if found.replacements else text


class _FromNames:
    """Finds parts of an App by name and writes their ids."""

    def __init__(self, app: App) -> None:
        self.app = app

    def member(self, entity: str, name: str) -> Member | None:
        declared = self.app.entities.get(entity)
        if declared is None:
            return None
        one = self.find(declared, name)
        if one is not None:
            return Member(
                written=self.written(one),
                entity=target_of(one),
                options=options_key(entity, one) if one.options else None,
            )
        inverse = self.app.inverses.get(entity, {}).get(name)
        return Member(written=name, entity=inverse[0].id, many=True) if inverse else None

    def option(self, options: str, name: str) -> str | None:
        found = options_of(self.app, options)
        for one in found:
            if self.called(one)[0] == name:
                return self.written(one)
        return next((self.written(one) for one in found if name in self.called(one)), None)

    def tag(self, dimension: str, tag: str) -> tuple[str, str] | None:
        for one in self.app.dimensions.values():
            if dimension in self.called(one):
                for option in one.tags:
                    if tag in self.called(option):
                        return self.written(one), self.written(option)
        return None

    def find(self, entity: Entity, name: str) -> Field | None:
        return entity.field_named(name)

    def written(self, one: Named) -> str:
        return one.id

    def called(self, one: Named) -> tuple[str, ...]:
        return (one.name, *one.aliases)


class _ToNames(_FromNames):
    """Finds parts of an App by id and writes their present names."""

    def find(self, entity: Entity, name: str) -> Field | None:
        return entity.by_id.get(name)

    def written(self, one: Named) -> str:
        return one.name

    def called(self, one: Named) -> tuple[str, ...]:
        return (one.id,)
