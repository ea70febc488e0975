"""Replacing: what is said to replace something archived is of its list, and does not go round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import App, Option
from ..naming import nearest
from ..problems import Problem
from .context import Checking, Data

Lists = Iterator[tuple[str, str, list[Data]]]


def check_replaced(checking: Checking) -> Iterator[Problem]:
    """Every list of options, stages, tags and tiers, also within what is archived."""
    for document in checking.documents:
        for pointer, key, things in _lists(document.kind, document.data):
            before = _before(checking.base, document.key, key)
            for found in _problems(things, before):
                yield found.at(document.path, pointer)


def _lists(kind: str, data: Data) -> Lists:
    """The lists of a document, each with its place and what it is the list of."""
    match kind:
        case "entity":
            for index, field in enumerate(data["fields"]):
                if "options" in field:
                    yield f"/fields/{index}/options", field["id"], field["options"]
            if "pipeline" in data:
                yield "/pipeline/stages", data["pipeline"]["field"], data["pipeline"]["stages"]
        case "tag_dimension":
            yield "/tags", "", data["tags"]
        case "tier_scheme":
            yield "/bands", "", data["bands"]


def _before(base: App | None, document: str, key: str) -> Mapping[str, Option] | None:
    """The things of a list as they were, None where nothing is known of before."""
    if base is None:
        return None
    kind, _, identity = document.partition("/")
    options: tuple[Option, ...] = ()
    if kind == "entity" and identity in base.entities:
        field = base.entity(identity).by_id.get(key)
        options = field.options if field else ()
    elif kind == "tag_dimension" and identity in base.dimensions:
        options = base.dimensions[identity].tags
    elif kind == "tier_scheme" and identity in base.schemes:
        options = base.schemes[identity].bands
    return {one.id: one for one in options}


def _problems(things: list[Data], before: Mapping[str, Option] | None) -> Iterator[Problem]:
    by_id = {one["id"]: one for one in things}
    for index, one in enumerate(things):
        text = one.get("replaced_by")
        if text is None:
            continue
        place = f"/{index}/replaced_by"
        if one.get("archived") is not True:
            yield Problem("replaced.not_archived", {"name": one["name"]}, None, place)
        elif text not in by_id:
            yield _unknown(str(text), things, place)
        elif one["id"] in (chain := _chain(by_id, text)):
            names = " → ".join(by_id[each]["name"] for each in (one["id"], *chain))
            yield Problem("replaced.circle", {"name": one["name"], "chain": names}, None, place)
        elif _newly(one, before) and by_id[chain[-1]].get("archived") is True:
            params = {"name": one["name"], "other": by_id[chain[-1]]["name"]}
            yield Problem("replaced.archived", params, None, place)


def _newly(one: Data, before: Mapping[str, Option] | None) -> bool:
    """Whether records are yet to be rewritten: what took a thing's place may go in its turn."""
    if before is None:
        return False
    was = before.get(one["id"])
    return was is None or was.replaced_by != one["replaced_by"]


def _chain(by_id: Mapping[str, Data], text: str) -> list[str]:
    """What replaces a thing, what replaces that, and so on, until it ends or goes round."""
    chain: list[str] = []
    following: Any = text
    while following in by_id and following not in chain:
        chain.append(following)
        following = by_id[following].get("replaced_by")
    return chain


def _unknown(text: str, things: list[Data], place: str) -> Problem:
    known = [one["name"] for one in things if one.get("archived") is not True]
    near = nearest(text, known)
    if near:
        return Problem("replaced.unknown_near", {"name": text, "nearest": near}, None, place)
    return Problem("replaced.unknown", {"name": text, "known": ", ".join(known[:20])}, None, place)
