"""Conditions in words: the parts of a filter as a reader of one language would say them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fieldstone.engine import access
from fieldstone.metadata.expression import parse
from fieldstone.metadata.expression.tree import Logic
from fieldstone.metadata.model import App, Entity
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import Expression, compile_expression, sentence
from fieldstone.rules.formats import Formats

from ..desk import Desk

Readable = Callable[[str, str], bool]


@dataclass(frozen=True)
class Part:
    """One condition of several that all must hold: in words, and as it is written."""

    words: str
    code: str
    known: bool


class Speaker:
    """Says expressions over one entity; those `in_names` are read as people write them.

    In the rows of a role (`of_role`), me() is the member who has it.
    """

    def __init__(
        self,
        app: App,
        entity: Entity,
        formats: Formats,
        readable: Readable | None = None,
        *,
        in_names: bool = False,
        of_role: bool = False,
    ) -> None:
        self.app = app
        self.entity = entity
        self.formats = formats
        self.readable = readable
        self.in_names = in_names
        self.of_role = of_role

    def parts(self, text: str) -> tuple[Part, ...]:
        """The conditions that `text` joins by "and"; one alone where it cannot be read."""
        if not text.strip():
            return ()
        try:
            node = parse(text)
        except ProblemsError:
            return (Part(text, text, False),)
        items = node.items if isinstance(node, Logic) and node.operator == "and" else (node,)
        return tuple(self._part(text[item.start : item.end]) for item in items)

    def _part(self, code: str) -> Part:
        words = self.words(code)
        return Part(words or code, code, words is not None)

    def words(self, text: str) -> str | None:
        """An expression in words, or None where it is not right."""
        expression = self._compiled(text)
        if expression is None:
            return None
        return sentence(expression, self.formats, readable=self.readable, of_role=self.of_role)

    def _compiled(self, text: str) -> Expression | None:
        try:
            return compile_expression(
                self.app,
                self.entity.id,
                text,
                allow_viewer=True,
                over_table=True,
                space="name" if self.in_names else "id",
            )
        except ProblemsError:
            return None

    def measure(self, text: str) -> str:
        """A number's expression in words, or as it is written where it is not right."""
        return self.words(text) or text


def speaker(desk: Desk, entity: Entity, *, in_names: bool = False) -> Speaker:
    """Who says expressions to the reader at a desk: what they may not see is told as hidden."""

    def readable(entity_id: str, field_id: str) -> bool:
        return field_id in access.readable(desk.app, desk.caller, entity_id)

    return Speaker(desk.app, entity, desk.formats, readable, in_names=in_names)
