"""Which views stand beside a list's title, and which in the menu after them."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

from .lists import Tab

_MOST = 4
# In Latin letters: what the line of the title has left for views on a screen of 1280 pixels.
_ROOM = 56
_AROUND = 3


def shared(tabs: Sequence[Tab]) -> tuple[tuple[Tab, ...], tuple[Tab, ...]]:
    """The tabs that have room on one line, the current one always among them; and the others."""
    now = next((one for one in tabs if one.current), None)
    others = [one for one in tabs if one is not now]
    room = _ROOM - (_width(now) if now else 0)
    beside: list[Tab] = []
    for one in others[: _MOST - (1 if now else 0)]:
        room -= _width(one)
        if room < 0:
            break
        beside.append(one)
    kept = tuple(one for one in tabs if one is now or one in beside)
    return kept, tuple(one for one in tabs if one not in kept)


def _width(tab: Tab) -> int:
    wide = sum(east_asian_width(letter) in "WF" for letter in tab.text)
    return len(tab.text) + wide + _AROUND
