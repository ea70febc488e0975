"""All expressions and messages of an app: where each stands, what it is over, what it must give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from .documents import Document
from .fields import TYPES
from .model import App
from .space import Space
from .walk import Spot, transform


class ExpressionPlace(NamedTuple):
    """An expression or a message in a document.

    `entity` is the id of the entity whose record it reads, `parent` that of the outer record (a
    reference's `where`) or None. `expects` is an expression type of `fields/`, `number` (integer
    or decimal) or `any`; `field` is the (entity id, field id) that the value is for, or None.
    `viewer` allows `me()`, `table` functions over a whole table, such as rank().
    """

    document: Document
    pointer: str
    text: str
    entity: str
    parent: str | None
    expects: str
    kind: Literal["expression", "message"]
    viewer: bool
    field: tuple[str, str] | None = None
    table: bool = False


def expressions(source: App | Iterable[Document]) -> Iterator[ExpressionPlace]:
    """Every expression and message of an app (or of documents in ids) that is not archived.

    Those of what the app's modules hide are left out.
    """
    documents = source.documents if isinstance(source, App) else tuple(source)
    hidden = source.hidden if isinstance(source, App) else frozenset()
    space = Space(documents)
    for document in documents:
        found: list[ExpressionPlace] = []
        transform(document, space, _Collector(space, found).visit, hidden)
        yield from found


class _Collector:
    def __init__(self, space: Space, found: list[ExpressionPlace]) -> None:
        self.space = space
        self.found = found

    def visit(self, spot: Spot) -> Any:
        ref = spot.ref
        entity = spot.scopes.entity_of(ref.get("expression") or ref.get("message"))
        if entity is None or spot.archived or spot.value in ref.get("words", ()):
            return spot.value
        field = spot.scopes.field if ref.get("expects") == "field" else None
        self.found.append(
            ExpressionPlace(
                document=spot.document,
                pointer=spot.pointer,
                text=spot.value,
                entity=entity,
                parent=spot.scopes.entity_of(ref.get("parent")),
                expects=self.expected(ref.get("expects", "any"), field),
                kind="message" if "message" in ref else "expression",
                viewer=bool(ref.get("viewer")),
                field=field,
                table=bool(ref.get("table")),
            )
        )
        return spot.value

    def expected(self, wanted: str, field: tuple[str, str] | None) -> str:
        if wanted != "field":
            return wanted
        kind = self.space.type_of(*field) if field else None
        return TYPES[kind].expression if kind and kind in TYPES else "any"
