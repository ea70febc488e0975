"""Debian packages that the tests need, installed where this process is allowed to."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

LOCK = Path(f"/tmp/fieldstone-tests-apt-{os.geteuid()}.lock")


class CannotInstall(RuntimeError):
    """A package is missing and cannot be installed from here."""


def install(*packages: str) -> None:
    """Install Debian packages as root, or by a sudo that asks for no password."""
    command = _as_root()
    if command is None or not shutil.which("apt-get"):
        raise CannotInstall(f"please install: {' '.join(packages)}")
    apt = [*command, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
    apt += ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    with LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # apt-get update waits for nobody
        _run([*apt, "update"])
        _run([*apt, "install", "--yes", "--no-install-recommends", *packages])


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and not subprocess.run(["sudo", "-n", "true"], check=False).returncode:
        return ["sudo", "-n"]
    return None


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise CannotInstall(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
