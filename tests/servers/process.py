"""Start a throw-away server as a child that dies with the tests, as an ordinary user."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"
PR_SET_PDEATHSIG = 1


def runs_as_root() -> bool:
    """Return whether servers that refuse root must be started as somebody else."""
    return os.geteuid() == 0


def as_ordinary_user() -> dict[str, Any]:
    """Return the arguments of subprocess that drop root's rights where there are any."""
    if not runs_as_root():
        return {}
    nobody = pwd.getpwnam(UNPRIVILEGED)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """Yield a short, empty folder that the ordinary user owns and can reach.

    A socket's address holds at most 107 bytes and TMPDIR may lie in a folder closed to
    others, so the folder is made in /tmp.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    if runs_as_root():
        shutil.chown(folder, UNPRIVILEGED)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def open_to_others(path: Path) -> bool:
    """Return whether any user may enter this folder: every folder above it counts."""
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


@contextmanager
def running(
    command: Sequence[str], *, folder: Path, stop: signal.Signals = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a folder of its own, its output in the file `log` there."""
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_dies_with_parent(stop),
            **as_ordinary_user(),
        )
    try:
        yield child
    finally:
        child.send_signal(stop)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _dies_with_parent(stop: signal.Signals) -> Callable[[], object] | None:
    """Return what the child calls so that kill -9 of the tests leaves no server behind."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, stop)
