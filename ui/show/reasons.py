"""Reasons: the tree of an explanation, in words, as the template shows it."""

from __future__ import annotations

from dataclasses import dataclass

from ..desk import Desk


@dataclass(frozen=True)
class Reason:
    """One condition or value of an explanation, and what it is made of."""

    text: str
    value: str
    holds: bool
    judged: bool
    children: tuple[Reason, ...] = ()


def reason_of(desk: Desk, entity_id: str, found: object) -> tuple[Reason | None, str]:
    """The tree of an explanation, and a remark where the condition no longer holds."""
    return None, ""
