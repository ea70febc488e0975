"""Verifying: whoever changes the history in the database is found, and where."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine.audit import faults, verifying
from fieldstone.engine.audit.chain import SORTS, Sort
from fieldstone.engine.audit_tables import APPEND_ONLY, AUDIT_ENTRY, ERASURE
from fieldstone.engine.errors import NotFound
from fieldstone.engine.system_tables import CHANGE, FIELD_CHANGE
from tests.engine.audit.conftest import Ledger

HISTORY = pytest.mark.parametrize("sort", SORTS, ids=lambda sort: str(sort.name))
SAID = [(sort, column) for sort in SORTS for column in sort.says]
CHAINED = [one.name for one in AUDIT_ENTRY.c if one.name != "erased"]


KINDS = ("altered", "deleted", "inserted", "reordered")
NO_ENTRY = "audit.no_entry"
IDS = frozenset({NO_ENTRY, *(f"audit.{one}{of}" for one in KINDS for of in ("", "_entry"))})


class _Over(Exception):
    """Ends an attack, of which nothing is kept."""


def found(ledger: Ledger, *statements: Any) -> tuple[str, str, int]:
    """What is found after statements of somebody who has the database."""
    with suppress(_Over), ledger.workspace.writing() as tx:
        for table in APPEND_ONLY:
            if tx.tables.dialect == "postgresql":
                tx.connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
            else:
                for event in ("update", "delete"):
                    tx.connection.exec_driver_sql(f"DROP TRIGGER {table.name}_no_{event}")
        for one in statements:
            tx.connection.execute(one)
        fault = verifying.stretch(tx).fault
        raise _Over
    assert fault is not None
    return fault.kind, fault.table, fault.row


def sealed(ledger: Ledger, sort: Sort) -> list[Any]:
    """The entries of rows of a sort that are there, in their order."""
    query = sa.select(AUDIT_ENTRY).where(
        AUDIT_ENTRY.c.sort == sort.name, AUDIT_ENTRY.c.erased.is_(None)
    )
    with ledger.workspace.reading() as tx:
        return list(tx.connection.execute(query.order_by(AUDIT_ENTRY.c.number)))


def forged(column: sa.Column[Any]) -> Any:
    """Another value of a column."""
    if isinstance(column.type, sa.LargeBinary):
        return b"forged"
    if column.name == "at":
        return sa.text("'2020-01-01T00:00:00.000000Z'")
    if column.name == "fields":
        return sa.text("'forged'")
    whole = isinstance(column.type, sa.Integer)
    return sa.func.coalesce(column, 0) + 1_000_000 if whole else "forged"


def test_a_history_that_nobody_touched_is_whole(whole: Ledger) -> None:
    verified = whole.verified()
    assert verified.fault is None
    assert verified.entries == entries(whole)
    assert (verified.erased, verified.unsealed) == (3, 7)


def entries(ledger: Ledger) -> int:
    with ledger.workspace.reading() as tx:
        return tx.connection.scalar(sa.select(sa.func.count()).select_from(AUDIT_ENTRY)) or 0


@pytest.mark.parametrize(("sort", "name"), SAID, ids=lambda one: getattr(one, "name", one))
def test_an_altered_row_is_found(whole: Ledger, sort: Sort, name: str) -> None:
    entry = sealed(whole, sort)[0]
    change = sa.update(sort.table).where(sort.table.c.id == entry.row_id)
    wrong = found(whole, change.values({name: forged(sort.table.c[name])}))
    if sort.table is ERASURE:
        # What it allowed to be erased comes before it, and is not allowed any more.
        assert wrong[:2] == ("deleted", "_field_change")
    else:
        assert wrong == ("altered", sort.table.name, entry.row_id)


@HISTORY
def test_a_row_of_another_change_set_is_found(whole: Ledger, sort: Sort) -> None:
    entry = sealed(whole, sort)[-1]
    change = sa.update(sort.table).where(sort.table.c.id == entry.row_id)
    if sort.table is CHANGE:
        wrong = found(whole, change.values(id=1_000_000))
        assert wrong == ("deleted", "_change", entry.row_id)
    else:
        wrong = found(whole, change.values(change_id=entry.change_id + 1))
        assert wrong == ("altered", sort.table.name, entry.row_id)


@HISTORY
def test_a_deleted_row_is_found(whole: Ledger, sort: Sort) -> None:
    entry = sealed(whole, sort)[-1]
    wrong = found(whole, sa.delete(sort.table).where(sort.table.c.id == entry.row_id))
    assert wrong == ("deleted", sort.table.name, entry.row_id)


@HISTORY
def test_rows_that_changed_places_are_found(whole: Ledger, sort: Sort) -> None:
    one, two = (entry.row_id for entry in sealed(whole, sort)[:2])
    wrong = found(whole, *swapped(sort.table.c.id, one, two))
    if sort.table is ERASURE:
        assert wrong[:2] == ("deleted", "_field_change")
    else:
        assert wrong == ("reordered", sort.table.name, one)


def swapped(column: sa.Column[int], one: int, two: int) -> list[sa.Update]:
    """What has two rows change places."""
    places = ((one, -1), (two, one), (-1, two))
    change = sa.update(column.table)
    return [change.where(column == old).values({column.name: new}) for old, new in places]


@HISTORY
def test_a_row_that_was_put_in_is_found(whole: Ledger, sort: Sort) -> None:
    entry = sealed(whole, sort)[-1]
    table = sort.table
    copied = [one.name for one in table.c if one.name != "id"]
    row = sa.select(sa.literal(-7), *(table.c[one] for one in copied))
    copy = sa.insert(table).from_select(["id", *copied], row.where(table.c.id == entry.row_id))
    assert found(whole, copy) == ("inserted", table.name, -7)


@pytest.mark.parametrize("name", CHAINED)
def test_an_altered_entry_is_found(whole: Ledger, name: str) -> None:
    entry = sealed(whole, SORTS[0])[0]
    change = sa.update(AUDIT_ENTRY).where(AUDIT_ENTRY.c.number == entry.number)
    wrong = found(whole, change.values({name: forged(AUDIT_ENTRY.c[name])}))
    if name == "salt":
        assert wrong == ("altered", "_field_change", entry.row_id)
        return
    kinds = {"number": "deleted", "change_id": "reordered", "row_id": "reordered"}
    kind = {**kinds, "sort": "inserted"}.get(name, "altered")
    assert wrong == (kind, "_audit_entry", entry.number)


def test_a_deleted_entry_is_found(whole: Ledger) -> None:
    entry = sealed(whole, SORTS[0])[0]
    wrong = found(whole, sa.delete(AUDIT_ENTRY).where(AUDIT_ENTRY.c.number == entry.number))
    assert wrong == ("deleted", "_audit_entry", entry.number)


def test_entries_that_changed_places_are_found(whole: Ledger) -> None:
    entry = sealed(whole, SORTS[0])[0]
    wrong = found(whole, *swapped(AUDIT_ENTRY.c.number, entry.number, entry.number + 1))
    assert wrong == ("reordered", "_audit_entry", entry.number)


def test_an_entry_that_was_put_in_is_found(whole: Ledger) -> None:
    values = {"sort": "change", "row_id": -1, "change_id": 999, "digest": b"x", "link": b"y"}
    number = entries(whole) + 1
    wrong = found(whole, sa.insert(AUDIT_ENTRY).values(number=number, **values))
    assert wrong == ("inserted", "_audit_entry", number)


def test_a_row_that_is_only_said_to_be_erased_is_found(whole: Ledger) -> None:
    entry = next(one for one in sealed(whole, SORTS[0]) if one.field == "name")
    erasure = sealed(whole, SORTS[2])[0].row_id
    table = SORTS[0].table
    mark = sa.update(AUDIT_ENTRY).where(AUDIT_ENTRY.c.number == entry.number)
    gone = sa.delete(table).where(table.c.id == entry.row_id)
    wrong = found(whole, mark.values(erased=erasure, salt=None), gone)
    assert wrong == ("deleted", "_field_change", entry.row_id)


def test_the_first_of_several_is_told(whole: Ledger) -> None:
    first, last = sealed(whole, SORTS[0])[0], sealed(whole, SORTS[-1])[-1]
    table = SORTS[0].table
    late = sa.delete(CHANGE).where(CHANGE.c.id == last.row_id)
    soon = sa.update(table).where(table.c.id == first.row_id).values(before="x")
    values = {"id": -7, "entity": "customer", "record_id": 1, "field": "name", "change_id": 1}
    sooner = sa.insert(table).values(values)
    assert found(whole, late, soon) == ("altered", "_field_change", first.row_id)
    assert found(whole, late, soon, sooner) == ("inserted", "_field_change", -7)


def test_a_row_that_was_put_into_the_last_sealed_set_is_found(ledger: Ledger) -> None:
    ledger.seal()
    last = sealed(ledger, SORTS[-1])[-1].row_id
    with ledger.workspace.writing() as tx:
        values = {"entity": "customer", "record_id": 1, "field": "name", "change_id": last}
        made = sa.insert(FIELD_CHANGE).values(values).returning(FIELD_CHANGE.c.id)
        row = tx.connection.scalar(made)
    ledger.write(1)
    ledger.seal()
    fault = ledger.verified().fault
    assert fault is not None
    assert (fault.kind, fault.table, fault.row) == ("inserted", "_field_change", row)


def test_it_goes_from_stretch_to_stretch(whole: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "_BATCH", 3)
    monkeypatch.setattr(verifying, "STRETCH", 7)
    after, seen = 0, []
    while True:
        with whole.workspace.reading() as tx:
            one = verifying.stretch(tx, after)
        seen.append(one.entries)
        if one.following is None:
            break
        after = one.following
    assert one.unsealed == 7
    assert seen == [*range(7, entries(whole), 7), entries(whole)]
    with whole.workspace.reading() as tx, pytest.raises(NotFound) as beyond:
        verifying.stretch(tx, entries(whole) + 1)
    assert [problem.id for problem in beyond.value.problems] == [NO_ENTRY]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", ["_change", "_audit_entry"])
def test_what_is_wrong_is_said_in_words(kind: Any, table: str) -> None:
    fault = faults.Fault(
        kind, table, 12, None if kind == "inserted" and table == "_change" else 5, 3
    )
    for locale in ("en", "zh-CN"):
        text = fault.problem.text(locale)
        assert ("12" if table == "_change" else "5") in text and "{" not in text
        assert text != fault.problem.id
    assert fault.problem.id == f"audit.{kind}{'' if table == '_change' else '_entry'}"
