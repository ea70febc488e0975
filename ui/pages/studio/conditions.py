"""Requests of a condition's input: its rows after a button or as the text says, and its check."""

from __future__ import annotations

from flask import request

from fieldstone.metadata.model import Entity

from ...desk import Visit
from ...rendering import fragment
from ...show.studio import conditions, settings
from ...show.studio.frame import Studio, studio_of


def build(visit: Visit, entity: str, key: str) -> str:
    """The rows after the button `do`, or as the text beside them says."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        about, do = _entity(studio), request.args.get("do", "")
        if do == conditions.TEXT:
            text = request.form.get(key, "")
            return fragment("builder.html", builder=conditions.rows_from(studio, about, key, text))
        found = conditions.pressed(studio, about, key, request.form, do)
        return fragment("builder.html", builder=found)


def say_it(visit: Visit, entity: str, key: str) -> str:
    """The condition in words and as text, or what is wrong with it, while it is typed."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        found = conditions.sent(studio, _entity(studio), key, request.form)
        words = settings.said(desk, studio.app, entity, found.text) if found.right else ""
        return fragment("studio/condition_said.html", condition=found, words=words)


def _entity(studio: Studio) -> Entity:
    assert studio.entity is not None
    return studio.entity
