"""Refusals of the Studio: what was typed and cannot be kept, said at the inputs concerned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fieldstone.metadata.problems import Problem

from ...words import say


class Wrong(Exception):
    """What was typed is refused: sentences by input, and others about the whole."""

    def __init__(self, wrong: Mapping[str, list[str]], lines: Iterable[str] = ()) -> None:
        super().__init__()
        self.wrong = wrong
        self.lines = tuple(lines)


def wrong_of(problems: Iterable[Problem], place: str, locale: str) -> Wrong:
    """Problems of documents at the inputs that they are about."""
    wrong: dict[str, list[str]] = {}
    lines = []
    for one in problems:
        text = one.text(locale)
        if one.position:
            text = say("studio.at", locale, position=one.position, text=text)
        rest = one.pointer.removeprefix(place)
        if rest != one.pointer:
            wrong.setdefault(rest.split("/")[0], []).append(text)
        else:
            lines.append(text)
    return Wrong(wrong, lines)
