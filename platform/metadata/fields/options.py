"""Values that are chosen: an option, stage, tag or tier, found by name, alias or id."""

from __future__ import annotations

from typing import Any

from ..model import Field, Option
from ..naming import nearest
from .base import narrow, refuse


def chosen(field: Field, value: Any, archived: bool) -> str:
    """The id of the option that a text names; raises ProblemsError with the nearest name."""
    if not isinstance(value, str):
        refuse("value.not_option")
    text = narrow(value)
    option = field.option_named(text) or field.option(text)
    if option is None:
        live = [one.name for one in field.options if not one.archived]
        meant = nearest(text, live)
        if meant:
            refuse("value.unknown_option_near", value=text, nearest=meant)
        refuse("value.unknown_option", value=text, allowed=", ".join(live[:20]))
    if option.archived and not archived:
        other = field.replacement(option.id)
        if other is not None:
            refuse("value.replaced_option", value=text, other=other.name)
        refuse("value.archived_option", value=text)
    return option.id


def name_of(field: Field, option_id: str) -> str:
    """The present name of an option; an id that is no longer declared stands for itself."""
    option = field.option(option_id)
    return option.name if option else option_id


def live_names(options: tuple[Option, ...]) -> list[str]:
    """The names that a new value may take, in order."""
    return [option.name for option in options if not option.archived]
