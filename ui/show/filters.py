"""The filter that people build: one row of field, operator and value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldstone.engine import access, members
from fieldstone.metadata.model import Entity, Field

from ..desk import Desk
from .kinds import shown_as
from .lists import Choice
from .naming import target_of
from .operators import WrongValue, condition, operators_of


@dataclass(frozen=True)
class Rule:
    """The controls of one row: what may be chosen, and what is chosen."""

    fields: tuple[Choice, ...]
    field: str
    operators: tuple[str, ...]
    op: str
    input: str
    options: tuple[Choice, ...] = ()


def rule_of(desk: Desk, entity: Entity, field_name: str | None, op: str | None) -> Rule:
    """The row for a field and an operator, or for the first ones that there are."""
    fields = _askable(desk, entity)
    if not fields:
        return Rule((), "", (), "", "none")
    one = next((each for each in fields if each.name == field_name), fields[0])
    operators = operators_of(shown_as(desk.app, entity, one))
    operator = next((each for each in operators if each.key == op), operators[0])
    return Rule(
        fields=tuple(Choice(each.name, each.text(desk.locale)) for each in fields),
        field=one.name,
        operators=tuple(each.key for each in operators),
        op=operator.key,
        input=operator.input,
        options=_options(desk, shown_as(desk.app, entity, one)),
    )


def _options(desk: Desk, one: Field) -> tuple[Choice, ...]:
    """What may be chosen as a value: the field's options, or the people of the workspace."""
    if target_of(one) == "member":
        people = members.listed(desk.tx, active_only=True)
        return tuple(Choice(person.name, person.name) for person in people)
    return tuple(
        Choice(option.name, option.text(desk.locale))
        for option in one.options
        if not option.archived
    )


def condition_of(desk: Desk, entity: Entity, values: Mapping[str, str]) -> str:
    """The expression of a row that was sent; WrongValue where it cannot be read."""
    fields = _askable(desk, entity)
    one = next((each for each in fields if each.name == values.get("field")), None)
    if one is None:
        raise WrongValue(values.get("field", ""))
    shown = shown_as(desk.app, entity, one)
    target = desk.app.entities.get(target_of(shown) or "")
    title = target.field(target.title).name if target else "name"
    return condition(shown, values.get("op", ""), values.get("value", ""), title)


def _askable(desk: Desk, entity: Entity) -> list[Field]:
    known = access.readable(desk.app, desk.caller, entity.id)
    return [
        one
        for one in entity.live_fields
        if one.id in known
        and one.id not in ("id", "version", "deleted_at", "origin")
        and operators_of(shown_as(desk.app, entity, one))
    ]
