"""Validity: whether drafts obey what their entity declares; every rule for every way of writing.

An update is judged by the rules that its changes concern, so that a rule that was declared later,
or that time has broken, does not stop someone from correcting a telephone number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from ...metadata.model import App, Check, Field, Option
from ...rules import compile_expression, evaluate
from .. import access
from ..access import Caller
from ..transaction import Transaction
from . import references, stage, unique
from .draft import Draft, Words
from .record import Shape
from .source import Pool, Source


def judge(
    tx: Transaction,
    caller: Caller,
    shape: Shape,
    drafts: Sequence[Draft],
    *,
    history: bool = False,
) -> Pool:
    """Blame every draft for everything that is wrong with it; the pool holds what was looked at.

    `history` marks an import of what happened elsewhere: guards of stages only warn.
    """
    pool = Pool(tx)
    for draft in drafts:
        if not draft.before and draft.problems and all(one.pointer for one in draft.problems):
            _judge_missing(shape, draft)
    pairs = [(one, pool.add(shape.entity.id, one.after)) for one in drafts if not one.problems]
    references.judge(tx, caller, shape, pairs, pool)
    unique.judge(tx, shape, [one for one, _ in pairs])
    for draft, source in pairs:
        changed = frozenset(draft.changed(draft.after)) if draft.before else None
        for one in _required(tx.app, shape, draft, source, pool, changed):
            draft.blame("field.required", one.name, field=one)
        _judge_checks(tx.app, shape, draft, source, pool, changed)
        if not history:
            _judge_archived(shape, draft)
    stage.judge(tx, shape, pairs, pool, history=history)
    return pool


def may_refuse(app: App, shape: Shape, changed: frozenset[str]) -> bool:
    """Whether some rule would look at a record again because these fields changed."""
    entity = shape.entity
    texts = [one.that for one in entity.checks if not one.archived]
    texts += [one.required_when for one in entity.live_fields if one.required_when is not None]
    if any(_concerned(app, entity.id, text, changed) for text in texts):
        return True
    if any(not changed.isdisjoint(group) for group in unique.groups_of(entity)):
        return True
    return any(
        not changed.isdisjoint(references.read_by_where(app, shape, one))
        for one in entity.live_fields
        if one.where is not None
    )


def _judge_missing(shape: Shape, draft: Draft) -> None:
    """Blame what a draft that could not be read lacks as well: people mend everything at once."""
    wrong = {one.pointer.lstrip("/") for one in draft.problems}
    for one in shape.entity.live_fields:
        if not one.required or one.system or wrong.intersection((one.name, one.id, *one.aliases)):
            continue
        if stage.is_empty(draft.after.get(one.id)):
            draft.blame("field.required", one.name, field=one)


def _required(
    app: App, shape: Shape, draft: Draft, source: Source, pool: Pool, changed: frozenset[str] | None
) -> Iterable[Field]:
    for one in shape.needed:
        if not stage.is_empty(draft.after.get(one.id)):
            continue
        if one.required:
            if changed is None or one.id in changed:
                yield one
        elif one.required_when is not None:
            text = one.required_when
            asked = changed is None or one.id in changed
            if not asked and not _concerned(app, shape.entity.id, text, changed or frozenset()):
                continue
            expression = compile_expression(app, shape.entity.id, text)
            if evaluate(expression, source, pool.context):
                yield one


def _judge_archived(shape: Shape, draft: Draft) -> None:
    """Blame options that are newly chosen though they are no longer offered."""
    for one in shape.retired:
        if one.id not in draft.given:
            continue
        after, before = draft.after[one.id], draft.before.get(one.id)
        chosen = (
            after - (before or frozenset()) if one.family == "tags" else {after} - {before, None}
        )
        for option in (one.option(option_id) for option_id in chosen):
            if option is not None and option.archived:
                _blame_archived(draft, one, option)


def _blame_archived(draft: Draft, one: Field, option: Option) -> None:
    other = one.replacement(option.id)
    if other is None:
        draft.blame("value.archived_option", one.name, value=option.name)
    else:
        draft.blame("value.replaced_option", one.name, value=option.name, other=other.name)


def _judge_checks(
    app: App, shape: Shape, draft: Draft, source: Source, pool: Pool, changed: frozenset[str] | None
) -> None:
    for check in shape.entity.checks:
        if check.archived:
            continue
        if changed is not None and not _concerned(app, shape.entity.id, check.that, changed):
            continue
        expression = compile_expression(app, shape.entity.id, check.that)
        if not evaluate(expression, source, pool.context):
            _blame_check(shape, check, draft)


def _blame_check(shape: Shape, check: Check, draft: Draft) -> None:
    message = Words(check.message, check.name)
    for field_id in check.fields or (None,):
        name = None if field_id is None else shape.field(field_id).name
        draft.blame("check.failed", name, message=message, check=check.name)


def _concerned(app: App, entity_id: str, text: str, changed: frozenset[str]) -> bool:
    return not changed.isdisjoint(_reads(app, entity_id, text))


@lru_cache(maxsize=4096)
def _reads(app: App, entity_id: str, text: str) -> frozenset[str]:
    """The fields of the entity itself that an expression reads, through formulas too."""
    found: set[str] = set()
    for other, field_id in compile_expression(app, entity_id, text).uses:
        uses = {(other, field_id)} | access.inputs_of(app, other, field_id)
        found |= {one for at, one in uses if at == entity_id}
    return frozenset(found)
