"""The OpenAPI document: the routes, spelled out for each entity that the caller may read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from ...engine import access
from ...engine.access import Caller, Verb
from ...metadata.messages import render
from ...metadata.model import App, Entity
from .. import bodies, rates
from ..route import Route
from . import parts, records
from .fields import Schema

_VERBS: Final[Mapping[str, Verb]] = {
    "records.create": "create",
    "records.update": "update",
    "records.move": "update",
    "records.revert": "update",
    "records.delete": "delete",
    "records.restore": "delete",
    "merges.merge": "delete",
    "imports.create": "create",
    "imports.of_entity": "create",
}
_NEEDS_VERSION: Final = frozenset(
    {
        "records.update",
        "records.delete",
        "records.restore",
        "records.move",
        "records.revert",
        "merges.merge",
    }
)
_ANSWERS: Final[Mapping[str, tuple[int, str]]] = {
    "records.create": (201, "{entity}"),
    "records.get": (200, "{entity}"),
    "records.update": (200, "{entity}"),
    "records.restore": (200, "{entity}"),
    "records.move": (200, "{entity}"),
    "records.revert": (200, "{entity}.reverted"),
    "records.delete": (204, ""),
    "imports.create": (202, ""),
    "lists.listed": (200, "{entity}.page"),
    "lists.query": (200, "{entity}.page"),
}
_OR_ELSE: Final[Mapping[str, str]] = {"records.get": "{entity}.then"}
"""What a route may answer with instead, depending on what it was asked."""
_MAY_TAKE_LONG: Final = frozenset({"drafts.publish"})
_DUPLICATES: Final = frozenset({"duplicates.of_record", "duplicates.typed"})
_IMPORTS: Final = frozenset({"imports.create", "imports.of_entity"})
_KINDS: Final[Mapping[str, str]] = {"imports.errors": "text/csv"}
_SYSTEM_ROUTES: Final = frozenset(
    {"records.get", "lists.listed", "lists.query", "lists.counted", "lists.aggregate"}
)
_WRITES: Final = (400, 403, 409, 413, 415, 422)


@lru_cache(maxsize=128)
def openapi_of(app: App, caller: Caller, slug: str, routes: tuple[Route, ...]) -> dict[str, Any]:
    """The description of a workspace's API for one caller, in their language.

    It depends on the app and the caller alone, so it is made once for both.
    """
    entities = [
        one
        for one in app.entities.values()
        if not one.archived and access.may(app, caller, one.id, "read")
    ]
    schemas: dict[str, Schema] = {"problem": parts.PROBLEM}
    for entity in entities:
        schemas.update(records.schemas(app, caller, entity))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        if route.right != "open" and _holds(app, caller, route):
            for path, operation in _operations(app, caller, route, entities):
                paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": app.manifest.text(caller.locale),
            "version": app.manifest.version,
            "description": render("openapi.description", caller.locale),
        },
        "servers": [{"url": f"/api/v1/{slug}"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": parts.SECURITY},
    }


def _holds(app: App, caller: Caller, route: Route) -> bool:
    if route.right == "member" or caller.system:
        return True
    return any(getattr(app.roles[one], route.right) for one in caller.roles)


def _operations(
    app: App, caller: Caller, route: Route, entities: Iterable[Entity]
) -> Iterator[tuple[str, dict[str, Any]]]:
    if "{entity}" not in route.path:
        yield route.path, _operation(route, caller, None)
        return
    for entity in entities:
        verb = _VERBS.get(route.name, "read")
        wanted = access.may(app, caller, entity.id, verb)
        if route.name == "batches.run":
            wanted = any(
                access.may(app, caller, entity.id, one) for one in ("create", "update", "delete")
            )
        if route.name == "merges.merge":
            wanted = wanted and access.may(app, caller, entity.id, "update")
        if route.name in _IMPORTS and not _imports(app, caller):
            wanted = False
        if entity.system and route.name not in _SYSTEM_ROUTES:
            wanted = False
        if route.name in _DUPLICATES and not entity.duplicates:
            wanted = False
        if route.name == "records.move" and entity.pipeline is None:
            wanted = False
        if wanted:
            path = route.path.replace("{entity}", entity.name)
            yield path, _operation(route, caller, entity)


def _imports(app: App, caller: Caller) -> bool:
    return caller.system or any(app.roles[one].imports for one in caller.roles)


def _operation(route: Route, caller: Caller, entity: Entity | None) -> dict[str, Any]:
    locale = caller.locale
    named = (
        {"entity": entity.text(locale), "entities": entity.plural_text(locale)} if entity else {}
    )
    parameters = [
        parts.path_parameter(name)
        for name in re.findall(r"{(\w+)}", route.path)
        if name != "entity"
    ]
    parameters += [parts.query_parameter(one, locale) for one in route.parameters]
    if route.name in _NEEDS_VERSION:
        parameters.append(parts.IF_MATCH)
    if route.name in _MAY_TAKE_LONG:
        parameters.append(parts.PREFER)
    if route.keeps:
        parameters.append(parts.key(locale))
    operation: dict[str, Any] = {
        "operationId": f"{route.name}.{entity.name}" if entity else route.name,
        "summary": render(f"openapi.{route.name}", locale, named),
        "tags": [entity.name if entity else route.name.partition(".")[0]],
        "responses": _answers(route, entity, locale),
    }
    if rates.cost_of(route) > 1:
        operation["x-cost"] = rates.cost_of(route)
    if parameters:
        operation["parameters"] = parameters
    if route.upload is not None:
        operation["requestBody"] = parts.form(route.upload.options)
    body = _body(route, entity)
    if body is not None:
        operation["requestBody"] = {
            "required": "$ref" in body or bool(body.get("required")),
            "content": {"application/json": {"schema": body}},
        }
    return operation


def _body(route: Route, entity: Entity | None) -> Schema | None:
    if route.body is None:
        return None
    if route.body is bodies.VALUES and entity is not None:
        kind = "new" if route.name == "records.create" else "change"
        return {"$ref": f"#/components/schemas/{entity.name}.{kind}"}
    if route.name == "records.move" and entity is not None and entity.pipeline is not None:
        stages = [one.name for one in entity.pipeline.stages if not one.archived]
        to = {"enum": stages}
        return {**route.body, "properties": {**route.body["properties"], "to": to}}
    return route.body


def _answers(route: Route, entity: Entity | None, locale: str) -> dict[str, Any]:
    status, name = _ANSWERS.get(route.name, (200, ""))
    answer: dict[str, Any] = {"description": render(f"openapi.answer.{status}", locale)}
    if status != 204:
        named = entity.name if entity else ""
        names = [one for one in (name, _OR_ELSE.get(route.name)) if one]
        listed = [{"$ref": f"#/components/schemas/{one.format(entity=named)}"} for one in names]
        schema: Schema = {"type": "string" if route.name in _KINDS else "object"}
        if listed:
            schema = listed[0] if len(listed) == 1 else {"anyOf": listed}
        answer["content"] = {_KINDS.get(route.name, "application/json"): {"schema": schema}}
        if name in ("{entity}", "{entity}.reverted"):
            answer["headers"] = parts.ETAG
    refusals = {401, 404, 429, 503}
    if route.parameters or route.right != "member":
        refusals |= {400, 403}
    if route.method != "GET":
        refusals |= set(_WRITES)
    if route.name in _NEEDS_VERSION:
        refusals |= {412, 428}
    if route.parameters or route.method == "GET":
        refusals |= {400, 403}
    led = {"description": render("openapi.answer.307", locale), "headers": parts.LOCATION}
    begun = {"description": render("openapi.answer.202", locale), "content": answer.get("content")}
    return {
        str(status): answer,
        **({"202": begun} if route.name in _MAY_TAKE_LONG else {}),
        **({"307": led} if route.name == "records.get" else {}),
        **{str(one): parts.problem(locale, one) for one in sorted(refusals)},
    }
