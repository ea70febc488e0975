"""Messages: a tenant's text with values in it, and how a value is shown to a reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ..metadata.expression import Embedded, parse, parse_message, tree
from ..metadata.messages import render
from ..metadata.model import App, Labels, label_text
from ..metadata.problems import Problem, ProblemsError
from . import units
from .context import Context
from .correcting import corrected
from .evaluate import evaluate
from .expression import Expression, compile_expression, compile_node
from .formats import Formats
from .names import Space
from .records import RecordSource
from .types import Type, options_called
from .typing import Options


@dataclass(frozen=True, eq=False)
class Message:
    """A message that is right: literal texts and compiled expressions, in order.

    What would be a reference shows the title of the record that it leads to.
    """

    app: App
    parts: tuple[str | Expression, ...]

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What would be refused today (`Expression.doubts`)."""
        return tuple(doubt for one in self.expressions for doubt in one.doubts)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions of the message, in order."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    def filled(self, found: tuple[Any, ...], locale: str, zone: ZoneInfo) -> str:
        """The text for a reader, with the values of `expressions` put in."""
        left = list(found)
        return "".join(
            shown(self.app, left.pop(0), self.said(at, part.type), locale, zone)
            if isinstance(part, Expression)
            else part
            for at, part in enumerate(self.parts)
        )

    def said(self, at: int, type_: Type) -> Type:
        """The type to show a value as: without its unit where the text behind it names one."""
        after = self.parts[at + 1] if at + 1 < len(self.parts) else None
        return units.plain(type_) if isinstance(after, str) and units.is_named_in(after) else type_


def compile_message(
    app: App, entity_id: str, text: str, *, allow_viewer: bool = False, space: Space = "id"
) -> Message:
    """The message `text` over records of an entity; raises ProblemsError with positions in it."""

    def read(written: str) -> Message:
        return _compiled(app, entity_id, written, allow_viewer, space)

    return read(text) if space == "id" else corrected(app, entity_id, text, read)


@lru_cache(maxsize=512)
def _compiled(app: App, entity_id: str, text: str, allow_viewer: bool, space: Space) -> Message:
    options = Options(space=space, allow_viewer=allow_viewer, lenient=space == "id")
    parts: list[str | Expression] = []
    problems: list[Problem] = []
    for part in parse_message(text):
        if not isinstance(part, Embedded):
            parts.append(part.text)
            continue
        try:
            parts.append(_embedded(app, entity_id, part, options))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return Message(app, tuple(parts))


def _embedded(app: App, entity_id: str, part: Embedded, options: Options) -> Expression:
    found = compile_node(app, entity_id, part.text, part.node, options)
    if found.type.kind == "tags":
        raise ProblemsError([Problem("type.message_tags", position=part.node.start + 1)])
    if found.type.kind == "reference" and isinstance(part.node, tree.Path):
        title = app.entity(found.type.entity or "").title
        path = f"{part.node.dotted}.{title}"
        if not isinstance(parse(path), tree.Path) or part.node.names[-1].text == "id":
            return found
        return compile_expression(app, entity_id, path, space=options.space)
    return found


def message_text(
    app: App,
    entity_id: str,
    labels: Labels,
    locale: str,
    record: RecordSource,
    context: Context,
) -> str:
    """A message by locale (`labels`) for a reader of `locale`, with the record's values in it."""
    message = compile_message(app, entity_id, label_text(labels, locale, ""), allow_viewer=True)
    found = tuple(evaluate(one, record, context) for one in message.expressions)
    return message.filled(found, locale, context.zone)


def shown(app: App, value: Any, type_: Type, locale: str, zone: ZoneInfo) -> str:
    """A value as people read it: options by label, times in the zone, money and durations with
    what they are counted in."""
    if value is None:
        return render("value.empty", locale)
    if type_.kind == "boolean":
        return render("value.yes" if value else "value.no", locale)
    if type_.kind == "choice":
        found = options_called(app, type_.options or "").ids.get(value)
        return found.text(locale) if found is not None else str(value)
    if type_.unit is not None and isinstance(value, int | Decimal):
        number = _trimmed(value) if isinstance(value, Decimal) else str(value)
        return units.with_unit(number, type_.unit, locale)
    formats = Formats(locale, zone, app.manifest.currency, app.manifest.money_scale)
    if isinstance(value, datetime):
        return formats.long_moment(value)
    if isinstance(value, date):
        return formats.long_day(value)
    if isinstance(value, Decimal):
        return formats.money(value, exact=True) if type_.kind == "money" else _trimmed(value)
    return str(value)


def _trimmed(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
