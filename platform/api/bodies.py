"""Bodies: the JSON Schema of what each route accepts, for checking and for OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ..engine.errors import Malformed
from ..metadata.json_text import escape
from ..metadata.messages import render
from ..metadata.problems import Problem
from .parameters import LIST, MOST_ROWS

Schema = dict[str, Any]

MOST_BATCH: Final = 10_000
"""Rows that one batch may hold."""

_LONG: Final = 20_000
_TEXT: Final[Schema] = {"type": "string", "maxLength": _LONG}
_TEXTS: Final[Schema] = {"type": "array", "items": {"type": "string"}, "maxItems": 200}
_LISTED: Final[Schema] = {"type": ["string", "array"], "maxLength": _LONG, "maxItems": 200}
_LISTED["items"] = {"type": "string"}
_VALUES: Final[Schema] = {"type": "object"}
_MOMENT: Final[Schema] = {"type": "string", "maxLength": 40}


def _object(required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    found: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        found["required"] = list(required)
    return found


NOTHING: Final = _object()
VALUES: Final[Schema] = _VALUES
STAGE: Final = _object(("to",), to={"type": "string", "maxLength": 100}, reason=_TEXT)
REVERT: Final = _object(
    as_of=_MOMENT, change={"type": "string", "pattern": "^[0-9]{1,18}$"}, reason=_TEXT
)
_ID: Final[Schema] = {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"}
MERGE: Final = _object(
    ("into",),
    into=_ID,
    version={"type": "integer", "minimum": 1},
    take={
        "type": "object",
        "maxProperties": 400,
        "additionalProperties": {"enum": ["this", "other"]},
    },
    reason=_TEXT,
)
DUPLICATES: Final = _object(("values",), values=_VALUES, id=_ID)
QUERY: Final = _object(
    filter=_TEXT,
    q={"type": "string", "maxLength": 200},
    sort=_LISTED,
    limit={"type": "integer", "minimum": 1, "maximum": MOST_ROWS},
    cursor=_TEXT,
    fields=_LISTED,
    count={"enum": ["exact"]},
    as_of=_MOMENT,
)
AGGREGATE: Final = _object(group=_LISTED, measure=_LISTED, filter=_TEXT)
BATCH: Final = _object(
    create={"type": "array", "items": _VALUES},
    update={
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "id": _ID,
                "version": {"type": "integer", "minimum": 1},
            },
            "required": ["id", "version"],
        },
    },
    delete={
        "type": "array",
        "items": _object(
            ("id", "version"),
            id=_ID,
            version={"type": "integer", "minimum": 1},
        ),
    },
    atomic={"type": "boolean"},
)
_DOCUMENTS: Final[Schema] = {
    "type": "array",
    "items": {"type": "object"},
    "minItems": 1,
    "maxItems": 2_000,
}
_REVISION: Final[Schema] = {"type": "string", "pattern": "^[0-9]{1,18}$"}
PLAN: Final = _object(("documents",), documents=_DOCUMENTS, base=_REVISION)
APPLY: Final = _object(
    ("documents",), documents=_DOCUMENTS, base=_REVISION, reason=_TEXT, accept_loss=_TEXTS
)
DISCARD: Final = _object(documents=_TEXTS)
_CHOICES: Final[Schema] = {
    "type": "object",
    "maxProperties": 2_000,
    "additionalProperties": {"enum": ["ours", "theirs", "both"]},
}
_VERSION: Final[Schema] = {"type": "string", "maxLength": 60}
UPGRADE: Final = _object(to=_VERSION, choices=_CHOICES, reason=_TEXT, accept_loss=_TEXTS)
SETTLE: Final = _object(
    ("place", "side"),
    place={"type": "string", "maxLength": 500},
    side={"enum": ["ours", "theirs"]},
)
RESET: Final = _object(("places",), places=_TEXTS)
RESTORE: Final = _object(reason=_TEXT, accept_loss=_TEXTS)
_THINGS: Final[Schema] = {**_TEXTS, "minItems": 1}
MODULES: Final = _object(off=_TEXTS, on=_TEXTS)
LOOK: Final = _object(("things",), things=_THINGS)
PURGE: Final = _object(("things",), things=_THINGS, reason=_TEXT, accept_loss=_TEXTS)
IMPORT: Final = _object(
    mapping=_VALUES,
    sheet={"type": "string", "maxLength": 100},
    encoding={"type": "string", "maxLength": 40},
    delimiter={"type": "string", "maxLength": 10},
    tell={"type": "boolean"},
    dry_run={"type": "boolean"},
)
SNOOZE: Final = _object(("until",), until={"type": "string", "format": "date-time"})

assert {one.name for one in LIST} == set(QUERY["properties"])


def check(body: Any, schema: Schema) -> None:
    """Malformed lists everything in which a body does not follow its schema."""
    problems = [one for error in _validator(id(schema)).iter_errors(body) for one in _of(error)]
    if problems:
        raise Malformed(problems)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the catalogue inside another sentence."""

    key: str
    params: tuple[tuple[str, Any], ...] = ()

    def text(self, locale: str) -> str:
        return render(self.key, locale, dict(self.params))


_SCHEMAS: Final[Mapping[int, Schema]] = {
    id(one): one
    for one in (
        NOTHING,
        VALUES,
        STAGE,
        REVERT,
        MERGE,
        DUPLICATES,
        QUERY,
        AGGREGATE,
        BATCH,
        PLAN,
        DISCARD,
        UPGRADE,
        SETTLE,
        RESET,
        APPLY,
        RESTORE,
        MODULES,
        LOOK,
        PURGE,
        SNOOZE,
        IMPORT,
    )
}


@lru_cache(maxsize=64)
def _validator(schema_id: int) -> Draft202012Validator:
    return Draft202012Validator(_SCHEMAS[schema_id])


def _of(error: ValidationError) -> Iterator[Problem]:
    pointer = "".join(f"/{escape(str(part))}" for part in error.absolute_path)
    value: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        known: Any = error.schema["properties"] if isinstance(error.schema, dict) else {}
        for key in instance:
            if key not in known:
                allowed = ", ".join(known) or "-"
                yield Problem(
                    "api.body_unknown",
                    {"name": key[:100], "allowed": allowed},
                    pointer=f"{pointer}/{escape(key)}",
                )
    elif error.validator == "required":
        missing = next(one for one in value if one not in instance)
        yield Problem("api.body_missing", {"name": missing}, pointer=f"{pointer}/{missing}")
    elif error.validator == "type":
        kinds = [value] if isinstance(value, str) else value
        wanted = _Word(f"api.type.{'_or_'.join(kinds)}")
        yield Problem("api.body_type", {"wanted": wanted}, pointer=pointer)
    elif error.validator == "enum":
        yield Problem("api.body_one_of", {"allowed": ", ".join(value)}, pointer=pointer)
    elif error.validator == "pattern":
        yield Problem("api.body_pattern", {"pattern": value}, pointer=pointer)
    else:
        yield Problem("api.body_bound", {"limit": value, "bound": _bound(error)}, pointer=pointer)


def _bound(error: ValidationError) -> _Word:
    return _Word(f"api.bound.{error.validator}", (("limit", error.validator_value),))


def texts(value: str | list[str] | None) -> tuple[str, ...]:
    """A list that may be written as a list or as text with commas."""
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())
