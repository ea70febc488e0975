"""A workshop with its people, sixty machines and what has been done with them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from fieldstone.engine import access, alerts, bulk, imports, members, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.imports import Options, desk, kept
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.query import ListRequest
from fieldstone.engine.workspaces import Workspace
from tests.ui.installing import install
from tests.ui.workshop_documents import documents, later_documents

PASSWORD = "Orchard-7-lantern"
MACHINES = 60


def filled_workshop(installation: Installation) -> Workspace:
    """A workspace with three people, sixty machines, a repair, and one open alert.

    A later version of its template is installed.
    """
    install(installation, later_documents())
    chief = NewMember(name="王工", email="chief@example.com", password=PASSWORD, locale="zh-CN")
    workspace = installation.create_workspace("workshop", "维修车间", documents(), admin=chief)
    for name, email, role in (
        ("Ann Lee", "ann@example.com", "chief"),
        ("Vera", "vera@example.com", "visitor"),
    ):
        new = NewMember(name=name, email=email, password=PASSWORD, locale="en", roles=(role,))
        members.add(workspace, SYSTEM, new)
    _fill(workspace)
    _import(installation, workspace)
    _change_in_bulk(workspace)
    alerts.run(workspace)
    return workspace


def _import(installation: Installation, workspace: Workspace) -> None:
    """A file that is being decided about, and one that was imported, with a bad row each."""
    keep = imports.folder_of_home(installation.settings)
    content = b"name,price\nLathe 99,5\nLathe 98,many\n"
    options = Options(mapping={"columns": {"name": "name", "price": "price"}})
    folder, digest = kept.receive(BytesIO(content), keep, workspace)
    with workspace.writing() as tx:
        member = members.find(tx, "chief@example.com")
        caller = access.for_member(tx, member.id)
        number = desk.take(tx, caller, "machine", "machines.csv", folder.name, digest)
        desk.choose(tx, desk.get(tx, caller, number), options)
    file = installation.settings.home / "broken.csv"
    file.write_bytes(b"name,price\nLathe 97,many\n")
    imports.run(workspace, SYSTEM, "machine", file, options, keep=keep)
    file.unlink()


def _change_in_bulk(workspace: Workspace) -> None:
    """A bulk change that found what it wanted everywhere already."""
    with workspace.writing() as tx:
        caller = access.for_member(tx, members.find(tx, "chief@example.com").id)
        chosen = bulk.Chosen(ListRequest(entity_id="machine"))
        bulk.change(tx, caller, chosen, "update", {"kind": "lathe"}, "workshop")


def _fill(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        rows: list[dict[str, Any]] = [
            {
                "name": f"机床 {number:02}",
                "kind": "lathe",
                "price": str(number * 1000),
                "in_use": True,
                "bought_on": date(2026, 1, 1 + number % 28).isoformat(),
                "place": ["hall"] if number % 2 else [],
                "keeper": "1",
            }
            for number in range(1, MACHINES + 1)
        ]
        rows[MACHINES - 1]["in_use"] = False
        made = records.create_many(tx, SYSTEM, "machine", rows)
        assert all(one.done for one in made), made
        values = {"subject": "更换主轴", "machine": str(made[0].record_id)}
        records.create(tx, SYSTEM, "repair", values)
