"""Merging: what holds for a thousand pairs of random changes of the CRM.

What a merge must be is said here once more in another way: every document is laid flat into values
by place, and each place by itself must have the value of who changed it.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from fieldstone.metadata import Document, to_ids, to_names
from fieldstone.metadata.documents import content_hash
from fieldstone.metadata.merge import ORDER, Difference, Merged, merge
from fieldstone.metadata.schema import bare, branch, property_node, schema_of
from fieldstone.rules import check
from tests.metadata.random_edits import edited_by_chance
from tests.metadata.samples import template_documents

PAIRS = 1_000
CHUNKS = 10
BASE = to_ids(template_documents("crm_template")).documents
KEYS = [one.key for one in BASE]
APP = check(BASE).app

Flat = Mapping[tuple[str, ...], Any]
Sides = tuple[tuple[Document, ...], tuple[Document, ...]]


def pair(seed: int) -> Sides:
    """What two people made of the CRM, mostly in the same few documents."""
    chance = random.Random(seed)
    near = chance.sample(KEYS, 3)
    ours = edited_by_chance(BASE, chance, near, chance.randrange(2, 12))
    return ours, edited_by_chance(BASE, chance, near, chance.randrange(2, 12))


KNOWN = {one.key: one for one in BASE}
HASHES = {one.key: content_hash(one.data) for one in BASE}


def flat(documents: Iterable[Document], whole: Collection[str]) -> Flat:
    """Every value of some documents by its place; of the others whether they are as they were.

    Things and members of sets stand there as themselves, and the order of things as a list.
    """
    found: dict[tuple[str, ...], Any] = {}
    for one in documents:
        if one.key not in whole:
            found[(one.key,)] = one is KNOWN.get(one.key)
            continue
        found[(one.key,)] = "there"
        _lay(found, (one.key,), bare(one.data), schema_of(one.kind))
    return found


def laid(*sides: Iterable[Document]) -> list[Flat]:
    """All sides flat: the documents that differ anywhere, value by value."""
    listed = [tuple(one) for one in sides]
    differing = {one.key for side in listed for one in side if one is not KNOWN.get(one.key)}
    return [flat(one, differing) for one in listed]


def _lay(found: dict[tuple[str, ...], Any], path: tuple[str, ...], value: Any, node: Any) -> None:
    texts = "anyOf" in node and any("additionalProperties" in one for one in node["anyOf"])
    node = branch(node, value)
    kind = node.get("x-merge")
    if isinstance(value, dict) and ("properties" in node or "additionalProperties" in node):
        for key, one in value.items():
            _lay(found, (*path, key), one, property_node(node, key) or {})
    elif isinstance(value, list) and kind in ("set", "ordered"):
        found.update({(*path, str(one)): "in" for one in value})
    elif isinstance(value, list) and kind == "id":
        for one in value:
            _thing(found, path, one, node)
        found[(*path, ORDER)] = [one.get(node.get("x-key", "id")) for one in value]
    elif isinstance(value, str) and texts:
        found[(*path, "en")] = value
    else:
        found[path] = value


def _thing(found: dict[tuple[str, ...], Any], path: tuple[str, ...], one: Any, node: Any) -> None:
    key = one[node["x-key"]] if "x-key" in node else one["id"]
    place = (*path, key)
    if "x-moves" in node:
        place = (*path[:-2], "fields", key)
        found[(*place, "#home")] = path[-2]
    found[place] = "there"
    _lay(found, place, one, {k: v for k, v in node["items"].items() if k != "x-merge"})


def asked(merged: Merged) -> list[tuple[str, ...]]:
    return [(one.document, *one.path) for one in merged.conflicts]


def below(place: tuple[str, ...], conflicts: Iterable[tuple[str, ...]]) -> bool:
    return any(place[: len(one)] == one for one in conflicts)


def lost(sides: Sides, merged: Merged) -> list[Any]:
    """Places that have not the value of who changed them, and are not asked about."""
    base, ours, theirs, found = laid(BASE, *sides, merged.documents)
    conflicts = asked(merged)
    joined = {(one.document, *one.path) for one in merged.differences if one.fate == "merged"}
    wrong = []
    for place in {**base, **ours, **theirs, **found}:
        values = [one.get(place, "(gone)") for one in (base, ours, theirs, found)]
        was, mine, other, now = values
        elsewhere = place[-1] == ORDER or (place[-1] == "#home" and now not in (mine, other))
        if below(place, conflicts) or place in joined or elsewhere:
            continue
        wanted = other if mine == was else mine
        if now != wanted or (mine != was and other not in (was, mine)):
            wrong.append((place, *values))
    return wrong


def misordered(sides: Sides, merged: Merged) -> list[Any]:
    """Lists whose order one side alone changed, and that have not its order."""
    base, ours, theirs, found = laid(BASE, *sides, merged.documents)
    conflicts = asked(merged)
    wrong = []
    for place in base:
        everywhere = all(place in one for one in (ours, theirs, found))
        if place[-1] != ORDER or not everywhere or below(place, conflicts):
            continue
        there = [one[place] for one in (base, ours, theirs, found)]
        common = [one for one in there[0] if all(one in each for each in there)]
        was, mine, other, now = ([one for one in each if one in common] for each in there)
        if (mine == was and now != other) or (other == was and now != mine):
            wrong.append((place, was, mine, other, now))
    return wrong


def reasonless(sides: Sides, merged: Merged) -> list[Difference]:
    """Conflicts of which not both sides changed something."""
    base, ours, theirs = laid(BASE, *sides)
    found = []
    for one in merged.conflicts:
        if one.path[-1:] == (ORDER,):
            continue
        whole = one.path[:-1] if one.path[-1:] == ("archived",) else one.path
        places = [
            place for place in {**base, **ours, **theirs} if below(place, [(one.document, *whole)])
        ]
        mine = [place for place in places if ours.get(place) != base.get(place)]
        others = [place for place in places if theirs.get(place) != base.get(place)]
        if not mine or not others or all(ours.get(one) == theirs.get(one) for one in places):
            found.append(one)
    return found


def hashes(documents: Iterable[Document]) -> dict[str, str]:
    return {
        one.key: HASHES[one.key] if one is KNOWN.get(one.key) else content_hash(one.data)
        for one in documents
    }


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_edit_is_lost_and_only_what_both_changed_is_asked(chunk: int) -> None:
    for seed in range(chunk, PAIRS, CHUNKS):
        sides = pair(seed)
        merged = merge(BASE, *sides)
        assert (seed, lost(sides, merged)) == (seed, [])
        assert (seed, misordered(sides, merged)) == (seed, [])
        assert (seed, reasonless(sides, merged)) == (seed, [])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_merge_is_the_same_from_both_sides(chunk: int) -> None:
    for seed in range(chunk, PAIRS, CHUNKS):
        ours, theirs = pair(seed)
        merged, other = merge(BASE, ours, theirs), merge(BASE, theirs, ours)
        assert (seed, sorted(asked(merged))) == (seed, sorted(asked(other)))
        besides = [
            *asked(merged),
            *((one.document, *one.path) for one in merged.differences if one.fate == "merged"),
        ]
        found, turned = laid(merged.documents, other.documents)
        places = [
            one for one in {**found, **turned} if not below(one, besides) and one[-1] != ORDER
        ]
        assert (seed, [one for one in places if found.get(one) != turned.get(one)]) == (seed, [])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_who_is_alone_gets_what_they_made(chunk: int) -> None:
    for seed in range(chunk, PAIRS, CHUNKS):
        ours, _ = pair(seed)
        for merged in (merge(BASE, ours, BASE), merge(BASE, BASE, ours), merge(BASE, ours, ours)):
            assert (seed, merged.conflicts) == (seed, ())
            assert (seed, hashes(merged.documents)) == (seed, hashes(ours))


@pytest.mark.parametrize("seed", range(0, PAIRS, 50))
def test_a_merge_is_an_application_or_says_why_not(seed: int) -> None:
    checked = check(merge(BASE, *pair(seed)).documents)
    assert (checked.app is None) == bool(checked.problems)
    assert all(one.document and one.text("zh-CN") for one in checked.problems)


@pytest.mark.parametrize("seed", range(0, PAIRS, 25))
def test_what_a_check_made_is_the_same_when_it_is_checked_again(seed: int) -> None:
    """So a plan that is published need not be checked once more."""
    ours, _ = pair(seed)
    for given in (ours, to_names(ours)):
        once = check(given, APP)
        if once.app is not None:
            assert check(once.documents, APP) == replace(once, notes=())


def test_the_pairs_meet_each_other() -> None:
    merged = [merge(BASE, *pair(seed)) for seed in range(0, PAIRS, 10)]
    assert sum(bool(one.conflicts) for one in merged) > 25
    assert sum(bool(one.differences) and not one.conflicts for one in merged) > 25
