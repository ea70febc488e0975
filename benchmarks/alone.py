"""What is measured by itself: a web process that starts, and an entity of 300 fields that opens."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import document_of
from fieldstone.ui.app import create_app

AIMS: Final = {
    "cold start, s": 1.0,
    "memory once it listens, MB": 120.0,
    "300 fields: list, ms": 500.0,
    "300 fields: form, ms": 500.0,
    "300 fields: record, ms": 500.0,
}
_STARTS = 5
_OPENINGS = 5
_FIELDS = 300
_RECORDS = 50
_PASSWORD = "a long enough password of nobody"
_TYPES = ("text", "integer", "money", "date", "boolean", "long_text")


@dataclass(frozen=True)
class Figure:
    """The median of what was measured some times, and the first time of all."""

    median: float
    first: float


def measured(url: str | None, folder: Path) -> dict[str, Figure]:
    """All figures by name, on a database that has nothing else to do."""
    environ = {"FIELDSTONE_HOME": str(folder)}
    if url:
        environ["FIELDSTONE_DATABASE_URL"] = url
    found = _opened(environ, folder)
    return _started(environ) | found


def _started(environ: Mapping[str, str]) -> dict[str, Figure]:
    with tempfile.TemporaryDirectory() as compiled:
        kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        # As installed: what is imported was compiled before. The first start does it.
        environ = {**kept, **environ, "PYTHONPYCACHEPREFIX": compiled}
        _start(environ)
        starts = [_start(environ) for _ in range(_STARTS)]
    return {
        "cold start, s": _figure([seconds for seconds, _ in starts]),
        "memory once it listens, MB": _figure([memory for _, memory in starts]),
    }


def _start(environ: Mapping[str, str]) -> tuple[float, float]:
    """How long a web process takes to its first answer, and its share of the memory then (PSS)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "fieldstone.ui.cli", "web", "--port", str(port)]
    began = time.monotonic()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=dict(environ), stdout=quiet, stderr=quiet) as process:
        try:
            while True:
                try:
                    with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30):
                        break
                except OSError:
                    if process.poll() is not None:
                        raise
                    time.sleep(0.005)
            took = time.monotonic() - began
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
        finally:
            process.terminate()
    (size,) = re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE)
    return took, int(size) / 1024


def _opened(environ: Mapping[str, str], folder: Path) -> dict[str, Figure]:
    with Installation.open(Settings.read(environ, folder / ".env")) as installation:
        email = "chief@example.com"
        workspace = installation.create_workspace(
            "wide",
            "Wide",
            [document_of(one) for one in _documents()],
            admin=NewMember(name="Chief", email=email, password=_PASSWORD, roles=("admin",)),
        )
        with workspace.writing() as tx:
            done = records.create_many(
                tx, SYSTEM, "wide", [{"name": f"Wide {at}"} for at in range(_RECORDS)]
            )
        assert all(one.done for one in done)
        client = create_app(installation).test_client()
        (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)[:1]
        form = {"csrf_token": token, "who": email, "password": _PASSWORD}
        answer = client.post("/sign-in", data=form)
        assert answer.status_code in (302, 303), (answer.status_code, answer.text[:400])
        return {
            "300 fields: list, ms": _pages(client, "/wide/wide"),
            "300 fields: form, ms": _pages(client, "/wide/wide/new"),
            "300 fields: record, ms": _pages(client, f"/wide/wide/{done[0].record_id}"),
        }


def _pages(client: Any, path: str) -> Figure:
    times = []
    for _ in range(_OPENINGS + 1):
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (
            path,
            answer.status_code,
            re.findall(r"<h1.*?</h1>|<p.*?</p>", answer.text, re.S)[:4],
        )
    return Figure(statistics.median(times[1:]), times[0])


def _documents() -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = [{"name": "name", "type": "text", "required": True}]
    fields += [{"name": f"f_{at}", "type": _TYPES[at % len(_TYPES)]} for at in range(1, _FIELDS)]
    labels = {"label": "Wide", "plural": "Wide", "title": "name"}
    rights = {"rows": "all", "read": True, "create": True, "update": True, "delete": True}
    return [
        {"kind": "app", "name": "wide", "label": "Wide"},
        {"kind": "entity", "name": "wide", **labels, "fields": fields},
        {"kind": "role", "name": "admin", "label": "Admin", "everything_else": rights},
    ]


def _figure(values: list[float]) -> Figure:
    return Figure(statistics.median(values), values[0])
