"""Every other refusal of publishing, and every finding of the doctor, in whole sentences."""

from __future__ import annotations

import pytest

from fieldstone.engine import publish
from fieldstone.engine.installation import Installation
from fieldstone.engine.publishing import physical
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop
from tests.engine.refused.publishing import CASES, DAMAGE, Desk
from tests.refusals import Call, require_refused, require_sentences, state_of


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused(
    installation: Installation, workspace: Workspace, shop: Shop, case: Call[Desk]
) -> None:
    before = state_of(workspace)
    require_refused(case, Desk(installation, workspace, shop))
    # What a case wrote to bring its refusal about is its own; the plan itself writes nothing.
    after = state_of(workspace)
    if case.name not in (
        "a plan for a second time",
        "a plan of other rows",
        "a draft beside another",
    ):
        assert after == before
    with workspace.reading() as tx:
        assert publish.layout_matches(tx) == ()


@pytest.mark.parametrize(("name", "damage", "found"), DAMAGE, ids=[one[0] for one in DAMAGE])
def test_damage(workspace: Workspace, name: str, damage: str, found: tuple[str, ...]) -> None:
    with workspace.writing() as tx:
        some = min(physical.read(tx.connection).indexes)
        for statement in damage.replace("{drop an index}", f'DROP INDEX "{some}"').split(";"):
            tx.connection.exec_driver_sql(statement)
    before = state_of(workspace)
    with workspace.reading() as tx:
        problems = publish.layout_matches(tx)
    assert tuple(sorted({one.id for one in problems})) == found
    for one in problems:
        require_sentences(one)
    assert state_of(workspace) == before
