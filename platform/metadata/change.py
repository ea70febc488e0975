"""Change: one difference between two Apps, which can tell about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as part
from decimal import Decimal
from typing import Any

from .json_text import number_text
from .messages import catalogue, render
from .model import Labels, Named, label_text
from .shown_names import Said, ThingName, TypeNames

_SHORT = 60


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is different.

    `kind` is `<sort>.<verb>`: the sort is entity, field, option, stage, tag, band, check,
    unique_group, duplicate_key, checklist_item, section, card, pipeline, menu_item, access (of a
    role to an entity), module or a kind of document; the verb is added, removed, archived, purged,
    restored, renamed, reordered, replaced (`after` is what records get), kept (not replaced any
    more), switched_off, switched_on (of modules), hidden, shown (with their module) or the key that
    changed (`field.required`). `document` is its key (`entity/deal`),
    `entity`, `field` and `item` the ids that apply, `before` and `after` the values (the thing
    itself where it came or went).
    """

    kind: str
    document: str
    entity: str | None = None
    field: str | None = None
    item: str | None = None
    before: Any = None
    after: Any = None
    subject: Named = part(compare=False)
    owners: tuple[Named, ...] = part(default=(), compare=False)

    @property
    def sort(self) -> str:
        return self.kind.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.kind.partition(".")[2]

    def text(self, locale: str) -> str:
        """The change in words."""
        where = " / ".join(owner.text(locale) for owner in self.owners)
        spoken = self._spoken(locale)
        sort = render(f"sort.{self.sort}", locale)
        params = {
            "where": render("change.where", locale, {"owners": where}) if where else "",
            "sort": sort if where else sort[:1].upper() + sort[1:],
            "name": self.subject.text(locale),
            "before": self._told(self.before, spoken),
            "after": self._told(self.after, spoken),
            "key": render(f"key.{self.verb}", locale),
        }
        if self.verb in _VERBS:
            return render(f"change.{self.verb}", locale, params)
        told = _is_short(self.before) and _is_short(self.after)
        return render("change.set" if told else "change.changed", locale, params)

    def _spoken(self, locale: str) -> str:
        """The language of the values: the reader's, unless they differ in another alone."""
        languages = [locale]
        if isinstance(self.before, Mapping) and isinstance(self.after, Mapping):
            languages += sorted({*self.before, *self.after} - {locale})
        told = (
            one for one in languages if self._told(self.before, one) != self._told(self.after, one)
        )
        return next(told, locale)

    def _told(self, value: Any, locale: str) -> str:
        worded = _worded(self.kind, value)
        if worded in catalogue(locale):
            return render(worded, locale)
        return shown_value(TypeNames(value) if self.kind == "field.type" else value, locale)


_OF_MODULES = frozenset({"switched_off", "switched_on", "hidden", "shown"})
_VERBS = _OF_MODULES | {
    "added",
    "removed",
    "archived",
    "purged",
    "restored",
    "renamed",
    "reordered",
    "replaced",
    "kept",
}


def _is_short(value: Any) -> bool:
    """Whether a value can be told in a line."""
    if isinstance(value, str):
        return isinstance(value, Said) or len(value) <= _SHORT
    if isinstance(value, Mapping):
        return all(isinstance(one, str) and len(one) <= _SHORT for one in value.values())
    return value is None or isinstance(value, (bool, int, Decimal))


def _worded(kind: str, value: Any) -> str:
    """The id of the sentence for a value that is a word of the documents; there may be none."""
    if kind == "access.rows":
        return f"change.rows_{value}"
    return f"change.severity_{value}" if kind == "alert_rule.severity" else ""


def shown_value(value: Any, locale: str) -> str:
    """A value of a document in a line; empty for what is too long for one."""
    if value is None or value == {}:
        return render("change.nothing", locale)
    if isinstance(value, bool):
        return render("change.yes" if value else "change.no", locale)
    if isinstance(value, (int, Decimal)):
        return number_text(value)
    if isinstance(value, Mapping) and _is_short(value):
        return _labels_text(value, locale)
    if isinstance(value, (TypeNames, ThingName)):
        return value.text(locale)
    return str(value) if isinstance(value, str) else ""


def _labels_text(labels: Labels, locale: str) -> str:
    return label_text(labels, locale, next(iter(labels.values()), ""))
