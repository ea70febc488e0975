"""Changes of conditions and formulas in words: what an expression said, and what it says now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fieldstone.metadata.change import Change
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

from ...words import say
from ..formats import Formats

_KEYS = frozenset(
    {"enter_when", "filter", "formula", "measure", "read_only_when", "required_when", "rows"}
    | {"that", "visible_when", "when", "where"}
)
"""The keys of documents under which an expression stands."""

_ROWS = ("own", "all")
"""What stands in place of the expression of a role's rows."""
_FIELDS = ("access.hidden_fields", "access.read_only_fields")


def in_words(change: Change, before: App, after: App, formats: Formats) -> Change:
    """A change with what an expression says in place of its text, and labels in place of the
    fields that a role does not see; others as they are.
    """
    if change.kind in _FIELDS:
        return replace(
            change,
            before=_labels(change, change.before, before, formats.locale),
            after=_labels(change, change.after, after, formats.locale),
        )
    if change.verb not in _KEYS:
        return change
    return replace(
        change,
        before=_said(change, change.before, before, formats),
        after=_said(change, change.after, after, formats),
    )


def _labels(change: Change, value: Sequence[str], app: App, locale: str) -> Said | None:
    """Fields by their labels; None for none."""
    entity = app.entities.get(change.entity or "")
    found = (
        [entity.by_id[one].text(locale) for one in value if one in entity.by_id] if entity else []
    )
    return Said(say("cards.between", locale).join(found)) if found else None


def _said(change: Change, value: object, app: App, formats: Formats) -> object:
    """An expression in words; what is none, or is not right there, as it is."""
    over = next(_entities(change, app), None)
    if not isinstance(value, str) or over is None or value in _ROWS:
        return value
    entity_id, parent = over
    try:
        expression = compile_expression(
            app, entity_id, value, parent=parent, allow_viewer=True, over_table=True
        )
    except ProblemsError:
        return value
    return Said(sentence(expression, formats, of_role=change.sort == "access"))


def _entities(change: Change, app: App) -> Iterator[tuple[str, str | None]]:
    """The entity whose records an expression reads, and that of the outer record."""
    subject: Named = change.subject
    if change.sort == "access" and change.entity in app.entities:
        yield str(change.entity), None
    elif isinstance(subject, View | AlertRule | TierScheme):
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
