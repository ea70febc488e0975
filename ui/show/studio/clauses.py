"""Changes of conditions and formulas in words: what an expression said, and what it says now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fieldstone.metadata.differences import Change
from fieldstone.metadata.model import (
    AlertRule,
    App,
    Check,
    Entity,
    Field,
    FormSection,
    Named,
    Stage,
    TierScheme,
    View,
)
from fieldstone.metadata.problems import ProblemsError
from fieldstone.metadata.shown_names import Said
from fieldstone.rules import compile_expression, sentence

from ..formats import Formats

_KEYS = frozenset(
    {"enter_when", "filter", "formula", "measure", "read_only_when", "required_when", "that"}
    | {"visible_when", "when", "where"}
)
"""The keys of documents under which an expression stands."""


def in_words(change: Change, before: App, after: App, formats: Formats) -> Change:
    """A change of an expression with what it says in place of its text; others as they are."""
    if change.verb not in _KEYS:
        return change
    return replace(
        change,
        before=_said(change, change.before, before, formats),
        after=_said(change, change.after, after, formats),
    )


def _said(change: Change, value: object, app: App, formats: Formats) -> object:
    """An expression in words; what is none, or is not right there, as it is."""
    over = next(_entities(change, app), None)
    if not isinstance(value, str) or over is None:
        return value
    entity_id, parent = over
    try:
        expression = compile_expression(
            app, entity_id, value, parent=parent, allow_viewer=True, over_table=True
        )
    except ProblemsError:
        return value
    return Said(sentence(expression, formats))


def _entities(change: Change, app: App) -> Iterator[tuple[str, str | None]]:
    """The entity whose records an expression reads, and that of the outer record."""
    subject: Named = change.subject
    if isinstance(subject, View | AlertRule | TierScheme):
        yield subject.entity, None
    elif isinstance(subject, Field) and change.verb == "where" and change.entity:
        if subject.to in app.entities:
            yield str(subject.to), change.entity
    elif isinstance(subject, Field | Stage | Check | FormSection):
        owners = [one for one in change.owners if isinstance(one, Entity)]
        forms = [app.forms[one.id].entity for one in change.owners if one.id in app.forms]
        found = change.entity or next((one.id for one in owners), None) or next(iter(forms), None)
        if found in app.entities:
            yield str(found), None
