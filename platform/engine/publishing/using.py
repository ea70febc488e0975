"""Using: the places that refer to what a publish archives, renames or gives another type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...metadata.change import Change
from ...metadata.model import App
from ...metadata.refer import Target, Use
from ...metadata.uses import uses

_VERBS = frozenset({"archived", "renamed", "type"})


@dataclass(frozen=True, slots=True)
class Affected:
    """A place that refers to something that changes."""

    use: Use

    def text(self, locale: str) -> str:
        """The file, the place in it and what stands there, the same in every language."""
        return f"{self.use.path}#{self.use.pointer}: {self.use.text}"


def affected(after: App, changes: Iterable[Change]) -> tuple[Affected, ...]:
    """Where live documents refer to what changes, each place once."""
    found: dict[Use, None] = {}
    for change in changes:
        if change.verb in _VERBS:
            for target in _targets(change):
                found.update(dict.fromkeys(uses(after, target)))
    return tuple(Affected(one) for one in found)


def _targets(change: Change) -> Iterator[Target]:
    """What a change is about, as references name it."""
    document = change.document.partition("/")[2]
    item = change.item or ""
    match change.sort:
        case "entity" | "tag_dimension" | "tier_scheme" | "role" | "metric" | "dashboard":
            yield Target(change.sort, "", document)
        case "field":
            yield Target("field", document, change.field or "")
        case "option":
            yield Target("option", f"{document}.{change.field}", item)
        case "stage" | "tag" | "band":
            yield Target(change.sort, document, item)
