"""The mapping as a form: what is chosen for each column and value, and the mapping it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fieldstone.engine import access
from fieldstone.engine.imports import named
from fieldstone.engine.imports.mapping import Mapped, Target
from fieldstone.engine.imports.survey import Column, Survey
from fieldstone.metadata.model import Entity, Field

from ...desk import Desk
from ...words import say
from .besides import besides_from, mapped_names, places_of
from .steps import Option

_KEYS = frozenset({"text", "auto_number", "email", "phone", "integer", "url", "id"})
_MOST_VALUES = 50
_MOST_NAMES = 300
_DAY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}|\d{2})(?:\s+(\d{1,2}:\d{2})(:\d{2})?)?")


@dataclass(frozen=True)
class Value:
    """A value that names nothing, or did until it was decided about."""

    number: int
    value: str
    rows: str
    act: str
    take: str


@dataclass(frozen=True)
class Line:
    """A column of the file: three of its values, where they go, what of them will not convert."""

    number: int
    column: str
    samples: tuple[str, ...]
    field: str
    targets: tuple[Option, ...]
    also: tuple[Option, ...] = ()
    also_chosen: bool = False
    named_by: tuple[Option, ...] = ()
    formats: tuple[Option, ...] = ()
    asks_format: bool = False
    failing: str = ""
    why: str = ""
    good: str = ""
    values: tuple[Value, ...] = ()
    known: tuple[str, ...] = ()
    may_create: bool = False


def guessed(desk: Desk, entity: Entity, found: Mapping[str, str]) -> dict[str, Any]:
    """The mapping of columns that were found by their names, with the key that suggests itself."""
    mapping: dict[str, Any] = {"columns": dict(found)}
    if desk.may("update", entity):
        for name in found.values():
            one = entity.field_named(name)
            if one is not None and one.unique and one.family in _KEYS:
                return {**mapping, "key": name}
    return mapping


def lines_of(
    desk: Desk,
    entity: Entity,
    mapping: Mapping[str, Any],
    columns: Sequence[str],
    survey: Survey | None,
    mapped: Mapped | None,
) -> tuple[Line, ...]:
    """The columns of a file with their present choices."""
    fields = settable_of(desk, entity)
    targets: dict[str, Target] = {}
    for _, one in mapped.targets if mapped else ():
        targets.setdefault(one.column, one)
    return tuple(
        _line(desk, entity, mapping, number, column, fields, survey, targets.get(column))
        for number, column in enumerate(columns)
    )


def settable_of(desk: Desk, entity: Entity) -> list[Field]:
    """The fields that columns may go into, and numbers by which records are found."""
    settable = access.writable(desk.app, desk.caller, entity.id, "create")
    readable = access.readable(desk.app, desk.caller, entity.id)
    return [
        one
        for one in entity.live_fields
        if one.id in settable or (one.family == "auto_number" and one.id in readable)
    ]


def _line(
    desk: Desk,
    entity: Entity,
    mapping: Mapping[str, Any],
    number: int,
    column: str,
    fields: Sequence[Field],
    survey: Survey | None,
    target: Target | None,
) -> Line:
    places = places_of(mapping, column)
    place = places[0] if places else {}
    second = places[1]["field"] if len(places) > 1 else ""
    found = survey.columns[column] if survey else None
    chosen = entity.field_named(place.get("field", ""))
    name = chosen.name if chosen else ""
    options = (
        Option("", say("imports.left_out", desk.locale), not name),
        *(Option(one.name, _text(desk, one), one.name == name) for one in fields),
    )
    also = (
        Option("", say("imports.no_second", desk.locale), not second),
        *(Option(one.name, _text(desk, one), one.name == second) for one in fields),
    )
    samples = tuple(found.samples) if found else ()
    line = Line(number, column, samples, name, options, also, bool(second))
    if found is None or target is None:
        return line
    formats = _formats(desk, place.get("format"), found)
    return replace(
        line,
        named_by=_named_by(desk, target),
        formats=formats,
        asks_format=bool(found.two),
        failing=_count(desk, "imports.failing", found.failing) if found.failing else "",
        why=found.wrong.text(desk.locale) if found.wrong else "",
        good=_count(desk, "imports.converts", found.filled),
        values=_values(desk, mapping, column, found),
        known=_known(desk, target, found),
        may_create=named.may_create(desk.tx, desk.caller, target),
    )


def _text(desk: Desk, one: Field) -> str:
    return f"{one.text(desk.locale)} *" if one.required else one.text(desk.locale)


def _count(desk: Desk, key: str, n: int) -> str:
    return say(key, desk.locale, n=n, shown=desk.formats.number(n, 0))


def _named_by(desk: Desk, target: Target) -> tuple[Option, ...]:
    """The fields by which the file may name the records that a reference points at."""
    to = target.field.to
    if target.field.family != "reference" or to is None:
        return ()
    entity = desk.app.entity(to)
    known = access.readable(desk.app, desk.caller, to)
    fields = [
        one
        for one in entity.live_fields
        if one.id in known and (one.id == entity.title or (one.unique and one.family in _KEYS))
    ]
    chosen = target.key or entity.title
    return tuple(
        Option("" if one.id == entity.title else one.name, one.text(desk.locale), one.id == chosen)
        for one in fields
    )


def _formats(desk: Desk, chosen: str | None, found: Column) -> tuple[Option, ...]:
    """Both readings of a date that can be read in two ways, each with its example."""
    sample = found.two or (found.samples[0] if chosen and found.samples else "")
    match = _DAY.fullmatch(sample)
    if match is None:
        return ()
    _, sign, _, year, clock, seconds = match.groups()
    tail = ("%Y" if len(year) == 4 else "%y") + (" %H:%M" if clock else "")
    tail += ":%S" if seconds else ""
    options = [Option("", say("imports.choose_format", desk.locale), not chosen)]
    for key, head in (("day_first", f"%d{sign}%m{sign}"), ("month_first", f"%m{sign}%d{sign}")):
        form = head + tail
        words = say(f"imports.{key}", desk.locale)
        read = _reading(desk, sample, form)
        options.append(Option(form, f"{words}: {sample} = {read}", form == chosen))
    return tuple(options)


def _reading(desk: Desk, sample: str, form: str) -> str:
    try:
        found: date = datetime.strptime(sample, form).date()
    except ValueError:
        return say("imports.no_date", desk.locale)
    return desk.formats.long_day(found)


def _values(
    desk: Desk, mapping: Mapping[str, Any], column: str, found: Column
) -> tuple[Value, ...]:
    """Values that were decided about, then those that name nothing yet, most frequent first."""
    decided: dict[str, tuple[str, str]] = {}
    for value, take in mapping.get("values", {}).get(column, {}).items():
        decided[value] = ("empty", "") if take is None else ("take", take)
    for act in ("create", "skip"):
        for value in mapping.get(act, {}).get(column, ()):
            decided[value] = (act, "")
    rows = {value: found.counts.get(value, 0) for value in decided}
    left = {one.value: one for one in found.unknown if one.value not in decided}
    rows |= {one.value: one.rows for one in left.values()}
    for value in sorted(left, key=lambda one: -rows[one])[:_MOST_VALUES]:
        decided[value] = ("", left[value].nearest or "")
    return tuple(
        Value(number, value, _count(desk, "imports.in_rows", rows[value]), act, take)
        for number, (value, (act, take)) in enumerate(decided.items())
    )


def _known(desk: Desk, target: Target, found: Column) -> tuple[str, ...]:
    live = [one for one in target.field.options if not one.archived]
    if live:
        return tuple(one.text(desk.locale) for one in live)[:_MOST_NAMES]
    return tuple(dict.fromkeys(one.nearest for one in found.unknown if one.nearest))


def keys_of(desk: Desk, entity: Entity, mapping: Mapping[str, Any]) -> tuple[Option, ...]:
    """The mapped fields by which records may be found again; none for who may not change any."""
    options = [Option("", say("imports.no_key", desk.locale), not mapping.get("key"))]
    if not desk.may("update", entity):
        return ()
    for name in mapped_names(mapping):
        one = entity.field_named(name)
        if one is not None and one.family in _KEYS:
            options.append(Option(one.name, one.text(desk.locale), one.name == mapping.get("key")))
    return tuple(options)


def mapping_from(
    desk: Desk, entity: Entity, columns: Sequence[str], form: Mapping[str, str], old: Any
) -> dict[str, Any]:
    """The mapping that a form says; what the page does not show of the old one stays."""
    found = besides_from(columns, form, old)
    places: dict[str, Any] = {}
    values: dict[str, dict[str, str | None]] = {}
    lists: dict[str, dict[str, list[str]]] = {"create": {}, "skip": {}}
    for number, column in enumerate(columns):
        name = form.get(f"to.{number}", "")
        place = {"field": name, "format": form.get(f"format.{number}"),
                 "key": form.get(f"by.{number}")}  # fmt: skip
        place = {key: text for key, text in place.items() if text}
        first = place if len(place) > 1 else name
        second = form.get(f"also.{number}", "")
        places[column] = ([first, second] if second else first) if name else None
        if name and name == form.get(f"was.{number}", name):
            taken, made, left = _decided(form, number)
            values |= {column: taken} if taken else {}
            lists["create"] |= {column: made} if made else {}
            lists["skip"] |= {column: left} if left else {}
    found["columns"] = places
    found |= {"values": values} if values else {}
    found |= {name: chosen for name, chosen in lists.items() if chosen}
    mapped = mapped_names(found)
    key = form.get("key") or _only_key(desk, entity, mapped)
    return found | ({"key": key} if key in mapped else {})


def _decided(
    form: Mapping[str, str], number: int
) -> tuple[dict[str, str | None], list[str], list[str]]:
    taken: dict[str, str | None] = {}
    made, left = [], []
    place = 0
    while (value := form.get(f"value.{number}.{place}")) is not None:
        act, take = form.get(f"act.{number}.{place}"), form.get(f"take.{number}.{place}", "")
        if act == "take" and take.strip():
            taken[value] = take.strip()
        elif act == "empty":
            taken[value] = None
        elif act == "create":
            made.append(value)
        elif act == "skip":
            left.append(value)
        place += 1
    return taken, made, left


def _only_key(desk: Desk, entity: Entity, mapped: Sequence[str]) -> str | None:
    """A number that the product gives is never written, so it can only be the key."""
    settable = access.writable(desk.app, desk.caller, entity.id, "create")
    for name in mapped:
        one = entity.field_named(name)
        if one is not None and one.id not in settable:
            return one.name
    return None
