"""Parts that many operations share: problem documents, headers, parameters."""

from __future__ import annotations

from typing import Any, Final

from ...metadata.messages import render
from .. import keys
from ..parameters import Parameter
from .fields import ID, Schema

PROBLEM: Final[Schema] = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "position": {"type": "integer", "minimum": 1},
                    "corrected": {"type": "string"},
                },
                "required": ["path", "code", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "errors"],
}
SECURITY: Final[Schema] = {"bearer": {"type": "http", "scheme": "bearer"}}
IF_MATCH: Final[Schema] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
}
PREFER: Final[Schema] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "examples": ["respond-async"]},
}
ETAG: Final[Schema] = {"ETag": {"schema": {"type": "string"}}}
_RETRY_AFTER: Final[Schema] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
LOCATION: Final[Schema] = {"Location": {"schema": {"type": "string"}}}
_RECORD_ID: Final[Schema] = {"name": "id", "in": "path", "required": True, "schema": ID}


def problem(locale: str, status: int) -> dict[str, Any]:
    """The answer of a refusal; some say when to try again."""
    return {
        "description": render(f"api.title.{status}", locale),
        **({"headers": _RETRY_AFTER} if status in (429, 503) else {}),
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}
        },
    }


def form(options: Schema) -> Schema:
    """The body that sends a file: the file itself, and its options as JSON."""
    return {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "options": options,
                    },
                    "required": ["file"],
                },
                "encoding": {"options": {"contentType": "application/json"}},
            }
        },
    }


def key(locale: str) -> Schema:
    """The header with the key of a write that is to be done once."""
    return {
        "name": keys.HEADER,
        "in": "header",
        "required": False,
        "description": render("openapi.key", locale),
        "schema": {
            "type": "string",
            "maxLength": keys.LONGEST,
            "pattern": f"^({keys.PATTERN})$",
        },
    }


def path_parameter(name: str) -> Schema:
    """A part of the address."""
    if name == "id":
        return dict(_RECORD_ID)
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_]+$"},
    }


def query_parameter(one: Parameter, locale: str) -> Schema:
    """A parameter of the query."""
    value: Schema = {"type": "string"}
    if one.whole:
        value = {"type": "integer", "minimum": one.whole[0], "maximum": one.whole[1]}
    elif one.one_of:
        value = {"enum": list(one.one_of)}
    elif one.repeated:
        value = {"type": "array", "items": {"type": "string", "minLength": 1}}
    return {
        "name": one.name,
        "in": "query",
        "required": False,
        "description": render(one.description, locale),
        "schema": value,
    }
