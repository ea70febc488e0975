"""What a caller may not see is nowhere: not in reads, filters, orders, figures, search, history."""

from typing import Any

import pytest

from fieldstone.engine import access, history, query, records, timeline
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Forbidden, Invalid, Malformed, NotFound
from fieldstone.engine.query import AggregateRequest, ListRequest
from fieldstone.engine.transaction import Transaction
from tests.engine.crm_like import Company


@pytest.fixture(scope="module")
def stocked(shared: Company) -> Company:
    """Return the company with customers of wang and of zhao, each with a deal and a follow-up."""
    with shared.workspace.writing() as tx:
        for name, budget in (("wang", "100"), ("zhao", "900")):
            owner = str(shared.people[name])
            customer = records.create(
                tx,
                SYSTEM,
                "customer",
                {
                    "name": f"of {name}",
                    "owner": owner,
                    "budget": budget,
                    "phone": "13900139000",
                    "region": "North",
                },
            )
            link = {"customer": str(customer.id)}
            records.create(tx, SYSTEM, "follow_up", {"note": f"by {name}", **link})
            records.create_many(
                tx,
                SYSTEM,
                "deal",
                [
                    {
                        "name": f"deal of {name}",
                        "owner": owner,
                        "amount": budget,
                        "stage": "won",
                        **link,
                    }
                ],
                history=True,
            )
    return shared


@pytest.fixture
def ask(stocked: Company) -> Any:
    """Return a function that runs `question(tx, caller)` as wang."""

    def run(question: Any, who: str = "wang") -> Any:
        with stocked.workspace.writing() as tx:
            return question(tx, stocked.caller(who, tx))

    return run


def listed(tx: Transaction, caller: Caller, entity: str, **asked: Any) -> list[Any]:
    page = query.page(tx, caller, ListRequest(entity_id=entity, **asked))
    return [one.title for one in page.records]


def test_rows_are_ones_own_in_every_entity(ask: Any) -> None:
    assert ask(lambda tx, who: listed(tx, who, "customer")) == ["of wang"]
    assert ask(lambda tx, who: listed(tx, who, "deal")) == ["deal of wang"]
    assert ask(lambda tx, who: listed(tx, who, "follow_up")) == ["by wang"]
    assert ask(lambda tx, who: listed(tx, who, "customer"), "boss") == ["of wang", "of zhao"]
    with pytest.raises(NotFound):
        ask(lambda tx, who: listed(tx, who, "contact"))


@pytest.mark.parametrize("number", [2, 4711])
def test_a_record_of_another_is_as_if_it_were_not_there(ask: Any, number: int) -> None:
    doors = [
        lambda tx, who: records.get(tx, who, "customer", number),
        lambda tx, who: records.update(tx, who, "customer", number, 1, {"name": "x"}),
        lambda tx, who: records.delete(tx, who, "deal", number, 1),
        lambda tx, who: records.move(tx, who, "deal", number, 1, "lost"),
        lambda tx, who: history.of(tx, who, "customer", number),
        lambda tx, who: timeline.of(tx, who, "customer", number),
        lambda tx, who: records.ticks(tx, who, "deal", number),
    ]
    for door in doors:
        with pytest.raises(NotFound) as refused:
            ask(door)
        assert [one.id for one in refused.value.problems] == ["record.not_found"]
    link = {"name": "x", "customer": str(number)}
    with pytest.raises(Invalid) as invalid:
        ask(lambda tx, who: records.create(tx, who, "deal", link))
    assert invalid.value.problems[0].id == "reference.not_found"


HIDDEN = ["budget", "phone", "budget_left"]
DOORS: dict[str, Any] = {
    "fields": lambda name: ListRequest(entity_id="customer", fields=(name,)),
    "path": lambda name: ListRequest(entity_id="deal", fields=(f"customer.{name}",)),
    "sort": lambda name: ListRequest(entity_id="customer", sort=f"-{name}"),
    "sort path": lambda name: ListRequest(entity_id="deal", sort=f"customer.{name}"),
    "filter": lambda name: ListRequest(entity_id="customer", filter=f"{name} is not None"),
    "filter path": lambda name: ListRequest(
        entity_id="deal", filter=f"customer.{name} is not None"
    ),
    "group": lambda name: AggregateRequest(entity_id="customer", groups=(name,)),
    "group path": lambda name: AggregateRequest(entity_id="deal", groups=(f"customer.{name}",)),
    "measure": lambda name: AggregateRequest(
        entity_id="customer", measures=(f"n: count_distinct({name})",)
    ),
    "condition": lambda name: AggregateRequest(
        entity_id="customer", measures=(f"n: count({name} is None)",)
    ),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_field_is_an_unknown_one(ask: Any, door: str, name: str) -> None:
    def refusal(asked: str) -> list[tuple[str, str]]:
        request = DOORS[door](asked)
        run = query.page if isinstance(request, ListRequest) else query.aggregate
        with pytest.raises(Malformed) as refused:
            ask(lambda tx, who: run(tx, who, request))
        problems = refused.value.problems
        return [(one.id.removesuffix("_near"), one.pointer) for one in problems]

    assert refusal(name) == refusal("zq" + "x" * (len(name) - 2))


def test_no_suggestion_names_a_hidden_field(ask: Any) -> None:
    for request in (
        ListRequest(entity_id="customer", filter="budgt > 1"),
        ListRequest(entity_id="customer", sort="budgt"),
        ListRequest(entity_id="customer", fields=("phon",)),
    ):
        with pytest.raises(Malformed) as refused:
            ask(lambda tx, who, request=request: query.page(tx, who, request))
        assert not any(
            name in one.text() for one in refused.value.problems for name in ('budget"', "phone")
        )


def test_hidden_fields_are_left_out_and_computed_ones_with_them(ask: Any) -> None:
    def question(tx: Transaction, who: Caller) -> tuple[set[str], set[str]]:
        record = records.get(tx, who, "customer", 1)
        page = query.page(tx, who, ListRequest(entity_id="customer"))
        return set(records.present(tx.app, who, record)), set(query.present(page)[0])

    for shown in ask(question):
        assert shown.isdisjoint(HIDDEN)
        assert {"name", "won_amount", "region"} <= shown


def test_search_finds_neither_other_rows_nor_hidden_values(ask: Any) -> None:
    assert ask(lambda tx, who: listed(tx, who, "customer", q="of")) == ["of wang"]
    assert ask(lambda tx, who: listed(tx, who, "customer", q="139001")) == []
    assert ask(lambda tx, who: listed(tx, who, "customer", q="139001"), "boss") == [
        "of wang",
        "of zhao",
    ]


def test_figures_count_only_what_may_be_seen(ask: Any) -> None:
    request = AggregateRequest(
        entity_id="deal", groups=("stage",), measures=("n: count()", "won: sum(amount)")
    )
    assert ask(lambda tx, who: query.aggregate(tx, who, request)) == (
        {"stage": "won", "n": 1, "won": "100.00"},
    )
    through = AggregateRequest(
        entity_id="deal", measures=("n: count(any(customer.deals, amount > 500))",)
    )
    assert ask(lambda tx, who: query.aggregate(tx, who, through))[0]["n"] == 0


def test_related_rows_in_filters_are_only_ones_own(stocked: Company) -> None:
    with stocked.workspace.writing() as tx:
        done = records.create(
            tx,
            SYSTEM,
            "customer",
            {"name": "shared", "owner": str(stocked.people["wang"])},
        )
        records.create(
            tx,
            SYSTEM,
            "deal",
            {
                "name": "secret",
                "customer": str(done.id),
                "owner": str(stocked.people["zhao"]),
                "amount": "77",
            },
        )
        wang = stocked.caller("wang", tx)
        assert listed(tx, wang, "customer", filter="any(deals, amount == 77)") == []
        assert listed(tx, SYSTEM, "customer", filter="any(deals, amount == 77)") == ["shared"]
        tx.connection.rollback()


def test_history_masks_hidden_fields(stocked: Company) -> None:
    with stocked.workspace.writing() as tx:
        made = records.create(
            tx, SYSTEM, "customer", {"name": "masked", "owner": str(stocked.people["wang"])}
        )
        records.update(tx, SYSTEM, "customer", made.id, 1, {"budget": "5"})
    with stocked.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", made.id, 2, {"budget": "6", "region": "South"})
    with stocked.workspace.reading() as tx:
        wang = stocked.caller("wang", tx)
        seen = history.of(tx, wang, "customer", made.id)
        assert [[one.field for one in entry.changes] for entry in seen.entries] == [
            ["region"],
            ["status", "owner"],
        ]


def test_writing_is_refused_field_by_field(ask: Any) -> None:
    cases = [
        ({"region": "x"}, "field.read_only"),
        ({"budget": "1"}, "field.unknown"),
        ({"zzzzzz": "1"}, "field.unknown"),
    ]
    for values, problem in cases:
        with pytest.raises(Invalid) as refused:
            ask(lambda tx, who, values=values: records.update(tx, who, "customer", 1, 1, values))
        assert [one.id for one in refused.value.problems] == [problem]
    with pytest.raises(Forbidden):
        ask(lambda tx, who: records.delete(tx, who, "customer", 1, 1))


def test_the_pieces_agree(stocked: Company) -> None:
    with stocked.workspace.reading() as tx:
        wang, guest = stocked.caller("wang", tx), stocked.caller("guest", tx)
        assert access.row_rule(tx.app, wang, "customer") == "owner == me()"
        assert access.row_rule(tx.app, wang, "customer", "delete") is access.NOTHING
        assert access.row_rule(tx.app, SYSTEM, "customer") is None
        assert access.readable(tx.app, guest, "customer") == frozenset()
        assert "region" not in access.writable(tx.app, wang, "customer")
        assert access.readable(tx.app, guest, "member") == {
            "id",
            "name",
            "team",
            "manager",
            "active",
        }
