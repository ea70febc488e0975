"""Refusals of the Studio: what was typed is kept, or said at the inputs why it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask import redirect
from werkzeug.wrappers import Response

from fieldstone.metadata.documents import Document
from fieldstone.metadata.messages import render
from fieldstone.metadata.problems import Problem

from ...desk import Desk, Visit
from ...show.studio.frame import Studio
from ...show.studio.things import text_of
from ...words import say


class Wrong(Exception):
    """What was typed is refused: sentences by input, and others about the whole."""

    def __init__(self, wrong: Mapping[str, list[str]], lines: Iterable[str] = ()) -> None:
        super().__init__()
        self.wrong = wrong
        self.lines = tuple(lines)


def kept(
    visit: Visit, keep: Callable[[Desk], str], again: Callable[[Desk, Wrong], str]
) -> Response | tuple[str, int]:
    """Write, and go to the page that this gives; what is refused is answered by the form again."""
    try:
        return redirect(visit.write(keep), 303)
    except Wrong as error:
        with visit.reading() as desk:
            return again(desk, error), 422


def line(problem: Problem, locale: str) -> str:
    """A problem in a sentence, with the character of the expression where it is."""
    text = problem.text(locale)
    if problem.position is None:
        return text
    return say("studio.at", locale, position=problem.position, text=text)


def wrong_of(studio: Studio, problems: Iterable[Problem], document: Document, place: str) -> Wrong:
    """Problems at the inputs that they are about: those of a place in the document that was typed.

    What is wrong with another document, which named what is gone, is said with its name.
    """
    locale = studio.desk.locale
    known = {path: one for one in studio.draft.documents for path in (one.path, one.key)}
    wrong: dict[str, list[str]] = {}
    lines = []
    for one in problems:
        text = line(one, locale)
        rest = one.pointer.removeprefix(place)
        other = known.get(one.document or "")
        if other is not None and other.key != document.key:
            sort, name = render(f"sort.{other.kind}", locale), text_of(other.data, locale)
            lines.append(say("studio.use", locale, sort=sort, name=name, place=text))
        elif rest != one.pointer:
            wrong.setdefault(rest.split("/")[0], []).append(text)
        else:
            lines.append(text)
    return Wrong(wrong, lines)
