"""What stands behind a value and may not: which word of another language it is, what is meant."""

from __future__ import annotations

from collections.abc import Sequence

from ..problems import Fix
from . import advice
from .lexer import Token, refuse, wrong_suffix
from .tree import Call, Comparison, Either, Logic, Name, Node, Not


def misplaced(found: Sequence[Token], at: int) -> Exception:
    """The error for a token that follows a value, with what to write instead."""
    token, before = found[at], found[at - 1]
    if token.kind == "end":
        return refuse("expression.ends_early", token.start)
    if token.text == "=":
        fix = Fix(token.start, token.end, ("==",))
        return refuse("expression.assignment", token.start, fix, instead="==")
    if token.text == "[":
        return refuse("expression.subscript", token.start)
    if token.text == "if":
        return refuse("expression.if_without_else", token.start)
    if token.text in (")", "]"):
        fix = Fix(token.start, token.end, ())
        return refuse("expression.not_opened", token.start, fix, found=token.text)
    if token.text == ",":
        return grouped_here(found, at) or refuse("expression.tuple", token.start)
    return (
        _opposite(before)
        or _word(found, at)
        or _behind_a_number(before, token)
        or refuse("expression.unexpected", token.start, found=token.text)
    )


def _opposite(before: Token) -> Exception | None:
    """`NOT flag`: the word reads as a name, and what follows it does not fit."""
    if before.kind != "name" or before.text.lower() not in advice.OPPOSITES:
        return None
    fix = Fix(before.start, before.end, ("not",))
    given = {"operator": before.text, "instead": "not"}
    return refuse("expression.operator", before.start, fix, **given)


def _word(found: Sequence[Token], at: int) -> Exception | None:
    token = found[at]
    word = token.text.lower()
    if token.kind != "name":
        return None
    if word in ("then", "when"):
        return refuse("expression.if_without_else", token.start)
    if word == "where":
        return _where(found, at)
    if word == "between":
        return _between(found, at)
    if word in advice.SEARCHES:
        return _search(found, at, advice.SEARCHES[word])
    instead = advice.WORDS.get(word)
    if instead is None:
        return None
    fix = Fix(token.start, token.end, (instead,))
    return refuse("expression.operator", token.start, fix, operator=token.text, instead=instead)


def _where(found: Sequence[Token], at: int) -> Exception:
    """`count(deals) where flag`, `count(deals where flag)`: the condition stands second."""
    token, before, last = found[at], found[at - 1], found[-1]
    fix = Fix(before.end, token.end, (",",))
    if before.text == ")":
        fix = Fix(before.start, last.start, (",", (token.end, last.start), ")"))
    return refuse("expression.where", token.start, fix)


def _between(found: Sequence[Token], at: int) -> Exception:
    """`n between 1 and 3`."""
    fix = None
    after = found[at + 1 : at + 4]
    if len(after) == 3 and after[1].text.lower() == "and":
        value = _path_before(found, at)
        low, high = ((one.start, one.end) for one in (after[0], after[2]))
        fix = Fix(value[0], after[2].end, (low, " <= ", value, " <= ", high))
    return refuse("expression.between", found[at].start, fix)


def _search(found: Sequence[Token], at: int, name: str) -> Exception:
    """`name like "x"`."""
    fix = None
    after = found[at + 1]
    if after.kind == "text":
        value = _path_before(found, at)
        parts = (f"{name}(", value, ", ", (after.start, after.end), ")")
        fix = Fix(value[0], after.end, parts)
    params = {"found": found[at].text, "name": name}
    return refuse("expression.infix", found[at].start, fix, **params)


def _path_before(found: Sequence[Token], at: int) -> tuple[int, int]:
    """Where the value or the path before a token stands."""
    first = at - 1
    while first >= 2 and found[first - 1].text == "." and found[first].kind == "name":
        first -= 2
    return found[first].start, found[at - 1].end


def _behind_a_number(before: Token, token: Token) -> Exception | None:
    """`30 days`, `1 000`."""
    if before.kind != "number":
        return None
    if token.kind == "name":
        behind = advice.suffix(token.text, 0)
        if behind is not None and behind[0] == token.text:
            return wrong_suffix(before.start, before.end, token.end, before.text, *behind)
    if token.kind == "number" and token.start == before.end + 1:
        return _grouped(before, token)
    return None


def grouped_here(found: Sequence[Token], at: int) -> Exception | None:
    """`1,500` outside of a list, the comma being at `at`; None for other commas."""
    before, comma, after = found[at - 1], found[at], found[at + 1]
    together = before.end == comma.start and comma.end == after.start
    if before.kind == "number" and after.kind == "number" and together:
        return _grouped(before, after)
    return None


def _grouped(before: Token, after: Token) -> Exception | None:
    if len(before.text) > 3 or "." in before.text or len(after.text.partition(".")[0]) != 3:
        return None
    instead = before.text + after.text
    fix = Fix(before.start, after.end, (instead,))
    return refuse("expression.groups", before.start, fix, instead=instead)


def percentage(number: Token, sign: Token) -> Exception | None:
    """The error for `5%`."""
    if number.kind != "number" or number.end != sign.start:
        return None
    instead = advice.enlarged(number.text, -2)
    fix = Fix(number.start, sign.end, (instead,))
    return refuse("expression.percent", number.start, fix, instead=instead)


def enclosed(node: Node) -> tuple[str | tuple[int, int], ...]:
    """A part in a correction, in parentheses where it needs them: its place leaves them out."""
    span = (node.start, node.end)
    loose = isinstance(node, Either | Logic | Not | Comparison)
    return ("(", span, ")") if loose else (span,)


def method(found: Sequence[Token], at: int, names: Sequence[Name]) -> Exception:
    """The error for `name.upper()`, the parenthesis being at `at`."""
    last, after = names[-1], found[min(at + 1, len(found) - 1)]
    value = (names[0].start, names[-2].end)
    fix = Fix(names[0].start, found[at].end, (f"{last.text}(", value, ", "))
    if after.text == ")":
        fix = Fix(names[0].start, after.end, (f"{last.text}(", value, ")"))
    return refuse("expression.method", last.start, fix, name=last.text)


def if_call(node: Call) -> Exception:
    """The error for the IF of other languages."""
    fix = None
    if len(node.arguments) == 3:
        test, body, other = map(enclosed, node.arguments)
        parts = ("(", *body, " if ", *test, " else ", *other, ")")
        fix = Fix(node.start, node.end, parts)
    return refuse("expression.if_without_else", node.start, fix)
