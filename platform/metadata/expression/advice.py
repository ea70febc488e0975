"""What people write who know other languages, and what it is called here."""

from __future__ import annotations

import re
from decimal import Decimal

from ..problems import Fix

OPERATORS = {
    "&&": "and",
    "||": "or",
    "&": "and",
    "|": "or",
    "!": "not",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "===": "==",
    "!==": "!=",
    "==!": "!=",
    "=!": "!=",
}
WORDS = {
    "and": "and", "or": "or", "not": "not", "in": "in", "is": "is", "equals": "==",
    "且": "and", "并且": "and", "而且": "and", "与": "and", "和": "and",
    "或": "or", "或者": "or", "不": "not", "非": "not", "不是": "!=", "是": "==", "为": "==",
    "等于": "==", "不等于": "!=", "大于": ">", "小于": "<", "大于等于": ">=", "小于等于": "<=",
    "不小于": ">=", "不大于": "<=", "至少": ">=", "至多": "<=", "属于": "in", "不属于": "not in",
    "为空": "is None", "不为空": "is not None", "是空": "is None", "非空": "is not None",
}  # fmt: skip
"""Operators in words, by the word in small letters."""
OPPOSITES = frozenset({"not", "不", "非"})
SEARCHES = {
    "like": "contains", "contains": "contains", "包含": "contains", "startswith": "starts_with",
    "starts_with": "starts_with", "开头是": "starts_with", "endswith": "ends_with",
    "ends_with": "ends_with", "结尾是": "ends_with",
}  # fmt: skip
CURRENCIES = frozenset("$¥￥€£")
_SIZES = {
    "k": 3, "w": 4, "m": 6, "千": 3, "万": 4, "万元": 4, "百万": 6, "千万": 7, "亿": 8, "亿元": 8,
    "元": 0, "块": 0, "天": 0, "日": 0, "个月": 0, "月": 0, "小时": 0, "分钟": 0, "年": 0, "周": 0,
    "个": 0, "条": 0, "次": 0, "day": 0, "days": 0, "d": 0, "hour": 0, "hours": 0, "h": 0,
    "month": 0, "months": 0, "week": 0, "weeks": 0, "year": 0, "years": 0, "minute": 0,
    "minutes": 0, "rmb": 0, "cny": 0,
}  # fmt: skip
"""What is written behind a number, and by how many zeros it makes it larger."""
_WORD = re.compile(r"[A-Za-z]+\b|[^\W\dA-Za-z_]+")
DATE = re.compile(r"((?:19|20)\d\d)([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![\w.])")
"""A date as people write it; as numbers it would be a difference or a quotient."""


def as_date(year: str, month: str, day: str) -> str:
    """A date as the language writes it."""
    return f"date({int(year)}, {int(month)}, {int(day)})"


def spaced(text: str, start: int, end: int, word: str) -> Fix:
    """What stands from `start` to `end` as a word, with a space on both sides where none is."""
    before = " " if start and not text[start - 1].isspace() and text[start - 1] not in "([," else ""
    after = " " if end < len(text) and not text[end].isspace() else ""
    return Fix(start, end, (f"{before}{word}{after}",))


def suffix(text: str, at: int) -> tuple[str, int] | None:
    """A unit or a size that stands at a place, right behind a number, and its zeros."""
    match = _WORD.match(text, at)
    if match is None:
        return None
    word = match.group()
    if word.isascii():
        size = _SIZES.get(word.lower())
        return (word, size) if size is not None else None
    for length in range(len(word), 0, -1):
        size = _SIZES.get(word[:length])
        if size is not None:
            return word[:length], size
    return None


def enlarged(number: str, zeros: int) -> str:
    """A number with so many zeros more, written out."""
    text = f"{Decimal(number).scaleb(zeros):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
