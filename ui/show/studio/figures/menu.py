"""The entry of a dashboard in the application's menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.documents import Document

from ..frame import Studio
from ..things import id_of


def has_entry(studio: Studio, dashboard: str) -> bool:
    """Whether the menu leads to the dashboard."""
    return any(one.dashboard == dashboard and not one.archived for one in studio.app.manifest.menu)


def changed(studio: Studio, dashboard: Mapping[str, Any], *, wanted: bool) -> tuple[Document, ...]:
    """The document of the menu with an entry of the dashboard or without it; none if it is so."""
    app = studio.draft.document("app", studio.app.manifest.id)
    identity = id_of(dashboard)
    if app is None or has_entry(studio, identity) == wanted:
        return ()
    menu = list(app.data.get("menu", ()))
    if wanted:
        taken = {name for one in menu for name in (id_of(one), str(one["name"]))}
        name = suggested_name(str(dashboard["name"]), taken, otherwise="entry")
        menu.append({"id": name, "name": name, "dashboard": identity})
    else:
        menu = [one for one in menu if one.get("dashboard") != identity]
    return (app.with_data({**app.data, "menu": menu}),)
