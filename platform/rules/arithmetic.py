"""Exact arithmetic on scaled integers: 12.50 of scale 2 is 1250. No float anywhere.

One record's evaluation and the functions that SQLite calls are this same code; PostgreSQL's
numeric is held to it by the tests. A result of None means: out of range.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from operator import mul

DIGITS = 15
"""Digits before the point that a computed number may have, and 18 in all."""
LARGEST_SCALE = 6


@cache
def limit(scale: int) -> int:
    """The first scaled integer that is out of range for a number of `scale`."""
    return int(10 ** min(DIGITS + scale, 18))


def limited(value: int, bound: int) -> int | None:
    """The value, or None where it reaches `bound` in size."""
    return value if -bound < value < bound else None


def total(values: Sequence[int], factors: Sequence[int], bound: int) -> int | None:
    """The sum of values times their factors."""
    return limited(sum(map(mul, values, factors)), bound)


def half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded to a whole number, halves away from zero."""
    quotient, rest = divmod(abs(numerator), abs(denominator))
    if 2 * rest >= abs(denominator):
        quotient += 1
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def rescale(value: int, shift: int) -> int:
    """The value with `shift` more digits after the point (fewer when negative, rounded)."""
    return int(value * 10**shift) if shift >= 0 else half_up(value, 10**-shift)


def multiply(a: int, b: int, drop: int, bound: int) -> int | None:
    """The product without its last `drop` digits, rounded half up."""
    return limited(rescale(a * b, -drop), bound)


def divide(a: int, b: int, shift: int, bound: int) -> int | None:
    """a / b with `shift` (0 or more) digits more than the integers' quotient; None for b = 0."""
    if b == 0:
        return None
    return limited(half_up(a * 10**shift, b), bound)


def floor_divide(a: int, b: int, shift: int, bound: int) -> int | None:
    """The whole number below a / b, where a counts in units 10**shift times those of b."""
    if b == 0:
        return None
    a, b = (a * 10**shift, b) if shift >= 0 else (a, b * 10**-shift)
    return limited(a // b, bound)


def modulo(a: int, b: int, shift: int, bound: int) -> int | None:
    """What `floor_divide` leaves, with the sign of b, in the finer of the two units."""
    if b == 0:
        return None
    a, b = (a * 10**shift, b) if shift >= 0 else (a, b * 10**-shift)
    return limited(a % b, bound)


def compare(a: int, b: int, shift: int) -> int:
    """-1, 0 or 1 as a is below, equal to or above b; a counts in units 10**shift times b's."""
    a, b = (a * 10**shift, b) if shift >= 0 else (a, b * 10**-shift)
    return (a > b) - (a < b)


def floor(value: int, drop: int) -> int:
    """The value without its last `drop` digits, rounded down."""
    return int(value // 10**drop)


def ceil(value: int, drop: int) -> int:
    """The value without its last `drop` digits, rounded up."""
    return int(-(-value // 10**drop))


def truncate(value: int, drop: int) -> int:
    """The value without its last `drop` digits, rounded towards zero."""
    size = int(abs(value) // 10**drop)
    return size if value >= 0 else -size


def enlarge(value: int, drop: int) -> int:
    """The value without its last `drop` digits, rounded away from zero."""
    size = -int(-abs(value) // 10**drop)
    return size if value >= 0 else -size


def written(value: int, scale: int, short: bool = False) -> str:
    """A scaled integer as text; a `short` one without zeros at its end."""
    whole, rest = divmod(abs(value), 10**scale)
    digits = f"{rest:0{scale}d}" if scale else ""
    if short:
        digits = digits.rstrip("0")
    return ("-" if value < 0 else "") + (f"{whole}.{digits}" if digits else str(whole))


_NUMBER = re.compile(r"([+-]?)([0-9]{1,30})(?:\.([0-9]{1,30}))?")


def read(text: str, scale: int, bound: int) -> int | None:
    """The scaled integer that a text is, rounded half up; None where it is no number."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, whole, digits = found[1], found[2], found[3] or ""
    value = rescale(int(whole + digits), scale - len(digits))
    return limited(-value if sign == "-" else value, bound)


def mean(values: Sequence[int], shift: int, bound: int) -> int | None:
    """The mean with `shift` more digits than the values; None of none."""
    return divide(sum(values), len(values), shift, bound)


def median(values: Sequence[int], shift: int, bound: int) -> int | None:
    """The value in the middle, or the mean of the two there, with `shift` more digits."""
    ordered = sorted(values)
    half = len(ordered) // 2
    middle = ordered[half : half + 1] if len(ordered) % 2 else ordered[half - 1 : half + 1]
    return mean(middle, shift, bound)
