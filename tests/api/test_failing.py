"""Requests that fail through no fault of theirs: told with a status, a sentence and no detail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from fieldstone.api import application
from fieldstone.engine.installation import Installation
from fieldstone.metadata.messages import LOCALES
from tests.api.refused.world import World, world
from tests.refusals import require_whole
from tests.servers.database import Database

FAILURES = frozenset({"api.failed", "api.title.500", "database.unavailable", "api.title.503"})
"""What is brought about here."""


def require(asked: Callable[[str], TestResponse], status: int, code: str) -> None:
    for locale in LOCALES:
        answer = asked(locale)
        assert answer.status_code == status, answer.text
        told = answer.get_json()
        assert [one["code"] for one in told["errors"]] == [code]
        require_whole(told["errors"][0]["message"], code, locale)
        require_whole(told["title"], "api.title", locale)
        assert "SELECT" not in answer.text and "Traceback" not in answer.text


def test_a_table_that_is_gone_is_an_error_of_ours(home: Path, database: Database) -> None:
    with world(home, database.url) as there:
        with there.workspace.writing() as tx:
            tx.connection.exec_driver_sql("DROP TABLE _alert")
        # Nobody reads the log here, and writing it as if somebody did takes ten seconds.
        with capture_logs() as log:
            require(
                lambda locale: there.send("GET", "/alerts", headers={"Accept-Language": locale}),
                500,
                "api.failed",
            )
    assert [one["event"] for one in log] == ["api.failed"] * len(LOCALES)


def test_a_database_that_is_away_is_told(
    home: Path, database: Database, request: pytest.FixtureRequest
) -> None:
    with world(home, database.url) as there:
        workspace_id, token = there.workspace.id, there.tokens["boss"]
    with Installation.open(there.installation.settings, there.clock) as opened:
        again = World(
            opened,
            there.workspace,
            there.clock,
            application(opened).test_client(),
            {"boss": token},
            {},
        )
        take_away(home / "workspaces" / f"{workspace_id}.sqlite", database)

        def asked(locale: str) -> TestResponse:
            answer = again.send("GET", "/me", headers={"Accept-Language": locale})
            assert int(answer.headers["Retry-After"]) > 0
            return answer

        require(asked, 503, "database.unavailable")


def take_away(file: Path, database: Database) -> None:
    """Let nobody open the database any more."""
    if database.url is None:
        file.rename(file.with_suffix(".away"))
        file.mkdir()
        return
    address = psycopg.conninfo.conninfo_to_dict(database.url)
    admin = psycopg.conninfo.make_conninfo(database.url, dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        name = psycopg.sql.Identifier(str(address["dbname"]))
        connection.execute(
            psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name)
        )
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (address["dbname"],),
        )
