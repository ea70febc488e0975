"""Samples: the made-up company of a template, written into a new workspace under a progress bar."""

from __future__ import annotations

from pathlib import Path

from fieldstone.engine import samples
from fieldstone.engine.workspaces import Workspace

from . import terminal
from .terminal import say


def load(workspace: Workspace, folder: Path) -> int:
    """Write the sample data of a template and return how many records that are."""
    with terminal.progress(say("sample_loading")) as advance:
        declaration = samples.read(folder / samples.FOLDER)
        return samples.load(workspace, declaration, progress=advance).total
