"""A workspace that has a field of every type, for whoever has to look at all of them.

A new type gets its field in `FIELDS`; `test_every_type_has_its_field` fails until it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldstone.metadata.documents import Document, document_of

Data = Mapping[str, Any]

FIELDS: Mapping[str, Data] = {
    "text": {"name": "name", "required": True, "search": True},
    "long_text": {"name": "notes", "search": True, "max_length": 100_000},
    "integer": {"name": "pieces", "min": -1000, "max": 1_000_000},
    "decimal": {"name": "weight", "scale": 3},
    "money": {"name": "price"},
    "percent": {"name": "discount"},
    "rating": {"name": "stars"},
    "boolean": {"name": "fragile"},
    "date": {"name": "made_on"},
    "datetime": {"name": "seen_at"},
    "choice": {"name": "colour", "options": [{"name": "red"}, {"name": "blue"}]},
    "reference": {"name": "place", "to": "place", "inverse": "things"},
    "owner": {"name": "owner"},
    "member": {"name": "maker"},
    "email": {"name": "mail", "unique": True},
    "phone": {"name": "phone"},
    "url": {"name": "page"},
    "stage": {"name": "state"},
    "tags": {"name": "topics", "dimension": "topic"},
    "tier": {"name": "standing", "scheme": "ranks"},
    "formula": {"name": "double", "formula": "price * 2"},
    "lookup": {"name": "place_name", "formula": "place.name", "stored": True},
    "rollup": {"name": "parts_count", "formula": "count(parts)", "stored": True},
    "auto_number": {"name": "number", "pattern": "T{0000}"},
}
"""The field of each type in the entity `thing`, without its type."""

_WRITE: Data = {"read": True, "create": True, "update": True, "delete": True}
_THING: Data = {
    "kind": "entity",
    "name": "thing",
    "title": "name",
    "fields": [{"type": kind, **field} for kind, field in FIELDS.items()],
    "pipeline": {
        "field": "state",
        "stages": [
            {"name": "begun"},
            {"name": "done", "closed": "won"},
            {"name": "broken", "closed": "lost"},
        ],
    },
}
EVERY: tuple[Document, ...] = tuple(
    document_of(one)
    for one in (
        {
            "kind": "app",
            "name": "every",
            "version": "1.0.0",
            "time_zone": "Asia/Shanghai",
            "default_locale": "en",
        },
        _THING,
        {
            "kind": "entity",
            "name": "place",
            "title": "name",
            "fields": [{"name": "name", "type": "text", "required": True}],
        },
        {
            "kind": "entity",
            "name": "part",
            "title": "name",
            "fields": [
                {"name": "name", "type": "text", "required": True},
                {"name": "thing", "type": "reference", "to": "thing", "inverse": "parts"},
            ],
        },
        {
            "kind": "tag_dimension",
            "name": "topic",
            "tags": [{"name": "new"}, {"name": "rare"}, {"name": "odd"}],
        },
        {
            "kind": "tier_scheme",
            "name": "ranks",
            "entity": "thing",
            "field": "standing",
            "measure": "price",
            "bands": [{"name": "A", "share": 0.2}, {"name": "B", "rest": True}],
        },
        {
            "kind": "role",
            "name": "admin",
            "everything_else": _WRITE,
            "metadata": True,
            "members": True,
            "imports": True,
        },
    )
)
"""The documents of the workspace: things in places, made of parts."""
