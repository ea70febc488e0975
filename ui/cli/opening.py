"""Opening: the installation that the environment names, for as long as one command runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace

from . import terminal

OPERATOR = "cli"
"""The origin of what an operator does at the terminal, in histories."""


def settings(*, log_level: int = logging.WARNING) -> Settings:
    """The settings of the process; the terminal's language is none of the installation's."""
    environ = {key: value for key, value in os.environ.items() if key != terminal.LOCALE}
    found = Settings.read(environ)
    terminal.set_up_log(found.log_json, level=log_level)
    return found


@contextmanager
def installation(*, log_level: int = logging.WARNING) -> Iterator[Installation]:
    """The installation, closed at the end."""
    with Installation.open(settings(log_level=log_level)) as opened:
        yield opened


@contextmanager
def workspace(slug: str) -> Iterator[Workspace]:
    """A workspace of the installation by its slug; NotFound if there is none."""
    with installation() as opened:
        yield opened.workspace(slug)
