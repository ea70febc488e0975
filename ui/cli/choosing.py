"""Choosing: what two sides changed, told with its three values, and the choices of a command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import click

from fieldstone.engine.upgrades import Choice
from fieldstone.metadata.merge import Difference
from fieldstone.metadata.merge.words import Wording

from . import terminal
from .terminal import say

_SIDES: Mapping[str, Choice] = {"ours": "ours", "theirs": "theirs", "both": "both"}


def choices(chosen: Sequence[str]) -> dict[str, Choice]:
    """PLACE=SIDE by place."""
    found: dict[str, Choice] = {}
    for one in chosen:
        place, _, side = one.rpartition("=")
        if not place or side not in _SIDES:
            raise click.BadParameter(say("choose_wrong", given=one))
        found[place] = _SIDES[side]
    return found


def show(differences: Iterable[Difference], wording: Wording, theirs: str) -> None:
    """Each difference in words, on stderr, with what to write to decide it."""
    locale = terminal.locale()
    for one in differences:
        told = wording.told(one, locale)
        click.echo(f"  {terminal.shown(told.place)}", err=True)
        for side, text in (("base", told.base), ("ours", told.ours), (theirs, told.theirs)):
            click.echo(f"    {say(f'side.{side}')}: {terminal.shown(text)}", err=True)
        click.echo(f"    --choose '{terminal.shown(one.key)}={'|'.join(open_to(one))}'", err=True)


def open_to(one: Difference) -> tuple[str, ...]:
    """The sides that may be chosen."""
    return ("ours", "theirs", "both") if one.doubly_added else ("ours", "theirs")
