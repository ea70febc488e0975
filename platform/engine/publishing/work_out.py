"""Working out: from documents to the whole plan, reading the workspace and changing nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...metadata.differences import differences
from ...metadata.documents import Document
from ...metadata.model import App
from ...metadata.problems import Problem
from .. import search
from ..access import Caller
from ..layout import Layout
from ..transaction import Transaction
from . import ddl, physical
from .arrange import arrange
from .checking import checked
from .converting import Conversion, conversion_steps, converted_fields, impossible
from .filling import count, fill_steps
from .freeing import spare_columns
from .hiding import hiding
from .indexes import wanted
from .leaving import settled
from .limits import too_wide
from .noting import notes
from .offending import offending
from .physical import Physical
from .plan import Plan
from .purging import Purge, losing, needed, purge, purges
from .recomputing import recomputed, stale
from .replacing import changed_tags
from .retagging import retagging_steps
from .rows import BESIDE, Scope, every
from .steps import Step
from .structure import (
    index_steps,
    new_columns,
    new_link_tables,
    new_tables,
    view_steps,
)
from .using import affected


@dataclass(frozen=True, slots=True)
class Worked:
    """A plan, and the app and layout that it leads to (None where it has problems).

    `losing` are the fields of which records lose single values that are purged.
    """

    plan: Plan
    app: App | None = None
    layout: Layout | None = None
    conversions: Mapping[tuple[str, str], Conversion] = field(default_factory=dict)
    losing: frozenset[tuple[str, str]] = frozenset()


def work_out(
    tx: Transaction, caller: Caller, documents: Iterable[Document], *, back: bool = False
) -> Worked:
    """Everything that publishing these documents (in names or ids) would do, found out in `tx`.

    With `back` they are those of an earlier revision: what came since and holds nothing goes.
    """
    if back:
        found = checked(settled(tx, documents), None)
    else:
        found = checked(documents, tx.app if tx.revision else None)
    plan = Plan(
        workspace=tx.workspace.id,
        base=tx.revision,
        documents=found.documents,
        problems=found.problems,
        notes=found.notes,
        back=back,
    )
    if found.app is None:
        return Worked(plan)
    gone = purges(tx.app, found.app)
    refused = standing_against(tx, caller, found.app, found.documents)
    if refused:
        return Worked(replace(plan, problems=refused))
    worth_knowing = (*notes(tx, caller, found.app), *hiding(tx, found.app))
    told = (_placed(one, found.documents) for one in worth_knowing)
    return _planned(tx, caller, replace(plan, notes=(*found.notes, *told)), found.app, gone)


def standing_against(
    tx: Transaction,
    caller: Caller,
    app: App,
    documents: tuple[Document, ...],
    scope: Scope = every,
) -> tuple[Problem, ...]:
    """What the rows that are there, of those in `scope`, stand against in an app."""
    found = (
        *needed(tx, purges(tx.app, app), scope),
        *impossible(tx, app, scope),
        *offending(tx, caller, app, scope),
    )
    return tuple(_placed(one, documents) for one in found)


def _placed(problem: Problem, documents: tuple[Document, ...]) -> Problem:
    """A problem of a field or group (`/fields/amount/min`) at its file and place in the list."""
    document = next(one for one in documents if one.key == problem.document)
    if not problem.pointer:
        return replace(problem, document=document.path)
    _, part, item, *rest = problem.pointer.split("/")
    at = next((at for at, one in enumerate(document.data[part]) if one.get("id") == item), item)
    pointer = "/".join(("", part, str(at), *rest))
    return replace(problem, document=document.path, pointer=pointer)


def _planned(
    tx: Transaction, caller: Caller, plan: Plan, app: App, gone: tuple[Purge, ...]
) -> Worked:
    changes = differences(tx.app if tx.revision else None, app)
    there = physical.in_force(tx.connection)
    swept, drops = spare_columns(tx, there) if changes else (tx.layout, ())
    lost = losing(tx, gone)
    retagged = {(entity_id, one.id) for entity_id, _, one in changed_tags(tx.app, app)}
    layout = arrange(app, swept, tx.app, stale(tx.app, app, lost) | lost | retagged)
    # What is freed now waits for the next publish: a request may still read the App of before.
    layout, purged = purge(tx, caller, gone, layout, there)
    wide = tuple(too_wide(app, swept, layout, there, tx.tables.dialect))
    if wide:
        return Worked(replace(plan, problems=tuple(_placed(one, plan.documents) for one in wide)))
    conversions = {
        (one.entity.id, one.after.id): one
        for one in converted_fields(tx.app, app, tx.layout, layout)
    }
    moved = (
        *conversion_steps(tx, caller, conversions.values()),
        *retagging_steps(tx, caller, app, layout),
    )
    ready = _Ready(swept, (*drops, *purged), moved)
    planned = replace(
        plan,
        changes=changes,
        steps=tuple(_steps(tx, app, layout, there, ready)),
        uses=affected(app, changes),
        differs=tx.app.hash != app.hash,
    )
    return Worked(planned, app, layout, conversions, lost)


@dataclass(frozen=True, slots=True)
class _Ready:
    """Steps that are known before the others: `gone` takes data out, `moved` converts it.

    `swept` is the layout of before without what earlier conversions left.
    """

    swept: Layout
    gone: tuple[Step, ...]
    moved: tuple[Step, ...]


_DROPPING = frozenset({"drop_column", "purge_column", "purge_table"})
"""Steps that no database does under a view."""


def _steps(
    tx: Transaction,
    app: App,
    layout: Layout,
    there: Physical,
    ready: _Ready,
) -> Iterator[Step]:
    """The steps in their order: what is in the way goes, then structure, data, indexes, views."""
    dialect = tx.tables.dialect
    losing = frozenset(one.entity for one in ready.gone if one.kind in _DROPPING)
    old_views, new_views = view_steps((tx.app, tx.layout), (app, layout), there, dialect, losing)
    old_indexes, new_indexes = index_steps(wanted(app, layout), there, dialect)
    yield from (*old_views, *old_indexes, *ready.gone)
    yield from new_tables(app, tx.layout, layout, dialect)
    yield from new_columns(app, ready.swept, layout, dialect)
    yield from new_link_tables(tx.layout, layout, dialect)
    yield from ready.moved
    yield from fill_steps(tx, app, layout)
    yield from recomputed(tx, app, layout)
    yield from _searches(tx, app, layout)
    yield from (*new_indexes, *new_views)


def _searches(tx: Transaction, app: App, layout: Layout) -> Iterator[Step]:
    """Index the values of fields that are searched from now on, or lie elsewhere."""
    for entity in app.entities.values():
        before = tx.app.entities.get(entity.id)
        if before is None or entity.system:
            continue
        old, new = search.places(before, tx.layout), search.places(entity, layout)
        late = [one for one in new if new[one] != old.get(one)]
        gone = [one for one in old if old[one] != new.get(one)]
        rows = count(tx, entity.id) if late or gone else 0
        if rows:
            yield from (Step("search", entity.id, one, new[one], rows=rows) for one in late)
            yield from (_unsearched(entity.id, one, old[one], rows) for one in gone)


def _unsearched(entity_id: str, field_id: str, under: str, rows: int) -> Step:
    statement = (
        f'DELETE FROM "_search" WHERE "entity" = {ddl.text(entity_id)}'
        f' AND "field" = {ddl.text(under)} AND {BESIDE}'
    )
    return Step("unsearch", entity_id, field_id, under, (statement,), rows)
