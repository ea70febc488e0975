"""Figures of a made sample, counted in plain Python: what the alert rules should find."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fieldstone.engine.samples.made import Made
from fieldstone.engine.samples.making import Sample

ZONE = ZoneInfo("Asia/Shanghai")
LIMITS = {"A": 7, "B": 30, "C": 90}
MAX_DAYS = {"contact": 14, "need": 21, "quote": 30, "negotiation": 30}
GONE = ("lost", "abandoned")


class Figures:
    """The sample's records by what they belong to, and the counts that follow."""

    def __init__(self, sample: Sample, now: datetime) -> None:
        self.now = now
        self.customers = sample.records["customer"]
        self.deals = sample.records["deal"]
        self.tasks = sample.records["task"]
        self.follow_ups = sample.records["follow_up"]
        self.deals_of = grouped(self.deals, "customer")
        self.follow_ups_of = grouped(self.follow_ups, "customer")
        self.follow_ups_in = grouped(self.follow_ups, "deal")
        self.won_of = {
            one: [deal for deal in deals if deal.values["stage"] == "won"]
            for one, deals in self.deals_of.items()
        }
        self.amount = {
            one: sum(deal.values["won_amount"] for deal in deals)
            for one, deals in self.won_of.items()
            if deals
        }
        ranked = sorted(self.amount, key=lambda one: -self.amount[one])
        count = len(ranked)
        bounds = (count // 5, count // 2)
        self.tier = {
            one: "A" if at < bounds[0] else "B" if at < bounds[1] else "C"
            for at, one in enumerate(ranked)
        }

    def days(self, at: datetime) -> int:
        """Whole days since, in the sample's time zone."""
        return (self.now.astimezone(ZONE).date() - at.astimezone(ZONE).date()).days

    def level(self, customer: Made) -> str:
        return self.tier.get(customer) or str(customer.values["sales_grade"] or "").upper()

    def open_customers(self) -> list[Made]:
        return [
            one
            for one in self.customers
            if one.values["owner"] is not None and one.values["status"] not in GONE
        ]

    def alerts(self) -> dict[str, list[Made]]:
        """Record owners by rule, for the rules whose numbers are planned."""
        found: defaultdict[str, list[Made]] = defaultdict(list)
        for one in self.open_customers():
            for rule in self._customer_rules(one):
                found[rule].append(one.values["owner"])
        for deal in self.deals:
            if deal.values["stage"] in MAX_DAYS:
                for rule in self._deal_rules(deal):
                    found[rule].append(deal.values["owner"])
        for task in self.tasks:
            values = task.values
            if values["status"] == "open" and values["due_at"] < self.now:
                found["overdue_follow_up"].append(values["owner"])
        return found

    def _customer_rules(self, one: Made) -> Iterable[str]:
        level, talks = self.level(one), self.follow_ups_of[one]
        last = max((talk.values["at"] for talk in talks), default=one.values["first_contact_at"])
        won = self.won_of.get(one, [])
        if level and self.days(last) > LIMITS[level]:
            yield f"silent_{level}"
        moved = any(self.days(deal.values["stage_entered_at"]) <= 30 for deal in self.deals_of[one])
        recent = sum(self.days(talk.values["at"]) <= 90 for talk in talks)
        if not won and not moved and recent >= (15 if level == "A" else 8):
            yield "often_never_won"
        open_deals = [deal for deal in self.deals_of[one] if deal.values["stage"] in MAX_DAYS]
        fresh = any(self.days(deal.values["closed_at"]) <= 90 for deal in won)
        known = self.days(one.values["first_contact_at"])
        if level == "C" and not open_deals and not fresh and known > 90:
            yield "c_no_deal"
        days = sorted(deal.values["closed_at"].astimezone(ZONE).date() for deal in won)
        often = len(days) >= 3 and (days[-1] - days[0]).days // (len(days) - 1) <= 35
        if often and self.days(last) > 45:
            yield "regular_buyer_silent"

    def _deal_rules(self, deal: Made) -> Iterable[str]:
        values = deal.values
        if self.days(values["stage_entered_at"]) > MAX_DAYS[values["stage"]]:
            yield "stage_overstayed"
        talks = sorted(self.follow_ups_in[deal], key=lambda talk: talk.values["at"])
        here = [talk for talk in talks if talk.values["at"] >= values["stage_entered_at"]]
        tail = [talk.values["result"] for talk in talks[-2:]]
        if len(here) >= 4 and "progress" not in tail:
            yield "no_progress"


def grouped(records: Iterable[Made], field: str) -> defaultdict[Made, list[Made]]:
    """Records by what their reference field points at."""
    found: defaultdict[Made, list[Made]] = defaultdict(list)
    for one in records:
        if one.values[field] is not None:
            found[one.values[field]].append(one)
    return found


def shares(records: Iterable[Made], field: str) -> Counter[Any]:
    """How many records have each value of a field."""
    return Counter(one.values[field] for one in records)
