"""Samples: the made-up company of a template, written into a new workspace under a progress bar."""

from __future__ import annotations

from fieldstone.engine import samples
from fieldstone.engine.packages import Package
from fieldstone.engine.samples import Declaration
from fieldstone.engine.workspaces import Workspace

from . import terminal
from .shape import refuse
from .terminal import say


def declared(package: Package) -> Declaration:
    """What a template says of its sample data; refused where it has none."""
    if package.sample is None:
        refuse("sample_none", name=package.name)
    return package.sample


def load(workspace: Workspace, declaration: Declaration) -> int:
    """Write the sample data of a template and return how many records that are."""
    with terminal.progress(say("sample_loading")) as advance:
        return samples.load(workspace, declaration, progress=advance).total
