"""What a trial run or an import has come to: counts, progress, bad rows, what an undo left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstone.engine.imports import Import, books
from fieldstone.engine.imports.desk import OVER, WORKING
from fieldstone.metadata.model import Entity

from ...desk import Desk
from ...words import joined, say
from ..left import plain
from ..naming import titles_of

_PARTS = ("created", "updated", "skipped", "failed")


@dataclass(frozen=True)
class Count:
    """A number with its name."""

    name: str
    text: str
    shown: str
    number: int


@dataclass(frozen=True)
class BadLine:
    """A row of the file that cannot be imported, and why."""

    line: int
    cells: str
    why: str

    @classmethod
    def of(
        cls, desk: Desk, line: int, cells: Sequence[str], reasons: Sequence[Mapping[str, str]]
    ) -> BadLine:
        """The row as its reader sees it."""
        sentences = [one.get(desk.locale, one["en"]) for one in reasons]
        return cls(line, " · ".join(one for one in cells if one)[:160], joined(sentences))


@dataclass(frozen=True)
class Outcome:
    """What a trial run or an import has come to by now."""

    working: bool
    waits: bool
    stuck: bool
    done: int
    total: int
    progress: str
    counts: tuple[Count, ...] = ()
    rows: int = 0
    why: tuple[str, ...] = ()
    bad: tuple[BadLine, ...] = ()
    unknown: tuple[str, ...] = ()
    undo: bool = False


def checked_of(desk: Desk, one: Import) -> Outcome:
    """What the trial run told, or how far it is."""
    found = one.checked or {}
    if "why" in found:
        return _outcome(desk, one, {}, why=_sentences(desk, found["why"]))
    bad = tuple(BadLine.of(desk, *row) for row in found.get("bad", ()))
    return _outcome(desk, one, found, bad=bad, unknown=_unknown(desk, found))


def result_of(desk: Desk, one: Import) -> Outcome:
    """What the import has come to."""
    why = _sentences(desk, one.progress.get("why", ()))
    counts = one.report.to_json()
    undo = one.state in OVER[:-1] and bool(one.report.created + one.report.updated)
    return _outcome(desk, one, counts, why=why, unknown=_unknown(desk, counts), undo=undo)


def _outcome(desk: Desk, one: Import, counts: Mapping[str, Any], **more: Any) -> Outcome:
    done, total = one.progress.get("done") or 0, one.progress.get("total") or 0
    number = desk.formats.number
    return Outcome(
        working=one.state in WORKING and not one.stuck,
        waits=one.waits,
        stuck=one.stuck,
        done=done,
        total=total,
        progress=say(
            "imports.progress", desk.locale, done=number(done, 0), total=number(total, 0)
        ),
        counts=tuple(
            Count(name, say(f"imports.{name}", desk.locale), number(counts.get(name, 0), 0),
                  counts.get(name, 0))
            for name in _PARTS
        ) if counts else (),
        rows=counts.get("rows", 0),
        **more,
    )  # fmt: skip


def _sentences(desk: Desk, reasons: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    edited = say("imports.edited_since", desk.locale)
    return tuple(edited if plain(one) else one.get(desk.locale, one["en"]) for one in reasons)


def _unknown(desk: Desk, counts: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for column, value, rows, _ in counts.get("unknown", ())[:20]:
        shown = desk.formats.number(rows, 0)
        params = {"column": column, "value": value, "shown": shown, "n": rows}
        found.append(say("imports.unknown", desk.locale, **params))
    return tuple(found)


@dataclass(frozen=True)
class Left:
    """A record that an undo left as it is, and why."""

    href: str
    title: str
    why: str


def left_lines(desk: Desk, one: Import, entity: Entity) -> tuple[Left, ...]:
    """The records that an undo left, the first of them."""
    if not one.progress.get("left"):
        return ()
    rows = books.left_rows(desk.tx, one.id)
    titles = titles_of(desk, {entity.id: {row.record_id for row in rows}})
    return tuple(
        Left(
            desk.paths.record(entity.name, row.record_id),
            titles.get((entity.id, row.record_id)) or f"#{row.record_id}",
            joined(_sentences(desk, row.reasons)),
        )
        for row in rows
    )
