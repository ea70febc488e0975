"""Samples: the made-up company of a template, written into a new workspace under a progress bar."""

from __future__ import annotations

from fieldstone.engine import samples
from fieldstone.engine.templates import template
from fieldstone.engine.workspaces import Workspace

from . import terminal
from .terminal import say


def load(workspace: Workspace, name: str) -> int:
    """Write the sample data of a template and return how many records that are."""
    with terminal.progress(say("sample_loading")) as advance:
        declaration = samples.read(template(name) / samples.FOLDER)
        return samples.load(workspace, declaration, progress=advance).total
