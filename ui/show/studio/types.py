"""Field types as people choose them: each with a picture and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldstone.metadata.fields import TYPES
from fieldstone.metadata.messages import render
from fieldstone.metadata.model import App
from fieldstone.metadata.model.families import look_of

ICONS: Mapping[str, str] = {
    "text": "letter-case",
    "long_text": "align-left",
    "integer": "hash",
    "decimal": "decimal",
    "money": "currency-yuan",
    "percent": "percentage",
    "rating": "star",
    "boolean": "toggle-left",
    "date": "calendar",
    "datetime": "clock",
    "choice": "circle-dot",
    "reference": "link",
    "owner": "user-check",
    "member": "user",
    "email": "at",
    "phone": "phone",
    "url": "world",
    "stage": "progress",
    "tags": "tags",
    "tier": "award",
    "formula": "math-function",
    "lookup": "target-arrow",
    "rollup": "hierarchy",
    "auto_number": "number",
}
_ELSEWHERE = frozenset({"stage", "tier"})
"""Types whose values something else declares, a pipeline or a scheme."""


@dataclass(frozen=True)
class Kind:
    """A type as the chooser shows it."""

    name: str
    icon: str
    text: str
    hint: str


def kind_of(name: str, locale: str) -> Kind:
    """A type in words."""
    return Kind(
        name,
        ICONS.get(name) or ICONS[look_of(name)],
        render(f"type_name.{name}", locale),
        render(f"type_hint.{name}", locale),
    )


def offered(app: App, locale: str) -> tuple[Kind, ...]:
    """The types that a new field may have."""
    names = [one for one in TYPES if one not in _ELSEWHERE]
    if not any(not one.archived for one in app.dimensions.values()):
        names.remove("tags")
    return tuple(kind_of(one, locale) for one in names)
