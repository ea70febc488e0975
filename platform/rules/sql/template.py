"""SQL that is written out by hand for one database, with arguments that are computed only once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import BindParameter, Cast, ColumnClause, Null
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal


class Template(FunctionElement[Any]):
    """`{0}`, `{1}` ... in `text` stand for the arguments.

    An argument that the text repeats, unless it is a plain column or parameter, is computed once
    by a sub-select that PostgreSQL may not flatten: nested templates would else double the work at
    every level.
    """

    name = "template"
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012
        *FunctionElement._traverse_internals,
        ("text", InternalTraversal.dp_string),
    ]

    def __init__(self, text: str, arguments: Sequence[sa.ColumnElement[Any]], type_: Any) -> None:
        super().__init__(*arguments)
        self.text = text
        self.type = sa.types.to_instance(type_)

    def self_group(self, against: Any = None) -> Template:
        return self


@compiles(Template)
def _compile(element: Template, compiler: Any, **options: Any) -> str:
    arguments = list(element.clauses)
    texts = [compiler.process(one, **options) for one in arguments]
    repeated = [
        at
        for at, one in enumerate(arguments)
        if element.text.count(f"{{{at}}}") > 1 and not _plain(one)
    ]
    if not repeated:
        return f"({element.text.format(*texts)})"
    names = [f"v.x{at}" if at in repeated else text for at, text in enumerate(texts)]
    inner = ", ".join(f"{texts[at]} AS x{at}" for at in repeated)
    return f"(SELECT {element.text.format(*names)} FROM (SELECT {inner} OFFSET 0) AS v)"


def _plain(element: Any) -> bool:
    while isinstance(element, Cast) or hasattr(element, "element"):
        element = element.clause if isinstance(element, Cast) else element.element
    return isinstance(element, ColumnClause | BindParameter | Null)
