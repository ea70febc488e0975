"""The audit over the API: a stretch a request, what is wrong with its place and in words."""

import pytest
import sqlalchemy as sa

from fieldstone.engine.audit import sealing, verifying
from fieldstone.engine.installation import Installation
from fieldstone.engine.system_tables import FIELD_CHANGE
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from tests.api.conftest import Person


@pytest.fixture
def sealed(installation: Installation, workspace: Workspace, admin: Person) -> Workspace:
    """Return a workspace with some history that is sealed."""
    admin.make("customer", name="Northwind")
    sealing.plan(installation)
    for workspace_id, job_id in tick(installation):
        worker.do(installation, workspace_id, job_id)
    return workspace


def test_the_history_is_looked_at_stretch_by_stretch(
    sealed: Workspace, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = admin.get("/audit/verify").get_json()
    assert (whole["fault"], whole["message"], whole["next"]) == (None, None, None)
    assert whole["unsealed"] == 0
    monkeypatch.setattr(verifying, "STRETCH", whole["entries"] - 1)
    first = admin.get("/audit/verify").get_json()
    assert (first["next"], first["unsealed"]) == (whole["entries"] - 1, None)
    assert admin.get("/audit/verify", after=first["next"]).get_json() == whole


def test_what_is_wrong_is_told_in_the_readers_language(sealed: Workspace, admin: Person) -> None:
    values = {"entity": "customer", "record_id": 1, "field": "name", "change_id": 1}
    with sealed.writing() as tx:
        tx.connection.execute(sa.insert(FIELD_CHANGE).values(values))
    found = admin.call("GET", "/audit/verify", headers={"Accept-Language": "zh-CN"}).get_json()
    assert found["fault"]["kind"] == "inserted"
    assert found["fault"]["table"] == "_field_change"
    assert "事后插入" in found["message"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_may_not_see_the_documents_may_not_look(sealed: Workspace, seller: Person) -> None:
    assert seller.get("/audit/verify").status_code == 403


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_entry_that_there_is_not_is_refused(sealed: Workspace, admin: Person) -> None:
    assert admin.get("/audit/verify", after=10**9).status_code == 404
    assert admin.get("/audit/verify", after="x").status_code == 400
