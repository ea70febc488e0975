"""A Redis for the tests: the one given, or Debian's, installed where that is allowed."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import apt, process

VARIABLE = "FIELDSTONE_TEST_REDIS"
PATIENCE = 10.0


@contextmanager
def redis_server() -> Iterator[str]:
    """Yield the address of the server that was given, or of one started and stopped here."""
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    with started_at(free_port()) as url:
        yield url


@contextmanager
def started_at(port: int) -> Iterator[str]:
    """Yield the address of a server that is started at this port, and stopped."""
    program = find_program()
    with process.scratch_folder("fs-redis-") as folder:
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
        with process.running([*command, "--appendonly", "no"], folder=folder):
            _wait_for(port, folder / "log")
            yield f"redis://127.0.0.1:{port}/0"


def find_program() -> str:
    """Return the path of redis-server, installing it first if need be."""
    if not shutil.which("redis-server"):
        apt.install("redis-server")
    found = shutil.which("redis-server")
    if found is None:
        raise apt.CannotInstall("please install: redis-server")
    return found


def free_port() -> int:
    """Return a port of the loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ping(port: int) -> bytes:
    """Return what the server on this port says to a PING."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64)


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if ping(port).startswith(b"+PONG"):
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"Redis did not start:\n{log.read_text()}")
