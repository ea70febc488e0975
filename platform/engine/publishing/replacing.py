"""Replacing: records that have an archived option, stage or tier get the one that replaces it.

The values go into another column by one statement, and the old column stays as it was: where an
option is not replaced any more, what nobody changed since comes back out of it. In the same way
records lose what is purged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ...metadata.model import App, Field
from ..layout import Former, StoredField
from ..stores import DialectName
from ..tables import sql_type
from ..transaction import Transaction
from . import ddl
from .carrying import Carrier
from .outcome import Counting, Example, Fate, Outcome
from .rows import OWN, Rows

if TYPE_CHECKING:
    from .converting import Conversion

Replaced = Mapping[str, str]
"""Ids of options that others replace, each with the one that records have instead."""


def declared(replaced: Replaced, one: Field) -> Replaced:
    """What of it is about options that a field still has: of those that were purged none is."""
    return {key: other for key, other in replaced.items() if one.option(key) is not None}


def newly(old: Field | None, one: Field) -> Replaced:
    """The options of a field that records may still have, and are to have no more."""
    if old is None or one.system:
        return {}
    return {key: other for key, other in one.replaced.items() if key not in old.replaced}


def rewrites(old: Field | None, one: Field, formers: Iterable[Former]) -> bool:
    """Whether values of a field change because other options of it are replaced than before.

    `formers` are columns that the field had of its present type: what is not replaced any more can
    come back only out of one in which it was not yet.
    """
    if old is None or old.type != one.type or one.system:
        return False
    if declared(old.replaced, one) == one.replaced:
        return False
    return bool(newly(old, one) or sources(formers, old, one))


def sources(formers: Iterable[Former], old: Field, one: Field) -> tuple[StoredField, ...]:
    """The columns of before out of which values can come back, the best first.

    That is the one in which the very same was replaced, then those in which the least was that is
    not any more, the latest first; all of them tell more apart than the present one.
    """
    most = _undone(old.replaced, one)
    found: list[tuple[bool, int, StoredField]] = []
    for former in formers:
        other, lost = declared(former.replaced, one) != one.replaced, _undone(former.replaced, one)
        if former.type == one.type and (lost < most or not other):
            found.insert(0, (other, lost, former.stored))
    return tuple(stored for *_, stored in sorted(found, key=lambda each: each[:2]))


def _undone(replaced: Replaced, one: Field) -> int:
    """How many options went into others that they are apart from now."""
    now, before = one.replaced, declared(replaced, one)
    return sum(now.get(key, key) != now.get(other, other) for key, other in before.items())


def statement(one: Conversion, dialect: DialectName) -> str:
    """Write all values into the new column, but for those that it has kept."""
    table, new = ddl.quoted(one.old.table), ddl.quoted(one.new.column)
    old = ddl.quoted(one.old.column)
    value = mapped_text(one.after.replaced, old, one.purged)
    kept = [ddl.quoted(each.column) for each in one.sources if each.column != one.new.column]
    gone = ", ".join(map(ddl.text, sorted(one.purged)))
    ways = " ".join(
        f"WHEN {mapped_text(one.before.replaced, column)} = {old}"
        + (f" AND {column} NOT IN ({gone})" if gone else "")
        + f" THEN {mapped_text(one.after.replaced, column)}"
        for column in kept
    )
    value = f"CASE {ways} ELSE {value} END" if kept else value
    where = f"({old} IS NOT NULL OR {new} IS NOT NULL)"
    if one.back:
        word = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
        where = f"{old} {word} {mapped_text(one.before.replaced, new)}"
    return f"UPDATE {table} SET {new} = {value} WHERE {where} AND {OWN}"


def mapped_text(replaced: Replaced, column: str, purged: Collection[str] = ()) -> str:
    """A column with what replaces its values, as SQL; without those that are purged."""
    if not replaced and not purged:
        return column
    cases = [f"WHEN {ddl.text(key)} THEN {ddl.text(to)}" for key, to in sorted(replaced.items())]
    cases += [f"WHEN {ddl.text(key)} THEN NULL" for key in sorted(purged)]
    return f"CASE {column} {' '.join(cases)} ELSE {column} END"


def mapped(replaced: Replaced, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The same for a query; without parameters, so that it can be grouped by."""
    if not replaced:
        return column
    value: sa.ColumnElement[Any] = column
    for key, other in sorted(replaced.items()):
        text = sa.literal_column(ddl.text(other), sa.Text())
        value = sa.case((column == sa.literal_column(ddl.text(key), sa.Text()), text), else_=value)
    return value


def look(tx: Transaction, one: Conversion, rows: Rows, *, shown: bool) -> Outcome:
    """What would become of the values of these rows: one query, as options are few.

    What is purged is told where it is purged.
    """
    columns = [sa.column(each.column, sql_type(each)) for each in (one.old, *one.sources)]
    table = sa.table(one.old.table, *columns)
    query = sa.select(sa.func.count(), *columns).select_from(table)
    query = query.where(columns[0].is_not(None), columns[0].not_in(one.purged), rows.clause)
    found = tx.connection.execute(query.group_by(*columns).order_by(*columns))
    carrier, counting = Carrier(tx, one.before, one.after), Counting()
    for number, value, *before in found:
        new, fate = _fate(one, value, before)
        counting.add(fate, number, Example(carrier.shown(value), carrier.shown_after(new)))
    return counting.outcome(shown=shown)


def _fate(one: Conversion, value: str, before: Iterable[str | None]) -> tuple[str, Fate]:
    """What a value becomes, which was one of others in the columns of before."""
    was, now = one.before.replaced, one.after.replaced
    had = [each for each in before if each is not None and each not in one.purged]
    untouched = next((each for each in had if was.get(each, each) == value), None)
    found = now.get(untouched or value, untouched or value)
    if found == value:
        # What it had would come back, had nobody chosen another value since.
        apart = any(was.get(each, each) != now.get(each, each) for each in had)
        return found, "edited" if apart and untouched is None else "lossless"
    return found, "returned" if found in had else "replaced"


def changed_tags(before: App, after: App) -> Iterator[tuple[str, Field, Field]]:
    """The fields of tags of which other ones are replaced than before."""
    for entity in after.entities.values():
        there = before.entities.get(entity.id)
        known = there.by_id if there and not entity.system else {}
        for one in entity.fields:
            was = known.get(one.id)
            tags = was is not None and was.family == one.family == "tags"
            if was is not None and tags and declared(was.replaced, one) != one.replaced:
                yield entity.id, was, one
