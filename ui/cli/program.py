"""The command `fieldstone` and its commands, each group of them in a module of its own."""

from __future__ import annotations

from . import (
    audit,
    documents,
    files,
    formulas,
    members,
    modules,
    outside,
    records,
    rules,
    serving,
    templates,
    tokens,
    upgrades,
    workspaces,
)
from .shape import Group
from .terminal import say

PROGRAM = "fieldstone"

root = Group("", help=say("help.fieldstone"))
_PARTS = (
    serving,
    workspaces,
    audit,
    templates,
    members,
    documents,
    upgrades,
    modules,
    files,
    records,
    rules,
    formulas,
    tokens,
    outside,
)
for part in _PARTS:
    for one in part.COMMANDS:
        root.add_command(one)


def main() -> None:
    """Run the command of the process's arguments; the entry point of `fieldstone`."""
    root.main(prog_name=PROGRAM)
