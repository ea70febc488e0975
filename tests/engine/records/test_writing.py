"""Making, changing, deleting and restoring records: values, versions, refusals and history."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import history, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    Refused,
    Stale,
)
from fieldstone.engine.records import written
from fieldstone.engine.system_tables import ALERT
from fieldstone.engine.transaction import Transaction
from tests.engine.crm_like import Company


def make(sales: Company, entity: str, who: str = "boss", **values: Any) -> records.Record:
    """Make one record in a transaction of its own."""
    with sales.workspace.writing() as tx:
        return records.create(tx, sales.caller(who, tx), entity, values)


def wire(sales: Company, record: records.Record) -> dict[str, Any]:
    with sales.workspace.reading() as tx:
        return records.present(tx.app, SYSTEM, record)


def test_a_record_gets_defaults_a_number_and_its_system_fields(sales: Company) -> None:
    made = make(sales, "customer", name="远山仪器", phone="138 0013 8000", industry=["retail"])
    shown = wire(sales, made)
    assert shown["id"] == str(made.id)
    assert shown["code"] == "KH202600001"
    assert shown["phone"] == "+8613800138000"
    assert shown["status"] == "interested"
    assert shown["owner"] == str(sales.people["boss"])
    assert shown["industry"] == ["retail"]
    assert shown["vip"] is False
    assert shown["version"] == 1
    assert shown["created_at"] == "2026-03-05T09:00:00Z"
    assert shown["status_entered_at"] == "2026-03-05T09:00:00Z"
    assert shown["owner_since"] == "2026-03-05T09:00:00Z"
    assert shown["won_amount"] == "0.00"
    assert records.etag(made) == '"1"'
    assert made.title == "远山仪器"
    with sales.workspace.reading() as tx:
        read = records.get(tx, sales.caller("boss", tx), "customer", made.id)
    assert read.titles["member", sales.people["boss"]] == "boss"
    assert dict(read.values) == dict(made.values)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"cost": "12.5", "at": "2026-03-05T17:00:00.123456+08:00"}, {"cost": "12.50"}),
        ({"cost": "7", "note": "  Met at the fair  "}, {"cost": "7.10", "note": "Met"}),
        ({}, {"at": "2026-03-05T09:00:00+00:00", "cost": "0"}),
        ({"cost": "12.50"}, {"cost": "12.5", "note": "Met"}),
    ],
    ids=["nothing changed", "changed", "filled", "changed beside an equal one"],
)
def test_a_write_gives_back_what_is_stored(
    sales: Company, before: dict[str, Any], after: dict[str, Any]
) -> None:
    customer = make(sales, "customer", name="远山仪器").id
    given = {"note": "Call", "customer": str(customer), **before}
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        made = records.create(tx, boss, "follow_up", given)
        assert wired(tx, made) == wired(tx, records.get(tx, boss, "follow_up", made.id))
        changed = records.update(tx, boss, "follow_up", made.id, made.version, after)
        assert wired(tx, changed) == wired(tx, records.get(tx, boss, "follow_up", made.id))


def wired(tx: Transaction, record: records.Record) -> dict[str, Any]:
    """A record as the API speaks it, by the names of its fields."""
    return records.present(tx.app, SYSTEM, record)


WRONG: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("required", {}, [("field.required", "/name")]),
    ("unknown key", {"name": "A", "nmae": 1}, [("field.unknown_near", "/nmae")]),
    (
        "several at once",
        {"budget": "x", "founded": "13.13"},
        [
            ("value.not_number", "/budget"),
            ("value.not_date", "/founded"),
            ("field.required", "/name"),
        ],
    ),
    ("bounds", {"name": "A", "budget": "-1"}, [("value.too_small", "/budget")]),
    ("option", {"name": "A", "status": "intrested"}, [("value.unknown_option_near", "/status")]),
    ("reference", {"name": "A", "group": "99"}, [("reference.not_found", "/group")]),
    ("check", {"name": "A", "vip": True, "owner": None}, [("check.failed", "/owner")]),
    ("computed", {"name": "A", "won_amount": "1"}, [("field.read_only", "/won_amount")]),
    ("system", {"name": "A", "version": 3}, [("field.read_only", "/version")]),
]


@pytest.mark.parametrize(
    ("values", "problems"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_values_are_refused_all_at_once(
    shared: Company, values: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as refused:
        make(shared, "customer", **values)
    assert [(one.id, one.pointer) for one in refused.value.problems] == problems
    for one in refused.value.problems:
        assert "{" not in one.text("zh-CN") + one.text("en")


def test_a_unique_value_is_taken_once(sales: Company) -> None:
    first = make(sales, "customer", name="A", tax_number="91")
    with pytest.raises(Conflict) as refused:
        make(sales, "customer", name="B", tax_number="91")
    assert refused.value.problems[0].pointer == "/tax_number"
    second = make(sales, "customer", name="B")
    with pytest.raises(Conflict), sales.workspace.writing() as tx:
        records.update(tx, sales.caller("boss", tx), "customer", second.id, 1, {"tax_number": "91"})
    with sales.workspace.writing() as tx:
        records.delete(tx, sales.caller("boss", tx), "customer", first.id, 1)
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        records.update(tx, boss, "customer", second.id, 1, {"tax_number": "91"})
    with pytest.raises(Conflict) as refused, sales.workspace.writing() as tx:
        records.restore(tx, sales.caller("boss", tx), "customer", first.id, 2)
    assert refused.value.problems[0].pointer == "/tax_number"


def test_an_update_needs_the_version_and_leaves_history(sales: Company) -> None:
    made = make(sales, "customer", name="A", budget="100", industry=["retail", "health"])
    with pytest.raises(PreconditionRequired), sales.workspace.writing() as tx:
        records.update(tx, sales.caller("boss", tx), "customer", made.id, None, {"name": "B"})
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        changed = records.update(
            tx,
            boss,
            "customer",
            made.id,
            1,
            {"budget": "250.50", "status": "signed", "industry": ["energy", "retail"]},
        )
    assert changed.version == 2
    assert changed.values["budget"] == Decimal("250.50")
    with pytest.raises(Stale) as stale, sales.workspace.writing() as tx:
        records.update(tx, sales.caller("boss", tx), "customer", made.id, 1, {"name": "B"})
    assert stale.value.current.version == 2
    with sales.workspace.reading() as tx:
        boss = sales.caller("boss", tx)
        found = history.of(tx, boss, "customer", made.id)
        assert records.get(tx, boss, "customer", made.id).values["industry"] == {"energy", "retail"}
    assert [one.kind for one in found.entries] == ["changed", "created"]
    changes = {one.field: (one.before, one.after) for one in found.entries[0].changes}
    assert changes == {
        "budget": (Decimal("100.00"), Decimal("250.50")),
        "status": ("interested", "signed"),
        "industry": (frozenset({"retail", "health"}), frozenset({"retail", "energy"})),
    }
    assert found.entries[0].actor == sales.people["boss"]
    assert found.titles["member", sales.people["boss"]] == "boss"


def test_nothing_changed_is_no_new_version(sales: Company) -> None:
    made = make(sales, "customer", name="A", budget="100")
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        same = records.update(tx, boss, "customer", made.id, 1, {"budget": "100.00", "name": "A"})
        assert same.version == 1
        assert [one.kind for one in history.of(tx, boss, "customer", made.id).entries] == [
            "created"
        ]


def test_a_status_moves_only_where_its_transitions_lead(sales: Company) -> None:
    made = make(sales, "customer", name="A", status="signed")
    with pytest.raises(Conflict) as refused, sales.workspace.writing() as tx:
        records.update(tx, sales.caller("boss", tx), "customer", made.id, 1, {"status": "lost"})
    assert refused.value.problems[0].id == "choice.transition_last"


def test_a_refused_move_of_a_status_names_where_it_may_go(sales: Company) -> None:
    made = make(sales, "customer", name="A", status="lost")
    with pytest.raises(Conflict) as refused, sales.workspace.writing() as tx:
        records.update(tx, sales.caller("boss", tx), "customer", made.id, 1, {"status": "signed"})
    (problem,) = refused.value.problems
    assert problem.id == "choice.transition"
    assert problem.text("en").endswith("from there it goes to interested.")
    assert problem.text("zh-CN").endswith("可改为：interested。")


def test_a_reference_obeys_its_where(sales: Company) -> None:
    ours, theirs = make(sales, "customer", name="A"), make(sales, "customer", name="B")
    person = make(sales, "contact", name="Li", customer=str(theirs.id))
    with pytest.raises(Invalid) as refused:
        make(sales, "deal", name="D", customer=str(ours.id), contact=str(person.id))
    assert [(one.id, one.pointer) for one in refused.value.problems] == [
        ("reference.not_allowed", "/contact")
    ]
    made = make(sales, "deal", name="D", customer=str(theirs.id), contact=str(person.id))
    with pytest.raises(Invalid), sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        records.update(tx, boss, "deal", made.id, 1, {"customer": str(ours.id)})


def test_stages_are_guarded(sales: Company) -> None:
    customer = make(sales, "customer", name="A")
    deal = make(sales, "deal", name="D", customer=str(customer.id))
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        missing = records.missing_for_stage(tx, boss, "deal", deal.id, "won")
        assert [one.id for one in missing] == [
            "stage.unticked",
            "stage.field_needed",
            "stage.condition",
        ]
        with pytest.raises(Conflict) as refused:
            records.move(tx, boss, "deal", deal.id, 1, "quote")
        assert refused.value.problems == missing
        records.tick(tx, boss, "deal", deal.id, "contact", "called")
        moved = records.move(
            tx,
            boss,
            "deal",
            deal.id,
            1,
            "quote",
            values={"amount": "10", "expected_close": "2026-04-01"},
        )
        assert moved.values["stage"] == "quote"
        with pytest.raises(Conflict) as refused:
            records.move(tx, boss, "deal", deal.id, 2, "contact")
        assert refused.value.problems[0].id == "stage.reason_needed"
        records.move(tx, boss, "deal", deal.id, 2, "contact", reason="budget withdrawn")
        entries = history.of(tx, boss, "deal", deal.id).entries
        assert [one.reason for entry in entries for one in entry.changes if one.reason] == [
            "budget withdrawn"
        ]


def test_a_deal_is_not_made_in_a_late_stage(sales: Company) -> None:
    customer = make(sales, "customer", name="A")
    values = {"name": "D", "customer": str(customer.id), "stage": "won", "amount": "5"}
    with pytest.raises(Conflict):
        make(sales, "deal", **values)
    with sales.workspace.writing() as tx:
        done = records.create_many(
            tx,
            SYSTEM,
            "deal",
            [
                {
                    **values,
                    "created_at": "2024-01-02T03:04:05Z",
                    "stage_entered_at": "2024-02-02T00:00:00Z",
                }
            ],
            history=True,
        )[0]
        assert done.done and done.record_id is not None
        assert {one.id for one in done.warnings} == {"stage.unticked", "stage.field_needed"}
        made = records.get(tx, SYSTEM, "deal", done.record_id)
    assert str(made.values["stage_entered_at"]) == "2024-02-02 00:00:00+00:00"
    assert str(made.values["created_at"]) == "2024-01-02 03:04:05+00:00"


def test_deleting_restricts_cascades_and_comes_back(sales: Company) -> None:
    customer = make(sales, "customer", name="A")
    person = make(sales, "contact", name="Li", customer=str(customer.id))
    deal = make(sales, "deal", name="D", customer=str(customer.id), contact=str(person.id))
    with pytest.raises(Conflict) as refused, sales.workspace.writing() as tx:
        records.delete(tx, sales.caller("boss", tx), "customer", customer.id, 1)
    assert refused.value.problems[0].id == "record.referenced"
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        records.delete(tx, boss, "deal", deal.id, 1)
        records.delete(tx, boss, "customer", customer.id, 1)
    with sales.workspace.reading() as tx:
        boss = sales.caller("boss", tx)
        for entity, record in (("customer", customer), ("contact", person), ("deal", deal)):
            with pytest.raises(NotFound):
                records.get(tx, boss, entity, record.id)
        assert history.of(tx, boss, "customer", customer.id).entries[0].kind == "deleted"
    with pytest.raises(Conflict) as needs, sales.workspace.writing() as tx:
        records.restore(tx, sales.caller("boss", tx), "deal", deal.id, 2)
    assert needs.value.problems[0].id == "record.needs_binned"
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        assert records.restore(tx, boss, "customer", customer.id, 2).version == 3
        assert records.get(tx, boss, "contact", person.id).version == 3
        assert records.restore(tx, boss, "deal", deal.id, 2).values["contact"] == person.id


def test_batches_tell_what_became_of_each_row(sales: Company) -> None:
    rows = [
        {"name": "A", "tax_number": "1"},
        {"budget": "5"},
        {"name": "C", "tax_number": "1"},
        {"name": "D"},
    ]
    with sales.workspace.writing() as tx:
        done = records.create_many(tx, SYSTEM, "customer", rows)
        assert [one.done for one in done] == [True, False, False, True]
        assert [one.problems[0].id for one in done if not one.done] == [
            "field.required",
            "unique.taken",
        ]
        none = records.create_many(tx, SYSTEM, "customer", rows, atomic=True)
        assert not any(one.record_id for one in none)
        ids = [one.record_id for one in done if one.record_id]
        changes = [
            records.Update(ids[0], 1, {"region": "North"}),
            records.Update(ids[1], 9, {"region": "North"}),
            records.Update(4711, 1, {"region": "North"}),
        ]
        found = records.update_many(tx, SYSTEM, "customer", changes)
        assert [[one.id for one in row.problems] for row in found] == [
            [],
            ["record.stale"],
            ["record.not_found"],
        ]


REFUSALS: list[tuple[str, str, str, type[Refused]]] = [
    ("an entity that may not be read", "guest", "customer", NotFound),
    ("an entity that is not there", "boss", "custmer", NotFound),
    ("an entity that may only be read", "seller", "contact", NotFound),
    ("the members", "boss", "member", Forbidden),
]


@pytest.mark.parametrize(
    ("who", "entity", "kind"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_making_is_refused(shared: Company, who: str, entity: str, kind: type[Refused]) -> None:
    person = "wang" if who == "seller" else who
    with pytest.raises(kind):
        make(shared, entity, who=person, name="A")


def test_deleting_resolves_open_alerts(sales: Company) -> None:
    made = make(sales, "customer", name="A")
    with sales.workspace.writing() as tx:
        tx.connection.execute(
            sa.insert(ALERT).values(
                rule="silent",
                entity="customer",
                record_id=made.id,
                state="open",
                severity="low",
                entered_at=tx.now,
                message={"en": "silent"},
            )
        )
        records.delete(tx, sales.caller("boss", tx), "customer", made.id, 1)
        row = tx.connection.execute(sa.select(ALERT.c.state, ALERT.c.left_at)).one()
        assert (row.state, row.left_at) == ("resolved", tx.now)


def test_listeners_hear_of_every_write(sales: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[records.Written] = []
    monkeypatch.setattr(written, "_listeners", [])
    records.listen(lambda tx, caller, told: heard.append(told))
    made = make(sales, "customer", name="A")
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        records.update(tx, boss, "customer", made.id, 1, {"region": "North"})
        records.delete(tx, boss, "customer", made.id, 2)
        records.restore(tx, boss, "customer", made.id, 3)
    assert [(one.kind, one.ids, sorted(one.fields)) for one in heard] == [
        ("created", (made.id,), []),
        ("updated", (made.id,), ["region"]),
        ("deleted", (made.id,), []),
        ("restored", (made.id,), []),
    ]
