"""Sentences: any condition or value of the language as people say it, from its typed form."""

from __future__ import annotations

from ..expression import Expression
from ..formats import Formats
from ..ir import Typed
from ..types import BOOLEAN
from .conditions import Conditions
from .labels import Readable, hides

MOST_CHARACTERS = 1_000
"""A sentence that would be longer ends in an ellipsis."""


class _OfRole(Conditions):
    """Says what holds for whoever has a role, who is not the one who reads."""

    def known(self, node: Typed) -> str | None:
        name = node.written.function.name if node.written else ""
        if name == "me":
            return self.say("say.role_member")
        return self.say("say.role_team") if name == "my_team" else None


def sentence(
    expression: Expression,
    formats: Formats,
    *,
    readable: Readable | None = None,
    of_role: bool = False,
) -> str:
    """What an expression says, in the language of `formats` and by the labels of its fields.

    A condition comes as a clause (`Stage is Won and Amount above CNY 100.00`), a value as a noun
    (`total Amount of deals`). What reads a field that is not `readable` is told as hidden. In the
    rows of a role (`of_role`), me() is the member who has it.
    """
    speaker = (_OfRole if of_role else Conditions)(expression.app, formats, readable)
    typed = expression.typed
    if typed.type == BOOLEAN:
        return cut(speaker.condition(typed))
    return cut(speaker.value(typed))


def cut(said: str) -> str:
    """A sentence within its bound."""
    return said if len(said) <= MOST_CHARACTERS else said[: MOST_CHARACTERS - 1] + "…"


__all__ = ["MOST_CHARACTERS", "Conditions", "Readable", "cut", "hides", "sentence"]
