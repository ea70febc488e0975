"""What a record of each entity of the company can be asked, by kind, as the App declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules.types import Type, options_of, target_of
from tests.rules.declared import APP
from tests.rules.lenient import read

STEPS = 2
"""How many references a path goes over."""


def key_of(kind: Type) -> str:
    """The kind of a value, with the set that its options are from or the entity it leads to."""
    # Durations are numbers too: their units are only in doubt where different ones meet.
    rest = kind.options or kind.entity
    return f"{kind.kind}:{rest}" if rest else kind.kind


def family(key: str) -> str:
    """The kind of type alone."""
    return key.partition(":")[0]


@dataclass(frozen=True)
class Leaves:
    """What can be read: `near` are fields of the record, `far` are paths and declared properties.

    By key (`key_of`), and for whole numbers by "whole" too.
    """

    near: Mapping[str, tuple[str, ...]]
    far: Mapping[str, tuple[str, ...]]
    relations: tuple[tuple[str, str], ...]
    """Paths to related records, with their entity; the inverses of the record itself are first."""

    def of(self, key: str) -> tuple[str, ...]:
        """All that have a key."""
        return self.near.get(key, ()) + self.far.get(key, ())

    def keys(self, kind: str) -> tuple[str, ...]:
        """The keys of a kind that can be read here."""
        found = {key for key in (*self.near, *self.far) if family(key) == kind}
        return tuple(sorted(found))


@cache
def leaves(entity_id: str) -> Leaves:
    """What a record of an entity can be asked."""
    near: dict[str, list[str]] = {}
    far: dict[str, list[str]] = {}
    for path, steps in _paths(entity_id, "", STEPS):
        found = type_of(entity_id, path)
        if found is None:
            continue
        keys = [key_of(found)] + ["whole"] * (found.kind == "number" and not found.scale)
        for key in keys:
            (far if steps else near).setdefault(key, []).append(path)
    return Leaves(_fixed(near), _fixed(far), tuple(_relations(entity_id, "", 1)))


def type_of(entity_id: str, text: str) -> Type | None:
    """The type of an expression, None where it is refused."""
    try:
        return read(APP, text, entity_id).type
    except ProblemsError:
        return None


def _paths(entity_id: str, before: str, steps: int) -> Iterator[tuple[str, int]]:
    """Paths from an entity, each with how far it goes."""
    done = STEPS - steps
    for one in APP.entity(entity_id).live_fields:
        path = before + one.name
        yield path, done
        target = target_of(one)
        if target is not None and steps:
            yield from _paths(target, f"{path}.", steps - 1)
        found = type_of(entity_id, one.name)
        if found is not None and found.options:
            names = {name for item in options_of(APP, found.options) for name in item.properties}
            yield from ((f"{path}.{name}", done + 1) for name in sorted(names))


def _relations(entity_id: str, before: str, steps: int) -> Iterator[tuple[str, str]]:
    for owner, field in APP.inverses.get(entity_id, {}).values():
        yield f"{before}{field.inverse}", owner.id
    for one in APP.entity(entity_id).live_fields:
        target = target_of(one)
        if target is not None and steps:
            yield from _relations(target, f"{before}{one.name}.", steps - 1)


def _fixed(found: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return {key: tuple(paths) for key, paths in found.items()}
