"""What the pages of imports show: the four steps, the first rows, the history, the counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstone.engine.access import MEMBER_ENTITY
from fieldstone.engine.imports import Import, rights
from fieldstone.engine.imports.desk import OVER
from fieldstone.engine.imports.source import Source
from fieldstone.metadata.model import Entity

from ...desk import Desk
from ...import_paths import ImportPaths
from ...words import say
from ..naming import titles_of
from ..shell import Entry

STEPS = ("file", "mapping", "check", "result")
_SHOWN = 5
_ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "gb18030": "GBK",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}
_DELIMITERS = (",", "\t", ";", "|")
_NAMES = ("comma", "tab", "semicolon", "stroke")


@dataclass(frozen=True)
class Step:
    """A step of an import: where it is, whether it is this one or one that was taken."""

    number: int
    name: str
    text: str
    href: str | None
    current: bool
    done: bool


@dataclass(frozen=True)
class Option:
    """A choice of a select."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class FirstRows:
    """The first rows of a file, and how it was read."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    count: str = ""
    none: bool = False
    sheets: tuple[Option, ...] = ()
    encodings: tuple[Option, ...] = ()
    delimiters: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Past:
    """An import in the history."""

    file: str
    entity: str
    href: str | None
    who: str
    at: str
    exact: str
    state: str
    failed: bool
    counts: str


def number_of(text: str) -> int | None:
    """The id that a parameter of the address names, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def bring_of(desk: Desk, entity: Entity) -> str | None:
    """The way to importing into an entity, for whoever may."""
    if not rights.may_import(desk.tx, desk.caller, entity.id):
        return None
    return ImportPaths(desk.paths.slug).new(entity.name)


def starts_of(desk: Desk) -> tuple[Entry, ...]:
    """What the caller may import into: what the menu names, in its order, else everything."""
    ids = [item.entity for item in desk.app.manifest.menu if item.entity and not item.archived]
    named = [one for entity_id in ids if (one := desk.app.entities.get(entity_id))]
    found = named or [one for one in desk.app.entities.values() if not one.system]
    return tuple(
        Entry(one.plural_text(desk.locale), href, one.icon or "list")
        for one in found
        if not one.archived and (href := bring_of(desk, one))
    )


def steps_of(desk: Desk, paths: ImportPaths, one: Import | None, current: str) -> tuple[Step, ...]:
    """The four steps; those behind can be gone back to while nothing is written."""
    at = STEPS.index(current)
    free = one is not None and one.state == "draft"
    return tuple(
        Step(
            place + 1,
            name,
            say(f"imports.step.{name}", desk.locale),
            paths.step(one.id, name) if one and free and place < at else None,
            place == at,
            place < at,
        )
        for place, name in enumerate(STEPS)
    )


def first_rows(desk: Desk, source: Source) -> FirstRows:
    """The first rows of a file, its number of rows, and the ways in which it may be read."""
    rows: list[tuple[str, ...]] = []
    count = 0
    for row in source.rows():
        count += 1
        if len(rows) < _SHOWN:
            cells = [*row.cells, *[""] * len(source.columns)]
            rows.append(tuple(cells[: len(source.columns)]))
    found = source.encoding or ""
    encodings = [one for one in _ENCODINGS if one in ("utf-8", "gb18030", "utf-16", found)]
    return FirstRows(
        source.columns,
        tuple(rows),
        say("imports.rows", desk.locale, n=count, shown=desk.formats.number(count, 0)),
        not count,
        tuple(Option(one, one, one == source.sheet) for one in source.sheets),
        tuple(Option(one, _ENCODINGS[one], one == found) for one in encodings) if found else (),
        _delimiters(desk, source.delimiter) if source.delimiter else (),
    )


def _delimiters(desk: Desk, chosen: str) -> tuple[Option, ...]:
    named = {
        sign: say(f"imports.delimiter.{name}", desk.locale)
        for sign, name in zip(_DELIMITERS, _NAMES, strict=True)
    }
    return tuple(
        Option(sign, named.get(sign, sign), sign == chosen)
        for sign in dict.fromkeys((*_DELIMITERS, chosen))
    )


def history_of(desk: Desk, paths: ImportPaths, found: Sequence[Import]) -> tuple[Past, ...]:
    """Imports as lines of the history."""
    people = {one.member_id for one in found if one.member_id is not None}
    names = titles_of(desk, {MEMBER_ENTITY: people})
    return tuple(
        Past(
            one.file_name,
            desk.app.entity(one.entity).plural_text(desk.locale),
            paths.step(one.id, "result" if one.state in OVER else "file") if one.mine else None,
            names.get((MEMBER_ENTITY, one.member_id or 0))
            or say("imports.command_line", desk.locale),
            desk.formats.ago(one.created_at),
            desk.formats.exact(one.created_at),
            say(f"imports.state.{one.state}", desk.locale),
            one.state in ("failed", "stopped"),
            counts_text(desk, one.report.to_json()) if one.state != "draft" else "",
        )
        for one in found
    )


def counts_text(desk: Desk, counts: Mapping[str, Any]) -> str:
    """The counts of an import in one line."""
    shown = {
        name: desk.formats.number(counts.get(name, 0), 0)
        for name in ("created", "updated", "skipped", "failed")
    }
    return say("imports.counts", desk.locale, **shown)
