"""Documents that revisions have in common are read once; a false hash deceives nobody else."""

from __future__ import annotations

import sqlalchemy as sa

from fieldstone.engine import publish, revisions
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.document_tables import DOCUMENT
from fieldstone.engine.installation import Installation
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document
from tests.engine.publish.shop import Shop


def test_what_a_publish_leaves_alone_is_not_read_again(workspace: Workspace, shop: Shop) -> None:
    with workspace.reading() as tx:
        before = {one.key: one for one in tx.app.documents}
    shop.field("customer", "code")["label"] = "Code"
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    with workspace.reading() as tx:
        after = {one.key: one for one in tx.app.documents}
    assert [key for key in after if after[key] is not before[key]] == ["entity/customer"]
    assert after["entity/customer"].hash != before["entity/customer"].hash


def test_a_document_under_the_hash_of_another_is_that_of_its_workspace_alone(
    installation: Installation, workspace: Workspace
) -> None:
    """Somebody who writes into the database of a workspace writes into no other."""
    other = installation.create_workspace("other", "Other", Shop().documents())
    digest = "f" * 64
    found: list[Document] = []
    for name, place in (("false", workspace), ("honest", other)):
        with place.writing() as tx:
            body = f'{{"kind": "role", "id": "one", "name": "{name}"}}'
            tx.connection.execute(sa.insert(DOCUMENT).values(hash=digest, body=body))
            found += revisions.bodies(tx.connection, {"role/one": digest})
    assert [one.name for one in found] == ["false", "honest"]
