"""Replacing: what records get instead of an option, stage, tag or tier that was archived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .model import Named, Option
from .shown_names import ThingName

_Told = tuple[str, Option, ThingName | None, ThingName | None]


def replaced_between(before: Sequence[Named], after: Sequence[Named]) -> Iterator[_Told]:
    """What is replaced by another thing of its list than before, as changes tell it.

    Each with the verb (`replaced`, or `kept` where nothing replaces it any more) and what replaced
    it before and after.
    """
    old, new = _options(before), _options(after)
    for identity, one in new.items():
        was = old[identity].replaced_by if identity in old else None
        now = one.replaced_by
        if was != now and (now is not None or one.archived):
            verb = "kept" if now is None else "replaced"
            yield verb, one, _called(old, was), _called(new, now)


def _options(things: Sequence[Named]) -> Mapping[str, Option]:
    return {one.id: one for one in things if isinstance(one, Option)}


def _called(options: Mapping[str, Option], identity: str | None) -> ThingName | None:
    if identity is None:
        return None
    one = options.get(identity)
    label = one.label if one else {}
    return ThingName.of(identity, {"label": label or {"en": one.name if one else identity}})
