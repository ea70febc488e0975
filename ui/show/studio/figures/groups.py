"""What bars and rows are made by: a path, chosen reference by reference, or a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from fieldstone.metadata import expression_to_ids
from fieldstone.metadata.expression import parse
from fieldstone.metadata.expression.tree import Call, Node, Path
from fieldstone.metadata.model import App, Entity, Field
from fieldstone.metadata.problems import ProblemsError

from ....words import inside, say
from ...conditions import Speaker
from ...formats import Formats
from ...lists import Choice
from .. import settings
from ..frame import Studio
from .fields import in_names, kind_of, offered, target

FORMULA = "="
"""What stands in the first choice where the group is a formula."""

_PARTS = ("day", "week", "month", "quarter", "year")
_MOST = 5
_NEVER = frozenset({"tags", "long_text"})


@dataclass(frozen=True)
class Step:
    """One choice of the chain: a field of what the choices before it lead to."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class GroupInput:
    """The inputs of a group: the chain, the parts of a date, or a formula as text."""

    steps: tuple[Step, ...]
    parts: tuple[Choice, ...]
    formula: bool
    text: str


def typed_of(app: App, entity: Entity, text: str) -> dict[str, str]:
    """A group (in ids) as its inputs hold it."""
    try:
        part, path = _taken_apart(parse(text))
    except ProblemsError:
        part, path = "", ()
    part = part or "day"
    typed = {f"group.{at}": one for at, one in enumerate(path)}
    chain = _chain(app, entity, typed)
    if not path or tuple(one.id for one in chain) != path or _text(app, entity, chain, part) != (
        text.strip()
    ):  # fmt: skip
        return {"group.0": FORMULA, "group.text": in_names(app, entity.id, text)}
    return {**typed, "group.part": part}


def _taken_apart(node: Node) -> tuple[str, tuple[str, ...]]:
    """The part of a date that an expression is about ("" for none) and its path."""
    part = ""
    if _calls(node, "start_of_"):
        part, node = node.function.text.removeprefix("start_of_"), node.arguments[0]
    if _calls(node, "date"):
        part, node = part or "day", node.arguments[0]
    return part, tuple(one.text for one in node.names) if isinstance(node, Path) else ()


def _calls(node: Node, name: str) -> TypeGuard[Call]:
    """Whether it is a call of one thing to a function whose name begins so."""
    return (
        isinstance(node, Call) and node.function.text.startswith(name) and len(node.arguments) == 1
    )


def _chain(app: App, entity: Entity, typed: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields that are chosen, as far as they lead from one to the next."""
    found: list[Field] = []
    at: Entity | None = entity
    while at is not None and len(found) < _MOST:
        one = at.by_id.get(typed.get(f"group.{len(found)}", ""))
        if one is None or one not in _choosable(at):
            break
        found.append(one)
        at = target(app, one)
    return tuple(found)


def _choosable(entity: Entity) -> tuple[Field, ...]:
    return tuple(one for one in offered(entity) if one.family not in _NEVER)


def _text(app: App, entity: Entity, chain: tuple[Field, ...], part: str) -> str:
    """The expression in ids; dates are by months where nothing is chosen."""
    path = ".".join(one.id for one in chain)
    kind = _date_kind(app, entity, path)
    if not kind:
        return path
    day = path if kind == "date" else f"date({path})"
    part = part if part in _PARTS else "month"
    return day if part == "day" else f"start_of_{part}({day})"


def _date_kind(app: App, entity: Entity, path: str) -> str:
    found = kind_of(app, entity.id, path) if path else None
    return found.kind if found and found.kind in ("date", "datetime") else ""


def group_of(
    studio: Studio, entity: Entity, typed: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """The expression (in ids) that the inputs say, "" for none, and what is wrong with it."""
    app, locale = studio.app, studio.desk.locale
    if typed.get("group.0") != FORMULA:
        return _text(app, entity, _chain(app, entity, typed), typed.get("group.part", "")), ()
    text = typed.get("group.text", "").strip()
    lines = settings.wrong_expression(app, entity.id, text, locale) if text else []
    return ("" if lines or not text else expression_to_ids(app, entity.id, text)), tuple(lines)


def shown(studio: Studio, entity: Entity, typed: Mapping[str, str]) -> GroupInput:
    """The inputs with what is chosen, and one more choice where the path may go on."""
    app, locale = studio.app, studio.desk.locale
    formula = typed.get("group.0") == FORMULA
    chain = () if formula else _chain(app, entity, typed)
    ends = [(entity, say("cards.choose", locale), say("cards.group", locale))]
    for one in chain:
        other = target(app, one)
        if other is not None and len(ends) < _MOST:
            name = inside(one.text(locale), locale)
            itself = say("cards.group_itself", locale, name=name)
            ends.append((other, itself, say("cards.group_further", locale, name=name)))
    steps = tuple(
        _step(at, each, none, label, chain[at].id if at < len(chain) else "", locale)
        for at, (each, none, label) in enumerate(ends)
    )
    first = steps[0]
    written = Choice(FORMULA, say("cards.group_formula", locale), formula)
    steps = (Step(first.name, first.label, (*first.choices, written)), *steps[1:])
    return GroupInput(steps, _parts(app, entity, chain, typed, locale), formula,
                      typed.get("group.text", ""))  # fmt: skip


def _step(at: int, entity: Entity, none: str, label: str, chosen: str, locale: str) -> Step:
    choices = (Choice(one.id, one.text(locale), one.id == chosen) for one in _choosable(entity))
    return Step(f"group.{at}", label, (Choice("", none, not chosen), *choices))


def _parts(
    app: App, entity: Entity, chain: tuple[Field, ...], typed: Mapping[str, str], locale: str
) -> tuple[Choice, ...]:
    kind = _date_kind(app, entity, ".".join(one.id for one in chain))
    if not kind:
        return ()
    chosen = typed.get("group.part", "")
    chosen = chosen if chosen in _PARTS else "month"
    return tuple(Choice(one, say(f"cards.part.{one}", locale), one == chosen) for one in _PARTS)


def said(app: App, entity: Entity, text: str, formats: Formats) -> str:
    """A group (in ids) in words: `Sales agent · Manager`, `Closed at by month`."""
    try:
        part, path = _taken_apart(parse(text))
    except ProblemsError:
        return text
    label = Speaker(app, entity, formats).words(".".join(path) or text)
    if label is None:
        return in_names(app, entity.id, text)
    return say(f"cards.by.{part}", formats.locale, name=label) if part in _PARTS else label
