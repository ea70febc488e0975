"""What a check refuses of expressions, with the whole text of each as it was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..metadata.check import check as check_documents
from ..metadata.documents import Document
from ..metadata.expressions import ExpressionPlace, expressions
from ..metadata.model import App
from ..metadata.problems import Problem, ProblemsError
from .correcting import mended
from .expression import compile_expression
from .messages import compile_message

MOST = 50
"""How many refused expressions of a set of documents are offered corrected."""

_RIGHT = "True"
_Spot = tuple[str | None, str]


def offered(
    documents: Sequence[Document], problems: Sequence[Problem], base: App | None
) -> tuple[Problem, ...]:
    """The problems of documents; those of an expression with its text corrected, where that is
    mechanical (`Problem.corrected`).

    Needs the documents as people write them, in names. Where more is wrong than expressions, only
    what is wrong with their syntax is corrected.
    """
    texts = {one: text for one, text in _texts(documents, problems) if text is not None}
    if not texts:
        return tuple(problems)
    places = _places(documents, texts, base)
    better = {one: _corrected(text, places.get(one)) for one, text in texts.items()}
    return tuple(replace(one, corrected=_offer(one, better)) for one in problems)


def _offer(problem: Problem, better: Mapping[_Spot, str | None]) -> str | None:
    at = (problem.document, problem.pointer)
    return better.get(at) if problem.position is not None else problem.corrected


def _texts(
    documents: Sequence[Document], problems: Sequence[Problem]
) -> Iterator[tuple[_Spot, str | None]]:
    """The refused expressions, as they are written."""
    written = {one.path: one for one in documents if not one.in_ids}
    found = [one for one in problems if one.position is not None and one.document in written]
    for problem in found[:MOST]:
        value = _value(written[problem.document or ""].data, _way(problem.pointer))
        yield (problem.document, problem.pointer), value if isinstance(value, str) else None


def _places(
    documents: Sequence[Document], texts: Iterable[_Spot], base: App | None
) -> Mapping[_Spot, tuple[App, ExpressionPlace]]:
    """Where the expressions stand, in the App that the documents would be but for them."""
    app = check_documents(_without(documents, set(texts)), base).app
    if app is None:
        return {}
    return {(one.document.path, one.pointer): (app, one) for one in expressions(app)}


def _without(documents: Sequence[Document], spots: set[_Spot]) -> Iterator[Document]:
    """The documents with something that is right in place of the expressions."""
    for document in documents:
        data: Any = document.data
        for path, pointer in spots:
            if path == document.path:
                data = _put(data, _way(pointer))
        yield document.with_data(data) if data is not document.data else document


def _corrected(text: str, at: tuple[App, ExpressionPlace] | None) -> str | None:
    if at is None:
        return mended(text)
    app, place = at
    try:
        if place.kind == "message":
            compile_message(app, place.entity, text, allow_viewer=place.viewer, space="name")
        else:
            compile_expression(
                app,
                place.entity,
                text,
                parent=place.parent,
                allow_viewer=place.viewer,
                space="name",
                into=place.field,
                over_table=place.table,
            )
    except ProblemsError as error:
        return error.problems[0].corrected
    return None


def _way(pointer: str) -> list[str]:
    return [one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:]]


def _value(data: Any, way: Sequence[str]) -> Any:
    for key in way:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list | tuple) and key.isdigit() and int(key) < len(data):
            data = data[int(key)]
        else:
            return None
    return data


def _put(data: Any, way: Sequence[str]) -> Any:
    """A copy of the data with a right expression at the end of the way."""
    if not way:
        return _RIGHT
    key, *rest = way
    if isinstance(data, Mapping):
        return {**data, key: _put(data[key], rest)}
    return [_put(one, rest) if str(at) == key else one for at, one in enumerate(data)]
