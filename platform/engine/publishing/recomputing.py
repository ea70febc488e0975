"""Recomputing: the stored formulas whose values a publish makes stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...metadata.model import App
from ...rules import formula_expression
from ...rules.ir import Call
from ...rules.workdays import Workdays, workdays_of
from ..dependencies import StoredFormula, stored_formulas
from ..layout import Layout
from ..transaction import Transaction
from .filling import count
from .steps import Step


def stale(
    before: App, after: App, written: Collection[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """The stored formulas of both apps whose values are others from now on, as (entity, field).

    They are computed otherwise, or read what is; `written` are fields that lose single values.
    """
    old = {(one.entity, one.field): one for one in stored_formulas(before)}
    found = set(written)
    for formula in stored_formulas(after):
        at = formula.entity, formula.field
        reads = {(one.entity, one.field) for one in formula.inputs}
        if at in old and (reads & found or _meaning(before, old[at]) != _meaning(after, formula)):
            found.add(at)
    return frozenset(found & old.keys())


def recomputed(tx: Transaction, app: App, layout: Layout) -> Iterator[Step]:
    """A step for each stored formula that is new or got a new column, after those it reads."""
    before = {(one.entity, one.field) for one in stored_formulas(tx.app)}
    for formula in stored_formulas(app):
        at = formula.entity, formula.field
        if at in before and tx.layout.find(*at) == layout.find(*at):
            continue
        rows = count(tx, formula.entity)
        if rows:
            yield Step("recompute", *at, rows=rows)


def _meaning(app: App, formula: StoredFormula) -> object:
    """What decides the values of a formula: its text, what its inputs are, the calendar."""
    inputs = sorted({(one.entity, one.field) for one in formula.inputs})
    manifest = app.manifest
    return (
        (manifest.time_zone, manifest.week_start, manifest.fiscal_year_start),
        _calendar(app, formula),
        _part(app, formula.entity, formula.field),
        [_part(app, entity_id, field_id) for entity_id, field_id in inputs],
    )


def _calendar(app: App, formula: StoredFormula) -> Workdays | None:
    """The working days, for a formula that counts with them."""
    typed = formula_expression(app, formula.entity, formula.field).typed
    counts = any(isinstance(one, Call) and isinstance(one.extra, Workdays) for one in typed.walk())
    return workdays_of(app.manifest.calendar) if counts else None


def _part(app: App, entity_id: str, field_id: str) -> object:
    entity = app.entity(entity_id)
    one = entity.field(field_id)
    properties = [(option.id, dict(option.properties)) for option in one.options]
    return (
        entity_id,
        entity.archived,
        field_id,
        # A lookup that becomes a formula computes what it did; another field is read otherwise.
        one.type if one.formula is None else one.family,
        one.scale,
        one.formula,
        one.stored,
        one.archived,
        one.to,
        properties,
        sorted(one.replaced.items()),
    )
