"""Where-used and renames on random Apps: what is told is what breaks, a rename changes names alone.

FIELDSTONE_GENERATED_APPS says how many Apps are made; `make fuzz` asks for more.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from fieldstone import rules
from fieldstone.metadata import to_names
from fieldstone.metadata.model import App
from fieldstone.metadata.refer import Target
from fieldstone.metadata.uses import uses
from fieldstone.rules import evaluate
from tests.apps.test_where_used import (
    NAMED,
    broken,
    compiled,
    documents_of,
    dropped,
    inverses_of,
    means_the_same,
    moved,
    named,
    places_of,
    renamed,
    rewritten,
    things,
    used_at,
    within,
)
from tests.rules.declared import APP
from tests.rules.generate.apps import app_of_seed
from tests.rules.generate.companies import Company
from tests.rules.world import CONTEXT

APPS = int(os.environ.get("FIELDSTONE_GENERATED_APPS", "20"))
ASKED, RENAMED = 4, 3
"""Used things of an App that are dropped, and sorts of things that are renamed."""
SORTS = ("field", "option", "stage", "tag", "band", "inverse", *NAMED)
_KEPT = frozenset({"id", "inverse_id", "aliases"})
_SPACES = re.compile(r"\s+")

made = cache(app_of_seed)


def asked(app: App, seed: int) -> list[Target]:
    """Some of the things, more of those that are used."""
    found = list(things(app))
    used = [one for one in found if uses(app, one)]
    chance = random.Random(seed)
    chosen = [*chance.sample(used, min(ASKED, len(used))), *chance.sample(found, 1)]
    return list(dict.fromkeys(chosen))


@pytest.mark.parametrize("seed", range(APPS))
def test_where_used_is_what_breaks_when_a_thing_goes(seed: int) -> None:
    app = made(seed)
    for target in asked(app, seed):
        # What is put into a field goes with it, whatever it reads.
        others = [one for one in places_of(app) if (one.field or ()) != (target.owner, target.id)]
        told = used_at(uses(app, target)) & {(one.document.key, one.pointer) for one in others}
        alone, through = broken(app, target)
        assert alone <= told <= alone | through, target


@pytest.mark.parametrize("seed", range(APPS))
def test_what_is_used_is_not_dropped_and_all_users_are_told(seed: int) -> None:
    app = made(seed)
    for target in asked(app, seed):
        found = [one for one in uses(app, target) if not within(app, one, target)]
        told = {(one.path, moved(app, one, target)) for one in found}
        checked = rules.check(dropped(app, target), app)
        refused = {(one.document, one.pointer) for one in checked.problems}
        assert told <= refused, target


@pytest.mark.parametrize("seed", range(APPS))
def test_a_rename_changes_every_use_and_nothing_else(seed: int) -> None:
    app = made(seed)
    for sort in random.Random(seed).sample(SORTS, RENAMED):
        every = [*(one for one in things(app) if one.sort == sort), *documents_of(app, sort)]
        if sort == "inverse":
            every = inverses_of(app)
        for those in (every[:1], every):
            if those:
                is_renamed(app, those, sort)


def is_renamed(app: App, those: list[Target], sort: str) -> None:
    """Renaming things rewrites their uses, with all else as it was written."""
    after = rules.check(renamed(app, those, sort), app).app
    assert after is not None, those
    assert means_the_same(app, after), those
    touched = {place for one in those for place in used_at(uses(app, one))}
    assert rewritten(app, after) <= touched, those
    assert written(after).replace("_anew", "") == written(app), those
    for one, other in zip(places_of(app), places_of(after), strict=True):
        if one.kind == "expression":
            before, now = named(app, one), named(after, other)
            assert _SPACES.findall(now) == _SPACES.findall(before)
            assert now.replace("_anew", "") == before


def written(app: App) -> str:
    """All documents in names, without the former names of things."""
    return json.dumps([plain(dict(one.data)) for one in to_names(app.documents)], default=str)


def plain(value: Any) -> Any:
    """A JSON value without ids and aliases, which keep what a thing was called."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key not in _KEPT}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("seed", range(APPS))
def test_a_renamed_app_comes_to_the_same(seed: int) -> None:
    app = made(seed)
    every = [one for one in things(app) if one.sort != "field" or one.owner in ("account", "deal")]
    after = rules.check(renamed(app, every, ""), app).app
    assert after is not None
    world = Company(random.Random(seed)).world()
    for entity_id, one, other in pairs(app, after):
        for record_id in (1, 2, 3):
            record = world.record(entity_id, record_id)
            if record is not None:
                assert evaluate(one, record, CONTEXT) == evaluate(other, record, CONTEXT), one.text


def pairs(before: App, after: App) -> Iterator[tuple[str, rules.Expression, rules.Expression]]:
    """The expressions over the company's own entities, as they were and as they are."""
    for one, other in zip(places_of(before), places_of(after), strict=True):
        if one.kind != "expression" or one.parent:
            continue
        found = compiled(before, one)
        if all(_has(*read) for read in (*found.uses, *found.relations)):
            yield one.entity, found, compiled(after, other)


def _has(entity_id: str, field_id: str) -> bool:
    """Whether the company's records have a field."""
    return entity_id in APP.entities and field_id in APP.entity(entity_id).by_id
