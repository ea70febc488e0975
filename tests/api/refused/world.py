"""A company at the API whose every door can be knocked at: its people, records and one alert."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldstone.api import application
from fieldstone.engine import alerts, members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, document_of
from tests.engine.crm_like import CUSTOMER, DOCUMENTS, NOW

READER: dict[str, Any] = {
    "kind": "role",
    "name": "reader",
    "entities": [{"entity": one, "rows": "all"} for one in ("customer", "contact", "deal")],
}
IMPORTER: dict[str, Any] = {
    "kind": "role",
    "name": "importer",
    "everything_else": {"create": True, "update": True, "delete": True},
    "imports": True,
}
BIG: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "big_budget",
    "label": {"en": "Big budget", "zh-CN": "预算过高"},
    "entity": "customer",
    "when": "budget > 1000",
    "schedule": "0 8 * * *",
    "message": {"en": "{{ name }} is big", "zh-CN": "{{ name }}预算过高"},
    "tell": ["owner"],
}
NO_TRIAL: dict[str, Any] = {
    "name": "no_trial",
    "that": 'name != "Trial"',
    "message": {"en": "Nobody is called that", "zh-CN": "没有这样的客户"},
}
PEOPLE = {
    "boss": ("boss", "importer"),
    "wang": ("seller",),
    "ann": ("reader", "seller"),
    "left": ("boss",),
}


def documents() -> tuple[Document, ...]:
    """The sales app with a former name, a check of whole records, a reader and an alert rule."""
    fields = [
        one | {"aliases": ["tax_no"]} if one["name"] == "tax_number" else one
        for one in CUSTOMER["fields"]
    ]
    checks = [*CUSTOMER["checks"], NO_TRIAL]
    kept = [one for one in DOCUMENTS if one.name != "customer"]
    return (
        *kept,
        *(
            document_of(one)
            for one in (CUSTOMER | {"fields": fields, "checks": checks}, READER, IMPORTER, BIG)
        ),
    )


@dataclass
class World:
    """The company: `tokens` of its people, `ids` of what requests are about, by name."""

    installation: Installation
    workspace: Workspace
    clock: FixedClock
    web: FlaskClient
    tokens: dict[str, str]
    ids: dict[str, int]

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "boss",
        headers: Mapping[str, str] | None = None,
        environ: Mapping[str, Any] | None = None,
        **parameters: Any,
    ) -> TestResponse:
        """Send a request; a body of bytes as it is, other ones as JSON."""
        sent = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if content is not None:
            sent["Content-Type"] = "application/json"
        return self.web.open(
            path if path.startswith("/api") else f"/api/v1/sales{path}",
            method=method,
            data=content,
            headers={**sent, **(headers or {})},
            query_string=parameters or None,
            environ_overrides=dict(environ or {}),
        )

    def make(self, label: str, entity: str, /, **values: Any) -> int:
        """Make a record that requests call `label`; references are given by such labels."""
        row = {key: self._reference(value) for key, value in values.items()}
        answer = self.send("POST", f"/records/{entity}", row)
        assert answer.status_code == 201, answer.text
        self.ids[label] = int(answer.get_json()["id"])
        return self.ids[label]

    def write(self, method: str, path: str, version: int, body: Any = None) -> None:
        """Write from a version, which must go well."""
        answer = self.send(method, path, body, headers={"If-Match": f'"{version}"'})
        assert answer.status_code < 300, answer.text

    def _reference(self, value: Any) -> Any:
        return str(self.ids[value[1:]]) if isinstance(value, str) and value[:1] == "@" else value


@contextmanager
def world(home: Path, url: str | None) -> Iterator[World]:
    """The company with its records, on either kind of database."""
    clock = FixedClock(NOW)
    with Installation.open(Settings(home=home, database_url=url, env="test"), clock) as opened:
        workspace = opened.create_workspace("sales", "Sales", documents())
        web = application(opened).test_client()
        made = World(opened, workspace, clock, web, {"nobody": "fst_wrong"}, {})
        _hire(made)
        _fill(made)
        yield made


def _hire(made: World) -> None:
    workspace = made.workspace
    for name, roles in PEOPLE.items():
        new = NewMember(name=name, email=f"{name}@example.com", roles=roles)
        member = members.add(workspace, SYSTEM, new)
        assert member.account is not None
        made.ids[name] = member.id
        made.tokens[name] = workspace.control.tokens.create(
            account_id=member.account, workspace_id=workspace.id, member_id=member.id, name="test"
        )
    members.set_active(workspace, SYSTEM, made.ids["left"], False)


def _fill(made: World) -> None:
    made.make("acme", "customer", name="Acme", tax_number="T1", budget="5000", owner="@boss")
    made.make("bolt", "customer", name="Bolt", tax_number="T2", owner="@wang", status="signed")
    made.make("cy", "contact", name="Cy", customer="@acme")
    made.make("dan", "contact", name="Dan", customer="@bolt")
    made.make("sale", "deal", name="Sale", customer="@acme", owner="@boss")
    made.make("mine", "deal", name="Mine", customer="@bolt", owner="@wang")
    made.make("lost", "deal", name="Lost", customer="@bolt", owner="@boss", lost_reason="price")
    made.write("POST", f"/records/deal/{made.ids['lost']}/stage", 1, {"to": "lost"})
    made.make("twin", "customer", name="Twin", tax_number="T9")
    made.write("DELETE", f"/records/customer/{made.ids['twin']}", 1)
    made.make("new twin", "customer", name="New twin", tax_number="T9")
    made.make("gone", "customer", name="Gone")
    made.make("eve", "contact", name="Eve", customer="@gone")
    made.write("DELETE", f"/records/contact/{made.ids['eve']}", 1)
    made.write("DELETE", f"/records/customer/{made.ids['gone']}", 1)
    alerts.run(made.workspace)
    answer = made.send("GET", "/alerts")
    made.ids["alert"] = int(answer.get_json()["data"][0]["id"])
