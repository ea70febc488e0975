"""Literal values in documents: of the type of the field that they are for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..build_parts import exact
from ..fields import TYPES
from ..fields.percent import SCALE as PERCENT_SCALE
from ..model import Field
from ..model.families import family_of
from ..problems import Problem, ProblemsError
from .context import Checking

_MONEY_SCALE = 2


def literal_problems(
    checking: Checking, entity_id: str | None, field_id: str, given: Any
) -> Iterator[Problem]:
    """What is wrong with a literal (in ids) as a value of a field; unknown fields pass."""
    entry = checking.space.field(entity_id, field_id)
    if entry is None or entry.data.get("type") not in TYPES:
        return
    if TYPES[entry.data["type"]].computed or entry.data.get("system"):
        yield Problem("value.computed")
        return
    options = checking.space.options_of(entry.owner, field_id)
    if options is not None:
        yield from _option_problems(entry.data, given)
        return
    field = Field(
        id=field_id,
        name=entry.name,
        type=entry.data["type"],
        scale=_scale(checking, entry.data),
        max_length=entry.data.get("max_length"),
        min=exact(entry.data.get("min")),
        max=exact(entry.data.get("max")),
    )
    try:
        TYPES[field.type].load(field, given)
    except ProblemsError as error:
        yield from error.problems


def _option_problems(data: Any, given: Any) -> Iterator[Problem]:
    """Whether the names exist is known already; here, whether there are names at all."""
    if data["type"] == "tags":
        if not isinstance(given, (str, list, tuple)):
            yield Problem("value.not_tags")
    elif not isinstance(given, str):
        yield Problem("value.not_option")


def _scale(checking: Checking, data: Any) -> int:
    family = family_of(data["type"])
    if family == "money":
        app = next(checking.kind("app"), None)
        return int(app.data.get("money_scale", _MONEY_SCALE)) if app else _MONEY_SCALE
    if family == "percent":
        return PERCENT_SCALE
    return int(data.get("scale", 2 if family == "decimal" else 0))
