"""Samples: the made-up company of a template, written into a new workspace under a progress bar."""

from __future__ import annotations

from pathlib import Path

from fieldstone.engine import samples
from fieldstone.engine.samples import Declaration, DeclarationError
from fieldstone.engine.workspaces import Workspace

from . import terminal
from .shape import refuse
from .terminal import say


def declared(folder: Path) -> Declaration:
    """What a template says of its sample data; refused where it cannot be understood."""
    try:
        return samples.read(folder / samples.FOLDER)
    except DeclarationError as error:
        refuse("sample_wrong", why=error)


def load(workspace: Workspace, declaration: Declaration) -> int:
    """Write the sample data of a template and return how many records that are."""
    with terminal.progress(say("sample_loading")) as advance:
        return samples.load(workspace, declaration, progress=advance).total
