"""Telephone numbers as people read them: in groups, at home without the country's code."""

from __future__ import annotations

from ..words import say

_HOME = "+86"
_EXTENSION = ";ext="
_SERVICE = ("400", "800")


def phone_text(number: str, locale: str) -> str:
    """`138 0013 8000`, `021 6123 4567` or `+14155550100` of a number as it is stored."""
    plain, _, extension = number.partition(_EXTENSION)
    digits = plain.removeprefix(_HOME)
    text = plain if digits == plain else _at_home(digits)
    return f"{text} {say('value.extension', locale, number=extension)}" if extension else text


def _at_home(digits: str) -> str:
    """A number of mainland China: mobile, service line, or area code and line."""
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if len(digits) == 10 and digits.startswith(_SERVICE):
        return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
    area = 2 if digits.startswith(("10", "2")) else 3
    line = digits[area:]
    return f"0{digits[:area]} {line[:-4]} {line[-4:]}" if len(line) in (7, 8) else _HOME + digits
