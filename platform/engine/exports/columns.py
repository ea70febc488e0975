"""Columns: what stands above the values of a field in a file, and what each becomes there.

People read labels and titles; whatever can be written again is written so that reading it as a
cell of an import gives the value back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ...metadata.model import App, Field, Option
from ...rules.types import target_of
from ..cells import exact
from ..imports.mapping import folded
from ..query import Page
from ..query.paths import Path
from ..reading.values import BETWEEN_TAGS, words_of
from ..reading.values import folded as folded_word
from ..records.present import writer_of
from ..records.record import Record


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of one, which is shown as per cent."""

    share: Decimal


Value = str | Decimal | Percent | bool | date | datetime | None
"""What a cell holds; a `datetime` has no zone and is local to the workspace."""


def headers(app: App, columns: Iterable[Path], locale: str) -> list[str]:
    """A header for each column: the label, or the name where the label says too little.

    A column over references has the headers of its parts, joined by points.
    """
    return [_header(app, one, locale) for one in columns]


def _header(app: App, path: Path, locale: str) -> str:
    parts = [_word(app, entity_id, field_id, locale) for entity_id, field_id in path.reads]
    return ".".join(parts)


def _word(app: App, entity_id: str, field_id: str, locale: str) -> str:
    entity = app.entity(entity_id)
    one = entity.field(field_id)
    label = one.text(locale)
    others = (
        word
        for other in entity.live_fields
        if other is not one
        for word in (other.name, *other.aliases, *other.label.values())
    )
    known = {folded(word) for word in others}
    clear = folded(label) and "." not in label and folded(label) not in known
    return label if clear else one.name


def reader(app: App, path: Path, zone: ZoneInfo, locale: str) -> Callable[[Page, Record], Value]:
    """What turns the value of a record into the content of its cell."""
    one, place = path.field, path.id
    target = target_of(one)
    if target is not None:
        return lambda page, record: _title(page, target, record.values[place])
    words = _words(one.options, locale)
    write = writer_of(app, path.entity_id, one, locale if one.family == "formula" else None)
    return lambda _, record: _value(one, record.values[place], write, words, zone)


def _title(page: Page, target: str, record_id: int | None) -> str | None:
    if record_id is None:
        return None
    found = page.titles.get((target, record_id))
    return exact(found) if found else f"#{record_id}"


def _value(
    one: Field, value: Any, write: Callable[[Any], Any], words: dict[str, str], zone: ZoneInfo
) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return local(value, zone)
    if isinstance(value, date):
        return value
    written = write(value)
    if isinstance(written, list):
        return ", ".join([words.get(str(name), str(name)) for name in written]) or None
    if isinstance(value, int | Decimal):
        number = Decimal(written)
        return Percent(number) if one.family == "percent" else number
    return exact(words.get(written, written)) or None


def local(moment: datetime, zone: ZoneInfo) -> datetime | str:
    """A moment by the clock of a zone; with its offset, as text, where the clock shows it twice."""
    try:
        found = moment.astimezone(zone)
    except OverflowError:
        return moment.astimezone(UTC).isoformat(" ")
    bare = found.replace(tzinfo=None, fold=0)
    if bare.replace(tzinfo=zone).astimezone(UTC) == moment:
        return bare
    return found.isoformat(" ")


def _words(options: Sequence[Option], locale: str) -> dict[str, str]:
    """The word for each name of an option: its label where that is read as this option alone."""
    read = words_of(options)
    found = {}
    for one in options:
        label = one.text(locale)
        alone = read.get(folded_word(label)) == one.name and not BETWEEN_TAGS.search(label)
        found[one.name] = label if alone else one.name
    return found
