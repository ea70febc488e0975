"""Reading what is made: as what was published once is read, so that what is in doubt counts too."""

from __future__ import annotations

from fieldstone.metadata.expression import parse
from fieldstone.metadata.model import App
from fieldstone.rules import Expression
from fieldstone.rules.expression import compile_node
from fieldstone.rules.typing import Options

_OPTIONS = Options(space="name", allow_viewer=True, lenient=True)


def read(app: App, text: str, entity_id: str = "account") -> Expression:
    """The expression of a text over an entity; raises ProblemsError."""
    return compile_node(app, entity_id, text, parse(text), _OPTIONS)
