"""Letters without regard to case, as Python folds them and as PostgreSQL is told to."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from fieldstone.rules import letters

NAMES = ("fold", "lower", "upper")


@pytest.mark.parametrize(
    ("text", "folded", "lower", "upper"),
    [
        ("Straße", "straße", "straße", "STRAßE"),
        ("ẞ", "ß", "ß", "ẞ"),
        ("ΣΑΣ", "σασ", "σασ", "ΣΑΣ"),
        ("σας", "σασ", "σας", "ΣΑΣ"),
        ("Ärger", "ärger", "ärger", "ÄRGER"),
        ("客户 A", "客户 a", "客户 a", "客户 A"),
        ("plain TEXT", "plain text", "plain text", "PLAIN TEXT"),
    ],
)
def test_every_letter_is_changed_alone(text: str, folded: str, lower: str, upper: str) -> None:
    changed = {"fold": folded, "lower": lower, "upper": upper}
    assert {name: letters.change(name, text) for name in NAMES} == changed
    assert letters.fold(text) == folded


@pytest.mark.parametrize("name", NAMES)
def test_blocks_hold_every_letter_outside_ascii_once(name: str) -> None:
    found = letters.blocks(name)
    pairs = [pair for one in found for pair in zip(one.before, one.after, strict=True)]
    table = letters.table(name)
    assert pairs == [(chr(a), chr(b)) for a, b in sorted(table.items()) if a > 127]
    assert max(len(one.before) for one in found) == 200


@pytest.mark.parametrize("name", NAMES)
def test_a_block_is_found_by_its_spans_and_by_no_others(name: str) -> None:
    found = letters.blocks(name)
    for one in found:
        assert re.fullmatch(f"[{one.spans}]+", one.before)
        ends = re.findall("(.)-(.)", one.spans)
        assert all(first <= last for first, last in ends)
        assert all(ord(b[0]) - ord(a[1]) > 64 for a, b in pairwise(ends))
        others = "".join(other.before for other in found if other is not one)
        assert not re.search(f"[{one.spans}]", others)


@pytest.mark.parametrize("name", NAMES)
def test_runs_tell_the_block_of_letters_that_follow_each_other(name: str) -> None:
    pattern, found = re.compile(letters.runs(name)), letters.blocks(name)
    assert pattern.groups == len(found) + 1
    for number, one in enumerate(found, 1):
        text = one.before[:2]
        met = pattern.fullmatch(text)
        assert met is not None and met.lastindex == number
        assert re.fullmatch(letters.ranges(name), text[0])
    others = pattern.match(f"客户x{found[0].before}")
    assert others is not None and (others[0], others.lastindex) == ("客户x", len(found) + 1)
