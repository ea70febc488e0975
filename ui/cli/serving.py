"""Serving: `fieldstone serve` and its parts `web`, `worker` and `beat`; and `fieldstone demo`."""

from __future__ import annotations

import errno
import logging
import socket
import sys
import threading
import time
from urllib.error import URLError
from urllib.request import urlopen

import click

from fieldstone.engine.settings import Settings
from fieldstone.engine.work.supervisor import Part, finish, supervise

from . import demo, memory, opening, terminal
from .shape import command, option, refuse
from .terminal import say

_THREADS = 8
_LARGEST_BODY = 128 * 1024 * 1024
_PATIENCE = 60.0


@command("serve")
@option("--host", help="host")
@option("--port", type=click.IntRange(1, 65535), help="port")
@option("--demo", "with_demo", is_flag=True, help="demo")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None, with_demo: bool) -> None:
    settings = opening.settings()
    host, port = address(settings, host, port)
    _refuse_taken(host, port)
    # Opened before any part starts, so that only one of them makes what is missing.
    with opening.installation() as installation:
        code = None if with_demo else installation.control.invitations.set_up()
    welcome = say("set_up", place=_place(host, port), code=code) + "\n" if code else ""
    if with_demo:
        # Apart, because it takes memory that this process would keep until it is stopped.
        failed, welcome = finish(_command("demo"))
        if failed:
            ctx.exit(failed)
    parts = [
        Part("web", _command("web", "--host", host, "--port", str(port))),
        Part("worker", _command("worker")),
        Part("beat", _command("beat")),
    ]
    waiting = threading.Thread(target=_announce, args=(host, port, welcome), daemon=True)
    waiting.start()
    ctx.exit(supervise(parts, _tell_ended))


@command("demo")
def make_demo() -> None:
    with opening.installation() as installation:
        for line in demo.prepare(installation):
            click.echo(line)


@command("web")
@option("--host", help="host")
@option("--port", type=click.IntRange(1, 65535), help="port")
def web(host: str | None, port: int | None) -> None:
    memory.give_back()
    with opening.installation(log_level=logging.INFO) as installation:
        host, port = address(installation.settings, host, port)
        with memory.loading():
            # Flask and the pages are loaded only where they are served.
            from waitress import serve as serve_http

            from fieldstone.ui.app import create_app

            app = create_app(installation)
        memory.settle()
        serve_http(
            app,
            host=host,
            port=port,
            threads=_THREADS,
            ident=None,
            max_request_body_size=_LARGEST_BODY,
            clear_untrusted_proxy_headers=not installation.settings.proxies,
        )


@command("worker")
def worker() -> None:
    # Celery is loaded only where it runs.
    from fieldstone.engine.work.worker import run_worker

    memory.give_back()
    with opening.installation(log_level=logging.INFO) as installation:
        run_worker(installation)


@command("beat")
def beat() -> None:
    # Celery is loaded only where it runs.
    from fieldstone.engine.work.worker import run_beat

    memory.give_back()
    with opening.installation(log_level=logging.INFO) as installation:
        run_beat(installation)


def address(settings: Settings, host: str | None, port: int | None) -> tuple[str, int]:
    """Where to listen: as the command says, else as the settings do."""
    name, _, number = settings.listen.rpartition(":")
    return host or name or "127.0.0.1", port or int(number)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fieldstone.ui.cli", *arguments]


def _refuse_taken(host: str, port: int) -> None:
    """Refuse an address that somebody else listens at, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                refuse("port_taken", host=host, port=port)
            refuse("port_refused", host=host, port=port, why=error.strerror)


def _tell_ended(part: str, code: int, pause: float) -> None:
    terminal.note("part_ended", part=part, code=code, pause=f"{pause:g}")


def _place(host: str, port: int) -> str:
    """The address to type on this machine."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _announce(host: str, port: int, welcome: str) -> None:
    """Say where the pages are, once they answer."""
    place = _place(host, port)
    begun, patient = time.monotonic(), True
    while True:
        try:
            with urlopen(f"{place}/healthz", timeout=2):
                break
        except (URLError, OSError):
            time.sleep(0.2)
        if patient and time.monotonic() - begun > _PATIENCE:
            patient = False
            terminal.note("serve_silent", seconds=int(_PATIENCE))
    terminal.tell("serving", place=place)
    click.echo(welcome, nl=False)
    sys.stdout.flush()


COMMANDS = (serve, make_demo, web, worker, beat)
