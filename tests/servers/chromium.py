"""The browser for the tests: Debian's Chromium, and a font that has Chinese characters.

The headless shell is the same browser, of the same version, without its own windows, tabs and
menus. No test looks at those, and drawing them takes half of the time that a test takes, so
Chromium itself is driven only where there is no shell.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.servers import apt

PROGRAMS = ("chromium-headless-shell", "chromium")
PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk")
PATIENCE = 30_000
"""Milliseconds that a test waits for what a page shall show; a slow machine is no failure."""

# Without the last four the browser calls home at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> Path | None:
    """Return the browser, if there is one: the shell before Chromium itself."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return Path(found) if found else None


def has_chinese_font() -> bool:
    """Return whether Chinese text shows as more than boxes."""
    if not shutil.which("fc-list"):
        return False
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(fonts.stdout.strip())


def main() -> int:
    """Install what is missing, or say what to install."""
    if shutil.which(PROGRAMS[0]) and has_chinese_font():
        return 0
    try:
        apt.install(*PACKAGES)
    except apt.CannotInstall as problem:
        if program() and has_chinese_font():
            return 0
        print(f"The tests drive a browser. {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
