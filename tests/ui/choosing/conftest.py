"""A workshop with 160 machines, a keeper who may change only their own, and a worker on demand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import members, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.metadata.documents import document_of
from tests.ui.readers import Site, served
from tests.ui.workshop import PASSWORD
from tests.ui.workshop_documents import documents

MACHINES = 160
OWN = 20
KEEPER: dict[str, Any] = {
    "kind": "role",
    "name": "keeper",
    "label": {"en": "Keeper", "zh-CN": "保管员"},
    "entities": [
        {"entity": "machine", "read": True},
        {"entity": "machine", "read": True, "update": True, "rows": "own"},
    ],
}
READER = {**KEEPER, "name": "reader", "entities": KEEPER["entities"][:1]}
OWNER = {**KEEPER, "entities": KEEPER["entities"][1:]}


def work(site: Site) -> int:
    """Do what is due, as a worker does; returns how many jobs were done."""
    return sum(do(site.installation, *one) for one in tick(site.installation))


def values(site: Site, field: str) -> list[Any]:
    """The values of a field of all live machines."""
    with site.workspace.reading() as tx:
        rows = records.rows.whole_rows(tx, SYSTEM, "machine", range(1, MACHINES + 1))
        return [row[field] for row in rows.values()]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a server with the workshop; nobody works there by itself."""
    chief = NewMember(name="王工", email="chief@example.com", password=PASSWORD, locale="zh-CN")
    made = (*documents(), document_of(READER), document_of(OWNER))
    with Installation.open(Settings(home=tmp_path, env="test")) as installation:
        workspace = installation.create_workspace("workshop", "维修车间", made, admin=chief)
        ann = NewMember(
            name="Ann", email="ann@example.com", password=PASSWORD, locale="en",
            roles=("reader", "keeper"),
        )  # fmt: skip
        number = members.add(workspace, SYSTEM, ann).id
        with workspace.writing() as tx:
            rows = [
                {
                    "name": f"机床 {at:03}",
                    "kind": "lathe" if at % 4 else None,
                    "price": str(at * 100),
                    "in_use": at % 2 == 0,
                    "bought_on": f"2026-0{1 + at % 3}-05",
                    "place": ["hall"] if at % 2 else ["hall", "yard"] if at % 8 == 0 else [],
                    "keeper": str(number if at <= OWN else 1),
                }
                for at in range(1, MACHINES + 1)
            ]
            done = records.create_many(tx, SYSTEM, "machine", rows)
            assert all(one.done for one in done)
        with served(installation, workspace) as found:
            work(found)
            yield found
