"""Reading an expression as what was published once is read: what is in doubt has a value too."""

from __future__ import annotations

from fieldstone.metadata.expression import parse
from fieldstone.metadata.model import App
from fieldstone.rules import Expression
from fieldstone.rules.expression import compile_node
from fieldstone.rules.typing import Options


def read(app: App, text: str, entity: str = "account") -> Expression:
    """The expression of a text in names; raises ProblemsError for what has no meaning at all."""
    options = Options(space="name", allow_viewer=True, lenient=True)
    return compile_node(app, entity, text, parse(text), options)
