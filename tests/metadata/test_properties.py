"""Properties of every app: order of keys, names to ids and back, no check that breaks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.metadata import Document, canonical, check, document_of, to_ids, to_names
from fieldstone.metadata.documents import content_hash
from fieldstone.metadata.json_text import canonical_text, read_json, write_json
from tests.metadata.samples import app_of, sample_documents

SAMPLE = sample_documents()
BASE = app_of(SAMPLE)
SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000),
    st.text(max_size=8),
    st.sampled_from(["name", "customer", "deal", "A", "won", "stage", "text", "me()", "{{ x }}"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "name", "expr", "type", "field"]), inner, max_size=3
        ),
    ),
    max_leaves=6,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document, the whole left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        yield (*at, key)
        if isinstance(item, (dict, list)):
            yield from paths(item, (*at, key))


PLACES = [
    (n, path) for n, one in enumerate(SAMPLE) for path in paths(one.data) if path != ("kind",)
]


def shuffled(value: Any, draw: Any) -> Any:
    """The same value with the keys of its objects in another order."""
    if isinstance(value, dict):
        keys = draw(st.permutations(sorted(value)))
        return {key: shuffled(value[key], draw) for key in keys}
    return [shuffled(one, draw) for one in value] if isinstance(value, list) else value


@SLOW
@given(st.data())
def test_the_order_of_keys_and_documents_means_nothing(data: st.DataObject) -> None:
    documents = tuple(
        document_of(shuffled(dict(one.data), data.draw), path=one.path) for one in SAMPLE
    )
    for one, other in zip(SAMPLE, documents, strict=True):
        assert canonical(other.data) == canonical(one.data)
        assert content_hash(other.data) == content_hash(one.data)
    assert app_of(data.draw(st.permutations(documents))).hash == BASE.hash


def test_names_to_ids_and_back_is_the_same() -> None:
    back = to_names(to_ids(SAMPLE).documents)
    assert {one.path: one.data for one in back} == {one.path: one.data for one in SAMPLE}


def test_ids_to_ids_is_the_same() -> None:
    once = to_ids(SAMPLE)
    again = to_ids(once.documents)
    assert again.problems == ()
    assert again.documents == once.documents


def test_what_did_not_change_is_the_document_of_the_base() -> None:
    """So what is known of it, its hash among all, need not be found out again."""
    names = to_names(BASE.documents)
    changed = document_of({**names[0].data, "label": "Another"}, path=names[0].path)
    found = check((changed, *names[1:]), BASE).documents
    assert {one.key for one in found if one not in BASE.documents} == {found[0].key}
    held = {id(one) for one in BASE.documents}
    assert [one.key for one in found if id(one) not in held] == [found[0].key]


def with_change(documents: tuple[Document, ...], place: Any, value: Any) -> tuple[Document, ...]:
    """The documents with one value put anywhere."""
    number, path = place
    found = list(documents)
    data = copy.deepcopy(dict(found[number].data))
    inner: Any = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    found[number] = document_of(data, path=found[number].path)
    return tuple(found)


@settings(SLOW, max_examples=150)
@given(st.sampled_from(PLACES), values)
def test_no_value_anywhere_breaks_the_check(place: Any, value: Any) -> None:
    documents = with_change(SAMPLE, place, value)
    for base in (None, BASE):
        checked = check(documents, base)
        assert (checked.app is None) == bool(checked.problems)
        for problem in checked.problems:
            assert problem.line("zh-CN")
        if checked.app is not None:
            back = to_names(checked.documents)
            assert check(back, checked.app).app == checked.app


@SLOW
@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    text = write_json({"value": value})
    read, problems = read_json(text.encode("utf-8", "surrogatepass"))
    if problems == ():
        assert canonical_text(read) == canonical_text({"value": value})
