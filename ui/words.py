"""Words: the sentences of the pages themselves, by key, in each language of the product."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from fieldstone.rules.formats import inside as inside

LOCALES: Mapping[str, str] = {"zh-CN": "中文", "en": "English"}
"""Every language of the pages, with its name in itself."""

_FOLDER = Path(__file__).parent / "locale"


@cache
def words(locale: str) -> Mapping[str, str]:
    """All sentences of a locale by key, from a folder an area; a key that two claim is an error."""
    found: dict[str, str] = {}
    for path in sorted(_FOLDER.glob(f"*/{locale}.json")):
        for key, sentence in json.loads(path.read_text("utf-8")).items():
            if key in found:
                raise ValueError(f"{path}: the key {key!r} has a sentence already")
            found[key] = sentence
    return found


def say(key: str, locale: str, /, **params: object) -> str:
    """The sentence `key`, filled; `n` is a count: its digits are grouped, and `n=1` takes the
    singular `key.one` where the language has one.

    KeyError for a key without a sentence: a page never shows a bare key.
    """
    known = words(locale)
    sentence = known[key]
    number = params.get("n")
    if number == 1:
        sentence = known.get(f"{key}.one", sentence)
    if isinstance(number, int):
        params["n"] = f"{number:,}"
    return sentence.format_map(params) if params else sentence


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other; those of Chinese stand close, a bare phrase ends in a sign."""
    found = ""
    for one in sentences:
        if found and not found.endswith("。"):
            found += " " if found.endswith((".", "?")) else "; "
        found += one
    return found


def nearest_locale(wanted: str | None) -> str | None:
    """The locale that a language tag such as `zh-Hans-CN` or `en_GB` is served by, or None."""
    if not wanted:
        return None
    start = wanted.replace("_", "-").lower().split("-")[0]
    return next((one for one in LOCALES if one.lower().split("-")[0] == start), None)
