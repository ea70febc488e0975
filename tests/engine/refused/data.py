"""What only the engine's own doors refuse of records, queries and alerts; the API has the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fieldstone.engine import alerts, history, notifications, notified, query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.alerts import AlertRequest
from fieldstone.engine.errors import Conflict, Invalid, Malformed, NotFound, PreconditionRequired
from fieldstone.engine.notifications import Ways
from fieldstone.engine.outbox import endpoints
from fieldstone.engine.query import AggregateRequest, ListRequest
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work import given_up
from tests.engine.crm_like import Company
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

    def inbox(self, **asked: object) -> None:
        request = AlertRequest(**asked)  # type: ignore[arg-type]
        self.read(lambda tx: alerts.inbox(tx, SYSTEM, request))


def data(company: Company) -> Data:
    """The company's records."""
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
    Call("a collision in a strange index", Conflict, ("unique.taken_somewhere",),
         lambda it: it.collide()),
    Call("alerts of no severity", Malformed, ("alert.severity",),
         lambda it: it.inbox(severity="urgent")),
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
