"""A declaration that anybody may have changed is refused, or makes a sample; it never fails."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.engine import samples
from fieldstone.engine.errors import Refused
from fieldstone.engine.samples.grammar import DRAWS
from fieldstone.engine.templates import shipped
from fieldstone.metadata.json_text import read_json

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CRM = shipped("crm_small").package
FILES = {name: json.loads(text) for name, text in CRM.sample_files.items()}
MOST = 2_000

leaves = (
    st.none() | st.booleans() | st.integers(-3, 10**12) | st.floats(-2, 2, allow_nan=False)
    | st.sampled_from(("now", "-30d", "-99999999d", "{name}{name}", "{#city}", "parent", "seller",
                       "index", "customer", "deal", "*", "", "words.json", "../app.json"))
)  # fmt: skip
draws = st.sampled_from((*DRAWS, "unique", "cases", "then", "else", "of", "by", "to", "as", "zz"))
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(draws, inner, max_size=2),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    found = [(value, key) for key in keys]
    for key in keys:
        found += places(value[key])
    return found


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 10**6), anything), min_size=1, max_size=3))
def test_a_changed_declaration(changes: list[tuple[int, Any]]) -> None:
    files = copy.deepcopy(FILES)
    for number, value in changes:
        known = places(files)
        container, key = known[number % len(known)]
        container[key] = value
    texts = {name: json.dumps(value) for name, value in files.items()}
    read = {name: read_json(text.encode())[0] for name, text in texts.items()}
    if samples.check(read, CRM.app):
        return
    try:
        sample = samples.make(samples.read(texts), NOW, ZONE, most=MOST)
    except Refused:
        return
    assert sample.size <= MOST
