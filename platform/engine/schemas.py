"""Schemas: what comes over the wire, read into Python values by the fields' types.

A marshmallow schema is built from an entity's fields and kept by the App's hash. Keys are field
names, former names or ids; all problems are found at once and point at the key that was sent.
Whether a record as a whole is valid is decided later (`records/validity.py`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import marshmallow as ma

from ..metadata.fields import field_type
from ..metadata.json_text import escape
from ..metadata.model import App, Entity, Field
from ..metadata.model.families import LIKE
from ..metadata.problems import Problem, ProblemsError
from . import access
from . import clock as clocks
from .access import Caller
from .transaction import Transaction

Verb = Literal["create", "update"]
Loaded = tuple[dict[str, Any], tuple[Problem, ...]]
"""Values by field id, and what is wrong with the rest."""

_HISTORY: Final = ("created_at", "created_by", "updated_at", "updated_by")
_HISTORY_ENDINGS: Final = ("_entered_at", "_since")


class Declared(ma.fields.Field[Any]):
    """A marshmallow field that reads values as a field's type says."""

    def __init__(self, declared: Field, zone: ZoneInfo, archived: bool) -> None:
        super().__init__(allow_none=True)
        self.declared = declared
        self.type = field_type(declared.type)
        self.zone = zone
        self.archived = archived
        self.boolean = declared.family == "boolean"

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """The Python value; a ValidationError carries problems instead of sentences."""
        if value is ma.missing:
            return ma.missing
        try:
            found = self.type.load(self.declared, value, zone=self.zone, archived=self.archived)
        except ProblemsError as error:
            raise ma.ValidationError(list(error.problems)) from error
        # A type of a package may leave a boolean empty; no record holds that.
        return bool(found) if self.boolean else found


Reader = Callable[[Any], Any]
"""The Python value of what came over the wire; raises ValidationError with problems."""


@dataclass(frozen=True, slots=True)
class Known:
    """How the values of a record are read, and which field every key means.

    `readers` are those of the schema's fields, by field id in the order of declaration. They are
    asked one by one: the schema's own walk over records takes as long as all else of a batch.
    """

    readers: Mapping[str, Reader]
    keys: Mapping[str, str]


@lru_cache(maxsize=1024)
def _known(app: App, entity_id: str, verb: Verb, history: bool) -> Known:
    entity = app.entity(entity_id)
    zone = clocks.zone(app.manifest.time_zone)
    # What an old record holds may be sent back unchanged, so an update takes archived options;
    # that none is newly chosen is judged later.
    archived = history or verb == "update"
    fields = {
        one.id: Declared(one, zone, archived)
        for one in entity.live_fields
        if _settable(one) or (history and _is_history(one))
    }
    made: type[ma.Schema] = ma.Schema.from_dict(dict(fields), name=f"{entity_id}_{verb}")
    readers = {name: one.deserialize for name, one in made().load_fields.items()}
    return Known(readers, _keys(entity))


def _settable(one: Field) -> bool:
    return not one.system and one.family not in ("formula", "auto_number")


def _is_history(one: Field) -> bool:
    if one.family == "auto_number" or one.id in _HISTORY:
        return True
    return one.system and one.id.endswith(_HISTORY_ENDINGS)


def _keys(entity: Entity) -> dict[str, str]:
    keys: dict[str, str] = {}
    for one in entity.live_fields:
        for alias in (*one.aliases, one.id):
            keys.setdefault(alias, one.id)
    keys.update({one.name: one.id for one in entity.live_fields})
    return keys


def load(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    verb: Verb,
    rows: Sequence[Mapping[str, Any]],
    *,
    typed: bool = False,
    history: bool = False,
) -> list[Loaded]:
    """Read rows that a caller sent: for each its values by field id and its problems.

    With `typed` the keys are ids and the values Python values already. A key that the caller may
    not read is unknown; one that they may not set is refused. `history` lets through the times
    and numbers that an import of history brings.
    """
    known = _known(tx.app, entity_id, verb, history)
    gate = _Gate(tx.app, caller, entity_id, verb, history)
    sorted_rows = [gate.sort(row, known.keys) for row in rows]
    if typed:
        entity = tx.app.entity(entity_id)
        return [_fitted(entity, values, problems) for values, problems, _ in sorted_rows]
    found: list[Loaded] = []
    for values, problems, keys in sorted_rows:
        given, wrong = _read(known.readers, values, keys)
        found.append((given, (*problems, *wrong)))
    return found


def _fitted(entity: Entity, values: Mapping[str, Any], problems: tuple[Problem, ...]) -> Loaded:
    found: dict[str, Any] = {}
    for key, value in values.items():
        one = entity.field(key)
        try:
            found[key] = fitted(one, value)
        except ProblemsError as error:
            problems = (*problems, *(each.at(None, f"/{one.name}") for each in error.problems))
    return found, problems


def _read(
    readers: Mapping[str, Reader], values: Mapping[str, Any], keys: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for field_id, read in readers.items():
        if field_id not in values:
            continue
        try:
            found[field_id] = read(values[field_id])
        except ma.ValidationError as error:
            problems += [one.at(None, f"/{keys[field_id]}") for one in _told(error)]
    return found, problems


def _told(error: ma.ValidationError) -> list[Problem]:
    return [one for one in error.messages if isinstance(one, Problem)]


class _Gate:
    """Sorts the keys of rows into those the caller may set and those that are refused."""

    def __init__(self, app: App, caller: Caller, entity_id: str, verb: Verb, history: bool) -> None:
        self.app = app
        self.caller = caller
        self.entity = app.entity(entity_id)
        self.readable = access.readable(app, caller, entity_id)
        self.writable = access.writable(app, caller, entity_id, verb)
        if history:
            self.writable |= {one.id for one in self.entity.live_fields if _is_history(one)}

    def sort(
        self, row: Mapping[str, Any], keys: Mapping[str, str]
    ) -> tuple[dict[str, Any], tuple[Problem, ...], dict[str, str]]:
        """The values by field id, the problems of keys, and the key that each field came under."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        sent: dict[str, str] = {}
        for key, value in row.items():
            field_id = keys.get(key) if isinstance(key, str) else None
            if field_id is None or field_id not in self.readable:
                name, place = str(key), f"/{escape(str(key))}"
                problems.append(
                    access.unknown_field(self.app, self.caller, self.entity.id, name, place)
                )
            elif field_id not in self.writable:
                params = {"field": self.entity.field(field_id)}
                problems.append(Problem("field.read_only", params, pointer=f"/{key}"))
            elif field_id in sent:
                params = {"field": self.entity.field(field_id)}
                problems.append(Problem("field.twice", params, pointer=f"/{key}"))
            else:
                values[field_id] = value
                sent[field_id] = key
        return values, tuple(problems), sent


def typed_default(one: Field, zone: ZoneInfo | None = None) -> Any:
    """The literal default of a field as a Python value."""
    assert one.default is not None
    return field_type(one.type).load(one, one.default.value, zone=zone, archived=True)


def fitted(one: Field, value: Any) -> Any:
    """A Python value that was computed, made fit for its field: rounded, normalised.

    Raises ProblemsError where the field is of a type that decides itself what its values are.
    """
    found = _rounded(one, value)
    if one.type in LIKE and found is not None:
        kind = field_type(one.type)
        return kind.load(one, kind.dump(one, found), archived=True)
    return found


def _rounded(one: Field, value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value) or None
    if one.family in ("money", "decimal", "percent") and isinstance(value, int | Decimal):
        exact = Decimal(value)
        return exact.quantize(Decimal(1).scaleb(-one.scale), rounding=ROUND_HALF_UP)
    if one.family == "integer" and isinstance(value, Decimal):
        return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if one.family == "date" and isinstance(value, datetime):
        return value.date()
    if one.family == "boolean":
        return bool(value)
    if one.family == "tags":
        return frozenset(value or ())
    return value
