"""The API inside Flask: the routes put into an application, and an answer whatever comes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Request

from ..engine.again import again
from ..engine.errors import Invalid, Refused, Stale, TooMany, Unavailable
from ..engine.installation import Installation
from ..engine.records import Record, present
from ..engine.tokens import Entrance
from ..engine.transaction import Transaction
from ..engine.workspaces import MOST_SECONDS
from ..metadata.messages import FALLBACK
from ..metadata.problems import Problem, ProblemsError
from . import bodies, callers, keys, problems, rates, reading, uploads
from .asking import Answer, Ask, version_tag
from .batches import BatchRefused
from .rates import Rates
from .route import Route
from .routes import ROUTES
from .wire import dump

PREFIX = "/api/v1/<workspace>"
CSV = "text/csv; charset=utf-8"
_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_log = structlog.get_logger()


def register(app: Flask, installation: Installation, limits: Rates | None = None) -> Blueprint:
    """Put the API into a Flask application; `limits` are those of the settings.

    It knows nobody but by token, so protection against forged forms may leave its blueprint out.
    """
    limits = limits or Rates(installation.settings)
    app.url_map.converters["number"] = _Number
    app.url_map.converters["name"] = _Name
    blueprint = Blueprint("api", "fieldstone_api")
    for route in ROUTES:
        prefix = "" if route.right == "open" else PREFIX
        blueprint.add_url_rule(
            prefix + _pattern(route.path),
            endpoint=route.name.replace(".", "_"),
            view_func=_view(installation, limits, route),
            methods=[route.method],
            provide_automatic_options=False,
        )
    blueprint.before_app_request(_unrouted)
    app.register_blueprint(blueprint)
    return blueprint


def application(installation: Installation, limits: Rates | None = None) -> Flask:
    """A Flask application of the API alone."""
    # Not the package's own name: Flask looks for its folder, which no single one is (platform/).
    app = Flask("fieldstone_api", static_folder=None)
    app.url_map.merge_slashes = False
    register(app, installation, limits)
    return app


def _pattern(path: str) -> str:
    path = path.replace("{id}", "<number:id>").replace("{entity}", "<name:entity>")
    return path.replace("{", "<").replace("}", ">")


class _Name(BaseConverter):
    """An entity in an address, which no number is: `/imports/12` is an import."""

    regex = "[^/0-9][^/]*"


class _Number(BaseConverter):
    """A record's id in an address, as text: `/records/deal/aggregate` is no record."""

    regex = "[0-9]{1,19}"


def _view(installation: Installation, limits: Rates, route: Route) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        ask = _ask(installation, request, path)
        answer = _answer(limits, route, request, ask)
        answer.headers.update(rates.headers(ask.left))
        return answer

    return view


def _ask(installation: Installation, given: Request, path: Mapping[str, str]) -> Ask:
    return Ask(
        installation=installation,
        locale=reading.locale_of(given.headers.get("Accept-Language")) or FALLBACK,
        path=path,
        parameters={},
        body=None,
        headers=given.headers,
        routes=ROUTES,
    )


def _answer(limits: Rates, route: Route, given: Request, ask: Ask) -> Response:
    request_id = secrets.token_hex(8)
    try:
        return _response(_handled(limits, route, given, ask), ask.locale, request_id)
    except Refused as error:
        return _refusal(error, ask, request_id)
    except ProblemsError as error:
        return _refusal(Invalid(error.problems), ask, request_id)
    except Exception:
        _log.exception("api.failed", request_id=request_id, route=route.name)
        return _failure(ask.locale, request_id)


def _handled(limits: Rates, route: Route, given: Request, ask: Ask) -> Answer:
    if route.right == "open":
        ask.parameters = reading.parameters_of(given.args, route.parameters)
        return route.handler(ask)
    entrance = callers.entrance_of(ask.installation, given.headers.get("Authorization"))
    ask._workspace = callers.workspace_of(ask.installation, entrance, ask.path["workspace"])
    if not given.headers.get("Accept-Language"):
        ask.locale = callers.locale_of(entrance)
    ask.left = limits.spend(entrance, rates.cost_of(route))
    rates.require(ask.left)
    ask.parameters = reading.parameters_of(given.args, route.parameters)
    key = keys.key_of(route, given.headers)
    ask.body = _body(route, given)
    if route.opens == "nothing" or route.before is not None:
        with ask._workspace.reading(entrance.member_id) as tx:
            _admit(route, ask, tx)
    if route.opens == "nothing":
        return route.handler(ask)

    def done() -> Answer:
        with _transaction(route, ask, entrance) as tx:
            ask._tx = tx
            _admit(route, ask, tx)
            return route.handler(ask) if key is None else keys.once(route, ask, key)

    with nullcontext() if route.before is None else route.before(ask):
        return again(done)


def _admit(route: Route, ask: Ask, tx: Transaction) -> None:
    ask._caller = callers.caller_of(tx, ask.locale)
    callers.require(tx, ask._caller, route.right)


def _transaction(route: Route, ask: Ask, entrance: Entrance) -> AbstractContextManager[Transaction]:
    if route.opens == "writing":
        return ask.workspace.writing(entrance.member_id)
    return ask.workspace.reading(entrance.member_id, at_most=MOST_SECONDS)


def _body(route: Route, given: Request) -> Any:
    """The body, read before any transaction begins: a slow sender holds no lock."""
    if given.method in ("GET", "HEAD"):
        return None
    if route.upload is not None:
        return uploads.read(given, route.upload)
    body = reading.body_of(given)
    schema = bodies.NOTHING if route.body is None else route.body
    if body is reading.NO_BODY:
        optional = schema is not bodies.VALUES and "required" not in schema
        body = {} if optional else None
    bodies.check(body, schema)
    return body


def _response(answer: Answer, locale: str, request_id: str) -> Response:
    headers = {**_ALWAYS, "X-Request-Id": request_id, **answer.headers}
    if answer.body is None:
        return Response(status=answer.status, headers=headers)
    headers.setdefault("Content-Language", locale)
    if isinstance(answer.body, bytes):
        return Response(answer.body, answer.status, headers, content_type=CSV)
    return Response(
        dump(answer.body, documents=answer.documents),
        answer.status,
        headers,
        content_type="application/json; charset=utf-8",
    )


def _refusal(error: Refused, ask: Ask, request_id: str) -> Response:
    body = problems.document(error, ask.locale, request_id)
    headers: dict[str, str] = {}
    if isinstance(error, Stale) and isinstance(error.current, Record) and ask._caller:
        body["sent_version"] = error.problems[0].params["sent"]
        body["current_version"] = error.current.version
        body["current"] = present(ask.app, ask.caller, error.current)
        if request.method == "PATCH":
            body["sent"] = ask.body
        if ask.path.get("id") == str(error.current.id):
            headers["ETag"] = version_tag(error.current.version)
    if isinstance(error, BatchRefused):
        body.update(error.more)
    if isinstance(error, (TooMany, Unavailable)):
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status in (401, 403):
        _log.info("api.refused", request_id=request_id, status=error.status, path=request.path)
    return _problem(body, headers, ask.locale, request_id)


def _failure(locale: str, request_id: str) -> Response:
    body = problems.of_problems(
        500, [Problem("api.failed", {"id": request_id})], locale, request_id
    )
    return _problem(body, {}, locale, request_id)


def _problem(
    body: Mapping[str, Any], headers: Mapping[str, str], locale: str, request_id: str
) -> Response:
    return Response(
        dump(body),
        body["status"],
        {**_ALWAYS, "X-Request-Id": request_id, "Content-Language": locale, **headers},
        content_type="application/problem+json; charset=utf-8",
    )


def _unrouted() -> Response | None:
    """A problem document for an address or a method of the API that does not exist."""
    error = request.routing_exception
    if error is None or not request.path.startswith("/api/"):
        return None
    locale = reading.locale_of(request.headers.get("Accept-Language")) or FALLBACK
    request_id = secrets.token_hex(8)
    status, headers = 404, {}
    problem = Problem("api.no_route", {"path": request.path[:200]})
    if isinstance(error, MethodNotAllowed):
        status = 405
        headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        problem = Problem("api.no_method", {"method": request.method, "allow": headers["Allow"]})
    body = problems.of_problems(status, [problem], locale, request_id)
    return _problem(body, headers, locale, request_id)
