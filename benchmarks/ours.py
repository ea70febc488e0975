"""Our side: the same two tables declared as documents, through the REST API in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fieldstone.api import application
from fieldstone.engine import alerts, members, records, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import read_folder

from .data import MEMBERS, NOW
from .publishing.changes import Change, Edit, planned, published

_APP = Path(__file__).parent / "app"
_SLUG = "bench"


class Ours:
    """A workspace of the benchmark's app, its records, and its API with a token."""

    def __init__(self, url: str | None, home: Path) -> None:
        self.environ = {
            "FIELDSTONE_HOME": str(home),
            # Counted as ever, and never reached.
            "FIELDSTONE_API_MEMBER_PER_MINUTE": "10000000",
            "FIELDSTONE_API_WORKSPACE_PER_MINUTE": "10000000",
        }
        if url:
            self.environ["FIELDSTONE_DATABASE_URL"] = url
        self._installation = Installation.open(
            Settings.read(self.environ, home / ".env"), FixedClock(NOW)
        )
        self._workspace = self._installation.create_workspace(
            _SLUG, "Bench", read_folder(_APP)[0], admin=NewMember(name="Bench", user_name="bench")
        )
        self._client = application(self._installation).test_client()
        self._versions: dict[int, int] = {}
        self._headers = {"Authorization": f"Bearer {self._token()}"}

    @property
    def workspace(self) -> Workspace:
        """The workspace of the benchmark."""
        return self._workspace

    def fill(
        self, customers: Iterable[Mapping[str, Any]], deals: Iterable[Mapping[str, Any]]
    ) -> None:
        """Create the records as an import would, in chunks, and let the database take stock."""
        for number in range(2, MEMBERS + 1):
            new = NewMember(name=f"Member {number}", user_name=f"member{number}", roles=("admin",))
            members.add(self._workspace, SYSTEM, new)
        for entity, rows in (("customer", customers), ("deal", deals)):
            for chunk in _chunks(rows):
                with self._workspace.writing() as tx:
                    done = records.create_many(tx, SYSTEM, entity, [wire(row) for row in chunk])
                for one in done:
                    if one.problems:
                        raise AssertionError([problem.line() for problem in one.problems])
        with self._workspace.writing() as tx:
            tx.connection.exec_driver_sql("ANALYZE")

    def get(self, path: str) -> Any:
        """A GET below the workspace's address; the answer must be good."""
        answer = self._client.get(f"/api/v1/{_SLUG}{path}", headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def get_with(self, path: str, parameters: Mapping[str, str]) -> Any:
        """A GET with parameters."""
        return self.get(f"{path}?{urlencode(parameters)}")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """A POST of JSON."""
        answer = self._client.post(f"/api/v1/{_SLUG}{path}", json=body, headers=self._headers)
        assert answer.status_code == 201, answer.text
        return answer.json

    def batch(self, rows: list[dict[str, Any]]) -> None:
        """Create customers by one request, all or none."""
        path = f"/api/v1/{_SLUG}/records/customer/batch"
        answer = self._client.post(path, json={"create": rows}, headers=self._headers)
        assert answer.status_code == 200, answer.text

    def update(self, number: int, body: Mapping[str, Any]) -> None:
        """A PATCH of a customer, made from the version that this side remembers."""
        version = self._versions.get(number, 1)
        answer = self._client.patch(
            f"/api/v1/{_SLUG}/records/customer/{number}",
            json=body,
            headers={**self._headers, "If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200, answer.text
        self._versions[number] = version + 1

    def query(self, condition: str, sort: str, fields: str) -> None:
        """A list of customers."""
        found = {"filter": condition, "sort": sort, "fields": fields, "limit": "50"}
        assert self.get(f"/records/customer?{urlencode(found)}")["data"]

    def last_page(self, condition: str, sort: str, fields: str) -> str:
        """The cursor of the last whole page of a list."""
        found = {"filter": condition, "sort": sort, "fields": fields, "limit": "50"}
        before, cursor = "", ""
        while page := self.get(f"/records/customer?{urlencode({**found, 'cursor': cursor})}"):
            if not page["next"]:
                return before
            before, cursor = cursor, page["next"]
        raise AssertionError

    def page(self, condition: str, sort: str, fields: str, cursor: str) -> None:
        """A page of a list of customers."""
        found = {"filter": condition, "sort": sort, "fields": fields, "limit": "50"}
        assert self.get(f"/records/customer?{urlencode({**found, 'cursor': cursor})}")["data"]

    def aggregate(self, entity: str, group: str, measure: str) -> Any:
        """How many records there are by a group, and a sum of theirs."""
        found = urlencode({"group": group, "measure": ["n: count()", f"s: {measure}"]}, doseq=True)
        return self.get(f"/records/{entity}/aggregate?{found}")["data"]

    def add_field(self, name: str) -> None:
        """Publish a new field of text of the customers."""
        field = {"name": name, "type": "text"}
        self._publish(lambda parts: parts["entity/customer"]["fields"].append(field))

    def new_entity(self, name: str) -> None:
        """Publish a new entity of 20 fields, which has a table like one made by hand."""
        texts = [{"name": f"text_{at}", "type": "text"} for at in range(10)]
        numbers = [{"name": f"number_{at}", "type": "integer"} for at in range(4)]
        amounts = [{"name": f"amount_{at}", "type": "money"} for at in range(2)]
        days = [{"name": f"day_{at}", "type": "date"} for at in range(2)]
        title = {"name": "name", "type": "text", "required": True, "search": True}
        fields = [title, *texts, *numbers, *amounts, *days, {"name": "owner", "type": "owner"}]
        labels = {"label": name, "plural": name, "title": "name"}
        entity = {"kind": "entity", "name": name, **labels, "fields": fields}
        self._publish(lambda parts: parts.update({f"entity/{name}": entity}))

    def _publish(self, edit: Edit) -> None:
        published(self._workspace, planned(self._workspace, Change(edit)))

    def search(self, words: str, fields: str) -> None:
        """A search of customers."""
        self.get(f"/records/customer?{urlencode({'q': words, 'fields': fields, 'limit': '50'})}")

    def run_rule(self) -> int:
        """Evaluate the alert rule over all customers; returns how many match."""
        return alerts.run(self._workspace, ["stale"])[0].matches

    def run_tiers(self) -> Mapping[str, int]:
        """Grade all customers; returns how many have each tier."""
        return tiers.run(self._workspace, ["abc"])[0].counts

    def close(self) -> None:
        """Close the databases."""
        self._installation.close()

    def _token(self) -> str:
        with self._workspace.reading() as tx:
            member = members.listed(tx)[0]
        assert member.account is not None
        return self._installation.control.tokens.create(
            account_id=member.account,
            workspace_id=self._workspace.id,
            member_id=member.id,
            name="bench",
        )


def wire(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the API takes it."""
    return {name: _one(value) for name, value in row.items() if name not in ("id", "tier")}


def _one(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, Decimal)):
        return str(value)
    return value


def _chunks(
    rows: Iterable[Mapping[str, Any]], size: int = 5000
) -> Iterator[list[Mapping[str, Any]]]:
    walk = iter(rows)
    while chunk := list(islice(walk, size)):
        yield chunk
