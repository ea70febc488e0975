"""Another type for a field: which ones there are, what it does to values, options made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid
from fieldstone.engine.publishing.trying import Offered, distinct_values, try_type
from fieldstone.engine.reading.values import folded
from fieldstone.metadata.documents import Document
from fieldstone.metadata.fields import BECOMING
from fieldstone.metadata.model import Field

from ...desk import Desk
from ...words import say
from . import things, types
from .frame import Studio
from .types import Kind

_COUNT = re.compile(r"[0-9,]{1,9}\+?")

BOUND = frozenset({"default", "min", "max", "max_length", "scale"})
"""Settings that mean something else with another type."""


@dataclass(frozen=True)
class Told:
    """What would become of the values of a field, in words; `wrong` says what is in the way."""

    headline: str
    lines: tuple[str, ...] = ()
    wrong: bool = False


def in_force(studio: Studio, one: Field) -> Field:
    """The field as it is published, else as the draft has it: its values are of this type."""
    assert studio.entity is not None
    there = studio.desk.app.entities.get(studio.entity.id)
    return (there.by_id.get(one.id) if there else None) or one


def kinds(studio: Studio, one: Field) -> tuple[Kind, ...]:
    """The types that a field may have instead of the one that the draft gives it."""
    was = in_force(studio, one).type
    offered = types.offered(studio.app, studio.desk.locale)
    known = {was, *BECOMING.reachable(was, [each.name for each in offered])} - {one.type}
    return tuple(each for each in offered if each.name in known)


def told(studio: Studio, one: Field, document: Document) -> Told:
    """What publishing this document of the entity would do to the values of a field of it."""
    desk, locale = studio.desk, studio.desk.locale
    assert studio.entity is not None
    try:
        draft = drafts.tried(desk.tx, desk.caller, [document])
    except Invalid as error:
        return _wrong([each.text(locale) for each in error.problems], locale)
    if draft.app is None:
        return _wrong([each.text(locale) for each in draft.checked.problems], locale)
    trial = try_type(desk.tx, desk.caller, studio.entity.id, one.id, draft.app)
    if trial is None or not (trial.problem or trial.outcome.filled):
        return Told(say("studio.trial_none", locale))
    if trial.problem:
        return _wrong([trial.problem.text(locale)], locale)
    empty = trial.outcome["failing"].rows
    headline = say(
        f"studio.trial_{trial.outcome.void}",
        locale,
        converts=f"{trial.outcome.filled - empty:,}",
        empty=f"{empty:,}",
    )
    return Told(headline, tuple(trial.outcome.lines(locale)))


def _wrong(lines: Sequence[str], locale: str) -> Told:
    return Told(say("studio.trial_wrong", locale), tuple(lines[:5]), True)


def offered(desk: Desk, entity_id: str, one: Field) -> Offered:
    """The values of a field that could be options, with how often they occur."""
    return distinct_values(desk.tx, desk.caller, entity_id, one.id)


def typed_values(found: Offered, locale: str) -> dict[str, str]:
    """Values as rows of options: each is the label that people read, and stays what it stands for.

    Their counts are said beside them, and how many there are where that is more.
    """
    typed: dict[str, str] = {}
    for at, (text, rows) in enumerate(found.values):
        typed[f"option.{at}.label.{locale}"] = text
        typed[f"option.{at}.value"] = text
        typed[f"option.{at}.count"] = str(rows)
    if found.others:
        typed["different"] = f"{found.different:,}{'+' if found.more else ''}"
    return typed


def different(typed: Mapping[str, str]) -> str:
    """How many different values there are, where that is more than are offered."""
    text = typed.get("different", "")
    return text if _COUNT.fullmatch(text) else ""


def remember(row: things.ThingRow, thing: dict[str, Any]) -> None:
    """Keep the value that an option was made of as a word for it, where its label is another."""
    value = row.values.get("value", "").strip()
    words = (thing["name"], *thing["label"].values(), *thing.get("aliases", ()))
    if value and folded(value) not in {folded(one) for one in words}:
        thing["aliases"] = [*thing.get("aliases", ()), value]


def merged(options: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Options of which those with equal labels are one, with the words of all."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for one in options:
        key = (*sorted(one["label"].items()), bool(one.get("archived"))) if (
            isinstance(one.get("label"), Mapping)
        ) else (one["name"],)  # fmt: skip
        there = found.setdefault(key, dict(one))
        words = dict.fromkeys((*there.get("aliases", ()), *one.get("aliases", ())))
        if words:
            there["aliases"] = list(words)
    return list(found.values())
