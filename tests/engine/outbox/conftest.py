"""A company whose alerts go out: by e-mail to its people, by webhook to another program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import access, alerts, members
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.outbox import endpoints
from fieldstone.engine.outbox.webhook import read_networks
from fieldstone.engine.settings import Settings
from fieldstone.engine.work import given_up
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from tests.engine.rules.conftest import NOW, SILENT, Office, documents
from tests.servers.database import Database
from tests.servers.receiver import Receiver, receiving
from tests.servers.smtp import PostOffice, post_office

PASSWORD = "quarry-larch-1807"
WITH_WEBHOOK: Mapping[str, Any] = {
    "actions": [*SILENT["actions"], {"id": "erp", "webhook": "erp", "when": "worth > 10"}]
}


@dataclass
class House(Office):
    """The office with a mail server and a receiver of webhooks outside."""

    post: PostOffice
    receiver: Receiver

    def work(self) -> int:
        """Do everything that is due; returns how many jobs were done."""
        due = tick(self.installation)
        return sum(do(self.installation, workspace, job) for workspace, job in due)

    def silent(self, number: int, **values: Any) -> None:
        """Let so many customers of wang fall silent, the rule being in use already."""
        alerts.run(self.workspace)
        long_ago = {"followed_at": "2026-01-01T00:00:00Z", "owner": str(self.people["wang"])}
        self.customers(*({**long_ago, **values} for _ in range(number)))
        self.later(minutes=1)
        alerts.run(self.workspace)

    def jobs(self, state: str | None = None) -> list[given_up.JobView]:
        """The jobs in a state."""
        with self.workspace.reading() as tx:
            return given_up.listed(tx, state)


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """Return a mail server."""
    with post_office() as office:
        yield office


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver of webhooks."""
    with receiving() as found:
        yield found


@pytest.fixture
def settings(home: Path, database: Database, post: PostOffice) -> Settings:
    """Return the settings of an installation with a mail server."""
    return Settings(
        home=home,
        database_url=database.url,
        env="test",
        smtp_url=post.url,
        mail_from="Fieldstone <crm@example.com>",
        public_url="https://crm.example.com",
        webhook_networks=read_networks("127.0.0.0/8"),
    )


@pytest.fixture
def house(settings: Settings, post: PostOffice, receiver: Receiver) -> Iterator[House]:
    """Return the house: boss reads English, wang (under the boss) Chinese, zhao has no e-mail."""
    clock = FixedClock(NOW)
    with Installation.open(settings, clock) as opened:
        workspace = opened.create_workspace("sales", "Sales", documents(silent=WITH_WEBHOOK))
        people: dict[str, int] = {}
        for name, role, locale in (("boss", "boss", "en"), ("wang", "seller", "zh-CN")):
            new = NewMember(
                name=name,
                email=f"{name}@example.com",
                password=PASSWORD,
                roles=(role,),
                manager=people.get("boss"),
                locale=locale,
            )
            people[name] = members.add(workspace, SYSTEM, new).id
        zhao = NewMember(name="zhao", user_name="zhao", roles=("seller",))
        people["zhao"] = members.add(workspace, SYSTEM, zhao).id
        with workspace.writing() as tx:
            endpoints.put(tx, "erp", f"{receiver.url}/in?from=crm")
        yield House(opened, workspace, clock, people, post, receiver)


@pytest.fixture
def wang(house: House) -> Caller:
    """Return wang as a caller."""
    with house.workspace.reading() as tx:
        return access.for_member(tx, house.people["wang"])
