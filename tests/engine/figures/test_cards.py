"""Cards: numbers, bars, funnels and tables, computed under the caller's rules on both databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fieldstone.engine import figures, publish, query, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import NotFound
from fieldstone.engine.figures import Answer, Asked, Figure
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.request import Pointing
from fieldstone.engine.transaction import Transaction
from fieldstone.metadata.documents import document_of
from fieldstone.metadata.model import Card, Dashboard, Measured, Metric
from tests.engine.crm_like import DOCUMENTS, Company, counted

HIDDEN = "figures.hidden"


def metric(name: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "metric", "name": name, "entity": "deal", "value": value, **more}


METRICS = (
    metric(
        "win_rate",
        {"aggregate": "count", "where": 'stage == "won"'},
        over={"aggregate": "count", "where": "stage.closed"},
        unit="percent",
        change="points",
    ),
    metric(
        "won",
        {"aggregate": "sum", "of": "amount"},
        filter='stage == "won"',
        date="expected_close",
        unit="money",
    ),
    metric("average", {"aggregate": "avg", "of": "amount"}, date="expected_close"),
    metric("budget", {"aggregate": "sum", "of": "customer.budget"}),
)
DASHBOARD: dict[str, Any] = {
    "kind": "dashboard",
    "name": "sales",
    "label": {"en": "Sales", "zh-CN": "销售"},
    "cards": [
        {"name": "win_rate", "type": "number", "metric": "win_rate"},
        {"name": "won", "type": "number", "metric": "won"},
        {"name": "average", "type": "number", "metric": "average"},
        {"name": "budget", "type": "number", "metric": "budget"},
        {"name": "by_customer", "type": "bar", "metric": "won", "group": "customer"},
        {"name": "by_region", "type": "bar", "metric": "win_rate", "group": "customer.region"},
        {"name": "by_group", "type": "bar", "metric": "win_rate", "group": "customer.group"},
        {
            "name": "by_month",
            "type": "bar",
            "metric": "won",
            "group": "start_of_month(expected_close)",
        },
        {"name": "funnel", "type": "funnel", "entity": "deal"},
        {
            "name": "by_person",
            "type": "table",
            "entity": "deal",
            "group": "owner",
            "across": "stage",
            "metrics": ["won"],
        },
        {
            "name": "open_ones",
            "type": "table",
            "entity": "deal",
            "group": "owner",
            "across": "stage",
            "filter": "not stage.closed",
        },
    ],
}


@pytest.fixture(scope="module")
def stocked(shared: Company) -> Company:
    """Return the company with six deals, two customers and a dashboard; it is 5 March."""
    more = tuple(document_of(one) for one in (*METRICS, DASHBOARD))
    plan = publish.preview(shared.workspace, SYSTEM, (*DOCUMENTS, *more))
    assert plan.problems == ()
    publish.publish(shared.workspace, SYSTEM, plan, None)
    wang, zhao = str(shared.people["wang"]), str(shared.people["zhao"])
    with shared.workspace.writing() as tx:
        rows = [{"name": "A", "region": 'No"rth', "owner": wang}, {"name": "B", "owner": zhao}]
        (a, b) = (str(one.record_id) for one in records.create_many(tx, SYSTEM, "customer", rows))
        records.update(tx, SYSTEM, "customer", int(a), 1, {"group": b})
        deals = [
            (a, "won", "100", "2026-03-02", wang),
            (a, "won", "50", "2026-02-20", wang),
            (b, "won", "30", "2026-02-01", zhao),
            (b, "lost", None, "2026-03-01", zhao),
            (b, "contact", "7", None, None),
            (a, "quote", "9", "2026-04-01", wang),
        ]
        made = records.create_many(
            tx,
            SYSTEM,
            "deal",
            [
                {
                    "name": f"D{at}",
                    "customer": to,
                    "stage": stage,
                    "amount": amount,
                    "expected_close": close,
                    "owner": owner,
                    "lost_reason": "price",
                }
                for at, (to, stage, amount, close, owner) in enumerate(deals)
            ],
            history=True,
        )
        assert all(one.done for one in made)
    return shared


def cards(
    tx: Transaction, caller: Caller, names: list[str], asked: Asked | None = None
) -> dict[str, Answer]:
    """The answers of some cards, batch by batch."""
    dashboard = figures.dashboard_for(tx.app, "sales")
    found = {}
    for batch in figures.batches(tx.app, dashboard):
        wanted = [one for one in batch if one.name in names]
        if wanted:
            for one in figures.answer(tx, caller, dashboard, wanted, asked or Asked()):
                found[one.card.name] = one
    return found


def card(company: Company, name: str, person: str = "boss", **asked: Any) -> Answer:
    """The answer of one card."""
    with company.workspace.reading() as tx:
        return cards(tx, company.caller(person, tx), [name], Asked(**asked))[name]


def behind(company: Company, figure: Figure, person: str = "boss") -> int:
    """How many records the list behind a figure shows."""
    assert figure.records is not None
    with company.workspace.reading() as tx:
        request = ListRequest(
            entity_id=figure.records.entity,
            filter=figures.filter_of(tx.app, figure.records) or None,
            where=tuple(Pointing(path, one) for path, one in figure.records.of),
        )
        return query.count(tx, company.caller(person, tx), request)


def test_a_ratio_is_divided_exactly_and_each_part_leads_to_its_records(stocked: Company) -> None:
    found = card(stocked, "win_rate")
    assert found.number and found.number.value == Decimal("0.75")
    assert [one.value for one in found.parts] == [3, 4]
    assert [behind(stocked, one) for one in found.parts] == [3, 4]
    assert found.period is None


def test_a_figure_of_a_period_is_compared_with_the_one_before(stocked: Company) -> None:
    found = card(stocked, "won")
    assert found.number and found.number.value == 100
    assert (found.before, found.change) == (80, Decimal("0.25"))
    assert behind(stocked, found.number) == 1
    assert found.period and found.period.unfinished
    assert [value for _, value in found.series][-3:] == [0, 80, 100]
    assert len(found.series) == 12
    last = card(stocked, "won", period="last_month")
    assert last.number and last.number.value == 80 and last.period
    assert not last.period.unfinished
    year = card(stocked, "won", period="this_year")
    assert year.number and (year.number.value, year.before) == (180, 0)
    assert year.change is None
    everything = card(stocked, "won", period="all")
    assert everything.number and everything.number.value == 180 and everything.series == ()


def test_an_average_over_nothing_is_no_data(stocked: Company) -> None:
    assert card(stocked, "average", period="last_year").empty
    assert not card(stocked, "average").empty


def test_bars_are_named_and_the_largest_comes_first(stocked: Company) -> None:
    found = card(stocked, "by_customer", period="all")
    assert [(one.label, one.figures[0].value) for one in found.lines] == [("A", 150), ("B", 30)]
    assert [behind(stocked, one.figures[0]) for one in found.lines] == [2, 1]


def test_bars_by_a_path_have_an_empty_group(stocked: Company) -> None:
    found = card(stocked, "by_region")
    assert [(one.label, one.figures[0].value) for one in found.lines] == [
        ('No"rth', 1),
        (None, Decimal("0.5")),
    ]
    assert [behind(stocked, one.figures[0]) for one in found.lines] == [2, 2]
    found = card(stocked, "by_group")
    assert [behind(stocked, one.figures[0]) for one in found.lines] == [2, 2]
    assert [one.label for one in found.lines] == ["B", None]


def test_months_stand_in_their_order(stocked: Company) -> None:
    found = card(stocked, "by_month", period="this_year")
    assert [(str(one.key), one.figures[0].value) for one in found.lines] == [
        ("2026-02-01", 80),
        ("2026-03-01", 100),
    ]
    assert [behind(stocked, one.figures[0]) for one in found.lines] == [2, 1]


def test_a_funnel_counts_what_is_in_a_stage_and_what_came_to_it(stocked: Company) -> None:
    steps = card(stocked, "funnel").steps
    assert [
        (one.name, one.current.value, one.reached and one.reached.value, one.share) for one in steps
    ] == [
        ("contact", 1, 6, None),
        ("quote", 1, 5, Decimal("0.833333")),
        ("won", 3, 3, Decimal("0.6")),
        ("lost", 1, None, None),
    ]
    for one in steps:
        assert behind(stocked, one.current) == one.current.value
        assert one.reached is None or behind(stocked, one.reached) == one.reached.value


def test_a_table_has_a_column_an_option_and_a_metric(stocked: Company) -> None:
    found = card(stocked, "by_person", period="all")
    assert [one.name for one in found.columns] == ["contact", "quote", "won", "lost", "won"]
    assert [(one.label, [each.value for each in one.figures]) for one in found.lines] == [
        ("wang", [0, 1, 2, 0, 150]),
        ("zhao", [0, 0, 1, 1, 30]),
        (None, [1, 0, 0, 0, None]),
    ]
    for line in found.lines:
        for figure in line.figures[:4]:
            assert behind(stocked, figure) == figure.value
    assert [one.name for one in card(stocked, "open_ones").columns] == ["contact", "quote"]


def test_one_person_is_asked_for(stocked: Company) -> None:
    found = card(stocked, "win_rate", person="boss", **{"period": "all"})
    assert found.number and found.number.value == Decimal("0.75")
    with stocked.workspace.reading() as tx:
        asked = Asked(person=stocked.people["zhao"])
        zhao = cards(tx, stocked.caller("boss", tx), ["win_rate"], asked)["win_rate"]
    assert zhao.number and zhao.number.value == Decimal("0.5")
    assert [behind(stocked, one) for one in zhao.parts] == [1, 2]


def test_everybody_sees_figures_of_their_own_records(stocked: Company) -> None:
    found = card(stocked, "win_rate", "zhao")
    assert found.number and found.number.value == Decimal("0.5")
    assert [behind(stocked, one, "zhao") for one in found.parts] == [1, 2]


def test_a_card_that_may_not_be_seen_says_why_and_leaves_the_others(stocked: Company) -> None:
    names = ["win_rate", "budget", "funnel"]
    with stocked.workspace.reading() as tx:
        found = cards(tx, stocked.caller("zhao", tx), names)
        nobody = cards(tx, stocked.caller("guest", tx), names)
        with pytest.raises(NotFound):
            figures.dashboard_for(tx.app, "nothing")
    assert [[one.id for one in found[name].problems] for name in names] == [
        [],
        [HIDDEN],
        [],
    ]
    assert all(one.problems for one in nobody.values())


def test_numbers_of_the_same_records_share_their_statements(stocked: Company) -> None:
    with stocked.workspace.reading() as tx, counted(tx) as sent:
        found = cards(tx, SYSTEM, ["won", "average"])
        assert len(sent) == 2
        sent.clear()
        cards(tx, SYSTEM, ["by_customer"])
        assert len(sent) == 2
        sent.clear()
        cards(tx, SYSTEM, ["by_person"])
        assert len(sent) == 3
    assert found["average"].number
    assert found["average"].number.value == Decimal("100")


def test_a_metric_that_nobody_published_has_figures_of_todays_records(stocked: Company) -> None:
    most = Metric(id="most", name="most", entity="deal",
                  value=Measured(aggregate="max", of="amount"))  # fmt: skip
    shown = Card(id="new", name="new", type="bar", metric="most", group="customer.region")
    whole = Dashboard(id="new", name="new", period="all", cards=(shown,))
    with stocked.workspace.reading() as tx:
        metrics = {**tx.app.metrics, "most": most}
        assert figures.is_published(tx.app, shown, metrics)
        caller = stocked.caller("boss", tx)
        thought = figures.thought(tx, metrics)
        (found,) = figures.answer(thought, caller, whole, (shown,), Asked())
        assert max(one.figures[0].value or 0 for one in found.lines) == 100
        assert "most" not in tx.app.metrics


@pytest.mark.parametrize(
    "changed",
    [
        {"group": "customer.colour"},
        {"filter": "colour is None"},
        {"metric": None, "entity": "planet", "type": "funnel", "group": None},
    ],
)
def test_what_reads_a_field_that_is_not_published_has_no_figures_yet(
    stocked: Company, changed: dict[str, Any]
) -> None:
    shown = Card(id="new", name="new", type="bar", metric="won", group="customer")
    with stocked.workspace.reading() as tx:
        assert not figures.is_published(tx.app, replace(shown, **changed), tx.app.metrics)
