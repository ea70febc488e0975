"""What only the engine's own doors refuse of records, queries and alerts; the API has the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fieldstone.engine import (
    alerts,
    bulk,
    history,
    notifications,
    notified,
    publish,
    query,
    records,
)
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.alerts import AlertRequest
from fieldstone.engine.errors import Conflict, Invalid, Malformed, NotFound, PreconditionRequired
from fieldstone.engine.notifications import Ways
from fieldstone.engine.outbox import endpoints
from fieldstone.engine.query import AggregateRequest, ListRequest
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work import given_up
from fieldstone.metadata.documents import document_of
from tests.engine.crm_like import CUSTOMER, DOCUMENTS, Company
from tests.refusals import Call


@dataclass
class Data:
    """A company with two customers and a deal."""

    company: Company
    customer: int
    deal: int

    def read(self, work: Callable[[Transaction], object]) -> None:
        with self.company.workspace.reading() as tx:
            work(tx)

    def write(self, work: Callable[[Transaction], object]) -> None:
        with self.company.workspace.writing() as tx:
            work(tx)

    def change_without_version(self) -> None:
        self.write(
            lambda tx: records.update(
                tx, self.company.caller("boss", tx), "customer", self.customer, None, {"name": "x"}
            )
        )

    def collide(self) -> None:
        """Make two records that are equal under an index that somebody added."""

        def work(tx: Transaction) -> None:
            tx.connection.exec_driver_sql("CREATE UNIQUE INDEX stray ON customer (region)")
            for name in ("A", "B"):
                records.create(tx, SYSTEM, "customer", {"name": name, "region": "same"})

        self.write(work)

    def change(self, *, most: int = 10, filter: str | None = None, **values: str) -> bulk.Bulk:
        """Change the customers in bulk."""
        with self.company.workspace.writing() as tx:
            return self.change_in(tx, most, filter, **values)

    def change_in(self, tx: Transaction, most: int, filter: str | None, **values: str) -> bulk.Bulk:
        """Change the customers in bulk as a part of something greater."""
        chosen = bulk.Chosen(ListRequest(entity_id="customer", filter=filter))
        return bulk.change(tx, SYSTEM, chosen, "update", values, "wish", most=most)

    def undo_twice(self, *, at_once: bool) -> None:
        """Take a bulk change back that is taken back already, or was seen before it was."""

        def work(tx: Transaction) -> None:
            seen = self.change_in(tx, 10, None, region="west")
            bulk.undo(tx, SYSTEM, seen)
            bulk.undo(tx, SYSTEM, seen if at_once else bulk.get(tx, SYSTEM, seen.id))

        self.write(work)

    def run_off(self) -> None:
        """Ask for a run of a rule that is switched off."""
        self.write(lambda tx: alerts.run_soon(tx, SYSTEM, "quiet"))

    def list_of_yesterday(self, **asked: Any) -> None:
        """Ask for customers as they were before all was published."""
        at = self.company.clock.instant - timedelta(days=1)
        request = ListRequest(entity_id="customer", as_of=at, **asked)
        self.read(lambda tx: query.page(tx, SYSTEM, request))

    def inbox(self, **asked: object) -> None:
        request = AlertRequest(**asked)  # type: ignore[arg-type]
        self.read(lambda tx: alerts.inbox(tx, SYSTEM, request))


QUIET = document_of(
    {
        "kind": "alert_rule",
        "name": "quiet",
        "entity": "customer",
        "when": "True",
        "schedule": "0 9 * * *",
        "message": "Hush",
        "active": False,
    }
)


ADDED = document_of(
    {**CUSTOMER, "fields": [*CUSTOMER["fields"], {"name": "added", "type": "text"}]}
)


def data(company: Company) -> Data:
    """The company's records, a field that is new, and a rule that is switched off."""
    documents = [ADDED if one.name == "customer" else one for one in (*DOCUMENTS, QUIET)]
    plan = publish.preview(company.workspace, SYSTEM, documents)
    publish.publish(company.workspace, SYSTEM, plan, None)
    with company.workspace.writing() as tx:
        customer = records.create(tx, SYSTEM, "customer", {"name": "A"}).id
        records.create(tx, SYSTEM, "customer", {"name": "B"})
        deal = records.create(tx, SYSTEM, "deal", {"name": "D", "customer": str(customer)}).id
    return Data(company, customer, deal)


CASES: tuple[Call[Data], ...] = (
    Call("a change without a version", PreconditionRequired, ("record.version_needed",),
         lambda it: it.change_without_version()),
    Call("a page of nothing", Malformed, ("/limit query.limit",),
         lambda it: it.read(lambda tx: query.page(
             tx, SYSTEM, ListRequest(entity_id="customer", limit=0)))),
    Call("figures of too many groups", Malformed, ("/limit query.limit",),
         lambda it: it.read(lambda tx: query.aggregate(
             tx, SYSTEM, AggregateRequest(entity_id="customer", limit=1001)))),
    Call("a history of nothing", Malformed, ("/limit query.limit",),
         lambda it: it.read(lambda tx: history.of(tx, SYSTEM, "customer", it.customer, limit=0))),
    Call("more groups than asked for", Malformed, ("query.too_many_groups",),
         lambda it: it.read(lambda tx: query.aggregate(
             tx, SYSTEM, AggregateRequest(entity_id="customer", groups=("name",), limit=1)))),
    Call("a key action that is not there", NotFound, ("stage.item_unknown",),
         lambda it: it.write(lambda tx: records.tick(
             tx, SYSTEM, "deal", it.deal, "contact", "zz"))),
    Call("a key action of no stage", NotFound, ("stage.item_unknown",),
         lambda it: it.write(lambda tx: records.tick(
             tx, SYSTEM, "deal", it.deal, "zz", "called"))),
    Call("the recycle bin of yesterday", Malformed, ("/as_of as_of.bin",),
         lambda it: it.list_of_yesterday(deleted=True)),
    Call("yesterday by a field of today", Malformed, ("/sort as_of.other_then",),
         lambda it: it.list_of_yesterday(sort="added")),
    Call("a collision in a strange index", Conflict, ("unique.taken_somewhere",),
         lambda it: it.collide()),
    Call("a bulk change of nothing", Conflict, ("bulk.nothing",),
         lambda it: it.change(filter='name == "zz"', region="west")),
    Call("a bulk change of no field", Invalid, ("bulk.no_field",), lambda it: it.change()),
    Call("a bulk change of too many", Invalid, ("bulk.too_many",),
         lambda it: it.change(most=1, region="west")),
    Call("a bulk change that is not there", NotFound, ("bulk.unknown",),
         lambda it: it.read(lambda tx: bulk.get(tx, SYSTEM, 99))),
    Call("a bulk change undone twice", Conflict, ("bulk.not_undoable",),
         lambda it: it.undo_twice(at_once=False)),
    Call("a bulk change undone by two", Conflict, ("bulk.went_on",),
         lambda it: it.undo_twice(at_once=True)),
    Call("alerts of no severity", Malformed, ("alert.severity",),
         lambda it: it.inbox(severity="urgent")),
    Call("a run of a rule that is off", Conflict, ("alert_rule.off",), lambda it: it.run_off()),
    Call("alerts of no state", Malformed, ("alert.state",), lambda it: it.inbox(state="shut")),
    Call("a page of no alerts", Malformed, ("/limit query.limit",), lambda it: it.inbox(limit=0)),
    Call("an endpoint of no name, nowhere", Invalid, ("/name endpoint.name", "/url endpoint.url"),
         lambda it: it.write(lambda tx: endpoints.put(tx, "ERP 1", "ftp://example.com"))),
    Call("an endpoint that is not there", NotFound, ("endpoint.unknown",),
         lambda it: it.write(lambda tx: endpoints.remove(tx, "erp"))),
    Call("jobs of no state", Invalid, ("job.state",),
         lambda it: it.read(lambda tx: given_up.listed(tx, "zz"))),
    Call("a job that was not given up", NotFound, ("job.not_dead",),
         lambda it: it.write(lambda tx: given_up.retry(tx, [99]))),
    Call("a notification of somebody else", NotFound, ("notification.unknown",),
         lambda it: it.write(
             lambda tx: notified.opened(tx, it.company.caller("boss", tx), 999))),
    Call("a choice of no kind", Malformed, ("notification.kind",),
         lambda it: it.write(lambda tx: notifications.choose(tx, SYSTEM, {"zz": Ways()}))),
)  # fmt: skip
