"""The workspace with a field of every type has one of each, and stands."""

from fieldstone.metadata.fields import TYPES
from fieldstone.rules import check
from tests.field_types.every import EVERY, FIELDS


def test_every_type_has_its_field() -> None:
    assert list(FIELDS) == list(TYPES)


def test_its_documents_are_right() -> None:
    assert check(EVERY).problems == ()
