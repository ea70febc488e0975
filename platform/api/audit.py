"""The audit: the history compared with the chain that seals it, a stretch a request."""

from __future__ import annotations

from ..engine.audit import telling, verifying
from .asking import Answer, Ask


def verify(ask: Ask) -> Answer:
    """What is wrong first behind an entry of the chain; `next` is the entry to go on from."""
    found = verifying.stretch(ask.tx, ask.parameters.get("after") or 0)
    problem = None if found.fault is None else found.fault.problem.text(ask.locale)
    return Answer({**telling.as_json(found), "message": problem, "next": found.following})
