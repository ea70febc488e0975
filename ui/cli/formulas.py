"""Formulas: `fieldstone evaluate`, expressions answered line by line as they come."""

from __future__ import annotations

import sys

import click

from fieldstone.engine.evaluate import answer

from .shape import Group, command


def add_to(root: Group) -> None:
    """Add the command `evaluate`."""

    @command(root, "evaluate")
    def evaluate() -> None:
        lines = click.get_text_stream("stdin", encoding="utf-8", errors="replace")
        for line in iter(lines.readline, ""):
            if line.strip():
                sys.stdout.write(answer(line) + "\n")
                sys.stdout.flush()
