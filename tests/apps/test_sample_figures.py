"""The sample company of the CRM template: its figures, whatever the day it is loaded on."""

from datetime import UTC, date, datetime
from statistics import mean

import pytest

from fieldstone.engine.samples import Sample, make
from fieldstone.engine.templates import shipped
from tests.apps.figures import GONE, ZONE, Figures, shares

DAYS = {
    "an ordinary morning": datetime(2026, 11, 21, 2, tzinfo=UTC),
    "after the spring festival": datetime(2027, 2, 22, 23, 30, tzinfo=UTC),
    "in the middle of a holiday": datetime(2026, 10, 5, 8, tzinfo=UTC),
    "a month's last night": datetime(2027, 1, 31, 15, 59, tzinfo=UTC),
}
FIRST = next(iter(DAYS.values()))


def made(now: datetime = FIRST, scale: float = 1, seed: int | None = None) -> Sample:
    declaration = shipped("crm").sample
    assert declaration is not None
    return make(declaration, now, ZONE, scale=scale, seed=seed)


@pytest.fixture(scope="module", params=DAYS.values(), ids=list(DAYS))
def figures(request: pytest.FixtureRequest) -> Figures:
    """Return the figures of a whole sample on one of the days."""
    return Figures(made(request.param), request.param)


def between(low: float, value: float, high: float) -> bool:
    return low <= value <= high


def test_customers_and_buyers(figures: Figures) -> None:
    assert len(figures.customers) == 2000
    assert between(620, len(figures.amount), 660)
    repeat = sum(len(deals) > 1 for deals in figures.won_of.values())
    assert between(0.45, repeat / len(figures.amount), 0.50)
    assert between(890, len(figures.open_customers()), 910)
    pool = [one for one in figures.customers if one.values["owner"] is None]
    assert between(445, len(pool), 455)
    assert between(640, sum(one.values["status"] in GONE for one in figures.customers), 660)


def test_tiers(figures: Figures) -> None:
    tiers = list(figures.tier.values())
    assert between(126, tiers.count("A"), 130)
    assert between(189, tiers.count("B"), 195)
    best = sum(figures.amount[one] for one, tier in figures.tier.items() if tier == "A")
    assert between(0.60, best / sum(figures.amount.values()), 0.70)


def test_deals(figures: Figures) -> None:
    stages = shares(figures.deals, "stage")
    assert between(1120, stages["won"], 1180)
    assert between(850, stages["lost"], 950)
    assert between(370, len(figures.deals) - stages["won"] - stages["lost"], 390)
    cycles = [
        (deal.values["closed_at"].astimezone(ZONE).date() - deal.values["opened_on"]).days
        for deal in figures.deals
        if deal.values["stage"] == "won"
    ]
    assert between(50, mean(cycles), 60)
    assert between(180, max(cycles), 200)


def test_follow_ups_and_tasks(figures: Figures) -> None:
    assert between(12_000, len(figures.follow_ups), 14_500)
    assert between(2_700, len(figures.tasks), 3_500)


def test_the_first_morning(figures: Figures) -> None:
    alerts = figures.alerts()
    found = {rule: len(owners) for rule, owners in alerts.items()}
    planned = {
        "silent_A": 6,
        "silent_B": 18,
        "silent_C": 30,
        "overdue_follow_up": 24,
        "often_never_won": 9,
        "no_progress": 11,
        "stage_overstayed": 19,
        "regular_buyer_silent": 4,
        "c_no_deal": 40,
    }
    differing = {rule: found.get(rule, 0) - count for rule, count in planned.items()}
    wrong = {rule: more for rule, more in differing.items() if abs(more) > 2}
    assert wrong == {}
    owners = [owner.values["name"] for named in alerts.values() for owner in named]
    assert max(owners.count(one) for one in owners) <= 16


def test_nothing_happens_before_it_could(figures: Figures) -> None:
    for one in figures.follow_ups:
        values = one.values
        assert values["at"] <= figures.now
        assert values["created_at"] <= figures.now
        assert values["next_at"] is None or values["next_at"] > values["at"]
        assert values["next_at"] is not None or (
            values["result"] == "refused" or values["customer"].values["status"] in GONE
        )
    for deal in figures.deals:
        times = [move.at for move in deal.moves] + [deal.values["stage_entered_at"]]
        assert times == sorted(times)
        assert times[-1] <= figures.now
        assert deal.values["created_at"] >= deal.values["customer"].values["first_contact_at"]
        contact = deal.values["contact"]
        assert contact is None or contact.values["customer"] is deal.values["customer"]


def test_the_seed_decides() -> None:
    assert picture(made(scale=0.05)) == picture(made(scale=0.05))
    assert picture(made(scale=0.05)) != picture(made(scale=0.05, seed=7))


def test_numbers_are_nobody_s() -> None:
    sample = made(scale=0.1)
    phones = [one.values["phone"] for one in sample.records["customer"]]
    phones += [one.values["mobile"] for one in sample.records["contact"] if one.values["mobile"]]
    assert {phone[:3] for phone in phones} == {"169"}
    mails = [one.values["email"] for one in sample.records["contact"] if one.values["email"]]
    assert {mail.partition("@")[2] for mail in mails} == {"example.com"}


def picture(sample: Sample) -> list[tuple[str, date]]:
    return [
        (one.values["name"], one.values["first_contact_at"]) for one in sample.records["customer"]
    ]
