"""The whole of an app: as it is with all modules on, and what two apps hide differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .build import build
from .model import App, Named
from .modules import Switched


@dataclass(frozen=True, slots=True)
class Moved:
    """A thing that modules hide from now on (`hidden`) or not any more (`shown`).

    `document` is the key of its document, `owners` that document's thing where it lies in one.
    """

    verb: str
    document: str
    sort: str
    owners: tuple[Named, ...]
    subject: Named


def whole(app: App) -> App:
    """The app as its documents say it, with all modules on."""
    return _built(app) if app.hidden else app


def moved(before: App, after: App) -> Iterator[Moved]:
    """What modules hide from now on, and what they show again."""
    for verb, things, app in (
        ("hidden", after.hides - before.hides, after),
        ("shown", before.hides - after.hides, before),
    ):
        for document, sort, owners, subject in named_things(app, things):
            yield Moved(verb, document, sort, owners, subject)


def named_things(
    app: App, things: Iterable[tuple[str, str, str]]
) -> Iterator[tuple[str, str, tuple[Named, ...], Named]]:
    """Things that modules of an app hide (document, sort, id), in order: with what they are in.

    Each is its document, its sort, the thing of its document where it lies in one, and itself.
    """
    for document, sort, identity in sorted(things):
        *owners, subject = _found(whole(app), document, sort, identity)
        yield document, sort, tuple(owners), subject


@lru_cache(maxsize=16)
def _built(app: App) -> App:
    return build(app.documents, Switched(app.documents))


def _found(app: App, document: str, sort: str, identity: str) -> tuple[Named, ...]:
    """A thing that a module hides, behind the one of the document that it lies in."""
    kind, _, name = document.partition("/")
    if kind == "app":
        return (next(one for one in app.manifest.menu if one.id == identity),)
    owner = _documents(app, kind)[name]
    if sort == kind:
        return (owner,)
    parts: Sequence[Named] = getattr(owner, _PARTS[sort])
    return owner, next(one for one in parts if one.id == identity)


def _documents(app: App, kind: str) -> Mapping[str, Named]:
    known: Mapping[str, Mapping[str, Named]] = {
        "entity": app.entities,
        "tag_dimension": app.dimensions,
        "tier_scheme": app.schemes,
        "alert_rule": app.rules,
        "form": app.forms,
        "view": app.views,
        "metric": app.metrics,
        "dashboard": app.dashboards,
        "role": app.roles,
    }
    return known[kind]


_PARTS: Mapping[str, str] = {
    "field": "fields",
    "check": "checks",
    "unique_group": "unique",
    "duplicate_key": "duplicates",
    "section": "sections",
    "card": "cards",
}
"""Parts of documents that modules hide, and where they stand in the model."""
