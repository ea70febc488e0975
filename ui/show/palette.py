"""The palette: records, pages and things to do that fit what was typed, for whoever asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fieldstone.engine import access, members
from fieldstone.engine.search_terms import searchable, terms_of, words_of
from fieldstone.metadata.model import Entity

from ..desk import Desk
from ..studio_paths import StudioPaths
from ..words import inside, say
from .naming import titles_of
from .shell import creatable_of, menu_of

_MOST = 6
_RECENT = 8
_LARGEST_ID = 2**63


@dataclass(frozen=True)
class Line:
    """Something to go to."""

    text: str
    href: str
    icon: str
    second: str = ""


@dataclass(frozen=True)
class Part:
    """Lines of one kind under their title."""

    text: str
    lines: tuple[Line, ...]


def before_typing(desk: Desk, recent: Iterable[str]) -> tuple[Part, ...]:
    """What is offered at first: the records looked at last, the pages of the menu, what to make."""
    return _filled(
        Part(say("palette.recent", desk.locale), tuple(_recent(desk, recent))),
        Part(say("palette.pages", desk.locale), tuple(_pages(desk))),
        Part(say("palette.actions", desk.locale), tuple(_actions(desk))),
    )


def fitting(desk: Desk, asked: str) -> tuple[Part, ...]:
    """What every word of `asked` fits, also by pinyin and initials: pages, settings, actions.

    What begins just as it was typed comes first, so that Enter leads there.
    """
    kinds = (
        ("palette.views", (*_pages(desk), *_views(desk))),
        ("palette.settings", _settings(desk)),
        ("palette.actions", _actions(desk)),
    )
    parts, typed = [], searchable(asked)

    def begins(line: Line) -> bool:
        return searchable(line.text).startswith(typed)

    for name, lines in kinds:
        found = [one for one in lines if _fits(one.text, asked)]
        found.sort(key=begins, reverse=True)
        parts.append(Part(say(name, desk.locale), tuple(found[:_MOST])))
    return tuple(sorted(_filled(*parts), key=lambda part: begins(part.lines[0]), reverse=True))


def _filled(*parts: Part) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.lines)


def _fits(text: str, asked: str) -> bool:
    folded = searchable(text)
    terms = terms_of(folded).split()
    return all(
        word.text in folded or any(term.startswith(word.sounds) for term in terms if word.sounds)
        for word in words_of(asked)
    )


def _recent(desk: Desk, recent: Iterable[str]) -> Iterator[Line]:
    """The records of `deal.12` and the like, in that order, as far as they may be seen."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    order: list[tuple[Entity, int]] = []
    for name, _, number in [one.partition(".") for one in recent][:_RECENT]:
        entity = desk.app.entity_named(name)
        known = entity is not None and not entity.system and not entity.archived
        if entity is None or not known or not desk.may("read", entity):
            continue
        if number.isascii() and number.isdigit() and 0 < int(number) < _LARGEST_ID:
            wanted[entity.id].add(int(number))
            order.append((entity, int(number)))
    titles = titles_of(desk, wanted)
    for entity, record_id in order:
        title = titles.get((entity.id, record_id))
        if title is not None:
            href = desk.paths.record(entity.name, record_id)
            shown = title or say("record.untitled", desk.locale, id=record_id)
            yield Line(shown, href, entity.icon or "list", entity.text(desk.locale))


def _pages(desk: Desk) -> Iterator[Line]:
    for one in menu_of(desk, ""):
        yield Line(one.text, one.href, one.icon)


def _views(desk: Desk) -> Iterator[Line]:
    for entity in desk.app.entities.values():
        if entity.archived or entity.system or not desk.may("read", entity):
            continue
        for view in desk.app.views_of(entity.id):
            href = desk.paths.list(entity.name, view=view.name)
            plural = entity.plural_text(desk.locale)
            text = say("home.tile", desk.locale, entity=plural, view=view.text(desk.locale))
            yield Line(text, href, entity.icon or "list")


def _settings(desk: Desk) -> Iterator[Line]:
    """The pages of settings that the caller may open: their own, people's, the Studio's."""
    locale, paths = desk.locale, desk.paths
    yield Line(say("shell.account", locale), paths.people("me"), "user")
    yield Line(say("notifications.choices", locale), paths.told("choices"), "bell")
    if members.has_right(desk.app, desk.caller):
        yield Line(say("members.title", locale), paths.people("members"), "users")
        yield Line(say("sample.title", locale), paths.people("sample"), "trash")
    if not access.may_configure(desk.app, desk.caller):
        return
    studio, title = StudioPaths(paths.slug), say("studio.title", locale)
    yield Line(title, studio.start, "settings")
    for room, href in (("studio.dashboards", studio.dashboards), ("cards.metrics", studio.metrics)):
        text = say("palette.of", locale, room=title, what=say(room, locale))
        yield Line(text, href, "layout-dashboard")
    for entity in desk.app.entities.values():
        if not entity.archived and not entity.system:
            text = say("palette.of", locale, room=title, what=entity.text(locale))
            yield Line(text, studio.fields(entity.id), "settings")


def _actions(desk: Desk) -> Iterator[Line]:
    for one in creatable_of(desk):
        what = inside(one.text, desk.locale)
        yield Line(say("list.new", desk.locale, what=what), one.href, "plus")
