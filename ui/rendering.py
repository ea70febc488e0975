"""Rendering: the templates' environment, and the small functions that every template may call."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from flask import Flask, flash, g, get_flashed_messages, render_template
from jinja2 import BytecodeCache, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from .desk import Desk
from .here import here
from .show.shell import shell_of
from .words import LOCALES, inside, say

FOLDER = Path(__file__).parent
_STATIC = FOLDER / "static"
_DATE = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}|\d{4}年\d{1,2}月\d{1,2}日|[A-Z][a-z]{2} \d{1,2}, \d{4})(?: \d{2}:\d{2})?"
)


class _Compiled(BytecodeCache):
    """What templates were compiled to: once a process, however many applications it makes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key] = (bucket.checksum, bucket.code)


_compiled = _Compiled()


def prepare(app: Flask) -> None:
    """Set up the templates of an application: strict, escaping, with our few functions."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.autoescape = True
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.bytecode_cache = _compiled

    def module(look: str) -> Any:
        return environment.get_template(f"fields/{look}.html").module

    def part(look: str, macro: str, value: Any) -> Markup:
        return Markup(getattr(module(look), macro)(value))

    environment.globals.update(
        t=lambda key, /, **params: say(key, g.locale, **params),
        inside=lambda text: inside(text, g.locale),
        icon=icon,
        stone=stone,
        static=static_path,
        initial=initial,
        marks=input_marks,
        notices=lambda: get_flashed_messages(),
        here_now=here,
        locales=LOCALES,
        whole=whole,
        view=lambda shown: part(shown.look or shown.type, "view", shown),
        edit=lambda slot: part(slot.look, "edit", slot),
        grouped=lambda slot: bool(getattr(module(slot.look), "grouped", False)),
    )


def whole(text: str) -> Markup:
    """A sentence in which no line ends inside a date or between a date and its time."""
    return Markup(_DATE.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))


def page(desk: Desk, template: str, current: str = "", **values: Any) -> str:
    """A page inside the frame; `current` is the path that the menu marks."""
    return render_template(
        template, shell=shell_of(desk, current), here=here(), desk=desk, **values
    )


def fragment(template: str, **values: Any) -> str:
    """A part of a page, for htmx."""
    return render_template(template, here=here(), **values)


def notice(
    desk: Desk,
    text: str,
    undo: str | None = None,
    undo_text: str = "",
    fields: Mapping[str, str] | None = None,
) -> None:
    """Say `text` at the top of the next page, perhaps with a way to undo; of a write once it is
    committed.
    """
    told = {"text": text, "undo": undo, "undo_text": undo_text, "fields": dict(fields or {})}
    if desk.tx.writable:
        desk.tx.after_commit(lambda: flash(told))  # type: ignore[arg-type]
    else:
        flash(told)  # type: ignore[arg-type]


@cache
def _icons() -> frozenset[str]:
    text = (_STATIC / "icons.svg").read_text("utf-8")
    return frozenset(piece.split('"', 1)[0] for piece in text.split('<symbol id="')[1:])


def icon(name: str, size: str = "") -> Markup:
    """An icon of the set; an unknown name becomes a plain circle."""
    known = name if name in _icons() else "point"
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        size, static_path("icons.svg"), known
    )


def stone() -> Markup:
    """The product's mark."""
    return Markup('<img class="stone" src="{}" alt="" width="20" height="20">').format(
        static_path("stone.svg")
    )


def static_path(name: str) -> str:
    """The address of a file of ours; it changes with the content, so browsers may keep it."""
    path = _STATIC / name
    return f"/static/{name}?v={_digest(path, path.stat().st_mtime_ns)}"


@cache
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def initial(name: str) -> str:
    """The character that stands for a person: the first of a Latin name, the last of a Chinese."""
    bare = name.strip()
    if not bare:
        return "?"
    return bare[-1] if "\u4e00" <= bare[0] <= "\u9fff" else bare[0].upper()


def input_marks(slot: Any) -> Markup:
    """The attributes that every input shares: required, wrong, described by."""
    found = [Markup(' required aria-required="true"')] if slot.required else []
    if slot.placeholder:
        found.append(Markup(' placeholder="{}"').format(slot.placeholder))
    described = []
    if slot.problems:
        found.append(Markup(' aria-invalid="true"'))
        described.append(f"{slot.id}-wrong")
    if slot.help:
        described.append(f"{slot.id}-help")
    if described:
        found.append(Markup(' aria-describedby="{}"').format(" ".join(described)))
    return Markup("").join(escape(piece) for piece in found)
