"""The description of the API: this workspace's OpenAPI document, for whoever asks."""

from __future__ import annotations

from dataclasses import replace

from .asking import Answer, Ask, content_tag
from .openapi import openapi_of


def openapi(ask: Ask) -> Answer:
    """What the caller may do, made from the documents in force; 304 while they hold it already."""
    tag = content_tag(ask.app.hash, *ask.caller.roles, ask.locale, ask.workspace.slug)
    if ask.unchanged(tag):
        return Answer(status=304, headers={"ETag": tag})
    # One document serves everybody with the same roles, so whose it is does not matter.
    anybody = replace(ask.caller, member_id=None)
    content = openapi_of(ask.app, anybody, ask.workspace.slug, ask.routes)
    return Answer(content, headers={"ETag": tag})
