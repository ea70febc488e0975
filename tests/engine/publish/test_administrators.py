"""Publishing never leaves a workspace without anybody who may administer it."""

from __future__ import annotations

import pytest

from fieldstone.engine import members, publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of

APP = {"kind": "app", "name": "acme", "version": "1.0.0"}
ADMIN = {"kind": "role", "name": "admin", "metadata": True, "members": True}


def test_the_last_administrators_role_cannot_be_taken_away(empty: Workspace) -> None:
    whole = [document_of(APP), document_of(ADMIN)]
    publish.publish(empty, SYSTEM, publish.preview(empty, SYSTEM, whole))
    members.add(empty, SYSTEM, NewMember(name="Li", user_name="li", roles=("admin",)))

    weaker = [document_of(APP), document_of({**ADMIN, "members": False})]
    plan = publish.preview(empty, SYSTEM, weaker)
    with pytest.raises(Conflict) as caught:
        publish.publish(empty, SYSTEM, plan)
    assert [one.id for one in caught.value.problems] == ["member.last_administrator"]
    with empty.reading() as tx:
        assert tx.app.roles["admin"].members
