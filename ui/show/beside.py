"""From where a record is looked at: the list in the address of its page, carried along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import request

from fieldstone.engine.query.neighbours import MOST_COUNTED, Neighbours
from fieldstone.metadata.model import Entity

from ..desk import Desk
from ..words import say

NAME = "list"
"""The parameter of a record's page that holds the question of the list one came from."""
_PLAIN = "-"
_LONGEST = 4000


def question_of(params: Mapping[str, str | None]) -> str:
    """What the pages of a list's records carry along, of the parameters of the list."""
    return urlencode({name: value for name, value in params.items() if value}) or _PLAIN


def came_from() -> str | None:
    """The question of the list that the present page carries along, if it does."""
    found = request.args.get(NAME, "")
    return found if 0 < len(found) <= _LONGEST else None


def along() -> dict[str, str | None]:
    """What every address of the present record's page carries along."""
    return {NAME: came_from()}


def params_of(question: str) -> dict[str, str]:
    """The parameters of the list that asks a question."""
    return dict(parse_qsl(question)) if question != _PLAIN else {}


@dataclass(frozen=True)
class Turns:
    """The pages of the records before and after one, and its place: `3 / 128`."""

    before: str | None
    after: str | None
    place: str


def turns_of(desk: Desk, entity: Entity, found: Neighbours, question: str) -> Turns:
    """The ways on from a record within the list that one came from."""

    def page(record_id: int | None) -> str | None:
        if record_id is None:
            return None
        return desk.paths.record(entity.name, record_id, **{NAME: question})

    place = "–" if found.place is None else _counted(desk, found.place)
    text = say("record.place", desk.locale, place=place, count=_counted(desk, found.count))
    return Turns(page(found.before), page(found.after), text)


def _counted(desk: Desk, number: int) -> str:
    shown = desk.formats.number(min(number, MOST_COUNTED), 0)
    return f"{shown}+" if number > MOST_COUNTED else shown
