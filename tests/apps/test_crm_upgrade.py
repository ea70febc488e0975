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
from tests.apps.crm_upgrade import (
    DOUYIN,
    QUOTE,
    SILENCE,
    app,
    own_changes_hold,
    version_1_1_holds,
    version_2_0_holds,
)
from tests.apps.crm_versions import IN_FILES, IN_THE_STUDIO, V_1_0, V_1_1, V_2_0
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import column, insert
from tests.metadata.editing import Edit, with_edits
from tests.servers.database import Database

ADMIN = Caller(1, system=True)


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


def test_a_company_follows_its_template_and_keeps_what_it_made(company: Workspace) -> None:
    own_changes_hold(app(company))
    with company.reading() as tx:
        first, hash_before = tx.revision, tx.app.hash
    with pytest.raises(Conflict) as refused:
        upgrade(company, V_1_1, {})
    assert {one.params["place"] for one in refused.value.problems} == {QUOTE, DOUYIN}

    assert set(upgrade(company, V_1_1, {QUOTE: "ours", DOUYIN: "both"})) == {QUOTE, DOUYIN}
    own_changes_hold(app(company))
    version_1_1_holds(app(company))

    with company.reading() as tx:
        second, hash_between = tx.revision, tx.app.hash
    assert upgrade(company, V_2_0, {SILENCE: "theirs"}) == [SILENCE]
    own_changes_hold(app(company))
    version_2_0_holds(app(company))

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
