"""Fixtures of the acceptance tests: a new user's installation, its commands and its API."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from fieldstone.api import application
from fieldstone.engine import members
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, read_folder
from fieldstone.ui.cli.program import root
from tests.servers.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SLUG = "sales"
ADMIN = "ada@example.com"


class Place:
    """An installation with the workspace `sales`: the command line of it, and its API."""

    def __init__(self, home: Path, url: str | None, clock: FixedClock | None = None) -> None:
        self.home, self.url, self.clock = home, url, clock
        settings = Settings(home=home / "data", database_url=url, env="test")
        self._open = ExitStack()
        self.installation = self._open.enter_context(Installation.open(settings, clock))

    def close(self) -> None:
        self._open.close()

    def make(self, template: str | Path) -> Workspace:
        """Make the workspace from a template or a folder of documents, with its administrator."""
        made_of: str | tuple[Document, ...]
        if isinstance(template, str):
            made_of = template
        else:
            made_of, problems = read_folder(template)
            assert problems == ()
        admin = NewMember(name="Ada", email=ADMIN, locale="en")
        return self.installation.create_workspace(SLUG, "Sales", made_of, admin=admin)

    @property
    def workspace(self) -> Workspace:
        return self.installation.workspace(SLUG)

    def run(self, *arguments: object, code: int = 0, locale: str = "en") -> Result:
        """Run a command on the installation, as an operator does."""
        environ: dict[str, str | None] = {
            "FIELDSTONE_HOME": str(self.home / "data"),
            "FIELDSTONE_DATABASE_URL": self.url,
            "FIELDSTONE_ENV": "test",
            "FIELDSTONE_LOCALE": locale,
            "FIELDSTONE_CLOCK": self.clock.instant.isoformat() if self.clock else None,
        }
        given = [str(one) for one in arguments]
        found = CliRunner().invoke(root, given, env=environ, prog_name="fieldstone")
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert found.exit_code == code, found.output
        return found

    def report(self, *arguments: object, code: int = 0) -> dict[str, Any]:
        """What `fieldstone import ... --json` says."""
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json", code=code).stdout)
        return found

    def api(self) -> Api:
        """The API for the administrator, with a token of theirs."""
        workspace = self.workspace
        with workspace.reading() as tx:
            member = members.find(tx, ADMIN)
        assert member.account is not None
        token = workspace.control.tokens.create(
            account_id=member.account, workspace_id=workspace.id, member_id=member.id, name="test"
        )
        return Api(application(self.installation).test_client(), token)


class Api:
    """The REST API in this process, with a token."""

    def __init__(self, web: FlaskClient, token: str) -> None:
        self._web, self._token = web, token

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> Any:
        """Send a request and return the JSON of the answer."""
        answer = self._web.open(
            f"/api/v1/{SLUG}{path}",
            method=method,
            json=body,
            query_string=parameters or None,
            headers={"Authorization": f"Bearer {self._token}", **(headers or {})},
        )
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def get(self, path: str, **parameters: Any) -> Any:
        return self.call("GET", path, **parameters)

    def aggregate(self, entity: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of figures over an entity's records."""
        rows: list[dict[str, Any]] = self.get(f"/records/{entity}/aggregate", **parameters)["data"]
        return rows


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder with the real data; it is never part of the product."""
    folder = Path(os.environ.get("FIELDSTONE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.fail(
            f"The real data is not at {folder}; say where it is with FIELDSTONE_TEST_DATA.",
            pytrace=False,
        )
    return folder


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return the kind of database, for the whole session."""
    found: str = request.param
    return found


@contextmanager
def place_on(
    request: pytest.FixtureRequest, kind: str, home: Path, clock: FixedClock | None = None
) -> Iterator[Place]:
    """A place with a database of its own, of that kind."""
    with ExitStack() as stack:
        url = None
        if kind == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            url = stack.enter_context(server.database())
        place = Place(home, url, clock)
        stack.callback(place.close)
        yield place


def merge(folder: Path, changes: Path) -> None:
    """Change exported documents as somebody with an editor does: fields by name, null removes."""
    for path in sorted(changes.glob("*.json")):
        target = folder / "entities" / path.name
        document = json.loads(target.read_text("utf-8"))
        fields = {one["name"]: one for one in document["fields"]}
        for change in json.loads(path.read_text("utf-8"))["fields"]:
            field = {**fields.get(change["name"], {}), **change}
            fields[change["name"]] = {k: v for k, v in field.items() if v is not None}
        document["fields"] = list(fields.values())
        target.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
