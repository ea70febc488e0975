"""Requests of a condition's input: its builder's buttons, rows or text, and what it says."""

from __future__ import annotations

from flask import request

from fieldstone.engine.errors import NotFound
from fieldstone.metadata.model import Entity

from ...desk import Visit
from ...rendering import fragment
from ...show.studio import conditions, settings
from ...show.studio.frame import Studio, studio_of


def press(visit: Visit, entity: str, key: str) -> str:
    """The builder as it is typed, after the button `do`."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        do = request.args.get("do", "")
        found = conditions.pressed(studio, _entity(studio, key), key, request.form, do)
        return fragment("builder.html", builder=found)


def switch(visit: Visit, entity: str, key: str) -> str:
    """The same condition as rows, or as text; one that cannot be read stays as it is."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        about = _entity(studio, key)
        found = conditions.sent(studio, about, key, request.form)
        if not found.right:
            shown = found.shown
        elif request.args.get("as") == "text":
            shown = conditions.as_text(studio, about, key, found.text)
        else:
            shown = conditions.as_rows(studio, about, key, found.text)
        return fragment("studio/condition.html", condition=shown)


def say_it(visit: Visit, entity: str, key: str) -> str:
    """The condition as an expression and in words, or what is wrong with it, while it is typed."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        found = conditions.sent(studio, _entity(studio, key), key, request.form)
        words = settings.said(desk, studio.app, entity, found.text) if found.right else ""
        return fragment(
            "studio/condition_said.html", condition=found.shown, words=words, right=found.right
        )


def _entity(studio: Studio, key: str) -> Entity:
    if key not in conditions.KEYS:
        raise NotFound.because("draft.unknown", document=key[:100])
    assert studio.entity is not None
    return studio.entity
