"""Problem documents (RFC 9457): what a refusal looks like on the wire, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from werkzeug.http import HTTP_STATUS_CODES

from ..engine.errors import Refused
from ..metadata.messages import catalogue, render
from ..metadata.problems import Problem

MOST_LISTED = 1_000
"""Problems that one document lists; a batch can have many more."""


def document(error: Refused, locale: str, request_id: str) -> dict[str, Any]:
    """The problem document of a refusal, without what only some of them carry."""
    return of_problems(error.status, error.problems, locale, request_id)


def of_problems(
    status: int, problems: Iterable[Problem], locale: str, request_id: str
) -> dict[str, Any]:
    """A problem document: a title by the status, the first sentence, all with their places."""
    listed = [as_json(one, locale) for one in list(problems)[:MOST_LISTED]]
    title = f"api.title.{status}"
    known = title in catalogue("en")
    return {
        "type": f"urn:fieldstone:problem:{status}",
        "title": render(title, locale) if known else HTTP_STATUS_CODES.get(status, str(status)),
        "status": status,
        "detail": _detail(listed, locale),
        "instance": f"urn:fieldstone:request:{request_id}",
        "errors": listed,
    }


def as_json(problem: Problem, locale: str) -> dict[str, Any]:
    """One problem: where, which, in words; `position` counts characters of an expression,
    `corrected` is its whole text as it was probably meant.
    """
    found: dict[str, Any] = {
        "path": problem.pointer,
        "code": problem.id.removeprefix("value."),
        "message": problem.text(locale),
    }
    if problem.document:
        found["document"] = problem.document
    if problem.position is not None:
        found["position"] = problem.position
    if problem.corrected is not None:
        found["corrected"] = problem.corrected
    return found


def _detail(listed: list[dict[str, Any]], locale: str) -> str:
    if not listed:
        return ""
    first: str = listed[0]["message"]
    more = len(listed) - 1
    return first if not more else render("api.and_more", locale, {"first": first, "more": more})
