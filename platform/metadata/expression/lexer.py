"""Cutting an expression's text into tokens; what would be misread is refused here, with advice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..problems import Fix, Problem, ProblemsError
from . import advice, limits

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "True", "False", "None"})
_OTHER_KEYWORDS = frozenset(
    {"as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif"}
    | {"except", "finally", "for", "from", "global", "import", "lambda", "nonlocal", "pass"}
    | {"raise", "return", "try", "while", "with", "yield"}
)
_SYMBOLS = re.compile(
    r"===|!==|==!|=!(?!=)|==|!=|<=|>=|<>|=>|=<|//|\*\*|&&|\|\||->|:=|[-+*/%()\[\],.<>=!&|;:?{}@^~$#`\\]"
)
_ALLOWED = frozenset(
    {"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "//", "%", "(", ")", "[", "]", ",", "."}
    | {"="}
)
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)")
_EXPONENT = re.compile(r"[eE][+-]?\d")
_SPACE = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(
    r"[ \t\r\n]*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?![\w\"'\x80-\U0010ffff])"
    rf"|(?P<number>0|[1-9][0-9]{{0,{limits.DIGITS - 1}}})(?![\w./-])"
    r"|(?P<symbol>[()\[\],+%]|-(?!>)|\*(?!\*)|//?(?!/)|\.(?![0-9])"
    r"|==(?![=!])|!=(?!=)|[<>]=|<(?![=>])|>(?!=)))"
)
"""What most tokens are: whatever needs advice, or a closer look, is none of these."""
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_QUOTES = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "「": '"', "」": '"'}
_MARKS = {"\u3000": " ", "。": ".", "、": ",", "【": "[", "】": "]", "×": "*", "÷": "/",
          "−": "-", "–": "-", "—": "-", "≥": ">=", "≤": "<=", "≠": "!=", "\u00a0": " "}  # fmt: skip


class Token(NamedTuple):
    """A piece of text: `kind` is number, text, name, keyword, symbol or end."""

    kind: str
    text: str
    start: int
    end: int
    value: Any = None


def refuse(problem: str, start: int, fix: Fix | None = None, **params: Any) -> ProblemsError:
    """The error to raise for something at offset `start`, and what would correct it."""
    return ProblemsError([Problem(problem, params, position=start + 1, fix=fix)])


def tokens(text: str, start: int = 0, stop: str | None = None) -> list[Token]:
    """The tokens of `text` from `start` on, an "end" token last.

    With `stop` (`}}` of a message) the expression ends before that symbol; without it, at the end
    of the text. Raises ProblemsError with the place and what to write instead.
    """
    found: list[Token] = []
    at = start
    while True:
        token = _plain(text, at)
        if token is None:
            at = _after_space(text, at)
            if at >= len(text) or (stop is not None and text.startswith(stop, at)):
                found.append(Token("end", "", at, at))
                return found
            token = _token(text, at, found, start, stop)
        found.append(token)
        at = token.end


def _plain(text: str, at: int) -> Token | None:
    match = _PLAIN.match(text, at)
    if match is None or match.lastgroup is None:
        return None
    kind, end = match.lastgroup, match.end()
    written = match[kind]
    if kind == "name" and written in KEYWORDS:
        kind = "keyword"
    elif kind == "name" and written in _OTHER_KEYWORDS:
        return None
    return Token(kind, written, end - len(written), end)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


def _token(text: str, at: int, found: list[Token], start: int, stop: str | None) -> Token:
    char = text[at]
    if char in "\"'":
        return _text(text, at)
    if _starts_number(text, at, found[-1] if found else None):
        return _number(text, at, found)
    if char.isidentifier() and not _full_width(char):
        return _name(text, at)
    if char in advice.CURRENCIES and text[at + 1 : at + 2].isdigit():
        raise refuse("expression.currency", at, Fix(at, at + 1, ()), character=char)
    if not char.isascii():
        end = text.find(stop, at) if stop is not None else len(text)
        raise _not_ascii(text, at, start, end if end >= 0 else len(text))
    match = _SYMBOLS.match(text, at)
    if match is None:
        raise refuse("expression.character", at, character=_shown(char))
    symbol = match.group()
    if symbol in _ALLOWED:
        return Token("symbol", symbol, at, match.end())
    raise _symbol_problem(text, symbol, at)


def _starts_number(text: str, at: int, before: Token | None) -> bool:
    if text[at] == "." and before is not None and before.kind == "name":
        return False
    digit = text[at + 1 : at + 2] if text[at] == "." else text[at]
    return digit.isascii() and digit.isdigit()


def _symbol_problem(text: str, symbol: str, at: int) -> ProblemsError:
    if symbol in advice.OPERATORS:
        instead = advice.OPERATORS[symbol]
        fix = advice.spaced(text, at, at + len(symbol), instead)
        return refuse("expression.operator", at, fix, operator=symbol, instead=instead)
    if symbol == ";":
        return refuse("expression.statements", at)
    if symbol == ":=":
        fix = Fix(at, at + len(symbol), ("==",))
        return refuse("expression.assignment", at, fix, instead="==")
    if symbol in ("**", "^"):
        return refuse("expression.power", at, operator=symbol)
    if symbol in "?:":
        return refuse("expression.ternary", at, character=symbol)
    if symbol in "{}":
        return refuse("expression.braces", at)
    return refuse("expression.character", at, character=symbol)


def _name(text: str, at: int) -> Token:
    end = at + 1
    while end < len(text) and text[at : end + 1].isidentifier() and not _full_width(text[end]):
        end += 1
    name = text[at:end]
    quoted = text[end : end + 1] in ('"', "'")
    if quoted and len(name) <= 2 and not name.lower().strip("rbfu"):
        raise refuse("expression.text_prefix", at, prefix=name)
    if name in KEYWORDS:
        return Token("keyword", name, at, end)
    if name in _OTHER_KEYWORDS:
        raise refuse("expression.not_allowed", at, what=name)
    return Token("name", name, at, end)


def _number(text: str, at: int, found: list[Token]) -> Token:
    match = _NUMBER.match(text, at)
    assert match is not None
    written, end = match.group(), match.end()
    following = text[end : end + 1]
    exponent = _EXPONENT.match(text, end)
    if exponent is not None:
        raise _exponent(at, written, exponent)
    _refuse_date(text, at)
    behind = advice.suffix(text, end)
    if behind is not None:
        raise wrong_suffix(at, end, end + len(behind[0]), written, *behind)
    if following and ((following.isidentifier() and following.isascii()) or following == "."):
        raise refuse("expression.number", at, number=written + following)
    whole, _, fraction = written.partition(".")
    if len(whole) > 1 and whole.startswith("0"):
        raise grouped(text, at, written, found) or refuse(
            "expression.leading_zero",
            at,
            Fix(at, at + len(whole), (whole.lstrip("0") or "0",)),
            number=written,
        )
    if len(fraction) > limits.SCALE:
        raise refuse("expression.scale", at, scale=limits.SCALE)
    if len(whole.lstrip("0")) + len(fraction) > limits.DIGITS:
        raise refuse("expression.digits", at, digits=limits.DIGITS)
    return Token("number", written, at, end)


def _exponent(at: int, written: str, exponent: re.Match[str]) -> ProblemsError:
    zeros = re.match(r"[eE]\+?(\d)(?!\d)", exponent.string[exponent.start() :])
    fix = None
    if zeros is not None:
        end = exponent.start() + zeros.end()
        fix = Fix(at, end, (advice.enlarged(written, int(zeros.group(1))),))
    return refuse("expression.exponent", at, fix)


def _refuse_date(text: str, at: int) -> None:
    """A date in digits that would be no number: with zeros in front, or with points."""
    found = advice.DATE.match(text, at)
    if found is None:
        return
    year, mark, month, day = found.groups()
    if mark == "." or month.startswith("0") or day.startswith("0"):
        raise date_written(at, found.end(), year, month, day)


def date_written(start: int, end: int, year: str, month: str, day: str) -> ProblemsError:
    """The refusal of a date in digits."""
    instead = advice.as_date(year, month, day)
    return refuse("expression.date", start, Fix(start, end, (instead,)), instead=instead)


def wrong_suffix(
    start: int, end: int, after: int, number: str, word: str, zeros: int
) -> ProblemsError:
    """The refusal of a unit or a size behind a number that goes from `start` to `end`."""
    instead = advice.enlarged(number, zeros)
    fix = Fix(start, after, (instead,))
    return refuse("expression.suffix", start, fix, found=word, instead=instead)


def grouped(text: str, at: int, written: str, found: list[Token]) -> ProblemsError | None:
    """The refusal of digits in groups, the next of which stands at `at`; None if they are none."""
    before = [one for one in found[-2:] if one.text != ","]
    if not before or before[-1].kind != "number" or "." in before[-1].text:
        return None
    first = before[-1]
    between = text[first.end : at]
    if between not in (",", " ") or len(written.partition(".")[0]) != 3 or len(first.text) > 3:
        return None
    match = re.compile(rf"(?:{between}\d{{3}})+").match(text, first.end)
    end = match.end() if match is not None else at + 3
    instead = text[first.start : end].replace(between, "")
    fix = Fix(first.start, end, (instead,))
    return refuse("expression.groups", first.start, fix, instead=instead)


def _text(text: str, at: int) -> Token:
    quote, end, value = text[at], at + 1, []
    if text.startswith(quote * 3, at):
        raise refuse("expression.text_prefix", at, prefix=quote * 3)
    while True:
        if end >= len(text):
            raise refuse("expression.text_open", at, quote=quote)
        char = text[end]
        if char == quote:
            break
        if char == "\\":
            escaped = text[end + 1 : end + 2]
            if escaped not in _ESCAPES or not escaped:
                raise refuse("expression.escape", end, escape="\\" + escaped)
            value.append(_ESCAPES[escaped])
            end += 2
            continue
        if unicodedata.category(char) == "Cs" or char == "\0":
            raise refuse("expression.character", end, character=_shown(char))
        value.append(char)
        end += 1
    normal = unicodedata.normalize("NFC", "".join(value))
    return Token("text", text[at : end + 1], at, end + 1, normal)


def _full_width(char: str) -> bool:
    return char in _MARKS or char in _QUOTES or 0xFF01 <= ord(char) <= 0xFF5E


def _not_ascii(text: str, at: int, start: int, end: int) -> ProblemsError:
    char = text[at]
    if not _full_width(char):
        return refuse("expression.character", at, character=_shown(char))
    instead = corrected(text[start:end])
    fix = Fix(start, end, (instead,))
    return refuse("expression.full_width", at, fix, character=char, instead=instead.strip())


def corrected(text: str) -> str:
    """`text` with full-width marks, digits and letters made half-width, but not within texts."""
    out: list[str] = []
    quote: str | None = None
    for char in text:
        plain = _half_width(char)
        if quote is not None:
            closes = plain == quote if plain in ('"', "'") else False
            out.append(plain if closes else char)
            quote = None if closes else quote
            continue
        out.append(plain)
        if plain in ('"', "'"):
            quote = plain
    return "".join(out)


def _half_width(char: str) -> str:
    table: Mapping[str, str] = _QUOTES if char in _QUOTES else _MARKS
    if char in table:
        return table[char]
    return chr(ord(char) - 0xFEE0) if 0xFF01 <= ord(char) <= 0xFF5E else char


def _shown(char: str) -> str:
    return char if char.isprintable() else f"U+{ord(char):04X}"
