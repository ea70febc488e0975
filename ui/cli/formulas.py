"""Formulas: `fieldstone evaluate`, expressions answered line by line as they come."""

from __future__ import annotations

import sys

from fieldstone.engine.evaluate import answer

from .shape import command


@command("evaluate")
def evaluate() -> None:
    for content in sys.stdin.buffer:
        line = content.decode("utf-8", "replace")
        if line.strip():
            sys.stdout.write(answer(line) + "\n")
            sys.stdout.flush()


COMMANDS = (evaluate,)
