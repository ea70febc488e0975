"""The doors behind which a database stands: publishing, the API and the command line."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldstone.api import application
from fieldstone.engine import members, publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.json_text import read_json
from fieldstone.rules import check
from fieldstone.ui.cli.program import root
from tests.metadata.fuzz.templates import Template
from tests.metadata.fuzz.verdict import files_of, read, what_is_wrong, write
from tests.metadata.fuzz.wrong import Wrong


@contextmanager
def doors(home: Path, url: str | None = None) -> Iterator[Doors]:
    """The doors of an installation of their own."""
    settings = Settings(
        home=home,
        database_url=url,
        env="test",
        api_member_per_minute=0,
        api_workspace_per_minute=0,
    )
    with Installation.open(settings) as installation:
        yield Doors(installation)


class Doors:
    """An installation in which each template is in force in a workspace."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.web = application(installation).test_client()
        self.entrances: dict[str, Entrance] = {}

    def findings(self, template: Template, wrong: Wrong) -> Iterator[str]:
        """What is wrong with how any of the doors answers."""
        entrance = self.entrance(template)
        for door in (self.publishing, self.plan, self.draft, self.command):
            try:
                yield from (f"{door.__name__}: {one}" for one in door(entrance, template, wrong))
            except Exception as error:
                yield f"exception: {door.__name__} {type(error).__name__}: {str(error)[:200]}"

    def entrance(self, template: Template) -> Entrance:
        """The workspace of a template, and its administrator's client."""
        if template.name not in self.entrances:
            slug = template.name.replace("_", "-")
            ada = NewMember(name="Ada", email="ada@example.com", locale="en")
            made = self.installation.create_workspace(
                slug, template.name, template.documents, admin=ada
            )
            self.entrances[template.name] = Entrance.of(self.web, made)
        return self.entrances[template.name]

    def publishing(self, entrance: Entrance, template: Template, wrong: Wrong) -> Iterator[str]:
        """A preview tells what the check tells."""
        documents, unread = read(template, wrong)
        plan = publish.preview(entrance.workspace, SYSTEM, documents)
        told = check(documents, template.app).problems
        if told and plan.problems != told:
            yield f"told otherwise: {plan.problems[:2]}"
        if not told and not plan.problems:
            entrance.described(plan.to_json())
        yield from what_is_wrong(template, wrong, (*unread, *plan.problems))

    def plan(self, entrance: Entrance, template: Template, wrong: Wrong) -> Iterator[str]:
        """The plan of the whole set has problems, or says where the body is wrong."""
        contents = [one for one in files_of(template, wrong).values() if one is not None]
        body = b'{"documents": [' + b",".join(contents) + b"]}"
        asked = None if wrong.of_file else wrong
        yield from entrance.asked("POST", "/metadata/plan", body, asked)

    def draft(self, entrance: Entrance, template: Template, wrong: Wrong) -> Iterator[str]:
        """Each document is put into a draft, or refused, and the draft can be read."""
        for content in wrong.files.values():
            value = None if content is None else read_json(content)[0]
            if not isinstance(value, dict) or content is None:
                continue
            kind, name = (str(value.get(key) or "x")[:60] for key in ("kind", "name"))
            where = f"/metadata/draft/{_quoted(kind)}/{_quoted(name)}"
            yield from entrance.asked("PUT", where, content, None)
        yield from entrance.asked("GET", "/metadata/draft", b"", None)
        yield from entrance.asked("POST", "/draft/plan", b"{}", None)
        yield from entrance.asked("POST", "/draft/discard", b"{}", None)

    def command(self, entrance: Entrance, template: Template, wrong: Wrong) -> Iterator[str]:
        """`check` of the folder says the problems and ends with 1."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / template.name
            write(folder, template, wrong)
            found = CliRunner().invoke(root, ["check", str(folder), "--json"])
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        problems = json.loads(found.stdout)["problems"]
        if found.exit_code != bool(problems):
            yield f"ended with {found.exit_code}"
        if wrong.must and not problems:
            yield "accepted"


@dataclass(frozen=True)
class Entrance:
    """A workspace, and the client of its administrator."""

    workspace: Workspace
    web: FlaskClient
    token: str

    @classmethod
    def of(cls, web: FlaskClient, workspace: Workspace) -> Entrance:
        with workspace.reading() as tx:
            ada = members.find(tx, "ada@example.com")
        assert ada.account is not None
        token = workspace.control.tokens.create(
            account_id=ada.account, workspace_id=workspace.id, member_id=ada.id, name="fuzz"
        )
        return cls(workspace, web, token)

    def send(self, method: str, path: str, body: bytes) -> TestResponse:
        """One request."""
        return self.web.open(
            f"/api/v1/{self.workspace.slug}{path}",
            method=method,
            data=body or None,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )

    def asked(self, method: str, path: str, body: bytes, wrong: Wrong | None) -> Iterator[str]:
        """One request: what is wrong with its answer."""
        answer = self.send(method, path, body)
        if answer.status_code >= 500:
            yield f"{answer.status_code}: {method} {path}"
            return
        data = answer.get_json()
        problems = data.get("problems" if answer.status_code < 400 else "errors", [])
        if answer.status_code >= 400 and not problems:
            yield f"{answer.status_code} without a problem: {method} {path}"
        if wrong is not None and wrong.must and not problems:
            yield f"accepted: {method} {path}"
        yield from (f"no sentence: {one}" for one in problems if not _whole(one))

    def described(self, plan: Mapping[str, Any]) -> None:
        """A plan can be written as JSON."""
        read_json(json.dumps(plan, default=str).encode())


def _whole(problem: Mapping[str, Any]) -> bool:
    return bool(problem["message"]) and not problem["message"].startswith(problem["code"])


def _quoted(name: str) -> str:
    return "".join(f"%{one:02x}" for one in name.encode())
