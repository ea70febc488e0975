"""Keys: a write that is sent again under its key is done once (header Idempotency-Key).

As draft-ietf-httpapi-idempotency-key-header says: the same request gets the kept answer, another
one with its key is refused by 422, and one that comes while the first is being done by 409.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from werkzeug.datastructures import Headers

from ..engine import kept_answers
from ..engine.errors import Malformed
from ..engine.kept_answers import Kept
from ..metadata.problems import Problem
from .asking import Answer, Ask
from .route import Route
from .uploads import Received
from .wire import Written, dump

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 255
PATTERN: Final = r'"([ !#-\[\]-~]|\\["\\])+"|[!#-+\--\[\]-~]+'
"""Text in quotation marks, as the draft has it, or what needs none."""

_KEY: Final = re.compile(PATTERN)


def key_of(route: Route, headers: Headers) -> str | None:
    """The key of a request, or None: it has none, or the route does nothing twice anyway.

    Malformed where it is no key, and where a route writes in transactions of its own and could
    not keep its answer with them.
    """
    header = headers.get(HEADER)
    if header is None or not (route.keeps or (route.opens, route.method) == ("nothing", "POST")):
        return None
    if not route.keeps:
        raise Malformed(Problem("api.key_not_here"))
    text = header.strip()
    if len(text) > LONGEST or not _KEY.fullmatch(text):
        raise Malformed(Problem("api.key", {"header": header[:100], "longest": LONGEST}))
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] == '"' else text


def once(route: Route, ask: Ask, key: str) -> Answer:
    """What the handler answers, kept with what it writes, or what it answered the first time."""
    fingerprint = _fingerprint(route, ask)
    kept = kept_answers.find(ask.tx, ask.caller, key, fingerprint)
    if kept is None:
        kept = _kept(ask, route.handler(ask))
        kept_answers.keep(ask.tx, ask.caller, key, fingerprint, kept)
    body = None if kept.body is None else Written(kept.body)
    return Answer(body, kept.status, kept.headers)


def _kept(ask: Ask, answer: Answer) -> Kept:
    if answer.body is None:
        return Kept(answer.status, answer.headers, None)
    headers = {"Content-Language": ask.locale, **answer.headers}
    return Kept(answer.status, headers, dump(answer.body, documents=answer.documents))


def _fingerprint(route: Route, ask: Ask) -> str:
    """A hash of all that says what is asked for: address, parameters, version and body."""
    said = [route.method, route.path, ask.path, ask.parameters, ask.headers.get("If-Match")]
    text = json.dumps([*said, ask.body], sort_keys=True, default=_said)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, Received):
        return [value.name, value.options, value.digest]
    if isinstance(value, Decimal):
        return repr(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not part of a request: {type(value)!r}")
