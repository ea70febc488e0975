"""Many records come back at once, those that cannot are left, and the others go by it."""

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.records.reversal import Mark, revert_many
from tests.engine.crm_like import Company, counted


def made(sales: Company, entity: str, *rows: dict[str, str]) -> list[int]:
    with sales.workspace.writing() as tx:
        done = records.create_many(tx, SYSTEM, entity, rows)
        assert all(one.done for one in done)
        return [one.record_id or 0 for one in done]


def test_restores_all_but_those_that_cannot_come_back(sales: Company) -> None:
    ids = made(sales, "customer", *({"name": f"C{n}", "tax_number": str(n)} for n in range(4)))
    people = made(sales, "contact", *({"name": "Li", "customer": str(one)} for one in ids))
    with sales.workspace.writing() as tx:
        assert all(
            one.done for one in records.delete_many(tx, SYSTEM, "customer", [(i, 1) for i in ids])
        )
    made(sales, "customer", {"name": "new", "tax_number": "2"})
    with sales.workspace.writing() as tx:
        wanted = [*((one, 2) for one in ids[1:]), (ids[0], 1), (99999, 1)]
        done = records.restore_many(tx, SYSTEM, "customer", wanted)
        assert [[one.id for one in row.problems] for row in done] == [
            [],
            ["unique.taken"],
            [],
            ["record.stale"],
            ["record.not_found"],
        ]
        shown = records.rows.whole_rows(tx, SYSTEM, "contact", people, lock=False)
        assert sorted(shown) == [people[1], people[3]]


def test_restores_by_the_same_statements_however_many(sales: Company) -> None:
    ids = made(sales, "customer", *({"name": f"C{n}"} for n in range(60)))
    numbers = []
    for some in (ids[:5], ids[5:]):
        with sales.workspace.writing() as tx:
            records.delete_many(tx, SYSTEM, "customer", [(one, 1) for one in some])
        with sales.workspace.writing() as tx, counted(tx) as sent:
            records.restore_many(tx, SYSTEM, "customer", [(one, 2) for one in some])
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]


def test_reverts_what_named_changes_changed_unless_edited_since(sales: Company) -> None:
    ids = made(sales, "customer", *({"name": f"C{n}", "phone": "13800000000"} for n in range(3)))
    with sales.workspace.writing() as tx:
        changes = [records.Update(one, 1, {"phone": "13900000000"}) for one in ids]
        records.update_many(tx, SYSTEM, "customer", changes)
        change_id = records.journal.opened_set(tx, SYSTEM)
        assert change_id is not None
    with sales.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", ids[1], 2, {"name": "edited"})
    with sales.workspace.writing() as tx:
        marks = [Mark(one, 2, (change_id,)) for one in ids]
        left = revert_many(tx, SYSTEM, "customer", marks)
        assert {at: [one.id for one in problems] for at, problems in left.items()} == {
            ids[0]: [],
            ids[1]: ["record.stale"],
            ids[2]: [],
        }
        assert records.get(tx, SYSTEM, "customer", ids[0]).values["phone"] == "+8613800000000"
        assert records.get(tx, SYSTEM, "customer", ids[1]).values["phone"] == "+8613900000000"
