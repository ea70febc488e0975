"""Operations: whether the process is alive, and whether it can serve."""

from __future__ import annotations

from .asking import Answer, Ask


def healthz(ask: Ask) -> Answer:
    """The process is alive; nothing else is looked at."""
    return Answer({"status": "ok"})


def readyz(ask: Ask) -> Answer:
    """The control database answers; Unavailable (503) while it does not."""
    ask.installation.control.workspaces()
    return Answer({"status": "ready"})
