"""A RabbitMQ for the tests: the one given, or Debian's, installed where that is allowed."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import apt, process
from tests.servers.redis import free_port

VARIABLE = "FIELDSTONE_TEST_RABBITMQ"
PATIENCE = 60.0
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def rabbitmq_server() -> Iterator[str]:
    """Yield the address of the server that was given, or of one started and stopped here.

    Its data, log, ports and name are its own, and no service is started: the machine keeps
    whatever RabbitMQ it has.
    """
    given = os.environ.get(VARIABLE)
    if given:
        yield given
        return
    with process.scratch_folder("fs-rabbit-") as folder:
        port = free_port()
        environ = settings(folder, port)
        command = [
            "env", "-i", *(f"{name}={text}" for name, text in environ.items()), str(PROGRAM),
        ]  # fmt: skip
        try:
            with process.running(command, folder=folder) as server:
                _wait_for(port, folder / "log", server)
                yield f"amqp://guest:guest@127.0.0.1:{port}//"
        finally:
            _stop_mapper(environ)


def settings(folder: Path, port: int) -> dict[str, str]:
    """What the server is told: everything of it lies in the folder, on the loopback alone."""
    (folder / "rabbitmq.conf").write_text("loopback_users = none\nlog.console.level = error\n")
    (folder / "plugins").write_text("[].\n")
    cookie = folder / ".erlang.cookie"
    cookie.write_text(secrets.token_hex(16))
    cookie.chmod(0o400)
    if process.runs_as_root():
        nobody = pwd.getpwnam(process.UNPRIVILEGED)
        for one in (cookie, folder / "rabbitmq.conf", folder / "plugins"):
            os.chown(one, nobody.pw_uid, nobody.pw_gid)
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"fs{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
    }


def find_program() -> None:
    """Install rabbitmq-server if none is given; no service is started by that."""
    if os.environ.get(VARIABLE):
        return
    if not PROGRAM.exists():
        apt.install("rabbitmq-server")
    if not PROGRAM.exists():
        raise apt.CannotInstall("please install: rabbitmq-server")


def _wait_for(port: int, log: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        if _greets(port):
            return
        time.sleep(0.1)
    raise RuntimeError(f"RabbitMQ did not start:\n{log.read_text()}")


def _greets(port: int) -> bool:
    """Whether the server on this port answers what is no AMQP with the version that it speaks."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"HELLO AMQP?")
            return connection.recv(4) == b"AMQP"
    except OSError:
        return False


def _stop_mapper(environ: dict[str, str]) -> None:
    """Erlang leaves a process behind that maps names to ports; ours has a port of its own."""
    mapper = shutil.which("epmd")
    if mapper:
        subprocess.run(
            [mapper, "-port", environ["ERL_EPMD_PORT"], "-kill"],
            env=environ,
            check=False,
            capture_output=True,
        )
