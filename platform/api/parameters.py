"""Query parameters: each once, with what it accepts, for reading and for OpenAPI."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.figures import NAMES as PERIODS


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter.

    `whole` bounds a whole number, `one_of` lists the words it may be; `repeated` ones are lists.
    `description` is the key of a sentence.
    """

    name: str
    whole: tuple[int, int] | None = None
    one_of: tuple[str, ...] = ()
    repeated: bool = False

    @property
    def description(self) -> str:
        """The key of the sentence that describes it."""
        return f"openapi.parameter.{self.name}"


MOST_ROWS = 500
MOST_WHOLE = 2**53
"""The largest whole number that every reader of JSON takes as it is."""

FILTER = Parameter("filter")
LIMIT = Parameter("limit", whole=(1, MOST_ROWS))
CURSOR = Parameter("cursor")
FIELDS = Parameter("fields")
AS_OF = Parameter("as_of")
LIST = (
    FILTER,
    Parameter("q"),
    Parameter("sort"),
    LIMIT,
    CURSOR,
    FIELDS,
    Parameter("count", one_of=("exact",)),
    AS_OF,
)
RECORD = (AS_OF,)
GROUPS = (
    Parameter("group", repeated=True),
    Parameter("measure", repeated=True),
    FILTER,
)
FIGURES = (Parameter("period", one_of=PERIODS), Parameter("person"))
IMPORTS = (LIMIT, CURSOR)
PAGE = (Parameter("limit", whole=(1, 200)), CURSOR)
AUDIT = (Parameter("after", whole=(0, MOST_WHOLE)),)
ALERTS = (
    Parameter("state", one_of=("open", "snoozed", "dismissed", "resolved")),
    Parameter("mine", one_of=("true", "false")),
    Parameter("rule"),
    Parameter("entity"),
    Parameter("record"),
    Parameter("severity", one_of=("low", "medium", "high")),
    LIMIT,
    CURSOR,
)
