"""Paths: `owner.name` from outside, resolved part by part to fields that the caller may read."""

from __future__ import annotations

from dataclasses import dataclass

from ...metadata.model import App, Field, kept_with_app
from ...metadata.problems import Problem
from ...rules.types import target_of
from .. import access
from ..access import Caller
from ..errors import Malformed


@dataclass(frozen=True, slots=True)
class Path:
    """A field at the end of references. `key` is how it was asked for; `ids` the fields' ids.

    `steps` are the (entity, reference field, target) in between; `entity_id` is where `field` is.
    """

    key: str
    ids: tuple[str, ...]
    steps: tuple[tuple[str, str, str], ...]
    entity_id: str
    field: Field

    @property
    def id(self) -> str:
        """The key of its values in a row: the ids joined by points."""
        return ".".join(self.ids)

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        """The (entity id, field id) of the references on the way, and of the field."""
        return (*(one[:2] for one in self.steps), (self.entity_id, self.field.id))


def resolve(app: App, caller: Caller, entity_id: str, text: str, pointer: str) -> Path:
    """The path that a text names; Malformed for what is unknown or may not be read."""
    found = _resolve(app, caller.system, caller.roles, entity_id, text)
    if isinstance(found, Path):
        return found
    at, name = found
    raise Malformed(access.unknown_field(app, caller, at, name, pointer))


@kept_with_app(1024)
def _resolve(
    app: App, system: bool, roles: tuple[str, ...], entity_id: str, text: str
) -> Path | tuple[str, str]:
    """The path, or the entity and the name at which it broke."""
    caller = Caller(None, roles, system=system)
    steps: list[tuple[str, str, str]] = []
    ids: list[str] = []
    names = text.split(".")
    at = entity_id
    for place, name in enumerate(names):
        one = access.field_for(app, caller, at, name)
        if one is None:
            return at, name
        ids.append(one.id)
        if place + 1 == len(names):
            return Path(text, tuple(ids), tuple(steps), at, one)
        target = target_of(one)
        if target is None:
            return at, text
        steps.append((at, one.id, target))
        at = target
    return entity_id, text


def sort_path(path: Path, app: App, caller: Caller) -> Path:
    """What to order by: a reference is ordered by the title of its target, if that may be read."""
    target = target_of(path.field)
    if target is None:
        return path
    title = access.field_for(app, caller, target, app.entity(target).title)
    if title is None or title.family == "tags" or target_of(title) is not None:
        return path
    return Path(
        path.key,
        (*path.ids, title.id),
        (*path.steps, (path.entity_id, path.field.id, target)),
        target,
        title,
    )


def split_sign(key: str) -> tuple[str, bool]:
    """A sort key without its sign, and whether it descends."""
    return (
        (key[1:].strip(), True) if key.startswith("-") else (key.removeprefix("+").strip(), False)
    )


def too_long(pointer: str, most: int) -> Malformed:
    """The refusal of a list with more parts than are allowed."""
    return Malformed(Problem("query.too_many", {"most": most}, pointer=pointer))
