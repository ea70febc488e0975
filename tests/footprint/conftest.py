"""A web server in a process of its own, as it is installed, with a workshop of some thousands."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

from fieldstone.engine import members, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from tests.servers.database import Database
from tests.ui.workshop import PASSWORD
from tests.ui.workshop_documents import documents

MACHINES = 3_000
EMAIL = "chief@example.com"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PATIENCE = 60.0
_SETTLING = 10.0
_LISTENING = "0A"
"""A state in the kernel's table of sockets; a socket that its process closed has the id 0."""


@dataclass
class Web:
    """The running server and one person at it, with a browser and with a token."""

    process: subprocess.Popen[bytes]
    address: str
    token: str
    _opener: OpenerDirector = field(
        default_factory=lambda: build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    )

    def page(self, path: str, form: dict[str, str] | None = None) -> str:
        """A page, as a browser that is signed in gets it."""
        data = urlencode(form).encode() if form else None
        with self._opener.open(f"{self.address}{path}", data, timeout=60) as answer:
            text: str = answer.read().decode()
            return text

    def sign_in(self) -> None:
        """Sign in with the browser."""
        token = _TOKEN.findall(self.page("/sign-in"))[0]
        self.page("/sign-in", {"csrf_token": token, "who": EMAIL, "password": PASSWORD})

    def call(self, path: str, body: Any = None, **parameters: Any) -> Any:
        """What the API answers."""
        request = Request(
            f"{self.address}/api/v1/workshop{path}?{urlencode(parameters)}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def memory(self) -> float:
        """The memory that is the server's share (PSS), in megabytes."""
        return self._rollup("Pss")

    def own_memory(self) -> float:
        """The memory that nobody else shares, in megabytes.

        The share of the rest moves with other processes that come and go.
        """
        return self._rollup("Private_Clean") + self._rollup("Private_Dirty")

    def _rollup(self, line: str) -> float:
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text("ascii")
        found = re.search(rf"^{line}: +(\d+) kB", text, re.MULTILINE)
        assert found
        return int(found[1]) / 1024

    def open_files(self) -> list[str]:
        """What the server holds open, once it has closed the connections that we closed."""
        deadline = time.monotonic() + _SETTLING
        while self._has_connections():
            assert time.monotonic() < deadline, "the server keeps connections open"
            time.sleep(0.01)
        folder = Path(f"/proc/{self.process.pid}/fd")
        return sorted(re.sub(r"\d+]", "]", os.readlink(one)) for one in folder.iterdir())

    def _has_connections(self) -> bool:
        """Whether a socket is open at the server's port besides the one that listens."""
        port = f":{urlsplit(self.address).port:04X}"
        table = Path(f"/proc/{self.process.pid}/net/tcp").read_text("ascii")
        rows = [line.split() for line in table.splitlines()[1:]]
        return any(
            local.endswith(port) and state != _LISTENING and socket_id != "0"
            for _, local, _, state, _, _, _, _, _, socket_id, *_ in rows
        )


@pytest.fixture
def web(home: Path, database: Database) -> Iterator[Web]:
    """Return a server on either kind of database, the chief signed in."""
    token = _fill(Settings(home=home, database_url=database.url, env="test"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with _served(home, database, port) as process:
        found = Web(process, f"http://127.0.0.1:{port}", token)
        _wait_for(found)
        found.sign_in()
        yield found


@contextmanager
def _served(home: Path, database: Database, port: int) -> Iterator[subprocess.Popen[bytes]]:
    kept = {key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldstone.ui.cli", "web", "--port", str(port)],
        env={
            **kept,
            "FIELDSTONE_HOME": str(home),
            "FIELDSTONE_DATABASE_URL": database.url or "",
            # Counted as ever, and never reached.
            "FIELDSTONE_API_MEMBER_PER_MINUTE": "10000000",
            "FIELDSTONE_API_WORKSPACE_PER_MINUTE": "10000000",
        },
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(web: Web) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            web.page("/healthz")
            return
        except (URLError, OSError):
            if web.process.poll() is not None or time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _fill(settings: Settings) -> str:
    with Installation.open(settings) as opened:
        chief = NewMember(name="王工", email=EMAIL, password=PASSWORD, locale="zh-CN")
        workspace = opened.create_workspace("workshop", "维修车间", documents(), admin=chief)
        with workspace.writing() as tx:
            rows = [
                {"name": f"机床 {n:04}", "kind": "lathe", "price": str(n), "place": ["hall"]}
                for n in range(1, MACHINES + 1)
            ]
            done = records.create_many(tx, SYSTEM, "machine", rows)
            assert all(one.done for one in done)
        with workspace.reading() as tx:
            member = members.find(tx, EMAIL)
        assert member.account is not None
        return opened.control.tokens.create(
            account_id=member.account, workspace_id=workspace.id, member_id=member.id, name="test"
        )
