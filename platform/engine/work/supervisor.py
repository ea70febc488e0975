"""The supervisor of `serve`: starts the parts as children, restarts what dies, ends them all.

On Linux the children die with the supervisor (PDEATHSIG), so that kill -9 of it leaves nothing
behind that holds the port or the database.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

_PR_SET_PDEATHSIG = 1
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY = 60.0
_GRACE = 10.0


Ended = Callable[[str, int, float], None]
"""Told that a part ended: its name, its exit code, and the seconds until it is started again."""


@dataclass
class Part:
    """One child: its name for the log, its command, and when it may be started again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = _FIRST_PAUSE
    start_after: float = field(default=0.0)


def supervise(parts: Sequence[Part], told: Ended) -> int:
    """Run `parts` until SIGTERM or SIGINT; returns the exit code for the shell.

    A part that ends is started again after a pause that doubles up to 30 s while it keeps ending
    within a minute. Must be called from the main thread: PDEATHSIG follows the creating thread.
    """
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        while not stopping:
            for part in parts:
                _keep_alive(part, told)
            time.sleep(0.2)
    finally:
        _stop_all(parts)
    return 0


def finish(command: Sequence[str]) -> tuple[int, str]:
    """Run a child to its end; returns its exit code and what it printed on stdout, as UTF-8.

    What its work took in memory goes with it. Its stderr is ours, and it dies with us.
    """
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        preexec_fn=_die_with_parent,
        check=False,
    )
    return done.returncode, done.stdout


def _keep_alive(part: Part, told: Ended) -> None:
    now = time.monotonic()
    if part.process is None:
        if now >= part.start_after:
            part.process = _start(part.command)
            part.started_at = now
        return
    code = part.process.poll()
    if code is None:
        return
    part.process = None
    part.pause = (
        _FIRST_PAUSE if now - part.started_at > _STEADY else min(part.pause * 2, _LONGEST_PAUSE)
    )
    part.start_after = now + part.pause
    told(part.name, code, part.pause)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, preexec_fn=_die_with_parent, env=dict(os.environ))


def _die_with_parent() -> None:
    os.setpgrp()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _stop_all(parts: Sequence[Part]) -> None:
    running = [part.process for part in parts if part.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + _GRACE
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
