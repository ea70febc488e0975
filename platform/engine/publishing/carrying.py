"""Carrying: single values from one type of field to another, as `metadata.fields.BECOMING` says.

Text is read by the readers of imports, so that a cell of a file and a value that was there mean
the same. Values come in batches: what names records asks the database once for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from ...metadata.fields import BECOMING, field_type
from ...metadata.fields.percent import shown as per_cent
from ...metadata.messages import render
from ...metadata.model import Entity, Field
from ...metadata.problems import ProblemsError
from ...metadata.system import MEMBER
from ..access import SYSTEM
from ..reading import names, values
from ..transaction import Transaction

_KEYED = frozenset({"text", "auto_number", "email", "phone"})
_OPTIONS = frozenset({"choice", "stage", "tier"})
_MOST_SHOWN = 60


class Carrier:
    """Takes values of the field `before` to what the field `after` keeps."""

    def __init__(self, tx: Transaction, before: Field, after: Field) -> None:
        self._tx = tx
        self._before = before
        self._after = after
        self._way = BECOMING.way(before.type, after.type)
        self._locale = tx.app.manifest.default_locale
        self._target = values.Cell(after, options=values.words_of(after.options))

    def carry(self, given: Collection[Any]) -> Mapping[Any, Any]:
        """Each value -> what it becomes, None where the new type refuses it."""
        if self._way == "linked":
            return self._linked(given)
        values = {one: self._one(one) for one in given}
        replaced = self._after.replaced
        return (
            {one: replaced.get(value, value) for one, value in values.items()}
            if replaced
            else values
        )

    def _one(self, value: Any) -> Any:
        if value is None:
            return None
        match self._way:
            case "keep":
                return self._checked(value)
            case "digits":
                return self._read(self._wire(value))
            case "cut":
                return value.astimezone(self._tx.zone).date()
            case "options":
                return self._option(str(value))
            case "written":
                return self._read(self.written(value))
        return None

    def _checked(self, value: Any) -> Any:
        """The value, where the new field accepts it; its bounds may be narrower."""
        kind = field_type(self._after.type)
        found = self.accepted(kind.dump(self._after, value))
        return value if found == value else None

    def _read(self, text: str) -> Any:
        if self._target.field.family in ("text", "long_text"):
            return self.accepted(text)
        try:
            wire, problem = values.wire(self._target, text)
        except values.Unknown:
            return None
        if problem is not None or wire is None or wire is values.NOTHING:
            return None
        return self.accepted(wire)

    def accepted(self, wire: Any) -> Any:
        """What the new field makes of a value on the wire, None where it refuses it."""
        kind = field_type(self._after.type)
        try:
            return kind.load(self._after, wire, zone=self._tx.zone, archived=True)
        except ProblemsError:
            return None

    def _option(self, option_id: str) -> str | None:
        """The option of the same id, else of the same name or label."""
        if self._after.option(option_id) is not None:
            return option_id
        name = field_type(self._before.type).dump(self._before, option_id)
        found: str | None = self._read(str(name))
        return found or self._read(self.written(option_id))

    def _linked(self, given: Collection[Any]) -> Mapping[Any, Any]:
        target = MEMBER if self._after.family in ("owner", "member") else self._after.to
        entity = self._tx.app.entities.get(target or "")
        texts = {one: str(one).strip() for one in given if one is not None}
        found: dict[str, int] = {}
        if entity is not None and entity.id in self._tx.layout:
            for key in _naming(entity):
                left = [one for one in texts.values() if one and one not in found]
                found.update(names.find(self._tx, SYSTEM, entity.id, key, left))
        ids = {one: found.get(text) for one, text in texts.items()}
        return {one: None if at == names.AMBIGUOUS else at for one, at in ids.items()}

    def written(self, value: Any) -> str:
        """A value of the old type as people write it; options by their label."""
        return self._written(self._before, value)

    def shown(self, value: Any) -> str:
        """A value of the old type in a line that tells of it."""
        return _shortened(self.written(value))

    def shown_after(self, value: Any) -> str | None:
        """A value of the new type in a line that tells of it."""
        return None if value is None else _shortened(self._written(self._after, value))

    def _written(self, one: Field, value: Any) -> str:
        if value is None:
            return ""
        if one.family in _OPTIONS:
            option = one.option(value)
            if option is None:
                return str(value)
            # A label in another language is still what people read, and a name is not.
            return option.label.get(self._locale) or next(iter(option.label.values()), option.name)
        if isinstance(value, bool):
            return render("convert.yes" if value else "convert.no", self._locale)
        if isinstance(value, datetime):
            return value.astimezone(self._tx.zone).replace(tzinfo=None).isoformat(" ")
        if one.family == "percent":
            return per_cent(value)
        return str(field_type(one.type).dump(one, value))

    def _wire(self, value: Any) -> str:
        return str(field_type(self._before.type).dump(self._before, value))

    @property
    def cuts(self) -> bool:
        """Whether a value that is written otherwise has lost something of itself."""
        return self._way in ("cut", "digits")


def _naming(entity: Entity) -> tuple[str | None, ...]:
    """The fields by which a text may name a record: the title, then what is unique."""
    if entity.id == MEMBER:
        return (None,)
    unique = (
        one.id
        for one in entity.live_fields
        if one.id != entity.title
        and (one.family == "auto_number" or (one.unique and one.family in _KEYED))
    )
    return entity.title, *unique


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else line[: _MOST_SHOWN - 1] + "…"
