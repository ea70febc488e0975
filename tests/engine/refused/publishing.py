"""What is refused of publishing beside rows that break a change, and what the doctor finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from fieldstone.engine import change_sets, drafts, publish, revisions, upgrades
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.drafts import MOST_DOCUMENTS
from fieldstone.engine.errors import Conflict, Forbidden, Invalid, Malformed, NotFound
from fieldstone.engine.installation import Installation
from fieldstone.engine.publish import Plan
from fieldstone.engine.publishing import alone, asked
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.engine.publish.shop import Shop, insert
from tests.refusals import Call

LI = Caller(1, system=True)


@dataclass
class Desk:
    """The shop in force, with three customers and two deals, and its documents to be changed."""

    installation: Installation
    workspace: Workspace
    shop: Shop

    def plan(self, caller: Caller = SYSTEM, base: int | None = None) -> Plan:
        return publish.preview(self.workspace, caller, self.shop.documents(), base=base)

    def publish(self, plan: Plan) -> None:
        publish.publish(self.workspace, SYSTEM, plan)

    def amounts_as_text(self) -> Plan:
        """The plan of a new column in the place of the old one."""
        self.shop.drop("deal", "amount")
        self.shop.add("deal", id="amount", name="amount", type="text")
        return self.plan()

    def publish_after_a_deal(self) -> None:
        plan = self.amounts_as_text()
        with self.workspace.writing() as tx:
            insert(tx, "deal", [{"name": "Three", "amount": "1.50"}])
        self.publish(plan)

    def publish_twice(self) -> None:
        self.shop.add("customer", name="phone", type="phone")
        plan = self.plan()
        self.publish(plan)
        self.publish(plan)

    def publish_beside_a_preparation(self) -> None:
        other = self.installation.create_workspace("other", "Other", self.shop.documents())
        self.shop.add("customer", name="phone", type="phone")
        plan = publish.preview(other, SYSTEM, self.shop.documents())
        alone.start(other, plan)
        publish.publish(other, SYSTEM, plan)

    def publish_elsewhere(self) -> None:
        other = self.installation.create_workspace("other", "Other", ())
        self.publish(publish.preview(other, SYSTEM, self.shop.documents()))

    def lose_letters(self) -> None:
        self.shop.field("customer", "code").update(type="choice", options=[{"name": "A"}])
        self.publish(self.plan())

    def make_equal(self) -> None:
        """Turn texts that differ into numbers that do not, where each may be there once."""
        with self.workspace.writing() as tx:
            table = tx.tables.table("customer")
            for number, code in ((1, "7"), (2, "07"), (3, "8")):
                row = table.c.id == number
                tx.connection.execute(sa.update(table).where(row).values(code=code))
        self.shop.field("customer", "code").update(type="integer", unique=True)
        self.publish(self.plan())

    def draft(self, work: Callable[[Transaction], object]) -> None:
        with self.workspace.writing() as tx:
            work(tx)

    def publish_beside_another(self) -> None:
        """Change what somebody else publishes in between."""
        ours = document_of({"kind": "app", "name": "shop", "version": "2.0.0"})
        self.draft(lambda tx: drafts.put(tx, LI, [ours]))
        self.shop.data["shop"]["version"] = "3.0.0"
        self.publish(self.plan())
        drafts.publish(self.workspace, LI)

    def switch_a_misspelt_module(self, tx: Transaction) -> None:
        app = {"kind": "app", "name": "shop", "modules": [{"name": "selling"}]}
        drafts.put(tx, LI, [document_of(app)])
        drafts.switch(tx, LI, ["seling"])

    def change_while_it_is_published(self, tx: Transaction) -> None:
        """Change a draft that a worker is to publish."""
        draft = drafts.put(tx, LI, [document_of({"kind": "role", "name": "guest"})])
        wanted = {"seen": draft.digest, "changes": 1, "reason": None, "accepted": []}
        asked.enter(tx, 1, wanted)
        drafts.discard(tx, LI)

    def restore_over_a_draft(self, tx: Transaction) -> None:
        drafts.put(tx, LI, [document_of({"kind": "app", "name": "shop", "version": "2.0.0"})])
        drafts.restore(tx, LI, 1)

    def change_too_much(self) -> None:
        role = {"kind": "role", "everything_else": {"read": True}}
        many = (document_of({**role, "name": f"role_{n}"}) for n in range(MOST_DOCUMENTS + 1))
        self.draft(lambda tx: drafts.put(tx, LI, tuple(many)))

    def upgrade(self, version: str, name: str = "shop") -> None:
        """Bring a workspace of version 1.0.0, whose label is its own, to another version."""
        made = self.installation.create_workspace("based", "Based", Shop().documents())
        own = Shop()
        own.entity("customer")["label"] = "Client"
        publish.publish(made, SYSTEM, publish.preview(made, SYSTEM, own.documents()))
        self.shop.data["shop"].update(name=name, version=version)
        self.shop.entity("customer")["label"] = "Account"
        with made.reading() as tx:
            found = upgrades.prepare(tx, SYSTEM, self.shop.documents(), {})
        upgrades.apply(made, SYSTEM, found)

    def upgrade_without_a_template(self) -> None:
        with self.workspace.reading() as tx:
            upgrades.prepare(tx, SYSTEM, self.shop.documents(), {})

    def upgrade_twice(self) -> None:
        """Publish an upgrade from a draft that was begun before somebody else upgraded."""
        made = self.installation.create_workspace("based", "Based", Shop().documents())
        self.shop.data["shop"]["version"] = "1.1.0"
        with made.writing() as tx:
            found = upgrades.prepare(tx, LI, self.shop.documents(), {})
            drafts.bring(tx, LI, found)
        upgrades.apply(made, SYSTEM, found)
        drafts.publish(made, LI)

    def bring_a_change_set(self) -> None:
        """Bring a change into a workspace that changed the same thing."""
        own = Shop()
        own.entity("customer")["label"] = "Client"
        made = self.installation.create_workspace("based", "Based", own.documents())
        self.shop.entity("customer")["label"] = "Account"
        with made.reading() as tx:
            found = change_sets.prepare(tx, SYSTEM, Shop().documents(), self.shop.documents(), {})
        publish.publish(made, SYSTEM, found.plan)

    def load(self, revision: int) -> None:
        with self.workspace.reading() as tx:
            revisions.load(tx.connection, revision)


CASES: tuple[Call[Desk], ...] = (
    Call("somebody who may not", Forbidden, ("publish.forbidden",),
         lambda it: it.plan(Caller(1, ("seller",)))),
    Call("documents of before", Conflict, ("publish.moved",), lambda it: it.plan(base=9)),
    Call("a plan for a second time", Conflict, ("publish.moved",), lambda it: it.publish_twice()),
    Call("a plan while another is prepared", Conflict, ("publish.busy",),
         lambda it: it.publish_beside_a_preparation()),
    Call("a plan of another workspace", Conflict, ("publish.other_workspace",),
         lambda it: it.publish_elsewhere()),
    Call("a plan of other rows", Conflict, ("publish.data_moved",),
         lambda it: it.publish_after_a_deal()),
    Call("a file that is no plan", Malformed, ("publish.no_plan",),
         lambda it: Plan.from_json({"format": 1})),
    Call("a plan of another format", Malformed, ("publish.no_plan",),
         lambda it: Plan.from_json({"format": 9, "problems": []})),
    Call("letters that are no option", Invalid, ("publish.loss_not_accepted",),
         lambda it: it.lose_letters()),
    Call("numbers that become equal", Conflict, ("publish.breaks_unique",),
         lambda it: it.make_equal()),
    Call("a draft of nobody", Forbidden, ("draft.no_member",),
         lambda it: it.draft(lambda tx: drafts.read(tx, SYSTEM))),
    Call("a document that the draft has not", NotFound, ("draft.unknown",),
         lambda it: it.draft(lambda tx: drafts.remove(tx, LI, "entity", "zz"))),
    Call("a module that there is not", Invalid, ("module.none",),
         lambda it: it.draft(lambda tx: drafts.switch(tx, LI, ["zz"]))),
    Call("a misspelt module", Invalid, ("module.none_near",),
         lambda it: it.draft(it.switch_a_misspelt_module)),
    Call("a draft that is being published", Conflict, ("draft.publishing",),
         lambda it: it.draft(it.change_while_it_is_published)),
    Call("an old revision over a draft", Conflict, ("draft.not_empty",),
         lambda it: it.draft(it.restore_over_a_draft)),
    Call("a draft without end", Invalid, ("draft.too_many",), lambda it: it.change_too_much()),
    Call("a draft beside another", Conflict, ("draft.conflict",),
         lambda it: it.publish_beside_another()),
    Call("a draft that was not seen", Conflict, ("draft.moved",),
         lambda it: drafts.publish(it.workspace, LI, seen="")),
    Call("a choice where nothing is to be decided", NotFound, ("draft.no_conflict",),
         lambda it: it.draft(lambda tx: drafts.settle(tx, LI, "entity/customer", "ours"))),
    Call("an upgrade that nobody decided", Conflict, ("upgrade.undecided",),
         lambda it: it.upgrade("1.1.0")),
    Call("an upgrade to an older version", Conflict, ("upgrade.older",),
         lambda it: it.upgrade("0.9.0")),
    Call("an upgrade to another template", Conflict, ("upgrade.other_template",),
         lambda it: it.upgrade("1.1.0", "bakery")),
    Call("an upgrade without a template", Conflict, ("upgrade.no_template",),
         lambda it: it.upgrade_without_a_template()),
    Call("an upgrade after another", Conflict, ("draft.template_moved",),
         lambda it: it.upgrade_twice()),
    Call("a change set that nobody decided", Invalid, ("change_set.undecided",),
         lambda it: it.bring_a_change_set()),
    Call("a revision that is not there", NotFound, ("revision.unknown",), lambda it: it.load(9)),
    Call("a revision to go back to that is not there", NotFound, ("revision.unknown",),
         lambda it: publish.restore_plan(it.workspace, SYSTEM, 9)),
    Call("nothing is archived that could be purged", Invalid, ("purge.nothing",),
         lambda it: publish.purge_plan(it.workspace, SYSTEM, ["entity/nothing"])),
)  # fmt: skip

DAMAGE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("a view that is gone", 'DROP VIEW "v_deal"', ("doctor.view_missing",)),
    ("a strange view", "CREATE VIEW v_stray AS SELECT 1 AS one", ("doctor.view_left",)),
    ("a strange table", "CREATE TABLE stray (id BIGINT)", ("doctor.table_left",)),
    (
        "a table by another name",
        'DROP VIEW "v_customer"; ALTER TABLE "customer" RENAME TO stray',
        ("doctor.table_left", "doctor.table_missing", "doctor.view_missing"),
    ),
    (
        "a strange column",
        'ALTER TABLE "customer" ADD COLUMN stray BIGINT',
        ("doctor.column_left",),
    ),
    (
        "a column that is gone",
        'DROP VIEW "v_customer"; ALTER TABLE "customer" DROP COLUMN "staff"',
        ("doctor.column_missing", "doctor.view_missing"),
    ),
    (
        "a column of another type",
        'DROP VIEW "v_deal"; ALTER TABLE "deal" DROP COLUMN "amount"; '
        'ALTER TABLE "deal" ADD COLUMN "amount" TEXT',
        ("doctor.column_type", "doctor.view_missing"),
    ),
    ("a strange index", "CREATE INDEX _ix_stray ON deal (name)", ("doctor.index_left",)),
    ("an index that is gone", "{drop an index}", ("doctor.index_missing",)),
)
"""What somebody did to the tables, and what the doctor says then."""
