"""Why an expression has its value for a record, or why it has not: part by part, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..metadata.expression import rename
from ..metadata.messages import LOCALES, render
from ..metadata.problems import ProblemsError
from ..metadata.wording import present_names
from . import values
from .context import Context
from .evaluate import Evaluator, Frame
from .expression import Expression, formula_expression
from .ir import Aggregate, Compare, Constant, Formula, HasTag, If, In, Logic, Not, Read, Typed, Via
from .records import RecordSource
from .sentences import Readable, cut, hides
from .sentences.labels import joined
from .sentences.periods import plain_of
from .sentences.witness import Titles, Witness, in_words, no_titles
from .types import BOOLEAN, Type

MOST_EXPLAINED = 150
"""Parts of an explanation; what would be more is left closed."""
MOST_OPENED = 4
"""Formulas within each other that an explanation opens."""
MOST_RECORDS = 3
"""Related records that an explanation names."""


@dataclass(frozen=True)
class Decided:
    """The related records behind an aggregate: how many, and the first of them with titles."""

    entity: str
    count: int
    records: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A part of an expression and what it came to.

    `text` is the part in present names; `value` its value (None also where it is `hidden` from
    the reader), `result` that of a condition. By locale: `says` is the part in words, a limit
    that is read as its value; `now` the present value of what it is about, `words` all of it.
    `children` are the conditions that it is made of, or the formulas and aggregates that it reads;
    `decided` tells of the related records of an aggregate. What is hidden has no text.
    """

    text: str
    type: Type
    value: Any
    result: bool | None
    words: Mapping[str, str]
    children: tuple[Explanation, ...] = ()
    hidden: bool = False
    says: Mapping[str, str] | None = None
    now: Mapping[str, str] | None = None
    decided: Decided | None = None
    joins: str | None = None

    def lines(self, locale: str) -> tuple[str, ...]:
        """A line for each condition that is not made of others, in the order of the text."""
        if self.joins is None:
            return (self.words.get(locale) or self.words["en"],)
        return tuple(line for child in self.children for line in child.lines(locale))

    def sentence(self, locale: str) -> str:
        """The lines in one: `Amount above CNY 10.00 (now CNY 5.00): no; Stage is Won: yes`."""
        return ("；" if locale.startswith("zh") else "; ").join(self.lines(locale))

    def missing(self, locale: str) -> tuple[str, ...]:
        """What would have to hold for the whole to hold, each thing in words."""
        if self.result is not False:
            return ()
        if self.joins == "and":
            return tuple(line for child in self.children for line in child.missing(locale))
        if self.hidden:
            return (render("say.hidden_condition", locale),)
        if self.joins == "or":
            found = [joined("say.and", child.missing(locale), locale) for child in self.children]
            return (joined("say.or", (one for one in found if one), locale),)
        told = self.says or self.words
        return (told.get(locale) or told["en"],)


def explain(
    expression: Expression,
    record: RecordSource,
    context: Context,
    *,
    parent: RecordSource | None = None,
    readable: Readable | None = None,
    titles: Titles = no_titles,
) -> Explanation:
    """Why `expression` has its value; what reads a field that is not `readable` is hidden.

    `titles` gives the titles of records by entity and ids, of those that the reader may see.
    """
    frame = Frame(record, Frame(parent) if parent is not None else None)
    reader = _Reader(context, readable, titles)
    return _Explaining(expression, frame, reader).of(expression.typed)


@dataclass
class _Reader:
    """Who asks, and how many parts they were told of."""

    context: Context
    readable: Readable | None
    titles: Titles
    told: int = 0
    opened: set[tuple[str, str, Any]] = field(default_factory=set)

    def may_tell(self) -> bool:
        self.told += 1
        return self.told <= MOST_EXPLAINED

    def opens(self, body: Formula | Read, record: RecordSource) -> bool:
        """Whether what is behind a field of a record was not told before."""
        key = (body.entity, body.field, record.value("id"))
        new = key not in self.opened
        self.opened.add(key)
        return new


class _Explaining:
    """Explains the parts of one expression for the record of its frame."""

    def __init__(
        self, expression: Expression, frame: Frame, reader: _Reader, opened: int = 0
    ) -> None:
        self.expression = expression
        self.frame = frame
        self.reader = reader
        self.opened = opened
        self.names = present_names(
            expression.app,
            expression.entity,
            expression.text,
            expression.parent,
            in_ids=expression.space == "id",
        )

    def of(self, node: Typed) -> Explanation:
        hidden = hides(node, self.reader.readable)
        value = None if hidden else self.plain(node)
        parts = self.parts(node)
        children = tuple(self.of(one) for one in parts) if parts else self.behind(node)
        found = Explanation(
            text="" if hidden else self.text(node),
            type=node.type,
            value=value,
            result=bool(value) if node.type == BOOLEAN and not hidden else None,
            words={one: render("value.hidden", one) for one in LOCALES},
            children=children,
            hidden=hidden,
            joins=_joins(node) if parts else None,
            decided=None if hidden else self.decided(node),
        )
        return found if hidden else self.told(node, found)

    def told(self, node: Typed, found: Explanation) -> Explanation:
        """The explanation with its words in every language."""
        says, now, words = {}, {}, {}
        for locale in LOCALES:
            speaker = self.speaker(node, locale)
            whole = node.type == BOOLEAN
            says[locale] = cut(speaker.condition(node) if whole else speaker.value(node))
            about = _about(node) if whole else node
            known = about is None or (bool(found.result) and _says_it_all(node))
            now[locale] = "" if known or about is None else self.shown(about, locale)
            words[locale] = _line(speaker, says[locale], now[locale], found.result)
        return replace(found, says=says, now=now, words=words)

    def parts(self, node: Typed) -> tuple[Typed, ...]:
        """The conditions that a condition is made of."""
        if hides(node, self.reader.readable) and not isinstance(node, Logic | Not | If):
            return ()
        match node:
            case Logic() if node.written is None and self.reader.may_tell():
                return node.items
            case Not() if isinstance(node.operand, Logic | Not | If) and _apart(node, node.operand):
                return (node.operand,)
            case If() if node.type == BOOLEAN and self.reader.may_tell():
                held = node.test if hides(node.test, self.reader.readable) else None
                taken = node.body if held is None and self.plain(node.test) else node.other
                return (node.test, taken) if held is None else (node.test, node.body, node.other)
        return ()

    def behind(self, node: Typed) -> tuple[Explanation, ...]:
        """The formulas and aggregates that a part reads, each with what it came to."""
        found: list[Explanation] = []
        about = _about(node)
        told = (node, about if about is None else plain_of(about))
        for one in self.opening(node):
            if one is node and isinstance(one, Aggregate):
                continue
            if hides(one, self.reader.readable) or not self.reader.may_tell():
                continue
            body = one.body if isinstance(one, Via) else one
            if one in told and isinstance(body, Formula | Read):
                found.extend(self.inside(one, body))
            else:
                found.append(self.opened_at(one))
        return tuple(found)

    def opening(self, node: Typed) -> Iterator[Typed]:
        """What can be opened directly under a node."""
        known = isinstance(node, Aggregate | Formula)
        if known or (isinstance(node, Read) and self.is_formula(node)):
            yield node
        elif isinstance(node, Via):
            if isinstance(node.body, Formula | Read):
                yield from (node for _ in self.opening(node.body))
        else:
            for child in node.children():
                yield from self.opening(child)

    def is_formula(self, node: Read) -> bool:
        return self.expression.app.entity(node.entity).field(node.field).formula is not None

    def opened_at(self, node: Typed) -> Explanation:
        """A formula or an aggregate within a part, and what is behind it."""
        if isinstance(node, Aggregate):
            return self.of_value(node, ())
        body = node.body if isinstance(node, Via) else node
        assert isinstance(body, Formula | Read)
        return self.of_value(node, self.inside(node, body))

    def of_value(self, node: Typed, children: tuple[Explanation, ...]) -> Explanation:
        value = self.plain(node)
        found = Explanation(
            text=self.text(node),
            type=node.type,
            value=value,
            result=None,
            words={},
            children=children,
            decided=self.decided(node),
        )
        says, now, words = {}, {}, {}
        for locale in LOCALES:
            speaker = self.speaker(node, locale)
            says[locale] = cut(speaker.value(node))
            now[locale] = self.shown(node, locale)
            words[locale] = _line(speaker, says[locale], now[locale], None)
        return replace(found, says=says, now=now, words=words)

    def inside(self, node: Typed, body: Formula | Read) -> tuple[Explanation, ...]:
        """What the formula of a field is made of, for the record that it is read of."""
        if self.opened >= MOST_OPENED:
            return ()
        evaluator = self.evaluator()
        if isinstance(node, Via):
            record = evaluator.followed(node.up, node.steps)
        else:
            record = self.frame.up(body.up).record
        if record is None or not self.reader.opens(body, record):
            return ()
        try:
            formula = formula_expression(self.expression.app, body.entity, body.field)
        except ProblemsError:
            return ()
        inner = _Explaining(formula, Frame(record), self.reader, self.opened + 1)
        if hides(formula.typed, self.reader.readable):
            return ()
        if formula.type == BOOLEAN or isinstance(formula.typed, Aggregate):
            return (inner.of(formula.typed),)
        return inner.behind(formula.typed)

    def decided(self, node: Typed) -> Decided | None:
        """The related records that an aggregate, or the one behind a comparison, was made of."""
        if not isinstance(node, Aggregate):
            return None
        evaluator = self.evaluator()
        decided = evaluator.deciding(node)
        ids = [one for one in (record.value("id") for record in decided) if isinstance(one, int)]
        titles = self.reader.titles(node.entity, ids[:MOST_RECORDS])
        named = tuple((one, titles[one]) for one in ids[:MOST_RECORDS] if one in titles)
        return Decided(node.entity, len(decided), named)

    def evaluator(self) -> Evaluator:
        found = Evaluator(self.reader.context)
        found.frame = self.frame
        return found

    def plain(self, node: Typed) -> Any:
        found = Evaluator(self.reader.context).inside(self.frame, node)
        return values.plain(found, node.type)

    def speaker(self, node: Typed, locale: str) -> Witness:
        """Who says a part; a limit that is read is said as its value."""
        limits = {}
        limit = _limit(node)
        if limit is not None and not hides(limit, self.reader.readable):
            limits[limit] = self.plain(limit)
        reader = self.reader
        zone = reader.context.zone
        return Witness(self.expression.app, locale, zone, reader.readable, reader.titles, limits)

    def shown(self, node: Typed, locale: str) -> str:
        """A present value in words, or nothing."""
        if hides(node, self.reader.readable):
            return ""
        app, reader = self.expression.app, self.reader
        tags = node.body if isinstance(node, Via) else node
        if isinstance(tags, HasTag):
            return self.tags(node, tags, locale)
        value = self.plain(node)
        if value is None:
            return render("explain.empty", locale)
        return in_words(app, node, value, locale, reader.context.zone, reader.titles)

    def tags(self, node: Typed, tags: HasTag, locale: str) -> str:
        """The tags that the record of a condition about tags has."""
        if isinstance(node, Via):
            record = self.evaluator().followed(node.up, node.steps)
        else:
            record = self.frame.up(tags.up).record
        held = record.value(tags.field) if record is not None else None
        one = self.expression.app.entity(tags.entity).field(tags.field)
        named = [option.text(locale) for option in one.options if option.id in (held or ())]
        return render("say.comma", locale).join(named) or render("explain.empty", locale)

    def text(self, node: Typed) -> str:
        """The part of the expression's text, in present names and on one line."""
        names = {
            (start - node.start, end - node.start): name
            for (start, end), name in self.names.items()
            if node.start <= start < end <= node.end
        }
        return " ".join(rename(self.expression.text[node.start : node.end], names).split())


def _apart(node: Typed, inner: Typed) -> bool:
    """Whether a part has a text of its own within another one."""
    return (node.start, node.end) != (inner.start, inner.end)


def _joins(node: Typed) -> str:
    if isinstance(node, Logic):
        return node.operator
    return "not" if isinstance(node, Not) else "if"


def _about(node: Typed) -> Typed | None:
    """What the present value of a condition is told of: the side that is no limit."""
    while isinstance(node, Not):
        node = node.operand
    if isinstance(node, Compare):
        return node.right if isinstance(node.left, Constant) else node.left
    if isinstance(node, In):
        return node.operand
    if isinstance(node, HasTag) or (isinstance(node, Via) and isinstance(node.body, HasTag)):
        return node
    return None


def _says_it_all(node: Typed) -> bool:
    """Whether a condition that holds tells the value that it is about."""
    return isinstance(node, Compare) and node.operator == "=="


def _limit(node: Typed) -> Typed | None:
    """What is compared with, where it is read from a record."""
    while isinstance(node, Not):
        node = node.operand
    if not isinstance(node, Compare):
        return None
    limit = node.left if isinstance(node.left, Constant) else node.right
    return None if limit.static else limit


def _line(speaker: Witness, says: str, now: str, result: bool | None) -> str:
    """`Amount above CNY 10.00 (now CNY 5.00): no`."""
    if result is None:
        return speaker.say("explain.is", what=says, now=now) if now else says
    said = speaker.say("explain.now", what=says, now=now) if now else says
    answer = render("value.yes" if result else "value.no", speaker.locale)
    return speaker.say("explain.line", what=said, answer=answer)


__all__ = ["Decided", "Explanation", "Readable", "explain"]
