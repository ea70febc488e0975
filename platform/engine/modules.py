"""Modules: the parts of an app that a workspace switches off and on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..metadata.documents import Document
from ..metadata.modules import modules_in, with_modules_off
from .errors import Invalid, unknown


def switched(
    documents: Iterable[Document], off: Collection[str] = (), on: Collection[str] = ()
) -> tuple[Document, ...]:
    """Documents (in names or ids) with these modules off and those on.

    Modules go by name, else by id; the others stay as they are. Invalid for one that there is not.
    """
    whole = tuple(documents)
    known = {str(one.get("name")): one for one in modules_in(whole)}
    by_id = {str(one.get("id", name)): name for name, one in known.items()}
    switch = {
        by_id[one] if one not in known and one in by_id else one: away
        for names, away in ((off, True), (on, False))
        for one in names
    }
    for name in switch:
        if name not in known:
            raise Invalid(unknown("module.none", name, known))
    now = [name for name, one in known.items() if switch.get(name, one.get("off") is True)]
    return with_modules_off(whole, now)
