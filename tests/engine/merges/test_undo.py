"""Undoing a merge gives back what was there, save what was edited since, which it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.engine import merges, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict, NotFound
from fieldstone.engine.merges import Merge
from fieldstone.engine.search_tables import SEARCH
from fieldstone.engine.system_tables import ALERT
from fieldstone.engine.transaction import Transaction
from tests.engine.crm_like import Company

AWAY = "merge.into_gone"
TWICE = "merge.not_undoable"
UNKNOWN = "merge.unknown"


def made(tx: Transaction, entity: str, **values: Any) -> int:
    return records.create(tx, SYSTEM, entity, values).id


def pair(sales: Company, *, gone: Mapping[str, Any], kept: Mapping[str, Any]) -> tuple[int, int]:
    with sales.workspace.writing() as tx:
        return made(tx, "customer", **gone), made(tx, "customer", **kept)


def merged(sales: Company, gone: int, kept: int) -> Merge:
    with sales.workspace.writing() as tx:
        return merges.merge(tx, sales.caller("boss", tx), "customer", gone, 1, kept, 1)


def undone(sales: Company, one: Merge) -> Merge:
    with sales.workspace.writing() as tx:
        return merges.undo(tx, sales.caller("boss", tx), one)


def values_of(sales: Company, entity: str, record_id: int) -> Any:
    with sales.workspace.reading() as tx:
        return records.get(tx, SYSTEM, entity, record_id).values


def change(sales: Company, entity: str, record_id: int, **values: Any) -> None:
    with sales.workspace.writing() as tx:
        records.update(tx, SYSTEM, entity, record_id, None, values)


def test_names_what_was_edited_since_and_restores_the_rest(sales: Company) -> None:
    gone, kept = pair(
        sales,
        gone={"name": "A", "region": "North", "tax_number": "T", "phone": "13800000000"},
        kept={"name": "B"},
    )
    other = pair(sales, gone={"name": "C"}, kept={"name": "D"})[0]
    with sales.workspace.writing() as tx:
        deals = [made(tx, "deal", name=f"D{n}", customer=str(gone)) for n in range(3)]
    one = merged(sales, gone, kept)
    change(sales, "customer", kept, region="South", name="B2")
    change(sales, "deal", deals[0], customer=str(other))
    change(sales, "deal", deals[1], amount="5")
    one = undone(sales, one)
    assert (one.state, one.count("back"), one.count("left")) == ("undone", 4, 2)
    with sales.workspace.reading() as tx:
        left = merges.left(tx, sales.caller("boss", tx), one)
    assert [(it.entity, it.title, it.fields) for it in left] == [
        ("customer", "B2", ("region",)),
        ("deal", "D0", ("customer",)),
    ]
    survivor = values_of(sales, "customer", kept)
    assert (survivor["name"], survivor["region"], survivor["tax_number"]) == ("B2", "South", None)
    assert values_of(sales, "customer", gone)["tax_number"] == "T"
    # An amount that was edited since is no reason to leave the deal with the other customer.
    moved = values_of(sales, "deal", deals[1])
    assert (moved["customer"], moved["amount"]) == (gone, 5)
    assert values_of(sales, "deal", deals[0])["customer"] == other


def test_leaves_what_may_not_point_there_any_more(sales: Company) -> None:
    gone, kept = pair(sales, gone={"name": "A"}, kept={"name": "B"})
    with sales.workspace.writing() as tx:
        contact = made(tx, "contact", name="Li", customer=str(kept))
        deal = made(tx, "deal", name="D", customer=str(gone))
    one = merged(sales, gone, kept)
    change(sales, "deal", deal, contact=str(contact))
    assert undone(sales, one).count("left") == 1
    assert values_of(sales, "deal", deal)["customer"] == kept


def test_is_refused_twice_and_while_the_survivor_is_away(sales: Company) -> None:
    gone, kept = pair(sales, gone={"name": "A"}, kept={"name": "B"})
    one = merged(sales, gone, kept)
    with sales.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "customer", kept, None)
    with pytest.raises(Conflict) as away:
        undone(sales, one)
    assert [problem.id for problem in away.value.problems] == [AWAY]
    with sales.workspace.writing() as tx:
        records.restore(tx, SYSTEM, "customer", kept, None)
    undone(sales, one)
    with pytest.raises(Conflict) as twice:
        undone(sales, one)
    assert [problem.id for problem in twice.value.problems] == [TWICE]
    with sales.workspace.reading() as tx, pytest.raises(NotFound) as unknown:
        merges.get(tx, SYSTEM, one.id + 1)
    assert [problem.id for problem in unknown.value.problems] == [UNKNOWN]


def test_a_value_that_somebody_else_has_by_now_stops_it(sales: Company) -> None:
    gone, kept = pair(sales, gone={"name": "A", "tax_number": "T"}, kept={"name": "B"})
    one = merged(sales, gone, kept)
    change(sales, "customer", kept, tax_number=None)
    pair(sales, gone={"name": "C", "tax_number": "T"}, kept={"name": "D"})
    with pytest.raises(Conflict) as refused:
        undone(sales, one)
    assert [problem.pointer for problem in refused.value.problems] == ["/tax_number"]
    with sales.workspace.reading() as tx:
        assert merges.get(tx, SYSTEM, one.id).state == "done"


def test_one_that_was_restored_by_hand_gets_back_what_it_had(sales: Company) -> None:
    gone, kept = pair(sales, gone={"name": "A"}, kept={"name": "B"})
    with sales.workspace.writing() as tx:
        deal = made(tx, "deal", name="D", customer=str(gone))
    one = merged(sales, gone, kept)
    with sales.workspace.writing() as tx:
        records.restore(tx, SYSTEM, "customer", gone, 2)
    undone(sales, one)
    assert values_of(sales, "deal", deal)["customer"] == gone


def test_a_merge_is_open_to_who_made_it_and_to_administrators(sales: Company) -> None:
    gone, kept = pair(sales, gone={"name": "A"}, kept={"name": "B"})
    with sales.workspace.writing() as tx:
        one = merges.merge(tx, SYSTEM, "customer", gone, 1, kept, 1)
    with sales.workspace.reading() as tx:
        assert merges.get(tx, sales.caller("boss", tx), one.id).into_id == kept
        with pytest.raises(NotFound, match="no merge"):
            merges.get(tx, sales.caller("wang", tx), one.id)


VERSIONS = frozenset({"version", "updated_at", "updated_by"})
NAMES = st.sampled_from(["A", "B", "C"])
CUSTOMER = st.fixed_dictionaries(
    {"name": NAMES, "owner": st.sampled_from(["boss", "wang"])},
    optional={
        "phone": st.sampled_from(["13800000001", "13800000002"]),
        "region": st.sampled_from(["North", "South"]),
        "budget": st.sampled_from(["1.50", "20.00"]),
        "vip": st.booleans(),
        "founded": st.sampled_from(["2001-02-03", "2010-11-12"]),
        "status": st.sampled_from(["interested", "signed", "lost"]),
        "industry": st.sets(st.sampled_from(["retail", "health", "energy"])).map(sorted),
    },
)
WORLD = st.lists(CUSTOMER, min_size=3, max_size=4)
POINTERS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "bin"])), max_size=5)
TAKE = st.dictionaries(
    st.sampled_from(["name", "phone", "region", "budget", "vip", "industry", "owner", "group"]),
    st.sampled_from(["this", "other"]),
)


def everything(tx: Transaction) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, save versions and history."""
    found = {}
    for entity in (one for one in tx.app.entities.values() if not one.system):
        table = tx.tables.table(entity.id)
        shape = records.record.shape_of(tx.tables, entity.id)
        columns = [tx.tables.column(table, entity.id, one) for one in shape.stored
                   if one not in VERSIONS]  # fmt: skip
        found[entity.id] = sorted(map(tuple, tx.connection.execute(sa.select(*columns))), key=repr)
        if shape.tags:
            link = tx.tables.tags(entity.id)
            present = sa.select(link.c.record_id, link.c.field_id, link.c.tag_id, link.c.source)
            rows = tx.connection.execute(present.where(link.c.valid_to.is_(None)))
            found[f"{entity.id} tags"] = sorted(map(tuple, rows))
    found["alerts"] = sorted(map(tuple, tx.connection.execute(sa.select(ALERT))), key=repr)
    # A field that lost its value is indexed as empty, one that never had any is not.
    held = sa.select(SEARCH.c.entity, SEARCH.c.field, SEARCH.c.record_id, SEARCH.c.folded)
    found["search"] = sorted(map(tuple, tx.connection.execute(held.where(SEARCH.c.folded != ""))))
    return found


class Undone(Exception):
    """Raised to leave a transaction as it was found."""


@given(world=WORLD, groups=POINTERS, contacts=POINTERS, deals=POINTERS, follow_ups=POINTERS,
       open_at=st.sets(st.integers(0, 1)), take=TAKE)  # fmt: skip
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_merge_and_undo_give_back_every_row(
    shared: Company,
    world: list[dict[str, Any]],
    groups: list[tuple[int, str]],
    contacts: list[tuple[int, str]],
    deals: list[tuple[int, str]],
    follow_ups: list[tuple[int, str]],
    open_at: set[int],
    take: dict[str, merges.Side],
) -> None:
    with pytest.raises(Undone), shared.workspace.writing() as tx:
        owned = ({**one, "owner": str(shared.people[one["owner"]])} for one in world)
        ids = [made(tx, "customer", **one) for one in owned]
        for at, (to, _) in enumerate(groups[: len(ids)]):
            group = {"group": str(ids[to % len(ids)])}
            records.update(tx, SYSTEM, "customer", ids[at], None, group)
        point(tx, "contact", "name", ids, contacts)
        point(tx, "deal", "name", ids, deals)
        point(tx, "follow_up", "note", ids, follow_ups)
        for at in sorted(open_at):
            row = {"entity": "customer", "record_id": ids[at], "entered_at": tx.now}
            more = {"rule": "r", "state": "open", "severity": "low", "message": {}}
            tx.connection.execute(sa.insert(ALERT).values(**row, **more))
        before = everything(tx)
        one = merges.merge(tx, SYSTEM, "customer", ids[0], None, ids[1], None, take)
        assert everything(tx) != before
        merges.undo(tx, SYSTEM, one)
        assert everything(tx) == before
        raise Undone


def point(
    tx: Transaction, entity: str, title: str, ids: list[int], wanted: list[tuple[int, str]]
) -> None:
    for at, (to, where) in enumerate(wanted):
        values = {title: f"{entity} {at}", "customer": str(ids[to % len(ids)])}
        record_id = made(tx, entity, **values)
        if where == "bin":
            records.delete(tx, SYSTEM, entity, record_id, None)
