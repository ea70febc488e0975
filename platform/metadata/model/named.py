"""What every declared thing has: an id for ever, a name for now, labels by locale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

_N = TypeVar("_N", bound="Named")

Labels = Mapping[str, str]
"""Text by locale, e.g. {"en": "Deal", "zh-CN": "商机"}; read it with `label_text`."""


def label_text(labels: Labels, locale: str, fallback: str) -> str:
    """The label for `locale`, else the English one, else `fallback` (the name)."""
    return labels.get(locale) or labels.get("en") or fallback


@dataclass(frozen=True, kw_only=True)
class Named:
    """What every declared thing has: an id for ever, a name for now, older names as aliases.

    `part_of` are the ids of the modules that it belongs to, if any.
    """

    id: str
    name: str
    label: Labels = field(default_factory=dict)
    description: Labels = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    archived: bool = False
    part_of: tuple[str, ...] = ()

    def text(self, locale: str) -> str:
        """The label a reader of `locale` sees."""
        return label_text(self.label, locale, self.name)


@dataclass(frozen=True, kw_only=True)
class Option(Named):
    """A choice, a tag or a tier's band: stored by id, travels by name.

    `properties` are declared values that expressions read by path (`tier.silence_days`).
    `replaced_by` is the id of what the records get that had this one when it was archived.
    """

    color: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    replaced_by: str | None = None


def replacements(options: Iterable[Option]) -> Mapping[str, str]:
    """The ids of options that others replace, each with the id at the end of its chain."""
    following = {one.id: one.replaced_by for one in options if one.replaced_by}
    found = {}
    for one in following:
        chain = [one]
        while chain[-1] in following and following[chain[-1]] not in chain:
            chain.append(following[chain[-1]])
        found[one] = chain[-1]
    return found


class Called(Generic[_N]):
    """Named things by their ids, by what they are called now and were once: the first counts."""

    def __init__(self, items: Iterable[_N]) -> None:
        self.ids: dict[str, _N] = {}
        self.names: dict[str, _N] = {}
        self.aliases: dict[str, _N] = {}
        for one in items:
            self.ids.setdefault(one.id, one)
            self.names.setdefault(one.name, one)
            for alias in one.aliases:
                self.aliases.setdefault(alias, one)

    def named(self, name: str) -> _N | None:
        """The thing that is called `name` now, or was once, or None."""
        return self.names.get(name) or self.aliases.get(name)


def find_named(items: Iterable[_N], name: str) -> _N | None:
    everything = tuple(items)
    for item in everything:
        if item.name == name:
            return item
    return next((item for item in everything if name in item.aliases), None)
