"""Upgrades of many workspaces: each by itself, and a reason for each that is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldstone.engine import packages, upgrades
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.templates import Template
from fieldstone.engine.upgrade_run import upgrade_all
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import write_folder
from tests.engine.publish.shop import Shop, column

ROLE = {"kind": "role", "name": "admin", "members": True, "metadata": True}


@pytest.fixture
def newer(installation: Installation, shop: Shop, tmp_path: Path) -> Template:
    """Return version 1.1.0, installed, in which a number becomes a choice."""
    shop.data["shop"].update(version="1.1.0", label="Shop", description="A shop.")
    shop.data["admin"] = dict(ROLE)
    shop.field("customer", "staff").update(type="choice", options=[{"name": "many"}])
    write_folder(tmp_path / "newer", shop.documents())
    installation.templates.install(packages.read(tmp_path / "newer"))
    return installation.templates.get("shop")


def test_what_would_be_lost_is_a_reason_to_leave_a_workspace_alone(
    installation: Installation, workspace: Workspace, newer: Template
) -> None:
    installation.create_workspace("empty", "Empty", Shop().documents())
    found = {one.slug: one for one in upgrade_all(installation, newer)}
    assert (found["acme"].fate, found["empty"].fate) == ("refused", "upgraded")
    assert [one.id for one in found["acme"].problems] == ["publish.loss_not_accepted"]
    with workspace.reading() as tx:
        assert upgrades.base(tx).version == "1.0.0"
        assert column(tx, "customer", "staff") == [12]
        loss = upgrades.prepare(tx, SYSTEM, newer.documents, {}).plan.losses
    assert [one.key for one in loss] == ["customer.staff"]


def test_workspaces_are_gone_through_some_at_a_time(installation: Installation) -> None:
    for slug in ("c", "a-2", "b", "a"):
        installation.create_workspace(slug, slug, ())
    found = []
    last = ""
    while some := installation.control.following(last, 3):
        found.append([one.slug for one in some])
        last = some[-1].slug
    assert found == [["a", "a-2", "b"], ["c"]]
