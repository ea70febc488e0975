"""Fixtures of the API's tests: a workspace with people in it, and a client for each of them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldstone.api import application
from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.api.shop import DOCUMENTS
from tests.servers.database import Database


class Person:
    """One person at the API of a workspace: their token, their requests."""

    def __init__(self, web: FlaskClient, slug: str, token: str, member_id: int) -> None:
        self.web, self.slug, self.token, self.member_id = web, slug, token, member_id

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> TestResponse:
        """Send a request; `body` as JSON, `parameters` in the query."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.web.open(
            f"/api/v1/{self.slug}{path}",
            method=method,
            data=None if body is None else json.dumps(body),
            headers=sent,
            query_string=parameters or None,
        )

    def get(self, path: str, **parameters: Any) -> TestResponse:
        return self.call("GET", path, **parameters)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, body, headers)

    def write(self, method: str, path: str, version: int, body: Any = None) -> TestResponse:
        """Write from a version."""
        return self.call(method, path, body, {"If-Match": f'"{version}"'})

    def make(self, entity: str, **values: Any) -> dict[str, Any]:
        """Make a record and return it."""
        answer = self.post(f"/records/{entity}", values)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.get_json()
        return made


@pytest.fixture
def installation(home: Path, database: Database) -> Iterator[Installation]:
    """Return an installation on either kind of database."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings) as opened:
        yield opened


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    """Return the workspace `shop` with its administrator."""
    admin = NewMember(name="Ada", email="ada@example.com", locale="en")
    return installation.create_workspace("shop", "Shop", DOCUMENTS, admin=admin)


@pytest.fixture
def web(installation: Installation) -> FlaskClient:
    """Return a client without a token."""
    return application(installation).test_client()


def person(web: FlaskClient, workspace: Workspace, email: str) -> Person:
    """The client of a member, with a fresh token."""
    with workspace.reading() as tx:
        member = members.find(tx, email)
    assert member.account is not None
    token = workspace.control.tokens.create(
        account_id=member.account, workspace_id=workspace.id, member_id=member.id, name="test"
    )
    return Person(web, workspace.slug, token, member.id)


@pytest.fixture
def admin(web: FlaskClient, workspace: Workspace) -> Person:
    """Return the administrator's client."""
    return person(web, workspace, "ada@example.com")


@pytest.fixture
def seller(web: FlaskClient, workspace: Workspace) -> Person:
    """Return the client of a seller, who sees only their own customers and no credit."""
    new = NewMember(name="Li", email="li@example.com", roles=("seller",), locale="zh-CN")
    members.add(workspace, SYSTEM, new)
    return person(web, workspace, "li@example.com")
