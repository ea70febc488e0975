"""What every field type answers: storage, expression type, wire values, input, operators."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Literal, NoReturn
from zoneinfo import ZoneInfo

from ..json_text import can_be_kept, number_text
from ..model import Field
from ..problems import Problem, ProblemsError

Storage = Literal[
    "text", "integer", "decimal", "boolean", "date", "datetime", "reference", "tags", "computed"
]
"""How a value is kept: the kind of column, a link table for tags, or the formula's own type."""

ExpressionType = Literal[
    "text",
    "integer",
    "decimal",
    "boolean",
    "date",
    "datetime",
    "choice",
    "reference",
    "tags",
    "any",
]
"""What an expression sees; `any` is decided by the formula."""

EMPTY = ("empty", "not_empty")
EQUAL = ("equals", "not_equals", "in", "not_in")
ORDER = ("less", "at_most", "more", "at_least", "between")
TEXT = ("contains", "not_contains", "starts_with", "ends_with")


class FieldType:
    """A type of field. One instance is shared by all fields of the type and keeps no state.

    `storage` and `expression` say how values are kept and what expressions see; `widget` names
    the input of a form; `operators` are what the condition builder offers; `widens_to` are the
    types that a field may become without loss of any value.

    A type that is like another is a class made from that one's, which it names by `like`: what it
    does not say itself (column, input, operators, ways to and from other types) is as there. So are
    all that packages bring, whose words are in a `catalogue`, a folder with a file for each
    language; some of ours are, with a `look` of their own: the template of pages.

    `default_min` and `default_max` hold where a field does not say `min` and `max`, and
    `max_between` are the smallest and the largest `max` that a field may say.
    """

    name: ClassVar[str]
    like: ClassVar[str] = ""
    look: ClassVar[str] = ""
    catalogue: ClassVar[Path | None] = None
    storage: ClassVar[Storage]
    expression: ClassVar[ExpressionType]
    widget: ClassVar[str]
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, *EMPTY)
    widens_to: ClassVar[frozenset[str]] = frozenset()
    computed: ClassVar[bool] = False
    default_min: ClassVar[Decimal | None] = None
    default_max: ClassVar[Decimal | None] = None
    max_between: ClassVar[tuple[int, int] | None] = None

    def load(
        self, field: Field, value: Any, *, zone: ZoneInfo | None = None, archived: bool = False
    ) -> Any:
        """The Python value of what came over the wire; raises ProblemsError.

        Text that is empty is None. `zone` is where a time without zone is local (refused if
        None); `archived` accepts archived options, as records of old data hold them.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return self.read(field, value, zone, archived)

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        """`load` for a value that is not empty."""
        raise NotImplementedError

    def dump(self, field: Field, value: Any) -> Any:
        """The wire value of a Python value: decimals and record ids as text, options by name."""
        return wire(value)

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        """The JSON Schema of a wire value that is not null, for OpenAPI."""
        raise NotImplementedError


def refuse(problem: str, **params: Any) -> NoReturn:
    """Raise the problem of a value that is not accepted."""
    raise ProblemsError([Problem(problem, params)])


def plain_text(value: Any) -> str:
    """Text in NFC with line feeds, without what no database keeps; raises ProblemsError."""
    if not isinstance(value, str):
        refuse("value.not_text")
    if value.isascii() and value.isprintable():
        # Most values; nothing of what follows changes them.
        return value
    if not can_be_kept(value):
        refuse("value.bad_text")
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))


def narrow(value: Any) -> str:
    """Text as typed on any keyboard: trimmed, full-width digits and marks made half-width."""
    text = plain_text(value)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def wire(value: Any) -> Any:
    """A Python value as JSON carries it, whatever its type."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    return value
