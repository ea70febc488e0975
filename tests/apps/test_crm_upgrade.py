"""The CRM as a company made it, upgraded from 1.0 to 1.1 to 2.0: nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from fieldstone.engine import drafts, publish, upgrades
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.upgrades import Choice
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata import Document
from fieldstone.metadata.documents import read_folder, write_folder
from fieldstone.metadata.model import App
from tests.apps.crm_versions import IN_FILES, IN_THE_STUDIO, V_1_0, V_1_1, V_2_0
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import column, insert
from tests.metadata.editing import Edit, with_edits
from tests.servers.database import Database

ADMIN = Caller(1, system=True)
QUOTE = "entity/deal#/pipeline/stages/quote/max_days"
DOUYIN = "entity/customer#/fields/douyin"
SILENCE = "tier_scheme/abc#/bands/A/properties/silence_days"


@pytest.fixture
def company(home: Path, database: Database) -> Iterator[Workspace]:
    """Return a workspace of the CRM 1.0 with twenty changes of its own, and two customers."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings, FixedClock(NOW)) as opened:
        made = opened.create_workspace("acme", "Acme", V_1_0)
        for edit in IN_THE_STUDIO:
            draft(made, edit)
        files(made, home / "files", IN_FILES)
        with made.writing() as tx:
            rows = [{"name": "Stone", "buying_process": "tender"}, {"name": "Brook", "douyin": "x"}]
            insert(tx, "customer", rows)
        yield made


def draft(workspace: Workspace, edit: Edit) -> None:
    """One change in the Studio, published."""
    key = edit[1].partition("#")[0]
    with workspace.writing() as tx:
        there = drafts.read(tx, ADMIN).named()
        (changed,) = (
            one
            for one in with_edits(there, [edit], in_ids=False)
            if f"{one.kind}/{one.id or one.name}" == key
        )
        drafts.put(tx, ADMIN, [changed])
    drafts.publish(workspace, ADMIN)


def files(workspace: Workspace, folder: Path, edits: Iterable[Edit]) -> None:
    """Changes in the files of an export, applied."""
    publish.export_folder(workspace, folder)
    documents, problems = read_folder(folder)
    assert problems == ()
    write_folder(folder, with_edits(documents, edits, in_ids=False))
    changed, problems = read_folder(folder)
    plan = publish.preview(workspace, SYSTEM, changed)
    publish.publish(workspace, SYSTEM, plan)


def upgrade(
    workspace: Workspace, documents: Iterable[Document], choices: Mapping[str, Choice]
) -> list[str]:
    """Upgrade with these choices; what had to be decided."""
    with workspace.reading() as tx:
        asked = [one.key for one in upgrades.prepare(tx, SYSTEM, documents, {}).conflicts]
        found = upgrades.prepare(tx, SYSTEM, documents, choices)
    losses = [one.key for one in found.plan.losses]
    upgrades.apply(workspace, SYSTEM, found, accept_loss=losses)
    return asked


def app(workspace: Workspace) -> App:
    with workspace.reading() as tx:
        assert publish.layout_matches(tx) == ()
        return tx.app


def own_changes_hold(found: App) -> None:
    """What the company changed, and no version of the template did."""
    customer, deal = found.entity("customer"), found.entity("deal")
    assert customer.label["en"] == "Account"
    assert customer.field("region_note").label["zh-CN"] == "片区"
    basics = found.forms["customer_edit"].sections[0]
    assert [one.field for one in basics.fields][:3] == ["name", "code", "region_note"]
    assert customer.field("company_size").option("from_5000") is not None
    assert deal.pipeline is not None
    stages = [one.id for one in deal.pipeline.stages]
    assert stages == ["contact", "need", "trial", "quote", "negotiation", "won", "lost"]
    assert deal.pipeline.stages[3].label["zh-CN"] == "方案报价"
    assert ("channel",) not in [one.path for one in found.views["customer_all"].columns]
    assert "role:sales_manager" in found.rules["silent_customer"].tell
    assert not found.entity("visit").archived
    assert not found.rules["no_progress"].active
    access = found.roles["salesperson"].access("customer")
    assert access is not None
    assert access.delete
    assert customer.field("budget").label["en"] == "Purse"
    assert customer.field("current_supplier").label["en"] == "Served by"
    assert found.manifest.time_zone == "Asia/Hong_Kong"
    assert "customer_vip" not in found.views


def test_a_company_follows_its_template_and_keeps_what_it_made(company: Workspace) -> None:
    own_changes_hold(app(company))
    with company.reading() as tx:
        first, hash_before = tx.revision, tx.app.hash
    with pytest.raises(Conflict) as refused:
        upgrade(company, V_1_1, {})
    assert {one.params["place"] for one in refused.value.problems} == {QUOTE, DOUYIN}

    assert set(upgrade(company, V_1_1, {QUOTE: "ours", DOUYIN: "both"})) == {QUOTE, DOUYIN}
    found = app(company)
    own_changes_hold(found)
    customer, deal = found.entity("customer"), found.entity("deal")
    assert (customer.field("douyin").type, customer.field("douyin_2").type) == ("url", "text")
    assert customer.field("status").option("dormant") is not None
    assert deal.pipeline is not None
    assert {one.id: one.properties["max_days"] for one in deal.pipeline.stages}["quote"] == 45
    assert found.rules["silent_customer"].severity == "high"
    assert found.views["deal_mine"].filter == (
        "owner == me() and not stage.closed and weighted > 10000 and amount is not None"
    )

    with company.reading() as tx:
        second, hash_between = tx.revision, tx.app.hash
    assert upgrade(company, V_2_0, {SILENCE: "theirs"}) == [SILENCE]
    found = app(company)
    own_changes_hold(found)
    customer = found.entity("customer")
    assert customer.field("current_supplier").name == "supplier"
    assert customer.field("buying_process").archived
    assert not found.entity("contract").archived
    assert found.entity("ticket").archived, "its module is off in the template"
    assert [one.id for one in found.manifest.menu][3] == "contracts"
    bands = {one.id: one for one in found.schemes["abc"].bands}
    assert bands["A"].properties["silence_days"] == 5
    person = next(one for one in found.forms["customer_edit"].sections if one.id == "person")
    assert "referrer" in [one.field for one in person.fields]

    back_to(company, second, hash_between)
    back_to(company, first, hash_before)
    own_changes_hold(app(company))


def test_modules_that_are_off_stay_off_and_follow_the_template(company: Workspace) -> None:
    """A module comes back as if it had been there during every upgrade."""
    choices: dict[str, Choice] = {QUOTE: "ours", DOUYIN: "both", SILENCE: "theirs"}
    with company.reading() as tx:
        first, hash_before = tx.revision, tx.app.hash
    upgrade(company, V_2_0, choices)
    wanted = app(company).hash
    back_to(company, first, hash_before)

    switch(company, off=["tiers", "alerts"])
    assert set(upgrade(company, V_2_0, choices)) == {QUOTE, DOUYIN, SILENCE}
    found = app(company)
    away = {one.id for one in found.manifest.modules if one.off}
    assert away == {"tiers", "alerts", "service"}
    assert found.schemes["abc"].archived
    assert found.rules == {}
    assert not found.entity("contract").archived

    switch(company, on=["tiers", "alerts"])
    found = app(company)
    assert found.hash == wanted
    own_changes_hold(found)
    assert found.rules["silent_customer"].severity == "high"
    assert "contract_ending" in found.rules
    with company.reading() as tx:
        assert column(tx, "customer", "name") == ["Stone", "Brook"]


def switch(workspace: Workspace, off: Iterable[str] = (), on: Iterable[str] = ()) -> None:
    with workspace.writing() as tx:
        drafts.switch(tx, ADMIN, [*off], [*on])
    drafts.publish(workspace, ADMIN)


def back_to(workspace: Workspace, revision: int, wanted: str) -> None:
    """Undo the upgrade: the documents are the very same again."""
    plan = publish.restore_plan(workspace, SYSTEM, revision)
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    assert app(workspace).hash == wanted
