"""Two records become one: its values, all that points there, rights, refusals and the history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import history, merges, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    Refused,
    Stale,
)
from fieldstone.engine.merges import Merge
from fieldstone.engine.system_tables import ALERT
from tests.engine.crm_like import Company, counted

BEYOND = "merge.beyond_rights"
HELD = "merge.cannot_follow"
ITSELF = "merge.same"


def made(sales: Company, entity: str, **values: Any) -> int:
    with sales.workspace.writing() as tx:
        caller = sales.caller("boss", tx)
        return records.create(tx, caller, entity, values).id


def merged(sales: Company, gone: int, kept: int, **how: Any) -> Merge:
    """Merge customers that were made and nothing else, as the boss."""
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        return merges.merge(tx, boss, "customer", gone, 1, kept, 1, how.get("take"))


def values_of(sales: Company, entity: str, record_id: int) -> Any:
    with sales.workspace.reading() as tx:
        return records.get(tx, SYSTEM, entity, record_id).values


def test_fills_what_the_surviving_record_lacks(sales: Company) -> None:
    gone = made(
        sales, "customer", name="Acme Ltd", tax_number="A1", region="North", phone="13800000000"
    )
    kept = made(sales, "customer", name="Acme", region="South")
    merged(sales, gone, kept)
    found = values_of(sales, "customer", kept)
    assert (found["name"], found["region"]) == ("Acme", "South")
    assert (found["tax_number"], found["phone"]) == ("A1", "+8613800000000")
    with sales.workspace.reading() as tx, pytest.raises(NotFound):
        records.get(tx, SYSTEM, "customer", gone)


def test_takes_whose_value_was_chosen_even_an_empty_one(sales: Company) -> None:
    gone = made(sales, "customer", name="Acme Ltd", phone="13800000000")
    kept = made(sales, "customer", name="Acme", region="South", tax_number="A1")
    take = {"name": "this", "region": "this", "phone": "other"}
    merged(sales, gone, kept, take=take)
    found = values_of(sales, "customer", kept)
    assert (found["name"], found["region"]) == ("Acme Ltd", None)
    assert (found["phone"], found["tax_number"]) == (None, "A1")


def test_unites_tags_unless_one_side_was_chosen(sales: Company) -> None:
    def pair() -> tuple[int, int]:
        return (
            made(sales, "customer", name="A", industry=["retail", "health"]),
            made(sales, "customer", name="B", industry=["health", "energy"]),
        )

    gone, kept = pair()
    merged(sales, gone, kept)
    assert values_of(sales, "customer", kept)["industry"] == {"retail", "health", "energy"}
    gone, kept = pair()
    merged(sales, gone, kept, take={"industry": "this"})
    assert values_of(sales, "customer", kept)["industry"] == {"retail", "health"}


def test_moves_everything_that_points_there_by_as_many_statements_however_much(
    sales: Company,
) -> None:
    numbers = []
    for count in (2, 40):
        gone, kept = made(sales, "customer", name="A"), made(sales, "customer", name="B")
        with sales.workspace.writing() as tx:
            for entity, name in (("contact", "name"), ("follow_up", "note"), ("deal", "name")):
                rows = [{name: f"{entity} {n}", "customer": str(gone)} for n in range(count)]
                assert all(one.done for one in records.create_many(tx, SYSTEM, entity, rows))
            (binned,) = records.create_many(
                tx, SYSTEM, "contact", [{"name": "gone", "customer": str(gone)}]
            )
            records.delete_many(tx, SYSTEM, "contact", [(binned.record_id or 0, 1)])
        with sales.workspace.writing() as tx, counted(tx) as sent:
            boss = sales.caller("boss", tx)
            one = merges.merge(tx, boss, "customer", gone, 1, kept, 1)
        numbers.append(len(sent))
        assert one.count("moved") == 3 * count + 1
        with sales.workspace.reading() as tx:
            for entity in ("contact", "follow_up", "deal"):
                table = tx.tables.table(entity)
                pointed = tx.connection.execute(
                    sa.select(tx.tables.column(table, entity, "customer")).where(
                        tx.tables.column(table, entity, "customer").in_((gone, kept))
                    )
                )
                assert set(pointed.scalars()) == {kept}
    assert numbers[0] == numbers[1]


def test_a_contact_and_the_deal_that_needs_it_there_move_together(sales: Company) -> None:
    gone, kept = made(sales, "customer", name="A"), made(sales, "customer", name="B")
    contact = made(sales, "contact", name="Li", customer=str(gone))
    deal = made(sales, "deal", name="D", customer=str(gone), contact=str(contact))
    one = merged(sales, gone, kept)
    assert values_of(sales, "deal", deal)["customer"] == kept
    with sales.workspace.writing() as tx:
        merges.undo(tx, sales.caller("boss", tx), one)
    assert values_of(sales, "deal", deal)["customer"] == gone
    assert values_of(sales, "contact", contact)["customer"] == gone


def test_stored_formulas_follow(sales: Company) -> None:
    group = made(sales, "customer", name="G")
    gone = made(sales, "customer", name="A", group=str(group))
    kept = made(sales, "customer", name="B", group=str(group))
    for customer in (gone, kept):
        deal = made(sales, "deal", name="D" + str(customer), customer=str(customer), amount="100")
        with sales.workspace.writing() as tx:
            moved = [records.Update(deal, 1, {"stage": "won"})]
            records.update_many(tx, SYSTEM, "deal", moved, typed=True, history=True)
    one = merged(sales, gone, kept)
    assert values_of(sales, "customer", kept)["won_amount"] == 200
    assert values_of(sales, "customer", group)["group_won"] == 200
    with sales.workspace.writing() as tx:
        merges.undo(tx, SYSTEM, one)
    assert values_of(sales, "customer", gone)["won_amount"] == 100
    assert values_of(sales, "customer", kept)["won_amount"] == 100
    assert values_of(sales, "customer", group)["group_won"] == 200


def test_two_that_point_at_each_other_point_nowhere(sales: Company) -> None:
    kept = made(sales, "customer", name="B")
    gone = made(sales, "customer", name="A", group=str(kept))
    with sales.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", kept, 1, {"group": str(gone)})
    with sales.workspace.writing() as tx:
        merges.merge(tx, SYSTEM, "customer", gone, 1, kept, 2)
    assert values_of(sales, "customer", kept)["group"] is None


def test_guards_checks_and_unique_values_hold(sales: Company) -> None:
    gone = made(sales, "customer", name="A", status="signed")
    kept = made(sales, "customer", name="B", status="lost")
    with pytest.raises(Conflict) as refused:
        merged(sales, gone, kept, take={"status": "this"})
    assert [one.id for one in refused.value.problems] == ["choice.transition"]
    for customer in (gone, kept):
        made(sales, "deal", name="Same", customer=str(customer))
    with pytest.raises(Conflict) as refused:
        merged(sales, gone, kept)
    assert {one.id for one in refused.value.problems} == {HELD}
    assert "“Same”" in refused.value.problems[0].text("en")
    assert values_of(sales, "customer", gone)["name"] == "A"


@pytest.mark.parametrize(
    ("versions", "refusal", "pointer"),
    [
        ((None, 1), PreconditionRequired, ""),
        ((1, None), PreconditionRequired, "/version"),
        ((2, 1), Stale, ""),
        ((1, 2), Stale, "/version"),
    ],
)
def test_both_are_merged_from_the_versions_that_were_seen(
    sales: Company, versions: tuple[int, int], refusal: type[Refused], pointer: str
) -> None:
    gone, kept = made(sales, "customer", name="A"), made(sales, "customer", name="B")
    with sales.workspace.writing() as tx, pytest.raises(refusal) as refused:
        boss = sales.caller("boss", tx)
        merges.merge(tx, boss, "customer", gone, versions[0], kept, versions[1])
    assert [one.pointer for one in refused.value.problems] == [pointer]
    if isinstance(refused.value, Stale):
        assert refused.value.current.id == (kept if pointer else gone)


def test_not_into_itself_nor_into_what_is_not_there(sales: Company) -> None:
    gone = made(sales, "customer", name="A")
    with pytest.raises(Invalid) as itself:
        merged(sales, gone, gone)
    assert [one.id for one in itself.value.problems] == [ITSELF]
    with pytest.raises(NotFound) as refused:
        merged(sales, gone, 99)
    assert refused.value.problems[0].pointer == "/into"
    with pytest.raises(Invalid) as unknown:
        merged(sales, gone, made(sales, "customer", name="B"), take={"nmae": "this"})
    assert [(one.id, one.pointer) for one in unknown.value.problems] == [
        ("field.unknown_near", "/take/nmae")
    ]


def may_delete_customers(sales: Company) -> None:
    """Sellers may delete customers of theirs from now on."""
    from fieldstone.engine import publish
    from fieldstone.metadata.documents import document_of
    from tests.engine.crm_like import DOCUMENTS, SELLER

    customer, *others = SELLER["entities"]
    seller = {**SELLER, "entities": [{**customer, "delete": True}, *others]}
    documents = [one if one.name != "seller" else document_of(seller) for one in DOCUMENTS]
    with sales.workspace.writing() as tx:
        plan = publish.preview(tx, SYSTEM, documents)
    publish.publish(sales.workspace, SYSTEM, plan)


def as_wang(sales: Company, entity: str, **values: Any) -> int:
    with sales.workspace.writing() as tx:
        return records.create(tx, sales.caller("wang", tx), entity, values).id


def wang_merges(sales: Company, gone: int, kept: int) -> None:
    with sales.workspace.writing() as tx:
        merges.merge(tx, sales.caller("wang", tx), "customer", gone, 1, kept, 1)


def test_needs_the_rights_to_delete_one_and_to_change_the_other_and_all_that_moves(
    sales: Company,
) -> None:
    gone, kept = as_wang(sales, "customer", name="A"), as_wang(sales, "customer", name="B")
    with pytest.raises(Forbidden, match="may not delete"):
        wang_merges(sales, gone, kept)
    may_delete_customers(sales)
    with pytest.raises(NotFound):
        wang_merges(sales, made(sales, "customer", name="of the boss"), kept)
    hers = made(sales, "deal", name="of the boss", customer=str(gone))
    with pytest.raises(Forbidden) as refused:
        wang_merges(sales, gone, kept)
    # Neither that it is a deal, nor which one, nor whose.
    assert [(one.id, one.params) for one in refused.value.problems] == [(BEYOND, {})]
    with sales.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "deal", hers, 1)
    as_wang(sales, "deal", name="mine", customer=str(gone))
    wang_merges(sales, gone, kept)


def test_fills_hidden_fields_too_and_tells_nothing_of_them(sales: Company) -> None:
    may_delete_customers(sales)
    gone, kept = as_wang(sales, "customer", name="A"), as_wang(sales, "customer", name="B")
    with sales.workspace.writing() as tx:
        records.update_many(
            tx, SYSTEM, "customer", [records.Update(gone, None, {"budget": "9"})], quiet=True
        )
    with pytest.raises(Invalid) as refused, sales.workspace.writing() as tx:
        wang = sales.caller("wang", tx)
        merges.merge(tx, wang, "customer", gone, 1, kept, 1, {"budget": "this"})
    assert [one.id for one in refused.value.problems] == ["field.unknown"]
    wang_merges(sales, gone, kept)
    assert values_of(sales, "customer", kept)["budget"] == 9


def test_the_history_of_both_tells_it_and_of_what_moved(sales: Company) -> None:
    gone, kept = made(sales, "customer", name="A"), made(sales, "customer", name="B")
    contact = made(sales, "contact", name="Li", customer=str(gone))
    sales.later(minutes=1)
    one = merged(sales, gone, kept)
    sales.later(minutes=1)
    with sales.workspace.writing() as tx:
        merges.undo(tx, sales.caller("boss", tx), one)
    with sales.workspace.reading() as tx:
        boss = sales.caller("boss", tx)
        for record_id in (gone, kept):
            told = history.of(tx, boss, "customer", record_id)
            assert [(e.kind, e.merged_from, e.merged_into) for e in told.entries] == [
                ("unmerged", gone, kept),
                ("merged", gone, kept),
                ("created", None, None),
            ]
            assert told.titles["customer", gone] == "A"
            assert told.entries[1].actor == sales.people["boss"]
        moved = history.of(tx, boss, "contact", contact).entries
        assert [(c.before, c.after) for e in moved[:2] for c in e.changes] == [
            (kept, gone),
            (gone, kept),
        ]
        assert {e.origin for e in moved[:2]} == {"merge"}


def alert(sales: Company, record_id: int, rule: str) -> int:
    row = {"rule": rule, "entity": "customer", "record_id": record_id, "state": "open",
           "severity": "low", "message": {}}  # fmt: skip
    with sales.workspace.writing() as tx:
        new = sa.insert(ALERT).values(**row, entered_at=tx.now).returning(ALERT.c.id)
        return int(tx.connection.execute(new).scalar_one())


def test_alerts_go_along_and_are_open_once(sales: Company) -> None:
    gone, kept = made(sales, "customer", name="A"), made(sales, "customer", name="B")
    silent, both = alert(sales, gone, "silent"), alert(sales, gone, "both")
    alert(sales, kept, "both")

    def states() -> dict[int, tuple[int, str]]:
        with sales.workspace.reading() as tx:
            rows = tx.connection.execute(sa.select(ALERT).where(ALERT.c.id.in_((silent, both))))
            return {row.id: (row.record_id, row.state) for row in rows}

    before = states()
    one = merged(sales, gone, kept)
    assert states() == {silent: (kept, "open"), both: (gone, "resolved")}
    with sales.workspace.writing() as tx:
        merges.undo(tx, SYSTEM, one)
    assert states() == before


def test_its_address_leads_to_the_one_that_it_became(sales: Company) -> None:
    first, second, third = (made(sales, "customer", name=one) for one in "ABC")

    def leads(caller: Caller | None = None) -> int | None:
        with sales.workspace.reading() as tx:
            return merges.survivor(tx, caller or SYSTEM, "customer", first)

    assert leads() is None
    merged(sales, first, second)
    assert leads() == second
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        merges.merge(tx, SYSTEM, "customer", second, 1, third, 1)
    assert leads() == third
    with sales.workspace.reading() as tx:
        wang = sales.caller("wang", tx)
    assert leads(wang) is None
    with sales.workspace.writing() as tx:
        records.restore(tx, SYSTEM, "customer", first, 2)
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "customer", first, 3)
    assert leads() is None


def test_an_owner_that_was_taken_over_goes_back_with_the_time_of_then(sales: Company) -> None:
    gone, kept = made(sales, "customer", name="A"), made(sales, "customer", name="B")
    with sales.workspace.writing() as tx:
        zhao = [records.Update(gone, 1, {"owner": sales.people["zhao"]})]
        records.update_many(tx, SYSTEM, "customer", zhao, typed=True)
    since = values_of(sales, "customer", kept)["owner_since"]
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        one = merges.merge(tx, SYSTEM, "customer", gone, 2, kept, 1, {"owner": "this"})
    assert values_of(sales, "customer", kept)["owner_since"] == since + timedelta(hours=1)
    with sales.workspace.writing() as tx:
        merges.undo(tx, SYSTEM, one)
    assert values_of(sales, "customer", kept)["owner_since"] == since
    assert values_of(sales, "customer", kept)["owner"] == sales.people["boss"]
