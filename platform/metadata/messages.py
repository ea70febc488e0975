"""Sentences: the catalogues of all layers, and how one is filled for a reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FALLBACK = "en"
LOCALES = ("en", "zh-CN")
_COUNTS = ("count", "rows", "matches")
"""The parameters that say of how many things a sentence tells."""

_GROUPED = frozenset(
    (*_COUNTS, "changed", "columns", "created", "failed", "left", "most", "refused", "removed",
     "restored", "same", "updated")
)  # fmt: skip
"""The parameters that are numbers of things, whose digits stand in groups."""

_folders: list[Path] = [Path(__file__).parent / "locale"]


def add_catalogue(folder: Path) -> None:
    """Register a layer's folder of `<locale>.json` files, each a map of id to sentence."""
    if folder not in _folders:
        _folders.append(folder)
        catalogue.cache_clear()


@cache
def catalogue(locale: str) -> Mapping[str, str]:
    """All sentences of a locale, by id; an id that two layers claim is an error."""
    found: dict[str, str] = {}
    for folder in _folders:
        path = folder / f"{locale}.json"
        if not path.exists():
            continue
        for key, sentence in json.loads(path.read_text("utf-8")).items():
            if key in found:
                raise ValueError(f"{path}: the id {key!r} has a sentence already")
            found[key] = sentence
    return found


def render(key: str, locale: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence `key` for `locale`; `{name}` is replaced from `params`, English is the fallback.

    Where `count`, `rows` or `matches` is 1 it is the singular `key.one`, if the language has one. A
    parameter that has words of its own by locale (an entity, a field, a stage, another problem:
    whatever has `text(locale)`) shows them in the reader's language. Digits of counts are grouped.
    """
    given = params or {}
    known = catalogue(locale) if key in catalogue(locale) else catalogue(FALLBACK)
    sentence = known.get(key)
    if any(given.get(one) == 1 for one in _COUNTS):
        sentence = known.get(f"{key}.one", sentence)
    if sentence is None:
        return f"{key} {dict(given)}" if given else key
    return sentence.format_map(_Shown(_in_words(given, locale)))


def _in_words(params: Mapping[str, Any], locale: str) -> dict[str, Any]:
    found = {}
    for name, value in params.items():
        if callable(getattr(value, "text", None)):
            found[name] = value.text(locale)
        elif name in _GROUPED and type(value) is int:
            found[name] = f"{value:,}"
        else:
            found[name] = value
    return found


class _Shown(dict[str, Any]):
    """Parameters of a sentence; a missing one shows its own name instead of raising."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
