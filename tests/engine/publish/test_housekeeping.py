"""Publishing while PostgreSQL vacuums the table, for longer than anybody waits."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop
from tests.servers.postgres import find_programs, new_server, plain

_SLOW = (
    "ALTER TABLE customer SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,"
    " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)"
)
_VACUUMED = (
    "SELECT 1 FROM pg_stat_progress_vacuum WHERE relid = 'customer'::regclass AND phase <> ''"
)


@pytest.fixture
def server(home: Path) -> Iterator[tuple[Workspace, psycopg.Connection]]:
    """Yield a workspace on a server that vacuums each second, and a connection to its tables."""
    with new_server(find_programs()) as server, server.database() as url:
        settings = Settings(home=home, database_url=url, env="test")
        with (
            Installation.open(settings) as opened,
            psycopg.connect(plain(make_url(url)), autocommit=True) as connection,
        ):
            connection.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'")
            connection.execute("SELECT pg_reload_conf()")
            workspace = opened.create_workspace("acme", "Acme", ())
            yield workspace, connection


def test_a_vacuum_gives_way_to_a_publish(
    server: tuple[Workspace, psycopg.Connection], shop: Shop
) -> None:
    workspace, connection = server
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    with workspace.reading() as tx:
        schema = tx.connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    connection.execute(f'SET search_path TO "{schema}"'.encode())
    connection.execute(
        "INSERT INTO customer (name, version, created_at, updated_at)"
        " SELECT repeat('x', 400), 1, now(), now() FROM generate_series(1, 20000)"
    )
    connection.execute(_SLOW)
    connection.execute("UPDATE customer SET version = 2")
    while connection.execute(_VACUUMED).fetchone() is None:
        connection.execute("SELECT pg_sleep(0.05)")
    shop.add("customer", name="fax", type="text")
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    assert publish.publish(workspace, SYSTEM, plan) == 2
    assert connection.execute(_VACUUMED).fetchone() is None
